"""What reads a file is kept apart: its limits, its answers, and what it does not get."""

import os
import sys

import pytest

from yusuan.errors import DocumentError
from yusuan.reading import LARGEST, load, parse, read, sandbox
from yusuan.reading.transport import OUT_OF_MEMORY, pack, unpack

TEXT = "\ufeff前言[bookmark: _x]甲\r\n\t单元\r\n续\r\n\t2\r\n\r\n\r\n"
posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limits")


def test_a_document_comes_back_as_it_was():
    document = parse(TEXT.encode(), "txt")
    assert document.residue
    assert unpack(pack(document)) == document


def test_a_file_is_read_with_its_hash_and_size(tmp_path):
    path = tmp_path / "a.doc"  # the name says nothing
    path.write_bytes(TEXT.encode())
    source = read(path)
    assert source.document == parse(TEXT.encode(), "txt")
    assert source.bytes == len(TEXT.encode())
    assert len(source.sha256) == 64


@pytest.mark.parametrize(
    ("code", "trouble", "words"),
    [
        (OUT_OF_MEMORY, "", "--memory"),
        (-9, "", "--memory"),
        (-11, "", "--memory"),
        (1, "ImportError: etree.so: failed to map segment", "--memory"),
        (1, "Traceback\nKeyError: 'x'", "KeyError: 'x'"),
        pytest.param(-24, "", "--timeout", marks=posix),
    ],
)
def test_a_crash_names_the_option_that_helps(code, trouble, words):
    assert words in sandbox._crash(code, trouble, 1 << 30, 60).text("zh")  # noqa: SLF001


def test_the_child_does_not_get_the_environment(monkeypatch):
    monkeypatch.setenv("CKAN_API_TOKEN", "secret")
    monkeypatch.setattr(
        sandbox,
        "_command",
        lambda *_: [
            sys.executable,
            "-c",
            "import os; assert 'CKAN_API_TOKEN' in os.environ, 'no token here'",
        ],
    )
    with pytest.raises(DocumentError, match="no token here"):
        sandbox.run(b"x", memory=1 << 30, seconds=60)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_can_be_read(tmp_path):
    from threading import Thread

    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = Thread(target=pipe.write_bytes, args=(b"text",))
    writer.start()
    assert load(pipe) == b"text"
    writer.join()


def test_a_file_that_is_too_large_is_refused(tmp_path):
    path = tmp_path / "large.txt"
    with path.open("wb") as stream:
        stream.truncate(LARGEST + 1)
    with pytest.raises(DocumentError, match="larger than 256 MiB"):
        load(path)


def test_a_name_that_no_file_can_have_is_an_error_and_no_crash(tmp_path):
    with pytest.raises(DocumentError, match="can't be opened"):
        load(tmp_path / ("x" * 5000))
