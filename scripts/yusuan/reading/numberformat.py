"""A number or date of a workbook cell, as the cell's number format shows it.

A budget workbook stores 0.5 and shows 50.00%; what is shown is what was published. Only what
budget workbooks use is understood: signs by section, digits, commas, scaling, percent, literals,
dates. Colours, conditions, fill and padding are dropped; fractions and exponents fall back to the
plain number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from operator import eq, ge, gt, le, lt, ne

# One token of a format: a literal, a bracket, padding, a date part, or one character.
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|[\\!](?P<escaped>.)|\[(?P<bracket>[^\]]*)\]|_.|\*.'
    r"|(?P<meridiem>AM/PM|A/P|上午/下午)|(?P<general>General|G/通用格式)"
    r"|(?P<date>[yY]+|[mM]+|[dD]+|[hH]+|[sS]+|a{3,4})|(?P<other>.)",
    re.DOTALL,
)
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)(-?\d+(?:\.\d+)?)\]")
_COMPARE = {"<": lt, "<=": le, ">": gt, ">=": ge, "=": eq, "<>": ne}
_DATE_LETTERS = re.compile(r"[yYmMdDhHsS]|AM/PM|上午/下午")
_ELAPSED = {"h", "hh", "m", "mm", "s", "ss"}
_WEEKDAYS = "一二三四五六日"
# Excel's formats 14 and 22 mean "as this computer writes dates"; ISO is read alike everywhere.
_SHORT_DATES = {"mm-dd-yy", "m/d/yy", "m/d/yyyy"}


def is_date_format(code: str) -> bool:
    """Tell whether a number format shows a date or a time."""
    shown = "".join(
        found["other"] or found["date"] or found["meridiem"] or ""
        for found in _TOKEN.finditer(_sections(code)[0])
    )
    elapsed = any((found["bracket"] or "").lower() in _ELAPSED for found in _TOKEN.finditer(code))
    return elapsed or (_DATE_LETTERS.search(shown) is not None and not re.search(r"[#?]", shown))


def show_number(value: float, code: str) -> str:
    """Return a number as the format `code` shows it, without padding at its ends.

    Args:
        value: As stored.
        code: The format, such as `0.00%` or `#,##0.00;[Red]-#,##0.00`; `General` or "" for none.
    """
    number = Decimal(repr(value))
    section, sign = _section_for(number, _sections(code or "General"))
    shown = _by_section(abs(number), section)
    # -0.001 shown with two decimals is 0.00, as in Excel 2010 and later.
    return (sign + shown if re.search("[1-9]", shown) else shown).strip()


def show_date(value: datetime | date | time | timedelta, code: str) -> str:
    """Return a date, a time or a duration as the format `code` shows it."""
    if isinstance(value, timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours}:{minutes:02}:{seconds:02}" if seconds else f"{hours}:{minutes:02}"
    if isinstance(value, time):
        moment = datetime.combine(date(1900, 1, 1), value)
    elif isinstance(value, datetime):
        moment = value
    else:
        moment = datetime.combine(value, time())
    section = _sections(code)[0]
    if section.lower() in _SHORT_DATES:
        return moment.date().isoformat()
    return _by_date_section(moment, section)


@cache
def _sections(code: str) -> tuple[str, ...]:
    """Split a format at the semicolons that are no literals."""
    sections, current = [], ""
    for found in _TOKEN.finditer(code):
        if found[0] == ";":
            sections.append(current)
            current = ""
        else:
            current += found[0]
    return (*sections, current)


def _section_for(number: Decimal, sections: tuple[str, ...]) -> tuple[str, str]:
    """Return the section that shows a number, and the sign to print before it."""
    sign = "-" if number < 0 else ""
    conditions = [_CONDITION.search(section) for section in sections]
    if any(conditions):
        for section, condition in zip(sections, conditions, strict=True):
            if condition is None or _COMPARE[condition[1]](number, Decimal(condition[2])):
                return section, sign
    if len(sections) > 2 and number == 0:  # noqa: PLR2004 - positive; negative; zero; text
        return sections[2], ""
    if len(sections) > 1 and number < 0:
        return sections[1], ""  # the section prints its own sign
    return sections[0], sign


def _by_section(number: Decimal, section: str) -> str:
    """Show a number that is not negative by one section of a format."""
    parts = list(_parts(section))
    if any(is_digits and text in set("/eE") for text, is_digits in parts):
        return _plain(number)
    digits = [at for at, (text, is_digits) in enumerate(parts) if is_digits]
    number *= 100 ** sum(text == "%" for text, is_digits in parts if not is_digits)
    literals = [_plain(number) if text is None else text for text, _ in parts]
    if not digits:
        return "".join(literals)
    first, last = digits[0], digits[-1]
    shown = _by_digits(number, "".join(literals[at] for at in digits))
    # A literal between the digits, as in 0!.0, (thousands shown as 3.1 tens of thousands), keeps
    # its place counted from the right.
    for at in range(last, first, -1):
        if at not in digits:
            behind = sum(literals[later] in set("0#?") for later in digits if later > at)
            shown = shown[:-behind] + literals[at] + shown[-behind:] if behind else shown
    return "".join(literals[:first]) + shown + "".join(literals[last + 1 :])


def _parts(section: str) -> Iterator[tuple[str | None, bool]]:
    """Give a section's literals and digit marks, as (text, is a digit mark); None is General."""
    for found in _TOKEN.finditer(section):
        if found["quoted"] is not None or found["escaped"] is not None:
            yield found["quoted"] or found["escaped"] or "", False
        elif found["bracket"] is not None:
            # [$￥-804] shows a currency sign; [Red] and [>=100] show nothing.
            if found["bracket"].startswith("$"):
                yield found["bracket"][1:].split("-")[0], False
        elif found["general"] is not None or found[0] == "@":
            yield None, False
        elif found[0][0] not in "_*":  # padding and fill show nothing
            yield found[0], found[0] in "0#?,./eE"


