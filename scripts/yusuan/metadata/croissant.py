"""The package as Croissant 1.1 (MLCommons): its files, and every table as a set of records.

Source: Croissant Format Specification 1.1, http://mlcommons.org/croissant/1.1
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from posixpath import relpath
from typing import Any

from yusuan.mapping import table_maps
from yusuan.metadata.dataset import Dataset, File, Texts, dataset_of, texts
from yusuan.package import FILE_OF, Package, as_json

CONFORMS_TO = "http://mlcommons.org/croissant/1.1"

# The context of the specification, which a reader expects word for word; our keywords are in two
# languages, so that they have none.
_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "description": {"@container": "@language"},
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "keywords": {"@id": "sc:keywords", "@language": None},
    "md5": "cr:md5",
    "name": {"@container": "@language"},
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
# A year is a figure there: its readers take a date for a moment in time.
_DATA_TYPES = {
    "boolean": "sc:Boolean",
    "date": "sc:Date",
    "integer": "sc:Integer",
    "number": "sc:Float",
    "string": "sc:Text",
    "year": "sc:Integer",
}


def croissant(package: Package) -> bytes:
    """Return the Croissant file.

    Args:
        package: The package with its other files, as `described` gives it.

    Raises:
        PackageError: A table can't be read.
    """
    dataset = dataset_of(package, "croissant")
    return as_json(_metadata(dataset))


def _metadata(dataset: Dataset) -> dict[str, Any]:
    descriptor = dataset.descriptor
    stated = {
        "version": descriptor.get("version"),
        "datePublished": max((one.row["issued"] for one in dataset.documents), default=""),
        "license": [one.get("path") or one["name"] for one in descriptor.get("licenses", ())],
        "keywords": descriptor.get("keywords"),
    }
    organizations = [
        {"@type": "Organization", "@id": one.iri, "name": {"zh": one.name}, "url": one.iri}
        for one in dataset.publishers
    ]
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "@id": dataset.iri,
        "conformsTo": CONFORMS_TO,
        "name": _worded(texts(descriptor, "title")),
        "description": _worded(texts(descriptor, "description")),
        "url": dataset.home,
        **{key: value for key, value in stated.items() if value},
        "citeAs": _citation(dataset),
        "inLanguage": "zh",
        "creator": organizations,
        "publisher": organizations,
        "distribution": [_file_object(one) for one in dataset.files if one.sha256 is not None],
        "recordSet": list(_record_sets(dataset)),
    }


def _citation(dataset: Dataset) -> str:
    """Return the dataset as BibTeX; the year of its publication is not known."""
    title = next(iter(texts(dataset.descriptor, "title").values()), dataset.home)
    author = " and ".join(f"{{{one.name}}}" for one in dataset.publishers)
    version = dataset.descriptor.get("version")
    parts = {"title": title, "author": author, "version": version, "url": dataset.home}
    lines = ", ".join(f"{key} = {{{value}}}" for key, value in parts.items() if value)
    return f"@misc{{{dataset.home.rpartition('/')[2]}, {lines}}}"


def _file_object(file: File) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": _place(file),
        "name": file.path.rpartition("/")[2],
        "description": _worded(file.descriptions),
        "contentUrl": _place(file),
        "contentSize": f"{file.bytes} B",
        "encodingFormat": file.mediatype or "application/octet-stream",
        "sha256": file.sha256,
    }


def _record_sets(dataset: Dataset) -> Iterator[dict[str, Any]]:
    tables = {one.name: one for one in dataset.files if one.schema is not None}
    predicates = {
        (table.name, column.name): column.predicate
        for table in table_maps(dataset.descriptor)
        for column in table.columns
    }
    for name, file in tables.items():
        schema: Mapping[str, Any] = file.schema or {}
        references = dict(_references(schema, tables))
        key = schema.get("primaryKey", [])
        columns = [key] if isinstance(key, str) else key
        yield {
            "@type": "cr:RecordSet",
            "@id": name,
            "name": _worded(file.titles),
            "description": _worded(file.descriptions),
            "key": [{"@id": f"{name}/{column}"} for column in columns],
            "field": [
                _field(file, one, predicates.get((name, one["name"])), references)
                for one in schema["fields"]
            ],
        }


def _references(
    schema: Mapping[str, Any], tables: Mapping[str, File]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield column → the column of another table that it refers to.

    A reference of Croissant is a join by one column, which must be the key of the table referred
    to, or rows come twice. What refers to its own table is no join. The file's column is named
    rather than the field: mlcroissant 1.1 can't join a field of text with codes that pandas takes
    for figures, and then gives no record at all.
    """
    for key in schema.get("foreignKeys", ()):
        (column, *more), reference = _listed(key["fields"]), key["reference"]
        other = tables.get(reference["resource"])
        if more or other is None or other.schema is None:
            continue
        target = _listed(reference["fields"])
        if target == _listed(other.schema.get("primaryKey", ())):
            yield column, _column(other, target[0])


def _listed(names: Any) -> list[str]:
    return [names] if isinstance(names, str) else list(names)


def _field(
    file: File,
    field: Mapping[str, Any],
    predicate: str | None,
    references: Mapping[str, dict[str, Any]],
) -> dict[str, Any]:
    name = field["name"]
    said = {
        "@type": "cr:Field",
        "@id": f"{file.name}/{name}",
        "name": name,
        "description": _worded(texts(field, "description") or texts(field, "title")),
        "dataType": _DATA_TYPES[field["type"]],
        "source": _column(file, name),
    }
    if predicate is not None:
        said["equivalentProperty"] = predicate
    if name in references:
        said["references"] = references[name]
    return said


def _column(file: File, name: str) -> dict[str, Any]:
    return {"fileObject": {"@id": _place(file)}, "extract": {"column": name}}


def _place(file: File) -> str:
    """Return the path of a file from the folder of this one; it identifies the file, too."""
    return relpath(file.path, FILE_OF["croissant"].path.rpartition("/")[0])


def _worded(stated: Texts) -> dict[str, str]:
    """Return a text by language; one without is taken for English, as the context says."""
    return {language or "en": text for language, text in stated.items()}
