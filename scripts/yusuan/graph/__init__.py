"""The linked data of a package: CSV and descriptor in, triples out, nothing else consulted.

It reads no document, checks no rule, and knows no column by name but `document_id`.
"""

from __future__ import annotations

from collections.abc import Mapping

from yusuan.graph.triples import data_tables, finding_tables, lines, triples
from yusuan.graph.turtle import turtle
from yusuan.mapping import base_of, prefixes
from yusuan.package.loading import Package
from yusuan.terms import Triple

__all__ = [
    "Triple",
    "as_turtle",
    "data_lines",
    "data_quads",
    "data_tables",
    "data_turtle",
    "finding_tables",
    "findings_turtle",
    "lines",
    "triples",
]


def data_turtle(package: Package) -> bytes:
    """Return the triples of all tables but the findings as Turtle."""
    return as_turtle(package, list(triples(package, data_tables(package))))


def data_quads(package: Package) -> bytes:
    """Return the same triples as N-Quads, each in the graph of its document."""
    return b"".join(lines(package, data_tables(package), quads=True))


def data_lines(package: Package) -> bytes:
    """Return the same triples as N-Triples."""
    return b"".join(lines(package, data_tables(package)))


def findings_turtle(package: Package) -> bytes:
    """Return the triples of the findings as Turtle."""
    return as_turtle(package, list(triples(package, finding_tables(package))))


def as_turtle(
    package: Package, found: list[Triple], more: Mapping[str, str] | None = None
) -> bytes:
    """Return triples as Turtle, with the prefixes of a package, and with `more` of them."""
    named = prefixes(package.descriptor) | dict(more or {})
    text = turtle(found, base_of(package.descriptor), named)
    return text.encode("utf-8")
