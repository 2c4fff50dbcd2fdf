"""What the label of a row says: its number, 其中, its code and its name; and codes by name.

Nothing here knows a table.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from yusuan.interpreting.forms import row_words
from yusuan.interpreting.lookups import fold, squeeze

_ORDINAL = "[一二三四五六七八九十]+"
# 一、 stands above （一）, that above 1., that above （1）.
_LEVELS = (
    re.compile(rf"{_ORDINAL}[、.．]"),
    re.compile(rf"（{_ORDINAL}）[、.．]?"),
    re.compile(r"\d{1,2}[、.．](?!\d)"),
    re.compile(r"（\d{1,2}）|[①-⑳]"),
)
_UNNUMBERED = len(_LEVELS) + 1
_CODE = re.compile(r"[\[【（]?(?P<code>\d{3,7})[\]】）]?[-—_：、.]*(?=[^\d\s.,，]|$)")
_OF_WHICH = re.compile(r"其中[：、，]?")
_BRACKET = re.compile(r"（[^（）]*）$")
_CODES = {
    "function": re.compile(r"2\d{2}(?:\d{2}){0,2}"),
    "economic": re.compile(r"[35]\d{2}(?:\d{2})?"),
}
CLASS, STEP = 3, 2


@dataclass(frozen=True, slots=True)
class Label:
    """The label of a row.

    Attributes:
        name: Without number, code and 其中, folded.
        code: The code that stands before the name, "" for none.
        level: 1 for 一、, 2 for （一）, 3 for 1., 4 for （1）; the last for none.
        of_which: It begins with 其中.
        opens: It is 其中 alone, and heads the rows below it.
    """

    name: str
    code: str
    level: int
    of_which: bool
    opens: bool


@lru_cache(maxsize=4096)
def label(text: str) -> Label:
    """Return what the label of a row says."""
    rest, level, of_which = fold(text), _UNNUMBERED, False
    for _ in range(2):  # 其中：1. and 1.其中：
        match = _OF_WHICH.match(rest)
        if match is not None:
            of_which, rest = True, rest[match.end() :]
        for at, pattern in enumerate(_LEVELS, 1):
            match = pattern.match(rest)
            if match is not None and level == _UNNUMBERED:
                level, rest = at, rest[match.end() :]
                break
    code = _CODE.match(rest)
    if code is not None:
        rest = rest[code.end() :]
    return Label(rest, "" if code is None else code["code"], level, of_which, of_which and not rest)


def named(name: str, section: str) -> str:
    """Return the code of a name in a section of `forms.toml`, or "".

    A bracket behind a name explains it: 公用经费（含商品和服务支出）.
    """
    words = row_words(section)
    return words.get(name) or words.get(_BRACKET.sub("", name), "")


def printed_name(text: str, name: str) -> str | None:
    """Return the name at the end of a label as printed, without blanks; None for no name."""
    # Folding changes characters, never their number.
    return squeeze(text)[-len(name) :] if name else None


def is_code(code: str, scheme: str) -> bool:
    """Tell whether a code has the form of the scheme: 类 2…, 款, 项; economic 3… or 5…."""
    return _CODES[scheme].fullmatch(code) is not None


def joined(class_: str, section: str, entry: str) -> str:
    """Return 类, 款 and 项 as one code, or "" where they do not fit together.

    A part may be written in full (20106 under 款) or without its leading zero (2 for 02).
    """
    code = _digits(class_)
    if len(code) != CLASS:
        return ""
    for part in (section, entry):
        digits = _digits(part)
        if not digits:
            continue
        if digits.startswith(code) and len(digits) == len(code) + STEP:
            code = digits
        elif len(digits) <= STEP:
            code += digits.zfill(STEP)
        else:
            return ""
    return "" if _digits(entry) and not _digits(section) else code


def _digits(text: str) -> str:
    return "".join(text.split())
