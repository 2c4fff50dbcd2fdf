"""Which of the offered types a client likes best, by its Accept headers (RFC 9110, 12.5)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from yusuan.messages import LANGUAGES

_PARTS = re.compile(r'(?:[^,"]|"(?:\\.|[^"\\])*")+')
_PARAMETER = re.compile(r';\s*([\w!#$%&\'*+.^`|~-]+)\s*=\s*("(?:\\.|[^"\\])*"|[^;\s]*)')
_QUALITY = re.compile(r"0(?:\.\d{0,3})?|1(?:\.0{0,3})?")


class Range(NamedTuple):
    """One part of an Accept header.

    Attributes:
        name: `text/turtle`, `text/*`, `*/*`, or a language.
        quality: From 0, for what is not wanted, to 1.
    """

    name: str
    quality: float


def ranges(header: str | None) -> list[Range]:
    """Return the parts of an Accept header; what can't be read is left out, as others do."""
    found = []
    for part in _PARTS.findall(header or ""):
        name = part.partition(";")[0].strip().lower()
        given = {key.lower(): value for key, value in _PARAMETER.findall(part)}
        quality = given.get("q", "1")
        if name and _QUALITY.fullmatch(quality):
            found.append(Range(name, float(quality)))
    return found


def best(header: str | None, offered: Sequence[str]) -> str | None:
    """Return the offered type that a client likes best, or None where it takes none.

    Args:
        header: Its Accept header; None where it sends none and takes everything.
        offered: Types in the order in which the server likes them.
    """
    known = ranges(header)
    if not known:
        return offered[0]
    rated = [(_quality(one, known), -place, one) for place, one in enumerate(offered)]
    quality, _, found = max(rated)
    return found if quality > 0 else None


def wants(header: str | None, kind: str) -> bool:
    """Tell whether a client names a type itself, and not by `*/*`."""
    return any(one.name == kind and one.quality > 0 for one in ranges(header))


def language_of(header: str | None, asked: str | None) -> str:
    """Return `zh` or `en`: as asked for, else what the browser prefers, else Chinese."""
    if asked in LANGUAGES:
        return asked
    rated: dict[str, float] = {}
    for one in ranges(header):
        main = one.name.partition("-")[0]
        if main in LANGUAGES:
            rated[main] = max(one.quality, rated.get(main, 0))
    return max(LANGUAGES, key=lambda one: (rated.get(one, 0), one == LANGUAGES[0]))


def _quality(kind: str, known: Iterable[Range]) -> float:
    """Return how a client likes a type: the most exact of its ranges counts."""
    main = kind.partition("/")[0]
    exactness = {kind: 3, f"{main}/*": 2, "*/*": 1}
    fitting = [(exactness[one.name], one.quality) for one in known if one.name in exactness]
    return max(fitting)[1] if fitting else 0.0
