"""Expressions of SPARQL as SQL, where SQL gives the very same value; an error is NULL.

What would come out otherwise (a quotient with more places than either engine keeps, a pattern in
another dialect, a comparison of unlike kinds) is not rewritten.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from yusuan.querying.rewriting.terms import (
    ANY,
    BOOLEAN,
    DATE,
    DECIMAL,
    INTEGER,
    IRI,
    KIND_OF,
    NOTHING,
    NUMBERS,
    STRING,
    UNBOUND,
    Term,
    Untranslatable,
    alike,
    can_be_alike,
    constant,
    literal,
    quoted,
)

Scope = Mapping[str, Term]
_XSD_INTEGER = "http://www.w3.org/2001/XMLSchema#integer"
# What the two dialects of regular expressions read alike: no look-around, no classes by name.
_REGEX = re.compile(r"(?:[^\\(\[{?]|\\[.\\/?+*()\[\]{}|^$-]|\[[^\[\]\\&~-]+\]|(?<=[.*+\])])\?)*")
_COMPARED = (STRING, INTEGER, DECIMAL, DATE, BOOLEAN)
_PLACES = 6  # of a figure, as the tables have it


def term_of(node: Any) -> Term:
    """Return an IRI or a literal as it stands in a query."""
    import rdflib

    if isinstance(node, rdflib.URIRef):
        if "\\" in node:
            raise Untranslatable("a name with an escape, which rdflib does not read")
        return constant(str(node))
    if not isinstance(node, rdflib.Literal):
        raise Untranslatable(f"a term such as {node!r}")
    kind = KIND_OF.get(None if node.datatype is None else str(node.datatype))
    text = str(node)
    if node.language:
        return literal(STRING, quoted(text), quoted(node.language))
    if kind == STRING:
        return literal(STRING, quoted(text))
    if kind == INTEGER and re.fullmatch(r"-?[0-9]{1,18}", text):
        return literal(INTEGER, f"CAST({text} AS BIGINT)")
    if kind == DECIMAL and re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,6})?", text):
        return literal(DECIMAL, f"CAST({text} AS DECIMAL(38,{_PLACES}))")
    if kind == BOOLEAN and text in ("true", "false"):
        return literal(BOOLEAN, text)
    if kind == DATE and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return literal(DATE, f"DATE {quoted(text)}")
    raise Untranslatable(f"a literal such as {node!r}")


def truth(node: Any, scope: Scope) -> str:
    """Return SQL of the effective boolean value of an expression; NULL for an error."""
    term = value(node, scope)
    match term.kind:
        case "boolean":
            return term.columns[0]
        case "integer" | "decimal":
            return f"({term.columns[0]} <> 0)"
        case "string" if term.language is None:
            return f"({term.columns[0]} <> '')"
        case "unbound" | "iri":
            return "CAST(NULL AS BOOLEAN)"
        case _:
            raise Untranslatable(f"{term.kind} as a condition")


def value(node: Any, scope: Scope) -> Term:
    """Return the term of an expression.

    Raises:
        Untranslatable: SQL would not give the very same.
    """
    import rdflib
    from rdflib.plugins.sparql.parserutils import CompValue

    if isinstance(node, rdflib.Variable):
        return scope.get(str(node), NOTHING)
    if not isinstance(node, CompValue):
        return term_of(node)
    if node.name == "Function":
        return _cast(node, scope)
    handler = _HANDLERS.get(node.name)
    if handler is None:
        raise Untranslatable(node.name)
    return handler(node, scope)


def conjuncts(node: Any) -> list[Any]:
    """Return the parts of a condition that must all be true."""
    if getattr(node, "name", "") == "ConditionalAndExpression":
        return [part for one in (node.expr, *node.other) for part in conjuncts(one)]
    return [node]


def variables_in(node: Any) -> set[str]:
    """Return the variables that an expression names."""
    import rdflib
    from rdflib.plugins.sparql.parserutils import CompValue

    if isinstance(node, rdflib.Variable):
        return {str(node)}
    if isinstance(node, CompValue):
        parts = [part for key, part in node.items() if key != "_vars"]
        return set().union(*map(variables_in, parts))
    if isinstance(node, (list, tuple)):
        return set().union(*map(variables_in, node))
    return set()


def _boolean(sql: str, *terms: Term) -> Term:
    return literal(BOOLEAN, f"({sql})", sure=all(term.sure for term in terms))


def _and(node: Any, scope: Scope) -> Term:
    return _boolean(" AND ".join(truth(one, scope) for one in (node.expr, *node.other)), NOTHING)


def _or(node: Any, scope: Scope) -> Term:
    return _boolean(" OR ".join(truth(one, scope) for one in (node.expr, *node.other)), NOTHING)


def _not(node: Any, scope: Scope) -> Term:
    return _boolean(f"NOT {truth(node.expr, scope)}", NOTHING)


def _relation(node: Any, scope: Scope) -> Term:
    one = value(node.expr, scope)
    if node.op in ("IN", "NOT IN"):
        options = (
            [value(each, scope) for each in node.other] if isinstance(node.other, list) else []
        )
        equal = " OR ".join(_equal(one, other) for other in options) or "false"
        return _boolean(f"NOT ({equal})" if node.op == "NOT IN" else equal, one, *options)
    other = value(node.other, scope)
    if node.op == "=":
        return _boolean(_equal(one, other), one, other)
    if node.op == "!=":
        return _boolean(f"NOT {_equal(one, other)}", one, other)
    if UNBOUND in (one.kind, other.kind):
        return literal(BOOLEAN, "CAST(NULL AS BOOLEAN)", sure=False)
    if not (_same_kind(one, other) and one.kind in _COMPARED and one.language == other.language):
        raise Untranslatable(f"{one.kind} {node.op} {other.kind}")
    return _boolean(f"{one.columns[0]} {node.op} {other.columns[0]}", one, other)


def _same_kind(one: Term, other: Term) -> bool:
    return one.kind == other.kind or (one.kind in NUMBERS and other.kind in NUMBERS)


def _equal(one: Term, other: Term) -> str:
    """Return SQL of `=`."""
    if UNBOUND in (one.kind, other.kind):
        return "CAST(NULL AS BOOLEAN)"
    if one.kind in NUMBERS and other.kind in NUMBERS:
        return f"({one.columns[0]} = {other.columns[0]})"
    if one.kind != other.kind or one.kind not in (IRI, *_COMPARED):
        raise Untranslatable(f"{one.kind} = {other.kind}")
    if (one.language is None) != (other.language is None):
        raise Untranslatable("a text with a language = one without")
    if not can_be_alike(one, other):
        nulls = [f"{each.null}" for each in (one, other) if not each.sure]
        return f"(CASE WHEN {' OR '.join(nulls)} THEN NULL ELSE false END)" if nulls else "(false)"
    return alike(one, other)


def _numeric(term: Term) -> Term:
    if term.kind not in (*NUMBERS, UNBOUND):
        raise Untranslatable(f"reckoning with {term.kind}")
    return term


def _sum(node: Any, scope: Scope) -> Term:
    total = _numeric(value(node.expr, scope))
    for sign, part in zip(node.op, node.other, strict=True):
        total = _reckoned(total, sign, _numeric(value(part, scope)))
    return total


def _product(node: Any, scope: Scope) -> Term:
    total = _numeric(value(node.expr, scope))
    for sign, part in zip(node.op, node.other, strict=True):
        if sign == "*":
            total = _reckoned(total, "*", _numeric(value(part, scope)))
        else:
            total = _shifted(total, part)
    return total


def _reckoned(one: Term, sign: str, other: Term) -> Term:
    if UNBOUND in (one.kind, other.kind):
        return NOTHING
    kind = DECIMAL if DECIMAL in (one.kind, other.kind) else INTEGER
    if sign == "*" and one.kind == other.kind == DECIMAL:
        raise Untranslatable("the product of two decimals has more places than either")
    return literal(kind, f"({one.columns[0]} {sign} {other.columns[0]})",
                   sure=one.sure and other.sure)  # fmt: skip


def _shifted(one: Term, part: Any) -> Term:
    """Return a figure divided by ten, a hundred and so on, which is exact."""
    text = str(part)
    if getattr(part, "datatype", None) is None or not re.fullmatch(r"10{1,3}", text):
        raise Untranslatable("a quotient that is not rounded")
    if one.kind == UNBOUND:
        return NOTHING
    places = len(text) - 1
    sql = f"({one.columns[0]} * CAST(0.{'0' * (places - 1)}1 AS DECIMAL({places + 1},{places})))"
    return literal(DECIMAL, sql, sure=one.sure)


def _round(node: Any, scope: Scope) -> Term:
    """Return a figure rounded; of a quotient exactly, in whole numbers, half up as XPath says."""
    arg = node.arg
    if getattr(arg, "name", "") == "MultiplicativeExpression" and arg.op[-1] == "/":
        above = _numeric(value(_without_last(arg), scope))
        below = _numeric(value(arg.other[-1], scope))
        if UNBOUND in (above.kind, below.kind):
            return NOTHING
        n, d = (_whole(one) for one in (above, below))
        # floor((2n + d) / 2d), with the sign in n.
        upper, lower = f"(2 * {n} * sign({d})::HUGEINT + abs({d}))", f"(2 * abs({d}))"
        floor = f"(({upper} - (({upper} % {lower}) + {lower}) % {lower}) // {lower})"
        sql = f"(CASE WHEN {d} <> 0 THEN CAST({floor} AS DECIMAL(38,0)) END)"
        return literal(DECIMAL, sql, sure=False)
    term = _numeric(value(arg, scope))
    if term.kind in (INTEGER, UNBOUND):
        return term
    return literal(DECIMAL, f"floor({term.columns[0]} + 0.5)", sure=term.sure)


def _without_last(node: Any) -> Any:
    from rdflib.plugins.sparql.parserutils import CompValue

    if len(node.op) == 1:
        return node.expr
    return CompValue(node.name, expr=node.expr, op=node.op[:-1], other=node.other[:-1])


def _whole(term: Term) -> str:
    """Return a figure times a million as a whole number."""
    return f"CAST({term.columns[0]} * 1000000 AS HUGEINT)"


def _text(term: Term) -> Term:
    if term.kind == UNBOUND:
        return NOTHING
    return literal(STRING, term.text, sure=term.sure)


def _str(node: Any, scope: Scope) -> Term:
    return _text(value(node.arg, scope))


def _lang(node: Any, scope: Scope) -> Term:
    term = value(node.arg, scope)
    if term.is_iri or term.kind == UNBOUND:
        return NOTHING
    language = term.language or "''"
    if not term.sure:
        language = f"(CASE WHEN NOT {term.null} THEN {language} END)"
    return literal(STRING, language, sure=term.sure)


def _bound(node: Any, scope: Scope) -> Term:
    term = value(node.arg, scope)
    return literal(BOOLEAN, f"(NOT {term.null})")


def _plain(node: Any, scope: Scope) -> Term:
    term = value(node, scope)
    if term.kind == UNBOUND:
        return literal(STRING, "CAST(NULL AS VARCHAR)", sure=False)
    if term.kind != STRING or term.language is not None:
        raise Untranslatable(f"a function of texts over {term.kind}")
    return term


def _of_texts(form: str) -> Callable[[Any, Scope], Term]:
    """Return what translates a function that gives part of a text which holds another, else ""."""

    def handler(node: Any, scope: Scope) -> Term:
        one, other = _plain(node.arg1, scope), _plain(node.arg2, scope)
        a, b = one.columns[0], other.columns[0]
        holds = f"contains({a}, {b})"
        sql = f"(CASE WHEN {holds} THEN {form.format(a=a, b=b)} WHEN NOT {holds} THEN '' END)"
        return literal(STRING, sql, sure=one.sure and other.sure)

    return handler


def _contains(form: str) -> Callable[[Any, Scope], Term]:
    """Return what translates a test of one text by another; the first may have a language."""

    def handler(node: Any, scope: Scope) -> Term:
        one, other = value(node.arg1, scope), _plain(node.arg2, scope)
        if one.kind != STRING:
            raise Untranslatable(f"a test of texts over {one.kind}")
        return _boolean(form.format(a=one.columns[0], b=other.columns[0]), one, other)

    return handler


def _strlen(node: Any, scope: Scope) -> Term:
    term = value(node.arg, scope)
    if term.kind != STRING:
        raise Untranslatable("the length of what is no text")
    return literal(INTEGER, f"length({term.columns[0]})", sure=term.sure)


def _substr(node: Any, scope: Scope) -> Term:
    import rdflib

    term = value(node.arg, scope)
    places = [node.start] + ([node.length] if node.length is not None else [])
    if term.kind != STRING or not all(
        isinstance(one, rdflib.Literal) and re.fullmatch("[1-9][0-9]*", str(one)) for one in places
    ):
        raise Untranslatable("part of a text")
    return replace(term, columns=(f"substr({term.columns[0]}, {', '.join(map(str, places))})",))


def _replace(node: Any, scope: Scope) -> Term:
    term = _plain(node.arg, scope)
    pattern, by = str(node.pattern), str(node.replacement)
    if node.flags or not _REGEX.fullmatch(pattern) or "\\" in by or "$" in by:
        raise Untranslatable("a pattern that two dialects may read differently")
    sql = f"regexp_replace({term.columns[0]}, {quoted(pattern)}, {quoted(by)}, 'g')"
    return literal(STRING, sql, sure=term.sure)


def _concat(node: Any, scope: Scope) -> Term:
    terms = [_plain(one, scope) for one in node.arg]
    sql = "(" + " || ".join(term.columns[0] for term in terms) + ")"
    return literal(STRING, sql, sure=all(term.sure for term in terms))


def _iri(node: Any, scope: Scope) -> Term:
    term = value(node.arg, scope)
    if term.is_iri:
        return term
    text = _plain(node.arg, scope)
    return Term(IRI, text.columns, ("", ""), (ANY,), sure=text.sure)


def _if(node: Any, scope: Scope) -> Term:
    condition = truth(node.arg1, scope)
    one, other = value(node.arg2, scope), value(node.arg3, scope)
    return _chosen([(f"{condition}", one), (f"NOT {condition}", other)])


def _coalesce(node: Any, scope: Scope) -> Term:
    terms = [term for term in (value(one, scope) for one in node.arg) if term.kind != UNBOUND]
    if not terms:
        return NOTHING
    made = _chosen([(f"NOT {term.null}", term) for term in terms])
    return replace(made, sure=any(term.sure for term in terms))


def _chosen(options: Sequence[tuple[str, Term]]) -> Term:
    """Return the term of the first condition that is true."""
    bound = [term for _, term in options if term.kind != UNBOUND]
    if not bound:
        return NOTHING
    kinds = {(one.kind, one.language) for one in bound}
    if len(kinds) > 1:
        raise Untranslatable("values of unlike kinds, one of which is chosen")
    whole = len({(one.literals, one.holds) for one in bound}) == 1 and bound[0].columns
    first = bound[0] if whole else bound[0].opaque()
    columns = []
    for place in range(len(first.columns)):
        cases = []
        for condition, term in options:
            like = term if whole else term.opaque()
            column = "NULL" if term.kind == UNBOUND else like.columns[place]
            cases.append(f"WHEN {condition} THEN {column}")
        columns.append(f"(CASE {' '.join(cases)} END)")
    return replace(first, columns=tuple(columns), sure=False)


def _part_of_date(form: str) -> Callable[[Any, Scope], Term]:
    def handler(node: Any, scope: Scope) -> Term:
        term = value(node.arg, scope)
        if term.kind != DATE:
            raise Untranslatable("part of what is no date")
        return literal(INTEGER, f"{form}({term.columns[0]})", sure=term.sure)

    return handler


def _cast(node: Any, scope: Scope) -> Term:
    if str(node.iri) != _XSD_INTEGER or len(node.expr) != 1:
        raise Untranslatable(f"the function {node.iri}")
    term = value(node.expr[0], scope)
    if term.kind == INTEGER:
        return term
    text = _plain(node.expr[0], scope).columns[0]
    sql = f"(CASE WHEN regexp_full_match({text}, '[0-9]{{1,18}}') THEN CAST({text} AS BIGINT) END)"
    return literal(INTEGER, sql, sure=False)


_HANDLERS: dict[str, Callable[[Any, Scope], Term]] = {
    "ConditionalAndExpression": _and,
    "ConditionalOrExpression": _or,
    "UnaryNot": _not,
    "RelationalExpression": _relation,
    "AdditiveExpression": _sum,
    "MultiplicativeExpression": _product,
    "Builtin_ROUND": _round,
    "Builtin_STR": _str,
    "Builtin_LANG": _lang,
    "Builtin_BOUND": _bound,
    "Builtin_IF": _if,
    "Builtin_COALESCE": _coalesce,
    "Builtin_CONCAT": _concat,
    "Builtin_IRI": _iri,
    "Builtin_URI": _iri,
    "Builtin_STRLEN": _strlen,
    "Builtin_SUBSTR": _substr,
    "Builtin_REPLACE": _replace,
    "Builtin_CONTAINS": _contains("contains({a}, {b})"),
    "Builtin_STRSTARTS": _contains("starts_with({a}, {b})"),
    "Builtin_STRENDS": _contains("ends_with({a}, {b})"),
    "Builtin_STRAFTER": _of_texts("substr({a}, strpos({a}, {b}) + length({b}))"),
    "Builtin_STRBEFORE": _of_texts("substr({a}, 1, strpos({a}, {b}) - 1)"),
    "Builtin_YEAR": _part_of_date("year"),
    "Builtin_MONTH": _part_of_date("month"),
    "Builtin_DAY": _part_of_date("day"),
}
