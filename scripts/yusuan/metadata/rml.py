"""The descriptor as mappings: RML over the CSV files, R2RML over the same tables in SQL.

Both say the same of every column and differ in where the rows come from. What is empty in the CSV
is NULL in SQL, and neither makes a triple.

Source: R2RML (https://www.w3.org/TR/r2rml/) and RML (https://rml.io/specs/rml/).
"""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import dirname, relpath
from urllib.parse import quote

from yusuan.mapping import RDF_TYPE, Column, TableMap, Template, base_of, table_maps
from yusuan.package.descriptor import FILE_OF
from yusuan.package.loading import Package
from yusuan.terms import Triple, literal

RR = "http://www.w3.org/ns/r2rml#"
RML = "http://semweb.mmlab.be/ns/rml#"
QL = "http://semweb.mmlab.be/ns/ql#"


def namespaces(package: Package) -> dict[str, str]:
    """Return the prefixes that make the two mappings short."""
    return {"rr": RR, "rml": RML, "ql": QL} | {
        name: _home(package, name) for name in ("map-csv", "map-sql")
    }


def rml(package: Package) -> list[Triple]:
    """Return the mapping of the CSV files; their paths start from the mapping's own folder."""
    writer = _Writer(_home(package, "map-csv"), "reference", RML)
    folder = dirname(FILE_OF["rml"].path)
    for table in _mapped(package):
        source = writer.node(f"{table.name}-source", RML + "LogicalSource")
        writer.say(source, RML + "source", literal(relpath(table.path, folder)))
        writer.say(source, RML + "referenceFormulation", f"<{QL}CSV>")
        writer.table(table, RML + "logicalSource", source)
    return writer.said


def r2rml(package: Package) -> list[Triple]:
    """Return the mapping of SQL tables with the names of the tables and columns of the CSV.

    Numbers keep their digits where the column is DECIMAL or text; a floating-point number gives
    another numeral, and so another triple.
    """
    writer = _Writer(_home(package, "map-sql"), "column", RR)
    for table in _mapped(package):
        source = writer.node(f"{table.name}-source", RR + "LogicalTable")
        writer.say(source, RR + "tableName", literal(table.name))
        writer.table(table, RR + "logicalTable", source)
    return writer.said


def _home(package: Package, name: str) -> str:
    """Return what the IRIs of a mapping begin with: they belong to the model, to no document."""
    return f"{base_of(package.descriptor)}{name.replace('-', '/')}#"


def _mapped(package: Package) -> Iterator[TableMap]:
    return (table for table in table_maps(package.descriptor) if table.about is not None)


class _Writer:
    """Writes what both mappings have in common; every node has an IRI made of its names."""

    def __init__(self, home: str, column: str, vocabulary: str) -> None:
        """Take the start of the IRIs, and what the language calls the column of a row."""
        self._home, self._column = home, vocabulary + column
        self.said: list[Triple] = []

    def node(self, name: str, type_: str) -> str:
        """Return the IRI of a node, and say of which class it is."""
        node = f"<{self._home}{quote(name, safe='')}>"
        self.say(node, RDF_TYPE, f"<{type_}>")
        return node

    def say(self, node: str, predicate: str, value: str) -> None:
        """Say one thing of a node."""
        self.said.append(Triple(node, f"<{predicate}>", value))

    def table(self, table: TableMap, source_of: str, source: str) -> None:
        """Map one table."""
        if table.about is None:
            raise AssertionError(table.name)
        node = self.node(table.name, RR + "TriplesMap")
        self.say(node, source_of, source)
        subject = self.node(f"{table.name}-subject", RR + "SubjectMap")
        self.say(node, RR + "subjectMap", subject)
        self._iri(subject, table.about)
        for iri in table.classes:
            self.say(subject, RR + "class", f"<{iri}>")
        others = [one for one in table.constants if one[0] != RDF_TYPE]
        for number, (predicate, value) in enumerate(others, 1):
            self._iri(self._object(node, f"{table.name}-row-{number}", predicate), value)
        for column in table.columns:
            if column.predicate is not None:
                name = f"{table.name}.{column.name}"
                self._cell(self._object(node, name, column.predicate), column)

    def _object(self, table: str, name: str, predicate: str) -> str:
        """Return the object map of a new predicate of a table."""
        pair = self.node(name, RR + "PredicateObjectMap")
        self.say(table, RR + "predicateObjectMap", pair)
        self.say(pair, RR + "predicate", f"<{predicate}>")
        made = self.node(f"{name}-object", RR + "ObjectMap")
        self.say(pair, RR + "objectMap", made)
        return made

    def _cell(self, node: str, column: Column) -> None:
        if column.value is not None:
            self._iri(node, column.value)
            return
        self.say(node, self._column, literal(column.name))
        if column.language is not None:
            self.say(node, RR + "language", literal(column.language))
        elif column.datatype is not None:
            self.say(node, RR + "datatype", f"<{column.datatype}>")

    def _iri(self, node: str, value: Template) -> None:
        if not value.names:
            self.say(node, RR + "constant", f"<{value.text}>")
        elif value.reserved == (True,) and value.literals == ("", ""):
            # A template would percent-encode the cell, which is an IRI as it stands.
            self.say(node, self._column, literal(value.names[0]))
            self.say(node, RR + "termType", f"<{RR}IRI>")
        else:
            if any(value.reserved):
                # R2RML can put a cell in unencoded only where it is the whole of the IRI.
                raise AssertionError(value.text)
            self.say(node, RR + "template", literal(value.text))
