"""Regions of GB/T 2260 by code and by name, with their history since 1980.

Nothing here reads a document.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache

from yusuan.codes.data import text_of


@dataclass(frozen=True, slots=True)
class Region:
    """One administrative division under one code and name.

    Attributes:
        code: GB/T 2260, six digits.
        name: Official name.
        level: `country`, `province`, `prefecture` or `county`.
        parent_code: The level above; "" for the country and for a province.
        valid_from, valid_to: ISO dates of the revisions that brought and ended it; "" where
            the start isn't known, or while it is in use.
        successor_code: The code that replaced it; "" where there is none.
    """

    code: str
    name: str
    level: str
    parent_code: str
    valid_from: str
    valid_to: str
    successor_code: str

    def valid_in(self, year: int) -> bool:
        """Tell whether the region had this code and name on any day of `year`."""
        return (self.valid_from or "0") <= f"{year}-12-31" and (
            not self.valid_to or self.valid_to >= f"{year}-01-01"
        )


_LONGEST_NAME, _WORD = 16, 2
_SHORTENED = ("县", "市", "区", "自治县", "地区")
_LAST_OF_A_NAME = frozenset("国省市县区旗盟州岛镇山域")
_DATE_IN_FRONT = re.compile(r"^[\s\d]+年?度?\s*")
_PROVINCE_SUFFIX = re.compile(r"(省|市|(维吾尔|壮族|回族)?自治区|特别行政区)$")


def region(code: str) -> Region:
    """Return the region with this code: the name in use, or the last one that was.

    Raises:
        LookupError: GB/T 2260 never had this code.
    """
    at = _regions().rfind(f"\n{code},") if re.fullmatch(r"[0-9]{6}", code) else -1
    if at < 0:
        raise LookupError(code)
    return _row(at + 1)


def ancestors(code: str) -> tuple[Region, ...]:
    """Return the levels above a region, nearest first: of a county its prefecture and province.

    Raises:
        LookupError: GB/T 2260 never had this code.
    """
    found: list[Region] = []
    above = region(code).parent_code
    while above:
        found.append(region(above))
        above = found[-1].parent_code
    return tuple(found)


def region_named(text: str, year: int, within: str | None = None) -> list[Region]:
    """Return the regions of `year` whose name `text` begins with, the lowest level that it names.

    Args:
        text: Such as 香河县工业和信息化局, 上海市普陀区财政局 or 河北省廊坊市香河县; a year
            in front is passed over.
        year: The regions valid on any day of this year are looked through.
        within: Code of a region that the result must be, or lie in.

    Returns:
        One region; several where the name alone can't tell (普陀区 of 上海市 and of 舟山市), in the
        order of their codes; none where the text begins with no region.
    """
    return named_in_front(text, year, within)[1]


def named_in_front(text: str, year: int, within: str | None = None) -> tuple[int, list[Region]]:
    """Return where the region that `text` begins with ends, and what `region_named` returns.

    The end counts from the start of `text`; 0 where it begins with no region.
    """
    front = _DATE_IN_FRONT.match(text)
    at = front.end() if front is not None else len(text) - len(text.lstrip())
    found = _chains(text, at, "", year)
    if not any(chain[1].level == "province" for chain in found):
        found += _below_short_province(text, at, year)
    if within is not None:
        inside = _prefix(within)
        found = [chain for chain in found if chain[1].code.startswith(inside)]
    longest = max((end for end, _ in found), default=0)
    by_code = {place.code: place for end, place in found if end == longest}
    return longest, [by_code[code] for code in sorted(by_code)]


def shortened_in_front(text: str, year: int, within: str | None = None) -> list[Region]:
    """Return the regions whose name without 县, 市 or 区 `text` begins with, the longest names.

    香河经济开发区 begins with 香河县; whether it is a short name at all, the caller must know.
    """
    rows, inside = _regions(), "" if within is None else _prefix(within)
    for end in range(min(len(text), _LONGEST_NAME), 1, -1):
        found = {}
        for last in _SHORTENED:
            name = f",{text[:end]}{last},"
            hit = rows.find(name)
            while hit >= 0:
                place = _row(hit - 6)
                if place.valid_in(year) and place.code.startswith(inside):
                    found[place.code] = place
                hit = rows.find(name, hit + 1)
        if found:
            return [found[code] for code in sorted(found)]
    return []


def regions_in(text: str, year: int) -> list[Region]:
    """Return the regions whose name stands anywhere in `text`, the lowest level that is there.

    Names of two characters, such as 城区, are words as well and are passed over.
    """
    found = [
        place
        for place in _all()
        if len(place.name) > _WORD and place.name in text and place.valid_in(year)
    ]
    for level in ("county", "prefecture", "province"):
        lowest = [place for place in found if place.level == level]
        if lowest:
            return lowest
    return []


def _chains(text: str, at: int, inside: str, year: int) -> list[tuple[int, Region]]:
    """Return (end in `text`, region) of every chain of names that starts at `at`."""
    rows = _regions()
    # The rows stand in the order of their codes: what lies in a region stands together.
    start, stop = 0, len(rows)
    if inside:
        start = rows.index(f"\n{inside}")
        stop = rows.index("\n", rows.rindex(f"\n{inside}") + 1)
    found: list[tuple[int, Region]] = []
    for end in range(at + 2, min(len(text), at + _LONGEST_NAME) + 1):
        if text[end - 1] not in _LAST_OF_A_NAME:
            continue
        for spelled in (text[at:end], *_full_names().get(text[at:end], ())):
            name = f",{spelled},"
            hit = rows.find(name, start, stop)
            while hit >= 0:
                place = _row(hit - 6)
                if place.valid_in(year):
                    ends = place.level == "county"
                    below = [] if ends else _chains(text, end, _prefix(place.code), year)
                    found += below or [(end, place)]
                hit = rows.find(name, hit + 1, stop)
    return found


@cache
def _full_names() -> dict[str, tuple[str, ...]]:
    """Return the short names of autonomous divisions and their full ones: 湘西州."""
    peoples = "|".join(tomllib.loads(text_of("organisations.toml"))["words"]["peoples"])
    names = re.findall(rf",((.{{1,6}}?)(?:{peoples})*自治([州县旗])),", _regions())
    found: dict[str, tuple[str, ...]] = {}
    for name, base, last in names:
        short = base + last
        if len(short) > _WORD and name not in found.get(short, ()):
            found[short] = (*found.get(short, ()), name)
    return found


def _below_short_province(text: str, at: int, year: int) -> list[tuple[int, Region]]:
    """Return the chains of a text such as 河北香河县, which shortens the province."""
    for code, short in _short_provinces():
        if text.startswith(short, at):
            return _chains(text, at + len(short), code[:2], year)
    return []


def without_short_province(text: str) -> tuple[str, str]:
    """Return the code of the province that `text` begins with, shortened, and the rest; or ""."""
    for code, short in _short_provinces():
        if text.startswith(short):
            return code, text[len(short) :]
    return "", text


def _prefix(code: str) -> str:
    return re.sub(r"(00){1,2}$", "", code)


@cache
def _regions() -> str:
    return "\n" + text_of("regions.csv").split("\n", 1)[1]


def _row(start: int) -> Region:
    rows = _regions()
    return Region(*rows[start : rows.index("\n", start)].split(","))


@cache
def _all() -> tuple[Region, ...]:
    return tuple(Region(*line.split(",")) for line in _regions().split("\n")[1:-1])


@cache
def _short_provinces() -> tuple[tuple[str, str], ...]:
    found = re.findall(r"\n(\d\d0000),([^,]+),province,", _regions())
    return tuple((code, _PROVINCE_SUFFIX.sub("", name)) for code, name in found)
