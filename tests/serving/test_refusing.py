"""Nothing that a query says makes the server ask another one."""

from __future__ import annotations

import socket
import threading

import pytest

from yusuan.querying.federating import federates

HOSTILE = [
    "SELECT * { SERVICE <URL> { ?s ?p ?o } }",
    "ASK { service silent <URL> {} }",
    "ASK { SERVICESILENT<URL> {} }",
    "ASK { VALUES ?x { <URL> } SERVICE ?x {} }",
    "ASK { VALUES ?x { <URL> } SERVICE$x {} }",
    "PREFIX e: <URL> ASK { SERVICE e: {} }",
    "PREFIX e: <URL> ASK { SERVICEe:a {} }",
    "ASK { ?s ?p 1SERVICE <URL> {} }",
    "ASK { ?s ?p trueSERVICE <URL> {} }",
    "ASK { ?x ?y ?z.SERVICE#c\n<URL> {} }",
    "ASK { ?x ?y ?z.SERVICE # c\r# d\n SILENT #\n<URL> {} }",
    "PREFIX e: <x:> ASK { ?x ?y e:.SERVICE <URL> {} }",
    "PREFIX e: <x:> ASK { ?s e:\\' 'SERVICE <a:b>'.SERVICE <URL> {} }",
    "PREFIX e: <x:> ASK { ?s ?p 'a\\'b'.SERVICE <URL> {} }",
    'ASK { ?s ?p """a"b""".SERVICE <URL> {} }',
    "ASK { S\\u0045RVICE <URL> {} }",
    "ASK { \\U00000053ERVICE <URL> {} }",
    "ASK { { SELECT * { SERVICE <URL> {} } } }",
    "CONSTRUCT { ?s ?p ?o } WHERE { SERVICE <URL> { ?s ?p ?o } }",
    "DESCRIBE ?x { SERVICE <URL> { ?x ?p ?o } }",
    "ASK { FILTER EXISTS { SERVICE <URL> {} } }",
    "ASK { OPTIONAL { MINUS { SERVICE <URL> {} } } }",
    "ASK FROM <URL> { ?s ?p ?o }",  # no graph is fetched either
]


@pytest.fixture(scope="module")
def listener():
    """A server elsewhere, and who came to it."""
    came = []
    with socket.create_server(("127.0.0.1", 0)) as found:
        found.settimeout(0.2)
        ended = threading.Event()

        def listen():
            while not ended.is_set():
                try:
                    connection, _ = found.accept()
                except TimeoutError:
                    continue
                came.append(connection.recv(100))
                connection.close()

        thread = threading.Thread(target=listen)
        thread.start()
        yield f"http://127.0.0.1:{found.getsockname()[1]}/sparql", came
        ended.set()
        thread.join()


@pytest.mark.parametrize("query", HOSTILE)
def test_no_other_server_is_asked(server, listener, query):
    url, came = listener
    reply = server.send("POST", "/sparql", query.replace("URL", url), accept_language="en",
                        content_type="application/sparql-query")  # fmt: skip
    if "FROM" in query:
        assert reply.status == 200
    else:
        assert reply.status == 403, reply
        assert "the query has SERVICE in it, and yusuan asks no other endpoint for it" in reply.text
    assert came == []


def test_the_engine_would_have_asked(listener):
    """Else the test above could not fail."""
    import pyoxigraph

    url, came = listener
    with pytest.raises(OSError, match=r".+"):
        pyoxigraph.Store().query(f"ASK {{ SERVICE <{url}> {{}} }}")
    assert len(came) == 1
    came.clear()


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?service { ?service ?p ?o }",
        "SELECT $service { $service ?p ?o }",
        "PREFIX ex: <x:> ASK { ?s ex:service ?o }",
        "PREFIX ex: <x:> ASK { ?s ex:public-service <x:b> }",
        "ASK { ?s ?p 'public service' }",
        'ASK { FILTER (CONTAINS(?x, "service")) }',
        "ASK {} # a service",
    ],
)
def test_the_word_alone_is_harmless(query):
    assert federates(query) is None


def test_a_long_query_is_looked_at_in_no_time():
    for text in (
        "service",
        "service#",
        "service\n",
        "service #",
        "xservice x",
        ":service<",
        "\\u0",
    ):
        federates(text * 30_000)


def test_a_prefix_of_this_name_is_refused_rather_than_looked_at_closely():
    assert federates("PREFIX service: <x:> ASK { ?s service:a ?o }") is not None


def test_what_is_too_long_to_be_looked_through_is_refused():
    assert federates(f"ASK {{ SERVICE {'e' * 300}:a {{}} }}") is not None
    assert federates(f"ASK {{ SERVICE #{'e' * 300}\n<x:a> {{}} }}") is not None
