"""What the catalogue of a SPARQL server says of one package: DCAT of what is published there.

That is the package's own catalogue, without the files, which are not there, and with the graphs,
which are: each with the number of its triples and its hash, by which the next run knows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from yusuan.errors import PackageError
from yusuan.mapping import RDF_TYPE, XSD, base_of
from yusuan.messages import say
from yusuan.metadata.catalog import NAMESPACES
from yusuan.package import FILE_OF
from yusuan.package.descriptor import Seal
from yusuan.publishing.graphs import Graph, canonical_lines, graph_of
from yusuan.publishing.release import Release
from yusuan.terms import Triple, literal

DCAT, DCT, SPDX = NAMESPACES["dcat"], NAMESPACES["dct"], NAMESPACES["spdx"]
PROV, VOID = NAMESPACES["prov"], NAMESPACES["void"]
# What the catalogue says of its datasets: added to, never replaced as a whole.
GROWING = (f"{DCAT}dataset", f"{DCAT}resource")
_SERVED = "https://www.w3.org/TR/sparql11-http-rdf-update/"


@dataclass(frozen=True, slots=True)
class Entry:
    """What the catalogue says of one package.

    Attributes:
        home: The IRI of the package; whatever lies below it is said by this entry alone.
        graphs: IRI → the named graphs of the package.
        own: The triples whose subjects are or lie below `home`, and links to them.
        shared: The triples about what other packages name, too: regions, licences, codes.
        seal: Size and hash of its own triples, which the entry itself states.
    """

    home: str
    graphs: Mapping[str, Graph]
    own: tuple[str, ...]
    shared: tuple[str, ...]
    seal: Seal

    @property
    def dataset(self) -> str:
        """The IRI of the package as a dataset."""
        return dataset_of(self.home)


def dataset_of(home: str) -> str:
    """Return the IRI of a package as a dataset."""
    return f"{home}/dataset"


def home_of(release: Release) -> str:
    """Return the IRI below which everything of a package lies."""
    return str(release.descriptor.get("id") or f"{base_of(release.descriptor)}{release.place}")


def catalog_of(base: str) -> str:
    """Return the graph of the catalogue."""
    return f"{base}catalog"


def sums(subject: str, value: str, triples: int | None = None) -> list[Triple]:
    """Return what is said of the hash of a graph or of an entry."""
    own, sum_of = f"<{subject}>", f"<{subject}/sha256>"
    found = [
        Triple(own, f"<{SPDX}checksum>", sum_of),
        Triple(sum_of, f"<{RDF_TYPE}>", f"<{SPDX}Checksum>"),
        Triple(sum_of, f"<{SPDX}algorithm>", f"<{SPDX}checksumAlgorithm_sha256>"),
        Triple(sum_of, f"<{SPDX}checksumValue>", literal(value, XSD + "hexBinary")),
    ]
    if triples is not None:
        found.append(Triple(own, f"<{VOID}triples>", literal(str(triples), XSD + "integer")))
    return found


def entry(release: Release, graphs: Mapping[str, Graph]) -> Entry:
    """Return the entry of a package.

    Args:
        release: The package.
        graphs: IRI → its named graphs.

    Raises:
        PackageError: Its catalogue is no Turtle.
    """
    home, said = home_of(release), _said(release)
    dataset = f"<{dataset_of(home)}>"
    for iri, one in graphs.items():
        served = f"<{iri}/served>"
        said += [
            Triple(dataset, f"<{VOID}subset>", f"<{iri}>"),
            Triple(dataset, f"<{DCAT}distribution>", served),
            Triple(served, f"<{RDF_TYPE}>", f"<{DCAT}Distribution>"),
            Triple(served, f"<{DCAT}accessURL>", f"<{iri}>"),
            Triple(served, f"<{DCT}conformsTo>", f"<{_SERVED}>"),
            Triple(f"<{iri}>", f"<{RDF_TYPE}>", f"<{VOID}Dataset>"),
            *sums(iri, one.seal.sha256, one.count),
        ]
    lines = {f"{one.subject} {one.predicate} {one.object} ." for one in said}
    own = {one for one in lines if is_of(home, one)}
    seal = graph_of(_joined(own)).seal
    stated = {" ".join((*one, ".")) for one in sums(dataset_of(home), seal.sha256)}
    return Entry(home, graphs, tuple(sorted(own | stated)), tuple(sorted(lines - own)), seal)


def entry_seal(content: bytes, home: str) -> Seal:
    """Return the hash of an entry as a server holds it.

    Args:
        content: Its own triples as N-Triples, what it states of itself included.
        home: The IRI of the package.

    Raises:
        ValueError: It is no N-Triples.
    """
    itself = f"<{dataset_of(home)}/sha256>"
    lines = [
        one
        for one in canonical_lines(content)
        if not one.startswith(f"{itself} ") and not one.endswith(f" {itself} .")
    ]
    return graph_of(_joined(lines)).seal


def _joined(lines: Iterable[str]) -> bytes:
    return "".join(f"{one}\n" for one in lines).encode("utf-8")


def is_of(home: str, line: str) -> bool:
    """Tell whether a triple belongs to one package alone."""
    subject, _, rest = line.partition(" ")
    iri = subject[1:-1]
    if iri == home or iri.startswith(f"{home}/"):
        return True
    predicate, _, value = rest.partition(" ")
    # The series of a region is in the catalogue as long as any of its datasets: it is shared.
    return predicate[1:-1] == GROWING[0] and value.startswith(f"<{home}/")


def _said(release: Release) -> list[Triple]:
    """Return what the package's own catalogue says of it, without its files."""
    from pyoxigraph import RdfFormat, parse

    path = FILE_OF["catalog"].path
    if path not in release.seals:
        return []
    try:
        found = [
            Triple(str(one.subject), str(one.predicate), str(one.object))
            for one in parse(release.package.content(path), format=RdfFormat.TURTLE)
        ]
    except SyntaxError as fault:
        reason = say("portal-catalog-broken", fault=fault)
        raise PackageError(str(release.package.directory), reason, say("rebuild-advice")) from fault
    links = {f"<{DCAT}distribution>", f"<{VOID}subset>"}
    kept = [one for one in found if one.predicate not in links]
    starts = {
        one.subject
        for one in kept
        if one.predicate == f"<{RDF_TYPE}>"
        and one.object in (f"<{DCAT}Catalog>", f"<{DCAT}Dataset>", f"<{DCAT}DatasetSeries>")
    }
    reached = _reached(starts, kept)
    return [one for one in kept if one.subject in reached]


def _reached(starts: set[str], triples: Iterable[Triple]) -> set[str]:
    """Return the subjects to which some lead, themselves included."""
    leads: dict[str, list[str]] = {}
    for one in triples:
        leads.setdefault(one.subject, []).append(one.object)
    found, todo = set(starts), list(starts)
    while todo:
        for there in leads.get(todo.pop(), ()):
            if there in leads and there not in found:
                found.add(there)
                todo.append(there)
    return found
