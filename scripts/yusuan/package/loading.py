"""A package as it stands on disk: its descriptor, its tables as text, and the document's text.

It reads packages that other programs or hands made, too. It checks no rule: see `checking`.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import IO, Any

from yusuan.errors import PackageError
from yusuan.messages import Message, say
from yusuan.package.cells import to_csv
from yusuan.package.facts import is_facts_only
from yusuan.package.shipped import DESCRIPTOR, table_resources

_PIECE = 1 << 20  # bytes


@dataclass(frozen=True, slots=True)
class Package:
    """A package on disk.

    Attributes:
        directory: The folder of the descriptor.
        descriptor: `datapackage.json` as it stands.
        files: Files by path that stand in for those on disk; all of them where the package is not
            written yet.
    """

    directory: Path
    descriptor: dict[str, Any] = field(repr=False)
    files: Mapping[str, bytes] | None = field(default=None, repr=False)

    @property
    def tables(self) -> list[str]:
        """The names of the tables, in the order of the descriptor."""
        return list(table_resources(self.descriptor))

    def schema(self, table: str) -> dict[str, Any]:
        """Return the schema of one table, as this package states it."""
        found: dict[str, Any] = table_resources(self.descriptor)[table]["schema"]
        return found

    def path(self, table: str) -> str:
        """Return the path of one table's file, from the folder of the descriptor."""
        found: str = self._resource(table)["path"]
        return found

    def content(self, path: str) -> bytes:
        """Return one file of the package.

        Raises:
            PackageError: It is not there or can't be read.
        """
        if self.files is not None and path in self.files:
            return self.files[path]
        return read_bytes(resource_path(self.directory, {"path": path}))

    def pieces(self, path: str) -> Iterator[bytes]:
        """Yield one file of the package piece by piece, however large it is.

        Raises:
            PackageError: It is not there or can't be read.
        """
        if self.files is not None and path in self.files:
            yield self.files[path]
            return
        place = resource_path(self.directory, {"path": path})
        try:
            with place.open("rb") as file:
                while piece := file.read(_PIECE):
                    yield piece
        except OSError as fault:
            raise _unreadable(place, fault) from fault

    def with_rows(self, table: str, rows: Iterable[Mapping[str, object]]) -> Package:
        """Return a package in memory, like this one but for the rows of one table."""
        written = to_csv(table, self.schema(table), rows)
        return replace(self, files={**(self.files or {}), self.path(table): written})

    def rows(self, table: str) -> list[dict[str, str]]:
        """Read one table: a row is column → text, "" for a missing value.

        Raises:
            PackageError: The package has no such table, or its file can't be read.
        """
        header, rows = self.stream(table)
        return [dict(zip(header, row, strict=True)) for row in rows]

    def stream(self, table: str) -> tuple[list[str], Iterator[list[str]]]:
        """Return the header of one table and its rows as lists of text, read as they are asked for.

        Raises:
            PackageError: The package has no such table, or its file can't be read; for a row, when
                it is asked for.
        """
        resource = self._resource(table)
        path = resource_path(self.directory, resource)
        rows = _rows(path, self._open(path, resource["path"]))
        return next(rows, []), rows

    def text(self) -> str:
        """Return the canonical text of the document, joined from its segments.

        Raises:
            PackageError: As `rows` raises it.
        """
        return "".join(row["text"] for row in self.rows("segments"))

    def _resource(self, table: str) -> dict[str, Any]:
        resources = table_resources(self.descriptor)
        if table not in resources:
            raise PackageError(
                str(self.directory), say("table-missing", table=table), say("rebuild-advice")
            )
        return resources[table]

    def _open(self, path: Path, name: str) -> IO[str]:
        if self.files is not None and name in self.files:
            return io.StringIO(self.files[name].decode("utf-8"), newline="")
        try:
            return path.open(encoding="utf-8-sig", newline="")
        except OSError as fault:
            raise _unreadable(path, fault) from fault


def read(directory: Path) -> Package:
    """Read the descriptor of the package in a folder; the tables are read when asked for.

    Raises:
        PackageError: There is no descriptor, or it is none.
    """
    path = directory / DESCRIPTOR
    if not path.is_file():
        raise PackageError(str(directory), say("no-package"), say("no-package-advice"))
    try:
        descriptor = json.loads(read_bytes(path).decode("utf-8-sig"))
    except ValueError as fault:
        raise PackageError(
            str(path), say("descriptor-broken", fault=fault), say("rebuild-advice")
        ) from fault
    if not _is_descriptor(descriptor):
        raise PackageError(str(path), say("descriptor-alien"), say("rebuild-advice"))
    return Package(directory, descriptor)


def above(start: Path) -> Path | None:
    """Return the nearest folder that holds a package, `start` itself or one above it."""
    start = start.resolve()
    return next((one for one in (start, *start.parents) if (one / DESCRIPTOR).is_file()), None)


def nearest(start: Path) -> Path:
    """Return the nearest folder upward that holds a package.

    Raises:
        PackageError: There is none.
    """
    found = above(start)
    if found is None:
        raise PackageError(str(start), say("no-package-above"), say("no-package-advice"))
    return found


