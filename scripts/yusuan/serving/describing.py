"""What a store says of one IRI: the statements about it, and those that lead to it.

What the shapes say of rules, laws and headings is part of it: findings refer to them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from yusuan.errors import AnswerError, StoreError
from yusuan.graph.triples import graph_of
from yusuan.mapping import base_of
from yusuan.messages import say
from yusuan.package.shipped import home, template
from yusuan.querying import Cell, Rows, Source, Statements
from yusuan.querying.answers import answer_of, cell_of, triple_of
from yusuan.querying.storing import FAULTS
from yusuan.terms import Triple

if TYPE_CHECKING:
    from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, Store

_LABELS = (
    "http://www.w3.org/2004/02/skos/core#prefLabel",
    "http://www.w3.org/2000/01/rdf-schema#label",
    "http://purl.org/dc/terms/title",
    "http://www.w3.org/2000/01/rdf-schema#comment",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#value",
    "http://purl.org/dc/terms/identifier",
)
_MOST_STATEMENTS = 500  # on a page; files have all
_MOST_PLACES = 100_000
_TEXT = "/text"
_QUOTED = "http://www.w3.org/ns/prov#wasQuotedFrom"


class _Place(NamedTuple):
    """A store and the graph of it that is looked at; None for all of them."""

    store: Store
    graph: DefaultGraph | None


def describe(source: Source, iri: str, start: int, count: int) -> dict[str, Any] | None:
    """Return what a page says of an IRI, or None where nothing is said.

    Args:
        source: The store.
        iri: The IRI.
        start: How many of the statements that lead to it are left out.
        count: How many of them are wanted.

    Returns:
        `statements` and `incoming`, each a list of predicate, term and the term's label; `labels`
        of everything named; `more`, whether more leads to it; `cut`, whether more is said.

    Raises:
        StoreError: The store can't be read.
    """
    try:
        return _described(source, iri, start, count)
    except ValueError:  # what is no IRI is none of ours
        return None
    except FAULTS as fault:
        raise _broken(fault) from fault


def described_as(source: Source, iri: str, most: int) -> Statements | None:
    """Return the statements about an IRI, and those about the nameless things that they name.

    For a named graph these are all its statements; for a vocabulary those about its terms, too;
    for what is only referred to, what refers to it.

    Args:
        source: The store.
        iri: The IRI.
        most: How many there may be.

    Raises:
        AnswerError: There are more.
        StoreError: The store can't be read.
    """
    import pyoxigraph

    try:
        node = pyoxigraph.NamedNode(iri)
        if iri.endswith(_TEXT):
            places = _places_in(source, iri, most)
            made = [Triple(f"<{row}>", f"<{_QUOTED}>", f"<{place}>") for place, row in places]
            return Statements(made) if made else None
        if source.store.contains_named_graph(node):
            query = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{iri}> {{ ?s ?p ?o }} }}"
            found = answer_of(source.store.query(query), most)
            return found if isinstance(found, Statements) else None
        triples = [triple_of(one) for one in _about(source, node)]
        triples += [triple_of(one) for one in _terms(source, node)]
        place = _leads_to(source, node)
        if not triples and place is not None:
            # A law that documents name and nobody describes: they are what there is to say.
            quads = _once(place.store.quads_for_pattern(None, None, node, place.graph))
            triples = [triple_of(one) for one in islice(quads, most + 1)]
    except ValueError:
        return None
    except FAULTS as fault:
        raise _broken(fault) from fault
    if len(triples) > most:
        raise AnswerError("SPARQL", say("query-rows", rows=most), say("query-rows-advice"))
    return Statements(triples) if triples else None


def document_of_graph(source: Source, iri: str) -> str | None:
    """Return the document whose graph an IRI names, or None where it names none."""
    import pyoxigraph

    document = iri.removesuffix("/graph")
    try:
        known = source.store.contains_named_graph(pyoxigraph.NamedNode(iri))
    except ValueError:
        return None
    return document if known and graph_of(source.base, document.rpartition("/")[2]) == iri else None


def _described(source: Source, iri: str, start: int, count: int) -> dict[str, Any] | None:
    import pyoxigraph

    node = pyoxigraph.NamedNode(iri)
    if iri.endswith(_TEXT):
        return _text(source, iri, _MOST_PLACES)
    statements = list(islice(_about(source, node), _MOST_STATEMENTS + 1))
    place = _leads_to(source, node)
    if not statements and place is None:
        return None
    incoming: list[Quad] = []
    if place is not None:
        quads = place.store.quads_for_pattern(None, None, node, place.graph)
        incoming = list(islice(_once(quads), start, start + count + 1))
    cut, more = len(statements) > _MOST_STATEMENTS, len(incoming) > count
    shown, leading = statements[:_MOST_STATEMENTS], incoming[:count]
    named = {iri: node}
    for quad in (*shown, *leading):
        for term in (quad.subject, quad.predicate, quad.object):
            if isinstance(term, pyoxigraph.NamedNode):
                named[term.value] = term
    return {
        "iri": iri,
        "statements": [_pair(quad.predicate, quad.object) for quad in shown],
        "incoming": [_pair(quad.predicate, quad.subject) for quad in leading],
        "labels": {one: found for one, term in named.items() if (found := _labels(source, term))},
        "cut": cut,
        "more": more,
    }


def _text(source: Source, iri: str, most: int) -> dict[str, Any] | None:
    """Return what is said of the places in the text of a document; it has no triples itself."""
    import pyoxigraph

    places = _places_in(source, iri, most)
    if not places:
        return None
    named = {row: pyoxigraph.NamedNode(row) for _, row in places}
    named[iri] = pyoxigraph.NamedNode(iri.removesuffix(_TEXT))
    shown = places[:_MOST_STATEMENTS]
    return {
        "iri": iri,
        "statements": [],
        "incoming": [[place, Cell("uri", row)] for place, row in shown],
        "labels": {one: known for one, node in named.items() if (known := _labels(source, node))},
        "cut": len(places) > len(shown),
        "more": False,
    }


def _places_in(source: Source, iri: str, most: int) -> list[tuple[str, str]]:
    """Return place and statement, in the order of the text, of all that quote from it.

    Raises:
        AnswerError: There are more than there may be.
    """
    pattern = (
        f"?row <http://purl.org/dc/terms/source> <{iri.removesuffix(_TEXT)}> ; <{_QUOTED}> ?place "
        f'FILTER (STRSTARTS(STR(?place), "{iri}#"))'
    )
    query = f"SELECT ?place ?row {{ {{ {pattern} }} UNION {{ GRAPH ?graph {{ {pattern} }} }} }}"
    found = answer_of(source.store.query(query), most)
    rows = found.rows if isinstance(found, Rows) else ()
    places = {(place.text, row.text) for place, row in rows if place and row and row.kind == "uri"}
    return sorted(places, key=lambda one: ([*map(int, re.findall(r"\d+", one[0].rpartition("#")[2])
                                                 )], one))  # fmt: skip


def _pair(predicate: object, term: object) -> list[Any]:
    return [str(getattr(predicate, "value", "")), cell_of(term)]


def _about(source: Source, node: NamedNode) -> Iterator[Quad]:
    """Yield the statements about a thing, and about the nameless things that they name."""
    import pyoxigraph

    waiting: list[NamedNode | BlankNode] = [node]
    seen: set[object] = {node}
    while waiting:
        subject = waiting.pop(0)
        for place in _places(source):
            quads = list(_once(place.store.quads_for_pattern(subject, None, None, place.graph)))
            yield from quads
            for quad in quads:
                if isinstance(quad.object, pyoxigraph.BlankNode) and quad.object not in seen:
                    seen.add(quad.object)
                    waiting.append(quad.object)
            if quads:
                break


def _terms(source: Source, node: NamedNode) -> Iterator[Quad]:
    """Yield the statements about what a vocabulary defines."""
    import pyoxigraph

    defined_by = pyoxigraph.NamedNode("http://www.w3.org/2000/01/rdf-schema#isDefinedBy")
    default = pyoxigraph.DefaultGraph()
    for quad in source.store.quads_for_pattern(None, defined_by, node, default):
        yield from source.store.quads_for_pattern(quad.subject, None, None, default)


def _leads_to(source: Source, node: NamedNode) -> _Place | None:
    """Return where statements lead to a thing, or None where none does.

    What a document said that has been replaced leads to it in its own graph only, although its
    successor names it in what is current.
    """
    current, *rest = _places(source)
    pattern = source.store.quads_for_pattern
    is_said = next(pattern(node, None, None, current.graph), None) is not None
    was_said = next(pattern(node, None, None, None), None) is not None
    for place in (current, *rest) if is_said or not was_said else rest:
        if next(place.store.quads_for_pattern(None, None, node, place.graph), None) is not None:
            return place
    return None


def _places(source: Source) -> tuple[_Place, ...]:
    """Return where to look: what is current, then what was, then the rules."""
    import pyoxigraph

    current = _Place(source.store, pyoxigraph.DefaultGraph())
    return current, _Place(source.store, None), _Place(_shapes(source.base), None)


def _once(quads: Iterable[Quad]) -> Iterator[Quad]:
    """Yield each triple once: a document says in its graph what is current in the default one."""
    seen = set()
    for quad in quads:
        triple = (quad.subject, quad.predicate, quad.object)
        if triple not in seen:
            seen.add(triple)
            yield quad


def _labels(source: Source, node: NamedNode) -> Mapping[str, str]:
    """Return what a thing is called: language → text, "" where no language is given."""
    import pyoxigraph

    for place in _places(source):
        for predicate in _LABELS:
            quads = place.store.quads_for_pattern(
                node, pyoxigraph.NamedNode(predicate), None, place.graph
            )
            found: dict[str, str] = {}
            for quad in islice(quads, 8):
                if isinstance(quad.object, pyoxigraph.Literal):
                    found.setdefault(quad.object.language or "", quad.object.value)
            if found:
                return found
    return {}


@cache
def _shapes(base: str) -> Store:
    """Return a store of the rules, their sources and headings."""
    import pyoxigraph

    store = pyoxigraph.Store()
    for file in sorted((home() / "shapes").glob("*.ttl")):
        own = file.read_text("utf-8").replace(base_of(template()), base)
        # Loading in bulk takes 200 MB at once, more than a narrow limit leaves.
        store.load(own, pyoxigraph.RdfFormat.TURTLE)
    return store


def _broken(fault: OSError | RuntimeError) -> StoreError:
    return StoreError("SPARQL", say("store-broken", fault=fault), say("store-broken-advice"))
