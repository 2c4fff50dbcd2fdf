"""The running text: duties, goals, safeguards, terms, and the figures that sentences state."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from yusuan.interpreting.assets import assets_in_words, is_assets
from yusuan.interpreting.captions import is_caption
from yusuan.interpreting.clauses import Context, clause_of, is_silent, opened_by, subject_of
from yusuan.interpreting.figures import ignored_in, plain, says_figures, statements, yuan
from yusuan.interpreting.ledger import ASIDE, Frame, Ledger
from yusuan.interpreting.lookups import (
    FigureName,
    class_form,
    default_names,
    figure_names,
    fold,
    is_label,
    is_nothing,
    names_within,
    table,
)
from yusuan.interpreting.procurement import is_procurement
from yusuan.interpreting.sections import Section, is_project_heading, numbered
from yusuan.interpreting.stated import SAID, explain, settle, state
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
_NO_FIGURES = frozenset({"duty", "organisation", "other-matter"})
# Sections whose sentences state figures.
_FIGURES = frozenset(
    {"arrangement", "revenue-text", "expenditure-text", "change-text", "operating", "three-public",
     "budget-statement", "balance-text", "fiscal-balance-text", "general-text",
     "general-basic-text", "fund-text", "state-capital-text", "project-expenditure-text",
     "fiscal-expenditure-text", "conference-training"}
)  # fmt: skip
# Sections whose figures stand in a table, too; the sentence only says them again.
_TABLED = {
    "procurement": "procurement_items",
    "assets": "assets",
    "performance": "budget_lines",
    "project-text": "budget_lines",
}
_NARRATIVES = (
    _FIGURES
    | _TABLED.keys()
    | {"overview", "staff", "work", "transfers", "purchased-services", "other-information"}
)
_LONGEST_TITLE = 60
_TELLING = 4  # characters of a figure that is hardly the same by chance: 2000, 15.3
_GROUP = re.compile(r"[（(][一二三四五六七八九十]+[)）]")
_TITLED = re.compile(r"(?P<title>[^：:。；;]{1,60})[：:](?P<text>.+)", re.DOTALL)


def interpret_section(section: Section, frame: Frame, ledger: Ledger) -> None:
    """Write the rows of one section's running text."""
    before = len(ledger.rows["budget_lines"])
    if section.key in _LISTS:
        _list(section, _LISTS[section.key], frame, ledger)
    elif section.key == "sub-goals":
        _sub_goals(section, frame, ledger)
    elif section.key == "terms":
        _terms(section, frame, ledger)
    elif section.key == "contents":
        ledger.use(*section.paragraphs)
    elif section.key == "project-text":
        _project(section, frame, ledger)
    elif section.key in _NARRATIVES:
        topic = Topic()
        for paragraph in section.paragraphs:
            if is_caption(paragraph.text):
                ledger.use(paragraph)
            elif not is_label(paragraph.text):
                above = _context(section.key, "", Topic(), frame, ledger)
                topic = _topic(topic, paragraph, above)
                narrative(paragraph, section, topic, frame, ledger)
    settle(before, ledger)


@dataclass(frozen=True, slots=True)
class Topic:
    """What the headings inside a section say of the paragraphs below them.

    Attributes:
        names: What a figure without a name is said of; empty where the heading is not known, None
            where there is none: then it is the section's own total.
        opened: 类, and 款 if any: 普通教育（款）小学教育（项） stands below 教育支出（类）.
    """

    names: tuple[FigureName, ...] | None = None
    opened: tuple[str, ...] = ()


_LONGEST_TOPIC = 60


def _topic(topic: Topic, paragraph: Paragraph, context: Context) -> Topic:
    """Return what a paragraph, and those below it, are about."""
    number, text = numbered(paragraph.text)
    if len(text) > _LONGEST_TOPIC or "。" in text.rstrip("。") or says_figures(text):
        # The next point of a list speaks for itself.
        return replace(topic, names=None) if number else topic
    opened = opened_by(text)
    names = subject_of(text, context) or clause_of(text, context)[0]
    if opened or names:
        return Topic(names, opened or topic.opened)
    if not number:
        return topic
    return Topic() if is_silent(text, context) else Topic(())


_AMOUNT = re.compile(r"(?P<number>\d[\d,，.]*)\s*(?P<unit>亿元|万元|元)")


