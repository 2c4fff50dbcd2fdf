"""How fast the canned questions are answered over many generated disclosures, beside other engines.

Usage: python benchmarks/questions.py [--counts 100 1000] [--runs N] [--folder DIR] [--rdflib]

For each count it makes the packages (kept in --folder, where given, for the next time), loads them
into a store, and prints the time and size of the load. Then each question is asked, in one process
for each engine and in medians of --runs: through the store as `yusuan query` and `yusuan serve` ask
it (SPARQL rewritten to SQL over the tables in columns), the same SPARQL of the triples by
pyoxigraph alone, the same question as SQL that is written by hand over Parquet (`yusuan stack`),
and with --rdflib the same SPARQL of rdflib, for the smallest count. The peak of memory is that of
the process that answers through the store.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

MEBIBYTE = 1 << 20
# Beyond this many seconds one engine is not asked again.
PATIENCE = 60.0

OPENED = """
import json, resource, statistics, sys, time
from pathlib import Path
from yusuan.querying import open_sources, prefixes_of, questions
names, runs, patience = json.loads(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
asked = {one.name: one.query({}, "https://w3id.org/yusuan/") for one in questions()}
def told(name, work):
    start = time.perf_counter()
    work()
    first = time.perf_counter() - start
    times = []
    while len(times) < runs and sum(times) + first < patience:
        start = time.perf_counter()
        rows = work()
        times.append(time.perf_counter() - start)
    print(json.dumps([name, first, statistics.median(times or [first])]), flush=True)
"""
OURS = (
    OPENED
    + """
from yusuan.querying import evaluate
from yusuan.querying.tabled import tabled
source = open_sources([Path(sys.argv[1])])
for name in names:
    assert source.columns is None or tabled(source, asked[name]) is not None, name
    told(name, lambda: evaluate(source, asked[name]).rows)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps(["peak", peak * (1 if sys.platform == "darwin" else 1024), 0]))
"""
)
OXIGRAPH = (
    OPENED
    + """
from yusuan.querying.answers import answer_of
source = open_sources([Path(sys.argv[1])])
for name in names:
    told(name, lambda: answer_of(source.store.query(asked[name])).rows)
"""
)
RDFLIB = (
    OPENED
    + """
import rdflib
from yusuan.querying.documents import common_vocabulary, documents_in, triples
graph = rdflib.Graph()
documents = documents_in([Path(sys.argv[1])])
graph.parse(data=common_vocabulary(documents[0].package), format="nt")
for one in documents:
    graph.parse(data=b"".join(triples(one.package)), format="nt")
for name in names:
    told(name, lambda: list(graph.query(asked[name])))
"""
)
DUCKDB = (
    OPENED
    + """
import duckdb
database = duckdb.connect()
for folder in (Path(sys.argv[1]) / "parquet").iterdir():
    parts = f"read_parquet('{folder}/**/*.parquet', hive_partitioning = false)"
    database.execute(f"CREATE VIEW {folder.name} AS SELECT * FROM {parts}")
for name, sql in json.loads(sys.argv[5]).items():
    told(name, lambda: database.execute(sql).fetchall())
"""
)

# The same questions as a person who knows the tables writes them.
HEAD = (
    "SELECT r.name AS county, o.name AS department, d.fiscal_year, {} , d.document_id "
    "FROM documents d JOIN regions r USING (region_code) JOIN organizations o USING (org_id) "
)
LINE = "LEFT JOIN budget_lines {0} ON {0}.document_id = d.document_id AND {0}.line_key = '{1}' "
SQL = {
    "Q1": HEAD.format("coalesce(a.amount_cny, b.amount_cny, c.amount_cny) AS total")
    + LINE.format("a", "dept-expenditure.total")
    + LINE.format("b", "dept-balance.expenditure.total")
    + LINE.format("c", "dept-expenditure-text.total")
    + "ORDER BY ALL",
    "Q4": HEAD.format("a.amount_cny, b.amount_cny, a.amount_cny - b.amount_cny")
    + LINE.format("a", "dept-expenditure.total")
    + "LEFT JOIN documents e ON e.org_id = d.org_id AND e.fiscal_year = d.fiscal_year - 1 "
    "LEFT JOIN budget_lines b ON b.document_id = e.document_id "
    "AND b.line_key = 'dept-expenditure.total' ORDER BY ALL",
    "Q5": """
        WITH paid AS (
          SELECT document_id, project_code,
            max(CASE WHEN month(as_of) <= 10 THEN coalesce(cumulative_percent, 0) ELSE 0 END) AS p
          FROM payment_plans GROUP BY ALL),
        money AS (SELECT document_id, project_code, min(amount_cny) AS a FROM budget_lines
          WHERE form = 'dept-project' AND fund_source = 'total' GROUP BY ALL)
        SELECT document_id, sum((p = 0)::INT), sum(CASE WHEN p = 0 THEN a ELSE 0 END), count(*),
          sum(a)
        FROM paid JOIN money USING (document_id, project_code) GROUP BY ALL ORDER BY ALL""",
    "Q7": """
        SELECT r.name, t.level2, count(*), count(*) FILTER (WHERE t.value_kind = 'text')
        FROM performance_targets t JOIN documents d USING (document_id)
        JOIN regions r USING (region_code) GROUP BY ALL ORDER BY ALL""",
    "Q13": HEAD.format("t.ordinal, t.text")
    + "JOIN text_items t USING (document_id) WHERE t.kind = 'duty' ORDER BY ALL",
    "Q15": """
        SELECT d.region_code, l.fiscal_year, substr(c.cofog, 1, 2), sum(l.amount_cny), count(*)
        FROM budget_lines l JOIN documents d USING (document_id)
        JOIN classifications c ON c.code = l.function_code
        WHERE l.form = 'dept-expenditure' AND l.nature = 'total' AND length(l.function_code) = 3
        AND l.fiscal_year = d.fiscal_year GROUP BY ALL ORDER BY ALL""",
}
ALL = [f"Q{number}" for number in range(1, 16)]


def main() -> None:
    """Print one table a count."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--counts", type=int, nargs="+", default=[100, 1000])
    arguments.add_argument("--runs", type=int, default=5)
    arguments.add_argument("--folder", type=Path)
    arguments.add_argument("--rdflib", action="store_true")
    arguments.add_argument("--without-oxigraph", action="store_true")
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for count in options.counts:
            measure(count, (options.folder or Path(folder)) / str(count), options)


