"""Charts: what is drawn, in which unit, for whom it can be read, and what is no chart."""

from __future__ import annotations

import re
import sys

import pytest
from click.testing import CliRunner
from lxml import etree

from yusuan.cli import main
from yusuan.errors import UsageError
from yusuan.querying import Cell, Drawing, Rows, Truth, ask, draw, question, questions

pytest.importorskip("vl_convert", reason="vl-convert, of the extra `chart`, is not installed")

XSD = "http://www.w3.org/2001/XMLSchema#"
SVG = "{http://www.w3.org/2000/svg}"


def figures(variables, *rows):
    """An answer whose whole numbers are figures and whose texts are texts."""
    return Rows(
        tuple(variables.split()),
        [
            tuple(
                None
                if value is None
                else Cell("literal", str(value), XSD + "integer")
                if isinstance(value, int)
                else Cell("literal", value)
                for value in row
            )
            for row in rows
        ],
    )


def seen(chart):
    """Return the texts of a chart as they stand in the picture, in the order of the file."""
    root = etree.fromstring(chart.svg)
    return ["".join(one.itertext()) for one in root.iter(f"{SVG}text")]


def told(chart, tag):
    return etree.fromstring(chart.svg).findtext(f"{SVG}{tag}")


def drawn(source, name, language="zh", **given):
    asked = question(name)
    answer = ask(source, asked.query(given, source.base), 60)
    return draw(answer, asked.drawing, asked.titles[language], asked.descriptions[language],
                language)  # fmt: skip


def test_a_chart_has_title_sentence_unit_and_the_figures_of_the_table(all_counties):
    chart = drawn(all_counties, "Q1")
    words = seen(chart)
    assert "各部门支出预算" in words
    assert "每份文件写明的支出总额；同一地区一种颜色" in words
    assert "支出总额（万元）" in words
    assert {"690.36", "15,621.11", "18,976.76", "3,121.42", "4,624.64"} < set(words)
    assert {"平山县", "普陀区", "香河县"} < set(words)
    assert "上海市普陀区财政局 2025" in words
    assert chart.notes == ()


def test_it_speaks_english(all_counties):
    words = seen(drawn(all_counties, "Q15", "en"))
    assert "Expenditure by COFOG division" in words
    assert "Expenditure (unit: 10,000 yuan)" in words
    assert "Housing and community amenities" in words
    # What the divisions of a county make together stands at the end of its bar.
    assert "22,098.18" in words


def test_who_can_not_see_it_is_told_what_it_shows(all_counties):
    chart = drawn(all_counties, "Q2")
    root = etree.fromstring(chart.svg)
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "chart-title chart-desc"
    assert told(chart, "title") == "“三公”经费占支出的比重"
    assert told(chart, "desc").startswith("“三公”经费与支出总额之比，从高到低 ")
    assert "香河县工业和信息化局 2021 香河县: 0.082 %" in told(chart, "desc")


def test_its_letters_are_letters_in_fonts_that_machines_here_have(all_counties):
    text = drawn(all_counties, "Q4").svg.decode("utf-8")
    assert "与上年文件相比" in text
    (fonts,) = set(re.findall(r'font-family="([^"]+)"', text))
    assert {"Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", "sans-serif"} < {
        one.strip().strip("'") for one in fonts.split(",")
    }
    # Nothing is fetched to show it.
    assert re.findall(r'(?:href|src)="|url\(http', text) == []


def test_the_same_answer_makes_the_same_bytes(all_counties):
    assert drawn(all_counties, "Q14").svg == drawn(all_counties, "Q14").svg


@pytest.mark.parametrize("name", [one.name for one in questions() if one.drawing is not None])
def test_every_question_that_is_a_series_can_be_drawn(all_counties, name):
    chart = drawn(all_counties, name, "en")
    words = " ".join(seen(chart))
    assert question(name).titles["en"] in words
    # Columns are called by words of the language, not by their names.
    assert not re.search(r"[a-z]_[a-z]", words)


def test_questions_without_a_chart_are_lists_of_texts():
    assert [one.name for one in questions() if one.drawing is None] == ["Q9", "Q13"]


@pytest.mark.parametrize(
    ("largest", "unit", "shown"),
    [
        (99_999, "amount_cny（元）", "99,999"),
        (100_000, "amount_cny（万元）", "10.00"),
        (999_999_999, "amount_cny（万元）", "100,000.00"),
        (1_000_000_000, "amount_cny（亿元）", "10.00"),
    ],
)
def test_the_unit_is_the_one_that_fits_the_largest_figure(largest, unit, shown):
    answer = figures("name amount_cny", ("甲", largest), ("乙", 1))
    words = seen(draw(answer, None, None, None, "zh"))
    assert unit in words
    assert shown in words


