"""Solutions as SQL: one SELECT whose columns are the terms of its variables, and how two join."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count

from yusuan.querying.rewriting.terms import (
    IRI,
    NOTHING,
    UNBOUND,
    Term,
    Untranslatable,
    alike,
    quoted,
)

Terms = Mapping[str, Term]


@dataclass(frozen=True, slots=True)
class Relation:
    """A sequence of solutions.

    Attributes:
        sql: A SELECT; every column in it has a name that no other relation of the query has.
        terms: Variable → its term, over those columns.
    """

    sql: str
    terms: Terms


class Names:
    """Names of columns that come once in a query."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def new(self) -> str:
        """Return the next name."""
        return f"c{next(self._numbers)}"


def empty(variables: Iterable[str]) -> Relation:
    """Return no solutions."""
    return Relation("SELECT 1 AS nothing WHERE false", dict.fromkeys(variables, NOTHING))


def one_solution() -> Relation:
    """Return the one solution that binds nothing."""
    return Relation("SELECT 1 AS unit", {})


def settled(relation: Relation, names: Names, variables: Iterable[str] | None = None) -> Relation:
    """Return a relation whose terms have columns of their own; a constant becomes one, too.

    Args:
        relation: The relation.
        names: For the columns.
        variables: Those to keep; None for all.
    """
    kept = relation.terms if variables is None else {
        one: relation.terms.get(one, NOTHING) for one in variables
    }  # fmt: skip
    pieces: list[str] = []
    terms = {name: _settled(term, names, pieces) for name, term in kept.items()}
    chosen = ", ".join(pieces) or "1 AS unit"
    return Relation(f"SELECT {chosen} FROM ({relation.sql})", terms)


def _settled(term: Term, names: Names, pieces: list[str]) -> Term:
    if term.kind == UNBOUND:
        return term
    if term.is_iri and not term.columns:
        name = names.new()
        pieces.append(f"{quoted(term.literals[0])} AS {name}")
        return replace(term.opaque(), columns=(name,))
    columns = []
    for column in term.columns:
        columns.append(names.new())
        pieces.append(f"{column} AS {columns[-1]}")
    language = term.language
    if language is not None and not language.startswith("'"):
        language = names.new()
        pieces.append(f"{term.language} AS {language}")
    return term.on(columns, language)


def extended(relation: Relation, variable: str, term: Term, names: Names) -> Relation:
    """Return a relation with one variable more."""
    pieces: list[str] = []
    own = _settled(term, names, pieces) if term.columns else term
    sql = f"SELECT *, {', '.join(pieces)} FROM ({relation.sql})" if pieces else relation.sql
    return Relation(sql, {**relation.terms, variable: own})


def filtered(relation: Relation, conditions: Sequence[str]) -> Relation:
    """Return the solutions for which every condition is true."""
    if not conditions:
        return relation
    return Relation(
        f"SELECT * FROM ({relation.sql}) WHERE {' AND '.join(conditions)}", relation.terms
    )


def joined(left: Relation, right: Relation) -> Relation:
    """Return the solutions of both that are compatible."""
    conditions, terms = [], {**left.terms, **right.terms}
    for name in left.terms.keys() & right.terms.keys():
        one, other = left.terms[name], right.terms[name]
        if one.sure and other.sure:
            conditions.append(alike(one, other))
            terms[name] = _better(one, other)
        elif UNBOUND in (one.kind, other.kind):
            terms[name] = one if other.kind == UNBOUND else other
        elif one.sure or other.sure:
            sure, unsure = (one, other) if one.sure else (other, one)
            conditions.append(f"({unsure.null} OR {alike(sure, unsure)})")
            terms[name] = sure
        else:
            raise Untranslatable(f"?{name} may have no value on both sides of a join")
    where = f" WHERE {' AND '.join(sorted(conditions))}" if conditions else ""
    return Relation(f"SELECT * FROM ({left.sql}), ({right.sql}){where}", terms)


def _better(one: Term, other: Term) -> Term:
    """Return that of two equal terms that says more of itself."""
    if one.is_iri and len("".join(other.literals)) > len("".join(one.literals)):
        return other
    return one


def optional_terms(left: Relation, right: Relation) -> tuple[list[str], Terms]:
    """Return the conditions under which an optional part goes with a solution, and all terms."""
    conditions: list[str] = []
    terms = dict(left.terms)
    for name, term in right.terms.items():
        own = left.terms.get(name)
        if own is None or own.kind == UNBOUND:
            terms[name] = replace(term, sure=False)
        elif own.sure and term.sure:
            conditions.append(alike(own, term))
        else:
            raise Untranslatable(f"?{name} may have no value beside an optional part")
    return conditions, terms


def left_joined(
    left: Relation, right: Relation, conditions: Sequence[str], terms: Terms
) -> Relation:
    """Return each solution of the left with those of the right that go with it, or without any."""
    on = " AND ".join(conditions) or "true"
    return Relation(f"SELECT * FROM ({left.sql}) LEFT JOIN ({right.sql}) ON {on}", terms)


def united(relations: Sequence[Relation], names: Names, *, distinct: bool) -> Relation:
    """Return the solutions of all.

    Args:
        relations: At least one.
        names: For the columns.
        distinct: Each solution once.
    """
    if len(relations) == 1:
        return relations[0]
    variables = sorted({name for one in relations for name in one.terms})
    heads, terms = [], {}
    columns_of: list[list[str]] = [[] for _ in relations]
    for name in variables:
        each = [one.terms.get(name, NOTHING) for one in relations]
        term, columns = _common(each)
        own = [names.new() for _ in columns[0]]
        heads += own
        for place, found in enumerate(columns):
            columns_of[place] += found
        tagged = len(own) > len(term.columns)
        terms[name] = term.on(own[: len(term.columns)], own[-1] if tagged else term.language)
    word = " UNION " if distinct else " UNION ALL "
    selects = [
        "SELECT "
        + (", ".join(f"{a} AS {b}" for a, b in zip(columns, heads, strict=True)) or "1 AS unit")
        + f" FROM ({one.sql})"
        for one, columns in zip(relations, columns_of, strict=True)
    ]
    return Relation(word.join(selects), terms)


def _common(each: Sequence[Term]) -> tuple[Term, list[list[str]]]:
    """Return a term that several can be read as, and the columns of each for it."""
    bound = [one for one in each if one.kind != UNBOUND]
    sure = all(one.sure for one in each)
    if not bound:
        return NOTHING, [[] for _ in each]
    if len({one.kind for one in bound}) > 1:
        raise Untranslatable("a variable that is an IRI here and a literal there")
    first = bound[0]
    if first.kind == IRI and len({(one.literals, one.holds) for one in bound}) > 1:
        bound = [one.opaque() for one in bound]
        each = [one.opaque() for one in each]
        first = bound[0]
    elif first.kind == IRI and not first.columns:
        each = [one if one.kind == UNBOUND else Term(IRI, (one.text,), ("", ""), ("any",))
                for one in each]  # fmt: skip
        first = next(one for one in each if one.kind != UNBOUND)
    languages = {one.language for one in bound}
    tagged = languages != {None}
    if len(languages) == 1 and str(first.language).startswith("'"):
        tagged = False  # the same in all, which needs no column
    elif tagged and any(one.language is None for one in bound):
        raise Untranslatable("a text that has a language here and none there")
    columns = []
    for one in each:
        if one.kind == UNBOUND:
            columns.append(["NULL"] * (len(first.columns) + tagged))
        else:
            columns.append([*one.columns, *([one.language or ""] if tagged else [])])
    return replace(first, sure=sure), columns
