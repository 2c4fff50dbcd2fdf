"""Fixed assets held, and what is to be bought: tables, and sentences that count."""

from __future__ import annotations

import re
from datetime import date
from functools import cache

from yusuan.amounts import parse, status_of, to_yuan
from yusuan.interpreting.captions import date_in, is_caption, unit_in
from yusuan.interpreting.grid import Row, filled, texts
from yusuan.interpreting.ledger import Frame, Ledger
from yusuan.interpreting.lookups import fold, reverse, table
from yusuan.interpreting.sections import Section, numbered
from yusuan.interpreting.titles import Squeezed, squeezed
from yusuan.reading.document import Paragraph, Table

_BRACKET = re.compile(r"[（(](?P<unit>[^（()）]*)[)）]$")
_PLANNED = re.compile(
    r"(?P<label>拟?(?:计划)?(?:新增)?购置固定资产(?:总额|金额|价值)?|新增固定资产(?:总额|金额)?)"
    r"(?:为|共计|共|合计|约|\s)*(?P<number>(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)\s*(?P<unit>亿元|万元|元)"
)


@cache
def _classes() -> dict[str, str]:
    return reverse("assets")


# Outside the section on assets so many rows must be classes of assets.
_ENOUGH = 3


def is_assets(block: Table, section: Section) -> bool:
    """Tell whether a table lists fixed assets: it says so, or its rows are their classes."""
    rows = block.rows
    words = [fold(word) for word in table()["assets"]["table"]]
    said = [text for row in rows[:3] for text in texts(row)]
    if any(word in text for word in words for text in said):
        return True
    found = {_class_of(row[0].text)[0] for row in rows if row}
    classes = found & {"total", "buildings", "vehicles", "equipment-200k", "other"}
    return len(classes) >= (1 if section.key == "assets" else _ENOUGH)


def interpret_assets(block: Table, above: list[Paragraph], frame: Frame, ledger: Ledger) -> None:
    """Write the rows of one table of fixed assets.

    Args:
        block: The table.
        above: The paragraphs over it, which may state its unit and date.
        frame: What rows share.
        ledger: Where they go.
    """
    unit = next(filter(None, (unit_in(paragraph.text) for paragraph in above)), None)
    # 上年末: the rule of the template, where no date is printed.
    as_of = next(
        filter(
            None, (date_in(paragraph.text) for paragraph in above if is_caption(paragraph.text))
        ),
        date(frame.fiscal_year - 1, 12, 31),
    )
    quantity_at, amount_at = 1, 2
    for row in block.rows:
        cells = filled(row)
        known, label, quantity_unit = _class_of(row[0].text) if row else ("", "", "")
        if known and known != "table" and len(row) > max(quantity_at, amount_at):
            if unit is not None:
                what = (known, label, quantity_unit, unit)
                _write(row, (quantity_at, amount_at), what, as_of, frame, ledger)
            continue
        for at, cell in enumerate(row):
            text = fold(cell.text)
            unit = unit_in(text) or unit
            stated = date_in(text)
            if stated is not None:
                as_of = stated
                ledger.use(cell)
            if text.startswith("数量"):
                quantity_at = at
            elif text.startswith(("价值", "金额")):
                amount_at = at
        for cell in cells:
            if frame.department in cell.text:
                ledger.use(cell)


def _class_of(text: str) -> tuple[str, str, str]:
    """Return class, label and unit of quantity of a row's first cell; "" where it is none."""
    label = numbered(text)[1]
    plain = fold(label).removeprefix("其中：")
    bracket = _BRACKET.search(plain)
    unit = bracket["unit"] if bracket is not None else ""
    bare = plain if bracket is None else plain[: bracket.start()]
    known = _classes().get(plain) or _classes().get(bare, "")
    return known, text.strip(), unit


def _write(
    row: Row,
    columns: tuple[int, int],
    what: tuple[str, str, str, str],
    as_of: date,
    frame: Frame,
    ledger: Ledger,
) -> None:
    known, label, quantity_unit, unit = what
    quantity, amount = row[columns[0]], row[columns[1]]
    printed = amount.text.strip()
    start, end = amount.span() if printed else (row[0].char_start, row[0].char_end)
    try:
        amount_cny = to_yuan(printed, unit)
        count = parse(quantity.text)
    except ValueError:
        return
    ledger.add(
        "assets",
        {
            "document_id": frame.document_id,
            "asset_key": ledger.key("assets", known),
            "region_code": frame.region_code,
            "org_id": frame.org_id,
            "as_of": as_of,
            "asset_class": known,
            "label": label,
            "quantity": count,
            "quantity_unit": quantity_unit or None,
            "amount_cny": amount_cny,
            "printed": printed or None,
            "unit": unit,
            "status": status_of(printed),
            "char_start": start,
            "char_end": end,
        },
    )
    ledger.use(row[0], quantity, amount)


