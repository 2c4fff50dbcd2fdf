"""The tables of a store's current documents in columns (DuckDB), from which SQL answers.

Nothing is stored here that the triples do not say; what a table says otherwise than its triples do
(a figure with more places, a cell that is no value of its type) makes it inexact, and it is not
asked.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from yusuan.mapping import TableMap, table_maps
from yusuan.messages import Message, say
from yusuan.package import Package
from yusuan.package.shipped import template
from yusuan.querying.answers import Answer, Cell, Rows, answer_of
from yusuan.querying.keeping import Writers, is_odd, kinds_of, looked_at, rows_of, typed
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
            writers = Writers(Path(place))
            with closing(writers):
                self._write(documents, writers)
            for (schema, name), path in writers.paths.items():
                self._load(schema, next(one for one in self._maps if one.name == name), path)

    def _write(self, documents: Iterable[Coming], writers: Writers) -> None:
        for identifier, package, current in documents:
            schema = "main" if current else _EARLIER
            for table, row in rows_of(package, self._maps):
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
            exact, single, plain = looked_at(self.database, one)
            self.database.execute(
                'INSERT INTO notes SELECT ?, ? AND NOT EXISTS (FROM odd WHERE "table" = ?), ?, ?',
                [one.name, exact, one.name, single, plain],
            )
        self.database.execute("COMMIT")
        self.database.close()

    def _load(self, schema: str, table: TableMap, path: Path) -> None:
        kinds = kinds_of(table)
        texts = ", ".join(f"{quoted(name)}: 'VARCHAR'" for name in ("yusuan:document", *kinds))
        source = (
            f"read_csv({quoted(str(path))}, header = false, columns = {{{texts}}}, delim = ',', "
            "quote = '\"', escape = '\"', auto_detect = false, max_line_size = 67108864)"
        )
        # The reader of CSV would take over a cast, and with it the whole reading would fail.
        self.database.execute(f"CREATE OR REPLACE TEMP TABLE raw AS SELECT * FROM {source}")
        columns = ", ".join(typed(name, kind) for name, kind in kinds.items())
        self.database.execute(
            f"INSERT INTO {schema}.{quoted_name(table.name)} SELECT {_DOCUMENT}, {columns} FROM raw"
        )
        odd = [is_odd(name, kind) for name, kind in kinds.items() if kind in SQL_TYPES]
        if odd:
            self.database.execute(
                f"INSERT INTO odd SELECT DISTINCT ?, {_DOCUMENT} FROM raw WHERE {' OR '.join(odd)}",
                [table.name],
            )
        self.database.execute("DROP TABLE raw")


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
            for name, kind in kinds_of(one).items()
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
