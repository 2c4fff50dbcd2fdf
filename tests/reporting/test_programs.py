"""The same check for a program, a code review and a build server: JSON, SARIF, JUnit."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from lxml import etree

from yusuan.messages import LANGUAGES
from yusuan.reporting import FORMATS, render
from yusuan.reporting.structured import schema

NODE_MODULES = "YUSUAN_PEERS_NODE"
TEXT = "resources/text.txt"


# ------------------------------------------------------------------------------ json


def test_the_json_follows_its_published_schema(checked, published):
    jsonschema.Draft202012Validator.check_schema(schema())
    validator = jsonschema.Draft202012Validator(schema())
    halted = replace(checked, findings=[], unchecked={"zh": "读不完整", "en": "torn"})
    for outcome in (checked, published, halted):
        validator.validate(json.loads(render(outcome, "json", "zh")))


def test_the_json_holds_both_languages_and_exact_figures(checked):
    told = json.loads(render(checked, "json", "zh"))
    assert told == json.loads(render(checked, "json", "en"))
    assert told["summary"] == {
        "complete": True,
        "checks": 2358,
        "passed": 2348,
        "package": {"error": 1, "explain": 0, "note": 0},
        "source": {"error": 1, "explain": 1, "note": 7},
    }
    found = {one["rule"]: one for one in told["findings"]}["projects-total"]
    assert found["title"]["en"] == "Project expenditure is the sum of its projects"
    assert (found["stated_cny"], found["computed_cny"]) == (28771500, 25951000.5)
    assert found["gap_cny"] == 2820499.5
    assert found["fault_of"] == "source"


def test_an_unknown_key_or_severity_breaks_the_schema(checked):
    validator = jsonschema.Draft202012Validator(schema())
    told = json.loads(render(checked, "json", "zh"))
    assert not validator.is_valid(told | {"surprise": 1})
    told["findings"][0]["severity"] = "fatal"
    assert not validator.is_valid(told)


# ------------------------------------------------------------------------------ sarif


def test_sarif_has_what_the_standard_requires(checked):
    told = json.loads(render(checked, "sarif", "zh"))
    assert told["version"] == "2.1.0"
    (run,) = told["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules) == 6
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"]["text"]
    levels = [result["level"] for result in run["results"][:4]]
    assert levels == ["error", "error", "warning", "note"]


def test_sarif_points_to_the_characters_of_the_text(checked, text):
    (run,) = json.loads(render(checked, "sarif", "en"))["runs"]
    result = run["results"][1]
    physical = result["locations"][0]["physicalLocation"]
    region = physical["region"]
    assert physical["artifactLocation"] == {"uri": TEXT, "uriBaseId": "PACKAGE"}
    line = text.split("\n")[region["startLine"] - 1]
    assert line[region["startColumn"] - 1 : region["endColumn"] - 1] == "4624.64"
    start = region["charOffset"]
    assert text[start : start + region["charLength"]] == region["snippet"]["text"] == "4624.64"
    assert result["partialFingerprints"] == {
        "finding/v1": "basic-parts.dept-expenditure-text.basic"
    }
    assert run["columnKind"] == "unicodeCodePoints"


def test_sarif_describes_a_rule_in_both_languages_with_its_shape(checked):
    (run,) = json.loads(render(checked, "sarif", "zh"))["runs"]
    rule = {one["id"]: one for one in run["tool"]["driver"]["rules"]}["basic-parts"]
    assert rule["helpUri"] == "https://w3id.org/yusuan/shape/basic-parts"
    assert rule["shortDescription"]["text"] == (
        "基本支出等于人员经费加公用经费 · Basic expenditure is personnel plus public"
    )


def test_sarif_follows_the_official_schema(checked, published):
    folder = os.environ.get(NODE_MODULES)
    if not folder:
        pytest.skip(f"{NODE_MODULES} names no folder with @microsoft/jest-sarif")
    path = Path(folder) / "@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json"
    validator = jsonschema.Draft4Validator(json.loads(path.read_text("utf-8")))
    for outcome in (checked, published):
        for language in LANGUAGES:
            validator.validate(json.loads(render(outcome, "sarif", language)))


# ------------------------------------------------------------------------------ junit

# What the readers of build servers have in common (Jenkins, GitLab, Surefire).
JUNIT = etree.XMLSchema(
    etree.fromstring(b"""
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:attributeGroup name="counted">
    <xs:attribute name="name" type="xs:string" use="required"/>
    <xs:attribute name="tests" type="xs:nonNegativeInteger" use="required"/>
    <xs:attribute name="failures" type="xs:nonNegativeInteger" use="required"/>
    <xs:attribute name="errors" type="xs:nonNegativeInteger" use="required"/>
    <xs:attribute name="time" type="xs:decimal"/>
  </xs:attributeGroup>
  <xs:complexType name="told" mixed="true">
    <xs:attribute name="type" type="xs:string"/>
    <xs:attribute name="message" type="xs:string"/>
  </xs:complexType>
  <xs:element name="testsuites"><xs:complexType>
    <xs:sequence><xs:element name="testsuite" maxOccurs="unbounded"><xs:complexType>
      <xs:sequence><xs:element name="testcase" maxOccurs="unbounded"><xs:complexType>
        <xs:choice minOccurs="0">
          <xs:element name="skipped" type="told"/>
          <xs:element name="failure" type="told"/>
        </xs:choice>
        <xs:attribute name="name" type="xs:string" use="required"/>
        <xs:attribute name="classname" type="xs:string" use="required"/>
        <xs:attribute name="time" type="xs:decimal"/>
      </xs:complexType></xs:element></xs:sequence>
      <xs:attributeGroup ref="counted"/>
      <xs:attribute name="skipped" type="xs:nonNegativeInteger"/>
    </xs:complexType></xs:element></xs:sequence>
    <xs:attributeGroup ref="counted"/>
  </xs:complexType></xs:element>
</xs:schema>""")
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_junit_is_what_build_servers_read(checked, published, language):
    for outcome in (checked, published):
        JUNIT.assertValid(etree.fromstring(render(outcome, "junit", language).encode("utf-8")))


def test_junit_has_a_suite_a_heading_and_a_case_a_rule_that_passes_fails_or_is_skipped(checked):
    told = etree.fromstring(render(checked, "junit", "zh").encode("utf-8"))
    assert [(suite.get("name"), suite.get("tests"), suite.get("failures")) for suite in told] == [
        ("数据包", "1", "1"),
        ("真实性", "3", "1"),
        ("细化程度", "1", "1"),
        ("公开形式", "1", "1"),
    ]
    states = {
        case.get("name").partition(":")[0]: [child.tag for child in case]
        for case in told.iter("testcase")
    }
    assert states == {
        "package-values": ["failure"],
        "income-parts": [],
        "basic-parts": ["failure"],
        "change-total": ["skipped"],
        "projects-total": ["failure"],
        "target-sign": ["failure"],
    }
    failure = told.find(".//failure[@type='explain']")
    assert failure.get("message") == "16 张绩效目标表预算数合计 2595.10 万元，相差 282.05 万元"
    assert "第40行 “运转类其他及特定目标类项目支出2877.15万元”" in failure.text


# ------------------------------------------------------------------------------ all of them


@pytest.mark.parametrize("form", FORMATS)
def test_a_report_is_the_same_each_time(checked, form):
    assert render(checked, form, "zh") == render(checked, form, "zh")


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_published_package_is_reported_in_every_format(published, form, language):
    told = render(published, form, language)
    assert [one.rule for one in published.findings if one.rule not in told] == []
