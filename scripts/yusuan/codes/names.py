"""Names of departments and units: their parts, and one spelling for all that mean the same.

The wordings stand in `data/organisations.toml`. Nothing here reads a document.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from functools import cache
from typing import Any

from yusuan.codes.data import text_of
from yusuan.codes.regions import (
    Region,
    ancestors,
    named_in_front,
    region,
    shortened_in_front,
    without_short_province,
)

_BRACKETS = str.maketrans({"(": "（", ")": "）", "〔": "（", "〕": "）", "[": "（", "]": "）"})


@cache
def wordings() -> dict[str, Any]:
    """Return `data/organisations.toml` as it stands."""
    return tomllib.loads(text_of("organisations.toml"))


def bare(name: str) -> str:
    """Return the name of a department without what says that its own level is meant.

    香河县工业和信息化局本级 and 香河县工业和信息化局（部门） are 香河县工业和信息化局.
    """
    name = "".join(name.split()).translate(_BRACKETS)
    for word in wordings()["words"]["own"]:
        if len(name) > len(word):
            name = name.removesuffix(word)
    return name


def region_of(name: str, year: int, within: str | None = None) -> list[Region]:
    """Return the regions that a department's name tells; several where it can't be told.

    Args:
        name: Such as 香河县教育局, 中共香河县委组织部 or 香河经济开发区管理委员会.
        year: The regions of this year are looked through.
        within: Code of a region that the result must be, or lie in.
    """
    if is_central(name, year):
        return [region(COUNTRY)]
    _, rest = _front(name)
    end, found = named_in_front(rest, year, within)
    if len(found) == 1 and found[0].level != "county":
        return _zone(rest[end:], year, found[0].code) or found
    return found or _zone(rest, year, within)


COUNTRY = "100000"


def is_central(name: str, year: int) -> bool:
    """Tell whether a name is of a body of the central government: 财政部, 教育部考试中心.

    国家税务总局香河县税务局 is told by its county.
    """
    for front in wordings()["central"]["names"]:
        if name.startswith(front):
            rest = name[len(front) :]
            return not (named_in_front(rest, year)[1] or _zone(rest, year, None))
    return False


def _zone(text: str, year: int, within: str | None) -> list[Region]:
    """Return the region of a development zone: 香河经济开发区 or 河北香河经济开发区."""
    code, text = without_short_province(text)
    within = code or within
    for word in wordings()["words"]["zones"]:
        at = text.find(word)
        if at > 1:
            found = shortened_in_front(text[:at], year, within)
            return [place for place in found if place.name.startswith(text[:at])]
    return []


def _front(name: str) -> tuple[str, str]:
    """Return what stands before the region, in full, and the rest: 中国共产党, 香河县委员会."""
    for short, full in wordings()["fronts"].items():
        if name.startswith(short):
            return full, name[len(short) :]
    return "", name


def spelled_out(name: str, region_code: str, year: int) -> str:
    """Return the one spelling that stands for all of a name's.

    The region with all that it lies in goes before it, abbreviations are written out: 普陀区财政局
    of 310107 is 上海市普陀区财政局, 普陀区万里街道办事处 上海市普陀区人民政府万里街道办事处.
    """
    place, above = region(region_code), ancestors(region_code)
    front, rest = _front(bare(name))
    end, found = named_in_front(rest, year)
    if found and not {each.code for each in found} & {each.code for each in (place, *above)}:
        return front + rest  # the name of a body of another region
    rest = rest[end:]
    if rest.startswith("委") and not rest.startswith("委员会"):
        front, rest = front or "中国共产党", f"委员会{rest[1:]}"
    for short, full in wordings()["behind"].items():
        if rest.startswith(short):
            rest = full + rest[len(short) :]
            break
    if rest.endswith("街道办事处") and not rest.startswith("人民政府"):
        rest = f"人民政府{rest}"
    chain = "".join(each.name for each in (*reversed(above), place))
    return f"{front}{chain}{rest}"


def hashed(name: str, region_code: str, year: int) -> str:
    """Return what tells a department that has no budget code: `n-` and eight digits of a hash.

    It is the same for all spellings of a name, and over the years while the name stays.
    """
    full = spelled_out(name, region_code, year)
    return f"n-{hashlib.sha256(full.encode()).hexdigest()[:8]}"


def is_organisation(name: str) -> bool:
    """Tell whether a text ends as names of organisations do."""
    return bare(name).endswith(tuple(wordings()["words"]["last"]))


def kind_of(name: str) -> str:
    """Return the kind of an organisation by its name: a code of `organizations.kind`."""
    kinds = wordings()["kinds"]
    for kind in ("township", "government", "unit"):
        if bare(name).endswith(tuple(kinds[kind])):
            return kind
    return "department"


@cache
def is_region(name: str, year: int) -> bool:
    """Tell whether a text is the name of a region and nothing else."""
    text = re.sub(r"\s", "", name)
    end, found = named_in_front(text, year)
    return bool(found) and end == len(text)
