"""What a query answers, whoever answered it: rows of cells, triples, or yes and no."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from yusuan.errors import AnswerError
from yusuan.mapping import XSD
from yusuan.messages import say
from yusuan.terms import Triple, literal

if TYPE_CHECKING:
    from pyoxigraph import QueryBoolean, QuerySolutions, QueryTriples

_One = TypeVar("_One")
_Read = TypeVar("_Read")

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


def answer_of(
    result: QuerySolutions | QueryTriples | QueryBoolean, most: int | None = None
) -> Answer:
    """Return what a store or a results file gives, read to its end.

    Args:
        result: What it gives.
        most: How many rows or triples there may be; None for any number.

    Raises:
        AnswerError: There are more.
        OSError: The store can't be read.
        SyntaxError: The results file is broken.
    """
    import pyoxigraph

    if isinstance(result, pyoxigraph.QueryBoolean):
        return Truth(bool(result))
    if isinstance(result, pyoxigraph.QueryTriples):
        return Statements(_counted(result, triple_of, most))
    names = tuple(variable.value for variable in result.variables)
    return Rows(names, _counted(result, lambda row: tuple(cell_of(term) for term in row), most))


def _counted(given: Iterable[_One], read: Callable[[_One], _Read], most: int | None) -> list[_Read]:
    """Return what is read of each, and no more than there may be: the rest is not even made."""
    found: list[_Read] = []
    for one in given:
        if len(found) == most:
            raise AnswerError("SPARQL", say("query-rows", rows=most), say("query-rows-advice"))
        found.append(read(one))
    return found


def triple_of(triple: object) -> Triple:
    """Return a triple of a store, each term as N-Triples writes it."""
    return Triple(*(str(getattr(triple, part)) for part in ("subject", "predicate", "object")))


def cell_of(term: object) -> Cell | None:
    """Return a term of a store as a cell; None where there is none."""
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
