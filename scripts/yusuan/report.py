"""What `yusuan build` tells: for a person in Chinese or English, for a program as JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from yusuan.findings import SEVERITIES
from yusuan.messages import Message, say
from yusuan.package.descriptor import document_row, label, named
from yusuan.package.shipped import table_resources, template

if TYPE_CHECKING:
    from yusuan.building import Built
    from yusuan.errors import YusuanError
    from yusuan.interpreting.result import Unread
    from yusuan.package import Origin

SHOWN, CUT = 20, 40


def text_report(built: Built, language: str) -> str:
    """Return the report as a person reads it."""
    messages = [
        _identity(built, language),
        *_tables(built, language),
        *_coverage(built),
        *_personal_data(built.origin),
        _findings(built),
        *_outcome(built),
    ]
    return "\n".join(message.text(language) for message in messages)


def json_report(built: Built) -> dict[str, Any]:
    """Return the report as one JSON object; its keys are stable."""
    interpretation = built.origin.interpretation
    row = document_row(interpretation)
    department = named(interpretation, "organizations", "org_id")
    region = named(interpretation, "regions", "region_code")
    return {
        "status": _status(built),
        "document": str(built.document),
        "package": str(built.target),
        "document_id": interpretation.document_id,
        "title": row["title"],
        "department": {key: department[key] for key in ("org_id", "budget_code", "name")},
        "region": {key: region[key] for key in ("region_code", "name")},
        "fiscal_year": row["fiscal_year"],
        "doc_type": row["doc_type"],
        "facts_only": built.origin.facts_only,
        "tables": _counts(built),
        "findings": _severities(built),
        "extraction": asdict(interpretation.extraction),
        "unread": [asdict(one) for one in interpretation.unread],
        "personal_data": _personal_data_counts(built.origin),
        "differences": [message.both() for message in built.differences],
    }


def error_document(fault: YusuanError) -> dict[str, Any]:
    """Return an error as one JSON object."""
    return {
        "status": "error",
        "error": {
            "kind": type(fault).__name__,
            "exit_code": fault.exit_code,
            "subject": fault.subject,
            "key": fault.reason.key,
            "reason": fault.reason.both(),
            "advice": fault.advice.both(),
        },
    }


def as_document(content: object) -> str:
    """Return JSON text."""
    return json.dumps(content, ensure_ascii=False, indent=2, default=str)


def _status(built: Built) -> str:
    if not built.compared:
        return "built"
    return "different" if built.differences else "same"


def _identity(built: Built, language: str) -> Message:
    interpretation = built.origin.interpretation
    row = document_row(interpretation)
    department = named(interpretation, "organizations", "org_id")
    region = named(interpretation, "regions", "region_code")
    return say(
        "report-identity",
        title=row["title"],
        department=department["name"],
        org_id=department["org_id"],
        region=region["name"],
        region_code=region["region_code"],
        year=row["fiscal_year"],
        kind=label("documents", "doc_type", row["doc_type"])[language],
    )


def _tables(built: Built, language: str) -> Iterator[Message]:
    counts = _counts(built)
    yield say("report-tables")
    for name, resource in table_resources(template()).items():
        title = resource["titles"][language]
        yield say("report-table", count=f"{counts[name]:>6}", name=f"{name:<20}", title=title)


def _counts(built: Built) -> dict[str, int]:
    """Return how many rows each table has; the findings are found after the others are read."""
    rows = built.origin.interpretation.rows
    return {name: len(found) for name, found in rows.items()} | {"findings": len(built.findings)}


def _severities(built: Built) -> dict[str, int]:
    counts = Counter(one.severity for one in built.findings)
    return {severity: counts[severity] for severity in SEVERITIES}


def _findings(built: Built) -> Message:
    return say("report-findings", **_severities(built))


def _coverage(built: Built) -> Iterator[Message]:
    interpretation = built.origin.interpretation
    extraction = interpretation.extraction
    yield say("report-extraction", **asdict(extraction))
    for number, caption in extraction.tables_left:
        yield say("report-table-left", number=number, caption=_cut(caption) or "-")
    for title in extraction.sections_left:
        yield say("report-section-left", title=_cut(title))
    for title in extraction.hidden_sheets:
        yield say("report-hidden-sheet", title=_cut(title))
    if extraction.amounts_aside:
        yield say("report-aside", count=extraction.amounts_aside)
    unread = interpretation.unread
    if not unread:
        yield say("report-all-read")
        return
    key = "report-unread-facts" if built.origin.facts_only else "report-unread"
    yield say(key, count=len(unread))
    yield from (_unread(one) for one in unread[:SHOWN])
    if len(unread) > SHOWN:
        yield say("report-more", count=len(unread) - SHOWN)


def _unread(one: Unread) -> Message:
    cut = _cut(one.text)
    if one.table_no is None:
        return say("report-unread-paragraph", section=one.section or "-", text=cut)
    return say("report-unread-cell", section=one.section or "-", table=one.table_no, text=cut)


def _cut(words: str) -> str:
    text = " ".join(words.split())
    return text if len(text) <= CUT else text[:CUT] + "…"


def _personal_data_counts(origin: Origin) -> dict[str, Any]:
    kept = origin.keep_reason is not None
    kinds = dict(sorted(Counter(one.kind for one in origin.masked).items()))
    count = len(origin.masked)
    return {
        "masked": 0 if kept else count,
        "kept": count if kept else 0,
        "kinds": kinds,
        "reason": origin.keep_reason,
    }


def _personal_data(origin: Origin) -> Iterator[Message]:
    if origin.keep_reason is not None:
        yield say("report-kept", count=len(origin.masked), reason=origin.keep_reason)
    elif origin.masked:
        yield say("report-masked", count=len(origin.masked))


def _outcome(built: Built) -> Iterator[Message]:
    if not built.compared:
        key = "report-built-facts" if built.origin.facts_only else "report-built"
        yield say(key, target=built.target)
    elif not built.differences:
        yield say("report-same", target=built.target)
    else:
        yield say("report-different", target=built.target, count=len(built.differences))
        yield from built.differences
