"""Facts only: figures, codes and names of a document, without the text that may not be passed on.

Which tables and columns hold text of the document is said in the descriptor (`yusuan:prose`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from yusuan.package.shipped import table_resources, template

if TYPE_CHECKING:
    from yusuan.interpreting.result import Row

# What a descriptor says of a package that leaves the text out, and of what is text.
FACTS_ONLY, PROSE = "yusuan:factsOnly", "yusuan:prose"


def is_facts_only(descriptor: Mapping[str, Any]) -> bool:
    """Tell whether a package leaves out the text of its document."""
    return descriptor.get(FACTS_ONLY) is True


def without_prose(rows: Mapping[str, Sequence[Row]]) -> dict[str, list[Row]]:
    """Return the rows of all tables without the text of the document.

    A table that is text has no rows then, a column that is text no values; where in the text a
    figure stands is a fact, and stays.

    Args:
        rows: Table → its rows, of a package by the schema that the program ships with.
    """
    resources = table_resources(template())
    return {table: _facts(resources[table], found) for table, found in rows.items()}


def _facts(resource: Mapping[str, Any], rows: Sequence[Row]) -> list[Row]:
    if PROSE in resource:
        return []
    prose = _columns(resource)
    return [{name: None if name in prose else value for name, value in row.items()} for row in rows]


def prose_columns(descriptor: dict[str, Any]) -> Iterator[tuple[str, frozenset[str] | None]]:
    """Yield the tables that hold text of the document: name, and the columns that do.

    None stands for all of them.
    """
    for name, resource in table_resources(descriptor).items():
        columns = _columns(resource)
        if PROSE in resource:
            yield name, None
        elif columns:
            yield name, columns


def _columns(resource: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(one["name"] for one in resource["schema"]["fields"] if PROSE in one)
