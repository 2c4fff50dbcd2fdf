"""The pages of a PDF put together: paragraphs and tables that cross pages, without page furniture.

What a page break parted is told by geometry and wording: a line that reaches the margin goes on; a
table at the top with the header, or the columns, of the one at the foot is the same table; a row
that has only the rest of broken texts is the same row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from yusuan.reading.document import RawParagraph, RawTable
from yusuan.reading.furniture import find_furniture
from yusuan.reading.lines import Line, goes_on, join
from yusuan.reading.page import PageContent, Ruled
from yusuan.reading.tables import Draft, part_by_wording, repeated_rows, squeeze, to_raw

# Columns and margins on two pages that differ by less, in points, are the same.
_SAME = 3.0
# A table that ends above the middle of a page did not break off there.
_MIDDLE = 0.5
# So many lines that end at one place show where the margin is.
_LINES_OF_A_MARGIN = 3

# Running text takes at least this share of a page, from its left edge.
_LEAST_COLUMN = 0.6


def stitch(pages: Sequence[PageContent]) -> Iterator[RawParagraph | RawTable]:
    """Give the blocks of a document from its pages, in reading order."""
    builder = _Builder(pages)
    for page in pages:
        builder.add(page)
    builder.close()
    headers = [draft.rows[0] for draft in builder.blocks if isinstance(draft, Draft)]
    for block in builder.blocks:
        if isinstance(block, Draft):
            for draft in part_by_wording(block, headers):
                yield to_raw(draft)
        elif isinstance(block, _Text):
            yield RawParagraph(block.text, page=block.lines[0].page)
        else:
            yield block


@dataclass(slots=True)
class _Text:
    """A paragraph that may go on."""

    text: str
    lines: list[Line]


@dataclass(slots=True)
class _Builder:
    """The blocks so far; furniture waits until the block that it interrupts has ended."""

    pages: Sequence[PageContent]
    blocks: list[_Text | Draft | RawParagraph] = field(default_factory=list)
    waiting: list[RawParagraph] = field(default_factory=list)
    furniture: set[Line] = field(init=False)
    margins: dict[int, tuple[float, float]] = field(init=False)

    def __post_init__(self) -> None:
        self.furniture = find_furniture(self.pages)
        self.margins = _margins(self.pages, self.furniture)

    def add(self, page: PageContent) -> None:
        """Add a page, in reading order."""
        unsorted: list[Line | Ruled] = [*page.lines, *page.tables]
        items = sorted(unsorted, key=lambda item: item.top)
        furniture = {line for line in page.lines if line in self.furniture}
        content = [item for item in items if isinstance(item, Ruled) or item not in furniture]
        furniture |= self._captions_again(content)
        for item in items:
            if isinstance(item, Ruled):
                self._add_table(item, page)
            elif item in furniture:
                self.waiting.append(RawParagraph(item.text, page=page.number, furniture=True))
            else:
                self._add_line(item)

    def _add_line(self, line: Line) -> None:
        last = self.blocks[-1] if self.blocks else None
        if isinstance(last, _Text):
            first, before = last.lines[0], last.lines[-1]
            indented = first.x0 - self.margins[first.page][0] > first.size
            margins, left = self.margins[before.page], self.margins[line.page][0]
            if goes_on(before, line, margins, left, indented=indented):
                last.text += join(before, line) + line.text
                last.lines.append(line)
                return
        self.close()
        self.blocks.append(_Text(line.text, [line]))

    def _add_table(self, part: Ruled, page: PageContent) -> None:
        last = self.blocks[-1] if self.blocks else None
        if isinstance(last, Draft) and self._continues(last, part, page.number):
            header = repeated_rows(last, part)
            for row in part.rows[:header]:
                text = "  ".join(line.text for cell in row for line in cell.lines)
                self.waiting.append(RawParagraph(text, page=page.number, furniture=True))
            last.extend(part, page.number)
            return
        self.close()
        self.blocks.append(Draft(part, page.number, self._captions(page.number)))

    def close(self) -> None:
        """End the last block: furniture that interrupted it follows it."""
        self.blocks += self.waiting
        self.waiting = []

    def _captions(self, page: int) -> list[str]:
        """Return the lines right above, on the same page."""
        texts: list[str] = []
        for block in reversed(self.blocks):
            if not isinstance(block, _Text) or block.lines[0].page != page:
                break
            texts[:0] = [squeeze(line.text) for line in block.lines]
        return texts

    def _captions_again(self, content: Sequence[Line | Ruled]) -> set[Line]:
        """Return the captions that a page repeats above a table which goes on."""
        last = self.blocks[-1] if self.blocks else None
        tables = [at for at, item in enumerate(content) if isinstance(item, Ruled)]
        if not isinstance(last, Draft) or not tables:
            return set()
        table = content[tables[0]]
        above = [item for item in content[: tables[0]] if isinstance(item, Line)]
        texts = [squeeze(line.text) for line in above]
        same = bool(texts) and last.captions[-len(texts) :] == texts
        if same and isinstance(table, Ruled) and repeated_rows(last, table):
            return set(above)
        return set()

    def _continues(self, draft: Draft, part: Ruled, page: int) -> bool:
        """Tell whether a table is the rest of the one before it."""
        if page != draft.page + 1:
            return False
        if abs(draft.x0 - part.x0) > _SAME or abs(draft.x1 - part.x1) > _SAME:
            return False
        if repeated_rows(draft, part):
            return True
        if draft.bottom < self.pages[draft.page - 1].height * _MIDDLE:
            return False
        ours, theirs = draft.sides, _sides(part)
        return _within(theirs, ours) or _within(ours, theirs)


def _sides(part: Ruled) -> set[float]:
    return {x for row in part.rows for cell in row for x in (cell.x0, cell.x1)}


def _within(some: set[float], others: set[float]) -> bool:
    return all(any(abs(x - other) <= _SAME for other in others) for x in some)


def _margins(pages: Sequence[PageContent], furniture: set[Line]) -> dict[int, tuple[float, float]]:
    """Return page → where its running text begins and ends.

    A page with too few lines to show it takes what the pages show that are as wide.
    """
    lines = {page.number: [line for line in page.lines if line not in furniture] for page in pages}
    by_width: dict[int, list[Line]] = {}
    for page in pages:
        by_width.setdefault(round(page.width), []).extend(lines[page.number])
    found = {}
    for page in pages:
        like = by_width[round(page.width)]
        left = (
            _left(lines[page.number]) or _left(like) or min([line.x0 for line in like], default=0)
        )
        right = right_margin(lines[page.number], page.width) or right_margin(like, page.width)
        # Where no lines show it, the right margin is taken to be as wide as the left.
        found[page.number] = (left, page.width - left if right is None else right)
    return found


def _left(lines: Sequence[Line]) -> float | None:
    """Return where lines begin, where several begin there."""
    left = min([line.x0 for line in lines], default=0.0)
    there = sum(line.x0 - left < line.size / 2 for line in lines)
    return left if there >= _LINES_OF_A_MARGIN else None


def right_margin(lines: Sequence[Line], width: float) -> float | None:
    """Return where lines end, where several end there; a list of short names shows nothing.

    Args:
        lines: Of one page, or of pages that are alike.
        width: Of the page, in points.
    """
    right = max([line.stop for line in lines], default=0.0)
    there = sum(right - line.stop < line.size for line in lines)
    return right if there >= _LINES_OF_A_MARGIN and right > width * _LEAST_COLUMN else None
