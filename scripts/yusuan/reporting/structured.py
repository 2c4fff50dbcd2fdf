"""The report of a check as one JSON document, in both languages; its schema is published with it.

The keys are stable: what `data/check-report.schema.json` names keeps its name and meaning.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from yusuan.findings import Checked, Examined, Finding, Texts
from yusuan.package import program_version
from yusuan.reporting.grouping import count_by_severity


def as_json(checked: Checked, language: str) -> str:  # noqa: ARG001 - it holds both
    """Return the report as JSON."""
    return json.dumps(document(checked), ensure_ascii=False, indent=2)


@cache
def schema() -> dict[str, Any]:
    """Return the JSON Schema of the report."""
    text = files("yusuan").joinpath("data/check-report.schema.json").read_text("utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def document(checked: Checked) -> dict[str, Any]:
    """Return the report as one object."""
    own = [one for one in checked.findings if one.of_package]
    source = [one for one in checked.findings if not one.of_package]
    return {
        "$schema": schema()["$id"],
        "program": {"name": "yusuan", "version": program_version()},
        "package": {"directory": str(checked.directory), "title": _texts(checked.title)},
        "summary": {
            "complete": checked.unchecked is None,
            "checks": checked.checks,
            "passed": checked.passed,
            "package": count_by_severity(own),
            "source": count_by_severity(source),
        },
        "unchecked": None if checked.unchecked is None else _texts(checked.unchecked),
        "headings": {key: _texts(texts) for key, texts in checked.headings.items()},
        "findings": [finding_object(one) for one in checked.findings],
        "examined": [_examined(one) for one in checked.examined],
    }


def finding_object(finding: Finding) -> dict[str, Any]:
    """Return one finding as an object."""
    return {
        "key": finding.key,
        "rule": finding.rule,
        "severity": finding.severity,
        "fault_of": "package" if finding.of_package else "source",
        "heading": finding.heading,
        "title": _texts(finding.title),
        "message": _texts(finding.message),
        "advice": _texts(finding.advice),
        "sources": [_texts(one) for one in finding.sources],
        "place": asdict(finding.place),
        "focus": finding.focus,
        "document_id": finding.document_id,
        "stated_cny": number(finding.stated),
        "computed_cny": number(finding.computed),
        "gap_cny": number(finding.gap),
    }


def number(amount: Decimal | None) -> int | float | None:
    """Return an amount as JSON has it; a float that comes from a decimal prints as that decimal."""
    if amount is None:
        return None
    return int(amount) if amount == amount.to_integral_value() else float(amount)


def _texts(texts: Texts) -> dict[str, str]:
    return dict(texts)


def _examined(one: Examined) -> Mapping[str, Any]:
    return {
        "rule": one.rule,
        "title": _texts(one.title),
        "count": one.count,
        "passed": one.count - one.failed,
        "failed": one.failed,
    }
