"""The directory of an OLE file, as far as it tells the format.

What is embedded in a document (a workbook in a letter) has a directory of its own further in, so
only what stands at the top counts.
"""

from __future__ import annotations

import struct

_HEADER, _ENTRY = 512, 128
_NOTHING = 0xFFFFFFFF
# Where the header says: size of a sector, first sector of the directory, sectors of the table.
_SHIFT, _DIRECTORY, _DIFAT = 30, 48, 76
_LEFT, _RIGHT, _CHILD, _START = 68, 72, 76, 116
# A directory has some ten entries; beyond this it runs in a circle.
_MOST = 4096


def streams(data: bytes) -> dict[str, int]:
    """Return name → offset of each stream or storage at the top of an OLE file.

    A directory that can't be followed gives the names that stand in the bytes, each at offset 0:
    what is cut short still has its kind, and the reader of that kind says what is wrong.
    """
    try:
        return _top(data)
    except (struct.error, ValueError):
        known = ("EncryptedPackage", "EncryptionInfo", "WordDocument", "Workbook", "Book")
        return {name: 0 for name in known if name.encode("utf-16-le") in data}


def _number(data: bytes, at: int) -> int:
    (value,) = struct.unpack_from("<I", data, at)
    return int(value)


def _top(data: bytes) -> dict[str, int]:
    (shift,) = struct.unpack_from("<H", data, _SHIFT)
    if shift not in {9, 12}:
        raise ValueError(shift)
    size = 1 << shift
    directory = _read_directory(data, size)
    found: dict[str, int] = {}
    waiting, seen = [_number(directory, _CHILD)], set()
    while waiting:
        number = waiting.pop()
        if number == _NOTHING or number in seen:
            continue
        seen.add(number)
        at = number * _ENTRY
        (length,) = struct.unpack_from("<H", directory, at + 64)
        name = directory[at : at + max(min(length, 64) - 2, 0)].decode("utf-16-le", "replace")
        found[name] = (_number(directory, at + _START) + 1) * size
        waiting += [_number(directory, at + _LEFT), _number(directory, at + _RIGHT)]
    return found


def _read_directory(data: bytes, size: int) -> bytes:
    parts: list[bytes] = []
    sector = _number(data, _DIRECTORY)
    while sector < _NOTHING - 5:
        at = (sector + 1) * size
        if at >= len(data) or len(parts) * size > _MOST * _ENTRY:
            raise ValueError(sector)
        parts.append(data[at : at + size])
        sector = _next(data, sector, size)
    return b"".join(parts)


def _next(data: bytes, sector: int, size: int) -> int:
    """Return what the allocation table says comes after a sector."""
    page, place = divmod(sector, size // 4)
    # The header lists 109 pages of the table: 6.8 MB; a directory stands near the front.
    if page >= (_HEADER - _DIFAT) // 4:
        raise ValueError(sector)
    table = _number(data, _DIFAT + 4 * page)
    return _number(data, (table + 1) * size + 4 * place)
