"""The standard tables as data (`forms.toml`): how captions, headers and rows are worded.

Nothing here knows a table; `heads` lays one out, `tabled` reads it.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from yusuan.interpreting.lookups import fold

LABELS = ("code", "class", "section", "entry", "name", "org-code", "org", "project",
          "project-code", "item-name", "catalogue", "quantity", "unit-price", "measure-unit",
          "project-budget", "ignored")  # fmt: skip
_ORDINAL = "[一二三四五六七八九十]+"
_NUMBERING = re.compile(
    rf"^(?:(?:附件?|表)?\d{{1,2}}(?:-\d{{1,2}})?[、.．：]?|{_ORDINAL}[、.．]|（(?:{_ORDINAL}|\d{{1,2}})）[、.．]?)"
)
_LONGEST_CAPTION = 80
_YEAR = re.compile(r"^(?:(?P<year>20\d{2})年度?|(?P<last>上一?年度?|去年)|本年度?|当年)")
_UNIT = re.compile(r"（(?:金额)?(?:单位：?)?(?:人民币)?(?P<unit>亿元|万元|元)）")
_BRACKET = re.compile(r"（[^（）]*）$")


@cache
def wordings() -> dict[str, Any]:
    """Return `forms.toml` as it stands."""
    return tomllib.loads(files("yusuan.interpreting").joinpath("forms.toml").read_text("utf-8"))


@dataclass(frozen=True, slots=True)
class Form:
    """One standard table.

    Attributes:
        key: The value of `budget_lines.form`.
        title: What its caption ends in.
        requirement: The entry of the catalogue that it answers, "" for none.
        heads: Words of a header that no other table has.
        columns: The dimension that columns tell: `fund_source`, `nature`, `item` or `amount`.
        rows: What rows tell: `function`, `economic`, `item`, `balance` or `project`.
        total: The value of a column that adds up the others, or that names an amount alone.
        direction: `revenue`, `expenditure`, or "" for a table with both sides.
        whole: Values of columns that are its total under another name: 基本支出 in a table of it.
    """

    key: str
    title: re.Pattern[str]
    requirement: str
    heads: frozenset[str]
    columns: str
    rows: str
    total: str
    direction: str
    whole: frozenset[str]


@cache
def forms() -> tuple[Form, ...]:
    """Return the forms, the most special first."""
    return tuple(
        Form(
            entry["key"],
            re.compile(rf"(?P<front>.*?)(?:{entry['title']})(?:{wordings()['captions']['after']})"),
            entry.get("requirement", ""),
            frozenset(fold(word) for word in entry.get("heads", ())),
            entry["columns"],
            entry["rows"],
            entry["total"],
            entry.get("direction", ""),
            frozenset(entry.get("whole", ())),
        )
        for entry in wordings()["form"]
    )


@lru_cache(maxsize=4096)
def form_of(caption: str) -> Form | None:
    """Return the form whose title a caption is, or None."""
    text = _NUMBERING.sub("", fold(caption))
    if not text or len(text) > _LONGEST_CAPTION or set(text) & set("。；，,;…"):
        return None
    if _not_a_caption().match(text):
        return None
    return next((form for form in forms() if form.title.fullmatch(text)), None)


@cache
def _not_a_caption() -> re.Pattern[str]:
    return re.compile(wordings()["captions"]["not"])


@cache
def _over() -> re.Pattern[str]:
    return re.compile("|".join(wordings()["captions"]["over"]))


def stands_over(text: str) -> bool:
    """Tell whether a text only says whose a table is, its number or its unit."""
    return all(
        _over().fullmatch(part) is not None
        for part in (fold(piece) for piece in re.split(r"\s{2,}|　", text.strip()))
        if part
    )


@cache
def _notes() -> dict[str, re.Pattern[str]]:
    said = wordings()["captions"]
    return {kind: re.compile(said[kind]) for kind in ("note", "empty", "bare", "revised")}


def is_note(text: str) -> bool:
    """Tell whether a text is a remark below a table."""
    folded, known = fold(text), _notes()
    return any(known[kind].fullmatch(folded) is not None for kind in ("note", "bare"))


def says_empty(text: str) -> bool:
    """Tell whether a remark says that a table has nothing to show."""
    return _notes()["empty"].fullmatch(fold(text)) is not None


def says_revised(text: str) -> bool:
    """Tell whether a remark says that 预算数 is the budget as revised during the year."""
    return _notes()["revised"].fullmatch(fold(text)) is not None


@dataclass(frozen=True, slots=True)
class Head:
    """What one cell of a header says.

    Attributes:
        label: The kind of label that its column holds, "" for none.
        value: The code of the column's dimension, "" for none.
        is_sum: It is a 合计 of the columns that it stands with.
        side: `revenue` or `expenditure`, where a half of a table is so headed.
        year, phase: The year and stage of the budget; None, "" where it says neither.
        unit: Its unit of money, "" for none.
        of_which: It is headed 其中.
        item: What it is in a table of expenditure: `carry-over-in` for 年初结转和结余; "" for none.
        change: `amount` or `percent` for a comparison, with the year and stage compared with.
    """

    label: str = ""
    value: str = ""
    is_sum: bool = False
    side: str = ""
    year: int | None = None
    phase: str = ""
    unit: str = ""
    of_which: bool = False
    item: str = ""
    change: str = ""


@cache
def _labels() -> dict[str, str]:
    said = wordings()["heads"]
    return {fold(word): label for label in LABELS for word in said[label]}


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((kind, re.compile(text)) for kind, text in wordings()["heads"]["pattern"].items())


def _by_pattern(text: str) -> str:
    return next((kind for kind, pattern in _patterns() if pattern.fullmatch(text)), "")


@cache
def _neutral() -> frozenset[str]:
    return frozenset(fold(word) for word in wordings()["heads"]["neutral"])


@cache
def _sums() -> frozenset[str]:
    return frozenset(fold(word) for word in wordings()["heads"]["sum"])


@cache
def _sides() -> dict[str, str]:
    sides = wordings()["heads"]["side"]
    return {fold(word): side for side, words in sides.items() for word in words}


@cache
def _phases() -> tuple[tuple[str, str], ...]:
    phases = wordings()["heads"]["phase"]
    words = [(fold(word), phase) for phase, entry in phases.items() for word in entry]
    return tuple(sorted(words, key=lambda found: -len(found[0])))


@cache
def values(dimension: str) -> dict[str, str]:
    """Return folded wording → code of a dimension; nothing for a column of mere amounts."""
    if dimension == "amount":
        return {}
    return {fold(word): code for code, words in wordings()[dimension].items() for word in words}


@lru_cache(maxsize=4096)
def head(text: str, dimension: str, fiscal_year: int) -> Head | None:
    """Return what a cell of a header says, or None for an unknown wording.

    Args:
        text: The cell, folded.
        dimension: What the columns of the table tell.
        fiscal_year: The year of the document, for 上年.
    """
    compared = _change(text, fiscal_year)
    if compared is not None:
        return compared
    of_which = text.startswith("其中") and text not in _neutral()
    if of_which:
        text = text.removeprefix("其中").removeprefix("：")
    unit = _UNIT.search(text)
    if unit is not None:
        text = text[: unit.start()] + text[unit.end() :]
    for bare in dict.fromkeys((text, _BRACKET.sub("", text))):
        end = _ends().get(bare) if dimension == "nature" else None
        if end is not None:
            return Head(side=end[1], item=end[0], of_which=of_which)
        found = _head(bare, dimension, fiscal_year)
        if found is not None:
            label, value, is_sum, side, year, phase = found
            return Head(label, value, is_sum, side, year, phase,
                        "" if unit is None else unit["unit"], of_which)  # fmt: skip
    return None


@cache
def _ends() -> dict[str, tuple[str, str]]:
    """Return wording → (item, side) of columns beside the expenditure of the year."""
    return {
        fold(word): (one["item"], one["side"])
        for one in wordings()["heads"]["end"] for word in one["words"]
    }  # fmt: skip


@cache
def _changes() -> tuple[re.Pattern[str], frozenset[str], frozenset[str]]:
    said = wordings()["heads"]["change"]
    amounts, percents = (frozenset(map(fold, said[kind])) for kind in ("amount", "percent"))
    return re.compile(said["compared"]), amounts, percents


_PERCENT = re.compile(r"（[%％]）$|[%％]$")


def _change(text: str, fiscal_year: int) -> Head | None:
    """Return what a column of changes compares with: 比上年增减, 2025年预算数比2024年执行数."""
    compared, amounts, percents = _changes()
    match = compared.match(text)
    rest = _UNIT.sub("", text if match is None else text[match.end() :])
    bare = _PERCENT.sub("", rest)
    if rest in percents or (bare != rest and bare in amounts | percents | {""}):
        change = "percent"
    elif rest in amounts or (match is not None and not rest):
        change = "amount"
    else:
        return None
    if match is None:
        return Head(change=change) if rest else None
    year, stage = _year(match["base"], fiscal_year)[0], match["stage"] or ""
    phase = next((phase for word, phase in _phases() if word == stage), "")
    return Head(year=year, phase="" if phase == "stated" else phase, change=change)


@cache
def _current() -> frozenset[str]:
    return frozenset(fold(word) for word in wordings()["heads"]["current"])


def is_current(text: str) -> bool:
    """Tell whether a folded text heads the columns of the money of the year alone: 本年收入."""
    return text in _current()


_Found = tuple[str, str, bool, str, int | None, str]


def _head(text: str, dimension: str, fiscal_year: int) -> _Found | None:
    plain = _word(text, dimension)
    if plain is not None:
        return (*plain, None, "")
    year, rest = _year(text, fiscal_year)
    for word, phase in (("", ""), *_phases()):
        if not rest.endswith(word):
            continue
        named = rest.removesuffix(word)
        plain = ("", "", False, "") if not named else _word(named, dimension)
        if plain is not None and (year is not None or word or not named):
            return (*plain, year, "" if phase == "stated" else phase)
    return None


def _word(text: str, dimension: str) -> tuple[str, str, bool, str] | None:
    """Return (label, value, is sum, side) of a word, or None where it is unknown."""
    label, value = _labels().get(text) or _by_pattern(text), values(dimension).get(text, "")
    is_sum, side = text in _sums(), _sides().get(text, "")
    if label or value or is_sum or side or text in _neutral() or is_current(text):
        return label, value, is_sum, side
    return None


def _year(text: str, fiscal_year: int) -> tuple[int | None, str]:
    match = _YEAR.match(text)
    if match is None:
        return None, text
    rest = text[match.end() :]
    if match["year"]:
        return int(match["year"]), rest
    return (fiscal_year - 1 if match["last"] else fiscal_year), rest


_EVERY = ("fund_source", "nature", "item")


def is_head(text: str, fiscal_year: int) -> bool:
    """Tell whether a folded text can stand in the header of a standard table."""
    return any(head(text, dimension, fiscal_year) is not None for dimension in _EVERY)


@cache
def row_words(section: str) -> dict[str, str]:
    """Return folded wording → code of a section of rows."""
    return {fold(word): code for code, words in wordings()[section].items() for word in words}


@cache
def parts() -> dict[str, frozenset[str]]:
    """Return code → the codes that are parts of it."""
    return {code: frozenset(found) for code, found in wordings()["parts"].items()}


def has_parts(value: str, among: frozenset[str], total: str) -> bool:
    """Tell whether parts of a value, or anything beside a total, stand in the same table."""
    if value == total and total == "total":
        return bool(among - {value})
    return bool(parts().get(value, frozenset()) & among)
