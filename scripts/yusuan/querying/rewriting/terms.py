"""How the value of a variable stands in SQL: an IRI as template and columns, a literal as typed.

An IRI is put together at the very end; until then two of one template are compared column by
column, and two that can never be alike are known to be so without looking at a row.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import unquote

from yusuan.mapping import DATATYPES, XSD, Template

# What the columns of an IRI hold: characters that stand as they are, text that is to be encoded,
# or part of an IRI already.
PLAIN, ENCODED, ANY = "plain", "encoded", "any"

IRI, STRING, INTEGER, DECIMAL, UNBOUND = "iri", "string", "integer", "decimal", "unbound"
BOOLEAN, DATE, YEAR = "boolean", "date", "gYear"
NUMBERS = (INTEGER, DECIMAL)
# Kind of a literal → its datatype; a text has none that needs to be written.
DATATYPE_OF = {
    kind: None if datatype is None else datatype
    for kind, datatype in (
        (STRING, None),
        (INTEGER, DATATYPES["integer"]),
        (DECIMAL, DATATYPES["number"]),
        (BOOLEAN, DATATYPES["boolean"]),
        (DATE, DATATYPES["date"]),
        (YEAR, DATATYPES["year"]),
    )
}
KIND_OF = {datatype: kind for kind, datatype in DATATYPE_OF.items()} | {XSD + "string": STRING}
SQL_TYPES = {INTEGER: "BIGINT", DECIMAL: "DECIMAL(38,6)", BOOLEAN: "BOOLEAN", DATE: "DATE"}

_PART = {PLAIN: r"([A-Za-z0-9._~%-]+)", ENCODED: r"([A-Za-z0-9._~%-]+)", ANY: "(.+)"}


class Untranslatable(Exception):  # noqa: N818 - no fault: another engine answers the query
    """A query, or a part of it, that is not rewritten."""


@dataclass(frozen=True, slots=True)
class Term:
    """The value of a variable.

    Attributes:
        kind: `iri`, the kind of a literal, or `unbound`.
        columns: SQL of its columns; of a literal the only one.
        literals: Of an IRI, the texts around its columns, one more than those.
        holds: What each column of an IRI holds.
        language: SQL of the language of a text; None for a text without.
        sure: Whether it has a value in every row.
    """

    kind: str
    columns: tuple[str, ...] = ()
    literals: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()
    language: str | None = None
    sure: bool = True

    @property
    def is_iri(self) -> bool:
        """Whether it is an IRI."""
        return self.kind == IRI

    @property
    def null(self) -> str:
        """SQL that is true where there is no value."""
        if self.kind == UNBOUND:
            return "true"
        return f"({self.columns[0]} IS NULL)" if self.columns else "false"

    @property
    def text(self) -> str:
        """SQL of the whole value as text, as `STR` gives it."""
        match self.kind:
            case "unbound":
                return "CAST(NULL AS VARCHAR)"
            case "iri":
                pieces = [quoted(self.literals[0])] if self.literals[0] else []
                for column, what, after in zip(
                    self.columns, self.holds, self.literals[1:], strict=True
                ):
                    pieces.append(f"url_encode({column})" if what == ENCODED else column)
                    pieces += [quoted(after)] if after else []
                return "(" + " || ".join(pieces) + ")"
            case "decimal":
                text = f"CAST({self.columns[0]} AS VARCHAR)"
                short = f"rtrim(rtrim({text}, '0'), '.')"
                return f"(CASE WHEN {text} LIKE '%.%' THEN {short} ELSE {text} END)"
            case "string" | "gYear":
                return self.columns[0]
            case _:
                return f"CAST({self.columns[0]} AS VARCHAR)"

    def opaque(self) -> Term:
        """Return an IRI whose only column is all of its text."""
        if not self.is_iri or (self.literals == ("", "") and self.holds == (ANY,)):
            return self
        return replace(self, columns=(self.text,), literals=("", ""), holds=(ANY,))

    def on(self, columns: Sequence[str], language: str | None) -> Term:
        """Return the same term read from other columns."""
        return replace(self, columns=tuple(columns), language=language)


NOTHING = Term(UNBOUND, sure=False)


def quoted(text: str) -> str:
    """Return a text as SQL."""
    return "'" + text.replace("'", "''") + "'"


def constant(iri: str) -> Term:
    """Return an IRI that is the same in every row."""
    return Term(IRI, (), (iri,))


def literal(kind: str, sql: str, language: str | None = None, *, sure: bool = True) -> Term:
    """Return a literal."""
    return Term(kind, (sql,), language=language, sure=sure)


def templated(template: Template, columns: Sequence[str], plain: Sequence[bool]) -> Term:
    """Return an IRI made by a template of the descriptor.

    Args:
        template: The template.
        columns: SQL of its columns.
        plain: For each whether none of its values needs to be encoded.
    """
    holds = tuple(
        ANY if keep else PLAIN if easy else ENCODED
        for keep, easy in zip(template.reserved, plain, strict=True)
    )
    return Term(IRI, tuple(columns), template.literals, holds)


def values_in(term: Term, iri: str) -> tuple[str, ...] | None:
    """Return what the columns of an IRI must hold for it to be the given one; None if it can't."""
    pattern = re.escape(term.literals[0]) + "".join(
        _PART[what] + re.escape(after)
        for what, after in zip(term.holds, term.literals[1:], strict=True)
    )
    match = re.fullmatch(pattern, iri)
    if match is None:
        return None
    return tuple(
        unquote(value) if what == ENCODED else value
        for value, what in zip(match.groups(), term.holds, strict=True)
    )


