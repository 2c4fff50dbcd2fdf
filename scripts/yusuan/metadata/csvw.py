"""The descriptor as CSV on the Web metadata: any CSVW processor makes the same triples of the CSV.

Whoever wants the checks of the columns reads `datapackage.json`: of what it asks for, only what
CSVW can say without a second wording stands here.

Source: Metadata Vocabulary for Tabular Data (https://www.w3.org/TR/tabular-metadata/).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from posixpath import dirname, relpath
from typing import Any

from yusuan.mapping import Column, TableMap, table_maps
from yusuan.package.descriptor import FILE_OF, as_json
from yusuan.package.loading import Package
from yusuan.package.shipped import table_resources

_PATH = FILE_OF["csvw"].path

# Data Package's names of types are CSVW's but for these.
_DATATYPES = {"number": "decimal", "year": "gYear"}

# The cells stand as `package.cells` writes them, and a blank at the end of a text belongs to it.
# A line that begins with # would be a comment, and CSVW has no way to say that there is none; but
# each line begins with a code or a key.
_DIALECT = {
    "encoding": "utf-8",
    "lineTerminators": ["\n"],
    "trim": False,
}


def csv_metadata(package: Package) -> bytes:
    """Return the CSVW description of a package's tables, as one group."""
    descriptor = package.descriptor
    resources = table_resources(descriptor)
    group: dict[str, Any] = {
        "@context": "http://www.w3.org/ns/csvw",
        **_about(descriptor),
        **_licences(descriptor),
        "dialect": _DIALECT,
        "tables": [_table(one, resources) for one in table_maps(descriptor)],
    }
    return as_json(group)


def _about(described: Mapping[str, Any]) -> dict[str, Any]:
    """Return title and description of a package, a table or a column, in every language."""
    stated = {"dc:title": described.get("titles"), "dc:description": described.get("descriptions")}
    return {
        name: [{"@value": text, "@language": language} for language, text in texts.items()]
        for name, texts in stated.items()
        if texts
    }


def _licences(descriptor: Mapping[str, Any]) -> dict[str, Any]:
    """Return the licences that have an IRI; a mere name says nothing to a machine."""
    found = [{"@id": one["path"]} for one in descriptor.get("licenses", ()) if "path" in one]
    return {"dc:license": found} if found else {}


def _table(table: TableMap, resources: Mapping[str, Any]) -> dict[str, Any]:
    resource = resources[table.name]
    schema: dict[str, Any] = {
        "columns": [*map(_column, table.columns), *_virtual(table)],
    }
    if table.about is not None:
        schema["aboutUrl"] = table.about.text
    if key := resource["schema"].get("primaryKey"):
        schema["primaryKey"] = key
    if keys := list(_foreign_keys(resource["schema"], resources)):
        schema["foreignKeys"] = keys
    described = {"url": _url(table.path), **_about(resource)}
    if table.about is None:
        described["suppressOutput"] = True
    return {**described, "tableSchema": schema}


def _url(path: str) -> str:
    return relpath(path, dirname(_PATH))


def _column(column: Column) -> dict[str, Any]:
    field = column.field
    described: dict[str, Any] = {
        "name": column.name,
        # The header of the file, in no language, is what ties a column to its description.
        "titles": {"und": column.name, **field.get("titles", {})},
        **_about({"descriptions": field.get("descriptions")}),
        "datatype": _DATATYPES.get(field["type"], field["type"]),
        # A text and not a list: one of the processors knows a single null only.
        "null": "",
    }
    if field.get("constraints", {}).get("required"):
        described["required"] = True
    if column.predicate is None:
        return {**described, "suppressOutput": True}
    if column.language is not None:
        described["lang"] = column.language
    described["propertyUrl"] = column.predicate
    if column.value is not None:
        described["valueUrl"] = column.value.text
    return described


def _virtual(table: TableMap) -> Iterator[dict[str, Any]]:
    """Yield the triples that every row has as columns that no file has, after all others."""
    for number, (predicate, value) in enumerate(table.constants, 1):
        yield {
            "name": f"virtual_{number}",
            "virtual": True,
            "propertyUrl": predicate,
            "valueUrl": value.text,
        }


def _foreign_keys(
    schema: Mapping[str, Any], resources: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    """Yield the foreign keys that no row leaves empty.

    CSVW wants a row to refer to for every row, so that a key which may be empty can't be said.
    """
    required = {
        field["name"] for field in schema["fields"] if field.get("constraints", {}).get("required")
    }
    for key in schema.get("foreignKeys", ()):
        target = resources.get(key["reference"]["resource"])
        if target is not None and required.issuperset(key["fields"]):
            yield {
                "columnReference": key["fields"],
                "reference": {
                    "resource": _url(target["path"]),
                    "columnReference": key["reference"]["fields"],
                },
            }
