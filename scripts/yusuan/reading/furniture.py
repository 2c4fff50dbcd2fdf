"""What a page prints around its content: page numbers and running heads.

Told by where it stands (at the very top or foot), and by its form or its return on other pages.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from yusuan.reading.lines import Line
from yusuan.reading.page import PageContent

# The share of the page's height, at the top and at the foot, where furniture stands.
_EDGE = 0.12
_PAGE_NUMBER = re.compile(
    r"[-—–－~·.\s]*\d{1,4}[-—–－~·.\s]*|第\s*\d+\s*页(?:\W*共\s*\d+\s*页)?|\d+\s*/\s*\d+"
    r"|[Pp]age\s*\d+(?:\s*of\s*\d+)?|[-—–－\s]*[ivxIVX]{1,5}[-—–－\s]*"
)
# A running head returns on so many pages, and on half of them.
_RETURNS = 3


def find_furniture(pages: Sequence[PageContent]) -> set[Line]:
    """Return the lines that are page numbers or running heads."""
    edges = [line for page in pages for line in _edge_lines(page)]
    returns = Counter(_key(line) for line in edges)
    often = max(_RETURNS, len(pages) / 2)
    return {
        line for line in edges if _PAGE_NUMBER.fullmatch(line.text) or returns[_key(line)] >= often
    }


def _edge_lines(page: PageContent) -> list[Line]:
    """Give a page's first and last lines in its edges, as far as no table stands beyond them."""
    top = min([page.height * _EDGE, *(table.top for table in page.tables)])
    foot = max([page.height * (1 - _EDGE), *(table.bottom for table in page.tables)])
    return [line for line in page.lines if line.bottom <= top or line.top >= foot]


def _key(line: Line) -> tuple[str, int]:
    """Return what a running head has in common on all pages: wording without figures, and place."""
    return re.sub(r"\d+", "0", line.text), round(line.top)
