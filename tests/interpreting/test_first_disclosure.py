"""Everything in the first disclosure becomes rows. The figures were counted by hand."""

from collections import Counter
from datetime import date
from decimal import Decimal

import pytest


def of(interpretation, table, **wanted):
    return [
        row
        for row in interpretation.rows[table]
        if all(row.get(key) == value for key, value in wanted.items())
    ]


def test_nothing_is_left_unread(first):
    assert first.unread == ()
    counts = first.extraction
    assert (counts.tables, counts.tables_interpreted, counts.cells) == (35, 35, 1290)
    assert counts.cells_used + counts.cells_label == counts.cells
    assert counts.paragraphs_used + counts.paragraphs_label == counts.paragraphs


def test_segments_tile_the_text(first, first_text):
    segments = first.rows["segments"]
    assert "".join(row["text"] for row in segments) == first_text
    at = 0
    for row in segments:
        assert row["char_start"] == at
        at = row["char_end"]
    assert at == len(first_text)


@pytest.mark.parametrize(
    ("kind", "count"),
    [
        ("legal-basis", 1), ("duty", 25), ("overall-goal", 7), ("goal-group", 7),
        ("sub-goal", 19), ("safeguard", 24), ("project-goal", 33), ("other-matter", 1),
    ],
)  # fmt: skip
def test_text_items_by_kind(first, kind, count):
    assert len(of(first, "text_items", kind=kind)) == count


def test_each_row_points_at_its_own_words(first, first_text):
    for row in first.rows["text_items"]:
        place = first_text[row["char_start"] : row["char_end"]]
        assert row["text"].split("\n")[0] in place
    for row in first.rows["budget_lines"]:
        assert first_text[row["char_start"] : row["char_end"]] == row["printed"]
    for row in first.rows["citations"]:
        assert first_text[row["char_start"] : row["char_end"]] == row["text"]
    for row in first.rows["organization_names"]:
        assert first_text[row["char_start"] : row["char_end"]] == row["name"]


@pytest.mark.parametrize(
    ("key", "yuan", "printed"),
    [
        ("dept-revenue-text.total", 46246400, "4624.64"),
        ("dept-revenue-text.general", 43296400, "4329.64"),
        ("dept-revenue-text.fund", 0, "0"),
        ("dept-revenue-text.fiscal-account", 0, "0"),
        ("dept-revenue-text.other", 0, "0"),
        ("dept-revenue-text.carry-over", 2950000, "295.00"),
        ("dept-expenditure-text.total", 46246400, "4624.64"),
        ("dept-expenditure-text.basic", 46246400, "4624.64"),  # as printed, faults included
        ("dept-expenditure-text.basic-personnel", 16236300, "1623.63"),
        ("dept-expenditure-text.basic-public", 1238600, "123.86"),
        ("dept-expenditure-text.project", 28771500, "2877.15"),
        ("dept-expenditure-text.project-own", 28771500, "2877.15"),
        ("dept-expenditure-text.remit-up", 0, "0"),
        ("dept-expenditure-text.other", 0, "0"),
        ("dept-operating.operating", 1238600, "123.86"),
        ("dept-three-public.three-public", 38000, "3.8"),
        ("dept-three-public.abroad", 0, "0"),
        ("dept-three-public.vehicles", 38000, "3.8"),
        ("dept-three-public.vehicle-purchase", 0, "0"),
        ("dept-three-public.vehicle-running", 38000, "3.8"),
        ("dept-three-public.reception", 0, "0"),
    ],
)
def test_every_figure_of_the_narrative(first, key, yuan, printed):
    (line,) = of(first, "budget_lines", line_key=key)
    assert (line["amount_cny"], line["printed"], line["unit"]) == (yuan, printed, "万元")


def test_there_are_no_other_lines(first):
    assert len(first.rows["budget_lines"]) == 21 + 3 * 16


@pytest.mark.parametrize(
    ("key", "change", "word", "reason"),
    [
        ("dept-revenue-text.total", -12252100, "减少", None),
        ("dept-expenditure-text.total", -12252100, "减少", None),
        ("dept-expenditure-text.basic", -887400, "减少", "人员经费支出"),
        ("dept-expenditure-text.project", -11364700, "减少", "智慧城市建设项目支出"),
        ("dept-three-public.three-public", 0, "持平", None),
        ("dept-three-public.vehicles", 0, "持平", None),
        ("dept-three-public.vehicle-purchase", 0, "持平", None),
        ("dept-three-public.vehicle-running", 0, "持平", None),
        ("dept-three-public.reception", 0, "持平", None),
    ],
)
def test_changes_from_last_year(first, key, change, word, reason):
    (row,) = of(first, "budget_changes", change_key=key)
    assert (row["change_cny"], row["direction_text"], row["reason"]) == (change, word, reason)
    assert row["base_year"] == 2020


def test_leaves_add_up_without_counting_twice(first):
    leaves = of(first, "budget_lines", form="dept-expenditure-text", role="leaf")
    assert sum(row["amount_cny"] for row in leaves) == 46246400