def _without_amounts(paragraph: Paragraph, section: str, ledger: Ledger) -> None:
    """Use a paragraph but for the amounts that it states."""
    limits = ignored_in(paragraph.text, section)
    at = 0
    for match in _AMOUNT.finditer(plain(paragraph.text)):
        if any(start < match.end() and match.start() < end for start, end in limits):
            ledger.count(ASIDE)
        else:
            ledger.use_span(paragraph.span(at, match.start()))
            at = match.end()
    ledger.use_span(paragraph.span(at))


def restated(section: Section, ledger: Ledger) -> None:
    """Use the amounts of a section's sentences that its table states, too; others stay unread."""
    name = _TABLED.get(section.key)
    if name is None:
        return
    rows = ledger.rows[name]
    if section.key == "procurement" and not all(_is_said(row["procurement_key"]) for row in rows):
        # A table says more than the sentences: what they say again is no row of its own.
        said = [row for row in rows if _is_said(row["procurement_key"])]
        rows[:] = [row for row in rows if not _is_said(row["procurement_key"])]
        places = {(row["char_start"], row["char_end"]) for row in said}
        ledger.used[:] = [span for span in ledger.used if span not in places]
    # What a project costs is told by nothing but projects.
    stated = {
        row["amount_cny"]
        for row in rows
        if name != "budget_lines" or row.get("nature") == "project" or row.get("project_code")
    }
    for paragraph in section.paragraphs:
        for match in _AMOUNT.finditer(plain(paragraph.text)):
            # Where no table belongs to the sentence, a round figure may be anything's.
            telling = name != "budget_lines" or len(match["number"]) >= _TELLING
            amount = yuan(match["number"], match["unit"])
            if telling and amount is not None and amount in stated:
                ledger.use_span(paragraph.span(match.start(), match.end()))


def _is_said(key: object) -> bool:
    return str(key).startswith(f"{SAID}.")


_WHY = re.compile(
    r"(?P<what>[^，。；]{2,40}?)(?:增加|减少|增长|下降|变化|增减变化|变动)的(?:主要)?原因(?:是|为)[：:]?(?P<reason>[^。]+)。?"
)


def narrative(
    paragraph: Paragraph, section: Section, topic: Topic, frame: Frame, ledger: Ledger
) -> None:
    """Write one paragraph of a statement, and each figure that it states."""
    key = section.key
    used = len(ledger.used)
    _item("narrative", paragraph, frame, ledger, whole=True)
    # The sentence is kept whole, but each figure in it counts as read only when understood.
    del ledger.used[used:]
    if key == "assets" and not any(is_assets(block, section) for block in section.tables):
        assets_in_words(paragraph, frame, ledger)
    tabled = key in _TABLED and not (
        key == "procurement" and not any(is_procurement(block) for block in section.tables)
    )
    if tabled or key not in _FIGURES | _TABLED.keys():
        _without_amounts(paragraph, key, ledger)
        return
    _figures(paragraph, _context(key, paragraph.text, topic, frame, ledger), frame, ledger)


def _context(key: str, text: str, topic: Topic, frame: Frame, ledger: Ledger) -> Context:
    return Context(
        frame.fiscal_year,
        frame.phase,
        {**figure_names(key, frame.phase), **names_within(key, fold(text))},
        default_names(key, frame.phase) if topic.names is None else topic.names,
        class_form(key),
        frame.department,
        {
            str(row["function_code"]): str(row["label"])
            for row in ledger.rows["budget_lines"]
            if row.get("function_code") and row.get("label")
        },
        key in table()["statement"]["plain-classes"],
        topic.opened,
        key in table()["statement"]["all-money"],
    )


def _figures(paragraph: Paragraph, context: Context, frame: Frame, ledger: Ledger) -> None:
    limits = ignored_in(paragraph.text, "")
    for match in _AMOUNT.finditer(plain(paragraph.text)):
        if any(start <= match.start() < end for start, end in limits):
            ledger.count(ASIDE)
    at = 0
    for statement in statements(paragraph.text, context):
        if not state(statement, statement.names, paragraph, frame, ledger):
            # What is not understood stays unread: the characters around it are used, it is not.
            ledger.use_span(paragraph.span(at, statement.start))
            at = statement.stop
    ledger.use_span(paragraph.span(at))
    why = _WHY.match(paragraph.text.strip())
    if why is not None:
        # 财政拨款收入支出增加的主要原因是…: why figures before it changed.
        both = why["what"]
        sides = dict.fromkeys(
            (both, *(both.replace("收入支出", side) for side in ("收入", "支出")))
        )
        names = [name for side in sides for name in clause_of(side, context)[0]]
        explain(names, why["reason"].strip(), ledger)


