"""Code lists that stand in no document: regions (GB/T 2260), remits, ids of laws.

Everything is looked up offline in `data/`; how the lists were made stands in `data/README.md`.
Nothing here reads a document.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Region:
    """One administrative division under one code and name.

    Attributes:
        code: GB/T 2260, six digits.
        name: Official name.
        level: `province`, `prefecture` or `county`.
        parent_code: The level above; "" for a province.
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


_LONGEST_NAME = 16
_LAST_OF_A_NAME = frozenset("省市县区旗盟州岛镇山域")
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
    text = _DATE_IN_FRONT.sub("", text.strip())
    found = _chains(text, 0, "", year)
    if not any(chain[1].level == "province" for chain in found):
        found += _below_short_province(text, year)
    if within is not None:
        inside = _prefix(within)
        found = [chain for chain in found if chain[1].code.startswith(inside)]
    longest = max((end for end, _ in found), default=0)
    by_code = {place.code: place for end, place in found if end == longest}
    return [by_code[code] for code in sorted(by_code)]


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
        name = f",{text[at:end]},"
        hit = rows.find(name, start, stop)
        while hit >= 0:
            place = _row(hit - 6)
            if place.valid_in(year):
                below = (
                    [] if place.level == "county" else _chains(text, end, _prefix(place.code), year)
                )
                found += below or [(end, place)]
            hit = rows.find(name, hit + 1, stop)
    return found


def _below_short_province(text: str, year: int) -> list[tuple[int, Region]]:
    """Return the chains of a text such as 河北香河县, which shortens the province."""
    for code, short in _short_provinces():
        if text.startswith(short):
            return _chains(text, len(short), code[:2], year)
    return []


def _prefix(code: str) -> str:
    return re.sub(r"(00){1,2}$", "", code)


@cache
def _regions() -> str:
    return "\n" + _data("regions.csv").split("\n", 1)[1]


def _row(start: int) -> Region:
    rows = _regions()
    return Region(*rows[start : rows.index("\n", start)].split(","))


@cache
def _short_provinces() -> tuple[tuple[str, str], ...]:
    found = re.findall(r"\n(\d\d0000),([^,]+),province,", _regions())
    return tuple((code, _PROVINCE_SUFFIX.sub("", name)) for code, name in found)


def remit_of(name: str) -> str:
    """Return the remit of a department or unit by the words of its name; `other` for unknown ones.

    The longest known word decides, and of equally long ones the one that ends later.

    Source: `data/remits.toml`; the codes are the enum of `organizations.remit`.
    """
    name = re.sub(r"\s", "", name)
    words = remits()
    found = [(len(word), name.rfind(word), remit) for word, remit in words.items() if word in name]
    return max(found)[2] if found else "other"


@cache
def remits() -> dict[str, str]:
    """Return every word that tells a remit: word → remit."""
    table: dict[str, list[str]] = tomllib.loads(_data("remits.toml"))
    return {word: remit for remit, words in table.items() for word in words}


_NUMBER = re.compile(
    r"(?P<issuer>[^\s《》（）()\[\]〔〕【】［］]{1,16})\s*[〔\[【［（(]\s*(?P<year>[12]\d{3})\s*[〕\]】］）)]"
    r"\s*(?:第\s*)?(?P<serial>\d{1,5})\s*号"
)
_FULL_WIDTH = str.maketrans("０１２３４５６７８９", "0123456789")
_NOT_OF_THE_TITLE = re.compile(
    r"^中华人民共和国|[（(〔\[][^（(〔\[]*\d{4}年?[^（(〔\[]*(修正|修订|修改)[本版]?[）)〕\]]$|[《》〈〉“”\"\s]"
)


def document_number(text: str) -> str | None:
    """Return the first document number (文号) of `text` with its brackets as 〔〕, or None.

    冀财教【2020】181号, 冀财教[2020]第181号 and 冀财教（2020）181 号 are all 冀财教〔2020〕181号.
    """
    match = _NUMBER.search(text.translate(_FULL_WIDTH))
    if match is None:
        return None
    return f"{match['issuer']}〔{match['year']}〕{int(match['serial'])}号"


def legal_slug(title_or_number: str) -> str:
    """Return the id of a law or document for all its spellings, in characters of `[a-z0-9._~-]`.

    冀财教【2020】181号 is `ji-cai-jiao.2020.181`, 中华人民共和国预算法 is `budget-law`; a title
    that `data/legal.toml` doesn't have is `n-` and eight digits of its hash.
    """
    text = title_or_number.translate(_FULL_WIDTH).strip()
    match = _NUMBER.fullmatch(text)
    if match is not None:
        issuer = "-".join(_syllable(char) for char in match["issuer"])
        return f"{issuer}.{match['year']}.{int(match['serial'])}"
    title = text
    while (shorter := _NOT_OF_THE_TITLE.sub("", title)) != title:
        title = shorter
    title = title.replace("(", "（").replace(")", "）").replace("〔", "（").replace("〕", "）")
    slug = _laws().get(title)
    return slug if slug is not None else f"n-{hashlib.sha256(title.encode()).hexdigest()[:8]}"


def _syllable(char: str) -> str:
    if char.isascii() and char.isalnum():
        return char.lower()
    return _pinyin().get(char) or f"u{ord(char):x}"


@cache
def _laws() -> dict[str, str]:
    laws: dict[str, str] = tomllib.loads(_data("legal.toml"))["laws"]
    return laws


@cache
def _pinyin() -> dict[str, str]:
    rows = (line.split(",") for line in _data("pinyin.csv").split()[1:])
    return {char: syllable for syllable, chars in rows for char in chars}


def _data(name: str) -> str:
    return files("yusuan").joinpath("data", name).read_text("utf-8")
