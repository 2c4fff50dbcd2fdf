"""The package as a schema.org Dataset, in JSON-LD that search engines for datasets read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from yusuan.mapping import table_maps
from yusuan.messages import say
from yusuan.metadata.dataset import (
    Dataset,
    Document,
    File,
    Texts,
    Thing,
    dataset_of,
    language_of,
    texts,
)
from yusuan.package import Package, as_json

# No context to be fetched. What denotes a resource is an IRI there, no text.
_IRIS = ("contentUrl", "license", "propertyID", "url")
_CONTEXT: dict[str, Any] = {
    "@vocab": "http://schema.org/",
    **{name: {"@type": "@id"} for name in _IRIS},
}


def schema_org(package: Package) -> bytes:
    """Return the JSON-LD.

    Args:
        package: The package with its other files, as `described` gives it.

    Raises:
        PackageError: A table can't be read.
    """
    dataset = dataset_of(package, "schema-org")
    return as_json(_dataset(dataset))


def _dataset(dataset: Dataset) -> dict[str, Any]:
    descriptor, documents = dataset.descriptor, dataset.documents
    publishers = [_organization(one) for one in dataset.publishers]
    stated = {
        "version": descriptor.get("version"),
        "license": [_licence(one) for one in descriptor.get("licenses", ())],
        "datePublished": max((one.row["issued"] for one in documents), default=""),
        "keywords": [_text(word, language_of(word)) for word in descriptor.get("keywords", ())],
    }
    return {
        "@context": _CONTEXT,
        "@id": dataset.iri,
        "@type": "Dataset",
        "name": _texts(texts(descriptor, "title")),
        "description": _texts(texts(descriptor, "description")),
        "url": dataset.home,
        "identifier": [one.row["document_id"] for one in documents],
        **{key: value for key, value in stated.items() if value},
        "inLanguage": "zh",
        "isAccessibleForFree": True,
        "creator": publishers,
        "publisher": publishers,
        "spatialCoverage": [_place(one) for one in dataset.regions],
        "temporalCoverage": sorted({"/".join(one.period) for one in documents}),
        "isBasedOn": [_document(one) for one in documents],
        "isPartOf": [_series(dataset, one) for one in dataset.regions],
        "includedInDataCatalog": {
            "@id": dataset.catalog,
            "@type": "DataCatalog",
            "name": _texts(say("catalog-title").both()),
            "description": _texts(say("catalog-description").both()),
        },
        "variableMeasured": list(_variables(dataset)),
        "distribution": [_download(dataset, one) for one in dataset.files],
    }


def _licence(licence: Mapping[str, str]) -> Any:
    """Return the address of a licence, or its name where it has none."""
    if "path" in licence:
        return licence["path"]
    return {"@type": "CreativeWork", "name": licence.get("title") or licence["name"]}


def _organization(thing: Thing) -> dict[str, Any]:
    return {
        "@id": thing.iri,
        "@type": "GovernmentOrganization",
        "name": _text(thing.name, "zh"),
    }


def _place(thing: Thing) -> dict[str, Any]:
    """Return an administrative division, and what it lies in, one inside the other."""
    place: dict[str, Any] = {
        "@id": thing.iri,
        "@type": "AdministrativeArea",
        "name": _text(thing.name, "zh"),
    }
    inner = place
    for one in thing.within:
        inner["containedInPlace"] = _place(one)
        inner = inner["containedInPlace"]
    return place


def _document(document: Document) -> dict[str, Any]:
    row = document.row
    said = {
        "@id": document.iri,
        "@type": "DigitalDocument",
        "name": _text(row["title"], "zh"),
        "encodingFormat": row["media_type"],
        "sha256": row["sha256"],
        "publisher": {"@id": document.publisher.iri},
    }
    if row["issued"]:
        said["datePublished"] = row["issued"]
    if document.source is not None:
        said["url"] = document.source
    return said


def _series(dataset: Dataset, region: Thing) -> dict[str, Any]:
    return {
        "@id": dataset.series(region),
        "@type": "Dataset",
        "name": _texts(say("series-title", region=region.name).both()),
        "description": _texts(say("series-description", region=region.name).both()),
    }


def _variables(dataset: Dataset) -> Iterator[dict[str, Any]]:
    """Yield what is measured: every property whose values are figures, once."""
    known: set[str] = set()
    for table in table_maps(dataset.descriptor):
        for column in table.columns:
            if column.field["type"] != "number" or column.predicate is None:
                continue
            if column.predicate not in known:
                known.add(column.predicate)
                yield {
                    "@type": "PropertyValue",
                    "name": _texts(texts(column.field, "title")),
                    "description": _texts(texts(column.field, "description")),
                    "propertyID": column.predicate,
                }


def _download(dataset: Dataset, file: File) -> dict[str, Any]:
    said = {
        "@id": dataset.distribution(file),
        "@type": "DataDownload",
        "name": _texts(file.titles),
        "description": _texts(file.descriptions),
        "contentUrl": file.url,
        "encodingFormat": file.mediatype,
        "contentSize": None if file.bytes is None else f"{file.bytes} B",
        "sha256": file.sha256,
    }
    return {key: value for key, value in said.items() if value}


def _texts(stated: Texts) -> list[Any]:
    return [_text(text, language) for language, text in stated.items()]


def _text(text: str, language: str) -> Any:
    return {"@language": language, "@value": text} if language else text
