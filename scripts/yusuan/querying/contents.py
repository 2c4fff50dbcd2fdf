"""What a store holds: every document in a graph of its own, what is current in the default graph.

It changes a generation that does not count yet, and needs no transactions; see `generations`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from yusuan.graph.triples import graph_of
from yusuan.messages import Message, say
from yusuan.package import Package
from yusuan.querying.documents import superseded, triples

if TYPE_CHECKING:
    from pyoxigraph import Quad, Store

FILE = "documents.json"
_REVISION = "http://www.w3.org/ns/prov#wasRevisionOf"
_TITLE = "http://purl.org/dc/terms/title"


@dataclass(frozen=True, slots=True)
class Held:
    """One document as a store holds it.

    Attributes:
        title: Its title.
        triples: How many triples its graph has.
        revision_of: The document that it replaces, or "".
        digest: SHA-256 of its triples as its package gives them; "" where that is not known.
    """

    title: str
    triples: int
    revision_of: str
    digest: str


class Lines(NamedTuple):
    """The triples of a package as lines of N-Triples, and their SHA-256."""

    lines: bytes
    digest: str


def lines_of(package: Package) -> Lines:
    """Return the triples of a package.

    Raises:
        PackageError: A table can't be read.
    """
    lines = b"".join(triples(package))
    return Lines(lines, sha256(lines).hexdigest())


class Contents:
    """The triples of a generation, and what documents they are."""

    def __init__(self, store: Store, base: str, held: Mapping[str, Held]) -> None:
        self.store, self.base = store, base
        self.held = dict(held)

    @property
    def superseded(self) -> set[str]:
        """The documents that another one replaces."""
        return superseded({name: one.revision_of for name, one in self.held.items()})

    def graph(self, identifier: str) -> str:
        """Return the IRI of the graph of a document."""
        return graph_of(self.base, identifier)

    def said(self, identifier: str) -> set[str]:
        """Return the triples in the graph of a document."""
        return {_line(quad) for quad in self._quads(self.graph(identifier))}

    def count(self, identifier: str) -> int:
        """Return how many triples the graph of a document has."""
        return sum(1 for _ in self._quads(self.graph(identifier)))

    def replace(self, identifier: str, held: Held | None, lines: bytes) -> set[str]:
        """Replace, add or remove a document.

        Args:
            identifier: The document.
            held: What is to be noted of it; None to remove it.
            lines: Its triples as N-Triples.

        Returns:
            The documents that are current from now on, or no longer, but for itself.
        """
        before = set(self.held) - self.superseded
        if held is None:
            del self.held[identifier]
        else:
            self.held[identifier] = held
        after = set(self.held) - self.superseded
        turned = (before ^ after) - {identifier}
        new = _parsed(lines) if held is not None else set()
        gone, come = set[str](), set[str]()
        for one in {identifier} | turned:
            gone |= self.said(one) if one in before else set()
            if one in after:
                come |= new if one == identifier else self.said(one)
        untouched = after - {identifier} - turned
        gone = {line for line in gone - come if not self._is_said(line, untouched)}
        graph = self.graph(identifier)
        update = [f"DROP SILENT GRAPH <{graph}>"]
        update += [f"DELETE DATA {{ {_joined(gone)} }}"] if gone else []
        update += [f"INSERT DATA {{ {_joined(come)} }}"] if come else []
        update += [f"INSERT DATA {{ GRAPH <{graph}> {{ {_joined(new)} }} }}"] if new else []
        self.store.update(" ;\n".join(update))
        return turned

    def faults(self) -> Iterator[Message]:
        """Yield what is wrong in the store itself: the default graph is what is current."""
        import pyoxigraph

        for identifier, one in sorted(self.held.items()):
            there = self.count(identifier)
            if there != one.triples:
                yield say("store-count", document=identifier, right=one.triples, there=there)
        default = pyoxigraph.DefaultGraph()
        current = [self.base + "def"]
        current += [self.graph(one) for one in sorted(set(self.held) - self.superseded)]
        lacking = 0
        for graph in current:
            for quad in self._quads(graph):
                found = pyoxigraph.Quad(quad.subject, quad.predicate, quad.object, default)
                lacking += found not in self.store
        known = set(current)
        beside = 0
        for quad in self.store.quads_for_pattern(None, None, None, default):
            places = self.store.quads_for_pattern(quad.subject, quad.predicate, quad.object, None)
            beside += not any(str(getattr(one.graph_name, "value", "")) in known for one in places)
        if lacking or beside:
            yield say("store-torn", lacking=lacking, beside=beside)

    def _quads(
        self, graph: str, subject: str | None = None, predicate: str | None = None
    ) -> Iterator[Quad]:
        import pyoxigraph

        first, second = (
            None if one is None else pyoxigraph.NamedNode(one) for one in (subject, predicate)
        )
        return self.store.quads_for_pattern(first, second, None, pyoxigraph.NamedNode(graph))

    def counted(self) -> dict[str, Held]:
        """Return what documents the graphs themselves name, for a database without a note."""
        stem = f"{self.base}doc/"
        found = {}
        for node in self.store.named_graphs():
            graph = str(getattr(node, "value", ""))
            if graph.startswith(stem) and graph.endswith("/graph"):
                identifier = graph.removeprefix(stem).removesuffix("/graph")
                title, old = (
                    next((str(getattr(quad.object, "value", "")) for quad in quads), "")
                    for quads in (
                        self._quads(graph, stem + identifier, predicate)
                        for predicate in (_TITLE, _REVISION)
                    )
                )
                old = old.removeprefix(stem)
                found[identifier] = Held(title, self.count(identifier), old, "")
        return found

    def _is_said(self, line: str, documents: set[str]) -> bool:
        """Tell whether another current document, or the vocabulary, says a triple, too."""
        import pyoxigraph

        stem = f"{self.base}doc/"
        triple = next(iter(pyoxigraph.parse(f"{line} .", pyoxigraph.RdfFormat.N_TRIPLES)))
        for quad in self.store.quads_for_pattern(triple.subject, triple.predicate, triple.object):
            graph = str(getattr(quad.graph_name, "value", ""))
            identifier = graph.removeprefix(stem).removesuffix("/graph")
            if graph == self.base + "def" or identifier in documents:
                return True
        return False


def read_held(generation: Path) -> dict[str, Held] | None:
    """Return what a generation notes of its documents, or None where it notes nothing.

    Raises:
        OSError: The note can't be read.
        ValueError: It is broken.
    """
    path = generation / FILE
    if not path.is_file():
        return None
    try:
        found = json.loads(path.read_text("utf-8"))
        return {name: Held(**one) for name, one in found.items()}
    except (TypeError, AttributeError) as fault:
        raise ValueError(f"{FILE}: {fault}") from fault


def write_held(generation: Path, held: Mapping[str, Held]) -> None:
    """Note what documents a generation holds."""
    noted = {name: asdict(held[name]) for name in sorted(held)}
    (generation / FILE).write_text(json.dumps(noted, ensure_ascii=False, indent=0), "utf-8")


def in_store(lines: bytes) -> set[str]:
    """Return triples as the store writes them: a text has one form only."""
    return _parsed(lines)


def _parsed(lines: bytes) -> set[str]:
    import pyoxigraph

    return {_line(quad) for quad in pyoxigraph.parse(lines, pyoxigraph.RdfFormat.N_TRIPLES)}


def _line(quad: Quad) -> str:
    return f"{quad.subject} {quad.predicate} {quad.object}"


def _joined(lines: Iterable[str]) -> str:
    return "".join(f"{line} .\n" for line in sorted(lines))
