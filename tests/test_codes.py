"""Regions, remits and ids of laws are found offline, whatever way they are printed."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path

import pytest

from yusuan.codes import (
    ancestors,
    document_number,
    legal_slug,
    region,
    region_named,
    remit_of,
    remits,
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
    assert {row[2] for row in rows} == {"province", "prefecture", "county"}


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
