"""Figures in sentences: which amount is said of what, of which year, and what it is compared with.

Nothing here knows a row; `stated` makes the rows. How a clause is understood is told in `clauses`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache

from yusuan.amounts import to_yuan
from yusuan.interpreting.clauses import (
    Context,
    clause_of,
    is_silent,
    opens_with_function,
    stage_in,
    subject_of,
    year_in,
)
from yusuan.interpreting.comparisons import (
    COMPARED,
    Compared,
    change_of,
    comparison,
    direction_of,
)
from yusuan.interpreting.lookups import FigureName, table

_AMOUNT = (
    r"(?P<number>-?\d[\d,，.]*)\s*(?P<unit>万元|亿元|元)"
    r"|(?P<nought>零)\s*(?P<nought_unit>万元|亿元|元)"
    r"|(?<=[为是])(?P<bare>零|0(?:\.0+)?)(?=[，。；、）),;]|$)"  # 为零: a nought in any unit
    r"|(?P<dash>[-－—–]{1,2})\s*(?:万元|亿元|元)"
)
_REASON = re.compile(
    r"(?:[，,]?(?:同比)?(?:增长|下降|降低|增加|减少|增幅|降幅)(?:了|约|为)?[\d.]+[%％])?"
    r"[，,。；（(]?(?:增减变化|增加|减少|下降|增长|变化|变动|持平)?(?:的)?"
    r"(?:主要(?:变动)?原因(?:是由于|是因为|是|为)?[：:]?|主要(?:是?(?:由于|因为|因)|为|是)[：:]?"
    r"|原因(?:是|为)?[：:]?|系|主要用于)"
    r"(?P<reason>[^；。;\n]+)"
)


def yuan(printed: str, unit: str) -> Decimal | None:
    """Return a figure of a sentence in yuan, or None where it is a dash or no number (3,万元)."""
    try:
        return to_yuan(printed.replace("，", ","), unit or "元")
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Statement:
    """One figure that a sentence states.

    Attributes:
        names: What it is said of; empty where the wording is not known.
        printed: The figure as printed, "" for 持平.
        unit: 元, 万元 or 亿元; "" for 持平.
        start, end: The place of the number in the paragraph's text.
        stop: Where its unit ends.
        change: `more`, `less` or `level` where it is a change, None where it is an amount.
        direction_text: 增加, 减少, 持平 as printed; "" for an amount.
        base_year: The year compared with.
        reason: Why, as printed.
        year: The year of an amount.
        phase: Its stage: `approved`, `revised`, `executed`.
        own_budget: A change that is no change from another year: 较预算减少2万元.
    """

    names: tuple[FigureName, ...]
    printed: str
    unit: str
    start: int
    end: int
    stop: int
    change: str | None = None
    direction_text: str = ""
    base_year: int | None = None
    reason: str | None = None
    year: int = 0
    phase: str = ""
    own_budget: bool = False


# Full-width figures, character for character, so that places stay.
_PLAIN = str.maketrans("０１２３４５６７８９．－％", "0123456789.-%")
_YEAR_IN_WORDS = re.compile(r"二[〇○零Oo][〇○零Oo一二三四五六七八九]{2}(?=年)")
_NUMERALS = str.maketrans("〇○零Oo一二三四五六七八九", "00000123456789")
# A pause inside a name ends no clause.
_PAIRS = re.compile(r"(?<=收)、(?=支)|(?<=收入)、(?=支出)")


def plain(text: str) -> str:
    """Return a paragraph with plain figures and years, character for character."""
    text = _YEAR_IN_WORDS.sub(lambda m: m.group().translate(_NUMERALS), text.translate(_PLAIN))
    return _PAIRS.sub("/", text)


@dataclass(slots=True)
class _Reader:
    """One paragraph on its way to statements."""

    text: str
    context: Context
    found: list[Statement]
    subject: tuple[FigureName, ...]
    default: tuple[FigureName, ...]
    base_year: int | None = None
    year: int | None = None  # of the amounts of the sentence, where one of them says so
    outer: tuple[int | None, str] | None = None  # year and stage before 上年为20万元
    phase: str = ""
    last: int = 0  # where the event before ends
    sentence: int = 0  # where the sentence starts
    because: int = 0  # where the reason of the change before ends
    amounts: int = 0  # how many amounts the sentence states
    first: tuple[FigureName, ...] = ()  # what the first of them is said of
    row: list[tuple[FigureName, ...]] = field(default_factory=list)  # of the figures that follow
    looked: int = 0  # how far brackets were looked for
    outside: list[tuple[FigureName, ...]] = field(default_factory=list)  # of each open bracket


def statements(text: str, context: Context) -> list[Statement]:
    """Return every figure of a paragraph in order.

    Args:
        text: One paragraph.
        context: What its section can speak of.
    """
    text = plain(text)
    default = subject_of(text, context)
    if not default and not opens_with_function(text, context):
        default = context.default
    reader = _Reader(text, context, [], default, default)
    ignored = [match.span() for match in _ignored().finditer(text)]
    for match in _events().finditer(text):
        if any(start <= match.start() < end for start, end in ignored):
            reader.last = match.end()
            continue
        _event(reader, match)
    return reader.found


def _event(reader: _Reader, match: re.Match[str]) -> None:
    """Add the statement of one figure, or of one word such as 持平."""
    context, text = reader.context, reader.text
    level = match["level"] or ""
    if level and match.start() < reader.because:
        return  # 主要原因是公务接待费保持不变 says nothing new
    _brackets(reader, match.start())
    # A reason that was given says nothing of what comes behind it.
    before = text[max(reader.last, min(reader.because, match.start())) : match.start()]
    stop = text.rfind("。", reader.last, match.start())
    if stop >= 0 and stop >= reader.sentence:
        before = _new_sentence(reader, stop, match.start())
    reader.last = match.end()
    if _goes_on_in_row(reader, before, match):
        return
    direction, rest = direction_of(before)
    compared = comparison(rest, context.fiscal_year)
    if level in table()["change"]["weak"] and not compared.is_at_end:
        return  # 口径一致 compares nothing
    if _completes(reader, before, match):
        return
    change = change_of(level or direction)
    own_budget = compared.own_budget or (
        change is not None and compared.base_year == context.fiscal_year
    )
    if not own_budget:
        reader.base_year = compared.base_year or reader.base_year
    name, known = _named(reader, compared, match)
    if level and (own_budget or (not name and _repeats(reader.found, reader.subject))):
        return  # 决算数与年初预算数持平: both figures are stated
    if change in {"more", "less"} and (match["number"] or "").startswith("-"):
        known = False  # 减少-12万元 says two things
    statement = _statement(reader, match, change, level or direction)
    if change is None:
        reader.first = reader.first if reader.amounts else reader.subject
        reader.amounts += 1
        clause = before if compared.is_at_end else compared.rest
        if name and reader.outer is not None:
            (reader.year, reader.phase), reader.outer = reader.outer, None
        before_clause = reader.year, reader.phase
        statement = _timed(reader, statement, clause, is_compared=compared.is_at_end)
        if not name and reader.amounts > 1 and statement.year != context.fiscal_year:
            # 事业收入50万元，上年为20万元；其他收入…: the year goes on until something is named.
            reader.outer = reader.outer or before_clause
        known = known and statement.year <= context.fiscal_year
    known = known and _is_number(match["number"])
    statement = replace(statement, own_budget=own_budget)
    reader.found.append(statement if known else replace(statement, names=()))


def _brackets(reader: _Reader, end: int) -> None:
    """Go on with the subject before a bracket behind it.

    公务用车费6万元（其中：购置费0万元，运行费6万元），与上年持平: what stays level is the whole.
    """
    for at in range(reader.looked, end):
        if reader.text[at] in "（(":
            reader.outside.append(reader.subject)
        elif reader.text[at] in "）)" and reader.outside:
            reader.subject = reader.outside.pop()
    reader.looked = max(reader.looked, end)


def _named(
    reader: _Reader, compared: Compared, match: re.Match[str]
) -> tuple[tuple[FigureName, ...], bool]:
    """Return what the clause of a figure names, and whether the figure is understood by it.

    A clause that names nothing goes on with the subject of the sentence.
    """
    among_functions = any(
        column == "function_code"
        for said in reader.found
        for one in said.names
        for column, _ in one.dimensions
    )
    name, is_filler = clause_of(compared.rest, reader.context, classes_first=among_functions)
    if not name and compared.is_whole:
        is_filler = True
    whole = reader.subject is reader.default
    if not name and whole and not is_silent(compared.rest, reader.context):
        is_filler = False  # 国内公务接待20批次，共计支出2万元: not of all that the section is about
    reader.row = _row(reader, compared.rest, match)
    if reader.row:
        name, is_filler = reader.row.pop(0), False
    if name or not is_filler:
        # What follows an unknown name is about the unknown, too.
        reader.subject = name
    return name, bool(name) or is_filler


_SEPARATORS = "、，,和及与 "
_STANDS_IN_ROW = re.compile(rf"[{_SEPARATORS}]+(?:{re.sub(r'[?]P<[a-z_]+>', '', _AMOUNT)})")


def _row(reader: _Reader, rest: str, match: re.Match[str]) -> list[tuple[FigureName, ...]]:
    """Return what each of a row of figures is said of, () for what can't be told; [] for no row.

    收/支总计各是10万元、9万元 is said of both sides, 人员经费、公用经费分别为8万元、2万元 of each.
    """
    count, end = 1, match.end()
    while match["number"] and (following := _STANDS_IN_ROW.match(reader.text, end)) is not None:
        count, end = count + 1, following.end()
    if count == 1:
        return []
    labels = re.split("[、和及与]", re.split("[，。；：:,;]", rest)[-1])
    names = [clause_of(label, reader.context)[0] for label in labels]
    if len(names) == count and all(names):
        return names
    sides = [
        tuple(name for name in names[-1] if name.direction == side)
        for side in ("revenue", "expenditure")
    ]
    return sides if count == len(sides) and all(sides) else [()] * count


def _goes_on_in_row(reader: _Reader, before: str, match: re.Match[str]) -> bool:
    """Add a figure that only a pause parts from the one before; tell whether it is one."""
    if not before or before.strip(_SEPARATORS) or not match["number"] or not reader.found:
        return False
    names = reader.row.pop(0) if reader.row else ()
    reader.found.append(
        replace(
            reader.found[-1],
            names=names,
            printed=match["number"],
            unit=match["unit"],
            start=match.start("number"),
            end=match.end("number"),
            stop=match.end(),
            reason=None,
        )
    )
    return True


def _is_number(printed: str | None) -> bool:
    return printed is None or yuan(printed, "元") is not None


def _new_sentence(reader: _Reader, stop: int, at: int) -> str:
    """Start a new sentence; returns what of it stands before the figure.

    公务接待费。2021年预算安排…: a sentence that is a name says what the next is about.
    公务接待费1.35万元。比上年持平: a sentence that only compares goes on with the figure before it,
    or with the first of them, which is the whole: …费5万元，其中：购置费0万元，运行费5万元。
    """
    head, tail = reader.text[max(reader.last, reader.sentence) : stop], reader.text[stop + 1 : at]
    name, _ = clause_of(head, reader.context)
    compares = COMPARED.search(direction_of(tail)[1])
    goes_on = compares is not None and clause_of(tail[: compares.start()], reader.context)[1]
    if name or not (goes_on and reader.amounts):
        reader.subject = name or reader.default
    elif reader.amounts > 1:
        reader.subject = reader.first
    reader.sentence, reader.year, reader.phase, reader.outer = stop + 1, None, "", None
    if not tail.strip().startswith("其中"):
        reader.amounts = 0  # the parts of a whole are of its sentence
    return tail


def _completes(reader: _Reader, before: str, match: re.Match[str]) -> bool:
    """Tell whether a nought only completes the word before it: 与2024年预算一致0万元."""
    if before.strip() or not reader.found or match["number"] is None:
        return False
    last = reader.found[-1]
    if last.change != "level" or last.stop != match.start() or match["number"].strip("0."):
        return False
    reason, reader.because = _reason(reader.text, match.end())
    reader.found[-1] = replace(last, reason=last.reason or reason)
    return True


def _statement(reader: _Reader, match: re.Match[str], change: str | None, word: str) -> Statement:
    group = next((name for name in ("number", "nought", "bare", "dash") if match[name]), None)
    base_year = reason = None
    if change is not None:
        base_year = reader.base_year or reader.context.fiscal_year - 1
        reason, reader.because = _reason(reader.text, match.end())
    return Statement(
        reader.subject,
        "" if group is None else match[group],
        match["unit"] or match["nought_unit"] or ("元" if match["bare"] else ""),
        match.start() if group is None else match.start(group),
        match.end() if group is None else match.end(group),
        match.end(),
        change,
        word if change is not None else "",
        base_year,
        reason,
    )


def _timed(reader: _Reader, statement: Statement, clause: str, *, is_compared: bool) -> Statement:
    """Return an amount with its year and stage, by its clause or else by its sentence."""
    context = reader.context
    year, phase = year_in(clause, context.fiscal_year), stage_in(clause, context)
    if not is_compared:
        # 2023年预算数10万元，执行数9万元: the year goes on, within the sentence.
        if year is not None:
            reader.year, reader.phase = year, ""
        year = year or reader.year
        reader.phase = phase or reader.phase
    return replace(
        statement,
        year=year or context.fiscal_year,
        phase=phase or reader.phase or context.phase_of(year or context.fiscal_year),
    )


@cache
def _events() -> re.Pattern[str]:
    words = table()["change"]["level"] + table()["change"]["weak"]
    level = "|".join(sorted(words, key=len, reverse=True))
    return re.compile(rf"{_AMOUNT}|(?P<level>{level})")


def says_figures(text: str) -> bool:
    """Tell whether a text states an amount, or that something stays level."""
    return _events().search(plain(text)) is not None


@cache
def _ignored() -> re.Pattern[str]:
    return re.compile("|".join(table()["ignored"]["always"]["figures"]))


def ignored_in(text: str, section: str) -> list[tuple[int, int]]:
    """Return the places of a text whose figures state nothing.

    They are limits, what a template tells the clerk, or whole sentences that say again what is
    said elsewhere.

    Args:
        text: One paragraph.
        section: The key of its section.
    """
    known = [match.span() for match in _ignored().finditer(plain(text))]
    again = table()["ignored"]["sentences"].get(section)
    if again is not None:
        known += [one.span() for one in _SENTENCE.finditer(text) if re.search(again, one[0])]
    return known


_SENTENCE = re.compile("[^。]+")


def _reason(text: str, end: int) -> tuple[str | None, int]:
    """Return the reason that stands behind a change, and where it ends."""
    match = _REASON.match(text, end)
    if match is None:
        return None, end
    reason = match["reason"]
    stop = match.end()
    following = _amounts().search(reason)
    if following is not None:
        # The next figure's own clause is no part of the reason.
        cut = max(reason.rfind(mark, 0, following.start()) for mark in "，,")
        reason = reason[: max(cut, 0)] if cut >= 0 else reason
        stop = match.start("reason") + max(cut, 0)
    while any(reason.count(b) > reason.count(a) for a, b in ("()", "（）")):
        reason = reason[: max(reason.rfind(")"), reason.rfind("）"))]
    return reason.strip("，, 。：:") or None, stop


@cache
def _amounts() -> re.Pattern[str]:
    return re.compile(_AMOUNT)


def _repeats(found: list[Statement], subject: tuple[FigureName, ...]) -> bool:
    return bool(found) and found[-1].change == "level" and found[-1].names == subject
