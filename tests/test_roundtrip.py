"""Laws of the linked data: no row is lost in the triples, and no changed figure goes unnoticed."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyoxigraph
import pytest
import rdflib
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yusuan.checking.linked import check_derived
from yusuan.checking.tables import check_tables
from yusuan.graph import data_lines, data_turtle, findings_turtle
from yusuan.package import Package, read, template
from yusuan.package.cells import to_csv
from yusuan.package.shipped import table_resources

_spec = importlib.util.spec_from_file_location("roundtrip", Path(__file__).parent / "roundtrip.py")
roundtrip = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(roundtrip)

TABLES = table_resources(template())
# Tables whose rows are no things of their own, or no triples at all.
WITHOUT_ROWS = {"segments", "organization_names"}

TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=9
)
LINES = st.lists(TEXT, min_size=1, max_size=2).map("\n".join)
KEY = st.from_regex(r"[A-Za-z0-9._~-]{1,12}", fullmatch=True)
VALUES = {
    "string": LINES,
    "integer": st.integers(0, 10**12),
    "year": st.integers(1949, 2100),
    "number": st.decimals(-(10**12), 10**12, allow_nan=False, places=4),
    "boolean": st.booleans(),
    "date": st.dates(date(1949, 1, 1), date(2100, 1, 1)),
}


def cell(field: dict):
    """Return a strategy for a cell: what the schema allows, empty where it may be."""
    constraints = field.get("constraints", {})
    if "enum" in constraints:
        values = st.sampled_from(constraints["enum"])
    elif "{+" in field.get("csvw:valueUrl", ""):
        values = st.just("https://example.gov.cn/ys?id=1&y=2021")
    elif "pattern" in constraints:
        values = st.from_regex(constraints["pattern"], fullmatch=True).filter(str.isascii)
    elif field["type"] == "string" and "csvw:valueUrl" in field:
        values = KEY | LINES
    else:
        values = VALUES[field["type"]]
        if "minimum" in constraints:
            values = values.map(abs).map(lambda number: number + constraints["minimum"])
    return values if constraints.get("required") else st.none() | values


def rows(table: str):
    """Return a strategy for a few rows of a table, each key once."""
    schema = TABLES[table]["schema"]
    row = st.fixed_dictionaries({field["name"]: cell(field) for field in schema["fields"]})
    key = schema["primaryKey"]
    return st.lists(row, max_size=2, unique_by=lambda row: tuple(row[name] for name in key))


@st.composite
def packages(draw) -> Package:
    """Return packages with rows that nobody would write and every processor must carry."""
    wanted = draw(st.sets(st.sampled_from(sorted(TABLES)), min_size=1, max_size=3))
    files = {}
    for name, resource in TABLES.items():
        given = draw(rows(name)) if name in wanted else []
        for row in given:
            # Written together or not at all.
            if row.get("char_start") is None or row.get("char_end") is None:
                for place in {"char_start", "char_end"} & row.keys():
                    row[place] = None if _optional(resource, place) else 0
        files[resource["path"]] = to_csv(name, resource["schema"], given)
    return Package(Path("generated"), template(), files)


def _optional(resource: dict, column: str) -> bool:
    (field,) = (one for one in resource["schema"]["fields"] if one["name"] == column)
    return not field.get("constraints", {}).get("required")


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(packages())
def test_the_triples_give_the_rows_again(package):
    found = roundtrip.rows_of(data_lines(package), package.descriptor)
    for table in TABLES.keys() - WITHOUT_ROWS - {"findings"}:
        assert found[table] == roundtrip.sorted_rows(package.rows(table))


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(packages())
def test_two_parsers_read_the_turtle_as_the_same_triples(package):
    turtle, lines = data_turtle(package), data_lines(package)
    ours = set(pyoxigraph.parse(lines, pyoxigraph.RdfFormat.N_TRIPLES))
    assert set(pyoxigraph.parse(turtle, pyoxigraph.RdfFormat.TURTLE)) == ours
    one = rdflib.Graph().parse(data=turtle, format="turtle")
    other = rdflib.Graph().parse(data=lines, format="nt")
    assert set(one) == set(other)
    assert len(one) == len(ours)


def test_the_published_triples_give_the_published_rows(root):
    package = read(root)
    found = roundtrip.rows_of(data_lines(package), package.descriptor)
    for table in TABLES.keys() - WITHOUT_ROWS - {"findings"}:
        assert found[table] == roundtrip.sorted_rows(package.rows(table))


# ---------------------------------------------------------------- no changed figure goes unnoticed


@pytest.fixture(scope="module")
def published(root):
    """The package of this repository."""
    return read(root)


@pytest.fixture(scope="module")
def spots(published):
    """Every figure of it."""
    return figures(published)


def figures(package: Package) -> list[tuple[str, int, str]]:
    """Return table, row and column of every figure of a package."""
    return [
        (table, number, field["name"])
        for table in package.tables
        for number, row in enumerate(package.rows(table))
        for field in package.schema(table)["fields"]
        if field["type"] in ("number", "integer", "year") and row[field["name"]]
    ]


def changed(package: Package, table: str, number: int, column: str, step: Decimal) -> Package:
    """Return a package in which one figure is another."""
    lines = package.rows(table)
    value = Decimal(lines[number][column]) + step
    lines[number] = lines[number] | {column: format(value.normalize(), "f") if value else "0"}
    texts = {**package.schema(table)}
    texts["fields"] = [field | {"type": "string"} for field in texts["fields"]]
    content = to_csv(table, texts, [{k: v or None for k, v in row.items()} for row in lines])
    return Package(package.directory, package.descriptor, {package.path(table): content})


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_a_changed_figure_is_noticed_by_its_hash(published, spots, data):
    # One in every table at once: each must be told of its own file.
    tables = {table: [spot for spot in spots if spot[0] == table] for table, *_ in spots}
    assert len(tables) > 5
    package = published
    for some in tables.values():
        other = changed(published, *data.draw(st.sampled_from(some)), Decimal(1))
        package = replace(package, files={**(package.files or {}), **other.files})
    sealed = [one for one in check_tables(package).findings if one.rule == "package-seal"]
    assert sorted(one.place.path for one in sealed) == sorted(map(published.path, tables))


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_a_changed_figure_is_noticed_by_the_triples_without_any_hash(published, spots, data):
    linked = [spot for spot in spots if spot[0] not in WITHOUT_ROWS | {"segments"}]
    spot = data.draw(st.sampled_from(linked))
    package = changed(published, *spot, Decimal("0.01"))
    triples = data_turtle if spot[0] != "findings" else findings_turtle
    name = "data" if spot[0] != "findings" else "findings-rdf"
    assert list(check_derived(package, {name: triples(package)}))
