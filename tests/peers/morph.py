"""Print the triples that morph-kgc makes by a mapping, as N-Triples.

Usage: python morph.py mapping.rml.ttl
       python morph.py mapping.r2rml.ttl TABLES.sqlite
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import morph_kgc

CONFIGURATION = """
[CONFIGURATION]
logging_level=ERROR
number_of_processes=1
# By default a cell that says nan is none.
na_values=
[TABLES]
mappings={mapping}
"""


def main(mapping: str, database: str | None = None) -> None:
    configuration = CONFIGURATION.format(mapping=Path(mapping).resolve())
    if database is not None:
        configuration += f"db_url=sqlite:///{Path(database).resolve()}\n"
    # The paths of the CSV files start where the mapping lies.
    os.chdir(Path(mapping).parent)
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    for triple in morph_kgc.materialize_set(configuration):
        sys.stdout.write(f"{triple} .\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
