"""How fast `yusuan build` is, as ratios against peers in the same run.

Usage: python benchmarks/build.py DOCUMENT... [--runs N]

Whole processes run in turns, and medians are compared: `yusuan build` of each document with
`frictionless validate` of the package that it makes. Reading and interpreting of a .docx are
compared with `lxml` parsing it, in this process. Peak memory is that of the largest process.
"""

from __future__ import annotations

import argparse
import io
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

from lxml import etree

from yusuan.interpreting import interpret
from yusuan.reading import Source, read_bytes
from yusuan.sidecar import Sidecar

SCRIPTS = Path(sysconfig.get_path("scripts"))
MEBIBYTE = 1 << 20


def main() -> None:
    """Print one line a figure."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("documents", nargs="+", type=Path)
    arguments.add_argument("--runs", type=int, default=9)
    options = arguments.parse_args()
    for document in options.documents:
        whole_processes(document, options.runs)
        if document.suffix == ".docx":
            in_process(document, options.runs)


def whole_processes(document: Path, runs: int) -> None:
    """Compare building a package with validating it."""
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder) / "package"
        build = [str(SCRIPTS / "yusuan"), "build", str(document), "-o", str(package)]
        validate = [str(SCRIPTS / "frictionless"), "validate", str(package / "datapackage.json")]
        times: dict[str, list[float]] = {"build": [], "validate": []}
        for _ in range(runs):
            times["build"].append(timed(lambda: run(build)))
            times["validate"].append(timed(lambda: run(validate)))
        ours, peers = (statistics.median(times[name]) for name in ("build", "validate"))
        print(
            f"{document.suffix}: yusuan build {ours:.2f} s, frictionless validate {peers:.2f} s, "
            f"ratio {ours / peers:.2f}; peak memory {peak(build) / MEBIBYTE:.0f} MiB"
        )


def in_process(document: Path, runs: int) -> None:
    """Compare reading and interpreting with parsing alone."""
    data = document.read_bytes()

    def parse() -> None:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            etree.fromstring(archive.read("word/document.xml"))

    def ours() -> None:
        source = Source(document, "0" * 64, len(data), read_bytes(data))
        interpret(source, Sidecar())

    ours()  # the lookups are loaded once
    times = [(timed(parse), timed(ours)) for _ in range(runs * 3)]
    parsing, reading = (statistics.median(column) for column in zip(*times, strict=True))
    print(
        f".docx in process: reading and interpreting {reading * 1000:.0f} ms, lxml parsing "
        f"{parsing * 1000:.0f} ms, ratio {reading / parsing:.1f}"
    )


def run(command: list[str]) -> None:
    """Run a command that must succeed."""
    subprocess.run(command, check=True, capture_output=True)


def timed(work: Callable[[], None]) -> float:
    """Return how many seconds `work` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def peak(command: list[str]) -> int:
    """Return the most memory that a process of `command` takes, in bytes; 0 on Windows."""
    try:
        import resource
    except ImportError:
        return 0
    code = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True,"
        " capture_output=True); print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    found = subprocess.run(
        [sys.executable, "-c", code, *command], check=True, capture_output=True, text=True
    )
    unit = 1 if sys.platform == "darwin" else 1024
    del resource
    return int(found.stdout) * unit


if __name__ == "__main__":
    main()
