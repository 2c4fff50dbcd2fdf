"""PDF files: lines become paragraphs, rulings become tables, page breaks leave no trace."""

import zlib

import pytest

from yusuan.errors import DocumentError
from yusuan.reading.document import Table
from yusuan.reading.pdf import read_pdf

WIDTH, HEIGHT = 595, 842
# A font that needs no file: pdfminer knows its codes. Latin characters are half as wide.
FONT = (
    "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H"
    " /DescendantFonts [<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light"
    " /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> /DW 1000"
    " /W [1 95 500] /FontDescriptor << /Type /FontDescriptor /FontName /STSong-Light /Flags 4"
    " /FontBBox [0 -120 1000 880] /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880"
    " /StemV 80 >> >>] >>"
)
CODELESS = FONT.replace("UniGB-UCS2-H", "Identity-H").replace("(GB1)", "(Identity)")
PICTURE = (
    "<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray"
    " /BitsPerComponent 8 /Length 1 >>\nstream\n0\nendstream"
)


def pdf(*pages, font=FONT, encrypt="", kids=True):
    """Return a PDF file; a page is a list of drawing commands."""
    objects = ["", "", font, PICTURE]
    for page in pages:
        content = "\n".join(page)
        at = len(objects) + 1
        objects.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Contents {at} 0 R"
            " /Resources << /Font << /F 3 0 R >> /XObject << /P 4 0 R >> >> >>"
        )
    numbers = " ".join(f"{at} 0 R" for at in range(6, len(objects) + 1, 2)) if kids else ""
    objects[0] = "<< /Type /Catalog /Pages 2 0 R >>"
    objects[1] = f"<< /Type /Pages /Count {len(pages)} /Kids [{numbers}] >>"
    out, places = "%PDF-1.7\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    out += (
        f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
        f"trailer << /Size {len(objects) + 1} /Root 1 0 R {encrypt} >>\n"
        f"startxref\n{out.count('') - 1}\n%%EOF\n"
    )
    return out.encode("ascii")


def text(x, top, words, size=10, matrix="1 0 0 1"):
    """Write words; `top` counts from the top of the page."""
    code = words.encode("utf-16-be").hex()
    return f"BT /F {size} Tf {matrix} {x} {HEIGHT - top - 0.88 * size:.2f} Tm <{code}> Tj ET"


def boxes(*cells):
    """Draw boxes (x0, top, x1, bottom, text) with their text 5 points from the left."""
    commands = []
    for x0, top, x1, bottom, words in cells:
        commands.append(f"{x0} {HEIGHT - bottom} {x1 - x0} {bottom - top} re S")
        for at, line in enumerate(words.split("\n") if words else ()):
            commands.append(text(x0 + 5, top + 3 + 12 * at, line))
    return commands


def grid(top, rows, widths=(100, 100), height=20):
    """Draw rows of boxes of one height."""
    cells = []
    for at, row in enumerate(rows):
        x = 60
        for width, words in zip(widths, row, strict=True):
            cells.append((x, top + at * height, x + width, top + (at + 1) * height, words))
            x += width
    return boxes(*cells)


def blocks(document):
    return [
        [[cell.text for cell in row] for row in block.rows]
        if isinstance(block, Table)
        else block.text
        for block in document.blocks
    ]


def furniture(document):
    return [document.text[start:end].strip() for start, end in document.residue]


FULL = "预" * 40  # as wide as the text of these pages


# ------------------------------------------------------------------------------ paragraphs


def test_lines_that_the_margin_broke_are_one_paragraph():
    page = [
        text(80, 100, "预" * 38),
        text(60, 115, FULL),
        text(60, 130, "共计4624.64万元，其中：基本支出。"),
        text(80, 145, "算" * 38),
        text(60, 160, "二、其他"),
    ]
    assert blocks(read_pdf(pdf(page))) == [
        "预" * 78 + "共计4624.64万元，其中：基本支出。",
        "算" * 38 + "二、其他",
    ]


def test_a_number_that_did_not_fit_goes_on_in_the_next_line():
    page = [
        text(80, 100, "预" * 38),
        text(60, 115, "预" * 37 + "入"),  # room for two more characters
        text(60, 130, "4624.64万元"),
        text(60, 145, "预" * 37 + "入"),
        text(60, 160, "一般公共预算"),  # would have fitted
        text(60, 175, FULL),
        text(60, 190, FULL),
    ]
    assert blocks(read_pdf(pdf(page))) == [
        "预" * 75 + "入4624.64万元",
        "预" * 37 + "入",
        "一般公共预算",
        FULL + FULL,
    ]