def can_be_alike(one: Term, other: Term) -> bool:
    """Tell whether two terms can be the same; True where that is not known."""
    if UNBOUND in {one.kind, other.kind}:
        return True
    if one.kind != other.kind:
        return False
    return _iris_alike(one, other) if one.is_iri else _languages_alike(one, other)


def _languages_alike(one: Term, other: Term) -> bool:
    if one.language is None or other.language is None:
        return one.language == other.language
    known = one.language.startswith("'") and other.language.startswith("'")
    return not known or one.language == other.language


def _iris_alike(one: Term, other: Term) -> bool:
    if one.literals == other.literals:
        return True
    if not one.columns:
        return values_in(other, one.literals[0]) is not None
    if not other.columns:
        return values_in(one, other.literals[0]) is not None
    if ANY in one.holds or ANY in other.holds:
        return _agree(one.literals[0], other.literals[0])
    ours, theirs = _segments(one), _segments(other)
    return len(ours) == len(theirs) and all(map(_segment_alike, ours, theirs))


def alike(one: Term, other: Term) -> str:
    """Return SQL that is true where two terms are the same RDF term."""
    if not can_be_alike(one, other):
        return "false"
    if UNBOUND in {one.kind, other.kind}:
        raise Untranslatable("a comparison with a variable that has no value")
    if not one.is_iri:
        same = f"{one.columns[0]} = {other.columns[0]}"
        if one.language is not None and one.language != other.language:
            same += f" AND {one.language} = {other.language}"
        return f"({same})"
    if one.literals == other.literals and _comparable(one, other):
        pairs = zip(one.columns, other.columns, strict=True)
        return "(" + (" AND ".join(f"{a} = {b}" for a, b in pairs) or "true") + ")"
    for fixed, varying in ((one, other), (other, one)):
        values = None if fixed.columns else values_in(varying, fixed.literals[0])
        if values is not None:
            pairs = zip(varying.columns, values, strict=True)
            return "(" + " AND ".join(f"{a} = {quoted(value)}" for a, value in pairs) + ")"
    return f"({one.text} = {other.text})"


def _comparable(one: Term, other: Term) -> bool:
    """Tell whether equal columns mean equal IRIs: what is encoded later differs from what is."""
    return all(a == b or {a, b} <= {PLAIN, ENCODED} for a, b in zip(one.holds, other.holds,
                                                                   strict=True))  # fmt: skip


def _agree(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def _segments(term: Term) -> list[str]:
    return "\0".join(term.literals).split("/")


def _segment_alike(one: str, other: str) -> bool:
    if "\0" not in one and "\0" not in other:
        return one == other
    for fixed, varying in ((one, other), (other, one)):
        if "\0" not in fixed:
            parts = "[A-Za-z0-9._~%-]+".join(map(re.escape, varying.split("\0")))
            return re.fullmatch(parts, fixed) is not None
    first, second = one.split("\0"), other.split("\0")
    backward = first[-1].endswith(second[-1]) or second[-1].endswith(first[-1])
    return _agree(first[0], second[0]) and backward
