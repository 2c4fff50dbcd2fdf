"""Regions, classifications, remits and ids of laws are found offline, however they are printed."""

from __future__ import annotations

import csv
import json
import re
from importlib.resources import files
from pathlib import Path

import pytest

from yusuan.codes import (
    ancestors,
    ancestors_of,
    by_names,
    classification,
    document_number,
    legal_slug,
    region,
    region_named,
    remit_of,
    remits,
    rows,
)

ROOT = Path(__file__).parents[1]


def test_a_code_is_looked_up_with_its_history() -> None:
    now, before = region("131024"), region("132823")
    assert (now.name, now.level, now.parent_code) == ("香河县", "county", "131000")
    assert (now.valid_from, now.valid_to) == ("1988-12-01", "")
    assert (before.name, before.valid_to, before.successor_code) == (
        "香河县",
        "1988-12-01",
        "131024",
    )


@pytest.mark.parametrize("code", ["", "999999", "131024\n", "1310", "310100", "香河县"])
def test_an_unknown_code_is_a_lookup_error(code: str) -> None:
    with pytest.raises(LookupError):
        region(code)


@pytest.mark.parametrize(
    ("code", "above"),
    [
        ("131024", ["131000", "130000"]),
        ("131000", ["130000"]),
        ("130000", []),
        ("310107", ["310000"]),  # a municipality has no prefecture
        ("419001", ["410000"]),  # 济源市 stands directly below the province
    ],
)
def test_ancestors_come_nearest_first_without_pseudo_nodes(code: str, above: list[str]) -> None:
    assert [found.code for found in ancestors(code)] == above


@pytest.mark.parametrize(
    ("text", "year", "codes"),
    [
        ("香河县工业和信息化局", 2021, ["131024"]),
        ("香河县工业和信息化局", 1987, ["132823"]),
        ("上海市普陀区财政局", 2025, ["310107"]),
        ("普陀区财政局", 2025, ["310107", "330903"]),
        ("河北省廊坊市香河县2021年部门预算", 2021, ["131024"]),
        ("河北香河县财政局", 2021, ["131024"]),
        ("2021年香河县财政局", 2021, ["131024"]),
        ("河北省财政厅", 2021, ["130000"]),
        ("海南区财政局", 2021, ["150303"]),  # not 海南省
        ("吉林省吉林市昌邑区财政局", 2021, ["220202"]),
        ("临平区财政局", 2019, []),
        ("临平区财政局", 2022, ["330113"]),
        ("我部门", 2021, []),
        ("", 2021, []),
    ],
)
def test_a_name_begins_with_its_region(text: str, year: int, codes: list[str]) -> None:
    assert [found.code for found in region_named(text, year)] == codes


def test_a_region_can_be_looked_for_within_another() -> None:
    assert [found.code for found in region_named("普陀区财政局", 2025, "310000")] == ["310107"]


def test_every_parent_and_successor_is_in_the_list() -> None:
    lines = files("yusuan").joinpath("data/regions.csv").read_text("utf-8").split("\n")[1:-1]
    rows = [line.split(",") for line in lines]
    codes = {row[0] for row in rows}
    assert {row[3] for row in rows} | {row[6] for row in rows} <= codes | {""}
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    assert {row[2] for row in rows} == {"country", "province", "prefecture", "county"}


def test_remits_are_those_of_the_schema() -> None:
    package = json.loads((ROOT / "datapackage.json").read_text("utf-8"))
    [table] = [found for found in package["resources"] if found["name"] == "organizations"]
    [field] = [found for found in table["schema"]["fields"] if found["name"] == "remit"]
    assert set(remits().values()) | {"other"} == set(field["constraints"]["enum"])


@pytest.mark.parametrize(
    ("name", "remit"),
    [
        ("香河县工业和信息化局", "industry-it"),
        ("香河县科学技术和工业信息化局", "industry-it"),
        ("香河县科学技术和工业信息化局本级", "industry-it"),
        ("上海市普陀区经济和信息化委员会", "industry-it"),
        ("香河县科学技术局", "science"),
        ("上海市普陀区财政局", "finance"),
        ("香河县蒋辛屯镇财政所", "finance"),
        ("上海市普陀区人民政府万里街道办事处", "subdistrict"),
        ("香河县蒋辛屯镇人民政府", "township"),
        ("香河县人民政府办公室", "general-office"),
        ("香河县教育和体育局", "education"),
        ("香河县第一中学", "education"),
        ("香河县残疾人联合会", "disabled-persons"),
        ("中国共产党香河县委员会政法委员会", "politics-law"),
        ("香河经济开发区管理委员会", "development-zone"),
        ("香河县甲乙丙", "other"),
    ],
)
def test_the_name_of_a_department_tells_its_remit(name: str, remit: str) -> None:
    assert remit_of(name) == remit


