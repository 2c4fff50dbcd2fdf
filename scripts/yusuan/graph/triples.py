"""The triples of a package's tables as N-Triples and N-Quads, row by row, in constant memory.

Text goes in and text comes out: a figure keeps its digits, which no store promises.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from yusuan.errors import PackageError
from yusuan.mapping import Column, TableMap, Template, base_of, table_maps
from yusuan.messages import say
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
        for row in _rows(package, table):
            subject = row.subject.decode("utf-8").rstrip()
            for piece in row.pieces:
                predicate, _, value = piece.decode("utf-8").partition(" ")
                yield Triple(subject, predicate, value)


def lines(package: Package, tables: Iterable[TableMap], *, quads: bool = False) -> Iterator[bytes]:
    """Yield the triples of some tables as lines of N-Triples, or of N-Quads, a row at a time.

    The graph of a quad is `doc/{document_id}/graph`; a row that names no document belongs to the
    only one of the package, and to the default graph where there are several.

    Raises:
        PackageError: A table can't be read.
    """
    base = base_of(package.descriptor)
    alone = _only_document(package) if quads else ""
    for table in tables:
        for row in _rows(package, table):
            end = b" .\n"
            if quads and (row.document or alone):
                end = f" <{graph_of(base, row.document or alone)}> .\n".encode()
            # Each piece with the subject before it and the end behind it.
            yield b"".join((row.subject, (end + row.subject).join(row.pieces), end))


def graph_of(base: str, document_id: str) -> str:
    """Return the IRI of the named graph that holds the triples of one document."""
    return f"{base}doc/{document_id}/graph"


class _Row(NamedTuple):
    """The triples of one row, in UTF-8: a text is encoded once, however often it is written.

    Attributes:
        subject: As N-Triples writes it, with the blank behind it.
        pieces: Predicate and object of each triple, likewise, parted by a blank.
        document: The document that the row names, or "".
    """

    subject: bytes
    pieces: list[bytes]
    document: str


_Piece = Callable[[list[str]], bytes]


def _rows(package: Package, table: TableMap) -> Iterator[_Row]:
    if table.about is None:
        return
    header, rows = package.stream(table.name)
    position = {name: place for place, name in enumerate(header)}
    _examine(package, table, position)
    subject = table.about.expander(position)
    constants = [_constant(predicate, value, position) for predicate, value in table.constants]
    cells = [
        (position[column.name], _piece(column, position))
        for column in table.columns
        if column.predicate is not None
    ]
    named = position.get("document_id")
    for row in rows:
        pieces = [make(row) for make in constants]
        pieces += [make(row) for place, make in cells if row[place]]
        yield _Row(f"<{subject(row)}> ".encode(), pieces, "" if named is None else row[named])


def _examine(package: Package, table: TableMap, position: Mapping[str, int]) -> None:
    """Make sure that the file has every column that the descriptor says becomes a triple."""
    wanted = [column.name for column in table.columns if column.predicate is not None]
    templates = [table.about, *(value for _, value in table.constants)]
    templates += [column.value for column in table.columns]
    wanted += [name for one in templates if one is not None for name in one.names]
    for name in wanted:
        if name not in position:
            subject = str(package.directory / table.path)
            raise PackageError(subject, say("column-missing", column=name), say("rebuild-advice"))


def _constant(predicate: str, value: Template, position: dict[str, int]) -> _Piece:
    """Return what makes the piece of a triple that every row has."""
    if not value.names:
        written = f"<{predicate}> <{value.text}>".encode()
        return lambda _: written
    expand = value.expander(position)
    return lambda row: f"<{predicate}> <{expand(row)}>".encode()


def _piece(column: Column, position: dict[str, int]) -> _Piece:
    """Return what makes the piece of a column's triple from a row."""
    place, predicate = position[column.name], f"<{column.predicate}> "
    if column.value is None:
        datatype, language = column.datatype, column.language

        def write(row: list[str]) -> bytes:
            return (predicate + literal(row[place], datatype, language)).encode()

    else:
        expand = column.value.expander(position)

        def write(row: list[str]) -> bytes:
            return f"{predicate}<{expand(row)}>".encode()

        if column.value.names != (column.name,):
            return write
    known: dict[str, bytes] = {}

    def remembered(row: list[str]) -> bytes:
        written = known.get(row[place])
        if written is None:
            written = write(row)
            if len(known) < _REMEMBERED:
                known[row[place]] = written
        return written

    return remembered


def _only_document(package: Package) -> str:
    documents = [row["document_id"] for row in package.rows("documents")]
    return documents[0] if len(documents) == 1 else ""
