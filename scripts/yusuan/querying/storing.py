"""A store on disk: every document in a graph of its own, and what is current in the default graph.

A document comes, changes or goes in one transaction, so whatever is killed at any moment leaves
the old state or the new. A superseded revision keeps its graph and leaves the default graph.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from yusuan.errors import StoreError, UsageError
from yusuan.graph.triples import graph_of
from yusuan.messages import Message, say
from yusuan.package import Package
from yusuan.querying.documents import (
    Document,
    common_vocabulary,
    documents_of,
    one_base,
    packages_in,
    superseded,
    triples,
)

if TYPE_CHECKING:
    from pyoxigraph import Quad, Store

# What the engine raises where files are missing, full, locked or damaged.
FAULTS = (OSError, RuntimeError)
# Bytes of triples that are loaded at once: what a new store takes of memory follows from it.
_CHUNK = 1 << 25
_REVISION = "http://www.w3.org/ns/prov#wasRevisionOf"
_TITLE = "http://purl.org/dc/terms/title"
_ONTOLOGY = "http://www.w3.org/2002/07/owl#Ontology"
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


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


def is_store(path: Path) -> bool:
    """Tell whether a folder is a store on disk."""
    return (path / "CURRENT").is_file()


def open_to_read(path: Path) -> Store:
    """Open a store that nobody changes meanwhile.

    Raises:
        StoreError: It is none, or is broken.
    """
    import pyoxigraph

    if not is_store(path):
        raise StoreError(str(path), say("no-store"), say("no-store-advice"))
    try:
        return pyoxigraph.Store.read_only(str(path))
    except FAULTS as fault:
        raise _broken(path, fault) from fault


def base_in(store: Store, path: Path) -> str:
    """Return the base IRI of what a store holds.

    Raises:
        StoreError: It was not made by this program.
    """
    import pyoxigraph

    kind, ontology = pyoxigraph.NamedNode(_TYPE), pyoxigraph.NamedNode(_ONTOLOGY)
    try:
        for quad in store.quads_for_pattern(None, kind, ontology):
            return str(getattr(quad.subject, "value", "")).removesuffix("def")
    except FAULTS as fault:
        raise _broken(path, fault) from fault
    raise StoreError(str(path), say("store-alien"), say("no-store-advice"))


def add(folders: Sequence[Path], target: Path) -> list[str]:
    """Put the documents of some packages into a store, in place of what it has of them.

    Returns:
        Their ids.

    Raises:
        UsageError: A folder holds no package, two hold one document with different content, or
            the packages and the store have different bases.
        PackageError: A package can't be read.
        StoreError: The store can't be read or written, or another program writes into it.
    """
    packages = packages_in(folders)
    documents = documents_of(packages)
    base = one_base(packages)
    for one in documents:
        if not one.alone:
            raise UsageError(str(one.package.directory), say("store-stack"),
                             say("store-stack-advice"))  # fmt: skip
    try:
        if is_store(target):
            _add_each(documents, base, target)
        else:
            _make(documents, base, target)
    except FAULTS as fault:
        raise _broken(target, fault) from fault
    return [one.identifier for one in documents]


def standing(path: Path) -> list[Standing]:
    """Return the documents of a store, in the order of their ids.

    Raises:
        StoreError: It is none, or is broken.
    """
    store = open_to_read(path)
    contents = _Contents(store, base_in(store, path))
    try:
        return [contents.standing(one) for one in sorted(contents.revisions)]
    except FAULTS as fault:
        raise _broken(path, fault) from fault


def remove(identifiers: Sequence[str], path: Path) -> None:
    """Take documents out of a store; a document that one of them replaced is current again.

    Raises:
        UsageError: It has no such document; nothing is removed.
        StoreError: It is none, is broken, or another program writes into it.
    """
    if not is_store(path):
        raise StoreError(str(path), say("no-store"), say("no-store-advice"))
    try:
        store = _open_to_write(path)
        contents = _Contents(store, base_in(store, path))
        for one in identifiers:
            if one not in contents.revisions:
                raise UsageError(one, say("store-without"), say("store-without-advice"))
        for one in identifiers:
            contents.change(one, None)
        store.optimize()
    except FAULTS as fault:
        raise _broken(path, fault) from fault


def compare(path: Path, folders: Sequence[Path]) -> list[Message]:
    """Return how a store differs from some packages, and from what it should be itself.

    Raises:
        UsageError: A folder holds no package.
        PackageError: A package can't be read.
        StoreError: The store is none, or is broken.
    """
    store = open_to_read(path)
    contents = _Contents(store, base_in(store, path))
    documents = documents_of(packages_in(folders)) if folders else []
    try:
        return [*contents.faults(), *_differences(contents, documents)]
    except FAULTS as fault:
        raise _broken(path, fault) from fault


def _differences(contents: _Contents, documents: Iterable[Document]) -> Iterator[Message]:
    for one in documents:
        if one.identifier not in contents.revisions:
            yield say("store-lacks", document=one.identifier)
            continue
        right, there = _parsed(one.package), contents.said(one.identifier)
        if right != there:
            yield say("store-differs", document=one.identifier, right=len(right), there=len(there))


class _Contents:
    """What a store holds: its documents, and which of them are current."""

    def __init__(self, store: Store, base: str) -> None:
        self._store, self._base = store, base
        self.revisions = self._revisions()

    def said(self, identifier: str) -> set[str]:
        """Return the triples in the graph of a document."""
        return {_line(quad) for quad in self._quads(graph=self._graph(identifier))}

    def standing(self, identifier: str) -> Standing:
        """Return what is to be told of a document."""
        graph = self._graph(identifier)
        titles = self._quads(f"{self._base}doc/{identifier}", _TITLE, graph=graph)
        title = next((str(getattr(quad.object, "value", "")) for quad in titles), "")
        count = sum(1 for _ in self._quads(graph=graph))
        return Standing(identifier, title, count, identifier not in superseded(self.revisions))

    def change(self, identifier: str, coming: tuple[str, set[str]] | None) -> None:
        """Replace, add or remove a document in one transaction.

        Args:
            identifier: The document.
            coming: The document that it replaces, or "", and its triples; None to remove it.
        """
        before = set(self.revisions) - superseded(self.revisions)
        revisions = {one: old for one, old in self.revisions.items() if one != identifier}
        if coming is not None:
            revisions[identifier] = coming[0]
        after = set(revisions) - superseded(revisions)
        gone, new = set[str](), set[str]()
        for one in {identifier} | (before ^ after):
            gone |= self.said(one) if one in before else set()
            if one in after:
                new |= coming[1] if one == identifier and coming is not None else self.said(one)
        untouched = after - {identifier} - (before ^ after)
        gone = {line for line in gone - new if not self._is_said(line, untouched)}
        graph = self._graph(identifier)
        update = [f"DROP SILENT GRAPH <{graph}>"]
        if gone:
            update.append(f"DELETE DATA {{ {_joined(gone)} }}")
        if new:
            update.append(f"INSERT DATA {{ {_joined(new)} }}")
        if coming is not None:
            update.append(f"INSERT DATA {{ GRAPH <{graph}> {{ {_joined(coming[1])} }} }}")
        self._store.update(" ;\n".join(update))
        self.revisions = revisions

    def faults(self) -> Iterator[Message]:
        """Yield what is wrong in the store itself: the default graph is what is current."""
        current = sorted(set(self.revisions) - superseded(self.revisions))
        right = self._lines(self._base + "def")
        for one in current:
            right |= self._lines(self._graph(one))
        there = self._lines(None)
        if right != there:
            yield say("store-torn", right=len(right), there=len(there))

    def _lines(self, graph: str | None) -> set[str]:
        import pyoxigraph

        named = pyoxigraph.DefaultGraph() if graph is None else pyoxigraph.NamedNode(graph)
        return {_line(quad) for quad in self._store.quads_for_pattern(None, None, None, named)}

    def _graph(self, identifier: str) -> str:
        return graph_of(self._base, identifier)

    def _revisions(self) -> dict[str, str]:
        stem = f"{self._base}doc/"
        found = {}
        for node in self._store.named_graphs():
            graph = str(getattr(node, "value", ""))
            if graph.startswith(stem) and graph.endswith("/graph"):
                identifier = graph.removeprefix(stem).removesuffix("/graph")
                olds = self._quads(stem + identifier, _REVISION, graph=graph)
                old = next((str(getattr(quad.object, "value", "")) for quad in olds), "")
                found[identifier] = old.removeprefix(stem)
        return found

    def _quads(
        self, subject: str | None = None, predicate: str | None = None, *, graph: str
    ) -> Iterator[Quad]:
        import pyoxigraph

        first, second = (
            None if one is None else pyoxigraph.NamedNode(one) for one in (subject, predicate)
        )
        return self._store.quads_for_pattern(first, second, None, pyoxigraph.NamedNode(graph))

    def _is_said(self, line: str, documents: set[str]) -> bool:
        """Tell whether another current document, or the vocabulary, says a triple, too."""
        import pyoxigraph

        stem = f"{self._base}doc/"
        triple = next(iter(pyoxigraph.parse(f"{line} .", pyoxigraph.RdfFormat.N_TRIPLES)))
        for quad in self._store.quads_for_pattern(triple.subject, triple.predicate, triple.object):
            graph = str(getattr(quad.graph_name, "value", ""))
            identifier = graph.removeprefix(stem).removesuffix("/graph")
            if graph == self._base + "def" or identifier in documents:
                return True
        return False


def _make(documents: Sequence[Document], base: str, target: Path) -> None:
    """Make a store beside its place, and rename it when all is in it."""
    import pyoxigraph

    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(str(target), say("store-place"), say("store-place-advice"))
    draft = target.resolve().with_name(f".{target.resolve().name}.new")
    if draft.exists():
        # Left by a load that was killed; while one goes on, it can't be opened.
        _open_to_write(draft)
        shutil.rmtree(draft)
    draft.parent.mkdir(parents=True, exist_ok=True)
    store = pyoxigraph.Store(str(draft))
    for chunk in _chunks(_quads(documents, base)):
        store.bulk_load(chunk, pyoxigraph.RdfFormat.N_QUADS)
    store.optimize()
    store.flush()
    del store
    if target.exists():
        target.rmdir()
    draft.rename(target)


def _quads(documents: Sequence[Document], base: str) -> Iterator[bytes]:
    end = f" <{base}def> .\n".encode()
    known = common_vocabulary(documents[0].package) if documents else b""
    yield known
    yield known.replace(b" .\n", end)
    replaced = superseded({one.identifier: one.revision_of for one in documents})
    for one in documents:
        yield from triples(one.package, quads=True)
        if one.identifier not in replaced:
            yield from triples(one.package)


def _chunks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    gathered: list[bytes] = []
    size = 0
    for piece in pieces:
        gathered.append(piece)
        size += len(piece)
        if size >= _CHUNK:
            yield b"".join(gathered)
            gathered, size = [], 0
    yield b"".join(gathered)


def _add_each(documents: Sequence[Document], base: str, target: Path) -> None:
    store = _open_to_write(target)
    standing_base = base_in(store, target)
    if documents and standing_base != base:
        raise UsageError(f"{standing_base}, {base}", say("several-bases"),
                         say("several-bases-advice"))  # fmt: skip
    contents = _Contents(store, base)
    for one in documents:
        contents.change(one.identifier, (one.revision_of, _parsed(one.package)))
    store.optimize()


def _open_to_write(path: Path) -> Store:
    import pyoxigraph

    try:
        return pyoxigraph.Store(str(path))
    except FAULTS as fault:
        if "lock" in str(fault).lower():
            raise StoreError(str(path), say("store-busy"), say("store-busy-advice")) from fault
        raise _broken(path, fault) from fault


def _parsed(package: Package) -> set[str]:
    """Return the triples of a package as the store writes them: a text has one form only."""
    import pyoxigraph

    lines = b"".join(triples(package))
    return {_line(quad) for quad in pyoxigraph.parse(lines, pyoxigraph.RdfFormat.N_TRIPLES)}


def _line(quad: Quad) -> str:
    return f"{quad.subject} {quad.predicate} {quad.object}"


def _joined(lines: Iterable[str]) -> str:
    return "".join(f"{line} .\n" for line in sorted(lines))


def _broken(path: Path, fault: OSError | RuntimeError) -> StoreError:
    return StoreError(str(path), say("store-broken", fault=str(fault).split("\n")[0]),
                      say("store-broken-advice"))  # fmt: skip