def test_a_heading_after_a_full_line_begins_a_paragraph():
    page = [text(80, 100, "预" * 37 + "。"), text(60, 115, "二、支出"), text(60, 130, FULL)]
    assert blocks(read_pdf(pdf(page)))[:2] == ["预" * 37 + "。", "二、支出"]


def test_a_paragraph_goes_on_over_a_page_break_and_the_page_number_is_furniture():
    pages = [
        [text(80, 700, "预" * 38), text(60, 715, FULL), text(290, 800, "- 1 -")],
        [text(60, 60, "算" * 40), text(60, 75, "完。"), text(290, 800, "- 2 -")],
    ]
    document = read_pdf(pdf(*pages))
    assert blocks(document) == ["预" * 78 + "算" * 40 + "完。"]
    assert furniture(document) == ["- 1 -", "- 2 -"]
    assert [block.page for block in document.blocks] == [1]
    assert document.pages == 2


def test_a_running_head_is_furniture_and_a_title_is_not():
    pages = [
        [text(250, 40, "某县2021年部门预算"), text(60, 100, f"第{number}段。")]
        for number in "一二三四"
    ]
    document = read_pdf(pdf(*pages))
    assert blocks(document) == ["第一段。", "第二段。", "第三段。", "第四段。"]
    assert furniture(document) == ["某县2021年部门预算"] * 4
    assert blocks(read_pdf(pdf(*pages[:2])))[0] == "某县2021年部门预算"


def test_a_table_of_contents_keeps_its_lines():
    page = [text(60, 100, "一、职能" + "…" * 36), text(60, 115, "二、机构" + "…" * 36)]
    assert len(blocks(read_pdf(pdf(page)))) == 2


def test_two_texts_on_one_line_are_parted_by_two_spaces():
    page = [text(60, 100, "编制部门：某局"), text(400, 100, "单位：元")]
    assert blocks(read_pdf(pdf(page))) == ["编制部门：某局  单位：元"]


def test_what_slants_is_left_out_and_bold_by_overlay_stands_once():
    slanted = "0.7 0.7 -0.7 0.7"
    page = [
        text(60, 100, "收入11万元"),
        text(60.3, 100, "收入11万元"),
        text(200, 400, "仅供内部使用", 40, slanted),
    ]
    assert blocks(read_pdf(pdf(page))) == ["收入11万元"]


def test_a_page_that_lies_on_its_side_is_turned():
    table = grid(100, [["项目", "预算数"], ["收入", "26.00"]])
    upwards = ["0 1 -1 0 842 0 cm", *table]
    downwards = ["0 -1 1 0 -247 595 cm", *table]
    for page in (upwards, downwards):
        assert blocks(read_pdf(pdf(page))) == [[["项目", "预算数"], ["收入", "26.00"]]]


def test_what_lies_outside_the_page_is_not_read():
    page = [text(60, 100, "看得见"), text(60, 900, "看不见"), text(60, -50, "看不见")]
    assert blocks(read_pdf(pdf(page))) == ["看得见"]


# ---------------------------------------------------------------------------------- tables


def test_merges_are_told_by_the_boxes_and_not_by_what_is_empty():
    page = boxes(
        (60, 100, 160, 140, "部门"),
        (160, 100, 360, 120, "金额"),
        (160, 120, 260, 140, "合计"),
        (260, 120, 360, 140, ""),
        (60, 140, 360, 160, "注"),
    )
    (table,) = read_pdf(pdf(page)).tables
    shape = [
        [(cell.text, cell.column, cell.column_span, cell.row_span, cell.covered) for cell in row]
        for row in table.rows
    ]
    assert shape == [
        [("部门", 0, 1, 2, False), ("金额", 1, 2, 1, False)],
        [("", 0, 1, 1, True), ("合计", 1, 1, 1, False), ("", 2, 1, 1, False)],
        [("注", 0, 3, 1, False)],
    ]


def test_a_cell_keeps_the_breaks_of_its_author_and_not_those_of_its_width():
    page = boxes(
        (60, 100, 120, 150, "31,214,20\n5.80"),
        (120, 100, 200, 150, "指标值\n确定依据"),
        (200, 100, 260, 150, "政府采购项\n目"),
        (260, 100, 400, 150, "1.完成规划。\n2.完成设计。"),
    )
    (table,) = read_pdf(pdf(page)).tables
    texts = [cell.text for cell in table.rows[0]]
    assert texts == [
        "31,214,205.80",
        "指标值\n确定依据",
        "政府采购项目",
        "1.完成规划。\n2.完成设计。",
    ]


def test_a_frame_around_text_is_no_table():
    page = boxes((60, 100, 300, 130, "一、职能"))
    assert blocks(read_pdf(pdf(page))) == ["一、职能"]


