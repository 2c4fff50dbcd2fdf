"""Workbooks: cells as they are shown, tables as they stand."""

import io
import re
import shutil
import subprocess
import zipfile
from datetime import date, datetime, time, timedelta

import pytest
from openpyxl import Workbook
from openpyxl.styles import Border, Side

from yusuan.errors import DocumentError
from yusuan.reading.document import Table
from yusuan.reading.docx import read_docx
from yusuan.reading.numberformat import is_date_format, show_date, show_number
from yusuan.reading.sheet import read_xls, read_xlsx
from yusuan.reading.transport import pack, unpack

LINE = Side(style="thin")
RULED = Border(left=LINE, right=LINE, top=LINE, bottom=LINE)
ACCOUNTING = '_ * #,##0.00_ ;_ * \\-#,##0.00_ ;_ * "-"??_ ;_ @_ '


def day(*parts):
    return datetime(*parts)  # noqa: DTZ001 - a workbook knows no zones


def saved(book):
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def workbook(rows, merges=(), *, title="收支总表", ruled=(), change=None):
    book = Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    for row in ruled:
        for cell in sheet[row]:
            cell.border = RULED
    for merge in merges:
        sheet.merge_cells(merge)
    if change is not None:
        change(sheet)
    return saved(book)


def blocks(document):
    return [
        [[cell.text for cell in row] for row in block.rows]
        if isinstance(block, Table)
        else block.text
        for block in document.blocks
    ]


@pytest.mark.parametrize(
    ("stored", "code", "shown"),
    [
        (26, "0.00", "26.00"),
        (0.5, "0.00%", "50.00%"),
        (0.17, "0%", "17%"),
        (1234.5, "#,##0.00", "1,234.50"),
        (31214205.8, "#,##0.00", "31,214,205.80"),
        (2.675, "0.00", "2.68"),  # half up, by the decimals that are shown
        (-1234.5, "#,##0.00;[Red]-#,##0.00", "-1,234.50"),
        (-1234.5, "#,##0.00_);(#,##0.00)", "(1,234.50)"),
        (-0.001, "0.00", "0.00"),
        (12.3, ACCOUNTING, "12.30"),
        (0, ACCOUNTING, "-"),
        (0, "#,##0.00;-#,##0.00;", ""),  # a format that hides zeros
        (3.0, "General", "3"),
        (3, "", "3"),
        (47.43, "General", "47.43"),
        (100.1 + 200.2, "General", "300.3"),
        (189767551.25, "General", "189767551.25"),
        (1e-7, "General", "0.0000001"),
        (304001, "@", "304001"),
        (7, "000", "007"),
        (1.5, "0.##", "1.5"),
        (2.0, "0.##", "2"),
        (5, '0"项"', "5项"),
        (12, "[$￥-804]#,##0.00", "￥12.00"),
        (31000, "0!.0,", "3.1"),  # thousands shown as tens of thousands
        (12345678, '0!.0,"万元"', "1234.6万元"),
        (20000, '[>=10000]0!.0,"万";0', "2.0万"),
        (200, '[>=10000]0!.0,"万";0', "200"),
        (0.5, "# ?/?", "0.5"),
    ],
)
def test_a_number_is_read_as_it_is_shown(stored, code, shown):
    assert show_number(stored, code) == shown


@pytest.mark.parametrize(
    ("stored", "code", "shown"),
    [
        (day(2021, 12, 31), "yyyy-mm-dd", "2021-12-31"),
        (day(2021, 12, 31), 'yyyy"年"m"月"d"日"', "2021年12月31日"),
        (day(2021, 3, 1), '[$-804]yyyy"年"m"月";@', "2021年3月"),
        (day(2021, 3, 1), "yyyy/m/d;@", "2021/3/1"),
        (date(2021, 12, 31), "mm-dd-yy", "2021-12-31"),  # "as this computer writes dates"
        (day(2021, 12, 31, 15, 4, 5), "yyyy-mm-dd hh:mm:ss", "2021-12-31 15:04:05"),
        (time(9, 5), "h:mm", "9:05"),
        (day(2021, 12, 31, 15, 4), "h:mm AM/PM", "3:04 下午"),
        (timedelta(hours=26, minutes=3), "[h]:mm", "26:03"),
        (day(2021, 12, 31), "aaaa", "星期五"),
    ],
)
def test_a_date_is_read_as_it_is_shown(stored, code, shown):
    assert is_date_format(code) or code == "aaaa"
    assert show_date(stored, code) == shown


