"""How fast triples and checks are, as ratios against peers in the same run.

Usage: python benchmarks/linked.py [--package DIR] [--runs N] [--times N] [--morph-kgc PYTHON]
                                   [--row-by-row]

Whole processes run in turns, and medians are compared:
- `yusuan check` of a package with `frictionless validate` of it, and, with --row-by-row, with
  pySHACL that asks the same rules of each row that they examine instead of once a document;
- CSV → N-Triples of the package stacked N times over with rdflib (`Graph.add`, then `serialize`)
  and, where --morph-kgc names a Python that has it, with morph-kgc by the package's RML mapping;
- the peak of memory for 10 and for N times, which must not grow.
"""

from __future__ import annotations

import argparse
import csv
import json
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

from yusuan.checking.rules import Rule, load, rules
from yusuan.graph import data_lines
from yusuan.package import read

SCRIPTS = Path(sysconfig.get_path("scripts"))
MEBIBYTE = 1 << 20

RDFLIB = """
import sys
from pathlib import Path
import rdflib
from yusuan.graph import data_tables, triples
from yusuan.package import read
package = read(Path(sys.argv[1]))
def term(text):
    if text.startswith("<"):
        return rdflib.URIRef(text[1:-1])
    return rdflib.util.from_n3(text)
graph = rdflib.Graph()
for one in triples(package, data_tables(package)):
    graph.add(tuple(map(term, one)))
graph.serialize(sys.argv[2], format="nt", encoding="utf-8")
"""

# By its own command, which writes N-Triples itself; the paths of the mapping start where it lies.
MORPH = """
import os, runpy, sys
from pathlib import Path
output = Path(sys.argv[2]).resolve()
os.chdir(Path(sys.argv[1]) / "resources")
config = output.with_suffix(".ini")
config.write_text(f'''
[CONFIGURATION]
output_file={output}
output_format=N-TRIPLES
logging_level=ERROR
[CSV]
mappings=mapping.rml.ttl
''')
sys.argv = ["morph_kgc", str(config)]
runpy.run_module("morph_kgc", run_name="__main__")
"""


def main() -> None:
    """Print one line a figure."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--package", type=Path, default=Path(__file__).parents[1])
    arguments.add_argument("--runs", type=int, default=5)
    arguments.add_argument("--times", type=int, default=100)
    arguments.add_argument("--morph-kgc", type=Path)
    arguments.add_argument("--row-by-row", action="store_true")
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        checks(options.package, Path(folder), options.runs, row_by_row=options.row_by_row)
        triples(options.package, Path(folder), options)


def checks(package: Path, folder: Path, runs: int, *, row_by_row: bool) -> None:
    """Compare a check with validation, and with rules asked row by row."""
    check = [str(SCRIPTS / "yusuan"), "check", str(package), "--json"]
    validate = [str(SCRIPTS / "frictionless"), "validate", str(package / "datapackage.json")]
    ours, peers = in_turns(runs, check, validate)
    print(
        f"yusuan check {ours:.2f} s, frictionless validate {peers:.2f} s, ratio {ours / peers:.2f}"
    )
    if not row_by_row:
        return
    shapes = folder / "rows.ttl"
    rows = ask_by_row(package, shapes)
    pyshacl = [str(SCRIPTS / "pyshacl"), "-s", str(shapes), str(package / "resources/data.ttl")]
    start = time.perf_counter()
    subprocess.run(pyshacl, capture_output=True, check=False)  # it ends with 1: there are faults
    slow = time.perf_counter() - start
    print(f"pySHACL, {rows} rows one by one {slow:.1f} s, {slow / ours:.1f} times yusuan check")


def ask_by_row(package: Path, path: Path) -> int:
    """Write the rules as shapes that target each row they examine; return how many rows."""
    store = load(data_lines(read(package)))
    prefix = "@prefix sh: <http://www.w3.org/ns/shacl#> .\n"
    shapes, count = [prefix], 0
    for rule in rules():
        rows = {str(row["value"]) for row in store.query(rule.examination) if row["value"]}
        count += len(rows)
        if rows:
            shapes.append(row_shape(rule, rows))
    path.write_text("".join(shapes), "utf-8")
    return count


def row_shape(rule: Rule, rows: set[str]) -> str:
    """Return a rule as a shape of its rows: what was the value is now the focus."""
    query = rule.query.replace("$this", "?document").replace("?value", "$this")
    targets = ", ".join(sorted(rows))
    return (
        f"<{rule.iri}> a sh:NodeShape ; sh:targetNode {targets} ;\n"
        f"  sh:sparql [ sh:select {json.dumps(query, ensure_ascii=False)} ] .\n"
    )


def triples(package: Path, folder: Path, options: argparse.Namespace) -> None:
    """Compare CSV → N-Triples of many copies with peers, and the memory of few and many."""
    few, many = (stacked(package, folder / str(n), n) for n in (10, options.times))
    written = folder / "out.nt"
    ours = [str(SCRIPTS / "yusuan"), "rdf", str(many), "--format", "nt", "-o", str(written)]
    runs = max(1, options.runs // 2)
    rdflib = [sys.executable, "-c", RDFLIB, str(many), str(folder / "rdflib.nt")]
    fast, slow = in_turns(runs, ours, rdflib)
    size = sum(1 for _ in written.open("rb"))
    print(
        f"CSV to {size} triples ({options.times} times over): yusuan rdf {fast:.2f} s, rdflib "
        f"{slow:.1f} s, {slow / fast:.1f} times"
    )
    if options.morph_kgc is not None:
        morph = [str(options.morph_kgc), "-c", MORPH, str(many), str(folder / "morph.nt")]
        fast, slow = in_turns(runs, ours, morph)
        print(f"morph-kgc {slow:.1f} s, {slow / fast:.1f} times yusuan rdf {fast:.2f} s")
    small = [str(SCRIPTS / "yusuan"), "rdf", str(few), "--format", "nt", "-o", str(written)]
    print(
        f"peak memory: 10 times over {peak(small) / MEBIBYTE:.0f} MiB, {options.times} times over "
        f"{peak(ours) / MEBIBYTE:.0f} MiB"
    )


def stacked(package: Path, target: Path, times: int) -> Path:
    """Write a package with the rows of another many times over, each copy a document of its own."""
    given = read(package)
    (target / "resources").mkdir(parents=True)
    shutil.copy(package / "datapackage.json", target)
    mapping = package / "resources" / "mapping.rml.ttl"
    if mapping.is_file():
        shutil.copy(mapping, target / "resources")
    own = given.rows("documents")[0]["document_id"]
    for table in given.tables:
        header, rows = given.stream(table)
        kept = list(rows)
        with (target / given.path(table)).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(header)
            for number in range(times):
                copy = f"{own}-{number}"
                for row in kept:
                    if own not in row and number:
                        continue  # a region is the same in every copy
                    writer.writerow([copy if cell == own else cell for cell in row])
    return target


def in_turns(runs: int, ours: list[str], peer: list[str]) -> tuple[float, float]:
    """Run two commands in turns; return the medians of their seconds."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(runs):
        for column, command in zip(times, (ours, peer), strict=True):
            start = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True)
            column.append(time.perf_counter() - start)
    return statistics.median(times[0]), statistics.median(times[1])


def peak(command: list[str]) -> int:
    """Return the most memory that a process of `command` takes, in bytes."""
    code = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True,"
        " capture_output=True); print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    found = subprocess.run(
        [sys.executable, "-c", code, *command], check=True, capture_output=True, text=True
    )
    return int(found.stdout) * (1 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    main()
