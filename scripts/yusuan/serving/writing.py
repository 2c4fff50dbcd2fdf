"""Answers as HTTP gives them: the W3C's formats of results and of graphs, by their media types.

What the formats look like is the engine's knowledge; only Turtle is our own, which people read.
"""

from __future__ import annotations

import re

from yusuan.errors import AnswerError
from yusuan.messages import say
from yusuan.querying import Answer, Source, Statements, render

# Short name → media type, the one that is given where none is asked for first.
RESULTS = {
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
}
GRAPHS = {
    "ttl": "text/turtle",
    "nt": "application/n-triples",
    "jsonld": "application/ld+json",
    "rdf": "application/rdf+xml",
}
# What clients also ask for by, and mean one of these.
OTHERS = {"application/json": "json", "application/xml": "xml", "text/xml": "xml"}
_NAMED = re.compile(r"<.*[A-Za-z_][A-Za-z0-9_.-]*>").fullmatch
_TEXTS = frozenset({"csv", "tsv", "ttl"})  # for the other types UTF-8 is the rule


def content_type(form: str) -> str:
    """Return the header of a format."""
    kind = {**RESULTS, **GRAPHS}[form]
    return f"{kind}; charset=utf-8" if form in _TEXTS else kind


def written(
    answer: Answer, results: str | None, graph: str | None, source: Source
) -> tuple[str | None, bytes]:
    """Return the format and the bytes of an answer; no format where the client takes none.

    Args:
        answer: The answer.
        results: The format that the client takes of rows and truths, or None.
        graph: The format that it takes of triples, or None.
        source: What was asked.

    Raises:
        AnswerError: The format can't hold the answer.
    """
    form = graph if isinstance(answer, Statements) else results
    if form is None:
        return None, b""
    if isinstance(answer, Statements):
        return form, _graph(answer, form, source)
    return form, _results(answer, form, source.base)


def _results(answer: Answer, form: str, base: str) -> bytes:
    import pyoxigraph

    plain = render(answer, "json", base)
    if form == "json":
        return plain
    formats = {
        "xml": pyoxigraph.QueryResultsFormat.XML,
        "csv": pyoxigraph.QueryResultsFormat.CSV,
        "tsv": pyoxigraph.QueryResultsFormat.TSV,
    }
    read = pyoxigraph.parse_query_results(plain, pyoxigraph.QueryResultsFormat.JSON)
    return bytes(read.serialize(format=formats[form]) or b"")


def _graph(answer: Statements, form: str, source: Source) -> bytes:
    import pyoxigraph

    if form == "ttl":
        return render(answer, "ttl", source.base)
    # One that a query makes twice is one triple; as in Turtle, the order is that of the terms.
    lines = "".join(f"{one[0]} {one[1]} {one[2]} .\n" for one in sorted(set(answer.triples)))
    if form == "nt":
        return lines.encode("utf-8")
    # A predicate becomes an element, whose name is a name of XML; the engine does not look.
    strange = {one.predicate for one in answer.triples if not _NAMED(one.predicate)}
    if form == "rdf" and strange:
        raise AnswerError("RDF/XML", say("serve-unwritable", predicate=min(strange)),
                          say("serve-unwritable-advice"))  # fmt: skip
    formats = {"jsonld": pyoxigraph.RdfFormat.JSON_LD, "rdf": pyoxigraph.RdfFormat.RDF_XML}
    triples = pyoxigraph.parse(lines, pyoxigraph.RdfFormat.N_TRIPLES)
    made = pyoxigraph.serialize(triples, format=formats[form], prefixes=dict(source.prefixes))
    return bytes(made or b"")
