"""The algebra of SPARQL as SQL over the tables: SELECT, and what it is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from threading import Thread
from typing import Any

from yusuan.querying.rewriting.expressions import (
    conjuncts,
    term_of,
    truth,
    value,
    variables_in,
)
from yusuan.querying.rewriting.patterns import Mappings, Node, basic
from yusuan.querying.rewriting.relations import (
    Names,
    Relation,
    extended,
    filtered,
    joined,
    left_joined,
    one_solution,
    optional_terms,
    settled,
    united,
)
from yusuan.querying.rewriting.terms import (
    BOOLEAN,
    DATE,
    INTEGER,
    NOTHING,
    NUMBERS,
    STRING,
    UNBOUND,
    Term,
    Untranslatable,
    constant,
    literal,
)

Known = Mapping[str, Term]


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A query as SQL.

    Attributes:
        sql: A SELECT.
        order: What is to stand behind it: `ORDER BY` over its columns, `LIMIT`.
        variables: Those asked for, in order.
        terms: For each its term, over the columns of the SELECT.
    """

    sql: str
    order: str
    variables: tuple[str, ...]
    terms: tuple[Term, ...]


def rewrite(query: str, mapping: Mappings) -> Rewritten:
    """Return a SELECT of SPARQL as a SELECT of SQL.

    Args:
        query: SPARQL 1.1 with every prefix declared.
        mapping: Which tables make triples.

    Raises:
        Untranslatable: It is no SELECT, can't be read, or asks what SQL does not answer the same.
    """
    algebra = _parsed(query)
    if algebra.name != "SelectQuery" or algebra.datasetClause:
        raise Untranslatable(algebra.name)
    translator = _Translator(mapping)
    relation, order = translator.whole(algebra.p)
    variables = tuple(str(one) for one in algebra.PV)
    terms = tuple(relation.terms.get(one, NOTHING) for one in variables)
    return Rewritten(relation.sql, order, variables, terms)


def _parsed(query: str) -> Any:
    """Return the algebra of a query.

    The parser keeps faults that it met on its way, and each keeps the frames below it: those of
    whoever asks, with the store. So it works in a thread, on a stack of its own.
    """
    if "\\u" in query or "\\U" in query:
        raise Untranslatable("an escape, which rdflib reads before it knows whether it is one")
    found: list[Any] = []
    told: list[str] = []

    def work() -> None:
        from pyparsing import ParseException
        from rdflib.plugins.sparql import algebra, parser
        from rdflib.plugins.sparql.sparql import SPARQLError

        try:
            found.append(algebra.translateQuery(parser.parseQuery(query)).algebra)
        except (ParseException, SPARQLError, RecursionError) as fault:
            told.append(str(fault))

    worker = Thread(target=work)
    worker.start()
    worker.join()
    if not found:
        raise Untranslatable(*told)
    return found[0]


