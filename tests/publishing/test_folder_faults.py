"""What may go wrong with a folder: it is in its old state or its new one, and is told."""

from __future__ import annotations

import errno
import os
import pickle
import shutil
import subprocess
import sys

import pytest

from yusuan.errors import UsageError
from yusuan.package import as_json
from yusuan.publishing import read_receipt, release, swapping
from yusuan.publishing.errors import BlockedError, TargetError
from yusuan.publishing.swapping import alone

PLACE = "doc/131024.304.2021.budget"
INDEX = f"{PLACE}/index.html"


def contents(folder):
    """Return every file of a folder but the receipt, which bears a time."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "receipt.json"
    }


@pytest.fixture(scope="module")
def states(published, later, tmp_path_factory, at):
    """The old and the new state of a portal to which a package is added."""
    folder = tmp_path_factory.mktemp("states") / "portal"
    shutil.copytree(published, folder)
    target = at(folder)
    target.apply(target.plan([later]))
    return contents(published), contents(folder)


# ------------------------------------------------------------------ changed by someone else


def test_a_file_changed_by_hand_is_found(portal, at):
    with (portal / INDEX).open("a") as file:
        file.write("<p>")
    (portal / "catalog.ttl").unlink()
    (portal / "extra.html").touch()
    target = at(portal)
    found = target.verify(read_receipt(target.receipt_path))
    assert [(one.kind, one.path) for one in found] == [
        ("missing", "catalog.ttl"),
        ("changed", INDEX),
        ("added", "extra.html"),
    ]


def test_a_changed_table_is_found_as_file_and_as_package(portal, at):
    path = portal / PLACE / "resources/budget_lines.csv"
    path.write_text(path.read_text("utf-8").replace("46246400", "46246401"), "utf-8")
    target = at(portal)
    found = target.verify(read_receipt(target.receipt_path))
    assert {one.kind for one in found} == {"changed", "faulty"}
    assert "does not check" in " ".join(one.message.text("en") for one in found)


def test_a_file_changed_by_hand_is_not_overwritten_unless_asked(portal, released, at):
    (portal / INDEX).write_text("by hand")
    with pytest.raises(TargetError, match=r"changed by someone .*: doc/.*index\.html") as raised:
        at(portal).plan([released])
    assert raised.value.exit_code == 5
    assert (portal / INDEX).read_text() == "by hand"
    target = at(portal, overwrite=True)
    target.apply(target.plan([released]))
    assert at(portal).plan([released]).changes == []


def test_a_package_that_stays_is_not_vouched_for_when_someone_changed_it(portal, later, at):
    (portal / PLACE / "resources/data.ttl").write_text("by hand")
    with pytest.raises(TargetError, match="publish these packages, too"):
        at(portal, overwrite=True).plan([later])


def test_a_file_of_someone_else_stays_and_is_known_afterwards(portal, later, at):
    (portal / "CNAME").write_text("data.example.gov.cn\n")
    target = at(portal)
    receipt = target.apply(target.plan([later]))
    assert (portal / "CNAME").read_text() == "data.example.gov.cn\n"
    assert list(receipt.others) == ["CNAME"]
    assert target.verify(receipt) == []


def test_a_change_between_plan_and_apply_is_noticed(portal, later, at):
    target = at(portal)
    plan = target.plan([later])
    (portal / "CNAME").write_text("data.example.gov.cn\n")
    before = contents(portal)
    with pytest.raises(TargetError, match="has changed since it was compared"):
        target.apply(plan)
    assert contents(portal) == before


def test_a_package_that_changes_after_its_check_is_not_published(next_year, portal, tmp_path, at):
    moving = shutil.copytree(next_year, tmp_path / "package")
    target, before = at(portal), contents(portal)
    plan = target.plan([release(moving)])
    (moving / "resources/data.ttl").write_text("changed")
    with pytest.raises(TargetError, match="has changed since it was compared"):
        target.apply(plan)
    assert contents(portal) == before
    assert sorted(one.name for one in tmp_path.iterdir()) == ["package", "portal"]


def test_the_second_of_two_publishers_at_once_is_sent_away(portal, later, at):
    target = at(portal)
    plan, before = target.plan([later]), contents(portal)
    with alone(portal), pytest.raises(TargetError, match="another publication is under way"):
        target.apply(plan)
    assert contents(portal) == before
    target.apply(plan)
    assert sorted(one.name for one in portal.parent.iterdir()) == ["portal"]


# ------------------------------------------------------------------ stopped half-way

CHILD = """
import os, pickle, sys
from pathlib import Path
from yusuan.publishing import swapping, target_of

portal, scratch, last, how = sys.argv[1:]
target = target_of(portal, Path(scratch))
plan = target.plan([pickle.load(sys.stdin.buffer)])
if how == "full":
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(last), int(last)))
    try:
        target.apply(plan)
    except Exception as fault:
        print(type(fault).__name__, fault)
        sys.exit(fault.exit_code)
write, count = swapping._write, 0

def killed(*given):
    global count
    count += 1
    if count == int(last):
        os.kill(os.getpid(), 9)
    return write(*given)

swapping._write = killed
if how == "renames":
    swapping._exchange = lambda *_: False
    rename = Path.rename
    def once(self, other):
        if self.name.endswith(".new"):
            os.kill(os.getpid(), 9)
        return rename(self, other)
    Path.rename = once
