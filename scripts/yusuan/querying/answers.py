"""What a query answers, whoever answered it: rows of cells, triples, or yes and no."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from yusuan.mapping import XSD
from yusuan.terms import Triple, literal

if TYPE_CHECKING:
    from pyoxigraph import QueryBoolean, QuerySolutions, QueryTriples

NUMBERS = frozenset(XSD + name for name in ("integer", "decimal", "double", "float"))


class Cell(NamedTuple):
    """One value of an answer.

    Attributes:
        kind: `uri`, `bnode` or `literal`, as the SPARQL results formats name them.
        text: The IRI, the label of the blank node, or the text with all its digits.
        datatype: IRI of a literal's datatype; None for a plain text.
        language: Its language, or None.
    """

    kind: str
    text: str
    datatype: str | None = None
    language: str | None = None

    @property
    def is_number(self) -> bool:
        """Whether it is a figure to be reckoned with; a code is text."""
        return self.datatype in NUMBERS

    def written(self) -> str:
        """Return it as N-Triples writes it."""
        if self.kind == "uri":
            return f"<{self.text}>"
        if self.kind == "bnode":
            return f"_:{self.text}"
        return literal(self.text, self.datatype, self.language)


@dataclass(frozen=True, slots=True)
class Rows:
    """The answer to SELECT: a cell is None where a variable has no value."""

    variables: tuple[str, ...]
    rows: Sequence[tuple[Cell | None, ...]]


@dataclass(frozen=True, slots=True)
class Statements:
    """The answer to CONSTRUCT and DESCRIBE."""

    triples: Sequence[Triple]


@dataclass(frozen=True, slots=True)
class Truth:
    """The answer to ASK."""

    holds: bool


Answer = Rows | Statements | Truth


def answer_of(result: QuerySolutions | QueryTriples | QueryBoolean) -> Answer:
    """Return what a store or a results file gives, read to its end.

    Raises:
        OSError: The store can't be read.
        SyntaxError: The results file is broken.
    """
    import pyoxigraph

    if isinstance(result, pyoxigraph.QueryBoolean):
        return Truth(bool(result))
    if isinstance(result, pyoxigraph.QueryTriples):
        return Statements([triple_of(one) for one in result])
    names = tuple(variable.value for variable in result.variables)
    return Rows(names, [tuple(_cell(term) for term in solution) for solution in result])


def triple_of(triple: object) -> Triple:
    """Return a triple of a store, each term as N-Triples writes it."""
    return Triple(*(str(getattr(triple, part)) for part in ("subject", "predicate", "object")))


def _cell(term: object) -> Cell | None:
    import pyoxigraph

    match term:
        case None:
            return None
        case pyoxigraph.NamedNode():
            return Cell("uri", term.value)
        case pyoxigraph.BlankNode():
            return Cell("bnode", term.value)
        case pyoxigraph.Literal(language=str()):
            return Cell("literal", term.value, language=term.language)
        case pyoxigraph.Literal():
            plain = term.datatype.value == XSD + "string"
            return Cell("literal", term.value, None if plain else term.datatype.value)
        case _:
            raise TypeError(term)
