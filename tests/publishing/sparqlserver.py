"""A SPARQL 1.1 server on loopback for tests: the engine of Oxigraph in this process, by HTTP.

It has the paths of Oxigraph's own server: /query, /update, /store.
"""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pyoxigraph

RESULTS, N_TRIPLES = "application/sparql-results+json", "application/n-triples"


class SparqlServer:
    """The server; a context.

    Attributes:
        store: What it holds.
    """

    def __init__(self):
        self.store = pyoxigraph.Store()
        self.lock = threading.Lock()
        owner = self

        class Handler(_Handler):
            server_of = owner

        self._listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._listening.daemon_threads = True
        self._listening.block_on_close = False
        self.url = f"http://127.0.0.1:{self._listening.server_address[1]}"
        self._thread = threading.Thread(
            target=self._listening.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._listening.shutdown()
        self._listening.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # many small writes, none of which should wait
    server_of: SparqlServer

    def log_message(self, *_):
        pass

    def version_string(self):
        return "Oxigraph/0 (in the test)"

    def __getattr__(self, name):
        if name.startswith("do_"):
            return self._any
        raise AttributeError(name)

    def _any(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = urlsplit(self.path)
        store = self.server_of.store
        with self.server_of.lock:
            try:
                if parts.path == "/query":
                    return self._query(store, body, self.headers["Accept"])
                if parts.path == "/update":
                    store.update(body.decode("utf-8"))
                    return self._answer(204)
                if parts.path == "/store":
                    return self._graph(store, parse_qs(parts.query)["graph"][0], body)
            except (SyntaxError, ValueError) as fault:
                return self._answer(400, str(fault).encode(), "text/plain")
        return self._answer(404)

    def _query(self, store, body, accept):
        results = store.query(parse_qs(body.decode("utf-8"))["query"][0])
        if accept == N_TRIPLES:
            return self._answer(
                200, results.serialize(format=pyoxigraph.RdfFormat.N_TRIPLES), N_TRIPLES
            )
        return self._answer(
            200, results.serialize(format=pyoxigraph.QueryResultsFormat.JSON), RESULTS
        )

    def _graph(self, store, iri, body):
        graph = pyoxigraph.NamedNode(iri)
        there = store.contains_named_graph(graph)
        if self.command == "GET" and there:
            content = store.dump(from_graph=graph, format=pyoxigraph.RdfFormat.N_TRIPLES)
            return self._answer(200, content, N_TRIPLES)
        if self.command == "PUT":
            store.remove_graph(graph)
            store.load(body, format=pyoxigraph.RdfFormat.N_TRIPLES, to_graph=graph)
            return self._answer(204 if there else 201)
        if self.command == "DELETE" and there:
            store.remove_graph(graph)
            return self._answer(204)
        return self._answer(404)

    def _answer(self, status, content=b"", media_type=None):
        self.send_response(status)
        if media_type is not None:
            self.send_header("Content-Type", media_type)
        if status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
