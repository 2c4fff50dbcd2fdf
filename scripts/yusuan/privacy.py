"""Personal data that a document discloses, found and masked before anything else reads it.

What is masked keeps its length, so that every offset holds. A finding says where, never what.
Nothing here decides whether data may be kept; see `mask`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from yusuan.reading.document import Block, Document, Paragraph, Table

NAME, IDENTITY, MOBILE, ACCOUNT = "name", "identity-number", "mobile-number", "bank-account"


@dataclass(frozen=True, slots=True)
class Masked:
    """One datum about a natural person: its kind and place, without the datum.

    Attributes:
        kind: `name`, `identity-number`, `mobile-number` or `bank-account`.
        char_start, char_end: The place in the canonical text.
    """

    kind: str
    char_start: int
    char_end: int


@dataclass(frozen=True, slots=True)
class _Hit:
    kind: str
    start: int
    end: int
    masked: str


def mask(document: Document, *, keep: bool = False) -> tuple[Document, tuple[Masked, ...]]:
    """Return the document with personal data masked, and where it stands, in order.

    王小明 becomes 王某某 wherever it stands, once it stands beside health, relief, pension or pay.
    Of an identity number the first six digits are left, of a mobile number the first three and
    the last four, of a bank account the last four. What is masked already is left as it is.

    Args:
        document: As read; its text and blocks keep their lengths and places.
        keep: Return the document as it is; the places are told all the same.
    """
    hits = _hits(document)
    found = tuple(Masked(hit.kind, hit.start, hit.end) for hit in hits)
    if keep or not hits:
        return document, found
    parts, at = [], 0
    for hit in hits:
        parts += [document.text[at : hit.start], hit.masked]
        at = hit.end
    text = "".join([*parts, document.text[at:]])
    return replace(document, text=text, blocks=_masked_blocks(document, text)), found


def _masked_blocks(document: Document, text: str) -> tuple[Paragraph | Table, ...]:
    """Return the blocks as they stand in `text`, the masked canonical text."""
    blocks: list[Paragraph | Table] = []
    for block in document.blocks:
        if isinstance(block, Paragraph):
            blocks.append(replace(block, text=_block_text(block, text)))
            continue
        first, last = next(block.cells, None), None
        for row in reversed(block.rows):
            if row:
                last = row[-1]
                break
        if first is None or last is None:
            blocks.append(block)
            continue
        start, end = first.char_start, last.char_end
        if text[start:end] == document.text[start:end]:
            blocks.append(block)
            continue
        rows = (
            tuple(
                cell
                if text[cell.char_start : cell.char_end] == document.text[cell.char_start : cell.char_end]
                else replace(cell, text=_block_text(cell, text))
                for cell in row
            )
            for row in block.rows
        )
        blocks.append(Table(tuple(rows)))
    return tuple(blocks)
