"""What follows from the tables and the descriptor of a package, and from nothing else.

A build writes it, `yusuan rdf` writes it anew, and a check holds what stands there against it.
"""

from __future__ import annotations

from yusuan import graph
from yusuan.graph.vocabulary import vocabulary
from yusuan.metadata.catalog import catalog
from yusuan.metadata.croissant import croissant
from yusuan.metadata.csvw import csv_metadata
from yusuan.metadata.dataset import described
from yusuan.metadata.rml import namespaces, r2rml, rml
from yusuan.metadata.schemaorg import schema_org
from yusuan.package import Package


def derive(package: Package) -> dict[str, bytes]:
    """Return the files of a package that are made from its tables: name of the resource → bytes.

    Raises:
        PackageError: A table can't be read.
    """
    mappings = namespaces(package)
    made = {
        "data": graph.data_turtle(package),
        "data-quads": graph.data_quads(package),
        "findings-rdf": graph.findings_turtle(package),
        "vocabulary": graph.as_turtle(package, vocabulary(package)),
        "csvw": csv_metadata(package),
        "rml": graph.as_turtle(package, rml(package), mappings),
        "r2rml": graph.as_turtle(package, r2rml(package), mappings),
    }
    # What follows describes the files made so far, with their hashes.
    whole = described(package, made)
    made["schema-org"] = schema_org(whole)
    made["croissant"] = croissant(whole)
    made["catalog"] = graph.as_turtle(package, catalog(described(package, made)))
    return made
