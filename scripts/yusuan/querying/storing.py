"""A store on disk: documents put into it, taken out, listed, and held against their packages.

What a command does happens in a generation of its own, which counts when all of it is done: the
store is as it was, or as it is to be, whatever is killed at any moment. See `generations`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from yusuan.errors import StoreError, UsageError
from yusuan.messages import Message, say
from yusuan.querying import columns
from yusuan.querying.columns import Columns
from yusuan.querying.contents import (
    Contents,
    Held,
    Lines,
    in_store,
    lines_of,
    read_held,
    write_held,
)
from yusuan.querying.documents import Document, common_vocabulary, documents_in, superseded
from yusuan.querying.generations import (
    GRAPHS,
    Hold,
    broken,
    generation_of,
    graphs_in,
    held,
    is_store,
    next_generation,
)

if TYPE_CHECKING:
    from pyoxigraph import Store

# What the engine raises where files are missing, full, locked or damaged.
FAULTS = (OSError, RuntimeError)
# Bytes of triples that are loaded at once: what a new store takes of memory follows from it.
_CHUNK = 1 << 25
# A store is put in order anew where this part of it is new: that takes as long as all of it needs.
_MUCH = 0.1
_ONTOLOGY = "http://www.w3.org/2002/07/owl#Ontology"
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"

Progress = Callable[[int, int], None]  # how many are done, and of how many

__all__ = ["FAULTS", "Opened", "Standing", "add", "compare", "is_store", "opened", "remove",
           "standing"]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Standing:
    """One document in a store.

    Attributes:
        identifier: Its `document_id`.
        title: Its title.
        triples: How many triples its graph has.
        current: Whether the default graph holds them: no later revision is there.
    """

    identifier: str
    title: str
    triples: int
    current: bool


@dataclass(frozen=True, slots=True)
class Opened:
    """A store that is open to be asked.

    Attributes:
        store: The triples.
        base: The base of its own IRIs.
        columns: The same in columns; None where the store has none, or DuckDB is not installed.
        generation: The folder that is read.
        hold: What keeps it from being removed; closed when nobody refers to it any more.
    """

    store: Store
    base: str
    columns: Columns | None
    generation: Path
    hold: Hold | None


def opened(path: Path) -> Opened:
    """Open a store to be asked; whoever writes meanwhile makes another generation.

    Raises:
        StoreError: It is none, or is broken.
    """
    import pyoxigraph

    generation, hold = held(path)
    with _told(path):
        store = pyoxigraph.Store.read_only(str(graphs_in(generation)))
        base = _base_in(store, path)
        return Opened(store, base, columns.open_if_there(generation, base), generation, hold)


def add(folders: Sequence[Path], target: Path, progress: Progress | None = None) -> list[str]:
    """Put the documents of some packages into a store, in place of what it has of them.

    Args:
        folders: Packages, and folders of packages.
        target: The store; a folder that is new or empty becomes one.
        progress: Told after each document.

    Returns:
        Their ids.

    Raises:
        UsageError: A folder holds no package, two hold one document with different content, or
            the packages and the store have different bases.
        PackageError: A package can't be read.
        StoreError: The store can't be read or written, or another program writes into it.
    """
    documents = documents_in(folders)
    for one in documents:
        if not one.alone:
            raise UsageError(str(one.directory), say("store-stack"), say("store-stack-advice"))
    with _told(target), next_generation(target) as draft:
        changing = _Changing(draft, target, documents[0])
        changing.add(documents, progress or (lambda _, __: None))
        changing.finish()
    return [one.identifier for one in documents]


def standing(path: Path) -> list[Standing]:
    """Return the documents of a store, in the order of their ids.

    Raises:
        StoreError: It is none, or is broken.
    """
    with _told(path):
        found = read_held(generation_of(path))
        if found is None:
            found = _contents(opened(path)).held
    replaced = superseded({name: one.revision_of for name, one in found.items()})
    return [
        Standing(name, one.title, one.triples, name not in replaced)
        for name, one in sorted(found.items())
    ]


def remove(identifiers: Sequence[str], path: Path) -> None:
    """Take documents out of a store; a document that one of them replaced is current again.

    Raises:
        UsageError: It has no such document; nothing is removed.
        StoreError: It is none, is broken, or another program writes into it.
    """
    known = {one.identifier for one in standing(path)}
    for one in identifiers:
        if one not in known:
            raise UsageError(one, say("store-without"), say("store-without-advice"))
    with _told(path), next_generation(path) as draft:
        changing = _Changing(draft, path, None)
        for one in dict.fromkeys(identifiers):
            changing.remove(one)
        changing.finish()


def compare(path: Path, folders: Sequence[Path], progress: Progress | None = None) -> list[Message]:
    """Return how a store differs from some packages, and from what it should be itself.

    Raises:
        UsageError: A folder holds no package.
        PackageError: A package can't be read.
        StoreError: The store is none, or is broken.
    """
    documents = documents_in(folders) if folders else []
    one = opened(path)
    with _told(path):
        contents = _contents(one)
        faults = [*contents.faults()]
        if one.columns is not None:
            faults += one.columns.faults(one.store)
        return [*faults, *_differences(contents, documents, progress or (lambda _, __: None))]


def _differences(
    contents: Contents, documents: Sequence[Document], progress: Progress
) -> Iterator[Message]:
    for number, one in enumerate(documents, 1):
        if one.identifier not in contents.held:
            yield say("store-lacks", document=one.identifier)
        else:
            right, there = in_store(lines_of(one.package).lines), contents.said(one.identifier)
            if right != there:
                yield say("store-differs", document=one.identifier, right=len(right),
                          there=len(there))  # fmt: skip
        progress(number, len(documents))


def _contents(one: Opened) -> Contents:
    noted = read_held(one.generation)
    contents = Contents(one.store, one.base, noted or {})
    if noted is None:
        contents.held = contents.counted()
    return contents


class _Changing:
    """A generation that does not count yet, and what is done to it."""

    def __init__(self, draft: Path, target: Path, first: Document | None) -> None:
        import pyoxigraph

        self._draft = draft
        self._store = pyoxigraph.Store(str(draft / GRAPHS))
        noted = read_held(draft)
        if noted is None and first is not None and len(self._store) == 0:
            self._columns = columns.create_if_possible(draft, first.base)
            self._load_vocabulary(first)
            base = first.base
        else:
            base = _base_in(self._store, target)
            self._columns = columns.open_if_there(draft, base, read_only=False)
        if first is not None and first.base != base:
            raise UsageError(f"{base}, {first.base}", say("several-bases"),
                             say("several-bases-advice"))  # fmt: skip
        self._contents = Contents(self._store, base, noted or {})
        if noted is None:
            self._contents.held = self._contents.counted()
        self._changed = 0

    def add(self, documents: Sequence[Document], progress: Progress) -> None:
        """Put documents into it."""
        held_ = self._contents.held
        new = [one for one in documents
               if one.identifier not in held_ and one.revision_of not in held_]  # fmt: skip
        plain = {one.identifier for one in new}
        done = 0
        if self._columns is None:
            for _ in self._load(new):
                done += 1
                progress(done, len(documents))
        else:
            self._columns.put(
                _counting(self._load(new), lambda count: progress(count, len(documents))),
                self._draft,
            )
        done = len(new)
        for one in documents:
            if one.identifier not in plain:
                self._replace(one)
                done += 1
                progress(done, len(documents))

    def remove(self, identifier: str) -> None:
        """Take a document out of it."""
        turned = self._contents.replace(identifier, None, b"")
        self._changed += 1
        if self._columns is not None:
            self._columns.drop(identifier)
            self._turn(turned)

    def finish(self) -> None:
        """Put it in order and close it."""
        if self._changed > _MUCH * max(len(self._contents.held), 1):
            self._store.optimize()
        self._store.flush()
        del self._store, self._contents.store
        if self._columns is not None:
            self._columns.finish()
        write_held(self._draft, self._contents.held)

    def _load_vocabulary(self, first: Document) -> None:
        known = common_vocabulary(first.package)
        self._bulk(known + _in_graph(known, f"{first.base}def"))

    def _bulk(self, lines: bytes) -> None:
        import pyoxigraph

        self._store.bulk_load(lines, pyoxigraph.RdfFormat.N_QUADS)

    def _load(self, documents: Sequence[Document]) -> Iterator[columns.Coming]:
        """Load documents that nothing there has to do with; yields each for its columns."""
        for one in documents:
            self._contents.held[one.identifier] = Held(one.title, 0, one.revision_of, "")
        replaced = self._contents.superseded
        gathered: list[bytes] = []
        size = 0
        for one in documents:
            package = one.package
            lines, digest = lines_of(package)
            current = one.identifier not in replaced
            gathered.append(_in_graph(lines, self._contents.graph(one.identifier)))
            gathered += [lines] if current else []
            size += len(lines) * 2
            if size >= _CHUNK:
                self._bulk(b"".join(gathered))
                gathered, size = [], 0
            count = _distinct(lines)
            self._contents.held[one.identifier] = Held(one.title, count, one.revision_of, digest)
            self._changed += 1
            yield one.identifier, package, current
        self._bulk(b"".join(gathered))

    def _replace(self, document: Document) -> None:
        """Put a document in the place of itself, or of what it revises."""
        lines: Lines = lines_of(document.package)
        known = self._contents.held.get(document.identifier)
        coming = Held(document.title, _distinct(lines.lines), document.revision_of, lines.digest)
        if known == coming:
            return
        turned = self._contents.replace(document.identifier, coming, lines.lines)
        self._changed += 1
        if self._columns is not None:
            self._columns.drop(document.identifier)
            current = document.identifier not in self._contents.superseded
            self._columns.put([(document.identifier, document.package, current)], self._draft)
            self._turn(turned)

    def _turn(self, identifiers: Iterable[str]) -> None:
        replaced = self._contents.superseded
        for one in identifiers:
            if self._columns is not None and one in self._contents.held:
                self._columns.move(one, current=one not in replaced)


def _counting(
    coming: Iterable[columns.Coming], tell: Callable[[int], None]
) -> Iterator[columns.Coming]:
    for count, one in enumerate(coming, 1):
        yield one
        tell(count)


def _distinct(lines: bytes) -> int:
    return len(set(lines.splitlines()))


def _in_graph(lines: bytes, graph: str) -> bytes:
    """Return N-Triples as N-Quads: a blank, a point and a newline stand at the end of one only."""
    return lines.replace(b" .\n", f" <{graph}> .\n".encode())


def _base_in(store: Store, path: Path) -> str:
    """Return the base IRI of what a store holds.

    Raises:
        StoreError: It was not made by this program.
    """
    import pyoxigraph

    kind, ontology = pyoxigraph.NamedNode(_TYPE), pyoxigraph.NamedNode(_ONTOLOGY)
    for quad in store.quads_for_pattern(None, kind, ontology):
        return str(getattr(quad.subject, "value", "")).removesuffix("def")
    raise StoreError(str(path), say("store-alien"), say("no-store-advice"))


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Turn what the engines raise into an error that a person can read.

    Raises:
        StoreError: They raised it.
    """
    known: tuple[type[Exception], ...] = (*FAULTS, *columns.faults_of_engine(), ValueError)
    try:
        yield
    except known as fault:
        if "lock" in str(fault).lower():
            raise StoreError(str(path), say("store-busy"), say("store-busy-advice")) from fault
        raise broken(path, fault) from fault