target.apply(plan)
"""


def stopped(package, portal, scratch, last, how):
    """Publish in a process of its own, which is stopped on the way."""
    return subprocess.run(
        [sys.executable, "-c", CHILD, portal, scratch, str(last), how],
        input=pickle.dumps(package), capture_output=True, check=False, timeout=120,
    )  # fmt: skip


@pytest.mark.skipif(os.name == "nt", reason="signals as Unix has them")
@pytest.mark.parametrize("last", [1, 40])
def test_a_publisher_that_is_killed_leaves_the_old_state(portal, later, states, tmp_path, at, last):
    (tmp_path / "scratch").mkdir()
    done = stopped(later, portal, tmp_path / "scratch", last, "kill")
    assert done.returncode == -9, done.stderr.decode()
    assert contents(portal) == states[0]
    target = at(portal)
    assert target.verify(target.apply(target.plan([later]))) == []
    assert contents(portal) == states[1]
    assert sorted(one.name for one in tmp_path.iterdir()) == ["portal", "scratch"]


@pytest.mark.skipif(os.name == "nt", reason="signals as Unix has them")
def test_a_machine_that_stops_between_two_renames_has_the_old_state_at_hand(
    portal, later, states, tmp_path, at
):
    (tmp_path / "scratch").mkdir()
    done = stopped(later, portal, tmp_path / "scratch", 0, "renames")
    assert done.returncode == -9, done.stderr.decode()
    assert not portal.exists()
    target = at(portal)
    assert target.verify(read_receipt(target.receipt_path)) == []
    target.apply(target.plan([later]))
    assert contents(portal) == states[1]


@pytest.mark.skipif(os.name == "nt", reason="limits as Unix has them")
def test_a_full_disk_leaves_the_old_state_and_is_told(portal, later, states, tmp_path):
    (tmp_path / "scratch").mkdir()
    # The system itself refuses to write more than so many bytes of a file.
    done = stopped(later, portal, tmp_path / "scratch", 100_000, "full")
    assert done.returncode == 5, done.stderr.decode()
    assert "File too large" in done.stdout.decode()
    assert "The target is as it was" in done.stdout.decode()
    assert contents(portal) == states[0]
    assert sorted(one.name for one in tmp_path.iterdir()) == ["portal", "scratch"]


def test_no_space_left_is_told(monkeypatch, portal, later, states, at):
    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    target = at(portal)
    plan = target.plan([later])
    monkeypatch.setattr(swapping.os, "fsync", full)
    with pytest.raises(TargetError, match="No space left on device"):
        target.apply(plan)
    assert contents(portal) == states[0]


def test_without_an_exchange_of_folders_two_renames_do(monkeypatch, portal, later, states, at):
    monkeypatch.setattr(swapping, "_exchange", lambda *_: False)
    target = at(portal)
    target.apply(target.plan([later]))
    assert contents(portal) == states[1]
    assert sorted(one.name for one in portal.parent.iterdir()) == ["portal"]


# ------------------------------------------------------------------ no place for a portal


def test_a_package_with_faults_of_its_own_is_not_published(package, tmp_path):
    broken = shutil.copytree(package, tmp_path / "broken")
    (broken / "resources/terms.csv").unlink()
    with pytest.raises(BlockedError, match=r"resources/terms\.csv: package-file") as raised:
        release(broken)
    assert raised.value.exit_code == 4


def test_a_folder_with_something_else_is_left_alone(released, tmp_path, at):
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(UsageError, match="the folder holds something else"):
        at(tmp_path).plan([released])


def test_the_folder_that_the_user_stands_in_is_left_alone(released, tmp_path, at, monkeypatch):
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    with pytest.raises(UsageError, match="the folder that you stand in"):
        at(tmp_path).plan([released])


def test_a_link_in_a_portal_is_refused(portal, released, tmp_path, at):
    (portal / "etc").symlink_to(tmp_path)
    with pytest.raises(TargetError, match="etc is a link"):
        at(portal).plan([released])


def test_one_package_twice_is_refused(released, tmp_path, at):
    with pytest.raises(TargetError, match=f"two packages have the id {PLACE}"):
        at(tmp_path / "portal").plan([released, released])


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"yusuan": "portal"}', b"\xff"])
def test_a_portal_that_was_broken_is_told(portal, released, at, content):
    (portal / "portal.json").write_bytes(content)
    with pytest.raises(TargetError, match=r"portal\.json can't be understood"):
        at(portal).plan([released])


def test_a_portal_can_not_name_a_place_outside_itself(portal, released, at):
    text = (portal / "portal.json").read_text("utf-8")
    (portal / "portal.json").write_text(text.replace(f'"{PLACE}"', '"../elsewhere"'), "utf-8")
    with pytest.raises(TargetError, match=r"portal\.json can't be understood"):
        at(portal).plan([released])


@pytest.mark.parametrize("content", [b"{", b"[]", as_json({"yusuan": "portal"}), b"\xff"])
def test_what_is_no_receipt_is_told(tmp_path, content):
    path = tmp_path / "receipt.json"
    path.write_bytes(content)
    with pytest.raises(TargetError, match="is no receipt of a publication"):
        read_receipt(path)


@pytest.mark.parametrize(
    ("address", "options", "told"),
    [
        ("ftp://data.example.gov.cn", {}, "there is no target ftp"),
        ("file://elsewhere/srv/portal", {}, "another host"),
        ("portal", {"url": "https://example.gov.cn/ys"}, "is no address of a folder"),
        ("zip:a.zip", {"url": "https://example.gov.cn/ys/"}, "only a folder has an address"),
        ("portal", {"url": "javascript:alert(1)/"}, "is no address of a folder"),
    ],
)
def test_an_address_that_is_none_is_told(at, address, options, told):
    with pytest.raises(UsageError, match=told):
        at(address, **options)