@pytest.mark.parametrize(
    ("printed", "slug"),
    [
        ("冀财教【2020】181号", "ji-cai-jiao.2020.181"),
        ("冀财教〔2020〕181号", "ji-cai-jiao.2020.181"),
        ("冀财教[2020]第０１81 号", "ji-cai-jiao.2020.181"),
        ("廊字［2016］18号", "lang-zi.2016.18"),
        ("香政办(2017)63号", "xiang-zheng-ban.2017.63"),
        ("渝府发〔2021〕5号", "yu-fu-fa.2021.5"),
        ("龘办〔2021〕5号", "u9f98-ban.2021.5"),
        ("预算法", "budget-law"),
        ("《中华人民共和国预算法》（2018年修正）", "budget-law"),
        ("中华人民共和国预算法实施条例", "budget-law-regulation"),
        ("地方预决算公开操作规程", "local-budget-disclosure-rules"),
    ],
)
def test_one_law_has_one_id_however_it_is_printed(printed: str, slug: str) -> None:
    assert legal_slug(printed) == slug


def test_an_unknown_title_has_a_hash_that_its_spelling_does_not_change() -> None:
    slug = legal_slug("关于加强(某项)工作的通知")
    assert re.fullmatch(r"n-[0-9a-f]{8}", slug)
    assert legal_slug("《关于加强（某项） 工作的通知》") == slug


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("冀财教【2020】181号", "冀财教〔2020〕181号"),
        ("（香政办［2017］ 63 号）", "香政办〔2017〕63号"),
        ("关于提前下达资金的通知", None),
    ],
)
def test_a_document_number_has_one_kind_of_bracket(text: str, number: str | None) -> None:
    assert document_number(text) == number


