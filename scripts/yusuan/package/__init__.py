"""The data package: CSV tables and their descriptor, written to disk and read back.

The waist of the program: what comes before gives rows, what comes after works from the package
as it stands on disk. Nothing here reads a document or knows what a row means.
"""

from yusuan.package.descriptor import FILE_OF, Origin, as_json, resealed, seal_of, seals_of
from yusuan.package.facts import is_facts_only, prose_columns, without_prose
from yusuan.package.loading import Package, above, nearest, read, rebuild
from yusuan.package.shipped import DESCRIPTOR, home, program_version, schema, template
from yusuan.package.writing import (
    contents,
    differences,
    first_difference,
    save,
    standing_base,
    standing_document,
    standing_facts_only,
    write,
)

__all__ = [
    "DESCRIPTOR",
    "FILE_OF",
    "Origin",
    "Package",
    "above",
    "as_json",
    "contents",
    "differences",
    "first_difference",
    "home",
    "is_facts_only",
    "nearest",
    "program_version",
    "prose_columns",
    "read",
    "rebuild",
    "resealed",
    "save",
    "schema",
    "seal_of",
    "seals_of",
    "standing_base",
    "standing_document",
    "standing_facts_only",
    "template",
    "without_prose",
    "write",
]
