"""Zip archives that may lie about their sizes."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from yusuan.errors import DocumentError
from yusuan.messages import say

# The text of a thousand pages is some 20 MB of XML; ten times that is no disclosure.
LARGEST_MEMBER = 200 * 1024 * 1024
_CHUNK = 1 << 20


@contextmanager
def open_zip(data: bytes) -> Iterator[zipfile.ZipFile]:
    """Open an archive; damage met inside becomes a DocumentError.

    Raises:
        DocumentError: The archive is damaged, or encrypted.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as fault:
        raise DocumentError("", say("zip-broken"), say("broken-advice")) from fault
    except RuntimeError as fault:
        if "encrypted" not in str(fault) and "password" not in str(fault):
            raise
        raise DocumentError("", say("encrypted"), say("encrypted-advice")) from fault


def members(archive: zipfile.ZipFile) -> dict[str, Callable[[], bytes]]:
    """Return name → a function that reads the member, by chunks and up to a limit."""
    return {info.filename: _reader(archive, info) for info in archive.infolist()}


def _reader(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[], bytes]:
    def read() -> bytes:
        parts, size = [], 0
        with archive.open(info) as stream:
            while chunk := stream.read(_CHUNK):
                size += len(chunk)
                if size > LARGEST_MEMBER:
                    limit = LARGEST_MEMBER >> 20
                    raise DocumentError("", say("too-large", limit=limit), say("too-large-advice"))
                parts.append(chunk)
        return b"".join(parts)

    return read
