"""The first disclosure on a real CKAN: what everybody reads from it, and a second run."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from hashlib import sha256
from urllib.parse import urlsplit

import pytest
from ckanapi import RemoteCKAN
from frictionless import Resource, Schema
from rdflib import DCAT, DCTERMS, Graph, Namespace, URIRef

from yusuan.cli import main
from yusuan.publishing import read_receipt

pytestmark = pytest.mark.service

DATASET = "131024-304-budget"
CURL = shutil.which("curl") or "curl"
SPDX = Namespace("http://spdx.org/rdf/terms#")


def on(server, resource):
    """Return the address of a resource at the portal under test."""
    return f"{server.url}{urlsplit(resource['url']).path}"


def worded(rows):
    """Return rows of the datastore with truth as the package writes it."""
    truth = {"t": "true", "f": "false"}
    return [[truth.get(cell, cell) for cell in row] for row in rows]


@pytest.fixture(scope="module")
def states(tmp_path_factory):
    """Where the receipts of these tests lie."""
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="module")
def first(server, package, states):
    """The first disclosure, published by the command; what it prints."""
    server.purge()
    words = [sys.executable, "-m", "yusuan", "publish", package, f"ckan+{server.url}"]
    done = subprocess.run([*words, "--lang", "en"], capture_output=True, check=False,
                          text=True, env=environment(server, states), timeout=240)  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert server.token not in done.stdout + done.stderr
    return done.stdout


def environment(server, states):
    return {**os.environ, "CKAN_API_TOKEN": server.token, "YUSUAN_STATE": str(states)}


@pytest.fixture
def yusuan(server, no_secrets, monkeypatch, states, capsys):
    """Return a function that runs the program and returns its exit code and what it prints."""
    del no_secrets  # only its effect is wanted
    for name, value in environment(server, states).items():
        monkeypatch.setenv(name, value)

    def run(*words):
        with pytest.raises(SystemExit) as ended:
            main([*map(str, words), "--lang", "en"])
        return ended.value.code, capsys.readouterr().out

    return run


def test_the_first_disclosure_is_published_and_everybody_reads_the_same(
    first, server, package, tmp_path
):
    assert f"Published 1 packages to ckan+{server.url}, and verified them" in first
    descriptor = json.loads((package / "datapackage.json").read_text("utf-8"))
    paths = ["datapackage.json", *(one["path"] for one in descriptor["resources"])]

    # As ckanapi finds it, without a token.
    with RemoteCKAN(server.url, get_only=True) as portal:
        found = portal.action.package_show(id=DATASET)
        assert portal.action.organization_show(id="131024")["title"] == "香河县"
        assert portal.action.package_search(q="香河县工业和信息化局")["count"] == 1
    assert found["title"] == "香河县工业和信息化局部门预算（香河县）"
    assert found["organization"]["name"] == "131024"
    assert found["private"] is False
    extras = {one["key"]: one["value"] for one in found["extras"]}
    assert extras["title_en"] == "香河县工业和信息化局: budget (香河县)"
    assert extras["temporal_start"] == "2021-01-01"
    assert {"预算公开", "部门预算", "budget"} <= {one["name"] for one in found["tags"]}
    by_path = {one["yusuan_path"]: one for one in found["resources"]}
    assert sorted(by_path) == sorted(f"2021/{path}" for path in paths)

    # As curl downloads it.
    for path in paths:
        resource = by_path[f"2021/{path}"]
        copy = tmp_path / "copy" / path
        copy.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run([CURL, "-sf", "-o", copy, on(server, resource)], check=True)
        assert copy.read_bytes() == (package / path).read_bytes()
        assert resource["hash"] == sha256(copy.read_bytes()).hexdigest()
        assert resource["size"] == copy.stat().st_size
        assert resource["license"] == "https://creativecommons.org/licenses/by/4.0/"
    lines = by_path["2021/resources/budget_lines.csv"]
    assert (lines["name"], lines["name_en"]) == ("2021年 预算数", "2021: Budget lines")
    assert lines["description_en"].startswith("All amounts, one a row")
    assert (lines["format"], lines["mimetype"]) == ("CSV", "text/csv")

    # As frictionless validates it, from the address and with the schema that the portal states.
    for resource in by_path.values():
        if "schema" in resource:
            schema = Schema.from_descriptor(json.loads(resource["schema"]))
            report = Resource(path=on(server, resource), schema=schema).validate()
            assert report.valid, report.flatten(["message"])

    # As the datastore answers.
    for table in descriptor["resources"]:
        if table.get("format") == "csv":
            with (package / table["path"]).open(encoding="utf-8", newline="") as file:
                rows = list(csv.reader(file))
            assert worded(server.rows(by_path[f"2021/{table['path']}"])) == rows
    with RemoteCKAN(server.url, get_only=True) as portal:
        columns = portal.action.datastore_search(resource_id=lines["id"], limit=1)["fields"]
    known = {one["id"]: one for one in columns}
    assert known["function_code"]["type"] == "text"
    assert known["amount_cny"]["type"] == "numeric"
    assert known["fiscal_year"]["type"] == "int4"
    assert known["amount_cny"]["info"]["label"] == "金额（元）"
    assert known["amount_cny"]["info"]["label_en"]


@pytest.mark.usefixtures("first")
def test_the_turtle_of_the_portal_states_licence_and_checksum(server, package):
    graph = Graph()
    turtle = subprocess.run(
        [CURL, "-sf", f"{server.url}/dataset/{DATASET}.ttl"], check=True, capture_output=True
    ).stdout
    graph.parse(data=turtle, format="turtle")
    hashes = {str(one) for one in graph.objects(None, SPDX.checksumValue)}
    lines = (package / "resources" / "budget_lines.csv").read_bytes()
    assert sha256(lines).hexdigest() in hashes
    assert set(graph.objects(None, SPDX.algorithm)) == {SPDX.checksumAlgorithm_sha256}
    distributions = list(graph.objects(None, DCAT.distribution))
    assert len(distributions) == 31
    licence = URIRef("https://creativecommons.org/licenses/by/4.0/")
    for one in distributions:
        assert (one, DCTERMS.license, licence) in graph


@pytest.mark.usefixtures("first")
def test_a_second_run_says_no_changes_and_asks_once(aim, released, server, yusuan, package):
    target = aim(server.url)
    plan = target.plan([released])
    assert plan.changes == []
    assert (target.portal.client.reads, target.portal.client.writes) == (1, 0)
    code, out = yusuan("publish", package, f"ckan+{server.url}")
    assert code == 0
    assert f"ckan+{server.url}: no changes (1 packages)" in out


@pytest.mark.usefixtures("first")
def test_a_receipt_says_what_where_when_and_is_verified_any_day(server, yusuan, states):
    (path,) = states.glob("*/*.receipt.json")
    receipt = read_receipt(path)
    assert receipt.target == f"ckan+{server.url}"
    assert [one.place for one in receipt.packages] == [f"{DATASET}/2021"]
    key = f"{DATASET}/2021/resources/budget_lines.csv"
    assert receipt.urls[key].endswith("/download/budget_lines.csv")
    assert f"{key}#datastore" in receipt.files
    assert server.token not in path.read_text()
    code, out = yusuan("verify", path)
    assert code == 0
    assert "files are as they were published" in out

    # Somebody replaces a file, removes another, changes a row and a description.
    found = {one["yusuan_path"]: one for one in server.show(DATASET)["resources"]}
    server.call("resource_patch", {"id": found["2021/resources/terms.csv"]["id"]},
              files={"upload": ("terms.csv", b"x,y\n1,2\n")})  # fmt: skip
    server.call("resource_delete", {"id": found["2021/resources/text.txt"]["id"]})
    assets = found["2021/resources/assets.csv"]["id"]
    total = {"resource_id": assets, "force": True, "filters": {"asset_class": "total"}}
    server.call("datastore_records_delete", total)
    projects = found["2021/resources/projects.csv"]["id"]
    server.call("resource_patch", {"id": projects, "description": "?"})
    code, out = yusuan("verify", f"ckan+{server.url}", "--json")
    assert code == 6
    told = {(one["kind"], one["path"]) for one in json.loads(out)["differences"]}
    place = f"{DATASET}/2021/resources"
    assert told >= {
        ("changed", f"{place}/terms.csv"),
        ("missing", f"{place}/text.txt"),
        ("changed", f"{place}/assets.csv#datastore"),
        ("changed", f"{place}/projects.csv"),
        ("faulty", f"{DATASET}/2021"),
    }
    assert not any(one[1].endswith("documents.csv") for one in told)
