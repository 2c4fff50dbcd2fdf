"""What other people's processors make of a package, and packages that are hard on them.

They run as programs of their own, from folders that the environment names: their versions of
libraries are not ours, and none of them has to be there.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyoxigraph
import pytest
import rdflib

from yusuan import graph
from yusuan.graph.turtle import turtle
from yusuan.mapping import Column, TableMap, base_of, prefixes, table_maps
from yusuan.metadata.csvw import csv_metadata
from yusuan.metadata.rml import namespaces, r2rml, rml
from yusuan.package import FILE_OF, Package, template
from yusuan.package.cells import to_csv
from yusuan.package.shipped import table_resources

HERE = Path(__file__).parent
PYTHON = "YUSUAN_PEERS_PYTHON"
NODE = "YUSUAN_PEERS_NODE"

# The terms of the CSVW context that the metadata use, since no test fetches the context itself.
CONTEXT = {
    "csvw": "http://www.w3.org/ns/csvw#",
    "dc": "http://purl.org/dc/terms/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "columns": {"@id": "csvw:column", "@container": "@list"},
    "titles": {"@id": "csvw:title", "@container": "@language"},
    "datatype": {"@id": "csvw:datatype", "@type": "@vocab"},
    **{
        name: f"csvw:{name}"
        for name in (
            "aboutUrl",
            "dialect",
            "lang",
            "lineTerminators",
            "name",
            "null",
            "propertyUrl",
            "suppressOutput",
            "tableSchema",
            "trim",
            "valueUrl",
            "virtual",
        )
    },
    **{
        name: f"xsd:{name}" for name in ("boolean", "date", "decimal", "gYear", "integer", "string")
    },
}


# ------------------------------------------------------------------------------ triples


def ours(package: Package) -> set[str]:
    """Return the triples of a package as the program makes them, data and findings."""
    return parsed(graph.data_turtle(package), pyoxigraph.RdfFormat.TURTLE) | parsed(
        graph.findings_turtle(package), pyoxigraph.RdfFormat.TURTLE
    )


def parsed(written: bytes, kind=pyoxigraph.RdfFormat.N_TRIPLES) -> set[str]:
    """Return triples as N-Triples of one spelling."""
    return {str(quad.triple) for quad in pyoxigraph.parse(written, kind)}


def by_csvw_functions(package: Package, folder: Path, *modes: str) -> set[str]:
    """Return the triples that csvw-functions makes of the CSV files."""
    write(package, folder)
    return parsed(run([python(), HERE / "csvw.py", folder / FILE_OF["csvw"].path, *modes]))


def by_rdf_parser_csvw(package: Package, folder: Path) -> set[str]:
    """Return the triples that rdf-parser-csvw makes of the CSV files."""
    modules = named(NODE)
    write(package, folder)
    group = json.loads((folder / FILE_OF["csvw"].path).read_bytes())
    tables = []
    for table in group["tables"]:
        if not table.get("suppressOutput"):
            given = json.dumps({"@context": CONTEXT, "dialect": group["dialect"], **table})
            metadata = rdflib.Graph().parse(data=given, format="json-ld").serialize(format="nt")
            csv = (folder / FILE_OF["csvw"].path).parent / table["url"]
            tables.append({"metadata": metadata, "csv": str(csv)})
    node = shutil.which("node")
    assert node is not None, f"{NODE} names packages, and there is no node to run them"
    return parsed(run([node, HERE / "csvw.mjs", modules], given=json.dumps(tables)))


def by_rml(package: Package, folder: Path) -> set[str]:
    """Return the triples that morph-kgc makes of the CSV files."""
    write(package, folder)
    return parsed(run([python(), HERE / "morph.py", folder / FILE_OF["rml"].path]))


def by_r2rml(package: Package, folder: Path) -> set[str]:
    """Return the triples that morph-kgc makes of the tables in SQLite."""
    write(package, folder)
    database = folder / "tables.sqlite"
    fill(database, package)
    return parsed(run([python(), HERE / "morph.py", folder / FILE_OF["r2rml"].path, database]))


def fill(database: Path, package: Package) -> None:
    """Load the tables of a package into a new SQLite database, empty cells as NULL.

    Numbers are text: SQLite has floating-point numbers only, which change the digits.
    """
    database.unlink(missing_ok=True)
    with closing(sqlite3.connect(database)) as connection, connection:
        for table in table_resources(package.descriptor):
            columns = ", ".join(
                f'"{field["name"]}" {"INTEGER" if field["type"] == "integer" else "TEXT"}'
                for field in package.schema(table)["fields"]
            )
            connection.execute(f'CREATE TABLE "{table}" ({columns})')
            header, rows = package.stream(table)
            places = ", ".join("?" * len(header))
            connection.executemany(
                f'INSERT INTO "{table}" VALUES ({places})',  # noqa: S608  a table of the schema
                [[cell or None for cell in row] for row in rows],
            )


def write(package: Package, folder: Path) -> None:
    """Write the tables of a package, its CSVW metadata and its mappings."""
    named = prefixes(package.descriptor) | namespaces(package)
    files = {package.path(table): package.content(package.path(table)) for table in package.tables}
    files[FILE_OF["csvw"].path] = csv_metadata(package)
    for name, mapping in (("rml", rml(package)), ("r2rml", r2rml(package))):
        text = turtle(mapping, base_of(package.descriptor), named)
        files[FILE_OF[name].path] = text.encode("utf-8")
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)


def python() -> str:
    """Return the Python that has the processors."""
    return named(PYTHON)


def named(variable: str) -> str:
    """Return what a variable of the environment says; without it the test is skipped."""
    value = os.environ.get(variable)
    if not value:
        pytest.skip(f"{variable} names no processors of others: see .ci/peers")
    if not Path(value).exists():
        # Named but not there is a mistake, and must not look like a choice.
        pytest.fail(f"{variable} is {value}, which is not there")
    return value


def run(command: list, given: str = "") -> bytes:
    """Run a processor and return what it prints."""
    done = subprocess.run(
        [str(part) for part in command],
        input=given.encode("utf-8"),
        capture_output=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr.decode("utf-8")
    return done.stdout


# ------------------------------------------------------------------------------ hard packages

# Real trouble first, then what else a CSV, an N-Triples or a mapping could stumble over.
HARD = {
    "text": (
        "中文，“引号”、逗号,分号;",
        '他说"是",又说""不""',
        "第一行\n第二行\n\n第四行\n",
        "CR LF\r\nCR\r末",
        " 前后有空格\u3000\t",
        "完成率100%，%41 %zz",
        "C:\\new\\table",
        "{document_id} <a href='#'>&amp;</a> `^|~",
        "𠮷😀 e\u0301 \u2028 \u200b \ufeff",
        "nan",
        "NULL",
        "# 26.00",
        "0.10",
        "true",
    ),
    "key": ("a.b_c~d-e", "键", "a b", "100%", "%41", "a:b?c#d[e]@f!g$h&i+j,k;l=m", '<">^`{|}\\'),
    "iri": ("https://example.gov.cn/ys/2021.html", "https://example.gov.cn/#a"),
    "number": tuple(
        map(Decimal, ("0", "271288.30", "-12.5", "0.0001", "123456789012.25", "1E+12"))
    ),
    "integer": (0, 7, 2**53 - 1),
    "year": (2021,),
    "boolean": (True, False),
    "date": (date(2021, 2, 28), date(1949, 10, 1)),
}


def hard(**values) -> Package:
    """Return a package in which every column holds every kind of trouble it may hold.

    Args:
        values: What to use in place of the values of HARD.
    """
    known = {**HARD, **values}
    files = {}
    for table in table_maps(template()):
        schema = table_resources(template())[table.name]["schema"]
        count = max(map(len, known.values()))
        rows = [
            {column.name: _value(table, column, known, number) for column in table.columns}
            for number in range(count)
        ]
        files[table.path] = to_csv(table.name, schema, [*rows, _bare(table, rows[0])])
    return Package(Path("generated"), template(), files)


def only(**values) -> Package:
    """Return a small package: of HARD the first value of each kind, or what is given."""
    return hard(**{**{kind: one[:1] for kind, one in HARD.items()}, **values})


def _value(table: TableMap, column: Column, known: dict, number: int):
    """Return the value of one cell of a row."""
    kind = _kind(table, column)
    value = known[kind][number % len(known[kind])]
    return f"{value}{number}" if kind == "key" else value


def _kind(table: TableMap, column: Column) -> str:
    if column.field["type"] != "string":
        return column.field["type"]
    if column.value is not None and column.value.reserved == (True,):
        return "iri"
    templates = [table.about, *(value for _, value in table.constants)]
    templates += [other.value for other in table.columns]
    used = {name for one in templates if one is not None for name in one.names}
    return "key" if column.name in used else "text"


def _bare(table: TableMap, row: dict) -> dict:
    """Return a row with a key of its own, and nothing in it that may be left out."""
    about = table.about.names if table.about is not None else ()
    return {
        column.name: f"{row[column.name]}." if column.name in about else row[column.name]
        for column in table.columns
        if column.name in about or column.field.get("constraints", {}).get("required")
    }
