"""A file that can't be read gives one clear error with the next step."""

import io
import sys
import zipfile

import pytest

from yusuan.errors import DocumentError
from yusuan.reading import read
from yusuan.reading.sniff import OLE, sniff

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def docx(body: str, **members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        text = f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'
        archive.writestr("word/document.xml", text)
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def utf16(text: str) -> bytes:
    return text.encode("utf-16-le")


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (docx(""), "docx"),
        (b"{\\rtf1 x}", "rtf"),
        (b"%PDF-1.7 ...", "pdf"),
        (b"<html><body>x", "html"),
        (b"\xef\xbb\xbf<!DOCTYPE html><p>x", "html"),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related", "mhtml"),
        # as browsers save a page
        (b"From: <Saved by Blink>\r\nSubject: a\r\n b\r\nMIME-Version: 1.0\r\n", "mhtml"),
        (b"Note: 1\nbudget of 2024\nMIME-Version: 1.0\n", "txt"),
        (OLE + bytes(500) + utf16("WordDocument"), "doc"),
        (OLE + bytes(500) + utf16("Workbook"), "xls"),
        ("预算".encode(), "txt"),
        ("预算".encode("gbk"), "txt"),
        (b"\xff\xfe" + utf16("预算"), "txt"),
    ],
)  # fmt: skip
def test_the_format_is_told_by_the_bytes(data, kind):
    assert sniff(data) == kind


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "文件是空的"),
        (b" \r\n\t", "文件是空的"),
        (OLE + bytes(500) + utf16("EncryptedPackage"), "文件有密码保护"),
        (b"\x89PNG\r\n", "文件是一张图片"),
        (b"\x7fELF\x00\x00\x01", "不是能读的文件种类"),
        (docx("<w:p/>")[:-40], "文件已损坏或不完整"),
        (docx("<w:p>"), "XML 已损坏"),
        (b"PK\x03\x04", "文件已损坏或不完整"),
    ],
)
def test_what_cannot_be_read_says_so(tmp_path, data, words):
    path = tmp_path / "a.docx"
    path.write_bytes(data)
    with pytest.raises(DocumentError) as caught:
        read(path)
    text = caught.value.text("zh")
    assert words in text
    assert str(path) in text
    assert "\n  " in text  # the next step


def test_entities_are_refused(tmp_path):
    path = tmp_path / "a.docx"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(
            "word/document.xml",
            f'<!DOCTYPE x [<!ENTITY a "b">]><w:document xmlns:w="{WORD}"><w:body/></w:document>',
        )
    path.write_bytes(buffer.getvalue())
    with pytest.raises(DocumentError, match="entities"):
        read(path)


def test_a_missing_file_and_a_folder(tmp_path):
    with pytest.raises(DocumentError, match="there is no such file"):
        read(tmp_path / "missing.txt")
    with pytest.raises(DocumentError, match="this is a folder"):
        read(tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limits on memory")
def test_a_bomb_meets_the_limit_of_memory(tmp_path):
    path = tmp_path / "bomb.docx"
    path.write_bytes(docx("<w:p><w:r><w:t>" + "预" * 40_000_000 + "</w:t></w:r></w:p>"))
    with pytest.raises(DocumentError) as caught:
        read(path, memory=192 << 20)
    assert "--memory" in caught.value.text("zh")


def test_slow_reading_meets_the_limit_of_time(tmp_path):
    path = tmp_path / "slow.docx"
    path.write_bytes(docx("<w:tbl><w:tr>" + "<w:tc><w:p/></w:tc>" * 400_000 + "</w:tr></w:tbl>"))
    with pytest.raises(DocumentError) as caught:
        read(path, seconds=0.2)
    assert "--timeout" in caught.value.text("zh")
