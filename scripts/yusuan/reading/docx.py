"""Word documents (docx), read from their XML.

Kept: inserted text, content controls, hyperlinks, results of fields, text boxes, automatic
numbers. Left out: deleted text and rows, hidden text, instructions of fields.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lxml import etree

from yusuan.errors import DocumentError
from yusuan.messages import say
from yusuan.reading.document import Document, RawCell, RawParagraph, RawTable, compose
from yusuan.reading.zipped import members, open_zip

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_TRANSITIONAL = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
# A span beyond this is damage: no page has a thousand columns.
_WIDEST = 1000
# What makes a text more than the sum of its runs. Most documents of bureaus have none of it, and
# are read three times as fast by looking at runs alone.
_INTRICATE = (
    b":del ", b":del>", b":moveFrom", b":instrText", b":vanish", b":txbxContent", b":softHyphen",
    b":noBreakHyphen", b":ptab", b"AlternateContent",
)  # fmt: skip
_DROPPED = (
    "del", "moveFrom", "instrText", "delText", "rPr", "pPr", "sectPr", "fldChar", "tcPr", "tblPr",
    "trPr", "tblGrid", "tblPrEx", "sdtPr", "sdtEndPr", "bookmarkStart", "bookmarkEnd", "proofErr",
    "lastRenderedPageBreak",
)  # fmt: skip


def read_docx(data: bytes) -> Document:
    """Read a docx file.

    Raises:
        DocumentError: It is damaged, too large, or has no text part.
    """
    with open_zip(data) as archive:
        names = members(archive)
        if "word/document.xml" not in names:
            raise DocumentError("", say("docx-no-text"), say("docx-no-text-advice"))
        body = names["word/document.xml"]()
        is_numbered = b":numPr" in body and "word/numbering.xml" in names
        numbering = names["word/numbering.xml"]() if is_numbered else b""
    root = parse(body)
    reader = _Reader(root, numbering, is_plain=not any(mark in body for mark in _INTRICATE))
    return compose(reader.blocks(root), format="docx", media_type=MEDIA_TYPE)


def parse(data: bytes) -> Any:
    """Parse XML without entities and without the network.

    Raises:
        DocumentError: It is no XML, or declares entities.
    """
    if b"<!DOCTYPE" in data[:2000]:
        raise DocumentError("", say("xml-entities"), say("xml-advice"))
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True)
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as fault:
        raise DocumentError("", say("xml-broken", fault=fault), say("xml-advice")) from fault


class _Reader:
    """Turns the elements of one document into blocks.

    Args:
        root: The document element.
        numbering: `numbering.xml`, or nothing.
        is_plain: Nothing is deleted, hidden or said in two ways.
    """

    def __init__(self, root: Any, numbering: bytes, *, is_plain: bool) -> None:
        self.is_plain = is_plain
        w = _STRICT if root.tag.startswith(_STRICT) else _TRANSITIONAL
        self.w = w
        self.p, self.tbl, self.tr, self.tc = w + "p", w + "tbl", w + "tr", w + "tc"
        self.t, self.val, self.run = w + "t", w + "val", w + "r"
        self.p_pr, self.r_pr, self.outline, self.vanish = (
            w + "pPr", w + "rPr", w + "outlineLvl", w + "vanish"
        )  # fmt: skip
        self.tc_pr, self.tr_pr, self.span, self.merge = (
            w + "tcPr", w + "trPr", w + "gridSpan", w + "vMerge"
        )  # fmt: skip
        self.dropped = frozenset(w + name for name in _DROPPED)
        self.characters = {
            w + "br": "\n", w + "cr": "\n", w + "tab": " ", w + "noBreakHyphen": "-",
            w + "softHyphen": "", w + "ptab": " ",
        }  # fmt: skip
        self.said = (self.t, w + "br", w + "cr", w + "tab")
        self.numbers = Numbering(numbering, w) if numbering else None

    def blocks(self, root: Any) -> Iterator[RawParagraph | RawTable]:
        """Yield the blocks of the body in order."""
        body = root.find(self.w + "body")
        yield from self._children(root if body is None else body)

    def _children(self, parent: Any) -> Iterator[RawParagraph | RawTable]:
        for element in parent:
            if element.tag == self.p:
                properties = element.find(self.p_pr)
                text, boxes = self._paragraph(element, properties)
                yield RawParagraph(text, self._outline(properties))
                for box in boxes:
                    yield from self._children(box)
            elif element.tag == self.tbl:
                yield RawTable(self._rows(element))
            elif element.tag not in self.dropped:
                # sdt, sdtContent, ins, moveTo, smartTag, customXml: what is inside counts.
                yield from self._children(element)

    def _outline(self, properties: Any) -> int | None:
        level = None if properties is None else properties.find(self.outline)
        if level is None:
            return None
        value = level.get(self.val, "9")
        return int(value) + 1 if value.isdigit() and int(value) < 9 else None  # noqa: PLR2004

    def _paragraph(self, paragraph: Any, properties: Any) -> tuple[str, list[Any]]:
        parts: list[str] = []
        boxes: list[Any] = []
        if self.numbers is not None and properties is not None:
            parts.append(self.numbers.of(properties))
        if self.is_plain:
            parts.append(self._plain(paragraph))
        else:
            self._inline(paragraph, parts, boxes)
        return "".join(parts), boxes

    def _plain(self, paragraph: Any) -> str:
        return "".join(
            element.text or ""
            if element.tag == self.t
            # Tab stops among the properties are no text.
            else self.characters[element.tag] * (element.getparent().tag == self.run)
            for element in paragraph.iter(*self.said)
        )

    def _inline(self, parent: Any, parts: list[str], boxes: list[Any]) -> None:
        for element in parent:
            tag = element.tag
            if tag == self.t:
                parts.append(element.text or "")
            elif tag in self.characters:
                parts.append(self.characters[tag])
            elif tag in self.dropped or (tag == self.run and self._is_hidden(element)):
                continue
            elif tag == self.w + "txbxContent":
                boxes.append(element)
            elif isinstance(tag, str) and tag.endswith("}AlternateContent"):
                # Choice and Fallback say the same in two ways.
                self._inline(element[:1], parts, boxes)
            elif len(element):
                self._inline(element, parts, boxes)

    def _is_hidden(self, run: Any) -> bool:
        # The properties of a run are its first child, if it has any.
        if not len(run) or run[0].tag != self.r_pr:
            return False
        vanish = run[0].find(self.vanish)
        return vanish is not None and vanish.get(self.val, "1") not in {"0", "false", "off"}

    def _rows(self, table: Any) -> list[list[RawCell]]:
        return [self._row(row) for row in self._find(table, self.tr) if not self._is_deleted(row)]

    def _find(self, parent: Any, tag: str) -> Iterator[Any]:
        """Yield rows or cells, also those inside content controls, but not of inner tables."""
        for element in parent:
            if element.tag == tag:
                yield element
            elif element.tag not in self.dropped and element.tag not in {self.tr, self.tc}:
                yield from self._find(element, tag)

    def _is_deleted(self, row: Any) -> bool:
        properties = row.find(self.tr_pr)
        return properties is not None and properties.find(self.w + "del") is not None

    def _row(self, row: Any) -> list[RawCell]:
        cells: list[RawCell] = []
        column = self._number(row.find(self.tr_pr), "gridBefore", 0)
        for cell in self._find(row, self.tc):
            span, is_below = self._merges(cell)
            text = self._cell_text(cell)
            # An orphan that says something keeps its text.
            covered = is_below and not text.strip()
            cells.append(RawCell("" if covered else text, column, 1, span, covered))
            column += span
        return cells

    def _merges(self, cell: Any) -> tuple[int, bool]:
        """Return how many columns a cell spans, and whether it continues the one above."""
        span, is_below = 1, False
        properties = cell[0] if len(cell) and cell[0].tag == self.tc_pr else None
        for element in properties if properties is not None else ():
            if element.tag == self.span:
                span = self._number(properties, "gridSpan", 1)
            elif element.tag == self.merge:
                is_below = element.get(self.val, "continue") == "continue"
        return span, is_below

    def _number(self, properties: Any, name: str, default: int) -> int:
        element = None if properties is None else properties.find(self.w + name)
        value = "" if element is None else element.get(self.val, "")
        return min(max(int(value), 1 if default else 0), _WIDEST) if value.isdigit() else default

    def _cell_text(self, cell: Any) -> str:
        if self.is_plain and self.numbers is None:
            inner = [element for element in cell if element.tag not in self.dropped]
            if all(element.tag == self.p for element in inner):
                return "\n".join([self._plain(element) for element in inner])
        texts = []
        for block in self._children(cell):
            if isinstance(block, RawParagraph):
                texts.append(block.text)
            else:
                texts.extend(" ".join(c.text for c in row) for row in block.rows)
        return "\n".join(texts)


class Numbering:
    """Automatic numbers, which stand in no paragraph's text.

    Args:
        data: `numbering.xml`.
        w: The namespace of the document.
    """

    def __init__(self, data: bytes, w: str) -> None:
        self.w, self.val = w, w + "val"
        root = parse(data)
        abstract = {
            element.get(w + "abstractNumId"): {
                level.get(w + "ilvl"): self._level(level) for level in element.iter(w + "lvl")
            }
            for element in root.iter(w + "abstractNum")
        }
        self.levels = {
            element.get(w + "numId"): abstract.get(link.get(self.val), {})
            for element in root.iter(w + "num")
            if (link := element.find(w + "abstractNumId")) is not None
        }
        self.counts: dict[tuple[str, int], int] = {}

    def _level(self, level: Any) -> tuple[str, str, int]:
        def value(name: str, default: str) -> str:
            element = level.find(self.w + name)
            found = None if element is None else element.get(self.val)
            return default if found is None else str(found)

        start = value("start", "1")
        return (
            value("numFmt", "decimal"),
            value("lvlText", ""),
            int(start) if start.isdigit() else 1,
        )

    def of(self, properties: Any) -> str:
        """Return the number of a paragraph with these properties as Word shows it, or ""."""
        numbered = properties.find(self.w + "numPr")
        if numbered is None:
            return ""
        number, depth = numbered.find(self.w + "numId"), numbered.find(self.w + "ilvl")
        if number is None:
            return ""
        num_id = number.get(self.val, "")
        level = 0 if depth is None else int(depth.get(self.val, "0"))
        levels = self.levels.get(num_id, {})
        kind, text, start = levels.get(str(level), ("none", "", 1))
        if kind in {"none", "bullet"} or not text:
            return ""
        self.counts[num_id, level] = self.counts.get((num_id, level), start - 1) + 1
        for other, deeper in list(self.counts):
            if other == num_id and deeper > level:
                del self.counts[other, deeper]
        for at in range(level + 1):
            shape = levels.get(str(at), ("decimal", "", 1))
            count = self.counts.get((num_id, at), shape[2])
            text = text.replace(f"%{at + 1}", _numeral(count, shape[0]))
        return text


def _numeral(count: int, kind: str) -> str:
    if kind.startswith(("chinese", "taiwanese", "japanese", "ideograph")) and 0 < count < 100:  # noqa: PLR2004
        tens, ones = divmod(count, 10)
        digits = "〇一二三四五六七八九"
        head = "" if not tens else ("" if tens == 1 else digits[tens]) + "十"
        return head + (digits[ones] if ones else "")
    if kind.endswith("Letter"):
        letter = chr(ord("a") + (count - 1) % 26)
        return letter.upper() if kind.startswith("upper") else letter
    if kind == "decimalEnclosedCircle" and 0 < count <= 20:  # noqa: PLR2004
        return chr(0x2460 + count - 1)
    return str(count)
