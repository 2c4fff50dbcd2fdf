"""The terms of a triple as N-Triples writes them: text, so that a figure keeps its digits."""

from __future__ import annotations

import re
from typing import NamedTuple

_ESCAPED = re.compile(r'[\x00-\x1f"\\\x7f]')
_ESCAPES = {
    "\t": r"\t",
    "\b": r"\b",
    "\n": r"\n",
    "\r": r"\r",
    "\f": r"\f",
    '"': r"\"",
    "\\": r"\\",
}


class Triple(NamedTuple):
    """One triple, each term as N-Triples writes it."""

    subject: str
    predicate: str
    object: str


def literal(text: str, datatype: str | None = None, language: str | None = None) -> str:
    """Return a literal as N-Triples writes it."""
    if _ESCAPED.search(text):
        text = _ESCAPED.sub(lambda match: _ESCAPES.get(match[0]) or f"\\u{ord(match[0]):04X}", text)
    if language is not None:
        return f'"{text}"@{language}'
    return f'"{text}"' if datatype is None else f'"{text}"^^<{datatype}>'