@pytest.fixture(scope="module")
def lists() -> list[dict[str, str]]:
    text = files("yusuan").joinpath("data/classifications.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


def test_every_code_of_a_list_stands_below_one_of_the_list(lists) -> None:
    known = {(row["scheme"], row["code"]) for row in lists}
    for row in lists:
        year = int(row["first"] or row["last"] or 2025)
        for above in ancestors_of(row["code"], year):
            assert (row["scheme"], above) in known, row


def test_a_list_says_each_thing_once(lists) -> None:
    said = [(row["scheme"], row["code"], row["label"]) for row in lists]
    assert len(said) == len(set(said))
    assert all(label == "".join(label.split()) for _, _, label in said)
    assert {row["source"] for row in lists} == {"list", "seen"}
    assert [row["code"] for row in lists if row["cofog"] and row["scheme"] != "function"] == []
    assert all(re.fullmatch(r"(0[1-9]|10)\d{0,2}", row["cofog"] or "01") for row in lists)


def test_every_class_has_a_label_in_english(lists) -> None:
    tops = {row["code"] for row in lists if not ancestors_of(row["code"])}
    assert {row["code"] for row in lists if row["label_en"]} >= tops - {"C16000000", "C17000000"}


@pytest.mark.parametrize(
    ("scheme", "code", "year", "label", "parent"),
    [
        ("function", "2010601", 2025, "行政运行", "20106"),
        ("function", "20106", 2025, "财政事务", "201"),
        ("function", "201", 2025, "一般公共服务支出", ""),
        # The names of classes changed over the years.
        ("function", "215", 2019, "资源勘探信息等支出", ""),
        ("function", "215", 2021, "资源勘探工业信息等支出", ""),
        ("function", "220", 2018, "国土海洋气象等支出", ""),
        ("function", "220", 2025, "自然资源海洋气象等支出", ""),
        ("function", "20805", 2019, "行政事业单位离退休", "208"),
        ("function", "20805", 2025, "行政事业单位养老支出", "208"),
        ("economic", "30203", 2025, "咨询费", "302"),
        ("economic", "50501", 2025, "工资福利支出", "505"),
        ("revenue", "10301", 2025, "政府性基金收入", "103"),
        ("procurement", "C020603", 2021, "软件运维服务", "C0206"),
        ("procurement", "C16070300", 2024, "软件运维服务", "C16070000"),
    ],
)
def test_a_code_has_the_label_of_its_year(scheme, code, year, label, parent) -> None:
    found = classification(scheme, code, year)
    assert found is not None
    assert (found.label, found.parent_code) == (label, parent)


def test_a_class_has_our_english_label_and_closest_cofog() -> None:
    found = classification("function", "213", 2025)
    assert found is not None
    assert (found.label_en, found.cofog) == ("Agriculture, forestry and water", "04")


@pytest.mark.parametrize("code", ["2018801", "30210", "299", "", "x"])
def test_a_code_that_is_in_no_list_is_none(code: str) -> None:
    assert classification("economic" if code.startswith("3") else "function", code, 2025) is None


@pytest.mark.parametrize(
    ("code", "above"),
    [
        ("2010601", ("20106", "201")),
        ("201", ()),
        ("103014801", ("1030148", "10301", "103")),
        ("C020603", ("C0206", "C02", "C")),
        ("C16070300", ("C16070000", "C16000000")),
        ("B", ()),
        ("合计", ()),
        ("2010", ()),
    ],
)
def test_the_levels_above_a_code_come_nearest_first(code, above) -> None:
    assert ancestors_of(code) == above


def test_eight_digits_of_the_catalogue_of_2013_are_not_filled_up() -> None:
    assert ancestors_of("A02010104", 2021) == ("A020101", "A0201", "A02", "A")


@pytest.mark.parametrize(
    ("scheme", "names", "year", "within", "code"),
    [
        ("function", ("一般公共服务支出", "财政事务", "行政运行"), 2025, "", "2010601"),
        ("function", ("一般公共服务", "财政事务"), 2025, "", "20106"),
        ("function", ("城乡社区支出",), 2025, "", "212"),
        ("function", ("一、教育支出", "其它教育支出", "其它教育支出"), 2025, "", "2059999"),
        # Names of other editions are understood, too.
        ("function", ("社会保障和就业支出", "行政事业单位离退休"), 2025, "", "20805"),
        # 上海市普陀区万里街道办事处 2025 names a class where the section should stand.
        ("function", ("卫生健康支出", "卫生健康支出", "计划生育事务"), 2025, "", None),
        ("function", ("一般公共服务支出", "无此事务"), 2025, "", None),
        ("economic", ("工资福利支出", "基本工资"), 2025, "", "30101"),
        ("economic", ("商品和服务支出", "维修(护)费"), 2025, "3", "30213"),
        # Departments and governments have a class of this name.
        ("economic", ("对个人和家庭的补助",), 2025, "", None),
        ("economic", ("对个人和家庭补助", "退休费"), 2025, "3", "30302"),
        ("function", (), 2025, "", None),
    ],
)
def test_names_tell_a_code_where_they_tell_one(scheme, names, year, within, code) -> None:
    assert by_names(scheme, names, year, within) == code


def listing(*used: tuple[str, str, str, int]) -> dict[str | None, tuple[str | None, ...]]:
    return {row["code"]: (row["label"], row["listing"], row["parent_code"]) for row in rows(used)}


def test_the_codes_used_bring_the_levels_above_them() -> None:
    assert listing(("function", "2010601", "行政运行", 2025)) == {
        "201": ("一般公共服务支出", "listed", None),
        "20106": ("财政事务", "listed", "201"),
        "2010601": ("行政运行", "listed", "20106"),
    }


def test_a_code_that_the_list_does_not_have_is_kept_and_marked() -> None:
    # Codes and labels as a disclosure of 2025 prints them.
    found = listing(("economic", "30210", "车辆运行费", 2025), ("economic", "30203", "水费", 2025))
    assert found["30210"] == ("车辆运行费", "not-listed", "302")
    assert found["30203"] == ("咨询费", "listed", "302")


def test_what_stands_below_a_class_that_does_not_exist_is_marked_too() -> None:
    assert listing(("function", "29901", "甲", 2025))["29901"] == ("甲", "not-listed", None)


def test_nothing_is_said_of_codes_where_the_list_is_not_known() -> None:
    found = listing(("function", "2130553", "甲", 2025), ("economic", "30210", "乙", 2031))
    assert found["2130553"] == ("甲", None, "21305")
    assert found["30210"] == ("乙", None, "302")


def test_of_two_labels_of_one_year_the_printed_one_is_taken() -> None:
    for label in ("巩固脱贫衔接乡村振兴", "巩固脱贫攻坚成果衔接乡村振兴"):
        assert listing(("function", "21305", label, 2023))["21305"][0] == label


def test_a_code_without_any_label_is_its_own() -> None:
    assert listing(("procurement", "C99", "", 2021))["C99"] == ("C99", None, "C")


@pytest.mark.parametrize(
    ("code", "year", "edition"),
    [
        ("C020603", 2021, "2013"),
        ("C020603", 2024, "2013"),
        ("A02010104", 2021, "2013"),
        ("C16070300", 2024, "2022"),
    ],
)
def test_the_form_of_a_code_and_the_year_tell_the_edition(code, year, edition) -> None:
    editions = {row["code"]: row["edition"] for row in rows([("procurement", code, "", year)])}
    assert editions[code] == edition


def test_rows_stand_in_one_order_whatever_order_the_codes_are_used_in() -> None:
    used = [("function", "2010601", "", 2025), ("economic", "30101", "", 2024)]
    assert rows(used) == rows(reversed(used))
