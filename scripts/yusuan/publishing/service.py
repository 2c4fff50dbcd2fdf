"""A SPARQL 1.1 server: where it answers queries, takes updates and keeps graphs.

Servers differ in their paths: /query, /update, /store (Oxigraph); /ds/sparql, /ds/update, /ds/data
(Fuseki); /sparql, /sparql-auth, /sparql-graph-crud-auth (Virtuoso, with Digest). An address can
state them: `sparql+https://host/path?query=sparql&update=update&gsp=data`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, Literal
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit, urlunsplit

from yusuan.errors import UsageError
from yusuan.mapping import XSD
from yusuan.messages import say
from yusuan.publishing import troubles
from yusuan.publishing.client import Answer, Client
from yusuan.publishing.credentials import Secret, login_of, token_of
from yusuan.publishing.errors import TargetError
from yusuan.publishing.graphs import N_TRIPLES
from yusuan.publishing.place import Place
from yusuan.publishing.plan import Content

Kind = Literal["oxigraph", "fuseki", "virtuoso", "other"]
RESULTS = "application/sparql-results+json"
FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
STATED = ("query", "update", "gsp")
UNAUTHORIZED = 401
PAGE = 5000  # triples
_DECIMAL = f"{XSD}decimal".encode()
# Inside a literal a quotation mark has a backslash before it.
_WHOLE_DECIMAL = re.compile(rb'"([+-]?[0-9]+)"\^\^<' + re.escape(_DECIMAL) + rb">").sub

# Where a kind of server takes updates and keeps graphs; below the address.
_PATHS: Mapping[Kind, tuple[str, str]] = {
    "oxigraph": ("update", "store"),
    "fuseki": ("update", "data"),
    "virtuoso": ("sparql-auth", "sparql-graph-crud-auth"),
    "other": ("update", "data"),
}


class Service:
    """A server, known after its first answer.

    Args:
        place: Where it is.
    """

    def __init__(self, place: Place) -> None:
        self.place = place
        parts = urlsplit(place.url)
        self._stated = _stated(self.place, parts.query)
        self._root = urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/"), "", ""))
        self._query = self._url("query") if "query" in self._stated else None
        self.kind: Kind = "other"
        self.reader = Client(self.place.name, self._root)
        self._secret = _secret(self.place.host)
        self._writer: Client | None = None

    @property
    def reads(self) -> int:
        """How many requests were sent that only read."""
        return self.reader.reads + (0 if self._writer is None else self._writer.reads)

    @property
    def writes(self) -> int:
        """How many may have written."""
        return self.reader.writes + (0 if self._writer is None else self._writer.writes)

    @property
    def whole(self) -> bool:
        """Whether one update is done whole or not at all: not so by Virtuoso."""
        return self.kind != "virtuoso"

    @property
    def endpoint(self) -> str:
        """Where it answers queries."""
        return self._query or self._root

    def select(self, query: str) -> list[dict[str, str]]:
        """Return the rows that a query finds: variable → value, without what is unbound.

        Raises:
            TargetError: It is not answered.
        """
        return [
            {name: str(one["value"]) for name, one in row.items()}
            for row in self._results(query)["results"]["bindings"]
        ]

    def construct(self, query: str) -> bytes:
        """Return the triples that a query makes, as N-Triples.

        Raises:
            TargetError: It is not answered.
        """
        headers = {**FORM, "Accept": N_TRIPLES}
        answer = self._read("POST", self.endpoint, urlencode({"query": query}).encode(), headers)
        return answer.body

    def graph(self, iri: str, count: int) -> bytes:
        """Return a named graph as N-Triples; b"" where there is none.

        Args:
            iri: Its IRI.
            count: How many triples the server says that it has: some cut a longer answer off.

        Raises:
            TargetError: It can't be read.
        """
        query = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{iri}> {{ ?s ?p ?o }} }}"
        found = self.construct(query) if count else b""
        if count <= PAGE or found.count(b"\n") >= count:
            return found
        # The server cuts long answers off. In whichever order it gives its pages: a triple that
        # it gave twice, and another never, would show in the hash.
        return b"".join(
            self.construct(f"{query} LIMIT {PAGE} OFFSET {offset}")
            for offset in range(0, count, PAGE)
        )

    def written(self, content: bytes) -> bytes:
        """Return N-Triples as this server can remove them again.

        Fuseki gives 2 back as 2.0, and does not find it when it is to remove 2.0.
        """
        if self.kind != "fuseki":
            return content
        return _WHOLE_DECIMAL(rb'"\1.0"^^<%s>' % _DECIMAL, content)

    def address_of(self, iri: str) -> str:
        """Return the address at which a named graph is to be had."""
        return f"{self._gsp()}?graph={quote(iri, safe='')}"

    def put(self, iri: str, content: Content) -> None:
        """Replace a named graph; a file is sent piece by piece, but to Fuseki.

        Raises:
            TargetError: It can't be written.
        """
        if self.kind == "fuseki":
            content = self.written(content if isinstance(content, bytes) else content.read_bytes())
        self._write("PUT", self.address_of(iri), content, {"Content-Type": N_TRIPLES})

    def delete(self, iri: str) -> None:
        """Remove a named graph, if it is there.

        Raises:
            TargetError: It can't be removed.
        """
        self._write("DELETE", self.address_of(iri), None, {}, accept=(404,))

    def update(self, update: str) -> None:
        """Carry out an update; it must be one that may come twice.

        Raises:
            TargetError: It is refused, or there is no answer.
        """
        if self.kind == "virtuoso":
            body, headers = urlencode({"query": update}).encode(), dict(FORM)
        else:
            headers = {"Content-Type": "application/sparql-update; charset=utf-8"}
            body = update.encode("utf-8")
        self._write("POST", self._url("update"), body, headers)

    def _url(self, which: str) -> str:
        """Return the address of one of the three, as stated or as the kind of server has it."""
        if which in self._stated:
            return urljoin(f"{self._root}/", self._stated[which])
        update, store = _PATHS[self.kind]
        path = update if which == "update" else store
        if self.kind == "virtuoso" and self._secret is None:
            path = path.removesuffix("-auth")
        return urljoin(f"{self._root}/", path)

    def _gsp(self) -> str:
        return self._url("gsp")

    def _results(self, query: str) -> dict[str, Any]:
        """Return the answer to a query, and find out where queries are answered."""
        body = urlencode({"query": query}).encode()
        headers = {**FORM, "Accept": RESULTS}
        found = None if self._query is None else self._results_of(self._read(
            "POST", self._query, body, headers))  # fmt: skip
        if self._query is not None:
            if found is None:
                raise self._strange(self._query)
            return found
        for url in self._candidates():
            answer = self._read("POST", url, body, headers, accept=(400, 404, 405, 415))
            found = self._results_of(answer)
            if found is not None:
                self._known(url, answer.headers)
                return found
        raise TargetError(self.place.name, say("sparql-nowhere", host=self.place.host),
                          say("sparql-nowhere-advice"))  # fmt: skip

    def _candidates(self) -> list[str]:
        return [f"{self._root}/query", f"{self._root}/sparql", self._root]

    def _known(self, url: str, headers: Mapping[str, str]) -> None:
        """Take note of where queries are answered, and by which kind of server."""
        self._query = url
        if url == self._root and url.rpartition("/")[2] in ("query", "sparql"):
            self._root = url.rpartition("/")[0]
        server = headers.get("server", "").lower()
        if "fuseki-request-id" in headers:
            self.kind = "fuseki"
        else:
            self.kind = next((one for one in ("oxigraph", "virtuoso") if one in server), "other")

    def _results_of(self, answer: Answer) -> dict[str, Any] | None:
        """Return the rows of an answer; None where it is none to a query."""
        if answer.status != 200:  # noqa: PLR2004
            return None
        try:
            found = answer.json()
            return found if isinstance(found["results"]["bindings"], list) else None
        except (ValueError, KeyError, TypeError):
            return None

    def _strange(self, url: str) -> TargetError:
        told = f"POST {urlsplit(url).path}"
        reason = say("remote-strange", host=self.place.host, request=told, said=RESULTS)
        return TargetError(self.place.name, reason, say("sparql-nowhere-advice"))

    def _read(
        self, method: str, url: str, body: bytes | None, headers: Mapping[str, str],
        accept: Collection[int] = (),
    ) -> Answer:  # fmt: skip
        """Read; show who asks only where the server wants to know."""
        allowed = {*accept, UNAUTHORIZED} if self.reader.secret is None else {*accept}
        answer = self.reader.ask(
            method, url, body=body, headers=headers, accept=allowed, reads=True
        )
        if answer.status == UNAUTHORIZED:
            if self._secret is None:
                told = f"{method} {urlsplit(url).path}"
                raise troubles.of_status(self.place.name, self.place.host, told, answer)
            self.reader.show(self._secret, _scheme(answer.headers, self._secret))
            answer = self.reader.ask(method, url, body=body, headers=headers, accept=accept,
                                     reads=True)  # fmt: skip
        return answer

    def _write(
        self, method: str, url: str, body: Content | None, headers: Mapping[str, str],
        accept: Collection[int] = (),
    ) -> Answer:  # fmt: skip
        if self._writer is None:
            self._writer = Client(self.place.name, self._root, patience=self.reader.patience,
                                  pause=self.reader.pause)  # fmt: skip
            if self._secret is not None:
                digest = self.kind == "virtuoso" and self._secret.user is not None
                scheme = "digest" if digest else _scheme({}, self._secret)
                self._writer.show(self._secret, scheme)
        return self._writer.ask(method, url, body=body, headers=headers, accept=accept,
                                again=True)  # fmt: skip


def _stated(place: Place, query: str) -> dict[str, str]:
    """Return the paths that an address states.

    Raises:
        UsageError: It states something else, or leads to another server.
    """
    found = dict(parse_qsl(query, keep_blank_values=True))
    for name, path in found.items():
        if name not in STATED or not path or urlsplit(path).netloc:
            raise UsageError(place.name, say("sparql-parameter", name=name),
                             say("sparql-nowhere-advice"))  # fmt: skip
    return found


def _secret(host: str) -> Secret | None:
    return login_of("YUSUAN_SPARQL", host) or token_of("YUSUAN_SPARQL_TOKEN", host)


def _scheme(headers: Mapping[str, str], secret: Secret) -> str:
    """Return how a secret is shown to a server that asks for it."""
    if secret.user is None:
        return "bearer"
    asked = headers.get("www-authenticate", "").strip().lower()
    return "digest" if asked.startswith("digest") else "basic"