class _Translator:
    def __init__(self, mapping: Mappings) -> None:
        self._mapping, self._names = mapping, Names()
        self._ways: dict[str, Callable[[Any, Known], Relation]] = {
            "BGP": self._basic,
            "Join": self._join,
            "LeftJoin": self._left_join,
            "Filter": self._filter,
            "Extend": self._extend,
            "Union": self._union,
            "AggregateJoin": self._aggregate,
            "Project": self._project,
            "Distinct": self._distinct,
            "ToMultiSet": self._multiset,
        }

    def whole(self, node: Any) -> tuple[Relation, str]:
        """Return the relation of a query, and the order and part that is asked for."""
        part = ""
        if node.name == "Slice":
            part = f" OFFSET {int(node.start or 0)}"
            part = (f" LIMIT {int(node.length)}" if node.length is not None else "") + part
            node = node.p
        kept: list[str] | None = None
        distinct = False
        while node.name in ("Project", "Distinct", "Reduced"):
            distinct = distinct or node.name == "Distinct"
            kept = [str(one) for one in node.PV] if node.name == "Project" else kept
            node = node.p
        conditions = node.expr if node.name == "OrderBy" else []
        relation = self.translate(node.p if node.name == "OrderBy" else node, {})
        if distinct:
            relation = self._distinct_of(settled(relation, self._names, kept))
            if any(variables_in(one.expr) - relation.terms.keys() for one in conditions):
                raise Untranslatable("distinct solutions in an order that they do not have")
        order: list[str] = []
        for condition in conditions:
            # The keys are columns of their own, so that they outlive what is projected.
            key = _sortable(value(condition.expr, relation.terms))
            relation = extended(relation, "order", key, self._names)
            column = relation.terms["order"].columns
            if column:
                down = condition.order == "DESC"
                order.append(column[0] + (" DESC NULLS LAST" if down else " ASC NULLS FIRST"))
        return relation, (f" ORDER BY {', '.join(order)}" if order else "") + part

    def translate(self, node: Any, known: Known) -> Relation:
        """Return the solutions of a part of a query."""
        way = self._ways.get(node.name)
        if way is None:
            raise Untranslatable(node.name)
        return way(node, known)

    def _basic(self, node: Any, known: Known) -> Relation:
        import rdflib

        def place(term: Any) -> Node:
            if isinstance(term, rdflib.Variable):
                return Node(str(term))
            if isinstance(term, rdflib.BNode):
                return Node(f"_:{term}")
            return Node("", term_of(term))

        patterns = []
        for subject, predicate, thing in node.triples or ():
            if not isinstance(predicate, rdflib.URIRef):
                raise Untranslatable("a predicate that is no IRI")
            patterns.append((place(subject), str(predicate), place(thing)))
        if not patterns:
            return one_solution()
        return basic(patterns, self._mapping, self._names, known)

    def _join(self, node: Any, known: Known) -> Relation:
        left = self.translate(node.p1, known)
        right = self.translate(node.p2, {**known, **_sure(left)})
        return joined(left, right)

    def _left_join(self, node: Any, known: Known) -> Relation:
        left = self.translate(node.p1, known)
        # What is known from outside must not narrow what is optional here.
        right = settled(self.translate(node.p2, _sure(left)), self._names)
        conditions, terms = optional_terms(left, right)
        if node.expr is not None and node.expr.name != "TrueFilter":
            own: list[Any] = []
            both: list[Any] = []
            for part in conjuncts(node.expr):
                alone = variables_in(part) <= right.terms.keys() and _all_sure(part, right.terms)
                (own if alone else both).append(part)
            right = filtered(right, [truth(part, right.terms) for part in own])
            conditions += [truth(part, terms) for part in both]
        return left_joined(left, right, conditions, terms)

    def _filter(self, node: Any, known: Known) -> Relation:
        relation = self.translate(node.p, known)
        parts = conjuncts(node.expr)
        relation = filtered(relation, [truth(part, relation.terms) for part in parts])
        terms = dict(relation.terms)
        for part in parts:
            name = str(part.arg) if getattr(part, "name", "") == "Builtin_BOUND" else ""
            if name in terms and terms[name].kind != UNBOUND:
                terms[name] = replace(terms[name], sure=True)
        return replace(relation, terms=terms)

    def _extend(self, node: Any, known: Known) -> Relation:
        relation = self.translate(node.p, known)
        return extended(relation, str(node.var), value(node.expr, relation.terms), self._names)

    def _union(self, node: Any, known: Known) -> Relation:
        both = [self.translate(node.p1, known), self.translate(node.p2, known)]
        return united(both, self._names, distinct=False)

    def _distinct(self, node: Any, known: Known) -> Relation:
        return self._distinct_of(self.translate(node.p, known))

    def _distinct_of(self, relation: Relation) -> Relation:
        own = settled(relation, self._names)
        return replace(own, sql=own.sql.replace("SELECT ", "SELECT DISTINCT ", 1))

    def _project(self, node: Any, known: Known) -> Relation:
        kept = [str(one) for one in node.PV]
        inner = {name: term for name, term in known.items() if name in kept}
        return settled(self.translate(node.p, inner), self._names, kept)

    def _multiset(self, node: Any, known: Known) -> Relation:
        if node.p.name != "values":
            return self.translate(node.p, known)
        rows = [{str(name): one for name, one in row.items()} for row in node.p.res]
        names = sorted({name for row in rows for name in row})
        each = [
            Relation("SELECT 1 AS unit", {name: _stated(row.get(name)) for name in names})
            for row in rows
        ]
        if not each:
            raise Untranslatable("VALUES without any")
        return united(each, self._names, distinct=False)

    def _aggregate(self, node: Any, known: Known) -> Relation:
        group = node.p
        keys = [str(one) if not hasattr(one, "name") else "" for one in group.expr or ()]
        if "" in keys:
            raise Untranslatable("groups by an expression")
        inner = {name: term for name, term in known.items() if name in keys}
        relation = self.translate(group.p, inner)
        if any(not relation.terms.get(name, NOTHING).columns for name in keys):
            relation = settled(relation, self._names)
        pieces: list[str] = []
        by: list[str] = []
        terms: dict[str, Term] = {}
        for name in keys:
            term = relation.terms.get(name, NOTHING)
            terms[name] = term
            columns = [*term.columns]
            if term.language is not None and not term.language.startswith("'"):
                columns.append(term.language)
            by += columns
        pieces += dict.fromkeys(by)
        for one in node.A:
            made = self._aggregated(one, relation, terms, keys)
            if made.columns and not set(made.columns) <= set(by):
                column = self._names.new()
                pieces.append(f"{made.columns[0]} AS {column}")
                made = made.on([column], made.language)
            terms[str(one.res)] = made
        sql = f"SELECT {', '.join(pieces) or '1 AS unit'} FROM ({relation.sql})"
        if by:
            sql += f" GROUP BY {', '.join(dict.fromkeys(by))}"
        elif keys:
            raise Untranslatable("groups by what is the same in all")
        return Relation(sql, terms)

    def _aggregated(self, node: Any, relation: Relation, keys: Known, names: list[str]) -> Term:
        word = "DISTINCT " if node.distinct else ""
        if node.name == "Aggregate_Count":
            if node.vars == "*":
                if node.distinct:
                    raise Untranslatable("the count of distinct solutions")
                return literal(INTEGER, "count(*)")
            term = value(node.vars, relation.terms)
            return literal(INTEGER, f"count({word}{_counted(term)})")
        if node.name == "Aggregate_Sample" and str(node.vars) in names:
            return keys[str(node.vars)]
        term = value(node.vars, relation.terms)
        if term.kind == UNBOUND:
            raise Untranslatable("an aggregate of nothing")
        if node.name == "Aggregate_Sum" and not node.distinct:
            return _summed(term)
        if node.name in ("Aggregate_Min", "Aggregate_Max"):
            return _extreme(node.name[len("Aggregate_") :].lower(), term)
        raise Untranslatable(node.name)


