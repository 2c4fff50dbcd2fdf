"""The SPARQL 1.1 Protocol, case by case as the W3C's tests of it ask.

The cases have the names of the W3C's manifest. Those of `update_…` do not apply, for the endpoint
is read-only; `bad_update_…` ask for a refusal and get it.
"""

from __future__ import annotations

import json
from urllib.parse import quote, urlencode

import pyoxigraph
import pytest

DATA = "http://kasei.us/2009/09/sparql/data/data{}.rdf"
FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
UPDATE = "application/sparql-update"
ONE, TWO, THREE = (DATA.format(number) for number in (1, 2, 3))
BOTH = f"ASK {{ <{ONE}> a ?type . <{TWO}> a ?type . }}"
NAMED = f"ASK {{ GRAPH ?g1 {{ <{ONE}> a ?type }} GRAPH ?g2 {{ <{TWO}> a ?type }} }}"
FULL = (
    f"ASK {{ <{THREE}> a ?type GRAPH ?g1 {{ <{ONE}> a ?type }} GRAPH ?g2 {{ <{TWO}> a ?type }} }}"
)
RESULTS = {
    "application/sparql-results+xml",
    "application/sparql-results+json",
    "text/csv",
    "text/tab-separated-values",
}


@pytest.fixture(scope="module")
def w3c(start, stored, tmp_path_factory):
    """A server of the W3C's data: three graphs, each with the type of itself."""
    kind = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
    graphs = {one: [(one, kind, "http://xmlns.com/foaf/0.1/Document")] for one in (ONE, TWO, THREE)}
    return start(stored(tmp_path_factory.mktemp("w3c") / "store", graphs=graphs), "--workers", 1)


def truth(reply):
    assert reply.status == 200, reply
    assert reply.kind in RESULTS
    return json.loads(reply.body)["boolean"]


def graphs(name, *iris):
    return urlencode([(name, one) for one in iris])


def test_query_get(w3c):
    assert truth(w3c.get("/sparql/?query=ASK%20%7B%7D"))
    assert truth(w3c.get("/sparql?query=ASK%20%7B%7D"))


def test_query_post_form(w3c):
    place = f"/sparql/?{graphs('default-graph-uri', DATA.format(0))}"
    assert truth(w3c.send("POST", place, "query=ASK%20%7B%7D", content_type=FORM))


def test_query_post_direct(w3c):
    place = f"/sparql/?{graphs('default-graph-uri', DATA.format(0))}"
    assert truth(w3c.send("POST", place, "ASK {}", content_type=DIRECT))


def test_query_dataset_default_graphs_get(w3c):
    chosen = graphs("default-graph-uri", ONE, TWO)
    assert truth(w3c.get(f"/sparql?query={quote(BOTH)}&{chosen}"))
    assert not truth(w3c.get(f"/sparql?query={quote(BOTH)}&{graphs('default-graph-uri', ONE)}"))


def test_query_dataset_default_graphs_post(w3c):
    place = f"/sparql?{graphs('default-graph-uri', ONE, TWO)}"
    assert truth(w3c.send("POST", place, BOTH, content_type=DIRECT))
    form = urlencode([("query", BOTH), ("default-graph-uri", ONE), ("default-graph-uri", TWO)])
    assert truth(w3c.send("POST", "/sparql", form, content_type=FORM))


def test_query_dataset_named_graphs_get(w3c):
    chosen = graphs("named-graph-uri", ONE, TWO)
    assert truth(w3c.get(f"/sparql?query={quote(NAMED)}&{chosen}"))
    assert not truth(w3c.get(f"/sparql?query={quote(NAMED)}&{graphs('named-graph-uri', ONE)}"))


def test_query_dataset_named_graphs_post(w3c):
    place = f"/sparql?{graphs('named-graph-uri', ONE, TWO)}"
    assert truth(w3c.send("POST", place, NAMED, content_type=DIRECT))


def test_query_dataset_full(w3c):
    named = graphs("named-graph-uri", ONE, TWO)
    place = f"/sparql?{graphs('default-graph-uri', THREE)}&{named}"
    assert truth(w3c.send("POST", place, FULL, content_type=DIRECT))
    # Where only named graphs are chosen, the default graph is empty.
    assert not truth(w3c.send("POST", f"/sparql?{named}", FULL, content_type=DIRECT))


def test_query_multiple_dataset(w3c):
    """What the protocol chooses goes before FROM."""
    query = f"ASK FROM <{ONE}> {{ <{ONE}> a ?type }}"
    assert truth(w3c.get(f"/sparql?query={quote(query)}"))
    chosen = graphs("default-graph-uri", TWO)
    assert not truth(w3c.get(f"/sparql?query={quote(query)}&{chosen}"))


@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        ("SELECT (1 AS ?value) {}", RESULTS),
        ("ASK {}", RESULTS),
        ("DESCRIBE <http://example.org/>", {"text/turtle"}),
        ("CONSTRUCT { <s> <p> 1 } WHERE {}".replace("<s> <p>", "<x:s> <x:p>"), {"text/turtle"}),
    ],
)
def test_query_content_type(w3c, query, kinds):
    accept = "application/sparql-results+xml;q=0.5, application/json, text/csv;q=0.1, text/turtle"
    for headers in ({}, {"accept": accept}):
        reply = w3c.send("POST", "/sparql", urlencode({"query": query}), content_type=FORM,
                         **headers)  # fmt: skip
        assert reply.status == 200
        assert reply.kind in kinds


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_bad_query_method(w3c, method):
    reply = w3c.send(method, "/sparql?query=ASK%20%7B%7D")
    assert reply.status == 405
    assert {one.strip() for one in reply.headers["allow"].split(",")} == {"GET", "HEAD", "POST"}


