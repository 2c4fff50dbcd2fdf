"""Web pages (html), and web archives that hold one (mhtml)."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from typing import Any

import lxml.html
from lxml import etree

from yusuan.errors import DocumentError
from yusuan.messages import say
from yusuan.reading.decode import decode
from yusuan.reading.document import Document, RawCell, RawParagraph, RawTable, compose

_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_SKIPPED = frozenset(
    ["script", "style", "head", "title", "noscript", "template", "select", "button", "iframe"]
)
_BLOCKS = frozenset(
    ["p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ul", "ol", "dl", "dt", "dd", "section",
     "article", "header", "footer", "nav", "main", "aside", "blockquote", "pre", "center", "form",
     "body", "html", "hr", "address", "figure", "figcaption", "caption", "multicol"]
)  # fmt: skip
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_HIDDEN = re.compile(r"(?:display\s*:\s*none|mso-hide\s*:\s*all)", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\r\n\f]+")
_WIDE = r"[\u2e80-\u9fff\uff00-\uffef\u3000-\u303f“”‘’…—]"
_WRAPPED = re.compile(rf"(?<={_WIDE})\n(?={_WIDE})")
_WIDEST, _DEEPEST = 1000, 250


def read_html(data: bytes) -> Document:
    """Read a web page.

    Raises:
        DocumentError: It is empty, or nested too deep to be read whole.
    """
    declared = _CHARSET.search(data[:4096])
    text = decode(data, None if declared is None else declared.group(1).decode())[0]
    text = _DECLARATION.sub("", text.removeprefix("\ufeff"))
    parser = lxml.html.HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        root = lxml.html.document_fromstring(text, parser=parser)
    except (etree.ParserError, ValueError) as fault:
        raise DocumentError("", say("empty"), say("empty-advice")) from fault
    if any("xcessive depth" in error.message for error in parser.error_log):
        raise DocumentError("", say("html-deep", depth=_DEEPEST), say("html-deep-advice"))
    return compose(_blocks(root), format="html", media_type="text/html")


def read_mhtml(data: bytes) -> Document:
    """Read the page of a web archive, as Word and browsers save it.

    Raises:
        DocumentError: There is no page in it.
    """
    message = email.message_from_bytes(data.lstrip(), policy=email.policy.default)
    for part in message.walk():
        if part.get_content_type() == "text/html":
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                return read_html(payload)
    raise DocumentError("", say("unknown-kind"), say("unknown-kind-advice"))


class _Line:
    """A paragraph while its pieces are being collected."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.outline: int | None = None

    def take(self) -> RawParagraph | None:
        """Return the paragraph and start anew; None where there is none."""
        if not self.parts:
            return None
        text, self.parts = _collapse("".join(self.parts)), []
        outline, self.outline = self.outline, None
        return RawParagraph(text, outline)


def _collapse(raw: str) -> str:
    """Collapse white space as a browser does; a wrap between two Chinese characters is none."""
    lines = raw.split("\0")  # \0 stands for <br>
    return "\n".join(_SPACE.sub(" ", _WRAPPED.sub("", line)).strip(" ") for line in lines)


def _blocks(root: Any) -> Iterator[RawParagraph | RawTable]:
    line = _Line()
    yield from _walk(root, line)
    last = line.take()
    if last is not None and last.text:
        yield last


def _walk(element: Any, line: _Line) -> Iterator[RawParagraph | RawTable]:
    tag = element.tag
    if not isinstance(tag, str) or tag in _SKIPPED or _HIDDEN.search(element.get("style", "")):
        return
    if tag == "br":
        line.parts.append("\0")
        return
    block = tag in _BLOCKS
    if block or tag == "table":
        before = line.take()
        if before is not None and before.text:
            yield before
    if tag == "table":
        yield from _table(element)
        return
    if block:
        line.outline = _HEADINGS.get(tag)
        if tag in {"p", "li", *_HEADINGS}:
            line.parts.append("")
    line.parts += [element.text] if element.text else []
    for child in element:
        yield from _walk(child, line)
        line.parts += [child.tail] if child.tail else []
    if block:
        after = line.take()
        if after is not None and (after.text or tag == "p"):
            yield after


