"""A SPARQL server as target: one in this process, and real ones where they run."""

from __future__ import annotations

import os
import urllib.parse
import urllib.request
from dataclasses import replace
from pathlib import Path

import pytest
import rdflib

from yusuan.package import FILE_OF, Package
from yusuan.publishing import holdings, read_receipt, target_of
from yusuan.publishing.client import Patience
from yusuan.publishing.errors import TargetError
from yusuan.publishing.graphs import graph_of
from yusuan.publishing.service import Service
from yusuan.querying import documents

BASE = "https://w3id.org/yusuan/"
HOME = f"{BASE}doc/131024.304.2021.budget"
GRAPH, DATASET, VOCABULARY = f"{HOME}/graph", f"{HOME}/dataset", f"{BASE}def"
LATER = f"{BASE}doc/131024.304.2022.budget"
REVISION = f"{BASE}doc/131024.304.2021.budget.r2"
EVERY = [f"{BASE}catalog", VOCABULARY, *(f"{one}/graph" for one in (HOME, LATER, REVISION))]
REAL = {
    "oxigraph": "YUSUAN_SERVICE_OXIGRAPH",
    "fuseki": "YUSUAN_SERVICE_FUSEKI",
    "virtuoso": "YUSUAN_SERVICE_VIRTUOSO",
}
CUTS = ("during", "after")
CATALOG = FILE_OF["catalog"].path

pytestmark = pytest.mark.usefixtures("no_secrets")


@pytest.fixture(params=["here", *(pytest.param(one, marks=pytest.mark.service) for one in REAL)])
def server(request, sparql, monkeypatch) -> str:
    """The address of an empty server."""
    if request.param == "here":
        sparql.store.clear()
        return sparql.url
    url = os.environ.get(REAL[request.param])
    if not url:
        pytest.skip(f"{REAL[request.param]} names no server: see .ci/services")
    if request.param == "virtuoso":
        monkeypatch.setenv("YUSUAN_SPARQL_USER", "dba")
        monkeypatch.setenv("YUSUAN_SPARQL_PASSWORD", "dba")
    return emptied(url)


def emptied(url):
    """Remove whatever these tests have written to a server."""
    service = service_of(url, known=True)
    for graph in EVERY:
        service.delete(graph)
    return url


def service_of(url, *, known=False):
    service = target_of(f"sparql+{url}", Path()).service
    if known:
        service.select("SELECT * { }")
    return service


@pytest.fixture
def target(server, tmp_path):
    """Return a function that gives the target as a run of its own has it."""
    count = iter(range(1000))

    def made(url=server, *, state="state", tries=1, **options):
        scratch = tmp_path / f"scratch-{next(count)}"
        scratch.mkdir()
        found = target_of(f"sparql+{url}", scratch, state=tmp_path / state, **options)
        found.service.reader.patience = Patience(tries=tries, read=60)
        found.service.reader.pause = lambda _: None
        return found

    return made


def renamed(one, name, more=""):
    """Return a package under another id; `more` is said in its catalogue."""
    package, old = one.package, one.name
    paths = [*map(package.path, package.tables), CATALOG]
    files = {path: package.content(path).replace(old.encode(), name.encode()) for path in paths}
    files[CATALOG] += more.encode()
    descriptor = {**package.descriptor, "id": f"{BASE}doc/{name}", "name": name}
    return replace(one, package=Package(package.directory, descriptor, files), place=f"doc/{name}")


@pytest.fixture(scope="session")
def next_one(small):
    """The same department's next year."""
    return renamed(small, "131024.304.2022.budget")


@pytest.fixture(scope="session")
def revision(small):
    """A revision of the first package."""
    found = renamed(small, "131024.304.2021.budget.r2",
                    f"<{REVISION}/dataset> prov:wasRevisionOf <{DATASET}> .\n")  # fmt: skip
    path = small.package.path("documents")
    header, row, *_ = found.package.content(path).decode("utf-8").split("\n")
    cells = row.split(",")
    cells[header.split(",").index("revision_of")] = small.name
    files = {**found.package.files, path: f"{header}\n{','.join(cells)}\n".encode()}
    return replace(found, package=replace(found.package, files=files))


def publish(target, *releases):
    plan = target.plan(releases)
    receipt = target.apply(plan)
    assert target.verify(receipt) == []
    return receipt


def actions(plan):
    return {one.path: one.action for one in plan.steps}


def rows(url, query):
    return service_of(url).select(query)


