"""A publisher that is killed, or that is not alone: the old state or the new one, never half."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import subprocess
import sys
import zipfile

import pytest

# Applies a plan again and again, each time on the old state, and is killed at one file operation
# after another; tells after each what stands there, and what the next run makes of it.
SWEEP = """
import hashlib, json, os, pickle, shutil, sys
from pathlib import Path
from yusuan.publishing import read_receipt, target_of
from yusuan.publishing.errors import TargetError

kind, old, work, scratch = sys.argv[1], *map(Path, sys.argv[2:])
MOVES = {"open", "os.mkdir", "os.link", "os.rename", "os.remove", "os.rmdir", "shutil.rmtree",
         "shutil.copyfile", "ctypes.call_function", "fcntl.flock"}
os.fsync = lambda _: None  # what is killed is a process, not the machine

def fresh():
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(old, work)

def state():
    found = {}
    for path in work.rglob("*"):
        if path.is_file() and "receipt" not in path.name and not path.name.startswith("."):
            if not any(part.startswith(".") for part in path.relative_to(work).parts):
                found[str(path.relative_to(work))] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found

fresh()
target = target_of(kind.replace("WORK", str(work)), scratch)
package = pickle.load(sys.stdin.buffer)
plan = target.plan([package])
before = state()
base = Path("portal" if kind.endswith("portal") else ".")

def attempt(last):
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1]
    count = 0
    def hook(event, _):
        nonlocal count
        if event in MOVES:
            count += 1
            if count == last:
                os.kill(os.getpid(), 9)
    sys.addaudithook(hook)
    target.apply(plan)
    (scratch / "count").write_text(str(count))
    os._exit(0)

assert attempt(0) == 0
total, after = int((scratch / "count").read_text()), state()
moments = sorted({*range(1, total + 1, max(1, total // 12)), *range(max(1, total - 8), total + 1)})
seen = []
for moment in moments:
    fresh()
    killed = attempt(moment) == 9
    standing = {"old": before, "new": after}
    (told,) = [name for name, files in standing.items() if files == state()] or ["half"]
    try:
        target.apply(plan)
    except TargetError as fault:
        assert told == "new" and "has changed" in str(fault)
    receipt = read_receipt(target.receipt_path)
    whole = state() == after == {
        str(base / path): seal.sha256 for path, seal in receipt.files.items()
    }
    left = [one.name for one in work.rglob(".*") if ".lock" not in one.name]
    seen.append([moment, killed, told, whole, left])
print(json.dumps({"differ": before != after, "total": total, "seen": seen}))
"""


def swept(kind, old, package, folder):
    (folder / "scratch").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", SWEEP, kind, old, folder / "work", folder / "scratch"],
        input=pickle.dumps(package), capture_output=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    told = json.loads(done.stdout)
    assert told["differ"]
    assert told["total"] > 10
    return told["seen"]


@pytest.mark.skipif(os.name == "nt", reason="signals as Unix has them")
def test_a_portal_is_old_or_new_wherever_its_publisher_is_killed(published, later, tmp_path):
    old = tmp_path / "old"
    shutil.copytree(published, old / "portal")
    seen = swept("WORK/portal", old, later, tmp_path)
    assert [one for one in seen if not one[3] or one[2] == "half" or one[4]] == []
    assert {told for _, killed, told, _, _ in seen if killed} == {"old", "new"}


@pytest.mark.skipif(os.name == "nt", reason="signals as Unix has them")
def test_a_zip_is_old_or_new_wherever_its_publisher_is_killed(released, tmp_path, at):
    old = tmp_path / "old"
    old.mkdir()
    target = at(f"zip:{old / 'a.zip'}")
    target.apply(target.plan([released]))
    # An earlier state of the same package: another file in the zip.
    with zipfile.ZipFile(old / "a.zip", "a") as file:
        file.writestr("older.txt", "x")
    seen = swept("zip:WORK/a.zip", old, released, tmp_path)
    assert [one for one in seen if not one[3] or one[2] == "half" or one[4]] == []
    assert {told for _, killed, told, _, _ in seen if killed} == {"old", "new"}
