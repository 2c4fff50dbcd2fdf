"""A package as one Excel workbook: its tables, their data dictionary, and the sheet of metadata.

A code stays text, an amount keeps its digits, no cell is a formula; the same package gives the
same bytes.
"""

from __future__ import annotations

import errno
import os
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any

from yusuan.messages import LANGUAGES, say
from yusuan.package import Package
from yusuan.package.shipped import table_resources

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell

LONGEST_CELL = 32_767  # characters, by the limits of Excel
LONGEST_NAME = 31
MOST_ROWS = 1_048_576
DIGITS = 15  # what a number of Excel keeps
_DATE = (1980, 1, 1, 0, 0, 0)
_MOMENT = b"1980-01-01T00:00:00Z"
_TIME = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_PIECE = 1 << 20  # bytes
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
# What XML can't hold.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_FIRST_DATE = date(1900, 3, 1)  # before it, Excel counts a day that never was
Value = str | int | float | bool | date | None


def workbook(package: Package, path: Path) -> Path:
    """Write the workbook of a package to a new file and return it.

    Rows go to the disk as they are read, so that a large table needs no more memory.

    Raises:
        OSError: The disk is full.
        PackageError: A table can't be read.
    """
    from lxml.etree import SerialisationError

    try:
        _write(package, path)
    except SerialisationError as fault:
        # What the system refuses comes as the name of its error, IO_ENOSPC.
        code = getattr(errno, str(fault).removeprefix("IO_"), errno.EIO)
        raise OSError(code, os.strerror(code)) from fault
    return path


