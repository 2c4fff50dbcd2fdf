"""Packages that are published in these tests, and a reader of pages."""

from __future__ import annotations

import importlib
import importlib.util
import os
import re
import shutil
import sys
import threading
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from yusuan import secrecy
from yusuan.building import Options, build_one
from yusuan.publishing import release, target_of

EVIL = '<script>document.title="owned"</script><b>"\'&amp;'
PROJECT = "民营经济工作办公经费"
# The tables of a small package.
KEPT = ("documents", "regions", "organizations", "organization_names", "budget_lines")
VOID = {"meta", "link", "br", "img", "input", "hr"}


@pytest.fixture(scope="session", autouse=True)
def _checked_once(check_once):
    """Check the same bytes once in all these tests."""
    with pytest.MonkeyPatch.context() as patched:
        # `yusuan.publishing.release` is the function, which hides the module.
        for module in ("release", "validating"):
            patched.setattr(
                importlib.import_module(f"yusuan.publishing.{module}"), "check", check_once
            )
        yield


@pytest.fixture(scope="session")
def package(root, tmp_path_factory) -> Path:
    """A copy of the repository's own package that no test changes."""
    folder = tmp_path_factory.mktemp("first") / "package"
    shutil.copytree(root / "resources", folder / "resources")
    shutil.copy(root / "datapackage.json", folder)
    return folder


@pytest.fixture(scope="session")
def published(released, tmp_path_factory, at) -> Path:
    """A portal with the first package, which no test changes."""
    folder = tmp_path_factory.mktemp("published") / "portal"
    target = at(folder)
    target.apply(target.plan([released]))
    return folder


@pytest.fixture
def portal(published, tmp_path) -> Path:
    """A portal of this test's own; a copy of the published one."""
    return shutil.copytree(published, tmp_path / "portal")


@pytest.fixture(scope="session")
def build(first_disclosure, tmp_path_factory):
    """Return a function that builds a package of the first disclosure, changed."""

    def built(name, stated="", changes=(), *, facts_only=False):
        folder = tmp_path_factory.mktemp(name)
        text = first_disclosure.read_text("utf-8")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        document = folder / "disclosure.txt"
        document.write_text(text, "utf-8")
        sidecar = folder / "disclosure.toml"
        sidecar.write_text(stated, "utf-8")
        options = Options(
            output=folder / "package", several=False, check=False, sidecar=sidecar,
            memory=1 << 30, timeout=60, keep_reason=None, base=None, facts_only=facts_only,
        )  # fmt: skip
        build_one(document, options, {})
        return folder / "package"

    return built


@pytest.fixture(scope="session")
def next_year(build) -> Path:
    """The same department a year later."""
    return build("second", stated="year = 2022\n", changes=[("2021", "2022"), ("2020", "2021")])


@pytest.fixture(scope="session")
def without_text(build) -> Path:
    """A package with the facts only, without the text of the document."""
    return build("facts", stated="year = 2024\n", facts_only=True)


@pytest.fixture(scope="session")
def evil(build) -> Path:
    """A disclosure whose title and project name are markup."""
    stated = f"year = 2023\ntitle = '''{EVIL}'''\n"
    return build("evil", stated=stated, changes=[(PROJECT, EVIL)])


@pytest.fixture(scope="session")
def released(package):
    """The first package, checked."""
    return release(package)


@pytest.fixture(scope="session")
def later(next_year):
    """The second package, checked."""
    return release(next_year)


@pytest.fixture(scope="session")
def serve():
    """Return what serves a folder: gives its address, and the paths that are asked for."""

    @contextmanager
    def served(folder):
        asked = []

        class Handler(SimpleHTTPRequestHandler):
            def log_message(self, *_):
                asked.append(self.path)

        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/", asked
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

    return served


class Page(HTMLParser):
    """A page as a browser reads it: elements with attributes, text by `id` and `.class`."""

    def __init__(self, path: Path) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: dict[str, str] = {}
        self.scripts: list[str] = []
        self._open: list[tuple[str, list[str]]] = []
        self.feed(path.read_text("utf-8"))
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        attributes = {name: value or "" for name, value in attrs}
        self.elements.append((tag, attributes))
        if tag in VOID:
            return
        kinds = [f".{one}" for one in attributes.get("class", "").split()]
        names = [attributes["id"], *kinds] if "id" in attributes else kinds
        self._open.append((tag, names))
        for name in names:
            self.texts.setdefault(name, "")

    def handle_endtag(self, tag):
        opened, _ = self._open.pop()
        assert opened == tag

    def handle_data(self, data):
        if self._open and self._open[-1][0] == "script":
            self.scripts.append(data)
        for _, names in self._open:
            for name in names:
                self.texts[name] += data

    def values(self, attribute):
        return [one[attribute] for _, one in self.elements if attribute in one]


@pytest.fixture(scope="session")
def read_page():
    return Page


@pytest.fixture(scope="session")
def project() -> str:
    return EVIL


@pytest.fixture(scope="session")
def at(tmp_path_factory):
    """Return a function that gives the target of an address."""

    def target(address, **options):
        return target_of(str(address), tmp_path_factory.mktemp("scratch"), **options)

    return target


# ------------------------------------------------------------------ servers


@pytest.fixture(scope="session")
def small(released):
    """The first package with a few of its tables, for tests that publish it often."""
    package = released.package
    for table in package.tables:
        if table not in KEPT:
            package = package.with_rows(table, [])
    return replace(released, package=package)


@pytest.fixture(scope="session")
def changed(small):
    """The same, one amount changed."""
    path = small.package.path("budget_lines")
    content = small.package.content(path)
    assert b",46246400," in content
    files = {**small.package.files, path: content.replace(b",46246400,", b",12345.5,")}
    return replace(small, package=replace(small.package, files=files))


@pytest.fixture(scope="session")
def faults():
    """The module `faultproxy`: FaultProxy and Fault."""
    path = Path(__file__).parent / "faultproxy.py"
    spec = importlib.util.spec_from_file_location("faultproxy", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def no_secrets(monkeypatch):
    """No secret of the user who runs the tests, and none that an earlier test used."""
    for name in list(os.environ):
        if re.search(r"TOKEN|PASSWORD|SECRET|^AWS_|_FILE$|PROXY|CA_BUNDLE", name, re.IGNORECASE):
            monkeypatch.delenv(name)
    monkeypatch.setattr(secrecy, "_known", set())


@pytest.fixture(scope="session")
def sparql():
    """A SPARQL server in this process."""
    path = Path(__file__).parent / "sparqlserver.py"
    spec = importlib.util.spec_from_file_location("sparqlserver", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    with module.SparqlServer() as running:
        yield running
