"""A table as CKAN's datastore holds it: the columns, their types and labels, and the rows.

The types are those of the descriptor, so a code stays text and an amount stays exact.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from pathlib import Path
from typing import Any

from yusuan.messages import LANGUAGES

# PostgreSQL's types; what stands in none of them is kept as text.
_TYPES = {"number": "numeric", "integer": "int8", "year": "int4", "boolean": "bool",
          "date": "date", "datetime": "timestamp"}  # fmt: skip
_NUMBERS = ("numeric", "int8", "int4")
_TRUE, _FALSE = ("true", "True", "TRUE", "1", "t"), ("false", "False", "FALSE", "0", "f")
# PostgreSQL cuts longer names off; CKAN takes neither a quote nor a leading underscore.
_FIT = re.compile(r'[^_"\s\x00-\x1f](?:[^"\x00-\x1f]*[^"\s\x00-\x1f])?').fullmatch
_LONGEST_NAME = 63  # bytes
CHUNK = 4 << 20  # bytes of the rows that are sent at once
ROWS = 20_000  # and their number


@dataclass(frozen=True, slots=True)
class Table:
    """One table for the datastore.

    Attributes:
        fields: Its columns as `datastore_create` wants them.
        key: The columns of its primary key.
        missing: What stands for a missing value.
        digest: What changes when columns or content change.
        bytes: The size of its file.
    """

    fields: Sequence[Mapping[str, Any]]
    key: Sequence[str]
    missing: frozenset[str]
    digest: str
    bytes: int

    @property
    def names(self) -> list[str]:
        """The names of the columns."""
        return [str(one["id"]) for one in self.fields]


def table_of(resource: Mapping[str, Any]) -> Table | None:
    """Return the table of a resource; None where it is none, or no datastore can hold it."""
    schema = resource.get("schema")
    if resource.get("format") != "csv" or not isinstance(schema, Mapping):
        return None
    if "dialect" in resource or str(resource.get("encoding", "utf-8")).lower() != "utf-8":
        return None
    names = [str(one["name"]) for one in schema["fields"]]
    if not all(_FIT(one) and len(one.encode()) <= _LONGEST_NAME for one in names):
        return None
    fields = [_field(one) for one in schema["fields"]]
    key = schema.get("primaryKey", [])
    keys = [key] if isinstance(key, str) else list(key)
    stated = json.dumps([fields, keys, resource.get("hash")], ensure_ascii=False, sort_keys=True)
    missing = frozenset(schema.get("missingValues", [""]))
    digest = sha256(stated.encode("utf-8")).hexdigest()
    return Table(fields, keys, missing, digest, int(resource.get("bytes", 0)))


def chunks(table: Table, path: Path) -> Iterator[list[dict[str, str | None]]]:
    """Yield the rows of a file in portions that fit into one request each."""
    portion: list[dict[str, str | None]] = []
    size = 0
    for row in rows_of(path, table.missing):
        portion.append(dict(zip(table.names, row, strict=True)))
        size += sum(len(cell) for cell in row if cell is not None)
        # Characters, of which each may be three bytes.
        if size * 3 > CHUNK or len(portion) >= ROWS:
            yield portion
            portion, size = [], 0
    if portion:
        yield portion


def rows_of(path: Path, missing: frozenset[str]) -> Iterator[list[str | None]]:
    """Yield the rows of a table without its header, None for a missing value."""
    rows = read_csv(path)
    next(rows, None)
    for row in rows:
        yield [None if cell in missing else cell for cell in row]


def read_csv(path: Path) -> Iterator[list[str]]:
    """Yield the header and the rows of a CSV file, whoever wrote it."""
    # A paragraph may be longer than what the module allows a field by default.
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.reader(file)


def same_cell(kind: str, here: str | None, there: str | None) -> bool:
    """Tell whether two cells of one column hold the same value, however each is written.

    Args:
        kind: PostgreSQL's type.
        here: The cell of the package.
        there: The cell of the portal.
    """
    if here == there:
        return True
    if here is None or there is None:
        # The portal writes a missing value and an empty text alike.
        return (here or "") == (there or "")
    if kind in _NUMBERS:
        try:
            return Decimal(here) == Decimal(there)
        except InvalidOperation:
            return False
    if kind == "bool":
        return (here in _TRUE and there in _TRUE) or (here in _FALSE and there in _FALSE)
    if kind == "timestamp":
        return here.replace(" ", "T").rstrip("Z") == there.replace(" ", "T").rstrip("Z")
    return False


def _field(field: Mapping[str, Any]) -> dict[str, Any]:
    """Return a column with its label, in Chinese where CKAN looks, in English beside it."""
    info: dict[str, str] = {}
    for key, name in (("title", "label"), ("description", "notes")):
        texts = field.get(f"{key}s") or {}
        for language, suffix in zip(LANGUAGES, ("", "_en"), strict=True):
            text = texts.get(language, field.get(key, "") if language == LANGUAGES[0] else "")
            if text:
                info[f"{name}{suffix}"] = str(text)
    # What is written in a way of its own is text to PostgreSQL.
    plain = field.get("format", "default") == "default"
    kind = _TYPES.get(str(field.get("type")), "text") if plain else "text"
    return {"id": str(field["name"]), "type": kind, "info": info}
