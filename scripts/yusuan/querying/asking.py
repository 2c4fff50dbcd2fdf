"""Asking a store: within a time, with the prefixes of the descriptor, and clear about mistakes."""

from __future__ import annotations

from collections.abc import Mapping

from yusuan.errors import QueryError, StoreError
from yusuan.mapping import RDF_TYPE, table_maps
from yusuan.messages import Message, say
from yusuan.package.shipped import template
from yusuan.querying.answers import Answer, Rows, answer_of
from yusuan.querying.sources import Dataset, Source
from yusuan.querying.storing import FAULTS
from yusuan.querying.tabled import tabled
from yusuan.querying.waiting import within
from yusuan.querying.wording import Stranger, explained, misnamed, no_service, place, unknown_terms

RDF_PROPERTY = "http://www.w3.org/1999/02/22-rdf-syntax-ns#Property"
# Of more counties than this the first are shown.
_SHOWN = 12
_HOLDING = """SELECT DISTINCT ?region ?name ?year WHERE {
  ?document a foaf:Document ; dct:spatial ?region ; dct:temporal ?year .
  ?region skos:prefLabel ?name } ORDER BY ?region ?year"""
OWL_CLASS = "http://www.w3.org/2002/07/owl#Class"


def ask(source: Source, query: str, timeout: float) -> Answer:
    """Return the answer of a store to a query.

    Args:
        source: The store and its prefixes.
        query: SPARQL 1.1; prefixes of the descriptor need no declaration.
        timeout: Seconds after which it is given up.

    Raises:
        QueryError: The query can't be read, names a term of ours that there is not, or would ask
            another endpoint.
        AnswerError: The time is up.
        StoreError: The store can't be read.
    """
    # A server that goes on asks from processes of their own.
    return within(timeout, "SPARQL", lambda: _answer(source, query))


def evaluate(
    source: Source, query: str, dataset: Dataset | None = None, most: int | None = None
) -> Answer:
    """Return the answer of a store to a query, however long it takes.

    A term that there is not is no mistake here: the answer has no rows.

    Args:
        source: The store and its prefixes.
        query: As for `ask`.
        dataset: The graphs to ask, in place of those that the query names.
        most: How many rows or triples there may be; None for any number.

    Raises:
        QueryError: The query can't be read, or would ask another endpoint.
        AnswerError: There are more rows than there may be.
        StoreError: The store can't be read.
    """
    no_service(query)
    graphs = {} if dataset is None else dataset.nodes()
    try:
        answer = tabled(source, query, most) if dataset is None else None
        if answer is not None:
            return answer
        return answer_of(source.store.query(query, prefixes=dict(source.prefixes), **graphs), most)
    except SyntaxError as fault:
        raise explained(query, str(fault), source.prefixes) from fault
    except FAULTS as fault:
        raise StoreError("SPARQL", say("store-broken", fault=fault),
                         say("store-broken-advice")) from fault  # fmt: skip


def misread(query: str, known: Mapping[str, str]) -> QueryError | None:
    """Return what is wrong with a query that somebody else refuses, or None where it can be read.

    Args:
        query: The query.
        known: The prefixes that need no declaration.
    """
    import pyoxigraph

    try:
        no_service(query)
        pyoxigraph.Store().query(query, prefixes=dict(known))
    except SyntaxError as fault:
        return explained(query, str(fault), known)
    except QueryError:
        # Whom it would ask is for the other to decide; it can't be tried here.
        return None
    return None


def hints(source: Source, query: str, answer: Answer) -> list[Message]:
    """Return, for an answer without rows, the terms of the query that nothing has."""
    if not isinstance(answer, Rows) or answer.rows:
        return []
    found = []
    for one in _strangers(source, query):
        line, column = place(query, one.at)
        key = "query-hint" if one.nearest else "query-hint-alone"
        found.append(say(key, line=line, column=column, term=one.name, nearest=one.nearest))
    return found


def holding(source: Source) -> Message:
    """Return which counties and years a store holds, for whom asked for others.

    Raises:
        StoreError: The store can't be read.
    """
    answer = evaluate(source, _HOLDING)
    found = answer.rows if isinstance(answer, Rows) else ()
    rows = [["" if cell is None else cell.text for cell in row] for row in found]
    places = dict.fromkeys(f"{name} {region.rpartition('/')[2]}" for region, name, _ in rows)
    years = sorted({year.rpartition("/")[2] for _, _, year in rows})
    more = " …" if len(places) > _SHOWN else ""
    return say("nothing-found", regions=", ".join(list(places)[:_SHOWN]) + more or "-",
               years=", ".join(years) or "-")  # fmt: skip


def _answer(source: Source, query: str) -> Answer:
    answer = evaluate(source, query)
    if isinstance(answer, Rows) and not answer.rows:
        for stranger in _strangers(source, query):
            if stranger.iri.startswith(source.base + "def#"):
                raise misnamed(query, stranger)
    return answer


def _strangers(source: Source, query: str) -> list[Stranger]:
    """Return the terms of a query that neither the vocabulary nor the data knows."""
    found = unknown_terms(query, source.prefixes, _defined(source))
    return [one for one in found if not _occurs(source, one.iri)]


def _occurs(source: Source, iri: str) -> bool:
    import pyoxigraph

    node = pyoxigraph.NamedNode(iri)
    in_store = source.store.quads_for_pattern
    ways = (in_store(node, None, None), in_store(None, node, None), in_store(None, None, node))
    return any(next(way, None) is not None for way in ways)


def _defined(source: Source) -> set[str]:
    """Return the IRIs of the classes and properties that tables and vocabulary have."""
    import pyoxigraph

    found: set[str] = set()
    for table in table_maps(template() | {"yusuan:base": source.base}):
        found |= {column.predicate for column in table.columns if column.predicate is not None}
        found |= {predicate for predicate, _ in table.constants} | set(table.classes)
    for kind in (RDF_PROPERTY, OWL_CLASS):
        quads = source.store.quads_for_pattern(
            None, pyoxigraph.NamedNode(RDF_TYPE), pyoxigraph.NamedNode(kind)
        )
        found |= {str(getattr(quad.subject, "value", "")) for quad in quads}
    return found
