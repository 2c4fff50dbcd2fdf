"""The package: rows to files, files on the disk whole or not at all, and back."""

from __future__ import annotations

import errno
import hashlib
import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yusuan import package
from yusuan.errors import PackageError, UsageError
from yusuan.interpreting.result import Extraction, Interpretation
from yusuan.package.shipped import table_resources
from yusuan.privacy import Masked
from yusuan.reading import Source
from yusuan.reading.document import Document
from yusuan.sidecar import Sidecar

DOC = "131024.304.2021.budget"
TITLE = "香河县工业和信息化局2021年部门预算"
TEXT = f"{TITLE}\n\t预算, 数\r\n\n"


def origin(text=TEXT, data=None, media_type="text/plain; charset=utf-8", **changes):
    """Return the smallest disclosure: a title and a cell."""
    data = text.encode() if data is None else data
    document = Document(text, (), "txt", media_type)
    source = Source(Path("/somewhere/a.txt"), hashlib.sha256(data).hexdigest(), len(data), document)
    rows = dict.fromkeys(table_resources(package.template()), ()) | {
        "documents": [
            {
                "document_id": DOC,
                "org_id": "131024.304",
                "region_code": "131024",
                "fiscal_year": 2021,
                "doc_type": "budget",
                "title": TITLE,
                "media_type": media_type,
                "sha256": source.sha256,
                "bytes": len(data),
                "text_length": len(text),
            }
        ],
        "regions": [{"region_code": "131024", "name": "香河县", "level": "county"}],
        "organizations": [
            {
                "org_id": "131024.304",
                "region_code": "131024",
                "name": "香河县工业和信息化局",
                "kind": "department",
                "remit": "industry-it",
            }
        ],
        "segments": list(segments(text)),
    }
    interpretation = Interpretation(rows, DOC, (), Extraction(1, 1, 1, 1, 0, 1, 1, 0))
    return package.Origin(interpretation, source, Sidecar(), **changes)


def segments(text):
    at = 0
    for number, piece in enumerate(text.splitlines(keepends=True), 1):
        end = at + len(piece)
        yield {
            "document_id": DOC,
            "segment_no": number,
            "kind": "paragraph",
            "text": piece,
            "char_start": at,
            "char_end": end,
        }
        at = end


def build(target, **changes):
    package.write(package.contents(origin(**changes)), target)
    return target


