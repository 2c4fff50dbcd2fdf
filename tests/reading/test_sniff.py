"""The format is told by the bytes; what can't be read says why and what to do."""

import io
import struct
import zipfile

import pytest

from yusuan.errors import DocumentError
from yusuan.reading.sniff import OLE, sniff

NOTHING = 0xFFFFFFFF


def zipped(**members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return buffer.getvalue()


def ole(*names, inner=(), first=b""):
    """Make an OLE file: streams at the top, and streams inside the storage that comes last."""
    entries = ["Root Entry", *names, *inner]
    directory = b""
    for number, name in enumerate(entries):
        coded = name.encode("utf-16-le")
        right = NOTHING
        child = NOTHING
        if number == 0:
            child = 1
        elif number < len(names) or len(names) < number < len(entries) - 1:
            right = number + 1
        elif number == len(names) and inner:
            child = number + 1
        links = struct.pack("<III", NOTHING, right, child)
        entry = coded.ljust(64, b"\0") + struct.pack("<HBB", len(coded) + 2, 2, 1) + links
        directory += entry.ljust(116, b"\0") + struct.pack("<III", 20, 512, 0)
    sectors = -(-len(directory) // 512)
    table = [0xFFFFFFFD, *range(2, sectors + 1), 0xFFFFFFFE]
    header = bytearray(512)
    header[:8] = OLE
    struct.pack_into("<H", header, 30, 9)
    struct.pack_into("<I", header, 48, 1)
    struct.pack_into("<I", header, 76, 0)
    body = struct.pack(f"<{len(table)}I", *table).ljust(512, b"\xff")
    return (bytes(header) + body + directory).ljust(21 * 512, b"\0") + first.ljust(512, b"\0")


FIB = struct.pack("<HHHHHH", 0xA5EC, 0xC1, 0, 0, 0, 0)
LOCKED = struct.pack("<HHHHHH", 0xA5EC, 0xC1, 0, 0, 0, 0x0100)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (ole("WordDocument", "1Table", first=FIB), "doc"),
        (ole("Workbook"), "xls"),
        (ole("Book"), "xls"),  # Excel 5
        # A letter with a workbook in it, and the other way round.
        (ole("WordDocument", "ObjectPool", inner=["Workbook"]), "doc"),
        (ole("Workbook", "MBD0001", inner=["WordDocument"]), "xls"),
        (zipped(word__document_xml=""), "docx"),
        (zipped(xl__workbook_xml=""), "xlsx"),
        (zipped(**{"[Content_Types]_xml": "…wordprocessingml.document.main+xml"}), "docx"),
        (zipped(mimetype="application/vnd.oasis.opendocument.text"), "odt"),
        (b"<style>td {}</style><table>", "html"),
        (b"<?xml version='1.0'?><?x y?><!-- z --><html>", "html"),
        ("预算公开<br><table border=1><tr>".encode("gbk"), "html"),
        ("\ufeff<html>".encode("utf-16"), "html"),
        (b"BMW 100", "txt"),
        (b"PK 2021", "txt"),
        (b"\x0c" + "预算".encode(), "txt"),
    ],
)
def test_the_format_is_told_by_the_bytes(data, kind):
    assert sniff(data) == kind


@pytest.mark.parametrize(
    ("data", "reason", "advice"),
    [
        (b"", "the file is empty", "Download it again"),
        (ole("EncryptedPackage", "EncryptionInfo"), "protected by a password", "without password"),
        (ole("WordDocument", first=LOCKED), "protected by a password", "without password"),
        (
            zipped(
                mimetype="application/vnd.oasis.opendocument.text",
                **{"META-INF__manifest_xml": "<manifest:encryption-data/>"},
            ),
            "protected by a password",
            "without password",
        ),
        (ole("PowerPoint Document"), "this kind of file isn't read", "Save it as docx or xlsx"),
        (zipped(**{"预算.doc": "x"}), "the file is an archive", "Unpack it first"),
        (b"Rar!\x1a\x07\x01\x00", "the file is an archive", "Unpack it first"),
        (zipped(OFD_xml=""), "the file is an OFD file", "Save it as PDF"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "the file is a picture", "run OCR"),
        (b"BM" + struct.pack("<I", 60) + bytes(54), "the file is a picture", "run OCR"),
        (
            b"<?xml version='1.0'?><?mso-application progid='Word.Document'?><w:wordDocument/>",
            "this kind of file isn't read",
            "Save it as docx or xlsx",
        ),
        (zipped(word__document_xml="x")[:-30], "damaged or incomplete", "Download it again"),
    ],
)
def test_what_cannot_be_read_says_why_and_what_to_do(data, reason, advice):
    with pytest.raises(DocumentError) as caught:
        sniff(data)
    first, second = caught.value.text("en").split("\n")
    assert reason in first
    assert advice in second


def test_an_ole_file_cut_short_still_has_its_kind():
    data = ole("WordDocument", first=FIB)
    assert sniff(data[:1300]) == "doc"


def test_a_directory_that_runs_in_a_circle_ends():
    data = bytearray(ole("WordDocument"))
    struct.pack_into("<I", data, 512 + 4, 1)  # the directory's sector comes after itself
    assert sniff(bytes(data)) == "doc"


def test_a_zip_of_very_many_members_is_not_opened():
    with pytest.raises(DocumentError, match="damaged"):
        sniff(b"PK\x03\x04" + b"PK\x01\x02" * 20_001)