@pytest.mark.parametrize(
    "place",
    ["/sparql?query=ASK%20%7B%7D&query=SELECT%20%2A%20%7B%7D", "/sparql?quary=ASK%20%7B%7D"],
)
def test_bad_multiple_queries_and_none(w3c, place):
    assert w3c.get(place).status == 400
    two = w3c.send("POST", "/sparql?query=ASK%20%7B%7D", "ASK {}", content_type=DIRECT)
    assert two.status == 400


def test_bad_query_wrong_media_type(w3c):
    reply = w3c.send("POST", "/sparql", "ASK {}", content_type="text/plain")
    assert reply.status == 415
    assert reply.headers["accept-post"] == f"{FORM}, {DIRECT}"


@pytest.mark.parametrize("body", ["query=ASK%20%7B%7D", "ASK {}"])
def test_bad_query_missing_form_type_and_direct_type(w3c, body):
    assert w3c.send("POST", "/sparql", body).status == 415


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("ASK {}".encode("utf-16"), f"{DIRECT}; charset=UTF-16", 415),
        ("ASK { ?a ?b '香河' }".encode("gbk"), DIRECT, 400),
        (b"query=ASK%20%7B%7D%20%23%CF%E3", FORM, 400),
    ],
)
def test_bad_query_non_utf8(w3c, body, kind, status):
    assert w3c.send("POST", "/sparql", body, content_type=kind).status == status


def test_bad_query_syntax(w3c):
    reply = w3c.get("/sparql?query=ASK%20%7B", accept="application/problem+json, */*")
    assert reply.status == 400
    assert reply.kind == "application/problem+json"
    problem = json.loads(reply.body)
    assert (problem["code"], problem["line"], problem["column"]) == ("malformed-query", 1, 5)


@pytest.mark.parametrize(
    ("method", "place", "body", "kind"),
    [
        ("GET", "/sparql?update=CLEAR%20ALL", None, None),  # bad_update_get
        ("POST", "/sparql", "update=CLEAR%20NAMED&update=CLEAR%20DEFAULT", FORM),  # …multiple
        ("POST", "/sparql", "CLEAR NAMED", "text/plain"),  # …wrong_media_type
        ("POST", "/sparql", "update=CLEAR%20NAMED", None),  # …missing_form_type
        ("POST", "/sparql", "CLEAR NAMED".encode("utf-16"), f"{UPDATE}; charset=UTF-16"),
        ("POST", "/sparql", "update=CLEAR%20XYZ", FORM),  # …syntax
        ("POST", "/sparql?using-graph-uri=x:a", "INSERT DATA { <x:a> <x:b> 1 }", UPDATE),
        ("POST", "/sparql", "query=INSERT%20DATA%20%7B%20%3Cx:a%3E%20%3Cx:b%3E%201%20%7D", FORM),
        ("POST", "/sparql", "PREFIX x: <x:>\nDELETE WHERE { ?s ?p ?o }", DIRECT),
    ],
)
def test_bad_update_and_every_other_update_is_refused(w3c, method, place, body, kind):
    headers = {} if kind is None else {"content_type": kind}
    reply = w3c.send(method, place, body, **headers)
    assert reply.status in (403, 415), reply
    count = "SELECT (COUNT(*) AS ?n) { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
    answer = json.loads(w3c.send("POST", "/sparql", count, content_type=DIRECT).body)
    assert answer["results"]["bindings"][0]["n"]["value"] == "4"


def test_a_refused_update_says_so(w3c):
    reply = w3c.send("POST", "/sparql", "DROP ALL", content_type=UPDATE, accept_language="en")
    assert reply.status == 403
    assert reply.text.startswith("this endpoint is read-only and takes no updates\n")


def test_the_service_describes_itself(w3c):
    reply = w3c.get("/sparql")
    assert (reply.status, reply.kind) == (200, "text/turtle")
    graph = pyoxigraph.Store()
    graph.load(reply.body, pyoxigraph.RdfFormat.TURTLE)
    found = graph.query(
        """PREFIX sd: <http://www.w3.org/ns/sparql-service-description#>
        SELECT ?endpoint (GROUP_CONCAT(STR(?name)) AS ?names) {
          ?s a sd:Service ; sd:endpoint ?endpoint ;
          sd:supportedLanguage sd:SPARQL11Query ; sd:resultFormat
            <http://www.w3.org/ns/formats/SPARQL_Results_JSON> ; sd:defaultDataset ?d .
          ?d sd:namedGraph/sd:name ?name } GROUP BY ?endpoint"""
    )
    ((endpoint, names),) = [(row["endpoint"].value, row["names"].value) for row in found]
    assert endpoint == f"{w3c.address}sparql"
    assert set(names.split()) == {ONE, TWO, THREE}
    assert w3c.get("/sparql", accept="application/rdf+xml").kind == "application/rdf+xml"
    assert w3c.get("/sparql", accept="image/png").status == 406


def test_a_graph_that_has_no_iri_is_told(w3c):
    reply = w3c.get("/sparql?query=ASK%20%7B%7D&default-graph-uri=no%20iri")
    assert reply.status == 400
