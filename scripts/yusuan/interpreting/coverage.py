"""What was read and what was not: the segments that tile the text, and what no row uses."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from yusuan.interpreting.forms import stands_over
from yusuan.interpreting.ledger import ASIDE, Frame, Ledger
from yusuan.interpreting.lookups import is_label, is_nothing
from yusuan.interpreting.result import Extraction, Row, Unread
from yusuan.interpreting.sections import Section
from yusuan.reading.document import Block, Cell, Document, Paragraph, Table


@dataclass(frozen=True, slots=True)
class Place:
    """A block, the table it stands in, and where its framing starts."""

    block: Block
    start: int
    table_no: int | None


def places(document: Document) -> Iterator[Place]:
    """Yield every paragraph and cell in order, with where it stands."""
    table_no = 0
    for block in document.blocks:
        if isinstance(block, Table):
            table_no += 1
            for cell in block.cells:
                framed = cell.char_start > 0 and document.text[cell.char_start - 1] == "\t"
                yield Place(cell, cell.char_start - framed, table_no)
        else:
            yield Place(block, block.char_start, None)


def segments(document: Document, places: list[Place], frame: Frame, ledger: Ledger) -> list[Row]:
    """Return rows that tile the canonical text: each character once, in order."""
    starts = [place.start for place in places]
    text = document.text
    edges = {0, len(text), *starts}
    residue = [(_with_framing(text, start), end) for start, end in document.residue if end > start]
    for start, end in residue:
        edges.difference_update(range(start + 1, end))
        edges.update((start, end))
    residue_starts = [start for start, _ in residue]
    order = sorted(edges)
    rows: list[Row] = []
    for start, end in pairwise(order):
        at = bisect_right(residue_starts, start) - 1
        is_residue = at >= 0 and start < residue[at][1]
        owner = bisect_right(starts, start) - 1
        place = places[owner] if owner >= 0 else None
        rows.append(
            _segment(frame, len(rows) + 1, place, text[start:end], start, is_residue, ledger)
        )
    return rows


def _with_framing(text: str, start: int) -> int:
    # The TAB before a mark that opens a cell goes with the mark.
    return start - 1 if start > 0 and text[start - 1] == "\t" else start


def _segment(
    frame: Frame,
    number: int,
    place: Place | None,
    text: str,
    start: int,
    is_residue: bool,  # noqa: FBT001 - a private step
    ledger: Ledger,
) -> Row:
    block = None if place is None else place.block
    cell = block if isinstance(block, Cell) else None
    kind = "paragraph" if cell is None else "cell"
    if is_residue or block is None:
        kind = "residue"
    elif block.char_start in ledger.headings:
        kind = "heading"
    return {
        "document_id": frame.document_id,
        "segment_no": number,
        "kind": kind,
        "table_no": None if place is None else place.table_no,
        "row_no": None if cell is None else cell.row + 1,
        "column_no": None if cell is None else cell.column + 1,
        "row_span": None if cell is None else cell.row_span,
        "column_span": None if cell is None else cell.column_span,
        "page": None if block is None else block.page,
        "text": text,
        "char_start": start,
        "char_end": start + len(text),
    }


def account(
    document: Document, places: list[Place], sections: list[Section], ledger: Ledger
) -> tuple[tuple[Unread, ...], Extraction]:
    """Return what neither a row uses nor the list of labels knows, and the counts."""
    used = _merge([*ledger.used, *document.residue])
    starts = [start for start, _ in used]
    titles = [(s.heading.char_start, s.title) for s in sections if s.heading is not None]
    title_starts = [start for start, _ in titles]
    unread: list[Unread] = []
    counts = {"cell": [0, 0, 0], "paragraph": [0, 0, 0]}
    tables_used: set[int] = set()
    for place in places:
        block = place.block
        if not block.text.strip():
            continue
        count = counts["cell" if isinstance(block, Cell) else "paragraph"]
        count[0] += 1
        if (
            is_label(block.text)
            or is_nothing(block.text)
            or (isinstance(block, Paragraph) and block.char_start in ledger.headings)
        ):
            count[2] += 1
            continue
        if _is_touched(block, used, starts):
            count[1] += 1
            if place.table_no is not None:
                tables_used.add(place.table_no)
        at = bisect_right(title_starts, block.char_start) - 1
        section = titles[at][1] if at >= 0 else ""
        unread.extend(
            Unread(start, end, document.text[start:end].strip(), section, place.table_no)
            for start, end in _left(document.text, block, used, starts)
        )
    cells, paragraphs = counts["cell"], counts["paragraph"]
    extraction = Extraction(
        tables=len(document.tables),
        tables_interpreted=len(tables_used),
        cells=cells[0],
        cells_used=cells[1],
        cells_label=cells[2],
        paragraphs=paragraphs[0],
        paragraphs_used=paragraphs[1],
        paragraphs_label=paragraphs[2],
        tables_left=tuple(_tables_left(document, tables_used)),
        sections_left=tuple(one.title for one in sections if one.key == "unknown"),
        amounts_aside=ledger.counts[ASIDE],
        hidden_sheets=document.hidden_sheets,
    )
    return tuple(unread), extraction


def _tables_left(document: Document, used: set[int]) -> Iterator[tuple[int, str]]:
    """Yield number and caption of each table of which nothing was used: the words above it."""
    number, above = 0, ""
    for block in document.blocks:
        if isinstance(block, Paragraph):
            said = " ".join(block.text.split())
            # 单位：万元 names no table, unless nothing else does.
            above = said if said and not (above and stands_over(said)) else above
            continue
        number += 1
        if number not in used and any(cell.text.strip() for row in block.rows for cell in row):
            yield number, above
        above = ""


def _merge(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        elif end > start:
            merged.append((start, end))
    return merged


def _is_touched(block: Block, used: list[tuple[int, int]], starts: list[int]) -> bool:
    at = bisect_right(starts, block.char_end - 1) - 1
    return at >= 0 and used[at][1] > block.char_start


def _left(
    text: str, block: Block, used: list[tuple[int, int]], starts: list[int]
) -> Iterator[tuple[int, int]]:
    """Yield the stretches of a block that say something and that nothing uses."""
    at = max(bisect_right(starts, block.char_start) - 1, 0)
    start = block.char_start
    # By number: a copy of the rest for every block would make a long table cost its square.
    for number in range(at, len(used)):
        used_start, used_end = used[number]
        if used_start >= block.char_end:
            break
        if used_start > start and _says(text[start : min(used_start, block.char_end)]):
            yield start, min(used_start, block.char_end)
        start = max(start, used_end)
    if start < block.char_end and _says(text[start : block.char_end]):
        yield start, block.char_end


def _says(text: str) -> bool:
    return any(character.isalnum() for character in text)
