"""What every test may ask for."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

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
