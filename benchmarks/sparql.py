"""How long it takes to publish to a SPARQL server, and how many requests, beside plain PUTs.

Usage: python benchmarks/sparql.py [--oxigraph COMMAND] [--packages N ...]

Each number of packages goes to a new Oxigraph: by this program, first and again unchanged, and by
a bare loop that PUTs the N-Triples of each, which knows of no catalogue, no hash and no other
publisher. The packages are the repository's own under other names. The ratio is what counts.
"""

from __future__ import annotations

import argparse
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote
from urllib.request import Request, urlopen

from yusuan.package import FILE_OF, Package
from yusuan.publishing import Release, release
from yusuan.publishing.client import Patience
from yusuan.publishing.place import place_of
from yusuan.publishing.sparql import Sparql
from yusuan.querying.documents import triples

ROOT = Path(__file__).resolve().parents[1]


@contextmanager
def server(command: str) -> Iterator[str]:
    """Run a new Oxigraph; yield its address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        host = f"127.0.0.1:{listening.getsockname()[1]}"
    with tempfile.TemporaryDirectory() as folder:
        running = subprocess.Popen(
            [command, "serve", "--location", folder, "--bind", host],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            for _ in range(200):
                with suppress(OSError), socket.create_connection(host.split(":"), 5):
                    break
                time.sleep(0.05)
            yield f"http://{host}"
        finally:
            running.kill()
            running.wait()


def renamed(one: Release, number: int) -> Release:
    """Return a package under another name."""
    package, old, name = one.package, one.name, f"131024.{number:03}.2021.budget"
    paths = [*map(package.path, package.tables), FILE_OF["catalog"].path]
    files = {path: package.content(path).replace(old.encode(), name.encode()) for path in paths}
    descriptor = {**package.descriptor, "id": package.descriptor["id"].replace(old, name)}
    return replace(one, package=Package(package.directory, descriptor, files), place=f"doc/{name}")


def ours(url: str, packages: list[Release], state: Path) -> tuple[float, int, int]:
    """Publish; return seconds, and requests that read and write."""
    with tempfile.TemporaryDirectory() as scratch:
        target = Sparql(place_of(f"sparql+{url}", Path(scratch), state))
        target.service.reader.patience = Patience(read=600)
        start = time.perf_counter()
        plan = target.plan(packages)
        if plan.changes:
            target.apply(plan)
        return time.perf_counter() - start, target.service.reads, target.service.writes


def plain(url: str, packages: list[Release]) -> float:
    """PUT the triples of each; return seconds."""
    start = time.perf_counter()
    for one in packages:
        content = b"".join(triples(one.package))
        graph = quote(f"{one.descriptor['id']}/graph", safe="")
        request = Request(  # noqa: S310 - on loopback
            f"{url}/store?graph={graph}", content, {"Content-Type": "application/n-triples"},
            method="PUT",
        )  # fmt: skip
        urlopen(request, timeout=600).close()  # noqa: S310
    return time.perf_counter() - start


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--oxigraph", default=str(Path(sys.executable).with_name("oxigraph")))
    parser.add_argument("--packages", type=int, nargs="*", default=[1, 100])
    given = parser.parse_args()
    first = release(ROOT)
    for count in given.packages:
        packages = [renamed(first, number) for number in range(count)]
        with server(given.oxigraph) as url:
            bare = plain(url, packages)
        with server(given.oxigraph) as url, tempfile.TemporaryDirectory() as state:
            new, reads, writes = ours(url, packages, Path(state))
            again, looks, _ = ours(url, packages, Path(state))
        print(
            f"{count} packages: plain PUTs {bare:.2f} s; "
            f"first {new:.2f} s ({new / bare:.1f} x), {reads} reads, {writes} writes; "
            f"unchanged {again:.2f} s, {looks} reads"
        )


if __name__ == "__main__":
    main()