def test_captions_above_a_table_and_remarks_below_stand_in_order():
    page = [
        text(200, 80, "收支总表"),
        *grid(100, [["项目", "预算数"], ["收入", "1"]]),
        text(60, 150, "注：无。"),
    ]
    assert blocks(read_pdf(pdf(page))) == [
        "收支总表",
        [["项目", "预算数"], ["收入", "1"]],
        "注：无。",
    ]


def test_white_areas_rule_nothing():
    white = [f"1 g 60 {HEIGHT - top - 20} 200 20 re f 0 g" for top in (100, 120, 140)]
    page = [*white, text(65, 103, "一、职能"), text(65, 123, "二、机构")]
    assert blocks(read_pdf(pdf(page))) == ["一、职能", "二、机构"]


def test_a_table_that_is_open_at_its_sides_keeps_its_outer_columns():
    rulings = [f"60 {HEIGHT - y} m 360 {HEIGHT - y} l S" for y in (100, 120, 140)]
    rulings += [f"{x} {HEIGHT - 100} m {x} {HEIGHT - 140} l S" for x in (160, 260)]
    words = [("项目", "2020年", "2021年"), ("收入", "1", "2")]
    page = rulings + [
        text(65 + 100 * column, 103 + 20 * row, word)
        for row, cells in enumerate(words)
        for column, word in enumerate(cells)
    ]
    assert blocks(read_pdf(pdf(page))) == [[list(row) for row in words]]


# ----------------------------------------------------------------------------- page breaks


def test_a_table_with_its_header_on_every_page_is_one():
    pages = [
        [text(60, 650, "支出表"), *grid(700, [["科目", "金额"], ["201", "1"], ["202", "2"]])],
        grid(60, [["科目", "金额"], ["203", "3"]]),
    ]
    document = read_pdf(pdf(*pages))
    assert blocks(document) == [
        "支出表",
        [["科目", "金额"], ["201", "1"], ["202", "2"], ["203", "3"]],
    ]
    assert furniture(document) == ["科目  金额"]
    assert [cell.page for cell in document.tables[0].cells] == [1, 1, 1, 1, 1, 1, 2, 2]


def test_a_caption_that_every_page_repeats_does_not_part_the_table():
    pages = [
        [text(60, 680, "支出表"), *grid(700, [["科目", "金额"], ["201", "1"]])],
        [text(60, 40, "支出表"), *grid(60, [["科目", "金额"], ["203", "3"]])],
    ]
    document = read_pdf(pdf(*pages))
    assert blocks(document) == ["支出表", [["科目", "金额"], ["201", "1"], ["203", "3"]]]
    assert furniture(document) == ["支出表", "科目  金额"]


def test_a_table_without_its_header_on_the_next_page_is_one_by_its_columns():
    widths = (60, 60, 60)
    pages = [
        grid(700, [["类", "款", "金额"], ["201", "01", "1"]], widths),
        grid(60, [["203", "", "3"]], widths, height=700),
        boxes((60, 60, 180, 80, "合计"), (180, 60, 240, 80, "4")),
    ]
    assert blocks(read_pdf(pdf(*pages))) == [
        [["类", "款", "金额"], ["201", "01", "1"], ["203", "", "3"], ["合计", "4"]]
    ]


@pytest.mark.parametrize(
    "second",
    [
        grid(60, [["203", "3"]], widths=(150, 50)),  # other columns
        grid(60, [["203", "3"]], widths=(100, 150)),  # another width
        [text(60, 40, "第二张表"), *grid(60, [["203", "3"]])],  # a caption of its own
    ],
)
def test_what_is_another_table_stays_one(second):
    document = read_pdf(pdf(grid(700, [["科目", "金额"], ["201", "1"]]), second))
    assert len(document.tables) == 2


def test_a_row_that_the_page_break_cut_is_one_row():
    pages = [
        boxes(
            (60, 700, 100, 720, "指标"),
            (100, 700, 200, 720, "描述"),
            (60, 720, 100, 750, "数量"),
            (100, 720, 200, 750, "支持企业上市融资并\n且给予奖励资金补助"),
        ),
        boxes(
            (60, 60, 100, 80, ""),
            (100, 60, 200, 80, "不断加大"),
            (60, 80, 100, 100, "质量"),
            (100, 80, 200, 100, "合格"),
        ),
    ]
    document = read_pdf(pdf(*pages))
    assert blocks(document) == [
        [
            ["指标", "描述"],
            ["数量", "支持企业上市融资并且给予奖励资金补助不断加大"],
            ["质量", "合格"],
        ]
    ]


