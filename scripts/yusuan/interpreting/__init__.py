"""From a document to rows: whose it is, its sections, its tables, and what was not read."""

from __future__ import annotations

import re
from bisect import bisect_right
from decimal import Decimal

from yusuan.amounts import tolerance
from yusuan.codes import Used, ancestors, region, remit_of
from yusuan.codes import rows as classification_rows
from yusuan.errors import DocumentError, IdentityError
from yusuan.interpreting.assets import interpret_assets, is_assets, planned_purchase
from yusuan.interpreting.captions import over, unit_in
from yusuan.interpreting.citations import citations
from yusuan.interpreting.coverage import account, places, segments
from yusuan.interpreting.disclosed import disclosure_items
from yusuan.interpreting.forms import form_of
from yusuan.interpreting.identity import (
    DEPARTMENT_DIGITS,
    Identity,
    blocks,
    identify,
    kind_of,
)
from yusuan.interpreting.indicators import DepartmentIndicators
from yusuan.interpreting.ledger import Frame, Ledger
from yusuan.interpreting.lookups import fold
from yusuan.interpreting.narrative import heading, interpret_section, legal_basis, restated
from yusuan.interpreting.owners import Owners, owners
from yusuan.interpreting.procurement import Names, interpret_procurement, is_procurement
from yusuan.interpreting.projects import Projects
from yusuan.interpreting.projectwide import ProjectLists
from yusuan.interpreting.result import Extraction, Interpretation, Row, Unread
from yusuan.interpreting.sections import Section, split
from yusuan.interpreting.tables import (
    Standard,
    find,
    interpret_project_lists,
    interpret_purchases,
    interpret_tables,
)
from yusuan.interpreting.titles import find as find_title
from yusuan.interpreting.unitlist import interpret_unit_lists
from yusuan.messages import say
from yusuan.reading import Source
from yusuan.reading.document import Document, Table
from yusuan.sidecar import Sidecar

__all__ = ["Extraction", "Interpretation", "Row", "Unread", "interpret"]

TABLES = (
    "documents", "regions", "organizations", "organization_names", "segments", "text_items",
    "terms", "budget_lines", "budget_changes", "projects", "payment_plans",
    "performance_targets", "score_bands", "procurement_items", "assets", "citations",
    "disclosure_items", "findings", "classifications",
)  # fmt: skip


def interpret(source: Source, sidecar: Sidecar) -> Interpretation:
    """Return the rows of a disclosure.

    Args:
        source: The file as read; personal data in its document is masked already.
        sidecar: What a person says of it, which wins over what the document says.

    Raises:
        DocumentError: Nothing of a budget disclosure is in the document.
        IdentityError: Department, year or region can't be told.
    """
    document, subject = source.document, source.path.name
    if not document.text.strip():
        raise DocumentError(subject, say("no-text"), say("no-text-advice"))
    sections = split(document)
    identity = _identity(source, sections, sidecar)
    frame = Frame(
        identity.document_id + _revision(sidecar),
        identity.region_code,
        identity.org_id,
        identity.department,
        identity.fiscal_year,
        "executed" if identity.doc_type == "final-accounts" else "approved",
    )
    ledger = Ledger()
    standard = find(document, frame.fiscal_year)
    named = owners(standard, identity)
    identity.units = named.units | identity.units
    org_ids = _org_ids(identity, named, frame)
    interpret_tables(standard, org_ids, frame, ledger)
    _front(sections, identity, frame, ledger)
    _body(sections, standard, (identity, org_ids), frame, ledger)
    _names(identity, frame, ledger)
    _citations(document, frame, ledger)
    everywhere = list(places(document))
    unread, extraction = account(document, everywhere, sections, ledger)
    if not _interpreted(ledger):
        raise DocumentError(subject, say("not-a-disclosure"), say("not-a-disclosure-advice"))
    ledger.rows["documents"] = [_document_row(source, identity, frame, sidecar)]
    ledger.rows["segments"] = segments(document, everywhere, frame, ledger)
    ledger.rows["disclosure_items"] = disclosure_items(document, sections, standard, frame)
    ledger.rows["classifications"] = _classifications(ledger)
    # Tables are read before the sentences that say their figures again.
    ledger.rows["budget_lines"].sort(key=lambda row: int(str(row["char_start"])))
    _add_tolerances(ledger)
    rows = {table: ledger.rows[table] for table in TABLES}
    return Interpretation(rows, frame.document_id, unread, extraction)