def _table(table: Any) -> Iterator[RawParagraph | RawTable]:
    """Yield a table, or what is in it where it only places the parts of a page."""
    if _is_layout(table):
        for cell in _cells(table):
            yield from _content(cell)
        return
    rows = _rows(table)
    if rows:
        yield RawTable(rows)


def _is_layout(table: Any) -> bool:
    """Tell whether a table only places the parts of a page, as those of many authorities do.

    More cells stand in the tables inside it than in itself, or it is one cell with paragraphs.
    """
    cells = list(_cells(table))
    outer = [cell for cell in cells if next(cell.iterdescendants("table"), None) is None]
    if len(outer) == len(cells):
        return len(cells) == 1 and len(list(_content(cells[0]))) > 1
    inner = sum(1 for one in table.iterdescendants("table") for _ in _cells(one))
    return inner > sum(1 for cell in outer if cell.text_content().strip())


def _cells(table: Any) -> Iterator[Any]:
    for row in _own(table, {"tr"}):
        yield from _own(row, {"td", "th"})


def _rows(table: Any) -> list[list[RawCell]]:
    rows: list[list[RawCell]] = []
    reach: dict[int, tuple[int, int]] = {}  # column → (rows left, columns) of a cell from above
    for element in _own(table, {"tr"}):
        cells: list[RawCell] = []
        column = 0
        for cell in _own(element, {"td", "th"}):
            column = _cover(cells, reach, column)
            down = _span(cell, "rowspan")
            across = _span(cell, "colspan")
            cells.append(RawCell(_cell_text(cell), column, down, across))
            if down > 1:
                reach[column] = (down - 1, across)
            column += across
        _cover(cells, reach, column, rest=True)
        new = {cell.column for cell in cells if not cell.covered}
        for at, (left, across) in list(reach.items()):
            if at in new and left >= 1 and any(c.column == at and not c.covered for c in cells):
                continue
            if left <= 1:
                del reach[at]
            else:
                reach[at] = (left - 1, across)
        if cells:
            rows.append(cells)
    return rows


def _cover(
    cells: list[RawCell], reach: dict[int, tuple[int, int]], column: int, *, rest: bool = False
) -> int:
    """Put the empty cells where cells from above reach down, and return the next free column."""
    while column in reach or (rest and any(at > column for at in reach)):
        if column in reach:
            across = reach[column][1]
            cells.append(RawCell("", column, 1, across, covered=True))
            column += across
        else:
            column += 1
    return column


def _own(parent: Any, tags: set[str]) -> Iterator[Any]:
    """Yield rows or cells of this table, not those of a table inside a cell."""
    for child in parent:
        if child.tag in tags:
            yield child
        elif child.tag in {"thead", "tbody", "tfoot", "form", "font", "span", "center"}:
            yield from _own(child, tags)


def _span(cell: Any, name: str) -> int:
    match = re.match(r"\s*\d+", cell.get(name, ""))
    return min(max(int(match.group()), 1), _WIDEST) if match is not None else 1


def _content(cell: Any) -> Iterator[RawParagraph | RawTable]:
    """Yield the paragraphs and tables in a cell."""
    line = _Line()
    line.parts += [cell.text] if cell.text else []
    for child in cell:
        yield from _walk(child, line)
        line.parts += [child.tail] if child.tail else []
    last = line.take()
    if last is not None and last.text:
        yield last


def _cell_text(cell: Any) -> str:
    texts: list[str] = []
    for block in _content(cell):
        if isinstance(block, RawParagraph):
            texts.append(block.text)
        else:
            texts.extend(" ".join(c.text for c in row) for row in block.rows)
    return "\n".join(texts)
