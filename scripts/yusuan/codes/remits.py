"""The field of work of a department, told by the words of its name."""

from __future__ import annotations

import re
import tomllib
from functools import cache

from yusuan.codes.data import text_of


def remit_of(name: str) -> str:
    """Return the remit of a department or unit by the words of its name; `other` for unknown ones.

    The longest known word decides, and of equally long ones the one that ends later.

    Source: `data/remits.toml`; the codes are the enum of `organizations.remit`.
    """
    name = re.sub(r"\s", "", name)
    found = [
        (len(match[0]), match.start(), remit)
        for word, remit in remits().items()
        for match in re.finditer(word, name)
    ]
    return max(found)[2] if found else "other"


@cache
def remits() -> dict[str, str]:
    """Return every word, a regular expression, that tells a remit: word → remit."""
    table: dict[str, list[str]] = tomllib.loads(text_of("remits.toml"))
    return {word: remit for remit, words in table.items() for word in words}
