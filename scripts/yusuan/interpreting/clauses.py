"""The clause before a figure: what it names, and of which year and stage the figure is.

Labels are matched whole, once the words that `lookups.toml` lists are taken off their ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

from yusuan.codes import by_names
from yusuan.codes.classifications import classification, is_listed, plain
from yusuan.interpreting.lookups import FigureName, Names, all_names, fold, table

_STOPS = "，。；：、（）(),;:！"
_CLAUSE = re.compile(rf"[{re.escape(_STOPS)}\n]")
_SHORTEST_NAME, _SHORTEST_ENTRY = 3, 2
_LONGEST_CLAUSE = 200  # no label is so long; a page without a stop is no sentence
_STOPS_BEHIND = "，。；：、"
_CLASSES = ("class", "section", "entry")
_FIRST_DIGITS, _MORE_DIGITS = 3, 2  # of 类; of 款 and of 项


@dataclass(frozen=True, slots=True)
class Context:
    """What a section can speak of.

    Attributes:
        fiscal_year: The year of the document, for 上年.
        phase: Its stage, `approved` or `executed`.
        names: What the section can state.
        default: What a figure without a name is said of: the section's own total.
        class_form: The form of a figure that is named by its function, "" for none.
        department: Whose document it is.
        functions: Code of a function → its name, as the tables of the document print it.
        plain_classes: A function may be named without （类）: 教育支出.
        opened: 类, and 款 if any, of a heading above that names no 项.
        all_money: The section is about money from whatever source: 财政拨款 is a part of it.
    """

    fiscal_year: int
    phase: str
    names: Names
    default: tuple[FigureName, ...]
    class_form: str
    department: str
    functions: Mapping[str, str]
    plain_classes: bool = False
    opened: tuple[str, ...] = ()
    all_money: bool = False

    def phase_of(self, year: int) -> str:
        """Return the stage of a figure that says none."""
        # In a budget what is said of the year before is its budget; in final accounts it was done.
        return self.phase if year == self.fiscal_year or self.phase == "executed" else "approved"


def clause_of(
    text: str, context: Context, *, classes_first: bool = False
) -> tuple[tuple[FigureName, ...], bool]:
    """Return what the last clause of `text` names, and whether it names nothing at all.

    Where it names nothing, the subject of the sentence goes on.

    Args:
        text: What stands before a figure.
        context: What the section can speak of.
        classes_first: Among functions 其他支出 is one of them.
    """
    clause = _last_clause(text)
    if len(clause) > _LONGEST_CLAUSE:
        return (), False
    if _filler().fullmatch(clause):
        return (), True
    starts = _starts(clause, context)
    labels = [label for start in starts for label in _trimmed(clause[start:])]
    for label in labels:
        found = context.names.get(label), _by_classes(label, context)
        named = found[classes_first] or found[not classes_first]
        if named:
            return named, False
    # 其中：本级80万元 among the income names something, though nothing of the income.
    foreign = any(label in all_names() and "" not in _trimmed(label) for label in labels)
    empty = any(
        "" in _trimmed(clause[start:]) and _is_nobody(clause[:start], context) for start in starts
    )
    return (), empty and not foreign


def _is_nobody(front: str, context: Context) -> bool:
    """Tell whether what stands before 2024年预算数 names nothing but whose figure it is."""
    rest = _own_name(context.department).sub("", front)
    for words in _before():
        rest = words.sub("", rest)
    return "" in _trimmed(rest)


def subject_of(text: str, context: Context) -> tuple[FigureName, ...]:
    """Return the function that a paragraph opens with: it is what the paragraph is about."""
    if not context.class_form:
        return ()
    match = _classes().match(_NUMBERED.sub("", fold(text)))
    return () if match is None else _function(match, context)


def opens_with_function(text: str, context: Context) -> bool:
    """Tell whether a paragraph opens with 类, 款 or 项, known or not."""
    match = _classes().match(_NUMBERED.sub("", fold(text)))
    return bool(context.class_form) and match is not None and any(match.groups())


def opened_by(text: str) -> tuple[str, ...]:
    """Return 类, and 款 if it names one, of a heading that names no 项: （一）教育支出（类）."""
    match = _classes().fullmatch(_NUMBERED.sub("", fold(text)).rstrip(_STOPS_BEHIND))
    if match is None or not match["class"] or match["entry"]:
        return ()
    return tuple(match[group] for group in _CLASSES if match[group])


def is_silent(text: str, context: Context) -> bool:
    """Tell whether every clause of `text` names what the section knows, or nothing."""
    folded = fold(text)
    if context.all_money and _PART_OF_MONEY.search(_last_clause(text)):
        return False
    ends = [*(match.end() for match in _CLAUSE.finditer(_hidden(folded))), len(folded)]
    pieces = [folded[start:end] for start, end in pairwise((0, *ends))]
    return all(
        _opening().fullmatch(piece.strip(_STOPS_BEHIND)) is not None
        or any(clause_of(piece, context))
        for piece in pieces
    )


_PART_OF_MONEY = re.compile("拨款|资金")


@cache
def _opening() -> re.Pattern[str]:
    return re.compile("|".join(table()["clause"]["opening"]))


_OTHER_YEAR = re.compile(
    r"(?P<year>20\d{2})年|(?P<last>上年|去年)(?!末?结转|末?结余)|(?P<own>今年|本年|当年)"
)


def year_in(text: str, fiscal_year: int) -> int | None:
    """Return the year that the last clause names, or None."""
    found = list(_OTHER_YEAR.finditer(_last_clause(text)))
    if not found:
        return None
    # 2023年当年预算执行数: a year outright says more than 当年.
    stated = [match for match in found if not match["own"]] or found
    match = stated[-1]
    if match["year"]:
        return int(match["year"])
    return fiscal_year - 1 if match["last"] else fiscal_year


@cache
def _stages() -> tuple[tuple[str, re.Pattern[str]], ...]:
    said = table()["clause"]["phase"]
    return tuple((phase, re.compile("|".join(words))) for phase, words in said.items())


@cache
def _budgets() -> re.Pattern[str]:
    return re.compile(table()["clause"]["budgets"])


def stage_in(text: str, context: Context) -> str:
    """Return the stage that the last clause names, or ""."""
    clause = _budgets().sub("", _last_clause(text))
    named = next((phase for phase, words in _stages() if words.search(clause)), "")
    if named == "approved" and context.phase == "approved":
        return ""
    return named


@cache
def _before() -> tuple[re.Pattern[str], ...]:
    return tuple(map(re.compile, table()["clause"]["before"]))


def _starts(clause: str, context: Context) -> list[int]:
    """Return where a label may begin: the clause itself, and behind each opening word."""
    starts = {match.end() for words in _before() for match in words.finditer(clause)}
    own = _own_name(context.department).search(clause)
    if own is not None:
        # 教育局机关运行经费 is not the 运行经费 of 教育局机关.
        starts.update((own.end(), own.end("name")))
    return [0, *sorted(starts)]


@lru_cache(maxsize=64)
def _own_name(department: str) -> re.Pattern[str]:
    """Return how a sentence names the department: in full, or by the end of its name."""
    folded = fold(department)
    ends = [folded[at:] for at in range(max(len(folded) - _SHORTEST_NAME + 1, 1))]
    names = "|".join(map(re.escape, ends))
    return re.compile(rf"(?P<name>{names})(?:（[^（）]*）)?(?:部门|本级|本部|机关|整体|系统)?的?")


@cache
def _after() -> re.Pattern[str]:
    words = sorted(table()["clause"]["after"], key=len, reverse=True)
    return re.compile(f"(?:{'|'.join(words)})$")


@cache
def _filler() -> re.Pattern[str]:
    return re.compile("|".join(table()["clause"]["filler"]))


@cache
def _kept() -> re.Pattern[str]:
    return re.compile("|".join(table()["clause"]["kept"]))


@lru_cache(maxsize=4096)
def _trimmed(clause: str) -> tuple[str, ...]:
    """Return a clause, and what is left of it when words are taken off its end, longest first."""
    found: dict[str, None] = {}

    def trim(text: str) -> Iterator[str]:
        text = text.strip(_STOPS.replace("（", "").replace("）", ""))
        if text in found:
            return
        found[text] = None
        yield text
        if _kept().search(text):
            return
        for at in range(len(text)):
            if _after().fullmatch(text, at):
                yield from trim(text[:at])

    return tuple(sorted(trim(clause), key=len, reverse=True))


@cache
def _classes() -> re.Pattern[str]:
    return re.compile(table()["clause"]["classes"])


def _by_classes(label: str, context: Context) -> tuple[FigureName, ...]:
    """Return the line of a figure that is named by 类, 款 and 项."""
    if not context.class_form:
        return ()
    match = _classes().fullmatch(label)
    if match is not None and match[0]:
        return _function(match, context)
    coded = _CODED.fullmatch(label)
    if coded is not None:
        return _line(_confirmed(coded["code"], coded["name"], context.fiscal_year), context)
    if not context.plain_classes:
        return ()
    # 教育支出: the names of the thirty classes alone; Yunnan 2024: three names in one word.
    return _line(_code((label,), context) or _joined(label, context.fiscal_year), context)


# Fujian 2023: 2120104-城管执法
_CODED = re.compile(r"(?P<code>\d{3}(?:\d{2}){0,2})[-－—_]?(?P<name>[^\d].{1,40})")


def _confirmed(code: str, name: str, year: int) -> str | None:
    """Return a code whose printed name is that of the list."""
    listed = classification("function", code, year)
    return code if listed is not None and plain(listed.label) == plain(name) else None


@lru_cache(maxsize=1024)
def _joined(label: str, year: int) -> str | None:
    """Return the code of 一般公共服务支出审计事务行政运行: 类, 款 and 项 without marks."""
    found = set()
    for first in range(_SHORTEST_NAME, len(label) - 2 * _SHORTEST_ENTRY + 1):
        if not is_listed(label[:first]):
            continue
        for second in range(first + _SHORTEST_ENTRY, len(label) - _SHORTEST_ENTRY + 1):
            if is_listed(label[first:second]):
                names = (label[:first], label[first:second], label[second:])
                found.add(_listed(names, year))
    found.discard(None)
    return found.pop() if len(found) == 1 else None


def _function(match: re.Match[str], context: Context) -> tuple[FigureName, ...]:
    names = [match[group] for group in _CLASSES]
    if not any(names):
        return ()
    # What a heading above names need not be said again.
    first = next(at for at, name in enumerate(names) if name)
    if len(context.opened) < first:
        return ()
    said = (*context.opened[:first], *(name for name in names if name))
    return _line(_code(said, context), context)


def _code(names: Sequence[str], context: Context) -> str | None:
    """Return the code that names say: as the tables of the document print it, or by the list."""
    found = {
        code
        for code in context.functions
        if len(code) == _FIRST_DIGITS + _MORE_DIGITS * (len(names) - 1)
        and all(
            plain(name)
            == plain(context.functions.get(code[: _FIRST_DIGITS + _MORE_DIGITS * at], ""))
            for at, name in enumerate(names)
        )
    }
    return found.pop() if len(found) == 1 else _listed(tuple(names), context.fiscal_year)


@lru_cache(maxsize=1024)
def _listed(names: tuple[str, ...], year: int) -> str | None:
    return by_names("function", names, year)


def _line(code: str | None, context: Context) -> tuple[FigureName, ...]:
    if code is None:
        return ()
    form = context.class_form
    more = table()["statement"]["class-dimensions"][form]
    dimensions = (("function_code", code), *more.items())
    return (FigureName(form, dimensions, "leaf", "expenditure"),)


_OPEN_BRACKET_NAME = re.compile(r"（[^（）]*）")


def _hidden(folded: str) -> str:
    # A bracket inside a name, 因公出国（境）费, is no end of a clause.
    return _OPEN_BRACKET_NAME.sub(lambda m: "\0" * len(m.group()), folded)


def _last_clause(context: str) -> str:
    folded = fold(context)
    hidden = _hidden(folded)
    ends = [match.end() for match in _CLAUSE.finditer(hidden.rstrip(_STOPS))]
    clause = folded[ends[-1] if ends else 0 :].strip(_STOPS.replace("）", "").replace("（", ""))
    if clause.startswith("）") or (clause.startswith("（") and "）" not in clause):
        clause = clause[1:]  # 6万元（比上年减少1万元）: the bracket opens a clause, or ends one
    return _NUMBERED.sub("", clause)


_NUMBERED = re.compile(r"^(?:\d{1,2}[.．、](?!\d)|（[一二三四五六七八九十\d]{1,3}）)")