def _by_digits(number: Decimal, pattern: str) -> str:
    """Show a number by digit marks only: `#,##0.00`, `0.##`, `0,`."""
    body = pattern.rstrip(",")
    number = number.scaleb(-3 * (len(pattern) - len(body)))
    whole, _, places = body.partition(".")
    rounded = number.quantize(Decimal(1).scaleb(-len(places)), ROUND_HALF_UP)
    digits, _, decimals = f"{rounded:f}".partition(".")
    keep = places.rfind("0") + 1
    decimals = decimals[:keep] + decimals[keep:].rstrip("0")
    digits = digits.lstrip("0").rjust(whole.count("0"), "0")
    if "," in whole and digits:
        digits = f"{int(digits):,}".rjust(whole.count("0"), "0")
    return digits + ("." + decimals if decimals else "")


def _plain(number: Decimal) -> str:
    """Show a number without a format: 15 significant digits, as Excel keeps them.

    Excel's own General format shows 11, which would cut the cents off large amounts.
    """
    shown = f"{Decimal(f'{number:.15g}'):f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def _by_date_section(moment: datetime, section: str) -> str:
    parts = list(_TOKEN.finditer(section))
    half_day = any(found["meridiem"] for found in parts)
    shown, last = "", ""
    for at, found in enumerate(parts):
        literal = found["quoted"] if found["quoted"] is not None else found["escaped"]
        if literal is not None:
            shown += literal
        elif found["date"] is not None:
            following = next((later["date"] for later in parts[at + 1 :] if later["date"]), "")
            minutes = found["date"][0] in "mM" and (
                last[:1] in set("hH") or following[:1] in set("sS")
            )
            shown += _date_part(moment, found["date"], minutes=minutes, half_day=half_day)
            last = found["date"]
        elif found["meridiem"] is not None:
            shown += ("上午", "下午")[moment.hour >= 12]  # noqa: PLR2004 - noon
        elif found["other"] is not None and found["other"] != "@":
            shown += found["other"]
    return shown.strip() or moment.isoformat(" ")


def _date_part(moment: datetime, part: str, *, minutes: bool, half_day: bool) -> str:
    letter, width = part[0].lower(), len(part)
    if letter == "y":
        return f"{moment.year:04}" if width > 2 else f"{moment.year % 100:02}"  # noqa: PLR2004
    if letter == "a":
        weekday = _WEEKDAYS[moment.weekday()]
        return weekday if width == 3 else "星期" + weekday  # noqa: PLR2004
    if letter in "md" and width > 2 and not minutes:  # noqa: PLR2004
        return moment.strftime({"m3": "%b", "m4": "%B", "d3": "%a", "d4": "%A"}[f"{letter}{width}"])
    hour = (moment.hour % 12 or 12) if half_day else moment.hour
    number = {
        "m": moment.minute if minutes else moment.month,
        "d": moment.day,
        "h": hour,
        "s": moment.second,
    }[letter]
    return f"{number:0{min(width, 2)}}"
