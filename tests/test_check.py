"""A check tells each fault of a package once, with file, row and column, and never a traceback."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from yusuan.building import refresh
from yusuan.checking import check
from yusuan.errors import PackageError

LINES = "resources/budget_lines.csv"


@pytest.fixture
def package(root, tmp_path) -> Path:
    """A copy of the published package."""
    folder = tmp_path / "package"
    shutil.copytree(root / "resources", folder / "resources")
    shutil.copy(root / "datapackage.json", folder)
    return folder


def edit(package: Path, path: str, old: str, new: str) -> None:
    """Change one place of a file of a package."""
    text = (package / path).read_text("utf-8")
    assert old in text
    (package / path).write_text(text.replace(old, new, 1), "utf-8")


def edit_descriptor(package: Path, change) -> None:
    """Change the descriptor of a package."""
    path = package / "datapackage.json"
    descriptor = json.loads(path.read_text("utf-8"))
    change(descriptor)
    path.write_text(json.dumps(descriptor, ensure_ascii=False), "utf-8")


def faults(package: Path) -> list[tuple[str, str, int | None, str | None]]:
    """Return rule, file, row and column of the faults of a package, in the order of the report."""
    found = [one for one in check(package).findings if one.of_package]
    return [(one.rule, one.place.path, one.place.row, one.place.field) for one in found]


def messages(package: Path) -> list[str]:
    """Return what the faults of a package say, in English."""
    return [one.message["en"] for one in check(package).findings if one.of_package]


def test_the_published_package_has_no_fault_of_its_own(root):
    assert faults(root) == []


def test_what_holds_is_counted(root):
    checked = check(root)
    failed = sum(one.failed for one in checked.examined)
    assert checked.passed == checked.checks - failed
    assert {one.rule for one in checked.examined} >= {"package-seal", "income-parts"}
    assert all(one.failed <= one.count for one in checked.examined)


def test_a_fault_of_the_source_is_no_fault_of_the_package(root):
    (found,) = [one for one in check(root).findings if one.rule == "basic-parts"]
    assert not found.of_package
    assert found.severity == "error"
    assert found.place.quote == "4624.64"
    assert (found.stated, found.computed, found.gap) == (46246400, 17474900, 28771500)


def test_a_missing_file(package):
    (package / "resources/regions.csv").unlink()
    assert faults(package) == [("package-file", "resources/regions.csv", None, None)]
    assert check(package).unchecked is not None


def test_a_file_that_was_changed_after_it_was_made(package):
    edit(package, "resources/text.txt", "香河县", "香河")
    assert faults(package) == [("package-text", "resources/text.txt", None, None)]


def test_a_figure_that_was_changed(package):
    edit(package, LINES, ",43296400,", ",43296401,")
    assert faults(package) == [("printed-amount", LINES, 2, None)]


def test_a_text_that_was_changed(package):
    edit(package, "resources/terms.csv", "按规定动用", "任意动用")
    assert faults(package) == [("package-seal", "resources/terms.csv", None, None)]


def test_a_figure_that_was_changed_in_a_package_without_hashes(package):
    def without_hashes(descriptor):
        for resource in descriptor["resources"]:
            resource.pop("hash")
            resource.pop("bytes")

    edit_descriptor(package, without_hashes)
    edit(package, LINES, ",43296400,", ",43296401,")
    rules = [rule for rule, *_ in faults(package)]
    assert rules.count("package-rdf") == 1


def test_a_value_of_another_type_is_told_once(package):
    edit(package, LINES, ",43296400,", ",viele,")
    found = faults(package)
    assert ("package-values", LINES, 2, "amount_cny") in found
    assert ("package-seal", LINES, None, None) not in found


def test_a_value_outside_its_list(package):
    edit(package, LINES, ",approved,", ",genehmigt,")
    assert ("package-values", LINES, 1, "phase") in faults(package)


def test_a_foreign_key_that_points_nowhere(package):
    edit(package, LINES, ",131024,131024.304,", ",999999,131024.304,")
    told = "region_code of data row 1 is “999999”; there is no such row in regions"
    assert told in messages(package)


def test_a_key_that_comes_twice(package):
    edit(package, LINES, "dept-revenue-text.general", "dept-revenue-text.total")
    assert ("package-keys", LINES, 2, None) in faults(package)


def test_a_table_in_gbk(package):
    path = package / "resources/assets.csv"
    path.write_bytes(path.read_text("utf-8").encode("gbk"))
    (told,) = messages(package)
    assert told == "from character 87 of line 2 on it is not UTF-8 (GBK, maybe)"


def test_a_byte_order_mark(package):
    path = package / "resources/terms.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert faults(package) == [("package-file", "resources/terms.csv", None, None)]


def test_a_ragged_row(package):
    with (package / LINES).open("a", encoding="utf-8") as file:
        file.write("131024.304.2021.budget,x\n")
    assert messages(package) == ["line 71 has 2 values, the header has 25 columns"]


def test_an_open_quote(package):
    with (package / LINES).open("a", encoding="utf-8") as file:
        file.write('131024.304.2021.budget,"x\n')
    assert [rule for rule, *_ in faults(package)] == ["package-file"]


def test_a_cell_of_a_million_characters(package):
    path = "resources/terms.csv"
    text = (package / path).read_text("utf-8")
    first = text.splitlines()[1].split(",")[3]
    edit(package, path, first, "长" * 1_000_000)
    rules = {(rule, where) for rule, where, *_ in faults(package)}
    assert ("package-seal", path) in rules


def test_an_unknown_column(package):
    edit(package, LINES, "printed,unit", "gedruckt,unit")
    assert faults(package) == [("package-columns", LINES, 0, "printed")]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("no RDF at all", "is no RDF"),
        ("<a> <b> ", "is no RDF"),
        ("", "are missing"),
    ],
)
def test_rdf_that_is_none(package, content, told):
    (package / "resources/data.ttl").write_text(content, "utf-8")
    assert any(told in message for message in messages(package))


def test_rdf_in_another_order_says_the_same(package):
    path = package / "resources/data.nq"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(reversed(lines)), "utf-8")
    assert [rule for rule, *_ in faults(package)] == ["package-seal"]


def test_a_finding_that_was_taken_away(package):
    path = package / "resources/findings.csv"
    header, *rows = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text(header + "".join(rows[1:]), "utf-8")
    assert "package-findings" in {rule for rule, *_ in faults(package)}


def test_segments_that_leave_a_gap(package):
    path = package / "resources/segments.csv"
    lines = path.read_text("utf-8").split("\n131024")
    path.write_text("\n131024".join(lines[:5] + lines[6:]), "utf-8")
    assert ("package-text", "resources/segments.csv", None, None) in faults(package)


@pytest.mark.parametrize(
    "change",
    [
        lambda given: given["resources"][0].update(path="../secret.csv"),
        lambda given: given["resources"][0].update(path="https://example.com/a.csv"),
        lambda given: given["resources"][0].pop("path"),
    ],
)
def test_a_path_that_leads_out_of_the_package(package, change):
    edit_descriptor(package, change)
    assert [rule for rule, *_ in faults(package)] == ["package-file"]


def test_a_schema_that_is_none(package):
    edit_descriptor(package, lambda given: given["resources"][0]["schema"].update(fields="viele"))
    assert {rule for rule, *_ in faults(package)} == {"package-schema"}


@pytest.mark.parametrize("content", ["", "{", "[]", '{"resources": 1}', '{"resources": [1]}'])
def test_a_descriptor_that_is_none_is_an_error(package, content):
    (package / "datapackage.json").write_text(content, "utf-8")
    with pytest.raises(PackageError):
        check(package)


def test_a_package_with_tables_only_can_be_checked_and_completed(package):
    def bare(descriptor):
        descriptor["resources"] = [one for one in descriptor["resources"] if "schema" in one]
        for resource in descriptor["resources"]:
            resource.pop("hash")
            resource.pop("bytes")

    edit_descriptor(package, bare)
    for path in (package / "resources").iterdir():
        if path.suffix in (".ttl", ".nq", ".json", ".jsonld"):
            path.unlink()
    assert faults(package) == []
    refresh(package)
    assert (package / "resources/data.ttl").is_file()
    assert faults(package) == []


def test_derive_mends_what_a_wanted_change_leaves_behind(package):
    edit(package, "resources/organizations.csv", "industry-it,,", "science,,")
    assert faults(package)
    refresh(package)
    assert faults(package) == []


def test_personal_data_that_nobody_decided_on_is_a_fault_and_is_not_repeated(package):
    number = "13812345678"
    edit(package, "resources/text_items.csv", "县委、县政府交办的其他事项", f"联系电话{number}")
    checked = check(package)
    (found,) = [one for one in checked.findings if one.rule == "personal-data"]
    assert found.of_package
    assert number not in repr(found)


def test_personal_data_that_is_kept_for_a_reason_is_no_fault(package):
    edit(package, "resources/text_items.csv", "县委、县政府交办的其他事项", "联系电话13812345678")
    kept = {"masked": 0, "kept": 1, "kinds": {"mobile": 1}, "reason": "公开的值班电话"}
    edit_descriptor(package, lambda given: given.update({"yusuan:personalData": kept}))
    assert "personal-data" not in {one.rule for one in check(package).findings}


def test_a_package_with_a_base_of_its_own_has_no_other_faults(root, first_disclosure, tmp_path):
    from yusuan.cli import main

    target = tmp_path / "own"
    with pytest.raises(SystemExit) as ended:
        main(
            ["build", str(first_disclosure), "-o", str(target), "--base", "https://data.gov.cn/x/"]
        )
    assert ended.value.code == 0
    own, published = check(target), check(root)
    assert [one.key for one in own.findings] == [one.key for one in published.findings]
    assert (own.checks, own.passed) == (published.checks, published.passed)
