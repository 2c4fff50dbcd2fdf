"""The shapes that follow from the descriptor: of every table, and of the dimensions of every form.

They are committed in `shapes/`, where stock SHACL tools read them; `.ci/shapes` writes them anew.
One fault is to make one result: a constraint that another one implies is left out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from yusuan.checking.blocks import Blocks
from yusuan.graph.structures import Cube, cubes
from yusuan.graph.wording import NAMESPACES
from yusuan.mapping import (
    RDF_TYPE,
    XSD,
    Column,
    TableMap,
    Template,
    base_of,
    prefixes,
    table_maps,
)
from yusuan.messages import LANGUAGES, say
from yusuan.terms import literal

# What may stand for a variable of a template, where its column does not say.
_UNRESERVED = "[A-Za-z0-9._~%-]+"
_OF_TYPE = {"integer": "[0-9]+", "year": "[0-9]{4}"}
# What stands for something else in the regular expressions of SPARQL; `re.escape` escapes more
# than they allow.
_SPECIAL = re.compile(r"[\\.?*+(){}\[\]^$|]")
_BOUNDS = {"minimum": "sh:minInclusive", "maximum": "sh:maxInclusive"}
_STRUCTURE = "shape/structure/"
_DATASET = NAMESPACES["qb"] + "dataSet"


@dataclass(frozen=True, slots=True)
class _Table:
    """A table with what its foreign keys and its key say.

    Attributes:
        map: The table as triples.
        title: Its names.
        targets: Template of an IRI → the class and the names of what it denotes.
        alone: Whether one row describes one subject.
    """

    map: TableMap
    title: Mapping[str, str]
    targets: Mapping[str, tuple[str, Mapping[str, str]]]
    alone: bool


def shapes(descriptor: Mapping[str, Any]) -> dict[str, str]:
    """Return the generated files of `shapes/` by name."""
    return {"structure.ttl": structure(descriptor), "cube.ttl": cube(descriptor)}


def structure(descriptor: Mapping[str, Any]) -> str:
    """Return a shape for every table: how many values of which kind each column has."""
    base = base_of(descriptor)
    blocks, source, root = Blocks(base, prefixes(descriptor)), base + "def", base + _STRUCTURE
    tables = list(_tables(descriptor))
    languages: set[str] = set()
    for kind, group in _by_subject(tables).items():
        parts: list[tuple[str, str]] = []
        for table in group:
            parts += _table_shapes(blocks, base, table, languages)
        first = group[0]
        blocks.node(
            root + first.map.name,
            _both("shape-table", table=first.title),
            source,
            ("sh:targetClass", blocks.iri(kind)),
            *parts,
        )
    for language in sorted(languages):
        blocks.node(
            f"{root}language/{language}",
            say("shape-language", language=language).both(),
            source,
            ("sh:languageIn", f'( "{language}" )'),
        )
    return blocks.text()


def cube(descriptor: Mapping[str, Any]) -> str:
    """Return a shape for every form: the dimensions that its figures need, or must not have.

    The shapes start at the dataset and go to its observations: SHACL Core has no target "the
    observations of this dataset".
    """
    base = base_of(descriptor)
    blocks = Blocks(base, prefixes(descriptor))
    for table in table_maps(descriptor):
        forms = [one for one in cubes(descriptor, table) if one.required or one.optional]
        told = sorted(frozenset[str]().union(*(one.required | one.optional for one in forms)))
        columns = [column for column in table.columns if column.name in told]
        for form in forms:
            _form_shapes(blocks, base, form, columns)
    return blocks.text()


def _form_shapes(blocks: Blocks, base: str, form: Cube, columns: list[Column]) -> None:
    """Write the shapes of one form.

    Args:
        blocks: Where they are written.
        base: The base IRI of the package.
        form: The form.
        columns: The columns that some form has as a dimension.
    """
    root, source, parts = f"{base}shape/cube/{form.name}", f"{base}dsd/{form.name}", []
    for column in columns:
        if column.name in form.optional:
            continue
        needed = column.name in form.required
        key = "shape-dimension-needed" if needed else "shape-dimension-alien"
        parts.append(("sh:property", blocks.iri(f"{root}/{column.name}")))
        blocks.property(
            f"{root}/{column.name}",
            _both(key, form=form.titles, column=column.field["titles"]),
            source,
            ("sh:path", blocks.iri(str(column.predicate))),
            ("sh:minCount", "1") if needed else ("sh:maxCount", "0"),
        )
    told, observations = _both("shape-form", form=form.titles), f"{root}/observations"
    path = ("sh:path", f"[ sh:inversePath {blocks.iri(_DATASET)} ]")
    blocks.property(observations, told, source, path, *parts)
    target = ("sh:targetNode", blocks.iri(form.dataset))
    blocks.node(root, told, source, target, ("sh:property", blocks.iri(observations)))


def _tables(descriptor: Mapping[str, Any]) -> Iterator[_Table]:
    """Yield every table that makes triples."""
    maps = {one.name: one for one in table_maps(descriptor)}
    resources = {one["name"]: one for one in descriptor["resources"]}
    for name, table in maps.items():
        if table.about is None:
            continue
        schema, targets = resources[name]["schema"], {}
        for key in schema.get("foreignKeys", ()):
            other = key["reference"]["resource"] or name
            about = maps[other].about
            if about is None:
                continue
            here = dict(zip(key["reference"]["fields"], key["fields"], strict=True))
            # The IRI of what the key refers to, made of the columns that stand here.
            names = [f"{{{here.get(one, one)}}}" for one in about.names]
            text = "".join(one + two for one, two in zip(about.literals, [*names, ""], strict=True))
            targets[text] = (maps[other].classes[0], resources[other]["titles"])
        alone = set(schema["primaryKey"]) <= set(table.about.names)
        yield _Table(table, resources[name]["titles"], targets, alone)


def _by_subject(tables: list[_Table]) -> dict[str, list[_Table]]:
    """Return the tables by the class of what they describe; one without a class adds to another."""
    owners = {table.map.about: table.map.classes[0] for table in tables if table.map.classes}
    grouped: dict[str, list[_Table]] = {}
    for table in tables:
        grouped.setdefault(owners[table.map.about], []).append(table)
    return grouped


def _table_shapes(
    blocks: Blocks, base: str, table: _Table, languages: set[str]
) -> Iterator[tuple[str, str]]:
    """Write the property shapes of one table.

    Args:
        blocks: Where they are written.
        base: The base IRI of the package.
        table: The table.
        languages: The languages whose shapes are referred to; added to.

    Yields:
        What leads from the shape of the table to each.
    """
    root, source = f"{base}{_STRUCTURE}{table.map.name}/", base + "def"
    shared = Counter(column.predicate for column in table.map.columns)
    for column in table.map.columns:
        if column.predicate is None:
            continue
        required = table.alone and bool(column.field.get("constraints", {}).get("required"))
        if shared[column.predicate] > 1 and column.language is not None:
            languages.add(column.language)
            shape = blocks.iri(f"{base}{_STRUCTURE}language/{column.language}")
            pairs = [("sh:qualifiedValueShape", shape), ("sh:qualifiedMaxCount", "1")]
            pairs += [("sh:qualifiedMinCount", "1")] if required else []
            kind: Mapping[str, str] = say("shape-kind-text", language=column.language).both()
        else:
            pairs, kind = _values(blocks, table, column)
            pairs += [("sh:minCount", "1")] if required else []
            pairs += [("sh:maxCount", "1")] if table.alone else []
        count = _count(required=required, alone=table.alone)
        titles = column.field["titles"]
        message = _both("shape-column", table=table.title, column=titles, kind=kind, count=count)
        path = ("sh:path", blocks.iri(column.predicate))
        blocks.property(root + column.name, message, source, path, *pairs)
        yield "sh:property", blocks.iri(root + column.name)
    for name, predicate, value in _constants(table.map):
        short = blocks.iri(predicate)
        if value.names:
            pairs, kind = _reference(blocks, table, value)
            pairs.append(("sh:minCount", "1"))
        else:
            pairs = [("sh:hasValue", blocks.iri(value.text))]
            kind = dict.fromkeys(LANGUAGES, blocks.iri(value.text))
        alone = predicate != RDF_TYPE
        pairs += [("sh:maxCount", "1")] if alone else []
        count, titles = _count(required=True, alone=alone), dict.fromkeys(LANGUAGES, short)
        message = _both("shape-column", table=table.title, column=titles, kind=kind, count=count)
        blocks.property(root + name, message, source, ("sh:path", short), *pairs)
        yield "sh:property", blocks.iri(root + name)


def _constants(table: TableMap) -> Iterator[tuple[str, str, Template]]:
    """Yield a name, the predicate and the object of the triples that every row has.

    The class of the table is not among them: a row without it is no row of the table.
    """
    taken = Counter[str]()
    for predicate, value in table.constants:
        if predicate == RDF_TYPE and value.text == table.classes[0]:
            continue
        local = re.split(r"[/#]", predicate)[-1]
        taken[local] += 1
        yield local if taken[local] == 1 else f"{local}-{taken[local]}", predicate, value


def _values(
    blocks: Blocks, table: _Table, column: Column
) -> tuple[list[tuple[str, str]], Mapping[str, str]]:
    """Return the constraints on a column's values, and what they ask for in words."""
    constraints = column.field.get("constraints", {})
    codes = constraints.get("enum", ())
    if codes:
        listed = [literal(code) for code in codes]
        if column.value is not None:
            expand = column.value.expander({column.name: 0})
            listed = [blocks.iri(expand([code])) for code in codes]
        kind = _both("shape-kind-code", list=column.field["titles"])
        return [("sh:in", f"( {' '.join(listed)} )")], kind
    if column.value is not None:
        return _reference(blocks, table, column.value)
    if column.language is not None:
        told = say("shape-kind-text", language=column.language).both()
        return [("sh:languageIn", f'( "{column.language}" )')], told
    datatype = column.datatype or XSD + "string"
    pairs = [("sh:datatype", blocks.iri(datatype))]
    if "pattern" in constraints:
        pairs.append(("sh:pattern", literal(f"^({constraints['pattern']})$")))
    pairs += [
        (bound, str(constraints[key])) for key, bound in _BOUNDS.items() if key in constraints
    ]
    return pairs, say(f"shape-kind-{datatype.removeprefix(XSD)}").both()


