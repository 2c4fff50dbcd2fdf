"""The bundle and the workbook: one zip, always the same, that other tools read."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import shutil
import time
import zipfile
from datetime import UTC, date, datetime, timezone
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import openpyxl
import pytest
from frictionless import Package as Frictionless
from frictionless import validate

from yusuan.errors import UsageError
from yusuan.package import Package, read
from yusuan.publishing import read_receipt, release
from yusuan.publishing.beside import form, plain
from yusuan.publishing.errors import TargetError
from yusuan.workbook import workbook


@pytest.fixture(scope="module")
def bundle(released, tmp_path_factory, at):
    """The zip of the first package."""
    path = tmp_path_factory.mktemp("bundle") / "香河 2021.zip"
    target = at(f"zip:{path}")
    target.apply(target.plan([released]))
    return path


def test_the_same_package_gives_the_same_zip(bundle, released, tmp_path, at):
    target = at(tmp_path / "other.zip")
    target.apply(target.plan([released]))
    assert (tmp_path / "other.zip").read_bytes() == bundle.read_bytes()
    assert at(f"zip:{bundle}").plan([released]).changes == []


@pytest.mark.skipif(os.name == "nt", reason="umask and zones as Unix has them")
def test_another_day_zone_and_umask_give_the_same_zip(
    monkeypatch, bundle, released, tmp_path, request, at
):
    class Later(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime(2031, 5, 6, 7, 8, 9, tzinfo=tz)

    monkeypatch.setattr("openpyxl.packaging.core.datetime", SimpleNamespace(
        datetime=Later, timezone=timezone, UTC=UTC))  # fmt: skip
    monkeypatch.setattr("zipfile.time.time", lambda: 1_900_000_000)
    before = os.umask(0o077)
    request.addfinalizer(lambda: os.umask(before))
    request.addfinalizer(time.tzset)
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    time.tzset()
    copy = shutil.copytree(released.package.directory, tmp_path / "copy")
    for path in copy.rglob("*"):
        os.utime(path, (1, 1))
    target = at(tmp_path / "other.zip")
    target.apply(target.plan([release(copy)]))
    assert (tmp_path / "other.zip").read_bytes() == bundle.read_bytes()


def test_the_zip_holds_the_package_as_it_was_checked(bundle, released):
    with zipfile.ZipFile(bundle) as file:
        names = file.namelist()
        assert names[0] == "datapackage.json"
        for path, seal in released.seals.items():
            assert hashlib.sha256(file.read(path)).hexdigest() == seal.sha256
        told = dict(
            reversed(line.split("  ", 1))
            for line in file.read("SHA256SUMS").decode("utf-8").splitlines()
        )
        assert told == {
            name: hashlib.sha256(file.read(name)).hexdigest()
            for name in names
            if name != "SHA256SUMS"
        }
        assert {"README.md", "DATA-DICTIONARY.md", "CITATION.cff"} <= set(names)


def test_frictionless_reads_the_zip_as_it_is(bundle, tmp_path):
    # It takes a zip for a package by its first file, and wants a plain name.
    copy = tmp_path / "bundle.zip"
    copy.write_bytes(bundle.read_bytes())
    report = validate(str(copy), type="package")
    assert report.valid, report.flatten(["type", "note"])
    assert len(Frictionless(str(copy)).resources) > 20


def test_the_zip_verifies_and_a_damaged_one_does_not(tmp_path, released, at):
    path = tmp_path / "a.zip"
    target = at(path)
    receipt = target.apply(target.plan([released]))
    assert target.receipt_path.name == "a.zip.receipt.json"
    assert read_receipt(target.receipt_path) == receipt
    assert target.verify(receipt) == []
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert [one.kind for one in target.verify(receipt)] == ["changed"]
    path.unlink()
    assert [one.kind for one in target.verify(receipt)] == ["missing"]


def test_something_else_is_not_overwritten(released, later, bundle, tmp_path, at):
    (tmp_path / "thesis.zip").write_text("mine")
    (tmp_path / "other.zip").write_bytes(bundle.read_bytes())
    for name, content in (("empty.zip", {}), ("alien.zip", {"datapackage.json": "[]"})):
        with zipfile.ZipFile(tmp_path / name, "w") as file:
            for member, text in content.items():
                file.writestr(member, text)
    alien = [(name, released) for name in ("thesis.zip", "empty.zip", "alien.zip")]
    for name, package in [*alien, ("other.zip", later)]:
        with pytest.raises(UsageError, match="something else stands there"):
            at(tmp_path / name).plan([package])
    target = at(tmp_path / "thesis.zip", overwrite=True)
    target.apply(target.plan([released]))
    assert (tmp_path / "thesis.zip").read_bytes() == bundle.read_bytes()


def test_a_zip_that_lost_its_receipt_gets_it_again(tmp_path, released, at):
    target = at(tmp_path / "a.zip")
    target.apply(target.plan([released]))
    content = (tmp_path / "a.zip").read_bytes()
    target.receipt_path.unlink()
    target.apply(target.plan([released]))
    assert (tmp_path / "a.zip").read_bytes() == content
    assert target.verify(read_receipt(target.receipt_path)) == []
    assert at(tmp_path / "a.zip").plan([released]).changes == []


def test_a_zip_that_changes_meanwhile_is_noticed(released, tmp_path, at):
    target = at(tmp_path / "a.zip")
    plan = target.plan([released])
    (tmp_path / "a.zip").write_text("mine")
    with pytest.raises(TargetError, match="has changed since it was compared"):
        target.apply(plan)
    assert (tmp_path / "a.zip").read_text() == "mine"


def test_a_zip_holds_one_package(released, later, tmp_path, at):
    with pytest.raises(UsageError, match="a zip holds one package, and there are 2"):
        at(tmp_path / "a.zip").plan([released, later])


def test_the_readme_and_the_citation_take_what_a_document_says_as_text(evil, tmp_path, at):
    target = at(tmp_path / "a.zip")
    target.apply(target.plan([release(evil)]))
    with zipfile.ZipFile(tmp_path / "a.zip") as file:
        readme = file.read("README.md").decode("utf-8")
        citation = file.read("CITATION.cff").decode("utf-8")
    assert "<script>" not in readme
    assert r"\<script\>" in readme
    assert all(line.isascii() or ": " in line for line in citation.splitlines())


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("# 标题\n- 一", r"\# 标题 \- 一"),
        ("[a](http://b)", r"\[a\]\(http://b\)"),
        ("a|b", r"a\|b"),
        ("&lt;\u202e", "\\&lt;\ufffd"),
    ],
)
def test_markdown_shows_a_text_as_it_is(text, markdown):
    assert plain(text) == markdown


# ------------------------------------------------------------------ the workbook


@pytest.fixture(scope="module")
def book(released, tmp_path_factory):
    """The workbook of the first package, as a spreadsheet program reads it."""
    folder = tmp_path_factory.mktemp("book")
    path = workbook(released.package, folder / "one.xlsx")
    assert workbook(released.package, folder / "two.xlsx").read_bytes() == path.read_bytes()
    assert sorted(one.name for one in folder.iterdir()) == ["one.xlsx", "two.xlsx"]
    return openpyxl.load_workbook(path)


def typed(text, kind):
    """Return a cell of the package as a spreadsheet is to hold it."""
    match kind:
        case "integer" | "year":
            return int(text)
        case "number":
            return Decimal(text)
        case "boolean":
            return text == "true"
        case "date":
            return date.fromisoformat(text)
        case _:
            return text


def test_every_cell_of_every_table_stands_in_the_workbook(book, released):
    package = released.package
    for table in package.tables:
        resource = next(one for one in package.descriptor["resources"] if one["name"] == table)
        lines = list(book[resource["titles"]["zh"]].values)
        names = [one.split("\n")[-1] for one in lines[0]]
        kinds = {one["name"]: one["type"] for one in resource["schema"]["fields"]}
        rows = package.rows(table)
        assert names == list(rows[0]) if rows else True
        assert len(lines) == len(rows) + 1
        for line, row in zip(lines[1:], rows, strict=True):
            for name, value in zip(names, line, strict=True):
                expected = typed(row[name], kinds[name]) if row[name] else None
                found = value.date() if isinstance(value, datetime) else value
                if isinstance(expected, Decimal):
                    found = Decimal(str(found))
                # A spreadsheet has one kind of line end.
                if isinstance(expected, str):
                    expected, found = (one.replace("\r\n", "\n") for one in (expected, found or ""))
                assert found == expected, (table, name, row)


def test_the_sheet_of_metadata_has_what_the_forms_of_portals_ask_for(book, bundle):
    rows = [[cell or "" for cell in line] for line in book["目录信息"].values]
    assert rows[0] == ["项目", "内容", "Item", "Content"]
    chinese, english = ({row[at]: row[at + 1] for row in rows[1:]} for at in (0, 2))
    assert chinese["数据集名称"] == "香河县工业和信息化局2021年部门预算（香河县）"
    assert english["Name of the dataset"] == "2021 budget of 香河县工业和信息化局 (香河县)"
    assert chinese["提供单位"] == "香河县工业和信息化局"
    assert (chinese["更新频率"], english["Frequency"]) == ("每年", "yearly")
    assert chinese["开放条件"] == "无条件开放"
    assert chinese["覆盖时间"] == "2021-01-01/2021-12-31"
    assert chinese["联系方式（请填写）"] == ""
    wanted = {"摘要", "领域（主题）", "关键字", "数据格式", "数据量", "发布日期", "使用许可"}
    assert wanted <= chinese.keys()
    assert {*chinese} & {*english} == set()
    with zipfile.ZipFile(bundle) as file:
        content = file.read("METADATA.csv")
    assert content.startswith(b"\xef\xbb\xbf")  # or Excel takes it for GBK
    assert list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))) == rows


def test_a_cell_of_the_form_is_no_formula():
    descriptor = {"title": '=HYPERLINK("http://a")', "resources": []}
    assert b"'=HYPERLINK" in form(Package(Path(), descriptor))


def package_of(cell):
    """Return the smallest package with one cell."""
    descriptor = {
        "name": "a",
        "resources": [
            {
                "name": "projects", "path": "a.csv", "format": "csv",
                "schema": {"fields": [{"name": "name", "type": "string"}]},
            }
        ],
    }  # fmt: skip
    quoted = cell.replace('"', '""')
    return Package(Path(), descriptor, {"a.csv": f'name\n"{quoted}"\n'.encode()})


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        ('=HYPERLINK("http://a","b")', '=HYPERLINK("http://a","b")'),
        ("+1", "+1"),
        ("@SUM(A1)", "@SUM(A1)"),
        ("00123", "00123"),
        ("a\x0bb", "a\ufffdb"),
    ],
)
def test_words_stay_words(cell, kept, tmp_path):
    path = workbook(package_of(cell), tmp_path / "a.xlsx")
    found = openpyxl.load_workbook(path)["projects"]["A2"]
    assert (found.value, found.data_type) == (kept, "s")


def test_a_text_too_long_for_a_cell_says_so(tmp_path):
    path = workbook(package_of("预" * 40_000), tmp_path / "a.xlsx")
    found = openpyxl.load_workbook(path)["projects"]["A2"].value
    assert len(found) == 32_767
    assert found.endswith("（单元格放不下，全文见 CSV）")


def test_the_dictionary_explains_every_column(bundle, released):
    with zipfile.ZipFile(bundle) as file:
        words = file.read("DATA-DICTIONARY.md").decode("utf-8")
        descriptor = json.loads(file.read("datapackage.json"))
    assert read(released.package.directory).descriptor == descriptor
    for resource in descriptor["resources"]:
        for field in resource.get("schema", {}).get("fields", ()):
            assert f"| `{field['name']}` |" in words
