"""One table as CSV: UTF-8, LF, RFC 4180, each value in its one canonical form.

The form does not depend on the Python version, as that of the `csv` module does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

# RFC 4180 asks for quotes around the first four; a blank at an end would survive without, but
# not every reader keeps it.
_NEEDS_QUOTES = re.compile(r'[",\r\n]|\A\s|\s\Z')


def to_csv(table: str, schema: Mapping[str, Any], rows: Iterable[Mapping[str, object]]) -> bytes:
    """Return the rows of one table as CSV, columns in the order of the schema.

    Raises:
        AssertionError: A row has a column that the schema does not know, lacks a required one,
            or holds a value of another type: a fault of the program, never of the document.
    """
    fields = schema["fields"]
    names = [field["name"] for field in fields]
    required = [field["name"] for field in fields if field.get("constraints", {}).get("required")]
    writers = [(field["name"], _WRITERS[field["type"]]) for field in fields]
    known = frozenset(names)
    lines = [",".join(names)]
    for number, row in enumerate(rows, 1):
        _examine(table, number, row, known, required)
        lines.append(",".join([_cell(table, number, row, *column) for column in writers]))
    return "".join(line + "\n" for line in lines).encode("utf-8")


def numeral(value: Decimal) -> str:
    """Return the canonical numeral: no exponent, no trailing zeros, no negative zero."""
    if not value.is_finite():
        raise ValueError(value)
    return format(value.normalize(), "f") if value else "0"


def _examine(
    table: str, number: int, row: Mapping[str, object], known: frozenset[str],
    required: Sequence[str],
) -> None:  # fmt: skip
    unknown = row.keys() - known
    if unknown:
        raise AssertionError(f"{table} row {number}: no such column: {', '.join(sorted(unknown))}")
    for name in required:
        if row.get(name) in (None, ""):
            raise AssertionError(f"{table} row {number}: {name} is required")


def _cell(
    table: str, number: int, row: Mapping[str, object], name: str, write: Callable[[Any], str]
) -> str:
    value = row.get(name)
    if value is None:
        return ""
    try:
        text = write(value)
    except (TypeError, ValueError):
        raise AssertionError(f"{table} row {number}: {name} can't be {value!r}") from None
    return '"' + text.replace('"', '""') + '"' if _NEEDS_QUOTES.search(text) else text


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _integer(value: object) -> str:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(value)
    return str(value)


def _number(value: object) -> str:
    return numeral(value) if isinstance(value, Decimal) else _integer(value)


def _boolean(value: object) -> str:
    if not isinstance(value, bool):
        raise TypeError(value)
    return "true" if value else "false"


def _date(value: object) -> str:
    if isinstance(value, str) and date.fromisoformat(value).isoformat() == value:
        return value
    if type(value) is not date:
        raise TypeError(value)
    return value.isoformat()


_WRITERS: dict[str, Callable[[Any], str]] = {
    "string": _string,
    "integer": _integer,
    "year": _integer,
    "number": _number,
    "boolean": _boolean,
    "date": _date,
}
