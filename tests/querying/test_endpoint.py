"""An endpoint elsewhere: its answers, and everything that is none."""

from __future__ import annotations

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest

from yusuan.errors import AnswerError, UsageError
from yusuan.querying import Cell, Rows, Statements, Truth, ask_endpoint

RESULTS = "application/sparql-results+json"
GOOD = b"""{"head": {"vars": ["a"]}, "results": {"bindings":
  [{"a": {"type": "literal", "value": "26.00",
          "datatype": "http://www.w3.org/2001/XMLSchema#decimal"}}]}}"""


@pytest.fixture
def serve():
    """A function that starts an endpoint which answers as it is told; gives its address."""
    servers = []

    def start(status=200, kind=RESULTS, body=GOOD, *, length=None, wait=0.0):
        asked = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                size = int(self.headers["Content-Length"])
                asked.append(parse_qs(self.rfile.read(size).decode())["query"][0])
                time.sleep(wait)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body) if length is None else length))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/sparql", asked

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_rows_truth_and_triples_are_read(serve):
    url, asked = serve()
    query = "SELECT ?a WHERE { ?a ?b '香河' }"
    decimal = "http://www.w3.org/2001/XMLSchema#decimal"
    assert ask_endpoint(url, query, 10) == Rows(("a",), [(Cell("literal", "26.00", decimal),)])
    assert asked == [query]
    url, _ = serve(body=b'{"head": {}, "boolean": true}')
    assert ask_endpoint(url, "ASK {}", 10) == Truth(holds=True)
    url, _ = serve(kind="text/turtle; charset=utf-8", body=b"<x:a> <x:b> 1.50 .")
    (triple,) = ask_endpoint(url, "CONSTRUCT {}", 10).triples
    assert isinstance(ask_endpoint(url, "CONSTRUCT {}", 10), Statements)
    assert triple.object == '"1.50"^^<http://www.w3.org/2001/XMLSchema#decimal>'


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (
            {"kind": "text/html", "body": b"<html><head><title>x</title></head>Sign in</html>"},
            "the answer is text/html and no result of a query: Sign in",
        ),
        (
            {"status": 400, "kind": "text/plain", "body": b"syntax error near 'SELEC'"},
            "the endpoint refuses the query (HTTP 400): syntax error near 'SELEC'",
        ),
        ({"status": 503, "body": b""}, "the endpoint refuses the query (HTTP 503): "),
        ({"body": GOOD[:60]}, "the answer is cut off or malformed"),
        ({"body": GOOD[:60], "length": 500}, "the answer is cut off: 60 of 500 bytes came"),
        ({"wait": 1.0}, "it is not answered within 0.3 seconds"),
    ],
)
def test_what_is_no_answer_is_told(serve, answer, told):
    url, _ = serve(**answer)
    with pytest.raises(AnswerError) as caught:
        ask_endpoint(url, "SELECT * {}", 0.3)
    assert caught.value.text("en").startswith(f"{url}: {told}")


def test_an_endpoint_that_is_not_there_is_told(serve):
    url, _ = serve()
    gone = url.replace(url.split(":")[2].partition("/")[0], "9")
    with pytest.raises(AnswerError, match="the endpoint does not answer"):
        ask_endpoint(gone, "ASK {}", 5)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/", "sparql", "http://"])
def test_what_is_no_address_is_not_opened(url):
    with pytest.raises(UsageError, match="is no address"):
        ask_endpoint(url, "ASK {}", 5)
