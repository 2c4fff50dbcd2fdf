"""The commands that work on a package: check, rdf, derive, explain."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from yusuan.package import home


@pytest.fixture(scope="module")
def package(root, tmp_path_factory) -> Path:
    """A copy of the published package that no test changes."""
    folder = tmp_path_factory.mktemp("package")
    shutil.copytree(root / "resources", folder / "resources")
    shutil.copy(root / "datapackage.json", folder)
    return folder


@pytest.fixture
def yusuan(in_process, check_once, monkeypatch):
    """Run the command in this process."""
    monkeypatch.setattr("yusuan.checking.check", check_once)
    return in_process


def test_check_of_a_sound_package_ends_well_whatever_its_source_says(package):
    done = subprocess.run(
        [sys.executable, "-m", "yusuan", "check", package, "--lang", "zh"],
        capture_output=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    told = done.stdout.decode()
    assert "[错误] basic-parts" in told
    assert "基本支出写为4624.64万元，人员经费与公用经费合计为1747.49万元" in told
    assert "Traceback" not in told


@pytest.mark.parametrize(("severity", "code"), [("error", 4), ("explain", 4), ("note", 4)])
def test_fail_on_includes_the_faults_of_the_source(yusuan, package, severity, code):
    assert yusuan("check", package, "--fail-on", severity, "--json").returncode == code


def test_a_fault_of_the_package_is_exit_code_4_and_the_report_comes_first(
    yusuan, package, tmp_path
):
    broken = tmp_path / "broken"
    shutil.copytree(package, broken)
    (broken / "resources/regions.csv").unlink()
    done = yusuan("check", broken, "--lang", "en")
    assert done.returncode == 4
    assert "package-file" in done.stdout.decode()
    assert done.stderr == b""


def test_check_finds_the_package_that_the_user_stands_in(yusuan, package):
    done = yusuan("check", "--json", cwd=package / "resources")
    assert json.loads(done.stdout)


def test_check_as_json_follows_the_published_schema(yusuan, package):
    schema = json.loads((home_data() / "check-report.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(json.loads(yusuan("check", package, "--json").stdout))


def home_data() -> Path:
    """Return the folder of the data that the program ships with."""
    import yusuan

    assert home()
    return Path(yusuan.__file__).parent / "data"


@pytest.mark.parametrize("form", ["text", "json", "sarif", "junit", "html"])
def test_a_report_can_be_written_to_a_file(yusuan, package, tmp_path, form):
    target = tmp_path / "report"
    done = yusuan("check", package, "--format", form, "-o", target)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert "basic-parts" in target.read_text("utf-8")


def test_check_of_no_package_is_an_error(yusuan, tmp_path):
    done = yusuan("check", tmp_path, "--lang", "en")
    assert done.returncode == 3
    assert done.stderr.decode().startswith(f"Error: {tmp_path}: ")


@pytest.mark.parametrize("form", ["ttl", "nt", "nq"])
def test_rdf_writes_what_the_package_holds(yusuan, package, tmp_path, form):
    printed = yusuan("rdf", package, "--format", form).stdout
    target = tmp_path / "out"
    assert yusuan("rdf", package, "--format", form, "-o", target).returncode == 0
    assert target.read_bytes() == printed
    if form in ("ttl", "nq"):
        assert printed == (package / f"resources/data.{form}").read_bytes()


def test_rdf_of_a_torn_table_names_the_line_and_writes_nothing(yusuan, package, tmp_path):
    broken = tmp_path / "broken"
    shutil.copytree(package, broken)
    with (broken / "resources/terms.csv").open("a", encoding="utf-8") as file:
        file.write("torn\n")
    done = yusuan("rdf", broken, "--format", "nt", "-o", tmp_path / "out", "--lang", "en")
    assert done.returncode == 3
    assert "line 12 has 1 values" in done.stderr.decode()
    assert not (tmp_path / "out").exists()


def test_derive_says_what_it_wrote(yusuan, package, tmp_path):
    changed = tmp_path / "changed"
    shutil.copytree(package, changed)
    assert yusuan("derive", changed, "--lang", "en").stdout.decode().endswith("0 files updated\n")
    path = changed / "resources/organizations.csv"
    path.write_text(path.read_text("utf-8").replace("industry-it", "science", 1), "utf-8")
    assert yusuan("check", changed).returncode == 4
    told = yusuan("derive", changed, "--lang", "en").stdout.decode()
    assert "updated resources/data.ttl" in told
    assert yusuan("check", changed).returncode == 0


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("basic-parts", "基本支出等于人员经费加公用经费"),
        ("tolerance_cny", "允许误差"),
        ("fund-source/general", "一般公共预算"),
        ("131024", "香河县"),
        ("package-seal", "哈希"),
    ],
)
def test_explain_says_what_a_word_means(yusuan, package, word, told):
    done = yusuan("explain", word, "--lang", "zh", cwd=package)
    assert done.returncode == 0, done.stderr.decode()
    assert told in done.stdout.decode()


def test_explain_of_an_unknown_word_names_the_nearest(yusuan):
    done = yusuan("explain", "basic-part", "--lang", "en")
    assert done.returncode == 2
    assert "basic-parts" in done.stderr.decode()
