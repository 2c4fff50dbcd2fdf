"""The text of a document as HTML, in which every figure leads to its row and back.

The offsets of the rows stand in it as anchors; nothing of the text is read as markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from markupsafe import Markup, escape

# Signs that steer a terminal or turn the direction of a line, and so show another text.
_STEERING = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Mark:
    """What some characters of the text are about.

    Attributes:
        href: The row or the finding that they belong to.
        found: Whether there is a finding about them.
    """

    href: str
    found: bool


def shown(text: str) -> str:
    """Return a text with every steering sign made visible."""
    return _STEERING.sub("\ufffd", text)


def anchor(span: Span) -> str:
    """Return the name of some characters of the text."""
    return f"t{span[0]}-{span[1]}"


def passage(text: str, marks: Mapping[Span, Mark]) -> Markup:
    """Return a text with its marks.

    Args:
        text: The canonical text.
        marks: Span → mark. Where two spans cross, the later is a mere anchor.
    """
    return Markup("").join(_pieces(text, marks))


def _pieces(text: str, marks: Mapping[Span, Mark]) -> Iterator[Markup]:
    spans = sorted(
        (span for span in marks if 0 <= span[0] <= span[1] <= len(text)),
        key=lambda span: (span[0], -span[1]),
    )
    open_spans: list[tuple[int, str]] = []  # end, closing tag
    at = 0
    for place, span in enumerate(spans):
        start, end = span
        while open_spans and open_spans[-1][0] <= start:
            stop, tag = open_spans.pop()
            yield escape(shown(text[at:stop])) + Markup(tag)  # noqa: S704 - a tag of ours
            at = stop
        yield escape(shown(text[at:start]))
        at = start
        if open_spans and end > open_spans[-1][0]:
            yield Markup('<span id="{}"></span>').format(anchor(span))
            continue
        mark, kind = marks[span], "found" if marks[span].found else ""
        following = spans[place + 1] if place + 1 < len(spans) else None
        if following is not None and following[0] < end:
            # A link holds no link: only the innermost characters lead back.
            yield Markup('<span id="{}" class="{}">').format(anchor(span), kind)
            open_spans.append((end, "</span>"))
        else:
            yield Markup('<a id="{}" class="{}" href="{}">').format(anchor(span), kind, mark.href)
            open_spans.append((end, "</a>"))
    while open_spans:
        stop, tag = open_spans.pop()
        yield escape(shown(text[at:stop])) + Markup(tag)  # noqa: S704 - a tag of ours
        at = stop
    yield escape(shown(text[at:]))
