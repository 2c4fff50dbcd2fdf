"""Triples as they are made up: short names made absolute, labels in every language, none twice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yusuan.mapping import XSD, absolute, base_of, prefixes
from yusuan.terms import Triple, literal

# What the vocabulary itself is written in, whatever prefixes a package declares.
NAMESPACES = {
    "dct": "http://purl.org/dc/terms/",
    "owl": "http://www.w3.org/2002/07/owl#",
    "qb": "http://purl.org/linked-data/cube#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": XSD,
}


class Statements:
    """The triples made so far, and the names that a descriptor gives to things.

    Attributes:
        triples: In the order in which they were said.
        ontology: The IRI that every own term is defined by.
    """

    def __init__(self, descriptor: Mapping[str, Any]) -> None:
        self.triples: list[Triple] = []
        self.ontology = base_of(descriptor) + "def"
        self._names = prefixes(descriptor) | NAMESPACES
        self._stated = {
            self.iri(term): said for term, said in descriptor.get("yusuan:terms", {}).items()
        }
        self._known: set[str] = set()

    def iri(self, name: str) -> str:
        """Return `prefix:rest` as an IRI."""
        return absolute(name, self._names)

    def is_own(self, iri: str) -> bool:
        """Tell whether a term is one of ours."""
        return iri.startswith(self.ontology + "#")

    def is_new(self, iri: str) -> bool:
        """Tell whether something is met for the first time, and remember it."""
        new = iri not in self._known
        self._known.add(iri)
        return new

    def types(self, iri: str) -> list[str]:
        """Return the classes that the descriptor states of a term."""
        found = self._stated.get(iri, {}).get("rdf:type", ())
        return [self.iri(one) for one in ([found] if isinstance(found, str) else found)]

    def titles(self, iri: str, worded: Mapping[str, Any]) -> Mapping[str, str]:
        """Return the names of a thing: its own, else those of the column or table it is of."""
        return self._wording(iri, worded, "titles")

    def descriptions(self, iri: str, worded: Mapping[str, Any]) -> Mapping[str, str]:
        """Return what is said of a thing, likewise."""
        return self._wording(iri, worded, "descriptions")

    def add(self, subject: str, predicate: str, value: str) -> None:
        """Say that a subject has an IRI as value."""
        self._say(subject, predicate, f"<{self.iri(value)}>")

    def plain(self, subject: str, predicate: str, value: str, datatype: str | None = None) -> None:
        """Say that a subject has a literal without language as value."""
        kind = None if datatype is None else self.iri(datatype)
        self._say(subject, predicate, literal(value, kind))

    def text(self, subject: str, predicate: str, texts: Mapping[str, str]) -> None:
        """Say that a subject has a text in each of some languages."""
        for language, text in texts.items():
            self._say(subject, predicate, literal(text, language=language))

    def define(self, term: str, worded: Mapping[str, Any]) -> None:
        """Name and describe a term of ours, and say where it is defined."""
        self.text(term, "rdfs:label", self.titles(term, worded))
        self.text(term, "rdfs:comment", self.descriptions(term, worded))
        self.add(term, "rdfs:isDefinedBy", self.ontology)

    def _say(self, subject: str, predicate: str, value: str) -> None:
        self.triples.append(Triple(f"<{self.iri(subject)}>", f"<{self.iri(predicate)}>", value))

    def _wording(self, iri: str, worded: Mapping[str, Any], key: str) -> Mapping[str, str]:
        found: Mapping[str, str] = self._stated.get(iri, {}).get(key) or worded.get(key, {})
        return found
