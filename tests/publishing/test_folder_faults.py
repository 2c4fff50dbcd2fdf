"""What may go wrong with a folder: it is in its old state or its new one, and is told."""

from __future__ import annotations

import errno
import json
import os
import pickle
import shlex
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import unquote

import pytest

from yusuan.building import refresh
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
from yusuan.errors import YusuanError
from yusuan.publishing import swapping, target_of

portal, scratch, last, how = sys.argv[1:]
target = target_of(portal, Path(scratch))
package = pickle.load(sys.stdin.buffer)
if how == "full":
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(last), int(last)))
if how == "together":
    print("ready", flush=True)
    sys.stdin.close()
    while not Path(last).exists():
        pass
try:
    plan = target.plan([package])
    if how == "planned":
        import resource
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(last), int(last)))
    if how == "nobody":
        os.setgroups([])
        os.setegid(65534)
        os.seteuid(65534)
    if how in ("full", "planned", "nobody", "together"):
        target.apply(plan)
        sys.exit(0)
except YusuanError as fault:
    print(type(fault).__name__, fault)
    sys.exit(fault.exit_code)
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
@pytest.mark.parametrize("kind", ["portal", "zip"])
@pytest.mark.parametrize("how", ["full", "planned"])
def test_a_full_disk_leaves_the_old_state_and_is_told(
    portal, released, later, states, tmp_path, at, kind, how
):
    (tmp_path / "scratch").mkdir()
    archive = tmp_path / "a.zip"
    target = at(archive)
    target.apply(target.plan([released]))
    before = archive.read_bytes()
    # The system itself refuses to write more than so many bytes of a file: already the drafts,
    # or what was planned.
    address, package = {"portal": (portal, later), "zip": (f"zip:{archive}", released)}[kind]
    if kind == "zip":
        target.receipt_path.unlink()
    done = stopped(package, address, tmp_path / "scratch", 100_000, how)
    assert done.returncode == 5, done.stderr.decode()
    assert "File too large" in done.stdout.decode()
    assert "The target is as it was" in done.stdout.decode()
    assert contents(portal) == states[0]
    assert archive.read_bytes() == before
    assert {one.name for one in tmp_path.iterdir()} - {"a.zip.receipt.json"} == {
        "a.zip", "portal", "scratch",
    }  # fmt: skip


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root can step down")
@pytest.mark.parametrize("name", ["portal", "a.zip"])
def test_a_place_that_may_not_be_written_is_told(released, tmp_path, name):
    (tmp_path / "scratch").mkdir()
    # Elsewhere, for the folders of these tests are closed to others anyway.
    with TemporaryDirectory() as closed:
        Path(closed).chmod(0o755)
        done = stopped(released, Path(closed) / name, tmp_path / "scratch", 0, "nobody")
        assert done.returncode == 5, done.stdout.decode() + done.stderr.decode()
        assert "Permission denied" in done.stdout.decode()
        assert closed in done.stdout.decode()
        assert list(Path(closed).iterdir()) == []


def test_two_publishers_at_once_do_not_undo_each_other(released, later, tmp_path, at):
    portal = tmp_path / "portal"
    begun = []
    for name, package in (("one", released), ("two", later)):
        (tmp_path / name).mkdir()
        process = subprocess.Popen(
            [sys.executable, "-c", CHILD, portal, tmp_path / name, tmp_path / "go", "together"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        process.stdin.write(pickle.dumps(package))
        process.stdin.close()
        begun.append(process)
    for process in begun:
        assert process.stdout.readline() == b"ready\n"
    (tmp_path / "go").touch()
    codes = []
    for process in begun:
        told = process.stdout.read().decode() + process.stderr.read().decode()
        codes.append(process.wait(timeout=120))
        process.stdout.close()
        process.stderr.close()
        assert codes[-1] in (0, 5), told
        if codes[-1] == 5:
            assert "another publication is under way" in told or "has changed since" in told
    assert 0 in codes
    # Whoever was sent away comes again.
    for package in (released, later):
        target = at(portal)
        target.apply(target.plan([package]))
    target = at(portal)
    receipt = read_receipt(target.receipt_path)
    assert len(receipt.packages) == 2
    assert target.verify(receipt) == []


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


def test_a_link_out_of_a_package_is_refused(package, tmp_path):
    (tmp_path / "secret").write_text("x")
    copy = shutil.copytree(package, tmp_path / "package")
    (copy / "resources/text.txt").unlink()
    (copy / "resources/text.txt").symlink_to(tmp_path / "secret")
    with pytest.raises(BlockedError, match=r"resources/text\.txt is a link to a file outside"):
        release(copy)


def test_a_portal_behind_a_link_stays_behind_it(published, later, states, tmp_path, at):
    shutil.copytree(published, tmp_path / "real")
    (tmp_path / "portal").symlink_to("real")
    target = at(tmp_path / "portal")
    assert target.verify(target.apply(target.plan([later]))) == []
    assert (tmp_path / "portal").is_symlink()
    assert contents(tmp_path / "real") == states[1]


def test_a_portal_without_its_receipt_is_told(portal, later, at):
    (portal / "receipt.json").unlink()
    with pytest.raises(TargetError, match=r"receipt\.json can't be understood"):
        at(portal).plan([later])


@pytest.fixture
def oddly_named(package, tmp_path):
    """A package with a file whose name holds every sign that an address does not."""
    copy = shutil.copytree(package, tmp_path / "支出 'a' \"b\" 100% #1")
    name = "resources/说明 'a' \"b\" 100% #1 &amp; <b>.txt"
    (copy / name).write_text("x")
    path = copy / "datapackage.json"
    descriptor = json.loads(path.read_text("utf-8"))
    descriptor["resources"].append({"name": "notes", "path": name, "format": "txt"})
    path.write_bytes(as_json(descriptor))
    refresh(copy)
    return copy, name


def test_names_may_hold_any_sign(oddly_named, tmp_path, read_page, at):
    copy, name = oddly_named
    portal = tmp_path / "门户 'a' \"b\" 100% #1"
    target = at(portal)
    receipt = target.apply(target.plan([release(copy)]))
    assert target.verify(receipt) == []
    page = read_page(portal / INDEX)
    hrefs = {unquote(one): one for one in page.values("href")}
    assert name in hrefs
    assert "#" not in hrefs[name]
    assert (portal / PLACE / name).read_text() == "x"
    done = subprocess.run(
        [shutil.which("sha256sum"), "-c", "--quiet", "SHA256SUMS"],
        cwd=portal, capture_output=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")
    # What the advice says can be put into a shell as it is.
    words = shlex.split(target.advice().text("en"))
    assert str(portal) in words
    archive = tmp_path / "包 'a' \"b\".zip"
    target = at(f"zip:{archive}")
    assert target.verify(target.apply(target.plan([release(copy)]))) == []
    with zipfile.ZipFile(archive) as file:
        assert file.read(name) == b"x"


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
        ("gopher://data.example.gov.cn", {}, "there is no target gopher"),
        ("file://elsewhere/srv/portal", {}, "another host"),
        ("portal", {"url": "https://example.gov.cn/ys"}, "is no address of a folder"),
        ("zip:a.zip", {"url": "https://example.gov.cn/ys/"}, "only a folder has an address"),
        ("portal", {"url": "javascript:alert(1)/"}, "is no address of a folder"),
    ],
)
def test_an_address_that_is_none_is_told(at, address, options, told):
    with pytest.raises(UsageError, match=told):
        at(address, **options)
