"""Document numbers and ids of laws, the same for all their spellings."""

from __future__ import annotations

import hashlib
import re
import tomllib
from functools import cache

from yusuan.codes.data import text_of

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
    laws: dict[str, str] = tomllib.loads(text_of("legal.toml"))["laws"]
    return laws


@cache
def _pinyin() -> dict[str, str]:
    rows = (line.split(",") for line in text_of("pinyin.csv").split()[1:])
    return {char: syllable for syllable, chars in rows for char in chars}
