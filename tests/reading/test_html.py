"""Web pages are read as a browser shows them."""

import pytest

from yusuan.reading.document import Paragraph
from yusuan.reading.html import read_html, read_mhtml


def paragraphs(html, charset="utf-8"):
    document = read_html(html.encode(charset))
    return [b.text for b in document.blocks if isinstance(b, Paragraph) and b.text]


def table(html):
    (found,) = read_html(html.encode()).tables
    return [[cell.text for cell in row] for row in found.rows]


@pytest.mark.parametrize(
    ("html", "texts"),
    [
        ("<p>预算\n收入</p>", ["预算收入"]),  # the source wrapped the line
        ("<p>a\nb</p>", ["a b"]),
        ("<div>甲<br>乙</div>", ["甲\n乙"]),
        ("<p>甲</p>乙<p>丙</p>", ["甲", "乙", "丙"]),
        ("<script>x</script><style>y</style><!-- z --><p>甲</p>", ["甲"]),
        ('<p style="display: none">x</p><p>甲&amp;乙</p>', ["甲&乙"]),
    ],
)
def test_paragraphs(html, texts):
    assert paragraphs(f"<html><body>{html}</body></html>") == texts


def test_a_page_declared_gb2312_that_is_gbk():
    html = '<html><head><meta charset="gb2312"></head><body><p>镕基预算收入支出</p></body></html>'
    assert paragraphs(html, "gbk") == ["镕基预算收入支出"]


def test_spans():
    html = (
        "<table><tr><td colspan=2>a</td><td rowspan=2>b</td></tr>"
        "<tr><td>c</td><td>d</td></tr><tr><td>e</td><td>f</td><td>g</td></tr></table>"
    )
    assert table(html) == [["a", "b"], ["c", "d", ""], ["e", "f", "g"]]


def test_a_merge_down_in_the_middle_and_absurd_spans():
    html = (
        "<table><tr><td rowspan=3>a</td><td>b</td></tr><tr><td>c</td></tr>"
        "<tr><td colspan=99999999>d</td></tr><tr><td>e</td><td>f</td></tr></table>"
    )
    assert table(html) == [["a", "b"], ["", "c"], ["", "d"], ["e", "f"]]


def test_paragraphs_of_a_cell_and_a_table_in_it():
    inner = "<table><tr><td>丙</td><td>丁</td></tr></table>"
    html = f"<table><tr><td><p>甲</p><p>乙</p>{inner}</td></tr></table>"
    assert table(html) == [["甲\n乙\n丙 丁"]]


def test_a_web_archive():
    data = (
        b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n--x\n"
        b"Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
        + "<html><body><p>预算</p></body></html>\n--x--\n".encode()
    )
    assert [b.text for b in read_mhtml(data).blocks] == ["预算"]
