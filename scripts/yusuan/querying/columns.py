"""The tables of a store's current documents in columns (DuckDB), from which SQL answers.

Nothing is stored here that the triples do not say; what a table says otherwise than its triples do
(a figure with more places, a cell that is no value of its type) makes it inexact, and it is not
asked.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from yusuan.mapping import TableMap, Template, table_maps
from yusuan.messages import Message, say
from yusuan.package import Package
from yusuan.package.shipped import template
from yusuan.querying.answers import Answer, Cell, Rows, answer_of
from yusuan.querying.rewriting import Mappings, Rewritten, Term, Untranslatable, rewrite
from yusuan.querying.rewriting.patterns import quoted_name
from yusuan.querying.rewriting.terms import (
    DATATYPE_OF,
    IRI,
    KIND_OF,
    SQL_TYPES,
    STRING,
    UNBOUND,
    quoted,
)

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from pyoxigraph import Store

FILE = "tables.duckdb"
_DOCUMENT = '"yusuan:document"'
_EARLIER = "earlier"  # the schema of documents that another one replaced
_PLACES = 6  # of a figure
_MEMORY = "1GB"
_REMEMBERED = 256  # queries: to read one takes longer than to answer it

Coming = tuple[str, Package, bool]  # a document, its package, and whether it is current


class Columns:
    """The tables, open to be asked or to be changed."""

    def __init__(self, database: DuckDBPyConnection, base: str) -> None:
        self.database = database
        self._maps, self._base = _maps(base), base
        self._notes: dict[str, tuple[bool, bool, frozenset[str]]] = {}
        self._mapping: Mappings | None = None
        self._known: dict[str, Rewritten | str] = {}

    # ---------------------------------------------------------------- what is asked of them

    def is_exact(self, table: str) -> bool:
        """Tell whether the rows of a table say all that its triples say."""
        return self._noted(table)[0]

    def is_key(self, table: str) -> bool:
        """Tell whether every row has a subject of its own."""
        return self._noted(table)[1]

    def is_plain(self, table: str, column: str) -> bool:
        """Tell whether no value of a column needs to be encoded in an IRI."""
        return column in self._noted(table)[2]

    def rewritten(self, query: str, vocabulary: Callable[[], bytes]) -> Rewritten:
        """Return a query as SQL.

        Args:
            query: SPARQL 1.1 with every prefix declared.
            vocabulary: Gives what is said beside the tables, as N-Triples; asked once.

        Raises:
            Untranslatable: SQL would not answer it the very same.
        """
        if self._mapping is None:
            self._mapping = Mappings(self._maps, _said(vocabulary()), self)
        known = self._known.get(query)
        if known is None:
            try:
                known = rewrite(query, self._mapping)
            except Untranslatable as fault:
                known = str(fault)  # with itself, the fault would keep all that led to it
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[query] = known
        if isinstance(known, str):
            raise Untranslatable(known)
        return known

    def answer(self, rewritten: Rewritten, most: int | None = None) -> Rows:
        """Return the answer of the tables.

        Args:
            rewritten: The query.
            most: How many rows to read, and one more; None for all.

        Raises:
            duckdb.Error: It can't be reckoned in the types of the columns.
        """
        selected: list[str] = []
        readers = []
        for term in rewritten.terms:
            readers.append(_reader(term, len(selected)))
            if term.kind != UNBOUND:
                selected.append(term.text)
                selected += [] if term.language is None else [term.language]
        chosen = ", ".join(selected) or "1"
        sql = f"SELECT {chosen} FROM ({rewritten.sql}){rewritten.order}"
        cursor = self.database.cursor().execute(sql)
        found = cursor.fetchall() if most is None else cursor.fetchmany(most + 1)
        return Rows(rewritten.variables, [tuple(read(row) for read in readers) for row in found])

    def faults(self, store: Store) -> Iterator[Message]:
        """Yield where the tables have other subjects of a class than the triples."""
        for kind in sorted({each for one in self._maps for each in one.classes}):
            query = f"SELECT (COUNT(*) AS ?count) WHERE {{ ?one a <{kind}> }}"
            with suppress(Untranslatable):
                there = self.answer(self.rewritten(query, lambda: self.vocabulary(store)))
                right = answer_of(store.query(query))
                if there != right:
                    yield say("store-columns", kind=kind, right=_counted(right),
                              there=_counted(there))  # fmt: skip

    def vocabulary(self, store: Store) -> bytes:
        """Return what a store says beside its documents, as N-Triples."""
        import pyoxigraph

        graph = pyoxigraph.NamedNode(self._base + "def")
        return store.dump(format=pyoxigraph.RdfFormat.N_TRIPLES, from_graph=graph) or b""

    def _noted(self, table: str) -> tuple[bool, bool, frozenset[str]]:
        if not self._notes:
            rows = self.database.execute('SELECT "table", exact, single, plain FROM notes')
            self._notes = {
                name: (exact, single, frozenset(plain))
                for name, exact, single, plain in rows.fetchall()
            }
        return self._notes[table]

    # ---------------------------------------------------------------- how they change

    def put(self, documents: Iterable[Coming], folder: Path) -> None:
        """Add the rows of documents that are not there.

        Args:
            documents: Each with its package, and whether it is current.
            folder: Where rows are written that are to be read.

        Raises:
            PackageError: A table can't be read.
            OSError: The disk is full.
            duckdb.Error: Likewise.
        """
        with tempfile.TemporaryDirectory(dir=folder) as place:
            writers = _Writers(Path(place))
            with closing(writers):
                self._write(documents, writers)
            for (schema, name), path in writers.paths.items():
                self._load(schema, next(one for one in self._maps if one.name == name), path)

    def _write(self, documents: Iterable[Coming], writers: _Writers) -> None:
        for identifier, package, current in documents:
            schema = "main" if current else _EARLIER
            for table, row in _rows(package, self._maps):
                writers.of(schema, table).writerow([identifier, *row])

    def drop(self, identifier: str) -> None:
        """Take a document out."""
        self.database.execute("DELETE FROM odd WHERE document = ?", [identifier])
        for one in self._maps:
            for schema in ("main", _EARLIER):
                self.database.execute(
                    f"DELETE FROM {schema}.{quoted_name(one.name)} WHERE {_DOCUMENT} = ?",
                    [identifier],
                )

    def move(self, identifier: str, *, current: bool) -> None:
        """Make a document current, or one that another replaced."""
        here, there = ("main", _EARLIER) if current else (_EARLIER, "main")
        for one in self._maps:
            name = quoted_name(one.name)
            self.database.execute(
                f"INSERT INTO {here}.{name} SELECT * FROM {there}.{name} WHERE {_DOCUMENT} = ?",
                [identifier],
            )
            self.database.execute(
                f"DELETE FROM {there}.{name} WHERE {_DOCUMENT} = ?",
                [identifier],
            )

    def finish(self) -> None:
        """Note how the tables stand now, and close them."""
        for one in self._maps:
            self.database.execute('DELETE FROM notes WHERE "table" = ?', [one.name])
            exact, single, plain = self._looked_at(one)
            self.database.execute(
                'INSERT INTO notes SELECT ?, ? AND NOT EXISTS (FROM odd WHERE "table" = ?), ?, ?',
                [one.name, exact, one.name, single, plain],
            )
        self.database.execute("COMMIT")
        self.database.close()

    def _load(self, schema: str, table: TableMap, path: Path) -> None:
        kinds = _kinds(table)
        texts = ", ".join(f"{quoted(name)}: 'VARCHAR'" for name in ("yusuan:document", *kinds))
        source = (
            f"read_csv({quoted(str(path))}, header = false, columns = {{{texts}}}, delim = ',', "
            "quote = '\"', escape = '\"', auto_detect = false, max_line_size = 67108864)"
        )
        # The reader of CSV would take over a cast, and with it the whole reading would fail.
        self.database.execute(f"CREATE OR REPLACE TEMP TABLE raw AS SELECT * FROM {source}")
        columns = ", ".join(_typed(name, kind) for name, kind in kinds.items())
        self.database.execute(
            f"INSERT INTO {schema}.{quoted_name(table.name)} SELECT {_DOCUMENT}, {columns} FROM raw"
        )
        odd = [_is_odd(name, kind) for name, kind in kinds.items() if kind in SQL_TYPES]
        if odd:
            self.database.execute(
                f"INSERT INTO odd SELECT DISTINCT ?, {_DOCUMENT} FROM raw WHERE {' OR '.join(odd)}",
                [table.name],
            )
        self.database.execute("DROP TABLE raw")

    def _looked_at(self, table: TableMap) -> tuple[bool, bool, list[str]]:
        """Return whether a table is exact and its subjects single, and its plain columns."""
        if table.about is None:
            return True, True, []
        name = quoted_name(table.name)
        made = _templates(table)
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
        found = self.database.execute(f"SELECT {', '.join(asked)} FROM main.{name}").fetchone()
        if found is None:
            raise AssertionError(table.name)
        plain = [each for each, easy in zip(used, found, strict=False) if easy]
        return all(found[len(used) + 1 :]), bool(found[len(used)]), plain


def create_if_possible(folder: Path, base: str) -> Columns | None:
    """Make the tables of a new store, or nothing where DuckDB is not installed."""
    return create(folder / FILE, base) if _is_installed() else None


def open_if_there(folder: Path, base: str, *, read_only: bool = True) -> Columns | None:
    """Open the tables of a store, or nothing where it has none or DuckDB is not installed.

    Raises:
        duckdb.Error: They are broken.
    """
    path = folder / FILE
    if not path.is_file() or not _is_installed():
        if not read_only:
            # Without DuckDB they can't follow what changes, and must not be asked later.
            path.unlink(missing_ok=True)
        return None
    return open_columns(path, base, read_only=read_only)


def faults_of_engine() -> tuple[type[Exception], ...]:
    """Return what DuckDB raises, or nothing where it is not installed."""
    if not _is_installed():
        return ()
    import duckdb

    return (duckdb.Error,)


def _is_installed() -> bool:
    try:
        import duckdb
    except ModuleNotFoundError:
        return False
    return bool(duckdb.__version__)


def create(path: Path, base: str) -> Columns:
    """Make a file of tables without rows."""
    columns = open_columns(path, base, read_only=False)
    columns.database.execute(f"CREATE SCHEMA {_EARLIER}")
    for one in _maps(base):
        kinds = ", ".join(
            f"{quoted_name(name)} {SQL_TYPES.get(kind, 'VARCHAR')}"
            for name, kind in _kinds(one).items()
        )
        for schema in ("main", _EARLIER):
            columns.database.execute(
                f"CREATE TABLE {schema}.{quoted_name(one.name)} ({_DOCUMENT} VARCHAR, {kinds})"
            )
    columns.database.execute(
        'CREATE TABLE notes ("table" VARCHAR, exact BOOLEAN, single BOOLEAN, plain VARCHAR[])'
    )
    columns.database.execute('CREATE TABLE odd ("table" VARCHAR, document VARCHAR)')
    return columns


def open_columns(path: Path, base: str, *, read_only: bool = True) -> Columns:
    """Open a file of tables.

    Raises:
        ModuleNotFoundError: DuckDB is not installed.
        duckdb.Error: It is broken.
    """
    database = _connect(path, read_only=read_only)
    if not read_only:
        # One transaction: what comes between need not be on the disk.
        database.execute("BEGIN")
    return Columns(database, base)


def _connect(path: Path, *, read_only: bool) -> DuckDBPyConnection:
    import duckdb

    return duckdb.connect(str(path), read_only=read_only, config={"memory_limit": _MEMORY})


def _maps(base: str) -> list[TableMap]:
    return [one for one in table_maps(template() | {"yusuan:base": base}) if one.about is not None]


def _templates(table: TableMap) -> list[Template]:
    """Return the templates of the IRIs that a row makes."""
    made = [table.about, *(value for _, value in table.constants)]
    made += [column.value for column in table.columns if column.predicate is not None]
    return [one for one in made if one is not None]


def _kinds(table: TableMap) -> dict[str, str]:
    """Return the columns that a triple is made of, each with its kind."""
    used = {name for one in _templates(table) for name in one.names}
    return {
        column.name: KIND_OF[column.datatype]
        for column in table.columns
        if column.name in used or column.predicate is not None
    }


def _rows(package: Package, maps: Sequence[TableMap]) -> Iterator[tuple[str, list[str]]]:
    """Yield the rows of a package, with the cells of the columns that are wanted."""
    for table in maps:
        header, rows = package.stream(table.name)
        place = {name: number for number, name in enumerate(header)}
        wanted = [place.get(name, -1) for name in _kinds(table)]
        for row in rows:
            yield table.name, ["" if number < 0 else row[number] for number in wanted]


def _typed(name: str, kind: str) -> str:
    sql = SQL_TYPES.get(kind)
    return quoted_name(name) if sql is None else f"TRY_CAST({quoted_name(name)} AS {sql})"


def _is_odd(name: str, kind: str) -> str:
    """Return SQL that is true where a cell is more or other than its column keeps."""
    column = quoted_name(name)
    pattern = {
        "integer": "0|-?[1-9][0-9]{0,17}",
        "decimal": f"-?[0-9]{{1,24}}(?:[.][0-9]{{1,{_PLACES}}})?",
        "boolean": "true|false",
        "date": "[0-9]{4}-[0-9]{2}-[0-9]{2}",
    }[kind]
    odd = f"{column} IS NOT NULL AND NOT regexp_full_match({column}, '{pattern}')"
    return f"({odd} OR ({column} IS NOT NULL AND {_typed(name, kind)} IS NULL))"


def _counted(answer: Answer) -> str:
    """Return the only figure of an answer."""
    if isinstance(answer, Rows) and (cell := answer.rows[0][0]) is not None:
        return cell.text
    raise AssertionError(answer)


def _said(vocabulary: bytes) -> Iterator[tuple[str, str, tuple[str, str, str]]]:
    """Yield subject, predicate, and kind, text and language of the object of each triple."""
    import pyoxigraph

    for quad in pyoxigraph.parse(vocabulary, pyoxigraph.RdfFormat.N_TRIPLES):
        thing = quad.object
        if isinstance(thing, pyoxigraph.Literal):
            datatype = STRING if thing.language else thing.datatype.value
            value = (KIND_OF.get(datatype, datatype), thing.value, thing.language or "")
        else:
            kind = IRI if isinstance(thing, pyoxigraph.NamedNode) else "bnode"
            value = (kind, str(getattr(thing, "value", "")), "")
        yield str(getattr(quad.subject, "value", "")), quad.predicate.value, value


class _Writers:
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


def _reader(term: Term, place: int) -> Any:
    """Return what reads the value of a variable from a row."""
    if term.kind == UNBOUND:
        return lambda _: None
    if term.is_iri:
        return lambda row: None if row[place] is None else Cell("uri", row[place])
    datatype = None if term.kind == STRING else DATATYPE_OF[term.kind]
    if term.language is None:
        return lambda row: None if row[place] is None else Cell("literal", row[place], datatype)
    return lambda row: (
        None if row[place] is None else Cell("literal", row[place], None, row[place + 1])
    )
