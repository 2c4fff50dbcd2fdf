"""The wordings of documents as data (`lookups.toml`), compiled once."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
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
    return tuple(
        SectionName(entry["key"], entry["level"], re.compile(entry["title"]))
        for entry in table()["section"]
    )


@dataclass(frozen=True, slots=True)
class FigureName:
    """What a named figure of a sentence becomes: the form, its dimension and role."""

    form: str
    dimension: str
    value: str
    role: str


@cache
def figure_names() -> dict[str, tuple[FigureName, ...]]:
    """Return every name of a figure, folded, and the lines that it stands for."""
    names: dict[str, tuple[FigureName, ...]] = {}
    for entry in table()["figure"]:
        dimension = next(d for d in ("fund_source", "nature", "item") if d in entry)
        figure = FigureName(entry["form"], dimension, entry[dimension], entry["role"])
        for name in entry["names"]:
            names[fold(name)] = (*names.get(fold(name), ()), figure)
    return names


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
    return not folded or label_pattern().fullmatch(folded) is not None


@cache
def _nothing() -> re.Pattern[str]:
    words = table()["nothing"]
    texts = (re.escape(fold(text)) for text in words["texts"])
    return re.compile("|".join([*texts, *words["patterns"]]))


def is_nothing(text: str) -> bool:
    """Tell whether `text` only says that there is nothing to say (无)."""
    return _nothing().fullmatch(fold(text)) is not None
