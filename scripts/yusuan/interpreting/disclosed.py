"""What the catalogue asks a department to disclose, and whether the document has it."""

from __future__ import annotations

from collections.abc import Sequence

from yusuan.interpreting.forms import Form, forms, is_note, says_empty
from yusuan.interpreting.ledger import Frame
from yusuan.interpreting.lookups import is_label, is_nothing, table
from yusuan.interpreting.result import Row
from yusuan.interpreting.sections import Section
from yusuan.interpreting.tables import Found, Standard
from yusuan.reading.document import Block, Document, Paragraph, Table


def disclosure_items(
    document: Document, sections: list[Section], standard: Standard, frame: Frame
) -> list[Row]:
    """Return one row for each requirement, in the order of the catalogue."""
    asked = table()["disclosure"]
    rows = [_by_section(name, keys, sections, frame) for name, keys in asked["sections"].items()]
    by_requirement = {form.requirement: form for form in forms() if form.requirement}
    rows += [_by_table(by_requirement[name], document, standard, frame) for name in asked["forms"]]
    return rows


def _by_section(name: str, keys: list[str], sections: list[Section], frame: Frame) -> Row:
    found = [section for section in sections if section.key in keys]
    if not found:
        return _row(frame, name, "absent", None, None)
    said = [p for section in found for p in section.paragraphs if not is_label(p.text)]
    tables = [block for section in found for block in section.tables]
    place = found[0].heading or next(iter(said), None)
    span = None if place is None else place.span()
    if tables or any(not is_nothing(paragraph.text) for paragraph in said):
        return _row(frame, name, "present", None, span)
    if said:
        return _row(frame, name, "empty-with-note", said[0].text.strip(), said[0].span())
    return _row(frame, name, "empty", None, span)


def _by_table(form: Form, document: Document, standard: Standard, frame: Frame) -> Row:
    """Return the row of a table: of several, with figures before empty ones."""
    name = form.requirement
    found = [one for one in standard.found if one.form is form]
    if found:
        one = max(found, key=lambda one: one.has_figures)
        return _of_table(name, one, frame)
    captions = [block for other, block in standard.captions if other is form]
    if not captions:
        return _row(frame, name, "absent", None, None)
    return _of_caption(name, captions[-1], document, frame)


def _of_table(name: str, one: Found, frame: Frame) -> Row:
    note = next((note for note in one.notes if says_empty(note.text)), None)
    if note is not None:
        # A filled table that is called empty is for the rules to find.
        status = "present" if one.has_figures else "empty-with-note"
        return _row(frame, name, status, note.text.strip(), note.span())
    place = one.title if one.title is not None else next(iter(_first(one.tables[0])), None)
    span = None if place is None else place.span()
    return _row(frame, name, "present" if one.has_figures else "empty", None, span)


def _first(block: Table) -> Sequence[Block]:
    return [cell for cell in block.cells if cell.text.strip()]


def _of_caption(name: str, caption: Paragraph, document: Document, frame: Frame) -> Row:
    """Return the row of a table of which only the caption is known.

    What stands below it decides: a table, though none that was understood; a remark that there
    is none; or nothing, for a list of tables that are published elsewhere.
    """
    at = next(at for at, block in enumerate(document.blocks) if block is caption)
    below = [
        block
        for block in document.blocks[at + 1 :]
        if isinstance(block, Table) or block.text.strip()
    ]
    for block in below:
        if isinstance(block, Table):
            return _row(frame, name, "present", None, caption.span())
        if is_note(block.text) or is_nothing(block.text):
            return _row(frame, name, "empty-with-note", block.text.strip(), block.span())
        if not is_label(block.text):
            break
    return _row(frame, name, "elsewhere", None, caption.span())


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