def test_a_format_for_numbers_is_none_for_dates():
    for code in ("General", "0.00", "[Red]0.00", '#,##0.00"元/m"', ACCOUNTING):
        assert not is_date_format(code)


def test_every_kind_of_cell_is_read():
    def change(sheet):
        for column, code in enumerate(("0.00", "0.00%", "yyyy-mm-dd", "General"), start=1):
            sheet.cell(1, column).number_format = code

    rows = [[26, 0.5, date(2021, 12, 31), "0"], [True, None, "第一_x000D_\n第二", "#REF!"]]
    (table,) = read_xlsx(workbook(rows, title="Sheet1", change=change)).tables
    assert [cell.text for cell in table.rows[0]] == ["26.00", "50.00%", "2021-12-31", "0"]
    assert [cell.text for cell in table.rows[1]] == ["TRUE", "", "第一\n第二", "#REF!"]


def test_captions_and_remarks_around_a_ruled_table_are_paragraphs():
    rows = [
        ["收支总表", None, None],
        ["编制部门：某局", None, "单位：元"],
        ["项目", "预算数", None],
        ["收入", "1", None],
        ["注：本表无数据。", None, None],
    ]
    document = read_xlsx(workbook(rows, ["A1:C1"], ruled=[3, 4], title="Sheet1"))
    assert blocks(document) == [
        "收支总表",
        "编制部门：某局  单位：元",
        [["项目", "预算数"], ["收入", "1"]],
        "注：本表无数据。",
    ]
    assert document.tables_only


def test_two_tables_on_a_ruled_sheet_are_two():
    rows = [["甲", "1"], ["乙", "2"], [None, None], ["第二张表", None], ["丙", "3"]]
    document = read_xlsx(workbook(rows, ruled=[1, 2, 5], title="Sheet1"))
    assert blocks(document) == [[["甲", "1"], ["乙", "2"]], "第二张表", [["丙", "3"]]]


def test_without_ruling_a_title_and_a_gap_part_tables():
    rows = [
        ["第一张表", None],
        ["甲", "1"],
        [None, None],
        ["乙", "2"],
        [None, None],
        ["第二张表", None],
        ["丙", "3"],
    ]
    document = read_xlsx(workbook(rows, title="Sheet1"))
    assert blocks(document) == [
        "第一张表",
        [["甲", "1"], ["", ""], ["乙", "2"]],
        "第二张表",
        [["丙", "3"]],
    ]


def test_a_merge_stands_once_across_and_covers_cells_below():
    rows = [["项目", None, "金额"], ["一", "二", None], ["三", "四", "5"]]
    data = workbook(rows, ["A1:B1", "C1:C2"], title="Sheet1")
    (table,) = read_xlsx(data).tables
    first, second, _ = table.rows
    assert [(c.text, c.column, c.column_span, c.row_span) for c in first] == [
        ("项目", 0, 2, 1),
        ("金额", 2, 1, 2),
    ]
    assert [(c.text, c.column, c.covered) for c in second] == [
        ("一", 0, False),
        ("二", 1, False),
        ("", 2, True),
    ]


def test_empty_edges_are_cut_and_empty_cells_inside_stay():
    rows = [[None] * 4, [None, "甲", None, "1"], [None, "乙", None, None], [None, "丙", "2", None]]
    (table,) = read_xlsx(workbook(rows, ruled=[2, 3, 4], title="Sheet1")).tables
    texts = [[cell.text for cell in row][-3:] for row in table.rows]
    assert texts == [["甲", "", "1"], ["乙", "", ""], ["丙", "2", ""]]


@pytest.mark.parametrize(
    ("name", "is_read"),
    [("Sheet1", False), ("表01", False), ("工作表2", False), ("三公经费表", True)],
)
def test_the_name_of_a_sheet_is_read_where_it_says_something(name, is_read):
    document = read_xlsx(workbook([["甲", "1"]], title=name))
    assert document.text.startswith(f"{name}\n")
    assert (name in blocks(document)) is is_read


def test_a_hidden_sheet_is_left_out_and_hidden_rows_are_read():
    book = Workbook()
    book.active.append(["甲", "1"])
    book.active.append(["乙", "2"])
    book.active.row_dimensions[2].hidden = True
    hidden = book.create_sheet("参数")
    hidden.append(["数据源", "x"])
    hidden.sheet_state = "hidden"
    document = read_xlsx(saved(book))
    assert blocks(document) == [[["甲", "1"], ["乙", "2"]]]
    assert document.hidden_sheets == ("参数",)
    assert unpack(pack(document)) == document