def _identity(source: Source, sections: list[Section], sidecar: Sidecar) -> Identity:
    """Return whose disclosure a document is, where it is one.

    Raises:
        DocumentError: It has neither title nor section nor table of a disclosure.
        IdentityError: Department, year or region can't be told.
    """
    document, subject = source.document, source.path.name
    try:
        return identify(document, sidecar, subject)
    except IdentityError:
        known = any(section.key not in {"", "unknown", "contents"} for section in sections)
        if known or document.tables or find_title(document) is not None:
            raise
        reason = say("not-a-disclosure")
        raise DocumentError(subject, reason, say("not-a-disclosure-advice")) from None


_MONEY = ("budget_lines", "budget_changes", "procurement_items", "assets")


def _add_tolerances(ledger: Ledger) -> None:
    """Say of every figure how far its last printed place lets it be off."""
    for table in _MONEY:
        ledger.rows[table] = [
            {**row, "tolerance_cny": _tolerance(row)} for row in ledger.rows[table]
        ]


def _tolerance(row: Row) -> Decimal | None:
    printed, unit = row["printed"], row["unit"]
    if not isinstance(printed, str) or not isinstance(unit, str):
        return None
    return tolerance(printed.replace("，", ","), unit)


def _revision(sidecar: Sidecar) -> str:
    """Return `.r2` for the first revision of a document, `.r3` for the next."""
    if sidecar.revision_of is None:
        return ""
    match = re.search(r"\.r(\d+)$", sidecar.revision_of)
    return f".r{2 if match is None else int(match.group(1)) + 1}"


_CONTENT = ("text_items", "terms", "budget_lines", "projects", "performance_targets",
            "procurement_items", "assets")  # fmt: skip


def _interpreted(ledger: Ledger) -> bool:
    """Tell whether anything but loose paragraphs was understood."""
    return any(ledger.rows[table] for table in _CONTENT)


def _front(sections: list[Section], identity: Identity, frame: Frame, ledger: Ledger) -> None:
    for block in identity.title_blocks:
        ledger.use(block)
        ledger.heading(block)
    legal_basis(sections[0], frame, ledger)
    for section in sections[1:]:
        if section.heading is not None and section.key != "unknown":
            for block in (section.heading, *section.more):
                ledger.heading(block)
                ledger.use(block)
        if section.key == "tables":
            # The title of a table that is published elsewhere.
            for paragraph in section.paragraphs:
                if form_of(paragraph.text) is not None:
                    ledger.heading(paragraph)
                    ledger.use(paragraph)


def _body(
    whole: list[Section],
    standard: Standard,
    whose: tuple[Identity, dict[str, str]],
    frame: Frame,
    ledger: Ledger,
) -> None:
    identity, org_ids = whose
    sections = [_without(section, standard) for section in whole]
    units = {code: identity.unit_id(code) for code in identity.units}
    projects = Projects(frame, ledger, units, org_ids)
    lists = ProjectLists(projects)
    department = DepartmentIndicators(frame, ledger)
    for section in sections:
        heading(section, frame, ledger)
        interpret_section(section, frame, ledger)
        interpret_unit_lists(section, frame, ledger)
        rest = Section(section.key, section.heading, [])
        for block in section.blocks:
            above = over(section, block) if isinstance(block, Table) else []
            if isinstance(block, Table) and (
                lists.read(block, above) or department.read(block, section, above)
            ):
                continue
            if isinstance(block, Table) and (is_procurement(block) or is_assets(block, section)):
                continue
            rest.blocks.append(block)
        projects.section(rest)
    interpret_project_lists(standard, org_ids, frame, ledger)
    interpret_purchases(standard, org_ids, frame, ledger)
    names = _lookup(identity, frame, ledger)
    for section in sections:
        if section.key == "assets":
            planned_purchase(section, frame, ledger)
        for block in section.tables:
            if is_procurement(block):
                unit = next(filter(None, (unit_in(p.text) for p in over(section, block))), None)
                interpret_procurement(block, unit, names, frame, ledger)
            elif is_assets(block, section):
                interpret_assets(block, over(section, block), frame, ledger)
    for section in sections:
        restated(section, ledger)


