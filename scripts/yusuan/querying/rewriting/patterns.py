"""Basic graph patterns as SQL over the tables, by the mapping that the descriptor states.

A triple pattern can be met by the columns of some tables and by the vocabulary. Which of them can
meet it together with its neighbours follows from the templates alone, mostly down to one table;
what a row says of one subject is read in one scan.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Protocol

from yusuan.mapping import TableMap, Template
from yusuan.querying.rewriting.relations import (
    Names,
    Relation,
    empty,
    joined,
    one_solution,
    united,
)
from yusuan.querying.rewriting.terms import (
    ANY,
    IRI,
    KIND_OF,
    STRING,
    Term,
    Untranslatable,
    alike,
    can_be_alike,
    literal,
    quoted,
    templated,
    values_in,
)

_MANY = 48  # ways to meet a star of patterns; beyond, another engine is no slower


@dataclass(frozen=True, slots=True)
class Node:
    """A place of a triple pattern: a variable, or what stands there.

    Attributes:
        variable: Its name; "" for a term.
        term: The term, an IRI or a literal; None for a variable.
    """

    variable: str
    term: Term | None = None


Pattern = tuple[Node, str, Node]  # subject, IRI of the predicate, object


class Tables(Protocol):
    """The tables as they stand in the store."""

    def is_exact(self, table: str) -> bool:
        """Tell whether the rows of a table say all that its triples say."""

    def is_plain(self, table: str, column: str) -> bool:
        """Tell whether no value of a column needs to be encoded in an IRI."""

    def is_key(self, table: str) -> bool:
        """Tell whether every row has a subject of its own."""


@dataclass(frozen=True, slots=True)
class Atom:
    """One way in which triples of a predicate are made.

    Attributes:
        table: The table; "" for the vocabulary.
        subject, object: Terms over the columns of the table.
        needed: Columns without which there is no triple.
        rows: Of the vocabulary, subject, object and language of each triple.
    """

    table: str
    subject: Term
    object: Term
    needed: tuple[str, ...] = ()
    rows: tuple[tuple[str, str, str], ...] = ()


class Mappings:
    """Which tables make the triples of a predicate."""

    def __init__(
        self,
        maps: Iterable[TableMap],
        vocabulary: Iterable[tuple[str, str, tuple[str, str, str]]],
        tables: Tables,
    ) -> None:
        """Read the mapping.

        Args:
            maps: The tables as triples.
            vocabulary: Subject, predicate, and kind, text and language of the object.
            tables: How the tables stand.
        """
        self.tables = tables
        self._atoms: dict[str, list[Atom]] = {}
        for one in maps:
            if one.about is not None:
                for predicate, atom in self._made(one, one.about):
                    self._atoms.setdefault(predicate, []).append(atom)
        said: dict[tuple[str, str, str], list[tuple[str, str, str]]] = {}
        for subject, predicate, (kind, text, language) in vocabulary:
            place = said.setdefault((predicate, kind, "tagged" if language else ""), [])
            place.append((subject, text, language))
        for (predicate, kind, tagged), rows in said.items():
            about = Term(IRI, ("s",), ("", ""), (ANY,))
            thing = Term(IRI, ("o",), ("", ""), (ANY,)) if kind == IRI else literal(kind, "o")
            atom = Atom("", about, replace(thing, language="l" if tagged else None), (),
                        tuple(rows))  # fmt: skip
            self._atoms.setdefault(predicate, []).append(atom)

    def atoms(self, predicate: str) -> list[Atom]:
        """Return the ways in which triples of a predicate are made."""
        return self._atoms.get(predicate, [])

    def _made(self, table: TableMap, about: Template) -> Iterator[tuple[str, Atom]]:
        kinds = {column.name: KIND_OF[column.datatype] for column in table.columns}

        def term(template: Template) -> Term:
            columns = [
                quoted_name(name)
                if kinds[name] == STRING
                else f"CAST({quoted_name(name)} AS VARCHAR)"
                for name in template.names
            ]
            plain = [self.tables.is_plain(table.name, name) for name in template.names]
            return templated(template, columns, plain)

        subject = term(about)
        for predicate, value in table.constants:
            yield predicate, Atom(table.name, subject, term(value))
        for column in table.columns:
            if column.predicate is None:
                continue
            if column.value is not None:
                thing = term(column.value)
            else:
                language = None if column.language is None else quoted(column.language)
                thing = literal(kinds[column.name], quoted_name(column.name), language)
            yield column.predicate, Atom(table.name, subject, thing, (quoted_name(column.name),))


def quoted_name(name: str) -> str:
    """Return the name of a column or table as SQL."""
    return '"' + name.replace('"', '""') + '"'


def basic(
    patterns: Sequence[Pattern], mapping: Mappings, names: Names, known: Mapping[str, Term]
) -> Relation:
    """Return the solutions of some triple patterns.

    Args:
        patterns: The patterns, each predicate an IRI.
        mapping: Which tables make triples.
        names: For the columns.
        known: What is known of variables that the solutions are joined on.

    Raises:
        Untranslatable: Too many tables could meet it, or one that is not exact.
    """
    variables = sorted({node.variable for s, _, o in patterns for node in (s, o) if node.variable})
    ways = _ways(patterns, mapping, known)
    if ways is None:
        return empty(variables)
    relation = one_solution()
    stars: dict[Node, list[int]] = {}
    for number, (subject, _, _) in enumerate(patterns):
        stars.setdefault(subject, []).append(number)
    for numbers in stars.values():
        choices = []
        for choice in product(*(ways[number] for number in numbers)):
            terms = [atom.subject for atom in choice]
            if all(can_be_alike(terms[0], term) for term in terms[1:]):
                choices.append(choice)
            if len(choices) > _MANY:
                raise Untranslatable("too many tables could meet a pattern")
        star = [patterns[number] for number in numbers]
        each = [_star(star, choice, mapping, names) for choice in choices]
        if not each:
            return empty(variables)
        # Triples are a set, and so are the solutions of patterns; two tables may say the same.
        relation = joined(relation, united(each, names, distinct=True))
    return relation


def _ways(
    patterns: Sequence[Pattern], mapping: Mappings, known: Mapping[str, Term]
) -> list[list[Atom]] | None:
    """Return the atoms that can meet each pattern beside the others, or None where none can."""
    ways = [list(mapping.atoms(predicate)) for _, predicate, _ in patterns]
    shapes: dict[str, list[Term]] = {name: [term] for name, term in known.items() if term.sure}
    before: object = None
    while before != (ways, shapes):
        before = ([*map(list, ways)], dict(shapes))
        for number, (subject, _, thing) in enumerate(patterns):
            ways[number] = [
                met
                for atom in ways[number]
                if (met := _met(atom, subject, thing, shapes)) is not None
            ]
            if not ways[number]:
                return None
            for node, terms in (
                (subject, [atom.subject for atom in ways[number]]),
                (thing, [atom.object for atom in ways[number]]),
            ):
                if node.variable:
                    shapes[node.variable] = _narrowed(shapes.get(node.variable), terms)
    return ways


def _narrowed(before: list[Term] | None, terms: list[Term]) -> list[Term]:
    shapes = list(
        {(one.kind, one.literals, one.holds, one.language): one for one in terms}.values()
    )
    if before is None:
        return shapes
    # What is said more exactly is kept: a constant rather than the template that it fits.
    if len(before) == 1 and before[0].is_iri and ANY not in before[0].holds:
        return before
    kept = [one for one in before if any(can_be_alike(one, other) for other in shapes)]
    return kept if len(kept) < len(shapes) and len(kept) < len(before) else shapes


def _met(atom: Atom, subject: Node, thing: Node, shapes: Mapping[str, list[Term]]) -> Atom | None:
    """Return an atom if it can meet a pattern; of the vocabulary, the rows that can."""
    for node, term in ((subject, atom.subject), (thing, atom.object)):
        wanted = [node.term] if node.term is not None else shapes.get(node.variable)
        if wanted is not None and not any(can_be_alike(one, term) for one in wanted):
            return None
    if atom.table:
        return atom
    rows = atom.rows
    for place, node in ((0, subject), (1, thing)):
        wanted = [node.term] if node.term is not None else shapes.get(node.variable)
        if wanted is not None and (place == 0 or atom.object.is_iri):
            rows = tuple(row for row in rows if any(_fits(one, row[place]) for one in wanted))
        elif node.term is not None:
            rows = tuple(row for row in rows if quoted(row[1]) == node.term.columns[0])
    return replace(atom, rows=rows) if rows else None


def _fits(term: Term, iri: str) -> bool:
    return not term.is_iri or values_in(term, iri) is not None


def _star(
    patterns: Sequence[Pattern], atoms: Sequence[Atom], mapping: Mappings, names: Names
) -> Relation:
    """Return the solutions of patterns of one subject, each met by the atom chosen for it."""
    scans: dict[object, list[tuple[Pattern, Atom]]] = {}
    for number, (pattern, atom) in enumerate(zip(patterns, atoms, strict=True)):
        if atom.table and not mapping.tables.is_exact(atom.table):
            raise Untranslatable(f"{atom.table} is not exact")
        together = atom.table and mapping.tables.is_key(atom.table)
        scans.setdefault(atom.table if together else number, []).append((pattern, atom))
    relation = one_solution()
    for found in scans.values():
        relation = joined(relation, _scan(found, mapping.tables, names))
    return relation


def _scan(found: Sequence[tuple[Pattern, Atom]], tables: Tables, names: Names) -> Relation:
    """Return what one table says; where several rows say the same, once."""
    terms: dict[str, Term] = {}
    conditions: list[str] = []
    for (subject, _, thing), atom in found:
        conditions += [f"{column} IS NOT NULL" for column in atom.needed]
        for node, term in ((subject, atom.subject), (thing, atom.object)):
            if node.term is not None:
                conditions.append(alike(term, node.term))
            elif node.variable in terms:
                conditions.append(alike(term, terms[node.variable]))
            else:
                terms[node.variable] = term
    first = found[0][1]
    if first.table:
        source = quoted_name(first.table)
    else:
        rows = ", ".join(
            f"({quoted(s)}, {quoted(o)}, {quoted(language)})" for s, o, language in first.rows
        )
        source = f"(VALUES {rows}) AS said(s, o, l)"
    where = " AND ".join(dict.fromkeys(one for one in conditions if one != "(true)"))
    word = "" if first.table and tables.is_key(first.table) else "DISTINCT "
    pieces: list[str] = []
    settled = {}
    for name, term in terms.items():
        columns = []
        for column in term.columns:
            columns.append(names.new())
            pieces.append(f"{column} AS {columns[-1]}")
        language = term.language
        if language is not None and not language.startswith("'"):
            language = names.new()
            pieces.append(f"{term.language} AS {language}")
        settled[name] = term.on(columns, language)
    chosen = ", ".join(pieces) or "1 AS unit"
    sql = f"SELECT {word}{chosen} FROM {source}" + (f" WHERE {where}" if where else "")
    return Relation(sql, settled)
