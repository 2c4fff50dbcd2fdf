"""Sentences as other places word them; what only looks like a figure is not read."""

from datetime import date
from decimal import Decimal

import pytest

EXPENDITURE, THREE = "2、支出说明\n", "四、“三公”经费预算情况\n"
OPERATING, GENERAL = "三、机关运行经费安排情况\n", "五、一般公共预算当年拨款情况说明\n"
ACCOUNTS = "香河县教育局2023年度部门决算\n一、部门职责\n（一）办事。\n"
FUNCTIONS = "五、一般公共预算财政拨款支出决算情况说明\n"


@pytest.fixture
def figures(read):
    """The printed figures of final accounts of 2023 by key, and what is unread."""

    def of(section: str):
        found = read(ACCOUNTS + section)
        lines = {row["line_key"]: row["printed"] for row in found.rows["budget_lines"]}
        return lines, [piece.text for piece in found.unread]

    return of


def test_a_figure_belongs_to_the_function_in_the_heading_above_it(figures):
    # Hunan 2023 (岳阳楼区枫桥湖街道): 类款项 in a paragraph of its own
    found, unread = figures(
        FUNCTIONS + "2023年度财政拨款支出年初预算数为2500.5万元，支出决算数为3290.1万元，其中：\n"
        "1、一般公共服务支出（类）政府办公厅（室）及相关机构事务（款）行政运行（项）。\n"
        "年初预算为1200万元，支出决算为1350.1万元，完成年初预算的112.51%。\n"
        "2、其他事项。\n年初预算为7万元。\n"
    )
    assert found == {
        "dept-general-function.total.approved": "2500.5",
        "dept-general-function.total": "3290.1",
        "dept-general-function.2010301.total.approved": "1200",
        "dept-general-function.2010301.total": "1350.1",
    }
    assert unread == ["7万元"]  # of 其他事项, which no list has


def test_the_class_may_stand_above_its_sections(lines):
    # Jiangsu 2024: 教育支出（类） over 普通教育（款）小学教育（项）
    found, _, unread = lines(
        GENERAL + "（一）教育支出（类）\n1.普通教育（款）小学教育（项）支出60万元。\n"
        "2.普通教育（款）初中教育（项）支出50万元，与上年预算数相同。\n"
    )
    assert dict(found) == {
        "dept-general-function.2050202.total": 600_000,
        "dept-general-function.2050203.total": 500_000,
    }
    assert unread == []


def test_figures_in_a_row_belong_to_names_in_a_row(figures):
    # Sichuan 2022 (大英县文化广播电视和旅游局)
    found, unread = figures(
        "一、收入支出决算总体情况说明\n2022年度收、支总计各是4125.49万元、4143.91万元。\n".replace(
            "2022", "2023"
        )
        + "六、一般公共预算财政拨款基本支出决算情况说明\n"
        "人员经费、公用经费分别为100万元、50万元。其他甲、乙分别为3万元和4万元。\n"
    )
    assert found == {
        "dept-balance.revenue.total": "4125.49",
        "dept-balance.expenditure.total": "4143.91",
        "dept-general-basic.basic-personnel": "100",
        "dept-general-basic.basic-public": "50",
    }
    assert unread == ["3万元", "4万元"]


def test_a_part_that_has_no_name_here_is_not_the_whole(figures):
    # Sichuan 2022: what the guests of one kind cost is not the total of 三公
    found, unread = figures(
        "七、“三公”经费财政拨款支出决算情况说明\n"
        "国内公务接待20批次，150人次（不包括陪同人员），共计支出2万元。\n"
    )
    assert (found, unread) == ({}, ["2万元"])


def test_the_reason_before_a_comparison_is_not_its_subject(figures, read):
    # Hunan 2023
    text = (
        "七、“三公”经费财政拨款支出决算情况说明\n公务接待费支出决算为2.5万元，完成预算的50%，"
        "决算数小于预算数的主要原因是厉行节约，与上年相比减少1万元，减少28.57%。\n"
    )
    assert figures(text) == ({"dept-three-public.reception": "2.5"}, [])
    (change,) = read(ACCOUNTS + text).rows["budget_changes"]
    assert (change["change_key"], change["change_cny"]) == ("dept-three-public.reception", -10_000)


