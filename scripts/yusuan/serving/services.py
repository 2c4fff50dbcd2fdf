"""The service description of an endpoint (SPARQL 1.1 Service Description, W3C, 2013)."""

from __future__ import annotations

from yusuan.querying import Source, Statements
from yusuan.terms import Triple

_SD = "http://www.w3.org/ns/sparql-service-description#"
_FORMATS = "http://www.w3.org/ns/formats/"
_TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
# The names that the W3C gives to the formats.
_GIVEN = ("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV",
          "Turtle", "N-Triples", "JSON-LD", "RDF_XML")  # fmt: skip


def service(source: Source, endpoint: str) -> Statements:
    """Return what an endpoint says of itself: its language, formats and graphs.

    Args:
        source: What it serves.
        endpoint: Its address.
    """
    here, dataset, default = (
        f"<{endpoint}>",
        f"<{endpoint}#dataset>",
        f"<{endpoint}#default-graph>",
    )
    found = [
        Triple(here, _TYPE, _sd("Service")),
        Triple(here, _sd("endpoint"), here),
        Triple(here, _sd("supportedLanguage"), _sd("SPARQL11Query")),
        *(Triple(here, _sd("resultFormat"), f"<{_FORMATS}{one}>") for one in _GIVEN),
        Triple(here, _sd("defaultDataset"), dataset),
        Triple(dataset, _TYPE, _sd("Dataset")),
        Triple(dataset, _sd("defaultGraph"), default),
        Triple(default, _TYPE, _sd("Graph")),
    ]
    names = sorted(str(getattr(one, "value", "")) for one in source.store.named_graphs())
    for number, name in enumerate(names, 1):
        graph = f"<{endpoint}#graph-{number}>"
        found += [
            Triple(dataset, _sd("namedGraph"), graph),
            Triple(graph, _TYPE, _sd("NamedGraph")),
            Triple(graph, _sd("name"), f"<{name}>"),
        ]
    return Statements(found)


def _sd(name: str) -> str:
    return f"<{_SD}{name}>"
