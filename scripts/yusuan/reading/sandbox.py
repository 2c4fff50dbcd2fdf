"""A parser in a child process, with limits on memory and time.

The child gets the bytes on standard input and answers with JSON, never with pickled objects: what
runs inside it is not trusted. It does not get the environment, where secrets are.
"""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from yusuan.errors import DocumentError
from yusuan.messages import Message, say
from yusuan.reading.document import Document
from yusuan.reading.sniff import sniff
from yusuan.reading.transport import OUT_OF_MEMORY, READ, REFUSED, unpack

_OFFICE = {
    "doc": "application/msword",
    "odt": "application/vnd.oasis.opendocument.text",
    "rtf": "application/rtf",
}
# Killed by the system, aborted, or struck by an address that it could not get.
_MEMORY_SIGNALS = frozenset({-9, -6, -11})
_MEMORY_WORDS = ("MemoryError", "annot allocate memory", "failed to map segment")
# What Python itself needs to start.
_ENVIRONMENT = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR", "TEMP")


def run(data: bytes, *, memory: int, seconds: float) -> Document:
    """Return the document that a child process reads from bytes.

    Args:
        data: The file.
        memory: Bytes of address space the child may take; not enforced on Windows.
        seconds: Wall time it may take.

    Raises:
        DocumentError: The parser says so, or it met a limit.
    """
    kind = sniff(data)
    if kind not in _OFFICE:
        return _child(data, kind, memory, seconds)
    from yusuan.reading.office import to_docx

    docx = to_docx(data, kind, seconds=seconds, memory=memory)
    document = _child(docx, "docx", memory, seconds)
    return dataclasses.replace(document, format=kind, media_type=_OFFICE[kind])


def _child(data: bytes, kind: str, memory: int, seconds: float) -> Document:
    with subprocess.Popen(
        _command(kind, memory, seconds),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
        start_new_session=True,
    ) as process:
        try:
            answer, trouble = process.communicate(data, timeout=seconds)
        except subprocess.TimeoutExpired as fault:
            _kill(process)
            raise _too_slow(seconds) from fault
        except BaseException:
            _kill(process)
            raise
    if process.returncode == READ:
        return unpack(json.loads(answer))
    if process.returncode == REFUSED and answer:
        raise _error(json.loads(answer))
    raise _crash(process.returncode, trouble.decode("utf-8", "replace"), memory, seconds)


def _command(kind: str, memory: int, seconds: float) -> list[str]:
    """Return how to start the child.

    It gets this process's path of modules, so that it finds the same yusuan and the same parsers
    wherever they are installed; -S then saves the search for them. What is relative stays out: it
    would be the folder where the document lies.
    """
    root = str(Path(__file__).resolve().parents[2])
    places = [root, *(place for place in sys.path if Path(place).is_absolute() and place != root)]
    code = (
        f"import sys; sys.path[:] = {places!r};"
        f" from yusuan.reading.child import main; main({kind!r}, {memory}, {seconds})"
    )
    return [sys.executable, "-I", "-S", "-c", code]


def _kill(process: subprocess.Popen[bytes]) -> None:
    if hasattr(os, "killpg"):
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


def _too_slow(seconds: float) -> DocumentError:
    return DocumentError("", say("too-slow", seconds=f"{seconds:g}"), say("too-slow-advice"))


def _crash(code: int, trouble: str, memory: int, seconds: float) -> DocumentError:
    if hasattr(signal, "SIGXCPU") and code == -signal.SIGXCPU:
        return _too_slow(seconds)
    is_short = code == OUT_OF_MEMORY or code in _MEMORY_SIGNALS
    if is_short or any(words in trouble for words in _MEMORY_WORDS):
        reason = say("too-much-memory", limit=memory >> 20)
        return DocumentError("", reason, say("too-much-memory-advice"))
    last = trouble.strip().rsplit("\n", 1)[-1] or f"exit {code}"
    return DocumentError("", say("parser-failed", fault=last), say("broken-advice"))


def _error(answer: dict[str, Any]) -> DocumentError:
    reason, advice = (Message(*answer[name]) for name in ("reason", "advice"))
    return DocumentError("", reason, advice)
