"""Findings as a reader looks for them: by whose fault it is, inspection heading, and rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from yusuan.checking.rules import Rule, rules
from yusuan.findings import SEVERITIES, Checked, Examined, Finding, Texts
from yusuan.messages import say
from yusuan.package.descriptor import label

OF_PACKAGE = "package"
# A finding of a rule that no inspection asks about.
ELSEWHERE = "other"


@dataclass(frozen=True, slots=True)
class Block:
    """The findings of one rule.

    Attributes:
        first: The first of them, for what all of them share.
        findings: All of them, in the order of the document.
    """

    first: Finding
    findings: Sequence[Finding]


@dataclass(frozen=True, slots=True)
class Group:
    """What stands below one heading.

    Attributes:
        key: `package`, an inspection heading such as `authenticity`, or `other`.
        name: What it is called, in each language.
        title: What its findings are called.
        blocks: The rules with findings, the gravest first.
        examined: What the rules below this heading looked at.
    """

    key: str
    name: Texts
    title: Texts
    blocks: Sequence[Block]
    examined: Sequence[Examined]


def groups(checked: Checked) -> list[Group]:
    """Return the findings and what was examined: those of the package, then by heading.

    A heading below which nothing was examined is left out.
    """
    names = {
        OF_PACKAGE: say("checked-package").both(),
        **checked.headings,
        ELSEWHERE: say("checked-elsewhere").both(),
    }
    found = {one.rule: _key(one.of_package, one.heading, names) for one in checked.findings}
    known = {
        rule_name: _key(rule.of_package, rule.heading, names)
        for rule_name, rule in known_rules().items()
    }
    own = {one.rule: OF_PACKAGE for one in checked.examined}
    below = own | known | found
    made = [
        Group(
            key,
            name,
            _title(key, name),
            _blocks(one for one in checked.findings if below[one.rule] == key),
            [one for one in checked.examined if below[one.rule] == key],
        )
        for key, name in names.items()
    ]
    return [group for group in made if group.blocks or group.examined]


@cache
def known_rules() -> Mapping[str, Rule]:
    """Return the rules in `shapes/` by name; the other checks are of the package itself."""
    return {rule.name: rule for rule in rules()}


def severity_label(severity: str) -> Texts:
    """Return what a severity is called, in each language."""
    return label("findings", "severity", severity)


def count_by_severity(findings: Iterable[Finding]) -> dict[str, int]:
    """Return severity → how many findings, 0 included."""
    counts = dict.fromkeys(SEVERITIES, 0)
    for finding in findings:
        counts[finding.severity] += 1
    return counts


def _title(key: str, name: Texts) -> Texts:
    if key == OF_PACKAGE:
        return say("checked-of-package").both()
    return {
        language: say("checked-of-source", heading=text).text(language)
        for language, text in name.items()
    }


def _key(of_package: bool, heading: str | None, names: Mapping[str, Texts]) -> str:  # noqa: FBT001
    if of_package:
        return OF_PACKAGE
    return heading if heading is not None and heading in names else ELSEWHERE


def _blocks(findings: Iterable[Finding]) -> list[Block]:
    by_rule: dict[tuple[int, str], list[Finding]] = {}
    for finding in findings:
        by_rule.setdefault((SEVERITIES.index(finding.severity), finding.rule), []).append(finding)
    return [Block(some[0], some) for _, some in sorted(by_rule.items(), key=lambda one: one[0][0])]
