"""Every rule, term and code can be asked for, by name, title or IRI, and says where it is from."""

from __future__ import annotations

import json

import pytest

from yusuan.checking.faults import RULES
from yusuan.checking.rules import labels, rules
from yusuan.errors import UsageError
from yusuan.explaining import explain, overview
from yusuan.explaining.meaning import folded
from yusuan.layout import width
from yusuan.mapping import table_maps
from yusuan.messages import LANGUAGES
from yusuan.package import template

BASE = template()["yusuan:base"]


def meanings(word, directory=None):
    return [(one.kind, one.name) for one in explain(word, directory).meanings]


def test_a_rule_is_told_in_plain_words_with_its_source():
    assert (
        explain("basic-parts").text("zh")
        == """\
[规则] basic-parts  基本支出等于人员经费加公用经费
  级别        错误
  谁的毛病    原文的毛病
  检查的方面  真实性
  结果的样子  基本支出写为…，人员经费与公用经费合计为…，相差…
  怎么办      核对这几个数字，改正写错的一个
  依据        地方预决算公开操作规程（财预〔2016〕143号）
  文件        shapes/narrative.ttl
  IRI         https://w3id.org/yusuan/shape/basic-parts"""
    )


def test_a_code_is_told_with_its_list_and_where_it_is_used():
    assert (
        explain("fund-source/general").text("en")
        == """\
[code] fund-source/general  general public budget
  List     Fund source
  Used in  budget_lines.fund_source, budget_changes.fund_source,
           procurement_items.fund_source
  IRI      https://w3id.org/yusuan/code/fund-source/general"""
    )


@pytest.mark.parametrize("rule", [rule.name for rule in rules()] + list(RULES))
def test_every_rule_is_explained_in_both_languages(rule):
    (meaning,) = explain(rule).meanings
    assert (meaning.kind, meaning.name) == ("rule", rule)
    said = {fact.called()["en"] for fact in meaning.facts}
    assert {"Severity", "Whose fault", "To do", "Source"} <= said
    for language in LANGUAGES:
        assert "{?" not in meaning.text(language)


@pytest.fixture(scope="module")
def kinds() -> dict[str, set[str]]:
    """Every word as it is compared → the kinds of what it means."""
    found: dict[str, set[str]] = {}
    for meaning in overview().meanings:
        for word in meaning.compared():
            found.setdefault(word, set()).add(meaning.kind)
    return found


def test_every_table_column_predicate_and_code_is_explained(kinds):
    for table in table_maps(template()):
        assert "table" in kinds[folded(table.name)]
        for column in table.columns:
            assert "column" in kinds[folded(f"{table.name}.{column.name}")]
            assert column.predicate is None or "term" in kinds[folded(column.predicate)]
            for category in column.field.get("categories", ()):
                assert "code" in kinds[folded(category["value"])]


def test_every_law_and_heading_that_a_rule_names_is_explained(kinds):
    for rule in rules():
        assert all("law" in kinds[iri] for iri in rule.sources)
        assert "heading" in kinds[f"inspection/{rule.heading}"]
    assert {iri for iri in labels() if "/id/legal/" in iri} <= kinds.keys()


@pytest.mark.parametrize(
    ("word", "kind", "name"),
    [
        ("Basic-Parts", "rule", "basic-parts"),
        ("基本支出等于人员经费加公用经费", "rule", "basic-parts"),
        (BASE + "shape/basic-parts", "rule", "basic-parts"),
        ("shape:basic-parts", "rule", "basic-parts"),
        ("预算数", "table", "budget_lines"),
        ("资金来源", "column", "fund_source"),
        ("ys:fundSource", "term", "ys:fundSource"),
        ("ys:BudgetLine", "term", "ys:BudgetLine"),
        ("skos:prefLabel", "term", "skos:prefLabel"),
        ("一般公共预算", "code", "fund-source/general"),
        ("General public budget", "code", "fund-source/general"),
        (BASE + "code/fund-source/general", "code", "fund-source/general"),
        ("phase/approved", "code", "phase/approved"),
        ("万元", "code", "unit/万元"),
        ("财预〔2016〕143号", "law", "cai-yu.2016.143"),
        ("地方预决算公开操作规程", "law", "cai-yu.2016.143"),
        ("真实性", "heading", "inspection/authenticity"),
        ("131024", "region", "131024"),
        ("香河县", "region", "131024"),
        ("河北省廊坊市香河县", "region", "131024"),
    ],
)
def test_a_thing_is_found_by_name_title_code_or_iri(word, kind, name):
    assert (kind, name) in meanings(word)


@pytest.mark.parametrize(
    ("word", "name", "title"),
    [
        ("C020603", "C020603", "软件运维服务"),
        ("procurement/C020603", "C020603", "软件运维服务"),
        ("软件运维服务", "C020603", "软件运维服务"),
        ("131024212TLE4Z4GIOL4X", "131024212TLE4Z4GIOL4X", "民营经济工作办公经费"),
        ("131024.304", "131024.304", "香河县工业和信息化局"),
    ],
)
def test_what_a_package_names_is_found_in_it(root, word, name, title):
    rows = [one for one in explain(word, root).meanings if one.kind == "row"]
    assert [(one.name, one.titles["zh"]) for one in rows] == [(name, title)]
    with pytest.raises(UsageError):
        explain(word)


def test_a_word_of_several_meanings_is_told_with_all_of_them(root):
    told = explain("事业收入", root)
    assert [one.kind for one in told.meanings] == ["code", "row"]
    assert "[编码] fund-source/business  事业收入" in told.text("zh")
    assert "指事业单位开展专业业务活动及辅助活动所取得的收入。" in told.text("zh")


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("basic-part", "相近的有：basic-parts"),
        ("fund-sorce/general", "相近的有：fund-source/general"),
        ("公共预算", "fund-source/general"),
        ("zzzzzz", "用 yusuan explain（不带参数）列出全部。"),
        ("", "用 yusuan explain（不带参数）列出全部。"),
    ],
)
def test_an_unknown_word_is_an_error_with_the_nearest(word, sentence):
    with pytest.raises(UsageError) as raised:
        explain(word)
    assert raised.value.exit_code == 2
    assert sentence in raised.value.text("zh")


def test_a_code_of_no_region_is_unknown():
    with pytest.raises(UsageError):
        explain("999999")


def test_a_broken_package_does_not_keep_a_rule_from_being_explained(tmp_path):
    (tmp_path / "datapackage.json").write_text("{", "utf-8")
    assert meanings("package-file", tmp_path) == [("rule", "package-file")]


def test_the_overview_lists_every_kind_of_word():
    told = overview().document()
    assert list(told) == ["rule", "law", "heading", "table", "column", "term", "code"]
    assert {one["name"] for one in told["rule"]} == {*RULES, *(rule.name for rule in rules())}
    for language in LANGUAGES:
        text = overview().text(language)
        text.encode("gbk")
        assert max(width(line) for line in text.splitlines()) <= 96
        assert "basic-parts" in text
        assert "fund-source: total, general" in text


def test_a_program_gets_both_languages(root):
    told = json.loads(json.dumps(explain("事业收入", root).document()))
    code, row = told["meanings"]
    assert code["titles"] == {"zh": "事业收入", "en": "business income"}
    assert code["iri"] == BASE + "code/fund-source/business"
    assert {"label", "items"} == set(row["facts"][0])


def test_words_of_the_catalogue_stand_for_every_kind_and_fact():
    for group in overview().meanings:
        for language in LANGUAGES:
            assert group.text(language).startswith("[")
