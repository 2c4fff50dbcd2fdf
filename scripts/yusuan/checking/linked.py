"""The linked data of a package against its tables: the same triples, and triples that fit.

Size and hash only tell that a file has not changed; this tells that it is right.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING

from yusuan.checking.faults import fault
from yusuan.checking.found import Row, rows_by_subject
from yusuan.checking.generated import shapes
from yusuan.errors import PackageError
from yusuan.findings import Finding, Place
from yusuan.mapping import base_of
from yusuan.messages import say
from yusuan.package import (
    FILE_OF,
    Package,
    first_difference,
    is_facts_only,
    prose_columns,
    rebuild,
    template,
)

if TYPE_CHECKING:
    from rdflib import Graph

_SH = "http://www.w3.org/ns/shacl#"


def check_text(package: Package) -> Iterator[Finding]:
    """Look whether the segments give the whole text, and the text that stands beside them.

    A package that leaves the text out must hold none of it.
    """
    if is_facts_only(package.descriptor):
        yield from _check_prose(package)
        return
    place = Place(path=package.path("segments"))
    try:
        rebuild(package.directory)
    except PackageError as error:
        yield fault("package-text", "segments", error.reason, place)
        return
    paths = {one["name"]: one["path"] for one in package.descriptor["resources"]}
    if "text" not in paths:
        return
    text, standing = package.text().encode("utf-8"), package.content(paths["text"])
    if text != standing:
        line = first_difference(standing, text)
        message = say("text-differs", path=paths["text"], line=line)
        yield fault("package-text", "text", message, Place(path=paths["text"], line=line))


def _check_prose(package: Package) -> Iterator[Finding]:
    for table, columns in prose_columns(package.descriptor):
        for number, row in enumerate(package.rows(table), 1):
            names = [name for name, cell in row.items() if cell and name in (columns or row)]
            if names:
                place = Place(path=package.path(table), row=number, field=names[0])
                yield fault("package-text", table, say("text-not-withheld", table=table), place)
                break
    paths = {one["name"]: one["path"] for one in package.descriptor["resources"]}
    if "text" in paths:
        place = Place(path=paths["text"])
        yield fault("package-text", "text", say("text-not-withheld", table="text"), place)


def check_findings(package: Package, rows: Iterable[Row]) -> Iterator[Finding]:
    """Look whether the table of findings holds what the rules find.

    Args:
        package: The package.
        rows: What the rules find now.
    """
    path = package.path("findings")
    standing = _by_key(package)
    right = _by_key(package.with_rows("findings", rows))
    for key in sorted(right.keys() | standing.keys()):
        if right.get(key) == standing.get(key):
            continue
        missing = key not in standing
        message = say("findings-missing" if missing else "findings-extra", finding=key)
        row = None if missing else list(standing).index(key) + 1
        yield fault("package-findings", key, message, Place(path=path, row=row))


def _by_key(package: Package) -> dict[str, dict[str, str]]:
    return {row["finding_key"]: row for row in package.rows("findings")}


def check_derived(package: Package, wanted: Mapping[str, bytes]) -> Iterator[Finding]:
    """Compare what a package holds beside its tables with what follows from them.

    Args:
        package: The package.
        wanted: Name of the resource → what follows from tables and descriptor.
    """
    standing = {one["name"]: one["path"] for one in package.descriptor["resources"]}
    differing = {
        name: package.content(standing[name])
        for name, content in wanted.items()
        # A package need not have them all.
        if name in standing and package.content(standing[name]) != content
    }
    said = False
    for name, found in differing.items():
        if name in _HOLD_HASHES and len(differing) > 1:
            continue  # they differ because another file does
        for one in _difference(name, standing[name], found, wanted[name]):
            if not (said and name == "data-quads"):
                yield one
            said = True


# These hold the sizes and hashes of the others.
_HOLD_HASHES = frozenset({"schema-org", "croissant", "catalog"})


def _difference(name: str, path: str, found: bytes, wanted: bytes) -> Iterator[Finding]:
    if FILE_OF[name].format in ("ttl", "nq"):
        yield from _compare(name, path, found, wanted)
    else:
        line = first_difference(found, wanted)
        message = say("derived-differs", line=line)
        yield fault("package-rdf", name, message, Place(path=path, line=line))


def check_shapes(package: Package, turtle: bytes) -> Iterator[Finding]:
    """Hold the triples of a package to the shapes that the descriptor gives.

    Args:
        package: The package.
        turtle: Its triples without the findings.
    """
    import pyshacl
    import rdflib

    base = base_of(package.descriptor)
    data = rdflib.Graph().parse(data=turtle, format="turtle")
    _, report, _ = pyshacl.validate(data, shacl_graph=_shapes(base))
    sh = rdflib.Namespace(_SH)
    rows = None
    for result in sorted(report.subjects(rdflib.RDF.type, sh.ValidationResult), key=str):
        focus = str(report.value(result, sh.focusNode))
        shape = str(report.value(result, sh.sourceShape)).removeprefix(f"{base}shape/")
        said = {text.language: str(text) for text in report.objects(result, sh.resultMessage)}
        rows = rows_by_subject(package) if rows is None else rows
        key = f"{shape.replace('/', '.')}.{focus.rpartition('/')[2]}"
        yield fault("package-structure", key, {"zh": said["zh"], "en": said["en"]},
                    rows.get(focus, Place(path=FILE_OF["data"].path)))  # fmt: skip


@cache
def _shapes(base: str) -> Graph:
    """Return the shapes that the descriptor gives, for packages with this base.

    For the base of the descriptor they are the files in `shapes/`, letter for letter.
    """
    import rdflib

    graph = rdflib.Graph()
    for text in shapes({**template(), "yusuan:base": base}).values():
        graph.parse(data=text, format="turtle")
    return graph


def _compare(name: str, path: str, found: bytes, wanted: bytes) -> Iterator[Finding]:
    """Compare two RDF files as sets: another order or other prefixes are no difference."""
    import pyoxigraph

    is_turtle = FILE_OF[name].format == "ttl"
    format_ = pyoxigraph.RdfFormat.TURTLE if is_turtle else pyoxigraph.RdfFormat.N_QUADS
    try:
        standing = set(pyoxigraph.parse(found, format_))
    except SyntaxError as error:
        place = Place(path=path, line=error.lineno, column=error.offset)
        yield fault("package-rdf", name, say("rdf-broken", fault=error.msg), place)
        return
    right = set(pyoxigraph.parse(wanted, format_))
    if standing != right:
        example = min(str(one) for one in standing ^ right)
        message = say("rdf-differs", wanted=len(right), missing=len(right - standing),
                      extra=len(standing - right), example=example[:300])  # fmt: skip
        yield fault("package-rdf", name, message, Place(path=path))
