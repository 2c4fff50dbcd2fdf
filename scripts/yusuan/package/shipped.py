"""The descriptor that the program ships with: the only schema, and the template of every package.

In the wheel it lies inside the package, in a checkout at the root of the repository, where it is
at the same time the descriptor of the first disclosure's package.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from yusuan.errors import PackageError
from yusuan.messages import say

DESCRIPTOR = "datapackage.json"


@cache
def home() -> Path:
    """Return the folder that holds `datapackage.json` and `shapes/`.

    Raises:
        PackageError: The installation is broken: there is none.
    """
    installed = Path(__file__).resolve().parents[1]
    for folder in (installed, installed.parents[1]):
        if (folder / DESCRIPTOR).is_file():
            return folder
    raise PackageError(str(installed), say("template-missing"), say("template-missing-advice"))


@cache
def template() -> dict[str, Any]:
    """Return the descriptor in `home()`; not to be changed by the caller."""
    descriptor: dict[str, Any] = json.loads((home() / DESCRIPTOR).read_text("utf-8"))
    return descriptor


def table_resources(descriptor: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the resources of a descriptor that are tables, by name, in its order."""
    return {
        resource["name"]: resource for resource in descriptor["resources"] if "schema" in resource
    }


def schema(table: str) -> dict[str, Any]:
    """Return the schema of one table.

    Raises:
        KeyError: There is no such table.
    """
    found: dict[str, Any] = table_resources(template())[table]["schema"]
    return found


def field(table: str, column: str) -> dict[str, Any]:
    """Return one column of the schema.

    Raises:
        KeyError: There is no such table or column.
    """
    columns: dict[str, dict[str, Any]] = {one["name"]: one for one in schema(table)["fields"]}
    return columns[column]


def program_version() -> str:
    """Return the version of the program, which is that of the schema it ships with."""
    return str(template()["version"])
