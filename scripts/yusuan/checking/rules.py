"""The rules as they stand in `shapes/`, and what they find in the triples of a package.

A rule is a SHACL shape with one query over the document. The queries are asked of an embedded
store, which answers a hundred times faster than a SHACL engine asks them node by node; any stock
SHACL engine gives the same results from the same files. No rule stands here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from yusuan.mapping import base_of
from yusuan.package.facts import is_facts_only
from yusuan.package.loading import Package
from yusuan.package.shipped import home, template

if TYPE_CHECKING:
    from pyoxigraph import Quad, Store

SH = "http://www.w3.org/ns/shacl#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
DCT = "http://purl.org/dc/terms/"
SKOS_LABEL = "http://www.w3.org/2004/02/skos/core#prefLabel"
PROV_QUOTED = "http://www.w3.org/ns/prov#wasQuotedFrom"

SEVERITIES = {"Violation": "error", "Warning": "explain", "Info": "note"}
# What is generated from the descriptor holds no rule, nor does the list of laws.
NO_RULES = ("structure.ttl", "cube.ttl", "sources.ttl")

_PLACE = re.compile(r"\{[?$](\w+)\}")
_FAULT = re.compile(r"^.*# fault *$\n?", re.MULTILINE)
_OFFSET = re.compile(r"#offset_(\d+)_(\d+)$")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes:
        name: The last part of its IRI, `basic-parts`; it never changes.
        iri: The IRI of its shape.
        file: The file below `shapes/` in which it stands.
        severity: `error`, `explain` or `note`.
        of_package: Whether a fault is one of the package and not of the document.
        needs_text: Whether what the text says, or does not say, makes the fault.
        heading: The inspection heading, such as `authenticity`.
        titles: What it asks for, in each language.
        comments: More on it, in each language; may be empty.
        advice: What to do about a fault, in each language.
        sources: IRIs of the laws and regulations that ask for it.
        messages: What a fault says, in each language, with `{?names}`.
        select: The query.
        prologue: Its prefixes.
    """

    name: str
    iri: str
    file: str
    severity: str
    of_package: bool
    needs_text: bool
    heading: str
    titles: Mapping[str, str]
    comments: Mapping[str, str]
    advice: Mapping[str, str]
    sources: tuple[str, ...]
    messages: Mapping[str, str]
    select: str
    prologue: str

    @property
    def query(self) -> str:
        """The query, to be asked of the triples of one document or of many."""
        return self.prologue + self.select

    @property
    def examination(self) -> str:
        """The query without the conditions that a row fails by: every row that is examined."""
        return self.prologue + _FAULT.sub("", self.select)


@dataclass(frozen=True, slots=True)
class Result:
    """One fault that a rule found.

    Attributes:
        rule: The rule.
        document: IRI of the document.
        value: IRI of the row found.
        names: What the query named: variable → text.
    """

    rule: Rule
    document: str
    value: str
    names: Mapping[str, str]

    def message(self, language: str) -> str:
        """Return what the fault says in `zh` or `en`."""
        return _PLACE.sub(
            lambda match: self.names.get(match[1], match[0]), self.rule.messages[language]
        )


def shape_files() -> dict[str, str]:
    """Return the files of rules: name → text, in the order of their names."""
    folder = home() / "shapes"
    return {
        path.name: path.read_text("utf-8")
        for path in sorted(folder.glob("*.ttl"))
        if path.name not in NO_RULES
    }


@cache
def rules(base: str | None = None) -> tuple[Rule, ...]:
    """Return every rule, in the order of the files and of the names.

    Args:
        base: The base IRI of the package that is checked; None for that of the shapes.
    """
    own = base_of(template())
    base = own if base is None else base
    texts = {name: text.replace(own, base) for name, text in shape_files().items()}
    return tuple(rule for name, text in texts.items() for rule in parse_rules(text, name, base))


def parse_rules(text: str, file: str, base: str) -> list[Rule]:
    """Return the rules of one file, in the order in which they stand there.

    Args:
        text: The file.
        file: Its name.
        base: The base IRI of its shapes.

    Raises:
        KeyError: A rule lacks what every rule must have.
        SyntaxError: The file is no Turtle.
    """
    import pyoxigraph

    said = _Said(pyoxigraph.parse(text, pyoxigraph.RdfFormat.TURTLE))
    return [_rule(iri, file, base, said) for iri in said.subjects(SH + "sparql")]


def load(turtle: bytes) -> Store:
    """Return a store with the triples of a Turtle file, which N-Triples is, too.

    Raises:
        SyntaxError: It is no Turtle.
    """
    import pyoxigraph

    store = pyoxigraph.Store()
    store.bulk_load(turtle, pyoxigraph.RdfFormat.TURTLE)
    return store


def find(store: Store, asked: Iterable[Rule]) -> list[Result]:
    """Return every fault that some rules find, in the order of the rules and of the document."""
    return [result for rule in asked for result in _found(store, rule)]


def count_examined(store: Store, rule: Rule) -> int:
    """Return how many rows a rule looks at, those that fail and those that hold."""
    rows = _select(store, rule.examination)
    return len({(names["this"], names["value"]) for names in rows})