def tree(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def descriptor_of(files):
    return json.loads(files["datapackage.json"])


# ------------------------------------------------------------------------------ descriptor


def test_the_schemas_are_those_of_the_template_letter_for_letter():
    descriptor = descriptor_of(package.contents(origin()))
    written = {name: one["schema"] for name, one in table_resources(descriptor).items()}
    ours = {name: one["schema"] for name, one in table_resources(package.template()).items()}
    assert json.dumps(written) == json.dumps(ours)


def test_the_descriptor_says_whose_it_is_and_from_what():
    descriptor = descriptor_of(package.contents(origin()))
    assert descriptor["name"] == DOC
    assert descriptor["id"] == f"https://w3id.org/yusuan/doc/{DOC}"
    assert descriptor["titles"] == {
        "zh": "香河县工业和信息化局2021年部门预算（香河县）",
        "en": "2021 budget of 香河县工业和信息化局 (香河县)",
    }
    assert descriptor["licenses"][0]["name"] == "CC-BY-4.0"
    assert descriptor["sources"] == [
        {
            "title": TITLE,
            "path": "a.txt",
            "mediatype": "text/plain; charset=utf-8",
            "bytes": len(TEXT.encode()),
            "hash": "sha256:" + hashlib.sha256(TEXT.encode()).hexdigest(),
        }
    ]
    assert descriptor["contributors"][0] == {"title": "香河县工业和信息化局", "roles": ["author"]}


def test_the_sidecar_names_licence_address_and_date():
    stated = Sidecar(
        url="https://www.xianghe.gov.cn/1.html", licence="https://example.cn/l",
        retrieved=date(2021, 4, 1),
    )  # fmt: skip
    descriptor = descriptor_of(package.contents(replace(origin(), sidecar=stated)))
    assert descriptor["licenses"] == [{"path": "https://example.cn/l"}]
    assert descriptor["sources"][0]["path"] == "https://www.xianghe.gov.cn/1.html"
    assert descriptor["sources"][0]["retrieved"] == "2021-04-01"


def test_every_file_has_its_size_and_hash():
    files = package.contents(origin())
    resources = descriptor_of(files)["resources"]
    assert [one["path"] for one in resources] == [path for path in files if "/" in path]
    for one in resources:
        assert one["bytes"] == len(files[one["path"]])
        assert one["hash"] == "sha256:" + hashlib.sha256(files[one["path"]]).hexdigest()
    assert files["resources/text.txt"] == TEXT.encode()


def test_the_base_is_a_setting():
    descriptor = descriptor_of(package.contents(origin(base="https://data.example.cn/")))
    assert descriptor["yusuan:base"] == "https://data.example.cn/"
    assert descriptor["id"] == f"https://data.example.cn/doc/{DOC}"


def test_personal_data_is_counted_and_a_reason_published():
    found = (Masked("name", 0, 3), Masked("name", 5, 8), Masked("mobile-number", 9, 20))
    masked = descriptor_of(package.contents(origin(masked=found)))["yusuan:personalData"]
    assert masked == {"masked": 3, "kinds": {"mobile-number": 1, "name": 2}}
    files = package.contents(origin(masked=found, keep_reason="本人同意"))
    assert descriptor_of(files)["yusuan:personalData"] == {
        "masked": 0,
        "kept": 3,
        "kinds": {"mobile-number": 1, "name": 2},
        "reason": "本人同意",
    }


def test_the_same_document_gives_the_same_bytes():
    assert package.contents(origin()) == package.contents(origin())


def test_a_table_that_the_schema_does_not_know_is_a_fault_of_the_program():
    strange = origin()
    interpretation = strange.interpretation
    odd = replace(interpretation, rows={**interpretation.rows, "secrets": ()})
    with pytest.raises(AssertionError, match="differ: secrets"):
        package.contents(replace(strange, interpretation=odd))


def test_a_written_package_is_valid_for_frictionless(tmp_path):
    from frictionless import Package, system

    build(tmp_path / "p")
    with system.use_context(trusted=True):
        report = Package(str(tmp_path / "p" / "datapackage.json")).validate()
    assert report.flatten(["taskNumber", "type", "message"]) == []


# ------------------------------------------------------------------------------ on the disk


def test_a_package_appears_whole_and_leaves_nothing_beside(tmp_path):
    target = build(tmp_path / "new" / "p")
    assert tree(target) == package.contents(origin())
    assert [path.name for path in target.parent.iterdir()] == ["p"]


def test_an_empty_folder_is_filled(tmp_path):
    (tmp_path / "p").mkdir()
    assert tree(build(tmp_path / "p")) == package.contents(origin())


def test_a_rebuild_leaves_other_files_alone_and_removes_stale_ones(tmp_path):
    target = build(tmp_path)
    descriptor = json.loads((target / "datapackage.json").read_text("utf-8"))
    for path in ("resources/old.csv", "resources/source/a.txt", "../outside", "README.md"):
        descriptor["resources"].append({"name": "x", "path": path})
    (target / "datapackage.json").write_text(json.dumps(descriptor), "utf-8")
    kept = {"README.md": b"r", "scripts/a.py": b"s", "resources/source/a.txt": b"t",
            "resources/mine.csv": b"m"}  # fmt: skip
    for path, data in {**kept, "resources/old.csv": b"o"}.items():
        (target / path).parent.mkdir(exist_ok=True)
        (target / path).write_bytes(data)
    build(target)
    assert tree(target) == {**package.contents(origin()), **kept}


def test_the_template_itself_becomes_a_package_and_stays_one(tmp_path):
    shutil.copy(package.home() / "datapackage.json", tmp_path)
    template = json.loads((tmp_path / "datapackage.json").read_text("utf-8"))
    template.pop("id", None)
    (tmp_path / "datapackage.json").write_text(json.dumps(template), "utf-8")
    assert package.standing_document(tmp_path) is None
    build(tmp_path)
    assert package.standing_document(tmp_path) == DOC


def test_a_built_package_is_the_template_of_the_next_and_nothing_changes(tmp_path, monkeypatch):
    files = package.contents(origin())
    target = build(tmp_path / "p")
    monkeypatch.setattr("yusuan.package.shipped.home", lambda: target)
    package.template.cache_clear()
    try:
        assert package.contents(origin()) == files
    finally:
        monkeypatch.undo()
        package.template.cache_clear()


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"note.txt": "x"}, "the folder holds other things and is no package"),
        (
            {"datapackage.json": '{"name": "x", "resources": []}'},
            "the package in this folder was not made by yusuan",
        ),
        (
            {
                "datapackage.json": '{"id": "https://a.cn/doc/131024.305.2021.budget",'
                ' "yusuan:base": "https://a.cn/", "resources": []}'
            },
            "the folder holds the package of another document: 131024.305.2021.budget, not " + DOC,
        ),
    ],
)
def test_a_folder_with_something_else_is_refused(tmp_path, files, told):
    for name, content in files.items():
        (tmp_path / name).write_text(content, "utf-8")
    with pytest.raises(UsageError) as caught:
        build(tmp_path)
    assert str(caught.value) == f"{tmp_path}: {told}\n  Choose another folder with -o."
    assert {path.name for path in tmp_path.iterdir()} == set(files)


def test_a_file_in_the_way_is_refused(tmp_path):
    (tmp_path / "p").touch()
    with pytest.raises(UsageError) as caught:
        build(tmp_path / "p")
    assert caught.value.text("zh") == (
        f"{tmp_path / 'p'}: 这是一个文件，不是文件夹\n  请用 -o 另选一个文件夹。"
    )