@pytest.mark.parametrize(
    ("sentence", "key", "printed"),
    [
        ("2024年香河县教育局本级等37家行政单位机关运行经费财政拨款预算45万元。", "operating", "45"),
        ("香河县教育局机关运行经费支出98.5万元。", "operating", "98.5"),
        ("2024年本部门一般公共预算机关运行经费预算支出120.00万元。", "operating", "120.00"),
    ],
)  # fmt: skip
def test_whose_running_cost_it_is_stands_before_it(lines, sentence, key, printed):
    found, _, unread = lines(OPERATING + sentence + "\n")
    assert (dict(found), unread) == ({f"dept-operating.{key}": Decimal(printed) * 10000}, [])


def test_what_has_targets_is_left_aside_by_name(lines):
    # Sichuan, Jiangsu 2024: sums that other sections state
    for sentence in (
        "2024年实行绩效目标管理的项目2个，涉及一般公共预算16万元，政府性基金预算0万元。",
        "本部门整体支出纳入绩效目标管理，涉及四本预算资金187,000.00万元。",
    ):
        assert lines("六、预算绩效情况说明\n" + sentence + "\n") == ([], [], [])
    _, _, unread = lines("六、预算绩效情况说明\n办案业务费260万元。\n")
    assert unread == ["260万元"]


@pytest.mark.parametrize(
    ("section", "found"),
    [
        # Fujian 2023 (平潭综合实验区城市管理局)
        (GENERAL + "（一）2120104-城管执法 1,300.00万元。主要用于城管执法。",
         {"dept-general-function.2120104.total": "1300"}),
        # Yunnan 2024 (元江县审计局): three names in one word
        (EXPENDITURE + "1.一般公共服务支出审计事务行政运行32万元，主要用于人员工资。",
         {"dept-expenditure.2010801.total": "32"}),
        # Henan 2024: one word for both sides
        ("四、财政拨款收支预算总体情况说明\n一般公共预算收支预算120万元。",
         {"dept-fiscal-balance.revenue.general": "120",
          "dept-fiscal-balance.expenditure.total.general": "120"}),
        # Jiangsu 2024: conferences and training beside 三公
        (THREE + "2024年度一般公共预算拨款安排的会议费预算支出12.00万元，培训费0.5万元。",
         {"dept-three-public.conference": "12", "dept-three-public.training": "0.5"}),
    ],
)  # fmt: skip
def test_functions_and_sides_as_other_places_word_them(lines, section, found):
    told, _, unread = lines(section + "\n")
    assert {key: yuan / 10000 for key, yuan in told} == {
        key: Decimal(printed) for key, printed in found.items()
    }
    assert unread == []


@pytest.mark.parametrize(
    "sentence",
    [
        "2024年财政拨款安排支出45万元。",  # Yunnan 2024: a part of the expenditure, not all of it
        "2120104-城管执法事务 13万元。",  # the list has another name for this code
        "一般公共服务支出教育管理事务行政运行32万元。",  # no 款 of this 类
    ],
)
def test_what_only_looks_like_a_name_is_not_read(lines, sentence):
    told, _, unread = lines(EXPENDITURE + sentence + "\n")
    assert (told, len(unread)) == ([], 1)


def test_a_comparison_of_its_own_goes_on_with_what_is_about(lines):
    # Fujian 2023: the amount stands in the sentence before
    found, changes, unread = lines(
        THREE + "（二）公务接待费\n2024年预算安排5.00万元。主要用于接待，比上年减少1.00万元。\n"
    )
    assert found == [("dept-three-public.reception", 50_000)]
    assert [(key, change) for key, change, *_ in changes] == [
        ("dept-three-public.reception", -10_000)
    ]
    assert unread == []


@pytest.mark.parametrize(
    ("paragraph", "key"),
    [
        # Henan 2024: the next sentence is about the same
        ("（一）因公出国（境）费0万元，主要用于住宿费。预算数比2023年增加0万元。", "abroad"),
        # Beijing 2024: it is about the whole, not about 三公 nor about the last of its parts
        (("3.公务用车购置和运行维护费。2024年预算数5万元，其中：公务用车购置费0万元，"
          "公务用车运行维护费5万元。比2023年预算数增加1万元。"), "vehicles"),
    ],
)  # fmt: skip
def test_a_sentence_that_only_compares_is_about_the_one_before(lines, paragraph, key):
    _, changes, unread = lines(THREE + paragraph + "\n")
    assert [changed for changed, *_ in changes] == [f"dept-three-public.{key}"]
    assert unread == []


BALANCE = "一、收支预算情况的总体说明\n"