def offsets(store: Store, value: str) -> tuple[int, int] | None:
    """Return where in the text the row stands, or None where it stands nowhere."""
    import pyoxigraph

    quoted = store.quads_for_pattern(
        pyoxigraph.NamedNode(value), pyoxigraph.NamedNode(PROV_QUOTED), None
    )
    spans = [_OFFSET.search(_text(quad.object)) for quad in quoted]
    return min(((int(one[1]), int(one[2])) for one in spans if one is not None), default=None)


def of_package(package: Package) -> tuple[Rule, ...]:
    """Return the rules that a package can be held to, with its IRIs.

    Where the text is left out, nobody can tell whether it says what a rule asks for.
    """
    found = rules(base_of(package.descriptor))
    if is_facts_only(package.descriptor):
        return tuple(rule for rule in found if not rule.needs_text)
    return found


class _Said:
    """The triples of a shapes file by subject and predicate, in the order in which they stand."""

    def __init__(self, triples: Iterable[Quad]) -> None:
        self._by: dict[tuple[str, str], list[object]] = {}
        for triple in triples:
            key = (_text(triple.subject), triple.predicate.value)
            self._by.setdefault(key, []).append(triple.object)

    def subjects(self, predicate: str) -> list[str]:
        return [subject for subject, said in self._by if said == predicate]

    def texts(self, subject: str, predicate: str) -> list[str]:
        return [_text(term) for term in self._by.get((subject, predicate), ())]

    def one(self, subject: str, predicate: str) -> str:
        found = self.texts(subject, predicate)
        if len(found) != 1:
            raise KeyError(f"{subject} has {len(found)} of {predicate}")
        return found[0]

    def by_language(self, subject: str, predicate: str) -> dict[str, str]:
        terms = self._by.get((subject, predicate), ())
        return {str(getattr(term, "language", "")): _text(term) for term in terms}


def _found(store: Store, rule: Rule) -> Iterator[Result]:
    rows = {tuple(sorted(names.items())): names for names in _select(store, rule.query)}
    results = [
        Result(rule, names["this"], names["value"],
               {name: text for name, text in names.items() if name not in ("this", "value")})
        for _, names in sorted(rows.items())
    ]  # fmt: skip
    yield from sorted(results, key=lambda one: offsets(store, one.value) or (0, 0))


def _select(store: Store, query: str) -> Iterator[dict[str, str]]:
    """Yield variable → text of each solution; a group over nothing is none."""
    import pyoxigraph

    answer = store.query(query)
    if not isinstance(answer, pyoxigraph.QuerySolutions):
        raise TypeError(query)
    names = [variable.value for variable in answer.variables]
    for solution in answer:
        cells = zip(names, solution, strict=True)
        row = {name: _text(term) for name, term in cells if term is not None}
        if "this" in row and "value" in row:
            yield row


def _text(term: object) -> str:
    """Return the text of a term: its IRI, its label, or its lexical form."""
    return str(getattr(term, "value", term))


def _rule(iri: str, file: str, base: str, said: _Said) -> Rule:
    query = said.one(iri, SH + "sparql")
    declared = said.texts(said.one(query, SH + "prefixes"), SH + "declare")
    prologue = "".join(
        f"PREFIX {said.one(node, SH + 'prefix')}: <{said.one(node, SH + 'namespace')}>\n"
        for node in declared
    )
    return Rule(
        name=iri.rpartition("/")[2],
        iri=iri,
        file=file,
        severity=SEVERITIES[said.one(iri, SH + "severity").removeprefix(SH)],
        of_package=said.one(iri, DCT + "type").endswith("/package"),
        needs_text=said.texts(iri, f"{base}def#needsText") == ["true"],
        heading=said.one(iri, DCT + "subject").rpartition("/")[2],
        titles=said.by_language(iri, RDFS + "label"),
        comments=said.by_language(iri, RDFS + "comment"),
        advice=said.by_language(iri, f"{base}def#advice"),
        sources=tuple(sorted(said.texts(iri, DCT + "source"))),
        messages=said.by_language(iri, SH + "message"),
        select=said.one(query, SH + "select"),
        prologue=prologue,
    )


@cache
def labels() -> dict[str, dict[str, str]]:
    """Return what laws, inspection headings and kinds of fault are called: IRI → language → text.

    The IRIs are those of the shapes as they stand, whatever the base of a package is.
    """
    import pyoxigraph

    text = (home() / "shapes" / "sources.ttl").read_text("utf-8")
    found: dict[str, dict[str, str]] = {}
    for triple in pyoxigraph.parse(text, pyoxigraph.RdfFormat.TURTLE):
        if triple.predicate.value in (RDFS + "label", SKOS_LABEL):
            language = str(getattr(triple.object, "language", ""))
            found.setdefault(_text(triple.subject), {})[language] = _text(triple.object)
    return found


def label(rule_base: str, iri: str) -> dict[str, str]:
    """Return what a law or heading is called, by its IRI below the base of a package.

    Raises:
        KeyError: `shapes/sources.ttl` does not name it.
    """
    return labels()[base_of(template()) + iri.removeprefix(rule_base)]
