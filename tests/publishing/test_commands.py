"""The commands `publish` and `verify`: the main one as a process, the others in this one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

PLACE = "doc/131024.304.2021.budget"


@pytest.fixture(scope="module")
def yusuan(in_process):
    """Return what runs the command in this process, by default in Chinese."""

    def run(*arguments, cwd=None):
        language = [] if "--lang" in arguments else ["--lang", "zh"]
        done = in_process(*arguments, *language, cwd=cwd)
        return SimpleNamespace(
            returncode=done.returncode, stdout=done.stdout.decode(), stderr=done.stderr.decode()
        )

    return run


@pytest.fixture(scope="module")
def clone(package, tmp_path_factory) -> Path:
    """A clone of the repository, in which `yusuan publish` was run."""
    folder = tmp_path_factory.mktemp("clone") / "yusuan"
    shutil.copytree(package, folder)
    done = subprocess.run(
        [sys.executable, "-m", "yusuan", "publish"],
        capture_output=True, check=False, timeout=120, cwd=folder,
        env={**os.environ, "LANG": "zh_CN.UTF-8"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    told = done.stdout.decode()
    assert "已发布 1 个数据包到 portal，并已复核" in told
    assert "用浏览器打开 portal/index.html" in told
    return folder


def test_publish_alone_makes_the_portal_of_the_package_at_hand(clone):
    assert (clone / "portal/index.html").is_file()
    assert (clone / "portal" / PLACE / "resources/budget_lines.csv").is_file()
    assert {one.name for one in clone.iterdir()} == {"datapackage.json", "resources", "portal"}


def test_publish_again_says_no_changes(yusuan, clone):
    done = yusuan("publish", "--lang", "en", cwd=clone)
    assert done.returncode == 0
    assert done.stdout.startswith("portal: no changes (1 packages)\n")


def test_a_plan_as_json_has_every_step(yusuan, clone, tmp_path):
    done = yusuan("publish", clone, tmp_path / "other", "--plan", "--json")
    plan = json.loads(done.stdout)
    assert (done.returncode, plan["status"]) == (0, "planned")
    assert {one["action"] for one in plan["steps"]} == {"create"}
    assert not (tmp_path / "other").exists()


def test_verify_of_a_portal_and_of_its_receipt(yusuan, clone):
    assert yusuan("verify", "portal", cwd=clone).returncode == 0
    done = yusuan("verify", clone / "portal/receipt.json", "--json")
    assert (done.returncode, json.loads(done.stdout)["status"]) == (0, "same")


def test_verify_of_a_changed_portal_is_exit_code_6(yusuan, clone, tmp_path):
    portal = shutil.copytree(clone / "portal", tmp_path / "portal")
    (portal / "index.html").write_text("by hand")
    done = yusuan("verify", portal, "--lang", "en")
    assert done.returncode == 6
    assert "changed  index.html" in done.stdout
    done = yusuan("publish", clone, portal, "--lang", "en")
    assert done.returncode == 5
    assert "add --overwrite" in done.stderr


def test_a_zip_and_its_receipt_may_move_together(yusuan, clone, tmp_path):
    done = yusuan("publish", clone, "zip:a.zip", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    moved = tmp_path / "moved"
    moved.mkdir()
    for name in ("a.zip", "a.zip.receipt.json"):
        (tmp_path / name).rename(moved / name)
    assert yusuan("verify", moved / "a.zip.receipt.json").returncode == 0
    assert yusuan("verify", "zip:moved/a.zip", cwd=tmp_path).returncode == 0


def test_several_packages_go_into_one_portal(yusuan, clone, next_year, tmp_path):
    done = yusuan("publish", clone, next_year, tmp_path / "portal", "--json")
    assert done.returncode == 0, done.stdout
    told = json.loads(done.stdout)
    assert told["status"] == "published"
    assert len(told["packages"]) == 2
    assert told["differences"] == []


def test_faults_of_the_package_block_with_exit_code_4(yusuan, clone, tmp_path):
    broken = shutil.copytree(clone, tmp_path / "broken", ignore=shutil.ignore_patterns("portal"))
    (broken / "resources/terms.csv").unlink()
    done = yusuan("publish", "--lang", "en", cwd=broken)
    assert done.returncode == 4
    assert "is not published (resources/terms.csv: package-file)" in done.stderr
    assert not (broken / "portal").exists()


def test_verify_of_nothing_is_told(yusuan, tmp_path):
    done = yusuan("verify", tmp_path / "nothing", "--lang", "en")
    assert done.returncode == 5
    assert "Name the receipt" in done.stderr
