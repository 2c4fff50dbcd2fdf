"""The tables of a package as a reader looks at them: names for codes, nothing that is empty.

Which columns there are, and what their codes mean, the descriptor alone says.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from yusuan.mapping import absolute, encode, prefixes, table_maps
from yusuan.messages import LANGUAGES, say
from yusuan.package import Package
from yusuan.publishing.passage import Span, anchor

LONGEST = 2000  # rows of one table on a page; the CSV has all
LARGE = 1 << 23  # bytes of a table of which no more rows are held than a page shows
ROOM = 1_000_000  # characters of a large table on a page, beside the first row of each form
LONGEST_TEXT = 2_000_000  # characters of documents on a page
Row = Mapping[str, str]
Texts = Mapping[str, str]

_SKOS = "http://www.w3.org/2004/02/skos/core#"
_QB = "http://purl.org/linked-data/cube#"
# What a table says for the sake of machines, or what its order shows already.
_UNSHOWN = ("ys:key", "ys:tolerance", "ys:ordinal", "prov:wasQuotedFrom")
_START, _END = "char_start", "char_end"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its words, the code behind them, whether it is a figure, where it leads."""

    text: str
    code: str = ""
    figure: bool = False
    href: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table on a page."""

    anchor: str
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Shown:
    """One table on a page, or the part of it that belongs to one form.

    Attributes:
        name: The table.
        anchor: Its place on the page.
        title: What it is called.
        common: Title and words of what all its rows share.
        heads: The titles of its columns.
        figures: For each column whether it holds figures.
        lines: Its rows.
        count: How many rows there are, those that are not shown included.
    """

    name: str
    anchor: str
    title: str
    common: Sequence[tuple[str, str]]
    heads: Sequence[str]
    figures: Sequence[bool]
    lines: Sequence[Line]
    count: int


class Tables:
    """The tables of one package.

    Args:
        package: The package.
    """

    def __init__(self, package: Package) -> None:
        self._package = package
        self._prefixes = prefixes(package.descriptor)
        self._classes = {one.name: one.classes for one in table_maps(package.descriptor)}
        self._known: dict[tuple[str, str, str], dict[str, str]] = {}
        self._rows: dict[str, list[Row]] = {}
        self._counts: dict[str, Counter[str]] = {}
        for table in package.tables:
            self._load(table)

    def _load(self, table: str) -> None:
        """Read a table: all its rows, or of a large one those that a page shows."""
        parting = self._parting(table)
        room = ROOM if self._is_large(table) else None
        counts = self._counts[table] = Counter()
        rows = self._rows[table] = []
        for row in self.every(table):
            part = row[parting[0]["name"]] if parting else ""
            counts[part] += 1
            if room is not None and counts[part] > 1:
                if counts[part] > LONGEST or room <= 0:
                    continue
                room -= sum(map(len, row.values()))
            rows.append(row)

    def _is_large(self, table: str) -> bool:
        return (self._package.directory / self._package.path(table)).stat().st_size > LARGE

    @cached_property
    def documents(self) -> list[str]:
        """The ids of the documents, in order."""
        return [row["document_id"] for row in self._rows.get("documents", ())]

    def every(self, table: str) -> Iterator[Row]:
        """Yield every row of a table as it is read, none where the package has no such table."""
        if table in self._package.tables:
            header, rows = self._package.stream(table)
            for row in rows:
                yield dict(zip(header, row, strict=True))

    def rows(self, table: str) -> Sequence[Row]:
        """Return the rows of a table, of a large one those that a page shows."""
        return self._rows.get(table, [])

    def measures(self, table: str) -> bool:
        """Tell whether the rows of a table are figures."""
        fields = self._package.schema(table)["fields"]
        return any(one.get("yusuan:component") == "measure" for one in fields)

    def title(self, table: str, language: str) -> str:
        """Return what a table is called."""
        resource = next(
            one for one in self._package.descriptor["resources"] if one["name"] == table
        )
        return worded(resource, language)

    def text(self, document: str) -> str:
        """Return the canonical text of one document; "" where a page does not show it."""
        return self._texts.get(document, "")

    @cached_property
    def _texts(self) -> Mapping[str, str]:
        """Document → text, as many as a page has room for."""
        if self.is_cut("segments"):
            return {}
        pieces: dict[str, list[str]] = defaultdict(list)
        for row in self.rows("segments"):
            pieces[row["document_id"]].append(row["text"])
        found, length = {}, 0
        for document, some in pieces.items():
            text = "".join(some)
            length += len(text)
            if length > LONGEST_TEXT:
                break
            found[document] = text
        return found

    def is_cut(self, table: str) -> bool:
        """Tell whether a table has more rows than are held."""
        return self._counts.get(table, Counter()).total() > len(self.rows(table))

    def spans(self, document: str) -> dict[Span, str]:
        """Return span of the text → the row that is read from it, the first where there are more.

        The rows of the segments are the text itself, and those of the findings are told apart.
        """
        found: dict[Span, str] = {}
        for table in self._package.tables:
            if table in ("segments", "findings"):
                continue
            for _, some in self._parts(table):
                for row in some[:LONGEST]:
                    span = span_of(row)
                    if span is not None and row.get("document_id") == document:
                        found.setdefault(span, f"#{self.anchor(table, row)}")
        return found

    def _parting(self, table: str) -> list[Mapping[str, Any]]:
        """Return the column that says which form a row belongs to, where there is one."""
        fields = self._package.schema(table)["fields"]
        return [one for one in fields if self._predicate(one) == f"{_QB}dataSet"]

    def _parts(self, table: str) -> list[tuple[str, list[Row]]]:
        """Return the rows of a table by their form, in the order of the first of each."""
        parting = self._parting(table)
        found: dict[str, list[Row]] = {}
        for row in self.rows(table):
            found.setdefault(row[parting[0]["name"]] if parting else "", []).append(row)
        return list(found.items())

    def anchor(self, table: str, row: Row) -> str:
        """Return the place of a row on the page: its table and key."""
        keys = self._package.schema(table).get("primaryKey", [])
        names = [keys] if isinstance(keys, str) else list(keys)
        alone = len(self.documents) == 1
        parts = [row[name] for name in names if not (alone and name == "document_id")]
        return encode(".".join([table, *(parts or [row.get("document_id", "")])]), keep=False)

    def named(self, table: str, column: str, row: Row, language: str) -> str:
        """Return a value in words: the label of its code, or the name of what it points to."""
        field = next(one for one in self._package.schema(table)["fields"] if one["name"] == column)
        return self._cell(table, field, row, language).text

    def shown(self, table: str, language: str) -> Iterator[Shown]:
        """Yield a table, its rows parted by the form that they belong to where they have one."""
        fields = self._package.schema(table)["fields"]
        parting = self._parting(table)
        for value, rows in self._parts(table):
            if parting:
                title = self._cell(table, parting[0], rows[0], language).text
                place = encode(f"{table}.{value}", keep=False)
            else:
                title, place = self.title(table, language), table
            rest = [one for one in fields if one not in parting]
            yield self._shown(table, place, title, rows, rest, language,
                              self._counts[table][value])  # fmt: skip

    def _shown(
        self, table: str, place: str, title: str, rows: Sequence[Row],
        fields: Sequence[Mapping[str, Any]], language: str, count: int,
    ) -> Shown:  # fmt: skip
        told = [one for one in fields if self._is_told(table, one, rows)]
        common = [one for one in told if self._is_common(one, rows)]
        columns = [one for one in told if one not in common]
        lines = [
            Line(self.anchor(table, row), self._line(table, columns, row, language))
            for row in rows[:LONGEST]
        ]
        return Shown(
            table,
            place,
            title,
            [(worded(one, language), self._cell(table, one, rows[0], language).text)
             for one in common],
            [worded(one, language) for one in columns],
            [one["type"] in ("number", "integer") for one in columns],
            lines,
            count,
        )  # fmt: skip

    def _line(
        self, table: str, columns: Sequence[Mapping[str, Any]], row: Row, language: str
    ) -> list[Cell]:
        cells = [self._cell(table, one, row, language) for one in columns]
        span = span_of(row)
        if span is None or not cells or not self.text(row["document_id"]):
            return cells
        # The figures lead to the text; where a row has none, its first words do.
        leading = [place for place, cell in enumerate(cells) if cell.figure and cell.text]
        leading = leading or [place for place, cell in enumerate(cells) if cell.text][:1]
        href = f"#{self.text_anchor(row['document_id'], span)}"
        return [
            Cell(cell.text, cell.code, cell.figure, href) if place in leading else cell
            for place, cell in enumerate(cells)
        ]

    def text_anchor(self, document: str, span: Span) -> str:
        """Return the place on the page of some characters of a document."""
        if len(self.documents) == 1:
            return anchor(span)
        return f"d{self.documents.index(document) + 1}{anchor(span)}"

    def _is_told(self, table: str, field: Mapping[str, Any], rows: Sequence[Row]) -> bool:
        of_document = self._refers(table, field["name"])[0] == "documents"
        if of_document or field.get("csvw:propertyUrl") in _UNSHOWN:
            return False
        suppressed = field.get("csvw:suppressOutput") and not field.get("categories")
        return not suppressed and any(row[field["name"]] for row in rows)

    @staticmethod
    def _is_common(field: Mapping[str, Any], rows: Sequence[Row]) -> bool:
        if len(rows) == 1 or field["type"] in ("number", "integer"):
            return False
        return len({row[field["name"]] for row in rows}) == 1

    def _cell(self, table: str, field: Mapping[str, Any], row: Row, language: str) -> Cell:
        value = row[field["name"]]
        if not value:
            return Cell("")
        for category in field.get("categories", ()):
            if isinstance(category, dict) and category["value"] == value:
                return Cell(worded(category, language, "label"), value)
        match field["type"]:
            case "number":
                return Cell(grouped(value), figure=True)
            case "boolean":
                return Cell(say(f"portal-{value}").text(language))
            case "integer":
                return Cell(value, figure=True)
            case _:
                return self._referred(table, field["name"], value, language)

    def _referred(self, table: str, column: str, value: str, language: str) -> Cell:
        other, key = self._refers(table, column)
        if not other:
            return Cell(value)
        name = self._names(other, key, language).get(value, "")
        concept = f"{_SKOS}Concept" in self._classes[other]
        if not name:
            return Cell(value)
        # An official code is known by its figures; other keys are for machines.
        return Cell(f"{value} {name}" if concept else name, value)

    def _names(self, table: str, key: str, language: str) -> Mapping[str, str]:
        """Return key → name of the rows of a table."""
        if (table, key, language) in self._known:
            return self._known[table, key, language]
        fields = [
            one
            for one in self._package.schema(table)["fields"]
            if self._predicate(one) == f"{_SKOS}prefLabel"
        ]
        fields.sort(key=lambda one: one.get("csvw:lang") != language)
        named = self._known[table, key, language] = {}
        for row in self.rows(table):
            names = [row[one["name"]] for one in fields if row[one["name"]]]
            named[row[key]] = names[0] if names else ""
        return named

    def _refers(self, table: str, column: str) -> tuple[str, str]:
        """Return the table and column that a column points to; empty where it points nowhere."""
        for one in self._package.schema(table).get("foreignKeys", ()):
            fields, reference = one["fields"], one["reference"]
            names = [fields] if isinstance(fields, str) else fields
            if names == [column]:
                keys = reference["fields"]
                key = keys if isinstance(keys, str) else keys[0]
                return reference["resource"] or table, key
        return "", ""

    def _predicate(self, field: Mapping[str, Any]) -> str:
        return absolute(str(field.get("csvw:propertyUrl", "")), self._prefixes)


def span_of(row: Row) -> Span | None:
    """Return which characters of the text a row is read from."""
    start, end = row.get(_START), row.get(_END)
    return (int(start), int(end)) if start and end else None


def grouped(numeral: str) -> str:
    """Return a numeral with its thousands apart, every digit kept."""
    return f"{Decimal(numeral):,f}"


def worded(thing: Mapping[str, Any], language: str, plain: str = "title") -> str:
    """Return what something is called, in a language where it is stated."""
    titles: Texts = thing.get(f"{plain}s") or thing.get("titles") or {}
    fallback = thing.get(plain) or thing.get("name") or thing.get("value") or ""
    stated = [titles[one] for one in (language, *LANGUAGES) if one in titles]
    return stated[0] if stated else str(fallback)
