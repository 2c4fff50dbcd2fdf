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
    html = (
        f"<table><tr><td><p>甲</p><p>乙</p>{inner}</td></tr>"
        "<tr><td>戊</td></tr><tr><td>己</td></tr></table>"
    )
    assert table(html) == [["甲\n乙\n丙 丁"], ["戊"], ["己"]]


INNER = "<table><tr><td>收入</td><td>12.00</td></tr><tr><td>支出</td><td>12.00</td></tr></table>"
ROWS = [["收入", "12.00"], ["支出", "12.00"]]


@pytest.mark.parametrize(
    ("html", "texts"),
    [
        pytest.param(
            f"<table><tr><td id=zoom><p>预算公开</p>{INNER}<p>注</p></td></tr></table>",
            ["预算公开", "注"],
            id="a page in one cell",
        ),
        pytest.param(
            f"<table><tr><td>首页</td><td>部门预算<br>单位：万元{INNER}</td></tr></table>",
            ["首页", "部门预算\n单位：万元"],
            id="a column of links beside it",
        ),
        pytest.param(
            "<table><tbody><tr><td><table><tr><td><b>标题</b></td></tr><tr><td>来源</td></tr>"
            f"</table></td></tr><tr><td><table><tr><td>甲{INNER}</td></tr></table></td></tr>"
            "</tbody></table>",
            ["甲"],
            id="a page in a table in a table",
        ),
    ],
)
def test_a_table_that_places_the_parts_of_a_page(html, texts):
    document = read_html(html.encode())
    assert paragraphs(html) == texts
    assert [[c.text for c in row] for row in document.tables[-1].rows] == ROWS


def test_a_page_without_tables_in_one_cell():
    assert paragraphs("<table><tr><td><p>甲</p><p>乙</p></td></tr></table>") == ["甲", "乙"]


def test_a_table_of_one_cell_with_one_paragraph():
    assert table("<table><tr><td><p>甲</p></td></tr></table>") == [["甲"]]


def test_a_web_archive():
    data = (
        b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n--x\n"
        b"Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
        + "<html><body><p>预算</p></body></html>\n--x--\n".encode()
    )
    assert [b.text for b in read_mhtml(data).blocks] == ["预算"]
