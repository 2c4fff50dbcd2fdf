"""doc, odt and rtf: LibreOffice makes the docx, under limits, and touches nothing else."""

import io
import os
import shutil
import subprocess
import tempfile
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from yusuan.errors import DocumentError
from yusuan.reading import office
from yusuan.reading.document import Table
from yusuan.reading.docx import read_docx
from yusuan.reading.office import to_docx

LIMITS = {"seconds": 60.0, "memory": 1 << 30}
needs_office = pytest.mark.skipif(
    shutil.which("soffice") is None, reason="LibreOffice is not installed"
)
RTF = (
    r"{\rtf1\ansi\uc1 \u25910?\u20837?\par"
    r"\trowd\cellx2000\cellx4000\intbl A\cell 26.00\cell\row\pard }"
).encode("ascii")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def blocks(data):
    return [
        [[cell.text for cell in row] for row in block.rows]
        if isinstance(block, Table)
        else block.text
        for block in read_docx(data).blocks
    ]


def in_chinese(caught):
    return caught.value.text("zh")


@needs_office
def test_an_rtf_becomes_a_docx_with_its_text_and_table():
    assert blocks(to_docx(RTF, "rtf", **LIMITS))[:2] == ["收入", [["A", "26.00"]]]


@needs_office
@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (OLE + os.urandom(5000), "doc"),  # bytes that LibreOffice would read as text
        (b"PK\x03\x04" + os.urandom(500), "odt"),
    ],
)
def test_a_broken_file_is_an_error_though_libreoffice_ends_well(data, kind):
    with pytest.raises(DocumentError) as caught:
        to_docx(data, kind, **LIMITS)
    reason, advice = in_chinese(caught).split("\n  ")
    assert reason == f": LibreOffice 打不开这个 {kind} 文件"
    assert advice.startswith("请")


@needs_office
def test_the_limit_of_time_ends_the_whole_process_group(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # tells them from those of other tests
    with pytest.raises(DocumentError, match=r"0\.2 seconds"):
        to_docx(RTF, "rtf", seconds=0.2, memory=1 << 30)
    processes = Path("/proc").glob("[0-9]*/cmdline")
    assert not [path for path in processes if bytes(tmp_path) in read_or_empty(path)]


def read_or_empty(path):
    try:
        return path.read_bytes()
    except OSError:  # it ended
        return b""


def linked(address):
    """Return an odt with a picture that lies on the network."""
    names = ["office:1.0", "text:1.0", "drawing:1.0"]
    office_, text, drawing = (f"urn:oasis:names:tc:opendocument:xmlns:{name}" for name in names)
    content = (
        f'<o:document-content xmlns:o="{office_}" xmlns:t="{text}" xmlns:d="{drawing}"'
        ' xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"'
        ' xmlns:x="http://www.w3.org/1999/xlink" o:version="1.2"><o:body><o:text><t:p>before'
        '<d:frame t:anchor-type="as-char" svg:width="2cm" svg:height="2cm">'
        f'<d:image x:href="{address}" x:type="simple" x:actuate="onLoad"/></d:frame></t:p>'
        "</o:text></o:body></o:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.text"
    manifest = (
        '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<m:file-entry m:full-path="/" m:media-type="{kind}"/>'
        '<m:file-entry m:full-path="content.xml" m:media-type="text/xml"/></m:manifest>'
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest)
    return buffer.getvalue()


@needs_office
def test_a_linked_picture_is_not_fetched():
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(404)

        do_HEAD = do_OPTIONS = do_PROPFIND = do_GET  # noqa: N815

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        data = linked(f"http://127.0.0.1:{server.server_port}/a.png")
        assert blocks(to_docx(data, "odt", **LIMITS))[0].startswith("before")
        server.shutdown()
    assert asked == []


def test_without_libreoffice_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setattr(office, "_find", lambda: None)
    with pytest.raises(DocumentError) as caught:
        to_docx(RTF, "rtf", **LIMITS)
    assert in_chinese(caught) == (
        ": 读取 rtf 文件需要 LibreOffice，但没有找到（命令 soffice）\n"
        "  请安装 LibreOffice（Debian、Ubuntu：apt-get install libreoffice-writer），"
        "或用 Word、WPS 另存为 docx 后重试。"
    )


@needs_office
@pytest.mark.parametrize("kind", ["doc", "odt", "rtf"])
def test_each_format_has_the_rows_and_paragraphs_of_the_docx(disclosures, tmp_path, kind):
    source = disclosures / f"xianghe-gongxin-2021.{kind}"
    original = disclosures / "xianghe-gongxin-2021.docx"
    if kind == "rtf":
        profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
        subprocess.run(
            [shutil.which("soffice"), profile, "--headless", "--convert-to", "rtf", "--outdir",
             str(tmp_path), str(original)],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip
        source = tmp_path / "xianghe-gongxin-2021.rtf"
    made = read_docx(to_docx(source.read_bytes(), kind, **LIMITS))
    expected = read_docx(original.read_bytes())
    # Two tables with nothing between them are one in these formats: rows are compared.
    assert rows_of(made) == rows_of(expected)
    assert paragraphs_of(made) == paragraphs_of(expected)


def rows_of(document):
    return [
        [(cell.text.strip(), cell.covered) for cell in row]
        for table in document.tables
        for row in table.rows
    ]


def paragraphs_of(document):
    return [
        block.text.strip()
        for block in document.blocks
        if not isinstance(block, Table) and block.text.strip()
    ]
