"""Sentences with figures, as bureaus word them."""

from datetime import date
from decimal import Decimal

import pytest

from yusuan.interpreting.values import read_value

REVENUE, EXPENDITURE, CHANGE = "1、收入说明\n", "2、支出说明\n", "3、比上年增减情况\n"
THREE, OPERATING = "四、“三公”经费预算情况\n", "三、机关运行经费安排情况\n"
GENERAL = "五、一般公共预算当年拨款情况说明\n"


@pytest.mark.parametrize(
    ("section", "figures", "changes"),
    [
        (
            # other provinces, 2022
            REVENUE + "2024年收入总预算317.6万元,同比增加8.25万元,同比增长2.8%。",
            {"dept-revenue-text.total": "317.6"},
            [("dept-revenue-text.total", "8.25", 2023, None)],
        ),
        (
            REVENUE + "香河县教育局收入预算3,121.42万元，其中：财政拨款收入3,121.42万元，"
            "比2023年预算增加107.62万元；事业收入0万元。",
            {"dept-revenue-text.total": "3121.42", "dept-revenue-text.fiscal": "3121.42",
             "dept-revenue-text.business": "0"},
            [("dept-revenue-text.fiscal", "107.62", 2023, None)],
        ),
        (
            THREE + "公务接待费1.35万元。比2023年预算持平，主要原因是公务接待费保持不变。",
            {"dept-three-public.reception": "1.35"},
            [("dept-three-public.reception", "0", 2023, "公务接待费保持不变")],
        ),
        (
            THREE + "公务用车购置及运行费6万元（其中：公务用车购置费0万元，"
            "公务用车运行维护费6万元），与上年持平。",
            {"dept-three-public.vehicles": "6", "dept-three-public.vehicle-purchase": "0",
             "dept-three-public.vehicle-running": "6"},
            [("dept-three-public.vehicles", "0", 2023, None)],
        ),
        (
            THREE + "公务用车购置费0万元（与上年持平），"
            "公务用车运行维护费6万元（比上年减少1万元）。",
            {"dept-three-public.vehicle-purchase": "0", "dept-three-public.vehicle-running": "6"},
            [("dept-three-public.vehicle-purchase", "0", 2023, None),
             ("dept-three-public.vehicle-running", "-1", 2023, None)],
        ),
        (
            "四、“三公经费”预算情况\n2024年“三公经费”预算8.2万元，比2023年减少0.8万元。",
            {"dept-three-public.three-public": "8.2"},
            [("dept-three-public.three-public", "-0.8", 2023, None)],
        ),
        (
            REVENUE + "2024年收入预算100万元。其中：事业收入95万元，上年为88万元，增加7万元；"
            "其他收入5万元，上年为2万元，增加3万元。",
            {"dept-revenue-text.total": "100", "dept-revenue-text.business": "95",
             "dept-revenue-text.business.2023": "88", "dept-revenue-text.other": "5",
             "dept-revenue-text.other.2023": "2"},
            [("dept-revenue-text.business", "7", 2023, None),
             ("dept-revenue-text.other", "3", 2023, None)],
        ),
        (
            REVENUE + "2024年收入预算100万元（其中：上年结转20万元），比上年增加5万元。",
            {"dept-revenue-text.total": "100", "dept-revenue-text.carry-over": "20"},
            [("dept-revenue-text.total", "5", 2023, None)],
        ),
        (
            REVENUE + "2024年收入预算100万元，其中：事业收入50万元；"
            "使用非财政拨款结余50万元，占50%。",
            {"dept-revenue-text.total": "100", "dept-revenue-text.business": "50",
             "dept-revenue-text.surplus": "50"},
            [],
        ),
        (
            # sh 财政局 2025
            THREE + "公务用车购置费0万元，与2023年预算一致0万元，主要原因是本部门无公务用车。",
            {"dept-three-public.vehicle-purchase": "0"},
            [("dept-three-public.vehicle-purchase", "0", 2023, "本部门无公务用车")],
        ),
        (
            THREE + "“三公”经费预算5万元，2023年预算为6万元，减少1万元，"
            "下降16.7%，原因是压减接待。",
            {"dept-three-public.three-public": "5", "dept-three-public.three-public.2023": "6"},
            [("dept-three-public.three-public", "-1", 2023, "压减接待")],
        ),
        (
            THREE + "二〇二四年“三公”经费预算5万元，比二〇二三年预算减少1万元。",
            {"dept-three-public.three-public": "5"},
            [("dept-three-public.three-public", "-1", 2023, None)],
        ),
        (
            THREE + "因公出国（境）费零万元，公务接待费-万元，公务用车购置费0.00万元，"
            "公务用车运行维护费为零。",
            {"dept-three-public.abroad": "0", "dept-three-public.vehicle-purchase": "0",
             "dept-three-public.vehicle-running": "0"},
            [],
        ),
        (
            OPERATING + "香河县教育局机关财政拨款的机关运行经费预算为229.43万元，"
            "较上年有所增加12万元，增长5.5%，主要是由于物价上涨。",
            {"dept-operating.operating": "229.43"},
            [("dept-operating.operating", "12", 2023, "物价上涨")],
        ),
        (
            EXPENDITURE + "2024年支出总预算100万元，其中：基本支出60万元（人员经费50万元、"
            "公用经费10万元），项目支出40万元。与上年相比，支出总预算增加5万元。",
            {"dept-expenditure-text.total": "100", "dept-expenditure-text.basic": "60",
             "dept-expenditure-text.basic-personnel": "50",
             "dept-expenditure-text.basic-public": "10", "dept-expenditure-text.project": "40"},
            [("dept-expenditure-text.total", "5", 2023, None)],
        ),
        (
            # sh 万里街道 2024
            GENERAL + "1. “一般公共服务支出（类）统计信息事务（款）专项普查活动（项）”25.77万元"
            "，主要用于专项普查活动。2023年当年预算执行数为60.13万元，"
            "2024年预算安排25.77万元，比2023年预算执行数减少57.14%。"
            "主要原因是：项目调整。",
            {"dept-general-function.2010507.total": "25.77",
             "dept-general-function.2010507.total.2023.executed": "60.13"},
            [],
        ),
        (
            # the same, whose two figures differ
            GENERAL + "31. “住房保障支出（类）住房改革支出（款）住房公积金（项）”350.35万元，"
            "主要用于住房公积金。2024年预算安排352.67万元，比2023年预算执行数增加0.53%。",
            {"dept-general-function.2210201.total": "350.35",
             "dept-general-function.2210201.total.2": "352.67"},
            [],
        ),
        (
            GENERAL + "教育支出（类）普通教育（款）小学教育（项）2024年预算数为10万元，"
            "比2023年预算数增加2万元；教育支出（类）普通教育（款）初中教育（项）2024年预算数为"
            "20万元。",
            {"dept-general-function.2050202.total": "10",
             "dept-general-function.2050203.total": "20"},
            [("dept-general-function.2050202.total", "2", 2023, None)],
        ),
    ],
)  # fmt: skip
def test_sentences_say_figures(lines, section, figures, changes):
    found, changed, unread = lines(section + "\n")
    assert {key: Decimal(yuan) / 10000 for key, yuan in found} == {
        key: Decimal(amount) for key, amount in figures.items()
    }
    assert changed == [
        (key, Decimal(amount) * 10000, year, reason) for key, amount, year, reason in changes
    ]
    assert unread == []


