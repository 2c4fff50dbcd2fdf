"""How fast the standard tables of a PDF are read and interpreted, beside plain table extraction.

Usage: python benchmarks/tables.py PDF... [--runs N] [--pages N]

Whole processes run in turns, and medians are compared: reading and interpreting of each document
with `pdfplumber`'s own `extract_tables` of its pages, in pages per second and peak memory. Then
one table of 10 and of --pages pages is made and interpreted, in this process: the time of a page
must not grow with their number.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from yusuan.interpreting import interpret
from yusuan.reading import Source
from yusuan.reading.document import Document, RawCell, RawParagraph, RawTable, compose
from yusuan.sidecar import Sidecar

ROWS_OF_A_PAGE = 30
# Each says how many pages it read, how long that took once it was loaded, and its peak memory.
OURS = """
import sys, time
from pathlib import Path
from yusuan.interpreting import interpret
from yusuan.reading import Source, read_bytes
from yusuan.sidecar import Sidecar
import pdfplumber
path = Path(sys.argv[1])
start = time.perf_counter()
data = path.read_bytes()
document = read_bytes(data)
interpret(Source(path, "0" * 64, len(data), document), Sidecar())
print(document.pages, time.perf_counter() - start)
"""
PLAIN = """
import sys, time
import pdfplumber
start = time.perf_counter()
with pdfplumber.open(sys.argv[1]) as document:
    for page in document.pages:
        page.extract_tables()
        page.extract_text()
    print(len(document.pages), time.perf_counter() - start)
"""
PEAK = "\nimport resource\nprint(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"


def main() -> None:
    """Print one line a figure."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("documents", nargs="*", type=Path)
    arguments.add_argument("--runs", type=int, default=5)
    arguments.add_argument("--pages", type=int, default=40)
    options = arguments.parse_args()
    for document in options.documents:
        beside_plain_extraction(document, options.runs)
    linear(options.pages, options.runs)


def beside_plain_extraction(document: Path, runs: int) -> None:
    """Compare reading and interpreting with extracting tables and text."""
    found: dict[str, list[tuple[int, float, float]]] = {"ours": [], "plain": []}
    for _ in range(runs):
        found["ours"].append(measured(OURS, document))
        found["plain"].append(measured(PLAIN, document))
    pages = found["ours"][0][0]
    ours, plain = (statistics.median(one[1] for one in found[who]) for who in ("ours", "plain"))
    peaks = [statistics.median(one[2] for one in found[who]) for who in ("ours", "plain")]
    print(
        f"{document.name}: {pages / ours:.0f} pages/s, pdfplumber {pages / plain:.0f} pages/s, "
        f"ratio of times {ours / plain:.2f}; peak memory {peaks[0]:.0f} and {peaks[1]:.0f} MiB"
    )


def measured(code: str, document: Path) -> tuple[int, float, float]:
    """Run a program in a process of its own; return pages, seconds and MiB at most."""
    done = subprocess.run(
        [sys.executable, "-c", code + PEAK, str(document)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    pages, seconds, peak = done.stdout.split()
    kibibytes = int(peak) / (1024 if sys.platform == "darwin" else 1)
    return int(pages), float(seconds), kibibytes / 1024


def linear(pages: int, runs: int) -> None:
    """Interpret one long table of a few and of many pages."""
    few = 10
    times = {count: interpreting(made(count), runs) for count in (few, pages)}
    a_page = {count: seconds / count * 1000 for count, seconds in times.items()}
    print(
        f"one table of {few} pages: {a_page[few]:.2f} ms a page; of {pages} pages: "
        f"{a_page[pages]:.2f} ms a page, ratio {a_page[pages] / a_page[few]:.2f}"
    )


def made(pages: int) -> Document:
    """Return a document with 部门支出总表 of so many pages."""
    return compose(blocks(pages), format="docx", media_type="application/octet-stream")


def blocks(pages: int) -> Iterator[RawParagraph | RawTable]:
    """Give its title, the caption and the table."""
    yield RawParagraph("平山县财政局2025年部门预算")
    yield RawParagraph("部门支出总表")
    yield RawParagraph("单位：元")
    header = ["科目编码", "科目名称", "合计", "基本支出", "项目支出"]
    rows = [
        [
            f"{201 + at // 90 % 29}{at // 9 % 10:02}{at % 9 + 1:02}",
            "某支出",
            f"{at}.00",
            f"{at}",
            "0",
        ]
        for at in range(pages * ROWS_OF_A_PAGE)
    ]
    yield RawTable([[RawCell(text, at) for at, text in enumerate(row)] for row in (header, *rows)])


def interpreting(document: Document, runs: int) -> float:
    """Return how many seconds interpreting takes."""
    source = Source(Path("made"), "0" * 64, 1, document)
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        interpret(source, Sidecar())
        times.append(time.perf_counter() - start)
    return statistics.median(times)


if __name__ == "__main__":
    main()
