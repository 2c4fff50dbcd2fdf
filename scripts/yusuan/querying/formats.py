"""Answers as files and on the terminal: a table, CSV, TSV, JSON, XLSX, Parquet, Turtle."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

from yusuan.errors import PackageError, UsageError
from yusuan.graph.turtle import turtle
from yusuan.layout import padded, width
from yusuan.mapping import XSD
from yusuan.messages import say
from yusuan.querying.answers import Answer, Cell, Rows, Statements, Truth
from yusuan.querying.sources import prefixes_of

# A cell of the table on the terminal takes no more columns; files have it whole.
_WIDEST = 60
# What a spreadsheet reckons with exactly; a longer numeral stays text.
_EXACT_DIGITS = 15
_SAFE = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?").fullmatch
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip file knows
BINARY = ("xlsx", "parquet")


def render(answer: Answer, form: str, base: str, language: str = "zh") -> bytes:
    """Return an answer in one of `FORMATS`.

    Args:
        answer: The answer.
        form: The format.
        base: The base IRI of what was asked.
        language: For what a person reads.

    Raises:
        UsageError: The format does not fit the answer, or takes what is not installed.
        PackageError: The disk is full.
    """
    if isinstance(answer, Statements):
        if form not in ("table", "ttl"):
            raise _unfit(form, "table, ttl")
        return turtle(answer.triples, base, prefixes_of(base)).encode("utf-8")
    if isinstance(answer, Truth):
        return _truth(answer, form, language)
    if form == "table":
        return _table(answer, base, language).encode("utf-8")
    if form not in _ROWS:
        raise _unfit(form, ", ".join(("table", *_ROWS)))
    return _ROWS[form](answer)


def _unfit(form: str, fitting: str) -> UsageError:
    return UsageError("--format", say("format-unfit", form=form),
                      say("format-unfit-advice", fitting=fitting))  # fmt: skip


def _truth(answer: Truth, form: str, language: str) -> bytes:
    if form == "json":
        return _as_json({"head": {}, "boolean": answer.holds})
    if form not in ("table", "csv", "tsv"):
        raise _unfit(form, "table, csv, tsv, json")
    word = "true" if answer.holds else "false"
    if form == "table":
        word = say(f"answer-{word}").text(language)
    return f"{word}\n".encode()


def _table(answer: Rows, base: str, language: str) -> str:
    short = sorted(prefixes_of(base).items(), key=lambda one: (-len(one[1]), one[0]))
    rows = [[_shown(cell, short) for cell in row] for row in answer.rows]
    right = [
        all(cell is None or cell.is_number for cell in column) and bool(answer.rows)
        for column in (
            [row[place] for row in answer.rows] for place in range(len(answer.variables))
        )
    ]
    widths = [
        max(width(text) for text in (name, *(row[place] for row in rows)))
        for place, name in enumerate(answer.variables)
    ]

    def line(cells: Sequence[str]) -> str:
        parts = [
            " " * (columns - width(cell)) + cell if to_right else padded(cell, columns)
            for cell, columns, to_right in zip(cells, widths, right, strict=True)
        ]
        return "  ".join(parts).rstrip()

    rule = "  ".join("─" * columns for columns in widths)
    count = say("answer-rows", count=len(rows)).text(language)
    return "\n".join([line(answer.variables), _ruled(rule, widths), *map(line, rows), count]) + "\n"


def _ruled(rule: str, widths: Sequence[int]) -> str:
    """Return the line below the head; a mark of two columns would make it twice as long."""
    return rule if width("─") == 1 else "  ".join("-" * columns for columns in widths)


def _shown(cell: Cell | None, short: Sequence[tuple[str, str]]) -> str:
    if cell is None:
        return ""
    text = cell.text
    if cell.kind == "uri":
        named = next(
            ((p, i) for p, i in short if text.startswith(i) and _SAFE(text[len(i) :])), None
        )
        text = text if named is None else f"{named[0]}:{text[len(named[1]) :]}"
    text = re.sub(r"\s+", " ", "".join(c if c.isprintable() else " " for c in text)).strip()
    if width(text) <= _WIDEST:
        return text
    while width(text) > _WIDEST - 2:
        text = text[:-1]
    return text + "…"


def _csv(answer: Rows) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(answer.variables)
    writer.writerows([["" if cell is None else cell.text for cell in row] for row in answer.rows])
    return out.getvalue().encode("utf-8")


def _tsv(answer: Rows) -> bytes:
    lines = ["\t".join(f"?{name}" for name in answer.variables)]
    lines += ["\t".join("" if c is None else c.written() for c in row) for row in answer.rows]
    return "".join(line + "\n" for line in lines).encode("utf-8")


def _json(answer: Rows) -> bytes:
    # A row a line: a person can read it, and it is written four times as fast as with indents.
    written = json.JSONEncoder(ensure_ascii=False).encode
    bindings = ",\n".join([
        written({
            name: _binding(cell)
            for name, cell in zip(answer.variables, row, strict=True)
            if cell is not None
        })
        for row in answer.rows
    ])  # fmt: skip
    head = written({"vars": list(answer.variables)})
    text = f'{{"head": {head},\n"results": {{"bindings": [\n{bindings}\n]}}}}\n'
    return text.encode("utf-8")


def _binding(cell: Cell) -> dict[str, str]:
    found = {"type": cell.kind, "value": cell.text}
    if cell.language is not None:
        found["xml:lang"] = cell.language
    elif cell.datatype is not None:
        found["datatype"] = cell.datatype
    return found


def _as_json(content: Mapping[str, object]) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def _xlsx(answer: Rows) -> bytes:
    from openpyxl import Workbook
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Font

    book = Workbook()
    book.properties.created = book.properties.modified = datetime(2000, 1, 1, tzinfo=UTC).replace(
        tzinfo=None
    )
    sheet = book.active
    if sheet is None:
        raise AssertionError("a new workbook has a sheet")
    for place, name in enumerate(answer.variables, 1):
        sheet.cell(1, place, name).font = Font(bold=True)
    for number, row in enumerate(answer.rows, 2):
        for place, cell in enumerate(row, 1):
            if cell is None:
                continue
            if cell.is_number and len(re.sub(r"\D", "", cell.text)) <= _EXACT_DIGITS:
                sheet.cell(number, place, _number(cell.text))
            else:
                written = sheet.cell(number, place, ILLEGAL_CHARACTERS_RE.sub("", cell.text))
                # A text that begins with "=" is no formula, and a code is no number.
                written.data_type = "s"
    sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return _timeless(out.getvalue())


def _number(text: str) -> int | Decimal:
    return Decimal(text) if re.search(r"[.eE]", text) else int(text)


def _timeless(content: bytes) -> bytes:
    """Return a zip file without the times of writing: the same answer makes the same bytes."""
    out = io.BytesIO()
    stamp = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            data = stamp.sub(rb"\g<1>2000-01-01T00:00:00Z", old.read(name))
            info = zipfile.ZipInfo(name, _LONG_AGO)
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, data)
    return out.getvalue()


def _parquet(answer: Rows) -> bytes:
    try:
        import duckdb
    except ModuleNotFoundError as fault:
        raise UsageError("--format parquet", say("duckdb-missing"),
                         say("duckdb-missing-advice")) from fault  # fmt: skip
    columns = [f"column{place} AS {_quoted(name)}" for place, name in enumerate(answer.variables)]
    kinds = {
        f"column{place}": _kind([row[place] for row in answer.rows])
        for place in range(len(answer.variables))
    }
    try:
        return _through_files(answer, columns, kinds)
    except (OSError, duckdb.Error) as fault:
        told = getattr(fault, "strerror", None) or str(fault)
        raise PackageError(gettempdir(), say("write-failed", fault=told),
                           say("temporary-advice")) from fault  # fmt: skip


def _through_files(answer: Rows, columns: Sequence[str], kinds: Mapping[str, str]) -> bytes:
    import duckdb

    with TemporaryDirectory() as folder, duckdb.connect() as database:
        source, target = Path(folder) / "rows.csv", Path(folder) / "rows.parquet"
        # A missing value is nothing at all, an empty text is quoted.
        lines = (",".join("" if c is None else _quoted(c.text) for c in row) for row in answer.rows)
        source.write_text("".join(line + "\n" for line in lines), "utf-8")
        reading = (
            f"read_csv({_text(source)}, header = false, columns = {dict(kinds)}, delim = ',', "
            "quote = '\"', escape = '\"', new_line = '\\n', allow_quoted_nulls = false)"
        )
        database.execute(
            f"COPY (SELECT {', '.join(columns)} FROM {reading}) "  # noqa: S608 - names are quoted
            f"TO {_text(target)} (FORMAT parquet, COMPRESSION zstd)"
        )
        return target.read_bytes()


def _kind(cells: Sequence[Cell | None]) -> str:
    """Return the type of a column: that of its values where they agree, else text."""
    found = [cell for cell in cells if cell is not None]
    kinds = {cell.datatype for cell in found if cell.kind == "literal"}
    if not found or any(cell.kind != "literal" for cell in found) or None in kinds:
        return "VARCHAR"
    if kinds <= {XSD + "integer", XSD + "decimal"}:
        places = max(len(cell.text.partition(".")[2]) for cell in found)
        digits = max(len(re.sub(r"\D", "", cell.text.partition(".")[0])) for cell in found)
        if places + digits > 38:  # noqa: PLR2004 - the most that DuckDB's DECIMAL has
            return "VARCHAR"
        return f"DECIMAL(38,{places})" if places else "HUGEINT" if digits > 18 else "BIGINT"  # noqa: PLR2004
    named = {XSD + "date": "DATE", XSD + "boolean": "BOOLEAN", XSD + "double": "DOUBLE"}
    return named.get(str(next(iter(kinds))), "VARCHAR") if len(kinds) == 1 else "VARCHAR"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


_ROWS: Mapping[str, Callable[[Rows], bytes]] = {
    "csv": _csv,
    "tsv": _tsv,
    "json": _json,
    "xlsx": _xlsx,
    "parquet": _parquet,
}
FORMATS = ("table", *_ROWS, "ttl")
