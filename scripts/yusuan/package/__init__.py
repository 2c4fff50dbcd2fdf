"""The data package: CSV tables and their descriptor, written to disk and read back.

The waist of the program: what comes before gives rows, what comes after works from the package
as it stands on disk. Nothing here reads a document or knows what a row means.
"""

from yusuan.package.loading import Package, read, rebuild
from yusuan.package.template import home, program_version, schema, template
from yusuan.package.writing import contents, differences, standing_document, write

__all__ = [
    "Package",
    "contents",
    "differences",
    "home",
    "program_version",
    "read",
    "rebuild",
    "schema",
    "standing_document",
    "template",
    "write",
]
