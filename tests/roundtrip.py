"""From triples back to rows, by the descriptor alone: the proof that none is lost on the way."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pyoxigraph

from yusuan.mapping import Column, TableMap, Template, table_maps

XSD_STRING = "http://www.w3.org/2001/XMLSchema#string"


def rows_of(ntriples: bytes, descriptor: dict) -> dict[str, list[dict[str, str]]]:
    """Return the rows of every table whose rows are things of a class, sorted, as text."""
    said: dict[str, dict[str, list]] = {}
    for triple in pyoxigraph.parse(ntriples, pyoxigraph.RdfFormat.N_TRIPLES):
        by_predicate = said.setdefault(triple.subject.value, {})
        by_predicate.setdefault(triple.predicate.value, []).append(triple.object)
    tables = [table for table in table_maps(descriptor) if table.classes]
    return {table.name: sorted_rows(_rows(table, said)) for table in tables}


def sorted_rows(rows) -> list[dict[str, str]]:
    """Return rows in an order of their own: triples have none."""
    return sorted(rows, key=lambda row: sorted(row.items()))


def _rows(table: TableMap, said):
    pattern = _pattern(table.about)
    for subject, by_predicate in said.items():
        bound = pattern.fullmatch(subject)
        types = {term.value for term in by_predicate.get(RDF_TYPE, ())}
        if bound is None or not types.issuperset(table.classes):
            continue
        row = dict.fromkeys((column.name for column in table.columns), "")
        row |= _cells(table.about, bound)
        for column in table.columns:
            if column.predicate is not None:
                row |= _read(column, by_predicate.get(column.predicate, ()))
        yield row


RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


def _read(column: Column, terms) -> dict[str, str]:
    for term in terms:
        if column.value is not None:
            bound = isinstance(term, pyoxigraph.NamedNode) and _pattern(column.value).fullmatch(
                term.value
            )
            if bound:
                return _cells(column.value, bound)
        elif isinstance(term, pyoxigraph.Literal) and _fits(column, term):
            return {column.name: term.value}
    return {}


def _fits(column: Column, term) -> bool:
    if column.language is not None:
        return term.language == column.language
    return term.language is None and term.datatype.value == (column.datatype or XSD_STRING)


def _pattern(template: Template):
    first, *rest = template.literals
    parts = [re.escape(first)]
    seen: set[str] = set()
    for name, keep, after in zip(template.names, template.reserved, rest, strict=True):
        parts.append(
            f"(?P={name})" if name in seen else f"(?P<{name}>{'.+' if keep else '[^/#]*'})"
        )
        parts.append(re.escape(after))
        seen.add(name)
    # offset_{char_start}_{char_end}: figures, with a line between them.
    return re.compile("".join(parts).replace("[^/#]*)_(?P", "[0-9]*)_(?P"))


def _cells(template: Template, bound) -> dict[str, str]:
    reserved = dict(zip(template.names, template.reserved, strict=True))
    return {
        name: text if reserved[name] else unquote(text) for name, text in bound.groupdict().items()
    }
