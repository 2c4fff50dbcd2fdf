"""What stands on one page of a PDF: lines, and ruled tables whose cells hold lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from yusuan.reading.lines import Line


@dataclass(frozen=True, slots=True)
class RuledCell:
    """A box between rulings.

    Attributes:
        x0, x1: Where it begins and ends, in points from the left of the page.
        row_span: How many rows it reaches down, at least 1.
        lines: Its text, top down.
        page: From 1.
        pad: How far text stays away from the rulings in its table.
    """

    x0: float
    x1: float
    row_span: int
    lines: Sequence[Line]
    page: int
    pad: float = 0.0


@dataclass(frozen=True, slots=True)
class Ruled:
    """A ruled table, or the part of one that stands on a page.

    Attributes:
        x0, x1, top, bottom: Its box.
        rows: The cells that begin in each row, from left to right; a row may have none.
    """

    x0: float
    x1: float
    top: float
    bottom: float
    rows: Sequence[Sequence[RuledCell]]


@dataclass(frozen=True, slots=True)
class PageContent:
    """A page: its size in points, the lines outside tables, top down, and the tables."""

    number: int
    width: float
    height: float
    lines: Sequence[Line]
    tables: Sequence[Ruled]