def _summed(term: Term) -> Term:
    if term.kind not in NUMBERS:
        raise Untranslatable(f"the sum of {term.kind}")
    column = term.columns[0]
    whole = f"coalesce(sum({column}), 0)"
    if term.kind == INTEGER:
        whole = f"CAST({whole} AS BIGINT)"
    if not term.sure:
        # One value that is an error makes the sum one.
        whole = f"(CASE WHEN count({column}) = count(*) THEN {whole} END)"
    return literal(term.kind, whole, sure=term.sure)


def _extreme(function: str, term: Term) -> Term:
    if term.is_iri:
        term = term.opaque()
    elif term.kind not in (*NUMBERS, STRING, BOOLEAN, DATE):
        raise Untranslatable(f"the least of {term.kind}")
    if term.language is not None and not term.language.startswith("'"):
        raise Untranslatable("the least of texts in several languages")
    return replace(term, columns=(f"{function}({term.columns[0]})",), sure=False)


def _sure(relation: Relation) -> Known:
    return {name: term for name, term in relation.terms.items() if term.sure}


def _all_sure(part: Any, terms: Known) -> bool:
    return all(terms[name].sure or terms[name].kind != UNBOUND for name in variables_in(part))


def _sortable(term: Term) -> Term:
    """Return a key whose order in SQL is that of SPARQL."""
    if term.is_iri:
        return term.opaque()
    if term.language is not None and not term.language.startswith("'"):
        raise Untranslatable("an order of texts in several languages")
    return term


def _counted(term: Term) -> str:
    """Return SQL that is alike where the terms are, and NULL where there is none."""
    if term.kind == UNBOUND:
        return "NULL"
    if not term.columns:
        return "1"
    columns = [*term.columns, *([term.language] if term.language is not None else [])]
    if len(columns) == 1:
        return columns[0]
    row = "row(" + ", ".join(columns) + ")"
    return row if term.sure else f"(CASE WHEN NOT {term.null} THEN {row} END)"


def _stated(term: Any) -> Term:
    import rdflib

    if term is None or term == "UNDEF":
        return NOTHING
    return constant(str(term)) if isinstance(term, rdflib.URIRef) else term_of(term)
