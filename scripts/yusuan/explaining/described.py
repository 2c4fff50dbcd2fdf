"""Tables, columns, terms and codes, as the descriptor has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from yusuan.explaining.meaning import Fact, Meaning, joined, same
from yusuan.findings import Texts
from yusuan.mapping import Column, TableMap, base_of, prefixes, table_maps
from yusuan.package import template
from yusuan.package.shipped import table_resources

_CODE = "code/"


def described() -> Iterator[Meaning]:
    """Yield the meaning of every table, column, term and code of the descriptor."""
    tables = table_maps(template())
    resources = table_resources(template())
    yield from (_table(table, resources[table.name]) for table in tables)
    uses = [(table, column) for table in tables for column in table.columns]
    yield from _columns(uses)
    yield from _terms(tables, uses)
    yield from _codes(uses)


def shortened(iri: str) -> str:
    """Return an IRI with its prefix, `ys:fundSource`; as it is where it has none."""
    known = sorted(prefixes(template()).items(), key=lambda one: -len(one[1]))
    for prefix, start in known:
        if iri.startswith(start) and iri != start:
            return f"{prefix}:{iri.removeprefix(start)}"
    return iri


def columns_of_list(iri: str) -> list[str]:
    """Return the columns that take their values from a list, by the IRI of one of its codes."""
    stem = iri.rpartition("/")[0] + "/"
    return [
        f"{table.name}.{column.name}"
        for table in table_maps(template())
        for column in table.columns
        if column.value is not None and column.value.literals[0] == stem
    ]


def _table(table: TableMap, resource: Mapping[str, Any]) -> Meaning:
    columns = [_named(column.name, column.field["titles"]) for column in table.columns]
    facts = [Fact("description", [resource["descriptions"]] if "descriptions" in resource else [])]
    facts += [
        Fact("file", [same(table.path)]),
        Fact("class", [same(shortened(one)) for one in table.classes]),
        Fact("subject", [] if table.about is None else [same(table.about.text)]),
        Fact("columns", columns),
    ]
    words = [table.name, *resource["titles"].values()]
    return Meaning("table", table.name, resource["titles"], None, _filled(facts), words)


def _columns(uses: list[tuple[TableMap, Column]]) -> Iterator[Meaning]:
    """Yield every column once, however many tables have it alike."""
    alike: dict[tuple[object, ...], list[tuple[TableMap, Column]]] = {}
    for table, column in uses:
        said = column.field
        codes = tuple(one["value"] for one in said.get("categories", ()))
        key = (column.name, column.predicate, *said["titles"].values(), codes)
        alike.setdefault(key, []).append((table, column))
    for some in alike.values():
        yield _column(some)


def _column(some: list[tuple[TableMap, Column]]) -> Meaning:
    column = some[0][1]
    said = column.field
    descriptions: dict[str, Texts] = {}
    for _, one in some:
        if "descriptions" in one.field:
            descriptions.setdefault(one.field["descriptions"]["zh"], one.field["descriptions"])
    facts = [
        Fact("description", list(descriptions.values())),
        Fact("tables", [joined([same(table.name) for table, _ in some])]),
        Fact("type", [same(said["type"])]),
        Fact("predicate", [] if column.predicate is None else [same(shortened(column.predicate))]),
        Fact("codes", [_named(one["value"], one["titles"]) for one in said.get("categories", ())]),
    ]
    words = [column.name, *(f"{table.name}.{column.name}" for table, _ in some)]
    words += said["titles"].values()
    return Meaning("column", column.name, said["titles"], None, _filled(facts), words)


def _terms(tables: list[TableMap], uses: list[tuple[TableMap, Column]]) -> Iterator[Meaning]:
    """Yield every class and property that the data uses, and what the descriptor says of it."""
    known, own = prefixes(template()), base_of(template()) + "def#"
    stated = {
        known[term.partition(":")[0]] + term.partition(":")[2]: said
        for term, said in template()["yusuan:terms"].items()
    }
    resources = table_resources(template())
    worded: dict[str, Mapping[str, Any]] = {}
    columns: dict[str, list[str]] = {}
    for table in tables:
        for one in table.classes:
            worded.setdefault(one, resources[table.name])
            columns.setdefault(one, []).append(table.name)
    for table, column in uses:
        if column.predicate is not None:
            worded.setdefault(column.predicate, column.field)
            columns.setdefault(column.predicate, []).append(f"{table.name}.{column.name}")
    for iri in dict.fromkeys((*worded, *stated)):
        said, fallback = stated.get(iri, {}), worded.get(iri, {})
        name, ours = shortened(iri), iri.startswith(own)
        titles = said.get("titles") or (fallback.get("titles") if ours else None) or same(name)
        more = said.get("descriptions") or (fallback.get("descriptions") if ours else None)
        facts = [
            Fact("description", [more] if more else []),
            *(Fact(same(key), [same(", ".join([value] if isinstance(value, str) else value))])
              for key, value in said.items() if ":" in key),
            Fact("used", [joined([same(one) for one in columns[iri]])] if iri in columns else []),
        ]  # fmt: skip
        words = [name, *(titles.values() if ours else ()), name.partition(":")[2], iri]
        yield Meaning("term", name, titles, iri, _filled(facts), words)


def _codes(uses: list[tuple[TableMap, Column]]) -> Iterator[Meaning]:
    """Yield every code of every closed list once, with the columns that have it."""
    found: dict[str, tuple[str | None, Mapping[str, Any], list[tuple[TableMap, Column]]]] = {}
    for table, column in uses:
        for category in column.field.get("categories", ()):
            value = category["value"]
            iri = None if column.value is None else _expanded(column, value)
            name = f"{_scheme(column)}/{value}"
            found.setdefault(name, (iri, category, []))[2].append((table, column))
    for name, (iri, category, having) in sorted(
        found.items(), key=lambda one: _order(one[0], found)
    ):
        yield _code(name, iri, category, having)


def _order(name: str, found: Mapping[str, object]) -> int:
    """Return where the list of a code begins, so that its codes stand together in their order."""
    scheme = name.partition("/")[0] + "/"
    return next(place for place, other in enumerate(found) if other.startswith(scheme))


def _code(
    name: str,
    iri: str | None,
    category: Mapping[str, Any],
    having: list[tuple[TableMap, Column]],
) -> Meaning:
    titles = category["titles"]
    said = {one.field["titles"]["zh"]: one.field["titles"] for _, one in having}
    facts = [
        Fact("description", [category["descriptions"]] if "descriptions" in category else []),
        Fact("list", [joined(list(said.values()))]),
        Fact("used", [joined([same(f"{table.name}.{one.name}") for table, one in having])]),
    ]
    words = [name, category["value"], *titles.values()]
    words += [f"{one.name}/{category['value']}" for _, one in having]
    words += [] if iri is None else [iri, iri.removeprefix(base_of(template()))]
    return Meaning("code", name, titles, iri, _filled(facts), words)


def _scheme(column: Column) -> str:
    """Return the short name of the list of a column: `fund-source` of `code:fund-source/{…}`."""
    start = base_of(template()) + _CODE
    if column.value is None or not column.value.literals[0].startswith(start):
        return column.name
    return column.value.literals[0].removeprefix(start).rstrip("/") or column.name


def _expanded(column: Column, value: str) -> str | None:
    if column.value is None or column.value.names != (column.name,):
        return None
    return column.value.expander({column.name: 0})([value])


def _named(name: str, titles: Texts) -> dict[str, str]:
    return {language: f"{name}  {title}" for language, title in titles.items()}


def _filled(facts: list[Fact]) -> list[Fact]:
    return [fact for fact in facts if fact.items]
