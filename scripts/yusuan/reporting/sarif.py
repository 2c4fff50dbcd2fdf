"""The report of a check as SARIF 2.1.0, for code review and editors.

Places are those of the package's files, counted in characters of Unicode; no path of a machine.

Source: Static Analysis Results Interchange Format (SARIF) Version 2.1.0, OASIS Standard.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from yusuan.checking.rules import Rule
from yusuan.findings import Checked, Examined, Finding, Place, Texts
from yusuan.mapping import base_of
from yusuan.messages import LANGUAGES
from yusuan.package import program_version, template
from yusuan.reporting.grouping import known_rules
from yusuan.reporting.structured import number

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
LEVELS = {"error": "error", "explain": "warning", "note": "note"}
FINGERPRINT = "finding/v1"
_ROOT = "PACKAGE"
_LOCALES = {"zh": "zh-CN", "en": "en-US"}


def as_sarif(checked: Checked, language: str) -> str:
    """Return the report as SARIF, its messages in one language and the others as properties."""
    return json.dumps(_log(checked, language), ensure_ascii=False, indent=2)


def _log(checked: Checked, language: str) -> dict[str, Any]:
    described = _described(checked, language)
    position = {one["id"]: place for place, one in enumerate(described)}
    run = {
        "tool": {
            "driver": {
                "name": "yusuan",
                "semanticVersion": program_version(),
                "informationUri": base_of(template()),
                "language": _LOCALES[language],
                "rules": described,
            }
        },
        "language": _LOCALES[language],
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": checked.title[language]}}},
        "invocations": [_invocation(checked, language)],
        "results": [_result(one, position[one.rule], language) for one in checked.findings],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _invocation(checked: Checked, language: str) -> dict[str, Any]:
    if checked.unchecked is None:
        return {"executionSuccessful": True}
    notice = {"level": "warning", "message": {"text": checked.unchecked[language]}}
    return {"executionSuccessful": True, "toolExecutionNotifications": [notice]}


def _described(checked: Checked, language: str) -> list[dict[str, Any]]:
    """Return every rule that was asked, with or without findings."""
    first: dict[str, Finding] = {}
    for finding in checked.findings:
        first.setdefault(finding.rule, finding)
    examined = {one.rule: one for one in checked.examined}
    return [
        _rule(name, examined.get(name), first.get(name), language)
        for name in dict.fromkeys((*examined, *first))
    ]


def _rule(
    name: str, examined: Examined | None, finding: Finding | None, language: str
) -> dict[str, Any]:
    known = known_rules().get(name)
    titles = _titles(known, examined, finding)
    level = "error" if known is None else LEVELS[known.severity]
    described: dict[str, Any] = {
        "id": name,
        "shortDescription": {"text": _in_both(titles)},
        "defaultConfiguration": {"level": level},
    }
    if known is not None:
        described["helpUri"] = known.iri
        described["help"] = {"text": known.advice[language]}
        if known.comments:
            described["fullDescription"] = {"text": known.comments[language]}
    elif finding is not None:
        described["help"] = {"text": finding.advice[language]}
    if examined is not None:
        described["properties"] = {"examined": examined.count, "failed": examined.failed}
    return described


def _titles(known: Rule | None, examined: Examined | None, finding: Finding | None) -> Texts:
    return next(one.titles if isinstance(one, Rule) else one.title
                for one in (known, examined, finding) if one is not None)  # fmt: skip


def _result(finding: Finding, position: int, language: str) -> dict[str, Any]:
    location: dict[str, Any] = {"physicalLocation": _physical(finding.place)}
    if finding.focus is not None:
        location["logicalLocations"] = [{"fullyQualifiedName": finding.focus, "kind": "resource"}]
    return {
        "ruleId": finding.rule,
        "ruleIndex": position,
        "level": LEVELS[finding.severity],
        "message": {"text": finding.message[language]},
        "locations": [location],
        "partialFingerprints": {FINGERPRINT: finding.key},
        "properties": _properties(finding),
    }


def _physical(place: Place) -> dict[str, Any]:
    artifact = {"uri": quote(place.path), "uriBaseId": _ROOT}
    region = _region(place)
    return {"artifactLocation": artifact} | ({"region": region} if region else {})


def _region(place: Place) -> dict[str, Any]:
    region: dict[str, Any] = {}
    if place.line is not None:
        region["startLine"] = place.line
        if place.column is not None:
            region["startColumn"] = place.column
            if place.quote is not None and "\n" not in place.quote:
                region["endColumn"] = place.column + len(place.quote)
    if place.char_start is not None and place.char_end is not None:
        region["charOffset"] = place.char_start
        region["charLength"] = place.char_end - place.char_start
    if region and place.quote is not None:
        region["snippet"] = {"text": place.quote}
    return region


def _properties(finding: Finding) -> dict[str, Any]:
    stated: dict[str, Any] = {
        "faultOf": "package" if finding.of_package else "source",
        "severity": finding.severity,
        "heading": finding.heading,
        "message": dict(finding.message),
        "row": finding.place.row,
        "field": finding.place.field,
        "page": finding.place.page,
        "table": finding.place.table,
        "tableRow": finding.place.table_row,
        "statedCny": number(finding.stated),
        "computedCny": number(finding.computed),
        "gapCny": number(finding.gap),
    }
    return {name: value for name, value in stated.items() if value is not None}


def _in_both(texts: Texts, languages: Iterable[str] = LANGUAGES) -> str:
    return " · ".join(texts[language] for language in languages)
