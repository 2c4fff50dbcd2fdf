"""How a descriptor says each table becomes triples: its templates and predicates, made absolute.

Everything that states the same mapping in another language is derived from it: the triples, the
CSVW metadata, the RML and R2RML mappings, the shapes and the ontology.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from yusuan.package.shipped import table_resources

XSD = "http://www.w3.org/2001/XMLSchema#"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"

# A canonical numeral of the tables is a decimal; a string needs no datatype.
DATATYPES = {
    "string": None,
    "integer": XSD + "integer",
    "number": XSD + "decimal",
    "boolean": XSD + "boolean",
    "date": XSD + "date",
    "year": XSD + "gYear",
}

_VARIABLE = re.compile(r"\{(\+?)([^{}]+)\}")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]*").fullmatch
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SCHEME = re.compile(r"([a-z][a-z0-9]*):(?!//)")


@dataclass(frozen=True, slots=True)
class Template:
    """An IRI with places for the cells of a row (RFC 6570, levels 1 and 2).

    Attributes:
        text: The absolute IRI, `https://…/doc/{document_id}/line/{line_key}`.
        literals: The parts around the variables, one more than `names`.
        names: The columns, in order.
        reserved: For each whether it is `{+name}`, which is put in as it stands.
    """

    text: str
    literals: tuple[str, ...]
    names: tuple[str, ...]
    reserved: tuple[bool, ...]

    def expander(self, position: Mapping[str, int]) -> Callable[[list[str]], str]:
        """Return what makes the IRI of a row.

        Args:
            position: Column → its place in the row.

        Raises:
            KeyError: The table has no such column.
        """
        first, *rest = self.literals
        steps = [
            (position[name], keep, after)
            for name, keep, after in zip(self.names, self.reserved, rest, strict=True)
        ]
        # One, two and three variables are all that a descriptor uses, millions of times.
        match steps:
            case [(a, False, end)]:
                return lambda row: f"{first}{_encoded(row[a])}{end}"
            case [(a, False, middle), (b, False, end)]:
                return lambda row: f"{first}{_encoded(row[a])}{middle}{_encoded(row[b])}{end}"
            case [(a, False, middle), (b, False, later), (c, False, end)]:
                return lambda row: (
                    f"{first}{_encoded(row[a])}{middle}{_encoded(row[b])}{later}"
                    f"{_encoded(row[c])}{end}"
                )
            case _:
                return lambda row: (
                    first
                    + "".join(
                        [encode(row[place], keep=keep) + after for place, keep, after in steps]
                    )
                )


@dataclass(frozen=True, slots=True)
class Column:
    """One column as a predicate.

    Attributes:
        name: The column.
        predicate: Its IRI; None where the column makes no triple.
        value: The template of its object; None for a literal.
        datatype: IRI of the literal's datatype; None for a string.
        language: Language of the literal, or None.
        field: The column as the descriptor has it.
    """

    name: str
    predicate: str | None
    value: Template | None
    datatype: str | None
    language: str | None
    field: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TableMap:
    """One table as triples.

    Attributes:
        name: The table.
        path: Its file, from the folder of the descriptor.
        about: Template of the subject; None where the table makes no triples.
        constants: Predicate and object of the triples that every row has, its classes first.
        columns: Every column, in order.
    """

    name: str
    path: str
    about: Template | None
    constants: tuple[tuple[str, Template], ...]
    columns: tuple[Column, ...]

    @property
    def classes(self) -> list[str]:
        """The classes of what a row describes."""
        return [value.text for predicate, value in self.constants if predicate == RDF_TYPE]

    @property
    def has_document(self) -> bool:
        """Whether each row says which document it belongs to."""
        return any(column.name == "document_id" for column in self.columns)


def _encoded(value: str) -> str:
    return value if _UNRESERVED(value) else encode(value, keep=False)


def encode(value: str, *, keep: bool) -> str:
    """Return a cell as part of an IRI: what is not unreserved is percent-encoded.

    Args:
        value: The cell.
        keep: Put it in as an IRI of its own; only what can't stand in one is encoded.
    """
    if _UNRESERVED(value):
        return value
    if not keep:
        return quote(value, safe="-._~")
    return _STRAY_PERCENT.sub("%25", quote(value, safe="-._~:/?#[]@!$&'()*+,;=%"))


def template(text: str) -> Template:
    """Return the template of an absolute text."""
    parts = _VARIABLE.split(text)
    return Template(
        text, tuple(parts[::3]), tuple(parts[2::3]), tuple(p == "+" for p in parts[1::3])
    )


def base_of(descriptor: Mapping[str, Any]) -> str:
    """Return the base of all IRIs that are the package's own."""
    return str(descriptor["yusuan:base"])


def prefixes(descriptor: Mapping[str, Any]) -> dict[str, str]:
    """Return prefix → IRI, those of the package's own resolved against its base."""
    base = base_of(descriptor)
    return {
        prefix: iri if "://" in iri else base + iri
        for prefix, iri in descriptor["csvw:prefixes"].items()
    }


def absolute(text: str, known: Mapping[str, str]) -> str:
    """Return `prefix:rest` as an IRI; what has no known prefix stays as it is."""
    match = _SCHEME.match(text)
    if match is None or match[1] not in known:
        return text
    return known[match[1]] + text[match.end() :]


def table_maps(descriptor: Mapping[str, Any]) -> list[TableMap]:
    """Return every table of a descriptor as triples, in its order."""
    known = prefixes(descriptor)
    return [
        _table_map(name, resource, known)
        for name, resource in table_resources(dict(descriptor)).items()
    ]


def _table_map(name: str, resource: Mapping[str, Any], known: Mapping[str, str]) -> TableMap:
    schema = resource["schema"]
    columns = tuple(_column(field, known) for field in schema["fields"])
    about = schema.get("csvw:aboutUrl")
    if about is None or schema.get("csvw:suppressOutput"):
        return TableMap(name, resource["path"], None, (), columns)
    constants = [("rdf:type", schema["rdfType"])] if "rdfType" in schema else []
    constants += [
        (virtual["csvw:propertyUrl"], virtual["csvw:valueUrl"])
        for virtual in schema.get("csvw:virtual", ())
    ]
    return TableMap(
        name,
        resource["path"],
        template(absolute(about, known)),
        tuple((absolute(one, known), template(absolute(other, known))) for one, other in constants),
        columns,
    )


def _column(field: Mapping[str, Any], known: Mapping[str, str]) -> Column:
    predicate, value = field.get("csvw:propertyUrl"), field.get("csvw:valueUrl")
    return Column(
        field["name"],
        None if predicate is None else absolute(predicate, known),
        None if value is None else template(absolute(value, known)),
        DATATYPES[field["type"]],
        field.get("csvw:lang"),
        field,
    )
