"""How a query is worded: its names and prefixes, and what is wrong with one that can't be read.

It knows the words of SPARQL, not its grammar: that is the engine's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import NamedTuple

from yusuan.errors import QueryError
from yusuan.messages import Message, say
from yusuan.querying.federating import federates
from yusuan.querying.mistakes import mistake, stop
from yusuan.querying.tokens import Token, tokens

_WORDS = frozenset(
    re.findall(
        r"\w+",
        """
    a abs add all any as asc ask avg base bind bnode bound by ceil clear coalesce concat construct
    contains copy count create data datatype day default delete desc describe distinct drop
    encode_for_uri exists false filter floor from graph group group_concat having hours if in insert
    into iri isblank isiri isliteral isnumeric isuri lang langmatches lateral lcase limit load max
    md5 min minus minutes month move named not now offset optional order prefix rand reduced regex
    replace round sameterm sample seconds select separator service sha1 sha256 sha384 sha512 silent
    str strafter strbefore strdt strends strlang strlen strstarts struuid substr sum timezone to
    true tz ucase undef union uri using uuid values version where with year
    """,
    )
)


class Name(NamedTuple):
    """A prefixed name in a query, or another word of it.

    Attributes:
        prefix: What stands before the colon.
        local: What stands behind it.
        at: Its place in the query, from 0.
    """

    prefix: str
    local: str
    at: int


class Stranger(NamedTuple):
    """A term that a query names and nothing defines.

    Attributes:
        name: As the query writes it.
        iri: The same as an IRI.
        nearest: What may be meant, written likewise; "" where nothing is near.
        at: Its place in the query, from 0.
    """

    name: str
    iri: str
    nearest: str
    at: int


def names(query: str) -> tuple[dict[str, str], list[Name]]:
    """Return the prefixes that a query declares itself, and the prefixed names that it uses."""
    declared: dict[str, str] = {}
    found: list[Name] = []
    words = [one for one in tokens(query) if one.kind not in ("comment", "sign")]
    at = 0
    while at < len(words):
        one = words[at]
        if _declares(words[at : at + 3]):
            declared[words[at + 1].text[:-1]] = words[at + 2].text[1:-1]
            at += 3
            continue
        if one.kind == "name":
            prefix, _, local = one.text.partition(":")
            found.append(Name(prefix, local, one.at))
        at += 1
    return declared, found


def _declares(words: list[Token]) -> bool:
    kinds = [one.kind for one in words]
    return kinds == ["word", "name", "iri"] and words[0].text.lower() == "prefix"


def declare(query: str, known: Mapping[str, str]) -> str:
    """Return a query with the prefixes declared that it uses and does not declare.

    Raises:
        QueryError: It uses a prefix that nobody knows.
    """
    declared, used = names(query)
    missing = sorted({name.prefix for name in used} - declared.keys())
    for name in used:
        if name.prefix not in known and name.prefix not in declared:
            raise explained(query, "", known)
    # In one line, so that lines keep their numbers in what the endpoint says.
    return "".join(f"PREFIX {one}: <{known[one]}> " for one in missing) + query


def explained(query: str, fault: str, known: Mapping[str, str]) -> QueryError:
    """Return the error of a query that the engine can't read, with the place and what may be meant.

    Args:
        query: The query.
        fault: What the engine says.
        known: The prefixes that need no declaration.
    """
    declared, used = names(query)
    every = {**known, **declared}
    wrong = mistake(query, every)
    if wrong is not None:
        return _at(query, wrong.at, wrong.reason, wrong.advice)
    for name in used:
        if name.prefix not in every:
            near = _nearest(name.prefix, every)
            return _at(query, name.at, say("query-prefix", prefix=name.prefix),
                       _meant(f"{near}:" if near else ""))  # fmt: skip
    for word in tokens(query):
        near = _nearest(word.text.lower(), _WORDS)
        if word.kind == "word" and word.text.lower() not in _WORDS and near:
            return _at(query, word.at, say("query-word", word=word.text), _meant(near.upper()))
    at = stop(query, fault)
    if "variable that is unbound" in fault:
        return _at(query, 0, say("query-group"), say("query-group-advice"))
    reason = say("query-ends") if at >= len(query.rstrip()) else say("query-unread")
    return _at(query, at, reason, say("query-advice"))


def no_service(query: str) -> None:
    """Refuse a query that would have the engine ask others.

    Raises:
        QueryError: It has SERVICE in it.
    """
    at = federates(query)
    if at is not None:
        raise _at(query, at, say("query-service"), say("query-service-advice"))


def unknown_terms(query: str, known: Mapping[str, str], defined: set[str]) -> Iterator[Stranger]:
    """Yield the terms of a query that nothing defines, in namespaces of which something is defined.

    Args:
        query: The query.
        known: The prefixes that need no declaration.
        defined: The IRIs of all terms.
    """
    declared, used = names(query)
    every = {**known, **declared}
    for name in used:
        namespace = every.get(name.prefix, "")
        if not name.local or not namespace or namespace + name.local in defined:
            continue
        if any(iri.startswith(namespace) for iri in defined):
            meant = _nearest_term(name, every, defined)
            yield Stranger(f"{name.prefix}:{name.local}", namespace + name.local, meant, name.at)


def _nearest_term(name: Name, known: Mapping[str, str], defined: set[str]) -> str:
    """Return the term that may be meant: likely of the same prefix, else of another one."""

    def best(prefixes: Mapping[str, str], cutoff: float) -> str:
        terms = {
            iri.removeprefix(namespace): f"{prefix}:{iri.removeprefix(namespace)}"
            for prefix, namespace in sorted(prefixes.items())
            for iri in defined
            if iri.startswith(namespace)
        }
        near = get_close_matches(name.local, sorted(terms), n=1, cutoff=cutoff)
        return terms[near[0]] if near else ""

    own = {name.prefix: known[name.prefix]}
    return best(own, 0.8) or best(known, 0.8) or best(own, 0.6)


def place(query: str, at: int) -> tuple[int, int]:
    """Return line and column, both from 1, of a place in a query."""
    before = query[:at]
    return before.count("\n") + 1, at - (before.rfind("\n") + 1) + 1


def misnamed(query: str, stranger: Stranger) -> QueryError:
    """Return the error of a query that names a term of ours that there is not."""
    return _at(query, stranger.at, say("query-term", term=stranger.name), _meant(stranger.nearest))


def _meant(near: str) -> Message:
    return say("query-meant", near=near) if near else say("query-known")


def _at(query: str, at: int, reason: Message, advice: Message) -> QueryError:
    line, column = place(query, at)
    shown = query.split("\n")[line - 1].strip()
    fault = QueryError(f"{line}:{column} {shown}", reason, advice)
    fault.place = (line, column)
    return fault


def _nearest(word: str, known: Mapping[str, str] | frozenset[str] | set[str]) -> str:
    return next(iter(get_close_matches(word, sorted(known), n=1, cutoff=0.6)), "")