def test_a_merged_cell_goes_on_over_the_page_break():
    pages = [
        boxes(
            (60, 700, 160, 740, "产出"),
            (160, 700, 260, 720, "数量"),
            (160, 720, 260, 740, "质量"),
        ),
        boxes(
            (60, 60, 160, 100, ""),
            (160, 60, 260, 80, "时效"),
            (160, 80, 260, 100, "成本"),
            (60, 100, 160, 120, "效益"),
            (160, 100, 260, 120, "社会"),
        ),
    ]
    (table,) = read_pdf(pdf(*pages)).tables
    assert [[(cell.text, cell.covered) for cell in row] for row in table.rows] == [
        [("产出", False), ("数量", False)],
        [("", True), ("质量", False)],
        [("", True), ("时效", False)],
        [("", True), ("成本", False)],
        [("效益", False), ("社会", False)],
    ]
    assert table.rows[0][0].row_span == 4


def test_an_empty_cell_of_a_code_column_is_no_merge():
    pages = [grid(700, [["201", "05"], ["201", "29"]]), grid(60, [["205", ""], ["205", "99"]])]
    (table,) = read_pdf(pdf(*pages)).tables
    assert not any(cell.covered for cell in table.cells)


def test_tables_whose_rulings_touch_are_parted_by_their_headers():
    header = ["一级指标", "指标值", "依据"]
    widths = (60, 60, 60)
    pages = [
        grid(100, [["编码", "13", "x"], header, ["产出", "1", "y"]], widths),
        [text(60, 80, "第二项"), *grid(100, [header, ["产出", "2", "z"]], widths)],
    ]
    assert blocks(read_pdf(pdf(*pages))) == [
        [["编码", "13", "x"]],
        [header, ["产出", "1", "y"]],
        "第二项",
        [header, ["产出", "2", "z"]],
    ]


# ---------------------------------------------------------------------------------- errors


def packed(content, lost):
    """Return a PDF whose page is packed, with its last bytes overwritten."""
    stream = zlib.compress(content.encode("ascii"))
    stream = stream[: len(stream) - lost] + bytes(lost)
    body = f"<< /Length {len(stream)} /Filter /FlateDecode >>\nstream\n".encode("ascii")
    whole = pdf([content])
    start = whole.index(b"5 0 obj\n") + len(b"5 0 obj\n")
    end = whole.index(b"\nendobj", start)
    return whole[:start] + body + stream + b"\nendstream" + whole[end:]


def test_a_packed_page_is_read():
    page = " ".join([text(60, 100, "收入"), text(60, 130, "26.00")])
    assert blocks(read_pdf(packed(page, lost=0))) == ["收入", "26.00"]


WHOLE_PAGE = f"q {WIDTH} 0 0 {HEIGHT} 0 0 cm /P Do Q"
LOCK = f"/Encrypt << /Filter /Standard /V 1 /R 2 /O <{'41' * 32}> /U <{'42' * 32}> /P -4 >> /ID [<41> <41>]"  # noqa: E501


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (pdf([WHOLE_PAGE]), "PDF 文件里没有文字，可能是扫描件"),
        (pdf([]), "PDF 文件里没有文字，可能是扫描件"),
        (
            pdf([text(60, 100, "封面")], [WHOLE_PAGE], [text(60, 100, "完")]),
            "第 2 页是图片，没有文字",
        ),
        (pdf(kids=False), "PDF 文件一页也没有"),
        (pdf([text(60, 100, "收入")])[:-30], "PDF 文件不完整，缺少结尾部分"),
        (
            pdf([text(60, 100, "收入")]).replace(b"/Count 1", b"/Count 2"),
            "PDF 文件已损坏，读不出来",
        ),
        (packed(text(60, 100, "收入"), lost=9), "PDF 文件已损坏，读不出来"),
        (pdf([text(60, 100, "收入")], encrypt=LOCK), "PDF 文件有打开密码，读不出来"),
        (b"%PDF-1.7\n" + zlib.compress(b"x") + b"\n%%EOF\n", "PDF 文件已损坏，读不出来"),
        (pdf([text(60, 100, "收入")], font=CODELESS), "第 1 页的文字没有编码，读出来是乱码"),
    ],
)
def test_a_pdf_that_cannot_be_read_says_so_and_what_to_do(data, words):
    with pytest.raises(DocumentError) as caught:
        read_pdf(data)
    reason, advice = caught.value.text("zh").split("\n  ")
    assert reason == f": {words}"
    assert advice.startswith("请") or "请" in advice


def test_a_picture_for_a_cover_is_no_fault():
    document = read_pdf(pdf([WHOLE_PAGE], [text(60, 100, "收入")]))
    assert blocks(document) == ["收入"]
