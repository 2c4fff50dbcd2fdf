"""An endpoint elsewhere: its answers, and everything that is none."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest
from click.testing import CliRunner

from yusuan.cli import main
from yusuan.errors import AnswerError, UsageError
from yusuan.querying import Cell, Rows, Statements, Truth, ask_endpoint

RESULTS = "application/sparql-results+json"
DECIMAL = "http://www.w3.org/2001/XMLSchema#decimal"
GOOD = b"""{"head": {"vars": ["a"]}, "results": {"bindings":
  [{"a": {"type": "literal", "value": "26.00",
          "datatype": "http://www.w3.org/2001/XMLSchema#decimal"}}]}}"""
ROWS = Rows(("a",), [(Cell("literal", "26.00", DECIMAL),)])


def reply(handler, status=200, kind=RESULTS, body=GOOD, **headers):
    """Answer as an endpoint does."""
    handler.send_response(status)
    given = {"Content_Type": kind, "Content_Length": str(len(body))}
    for name, value in {**given, **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


@pytest.fixture
def serve():
    """A function that starts an endpoint which answers as it is told; gives its address."""
    servers = []

    def start(answer=reply, **told):
        asked = []

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                self.close_connection = True
                size = int(self.headers["Content-Length"])
                asked.append((self.path, parse_qs(self.rfile.read(size).decode())["query"][0]))
                answer(self, **told)

            def log_message(self, *_):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        server.block_on_close = False
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/sparql", asked

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_rows_truth_and_triples_are_read(serve):
    url, asked = serve()
    query = "SELECT ?a WHERE { ?a ?b '香河' }"
    assert ask_endpoint(url, query, 10) == ROWS
    assert asked == [("/sparql", query)]
    url, _ = serve(body=b'{"head": {}, "boolean": true}')
    assert ask_endpoint(url, "ASK {}", 10) == Truth(holds=True)
    url, _ = serve(kind="text/turtle; charset=utf-8", body=b"<x:a> <x:b> 1.50 .")
    (triple,) = ask_endpoint(url, "CONSTRUCT {}", 10).triples
    assert isinstance(ask_endpoint(url, "CONSTRUCT {}", 10), Statements)
    assert triple.object == f'"1.50"^^<{DECIMAL}>'


def test_an_endpoint_that_only_knows_xml_is_understood(serve):
    body = f"""<?xml version="1.0"?><sparql xmlns="http://www.w3.org/2005/sparql-results#">
      <head><variable name="a"/></head><results><result><binding name="a">
      <literal datatype="{DECIMAL}">26.00</literal></binding></result></results></sparql>"""
    url, _ = serve(kind="application/sparql-results+xml", body=body.encode())
    assert ask_endpoint(url, "SELECT ?a {}", 10) == ROWS


# ------------------------------------------------------------------ answers that are none


def hang(_):
    time.sleep(2)


def hang_up(handler):
    handler.connection.shutdown(socket.SHUT_RDWR)


def drip(handler):
    """Never fall silent for long, and never come to an end."""
    handler.send_response(200)
    handler.send_header("Content-Type", RESULTS)
    handler.end_headers()
    for _ in range(20):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.1)


def stop_in_a_chunk(handler):
    handler.send_response(200)
    handler.send_header("Content-Type", RESULTS)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    handler.wfile.write(b"50\r\n" + GOOD[:20])


PAGE = b"<html><head><title>x</title></head><body>Sign\x1b[2J\n in</body></html>"


@pytest.mark.parametrize(
    ("answer", "told", "advice"),
    [
        (
            {"kind": "text/html", "body": PAGE},
            "the answer is text/html and no result of a query: Sign [2J in",
            "Write the address of a SPARQL endpoint",
        ),
        (
            {"status": 400, "kind": "text/plain", "body": b"syntax error near 'SELEC'"},
            "the endpoint refuses the query (HTTP 400): syntax error near 'SELEC'",
            "Correct the query or the address by what it says",
        ),
        (
            {"status": 401, "body": b""},
            "the endpoint wants a login, or allows no queries (HTTP 401): -",
            "yusuan does not log in",
        ),
        (
            {"status": 404, "kind": "text/html", "body": b"<p>Not Found</p>"},
            "there is no endpoint at this address (HTTP 404): Not Found",
            "Check the address; the path of an endpoint is often /sparql",
        ),
        (
            {"status": 429, "body": b"slow down", "Retry_After": "30"},
            "the endpoint can't answer now (HTTP 429): slow down",
            "The endpoint asks to be asked again in 30 seconds",
        ),
        (
            {"status": 503, "body": b""},
            "the endpoint can't answer now (HTTP 503): -",
            "Try again later, or narrow the query",
        ),
        (
            {"status": 500, "body": b"java.lang.OutOfMemoryError"},
            "the endpoint failed (HTTP 500): java.lang.OutOfMemoryError",
            "Try again later; if it goes on",
        ),
        ({"body": GOOD[:60]}, "the answer is cut off or malformed", "Try again later"),
        (
            {"body": gzip.compress(GOOD), "Content_Encoding": "gzip"},
            "the answer is cut off or malformed",
            "Try again later",
        ),
        (
            {"body": GOOD[:60], "Content_Length": "500"},
            "the answer is cut off: 60 of 500 bytes came",
            "Try again later",
        ),
        ({"answer": stop_in_a_chunk}, "the answer is cut off or malformed", "Try again later"),
        (
            {"answer": hang_up},
            "the endpoint does not answer: Remote end closed connection without response",
            "Check the address and the network",
        ),
        (
            {"status": 302, "Location": "/sparql", "body": b""},
            "the endpoint sends the query round in circles",
            "Write the address of a SPARQL endpoint",
        ),
        (
            {"status": 307, "Location": "http://localhost:9/elsewhere?x=1", "body": b""},
            "the endpoint sends the query on to http://localhost:9/elsewhere",
            "If that is where to ask, write --endpoint http://localhost:9/elsewhere",
        ),
    ],
)
def test_what_is_no_answer_is_told(serve, answer, told, advice):
    url, _ = serve(**answer)
    with pytest.raises(AnswerError) as caught:
        ask_endpoint(f"{url}?key=secret", "SELECT * {}", 10)
    assert caught.value.text("en").startswith(f"{url}: {told}\n  {advice}")
    assert "secret" not in caught.value.text("zh")


@pytest.mark.parametrize("answer", [hang, drip])
def test_an_endpoint_that_takes_for_ever_is_given_up(serve, answer):
    url, _ = serve(answer)
    began = time.monotonic()
    with pytest.raises(AnswerError) as caught:
        ask_endpoint(url, "ASK {}", 0.3)
    assert time.monotonic() - began < 1.5
    assert caught.value.text("en").startswith(f"{url}: it is not answered within 0.3 seconds")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_move_on_the_same_host_is_followed_and_takes_the_query_along(serve, status):
    there, asked = serve()
    url, _ = serve(status=status, Location=there.replace("sparql", "query"), body=b"")
    assert ask_endpoint(url, "SELECT ?a {}", 10) == ROWS
    assert asked == [("/query", "SELECT ?a {}")]


def test_an_endpoint_that_is_not_there_is_told():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/sparql"
    with pytest.raises(AnswerError) as caught:
        ask_endpoint(url, "ASK {}", 5)
    assert caught.value.text("en") == (
        f"{url}: the endpoint does not answer: Connection refused\n"
        "  Check the address and the network, and try again"
    )


def test_a_connection_that_is_not_safe_is_told(serve):
    # A server that knows no TLS stands for one whose certificate is wrong: both end here.
    url, asked = serve()
    with pytest.raises(AnswerError) as caught:
        ask_endpoint(url.replace("http:", "https:"), "ASK {}", 5)
    assert "there is no safe connection: " in caught.value.text("en")
    assert "SSL_CERT_FILE" in caught.value.text("en")
    assert asked == []


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/", "sparql", "http://"])
def test_what_is_no_address_is_not_opened(url):
    with pytest.raises(UsageError, match="is no address"):
        ask_endpoint(url, "ASK {}", 5)


def test_a_password_in_the_address_is_refused_and_not_shown():
    with pytest.raises(UsageError) as caught:
        ask_endpoint("https://me:hush@127.0.0.1/sparql", "ASK {}", 5)
    assert "hush" not in caught.value.text("en")


# ------------------------------------------------------------------ the command


@pytest.fixture
def run():
    def command(*arguments):
        done = CliRunner().invoke(main, [*map(str, arguments), "--lang", "en"])
        return done.exit_code, done.stdout, done.stderr

    return command


def test_the_command_asks_a_canned_question_elsewhere(serve, run):
    url, asked = serve()
    code, out, err = run("query", "Q1", "--county", "131024", "--endpoint", url)
    assert (code, err) == (0, "")
    assert out.splitlines()[2] == "26.00"
    assert "<https://w3id.org/yusuan/id/region/131024>" in asked[0][1]


def test_a_query_that_the_endpoint_can_not_read_is_explained_as_if_it_were_asked_here(serve, run):
    url, _ = serve(status=400, kind="text/plain", body=b"Lexical error at line 1")
    code, _, err = run("query", "SELECT ?s WHERE { ?s ?p ?o", "--endpoint", url)
    assert (code, err.splitlines()[0]) == (
        2, "Error: 1:17 SELECT ?s WHERE { ?s ?p ?o: the “{” here is never closed"
    )  # fmt: skip
    # What is right here and refused there is told as it is told there.
    code, _, err = run("query", "SELECT ?s WHERE { ?s ?p ?o }", "--endpoint", url)
    assert (code, err.splitlines()[0]) == (
        3, f"Error: {url}: the endpoint refuses the query (HTTP 400): Lexical error at line 1"
    )  # fmt: skip


def test_what_stands_in_the_file_stays_when_the_endpoint_fails(serve, run, tmp_path):
    url, _ = serve(body=GOOD[:60], Content_Length="500")
    target = tmp_path / "answer.csv"
    target.write_text("old\n")
    code, out, err = run("query", "Q1", "--endpoint", url, "-o", target)
    assert (code, out) == (3, "")
    assert err.startswith(f"Error: {url}: the answer is cut off: 60 of 500 bytes came\n")
    assert [path.name for path in tmp_path.iterdir()] == ["answer.csv"]
    assert target.read_text() == "old\n"
