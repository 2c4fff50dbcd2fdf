"""What is likely wrong with a query that the engine can't read: where, in words, and what to do.

The engine tells a place and the next keyword it hoped for, which helps nobody who is no parser. The
mistakes that people make are looked for here, the surest first.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from itertools import pairwise
from typing import NamedTuple

from yusuan.messages import Message, say
from yusuan.querying.tokens import Token, tokens

_PAIRS = {"{": "}", "(": ")", "[": "]"}
_QUOTES = {"“": '"', "”": '"', "‘": "'", "’": "'", "《": "<", "》": ">", "。": ".", "、": ","}
_UPDATES = frozenset(
    ("insert", "delete", "load", "clear", "drop", "create", "copy", "move", "add", "with")
)
_SUMS = frozenset(("count", "sum", "min", "max", "avg", "sample", "group_concat"))
_LISTED = ("distinct", "reduced")
_BROKEN_IRI = re.compile(r"<[A-Za-z][\w+.-]*:[^<>\n]*>")
_REPORTED = re.compile(r"error at (\d+):(\d+)")
# Of a query that opens more groups in each other than this, the second opinion takes too long.
_DEEPEST = 12


class Mistake(NamedTuple):
    """A mistake in a query.

    Attributes:
        at: Its place in the query, from 0.
        reason: What is wrong.
        advice: The next step.
    """

    at: int
    reason: Message
    advice: Message


def mistake(query: str, known: Mapping[str, str]) -> Mistake | None:
    """Return what people often get wrong, where a query has it.

    Args:
        query: A query that the engine can't read.
        known: Every prefix with its IRI.
    """
    found = [one for one in tokens(query) if one.kind != "comment"]
    ladder: tuple[Callable[[], Mistake | None], ...] = (
        lambda: _full_width(found),
        lambda: _open_text(found),
        lambda: _update(found),
        lambda: _sql(found),
        lambda: _broken_iri(query, found),
        lambda: _declaration(found),
        lambda: _slash(query, found, known),
        lambda: _unclosed(found),
        lambda: _bare_sum(found),
        lambda: _selected(found),
    )
    return next((one for one in (look() for look in ladder) if one is not None), None)


def stop(query: str, fault: str) -> int:
    """Return the place from which on a query can't be read.

    Args:
        query: The query.
        fault: What the engine says.
    """
    # Where the engine hopes for a keyword it looks ahead by as much as that word is long, and says
    # so; the other parser names the part that it can't read.
    second = _second_opinion(query)
    if second is not None:
        return second
    told = _REPORTED.search(fault)
    return len(query) if told is None else _offset(query, int(told[1]), int(told[2]))


def _full_width(found: Sequence[Token]) -> Mistake | None:
    for one in found:
        meant = _QUOTES.get(one.text) or unicodedata.normalize("NFKC", one.text)
        if one.kind == "sign" and meant != one.text and meant.isascii() and meant.strip():
            return Mistake(one.at, say("query-full-width", sign=one.text),
                           say("query-instead", near=meant))  # fmt: skip
    return None


def _open_text(found: Sequence[Token]) -> Mistake | None:
    for one in found:
        if one.kind == "sign" and one.text in "\"'":
            return Mistake(one.at, say("query-open-text"), say("query-open-text-advice"))
    return None


def _update(found: Sequence[Token]) -> Mistake | None:
    words = [
        one for one in found if one.kind == "word" and one.text.lower() not in ("prefix", "base")
    ]
    first = words[0] if words else None
    if first is not None and first.text.lower() in _UPDATES:
        return Mistake(first.at, say("query-update", word=first.text.upper()),
                       say("query-update-advice"))  # fmt: skip
    return None


def _sql(found: Sequence[Token]) -> Mistake | None:
    for one, following in pairwise(found):
        words = one.kind == following.kind == "word"
        if words and one.text.lower() == "from" and following.text.lower() != "named":
            return Mistake(following.at, say("query-sql", table=following.text),
                           say("query-sql-advice"))  # fmt: skip
    return None


def _broken_iri(query: str, found: Sequence[Token]) -> Mistake | None:
    for one in found:
        broken = _BROKEN_IRI.match(query, one.at)
        if one.kind == "sign" and broken is not None:
            return Mistake(one.at, say("query-iri", iri=broken[0]), say("query-iri-advice"))
    return None


def _declaration(found: Sequence[Token]) -> Mistake | None:
    for one, following in pairwise(found):
        if one.kind == following.kind == "word" and one.text.lower() == "prefix":
            return Mistake(following.at, say("query-colon", prefix=following.text),
                           say("query-colon-advice", prefix=following.text))  # fmt: skip
    return None


def _slash(query: str, found: Sequence[Token], known: Mapping[str, str]) -> Mistake | None:
    for one in found:
        tail = re.compile(r"/[\w.-]+(?![\w:.-])").match(query, one.at + len(one.text))
        prefix, _, local = one.text.partition(":")
        if one.kind == "name" and tail is not None and prefix in known:
            advice = say("query-slash-advice", iri=known[prefix] + local + tail[0])
            return Mistake(one.at, say("query-slash", name=one.text + tail[0]), advice)
    return None


def _unclosed(found: Sequence[Token]) -> Mistake | None:
    opened: list[Token] = []
    for one in found:
        if one.kind != "sign":
            continue
        if one.text in _PAIRS:
            opened.append(one)
        elif one.text in _PAIRS.values():
            if not opened or _PAIRS[opened[-1].text] != one.text:
                reason = say("query-closes", sign=one.text)
                return Mistake(one.at, reason, say("query-pairs-advice"))
            opened.pop()
    if opened:
        reason = say("query-opens", sign=opened[-1].text)
        return Mistake(opened[-1].at, reason, say("query-pairs-advice"))
    return None


def _bare_sum(found: Sequence[Token]) -> Mistake | None:
    for before, one in pairwise(found):
        selects = before.text.lower() in ("select", "distinct") or before.kind == "variable"
        if selects and one.kind == "word" and one.text.lower() in _SUMS:
            return Mistake(one.at, say("query-sum", word=one.text),
                           say("query-sum-advice", word=one.text.upper()))  # fmt: skip
    return None


def _selected(found: Sequence[Token]) -> Mistake | None:
    """Look at the list of SELECT, up to the first thing that is no part of it."""
    start = next((at for at, one in enumerate(found) if one.text.lower() == "select"), len(found))
    depth = 0
    for one in found[start + 1 :]:
        depth += (one.text == "(") - (one.text == ")")
        if depth == 0 and one.text == ",":
            return Mistake(one.at, say("query-comma"), say("query-comma-advice"))
        if depth == 0 and one.kind == "word" and one.text.lower() not in _LISTED:
            if get_close_matches(one.text.lower(), ("where", "from")):
                return None  # the list is over, even if that word is misspelt
            return Mistake(one.at, say("query-variable", word=one.text),
                           say("query-variable-advice", word=one.text))  # fmt: skip
        if one.text == "{":
            return None
    return None


def _second_opinion(query: str) -> int | None:
    """Return where another parser stops; None where it does not, or would take too long."""
    if query.count("{") > _DEEPEST or query.count("(") > 4 * _DEEPEST:
        return None
    from pyparsing import ParseException
    from rdflib.plugins.sparql.parser import parseQuery

    try:
        parseQuery(query)
    except ParseException as fault:
        return int(fault.loc)
    except RecursionError:
        return None
    return None


def _offset(query: str, line: int, column: int) -> int:
    lines = query.split("\n")
    return sum(len(one) + 1 for one in lines[: line - 1]) + column - 1
