"""The ruled tables of a PDF page: which boxes the lines make, and how they lie on a grid.

pdfplumber finds the boxes; here white areas are left out before, sides that were left open are
closed, and afterwards each box gets its rows and columns. Nothing here reads text.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pdfplumber.page import Page
from pdfplumber.table import merge_edges

from yusuan.reading.lines import Line
from yusuan.reading.page import Ruled, RuledCell

# Lines nearer than this, in points, are one line that was drawn in pieces; pdfplumber's own value.
_SNAP = 3.0
# So many horizontal lines of one length are a table whose sides were left open.
_OPEN_TABLE_LINES = 3
# Word's default distance between ruling and text is 5.4 points.
_WIDEST_PAD = 6.0
Box = tuple[float, float, float, float]
_Edge = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Grid:
    """A ruled table without its text.

    Attributes:
        xs, ys: Where columns and rows begin and end.
        boxes: Box (x0, top, x1, bottom) → its first row, first column, row span, column span.
        at: (row, column) → the box that lies there.
    """

    xs: Sequence[float]
    ys: Sequence[float]
    boxes: Mapping[Box, tuple[int, int, int, int]]
    at: Mapping[tuple[int, int], Box]

    def box_at(self, x: float, y: float) -> Box | None:
        """Return the box around a point; None outside the table.

        A place of the table that the lines leave open on a side is a box of its own.
        """
        row, column = bisect_right(self.ys, y) - 1, bisect_right(self.xs, x) - 1
        if not (0 <= row < len(self.ys) - 1 and 0 <= column < len(self.xs) - 1):
            return None
        open_box = (self.xs[column], self.ys[row], self.xs[column + 1], self.ys[row + 1])
        return self.at.get((row, column), open_box)

    def filled(self, texts: Mapping[Box, list[Line]], page: int) -> Ruled:
        """Return the table with its text."""
        pad = _pad(texts)
        rows: list[list[RuledCell]] = [[] for _ in self.ys[1:]]
        for box in {**self.boxes, **texts}:
            if box in self.boxes:
                row, _, height, _ = self.boxes[box]
            else:
                row, height = bisect_right(self.ys, box[1]) - 1, 1
            rows[row].append(RuledCell(box[0], box[2], height, texts.get(box, []), page, pad))
        for cells in rows:
            cells.sort(key=lambda cell: cell.x0)
        return Ruled(self.xs[0], self.xs[-1], self.ys[0], self.ys[-1], rows)


def find_grids(page: Page) -> list[Grid]:
    """Return the ruled tables of a page, top down."""
    edges = [edge for edge in page.edges if not _is_background(edge)]
    if not edges:
        return []
    merged = merge_edges(edges, _SNAP, _SNAP, _SNAP, _SNAP)
    across = [edge for edge in merged if edge["orientation"] == "h"]
    down = [edge for edge in merged if edge["orientation"] == "v"]
    down += _open_sides(across, down)
    if min(len(across), len(down)) < 2:  # noqa: PLR2004 - a box has two of each
        return []
    tables = page.find_tables(
        {
            "vertical_strategy": "explicit",
            "horizontal_strategy": "explicit",
            "explicit_vertical_lines": down,
            "explicit_horizontal_lines": across,
        }
    )
    grids = [_grid(table.cells) for table in tables]
    grids.sort(key=lambda grid: (grid.ys[0], grid.xs[0]))
    return [grid for grid in grids if not any(_holds(other, grid) for other in grids)]


def _is_background(edge: _Edge) -> bool:
    """Tell whether an edge is that of a white area, which nobody sees."""
    if edge["object_type"] != "rect_edge" or edge["stroke"] or not edge["fill"]:
        return False
    colour = edge["non_stroking_color"]
    parts = colour if isinstance(colour, tuple | list) else (colour,)
    numbers = [part for part in parts if isinstance(part, int | float)]
    if len(numbers) == 4:  # noqa: PLR2004 - CMYK, where white is no ink
        return not any(numbers)
    return bool(numbers) and min(numbers) > 0.99  # noqa: PLR2004 - white but for rounding


def _open_sides(across: Iterable[_Edge], down: Iterable[_Edge]) -> list[_Edge]:
    """Return the left and right sides that a table does not have, as many official tables."""
    groups: dict[tuple[int, int], list[_Edge]] = {}
    for edge in across:
        groups.setdefault((round(edge["x0"] / _SNAP), round(edge["x1"] / _SNAP)), []).append(edge)
    verticals = list(down)
    sides: list[_Edge] = []
    for group in groups.values():
        top, bottom = (pick(edge["top"] for edge in group) for pick in (min, max))
        inner = [e for e in verticals if e["top"] < bottom - _SNAP and e["bottom"] > top + _SNAP]
        if len(group) < _OPEN_TABLE_LINES or not inner:
            continue
        sides.extend(
            _side(x, top, bottom)
            for x in (group[0]["x0"], group[0]["x1"])
            if all(abs(edge["x0"] - x) > _SNAP for edge in inner)
        )
    return sides


def _side(x: float, top: float, bottom: float) -> _Edge:
    return {
        "object_type": "line_edge", "orientation": "v", "x0": x, "x1": x, "top": top,
        "bottom": bottom, "width": 0, "height": bottom - top,
    }  # fmt: skip


def _pad(texts: Mapping[Box, list[Line]]) -> float:
    """Return how far text stays away from the rulings; the fullest cells show it."""
    gaps = [
        gap
        for (x0, _, x1, _), lines in texts.items()
        for line in lines
        # A stop may hang over the margin.
        for gap in (line.x0 - x0, x1 - line.x1 if line.text[-1:].isalnum() else _WIDEST_PAD)
    ]
    return max(0.0, min([_WIDEST_PAD, *gaps]))


def _grid(boxes: Sequence[Box]) -> Grid:
    xs = _distinct(x for box in boxes for x in (box[0], box[2]))
    ys = _distinct(y for box in boxes for y in (box[1], box[3]))
    places, at = {}, {}
    for box in boxes:
        left, top, right, bottom = (
            bisect_right(line, value + _SNAP / 2) - 1
            for line, value in zip((xs, ys, xs, ys), box, strict=True)
        )
        places[box] = (top, left, bottom - top, right - left)
        for row in range(top, bottom):
            for column in range(left, right):
                at[row, column] = box
    return Grid(xs, ys, places, at)


def _distinct(values: Iterable[float]) -> list[float]:
    kept: list[float] = []
    for value in sorted(values):
        if not kept or value - kept[-1] > _SNAP / 2:
            kept.append(float(value))
    return kept


def _holds(outer: Grid, inner: Grid) -> bool:
    """Tell whether one table lies in a cell of another: its text is that of the cell."""
    return outer is not inner and (
        outer.xs[0] <= inner.xs[0]
        and outer.xs[-1] >= inner.xs[-1]
        and outer.ys[0] <= inner.ys[0]
        and outer.ys[-1] >= inner.ys[-1]
    )