def _without(section: Section, standard: Standard) -> Section:
    """Return a section without its standard tables and what stands around them."""
    rest = [block for block in section.blocks if not standard.claims(block)]
    return Section(section.key, section.heading, rest, section.more)


def _org_ids(identity: Identity, named: Owners, frame: Frame) -> dict[str, str]:
    """Return the names and codes of the department and its units, folded → org id."""
    known = {fold(name): identity.unit_id(code) for code, name in identity.units.items()}
    known |= {code: identity.unit_id(code) for code in identity.units}
    known |= {
        said: identity.unit_id(code) if code else frame.org_id
        for said, code in named.spellings.items()
    }
    known.update((fold(mention.name), frame.org_id) for mention in identity.department_names)
    return known | {fold(frame.department): frame.org_id}


def _lookup(identity: Identity, frame: Frame, ledger: Ledger) -> Names:
    units = {fold(name): identity.unit_id(code) for code, name in identity.units.items()}
    units.setdefault(fold(frame.department), frame.org_id)
    projects = {
        fold(str(row["name"])): (str(row["project_code"]), str(row["org_id"]))
        for row in ledger.rows["projects"]
    }
    return Names(units, projects)


def _names(identity: Identity, frame: Frame, ledger: Ledger) -> None:
    """Write regions, organisations and every spelling of their names."""
    for found in (*reversed(ancestors(frame.region_code)), region(frame.region_code)):
        ledger.add(
            "regions",
            {
                "region_code": found.code,
                "name": found.name,
                "level": found.level,
                "parent_code": found.parent_code or None,
                "valid_from": found.valid_from or None,
                "valid_to": found.valid_to or None,
                "successor_code": found.successor_code or None,
            },
        )
    remit = remit_of(identity.department)
    if identity.parent_org_id is not None:
        above = remit_of(identity.parent)
        remit = remit if remit != "other" else above
        code = identity.budget_code[:DEPARTMENT_DIGITS]
        _organization(frame, ledger, identity.parent_org_id, code, identity.parent,
                      kind_of(identity.parent), above, None)  # fmt: skip
    _organization(frame, ledger, frame.org_id, identity.budget_code, identity.department,
                  identity.kind, remit, identity.parent_org_id)  # fmt: skip
    for code, name in identity.units.items():
        own = remit_of(name)
        _organization(frame, ledger, identity.unit_id(code), code if code.isdigit() else "",
                      name, "unit",
                      own if own != "other" else remit, frame.org_id)  # fmt: skip
    mentions = [(frame.org_id, m) for m in identity.department_names]
    mentions += [(identity.unit_id(code), m) for code, m in identity.unit_names]
    for org_id, mention in mentions:
        ledger.add(
            "organization_names",
            {
                "org_id": org_id,
                "name": mention.name,
                "document_id": frame.document_id,
                "char_start": mention.char_start,
                "char_end": mention.char_end,
            },
        )
        ledger.use_span((mention.char_start, mention.char_end))


def _organization(
    frame: Frame,
    ledger: Ledger,
    org_id: str,
    code: str,
    name: str,
    kind: str,
    remit: str,
    parent: str | None,
) -> None:
    ledger.add(
        "organizations",
        {
            "org_id": org_id,
            "region_code": frame.region_code,
            "budget_code": code or None,
            "name": name,
            "kind": kind,
            "remit": remit,
            "parent_org_id": parent,
            "uscc": None,
        },
    )


