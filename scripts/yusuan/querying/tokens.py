"""A query cut into its words and signs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_TOKEN = re.compile(
    r"""(?P<comment>\#[^\n]*)
    |(?P<string>\"{3}.*?\"{3}|'{3}.*?'{3}|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')
    |(?P<iri><[^<>"{}|^`\\\s]*>)
    |(?P<variable>[?$]\w+|@[A-Za-z-]+|_:[\w.-]+)
    |(?P<name>(?:[A-Za-z][\w.-]*)?:(?:[\w:%-]|\.(?=[\w:%-]))*)
    |(?P<word>[A-Za-z_]\w*)
    |\s+
    |(?P<sign>.)""",
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    """A word or sign of a query.

    Attributes:
        kind: `comment`, `string`, `iri`, `variable`, `name`, `word` or `sign`.
        text: As it stands there.
        at: Its place in the query, from 0.
    """

    kind: str
    text: str
    at: int


def tokens(query: str) -> Iterator[Token]:
    """Yield the words and signs of a query; blanks are left out."""
    for match in _TOKEN.finditer(query):
        if match.lastgroup is not None:
            yield Token(match.lastgroup, match[0], match.start())
