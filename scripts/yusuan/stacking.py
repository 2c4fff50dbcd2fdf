"""The same tables of many packages as one package, and as Parquet and DuckDB where those are there.

A superseded revision is left out, so that sums are right. What several documents say of one thing
in the world (a region, an organisation, a code) is one row, that of the latest year.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from yusuan.errors import PackageError, UsageError
from yusuan.mapping import base_of
from yusuan.messages import Message, say
from yusuan.package import DESCRIPTOR, Package, as_json, read
from yusuan.package.cells import to_csv
from yusuan.package.shipped import program_version, table_resources
from yusuan.querying.documents import Document, documents_in, superseded

_MARK = "yusuan:stack"  # of a descriptor: its documents
_NAME = re.compile(r"[a-z][a-z0-9_]*").fullmatch
_DATABASE = "stack.duckdb"
_PARQUET = "parquet"
_COPY = "COPY {select} TO {target} (FORMAT parquet, COMPRESSION zstd{more})"
_PLACES = 6  # of a figure, the same in every stack unless one needs more
_TYPES = {
    "string": "VARCHAR",
    "integer": "BIGINT",
    "number": "DECIMAL",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "year": "INTEGER",
}


@dataclass(frozen=True, slots=True)
class Stacked:
    """What was written.

    Attributes:
        documents: How many documents.
        rows: How many rows, of all tables.
        notes: What was left out, and what the packages say differently.
    """

    documents: int
    rows: int
    notes: tuple[Message, ...]


def stack(folders: Sequence[Path], target: Path) -> Stacked:
    """Write the tables of many packages as one package, whole or not at all.

    Args:
        folders: Packages, and folders of packages.
        target: A folder that is new or empty, or holds what this function wrote before.

    Raises:
        UsageError: A folder holds no package, two hold one document with different content, their
            tables or bases differ, or the target holds something else.
        PackageError: A package can't be read, or the target can't be written.
    """
    documents = documents_in(folders)
    replaced = superseded({one.identifier: one.revision_of for one in documents})
    kept = [one for one in documents if one.identifier not in replaced]
    tables = _common_tables(kept)
    _refuse_alien(target)
    notes = [say("stack-superseded", document=one) for one in sorted(replaced)]
    draft = target.resolve().with_name(f".{target.resolve().name}.new")
    try:
        shutil.rmtree(draft, ignore_errors=True)
        (draft / "resources").mkdir(parents=True)
        rows, differing = _write_tables(tables, kept, draft)
        notes += [say("stack-differing", table=table, count=len(keys))
                  for table, keys in differing.items() if keys]  # fmt: skip
        descriptor = _descriptor(kept, tables, draft)
        (draft / DESCRIPTOR).write_bytes(as_json(descriptor))
        if not _write_database(draft, tables):
            notes.append(say("stack-without-duckdb"))
        _replace(draft, target)
    except OSError as fault:
        reason = say("write-failed", fault=fault.strerror or fault)
        raise PackageError(str(target), reason, say("write-failed-advice")) from fault
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return Stacked(len(kept), rows, tuple(notes))


def _common_tables(documents: Sequence[Document]) -> dict[str, dict[str, Any]]:
    """Return the tables of the packages, which must be the same in all."""
    first = documents[0].package
    # A descriptor made by others may hold any name and path; ours are names for files and SQL.
    tables = {
        name: {**resource, "path": f"resources/{name}.csv"}
        for name, resource in table_resources(first.descriptor).items()
        if _NAME(name)
    }
    for one in documents[1:]:
        other = table_resources(one.package.descriptor)
        names = {*tables, *other}
        odd = [
            name
            for name in sorted(names)
            if name not in tables
            or name not in other
            or tables[name]["schema"] != other[name]["schema"]
        ]
        if odd:
            places = {"one": first.directory, "other": one.directory}
            raise UsageError(", ".join(odd), say("stack-schemas", **places),
                             say("stack-schemas-advice"))  # fmt: skip
    return tables


def _refuse_alien(target: Path) -> None:
    advice = say("target-advice")
    if target.exists() and not target.is_dir():
        raise UsageError(str(target), say("target-is-file"), advice)
    if not target.exists() or not any(target.iterdir()):
        return
    if not (target / DESCRIPTOR).is_file() or _MARK not in read(target).descriptor:
        raise UsageError(str(target), say("target-not-empty"), advice)


def _write_tables(
    tables: Mapping[str, Mapping[str, Any]], documents: Sequence[Document], draft: Path
) -> tuple[int, dict[str, set[tuple[str, ...]]]]:
    """Write all tables, each package read once.

    Returns:
        How many rows, and for each table of things the keys of which packages say different ones.
    """
    schemas = {table: resource["schema"] for table, resource in tables.items()}
    things = {
        table: _Things(schema["primaryKey"])
        for table, schema in schemas.items()
        if "document_id" not in schema["primaryKey"]
    }
    wanted = {one.identifier: one.directory for one in documents}
    ranks: dict[Path, tuple[str, str]] = {}
    for one in sorted(documents, key=lambda one: (one.year, one.identifier)):
        ranks.setdefault(one.directory, (one.year, one.identifier))
    count = 0
    with ExitStack() as opened:
        files, writers = {}, {}
        for table, resource in tables.items():
            files[table] = opened.enter_context((draft / resource["path"]).open("wb"))
            writers[table] = _line_writer(table, schemas[table])
            names = [field["name"] for field in schemas[table]["fields"]]
            files[table].write((",".join(names) + "\n").encode())
        for package in _packages(documents):
            for table in tables:
                row: Mapping[str, str]
                for row in package.rows(table):
                    if table in things:
                        if not row.get("document_id", "") or row["document_id"] in wanted:
                            things[table].add(row, ranks[package.directory])
                    elif wanted.get(row["document_id"]) == package.directory:
                        files[table].write(writers[table](row))
                        count += 1
        for table, found in things.items():
            for row in found.rows():
                files[table].write(writers[table](row))
                count += 1
    return count, {table: found.differing for table, found in things.items()}


class _Things:
    """The rows of a table of things: one for each, that of the latest year."""

    def __init__(self, key: Sequence[str]) -> None:
        self._key = key
        self._found: dict[tuple[str, ...], tuple[tuple[str, str], Mapping[str, str]]] = {}
        self.differing: set[tuple[str, ...]] = set()

    def add(self, row: Mapping[str, str], rank: tuple[str, str]) -> None:
        """Take a row that a package states, whose year and document are its rank."""
        identity = tuple(row[name] for name in self._key)
        known = self._found.get(identity)
        if known is not None and known[1] != row:
            self.differing.add(identity)
        if known is None or rank >= known[0]:
            self._found[identity] = (rank, row)

    def rows(self) -> Iterator[Mapping[str, str]]:
        """Yield the rows in the order of their keys."""
        for identity in sorted(self._found):
            yield self._found[identity][1]


def _line_writer(table: str, schema: Mapping[str, Any]) -> Callable[[Mapping[str, str]], bytes]:
    """Return what writes a row as every package has it: the cells are text already."""
    texts = {"fields": [{"name": field["name"], "type": "string"} for field in schema["fields"]]}
    head = len(to_csv(table, texts, ()))
    return lambda row: to_csv(table, texts, [row])[head:]


def _packages(documents: Iterable[Document]) -> Iterator[Package]:
    """Yield each package once, in the order of the documents."""
    for document in {one.directory: one for one in documents}.values():
        yield document.package


def _descriptor(
    documents: Sequence[Document], tables: Mapping[str, dict[str, Any]], draft: Path
) -> dict[str, Any]:
    first = documents[0].package.descriptor
    regions = sorted({one.region for one in documents})
    years = sorted({one.year for one in documents})
    said = {"documents": len(documents), "regions": len(regions), "years": ", ".join(years)}
    titles = say("stack-title", **said).both()
    descriptions = say("stack-description", **said).both()
    own = {
        "$schema": first["$schema"],
        "name": "stack",
        "version": program_version(),
        "title": titles["zh"],
        "titles": titles,
        "description": descriptions["zh"],
        "descriptions": descriptions,
        "licenses": first["licenses"],
        "sources": [_source(one) for one in documents],
        "contributors": [{"title": f"yusuan {program_version()}", "roles": ["wrangler"]}],
        _MARK: [one.identifier for one in documents],
        "yusuan:base": base_of(first),
    }
    own |= {key: first[key] for key in ("csvw:prefixes", "yusuan:terms") if key in first}
    return own | {"resources": [_sealed(one, draft) for one in tables.values()]}


def _source(document: Document) -> dict[str, str]:
    stated = {"title": document.title}
    return stated | ({"path": document.source_url} if document.source_url else {})


def _sealed(resource: Mapping[str, Any], draft: Path) -> dict[str, Any]:
    own = {key: value for key, value in resource.items() if key != "schema"}
    path = draft / resource["path"]
    with path.open("rb") as file:
        digest = sha256()
        while piece := file.read(1 << 20):
            digest.update(piece)
    own |= {"bytes": path.stat().st_size, "hash": f"sha256:{digest.hexdigest()}"}
    return own | {"schema": resource["schema"]}


def _write_database(draft: Path, tables: Mapping[str, dict[str, Any]]) -> bool:
    """Write the tables for DuckDB and as Parquet; returns False where DuckDB is not installed."""
    try:
        import duckdb
    except ModuleNotFoundError:
        return False
    with duckdb.connect(str(draft / _DATABASE)) as database:
        # One thread writes one file for each part, under the same name every time.
        database.execute("SET threads = 1")
        for name, resource in tables.items():
            source = _text(draft / resource["path"])
            types = _types(database.execute, source, resource["schema"]["fields"])
            database.execute(f'CREATE TABLE "{name}" AS SELECT * FROM {_reading(source, types)}')  # noqa: S608 - quoted
        for name, resource in tables.items():
            _write_parquet(database.execute, name, resource, draft / _PARQUET / name)
    return True


def _reading(source: str, types: Mapping[str, str]) -> str:
    columns = ", ".join(f"{_text(name)}: {_text(kind)}" for name, kind in types.items())
    return (
        f"read_csv({source}, header = true, columns = {{{columns}}}, delim = ',', "
        "quote = '\"', escape = '\"', auto_detect = false, max_line_size = 67108864)"
    )


def _types(
    execute: Callable[[str], Any], source: str, fields: Sequence[Mapping[str, Any]]
) -> dict[str, str]:
    """Return the type of each column; a figure has as many places as the longest needs."""
    types = {field["name"]: _TYPES[field["type"]] for field in fields}
    numbers = [field["name"] for field in fields if field["type"] == "number"]
    if numbers:
        longest = ", ".join(
            f"coalesce(max(length(split_part({_quoted(name)}, '.', 2))), 0)" for name in numbers
        )
        texts = dict.fromkeys(types, "VARCHAR")
        found = execute(f"SELECT {longest} FROM {_reading(source, texts)}").fetchone()  # noqa: S608 - quoted
        for name, places in zip(numbers, found, strict=True):
            types[name] = f"DECIMAL(38,{max(places, _PLACES)})"
    return types


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _write_parquet(
    execute: Callable[[str], object], name: str, resource: Mapping[str, Any], folder: Path
) -> None:
    """Write one table as Parquet, those of documents parted by the document's region and year.

    The parts have names of their own, `region` and `year`, so that every column stays in the
    file, with its type: readers take a region that stands in a path for a number.
    """
    folder.mkdir(parents=True)
    names = [field["name"] for field in resource["schema"]["fields"]]
    if "document_id" not in names:
        execute(_COPY.format(select=f'"{name}"', target=_text(folder / "part.parquet"), more=""))
        return
    if not _count(execute, name):
        # No part would be written, and the columns would be lost.
        select, place, more = f'"{name}"', folder / "none.parquet", ""
    else:
        select = (
            f'(SELECT t.*, d.region_code AS region, d.fiscal_year AS "year" FROM "{name}" t '  # noqa: S608 - quoted
            "JOIN documents d USING (document_id) ORDER BY t.rowid)"
        )
        place, more = folder, ', PARTITION_BY (region, "year"), OVERWRITE_OR_IGNORE true'
    execute(_COPY.format(select=select, target=_text(place), more=more))


def _count(execute: Callable[[str], Any], name: str) -> int:
    (count,) = execute(f'SELECT count(*) FROM "{name}"').fetchone()  # noqa: S608 - quoted
    return int(count)


def _text(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"


def _replace(draft: Path, target: Path) -> None:
    """Put the draft in its place; what stands there goes only when all is ready."""
    if not target.exists():
        draft.rename(target)
        return
    old = target.resolve().with_name(f".{target.resolve().name}.old")
    shutil.rmtree(old, ignore_errors=True)
    target.rename(old)
    draft.rename(target)
    shutil.rmtree(old)
