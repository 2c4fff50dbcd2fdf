"""The triples of a package's tables as N-Triples and N-Quads, row by row, in constant memory.

Text goes in and text comes out: a figure keeps its digits, which no store promises.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from yusuan.mapping import Column, TableMap, base_of, table_maps
from yusuan.package.loading import Package
from yusuan.terms import Triple, literal

# What a row's document finds out later: its triples are a file of their own.
FINDINGS = "findings"

# How many cells of a column are remembered as written: codes come again and again, texts do not.
_REMEMBERED = 4096


def data_tables(package: Package) -> list[TableMap]:
    """Return the tables whose triples are the data: all but the findings."""
    return [one for one in table_maps(package.descriptor) if one.about and one.name != FINDINGS]


def finding_tables(package: Package) -> list[TableMap]:
    """Return the table of findings, whose triples are published apart."""
    return [one for one in table_maps(package.descriptor) if one.about and one.name == FINDINGS]


def triples(package: Package, tables: Iterable[TableMap]) -> Iterator[Triple]:
    """Yield the triples of some tables, in the order of rows and columns.

    Raises:
        PackageError: A table can't be read.
    """
    for table in tables:
        for _, found in _by_row(package, table):
            yield from (Triple(*one) for one in found)


def lines(package: Package, tables: Iterable[TableMap], *, quads: bool = False) -> Iterator[str]:
    """Yield the triples of some tables as lines of N-Triples, or of N-Quads.

    The graph of a quad is `doc/{document_id}/graph`; a row that names no document belongs to the
    only one of the package, and to the default graph where there are several.
    """
    alone = _only_graph(package) if quads else ""
    for table in tables:
        for graph, found in _by_row(package, table, quads=quads):
            end = f" {graph or alone}" if quads and (graph or alone) else ""
            yield "".join([f"{s} {p} {o}{end} .\n" for s, p, o in found])


def graph_of(base: str, document_id: str) -> str:
    """Return the IRI of the named graph that holds the triples of one document."""
    return f"{base}doc/{document_id}/graph"


_Cell = Callable[[list[str]], str]
_Found = list[tuple[str, str, str]]


def _by_row(
    package: Package, table: TableMap, *, quads: bool = False
) -> Iterator[tuple[str, _Found]]:
    """Yield for each row its graph, "" where it names none, and its triples."""
    if table.about is None:
        return
    header, rows = package.stream(table.name)
    position = {name: place for place, name in enumerate(header)}
    subject = table.about.expander(position)
    constants = [(f"<{p}>", value.expander(position)) for p, value in table.constants]
    cells = [
        (position[column.name], f"<{column.predicate}>", _writer(column, position))
        for column in table.columns
        if column.predicate is not None and column.name in position
    ]
    named = position.get("document_id") if quads else None
    base = base_of(package.descriptor)
    for row in rows:
        about = f"<{subject(row)}>"
        found = [(about, predicate, f"<{make(row)}>") for predicate, make in constants]
        found += [(about, predicate, write(row)) for place, predicate, write in cells if row[place]]
        yield "" if named is None else f"<{graph_of(base, row[named])}>", found


def _writer(column: Column, position: dict[str, int]) -> _Cell:
    """Return what makes the object of a column's triple from a row."""
    place = position[column.name]
    if column.value is None:
        datatype, language = column.datatype, column.language

        def write(cell: str) -> str:
            return literal(cell, datatype, language)

    elif column.value.names == (column.name,):
        expand = column.value.expander({column.name: 0})

        def write(cell: str) -> str:
            return f"<{expand([cell])}>"

    else:
        whole = column.value.expander(position)
        return lambda row: f"<{whole(row)}>"
    known: dict[str, str] = {}

    def remembered(row: list[str]) -> str:
        cell = row[place]
        written = known.get(cell)
        if written is None:
            written = write(cell)
            if len(known) < _REMEMBERED:
                known[cell] = written
        return written

    return remembered


def _only_graph(package: Package) -> str:
    documents = [row["document_id"] for row in package.rows("documents")]
    if len(documents) != 1:
        return ""
    return f"<{graph_of(base_of(package.descriptor), documents[0])}>"
