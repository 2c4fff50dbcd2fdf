"""What may go wrong with a SPARQL server: it is in its old state or its new one, and is told."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from yusuan.errors import UsageError
from yusuan.publishing import holdings, target_of
from yusuan.publishing.client import Patience
from yusuan.publishing.errors import TargetError
from yusuan.publishing.graphs import canonical_lines, quads_by_graph
from yusuan.publishing.service import Service

BASE = "https://w3id.org/yusuan/"
GRAPH = f"{BASE}doc/131024.304.2021.budget/graph"
COMMAND = "YUSUAN_SERVICE_OXIGRAPH_COMMAND"
WORD = "wOrd-%7/8 9"

pytestmark = pytest.mark.usefixtures("no_secrets")


@pytest.fixture
def server(sparql):
    """The address of an empty server in this process."""
    sparql.store.clear()
    return sparql.url


@pytest.fixture
def target(tmp_path):
    """Return a function that gives the target as a run of its own has it."""
    count = iter(range(1000))

    def made(url, state="state", **options):
        scratch = tmp_path / f"scratch-{next(count)}"
        scratch.mkdir()
        found = target_of(f"sparql+{url}", scratch, state=tmp_path / state, **options)
        found.service.reader.patience = Patience(connect=2, read=5, tries=2)
        found.service.reader.pause = lambda _: None
        return found

    return made


def publish(target, *releases):
    receipt = target.apply(target.plan(releases))
    assert target.verify(receipt) == []
    return receipt


@pytest.mark.parametrize("status", [401, 403, 404, 409, 413, 429, 500, 502, 503])
def test_a_refused_update_is_told_and_the_next_run_finishes(
    target, server, small, changed, faults, status
):
    publish(target(server), small)
    with faults.FaultProxy(server) as proxy:
        proxy.faults = lambda seen: (
            faults.Fault(answer=status, headers={"Retry-After": "1"})
            if seen.path == "/update"
            else None
        )
        one = target(proxy.url)
        plan = one.plan([changed])
        with pytest.raises(TargetError) as raised:
            one.apply(plan)
        told = raised.value.text("en")
        assert str(status) in told
        assert proxy.host in told
        assert "\n  " in told
        proxy.faults = {}
        assert target(server).plan([small]).changes == []
        publish(target(proxy.url), changed)


def test_a_password_is_asked_for_and_an_expired_one_is_told(
    target, server, small, changed, faults, monkeypatch
):
    def guarded(seen):
        if seen.headers.get("authorization") == "Bearer fresh":
            return None
        return faults.Fault(answer=401, headers={"WWW-Authenticate": "Bearer"})

    with faults.FaultProxy(server, guarded) as proxy:
        with pytest.raises(TargetError, match="does not know who asks"):
            target(proxy.url).plan([small])
        monkeypatch.setenv("YUSUAN_SPARQL_TOKEN", "fresh")
        publish(target(proxy.url), small)
        one = target(proxy.url)
        plan = one.plan([changed])
        proxy.faults = lambda _: faults.Fault(answer=401)
        with pytest.raises(TargetError, match="missing, wrong or expired"):
            one.apply(plan)
        proxy.faults = guarded
        assert target(proxy.url).plan([small]).changes == []
        publish(target(proxy.url), changed)


def test_user_and_password_go_out_only_where_they_are_asked_for(
    target, server, small, faults, monkeypatch
):
    monkeypatch.setenv("YUSUAN_SPARQL_USER", "officer")
    monkeypatch.setenv("YUSUAN_SPARQL_PASSWORD", WORD)
    with faults.FaultProxy(server) as proxy:
        publish(target(proxy.url), small)
        shown = {one.path: one.headers.get("authorization", "") for one in proxy.seen}
    assert shown["/query"] == ""
    assert shown["/update"].startswith("Basic ")


def test_another_publisher_is_waited_for_and_his_turn_can_be_taken(
    target, server, small, monkeypatch
):
    monkeypatch.setattr(Service, "whole", property(lambda _: False))
    other = target(server, state="elsewhere")
    other.service.select("SELECT * { }")
    other.service.update(
        f'INSERT DATA {{ GRAPH <{BASE}catalog> {{ {holdings.marker(BASE)} "someone" }} }}'
    )
    one = target(server)
    with pytest.raises(TargetError, match="another publication is under way") as raised:
        one.apply(one.plan([small]))
    assert "--overwrite" in str(raised.value)
    assert holdings.turns(other.service, BASE) == ["someone"]
    publish(target(server, overwrite=True), small)
    assert holdings.turns(other.service, BASE) == []


def test_what_is_too_large_for_one_update_goes_graph_by_graph(
    target, server, small, faults, monkeypatch
):
    monkeypatch.setattr(holdings, "LARGEST", 1000)
    with faults.FaultProxy(server) as proxy:
        publish(target(proxy.url), small)
        assert [one.method for one in proxy.seen].count("PUT") == 2


def test_several_packages_go_into_one_update_as_long_as_they_fit(target, server, small, faults):
    with faults.FaultProxy(server) as proxy:
        publish(target(proxy.url), small)
        assert [one.path for one in proxy.seen].count("/update") == 1


# ------------------------------------------------------------------ addresses


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("?gsp=https://elsewhere.example/data", "gsp can't be used"),
        ("?gsp=//elsewhere.example/data", "gsp can't be used"),
        ("?graph=x", "graph can't be used"),
        ("?query=", "query can't be used"),
    ],
)
def test_a_parameter_that_is_none_is_told(target, server, path, told):
    with pytest.raises(UsageError, match=told):
        target(server + path)


def test_paths_can_be_stated(target, server, small, faults):
    moved = {"/rdf/q": "/query", "/rdf/u": "/update"}
    with faults.FaultProxy(server) as proxy:
        proxy.rewrite = lambda path: moved.get(path, path)
        publish(target(f"{proxy.url}/rdf?query=q&update=u&gsp=s"), small)
        assert {one.path for one in proxy.seen} == set(moved)


def test_an_address_without_a_service_is_told(target, faults, small):
    page = faults.Fault(answer=200, body=b"<html>Welcome</html>")
    with faults.FaultProxy(faults=lambda _: page) as proxy:
        with pytest.raises(TargetError, match="no SPARQL service answers") as raised:
            target(proxy.url).plan([small])
        assert "?query=sparql&update=update&gsp=data" in str(raised.value)


# ------------------------------------------------------------------ the command


def yusuan(*arguments, **environ):
    """Run the command."""
    return subprocess.run(
        [sys.executable, "-m", "yusuan", *map(str, arguments)],
        capture_output=True, check=False, timeout=120, text=True, encoding="utf-8",
        env={**os.environ, "LANG": "zh_CN.UTF-8", **environ},
    )  # fmt: skip


def test_the_command_publishes_and_verifies(server, package, tmp_path):
    address, state = f"sparql+{server}", tmp_path / "state"
    done = yusuan("publish", package, address, "--state", state)
    assert done.returncode == 0, done.stderr
    assert f"已发布 1 个数据包到 {address}，并已复核" in done.stdout
    assert f"--endpoint {server}/query" in done.stdout
    assert server.removeprefix("http://") in done.stderr
    done = yusuan("publish", package, address, "--state", state, "--lang", "en")
    assert f"{address}: no changes (1 packages)" in done.stdout
    done = yusuan("verify", address, "--state", state, "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["status"]) == (0, "same")
    assert yusuan("verify", told["receipt"]).returncode == 0
    service = target_of(address, Path()).service
    service.select("SELECT * { }")
    service.delete(GRAPH)
    done = yusuan("verify", address, "--state", state, "--lang", "en")
    assert done.returncode == 6
    assert f"missing  {GRAPH}" in done.stdout


@pytest.mark.parametrize(("flags", "debug"), [((), ""), (("--json",), "1")])
def test_no_secret_is_ever_shown_or_kept(faults, package, tmp_path, flags, debug):
    def telling(seen):
        # A server that repeats what it was told.
        body = json.dumps(dict(seen.headers)) + WORD
        return faults.Fault(answer=401 if len(seen.headers) % 2 else 403, body=body.encode())

    with faults.FaultProxy(faults=telling) as proxy:
        done = yusuan(
            "publish", package, f"sparql+{proxy.url}", "--state", tmp_path / "state", *flags,
            YUSUAN_SPARQL_USER="officer", YUSUAN_SPARQL_PASSWORD=WORD, YUSUAN_DEBUG=debug,
        )  # fmt: skip
        coded = {one.headers.get("authorization", "Basic -").split()[1] for one in proxy.seen}
    assert done.returncode == 5
    kept = "".join(
        one.read_text("utf-8") for one in (tmp_path / "state").rglob("*") if one.is_file()
    )
    for text in (done.stdout, done.stderr, kept):
        assert WORD not in text
        assert not any(one in text for one in coded - {"-"})


# ------------------------------------------------------------------ values


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ('"1.50"^^xsd:decimal', '"1.5"^^xsd:decimal', True),
        ('"2"^^xsd:decimal', '"2.0"^^xsd:decimal', True),
        ('"-0.0"^^xsd:decimal', '"0"^^xsd:decimal', True),
        ('"0.10"^^xsd:decimal', '"+.1"^^xsd:decimal', True),
        ('"100"^^xsd:decimal', '"1"^^xsd:decimal', False),
        ('"12345678901234567890.12345678901234567891"^^xsd:decimal',
         '"12345678901234567890.12345678901234567892"^^xsd:decimal', False),
        ('"007"^^xsd:nonNegativeInteger', '"7"^^xsd:integer', True),
        ('"7"^^xsd:integer', '"7"^^xsd:decimal', False),
        ('"1"^^xsd:boolean', '"true"^^xsd:boolean', True),
        ('"AB"^^xsd:hexBinary', '"ab"^^xsd:hexBinary', True),
        ('"元"@zh', '"元"@ZH', True),
        ('"x"', '"x"^^xsd:string', True),
        ('"1.50"', '"1.5"', False),
        ('"soon"^^xsd:decimal', '"soon"^^xsd:decimal', True),
    ],
)  # fmt: skip
def test_graphs_are_compared_by_value(one, other, same):
    def lines(value):
        value = value.replace("xsd:", "<http://www.w3.org/2001/XMLSchema#").strip()
        value += ">" if "^^" in value else ""
        return canonical_lines(f"<urn:s> <urn:p> {value} .\n".encode())

    assert (lines(one) == lines(other)) is same


def test_quads_go_into_their_graphs_and_triples_into_the_one_named():
    quads = [
        b'<urn:s> <urn:p> "a <b> ." <urn:g> .\n<urn:s> <urn:p> <urn:o> <urn:g> .\n',
        b"<urn:s> <urn:p> <urn:o> .\n",
        b'<urn:s> <urn:p> "see <urn:x> ." .\n',
    ]
    assert {name: len(found) for name, found in quads_by_graph(quads, "urn:rest").items()} == {
        "urn:g": 2,
        "urn:rest": 2,
    }


# ------------------------------------------------------------------ a server that is killed


class Oxigraph:
    """A real server of this test's own, which can be killed and started again."""

    def __init__(self, command, folder):
        self._command, self._folder = command, folder
        self._process, self.url = None, ""

    def start(self):
        # Another port each time: the system may still keep the one of a server that was killed.
        with socket.create_server(("127.0.0.1", 0)) as listening:
            host = f"127.0.0.1:{listening.getsockname()[1]}"
        self.url = f"http://{host}"
        self._process = subprocess.Popen(
            [self._command, "serve", "--location", self._folder,
             "--bind", host],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(host.split(":"), 5):
                return
            time.sleep(0.05)
        pytest.fail("oxigraph does not start")

    def kill(self):
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()


@pytest.mark.service
@pytest.mark.parametrize("delay", [0, 0.02, 0.1, None])
def test_a_server_that_is_killed_has_the_old_state_or_the_new_one(
    target, small, released, faults, tmp_path, delay
):
    command = os.environ.get(COMMAND)
    if not command:
        pytest.skip(f"{COMMAND} names no server: see .ci/services")
    server = Oxigraph(command, tmp_path / "store")
    server.start()
    try:
        publish(target(server.url), small)
        with faults.FaultProxy(server.url) as proxy:
            deaths = iter([kill(server, delay)])
            # Once, for the client sends what was cut off again.
            proxy.faults = lambda seen: (
                faults.Fault(do=next(deaths, None)) if seen.path == "/update" else None
            )
            one = target(proxy.url)
            plan = one.plan([released])
            try:
                one.apply(plan)
                died = False
            except TargetError as fault:
                died = proxy.host in str(fault)
        assert died or delay is not None
        server.kill()
        server.start()
        service = target(server.url).service
        stated = holdings.standing_of(
            service, BASE, [small.descriptor["id"]], [GRAPH, f"{BASE}def"]
        )
        assert stated.hashes[GRAPH][1] == stated.counts[GRAPH]
        again = target(server.url)
        plan = again.plan([released])
        if plan.changes:
            again.apply(plan)
        again = target(server.url)
        assert again.plan([released]).changes == []
    finally:
        server.kill()


def kill(server, delay):
    """Return what kills the server: at once, or while it is at work."""
    return server.kill if delay is None else threading.Timer(delay, server.kill).start