def planned_purchase(section: Section, frame: Frame, ledger: Ledger) -> None:
    """Write the purchase of fixed assets that a section's text announces for the year."""
    for paragraph in section.paragraphs:
        match = _PLANNED.search(paragraph.text)
        if match is None:
            continue
        start, end = paragraph.span(match.start("number"), match.end("number"))
        ledger.add(
            "assets",
            {
                "document_id": frame.document_id,
                "asset_key": ledger.key("assets", "planned-purchase"),
                "region_code": frame.region_code,
                "org_id": frame.org_id,
                "as_of": date(frame.fiscal_year, 12, 31),
                "asset_class": "planned-purchase",
                "label": match["label"],
                "quantity": None,
                "quantity_unit": None,
                "amount_cny": to_yuan(match["number"], match["unit"]),
                "printed": match["number"],
                "unit": match["unit"],
                "status": status_of(match["number"]),
                "char_start": start,
                "char_end": end,
            },
        )


_DAY = re.compile(r"(?P<day>\d{4}年\d{1,2}月\d{1,2}日)|(?P<year>\d{4})年(?:年?末|年?底)")


def assets_in_words(paragraph: Paragraph, frame: Frame, ledger: Ledger) -> None:
    """Write what a paragraph counts or values: vehicles and equipment held, and to be bought.

    Where a sentence says no value, the row stands with a null.

    Args:
        paragraph: The paragraph.
        frame: What rows share.
        ledger: Where they go.
    """
    line = squeezed(paragraph)
    text = line.text
    counted, valued, buying, amount = _in_words()
    total = [(name, match) for name, pattern in valued.items() if (match := pattern.search(text))]
    for name, match in total:
        _said(line, name, match, match, frame, ledger)
    for name, pattern in counted.items():
        seen: set[bool] = set()
        for match in pattern.finditer(text):
            start = max(text.rfind(mark, 0, match.start()) for mark in "。；") + 1
            planned = buying.search(text, start, match.start("label")) is not None
            if planned in seen or (planned and frame.phase == "executed"):
                continue
            seen.add(planned)
            # A value beside a total would be taken for a part of it, of which others are not said.
            worth = None if total else amount.match(text, match.end())
            _said(line, "planned-purchase" if planned else name, match, worth, frame, ledger)


def _said(
    line: Squeezed,
    asset_class: str,
    match: re.Match[str],
    worth: re.Match[str] | None,
    frame: Frame,
    ledger: Ledger,
) -> None:
    quantity = match.groupdict().get("quantity")
    planned = asset_class == "planned-purchase"
    start, end = line.span(match.start("label"), match.end() if worth is None else worth.end())
    day = date(frame.fiscal_year, 12, 31) if planned else _day(line.text, frame)
    ledger.add(
        "assets",
        {
            "document_id": frame.document_id,
            "asset_key": ledger.key("assets", asset_class),
            "region_code": frame.region_code,
            "org_id": frame.org_id,
            "as_of": day,
            "asset_class": asset_class,
            "label": match["label"],
            "quantity": None if quantity is None else parse(quantity),
            "quantity_unit": match.groupdict().get("unit"),
            "amount_cny": None if worth is None else to_yuan(worth["amount"], worth["money"]),
            "printed": None if worth is None else worth["amount"],
            "unit": None if worth is None else worth["money"],
            "status": "blank" if worth is None else status_of(worth["amount"]),
            "char_start": start,
            "char_end": end,
        },
    )
    if worth is not None:
        ledger.use_span(line.span(worth.start("amount"), worth.end()))


@cache
def _in_words() -> tuple[
    dict[str, re.Pattern[str]], dict[str, re.Pattern[str]], re.Pattern[str], re.Pattern[str]
]:
    said = table()["assets-text"]
    counted, valued = (
        {known: re.compile(pattern) for known, pattern in said[group].items()}
        for group in ("counted", "valued")
    )
    return counted, valued, re.compile(said["buying"]), re.compile(said["amount"])


def _day(text: str, frame: Frame) -> date:
    """Return the day that a sentence counts for; else the end of the year that is over."""
    match = _DAY.search(text)
    if match is not None and match["day"]:
        stated = date_in(match["day"])
        if stated is not None:
            return stated
    last = frame.fiscal_year if frame.phase == "executed" else frame.fiscal_year - 1
    return date(last if match is None or not match["year"] else int(match["year"]), 12, 31)
