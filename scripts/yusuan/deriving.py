"""What follows from the tables and the descriptor of a package, and from nothing else.

A build writes it, `yusuan rdf` writes it anew, and a check holds what stands there against it.
"""

from __future__ import annotations

from yusuan import graph
from yusuan.graph.vocabulary import vocabulary
from yusuan.package import Package


def derive(package: Package) -> dict[str, bytes]:
    """Return the files of a package that are made from its tables: name of the resource → bytes.

    Raises:
        PackageError: A table can't be read.
    """
    return {
        "data": graph.data_turtle(package),
        "data-quads": graph.data_quads(package),
        "findings-rdf": graph.findings_turtle(package),
        "vocabulary": graph.as_turtle(package, vocabulary(package)),
    }
