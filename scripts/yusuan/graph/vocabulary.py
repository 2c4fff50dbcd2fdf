"""The vocabulary of a package: its ontology, its code lists, and the structures of its cubes.

Everything comes from the descriptor and from the tables of concepts; no column is known by name.
What the descriptor cannot say column by column (classes, terms of others, names of what several
columns share) stands in its `yusuan:terms`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from yusuan.graph.structures import structures
from yusuan.graph.wording import NAMESPACES, Statements
from yusuan.mapping import Column, TableMap, Template, table_maps
from yusuan.messages import say
from yusuan.package.loading import Package
from yusuan.terms import Triple

SKOS = NAMESPACES["skos"]
_CONCEPT, _SCHEME = SKOS + "Concept", SKOS + "ConceptScheme"


def vocabulary(package: Package) -> list[Triple]:
    """Return the triples that define what the data of a package uses.

    Raises:
        PackageError: A table of concepts can't be read.
    """
    said = Statements(package.descriptor)
    tables = table_maps(package.descriptor)
    _ontology(said, package.descriptor)
    _classes(said, package.descriptor, tables)
    _properties(said, tables)
    _stated_terms(said, package.descriptor)
    for table in tables:
        for column in table.columns:
            _code_list(said, column)
    for table in tables:
        if _CONCEPT in table.classes:
            _concepts(said, package, table)
    structures(said, package.descriptor, tables)
    return said.triples


def scheme_of(column: Column) -> str | None:
    """Return the IRI of the code list that a column takes its values from, or None.

    `code:grade/{grade}` denotes a concept of the list `code:grade`.
    """
    template = column.value
    if template is None or template.names != (column.name,) or template.literals[1]:
        return None
    stem = template.literals[0]
    if column.field.get("rdfType") != "skos:Concept" or not stem.endswith("/"):
        return None
    return stem[:-1]


def _ontology(said: Statements, descriptor: Mapping[str, Any]) -> None:
    ontology = said.ontology
    said.add(ontology, "rdf:type", "owl:Ontology")
    said.text(ontology, "dct:title", say("vocabulary-title").both())
    said.text(ontology, "dct:description", say("vocabulary-description").both())
    said.plain(ontology, "owl:versionInfo", str(descriptor["version"]))


def _classes(said: Statements, descriptor: Mapping[str, Any], tables: list[TableMap]) -> None:
    resources = {one["name"]: one for one in descriptor["resources"]}
    for table in tables:
        for found in table.classes:
            if said.is_own(found) and said.is_new(found):
                said.add(found, "rdf:type", "owl:Class")
                said.define(found, resources[table.name])


def _properties(said: Statements, tables: list[TableMap]) -> None:
    """Define every property of our own, worded by the first column that has it."""
    ranges: dict[str, set[str | None]] = {}
    abouts = {table.about.text: table.classes for table in tables if table.about is not None}
    for predicate, value, field, column in _uses(said, tables):
        ranges.setdefault(predicate, set()).add(_range(said, column, value, abouts))
        if said.is_new(predicate):
            kind = "owl:DatatypeProperty" if value is None else "owl:ObjectProperty"
            said.add(predicate, "rdf:type", "rdf:Property")
            said.add(predicate, "rdf:type", kind)
            said.define(predicate, field)
        scheme = None if column is None else scheme_of(column)
        if scheme is not None:
            said.add(predicate, "rdf:type", "qb:CodedProperty")
            said.add(predicate, "qb:codeList", scheme)
    for predicate, found in ranges.items():
        # Columns that disagree leave the range open; nothing narrower would be true of both.
        if len(found) == 1 and (only := next(iter(found))) is not None:
            said.add(predicate, "rdfs:range", only)


def _uses(
    said: Statements, tables: list[TableMap]
) -> Iterator[tuple[str, Template | None, Mapping[str, Any], Column | None]]:
    """Yield each use of an own property: its IRI, the objects' template, what words it, its column.

    A triple that every row has is no column, and is worded in `yusuan:terms`.
    """
    for table in tables:
        if table.about is None:
            continue
        for column in table.columns:
            if column.predicate is not None and said.is_own(column.predicate):
                yield column.predicate, column.value, column.field, column
        for predicate, value in table.constants:
            if said.is_own(predicate):
                yield predicate, value, {}, None


def _range(
    said: Statements,
    column: Column | None,
    value: Template | None,
    abouts: Mapping[str, list[str]],
) -> str | None:
    """Return the class or datatype of a property's values, or None where nothing tells."""
    if column is not None and value is None:
        if column.language is not None:
            return said.iri("rdf:langString")
        return column.datatype or said.iri("xsd:string")
    if column is not None and "rdfType" in column.field:
        return said.iri(column.field["rdfType"])
    return next(iter(abouts.get("" if value is None else value.text, ())), None)


