"""Many packages as one: the same rows, one truth for each thing, and types for other programs."""

from __future__ import annotations

import csv
import json
import shutil
import sys

import pytest
from frictionless import Package, system

from yusuan.errors import UsageError
from yusuan.querying import ask, open_sources, question
from yusuan.stacking import stack


def table(folder, name):
    with (folder / f"resources/{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def files(folder):
    """Return the files that are the same every time: a database has a history of its own."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".duckdb"
    }


def test_a_stack_has_the_rows_of_all_and_is_valid(two_counties, root, tmp_path):
    out = tmp_path / "all"
    made = stack([root, two_counties], out)
    assert made.documents == 4
    assert [row["document_id"] for row in table(out, "documents")] == [
        "130131.301.2020.budget",
        "130131.301.2021.budget",
        "131024.304.2021.budget",
        "310107.201.2021.budget",
    ]
    assert len(table(out, "budget_lines")) == 1 + 14 + 69 + 3
    own = [row for row in table(out, "budget_lines") if row["region_code"] == "131024"]
    assert own == table(root, "budget_lines")
    # Its own size and hash are those of the files.
    with system.use_context(trusted=True):
        descriptor = json.loads((out / "datapackage.json").read_text("utf-8"))
        package = Package(descriptor, basepath=str(out))
        report = package.validate()
    # The packages made by hand have no segments, and their texts no length.
    assert report.valid, report.flatten(["message"])


def test_the_order_of_the_folders_changes_no_byte(two_counties, root, tmp_path):
    stack([root, two_counties], tmp_path / "one")
    stack([two_counties, root], tmp_path / "other")
    assert files(tmp_path / "one") == files(tmp_path / "other")


def test_a_stack_is_asked_as_its_packages_are(two_counties, root, tmp_path):
    stack([root, two_counties], tmp_path / "all")
    apart, together = open_sources([root, two_counties]), open_sources([tmp_path / "all"])
    for name in ("Q1", "Q2", "Q5", "Q12", "Q14"):
        text = question(name).query({}, apart.base)
        assert ask(together, text, 60) == ask(apart, text, 60)


def test_a_superseded_revision_is_left_out_and_named(disclosure, tmp_path):
    old = disclosure("130131", "平山县", "301", "平山县财政局", "finance", 2021)
    old.line("dept-expenditure.total", 1, form="dept-expenditure", nature="total")
    new = disclosure("130131", "平山县", "301", "平山县财政局", "finance", 2021, old.identifier)
    new.line("dept-expenditure.total", 2, form="dept-expenditure", nature="total")
    old.write(tmp_path / "packages/old")
    new.write(tmp_path / "packages/new")
    made = stack([tmp_path / "packages"], tmp_path / "all")
    assert [row["amount_cny"] for row in table(tmp_path / "all", "budget_lines")] == ["2"]
    assert made.notes[0].text("en") == "130131.301.2021.budget is superseded and left out"


def test_a_thing_that_is_named_in_two_ways_has_the_name_of_the_latest_year(disclosure, tmp_path):
    for year, name in ((2022, "平山县财政与国资局"), (2021, "平山县财政局")):
        one = disclosure("130131", "平山县", "301", name, "finance", year)
        one.write(tmp_path / f"packages/{year}")
    made = stack([tmp_path / "packages"], tmp_path / "all")
    assert [row["name"] for row in table(tmp_path / "all", "organizations")] == [
        "平山县财政与国资局"
    ]
    assert "organizations: packages differ on 1 keys; the latest year is taken" in [
        note.text("en") for note in made.notes
    ]


def test_duckdb_and_parquet_have_types_and_codes_stay_text(two_counties, root, tmp_path):
    duckdb = pytest.importorskip("duckdb", reason="DuckDB, of the extra `query`, is not installed")
    out = tmp_path / "all"
    stack([root, two_counties], out)
    moved = tmp_path / "moved"
    shutil.move(out, moved)
    total = "SELECT region_code, fiscal_year, sum(amount_cny)::VARCHAR FROM {} "
    total += "WHERE role = 'total' AND form <> 'dept-project' AND direction = 'expenditure' "
    total += (
        "AND project_code IS NULL AND item IS NULL AND nature = 'total' GROUP BY ALL ORDER BY ALL"
    )
    expected = [
        ("130131", 2020, "15500000.000000"),
        ("130131", 2021, "10000000.000000"),
        ("131024", 2021, "46246400.000000"),
    ]
    with duckdb.connect(str(moved / "stack.duckdb"), read_only=True) as database:
        assert database.execute(total.format("budget_lines")).fetchall() == expected
        named = database.execute("SELECT table_name FROM duckdb_tables()").fetchall()
        assert ("segments",) in named
    parts = f"read_parquet('{moved}/parquet/budget_lines/**/*.parquet', hive_partitioning = false)"
    with duckdb.connect() as database:
        assert database.execute(total.format(parts)).fetchall() == expected
    places = sorted(
        path.parent.relative_to(moved).as_posix()
        for path in (moved / "parquet/budget_lines").rglob("*.parquet")
    )
    # A figure of 2020 that a document of 2021 states stands with that document.
    assert places == [
        "parquet/budget_lines/region=130131/year=2020",
        "parquet/budget_lines/region=130131/year=2021",
        "parquet/budget_lines/region=131024/year=2021",
        "parquet/budget_lines/region=310107/year=2021",
    ]


@pytest.mark.parametrize("library", ["duckdb", "polars", "pandas"])
def test_one_line_reads_the_budget_lines_with_their_types(two_counties, tmp_path, library):
    pytest.importorskip("duckdb", reason="DuckDB, of the extra `query`, writes the Parquet")
    pytest.importorskip(library, reason=f"{library} is not installed")
    stack([two_counties], tmp_path / "all")
    lines = READ[library](str(tmp_path / "all"))
    assert sorted(lines["region_code"].unique()) == ["130131", "310107"]
    assert {"201", "20106"} <= set(lines["function_code"])
    chosen = [
        amount
        for key, amount in zip(lines["line_key"], lines["amount_cny"], strict=True)
        if key == "dept-expenditure.total"
    ]
    assert sum(chosen) == 18_000_000
    assert {type(one).__name__ for one in chosen} == {"Decimal"}


def by_duckdb(folder):
    import duckdb

    pytest.importorskip("polars", reason="polars is not installed")
    # `.df()` would make floats of figures.
    return duckdb.connect(f"{folder}/stack.duckdb", read_only=True).sql("FROM budget_lines").pl()


def by_polars(folder):
    import polars as pl

    return pl.read_parquet(f"{folder}/parquet/budget_lines/**/*.parquet", hive_partitioning=False)


def by_pandas(folder):
    import pandas as pd

    return pd.read_parquet(f"{folder}/parquet/budget_lines", partitioning=None)


READ = {"duckdb": by_duckdb, "polars": by_polars, "pandas": by_pandas}


def test_without_duckdb_the_tables_are_there_and_the_rest_is_told(
    two_counties, tmp_path, monkeypatch
):
    monkeypatch.setitem(sys.modules, "duckdb", None)
    made = stack([two_counties], tmp_path / "all")
    assert made.notes[-1].text("en").startswith("DuckDB is not installed")
    assert not (tmp_path / "all/stack.duckdb").exists()
    assert len(table(tmp_path / "all", "documents")) == 3


def test_a_stack_takes_the_place_of_a_stack_and_of_nothing_else(two_counties, tmp_path):
    out = tmp_path / "all"
    stack([two_counties], out)
    stack([two_counties / "putuo-2021"], out)
    assert len(table(out, "documents")) == 1
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters/one.txt").write_text("x")
    with pytest.raises(UsageError):
        stack([two_counties], tmp_path / "letters")
    assert [path.name for path in (tmp_path / "letters").iterdir()] == ["one.txt"]
    with pytest.raises(UsageError):
        stack([two_counties], two_counties / "putuo-2021")


def test_tables_that_differ_are_not_stacked(two_counties, tmp_path):
    path = two_counties / "putuo-2021/datapackage.json"
    descriptor = json.loads(path.read_text("utf-8"))
    descriptor["resources"][0]["schema"]["fields"].pop()
    path.write_text(json.dumps(descriptor), "utf-8")
    with pytest.raises(UsageError) as caught:
        stack([two_counties], tmp_path / "all")
    assert caught.value.text("en").startswith("documents: the tables of ")
    assert not (tmp_path / "all").exists()
