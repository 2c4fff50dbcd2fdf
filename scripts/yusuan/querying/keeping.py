"""How a table of the descriptor is kept in columns: which, as what, and what they can not keep."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from yusuan.mapping import TableMap, Template
from yusuan.package import Package
from yusuan.querying.rewriting.patterns import quoted_name
from yusuan.querying.rewriting.terms import KIND_OF, SQL_TYPES

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_PLACES = 6  # of a figure


def templates(table: TableMap) -> list[Template]:
    """Return the templates of the IRIs that a row makes."""
    made = [table.about, *(value for _, value in table.constants)]
    made += [column.value for column in table.columns if column.predicate is not None]
    return [one for one in made if one is not None]


def kinds_of(table: TableMap) -> dict[str, str]:
    """Return the columns that a triple is made of, each with its kind."""
    used = {name for one in templates(table) for name in one.names}
    return {
        column.name: KIND_OF[column.datatype]
        for column in table.columns
        if column.name in used or column.predicate is not None
    }


def rows_of(package: Package, maps: Sequence[TableMap]) -> Iterator[tuple[str, list[str]]]:
    """Yield the rows of a package, with the cells of the columns that are wanted."""
    for table in maps:
        header, rows = package.stream(table.name)
        place = {name: number for number, name in enumerate(header)}
        wanted = [place.get(name, -1) for name in kinds_of(table)]
        for row in rows:
            yield table.name, ["" if number < 0 else row[number] for number in wanted]


def typed(name: str, kind: str) -> str:
    """Return SQL of a cell as its column keeps it; NULL where it can't."""
    sql = SQL_TYPES.get(kind)
    return quoted_name(name) if sql is None else f"TRY_CAST({quoted_name(name)} AS {sql})"


def is_odd(name: str, kind: str) -> str:
    """Return SQL that is true where a cell is more or other than its column keeps."""
    column = quoted_name(name)
    pattern = {
        "integer": "0|-?[1-9][0-9]{0,17}",
        "decimal": f"-?[0-9]{{1,24}}(?:[.][0-9]{{1,{_PLACES}}})?",
        "boolean": "true|false",
        "date": "[0-9]{4}-[0-9]{2}-[0-9]{2}",
    }[kind]
    odd = f"{column} IS NOT NULL AND NOT regexp_full_match({column}, '{pattern}')"
    return f"({odd} OR ({column} IS NOT NULL AND {typed(name, kind)} IS NULL))"


def looked_at(database: DuckDBPyConnection, table: TableMap) -> tuple[bool, bool, list[str]]:
    """Return whether a table is exact and its subjects single, and its plain columns."""
    if table.about is None:
        return True, True, []
    name = quoted_name(table.name)
    made = templates(table)
    used = list(dict.fromkeys(each for one in made for each in one.names))
    asked = [
        f"coalesce(bool_and(regexp_full_match({quoted_name(each)}::VARCHAR, "
        "'[A-Za-z0-9._~-]*')), true)"
        for each in used
    ]
    subject = ", ".join(quoted_name(each) for each in table.about.names)
    asked.append(f"count(*) = count(DISTINCT row({subject}))")
    # A template with one cell empty makes an IRI all the same, which SQL would not.
    asked += [
        "coalesce(bool_and("
        + " AND ".join(f"{quoted_name(each)} IS NOT NULL" for each in column.value.names)
        + f") FILTER (WHERE {quoted_name(column.name)} IS NOT NULL), true)"
        for column in table.columns
        if column.value is not None and column.predicate is not None
    ]
    asked.append(
        "coalesce(bool_and("
        + (" AND ".join(f"{quoted_name(each)} IS NOT NULL" for each in table.about.names))
        + "), true)"
    )
    # `{+column}` is put in as it stands, but for what can't stand in an IRI.
    asked += [
        f"coalesce(bool_and(regexp_full_match({quoted_name(each)}, "
        "'(?:[A-Za-z0-9._~:/?#\\[\\]@!$&''()*+,;=-]|%[0-9A-Fa-f]{2})*')), true)"
        for one in made
        for each, keep in zip(one.names, one.reserved, strict=True)
        if keep
    ]
    found = database.execute(f"SELECT {', '.join(asked)} FROM main.{name}").fetchone()
    if found is None:
        raise AssertionError(table.name)
    plain = [each for each, easy in zip(used, found, strict=False) if easy]
    return all(found[len(used) + 1 :]), bool(found[len(used)]), plain


class Writers:
    """Files of rows, one for each table."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.paths: dict[tuple[str, str], Path] = {}
        self._files: list[IO[str]] = []
        self._writers: dict[tuple[str, str], Any] = {}

    def of(self, schema: str, table: str) -> Any:
        """Return what writes the rows of a table."""
        place = (schema, table)
        if place not in self._writers:
            self.paths[place] = self._folder / f"{schema}.{table}.csv"
            file = self.paths[place].open("w", encoding="utf-8", newline="")
            self._files.append(file)
            self._writers[place] = csv.writer(file, lineterminator="\n")
        return self._writers[place]

    def close(self) -> None:
        """Close the files."""
        for file in self._files:
            file.close()