def _project(section: Section, frame: Frame, ledger: Ledger) -> None:
    """Write the description of a project: its headings, and what stands under each of them."""
    title: str | None = None
    for paragraph in section.paragraphs:
        if is_project_heading(paragraph.text):
            title = numbered(paragraph.text)[1]
            ledger.heading(paragraph)
            _item("heading", paragraph, frame, ledger)
        elif not is_label(paragraph.text):
            used = len(ledger.used)
            _item("narrative", paragraph, frame, ledger, whole=True, under=title)
            del ledger.used[used:]
            _without_amounts(paragraph, section.key, ledger)


def heading(section: Section, frame: Frame, ledger: Ledger) -> None:
    """Write the heading of a section that was recognised."""
    if isinstance(section.heading, Paragraph) and section.key != "unknown":
        whole = section.heading
        for more in section.more:
            between = "\n" * (more.char_start - whole.char_end)
            whole = Paragraph(whole.text + between + more.text, whole.char_start, more.char_end)
        _item("heading", whole, frame, ledger, whole=not numbered(whole.text)[1])


def _item(
    kind: str,
    paragraph: Paragraph,
    frame: Frame,
    ledger: Ledger,
    *,
    whole: bool = False,
    titled: bool = False,
    parent: str | None = None,
    under: str | None = None,
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
        under: The heading that it stands under, as its title.
    """
    number, text = ("", paragraph.text.strip()) if whole else numbered(paragraph.text)
    title = under
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
    counted = any(numbered(paragraph.text)[0] for paragraph in section.paragraphs)
    begun = False
    for paragraph in section.paragraphs:
        begun = begun or bool(numbered(paragraph.text)[0])
        if not is_label(paragraph.text) and not (is_nothing(paragraph.text) and kind == "duty"):
            used = len(ledger.used)
            if kind == "duty" and counted and not begun:
                # What opens a numbered list of duties is none of them.
                _item("narrative", paragraph, frame, ledger, whole=True)
            else:
                _item(kind, paragraph, frame, ledger, titled=titled)
            if kind in _NO_FIGURES:
                # Nobody expects money here: if there is some, a person has to look.
                del ledger.used[used:]
                _without_amounts(paragraph, section.key, ledger)


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


# 基本支出，是指…: a term without a colon.
_EXPLAINED = re.compile(
    r"(?P<title>[^：:。；;，,]{2,40})[，,]?(?P<text>(?:是指|指的是|系指|指).+)", re.DOTALL
)


def _terms(section: Section, frame: Frame, ledger: Ledger) -> None:
    label: Paragraph | None = None  # a term whose explanation stands in the next paragraph
    for paragraph in section.paragraphs:
        if is_label(paragraph.text):
            continue
        number, text = numbered(paragraph.text)
        match = _EXPLAINED.fullmatch(text) or _TITLED.fullmatch(text)
        if label is not None:
            title = numbered(label.text)[1].rstrip("：: ")
            _term(title, text, (label.char_start, paragraph.char_end), frame, ledger)
            label = None
        elif match is not None and (number or not _goes_on(section, ledger)):
            _term(match["title"], match["text"], paragraph.span(), frame, ledger)
        elif number and len(text) <= _LONGEST_TITLE and "。" not in text:
            label = paragraph
        elif _goes_on(section, ledger):
            last = ledger.rows["terms"][-1]
            ledger.rows["terms"][-1] = {
                **last,
                "definition": f"{last['definition']}\n{text}",
                "char_end": paragraph.char_end,
            }
            ledger.use(paragraph)


def _goes_on(section: Section, ledger: Ledger) -> bool:
    """Tell whether a paragraph without number belongs to the term before: others are numbered."""
    begun = bool(ledger.rows["terms"])
    return begun and any(numbered(paragraph.text)[0] for paragraph in section.paragraphs)


def _term(label: str, definition: str, span: tuple[int, int], frame: Frame, ledger: Ledger) -> None:
    ledger.add(
        "terms",
        {
            "document_id": frame.document_id,
            "term_key": f"{1 + len(ledger.rows['terms']):02}",
            "label": label.strip(),
            "definition": definition.strip(),
            "char_start": span[0],
            "char_end": span[1],
        },
    )
    ledger.use_span(span)


_BASIS = re.compile(r"^(?:按照|根据|依据|为了?贯彻|按).*(?:《|规定|要求).*", re.DOTALL)


def legal_basis(section: Section, frame: Frame, ledger: Ledger) -> None:
    """Write the sentence before the first section that says on what law the disclosure rests."""
    for paragraph in section.paragraphs:
        if _BASIS.match(paragraph.text.strip()):
            _item("legal-basis", paragraph, frame, ledger, whole=True)