def measure(count: int, folder: Path, options: argparse.Namespace) -> None:
    """Make, load and ask so many disclosures."""
    import generator

    packages, store, stacked = folder / "packages", folder / "store", folder / "stack"
    if not packages.exists():
        generator.write(packages, count)
    if not (store / "store.json").exists():
        print(f"{count}: yusuan store add", *loaded("store", "add", packages, "--to", store))
    if not stacked.exists() and count <= options.counts[0] * 10:
        print(f"{count}: yusuan stack", *loaded("stack", packages, "-o", stacked))
    triples, tables = (size(store, name) for name in ("*/graphs/*", "*/tables.duckdb"))
    print(f"{count}: store of {triples} MB of triples and {tables} MB of tables in columns")
    ours = asked(OURS, store, options)
    peers = {"DuckDB SQL": asked(DUCKDB, stacked, options) if stacked.exists() else {}}
    if not options.without_oxigraph:
        peers["pyoxigraph"] = asked(OXIGRAPH, store, options)
    if options.rdflib and count == options.counts[0]:
        peers["rdflib"] = asked(RDFLIB, packages, options)
    print(f"{count}: peak of memory of who answers {ours.pop('peak')[0] / MEBIBYTE:.0f} MiB")
    for name in ALL:
        line = f"  {name:4} yusuan {ours[name][1] * 1000:7.0f} ms"
        line += f" (first {ours[name][0] * 1000:.0f})"
        for peer, times in peers.items():
            if name in times:
                median = times[name][1]
                line += f" · {peer} {median * 1000:.0f} ms, ratio {ours[name][1] / median:.2g}"
        print(line, flush=True)
    slowest = max(one[1] for one in ours.values())
    print(f"{count}: slowest {slowest:.2f} s, median {median_of(ours):.3f} s", flush=True)


def median_of(times: dict[str, list[float]]) -> float:
    """Return the median over the questions."""
    return statistics.median(one[1] for one in times.values())


def loaded(*command: object) -> list[str]:
    """Run a command of the program; return its time and its peak of memory."""
    code = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True,"
        " stdout=subprocess.DEVNULL); r = resource.getrusage(resource.RUSAGE_CHILDREN);"
        " print(r.ru_maxrss, r.ru_utime + r.ru_stime)"
    )
    start = time.perf_counter()
    found = subprocess.run(
        [sys.executable, "-c", code, sys.executable, "-m", "yusuan", *map(str, command)],
        check=True,
        capture_output=True,
        text=True,
    )
    wall = time.perf_counter() - start
    peak, processor = found.stdout.split()
    unit = 1 if sys.platform == "darwin" else 1024
    return [f"{wall:.0f} s ({float(processor):.0f} s of processor),",
            f"peak of memory {int(peak) * unit / MEBIBYTE:.0f} MiB"]  # fmt: skip


def size(store: Path, pattern: str) -> int:
    """Return the size of some files, in MB."""
    return round(sum(one.stat().st_size for one in store.glob(pattern)) / 1e6)


def asked(code: str, place: Path, options: argparse.Namespace) -> dict[str, list[float]]:
    """Ask every question in a process of its own; return the first time and the median of each."""
    limits = [str(options.runs), str(PATIENCE), json.dumps(SQL)]
    try:
        found = subprocess.run(
            [sys.executable, "-c", code, str(place), json.dumps(ALL), *limits],
            check=True,
            capture_output=True,
            text=True,
            timeout=PATIENCE * 10,
        ).stdout
    except subprocess.TimeoutExpired as late:
        found = (late.stdout or b"").decode()
    rows = [json.loads(line) for line in found.splitlines()]
    return {name: times for name, *times in rows}


if __name__ == "__main__":
    main()
