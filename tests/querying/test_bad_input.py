"""What can't be asked, or can't be written: told with its exit code, and nothing is lost."""

from __future__ import annotations

import re
import subprocess
import sys
import time

import pytest
from click.testing import CliRunner

from yusuan import announcing
from yusuan.cli import main

# A file that grows beyond some bytes can't be written: the disk is full, as far as it can tell.
FULL = """import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
sys.dont_write_bytecode = True
from yusuan.cli import main
resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))
main(sys.argv[1:])"""


@pytest.fixture
def run():
    def command(*arguments):
        done = CliRunner().invoke(main, [*map(str, arguments), "--lang", "en"])
        return done.exit_code, done.stdout, done.stderr

    return command


@pytest.fixture
def old(tmp_path):
    """A file that an answer would take the place of."""
    path = tmp_path / "out" / "answer.csv"
    path.parent.mkdir()
    path.write_text("old\n")
    return path


def untouched(old):
    return [one.name for one in old.parent.iterdir()] == ["answer.csv"] and (
        old.read_text() == "old\n"
    )


def bureau(disclosure, amount):
    made = disclosure("130131", "平山县", "301", "平山县财政局", "finance", 2021)
    made.line("dept-expenditure.total", amount, form="dept-expenditure", nature="total")
    return made


def test_a_folder_without_packages(run, old, tmp_path):
    (tmp_path / "empty").mkdir()
    code, out, err = run("query", "Q1", tmp_path / "empty", "-o", old)
    assert (code, out) == (2, "")
    assert err == (
        f"Error: {tmp_path}/empty: there is no package in it\n"
        "  Name a package, a folder of packages, or a store made by yusuan store\n"
    )
    assert untouched(old)


def test_a_folder_that_is_not_there(run, tmp_path):
    code, _, err = run("query", "Q1", tmp_path / "nowhere")
    assert code == 2
    assert err.startswith(f"Error: {tmp_path}/nowhere: ")


def test_two_packages_of_one_document_with_different_content(run, old, disclosure, tmp_path):
    bureau(disclosure, 1).write(tmp_path / "packages" / "one")
    bureau(disclosure, 2).write(tmp_path / "packages" / "other")
    code, out, err = run("query", "Q1", tmp_path / "packages", "-o", old)
    assert (code, out) == (2, "")
    assert err == (
        f"Error: 130131.301.2021.budget: {tmp_path}/packages/one and {tmp_path}/packages/other "
        "both hold this document, with different content\n  Name the right one only\n"
    )
    assert untouched(old)


def test_a_package_of_a_newer_schema(run, old, disclosure, tmp_path):
    folder = bureau(disclosure, 1).write(tmp_path / "one")
    path = folder / "datapackage.json"
    path.write_text(path.read_text("utf-8").replace('"version": "', '"version": "9', 1), "utf-8")
    code, out, err = run("query", "Q1", folder, "-o", old)
    assert (code, out) == (3, "")
    assert re.fullmatch(
        rf"Error: {folder}: it was written by the newer version 9[\d.]+; this program is [\d.]+\n"
        r"  Upgrade: pip install --upgrade yusuan\n",
        err,
    )
    assert untouched(old)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("datapackage.json", b"{", "datapackage.json: "),
        ("datapackage.json", b'{"resources": []}', "is not the descriptor of a data package"),
        ("resources/budget_lines.csv", b"a,b\n1\n", "budget_lines.csv"),
        ("resources/budget_lines.csv", b"\xff\xfe", "budget_lines.csv"),
        ("resources/budget_lines.csv", None, "budget_lines.csv"),
    ],
)
def test_a_package_that_is_broken(run, old, disclosure, tmp_path, name, content, told):
    folder = bureau(disclosure, 1).write(tmp_path / "one")
    if content is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(content)
    code, out, err = run("query", "Q1", folder, "-o", old)
    assert (code, out) == (3, "")
    assert str(folder) in err
    assert told in err
    assert untouched(old)


def test_a_wrong_query_and_a_wrong_code(run, old, real_counties):
    place = real_counties / "130131.n-638a6e91.2025.budget"
    code, out, err = run("query", "SELECT * WHERE { ?s ys:printd ?o }", place, "-o", old)
    assert (code, out) == (2, "")
    assert err == (
        "Error: 1:21 SELECT * WHERE { ?s ys:printd ?o }: there is no term ys:printd\n"
        "  Is ys:printed meant?\n"
    )
    code, out, err = run("query", "Q1", "--remit", "finances", place, "-o", old)
    assert (code, out) == (2, "")
    assert err.startswith("Error: --remit: it can't be “finances”\n  Write one of: finance 财政")
    assert untouched(old)


def test_whoever_asks_for_another_county_is_told_which_there_are(run, real_counties):
    code, out, err = run("query", "Q1", "--county", "110101", real_counties, "--format", "csv")
    assert code == 0
    assert out.count("\n") == 1
    assert err == (
        "Nothing answers to this. What is asked holds: 平山县 130131, 普陀区 310107; "
        "years 2024, 2025\n"
    )


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no limit of this kind")
@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_full_disk_leaves_what_stood_there(old, real_counties, form):
    place = real_counties / "130131.n-638a6e91.2025.budget"
    command = [sys.executable, "-c", FULL, "query", "Q15", str(place), "-o", str(old),
               "--format", form, "--lang", "en"]  # fmt: skip
    done = subprocess.run(command, capture_output=True, check=False, timeout=60)
    assert done.stdout == b""
    told = done.stderr.decode()
    assert (done.returncode, told.count("\n")) == (3, 2), told
    assert "can't be written (" in told
    assert "what stood there is untouched" in told
    assert untouched(old)


def test_a_folder_that_may_not_be_written(run, real_counties, tmp_path):
    place = real_counties / "130131.n-638a6e91.2025.budget"
    code, out, err = run("query", "Q1", place, "-o", tmp_path / "nowhere" / "answer.csv")
    assert (code, out) == (3, "")
    assert "can't be written (No such file or directory)" in err


# ------------------------------------------------------------------ while it takes long


def test_who_waits_at_a_terminal_is_told_for_how_long(monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(announcing, "PATIENCE", 0.01)
    with announcing.announced("loading", "en"):
        time.sleep(0.1)
    assert capsys.readouterr().err == "\rReading what is asked … 0 s\n"


def test_nothing_is_said_of_what_is_quick_or_to_a_file(monkeypatch, capsys):
    with announcing.announced("loading", "en"):
        pass
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with announcing.announced("loading", "en"):
        pass
    assert capsys.readouterr().err == ""