def test_a_cell_at_the_far_end_costs_nothing():
    def change(sheet):
        sheet["XFD1048576"] = "x"
        sheet.merge_cells("A1:XFD1")

    rows = [["收支总表"], ["项目", "预算数"], ["收入", "1"]]
    document = read_xlsx(workbook(rows, title="Sheet1", change=change))
    assert blocks(document) == ["收支总表", [["项目", "预算数"], ["收入", "1"]], "x"]


def rewritten(data, member, pattern, replacement):
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == member:
                content = re.sub(pattern, replacement, content)
            new.writestr(name, content)
    return buffer.getvalue()


def test_a_merge_of_everything_is_refused():
    data = workbook([["甲", "1"]], ["A2:B3"])
    data = rewritten(data, "xl/worksheets/sheet1.xml", b"A2:B3", b"A2:XFD1048576")
    with pytest.raises(DocumentError) as caught:
        read_xlsx(data)
    assert caught.value.text("zh") == (
        ": 工作簿过大（解压后超过 256 MB，或单元格超过 1000000 个）\n"
        "  请把预算公开表复制到一个新工作簿，去掉多余的格式和合并单元格，保存后再试。"
    )


def test_a_formula_gives_its_stored_result():
    data = workbook([["合计", "=1+2"]])
    data = rewritten(data, "xl/worksheets/sheet1.xml", rb"<v ?/>|<v></v>", b"<v>3</v>")
    (table,) = read_xlsx(data).tables
    assert [cell.text for cell in table.rows[0]] == ["合计", "3"]


def test_a_formula_without_a_stored_result_is_an_error():
    data = workbook([["合计", "=1+2"]])
    data = rewritten(data, "xl/worksheets/sheet1.xml", rb"<v ?/>|<v></v>", b"")
    with pytest.raises(DocumentError) as caught:
        read_xlsx(data)
    assert caught.value.text("zh") == (
        ": 有公式没有保存计算结果，例如工作表“收支总表”的 B1\n"
        "  请用 Excel 或 WPS 打开工作簿，等公式算完后保存，再试一次。"
    )


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (workbook([]), "工作簿里没有内容"),
        (workbook([["甲", "1"]])[:-200], "已损坏或不完整"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "工作簿有打开密码"),
        (rewritten(workbook([["甲"]]), "xl/workbook.xml", rb"</workbook>", b""), "工作簿已损坏"),
    ],
)
def test_a_workbook_that_cannot_be_read_says_so(data, words):
    with pytest.raises(DocumentError, match=words):
        raise_in_chinese(read_xlsx, data)


@pytest.mark.parametrize("data", [b"", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)])
def test_an_xls_that_cannot_be_read_says_so(data):
    with pytest.raises(DocumentError, match="工作簿已损坏"):
        raise_in_chinese(read_xls, data)


def raise_in_chinese(read, data):
    try:
        read(data)
    except DocumentError as error:
        error.args = (error.text("zh"),)
        raise


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice makes the xls")
def test_an_xls_reads_like_the_xlsx_that_it_was(tmp_path):
    def change(sheet):
        sheet["B3"].number_format = "#,##0.00"
        sheet["C3"].number_format = "0.00%"
        sheet["B4"].number_format = "yyyy-mm-dd"
        sheet["C4"] = True

    rows = [
        ["收支总表", None, None],
        ["项目", "预算数", None],
        ["收入", 1234.5, 0.5],
        ["日期", date(2021, 12, 31), None],
    ]
    data = workbook(rows, ["A1:C1", "B2:C2"], ruled=[2, 3, 4], change=change)
    (tmp_path / "a.xlsx").write_bytes(data)
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    subprocess.run(
        [shutil.which("soffice"), profile, "--headless", "--convert-to", "xls", "a.xlsx"],
        cwd=tmp_path, check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    found = read_xls((tmp_path / "a.xls").read_bytes())
    assert found.text == read_xlsx(data).text
    assert blocks(found)[1][1] == ["收入", "1,234.50", "50.00%"]


@pytest.mark.parametrize(("kind", "read"), [("xlsx", read_xlsx), ("xls", read_xls)])
def test_a_workbook_has_the_tables_of_the_docx_cell_by_cell(disclosures, kind, read):
    docx = read_docx((disclosures / "xianghe-gongxin-2021.docx").read_bytes())
    found = read((disclosures / f"xianghe-gongxin-2021.{kind}").read_bytes())
    assert len(found.tables) == 35
    for ours, theirs in zip(found.tables, docx.tables, strict=True):
        assert shape(ours) == shape(theirs)


def shape(table):
    return [
        [(cell.text, cell.column, cell.column_span, cell.covered) for cell in row]
        for row in table.rows
    ]
