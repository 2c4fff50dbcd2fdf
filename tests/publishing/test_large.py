"""A package with a table of 200 MB: published piece by piece, in little memory."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

from yusuan.building import refresh
from yusuan.package import as_json

pytestmark = pytest.mark.service  # some minutes, so it runs with the servers' tests

SIZE = 200 << 20  # bytes
MOST = 150 << 10  # KiB
NOTE = "预算公开" * 2500
PUBLISH = """
import sys
from pathlib import Path
from yusuan.cli import main

try:
    main(sys.argv[1:])
finally:
    status = Path("/proc/self/status").read_text()
    # Of this program alone; what getrusage tells begins with the memory of its parent.
    print([line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")][0],
          file=sys.stderr)
"""


@pytest.fixture(scope="module")
def large(package, tmp_path_factory, request) -> Path:
    """The first package with one more table."""
    if "service" not in request.config.option.markexpr:
        pytest.skip("takes some minutes: runs with -m service")
    folder = shutil.copytree(package, tmp_path_factory.mktemp("large") / "package")
    with (folder / "resources/register.csv").open("w", encoding="utf-8") as file:
        file.write("number,note\n")
        for number in range(SIZE // len(NOTE.encode())):
            file.write(f"{number},{NOTE}\n")
    path = folder / "datapackage.json"
    descriptor = json.loads(path.read_text("utf-8"))
    descriptor["resources"].append({
        "name": "register", "path": "resources/register.csv", "type": "table", "format": "csv",
        "encoding": "utf-8", "mediatype": "text/csv",
        "schema": {
            "fields": [{"name": "number", "type": "integer"}, {"name": "note", "type": "string"}],
            "primaryKey": ["number"],
        },
    })  # fmt: skip
    path.write_bytes(as_json(descriptor))
    refresh(folder)
    return folder


@pytest.mark.skipif(sys.platform != "linux", reason="memory as Linux tells it")
@pytest.mark.parametrize("kind", ["portal", "zip"])
def test_a_table_of_200_mb_is_published_in_150_mb(large, tmp_path, kind):
    target = {"portal": tmp_path / "portal", "zip": f"zip:{tmp_path / 'a.zip'}"}[kind]
    done = subprocess.run(
        [sys.executable, "-c", PUBLISH, "publish", large, target, "--lang", "en"],
        capture_output=True, check=False, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    assert int(done.stderr.split()[-1]) < MOST
    wanted = digest((large / "resources/register.csv").open("rb"))
    if kind == "portal":
        (copy,) = (tmp_path / "portal").rglob("register.csv")
        assert digest(copy.open("rb")) == wanted
        page = copy.parents[1] / "index.html"
        assert "register.csv" in page.read_text("utf-8")
        assert page.stat().st_size < 10 << 20
    else:
        with zipfile.ZipFile(tmp_path / "a.zip") as file:
            assert digest(file.open("resources/register.csv")) == wanted


def digest(file):
    summed = sha256()
    with file:
        while piece := file.read(1 << 20):
            summed.update(piece)
    return summed.hexdigest()
