"""The published package as Croissant, by the reader of MLCommons itself."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import replace

import pytest

from yusuan import package
from yusuan.deriving import derive
from yusuan.metadata.croissant import croissant
from yusuan.metadata.dataset import described

PEERS = "YUSUAN_PEERS_PYTHON"
METADATA = {"catalog", "croissant", "schema-org"}

# Loads a file as any user of the library does, and tells what it complains of and what it reads.
READER = """
import json, logging, sys
logging.disable(logging.CRITICAL)
import mlcroissant

def text(value):
    if isinstance(value, bytes):
        return value.decode()
    return None if value is None else str(value)

dataset = mlcroissant.Dataset(sys.argv[1])
issues = dataset.metadata.ctx.issues
told = {
    "errors": sorted(str(one) for one in issues.errors),
    "warnings": sorted(str(one) for one in issues.warnings),
    "conforms": dataset.metadata.ctx.conforms_to.value,
    "files": sorted(one.id for one in dataset.metadata.distribution),
    "records": {
        one.id: [
            {name.partition("/")[2]: text(value) for name, value in record.items()}
            for record in dataset.records(one.id)
        ]
        for one in dataset.metadata.record_sets
    },
}
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def whole(root) -> package.Package:
    published = package.read(root)
    made = {name: one for name, one in derive(published).items() if name not in METADATA}
    return described(published, made)


@pytest.fixture(scope="module")
def written(whole):
    return json.loads(croissant(whole))


def read_by_peer(whole: package.Package, folder):
    """Return what mlcroissant says of a package."""
    python = os.environ.get(PEERS)
    if not python:
        pytest.skip(f"{PEERS} names no Python that has mlcroissant")
    paths = [one["path"] for one in whole.descriptor["resources"] if one["name"] not in METADATA]
    contents = {path: whole.content(path) for path in paths}
    for path, content in {**contents, "resources/croissant.json": croissant(whole)}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    done = subprocess.run(
        [python, "-c", READER, str(folder / "resources" / "croissant.json")],
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def read(whole, tmp_path_factory):
    return read_by_peer(whole, tmp_path_factory.mktemp("croissant"))


def same(cell: str, value: str | None, kind: str) -> bool:
    """Tell whether a value is what a cell says, in the words of Python.

    pandas, by which mlcroissant reads, takes a code of digits for a figure: 01 for 1, and 130000
    for 130000.0 where another cell of the column is empty.
    """
    if value is None or cell == "":
        return value is None and cell == ""
    if kind in {"date", "boolean"}:
        return value.lower().removesuffix(" 00:00:00") == cell
    return value == cell or float(value) == float(cell)


# ------------------------------------------------------------------------------ by itself


def test_the_same_package_gives_the_same_bytes(whole):
    assert croissant(whole) == croissant(whole)


def test_every_table_is_a_record_set_with_its_columns_and_its_key(whole, written):
    sets = {one["@id"]: one for one in written["recordSet"]}
    assert list(sets) == whole.tables
    for name, found in sets.items():
        schema = whole.schema(name)
        assert [one["name"] for one in found["field"]] == [one["name"] for one in schema["fields"]]
        assert [one["@id"] for one in found["key"]] == [
            f"{name}/{column}" for column in schema["primaryKey"]
        ]
        assert found["name"].keys() == found["description"].keys() == {"zh", "en"}


def test_a_column_says_its_type_its_property_and_what_it_refers_to(written):
    sets = {one["@id"]: one for one in written["recordSet"]}
    fields = {one["@id"]: one for found in sets.values() for one in found["field"]}
    amount = fields["budget_lines/amount_cny"]
    assert amount["dataType"] == "sc:Float"
    assert amount["equivalentProperty"] == "http://data.openbudgets.eu/ontology/dsd/measure/amount"
    assert amount["source"] == {
        "fileObject": {"@id": "budget_lines.csv"},
        "extract": {"column": "amount_cny"},
    }
    assert fields["budget_lines/project_code"]["references"] == {
        "fileObject": {"@id": "projects.csv"},
        "extract": {"column": "project_code"},
    }
    # By two columns, to a column that is no key, and to the table itself: no joins.
    for name in ("score_bands/target_key", "citations/target_key", "regions/parent_code"):
        assert "references" not in fields[name]


def test_every_file_is_there_with_its_hash(whole, written):
    hashes = {one["contentUrl"]: one["sha256"] for one in written["distribution"]}
    assert hashes == {
        one["path"].removeprefix("resources/"): one["hash"].removeprefix("sha256:")
        for one in whole.descriptor["resources"]
    }


def test_a_date_of_publication_is_stated_where_it_is_known(whole, written):
    assert "datePublished" not in written
    assert json.loads(croissant(issued(whole)))["datePublished"] == "2021-02-26"


def issued(whole: package.Package) -> package.Package:
    path = whole.path("documents")
    content = whole.content(path).decode().replace("情况说明,,", "情况说明,2021-02-26,")
    files = {**whole.files, path: content.encode()}
    return described(replace(whole, files=files), {})


# ------------------------------------------------------------------------------ by mlcroissant


def test_mlcroissant_finds_nothing_wrong(read):
    assert read["conforms"] == "http://mlcommons.org/croissant/1.1"
    assert read["errors"] == []


def test_mlcroissant_misses_the_date_of_publication_and_nothing_else(read):
    (warning,) = read["warnings"]
    assert "datePublished" in warning


def test_mlcroissant_misses_nothing_where_the_date_is_known(whole, tmp_path):
    told = read_by_peer(issued(whole), tmp_path)
    assert (told["errors"], told["warnings"]) == ([], [])


def test_mlcroissant_reads_the_rows_of_every_table(whole, read):
    assert list(read["records"]) == whole.tables
    for table in whole.tables:
        kinds = {one["name"]: one["type"] for one in whole.schema(table)["fields"]}
        header, stream = whole.stream(table)
        rows = list(stream)
        records = read["records"][table]
        assert len(records) == len(rows), table
        for row, record in zip(rows, records, strict=True):
            assert list(record) == header
            for name, cell in zip(header, row, strict=True):
                assert same(cell, record[name], kinds[name]), (table, name, cell, record[name])
