"""A real CKAN for these tests, and packages small enough to be sent a hundred times."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from yusuan.findings import Checked
from yusuan.package import read
from yusuan.publishing import target_of
from yusuan.publishing.client import Patience
from yusuan.publishing.release import Release, seal_of

SERVICE = "YUSUAN_SERVICE_CKAN"
# Named as bureaus name their files.
AWKWARD = "预算 表“一”'1'.csv"


@dataclass(frozen=True)
class Server:
    """The portal as its operator sees it: with every right, and without any program of ours."""

    url: str
    token: str
    editor: str
    root: Path
    suffix: str = ""

    def call(self, action, data=None, token=None, **more):
        """Ask for an action; return the status and the result or the error."""
        token = self.token if token is None else token
        headers = {"Authorization": token} if token else {}
        url = f"{self.url}/api/3/action/{action}"
        if "files" in more:
            answer = requests.post(url, data=data, headers=headers, timeout=60, **more)
        else:
            answer = requests.post(url, json=data or {}, headers=headers, timeout=60)
        document = answer.json()
        if isinstance(document, dict) and document.get("success"):
            return answer.status_code, document["result"]
        return answer.status_code, document.get("error") if isinstance(document, dict) else document

    def show(self, name, token=None):
        """Return a dataset, None where nobody but its owners can see it."""
        status, found = self.call("package_show", {"id": name}, token=token)
        return found if status == 200 else None

    def files(self, name):
        """Return path → content of all files that anybody can download from a dataset."""
        found = self.show(name, token="")
        return {
            one["yusuan_path"]: self.download(one) for one in (found or {}).get("resources", ())
        }

    def download(self, resource):
        path = urlsplit(resource["url"]).path
        return requests.get(f"{self.url}{path}", timeout=60).content

    def rows(self, resource):
        """Return the rows of a table in the datastore, None where there is no table."""
        url = f"{self.url}/datastore/dump/{resource['id']}"
        answer = requests.get(url, headers={"Authorization": self.token}, timeout=60)
        if answer.status_code != 200:
            return None
        return [row[1:] for row in csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))]

    def purge(self):
        """Remove everything."""
        for one in self.call("package_search", {"rows": 1000, "include_private": True,
                                                "include_drafts": True})[1]["results"]:  # fmt: skip
            self.call("dataset_purge", {"id": one["id"]})
        for name in self.call("organization_list")[1]:
            self.call("organization_purge", {"id": name})
        for name in self.call("group_list")[1]:
            self.call("group_purge", {"id": name})

    def kill(self):
        """Stop the application at once, as a power cut does."""
        pid = int((self.root / f"ckan{self.suffix}.pid").read_text())
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            os.kill(int(child), 9)
        os.kill(pid, 9)
        # The workers take a moment to be gone, and with them the port.
        while self.answers():
            time.sleep(0.05)

    def beside(self, **settings):
        """Start a second application with other settings for the same data; return it."""
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
        ini = self.root / f"ckan-{port}.ini"
        lines = (self.root / "ckan.ini").read_text("utf-8").split("\n")
        names = tuple(f"{name} " for name in settings)
        head, *rest = [one for one in lines if not one.replace("=", " ").startswith(names)]
        at = rest.index("[app:main]") + 1
        rest[at:at] = [f"{name} = {value}" for name, value in settings.items()]
        ini.write_text("\n".join([head, *rest]), "utf-8")
        other = replace(self, url=f"http://127.0.0.1:{port}", suffix=f"-{port}")
        other.start(ini, port)
        return other

    def start(self, *words):
        """Start it, and wait for it."""
        log = self.root / "logs" / "start.log"
        command = 'log=$1; shift; "$0" "$@" >>"$log" 2>&1 </dev/null &'
        words = [self.root / "ckan", log, *map(str, words)]
        subprocess.run(["/bin/sh", "-c", command, *words], check=True)
        for _ in range(240):
            if self.answers():
                return
            time.sleep(0.25)
        pytest.fail("CKAN did not start again")

    def answers(self):
        try:
            return requests.get(f"{self.url}/api/3/action/status_show", timeout=5).ok
        except requests.RequestException:
            return False


@pytest.fixture(scope="session")
def server() -> Server:
    """The portal; the test is skipped where there is none."""
    if not os.environ.get(SERVICE):
        pytest.skip(f"{SERVICE} names no CKAN; tests/services/ckan.sh starts one")
    return Server(
        os.environ[SERVICE],
        os.environ[f"{SERVICE}_TOKEN"],
        os.environ[f"{SERVICE}_EDITOR_TOKEN"],
        Path(os.environ[f"{SERVICE}_ROOT"]),
    )


@pytest.fixture
def ckan(server, no_secrets, monkeypatch, tmp_path):
    """The portal with nothing on it, the token in the environment, and a state folder."""
    del no_secrets  # only its effect is wanted
    server.purge()
    monkeypatch.setenv("CKAN_API_TOKEN", server.token)
    monkeypatch.setenv("YUSUAN_STATE", str(tmp_path / "state"))
    return server


@pytest.fixture
def aim(tmp_path):
    """Return a function that gives the target of a portal, which does not wait between tries."""

    def aimed(url, *, state=None, tries=2, read=60, **options):
        (tmp_path / "scratch").mkdir(exist_ok=True)
        target = target_of(f"ckan+{url}", tmp_path / "scratch",
                           state=state or tmp_path / "state", **options)  # fmt: skip
        target.portal.client.pause = lambda _: None
        target.portal.client.patience = Patience(connect=5, read=read, tries=tries)
        return target

    return aimed


@pytest.fixture
def publish(aim):
    """Return a function that publishes releases: plan and apply."""

    def published(url, *releases, **options):
        target = aim(url, **options)
        plan = target.plan(releases)
        return target.apply(plan) if plan.changes else None

    return published


@pytest.fixture(scope="session")
def small(root, tmp_path_factory):
    """Return a function that makes a release of four tables.

    It is no whole disclosure and does not pass the check of a package, which is not what these
    tests are about.
    """
    template = json.loads((root / "datapackage.json").read_text("utf-8"))

    def made(year=2021, county="131024", rows=(("001", "甲", "12.50"),), extra=(), revision="",
             department="304", text="原文", table=None):  # fmt: skip
        folder = tmp_path_factory.mktemp("small")
        (folder / "resources").mkdir()
        document = f"{county}.{department}.{year}.budget{revision}"
        descriptor = {key: value for key, value in template.items() if key != "resources"}
        descriptor |= {"name": document.lower(),
                       "id": f"{template['yusuan:base']}doc/{document}"}  # fmt: skip
        known = {one["name"]: one for one in template["resources"]}
        contents = {}
        for name in ("documents", "organizations", "regions"):
            resource = known[name]
            content = (root / resource["path"]).read_text("utf-8")
            content = content.replace("131024.304", f"{county}.{department}")
            content = content.replace("131024", county).replace("2021", str(year))
            # Tables of another dialect stay out of the datastore: fewer requests to break.
            contents[resource["path"]] = ({**resource, "dialect": {}}, content.encode())
        fields = [
            {"name": "code", "type": "string", "title": "代码",
             "titles": {"zh": "代码", "en": "Code"}},
            {"name": "项目 名称", "type": "string", "title": "项目"},
            {"name": "amount", "type": "number", "title": "金额（元）"},
        ]  # fmt: skip
        written = io.StringIO()
        csv.writer(written, lineterminator="\n").writerows([[one["name"] for one in fields], *rows])
        resource = {"name": "awkward", "title": "表“一”", "path": f"resources/{AWKWARD}",
                    "format": "csv", "mediatype": "text/csv", "encoding": "utf-8",
                    "schema": {"fields": fields, "primaryKey": ["code"]}}  # fmt: skip
        contents[resource["path"]] = (resource, written.getvalue().encode())
        resource = {"name": "text", "title": "原文", "path": "resources/text.txt",
                    "format": "txt", "mediatype": "text/plain"}  # fmt: skip
        contents[resource["path"]] = (resource, text.encode())
        for path, content in extra:
            resource = {"name": Path(path).stem, "path": path, "format": Path(path).suffix[1:]}
            contents[path] = (resource, content)
        if table is not None:
            shutil.copy(table, folder / "resources" / "big.csv")
            seal = seal_of(table)
            big = {"name": "big", "path": "resources/big.csv", "format": "csv",
                   "mediatype": "text/csv", "bytes": seal.bytes, "hash": f"sha256:{seal.sha256}",
                   "schema": {"fields": [{"name": "id", "type": "string"},
                                         {"name": "text", "type": "string"}]}}  # fmt: skip
        resources = []
        for path, (resource, content) in contents.items():
            place = folder / path
            place.parent.mkdir(exist_ok=True, parents=True)
            place.write_bytes(content)
            seal = f"sha256:{sha256(content).hexdigest()}"
            resources.append({**resource, "bytes": len(content), "hash": seal})
        descriptor["resources"] = resources + ([big] if table is not None else [])
        (folder / "datapackage.json").write_text(json.dumps(descriptor, ensure_ascii=False))
        package = read(folder)
        paths = ["datapackage.json", *(one["path"] for one in descriptor["resources"])]
        seals = {path: seal_of(folder / path) for path in paths}
        title = {"zh": f"{year}年部门预算", "en": f"Budget of {year}"}
        return Release(package, Checked(folder, title, [], []), seals, f"doc/{document}")

    return made