def _stated_terms(said: Statements, descriptor: Mapping[str, Any]) -> None:
    """Say what the descriptor itself states of terms, ours and others'."""
    for term, stated in descriptor.get("yusuan:terms", {}).items():
        if said.is_own(said.iri(term)) and said.is_new(said.iri(term)):
            said.add(term, "rdf:type", "rdf:Property")
            said.define(said.iri(term), {})
        for predicate, value in stated.items():
            if ":" in predicate:
                for one in [value] if isinstance(value, str) else value:
                    said.add(term, predicate, one)


def _code_list(said: Statements, column: Column) -> None:
    """Write the closed list of a column as a concept scheme, or as schemes."""
    categories = column.field.get("categories", ())
    if column.field.get("rdfType") == "skos:ConceptScheme" and column.value is not None:
        expand = column.value.expander({column.name: 0})
        for category in categories:
            _scheme(said, expand([category["value"]]), category)
        return
    scheme = scheme_of(column)
    if scheme is None or column.value is None or column.predicate is None:
        return
    _scheme(said, scheme, column.field)
    expand = column.value.expander({column.name: 0})
    for category in categories:
        concept = expand([category["value"]])
        if said.is_new(concept):
            said.add(concept, "rdf:type", _CONCEPT)
            said.add(concept, "skos:inScheme", scheme)
            said.plain(concept, "skos:notation", category["value"])
            said.text(concept, "skos:prefLabel", category["titles"])
            said.text(concept, "skos:definition", category.get("descriptions", {}))
            _top(said, concept, scheme)


def _concepts(said: Statements, package: Package, table: TableMap) -> None:
    """Write the schemes of a table of concepts; the concepts themselves are data."""
    header, rows = package.stream(table.name)
    position = {name: place for place, name in enumerate(header)}
    schemes = [value for predicate, value in table.constants if predicate == SKOS + "inScheme"]
    schemes += [
        column.value
        for column in table.columns
        if column.predicate == SKOS + "inScheme" and column.value is not None
    ]
    above = [position[one.name] for one in table.columns if one.predicate == SKOS + "broader"]
    if table.about is None or not schemes:
        return
    subject, scheme_of_row = table.about.expander(position), schemes[0].expander(position)
    resources = {one["name"]: one for one in package.descriptor["resources"]}
    for row in rows:
        scheme = scheme_of_row(row)
        _scheme(said, scheme, resources[table.name])
        if not any(row[place] for place in above):
            _top(said, subject(row), scheme)


def _scheme(said: Statements, scheme: str, worded: Mapping[str, Any]) -> None:
    if said.is_new(scheme):
        said.add(scheme, "rdf:type", _SCHEME)
        said.text(scheme, "skos:prefLabel", said.titles(scheme, worded))
        said.text(scheme, "dct:description", said.descriptions(scheme, worded))


def _top(said: Statements, concept: str, scheme: str) -> None:
    said.add(scheme, "skos:hasTopConcept", concept)
    said.add(concept, "skos:topConceptOf", scheme)
