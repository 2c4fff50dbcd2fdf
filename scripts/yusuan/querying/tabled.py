"""Asking the columns of a store, where they answer the very same as its triples."""

from __future__ import annotations

from yusuan.errors import AnswerError, QueryError
from yusuan.messages import say
from yusuan.querying.answers import Rows
from yusuan.querying.columns import faults_of_engine
from yusuan.querying.rewriting import Untranslatable
from yusuan.querying.sources import Source
from yusuan.querying.wording import declare


def tabled(source: Source, query: str, most: int | None = None) -> Rows | None:
    """Return the answer of the columns, or None where the triples are to be asked.

    Args:
        source: The store.
        query: SPARQL 1.1; prefixes of the descriptor need no declaration.
        most: How many rows there may be; None for any number.

    Raises:
        AnswerError: There are more rows than there may be.
    """
    columns, store = source.columns, source.store
    if columns is None:
        return None
    try:
        full = declare(query, source.prefixes)
        answer = columns.answer(columns.rewritten(full, lambda: columns.vocabulary(store)), most)
    except (Untranslatable, QueryError):
        # What is wrong with a query, the engine of the triples tells.
        return None
    except faults_of_engine():
        # A figure that is too large for a column, or no memory: the triples have neither limit.
        return None
    if most is not None and len(answer.rows) > most:
        raise AnswerError("SPARQL", say("query-rows", rows=most), say("query-rows-advice"))
    return answer
