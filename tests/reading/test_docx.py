"""Word documents are read without silent losses."""

import io
import zipfile

import pytest

from yusuan.reading.document import Paragraph
from yusuan.reading.docx import read_docx

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"


TWICE = (
    "<w:r><mc:AlternateContent><mc:Choice><w:t>甲</w:t></mc:Choice>"
    "<mc:Fallback><w:t>甲</w:t></mc:Fallback></mc:AlternateContent></w:r>"
)


def read(body, **members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(
            "word/document.xml",
            f'<w:document xmlns:w="{WORD}" xmlns:mc="{MC}"><w:body>{body}</w:body></w:document>',
        )
        for name, content in members.items():
            archive.writestr(f"word/{name}.xml", content)
    return read_docx(buffer.getvalue())


def p(text, properties=""):
    return f"<w:p>{properties}<w:r><w:t>{text}</w:t></w:r></w:p>"


def tc(text, properties=""):
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{p(text)}</w:tc>"


def tr(*cells, properties=""):
    return f"<w:tr>{properties}{''.join(cells)}</w:tr>"


def tbl(*rows):
    return f"<w:tbl>{''.join(rows)}</w:tbl>"


def paragraphs(document):
    return [block.text for block in document.blocks if isinstance(block, Paragraph)]


def table(document):
    (found,) = document.tables
    return [[cell.text for cell in row] for row in found.rows]


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        ("<w:ins><w:r><w:t>4624.64</w:t></w:r></w:ins>", "4624.64"),
        ("<w:del><w:r><w:delText>1</w:delText></w:r></w:del><w:r><w:t>2</w:t></w:r>", "2"),
        ("<w:r><w:rPr><w:vanish/></w:rPr><w:t>x</w:t></w:r><w:r><w:t>y</w:t></w:r>", "y"),
        ('<w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>x</w:t></w:r>', "x"),
        ("<w:hyperlink><w:r><w:t>网址</w:t></w:r></w:hyperlink>", "网址"),
        ("<w:r><w:t>一</w:t><w:br/><w:t>二</w:t></w:r>", "一\n二"),
        ("<w:r><w:instrText>PAGE</w:instrText><w:t>3</w:t></w:r>", "3"),
        ("<w:sdt><w:sdtContent><w:r><w:t>控件</w:t></w:r></w:sdtContent></w:sdt>", "控件"),
        (
            TWICE,
            "甲",
        ),
    ],
)
def test_what_a_reader_sees_is_read_once(inner, text):
    assert paragraphs(read(f"<w:p>{inner}</w:p>")) == [text]


def test_merges_across_stand_once_and_merges_down_leave_empties():
    document = read(
        tbl(
            tr(tc("a", '<w:gridSpan w:val="2"/>'), tc("b", '<w:vMerge w:val="restart"/>')),
            tr(tc("c"), tc("d"), tc("", "<w:vMerge/>")),
        )
    )
    assert table(document) == [["a", "b"], ["c", "d", ""]]
    assert document.tables[0].rows[1][2].covered


def test_an_orphan_merge_keeps_its_text_and_a_huge_span_is_clamped():
    document = read(tbl(tr(tc("甲", "<w:vMerge/>"), tc("乙", '<w:gridSpan w:val="99999999"/>'))))
    assert table(document) == [["甲", "乙"]]


def test_a_deleted_row_is_left_out_and_a_table_in_a_control_is_not():
    deleted = tr(tc("旧"), properties="<w:trPr><w:del/></w:trPr>")
    body = f"<w:sdt><w:sdtContent>{tbl(tr(tc('新')), deleted)}</w:sdtContent></w:sdt>"
    assert table(read(body)) == [["新"]]


def test_a_table_in_a_cell_is_not_lost():
    inner = tbl(tr(tc("内1"), tc("内2")))
    document = read(tbl(tr(f"<w:tc>{p('外')}{inner}</w:tc>")))
    assert table(document) == [["外\n内1 内2"]]


def test_automatic_numbers_are_written_out():
    numbering = (
        f'<w:numbering xmlns:w="{WORD}"><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0">'
        '<w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="%1、"/>'
        '</w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
        "</w:numbering>"
    )
    number = '<w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr>'
    document = read(p("职责", number) + p("预算", number), numbering=numbering)
    assert paragraphs(document) == ["一、职责", "二、预算"]