def _reference(
    blocks: Blocks, table: _Table, value: Template
) -> tuple[list[tuple[str, str]], Mapping[str, str]]:
    """Return the constraints on an IRI that a template makes: what it names is there, or its form.

    A thing that is there has the right form, so the form is asked of the others only.
    """
    if value.text in table.targets:
        kind, title = table.targets[value.text]
        return [("sh:class", blocks.iri(kind))], _both("shape-kind-row", table=title)
    pairs = [("sh:nodeKind", "sh:IRI")]
    if not any(value.reserved):
        pairs.append(("sh:pattern", literal(_pattern(table.map, value))))
    return pairs, say("shape-kind-iri", form=value.text).both()


def _pattern(table: TableMap, value: Template) -> str:
    """Return the regular expression of the IRIs that a template makes."""
    fields = {column.name: column.field for column in table.columns}
    first, *rest = value.literals
    parts = [_SPECIAL.sub(r"\\\g<0>", first)]
    for name, after in zip(value.names, rest, strict=True):
        own = fields[name].get("constraints", {}).get("pattern")
        parts.append(f"({own})" if own else _OF_TYPE.get(fields[name]["type"], _UNRESERVED))
        parts.append(_SPECIAL.sub(r"\\\g<0>", after))
    return f"^{''.join(parts)}$"


def _count(*, required: bool, alone: bool) -> Mapping[str, str]:
    if not alone:
        return say("shape-count-any").both()
    return say("shape-count-one" if required else "shape-count-optional").both()


def _both(key: str, **texts: Mapping[str, str]) -> dict[str, str]:
    """Return a sentence in every language, its values in the same language."""
    return {
        language: say(key, **{name: one[language] for name, one in texts.items()}).text(language)
        for language in LANGUAGES
    }
