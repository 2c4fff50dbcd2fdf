"""Text files: the dump of a Word file, and plain text.

In a dump a cell is a line that begins with TAB; lines after it without TAB are further paragraphs
of the cell. A row ends at an empty line, a table at another. `[bookmark: …]` marks are residue.
The canonical text is the file itself, so that the file can be rebuilt.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from yusuan.reading.decode import decode
from yusuan.reading.document import Cell, Document, Paragraph, Table

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_MARK = re.compile(r"\[bookmark: [^\]\r\n]*\]")
_UNSAID = re.compile(rf"{_MARK.pattern}|\r(?=\n)")
_NUMERALS = "一二三四五六七八九十"
_HEADING = re.compile(rf"\s*(?P<ordinal>[{_NUMERALS}]{{1,3}})、(?P<title>[^。；，：:]{{1,38}})\s*")
_ORDINALS = {
    **{numeral: at for at, numeral in enumerate(_NUMERALS, 1)},
    **{"十" + numeral: at for at, numeral in enumerate(_NUMERALS[:9], 11)},
    "二十": 20,
}


def read_txt(data: bytes) -> Document:
    """Read a text file of any charset.

    Args:
        data: The file.
    """
    text, charset, undecoded = decode(data)
    reader = _Dump(text)
    reader.read()
    return Document(
        text,
        tuple(reader.blocks),
        "txt",
        f"text/plain; charset={charset}",
        tuple(sorted(reader.residue)),
        undecoded,
    )


@dataclass(slots=True)
class _Dump:
    """A dump while it is being read.

    Attributes:
        cell: (start, end) of the cell that is open, without its TAB.
        ended: How a table may go on: `no` outside, `cell` inside a row, `row` after one.
        ordinal: The number of the last section heading outside tables.
    """

    text: str
    blocks: list[Paragraph | Table] = field(default_factory=list)
    residue: list[tuple[int, int]] = field(default_factory=list)
    rows: list[tuple[Cell, ...]] = field(default_factory=list)
    row: list[Cell] = field(default_factory=list)
    cell: tuple[int, int] | None = None
    ended: str = "no"
    ordinal: int = 0

    def read(self) -> None:
        """Read every line."""
        start = 0
        if self.text.startswith("\ufeff"):
            self.residue.append((0, 1))
            start = 1
        lines = [
            (match.start(), match.group().rstrip("\r\n"))
            for match in _LINE.finditer(self.text, start)
            if match.group()
        ]
        following = [line for _, line in lines[1:]] + [""]
        for (at, line), below in zip(lines, following, strict=False):
            self._line(at, line, below)
        self._end_table()

    def _line(self, start: int, line: str, below: str) -> None:
        """Take a line; `below` is the one after it."""
        end = start + len(line)
        if self._is_flat(line, below):
            self._flat_row(start, line)
        elif line.startswith("\t"):
            if self.ended == "flat":
                self._end_table()
            self._end_cell()
            self.cell, self.ended = (start + 1, end), "cell"
        elif not line and self.ended == "cell":
            self._end_row()
            self.ended = "row"
        elif not line and self.ended == "row":
            self._end_table()
        elif self.ended == "cell" and self.cell is not None and not self._is_glued(line):
            self.cell = (self.cell[0], end)
        else:
            self._end_table()
            self._paragraph(start, end)

    def _is_flat(self, line: str, below: str) -> bool:
        """Tell whether a line is a row whose cells stand on one line, with TAB between them.

        One such line alone is a paragraph with a tab stop (a signature, a line of contents), and
        inside a dump's row a further TAB is one that somebody typed into the cell.
        """
        if self.ended == "flat":
            is_pair = line.startswith("\t") and len(self.rows[-1]) == 2  # noqa: PLR2004
            return "\t" in line[1:] or (is_pair and not below.startswith("\t"))
        if self.ended == "cell" or (self.ended == "row" and line.startswith("\t")):
            return False
        return "\t" in line[1:] and "\t" in below[1:]

    def _is_glued(self, line: str) -> bool:
        """Tell whether a line in a cell is the heading of the next section.

        A dump may lose the end of a table's last row, and the next heading then follows in the
        open cell. It is told by three signs together: it is a heading, its number is the one that
        comes next, and the row is shorter than the table is wide.
        """
        match = _HEADING.fullmatch(_MARK.sub("", line))
        if match is None or _ORDINALS.get(match["ordinal"]) != self.ordinal + 1:
            return False
        width = max((len(row) for row in self.rows), default=0)
        return len(self.row) + 1 < width

    def _flat_row(self, start: int, line: str) -> None:
        if self.ended not in {"flat", "no"}:
            self._end_table()
        at, offset = len(self.rows), start
        cells = []
        for column, part in enumerate(line.split("\t")):
            cells.append(self._cell(offset, offset + len(part), at, column))
            offset += len(part) + 1
        self.rows.append(tuple(cells))
        self.ended = "flat"

    def _paragraph(self, start: int, end: int) -> None:
        text, marks = self._unmarked(start, end)
        match = _HEADING.fullmatch(text)
        if match is not None:
            self.ordinal = _ORDINALS.get(match["ordinal"], self.ordinal)
        self.blocks.append(Paragraph(text, start, end, marks))

    def _cell(self, start: int, end: int, row: int, column: int) -> Cell:
        text, marks = self._unmarked(start, end)
        return Cell(text, start, end, marks, None, row, column)

    def _unmarked(self, start: int, end: int) -> tuple[str, tuple[tuple[int, int], ...]]:
        """Return a stretch without marks and without the CR of a line end inside."""
        raw = self.text[start:end]
        marks, kept, last, length = [], [], 0, 0
        for match in _UNSAID.finditer(raw):
            kept.append(raw[last : match.start()])
            length += match.start() - last
            marks.append((length, len(match.group())))
            if match.group() != "\r":
                self.residue.append((start + match.start(), start + match.end()))
            last = match.end()
        return "".join([*kept, raw[last:]]), tuple(marks)

    def _end_cell(self) -> None:
        if self.cell is not None:
            self.row.append(self._cell(*self.cell, len(self.rows), len(self.row)))
            self.cell = None

    def _end_row(self) -> None:
        self._end_cell()
        if self.row:
            self.rows.append(tuple(self.row))
            self.row = []

    def _end_table(self) -> None:
        self._end_row()
        if self.rows:
            self.blocks.append(Table(tuple(self.rows)))
            self.rows = []
        self.ended = "no"
