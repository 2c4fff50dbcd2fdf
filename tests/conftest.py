"""What every test may ask for."""

from __future__ import annotations

import hashlib
import importlib.util
import io
import os
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import replace
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from hypothesis import settings

from yusuan import checking
from yusuan.cli import main

ROOT = Path(__file__).resolve().parents[1]
DISCLOSURES = "YUSUAN_DISCLOSURES"

# On a build machine a failure must be the same the next time; at a desk the search goes on.
settings.register_profile("ci", deadline=None, derandomize=True, database=None)
settings.register_profile("desk", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "desk")


@pytest.fixture(scope="session")
def root() -> Path:
    """The root of the repository, which is the published package."""
    return ROOT


@pytest.fixture(scope="session")
def first_disclosure(root) -> Path:
    """The document that the published package is made from, as a text dump."""
    (path,) = (root / "resources" / "source").glob("*.txt")
    return path


@pytest.fixture(scope="session")
def in_process():
    """Return what runs the command in this process, as `cli` does for a process of its own.

    Gives back the exit code, and what was written to stdout and stderr, as bytes.
    """

    def run(*arguments, cwd=None):
        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="") for _ in range(2))
        with (
            chdir(cwd or "."),
            redirect_stdout(out),
            redirect_stderr(err),
            pytest.raises(SystemExit) as ended,
        ):
            main(list(map(str, arguments)))
        out.flush()
        err.flush()
        return CompletedProcess(
            arguments, ended.value.code or 0, out.buffer.getvalue(), err.buffer.getvalue()
        )

    return run


@pytest.fixture(scope="session")
def check_once():
    """Return a check that looks at the same bytes once: what it finds depends on nothing else."""
    known = {}
    check = checking.check

    def checked(directory):
        state = frozenset(
            (path.relative_to(directory).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest())
            for top in ("datapackage.json", "resources")
            for path in ((directory / top), *(directory / top).rglob("*"))
            if path.is_file()
        )
        if state not in known:
            known[state] = check(directory)
        return replace(known[state], directory=directory)

    return checked


@pytest.fixture(scope="session")
def disclosures() -> Path:
    """The folder of real disclosures as published, which the repository does not hold."""
    folder = os.environ.get(DISCLOSURES)
    if not folder:
        pytest.skip(f"{DISCLOSURES} names no folder of real disclosures")
    path = Path(folder)
    if not path.is_dir():
        # Named but not there is a mistake, and must not look like a choice.
        pytest.fail(f"{DISCLOSURES} is {folder}, which is no folder")
    return path


@pytest.fixture(scope="session")
def generator():
    """The module that makes plausible counties: `generator.write(folder, count)`."""
    path = ROOT / "tests" / "generator.py"
    spec = importlib.util.spec_from_file_location("generator", path)
    sys.modules["generator"] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
