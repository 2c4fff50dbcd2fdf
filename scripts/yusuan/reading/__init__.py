"""Reading: any file of a disclosure as one stream of blocks with one canonical text.

The parser of a file runs in a child process with limits on memory and time: what bureaus publish
is not always what it seems.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from yusuan.errors import DocumentError
from yusuan.messages import say
from yusuan.reading.document import Document

if TYPE_CHECKING:  # the child process does without
    from pathlib import Path

MEMORY = 1 << 30
SECONDS = 60.0
# A disclosure with pictures takes some 20 MB; what is ten times larger is something else.
LARGEST = 256 << 20


@dataclass(frozen=True, slots=True)
class Source:
    """A file as received.

    Attributes:
        path: Where it lay.
        sha256: Hash of its bytes, in hexadecimal.
        bytes: Its size.
        document: What it says.
    """

    path: Path
    sha256: str
    bytes: int
    document: Document


def read(path: Path, *, memory: int = MEMORY, seconds: float = SECONDS) -> Source:
    """Read a file.

    Args:
        path: The file.
        memory: Bytes that its parser may take; not enforced on Windows.
        seconds: How long the parser may take.

    Raises:
        DocumentError: It can't be read; the error says why and what to do.
    """
    import hashlib

    from yusuan.reading.sandbox import run

    data = load(path)
    try:
        document = run(data, memory=memory, seconds=seconds)
    except DocumentError as error:
        raise type(error)(str(path), error.reason, error.advice) from error
    return Source(path, hashlib.sha256(data).hexdigest(), len(data), document)


def load(path: Path) -> bytes:
    """Return the bytes of a file.

    Raises:
        DocumentError: It is not there, is no file, or is too large.
    """
    subject = str(path)
    try:
        if path.is_dir():
            raise DocumentError(subject, say("is-folder"), say("is-folder-advice"))
        # A pipe states no size: the limit is held while reading.
        with path.open("rb") as stream:
            data = stream.read(LARGEST + 1)
    except (FileNotFoundError, NotADirectoryError) as fault:
        reason = say("document-missing")
        raise DocumentError(subject, reason, say("document-missing-advice")) from fault
    except (OSError, ValueError) as fault:  # ValueError: the name holds a NUL
        said = fault.strerror if isinstance(fault, OSError) else None
        reason = say("document-unreadable", fault=said or str(fault))
        raise DocumentError(subject, reason, say("document-unreadable-advice")) from fault
    if len(data) > LARGEST:
        reason = say("too-large", limit=LARGEST >> 20)
        raise DocumentError(subject, reason, say("too-large-advice"))
    return data


def read_bytes(data: bytes) -> Document:
    """Read a file's bytes in this process; doc, odt and rtf must have become docx before.

    Raises:
        DocumentError: They can't be read.
    """
    from yusuan.reading.sniff import sniff

    return parse(data, sniff(data))


def parse(data: bytes, kind: str) -> Document:
    """Read bytes whose format is known. Each parser is loaded only where it is needed."""
    match kind:
        case "txt":
            from yusuan.reading.dump import read_txt

            return read_txt(data)
        case "docx":
            from yusuan.reading.docx import read_docx

            return read_docx(data)
        case "html":
            from yusuan.reading.html import read_html

            return read_html(data)
        case "mhtml":
            from yusuan.reading.html import read_mhtml

            return read_mhtml(data)
        case "pdf":
            from yusuan.reading.pdf import read_pdf

            return read_pdf(data)
        case "xlsx":
            from yusuan.reading.sheet import read_xlsx

            return read_xlsx(data)
        case "xls":
            from yusuan.reading.sheet import read_xls

            return read_xls(data)
    raise DocumentError("", say("unknown-kind"), say("unknown-kind-advice"))
