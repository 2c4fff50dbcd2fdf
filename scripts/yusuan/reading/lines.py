"""Characters that stand on a page, put together as lines, and lines as text.

A PDF has no paragraphs: a line that was broken at the margin and one that its author ended look
alike. They are told apart by whether the next line's first word would still have fitted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

# What programs put between Chinese and Latin letters, in font sizes; no space was typed there.
_AUTOMATIC_SPACE = 0.25
# A gap as wide as this is a space.
_LATIN_SPACE = 0.2
_SPACE = 0.6
# A gap that parts two texts on one line, such as the department and the unit above a table.
_WIDE = 2.0
_OPENING = frozenset("（([［【〔《〈「『“‘{｛<＜￥$")
_CLOSING = frozenset("）)]］】〕》〉」』”’}｝>＞，,。.．、；;：:？?！!%％‰…—·～~")
_CLOSING_BRACKETS = frozenset("）)]］】〕》〉」』”’}｝")
_LATIN = re.compile(r"[0-9A-Za-z.,%+\-/@#&_=:]")
_SENTENCE_END = re.compile(r"[。；：;:！!？?]$")
_HEADING = re.compile(r"[一二三四五六七八九十]{1,3}、|第[一二三四五六七八九十]+部分")
# An entry of a table of contents.
_LEADERS = re.compile(r"[…·.．]{4,}\s*\d*$")
_NUMBERED = re.compile(
    r"[（(]?[一二三四五六七八九十]{1,3}[）)、.．]|[（(]?\d{1,2}[）)、.．](?!\d)|第[一二三四五六七八九十]+部分"
)


@dataclass(frozen=True, slots=True)
class Line:
    """Characters on one line, between margins or in a cell.

    Attributes:
        text: What they say; a wide gap is two spaces.
        x0, x1, top, bottom: Their box, in points from the left and the top of the page.
        size: The font size that most of them have.
        lead: The width of what can't be parted at the beginning: a word, a number, a character
            with the brackets and stops that cling to it.
        first: The width of the first character.
        stop: Where it ends without a stop, which may hang over the margin.
        spaced: Whether a space stands at its end.
        page: From 1.
    """

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    size: float
    lead: float
    first: float
    stop: float
    spaced: bool
    page: int


def to_lines(chars: Iterable[dict[str, Any]], page: int) -> list[Line]:
    """Put characters together as lines, top down; characters without ink make no line."""
    groups: list[list[dict[str, Any]]] = []
    middle = height = 0.0
    for char in sorted(chars, key=_middle):
        if groups and _middle(char) - middle < max(height, char["bottom"] - char["top"]) / 2:
            groups[-1].append(char)
        else:
            groups.append([char])
            middle, height = _middle(char), char["bottom"] - char["top"]
    lines = (_line(sorted(group, key=lambda char: float(char["x0"])), page) for group in groups)
    return [line for line in lines if line is not None]


def _middle(char: dict[str, Any]) -> float:
    return float(char["top"] + char["bottom"]) / 2


def _line(chars: list[dict[str, Any]], page: int) -> Line | None:
    inked = [char for char in chars if not char["text"].isspace()]
    if not inked:
        return None
    first, last = inked[0], inked[-1]
    text = ""
    before: dict[str, Any] | None = None
    for char in chars:
        if before is not None:
            text += _gap(before, char, text)
        text += char["text"]
        before = char
    return Line(
        text.strip(),
        float(first["x0"]),
        max(float(char["x1"]) for char in inked),
        min(float(char["top"]) for char in inked),
        max(float(char["bottom"]) for char in inked),
        sorted(float(char["size"]) for char in inked)[len(inked) // 2],
        _lead(inked),
        float(first["x1"] - first["x0"]),
        float(last["x0" if last["text"] in _CLOSING and len(inked) > 1 else "x1"]),
        chars[-1] is not last,
        page,
    )


def _gap(before: dict[str, Any], char: dict[str, Any], text: str) -> str:
    """Return the spaces that a gap between two characters stands for."""
    size = min(before["size"], char["size"])
    gap = char["x0"] - before["x1"]
    if gap >= _WIDE * size:
        return "  "
    if text[-1:].isspace() or char["text"].isspace():
        return ""
    latin = before["text"].isascii() and char["text"].isascii()
    return " " if gap >= (_LATIN_SPACE if latin else _SPACE) * size else ""


def _lead(inked: list[dict[str, Any]]) -> float:
    at = 0
    while at < len(inked) - 1 and inked[at]["text"] in _OPENING:
        at += 1
    at += 1
    while at < len(inked):
        char, before = inked[at]["text"], inked[at - 1]["text"]
        parted = inked[at]["x0"] - inked[at - 1]["x1"] > _LATIN_SPACE * inked[at]["size"]
        latin = _LATIN.fullmatch(char[:1]) is not None
        clings = latin and not parted and (before in _CLOSING_BRACKETS or before.isascii())
        if char not in _CLOSING and not clings:
            break
        at += 1
    return float(inked[at - 1]["x1"] - inked[0]["x0"])


# The first line of a paragraph begins two characters further in.
_INDENT = (1.5, 2.5)


def is_wrapped(line: Line, following: Line, left: float, right: float) -> bool:
    """Tell whether `following` goes on where the margin broke `line`.

    Args:
        line: A line.
        following: The one after it.
        left: The margin where they may begin.
        right: The margin where they may end.
    """
    needed = following.lead
    if not line.text[-1].isascii() and following.text[0].isascii() and following.text[0].isalnum():
        needed += _AUTOMATIC_SPACE * line.size
    # What would have fitted to a hair did not: margins are known to a hair only.
    return needed > _free(line, following, left, right) - 0.05 * line.size


def _free(line: Line, following: Line, left: float, right: float) -> float:
    """Return how much room a line leaves: to its right, or on both sides where it is centred."""
    before, after = line.x0 - left, right - line.x1
    least, most = _INDENT
    indented = least < before / line.size < most and following.x0 - left < line.size / 2
    if not indented and before > line.size / 4 and abs(before - after) < line.size / 4:
        return before + after
    to_the_right = (
        before > most * line.size and after < line.size / 2 and following.x0 - left > line.size / 2
    )
    return before + after if to_the_right else after


def begins_anew(line: Line, following: Line) -> bool:
    """Tell whether a sentence ends here and a number or ordinal opens the next line."""
    return bool(_SENTENCE_END.search(line.text) and _NUMBERED.match(following.text))


def goes_on(
    line: Line,
    following: Line,
    margins: tuple[float, float],
    following_left: float,
    *,
    indented: bool,
) -> bool:
    """Tell whether `following` belongs to the paragraph of `line`, in running text.

    Args:
        line: A line.
        following: The one after it; a page break may lie between.
        margins: Where text begins and ends on the page of `line`.
        following_left: Where it begins on the page of `following`.
        indented: Whether the paragraph of `line` is: then the next one will be, too.
    """
    left, right = margins
    if abs(line.size - following.size) > line.size / 10 or _LEADERS.search(line.text):
        return False
    if line.page == following.page and following.top - line.bottom > 2 * line.size:
        return False
    if _SENTENCE_END.search(line.text) and _HEADING.match(following.text):
        return False
    if not indented and begins_anew(line, following):
        return False
    if not is_wrapped(line, following, left, right):
        return False
    if following.x0 - following_left < following.size * 0.8:
        return True
    # Indented: a new paragraph, except in a title that is centred.
    middle = left + right
    return all(abs(each.x0 + each.x1 - middle) < each.size for each in (line, following))


def join(line: Line, following: Line) -> str:
    """Return what stands between two lines that the margin parted: a space between words."""
    letters = line.text[-1:].isascii() and following.text[:1].isascii()
    letters = letters and line.text[-1:].isalpha() and following.text[:1].isalpha()
    return " " if line.spaced and letters else ""


def cell_text(lines: Sequence[Line], left: float, right: float) -> str:
    """Return the text of a cell: lines that the cell's width broke are joined, others stay.

    Args:
        lines: From top to bottom.
        left: Where text may begin in the cell.
        right: Where it may end.
    """
    text = ""
    for at, line in enumerate(lines):
        if at:
            before = lines[at - 1]
            wrapped = is_wrapped(before, line, left, right) and not begins_anew(before, line)
            text += join(before, line) if wrapped else "\n"
        text += line.text
    return text
