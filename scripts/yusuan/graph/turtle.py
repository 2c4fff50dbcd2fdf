"""Triples as Turtle that a person reads: grouped, sorted, with prefixes, always the same bytes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from yusuan.terms import Triple

_XSD = "<http://www.w3.org/2001/XMLSchema#"
_TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?").fullmatch
_TYPED = re.compile(r'(".*")\^\^(<[^>]*>)', re.DOTALL)
_INTEGER = re.compile(r"[+-]?[0-9]+").fullmatch


def turtle(triples: Iterable[Triple], base: str, prefixes: Mapping[str, str]) -> str:
    """Return triples as Turtle.

    Args:
        triples: Their terms as N-Triples writes them; one that comes twice is written once.
        base: The base IRI; what lies below it and has no short name is written relative to it.
        prefixes: Prefix → IRI; those that are used are declared.
    """
    writer = _Writer(base, prefixes)
    ordered = sorted(set(triples), key=_order)
    blocks = [
        writer.block(subject, list(group))
        for subject, group in groupby(ordered, key=lambda one: one.subject)
    ]
    return "\n".join([*writer.head(), "", *blocks])


def _order(triple: Triple) -> tuple[str, bool, str, str]:
    return triple.subject, triple.predicate != _TYPE, triple.predicate, triple.object


class _Writer:
    def __init__(self, base: str, prefixes: Mapping[str, str]) -> None:
        self._base = base
        self._prefixes = sorted(prefixes.items(), key=lambda one: (-len(one[1]), one[0]))
        self._used: set[str] = set()
        self._relative = False
        self._known: dict[str, str] = {}

    def head(self) -> Iterator[str]:
        """Yield the declarations of what was used."""
        if self._relative:
            yield f"@base <{self._base}> ."
        for prefix, iri in sorted(self._prefixes):
            if prefix in self._used:
                yield f"@prefix {prefix}: <{iri}> ."

    def block(self, subject: str, triples: list[Triple]) -> str:
        """Return everything said of one subject."""
        parts = []
        for predicate, group in groupby(triples, key=lambda one: one.predicate):
            verb = "a" if predicate == _TYPE else self._iri(predicate)
            objects = [self._term(one.object) for one in group]
            parts.append(f"{verb} {', '.join(objects)}")
        return f"{self._iri(subject)} " + " ;\n    ".join(parts) + " .\n"

    def _term(self, term: str) -> str:
        if term.startswith(("<", "_:")):
            return self._iri(term)
        match = _TYPED.fullmatch(term)
        if match is None:
            return term
        text, datatype = match[1], match[2]
        plain = text[1:-1]
        if datatype == f"{_XSD}integer>" and _INTEGER(plain):
            return plain
        if datatype == f"{_XSD}boolean>" and plain in ("true", "false"):
            return plain
        return f"{text}^^{self._iri(datatype)}"

    def _iri(self, term: str) -> str:
        if term not in self._known:
            self._known[term] = self._short(term)
        return self._known[term]

    def _short(self, term: str) -> str:
        if not term.startswith("<"):
            return term
        iri = term[1:-1]
        for prefix, start in self._prefixes:
            local = iri.removeprefix(start)
            if local != iri and _LOCAL(local):
                self._used.add(prefix)
                return f"{prefix}:{local}"
        below = iri.removeprefix(self._base)
        if below != iri and below and ":" not in below.split("/")[0]:
            self._relative = True
            return f"<{below}>"
        return term
