"""The words of a source around a fault, from the text of the package as it stands on disk."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from yusuan.findings import Place
from yusuan.package.loading import is_inside

_CLAUSE = "，。；：！？,;"
_MARK = "…"
_ROW_END = "\n\n"
_BAR = " | "


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of the source, on one line; the cells of a table with a bar between them.

    Attributes:
        before: What stands before the words that a rule quotes.
        words: These words.
        after: What follows.
    """

    before: str
    words: str
    after: str

    def __str__(self) -> str:
        """Return all of it."""
        return self.before + self.words + self.after


class Quotes:
    """Quotes from the files of a package.

    Args:
        directory: The folder of its descriptor.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._read = cache(self._text)

    def clause(self, place: Place, longest: int) -> Quote | None:
        """Return the quote of a place with the rest of its clause, cut to some characters.

        Returns:
            None where the place has no quote; without its surroundings where the file does not
            have these words there.
        """
        whole = self._whole(place)
        if whole is None or _BAR in str(whole):
            return None if whole is None else _cut(whole, longest)
        before = re.split(f"[{_CLAUSE}]", whole.before)[-1]
        after = re.split(f"[{_CLAUSE}（]", whole.after)[0]
        return _cut(Quote(before.lstrip(), whole.words, after.rstrip()), longest)

    def around(self, place: Place, longest: int) -> Quote | None:
        """Return the quote of a place in its line or row, likewise."""
        whole = self._whole(place)
        return None if whole is None else _cut(whole, longest)

    def _whole(self, place: Place) -> Quote | None:
        words, start, end = place.quote or "", place.char_start, place.char_end
        text = self._read(place.path)
        if start is None or end is None or text[start:end] != words:
            return Quote("", _on_one_line(words), "") if words else None
        # The words of an empty cell are none, but its row shows which it is.
        first, last = _surroundings(text, start, end)
        found = Quote(
            _on_one_line(text[first:start]), _on_one_line(words), _on_one_line(text[end:last])
        )
        return found if str(found).strip(_BAR) else None

    def _text(self, path: str) -> str:
        """Return a file; "" where it can't be read, which the check has found by itself."""
        if not is_inside(path):
            return ""
        try:
            return (self._directory / path).read_bytes().decode("utf-8")
        except (OSError, UnicodeDecodeError):
            return ""


def printable(text: str) -> str:
    """Return a text without signs that would steer a terminal or break a file."""
    return "".join(sign if sign.isprintable() or sign in "\n\t" else "?" for sign in text)


def _surroundings(text: str, start: int, end: int) -> tuple[int, int]:
    """Return where the line or the row of a table begins and ends that some characters are in."""
    first = text.rfind("\n", 0, start) + 1
    last = _or_end(text, text.find("\n", end))
    if "\t" not in text[first:last]:
        return first, last
    # A row ends with an empty line; the paragraph above the first row is not part of it.
    row = text.rfind(_ROW_END, 0, start)
    row = 0 if row < 0 else row + len(_ROW_END)
    return text.find("\t", row), _or_end(text, text.find(_ROW_END, end))


def _or_end(text: str, at: int) -> int:
    return len(text) if at < 0 else at


def _on_one_line(text: str) -> str:
    # A cell stands behind a tab.
    return printable(re.sub(r"[^\S\t]+", " ", text).replace(" \t", "\t").replace("\t", _BAR))


def _cut(quote: Quote, longest: int) -> Quote:
    """Return a quote of some characters at most, its own words kept longest."""
    words = quote.words
    if len(words) > longest:
        tail = longest // 4
        words = f"{words[: longest - tail]}{_MARK}{words[-tail:]}"
        return Quote("", words, "")
    room = longest - len(words)
    before, after = quote.before.lstrip(_BAR), quote.after
    if len(before) + len(after) > room:
        ahead = min(len(before), max(room * 2 // 3, room - len(after)))
        before = _last(before, ahead)
        after = _last(after[::-1], room - ahead)[::-1]
    return Quote(before, words, after)


def _last(text: str, longest: int) -> str:
    """Return the last characters of a text, from the end of a clause on where one ends there."""
    if len(text) <= longest:
        return text
    cut = text[len(text) - longest :]
    ends = [at for at, sign in enumerate(cut[: longest // 2]) if sign in _CLAUSE]
    return _MARK + (cut[ends[0] + 1 :] if ends else cut)
