"""Where a fault stands, in words."""

from __future__ import annotations

from yusuan.findings import Place
from yusuan.messages import Message, say
from yusuan.package import FILE_OF
from yusuan.reporting.quoting import printable


def place_words(place: Place, language: str) -> str:
    """Return a place as a reader looks it up: page, line, table and row, or file and column."""
    parts: list[Message] = []
    if place.path != FILE_OF["text"].path:
        parts.append(say("checked-path", path=printable(place.path)))
    if place.page is not None:
        parts.append(say("checked-page", page=place.page))
    if place.line is not None:
        parts.append(say("checked-line", line=place.line))
    if place.row is not None:
        parts.append(say("checked-row", row=place.row) if place.row else say("checked-header"))
    if place.field is not None:
        parts.append(say("checked-field", field=printable(place.field)))
    if place.table is not None:
        parts.append(say("checked-table", table=place.table))
        if place.table_row is not None:
            parts.append(say("checked-table-row", row=place.table_row))
    if not parts:
        parts.append(say("checked-whole"))
    return say("checked-comma").text(language).join(part.text(language) for part in parts)
