"""Every rule by its smallest cases: what holds, what does not, and what is said of it.

A case is `tests/shapes/{rule}/valid.*.ttl` or `invalid.*.ttl`; an invalid one opens with comments
that give each message as printed, Chinese and English in turn.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
import rdflib
from rdflib import RDF, SH, Namespace

from yusuan.checking.rules import Rule, count_examined, find, load, rules, shape_files
from yusuan.package.shipped import field

CASES = Path(__file__).parent / "shapes"
DCT = Namespace("http://purl.org/dc/terms/")
RULES = {rule.name: rule for rule in rules()}


def cases(kind: str) -> list[tuple[str, Path]]:
    """Return the cases of a kind with their rules."""
    return [(path.parent.name, path) for path in sorted(CASES.glob(f"*/{kind}.*.ttl"))]


def expected(path: Path) -> list[str]:
    """Return the messages that a case announces, in the order of the alphabet."""
    head = re.match(r"(?:#[^\n]*\n)+", path.read_text("utf-8"))
    assert head is not None, f"{path.name} does not open with the messages that it expects"
    return sorted(line.removeprefix("# ") for line in head[0].splitlines())


def said_by_us(rule: Rule, path: Path) -> list[str]:
    """Return the messages that our own engine gives, in the order of the alphabet."""
    found = find(load(path.read_bytes()), [rule])
    return sorted(result.message(language) for result in found for language in ("zh", "en"))


@cache
def parsed(name: str) -> rdflib.Graph:
    """Return one file of shapes as pySHACL takes it."""
    return rdflib.Graph().parse(data=shape_files()[name], format="turtle")


def said_by_pyshacl(rule: Rule, path: Path) -> list[str]:
    """Return the messages that stock pySHACL gives for one shape, in the order of the alphabet."""
    import pyshacl

    _, report, _ = pyshacl.validate(
        rdflib.Graph().parse(path), shacl_graph=parsed(rule.file), use_shapes=[rule.iri]
    )
    results = report.subjects(RDF.type, SH.ValidationResult)
    return sorted(str(text) for one in results for text in report.objects(one, SH.resultMessage))


IDS = {"ids": lambda value: value if isinstance(value, str) else value.stem}


@pytest.mark.parametrize(("name", "path"), cases("valid"), **IDS)
def test_a_valid_case_gives_no_finding(name, path):
    assert said_by_us(RULES[name], path) == []
    assert said_by_pyshacl(RULES[name], path) == []


@pytest.mark.parametrize(("name", "path"), cases("invalid"), **IDS)
def test_an_invalid_case_gives_its_findings_word_for_word(name, path):
    assert said_by_us(RULES[name], path) == expected(path)
    assert said_by_pyshacl(RULES[name], path) == expected(path)


@pytest.mark.parametrize("name", RULES)
def test_a_rule_has_both_kinds_of_cases(name):
    assert list((CASES / name).glob("valid.*.ttl"))
    assert list((CASES / name).glob("invalid.*.ttl"))


@pytest.mark.parametrize("name", RULES)
def test_a_rule_examines_what_fails_and_what_holds(name):
    valid, invalid = CASES / name, CASES / name
    held = [count_examined(load(one.read_bytes()), RULES[name]) for one in valid.glob("valid.*")]
    failed = [count_examined(load(one.read_bytes()), RULES[name]) for one in invalid.glob("inv*")]
    assert max(held) > 0
    assert min(failed) > 0


@pytest.mark.parametrize("name", RULES)
def test_a_rule_says_everything_in_two_languages_with_severity_and_source(name):
    rule = RULES[name]
    assert rule.iri.endswith(f"/shape/{name}")
    for texts in (rule.titles, rule.messages, rule.advice):
        assert set(texts) == {"zh", "en"}
        assert all(texts.values())
    assert set(rule.comments) in (set(), {"zh", "en"})
    assert rule.severity in ("error", "explain", "note")
    assert rule.sources
    named = {language: set(re.findall(r"\{\?(\w+)\}", text)) for language, text in
             rule.messages.items()}  # fmt: skip
    assert named["zh"] == named["en"]
    assert "# fault" in rule.select


def labels_of(table: str, column: str) -> dict[str, str]:
    """Return the Chinese labels of a closed list of the descriptor."""
    return {one["value"]: one["titles"]["zh"] for one in field(table, column)["categories"]}


def test_what_must_be_disclosed_is_called_as_the_descriptor_calls_it():
    found = dict(
        re.findall(
            r'BIND \(required:([a-z-]+) AS \?requirement\) BIND \("([^"]+)" AS \?label\)',
            RULES["section-present"].select,
        )
    )
    # That there is nothing else to say is no duty.
    wanted = labels_of("disclosure_items", "requirement")
    assert found == {code: label for code, label in wanted.items() if code != "other-matters"}


def test_the_three_public_expenses_are_called_as_the_descriptor_calls_them():
    select = RULES["three-public-compared"].select
    found = dict(re.findall(r'\?item = item:([a-z-]+), "([^"]+)"', select))
    wanted = labels_of("budget_lines", "item")
    assert found
    assert found == {code: wanted[code] for code in found}


def test_no_case_is_without_its_rule():
    assert {name for name, _ in cases("*")} <= RULES.keys()


def test_the_files_declare_the_same_prefixes():
    heads = {text[: text.index("xsd:anyURI ] .")] for text in shape_files().values()}
    assert len(heads) == 1