def test_an_answer_of_ones_own_is_drawn_by_its_first_names_and_figures():
    answer = figures("county year total share", ("甲县", "2020", 3, 9), ("乙县", "2020", 5, 9))
    chart = draw(answer, None, None, None, "en")
    words = seen(chart)
    assert "total by county, year" in words
    assert {"甲县 2020", "乙县 2020", "3", "5"} < set(words)
    assert "2 rows" in words


def test_figures_over_years_are_a_line():
    answer = figures("year total", ("2019", 3), ("2020", 5), ("2021", 4))
    text = draw(answer, None, None, None, "en").svg.decode("utf-8")
    assert "mark-line" in text
    assert "mark-rect" not in text


def test_what_has_no_figure_has_no_bar_and_what_is_named_twice_has_two():
    answer = figures("name total", ("甲", 3), ("乙", None), ("甲", 4))
    drawing = Drawing(("name",), ("total",))
    words = seen(draw(answer, drawing, "t", "s", "zh"))
    assert {"甲", "甲 (2)", "3", "4"} < set(words)
    assert "乙" not in words


def test_what_is_no_number_after_all_has_no_bar():
    cells = [(Cell("literal", name), Cell("literal", value, XSD + "double"))
             for name, value in (("甲", "INF"), ("乙", "NaN"), ("丙", "1.5E1"))]  # fmt: skip
    words = seen(draw(Rows(("name", "total"), cells), None, None, None, "zh"))
    assert {"丙", "15"} < set(words)
    assert not {"甲", "乙"} & set(words)


def test_more_than_can_be_told_apart_is_left_out_and_said():
    answer = figures("name total", *((f"部门{number:03}", number) for number in range(200)))
    chart = draw(answer, None, None, None, "zh")
    assert [note.text("en") for note in chart.notes] == ["Only the first 60 of 200 rows are drawn."]
    assert "共200行 图中只有前 60 行，共 200 行。" in seen(chart)
    assert "部门059" in seen(chart)
    assert "部门060" not in seen(chart)


def test_names_are_text_whatever_stands_in_them():
    nasty = '<script>&"\x1b[2J'
    answer = figures("name total", (nasty, 3), ("乙", 4))
    words = seen(draw(answer, None, None, None, "zh"))
    assert any("<script>&" in word for word in words)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (figures("name", ("甲",)), "this answer can't be drawn"),
        (figures("total", (3,)), "this answer can't be drawn"),
        (Truth(holds=True), "this answer can't be drawn"),
        (figures("name total"), "the answer has no figure to draw"),
    ],
)
def test_what_is_no_series_is_told(answer, reason):
    with pytest.raises(UsageError) as caught:
        draw(answer, None, None, None, "zh")
    assert caught.value.text("en").startswith(f"--chart: {reason}")


def test_without_the_library_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    with pytest.raises(UsageError) as caught:
        draw(figures("name total", ("甲", 3)), None, None, None, "zh")
    assert caught.value.text("en") == (
        "--chart: the library that draws is not installed\n"
        "  pip install 'yusuan[chart]', or leave out --chart"
    )


# ------------------------------------------------------------------ the command


@pytest.fixture
def run():
    def command(*arguments):
        done = CliRunner().invoke(main, [*map(str, arguments), "--lang", "en"])
        return done.exit_code, done.stdout, done.stderr

    return command


def test_the_command_prints_the_table_and_writes_the_chart(run, real_counties, tmp_path):
    target = tmp_path / "chart.svg"
    place = real_counties / "130131.n-638a6e91.2025.budget"
    code, out, err = run("query", "Q15", place, "--format", "csv", "--chart", target)
    assert code == 0
    assert out.splitlines()[1] == "平山县,2025,01,5163900,1"
    assert err == f"The chart is in {target}\n"
    assert "516.39" in target.read_text("utf-8") or "690.36" in target.read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["Q9", "--chart", "{}/c.svg"], "--chart: what Q9 answers is no series of figures"),
        (["Q5", "--chart", "{}/c.svg"], "--chart: the answer has no figure to draw"),
        (["Q1", "--chart", "{}/c.png"], "{}/c.png: a chart is an SVG file"),
        (["Q1", "-o", "{}/c.svg"], "{}/c.svg: .svg tells no format"),
        (["ASK {{ ?s ?p ?o }}", "--chart", "{}/c.svg"], "--chart: this answer can't be drawn"),
    ],
)
def test_nothing_is_written_where_nothing_can_be_drawn(
    run, real_counties, tmp_path, arguments, told
):
    place = real_counties / "130131.n-638a6e91.2025.budget"
    asked, *options = [one.format(tmp_path) for one in arguments]
    code, out, err = run("query", asked, place, *options)
    assert (code, out) == (2, "")
    assert err.startswith(f"Error: {told.format(tmp_path)}")
    assert list(tmp_path.iterdir()) == []
