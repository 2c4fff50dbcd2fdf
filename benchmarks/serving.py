"""What a server costs: its start, its memory, and its answers beside the engine alone.

Usage: python benchmarks/serving.py [DOCUMENTS]; 200 generated disclosures where none is said.
"""

from __future__ import annotations

import importlib.util
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote
from urllib.request import Request, urlopen

from yusuan.querying import evaluate, open_sources, question, storing

ROOT = Path(__file__).parents[1]
QUICK = "ASK { ?document a foaf:Document }"
ALL = "SELECT * { ?s ?p ?o } LIMIT 100000"
ROUNDS = 20
CLIENTS = 8


def generated(folder: Path, count: int) -> list[Path]:
    """Write generated disclosures as packages."""
    spec = importlib.util.spec_from_file_location("generator", ROOT / "tests" / "generator.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError("tests/generator.py")
    generator = importlib.util.module_from_spec(spec)
    sys.modules["generator"] = generator
    spec.loader.exec_module(generator)
    made: list[Path] = generator.write(folder, count)
    return made


@contextmanager
def served(store: Path) -> Iterator[tuple[str, int, float]]:
    """Run a server; give its address, its process and the seconds that it took to start."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "yusuan", "serve", str(store), "--port", "0", "--lang", "en"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8"
    ) as process:
        if process.stdout is None:
            raise AssertionError(command)
        found = re.search(r"http://\S+/(?= )", process.stdout.readline())
        if found is None:
            raise AssertionError("it did not start")
        try:
            yield found[0], process.pid, time.perf_counter() - began
        finally:
            process.terminate()


def get(address: str, accept: str) -> int:
    """Return how many bytes an address answers."""
    with urlopen(Request(address, headers={"Accept": accept})) as answer:  # noqa: S310 - our own
        return len(answer.read())


def median(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Return the median time of some work, in milliseconds."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return statistics.median(times) * 1000


def memory(process: int) -> tuple[float, float]:
    """Return the MiB that a process has for itself, and that its children have together."""
    own, children = 0.0, 0.0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text("utf-8").rpartition(")")[2].split()[1])
            text = (folder / "smaps_rollup").read_text("utf-8")
        except OSError:
            continue
        size = sum(map(int, re.findall(r"Private_\w+: +(\d+)", text))) / 1024
        if int(folder.name) == process:
            own = size
        elif parent == process:
            children += size
    return own, children


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory() as scratch:
        store = Path(scratch) / "store"
        storing.add(generated(Path(scratch) / "packages", count), store)
        source = open_sources([store])
        canned = question("Q1")
        if canned is None:
            raise AssertionError("Q1")
        first = canned.query({}, source.base)
        print(f"{count} documents, {len(source.store):,} triples")
        with served(store) as (address, process, start):
            print(f"start                    {start * 1000:8.0f} ms")
            for name, query in (("a query that is quick", QUICK), ("Q1", first)):
                alone = median(lambda query=query: evaluate(source, query))
                place = f"{address}sparql?query={quote(query)}"
                whole = median(lambda place=place: get(place, "application/json"))
                print(f"{name:24} {whole:8.1f} ms, engine alone {alone:.1f} ms")
            page = f"{address}doc/{min(one.identifier for one in storing.standing(store))}"
            print(f"page of a document       {median(lambda: get(page, 'text/html')):8.1f} ms")
            place = f"{address}sparql?query={quote(ALL)}"
            for accept in ("application/sparql-results+json", "text/csv"):
                bytes_ = get(place, accept)
                took = median(lambda accept=accept: get(place, accept), 3)
                print(f"100,000 rows             {took:8.0f} ms, {bytes_ / 1e6:.0f} MB of {accept}")
            quick = f"{address}sparql?query={quote(QUICK)}"

            def client() -> None:
                for _ in range(100):
                    get(quick, "text/csv")

            threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
            began = time.perf_counter()
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            rate = CLIENTS * 100 / (time.perf_counter() - began)
            print(f"{CLIENTS} clients at a time      {rate:8.0f} answers a second")
            own, children = memory(process)
            print(f"memory                   {own:8.0f} MiB, its four workers {children:.0f} MiB")


if __name__ == "__main__":
    main()
