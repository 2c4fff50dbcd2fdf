"""What a client gets by its Accept header, down to the awkward ones."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pyoxigraph
import pytest

from yusuan.serving.negotiating import best, language_of, ranges
from yusuan.serving.writing import GRAPHS, RESULTS

ROWS = "SELECT ?a ?n { VALUES (?a ?n) { (<x:a> '甲,\"乙\"\\n丙') (<x:b> 1.5) (UNDEF 'd'@zh) } }"
TRIPLES = "CONSTRUCT { <x:a> <http://x/p> 1.5, '甲'@zh, _:b } {}"


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (None, "text/turtle"),
        ("", "text/turtle"),
        ("*/*", "text/turtle"),
        ("text/csv", "text/csv"),
        ("text/csv;q=0.2, text/turtle;q=0.1", "text/csv"),
        ("text/*;q=0.5, text/turtle;q=0", "text/csv"),  # the more exact range counts
        ("TEXT/CSV", "text/csv"),
        ("image/png", None),
        ("image/png, */*;q=0.1", "text/turtle"),
        ("*/*;q=0", None),
        ('text/csv; header="a,b;q=0"; q=0.9, text/turtle;q=0.8', "text/csv"),
        ("text/csv;q=x, text/turtle;q=0.3", "text/turtle"),  # what can't be read is left out
        ("text/csv;q=1.5", "text/turtle"),
    ],
)
def test_the_best_type_is_found(header, found):
    assert best(header, ["text/turtle", "text/csv"]) == found


def test_a_header_that_is_all_commas_is_read_in_no_time():
    assert ranges("," * 60_000 + "a/b") == [("a/b", 1.0)]


@pytest.mark.parametrize(
    ("header", "asked", "language"),
    [
        (None, None, "zh"),
        ("en", None, "en"),
        ("en-GB,en;q=0.9,zh;q=0.8", None, "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", None, "zh"),
        ("fr", None, "zh"),
        ("zh-CN", "en", "en"),
        ("en", "xx", "en"),
    ],
)
def test_the_language_is_the_readers(header, asked, language):
    assert language_of(header, asked) == language


def post(server, query, **headers):
    return server.send("POST", "/sparql", urlencode({"query": query}),
                       content_type="application/x-www-form-urlencoded", **headers)  # fmt: skip


@pytest.mark.parametrize("form", RESULTS)
def test_rows_keep_every_sign_in_every_format(server, form):
    reply = post(server, ROWS, accept=RESULTS[form])
    assert (reply.status, reply.kind) == (200, RESULTS[form])
    assert int(reply.headers["content-length"]) == len(reply.body)
    if form == "csv":
        assert reply.text == 'a,n\r\nx:a,"甲,""乙""\n丙"\r\nx:b,1.5\r\n,d\r\n'
        return
    formats = {
        "json": pyoxigraph.QueryResultsFormat.JSON,
        "xml": pyoxigraph.QueryResultsFormat.XML,
        "tsv": pyoxigraph.QueryResultsFormat.TSV,
    }
    found = pyoxigraph.parse_query_results(reply.body, formats[form])
    rows = [[None if one is None else str(one) for one in row] for row in found]
    decimal = '"1.5"^^<http://www.w3.org/2001/XMLSchema#decimal>'
    assert rows == [["<x:a>", '"甲,\\"乙\\"\\n丙"'], ["<x:b>", decimal], [None, '"d"@zh']]


@pytest.mark.parametrize("form", GRAPHS)
def test_triples_are_the_same_in_every_format(server, form):
    reply = post(server, TRIPLES, accept=GRAPHS[form])
    assert (reply.status, reply.kind) == (200, GRAPHS[form])
    formats = {
        "ttl": pyoxigraph.RdfFormat.TURTLE,
        "nt": pyoxigraph.RdfFormat.N_TRIPLES,
        "jsonld": pyoxigraph.RdfFormat.JSON_LD,
        "rdf": pyoxigraph.RdfFormat.RDF_XML,
    }
    terms = {str(one.object) for one in pyoxigraph.parse(reply.body, formats[form])}
    decimal = '"1.5"^^<http://www.w3.org/2001/XMLSchema#decimal>'
    assert {one for one in terms if not one.startswith("_:")} == {decimal, '"甲"@zh'}
    assert len(terms) == 3


def test_a_predicate_that_xml_can_not_name_is_no_broken_xml(server):
    query = "CONSTRUCT { <x:a> <http://x/1> 1 } {}"
    reply = post(server, query, accept="application/rdf+xml", accept_language="en")
    assert reply.status == 406
    assert "the predicate <http://x/1> can't be written in RDF/XML" in reply.text
    assert post(server, query, accept="application/n-triples").status == 200


@pytest.mark.parametrize(
    ("query", "accept", "status"),
    [
        (ROWS, "text/turtle", 406),
        (TRIPLES, "text/csv", 406),
        (ROWS, "image/png", 406),
        (ROWS, "text/turtle, text/csv;q=0.1", 200),
        (TRIPLES, "text/turtle;q=0.1, text/csv", 200),
    ],
)
def test_who_takes_no_format_of_the_answer_is_refused(server, query, accept, status):
    assert post(server, query, accept=accept).status == status


def test_a_link_can_name_the_format(server):
    reply = server.get("/sparql?" + urlencode({"query": ROWS, "format": "tsv"}), accept="text/html")
    assert reply.kind == "text/tab-separated-values"
    assert server.get("/sparql?query=ASK%20%7B%7D&format=pdf").status == 400


def test_a_browser_that_opens_the_endpoint_comes_to_the_query_page(server):
    accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    reply = server.get("/sparql?query=ASK%20%7B%7D", accept=accept)
    assert (reply.status, reply.headers["location"]) == (303, "/query?query=ASK+%7B%7D")
    assert server.get("/sparql", accept=accept).headers["location"] == "/query"


def test_errors_are_json_a_page_or_text_in_the_readers_language(server):
    place = "/sparql?query=SELEC"
    assert server.get(place, accept="application/sparql-results+json").kind == "text/plain"
    problem = server.get(place, accept="application/sparql-results+json, application/json;q=0.5")
    assert problem.kind == "application/problem+json"
    assert json.loads(problem.body)["reason"] == {
        "zh": "SPARQL 没有 SELEC 这个词",
        "en": "SELEC is no word of SPARQL",
    }
    assert server.get(place, accept_language="en").text == (
        "1:1 SELEC: SELEC is no word of SPARQL\nIs SELECT meant?\n"
    )


def test_other_origins_may_ask(server):
    before = server.send("OPTIONS", "/sparql", origin="https://example.org",
                         access_control_request_method="POST",
                         access_control_request_headers="content-type,x-asked")  # fmt: skip
    assert before.status == 200
    assert before.headers["access-control-allow-origin"] == "*"
    assert "POST" in before.headers["access-control-allow-methods"]
    assert "content-type" in before.headers["access-control-allow-headers"].lower()
    for place, status in (("/sparql?query=ASK%20%7B%7D", 200), ("/sparql?query=A", 400)):
        reply = server.get(place, origin="https://example.org")
        assert (reply.status, reply.headers["access-control-allow-origin"]) == (status, "*")


def test_head_says_what_get_would_send(server):
    place = "/sparql?" + urlencode({"query": ROWS})
    got, head = server.get(place), server.send("HEAD", place)
    assert head.body == b""
    alike = {name: value for name, value in got.headers.items() if name != "date"}
    assert {name: value for name, value in head.headers.items() if name != "date"} == alike


def test_every_response_keeps_a_browser_careful(server):
    for place in ("/sparql?query=ASK%20%7B%7D", "/", "/nothing", "/sparql?query=A"):
        headers = server.get(place, accept="text/html;q=0.1,*/*").headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "'unsafe" not in headers["content-security-policy"]
