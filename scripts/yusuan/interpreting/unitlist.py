"""Tables that list the units of a department, in its section on organisation.

What a unit is called and what stands beside it (kind, posts) is kept as text: one item a row.
"""

from __future__ import annotations

from functools import cache

from yusuan.interpreting.grid import filled
from yusuan.interpreting.ledger import Frame, Ledger
from yusuan.interpreting.lookups import fold, table
from yusuan.interpreting.sections import Section
from yusuan.reading.document import Table

_SECTIONS = frozenset({"organisation", "duties-organisation", "overview", "staff"})


def interpret_unit_lists(section: Section, frame: Frame, ledger: Ledger) -> None:
    """Write an item for each unit that a table of a section lists.

    Args:
        section: The section.
        frame: What rows share.
        ledger: Where they go.
    """
    if section.key not in _SECTIONS:
        return
    for block in section.tables:
        column = _column(block)
        if column is not None:
            _interpret(block, column, frame, ledger)


@cache
def _heads() -> frozenset[str]:
    return frozenset(fold(word) for word in table()["unit-list"]["name"])


@cache
def _other_heads() -> frozenset[str]:
    return frozenset(fold(word) for word in table()["unit-list"]["other"])


def _column(block: Table) -> int | None:
    """Return the column of the names, or None where the table lists no units."""
    if not block.rows:
        return None
    heads = [fold(cell.text) for cell in block.rows[0]]
    known = all(head in _heads() | _other_heads() for head in heads if head)
    named = [at for at, head in enumerate(heads) if head in _heads()]
    return named[0] if known and named else None


def _interpret(block: Table, column: int, frame: Frame, ledger: Ledger) -> None:
    ledger.use(*block.rows[0])
    for row in block.rows[1:]:
        if len(row) <= column or not row[column].text.strip():
            continue
        said = filled(row)
        ordinal = ledger.count("text_items.organisation.None")
        ledger.add(
            "text_items",
            {
                "document_id": frame.document_id,
                "item_key": f"organisation.{ordinal:02}",
                "kind": "organisation",
                "ordinal": ordinal,
                "parent_key": None,
                "org_id": frame.org_id,
                "project_code": None,
                "number_label": None,
                "title": row[column].text.strip(),
                "text": " ".join(cell.text.strip() for cell in said),
                "char_start": said[0].char_start,
                "char_end": said[-1].char_end,
            },
        )
        ledger.use(*said)
