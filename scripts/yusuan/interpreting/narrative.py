"""The running text: duties, goals, safeguards, terms, and the figures that sentences state."""

from __future__ import annotations

import re
from decimal import Decimal

from yusuan.amounts import status_of, to_yuan
from yusuan.interpreting.captions import is_caption
from yusuan.interpreting.figures import Statement, statements
from yusuan.interpreting.ledger import Frame, Ledger
from yusuan.interpreting.lookups import FigureName, figure_names, fold, is_label, is_nothing
from yusuan.interpreting.result import Value
from yusuan.interpreting.sections import Section, numbered
from yusuan.reading.document import Paragraph

# Kind of the entries of a section that is a numbered list.
_LISTS = {
    "duties": "duty",
    "duties-organisation": "duty",
    "organisation": "organisation",
    "overall-goals": "overall-goal",
    "safeguards": "safeguard",
    "other": "other-matter",
}
_NARRATIVES = frozenset(
    {"arrangement", "revenue-text", "expenditure-text", "change-text", "operating",
     "three-public", "procurement", "assets", "performance"}
)  # fmt: skip
_NO_FIGURES = frozenset({"duty", "organisation", "other-matter"})
_FIGURES = _NARRATIVES - {"procurement", "assets", "performance"}
# What a section speaks of: 本级80万元 among the income is no project expenditure.
_FORMS = {
    "revenue-text": ("dept-revenue-text",),
    "expenditure-text": ("dept-expenditure-text",),
    "operating": ("dept-operating",),
    "three-public": ("dept-three-public",),
}
_DEFAULT_NAME = {"operating": "机关运行经费", "three-public": "“三公”经费"}
_LONGEST_TITLE = 60
_GROUP = re.compile(r"[（(][一二三四五六七八九十]+[)）]")
_TITLED = re.compile(r"(?P<title>[^：:。；;]{1,60})[：:](?P<text>.+)", re.DOTALL)


def interpret_section(section: Section, frame: Frame, ledger: Ledger) -> None:
    """Write the rows of one section's running text."""
    if section.key in _LISTS:
        _list(section, _LISTS[section.key], frame, ledger)
    elif section.key == "sub-goals":
        _sub_goals(section, frame, ledger)
    elif section.key == "terms":
        _terms(section, frame, ledger)
    elif section.key in _NARRATIVES:
        for paragraph in section.paragraphs:
            if is_caption(paragraph.text):
                ledger.use(paragraph)
            elif not is_label(paragraph.text):
                narrative(paragraph, section.key, frame, ledger)


# Sections whose figures stand in a table; the sentence only says them again.
_TABLED = {"procurement": "procurement_items", "assets": "assets"}
_AMOUNT = re.compile(r"(?P<number>\d[\d,]*(?:\.\d+)?)\s*(?P<unit>亿元|万元|元)")


def _without_amounts(paragraph: Paragraph, ledger: Ledger) -> None:
    """Use a paragraph but for the amounts that it states."""
    at = 0
    for match in _AMOUNT.finditer(paragraph.text):
        ledger.use_span(paragraph.span(at, match.start()))
        at = match.end()
    ledger.use_span(paragraph.span(at))


def restated(section: Section, ledger: Ledger) -> None:
    """Use the amounts of a section's sentences that its table states, too; others stay unread."""
    table = _TABLED.get(section.key)
    if table is None:
        return
    stated = {row["amount_cny"] for row in ledger.rows[table]}
    for paragraph in section.paragraphs:
        for match in _AMOUNT.finditer(paragraph.text):
            if to_yuan(match["number"], match["unit"]) in stated:
                ledger.use_span(paragraph.span(match.start(), match.end()))


def narrative(paragraph: Paragraph, key: str, frame: Frame, ledger: Ledger) -> None:
    """Write one paragraph of a statement, and each figure that it states."""
    used = len(ledger.used)
    _item("narrative", paragraph, frame, ledger, whole=True)
    if key in _FIGURES or key in _TABLED:
        # The sentence is kept whole, but each figure in it counts as read only when understood.
        del ledger.used[used:]
    else:
        ledger.use(paragraph)
        return
    if key in _TABLED:
        _without_amounts(paragraph, ledger)
        return
    default = figure_names().get(fold(_DEFAULT_NAME.get(key, "")), ())
    at = 0
    for statement in statements(paragraph.text, frame.fiscal_year, default):
        names = [name for name in statement.names if name.form in _FORMS.get(key, (name.form,))]
        if not names:
            # What is not understood stays unread: the characters around it are used, it is not.
            ledger.use_span(paragraph.span(at, statement.start))
            at = statement.stop
            continue
        for name in names:
            if statement.change is None:
                _line(statement, name, paragraph, frame, ledger)
            else:
                _change(statement, name, paragraph, frame, ledger)
    ledger.use_span(paragraph.span(at))


def _line(
    statement: Statement, name: FigureName, paragraph: Paragraph, frame: Frame, ledger: Ledger
) -> None:
    amount = to_yuan(statement.printed.replace("，", ","), statement.unit)
    if amount is None or (statement.named and _restates(name, amount, ledger)):
        return
    start, end = paragraph.span(statement.start, statement.end)
    ledger.add(
        "budget_lines",
        {
            "document_id": frame.document_id,
            "line_key": ledger.key("budget_lines", f"{name.form}.{name.value}"),
            "form": name.form,
            "region_code": frame.region_code,
            "org_id": frame.org_id,
            "fiscal_year": frame.fiscal_year,
            "stated_in": frame.fiscal_year,
            "phase": frame.phase,
            "direction": "revenue" if name.form == "dept-revenue-text" else "expenditure",
            name.dimension: name.value,
            "role": name.role,
            "amount_cny": amount,
            "printed": statement.printed,
            "unit": statement.unit,
            "status": status_of(statement.printed),
            "char_start": start,
            "char_end": end,
        },
    )


