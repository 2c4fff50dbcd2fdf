"""Published is the same as checked: a portal is fetched from its server with tools of others."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import shutil
import subprocess
from urllib.parse import quote

import frictionless
import pytest
import rdflib
from rdflib.compare import to_isomorphic

PLACE = "doc/131024.304.2021.budget"


@pytest.fixture(scope="module")
def address(published, serve):
    """The address of the package on a server that is not ours."""
    with serve(published) as (address, _):
        yield f"{address}{PLACE}/"


@pytest.fixture(scope="module")
def fetched(published, serve, tmp_path_factory):
    """The whole portal as curl fetches it by its own list of checksums."""
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("no curl on PATH")
    folder = tmp_path_factory.mktemp("fetched")
    with serve(published) as (address, _):
        get(curl, [(f"{address}SHA256SUMS", "SHA256SUMS")], folder)
        lines = (folder / "SHA256SUMS").read_text("utf-8").splitlines()
        names = [line.split("  ", 1)[1] for line in lines]
        get(curl, [(address + quote(one), one) for one in names], folder)
    return folder


def get(curl, wanted, folder):
    config = "".join(f'url = "{url}"\noutput = "{path}"\n' for url, path in wanted)
    subprocess.run(
        [curl, "--fail", "--silent", "--show-error", "--create-dirs", "--noproxy", "*", "-K", "-"],
        input=config.encode(), cwd=folder, check=True, timeout=60,
    )  # fmt: skip


def test_frictionless_validates_the_package_from_its_address(address, released):
    report = frictionless.validate(f"{address}datapackage.json")
    assert report.valid, report.flatten(["type", "note"])
    looked_at = {task.name for task in report.tasks if task.stats.get("rows")}
    assert {one for one in released.package.tables if released.package.rows(one)} <= looked_at


def test_rdflib_reads_the_same_triples_from_the_address(address, released):
    there = rdflib.Graph().parse(f"{address}resources/data.ttl")
    here = rdflib.Graph().parse(released.file("resources/data.ttl"))
    assert len(here) > 1000
    assert to_isomorphic(there) == to_isomorphic(here)


def test_sha256sum_finds_every_file_as_the_portal_lists_it(fetched, released):
    sha256sum = shutil.which("sha256sum")
    if sha256sum is None:
        pytest.skip("no sha256sum on PATH")
    done = subprocess.run(
        [sha256sum, "-c", "SHA256SUMS"], cwd=fetched, capture_output=True, check=False,
        env={**os.environ, "LC_ALL": "C"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout.decode()
    assert done.stdout.count(b": OK\n") > 40
    for path, seal in released.seals.items():
        content = (fetched / PLACE / path).read_bytes()
        assert hashlib.sha256(content).hexdigest() == seal.sha256


def test_duckdb_reads_the_same_rows_from_every_table(fetched, released):
    duckdb = pytest.importorskip("duckdb")
    for table in released.package.tables:
        rows = released.package.rows(table)
        found = duckdb.execute(
            "SELECT * FROM read_csv(?, header = true, all_varchar = true, nullstr = '', "
            "quote = '\"', escape = '\"', delim = ',')",
            [str(fetched / PLACE / released.package.path(table))],
        )
        names = [one[0] for one in found.description]
        there = [dict(zip(names, (cell or "" for cell in row), strict=True))
                 for row in found.fetchall()]  # fmt: skip
        assert there == rows, table


def test_the_workbook_that_is_fetched_has_the_figures(fetched, released):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.load_workbook(fetched / PLACE / f"{released.name}.xlsx", read_only=True)
    content = released.package.content("resources/budget_lines.csv").decode("utf-8")
    lines = list(csv.DictReader(io.StringIO(content)))
    header, *rows = book["预算数"].values
    at = [one.split("\n")[-1] for one in header].index("amount_cny")
    assert [row[at] for row in rows] == [int(one["amount_cny"]) for one in lines]
    book.close()
