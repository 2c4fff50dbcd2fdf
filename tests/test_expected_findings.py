"""What a careful reader finds in the first disclosure is what the rules find: no more, no less."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path

import pytest

from yusuan.checking import rule_findings
from yusuan.checking.rules import rules
from yusuan.graph import data_lines
from yusuan.mapping import table_maps
from yusuan.package import read

EXPECTED = tomllib.loads((Path(__file__).parent / "expected_findings.toml").read_text("utf-8"))


@pytest.fixture(scope="module")
def package(root):
    """The published package."""
    return read(root)


@pytest.fixture(scope="module")
def found(package):
    """What the rules find in it, and what they examined."""
    return rule_findings(package, data_lines(package))


@pytest.fixture(scope="module")
def subjects(package) -> dict[tuple[str, str], str]:
    """Table and key of every row → its IRI."""
    known = {}
    for table in table_maps(package.descriptor):
        if table.about is None:
            continue
        header, rows = package.stream(table.name)
        place = {name: at for at, name in enumerate(header)}
        subject = table.about.expander(place)
        keys = [name for name in package.schema(table.name)["primaryKey"] if name != "document_id"]
        for row in rows:
            known[table.name, "|".join(row[place[name]] for name in keys)] = subject(row)
    return known


def expected(rule: str, subjects) -> Counter[str]:
    """Return the rows that a rule must find."""
    wanted = [one for one in EXPECTED["finding"] if one["rule"] == rule]
    return Counter(subjects[one["table"], one["key"]] for one in wanted)


@pytest.mark.parametrize("rule", [rule.name for rule in rules() if not rule.of_package])
def test_a_rule_finds_what_the_reader_found(found, subjects, rule):
    findings = Counter(one.focus for one in found[0] if one.rule == rule)
    assert findings == expected(rule, subjects)


def test_every_rule_that_the_reader_went_through_is_accounted_for():
    listed = {one["rule"] for one in [*EXPECTED["finding"], *EXPECTED["passed"]]}
    ours = {rule.name for rule in rules() if not rule.of_package}
    # What can't be decided from the rows says so; see the reasons in the list.
    undecidable = {one["rule"] for one in EXPECTED["passed"] if one.get("identities", 0) == 0}
    assert listed - ours <= undecidable


@pytest.mark.parametrize("one", EXPECTED["finding"], ids=lambda one: f"{one['rule']}-{one['key']}")
def test_the_list_quotes_the_document(one, package):
    assert one["quote"] in package.text() or one["quote"] in package.content(
        "resources/source/xianghe-gongxin-2021.txt"
    ).decode("utf-8")


def test_severities_are_those_of_the_list(found):
    listed = {one["rule"]: one["severity"] for one in EXPECTED["finding"]}
    assert {one.rule: one.severity for one in found[0] if one.rule in listed} == {
        rule: severity for rule, severity in listed.items() if rule in {o.rule for o in found[0]}
    }


def test_findings_stand_where_the_document_says_it(found):
    for one in found[0]:
        listed = [two["quote"] for two in EXPECTED["finding"] if two["rule"] == one.rule]
        assert one.place.line is not None
        assert listed
