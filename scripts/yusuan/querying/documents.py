"""The packages below some folders, each document once, and which of them are superseded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from yusuan import graph
from yusuan.errors import PackageError, UsageError
from yusuan.graph.vocabulary import vocabulary
from yusuan.mapping import base_of, table_maps
from yusuan.messages import say
from yusuan.package import DESCRIPTOR, Package, program_version, read


@dataclass(frozen=True, slots=True)
class Document:
    """One document and where its package is; the package is read when it is asked for.

    Attributes:
        identifier: Its `document_id`.
        directory: The folder of the package.
        base: The base of the package's own IRIs.
        revision_of: The `document_id` of the document that it replaces, or "".
        year: Its fiscal year, as text.
        region: The code of its region.
        title: Its title.
        source_url: Where it was published, or "".
        alone: Whether the package holds no other document.
    """

    identifier: str
    directory: Path
    base: str
    revision_of: str
    year: str
    region: str
    title: str
    source_url: str
    alone: bool

    @property
    def package(self) -> Package:
        """The package. A descriptor is large, so those of thousands are not kept.

        Raises:
            PackageError: It can't be read any more.
        """
        return _package(self.directory)


@lru_cache(maxsize=4)
def _package(directory: Path) -> Package:
    return read(directory)


def documents_in(folders: Sequence[Path]) -> list[Document]:
    """Return the documents of the packages in some folders and below, each once, by their ids.

    Raises:
        UsageError: A folder holds no package, two packages hold one document with different
            content, or they have several bases.
        PackageError: A package can't be read, or is of a newer version than the program.
    """
    _package.cache_clear()  # a package may have changed since it was read
    found: dict[str, Document] = {}
    for package in packages_in(folders):
        for coming in documents_of(package):
            standing = found.setdefault(coming.identifier, coming)
            if standing is not coming and not _alike(read(standing.directory), package):
                places = {"one": standing.directory, "other": package.directory}
                raise UsageError(coming.identifier, say("document-twice", **places),
                                 say("document-twice-advice"))  # fmt: skip
    if not found:
        raise UsageError(", ".join(map(str, folders)), say("no-packages"),
                         say("no-packages-advice"))  # fmt: skip
    one_base(found.values())
    return [found[identifier] for identifier in sorted(found)]


def documents_of(package: Package) -> list[Document]:
    """Return the documents of a package, in the order of its table.

    Raises:
        PackageError: The table can't be read.
    """
    rows = package.rows("documents")
    return [
        Document(
            row["document_id"], package.directory, base_of(package.descriptor),
            row.get("revision_of", ""), row["fiscal_year"], row["region_code"],
            row["title"], row.get("source_url", ""), len(rows) == 1,
        )
        for row in rows
    ]  # fmt: skip


def packages_in(folders: Iterable[Path]) -> Iterator[Package]:
    """Yield the packages in some folders, and those below a folder that is none itself.

    Raises:
        UsageError: A folder holds none.
        PackageError: A descriptor can't be read, or is of a newer version than the program.
    """
    known: set[Path] = set()
    for folder in folders:
        empty = True
        for path in _below(folder):
            empty = False
            if path.resolve() not in known:
                known.add(path.resolve())
                yield _readable(path)
        if empty:
            raise UsageError(str(folder), say("no-packages"), say("no-packages-advice"))


def superseded(revisions: Mapping[str, str]) -> set[str]:
    """Return the documents that another one replaces.

    Args:
        revisions: Document → the document that it replaces, or "".
    """
    return {old for new, old in revisions.items() if old in revisions and old != new}


def one_base(documents: Iterable[Document]) -> None:
    """Make sure that all documents have one base.

    Raises:
        UsageError: They have several.
    """
    bases = sorted({one.base for one in documents})
    if len(bases) > 1:
        raise UsageError(", ".join(bases), say("several-bases"), say("several-bases-advice"))


def triples(package: Package, *, quads: bool = False) -> Iterator[bytes]:
    """Yield the triples of a package, findings included, as lines.

    Raises:
        PackageError: A table can't be read.
    """
    yield from graph.lines(package, graph.data_tables(package), quads=quads)
    yield from graph.lines(package, graph.finding_tables(package), quads=quads)


def common_vocabulary(package: Package) -> bytes:
    """Return the vocabulary of a package as N-Triples, without what is said in its rows."""
    headers = {
        table.path: (",".join(column.name for column in table.columns) + "\n").encode()
        for table in table_maps(package.descriptor)
    }
    bare = Package(package.directory, package.descriptor, headers)
    return "".join(f"{one[0]} {one[1]} {one[2]} .\n" for one in vocabulary(bare)).encode("utf-8")


def _below(folder: Path) -> Iterator[Path]:
    """Yield the folder if it is a package, else the packages below it, nearest first."""
    if (folder / DESCRIPTOR).is_file():
        yield folder
        return
    if not folder.is_dir():
        return
    try:
        entries = sorted(folder.iterdir())
    except OSError as fault:
        reason = say("file-unreadable", fault=fault.strerror or fault)
        raise PackageError(str(folder), reason, say("no-packages-advice")) from fault
    for entry in entries:
        if entry.is_dir() and not entry.is_symlink() and not entry.name.startswith("."):
            yield from _below(entry)


def _readable(folder: Path) -> Package:
    package = read(folder)
    stated, own = str(package.descriptor.get("version", "")), program_version()
    if _version(stated) > _version(own):
        reason = say("package-newer", stated=stated, own=own)
        raise PackageError(str(folder), reason, say("package-newer-advice"))
    if "yusuan:base" not in package.descriptor or "csvw:prefixes" not in package.descriptor:
        raise PackageError(str(folder), say("descriptor-alien"), say("rebuild-advice"))
    return package


def _version(text: str) -> tuple[int, ...]:
    """Return major and minor: what differs behind them does not change the schema."""
    return tuple(int(part) for part in re.findall(r"\d+", text)[:2])


def _alike(one: Package, other: Package) -> bool:
    """Tell whether two packages state the same: their tables are the same bytes."""
    if one.tables != other.tables:
        return False
    return all(
        one.content(one.path(table)) == other.content(other.path(table)) for table in one.tables
    )
