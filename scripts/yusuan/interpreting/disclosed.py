"""What the catalogue asks a department to disclose, and whether the document has it."""

from __future__ import annotations

from yusuan.interpreting.ledger import Frame, Ledger
from yusuan.interpreting.lookups import is_label, is_nothing, table
from yusuan.interpreting.result import Row
from yusuan.interpreting.sections import Section


def disclosure_items(sections: list[Section], frame: Frame, ledger: Ledger) -> list[Row]:
    """Return one row for each requirement, in the order of the catalogue."""
    asked = table()["disclosure"]
    rows = [_by_section(name, keys, sections, frame) for name, keys in asked["sections"].items()]
    forms = {row["form"] for row in ledger.rows["budget_lines"]}
    for name, wanted in asked["forms"].items():
        status = "present" if forms & set(wanted) else "absent"
        rows.append(_row(frame, name, status, None, None))
    return rows


def _by_section(name: str, keys: list[str], sections: list[Section], frame: Frame) -> Row:
    found = [section for section in sections if section.key in keys]
    if not found:
        return _row(frame, name, "absent", None, None)
    said = [p for section in found for p in section.paragraphs if not is_label(p.text)]
    tables = [block for section in found for block in section.tables]
    heading = found[0].heading
    span = None if heading is None else heading.span()
    if tables or any(not is_nothing(paragraph.text) for paragraph in said):
        return _row(frame, name, "present", None, span)
    if said:
        return _row(frame, name, "empty-with-note", said[0].text.strip(), said[0].span())
    return _row(frame, name, "empty", None, span)


def _row(
    frame: Frame, name: str, status: str, note: str | None, span: tuple[int, int] | None
) -> Row:
    return {
        "document_id": frame.document_id,
        "requirement": name,
        "status": status,
        "note": note,
        "char_start": None if span is None else span[0],
        "char_end": None if span is None else span[1],
    }
