"""What the home page of a portal says of each package; kept in the portal as `portal.json`.

So a portal grows by a package without reading the others again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from yusuan.messages import LANGUAGES, say
from yusuan.package import as_json
from yusuan.package.loading import is_inside
from yusuan.publishing.errors import TargetError
from yusuan.publishing.release import Release
from yusuan.publishing.tabling import Row, Tables
from yusuan.reporting.grouping import count_by_severity

PORTAL = "portal.json"
Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Listed:
    """One package of a portal.

    Attributes:
        place: Its folder, `doc/131024.304.2021.budget`.
        name: Its name, which its zip and workbook bear.
        id: Its IRI.
        titles: Its title.
        base: The base of its IRIs.
        region: The administrative division.
        region_code: Its code, by which the list is ordered.
        department: Who discloses.
        year: The fiscal year.
        kinds: What kind of document it is.
        revenue: Total revenue in yuan; "" where none is stated.
        expenditure: Total expenditure, likewise.
        findings: Severity → how many.
        issued: The day on which the document was made public; "" where it is not known.
    """

    place: str
    name: str
    id: str
    titles: Texts
    base: str
    region: str
    region_code: str
    department: str
    year: str
    kinds: Texts
    revenue: str
    expenditure: str
    findings: Mapping[str, int]
    issued: str = ""


def listed(release: Release, tables: Tables) -> Listed:
    """Return what a home page says of a release."""
    descriptor = release.descriptor
    documents = tables.rows("documents")
    first: Row = documents[0] if documents else {}
    return Listed(
        release.place,
        release.name,
        str(descriptor.get("id", "")),
        release.checked.title,
        str(descriptor["yusuan:base"]),
        _named(tables, first, "region_code", "zh"),
        first.get("region_code", ""),
        _named(tables, first, "org_id", "zh"),
        first.get("fiscal_year", ""),
        {one: _named(tables, first, "doc_type", one) for one in LANGUAGES},
        _total(tables, first.get("document_id", ""), "revenue"),
        _total(tables, first.get("document_id", ""), "expenditure"),
        count_by_severity(release.checked.findings),
        first.get("issued", ""),
    )


def key_figures(tables: Tables) -> list[Row]:
    """Return the lines that are the total of a form, and of no project or class."""
    return [
        row
        for row in tables.every("budget_lines")
        if row["role"] == "total"
        and row["amount_cny"]
        and not any(row[one] for one in ("project_code", *_CLASSES))
        and all(row[one] in ("", "total") for one in ("nature", "fund_source"))
    ]


_CLASSES = ("function_code", "economic_code", "revenue_code")


def read_portal(content: bytes, where: str) -> tuple[str | None, list[Listed]]:
    """Return the address and the packages of a portal, from its `portal.json`.

    Raises:
        TargetError: It is no such file.
    """
    try:
        # What has another key is no portal of this program, or of a later one.
        document = json.loads(content)
        packages = [Listed(**one) for one in document["packages"]]
        if not all(is_inside(one.place) for one in packages):
            raise TargetError(where, say("portal-broken", file=PORTAL), say("portal-broken-advice"))
        return {"portal": document["url"]}[document["yusuan"]], packages
    except (ValueError, KeyError, TypeError) as fault:
        reason = say("portal-broken", file=PORTAL)
        raise TargetError(where, reason, say("portal-broken-advice")) from fault


def write_portal(url: str | None, packages: Sequence[Listed]) -> bytes:
    """Return `portal.json`."""
    document: dict[str, Any] = {"yusuan": "portal", "url": url}
    return as_json(document | {"packages": [asdict(one) for one in packages]})


# The keys of the total of a direction, the exact one first: a table prints yuan where a sentence
# rounds to 万元. A key with a year or a phase behind it is of another year or phase.
_TOTALS = ("dept-{}.total", "dept-balance.{}.total", "dept-{}-text.total")


def _total(tables: Tables, document: str, direction: str) -> str:
    """Return the total of one direction that a document states for itself; "" where it has none."""
    stated = {
        row["line_key"]: row["amount_cny"]
        for row in tables.every("budget_lines")
        if row["document_id"] == document and row["role"] == "total"
    }
    found = (stated.get(key.format(direction), "") for key in _TOTALS)
    return next(filter(None, found), "")


def _named(tables: Tables, row: Row, column: str, language: str) -> str:
    return tables.named("documents", column, row, language) if row.get(column) else ""
