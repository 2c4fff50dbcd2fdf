"""Word documents (docx), read from their XML.

Kept: inserted text, content controls, hyperlinks, results of fields, text boxes, formulas,
automatic numbers, notes, running heads. Left out: deleted text and rows, hidden text,
instructions of fields, comments.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from yusuan.errors import DocumentError
from yusuan.messages import say
from yusuan.reading.document import Document, RawCell, RawParagraph, RawTable, compose
from yusuan.reading.wordparts import Numbering, Parts, Styles, parse
from yusuan.reading.wordtext import ALTERNATIVES, Words, is_plain
from yusuan.reading.zipped import open_zip

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_TRANSITIONAL = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
# A span beyond this is damage: no page has a thousand columns.
_WIDEST = 1000
_BODY_TEXT = 9  # the outline level that is none


def read_docx(data: bytes) -> Document:
    """Read a docx file.

    Raises:
        DocumentError: It is damaged, too large, has no text part, or keeps a part of its text in
            another file that it embeds.
        MemoryError: The limit on memory was met.
    """
    with open_zip(data) as archive:
        return compose(_blocks(Parts(archive)), format="docx", media_type=MEDIA_TYPE)


def _blocks(parts: Parts) -> Iterator[RawParagraph | RawTable]:
    root = parse(parts.main())
    w = _STRICT if root.tag.startswith(_STRICT) else _TRANSITIONAL
    plain = is_plain(root, w)
    used = {style.get(w + "val", "") for style in root.iter(w + "pStyle")}
    styles = Styles(b"".join(parts.related("styles")[:1]) if used else b"", w)
    numbering = None
    if next(root.iter(w + "numPr"), None) is not None or any(map(styles.is_numbered, used)):
        lists = parts.related("numbering")
        numbering = Numbering(lists[0], w) if lists else None
    yield from _Reader(w, styles, numbering, plain=plain).blocks(root)
    careful = _Reader(w, styles, numbering, plain=False)
    for kind in ("footnotes", "endnotes"):
        for part in parts.related(kind):
            yield from careful.notes(parse(part))
    for kind in ("header", "footer"):
        for text in dict.fromkeys(careful.said(parse(part)) for part in parts.related(kind)):
            yield from (
                RawParagraph(line, furniture=True) for line in text.split("\n") if line.strip()
            )


class _Cell:
    """A cell while its table is being read.

    Attributes:
        parts: Its text in pieces.
        column: Where it begins, from 0.
        across: How many columns it spans.
        merge: "restart" or "continue" where it is merged downward.
    """

    __slots__ = ("across", "column", "merge", "parts")

    def __init__(self, column: int) -> None:
        self.parts: list[str] = []
        self.column, self.across, self.merge = column, 1, ""


class _Reader:
    """Turns the elements of one document into blocks.

    Args:
        w: The namespace, in braces.
        styles: The paragraph styles.
        numbering: The automatic numbers, where there are any.
        plain: Nothing is deleted, hidden or said in two ways.
    """

    def __init__(self, w: str, styles: Styles, numbering: Numbering | None, *, plain: bool) -> None:
        self.w, self.styles, self.numbering, self.is_plain = w, styles, numbering, plain
        self.words = Words(w, plain=plain)
        self.dropped = self.words.dropped
        self.val, self.p, self.properties = w + "val", w + "p", w + "pPr"
        self.tbl, self.tr, self.tc, self.row_properties = w + "tbl", w + "tr", w + "tc", w + "trPr"
        self.span, self.merge, self.before = w + "gridSpan", w + "vMerge", w + "gridBefore"
        self.of_tables = (
            *self.words.said_by, self.tr, self.tc, self.p, self.span, self.merge, self.before
        )  # fmt: skip

    def blocks(self, root: Any) -> Iterator[RawParagraph | RawTable]:
        """Yield the blocks of the body in order."""
        body = root.find(self.w + "body")
        return self._children(root if body is None else body)

    def notes(self, root: Any) -> Iterator[RawParagraph | RawTable]:
        """Yield footnotes or endnotes, without the lines that separate them from the text."""
        for note in root:
            if note.get(self.w + "type", "normal") == "normal":
                yield from self._children(note)

    def said(self, element: Any) -> str:
        """Return all text of an element, line by line; a row of a table makes one line."""
        texts: list[str] = []
        for block in self._children(element):
            if isinstance(block, RawParagraph):
                texts.append(block.text)
            else:
                texts.extend(" ".join(cell.text for cell in row) for row in block.rows)
        return "\n".join(texts)

    def _children(self, parent: Any) -> Iterator[RawParagraph | RawTable]:
        carried = ""
        for element in parent:
            tag = element.tag
            if tag == self.p:
                properties = element.find(self.properties)
                text, boxes = self.words.of(element)
                text = carried + self._number(properties) + text
                # Where the end of a paragraph is deleted, the next one goes on with it.
                carried = text if self._is_run_on(properties) else ""
                if not carried:
                    yield RawParagraph(text, self._outline(properties))
                for box in boxes:
                    yield from self._children(box)
            elif tag not in self.dropped:
                if carried and tag == self.tbl:
                    yield RawParagraph(carried)
                    carried = ""
                yield from self._others(element)
        if carried:
            yield RawParagraph(carried)

    def _others(self, element: Any) -> Iterator[RawParagraph | RawTable]:
        if element.tag == self.tbl:
            yield RawTable(self._rows(element))
        elif element.tag == self.w + "altChunk":
            raise DocumentError("", say("docx-embedded-text"), say("docx-embedded-text-advice"))
        elif element.tag.endswith(ALTERNATIVES):
            yield from next(filter(None, (list(self._children(way)) for way in element)), ())
        else:
            # sdt, sdtContent, ins, moveTo, smartTag, customXml: what is inside counts.
            yield from self._children(element)

    # ------------------------------------------------------------------ properties

    def _value(self, parent: Any, name: str) -> str | None:
        element = None if parent is None else parent.find(self.w + name)
        return None if element is None else element.get(self.val)

    def _outline(self, properties: Any) -> int | None:
        if properties is None:
            return None
        value = self._value(properties, "outlineLvl")
        level = int(value) if value is not None and value.isdecimal() else None
        style = self._value(properties, "pStyle") if value is None else None
        if style is not None:
            level = self.styles.of(style).outline
        return None if level is None or level >= _BODY_TEXT else level + 1

    def _number(self, properties: Any) -> str:
        if self.numbering is None or properties is None:
            return ""
        name = self._value(properties, "pStyle")
        style = None if name is None else self.styles.of(name)
        own = properties.find(self.w + "numPr")
        number = self._value(own, "numId")
        depth = self._value(own, "ilvl")
        level = int(depth) if depth is not None and depth.isdecimal() else None
        if style is not None:
            number = style.number if number is None else number
            level = style.level if level is None else level
        return "" if number is None else self.numbering.of(number, level, name)

    def _is_run_on(self, properties: Any) -> bool:
        if self.is_plain or properties is None:
            return False
        mark = properties.find(self.w + "rPr")
        return mark is not None and any(
            mark.find(self.w + name) is not None for name in ("del", "moveFrom")
        )

    # ------------------------------------------------------------------ tables

    def _rows(self, table: Any) -> list[list[RawCell]]:
        if self.is_plain and sum(1 for _ in table.iter(self.tbl)) == 1:
            return place(self._plain_rows(table))
        return place(
            [self._row(row) for row in self._find(table, self.tr) if not self._is_deleted(row)]
        )

    def _plain_rows(self, table: Any) -> list[list[_Cell]]:
        """Read a table that holds no other in one go, which takes half the time."""
        rows: list[list[_Cell]] = []
        cell, column = _Cell(0), 0
        text, said = self.words.text, self.words.said
        for element in table.iter(*self.of_tables):
            tag = element.tag
            if tag == text:
                cell.parts.append(element.text or "")
            elif tag == self.p:
                # The first paragraph of a cell has no line end before it.
                cell.parts.append("\n" if cell.parts else "")
                if self.numbering is not None:
                    cell.parts.append(self._number(element.find(self.properties)))
            elif tag == self.tc:
                cell = _Cell(column)
                column += 1
                rows[-1].append(cell)
            elif tag == self.tr:
                rows.append([])
                column = 0
            elif tag == self.span:
                cell.across = self._clamped(element, 1)
                column = cell.column + cell.across
            elif tag == self.merge:
                cell.merge = element.get(self.val, "continue")
            elif tag == self.before:
                column = self._clamped(element, 0)
            else:
                cell.parts.append(said(element))
        return rows

    def _find(self, parent: Any, tag: str) -> Iterator[Any]:
        """Yield rows or cells, also those inside content controls, but not of inner tables."""
        for element in parent:
            if element.tag == tag:
                yield element
            elif element.tag.endswith(ALTERNATIVES):
                yield from next(filter(None, (list(self._find(w, tag)) for w in element)), ())
            elif element.tag not in self.dropped and element.tag not in {self.tr, self.tc}:
                yield from self._find(element, tag)

    def _is_deleted(self, row: Any) -> bool:
        properties = row.find(self.row_properties)
        return properties is not None and properties.find(self.w + "del") is not None

    def _row(self, row: Any) -> list[_Cell]:
        cells: list[_Cell] = []
        before = row.find(f"{self.row_properties}/{self.before}")
        column = 0 if before is None else self._clamped(before, 0)
        for element in self._find(row, self.tc):
            cell = _Cell(column)
            cell.parts = [self.said(element)]
            is_beside = False
            properties = element.find(self.w + "tcPr")
            for one in properties if properties is not None else ():
                if one.tag == self.span:
                    cell.across = self._clamped(one, 1)
                elif one.tag == self.merge:
                    cell.merge = one.get(self.val, "continue")
                elif one.tag == self.w + "hMerge":
                    is_beside = one.get(self.val, "continue") == "continue"
            column += cell.across
            if is_beside and cells and not cell.parts[0].strip():
                cells[-1].across += cell.across
            else:
                cells.append(cell)
        return cells

    def _clamped(self, element: Any, least: int) -> int:
        value = element.get(self.val, "")
        return min(max(int(value), least), _WIDEST) if value.isdecimal() else least


def place(rows: list[list[_Cell]]) -> list[list[RawCell]]:
    """Return the cells of a table, each with how far it reaches down."""
    placed: list[list[RawCell]] = []
    below: dict[int, int] = {}  # column → rows under this one that go on with the cell above
    for row in reversed(rows):
        cells: list[RawCell] = []
        going_on: dict[int, int] = {}
        for cell in row:
            text = "".join(cell.parts)
            down = below.get(cell.column, 0) + 1
            # A merged cell that says something keeps its text: there may be none above it.
            if cell.merge == "continue" and not text.strip():
                going_on[cell.column] = down
                cells.append(RawCell("", cell.column, 1, cell.across, covered=True))
            else:
                cells.append(RawCell(text, cell.column, down, cell.across))
        below = going_on
        placed.append(cells)
    placed.reverse()
    return placed