def count(url, graph):
    return int(rows(url, f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}")[0]["n"])


def edit(url, update):
    service = service_of(url, known=True)
    service.update(update)


# ------------------------------------------------------------------ publishing


def test_a_plan_only_reads_and_a_second_apply_has_nothing_to_do(target, server, released):
    first = target()
    plan = first.plan([released])
    assert set(actions(plan).values()) == {"create"}
    assert set(actions(plan)) == {GRAPH, DATASET, VOCABULARY}
    assert first.service.writes == 0
    assert count(server, GRAPH) == 0
    receipt = first.apply(plan)
    assert first.verify(receipt) == []
    assert read_receipt(first.receipt_path) == receipt
    again = target()
    assert again.plan([released]).changes == []
    assert again.service.writes == 0
    assert again.service.reads <= 3
    assert target(state="elsewhere").plan([released]).changes == []


def test_what_a_foreign_client_fetches_is_what_the_package_says(target, server, released):
    publish(target(), released)
    query = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{GRAPH}> {{ ?s ?p ?o }} }}"
    request = urllib.request.Request(  # noqa: S310 - on loopback
        service_of(server, known=True).endpoint,
        urllib.parse.urlencode({"query": query}).encode("ascii"),
        {"Accept": "application/n-triples"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
        there = rdflib.Graph().parse(data=answer.read(), format="nt")
    right = rdflib.Graph()
    for name in ("data", "findings"):
        right.parse(released.package.directory / f"resources/{name}.ttl", format="turtle")
    assert len(right) == len(there) > 7000
    assert {by_value(one) for one in right} == {by_value(one) for one in there}


def by_value(triple):
    """Return a triple whose numbers are what they are worth."""
    *start, value = triple
    if isinstance(value, rdflib.Literal) and value.language is None:
        value = (value.toPython(), "literal")
    return (*start, value)


def test_one_changed_table_changes_one_graph(target, server, small, changed):
    publish(target(), small)
    plan = target().plan([changed])
    assert actions(plan) == {GRAPH: "update", DATASET: "update", VOCABULARY: "unchanged"}
    publish(target(), changed)
    query = f"SELECT ?s {{ GRAPH <{GRAPH}> {{ ?s ?p 12345.5 }} }}"
    assert len(rows(server, query)) == 3
    assert target().plan([changed]).changes == []
    assert actions(target().plan([small]))[GRAPH] == "update"


def test_another_year_is_added_and_the_catalogue_lists_both(target, server, small, next_one):
    publish(target(), small)
    receipt = publish(target(), next_one)
    assert set(receipt.files) == {f"{LATER}/graph", f"{LATER}/dataset", VOCABULARY}
    query = f"""SELECT ?ds ?title {{ GRAPH <{BASE}catalog> {{
        <{BASE}catalog> <http://www.w3.org/ns/dcat#dataset> ?ds .
        ?ds <http://purl.org/dc/terms/title> ?title FILTER(LANG(?title) = "zh") }} }}"""
    assert {one["ds"] for one in rows(server, query)} == {DATASET, f"{LATER}/dataset"}
    whole = read_receipt(target().receipt_path)
    assert [one.id for one in whole.packages] == [HOME, LATER]
    assert target().verify(whole) == []
    assert target().plan([small, next_one]).changes == []
    assert target(state="elsewhere").plan([small]).changes == []


def test_a_revision_takes_the_place_of_what_it_revises(target, server, small, revision):
    publish(target(), small)
    plan = target().plan([revision])
    assert actions(plan) | {GRAPH: "delete", DATASET: "delete"} == actions(plan)
    publish(target(), revision)
    assert count(server, GRAPH) == 0
    assert count(server, f"{REVISION}/graph") > 700
    about = f"SELECT ?p {{ GRAPH <{BASE}catalog> {{ <{DATASET}> ?p ?o }} }}"
    assert rows(server, about) == []
    assert target().plan([revision]).changes == []
    assert [one.id for one in read_receipt(target().receipt_path).packages] == [REVISION]
    with pytest.raises(TargetError, match=r"budget\.r2 stands there, a revision of"):
        target().plan([small])
    assert target().plan([small, revision]).changes == []


# ------------------------------------------------------------------ changed by someone else


def test_a_graph_changed_by_hand_is_not_overwritten_unless_asked(target, server, small, changed):
    receipt = publish(target(), small)
    edit(server, f'INSERT DATA {{ GRAPH <{GRAPH}> {{ <{HOME}> <urn:note> "by hand" }} }}')
    (found,) = target().verify(receipt)
    assert (found.kind, found.path) == ("changed", GRAPH)
    for one in (small, changed):
        with pytest.raises(TargetError, match="someone has changed these graphs") as raised:
            target().plan([one])
        assert GRAPH in str(raised.value)
    publish(target(overwrite=True), small)
    assert target().plan([small]).changes == []


def test_a_graph_with_one_value_changed_by_hand_is_not_overwritten(target, server, small, changed):
    receipt = publish(target(), small)
    title = f"<{HOME}> <http://purl.org/dc/terms/title>"
    edit(server, f"DELETE WHERE {{ GRAPH <{GRAPH}> {{ {title} ?o }} }}")
    edit(server, f'INSERT DATA {{ GRAPH <{GRAPH}> {{ {title} "另一个"@zh }} }}')
    assert [one.path for one in target().verify(receipt)] == [GRAPH]
    with pytest.raises(TargetError, match="someone has changed"):
        target().plan([changed])
    publish(target(overwrite=True), small)


def test_a_graph_removed_by_hand_is_told_and_brought_back(target, server, small):
    receipt = publish(target(), small)
    service = service_of(server, known=True)
    service.delete(GRAPH)
    (found,) = target().verify(receipt)
    assert (found.kind, found.path) == ("missing", GRAPH)
    publish(target(overwrite=True), small)


def test_an_entry_changed_by_hand_is_told(target, server, small):
    receipt = publish(target(), small)
    edit(server, f'INSERT DATA {{ GRAPH <{BASE}catalog> {{ <{DATASET}> <urn:note> "x" }} }}')
    assert [one.path for one in target().verify(receipt)] == [DATASET]
    publish(target(overwrite=True), small)


def test_a_graph_that_someone_loaded_before_is_known_by_its_triples(target, server, small):
    whole = target().plan([small])
    service = service_of(server, known=True)
    service.put(GRAPH, whole.contents[GRAPH].read_bytes())
    assert actions(target().plan([small]))[GRAPH] == "unchanged"
    publish(target(), small)


# ------------------------------------------------------------------ two at once


def test_the_second_of_two_publishers_finds_it_changed(target, small, changed):
    one, other = target(), target(state="elsewhere")
    plan = other.plan([changed])
    publish(one, small)
    with pytest.raises(TargetError, match="has changed since it was compared"):
        other.apply(plan)
    assert target().plan([small]).changes == []


@pytest.mark.parametrize(
    "server",
    ["here", *(pytest.param(one, marks=pytest.mark.service) for one in ("oxigraph", "fuseki"))],
    indirect=True,
)
def test_an_update_does_nothing_where_someone_was_faster(target, server, small, changed):
    """Between the last look and the update, too."""
    one, other = target(), target(state="elsewhere")
    plan = other.plan([changed])
    publish(one, small)
    with pytest.raises(TargetError, match="has changed since it was compared"):
        holdings.at_once(other.service, plan.parts)
    assert target().plan([small]).changes == []
    assert count(server, f"{BASE}catalog") > 50


# ------------------------------------------------------------------ faults on the way


@pytest.fixture
def way(request, monkeypatch, server):
    """Both ways of writing; a server that can't do all at once has one."""
    del server
    line = f'<{VOCABULARY}> <http://purl.org/dc/terms/title> "few words" .\n'.encode()
    monkeypatch.setattr(documents, "common_vocabulary", lambda _: line)
    if request.param == "by graph":
        monkeypatch.setattr(Service, "whole", property(lambda _: False))
    return request.param


@pytest.mark.parametrize(
    ("server", "way", "cut"),
    [
        ("here", "at once", "after"),
        ("here", "by graph", "after"),
        *(pytest.param("oxigraph", "at once", cut, marks=pytest.mark.service) for cut in CUTS),
        pytest.param("fuseki", "at once", "during", marks=pytest.mark.service),
        pytest.param("fuseki", "by graph", "after", marks=pytest.mark.service),
        pytest.param("virtuoso", "by graph", "during", marks=pytest.mark.service),
        pytest.param("virtuoso", "by graph", "after", marks=pytest.mark.service),
    ],
    indirect=["server", "way"],
)
def test_a_cut_connection_leaves_old_or_new_and_the_next_run_finishes(
    target, server, small, changed, faults, way, cut
):
    publish(target(), small)
    told = []
    with faults.FaultProxy(server) as proxy:
        number = 0
        while number == len(proxy.seen):
            number += 1
            coming = changed if number % 2 else small
            proxy.forget()
            proxy.faults = {number: faults.Fault(cut=cut, bytes=20)}
            one = target(server)
            one.service = through(proxy, one)
            try:
                one.apply(one.plan([coming]))
            except TargetError as fault:
                told.append(str(fault))
            assert way == "by graph" or whole_state(server)
            publish_again(target, coming)
        assert len(told) >= 5, told
        assert all(proxy.host in one and "un the same command again" in one for one in told)


def through(proxy, target):
    """Return the service of a target, reached through a proxy."""
    service = Service(replace(target.place, name=f"sparql+{proxy.url}{path_of(target)}"))
    service.reader.patience, service.reader.pause = Patience(tries=1, read=60), lambda _: None
    return service


def path_of(target):
    return urllib.parse.urlsplit(target.place.url).path


def whole_state(server):
    """Tell whether what the catalogue says of the graph is what the graph is."""
    service = service_of(server)
    stated = holdings.standing_of(service, BASE, [HOME], [GRAPH, VOCABULARY])
    there = graph_of(service.graph(GRAPH, stated.counts[GRAPH])).seal.sha256
    return stated.hashes[GRAPH][0] == there


def publish_again(target, one):
    """Run the same command again: it finishes, and then has nothing to do."""
    again = target()
    plan = again.plan([one])
    if plan.changes:
        again.apply(plan)
    found = target()
    assert found.plan([one]).changes == []
    assert holdings.turns(found.service, BASE) == []
