"""Print the triples that csvw-functions makes of a package's CSV files, as N-Triples.

Usage: python csvw.py csv-metadata.json [validate]

With `validate` it ends with an error where a table does not keep to its description.
"""

from __future__ import annotations

import sys
from pathlib import Path

import csvw_functions


def main(metadata: str, mode: str = "") -> None:
    # It takes the first folder of file:///folder/… for the name of a host.
    url = Path(metadata).resolve().as_uri().replace("file:///", "file://localhost/")
    group = csvw_functions.create_annotated_table_group(url, validate=mode == "validate")
    for table in group["tables"]:
        for row in table["rows"]:
            for cell in row["cells"]:
                escape(cell["value"])
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    sys.stdout.write(csvw_functions.create_rdf(group, mode="minimal") + "\n")


def escape(value) -> None:
    """Escape what its writer leaves as it stands, and N-Triples does not allow."""
    if value is not None and isinstance(value["@value"], str):
        text = value["@value"].replace("\\", "\\\\")
        value["@value"] = text.replace("\n", "\\n").replace("\r", "\\r")


if __name__ == "__main__":
    main(*sys.argv[1:])