def _restates(name: FigureName, amount: Decimal, ledger: Ledger) -> bool:
    """Tell whether the same figure was stated before: said twice alike is said once."""
    return not ledger.is_new("stated", f"{name.form}.{name.value}.{amount.normalize()}")


def _change(
    statement: Statement, name: FigureName, paragraph: Paragraph, frame: Frame, ledger: Ledger
) -> None:
    amount = to_yuan(statement.printed.replace("，", ","), statement.unit or "元") or Decimal(0)
    start, end = paragraph.span(statement.start, statement.end)
    row: dict[str, Value] = {
        "document_id": frame.document_id,
        "change_key": ledger.key("budget_changes", f"{name.form}.{name.value}"),
        "form": name.form,
        "region_code": frame.region_code,
        "org_id": frame.org_id,
        "fiscal_year": frame.fiscal_year,
        "base_year": statement.base_year,
        "change_cny": -amount if statement.change == "less" else amount,
        "printed": statement.printed or statement.direction_text,
        "unit": statement.unit or None,
        "direction_text": statement.direction_text,
        "reason": statement.reason,
        "char_start": start,
        "char_end": end,
    }
    # `fund_source` is no column of a change; the key names it.
    if name.dimension != "fund_source":
        row[name.dimension] = name.value
    ledger.add("budget_changes", row)


def heading(section: Section, frame: Frame, ledger: Ledger) -> None:
    """Write the heading of a section that was recognised."""
    if isinstance(section.heading, Paragraph) and section.key != "unknown":
        _item("heading", section.heading, frame, ledger)


def _item(
    kind: str,
    paragraph: Paragraph,
    frame: Frame,
    ledger: Ledger,
    *,
    whole: bool = False,
    titled: bool = False,
    parent: str | None = None,
) -> str:
    """Write one text item and return its key.

    Args:
        kind: The item's kind.
        paragraph: The paragraph that it is.
        frame: What rows share.
        ledger: Where it goes.
        whole: Keep the number in the text: it is no list entry.
        titled: The text before the first colon is its title.
        parent: The item it belongs to.
    """
    number, text = ("", paragraph.text.strip()) if whole else numbered(paragraph.text)
    title = None
    if titled:
        match = _TITLED.fullmatch(text)
        if match is not None and len(match["title"]) <= _LONGEST_TITLE:
            title, text = match["title"].strip(), match["text"].strip()
    path = kind if parent is None else f"{kind}.{parent.partition('.')[2]}"
    ordinal = ledger.count(f"text_items.{kind}.{parent}")
    digits = "" if parent is not None or kind == "goal-group" else "02"
    key = f"{path}.{ordinal:{digits}}"
    start, end = paragraph.span()
    ledger.add(
        "text_items",
        {
            "document_id": frame.document_id,
            "item_key": key,
            "kind": kind,
            "ordinal": ordinal,
            "parent_key": parent,
            "org_id": frame.org_id,
            "project_code": None,
            "number_label": number or None,
            "title": title,
            "text": text,
            "char_start": start,
            "char_end": end,
        },
    )
    ledger.use_span((start, end))
    return key


def _list(section: Section, kind: str, frame: Frame, ledger: Ledger) -> None:
    titled = kind in {"overall-goal", "safeguard"}
    for paragraph in section.paragraphs:
        if not is_label(paragraph.text) and not (is_nothing(paragraph.text) and kind == "duty"):
            used = len(ledger.used)
            _item(kind, paragraph, frame, ledger, titled=titled)
            if kind in _NO_FIGURES:
                # Nobody expects money here: if there is some, a person has to look.
                del ledger.used[used:]
                _without_amounts(paragraph, ledger)


def _sub_goals(section: Section, frame: Frame, ledger: Ledger) -> None:
    group: str | None = None
    for paragraph in section.paragraphs:
        number, text = numbered(paragraph.text)
        if is_label(paragraph.text):
            continue
        if _GROUP.match(number) and "：" not in text and ":" not in text:
            group = _item("goal-group", paragraph, frame, ledger)
            ledger.heading(paragraph)
        else:
            _item("sub-goal", paragraph, frame, ledger, titled=True, parent=group)


def _terms(section: Section, frame: Frame, ledger: Ledger) -> None:
    for paragraph in section.paragraphs:
        _, text = numbered(paragraph.text)
        match = _TITLED.fullmatch(text)
        if match is None or is_label(paragraph.text):
            continue
        ordinal = 1 + len(ledger.rows["terms"])
        start, end = paragraph.span()
        ledger.add(
            "terms",
            {
                "document_id": frame.document_id,
                "term_key": f"{ordinal:02}",
                "label": match["title"].strip(),
                "definition": match["text"].strip(),
                "char_start": start,
                "char_end": end,
            },
        )
        ledger.use_span((start, end))


_BASIS = re.compile(r"^(?:按照|根据|依据|为了?贯彻|按).*(?:《|规定|要求).*", re.DOTALL)


def legal_basis(section: Section, frame: Frame, ledger: Ledger) -> None:
    """Write the sentence before the first section that says on what law the disclosure rests."""
    for paragraph in section.paragraphs:
        if _BASIS.match(paragraph.text.strip()):
            _item("legal-basis", paragraph, frame, ledger, whole=True)
