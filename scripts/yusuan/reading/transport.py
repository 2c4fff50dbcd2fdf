"""A document on its way from the child process: as plain JSON, and back."""

from __future__ import annotations

from typing import Any

from yusuan.reading.document import Cell, Document, Paragraph, Table

# How the child ends; anything else is a crash.
READ, REFUSED, OUT_OF_MEMORY = 0, 3, 4


def pack(document: Document) -> dict[str, Any]:
    """Return a document as plain JSON."""
    return {
        "text": document.text,
        "blocks": [
            [[[*_place(cell), cell.row, cell.column, cell.row_span, cell.column_span, cell.covered]
              for cell in row] for row in block.rows]
            if isinstance(block, Table)
            else {"p": [*_place(block), block.outline]}
            for block in document.blocks
        ],
        "rest": [document.format, document.media_type, document.residue, document.undecoded,
                 document.pages, document.tables_only, document.hidden_sheets],
    }  # fmt: skip


def _place(block: Cell | Paragraph) -> list[Any]:
    # A text without marks is what stands at its place.
    text = block.text if block.marks else None
    return [text, block.char_start, block.char_end, block.marks, block.page]


def unpack(answer: dict[str, Any]) -> Document:
    """Return the document that `pack` packed."""
    text = answer["text"]
    blocks = tuple(
        Table(tuple(tuple(Cell(*_placed(cell, text)) for cell in row) for row in block))
        if isinstance(block, list)
        else Paragraph(*_placed(block["p"], text))
        for block in answer["blocks"]
    )
    kind, media_type, residue, undecoded, pages, tables_only, hidden = answer["rest"]
    return Document(
        text, blocks, kind, media_type, _tuples(residue), _tuples(undecoded), pages, tables_only,
        tuple(hidden),
    )  # fmt: skip


def _placed(values: list[Any], text: str) -> list[Any]:
    if values[0] is None:
        values[0] = text[values[1] : values[2]]
    values[3] = _tuples(values[3])
    return values


def _tuples(pairs: list[list[Any]]) -> tuple[Any, ...]:
    return tuple(map(tuple, pairs))
