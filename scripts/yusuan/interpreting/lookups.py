"""The wordings of documents as data (`lookups.toml`), compiled once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

_QUOTES = str.maketrans({'"': "“", "＂": "“", "'": "‘", "(": "（", ")": "）", ":": "：", "%": "％"})


def squeeze(text: str) -> str:
    """Return `text` without any white space: how labels are compared."""
    return "".join(text.split())


# Headers, labels and kinds recur in every table of a document.
@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Return `text` squeezed and with one kind of bracket, colon, quotation and percent mark."""
    folded = "".join(text.split()).translate(_QUOTES)
    if "“" not in folded and "”" not in folded:
        return folded
    # Straight quotation marks have no side; the first of a pair opens, the second closes.
    parts = folded.replace("”", "“").split("“")
    return "".join(
        part + ("" if at == len(parts) - 1 else "“" if at % 2 == 0 else "”")
        for at, part in enumerate(parts)
    )


@cache
def table() -> dict[str, Any]:
    """Return `lookups.toml` as it stands."""
    return tomllib.loads(files("yusuan.interpreting").joinpath("lookups.toml").read_text("utf-8"))


@dataclass(frozen=True, slots=True)
class SectionName:
    """How the heading of one section reads."""

    key: str
    level: int
    title: re.Pattern[str]


@cache
def section_names() -> tuple[SectionName, ...]:
    """Return the sections that are known, in the order of `lookups.toml`."""
    said = table()["headings"]
    return tuple(
        SectionName(
            entry["key"],
            entry["level"],
            re.compile(
                entry["title"].replace("{whose}", said["whose"]).replace("{tail}", said["tail"])
            ),
        )
        for entry in table()["section"]
    )


@dataclass(frozen=True, slots=True)
class Headings:
    """What may stand around the title of a section.

    Attributes:
        lead: 关于, a year.
        organisation: The end of an organisation's name; a title may open with one.
        bare: How a title without a number ends, where it needs one else.
        project: The headings inside the description of a project.
    """

    lead: re.Pattern[str]
    organisation: re.Pattern[str]
    bare: tuple[str, ...]
    project: re.Pattern[str]


@cache
def headings() -> Headings:
    """Return what may stand around the title of a section."""
    said = table()["headings"]
    return Headings(
        re.compile(said["lead"]),
        re.compile(said["organisation"]),
        tuple(said["bare"]),
        re.compile("|".join(said["project"])),
    )


