"""A parser in a child process, with limits on memory and time.

The child gets the bytes on standard input and answers with JSON, never with pickled objects: what
runs inside it is not trusted.
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
from yusuan.reading.document import Cell, Document, Paragraph, Table
from yusuan.reading.sniff import sniff

_OFFICE = {
    "doc": "application/msword",
    "odt": "application/vnd.oasis.opendocument.text",
    "rtf": "application/rtf",
}
_MEMORY_SIGNALS = frozenset({-9, -11, -6})


def run(data: bytes, *, memory: int, seconds: float) -> Document:
    """Return the document that a child process reads from bytes.

    Args:
        data: The file.
        memory: Bytes of address space the child may take.
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
    root = str(Path(__file__).resolve().parents[2])
    code = (
        f"import sys; sys.path[:0] = [{root!r}];"
        f" from yusuan.reading.child import main; main({kind!r}, {memory}, {seconds})"
    )
    with subprocess.Popen(
        [sys.executable, "-I", "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        try:
            answer, trouble = process.communicate(data, timeout=seconds)
        except subprocess.TimeoutExpired as fault:
            _kill(process)
            raise DocumentError(
                "", say("too-slow", seconds=f"{seconds:g}"), say("too-slow-advice")
            ) from fault
        except BaseException:
            _kill(process)
            raise
    if process.returncode == 0:
        return _document(json.loads(answer))
    if process.returncode == 3 and answer:  # noqa: PLR2004 - the child's word for "can't be read"
        raise _error(json.loads(answer))
    raise _crash(process.returncode, trouble.decode("utf-8", "replace"), memory)


def _kill(process: subprocess.Popen[bytes]) -> None:
    if hasattr(os, "killpg"):
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


def _crash(code: int, trouble: str, memory: int) -> DocumentError:
    if code in _MEMORY_SIGNALS or "MemoryError" in trouble or "memory" in trouble.lower():
        reason = say("too-much-memory", limit=memory >> 20)
        return DocumentError("", reason, say("too-much-memory-advice"))
    last = trouble.strip().rsplit("\n", 1)[-1] or f"exit {code}"
    return DocumentError("", say("parser-failed", fault=last), say("broken-advice"))


def _error(answer: dict[str, Any]) -> DocumentError:
    reason, advice = (Message(*answer[name]) for name in ("reason", "advice"))
    return DocumentError("", reason, advice)


def pack(document: Document) -> dict[str, Any]:
    """Return a document as plain JSON."""
    return {
        "text": document.text,
        "blocks": [
            [[_cell(cell) for cell in row] for row in block.rows]
            if isinstance(block, Table)
            else {"p": [block.text, block.char_start, block.char_end, block.marks, block.page,
                        block.outline]}
            for block in document.blocks
        ],
        "rest": [document.format, document.media_type, document.residue, document.undecoded,
                 document.pages, document.tables_only],
    }  # fmt: skip


def _cell(cell: Cell) -> list[Any]:
    return [cell.text, cell.char_start, cell.char_end, cell.marks, cell.page, cell.row,
            cell.column, cell.row_span, cell.column_span, cell.covered]  # fmt: skip


def _document(answer: dict[str, Any]) -> Document:
    blocks = tuple(
        Table(tuple(tuple(_read_cell(cell) for cell in row) for row in block))
        if isinstance(block, list)
        else _read_paragraph(block["p"])
        for block in answer["blocks"]
    )
    kind, media_type, residue, undecoded, pages, tables_only = answer["rest"]
    return Document(
        answer["text"], blocks, kind, media_type, _tuples(residue), _tuples(undecoded), pages,
        tables_only,
    )  # fmt: skip


def _tuples(pairs: list[list[Any]]) -> tuple[Any, ...]:
    return tuple(tuple(pair) for pair in pairs)


def _read_cell(values: list[Any]) -> Cell:
    values[3] = _tuples(values[3])
    return Cell(*values)


def _read_paragraph(values: list[Any]) -> Paragraph:
    values[3] = _tuples(values[3])
    return Paragraph(*values)
