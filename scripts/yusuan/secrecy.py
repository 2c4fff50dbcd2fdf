"""Secrets that were used, so that nothing that is shown or kept repeats one."""

from __future__ import annotations

import json
from urllib.parse import quote, quote_plus

HIDDEN = "***"
SHORTEST = 4  # characters; what is shorter would blot out half of any sentence

_known: set[str] = set()


def hide(word: str) -> str:
    """Take note of a secret, so that `hidden` blots it out; return it."""
    _known.add(word)
    return word


def hidden(text: str) -> str:
    """Return a text without any secret that was used, also where it is escaped."""
    for word in sorted(_known, key=len, reverse=True):
        if len(word) >= SHORTEST:
            for form in dict.fromkeys((word, quote(word, safe=""), quote(word), quote_plus(word),
                                       json.dumps(word)[1:-1])):  # fmt: skip
                text = text.replace(form, HIDDEN)
    return text
