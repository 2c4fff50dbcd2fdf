"""Amounts as bureaus print them, turned into yuan.

Nothing here knows which item an amount belongs to; see `interpreting`.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

YUAN = {"元": Decimal(1), "万元": Decimal(10_000), "亿元": Decimal(100_000_000)}

_DASHES = frozenset("-－—–―─－一/")
_NOUGHT = "零"
_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")
_NEGATIVE = re.compile(r"^(?:\((?P<bracket>[^()]+)\)|[△▲](?P<triangle>.+))$")


def status_of(printed: str) -> str:
    """Return what a cell says: `blank`, `dash`, `zero` or `stated`.

    Args:
        printed: One cell as printed.
    """
    text = "".join(printed.split())
    if not text:
        return "blank"
    if set(text) <= _DASHES:
        return "dash"
    try:
        return "zero" if parse(text) == 0 else "stated"
    except ValueError:
        return "stated"


def parse(printed: str) -> Decimal | None:
    """Return the number of one cell, or None where the cell is blank or a dash.

    Args:
        printed: One cell as printed. Full-width digits, thousands commas, white space and line
            breaks inside the number, a sign, （12.30） and △12.30 for negatives and 零 are
            understood.

    Raises:
        ValueError: The cell holds something else, such as "见附表".
    """
    text = "".join(printed.split())
    if not text or set(text) <= _DASHES:
        return None
    if text == _NOUGHT:
        return Decimal(0)
    plain = unicodedata.normalize("NFKC", text).replace("−", "-")
    negative = _NEGATIVE.match(plain)
    if negative is not None:
        plain = "-" + (negative["bracket"] or negative["triangle"])
    if _NUMBER.fullmatch(plain) is None:
        raise ValueError(printed)
    return Decimal(plain.replace(",", ""))


def to_yuan(printed: str, unit: str) -> Decimal | None:
    """Return the amount in yuan, or None where the cell says "none".

    Args:
        printed: One cell as printed, as `parse` takes it.
        unit: "元", "万元" or "亿元", from the note above the table.

    Raises:
        ValueError: The cell holds something else, such as "见附表".
        KeyError: The unit is none of the three.

    Source: 地方预决算公开操作规程 (财预〔2016〕143号) for the tables; the unit is the table's own
        note, never a guess.
    """
    number = parse(printed)
    return None if number is None else number * YUAN[unit]


def tolerance(printed: str, unit: str) -> Decimal:
    """Return half a unit in the last printed place, in yuan; 0 for a plain `0`.

    A bureau that writes 0万元 has none; it did not round 4,999 yuan away.

    Args:
        printed: A figure as printed, `4624.64`.
        unit: Its unit.
    """
    number = parse(printed)
    exponent = 0 if number is None else number.as_tuple().exponent
    places = exponent if isinstance(exponent, int) else 0
    if number == 0 and places == 0:
        return Decimal(0)
    return Decimal((0, (5,), places - 1)) * YUAN[unit]