@dataclass(frozen=True, slots=True)
class FigureName:
    """What a named figure of a sentence becomes: the form, its dimensions and role.

    Attributes:
        form: The form of the line.
        dimensions: Column of `budget_lines` → code, as pairs.
        role: `leaf`, `subtotal`, `total` or `of-which`.
        direction: `revenue` or `expenditure`.
        classes: 类, 款, 项 as the sentence names them; empty where it names none.
    """

    form: str
    dimensions: tuple[tuple[str, str], ...]
    role: str
    direction: str
    classes: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The key of its line: form and codes."""
        both_sides = self.form in table()["statement"]["both-sides"]
        side = (self.direction,) if both_sides else ()
        codes = dict.fromkeys(code for _, code in self.dimensions)
        return ".".join((self.form, *side, *codes))


_DIMENSIONS = ("item", "nature", "fund_source", "kind")
Names = Mapping[str, tuple[FigureName, ...]]


@cache
def _by_form() -> dict[str, Names]:
    """Return form → folded name → the lines that it stands for."""
    forms: dict[str, dict[str, tuple[FigureName, ...]]] = {}
    for entry in table()["figure"]:
        form = entry["form"]
        figure = FigureName(
            form,
            tuple((name, entry[name]) for name in _DIMENSIONS if name in entry),
            entry["role"],
            entry.get("direction", _direction(form)),
        )
        names = forms.setdefault(form, {})
        for name in entry["names"]:
            names[fold(name)] = (*names.get(fold(name), ()), figure)
    said = table()["statement"]
    not_borrowed = {fold(name) for name in said["borrowed-not"]}
    for form, lender in said["borrowed"].items():
        # The text names the row 合计 of a table.
        forms[form] = {
            name: tuple(replace(one, form=form, role="total") for one in figures)
            for name, figures in forms[lender].items()
            if name not in not_borrowed
        } | forms.get(form, {})
    return {form: dict(names) for form, names in forms.items()}


def _direction(form: str) -> str:
    return "revenue" if form == "dept-revenue-text" else "expenditure"


@cache
def figure_names(section: str, phase: str) -> Names:
    """Return every name of a figure that a section can state, and its lines.

    Args:
        section: The key of the section.
        phase: That of the document: the same sentence of final accounts is of another table.
    """
    said = table()["statement"]
    groups = said["executed"].get(section) if phase == "executed" else None
    if groups is None:
        groups = said["forms"].get(section, said["forms"]["default"])
    names: dict[str, tuple[FigureName, ...]] = {}
    for group in groups:
        own: dict[str, tuple[FigureName, ...]] = {}
        for form in group:
            for name, figures in _by_form()[form].items():
                own[name] = (*own.get(name, ()), *figures)
        names = {**own, **names}
    return names


def names_within(section: str, text: str) -> Names:
    """Return the names that mean something else in a paragraph than in its section.

    Args:
        section: The key of the section.
        text: The paragraph, folded.
    """
    return {
        fold(name): _by_form()[one["form"]][fold(name)]
        for one in table()["statement"]["within"]
        if section in one["sections"] and re.search(one["pattern"], text)
        for name in one["names"]
    }


@cache
def all_names() -> frozenset[str]:
    """Return every name of a figure, whatever its form."""
    return frozenset(name for names in _by_form().values() for name in names)


@cache
def default_names(section: str, phase: str) -> tuple[FigureName, ...]:
    """Return what a figure without a name is said of in a section: the section's own total."""
    name = table()["statement"]["subject"].get(section, "")
    return figure_names(section, phase).get(fold(name), ())


@cache
def class_form(section: str) -> str:
    """Return the form of a figure of a section that is named by its function."""
    classes = table()["statement"]["classes"]
    return str(classes.get(section, ""))


@cache
def reverse(section: str, sub: str | None = None) -> dict[str, str]:
    """Return folded wording → code of a section whose entries are lists of wordings."""
    entries = table()[section] if sub is None else table()[section][sub]
    return {
        fold(wording): code
        for code, wordings in entries.items()
        if isinstance(wordings, list)
        for wording in wordings
    }


@cache
def label_pattern() -> re.Pattern[str]:
    """Return the pattern that a folded structural label matches as a whole."""
    labels = table()["labels"]
    texts = sorted((re.escape(fold(text)) for text in labels["texts"]), key=len, reverse=True)
    patterns = [pattern.translate(_BRACKETS) for pattern in labels["patterns"]]
    return re.compile("|".join([*texts, *patterns]))


# In patterns only the characters of the text are folded, never the brackets of the pattern itself.
_BRACKETS = str.maketrans({"%": "％"})


@lru_cache(maxsize=4096)
def is_label(text: str) -> bool:
    """Tell whether `text` is a structural label of the closed list, or blank."""
    folded = fold(text)
    return (
        not folded
        or label_pattern().fullmatch(folded) is not None
        or folded.rstrip("：") in _fields()
    )


@cache
def _fields() -> frozenset[str]:
    """Return what labels the fields of performance tables."""
    return frozenset({*reverse("headers"), *reverse("project")})


@cache
def _nothing() -> re.Pattern[str]:
    words = table()["nothing"]
    texts = (re.escape(fold(text)) for text in words["texts"])
    return re.compile("|".join([*texts, *words["patterns"]]))


def is_nothing(text: str) -> bool:
    """Tell whether `text` only says that there is nothing to say (无)."""
    return _nothing().fullmatch(fold(text)) is not None
