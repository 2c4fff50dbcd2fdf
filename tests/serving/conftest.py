"""Servers as a user starts them, and a client that says exactly what it is told."""

from __future__ import annotations

import importlib.util
import re
import signal
import subprocess
import sys
import time
from http.client import HTTPConnection
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import pyoxigraph
import pytest

BASE = "https://w3id.org/yusuan/"
OWL = "http://www.w3.org/2002/07/owl#Ontology"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


class Reply(NamedTuple):
    status: int
    headers: dict
    body: bytes

    @property
    def kind(self):
        return self.headers.get("content-type", "").partition(";")[0]

    @property
    def text(self):
        return self.body.decode("utf-8")


class Server:
    """A server in a process of its own."""

    def __init__(self, folder, *arguments):
        self.log = folder / "log.txt"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "yusuan", "serve", *map(str, arguments), "--port", "0",
                 "--lang", "en"],
                stdout=subprocess.PIPE, stderr=log,
            )  # fmt: skip
        said = self.process.stdout.readline().decode("utf-8")
        found = re.search(r"http://\S+?/(?= )", said)
        assert found is not None, self.told()
        self.address = found[0]

    def told(self):
        return self.log.read_text("utf-8")

    def connection(self, timeout=60):
        return HTTPConnection(urlsplit(self.address).netloc, timeout=timeout)

    def send(self, method, path, body=None, **headers):
        """Send one request; `accept="…"` and `content_type="…"` become headers."""
        connection = self.connection()
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.putrequest(method, path, skip_accept_encoding=True)
            for name, value in given.items():
                connection.putheader(name, value)
            content = body.encode("utf-8") if isinstance(body, str) else body
            if content is not None:
                connection.putheader("Content-Length", str(len(content)))
            connection.endheaders(content)
            answer = connection.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return Reply(answer.status, found, answer.read())
        finally:
            connection.close()

    def get(self, path, **headers):
        return self.send("GET", path, **headers)

    def workers(self):
        """Return the ids of the processes that answer queries."""
        if not Path("/proc/self/stat").exists():
            pytest.skip("the processes of another can be told on Linux only")
        return {int(one) for one in children(self.process.pid)}

    def wait(self, ready, seconds=60):
        """Wait until something is so, and say whether it is."""
        until = time.monotonic() + seconds
        while not (found := ready()) and time.monotonic() < until:
            time.sleep(0.05)
        return found

    def end(self, how=signal.SIGINT):
        self.process.send_signal(how)
        code = self.process.wait(30)
        self.process.stdout.close()
        return code


def children(parent):
    """Return the processes that a process has started and that have not ended."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state = (folder / "stat").read_text("utf-8").rpartition(")")[2].split()
        except OSError:  # it has ended meanwhile
            continue
        if state[1] == str(parent) and state[0] != "Z":
            found.append(folder.name)
    return found


@pytest.fixture(scope="session")
def start(tmp_path_factory):
    """A function that starts a server, which ends when all tests are done."""
    servers = []

    def started(*arguments):
        servers.append(Server(tmp_path_factory.mktemp("server"), *arguments))
        return servers[-1]

    yield started
    # Killed, they would leave their folders behind.
    running = [one for one in servers if one.process.poll() is None]
    for server in running:
        server.process.terminate()
    for server in running:
        server.end(signal.SIGTERM)


def make_store(folder, triples=(), graphs=None):
    """Make a store of a few triples, each `(subject, predicate, object)` as an IRI or a term."""
    store = pyoxigraph.Store(str(folder))
    for graph, found in {None: [(BASE + "def", TYPE, OWL), *triples], **(graphs or {})}.items():
        place = pyoxigraph.DefaultGraph() if graph is None else pyoxigraph.NamedNode(graph)
        for triple in found:
            terms = (pyoxigraph.NamedNode(one) if isinstance(one, str) else one for one in triple)
            store.add(pyoxigraph.Quad(*terms, place))
    store.flush()
    return folder


@pytest.fixture(scope="session")
def handmade():
    """The class of packages made by hand, from the tests of queries."""
    path = Path(__file__).parents[1] / "querying" / "conftest.py"
    spec = importlib.util.spec_from_file_location("handmade", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Disclosure


@pytest.fixture(scope="session")
def stored():
    """The function that makes a store."""
    return make_store


@pytest.fixture(scope="session")
def server(start, root):
    """A server of the repository's own package."""
    return start(root, "--workers", 2)


@pytest.fixture(scope="session")
def narrow(start, tmp_path_factory, stored):
    """A server with narrow limits, of a store in which combinations grow fast."""
    folder = tmp_path_factory.mktemp("strict") / "store"
    many = [(f"x:s{number}", "x:p", pyoxigraph.Literal("字" * 40)) for number in range(400)]
    return start(stored(folder, many), "--workers", 3, "--timeout", 1.5, "--rows", 300,
                 "--memory", "64MiB")  # fmt: skip


@pytest.fixture
def strict(narrow):
    """The server with narrow limits, when its processes are at rest, also on a busy machine."""
    place = "/sparql?query=ASK%20%7B%7D"
    assert narrow.wait(lambda: len(narrow.workers()) == 3)
    assert narrow.wait(lambda: narrow.get(place).status == 200)
    return narrow
