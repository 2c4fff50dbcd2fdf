"""The canned questions: SPARQL files with a title, a description and parameters.

A file is a query that any SPARQL engine answers as it stands. Its head is TOML in comments; a line
`#: county  …` in it belongs to the query only where that parameter is given.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files

from yusuan.errors import UsageError
from yusuan.mapping import base_of
from yusuan.messages import say
from yusuan.package.shipped import field, template
from yusuan.querying.charting import Drawing
from yusuan.terms import literal

_HEAD = re.compile(r"(?:# .*\n)+")
_LINE = re.compile(r"^( *)#: (\w+)  (.*)$", re.MULTILINE)

# What a value must look like; a word is free text and becomes a literal.
PARAMETERS = {
    "county": re.compile(r"[0-9]{6,12}"),
    "year": re.compile(r"[0-9]{4}"),
    "remit": re.compile(r"[a-z]+(?:-[a-z0-9]+)*"),
    "item": re.compile(r"[A-Z]?[0-9]{2,10}"),
    "word": re.compile(r".+", re.DOTALL),
}
_TEXTS = ("word",)


@dataclass(frozen=True, slots=True)
class Question:
    """One canned question.

    Attributes:
        name: `Q1`.
        titles: In each language.
        descriptions: What its columns are, in each language.
        parameters: What it can be narrowed to.
        text: The file.
        drawing: How its answer is drawn; None where it is no series.
    """

    name: str
    titles: Mapping[str, str]
    descriptions: Mapping[str, str]
    parameters: tuple[str, ...]
    text: str
    drawing: Drawing | None = None

    def query(self, given: Mapping[str, str], base: str) -> str:
        """Return the query, narrowed by the parameters that are given.

        Args:
            given: Parameter → value.
            base: The base IRI of what is asked.

        Raises:
            UsageError: It has no such parameter, or the value does not fit.
        """
        for name, value in given.items():
            if name not in self.parameters:
                known = ", ".join(f"--{one}" for one in self.parameters)
                raise UsageError(f"--{name}", say("question-without", question=self.name),
                                 say("question-without-advice", known=known))  # fmt: skip
            if not PARAMETERS[name].fullmatch(value):
                raise UsageError(f"--{name}", say("question-value", value=value),
                                 say(f"question-value-{name}"))  # fmt: skip
            if name == "remit":
                _known_remit(value)

        def line(match: re.Match[str]) -> str:
            indent, name, pattern = match.groups()
            if name not in given:
                return match[0]
            value = literal(given[name]) if name in _TEXTS else given[name]
            return indent + str(pattern).replace(f"${name}", value)

        return _LINE.sub(line, self.text.replace(base_of(template()), base))


def _known_remit(value: str) -> None:
    known = {one["value"]: one for one in field("organizations", "remit")["categories"]}
    if value in known:
        return
    near = get_close_matches(value, known, n=3, cutoff=0.5) or known
    codes = ", ".join(f"{one} {known[one]['titles']['zh']}" for one in near)
    raise UsageError("--remit", say("question-value", value=value),
                     say("question-codes", codes=codes))  # fmt: skip


@cache
def questions() -> tuple[Question, ...]:
    """Return every canned question, in the order of their numbers.

    Raises:
        KeyError: A file lacks a part of its head.
        TOMLDecodeError: Its head can't be read.
    """
    folder = files("yusuan.querying").joinpath("questions")
    texts = sorted((one.name, one.read_text("utf-8")) for one in folder.iterdir())
    return tuple(_question(text) for name, text in texts if name.endswith(".rq"))


def question(name: str) -> Question | None:
    """Return one question by its name in capitals or not, or None where there is none."""
    return next((one for one in questions() if one.name.lower() == name.lower()), None)


def _question(text: str) -> Question:
    match = _HEAD.match(text)
    if match is None:
        raise KeyError(text[:80])
    head = tomllib.loads(re.sub(r"(?m)^# ", "", match[0]))
    chart = head.get("chart")
    drawing = None if chart is None else Drawing(
        tuple(chart["by"]), tuple(chart["of"]), chart.get("colour"), chart.get("stack", False),
        chart.get("names", {}), chart.get("sentence", {}),
    )  # fmt: skip
    return Question(
        head["name"], head["title"], head["description"], tuple(head["parameters"]), text, drawing
    )
