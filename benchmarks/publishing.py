"""How long and how many requests it takes to publish to a server, first and again.

Usage: python benchmarks/publishing.py TARGET [--packages N] [--no-peer]

TARGET is that of `yusuan publish`, such as `ckan+http://127.0.0.1:5000`, with the token in the
environment; tests/services/ starts servers. 1 and N packages (10, or as many as --packages says)
are published first, and again unchanged. Their departments are new ones of each run. For CKAN the
same is done by a plain script with ckanapi: a dataset a package, a resource a file, a table a CSV,
and in the second run the hashes compared. Neither run includes the check before, nor the
verification after, which is told apart.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from yusuan.package import DESCRIPTOR, as_json, nearest, read, resealed, seals_of
from yusuan.publishing import Release, release, target_of

CODE = "131024.304"  # the department of the repository's own package


@dataclass(frozen=True)
class Run:
    """What one run took."""

    seconds: float
    requests: int


def main() -> None:
    """Measure and print."""
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("target")
    words.add_argument("--packages", type=int, default=10)
    words.add_argument("--no-peer", action="store_true")
    given = words.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        mark = time.strftime("%d%H%M%S")
        for count in dict.fromkeys((1, given.packages)):
            releases = list(packages(scratch / str(count), f"{mark}{count}", count))
            first, again, verifying = ours(given.target, releases, scratch / f"state{count}")
            tell(f"yusuan, first, {count}", first, count)
            tell(f"yusuan, unchanged, {count}", again, count)
            tell(f"yusuan, verification, {count}", verifying, count)
            if given.target.startswith("ckan+") and not given.no_peer:
                peer = Peer(given.target.removeprefix("ckan+").partition("?")[0])
                plain, plain_again = peer.run(releases), peer.run(releases)
                tell(f"ckanapi, first, {count}", plain, count)
                tell(f"ckanapi, unchanged, {count}", plain_again, count)
                print(f"  first: {plain.seconds / first.seconds:.2f} times as fast as the script")
                peer.purge()


def packages(folder: Path, mark: str, count: int) -> Iterator[Release]:
    """Yield the repository's own package under departments that are new ones.

    All are alike, so one check is enough.
    """
    source = nearest(Path(__file__).resolve().parents[1])
    descriptor = read(source).descriptor
    paths = [one["path"] for one in descriptor["resources"]]
    for number in range(count):
        place = folder / str(number)
        (place / "resources").mkdir(parents=True)
        code = f"131024.{mark}{number}"
        contents = {
            path: (source / path).read_bytes().replace(CODE.encode(), code.encode())
            for path in paths
        }
        for path, content in contents.items():
            (place / path).write_bytes(content)
        text = (source / DESCRIPTOR).read_text("utf-8").replace(CODE, code)
        (place / DESCRIPTOR).write_text(text, "utf-8")
        renamed = read(place).descriptor
        (place / DESCRIPTOR).write_bytes(as_json(resealed(renamed, seals_of(contents))))
        yield release(place)


def ours(target: str, releases: Sequence[Release], state: Path) -> tuple[Run, Run, Run]:
    """Publish twice, and verify."""
    runs = []
    scratch = state / "scratch"
    scratch.mkdir(parents=True)
    receipt = None
    for _ in range(2):
        place = target_of(target, scratch, state=state)
        began = time.perf_counter()
        plan = place.plan(releases)
        if plan.changes:
            receipt = place.apply(plan)
        runs.append(Run(time.perf_counter() - began, sent(place)))
    if receipt is None:
        sys.exit("there was nothing to publish")
    place = target_of(target, scratch, state=state)
    began = time.perf_counter()
    found = place.verify(receipt)
    if found:
        sys.exit(f"the copy differs: {found[0]}")
    runs.append(Run(time.perf_counter() - began, sent(place)))
    return runs[0], runs[1], runs[2]


def sent(target: Any) -> int:
    """Return how many requests a target has sent."""
    client = target.portal.client if hasattr(target, "portal") else target.client
    return int(client.reads + client.writes)


def tell(name: str, run: Run, count: int) -> None:
    """Print a line."""
    each = f"{run.seconds / count:7.2f} s and {run.requests / count:6.1f} requests a package"
    print(f"{name:32} {run.seconds:8.2f} s  {run.requests:6} requests  {each}")


class Peer:
    """The same by a plain script: what everybody writes with ckanapi."""

    def __init__(self, url: str) -> None:
        import requests
        from ckanapi import RemoteCKAN

        self._count = 0
        session = requests.Session()
        session.hooks["response"].append(self._counted)
        token = os.environ["CKAN_API_TOKEN"]
        self._portal = RemoteCKAN(url, apikey=token, session=session)

    def run(self, releases: Sequence[Release]) -> Run:
        """Publish what differs."""
        began, self._count = time.perf_counter(), 0
        for one in releases:
            self._publish(one)
        return Run(time.perf_counter() - began, self._count)

    def purge(self) -> None:
        """Remove what was published."""
        for name in self._portal.action.package_list():
            if name.startswith("plain-"):
                self._portal.action.dataset_purge(id=name)

    def _publish(self, one: Release) -> None:
        from ckanapi.errors import NotFound

        action = self._portal.action
        name = f"plain-{one.name.replace('.', '-')}"
        try:
            standing = {res["name"]: res for res in action.package_show(id=name)["resources"]}
        except NotFound:
            standing = {}
            action.package_create(name=name, title=one.checked.title["zh"], owner_org="131024",
                                  license_id="cc-by")  # fmt: skip
        for path, seal in one.seals.items():
            if path in standing and standing[path]["hash"] == seal.sha256:
                continue
            said = {"package_id": name, "name": path, "hash": seal.sha256}
            with one.file(path).open("rb") as file:
                made = action.resource_create(**said, upload=file)
            if path.endswith(".csv"):
                with one.file(path).open(encoding="utf-8", newline="") as table:
                    rows = [{key: cell or None for key, cell in row.items()}
                            for row in csv.DictReader(table)]  # fmt: skip
                fields = [{"id": key, "type": "text"} for key in rows[0]] if rows else []
                if fields:
                    action.datastore_create(resource_id=made["id"], fields=fields, records=rows,
                                            force=True)  # fmt: skip

    def _counted(self, response: object, *_: object, **__: object) -> None:
        del response
        self._count += 1


if __name__ == "__main__":
    main()
