"""The process that evaluates queries, one at a time, and can be killed: no engine can be stopped.

Orders come as lines on standard input. An answer is written whole into a file before anything is
said of it, so that nobody is told of a success that is none.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from yusuan.errors import AnswerError, QueryError, StoreError, YusuanError
from yusuan.messages import say
from yusuan.querying import Dataset, Rows, Source, evaluate, hints, open_sources
from yusuan.serving.describing import describe, described_as, document_of_graph
from yusuan.serving.orders import OUT_OF_MEMORY, line, message, packed
from yusuan.serving.refusing import as_update
from yusuan.serving.services import service
from yusuan.serving.writing import written

_FIRST = "SELECT ?document WHERE { ?document a foaf:Document } LIMIT 1"
_SPARE = 5.0  # seconds that the parent has to stop a query before the clock does
_WITHOUT_STATUS = 1 << 30  # bytes, where the system does not tell how much a process has


def main(store: str, memory: int, seconds: float) -> None:
    """Answer the orders on standard input until it ends.

    Args:
        store: The store to open first.
        memory: Bytes of address space that an answer may take, beyond what is open by then.
        seconds: Time of one answer, after which the process ends if its parent is gone.
    """
    # Ctrl-C on a terminal comes to every process; the parent ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    opened = _Opened()
    with suppress(StoreError):  # whoever asks is told
        # What the first answer has to learn of a store is not for a client to wait for.
        evaluate(opened.source(store), _FIRST)
    _limit(memory)
    sys.stdout.buffer.write(line({"ready": True}))
    sys.stdout.buffer.flush()
    import json

    for given in sys.stdin.buffer:
        _set_clock(seconds + _SPARE)
        try:
            answer = _answered(opened, json.loads(given))
        except MemoryError:
            sys.exit(OUT_OF_MEMORY)
        sys.stdout.buffer.write(line(answer))
        sys.stdout.buffer.flush()
        _set_clock(0)


class _Opened:
    """The store that is open: another only when an order names it."""

    def __init__(self) -> None:
        self._path = ""
        self._source: Source | None = None

    def source(self, path: str) -> Source:
        """Return the store at a path.

        Raises:
            StoreError: It can't be read.
        """
        if self._source is None or path != self._path:
            self._source, self._path = open_sources([Path(path)]), path
        return self._source


def _answered(opened: _Opened, order: dict[str, Any]) -> dict[str, Any]:
    try:
        return _WORK[order["work"]](opened.source(order["store"]), order)
    except YusuanError as fault:
        return packed(fault)


def _query(source: Source, order: dict[str, Any]) -> dict[str, Any]:
    dataset = _dataset(order)
    try:
        answer = evaluate(source, order["query"], dataset, order["most"])
    except QueryError as fault:
        raise as_update(order["query"], fault) from fault
    shown = order["shown"]
    told = [] if shown is None else hints(source, order["query"], answer)
    count = len(answer.rows) if isinstance(answer, Rows) else None
    if shown is not None and isinstance(answer, Rows):
        answer = Rows(answer.variables, answer.rows[:shown])
    form, content = written(answer, order["results"], order["graph"], source)
    if form is not None:
        Path(order["file"]).write_bytes(content)
    return {"form": form, "count": count, "hints": [message(one) for one in told]}


def _dataset(order: dict[str, Any]) -> Dataset | None:
    if order["default"] is None:
        return None
    found = Dataset(tuple(order["default"]), tuple(order["named"]))
    for one in (*found.default, *found.named):
        try:
            Dataset((one,), ()).nodes()
        except ValueError as fault:
            raise AnswerError("SPARQL", say("serve-dataset", graph=one),
                              say("serve-dataset-advice")) from fault  # fmt: skip
    return found


def _describe(source: Source, order: dict[str, Any]) -> dict[str, Any]:
    found = describe(source, order["iri"], order["start"], order["count"])
    if found is None:
        return {"form": None, "document": document_of_graph(source, order["iri"])}
    Path(order["file"]).write_bytes(line(found))
    return {"form": "json"}


def _statements(source: Source, order: dict[str, Any]) -> dict[str, Any]:
    found = described_as(source, order["iri"], order["most"])
    if found is None:
        return {"form": None}
    form, content = written(found, None, order["graph"], source)
    Path(order["file"]).write_bytes(content)
    return {"form": form}


def _service(source: Source, order: dict[str, Any]) -> dict[str, Any]:
    found = service(source, order["endpoint"])
    form, content = written(found, None, order["graph"], source)
    Path(order["file"]).write_bytes(content)
    return {"form": form}


_WORK: dict[str, Callable[[Source, dict[str, Any]], dict[str, Any]]] = {
    "query": _query,
    "describe": _describe,
    "statements": _statements,
    "service": _service,
}


def _limit(memory: int) -> None:
    try:
        import resource
    except ImportError:  # Windows has none; the parent's clock still counts
        return
    most = _taken() + memory
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _taken() -> int:
    """Return the bytes of address space that this process has."""
    import resource

    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    except OSError:
        return _WITHOUT_STATUS
    return pages * resource.getpagesize()


def _set_clock(seconds: float) -> None:
    """End this process after some time, even where the engine is at work; 0 stops the clock."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)
