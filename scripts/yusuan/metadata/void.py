"""How large the graphs of a package are and what they use, in VoID, counted on its N-Quads."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator

from yusuan.mapping import RDF_TYPE, XSD, encode, prefixes
from yusuan.metadata.dataset import Dataset
from yusuan.package import FILE_OF, Package
from yusuan.terms import Triple, literal

VOID = "http://rdfs.org/ns/void#"
_DUMPS = ("data", "data-quads")
_FORMATS = "http://www.w3.org/ns/formats/"
_TYPE = f"<{RDF_TYPE}>"
# A graph is the last IRI before the full stop; an IRI has no blank and no quotation mark.
_GRAPH = re.compile(r" (<[^<>\" ]*>) \.$")
_NAMESPACE = re.compile(r".*[#/]", re.DOTALL)


def void(package: Package, dataset: Dataset) -> list[Triple]:
    """Return what VoID says of each named graph of a package.

    Args:
        package: The package with its triples as N-Quads; without them nothing is counted.
        dataset: What the package says of itself.
    """
    path = FILE_OF["data-quads"].path
    if all(one.path != path for one in dataset.files):
        return []
    triples: list[Triple] = []
    own, known = f"<{dataset.iri}>", prefixes(package.descriptor)
    for graph, lines in _graphs(package.content(path).decode("utf-8")).items():
        triples.append(Triple(own, _verb("subset"), f"<{graph}>"))
        triples += _counts(graph, lines, known)
        for file in dataset.files:
            if file.name in _DUMPS:
                triples.append(Triple(f"<{graph}>", _verb("dataDump"), f"<{file.url}>"))
    triples.append(Triple(own, _TYPE, f"<{VOID}Dataset>"))
    triples.append(Triple(own, _verb("uriSpace"), literal(dataset.base)))
    triples += [
        Triple(own, _verb("feature"), f"<{_FORMATS}{one}>") for one in ("N-Quads", "Turtle")
    ]
    return triples


def _graphs(quads: str) -> dict[str, set[str]]:
    """Return graph → its triples as lines, each once; the default graph names nothing."""
    found: dict[str, set[str]] = defaultdict(set)
    # Not `splitlines`: what it takes for the end of a line may stand in a literal.
    for line in quads.split("\n"):
        match = _GRAPH.search(line)
        if match is not None:
            found[match[1][1:-1]].add(line[: match.start()])
    return found


def _counts(graph: str, lines: set[str], known: dict[str, str]) -> Iterator[Triple]:
    """Yield the figures of one graph: in all, by class, and by property."""
    own = f"<{graph}>"
    subjects: set[str] = set()
    properties: Counter[str] = Counter()
    classes: Counter[str] = Counter()
    for line in lines:
        subject, predicate, value = line.split(" ", 2)
        subjects.add(subject)
        properties[predicate] += 1
        if predicate == _TYPE:
            classes[value] += 1
    yield Triple(own, _TYPE, f"<{VOID}Dataset>")
    totals = {
        "triples": len(lines),
        "entities": len(subjects),
        "distinctSubjects": len(subjects),
        "properties": len(properties),
        "classes": len(classes),
    }
    for name, count in totals.items():
        yield Triple(own, _verb(name), _figure(count))
    for used in sorted({_namespace(one) for one in (*properties, *classes)}):
        yield Triple(own, _verb("vocabulary"), f"<{used}>")
    for kind, counted, figures in (("class", "entities", classes),
                                   ("property", "triples", properties)):  # fmt: skip
        for term, count in sorted(figures.items()):
            part = f"<{graph}/{kind}/{_short(term[1:-1], known)}>"
            yield Triple(own, _verb(f"{kind}Partition"), part)
            yield Triple(part, _verb(kind), term)
            yield Triple(part, _verb(counted), _figure(count))


def _short(iri: str, known: dict[str, str]) -> str:
    """Return an IRI as part of another: `qb.Observation`."""
    for prefix, start in sorted(known.items(), key=lambda one: -len(one[1])):
        if iri.startswith(start):
            return f"{prefix}.{encode(iri.removeprefix(start), keep=False)}"
    return encode(iri, keep=False)


def _namespace(term: str) -> str:
    match = _NAMESPACE.match(term[1:-1])
    return term[1:-1] if match is None else match[0]


def _verb(name: str) -> str:
    return f"<{VOID}{name}>"


def _figure(count: int) -> str:
    return literal(str(count), XSD + "integer")
