"""What the metadata says of a package, before it is said in any vocabulary.

Everything comes from the descriptor and from the tables of documents, organisations and regions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from yusuan.errors import PackageError
from yusuan.mapping import TableMap, base_of, encode, table_maps
from yusuan.messages import say
from yusuan.package import (
    DESCRIPTOR,
    FILE_OF,
    Package,
    program_version,
    resealed,
    seal_of,
    seals_of,
)

Row = Mapping[str, str]
Texts = Mapping[str, str]

# The one file beside the tables that is not made from them.
_TEXT = "text"
_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]")


@dataclass(frozen=True, slots=True)
class Thing:
    """Something in the world: an organisation, or an administrative division.

    Attributes:
        iri: What identifies it.
        name: What it is called; its code, where its table has no such row.
        row: Its row, empty where there is none.
        within: What it lies in, the nearest first.
    """

    iri: str
    name: str
    row: Row
    within: tuple[Thing, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """One disclosure of the package.

    Attributes:
        iri: What identifies it.
        row: Its row of `documents`.
        publisher: The department.
        region: Where it is.
        year: IRI of the fiscal year.
        kind: IRI of the type of document.
        kind_titles: What the type is called, by language.
        revision_of: IRI of the document that it revises, or None.
        source: Where it was published, or None.
    """

    iri: str
    row: Row
    publisher: Thing
    region: Thing
    year: str
    kind: str
    kind_titles: Texts
    revision_of: str | None
    source: str | None

    @property
    def period(self) -> tuple[str, str]:
        """The first and the last day of the fiscal year.

        Source: 预算法 (2018) art. 18: from 1 January to 31 December.
        """
        year = self.row["fiscal_year"]
        return f"{year}-01-01", f"{year}-12-31"


@dataclass(frozen=True, slots=True)
class File:
    """One file of the package.

    Attributes:
        name: The name of its resource.
        path: From the folder of the descriptor.
        url: Where it is to be had.
        titles: What it is called, by language.
        descriptions: What is in it, by language.
        mediatype: Its media type, or None.
        format: What Data Package calls its format, or None.
        bytes: Its size; None for a file that holds this description.
        sha256: Its hash, likewise.
        schema: The schema, where it is a table.
    """

    name: str
    path: str
    url: str
    titles: Texts
    descriptions: Texts
    mediatype: str | None
    format: str | None
    bytes: int | None
    sha256: str | None
    schema: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Dataset:
    """A package as a dataset.

    Attributes:
        home: IRI of what the package is about; what else there is has its IRI below it.
        base: The base of all IRIs.
        descriptor: The descriptor of the package.
        documents: Its disclosures.
        files: Its files.
    """

    home: str
    base: str
    descriptor: Mapping[str, Any]
    documents: tuple[Document, ...]
    files: tuple[File, ...]

    @property
    def iri(self) -> str:
        """What identifies the dataset: no document, but made from one."""
        return f"{self.home}/dataset"

    @property
    def catalog(self) -> str:
        """The catalogue that it stands in, together with all others of its publisher."""
        return f"{self.base}catalog"

    def series(self, region: Thing) -> str:
        """Return the series of an administrative division, to which each of its years belongs."""
        return f"{self.base}series/{encode(region.row.get('region_code', region.name), keep=False)}"

    def distribution(self, file: File) -> str:
        """Return the IRI of a file as a distribution of the dataset."""
        return f"{self.home}/distribution/{encode(file.name, keep=False)}"

    @property
    def program(self) -> str:
        """The version of the program that made the package, as the package itself says."""
        for one in self.descriptor.get("contributors", ()):
            name, _, version = str(one.get("title")).partition(" ")
            if name == "yusuan" and version and "wrangler" in one.get("roles", ()):
                return version
        return program_version()

    @property
    def regions(self) -> list[Thing]:
        """The administrative divisions of the documents, each once."""
        return list({one.region.iri: one.region for one in self.documents}.values())

    @property
    def publishers(self) -> list[Thing]:
        """The departments of the documents, each once."""
        return list({one.publisher.iri: one.publisher for one in self.documents}.values())


def described(package: Package, made: Mapping[str, bytes]) -> Package:
    """Return a package as its metadata sees it: with the files made so far, all of them sealed.

    Args:
        package: The package, as it stands or as it comes to be.
        made: Name of the resource → what was made from the tables. What an earlier build made,
            and this one has not yet, is left out.
    """
    files = {FILE_OF[name].path: content for name, content in made.items()}
    kept = [
        one
        for one in package.descriptor["resources"]
        if one["name"] == _TEXT or one["name"] not in FILE_OF
    ]
    seals = seals_of(files)
    for resource in kept:
        try:
            seals[resource["path"]] = seal_of(package.pieces(resource["path"]))
        except PackageError:
            # Not there, which is told where files are checked; what is stated of it stays.
            continue
    descriptor = resealed({**package.descriptor, "resources": kept}, seals)
    return replace(package, descriptor=descriptor, files={**(package.files or {}), **files})


def dataset_of(package: Package, holding: str) -> Dataset:
    """Return what a package says of itself.

    Args:
        package: The package, as `described` gives it.
        holding: Name of the resource that this description is for: it is listed, without a hash
            of its own, and so is the descriptor, which holds the hash of this file.

    Raises:
        PackageError: A table can't be read.
    """
    descriptor, base = package.descriptor, base_of(package.descriptor)
    home = _home(descriptor, base)
    files = [_file(one, home) for one in descriptor["resources"]]
    return Dataset(
        home,
        base,
        descriptor,
        tuple(_documents(package)),
        (*files, _own_file(holding, home), _descriptor_file(home)),
    )


def texts(thing: Mapping[str, Any], key: str) -> Texts:
    """Return a text in every language it is stated in, under "" where none is named."""
    stated: Texts | None = thing.get(f"{key}s")
    if stated:
        return stated
    return {"": thing[key]} if key in thing else {}


def language_of(text: str) -> str:
    """Return the language that a keyword is written in, "" for a figure."""
    if _HAN.search(text):
        return "zh"
    return "en" if _LATIN.search(text) else ""


def _home(descriptor: Mapping[str, Any], base: str) -> str:
    """Return the IRI of a package: its own, or one below the base for a package without."""
    identifier = descriptor.get("id")
    if isinstance(identifier, str) and "://" in identifier:
        return identifier
    return f"{base}package/{encode(str(descriptor['name']), keep=False)}"


def _file(resource: Mapping[str, Any], home: str) -> File:
    algorithm, _, digest = str(resource.get("hash", "")).partition(":")
    return File(
        resource["name"],
        resource["path"],
        f"{home}/{encode(resource['path'], keep=True)}",
        texts(resource, "title"),
        texts(resource, "description"),
        resource.get("mediatype"),
        resource.get("format"),
        resource.get("bytes"),
        digest if algorithm == "sha256" else None,
        resource.get("schema"),
    )


def _own_file(name: str, home: str) -> File:
    own = FILE_OF[name]
    titles = say(f"file-{name}-title").both()
    descriptions = say(f"file-{name}-description").both()
    return File(name, own.path, f"{home}/{own.path}", titles, descriptions, own.mediatype,
                own.format, None, None, None)  # fmt: skip


def _descriptor_file(home: str) -> File:
    titles, descriptions = say("file-descriptor-title").both(), say("file-descriptor-description")
    return File("datapackage", DESCRIPTOR, f"{home}/{DESCRIPTOR}", titles, descriptions.both(),
                "application/json", "json", None, None, None)  # fmt: skip


def _documents(package: Package) -> Iterator[Document]:
    tables = {one.name: one for one in table_maps(package.descriptor)}
    documents = tables["documents"]
    organizations = {row["org_id"]: row for row in package.rows("organizations")}
    regions = {row["region_code"]: row for row in package.rows("regions")}
    kinds = {
        category["value"]: category
        for column in documents.columns
        if column.name == "doc_type"
        for category in column.field.get("categories", ())
    }
    for row in package.rows("documents"):
        org, code = organizations.get(row["org_id"], {}), row["region_code"]
        region, *above = _upward(code, regions)
        publisher = Thing(_value(documents, row, "org_id"), org.get("name", row["org_id"]), org)
        within = tuple(_region(tables["regions"], one) for one in above)
        place = Thing(_value(documents, row, "region_code"), region.get("name", code), region)
        yield Document(
            _about(documents, row),
            row,
            publisher,
            replace(place, within=within),
            _value(documents, row, "fiscal_year"),
            _value(documents, row, "doc_type"),
            texts(kinds.get(row["doc_type"], {}), "title"),
            _value(documents, row, "revision_of") if row["revision_of"] else None,
            _value(documents, row, "source_url") if row["source_url"] else None,
        )


def _upward(code: str, regions: Mapping[str, Row]) -> list[Row]:
    """Return the row of a region, empty where there is none, and those of what it lies in."""
    found: list[Row] = [regions.get(code, {})]
    while (above := regions.get(found[-1].get("parent_code", ""))) and above not in found:
        found.append(above)
    return found


def _region(table: TableMap, row: Row) -> Thing:
    return Thing(_about(table, row), row["name"], row)


def _about(table: TableMap, row: Row) -> str:
    """Return the IRI of what a row describes."""
    if table.about is None:
        raise AssertionError(f"the rows of {table.name} have no IRI")
    return table.about.expander(_positions(row))(list(row.values()))


def _value(table: TableMap, row: Row, name: str) -> str:
    """Return the IRI that a column of a row denotes."""
    (column,) = (one for one in table.columns if one.name == name)
    if column.value is None:
        raise AssertionError(f"{table.name}.{name} denotes nothing")
    return column.value.expander(_positions(row))(list(row.values()))


def _positions(row: Row) -> dict[str, int]:
    return {name: place for place, name in enumerate(row)}