@pytest.mark.parametrize("standing", [True, False])
def test_a_full_disk_leaves_what_stood_there(tmp_path, monkeypatch, standing):
    target = tmp_path / "p"
    before = tree(build(target)) if standing else {}

    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(PackageError) as caught:
        build(target, base="https://a.cn/")
    assert str(caught.value) == (
        f"{target}: can't be written (No space left on device); what stood there is untouched\n"
        "  Check the space on the disk and the permission to write, or choose another place"
        " with -o."
    )
    assert tree(tmp_path) == {f"p/{path}": data for path, data in before.items()}


def test_a_file_that_cannot_be_replaced_is_named_and_a_second_run_mends_it(tmp_path):
    target = build(tmp_path / "p")
    (target / "resources" / "terms.csv").unlink()
    (target / "resources" / "terms.csv").mkdir()
    with pytest.raises(PackageError) as caught:
        build(target, base="https://a.cn/")
    assert str(caught.value) == (
        f"{target}: resources/terms.csv can't be replaced (Is a directory);"
        " the package is partly old, partly new\n"
        "  Close the program that has the file open, and run the same command again."
    )
    (target / "resources" / "terms.csv").rmdir()
    build(target, base="https://a.cn/")
    assert tree(target) == package.contents(origin(base="https://a.cn/"))


def test_differences_are_named_with_their_line(tmp_path):
    target = build(tmp_path / "p")
    files = package.contents(origin())
    assert package.differences(files, target) == []
    (target / "resources" / "terms.csv").unlink()
    with (target / "resources" / "regions.csv").open("ab") as file:
        file.write(b"x\n")
    assert [one.text("en") for one in package.differences(files, target)] == [
        "  resources/regions.csv differs from line 3 on",
        "  resources/terms.csv is missing",
    ]


# ------------------------------------------------------------------------------ back


def test_rows_come_back_as_text(tmp_path):
    standing = package.read(build(tmp_path / "p"))
    assert standing.tables == list(table_resources(package.template()))
    assert standing.rows("regions") == [
        {
            "region_code": "131024",
            "name": "香河县",
            "level": "county",
            "parent_code": "",
            "valid_from": "",
            "valid_to": "",
            "successor_code": "",
        }
    ]
    assert [row["text"] for row in standing.rows("segments")] == TEXT.splitlines(keepends=True)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_is_rebuilt_byte_for_byte(text):
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        target = build(Path(folder) / "p", text=text)
        assert package.rebuild(target) == text.encode()


def test_a_text_in_gb18030_with_a_bad_byte_is_rebuilt_byte_for_byte(tmp_path):
    data = "预算".encode("gb18030") + b"\xff" + "公开\r\n".encode("gb18030")
    broken = origin("预算\ufffd公开\r\n", data, "text/plain; charset=gb18030")
    document = replace(broken.source.document, undecoded=((2, "ff"),))
    source = replace(broken.source, document=document)
    package.write(package.contents(replace(broken, source=source)), tmp_path / "p")
    assert package.rebuild(tmp_path / "p") == data


def test_another_format_gives_the_canonical_text(tmp_path):
    target = build(tmp_path / "p", data=b"PK", media_type="application/pdf")
    assert package.rebuild(target) == TEXT.encode()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            ",0,20",
            ",1,20",
            "segment 1 does not continue at 0: the text has a gap or an overlap",
        ),
        ("paragraph,", "paragraph,,", "line 3 has 13 values, the header has 12 columns"),
        (",0,20", ",,20", "char_start should be a whole number and is “”"),
        ("char_end", "end", "there is no column char_end"),
    ],
)
def test_torn_segments_are_told(tmp_path, old, new, told):
    target = build(tmp_path / "p")
    path = target / "resources" / "segments.csv"
    path.write_bytes(path.read_bytes().replace(old.encode(), new.encode(), 1))
    with pytest.raises(PackageError) as caught:
        package.rebuild(target)
    assert str(caught.value) == (
        f"{path}: {told}\n"
        "  Make the package again from its document with yusuan build, or restore it."
    )


def test_a_folder_without_a_package_is_told_so(tmp_path):
    with pytest.raises(PackageError) as caught:
        package.read(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path}: there is no datapackage.json here\n"
        "  Name the folder of a package; to make one, run yusuan build DOCUMENT."
    )


@pytest.mark.parametrize("content", ["{", "[]", '{"resources": [3]}'])
def test_a_broken_descriptor_is_an_error_of_the_package(tmp_path, content):
    (tmp_path / "datapackage.json").write_text(content, "utf-8")
    with pytest.raises(PackageError):
        package.read(tmp_path)


@pytest.mark.parametrize("path", ["../x.csv", "/etc/passwd", "http://a.cn/x.csv", "a\\b", ["x"]])
def test_a_path_out_of_the_package_is_refused(tmp_path, path):
    content = {"resources": [{"name": "regions", "path": path, "schema": {"fields": []}}]}
    (tmp_path / "datapackage.json").write_text(json.dumps(content), "utf-8")
    with pytest.raises(PackageError) as caught:
        package.read(tmp_path).rows("regions")
    assert f"the path of a resource leads out of the package: {path}" in str(caught.value)
