"""Lines for a terminal, in which a Chinese character takes two columns."""

from __future__ import annotations

import re
import unicodedata

COLUMNS = 92
# A blank at which no line ends; it is written as any other.
NO_BREAK = "\u00a0"

# A run of letters stays together; between Chinese characters a line may end anywhere, but no line
# begins with a closing mark or ends with an opening one.
_PIECE = re.compile(r"(?:[^\s\u2e80-\uffff]|\xa0)+|\s+|.", re.DOTALL)
_NEVER_FIRST = frozenset("，。；：、？！）》〉」】〕”’…％%,.;:?!)]")
_NEVER_LAST = frozenset("（《〈「【〔“‘([")


def width(text: str) -> int:
    """Return how many columns a text takes; a mark of either width takes two, as in China."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WFA" else 1 for sign in text)


def padded(text: str, columns: int) -> str:
    """Return a text filled up with blanks to some columns."""
    return text + " " * (columns - width(text))


def hung(label: str, text: str, columns: int = COLUMNS) -> str:
    """Return a text after its label, its further lines below its first.

    Args:
        label: What stands before the text, blanks included.
        text: A line break or tab in it is a blank.
        columns: How wide a line may be; a longer run of letters still stays whole.
    """
    indent = " " * width(label)
    lines, room = [label], columns - len(indent)
    left = room
    for piece in _pieces(re.sub(r"\s*[\t\n\r]\s*", " ", text)):
        if width(piece) > left and left < room:
            lines[-1] = lines[-1].rstrip()
            lines.append(indent)
            left = room
        if left < room or not piece.isspace():
            lines[-1] += piece
            left -= width(piece)
    return "\n".join(lines).rstrip().replace(NO_BREAK, " ")


def _pieces(text: str) -> list[str]:
    pieces: list[str] = []
    for match in _PIECE.finditer(text):
        piece = match[0]
        open_before = bool(pieces) and pieces[-1][-1] in _NEVER_LAST
        if pieces and not piece.isspace() and (piece[0] in _NEVER_FIRST or open_before):
            pieces[-1] += piece
        else:
            pieces.append(piece)
    return pieces
