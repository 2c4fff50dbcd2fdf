"""Whether a query may have another server asked; which is how it would reach into a network."""

from __future__ import annotations

import re

# The engine knows no ends of words: `1SERVICE <…>` and `SERVICESILENT<…>` reach the network, too.
# So the text is looked at and not its words; whatever could be federation is refused.
_GAP = r"(?:\s|#[^\r\n]{0,200}(?:[\r\n]|$))*"
# A comment or a name that is too long to be looked through counts as one that asks.
_SERVICE = re.compile(
    rf"service{_GAP}(?:silent{_GAP})?(?:[<?$]|[\w.%-]{{0,100}}:|[\w.%-]{{101}}|#[^\r\n]{{201}})",
    re.IGNORECASE,
)
# A variable `?service` and a name `ex:service`: nothing else may stand before the word.
_HARMLESS = re.compile(r"(?:[?$]\w*|:(?:\w[\w-]*)?)\Z")
_LONGEST_NAME = 200
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")


def federates(query: str) -> int | None:
    """Return where a query may have another server asked, or None where it can't."""
    # In one form of the text or the other: what is escaped is no word today, and may be tomorrow.
    for text in (query, _ESCAPE.sub(_unescaped, query)):
        for match in _SERVICE.finditer(text):
            before = text[max(0, match.start() - _LONGEST_NAME) : match.start()]
            if _HARMLESS.search(before) is None:
                return min(match.start(), len(query))
    return None


def _unescaped(match: re.Match[str]) -> str:
    number = int(match[1] or match[2], 16)
    return chr(number) if number <= 0x10FFFF else match[0]  # noqa: PLR2004 - the last of Unicode
