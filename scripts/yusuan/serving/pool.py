"""The workers: several processes that evaluate queries; one that is killed is replaced."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

from yusuan.errors import AnswerError
from yusuan.messages import say
from yusuan.serving.faults import Busy, Gone, Late, Short
from yusuan.serving.orders import OUT_OF_MEMORY, line, unpacked
from yusuan.serving.settings import Settings

# Killed by the system, aborted, or struck by an address that it could not get.
_MEMORY_SIGNALS = frozenset({-9, -6, -11})
_LONGEST_LINE = 1 << 20
_START = 60.0  # seconds
_AGAIN = 1.0  # seconds
# What Python itself needs; a worker gets none of the secrets that stand in the environment.
_ENVIRONMENT = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR", "TEMP",
                "LANG", "LC_ALL")  # fmt: skip


class Worker:
    """One process.

    Attributes:
        store: The store that it has open.
    """

    def __init__(self, process: asyncio.subprocess.Process, store: Path) -> None:
        self._process, self.store = process, store

    async def ask(self, order: dict[str, Any]) -> dict[str, Any]:
        """Return what the process answers.

        Raises:
            EOFError: It has ended.
        """
        writer, reader = self._process.stdin, self._process.stdout
        if writer is None or reader is None:
            raise AssertionError("a worker has pipes")
        try:
            writer.write(line(order))
            await writer.drain()
        except OSError as fault:
            raise EOFError from fault
        return await self.read()

    async def read(self) -> dict[str, Any]:
        """Return the next line that the process writes.

        Raises:
            EOFError: It has ended.
        """
        reader = self._process.stdout
        if reader is None:
            raise AssertionError("a worker has pipes")
        said = await reader.readline()
        if not said.endswith(b"\n"):
            raise EOFError
        found: dict[str, Any] = json.loads(said)
        return found

    async def end(self) -> int:
        """Kill the process, if it has not ended, and return its code."""
        if self._process.returncode is None:
            with suppress(ProcessLookupError):  # it has ended meanwhile
                self._process.kill()
        return await self._process.wait()

    async def code(self) -> int:
        """Return the code with which the process has ended."""
        return await self._process.wait()


class Pool:
    """Workers, and the queries that wait for them.

    Args:
        settings: How many there are, and what one query may take.
        store: Gives the store that is to be asked now.
        log: Takes what an operator should know.
    """

    def __init__(
        self, settings: Settings, store: Callable[[], Path], log: Callable[[str], None]
    ) -> None:
        self._settings, self._store, self._log = settings, store, log
        self._idle: asyncio.Queue[Worker] = asyncio.Queue()
        self._all: set[Worker] = set()
        self._waiting = 0
        self._starts: set[asyncio.Task[None]] = set()
        self._closing = False

    @property
    def stores(self) -> set[Path]:
        """The stores that workers have open."""
        return {worker.store for worker in self._all}

    async def start(self) -> None:
        """Start every worker, and return when one of them can answer."""
        starts = [self._soon(self._add()) for _ in range(self._settings.workers)]
        await asyncio.wait(starts, return_when=asyncio.FIRST_COMPLETED)

    async def close(self) -> None:
        """End every worker."""
        self._closing = True
        for task in list(self._starts):
            task.cancel()
        await asyncio.gather(*self._starts, return_exceptions=True)
        await asyncio.gather(*(worker.end() for worker in list(self._all)))
        self._all.clear()

    async def run(self, order: dict[str, Any], gone: Awaitable[None]) -> dict[str, Any]:
        """Return what a worker answers to an order.

        Args:
            order: The order, without the store.
            gone: Ends when nobody waits for the answer any more.

        Raises:
            Busy: Too many wait already, or none was served in time.
            Late: The time is up.
            Short: It takes more memory than it may.
            Gone: Nobody waits for the answer.
            QueryError, AnswerError, StoreError: As the worker says.
        """
        leaving = asyncio.ensure_future(gone)
        try:
            worker = await self._turn(leaving)
            return await self._ask(worker, order, leaving)
        finally:
            leaving.cancel()

    async def _turn(self, leaving: asyncio.Future[None]) -> Worker:
        """Return a worker that has nothing to do."""
        if self._idle.empty() and self._waiting >= self._settings.waiting:
            raise Busy
        self._waiting += 1
        turn = asyncio.ensure_future(self._idle.get())
        try:
            await _either(turn, leaving, self._settings.seconds)
        except asyncio.CancelledError:
            self._leave(turn)
            raise
        finally:
            self._waiting -= 1
        if turn.done() and not leaving.done():
            return turn.result()
        self._leave(turn)
        raise Gone if leaving.done() else Busy

    def _leave(self, turn: asyncio.Task[Worker]) -> None:
        """Give up a turn; a worker that has come with it is for the next."""
        if not turn.cancel() and not turn.cancelled():
            self._idle.put_nowait(turn.result())

    async def _ask(
        self, worker: Worker, order: dict[str, Any], leaving: asyncio.Future[None]
    ) -> dict[str, Any]:
        worker.store = self._store()
        asking = asyncio.ensure_future(worker.ask({**order, "store": str(worker.store)}))
        kept = False
        try:
            await _either(asking, leaving, self._settings.seconds)
            if not asking.done():
                raise Gone if leaving.done() else Late
            answer = asking.result()
            kept = True
        except EOFError as fault:
            code = await worker.code()
            if code == OUT_OF_MEMORY or code in _MEMORY_SIGNALS:
                raise Short from fault
            self._log(say("serve-worker-ended", code=code).text(self._settings.language))
            raise AnswerError("SPARQL", say("serve-crash"), say("serve-crash-advice")) from fault
        finally:
            asking.cancel()
            if kept:
                self._idle.put_nowait(worker)
            else:
                self._replace(worker)
        if "error" in answer:
            raise unpacked(answer)
        return answer

    def _replace(self, worker: Worker) -> None:
        async def replace() -> None:
            await worker.end()
            self._all.discard(worker)
            if not self._closing:
                await self._add()

        self._soon(replace())

    def _soon(self, start: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Let a worker start while others work; what still starts when all ends is given up."""
        task = asyncio.ensure_future(start)
        self._starts.add(task)
        task.add_done_callback(self._starts.discard)
        return task

    async def _add(self) -> None:
        """Start a worker; one that does not start is tried again, for a server needs workers."""
        while not await self._started():  # noqa: ASYNC110 - nothing else tells of it
            await asyncio.sleep(_AGAIN)

    async def _started(self) -> bool:
        store = self._store()
        process = await asyncio.create_subprocess_exec(
            *_command(store, self._settings),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=_LONGEST_LINE,
            env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
            start_new_session=True,
        )
        worker = Worker(process, store)
        self._all.add(worker)
        try:
            async with asyncio.timeout(_START):
                await worker.read()
        except (EOFError, TimeoutError):
            self._log(say("serve-worker-ended", code=await worker.end()).text(
                self._settings.language))  # fmt: skip
            self._all.discard(worker)
            return False
        except asyncio.CancelledError:
            await worker.end()
            raise
        self._idle.put_nowait(worker)
        return True


async def _either(
    one: asyncio.Future[Any], other: asyncio.Future[None], seconds: float
) -> None:  # fmt: skip
    """Wait until one of two is done, or the time is up."""
    both = {one, other}
    await asyncio.wait(both, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)


def _command(store: Path, settings: Settings) -> list[str]:
    """Return how to start a worker: with this process's path of modules, and no other."""
    root = str(Path(__file__).resolve().parents[2])
    places = [root, *(place for place in sys.path if Path(place).is_absolute() and place != root)]
    code = (
        f"import sys; sys.path[:] = {places!r}; from yusuan.serving.worker import main; "
        f"main({str(store)!r}, {settings.memory}, {settings.seconds})"
    )
    return [sys.executable, "-I", "-S", "-c", code]