@pytest.mark.parametrize(
    ("section", "unread"),
    [
        # a function that no list has under this name
        (
            GENERAL + "“卫生健康支出（类）卫生健康支出（款）计划生育事务（项）”科目20.00万元。",
            ["20.00万元"],
        ),
        # of whom it is said is not known
        (REVENUE + "下属事业单位收入预算50万元。", ["50万元"]),
        # last year's figure of something unknown
        (THREE + "上年培训用车补贴3万元。", ["3万元"]),
        # compared with its own budget, in yuan: no other year
        (THREE + "公务接待费2万元，比2024年预算减少1万元。", ["1万元"]),
        # a year that is not over yet
        (REVENUE + "2025年收入预算60万元。", ["60万元"]),
        # bracketed: only a part of it
        (EXPENDITURE + "项目支出（专款）50万元。", ["50万元"]),
        (REVENUE + "财政拨款收入支出增加额50万元。", ["50万元"]),
    ],
)
def test_a_figure_that_is_not_understood_is_reported(lines, section, unread):
    found, changes, left = lines(section + "\n")
    assert left == unread
    assert len(found) + len(changes) == (1 if "公务接待费2万元" in section else 0)


@pytest.mark.parametrize(
    "sentence",
    [
        "单价100万元（含）以上设备0台（套）。", "400.00万元以上基本建设项目由本局评审。",
        "以上数字口径一致。", "表中数字以万元为单位。",
    ],
)  # fmt: skip
def test_a_limit_is_no_figure(lines, sentence):
    assert lines(REVENUE + sentence + "\n") == ([], [], [])


@pytest.mark.parametrize(
    ("printed", "due"),
    [
        ("12月上旬", date(2024, 12, 10)), ("12月中旬", date(2024, 12, 20)),
        ("12月下旬", date(2024, 12, 31)), ("2月底前", date(2024, 2, 29)),
    ],
)  # fmt: skip
def test_a_third_of_a_month_has_its_own_last_day(printed, due):
    assert read_value(printed, 2024).due == due


def test_what_is_said_twice_alike_is_said_once(lines):
    sentence = "公务接待费2万元，比上年减少1万元。\n"
    found, changes, unread = lines(THREE + sentence * 2)
    assert [key for key, _ in found] == ["dept-three-public.reception"]
    assert [key for key, *_ in changes] == ["dept-three-public.reception"]
    assert unread == []


def test_the_income_of_the_year_is_not_all_income(lines):
    # common in Jiangsu: 收入预算总计 with 上年结转, 本年收入合计 without
    found, _, unread = lines(
        REVENUE + "收入预算总计5,000万元。包括：本年收入合计4,900万元，上年结转100万元。\n"
    )
    assert dict(found) == {
        "dept-revenue-text.total": 50_000_000,
        "dept-balance.revenue.current-total": 49_000_000,
        "dept-revenue-text.carry-over": 1_000_000,
    }
    assert unread == []


@pytest.mark.parametrize("printed", ["3,万元", "1,2万元", "12.5.6万元"])
def test_what_is_no_number_is_reported(lines, printed):
    found, _, unread = lines(THREE + f"公务接待费{printed}。\n")
    assert (found, unread) == ([], [printed])


def test_an_amount_of_last_year_beside_the_comparison(lines):
    # common in Beijing
    found, changes, unread = lines(
        REVENUE + "2024年收入预算1234.56万元，比2023年1200.00万元增加34.56万元，增长2.88%。\n"
    )
    assert dict(found) == {
        "dept-revenue-text.total": Decimal(12_345_600),
        "dept-revenue-text.total.2023": Decimal(12_000_000),
    }
    assert changes == [("dept-revenue-text.total", Decimal(345_600), 2023, None)]
    assert unread == []