def _write(package: Package, path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    book.properties.creator = "yusuan"
    book.properties.title = str(package.descriptor.get("title", ""))
    taken: set[str] = set()
    _sheet(
        book,
        _name(say("workbook-metadata").text("zh"), taken),
        metadata(package),
        (18, 60, 22, 60),
    )
    for name, resource in table_resources(package.descriptor).items():
        rows = _rows(package, name, resource["schema"])
        title = resource.get("titles", {}).get("zh") or resource.get("title") or name
        _sheet(book, _name(title, taken), rows, [18] * len(resource["schema"]["fields"]))
    words = _dictionary(package)
    _sheet(book, _name(say("bundle-dictionary").text("zh"), taken), words, (20, 24, 10, 30, 60))
    with TemporaryFile(dir=path.parent) as draft:
        book.save(draft)
        _write_without_time(draft, path)


def metadata(package: Package) -> list[list[str]]:
    """Return what the upload forms of Chinese open-data portals ask for.

    What the package does not know, such as a telephone number, is left empty for the officer.

    Returns:
        A header, and a row for each item: item and content in Chinese, then in English.
    """
    by_language = [_stated(package, language) for language in LANGUAGES]
    return [
        [say(f"workbook-{key}").text(one) for one in LANGUAGES for key in ("item", "content")],
        *(
            [
                text
                for language, stated in zip(LANGUAGES, by_language, strict=True)
                for text in (say(f"workbook-item-{key}").text(language), stated[key])
            ]
            for key in by_language[0]
        ),
    ]


def _stated(package: Package, language: str) -> dict[str, str]:
    """Return item → words in one language."""

    def told(key: str, **values: object) -> str:
        return say(f"workbook-{key}", **values).text(language)

    descriptor = package.descriptor
    documents = package.rows("documents") if "documents" in package.tables else []
    regions = {row["region_code"]: row["name"] for row in _if_there(package, "regions")}
    bureaus = {row["org_id"]: row["name"] for row in _if_there(package, "organizations")}
    licences = descriptor.get("licenses", ())
    years = sorted({row["fiscal_year"] for row in documents})
    counts = [sum(1 for _ in package.stream(table)[1]) for table in package.tables]
    formats = dict.fromkeys(
        str(one["format"]).upper() for one in descriptor["resources"] if "format" in one
    )
    stated = {
        "name": _worded(descriptor, "title", language),
        "summary": _worded(descriptor, "description", language),
        "provider": _joined(bureaus.get(row["org_id"], row["org_id"]) for row in documents),
        "field": told("field"),
        "frequency": told("frequency"),
        "condition": told("condition") if licences else "",
        "keywords": _joined(descriptor.get("keywords", ())),
        "region": _joined(
            f"{regions.get(row['region_code'], '')} {row['region_code']}" for row in documents
        ),
        "period": _joined(f"{year}-01-01/{year}-12-31" for year in years),
        "issued": _joined(row["issued"] for row in documents),
        "formats": _joined(formats),
        "volume": told("volume", tables=len(counts), rows=sum(counts)),
        "licence": _joined(one.get("title") or one.get("name", "") for one in licences),
        "source": _joined(row["source_url"] or row["title"] for row in documents),
        "identifier": descriptor.get("id", ""),
        "version": descriptor.get("version", ""),
        "contact": "",
    }
    return {key: str(value) for key, value in stated.items()}


def _worded(descriptor: Mapping[str, Any], key: str, language: str) -> str:
    return str(descriptor.get(f"{key}s", {}).get(language) or descriptor.get(key, ""))


def _if_there(package: Package, table: str) -> list[dict[str, str]]:
    return package.rows(table) if table in package.tables else []


def _joined(words: Iterable[str]) -> str:
    return "、".join(dict.fromkeys(word for word in words if word))


def _dictionary(package: Package) -> Iterator[list[Value]]:
    keys = ("table", "name", "type", "title", "description")
    yield [" / ".join(say(f"bundle-column-{key}").both().values()) for key in keys]
    for name, resource in table_resources(package.descriptor).items():
        for field in resource["schema"]["fields"]:
            told = [_both(field, key) for key in ("title", "description")]
            yield [name, field["name"], field["type"], *told]


def _both(thing: Mapping[str, Any], key: str) -> str:
    texts = thing.get(f"{key}s") or {"zh": thing.get(key, "")}
    return " / ".join(dict.fromkeys(texts[one] for one in LANGUAGES if texts.get(one)))


def _rows(package: Package, table: str, schema: Mapping[str, Any]) -> Iterator[list[Value]]:
    """Yield the header, each title with the name of its column, and the rows."""
    fields = {field["name"]: field for field in schema["fields"]}
    header, rows = package.stream(table)
    yield [
        "\n".join(dict.fromkeys((fields[one].get("title", one) if one in fields else one, one)))
        for one in header
    ]
    kinds = [fields[one]["type"] if one in fields else "string" for one in header]
    for row in rows:
        yield [_value(text, kind) for text, kind in zip(row, kinds, strict=True)]


def _value(text: str, kind: str) -> Value:
    """Return a cell as Excel keeps it; what it can't keep exactly stays text."""
    if not text:
        return None
    match kind:
        case "integer" | "year":
            return int(text) if len(text) <= DIGITS else text
        case "number":
            amount = Decimal(text)
            exact = len(amount.as_tuple().digits) <= DIGITS
            return (int(amount) if amount == amount.to_integral() else float(amount)) if exact \
                else text  # fmt: skip
        case "boolean":
            return text == "true"
        case "date":
            day = date.fromisoformat(text)
            return day if day >= _FIRST_DATE else text
        case _:
            return text


def _sheet(book: Any, name: str, rows: Iterable[Sequence[Value]], widths: Iterable[int]) -> None:
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(name)
    for number, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.freeze_panes = "A2"
    bold, wrapped = Font(bold=True), Alignment(wrap_text=True, vertical="top")
    for number, row in enumerate(rows, 1):
        cells = [_cell(sheet, value) for value in row]
        if number == 1:
            heads = [_word(sheet, str(value)) for value in row]
            for head in heads:
                head.font, head.alignment = bold, wrapped
            cells = list(heads)
        if number == MOST_ROWS:
            sheet.append([_cell(sheet, say("workbook-cut-rows").text("zh"))])
            break
        sheet.append(cells)


def _cell(sheet: Any, value: Value) -> Cell | Value:
    """Return what stands for a value: itself, unless it looks like a formula or an error."""
    if not isinstance(value, str):
        return value
    text = _ILLEGAL.sub("\ufffd", value)
    if len(text) > LONGEST_CELL:
        note = say("workbook-cut").text("zh")
        text = text[: LONGEST_CELL - len(note)] + note
    return _word(sheet, text) if text.startswith(("=", "#")) else text


def _word(sheet: Any, text: str) -> Cell:
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    return cell


def _name(title: str, taken: set[str]) -> str:
    """Return the name of a sheet: short, without the signs that Excel forbids, and only once."""
    plain = _FORBIDDEN.sub(" ", title).strip("' ")[:LONGEST_NAME] or "-"
    name, number = plain, 1
    while name.lower() in taken:
        number += 1
        name = f"{plain[: LONGEST_NAME - 4]} {number}"
    taken.add(name.lower())
    return name


def _write_without_time(draft: IO[bytes], path: Path) -> None:
    """Write a workbook anew so that no time of its making stands in it."""
    with zipfile.ZipFile(draft) as old, zipfile.ZipFile(path, "w") as new:
        for name in sorted(old.namelist(), key=lambda one: (one != "[Content_Types].xml", one)):
            info = zipfile.ZipInfo(name, _DATE)
            info.compress_type, info.create_system = zipfile.ZIP_DEFLATED, 3
            info.file_size = old.getinfo(name).file_size
            with old.open(name) as part, new.open(info, "w") as copy:
                while piece := part.read(_PIECE):
                    # The one part with a time is shorter than a piece.
                    timeless = name == "docProps/core.xml"
                    copy.write(_TIME.sub(_MOMENT, piece) if timeless else piece)