def _citations(document: Document, frame: Frame, ledger: Ledger) -> None:
    """Write every law and document number that the text cites, with what it stands beside."""
    targets = _ranges(ledger, "performance_targets")
    projects = _project_ranges(ledger)
    counts: dict[str, int] = {}
    for block in blocks(document):
        for found in citations(block.text):
            start, end = block.span(found.start, found.end)
            counts[found.cited] = counts.get(found.cited, 0) + 1
            target = _within(targets, start)
            project = _within(projects, start)
            ledger.add(
                "citations",
                {
                    "document_id": frame.document_id,
                    "citation_key": f"{found.cited}.{counts[found.cited]}",
                    "cited": found.cited,
                    "text": found.text,
                    "document_number": found.document_number,
                    "project_code": None if project is None else project["project_code"],
                    "target_key": None if target is None else target["target_key"],
                    "char_start": start,
                    "char_end": end,
                },
            )


Ranges = list[tuple[int, int, Row]]


_SCHEMES = {
    "function_code": "function", "economic_code": "economic", "revenue_code": "revenue",
}  # fmt: skip


def _classifications(ledger: Ledger) -> list[Row]:
    """Return the codes of official lists that the document uses."""
    used = [
        Used(scheme, str(row[column]), str(row.get("label") or ""), int(str(row["fiscal_year"])))
        for row in ledger.rows["budget_lines"]
        for column, scheme in _SCHEMES.items()
        if row.get(column) is not None
    ]
    used += [
        Used("procurement", str(row["catalogue_code"]), str(row["item_name"] or ""),
             int(str(row["fiscal_year"])))
        for row in ledger.rows["procurement_items"]
        if row["catalogue_code"] is not None
    ]  # fmt: skip
    # The catalogue names what is bought; the levels above it are not what a document is about.
    known = {one.code for one in used}
    return [
        {**row, "parent_code": row["parent_code"] if row["parent_code"] in known else None}
        if row["scheme"] == "procurement"
        else dict(row)
        for row in classification_rows(used)
        if row["scheme"] != "procurement" or row["code"] in known
    ]


def _ranges(ledger: Ledger, table: str) -> Ranges:
    return sorted(
        (
            (int(str(row["char_start"])), int(str(row["char_end"])), row)
            for row in ledger.rows[table]
        ),
        key=lambda found: found[0],
    )


def _project_ranges(ledger: Ledger) -> Ranges:
    """Return each project with the stretch from its caption to the end of its last target."""
    ends: dict[object, int] = {}
    for table in ("projects", "text_items", "performance_targets"):
        for row in ledger.rows[table]:
            code = row["project_code"]
            if code is not None:
                ends[code] = max(ends.get(code, 0), int(str(row["char_end"])))
    return [
        (start, ends[row["project_code"]], row) for start, _, row in _ranges(ledger, "projects")
    ]


def _within(ranges: Ranges, at: int) -> Row | None:
    found = bisect_right(ranges, at, key=lambda span: span[0]) - 1
    return ranges[found][2] if found >= 0 and at < ranges[found][1] else None


def _document_row(source: Source, identity: Identity, frame: Frame, sidecar: Sidecar) -> Row:
    return {
        "document_id": frame.document_id,
        "org_id": frame.org_id,
        "region_code": frame.region_code,
        "fiscal_year": frame.fiscal_year,
        "doc_type": identity.doc_type,
        "title": identity.title,
        "issued": sidecar.issued,
        "source_url": sidecar.url,
        "retrieved": sidecar.retrieved,
        "media_type": source.document.media_type,
        "sha256": source.sha256,
        "bytes": source.bytes,
        "text_length": len(source.document.text),
        "revision_of": sidecar.revision_of,
    }
