"""The official classifications: labels by edition, levels, and codes told by their names.

The lists stand in `data/classifications.csv`; how far they reach, in `data/classifications.toml`.
A code that the list does not have is kept, never dropped.
"""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from yusuan.codes.data import text_of

LISTED, NOT_LISTED = "listed", "not-listed"


class Classification(NamedTuple):
    """What the list of a year says of a code."""

    label: str
    parent_code: str
    label_en: str
    cofog: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One code under one label.

    Attributes:
        code: Digits; in the procurement catalogue a letter and digits.
        label: The label of the list.
        first, last: The years of the editions that have it; 0 and 9999 where it has no bound.
        label_en: Ours, "" for none.
        cofog: The closest class of COFOG: ours, approximate, "" for none.
    """

    code: str
    label: str
    first: int
    last: int
    label_en: str
    cofog: str

    def distance(self, year: int) -> int:
        """Return how many years the editions with this label are away; 0 in their years."""
        return max(self.first - year, year - self.last, 0)


class Used(NamedTuple):
    """A code that a document uses.

    Attributes:
        scheme: `function`, `economic`, `revenue` or `procurement`.
        code: The code.
        printed: The label beside it as printed, "" where none is.
        year: The fiscal year of the table that it stands in.
    """

    scheme: str
    code: str
    printed: str
    year: int


def classification(scheme: str, code: str, year: int) -> Classification | None:
    """Return what the list says of a code, or None where the list does not have it.

    Args:
        scheme: `function`, `economic`, `revenue` or `procurement`.
        code: Such as 2010601, 30201 or C020603.
        year: The fiscal year; the edition nearest to it is taken where none is of this year.
    """
    found = _nearest(scheme, code, year)
    if not found:
        return None
    first = found[0]
    above = ancestors_of(code, year)
    parent = above[0] if above else ""
    return Classification(
        first.label,
        parent,
        next((entry.label_en for entry in found if entry.label_en), ""),
        next((entry.cofog for entry in found if entry.cofog), ""),
    )


_DIGITS = re.compile(r"[1-9]\d{2}(?:\d{2}){0,3}")
_LETTERS = re.compile(r"[ABC](?:\d{2}){0,4}")
_CLASS, _STEP, _FULL = 3, 2, 9
# The catalogue of 2022 is in force from the budgets of 2023: 财库〔2022〕31号.
_PADDED_FROM = 2023


def ancestors_of(code: str, year: int = _PADDED_FROM) -> tuple[str, ...]:
    """Return the codes above a code, nearest first: of 2010601 they are 20106 and 201.

    Args:
        code: A code of any scheme; one that has the form of none has nothing above it.
        year: Tells C16070300 of the catalogue of 2022, which is filled up with zeros, from
            A02010104 of that of 2013, which is not.
    """
    if _DIGITS.fullmatch(code):
        return tuple(code[:end] for end in range(len(code) - _STEP, _CLASS - 1, -_STEP))
    if not _LETTERS.fullmatch(code):
        return ()
    if len(code) == _FULL and _edition("procurement", code, year) == "2022":
        shorter = (code[:end].ljust(_FULL, "0") for end in range(_FULL - _STEP, 1, -_STEP))
        return tuple(dict.fromkeys(above for above in shorter if above != code))
    return tuple(code[:end] for end in range(len(code) - _STEP, 0, -_STEP))


def by_names(scheme: str, names: Sequence[str], year: int, within: str = "") -> str | None:
    """Return the code that 类, 款 and 项 name, or None where they name none or several.

    Args:
        scheme: `function`, `economic`, `revenue` or `procurement`.
        names: One to three names from the top down: 一般公共服务支出, 财政事务, 行政运行. An ending
            支出, brackets, 其它 for 其他 and a missing 的 make no difference.
        year: Names of its edition go first; those of other editions are understood, too.
        within: What the code begins with, such as 3 for the economic classes of departments,
            which share names with those of governments (5).
    """
    above = ""
    for level, name in enumerate(names):
        same = {
            code: min(each.distance(year) for each in editions)
            for code, editions in _named(scheme).get(plain(name), {}).items()
            if code.startswith(within) and _stands(code, level, above, year)
        }
        nearest = [code for code, away in same.items() if away == min(same.values())]
        if len(nearest) != 1:
            return None
        above = nearest[0]
    return above or None


def is_listed(name: str) -> bool:
    """Tell whether a name is one of the functional or economic classification, in any edition."""
    return any(plain(name) in _named(scheme) for scheme in ("function", "economic"))


@cache
def _named(scheme: str) -> dict[str, dict[str, list[Entry]]]:
    """Return plain label → code → its entries with that label."""
    found: dict[str, dict[str, list[Entry]]] = {}
    for code, editions in _entries()[scheme].items():
        for entry in editions:
            found.setdefault(plain(entry.label), {}).setdefault(code, []).append(entry)
    return found


def _stands(code: str, level: int, above: str, year: int) -> bool:
    """Tell whether a code stands at a level, 0 for 类, and directly below another."""
    higher = ancestors_of(code, year)
    return len(higher) == level and (level == 0 or higher[0] == above)


_NUMBER_IN_FRONT = re.compile(
    r"^(?:其中[:：]?|[一二三四五六七八九十]+、|[（(][一二三四五六七八九十]+[）)]|\d+[.．、])"
)
_SAYS_NOTHING = re.compile(r"[\s、，,·（）()〔〕\[\]“”\"‘’'的]+|支出$")


@cache
def plain(label: str) -> str:
    """Return a label without what bureaus write in different ways.

    Numbers and 其中 in front, blanks, brackets, quotes, 的 and an ending 支出 go; 其它 is 其他.
    A label that is nothing but 支出 stays.
    """
    label = _NUMBER_IN_FRONT.sub("", "".join(label.split()))
    short = _SAYS_NOTHING.sub("", label.replace("其它", "其他"))
    return _SAYS_NOTHING.sub("", short) or label


def rows(used: Iterable[Used | tuple[str, str, str, int]]) -> list[dict[str, str | None]]:
    """Return the rows of the table `classifications`: every code used, and what stands above it.

    A code that the list has gets the label of its edition, whatever is printed beside it; one that
    it does not have keeps the printed label. `listing` is `listed`, `not-listed` where the list
    is whole and does not have the code, and None where the list is not known that far.
    """
    wanted: dict[str, Used] = {}
    for one in sorted((Used(*each) for each in used), key=lambda each: -each.year):
        known = wanted.get(one.code)
        if known is None or (not known.printed and one.printed):
            wanted[one.code] = one if known is None else known._replace(printed=one.printed)
    for one in list(wanted.values()):
        for above in ancestors_of(one.code, one.year):
            if _nearest(one.scheme, above, one.year):
                wanted.setdefault(above, Used(one.scheme, above, "", one.year))
    return [_row(wanted[code], wanted.keys()) for code in sorted(wanted)]


def _row(one: Used, known: Iterable[str]) -> dict[str, str | None]:
    found = _nearest(one.scheme, one.code, one.year)
    # Where two labels are right, such as at a change of wording, the printed one is taken.
    entry = next((each for each in found if plain(each.label) == plain(one.printed)), None)
    entry = entry or (found[0] if found else None)
    said = classification(one.scheme, one.code, one.year)
    above = ancestors_of(one.code, one.year)
    return {
        "code": one.code,
        "scheme": one.scheme,
        "edition": _edition(one.scheme, one.code, one.year),
        "label": one.printed.strip() or one.code if entry is None else entry.label,
        "listing": _listing(one, found),
        "label_en": (said.label_en or None) if said is not None else None,
        "parent_code": next((each for each in above if each in known), None),
        "cofog": (said.cofog or None) if said is not None else None,
    }


def _listing(one: Used, found: Sequence[Entry]) -> str | None:
    reach = _reach()[one.scheme]
    if not reach.first <= one.year <= reach.last:
        return None
    if found:
        return LISTED if found[0].distance(one.year) == 0 else None
    chain = (one.code, *ancestors_of(one.code, one.year), "")
    # What stands below a code that a whole list does not have is missing from it, too.
    missing = any(
        parent in reach.whole and code not in _entries()[one.scheme]
        for code, parent in pairwise(chain)
    )
    return NOT_LISTED if missing else None


def _edition(scheme: str, code: str, year: int) -> str:
    """Return the edition of the list: its year, or that of the procurement catalogue."""
    if scheme != "procurement":
        return str(year)
    # Codes of 2013 have two to eight digits, those of 2022 all have eight.
    return "2022" if len(code) == _FULL and year >= _PADDED_FROM else "2013"


def _nearest(scheme: str, code: str, year: int) -> list[Entry]:
    """Return the labels of a code in the edition nearest to `year`."""
    editions = _entries()[scheme].get(code, ())
    nearest = min((entry.distance(year) for entry in editions), default=0)
    return [entry for entry in editions if entry.distance(year) == nearest]


@dataclass(frozen=True, slots=True)
class _Reach:
    first: int
    last: int
    whole: tuple[str, ...]


@cache
def _reach() -> dict[str, _Reach]:
    table = tomllib.loads(text_of("classifications.toml"))
    return {
        scheme: _Reach(found["first"], found["last"], tuple(found["whole"]))
        for scheme, found in table.items()
    }


@cache
def _entries() -> dict[str, dict[str, tuple[Entry, ...]]]:
    """Return scheme → code → its labels, those of the latest editions first."""
    found: dict[str, dict[str, tuple[Entry, ...]]] = {}
    lines = csv.reader(text_of("classifications.csv").splitlines()[1:])
    for scheme, code, label, first, last, label_en, cofog, _ in lines:
        entry = Entry(code, label, int(first or 0), int(last or 9999), label_en, cofog)
        codes = found.setdefault(scheme, {})
        codes[code] = (entry, *codes.get(code, ()))
    return found