def test_projects_and_their_indicators(first):
    counts = Counter(
        row["project_code"] for row in of(first, "performance_targets", scope="project")
    )
    in_order = [counts[row["project_code"]] for row in first.rows["projects"]]
    assert in_order == [7, 12, 8, 12, 7, 7, 7, 7, 7, 7, 9, 7, 7, 11, 8, 7]
    totals = of(first, "budget_lines", form="dept-project", role="total")
    assert sum(row["amount_cny"] for row in totals) == Decimal(25951000)
    assert [row["name"] for row in of(first, "projects", earmarked=True)] == [
        "（专款）冀财教【2020】181号关于提前下达2021年省级支持市县科技创新和科学普及专项资金"
    ]
    assert {row["org_id"] for row in first.rows["projects"]} == {"131024.304001"}


def test_a_blank_in_a_payment_plan_is_not_zero(first):
    plans = first.rows["payment_plans"]
    assert len(plans) == 64
    hole = [row for row in plans if row["project_code"] == "13102421I8YQKA11XGT2R"]
    assert [(row["cumulative_percent"], row["status"]) for row in hole] == [
        (None, "blank"), (50, "stated"), (None, "blank"), (100, "stated")
    ]  # fmt: skip
    assert {row["as_of"] for row in plans} == {
        date(2021, 3, 31), date(2021, 6, 30), date(2021, 10, 31), date(2021, 12, 31)
    }  # fmt: skip


def test_the_departments_indicators_stand_by_meaning_and_not_by_header(first):
    targets = of(first, "performance_targets", scope="department")
    assert len(targets) == 7
    assert all("优" in row["scoring"] for row in targets)
    assert not any("优" in row["description"] for row in targets)
    texts = [row["printed"] for row in targets if row["value_kind"] == "text"]
    assert texts == ["起到一定的社会效益", "起到一定可持续性影响"]
    assert len(first.rows["score_bands"]) == 23


@pytest.mark.parametrize(
    ("printed", "kind", "operator", "value", "unit", "due"),
    [
        ("≥2期", "number", "ge", 2, "期", None),
        ("100%", "percent", None, 100, "%", None),
        ("10月底前", "deadline", "le", None, None, date(2021, 10, 31)),
        ("6月后", "deadline", "gt", None, None, date(2021, 6, 30)),
        ("2021年6-12月", "deadline", None, None, None, date(2021, 12, 31)),
        ("12个月", "duration", None, 12, "个月", None),
        ("≤0.4万元", "number", "le", Decimal("0.4"), "万元", None),
        ("医保核销后差额部分", "text", None, None, None, None),
    ],
)
def test_values_are_told_apart(first, printed, kind, operator, value, unit, due):
    row = of(first, "performance_targets", printed=printed)[0]
    found = (row["value_kind"], row["operator"], row["value"], row["value_unit"], row["due"])
    assert found == (kind, operator, value, unit, due)


def test_the_procurement_row_that_the_dump_cut_short(first):
    leaves = of(first, "procurement_items", role="leaf")
    assert [(row["item_name"], row["catalogue_code"], row["amount_cny"]) for row in leaves] == [
        ("软件运维服务", "C020603", 500000),
        ("互联网信息服务", "C0302", 1071400),
    ]
    assert len(first.rows["procurement_items"]) == 6
    assert [row["code"] for row in first.rows["classifications"]] == ["C020603", "C0302"]


def test_assets(first):
    found = {row["asset_class"]: row for row in first.rows["assets"]}
    assert len(first.rows["assets"]) == 7
    assert found["total"]["amount_cny"] == 45839800
    assert found["buildings"]["status"] == "blank"
    assert found["buildings"]["amount_cny"] is None
    assert (found["vehicles"]["quantity"], found["vehicles"]["amount_cny"]) == (2, 199900)
    assert found["planned-purchase"]["status"] == "zero"
    assert found["total"]["as_of"] == date(2020, 12, 31)


def test_two_names_stand_for_one_department(first):
    names = [(row["org_id"], row["name"]) for row in first.rows["organization_names"]]
    assert names == [
        ("131024.304", "香河县工业和信息化局"),
        ("131024.304", "香河县科学技术和工业信息化局"),
        ("131024.304001", "香河县科学技术和工业信息化局本级"),
    ]
    assert [row["region_code"] for row in first.rows["regions"]] == ["130000", "131000", "131024"]


def test_terms_and_citations(first):
    assert len(first.rows["terms"]) == 10
    assert first.rows["terms"][0]["label"] == "一般公共预算拨款收入"
    cited = Counter(row["cited"] for row in first.rows["citations"])
    assert cited["ji-cai-jiao.2020.181"] == 9
    assert all(
        row["project_code"] == "131024217I7MEKS61BO8W"
        for row in of(first, "citations", cited="ji-cai-jiao.2020.181")
    )


def test_what_is_announced_and_empty(first):
    (item,) = of(first, "disclosure_items", requirement="organisation")
    assert item["status"] == "empty"
    assert len(first.rows["disclosure_items"]) == 22