@pytest.mark.parametrize(
    ("section", "keys"),
    [
        # Chongqing 2024: 其他支出 among functions is 229
        (EXPENDITURE + "2024年支出预算50万元，其中：教育支出预算30万元，其他支出20万元。",
         ["dept-expenditure-text.total", "dept-expenditure.205.total",
          "dept-expenditure.229.total"]),
        (EXPENDITURE + "2024年支出预算50万元，其中：基本支出30万元，其他支出20万元。",
         ["dept-expenditure-text.total", "dept-expenditure-text.basic",
          "dept-expenditure-text.other"]),
        # Chongqing 2024: the parts are those of the general budget
        (("三、部门预算情况说明\n2024年一般公共预算财政拨款支出50万元。"
          "其中：基本支出30万元，项目支出20万元。"),
         ["dept-fiscal-balance.expenditure.total.general", "dept-general-function.basic",
          "dept-general-function.project"]),
        # ministries 2024: what is carried out of the year is a part of 收支总预算
        (BALANCE + "支出包括：教育支出、结转下年。本部门2024年收支总预算50万元。",
         ["dept-balance.revenue.total", "dept-balance.expenditure.total"]),
        (BALANCE + "支出包括：教育支出。本部门2024年收支总预算50万元。",
         ["dept-revenue-text.total", "dept-expenditure-text.total"]),
    ],
)  # fmt: skip
def test_what_stands_around_a_name_says_what_it_means(lines, section, keys):
    found, _, unread = lines(section + "\n")
    assert ([key for key, _ in found], unread) == (keys, [])


def test_a_function_that_no_list_has_is_not_the_total(lines):
    # ministries 2024
    found, changes, unread = lines(
        GENERAL
        + "3．外交（类）某某事务（款）某某会费（项）2024年预算数为50万元，与2023年执行数持平。\n"
    )
    assert (found, changes, unread) == ([], [], ["50万元", "持平"])


def test_another_body_before_the_year_is_not_this_department(lines):
    found, _, unread = lines(OPERATING + "下属服务中心2024年预算数为3万元。\n")
    assert (found, unread) == ([], ["3万元"])
    found, _, unread = lines(OPERATING + "香河县教育局2024年预算数为3万元。\n")
    assert (found, unread) == ([("dept-operating.operating", 30_000)], [])


HELD, BOUGHT = date(2023, 12, 31), date(2024, 12, 31)
FIXED = "七、国有资产占有使用情况说明\n"


@pytest.mark.parametrize(
    ("sentence", "rows"),
    [
        (
            # Beijing 2024
            (
                "截至2023年底，本院共有车辆53台，合计1234.567890万元；单位价值50万元以上的通用设备12台（套）"
                "、单位价值100万元以上的专用设备1台（套）。2024年部门预算安排购置车辆0台，合计0万元。"
            ),
            [
                ("vehicles", 53, Decimal("12345678.9"), HELD),
                ("planned-purchase", 0, 0, BOUGHT),
                ("equipment-500k", 12, None, HELD),
                ("equipment-1m", 1, None, HELD),
            ],
        ),
        (
            # Guangdong 2024: the total and a count of its classes
            (
                "截至2023年12月31日，固定资产金额123456.78万元，分布构成情况为：房屋及构筑物1000平方米，"
                "车辆85台，单价在100万元以上的设备3台。"
            ),
            [
                ("total", None, 1234567800, HELD),
                ("vehicles", 85, None, HELD),
                ("buildings", 1000, None, HELD),
                ("equipment-1m", 3, None, HELD),
            ],
        ),
        (
            # ministries 2024
            (
                "截至2023年7月31日，共有车辆350辆，其中，机要通信用车60辆。单位价值100万元（含）以上设备"
                "（不含车辆）150台（套）。2024年安排购置单位价值100万元（含）以上设备（不含车辆）6台（套）。"
            ),
            [
                ("vehicles", 350, None, date(2023, 7, 31)),
                ("equipment-1m", 150, None, date(2023, 7, 31)),
                ("planned-purchase", 6, None, BOUGHT),
            ],
        ),
    ],
)
def test_assets_are_counted_in_words(read, narrative, sentence, rows):
    text = "一、部门职责\n（一）办事。\n" + FIXED + sentence + "\n"
    found = read(narrative(text, "香河县教育局", 2024))
    told = ("asset_class", "quantity", "amount_cny", "as_of")
    assert [tuple(row[name] for name in told) for row in found.rows["assets"]] == rows
    assert [piece.text for piece in found.unread] == []
