"""The region of a disclosure: by its project codes, its names, and what else the text says.

Two counties may have one name; where the text does not tell them apart, a person is asked.
"""

from __future__ import annotations

import re
from collections import Counter

from yusuan.codes import ancestors, region, region_named, region_of, regions_in
from yusuan.errors import IdentityError
from yusuan.messages import say

PROJECT = re.compile(r"(?<![0-9A-Z])(?P<region>\d{6})(?P<year>\d{2})[0-9A-Z]{13}(?![0-9A-Z])")


# Final accounts come out up to two years later, by then maybe under the name of a new district.
_YEARS = (0, 1, 2, -1)


def region_code(
    text: str, stated: str | None, names: tuple[str, ...], year: int, subject: str
) -> str:
    """Return the code of the region.

    Args:
        text: The canonical text.
        stated: Code or name that the sidecar states.
        names: Of the department, and the title: the first that begins with a region tells it.
        year: The regions of this year are looked through.
        subject: The file, for the error.

    Raises:
        IdentityError: It can't be told, or the text leaves several.
    """
    if stated:
        code = _stated_region(stated, year)
        if code is None:
            raise _unknown(subject)
        return code
    codes = Counter(match["region"] for match in PROJECT.finditer(text))
    for name in names:
        found = _named(name, year)
        if len(found) > 1:
            found = (found & set(codes)) or _told_by_text(found, text)
        if len(found) > 1:
            raise _ambiguous(subject, found)
        if found:
            return found.pop()
    for code, _ in codes.most_common(1):
        try:
            return region(code).code
        except LookupError:
            break
    return _only_region(text, year, subject)


def _named(name: str, year: int) -> set[str]:
    """Return the codes of the regions that a name begins with: of the year that tells it closest.

    杭州市临平区 of 2020 is no more than 杭州市 in the list of that year.
    """
    tried = [region_of(name, year + more) for more in _YEARS]
    closest = max(tried, key=lambda found: max((len(ancestors(p.code)) for p in found), default=-1))
    return {place.code for place in closest}


def _unknown(subject: str) -> IdentityError:
    return IdentityError(subject, say("identity-region"), say("identity-advice"))


def _told_by_text(codes: set[str], text: str) -> set[str]:
    """Return those of several regions of one name that the text tells by what they lie in."""
    whole = {
        code
        for code in codes
        if any(f"{above.name}{region(code).name}" in text for above in ancestors(code))
    }
    if len(whole) == 1:
        return whole
    named = {code for code in codes if any(above.name in text for above in ancestors(code))}
    return named if len(named) == 1 else codes


def _only_region(text: str, year: int, subject: str) -> str:
    """Return the one region that the text names anywhere: 财政局 of a text that names 香河县."""
    found = {place.code for place in regions_in(text, year)}
    if len(found) > 1:
        found = _told_by_text(found, text)
    if len(found) == 1:
        return found.pop()
    raise _unknown(subject)


def _ambiguous(subject: str, codes: set[str]) -> IdentityError:
    names = [
        "".join(place.name for place in (*reversed(ancestors(code)), region(code)))
        for code in sorted(codes)
    ]
    reason = say("identity-region-several", regions="、".join(names))
    return IdentityError(subject, reason, say("identity-advice"))


def _stated_region(stated: str, year: int) -> str | None:
    if stated.isdigit():
        try:
            return region(stated).code
        except LookupError:
            return None
    named = region_named(stated, year)
    return named[0].code if len(named) == 1 else None
