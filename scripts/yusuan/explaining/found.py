"""What stands in long lists: regions by code or name, and what a package itself names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from yusuan import codes
from yusuan.codes import Region
from yusuan.errors import PackageError
from yusuan.explaining.described import columns_of_list
from yusuan.explaining.meaning import Fact, Meaning, folded, joined, same
from yusuan.mapping import TableMap, base_of, table_maps
from yusuan.messages import say
from yusuan.package import Package, read, template
from yusuan.package.descriptor import label
from yusuan.package.shipped import table_resources

# The names in use: no revision of the list ends them.
_LATEST = 9999
# Table → the columns that a row is known by, its name last.
_KNOWN_BY = {
    "classifications": ("code", "label"),
    "projects": ("project_code", "name"),
    "organizations": ("org_id", "budget_code", "name"),
    "terms": ("label",),
}
_NOT_TOLD = ("char_start", "char_end")


def found(word: str, directory: Path | None) -> Iterator[Meaning]:
    """Yield what a word means in the list of regions and in a package.

    Args:
        word: The word.
        directory: The folder of a package, or None. What can't be read of it means nothing; it
            is for a check to say so, and the word may well be about that.
    """
    yield from (_region(one) for one in _regions(word))
    if directory is None:
        return
    try:
        package = read(directory)
    except PackageError:
        return
    for table in table_maps(template()):
        if table.name in _KNOWN_BY and table.name in package.tables:
            yield from _rows(package, table, word)


def _regions(word: str) -> list[Region]:
    if len(word) == len("131024") and word.isascii() and word.isdigit():
        try:
            return [codes.region(word)]
        except LookupError:
            return []
    return [one for one in codes.region_named(word, _LATEST) if word.endswith(one.name)]


def _region(region: Region) -> Meaning:
    above = [one.name for one in codes.ancestors(region.code)]
    facts = [
        Fact("level", [label("regions", "level", region.level)]),
        Fact("above", [same("".join(reversed(above)))] if above else []),
        Fact("from", [same(region.valid_from)] if region.valid_from else []),
        Fact("until", [same(region.valid_to)] if region.valid_to else []),
        Fact("successor", [same(region.successor_code)] if region.successor_code else []),
        Fact("source", [say("explained-regions").both()]),
    ]
    iri = f"{base_of(template())}id/region/{region.code}"
    full = "".join((*reversed(above), region.name))
    words = [region.code, region.name, full, *(one + region.name for one in above)]
    facts = [fact for fact in facts if fact.items]
    return Meaning("region", region.code, same(region.name), iri, facts, words)


def _rows(package: Package, table: TableMap, word: str) -> Iterator[Meaning]:
    """Yield the rows of one table that are known by a word."""
    try:
        rows = [row for row in package.rows(table.name) if _is_known(row, table, word)]
    except PackageError:
        return
    yield from (_row(row, table) for row in rows)


def _is_known(row: Mapping[str, str], table: TableMap, word: str) -> bool:
    wanted = folded(word)
    names = [row[name] for name in _KNOWN_BY[table.name] if name in row]
    return wanted in {folded(one) for one in (*names, *_iris(row, table)) if one}


def _iris(row: Mapping[str, str], table: TableMap) -> list[str]:
    """Return the IRI of a row, and what of it stands below the base and below its codes."""
    if table.about is None or not set(table.about.names) <= row.keys():
        return []
    names = table.about.names
    iri = table.about.expander({name: at for at, name in enumerate(names)})(
        [row[name] for name in names]
    )
    below = iri.removeprefix(base_of(template()))
    return [iri, below, below.partition("/")[2]]


def _row(row: Mapping[str, str], table: TableMap) -> Meaning:
    names = [row[name] for name in _KNOWN_BY[table.name] if row.get(name)]
    iris = _iris(row, table)
    facts = [
        Fact(column.field["titles"], [_cell(column.field, row[column.name])])
        for column in table.columns
        if row.get(column.name) and column.name not in (*_KNOWN_BY[table.name], *_NOT_TOLD)
    ]
    used = columns_of_list(iris[0]) if table.name == "classifications" and iris else []
    if used:
        facts.append(Fact("used", [joined([same(one) for one in used])]))
    iri = iris[0] if iris else None
    of = table_resources(template())[table.name]["titles"]
    return Meaning("row", names[0], same(names[-1]), iri, facts, [*names, *iris], of)


def _cell(field: Mapping[str, object], value: str) -> Mapping[str, str]:
    """Return a cell, or what its code is called."""
    categories = field.get("categories", ())
    for category in categories if isinstance(categories, list) else ():
        if category["value"] == value:
            titles: dict[str, str] = category["titles"]
            return titles
    return same(value)