def rebuild(directory: Path) -> bytes:
    """Rebuild the document's text from `segments.csv` alone.

    Returns:
        For a txt document the file byte for byte, in its own charset, with personal data as
        masked; for another format the canonical text in UTF-8.

    Raises:
        PackageError: The segments overlap or leave a gap, or the package holds no document, or
            it leaves the text out.
    """
    package = read(directory)
    if is_facts_only(package.descriptor):
        raise PackageError(str(directory), say("text-withheld"), say("text-withheld-advice"))
    documents = package.rows("documents")
    if len(documents) != 1:
        raise _broken(directory, say("not-one-document", count=len(documents)))
    text = _untile(package, _whole(directory, documents[0], "text_length"))
    kind, _, charset = _value(directory, documents[0], "media_type").partition("; charset=")
    if kind != "text/plain" or not charset:
        return text.encode("utf-8")
    # Only here: whoever reads tables only does not load the readers.
    from yusuan.reading.decode import encode

    return encode(text, charset, _undecoded(package))


def resource_path(directory: Path, resource: dict[str, Any]) -> Path:
    """Return where a resource lies.

    Raises:
        PackageError: Its path leads out of the package, or is a URL.
    """
    path = resource.get("path")
    if not isinstance(path, str) or not is_inside(path):
        raise PackageError(str(directory), say("path-outside", path=path), say("rebuild-advice"))
    return directory / path


def is_inside(path: str) -> bool:
    """Tell whether the path of a resource stays below the folder of its descriptor."""
    pure = PurePosixPath(path)
    alien = "\\" in path or ":" in path or "\0" in path
    return bool(path) and not alien and not pure.is_absolute() and ".." not in pure.parts


def read_bytes(path: Path) -> bytes:
    """Read one file of a package.

    Raises:
        PackageError: It is not there or can't be read.
    """
    try:
        return path.read_bytes()
    except OSError as fault:
        raise _unreadable(path, fault) from fault


def _unreadable(path: Path, fault: OSError) -> PackageError:
    reason = say("file-unreadable", fault=fault.strerror or fault)
    return PackageError(str(path), reason, say("rebuild-advice"))


def _is_descriptor(descriptor: object) -> bool:
    if not isinstance(descriptor, dict) or not isinstance(descriptor.get("resources"), list):
        return False
    return all(isinstance(one, dict) and "name" in one for one in descriptor["resources"])


def _rows(path: Path, file: IO[str]) -> Iterator[list[str]]:
    """Yield the header and then each row, which has as many cells as it."""
    # A paragraph may be longer than what the module allows a field by default.
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    with file:
        lines = csv.reader(file, strict=True)
        try:
            header = next(lines, [])
            yield header
            for line in lines:
                if len(line) != len(header):
                    raise _broken(path, say("row-length", line=lines.line_num, cells=len(line),
                                            columns=len(header)))  # fmt: skip
                yield line
        except UnicodeDecodeError as fault:
            raise _broken(path, _undecodable(path)) from fault
        except csv.Error as fault:
            raise _broken(path, say("csv-broken", line=lines.line_num, fault=fault)) from fault


def _undecodable(path: Path) -> Message:
    """Say where a file stops being UTF-8; the file is read in pieces, so its error does not."""
    content = read_bytes(path)
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as fault:
        before = content[: fault.start]
        column = len(before.rpartition(b"\n")[2].decode("utf-8")) + 1
        return say("csv-not-utf8", line=before.count(b"\n") + 1, column=column)
    raise AssertionError(f"{path} has changed while it was read")


def _broken(path: Path, reason: Message) -> PackageError:
    return PackageError(str(path), reason, say("rebuild-advice"))


def _untile(package: Package, length: int) -> str:
    """Join the segments, each of which must begin where the one before it ends."""
    path = package.directory / "resources" / "segments.csv"
    parts, at = [], 0
    for row in package.rows("segments"):
        start, end = _whole(path, row, "char_start"), _whole(path, row, "char_end")
        text = _value(path, row, "text")
        if start != at or end != start + len(text):
            number = _value(path, row, "segment_no")
            raise _broken(path, say("segments-torn", number=number, at=at))
        parts.append(text)
        at = end
    if at != length:
        raise _broken(path, say("segments-short", at=at, length=length))
    return "".join(parts)


def _value(path: Path, row: dict[str, str], column: str) -> str:
    if column not in row:
        raise _broken(path, say("column-missing", column=column))
    return row[column]


def _whole(path: Path, row: dict[str, str], column: str) -> int:
    value = _value(path, row, column)
    if not (value.isascii() and value.isdigit()):
        raise _broken(path, say("not-a-number", column=column, value=value))
    return int(value)


def _undecoded(package: Package) -> tuple[tuple[int, str], ...]:
    """Return the bytes that are no text in the charset of the document, from its source."""
    sources = package.descriptor.get("sources") or [{}]
    return tuple((at, raw) for at, raw in sources[0].get("yusuan:undecoded", ()))
