"""Asking an endpoint elsewhere by the SPARQL 1.1 Protocol, and telling a bad answer from a good."""

from __future__ import annotations

import re
from email.message import Message as Headers
from http.client import HTTPException, HTTPResponse, IncompleteRead
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from yusuan.errors import AnswerError, UsageError
from yusuan.messages import say
from yusuan.querying.answers import Answer, Statements, answer_of, triple_of
from yusuan.querying.waiting import within

# What is asked for: figures keep their digits in all of them.
_JSON, _XML, _TRIPLES, _TURTLE = (
    "application/sparql-results+json",
    "application/sparql-results+xml",
    "application/n-triples",
    "text/turtle",
)
_ACCEPT = f"{_JSON}, {_TRIPLES};q=0.9, {_TURTLE};q=0.8, {_XML};q=0.7"
_PIECE = 1 << 16
_MOST = 1 << 30  # bytes of an answer, which is kept in memory
_SHOWN = 200  # characters of what an endpoint says
_PAGE = 1 << 14  # bytes of an error page that are looked at
# What a status says of the endpoint; another one says something of the query.
_STATUS = {
    401: "endpoint-denied",
    403: "endpoint-denied",
    404: "endpoint-nowhere",
    405: "endpoint-nowhere",
    410: "endpoint-nowhere",
    408: "endpoint-busy",
    429: "endpoint-busy",
    502: "endpoint-busy",
    503: "endpoint-busy",
    504: "endpoint-busy",
}


def ask_endpoint(url: str, query: str, timeout: float) -> Answer:
    """Return the answer of an endpoint to a query.

    Args:
        url: Its address, http or https.
        query: SPARQL with its prefixes declared.
        timeout: Seconds for the whole answer.

    Raises:
        UsageError: The address is none, or holds a user and a password.
        AnswerError: There is no answer in time, it is cut off, or it is none to a query.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError("--endpoint", say("endpoint-url", url=url), say("endpoint-url-advice"))
    if parts.username is not None or parts.password is not None:
        raise UsageError("--endpoint", say("endpoint-user"), say("endpoint-user-advice"))
    form = urlencode({"query": query}).encode("ascii")
    headers = {"Accept": _ACCEPT, "Content-Type": "application/x-www-form-urlencoded"}
    request = Request(url, form, headers)  # noqa: S310 - the scheme is looked at above
    name = _named(url)
    return within(timeout, name, lambda: _answer(name, *_fetched(request, timeout)))


class _SameHost(HTTPRedirectHandler):
    """Follows an endpoint that moves on its own host; nobody else is told the query."""

    def redirect_request(
        self,
        req: Request,
        fp: IO[bytes],  # noqa: ARG002 - the signature of the class above, here and below
        code: int,  # noqa: ARG002
        msg: str,  # noqa: ARG002
        headers: Headers,  # noqa: ARG002
        newurl: str,
    ) -> Request | None:
        """Return the request as it is sent again, with the query in it."""
        old, new = urlsplit(req.full_url), urlsplit(newurl)
        safe = new.scheme == "https" or (new.scheme == "http" and old.scheme == "http")
        if new.hostname != old.hostname or not safe:
            to = _named(newurl)
            raise AnswerError(_named(req.full_url), say("endpoint-moved", to=to),
                              say("endpoint-moved-advice", to=to))  # fmt: skip
        return Request(newurl, req.data, dict(req.header_items()))  # noqa: S310 - as above


def _fetched(request: Request, timeout: float) -> tuple[str, bytes]:
    """Return the media type and the body of an answer."""
    name = _named(request.full_url)
    try:
        # One second more than the whole may take: who waits says that the time is up.
        with build_opener(_SameHost()).open(request, timeout=timeout + 1) as response:
            return response.headers.get_content_type(), _body(response, name)
    except HTTPError as fault:
        raise _refused(name, fault) from fault
    except URLError as fault:
        raise _unreachable(name, fault.reason) from fault
    except (OSError, HTTPException, ValueError) as fault:
        raise _unreachable(name, fault) from fault


def _body(response: HTTPResponse, name: str) -> bytes:
    stated = response.headers.get("Content-Length")
    pieces: list[bytes] = []
    size = 0
    whole = True
    try:
        while piece := response.read1(_PIECE):
            pieces.append(piece)
            size += len(piece)
            if size > _MOST:
                raise AnswerError(name, say("endpoint-large"), say("endpoint-large-advice"))
    except IncompleteRead:
        whole = False
    if stated is not None and stated.isdigit() and size < int(stated):
        raise AnswerError(name, say("endpoint-short", bytes=size, stated=stated),
                          say("endpoint-again"))  # fmt: skip
    if not whole:
        raise AnswerError(name, say("endpoint-broken"), say("endpoint-again"))
    return b"".join(pieces)


def _answer(name: str, kind: str, body: bytes) -> Answer:
    import pyoxigraph

    results = {
        _JSON: pyoxigraph.QueryResultsFormat.JSON,
        "application/json": pyoxigraph.QueryResultsFormat.JSON,
        _XML: pyoxigraph.QueryResultsFormat.XML,
    }
    triples = {
        _TRIPLES: pyoxigraph.RdfFormat.N_TRIPLES,
        "text/plain": pyoxigraph.RdfFormat.N_TRIPLES,
        _TURTLE: pyoxigraph.RdfFormat.TURTLE,
    }
    try:
        if kind in results:
            return answer_of(pyoxigraph.parse_query_results(body, results[kind]))
        if kind in triples:
            return Statements([triple_of(one) for one in pyoxigraph.parse(body, triples[kind])])
    except (SyntaxError, ValueError) as fault:
        raise AnswerError(name, say("endpoint-broken"), say("endpoint-again")) from fault
    said = _plain(body[:_PAGE])
    raise AnswerError(name, say("endpoint-kind", kind=kind, said=said), say("endpoint-url-advice"))


def _refused(name: str, fault: HTTPError) -> AnswerError:
    """Return the error for a status that is no success."""
    try:
        said = _plain(fault.read(_PAGE))
    except (OSError, HTTPException):
        said = ""
    if 300 <= fault.code < 400:  # noqa: PLR2004 - what was not followed
        return AnswerError(name, say("endpoint-circle"), say("endpoint-url-advice"))
    general = "endpoint-failed" if fault.code >= 500 else "endpoint-status"  # noqa: PLR2004
    key = _STATUS.get(fault.code, general)
    wait = str(fault.headers.get("Retry-After", ""))
    advice = say("endpoint-wait", seconds=wait) if wait.isdigit() else say(f"{key}-advice")
    return AnswerError(name, say(key, status=fault.code, said=said or "-"), advice)


def _unreachable(name: str, fault: object) -> AnswerError:
    """Return the error for a connection that does not come about, or breaks."""
    import ssl

    if isinstance(fault, ssl.SSLError):
        told = getattr(fault, "verify_message", "") or fault.reason or str(fault)
        return AnswerError(name, say("endpoint-tls", fault=told), say("endpoint-tls-advice"))
    told = getattr(fault, "strerror", None) or str(fault) or type(fault).__name__
    return AnswerError(name, say("endpoint-gone", fault=told), say("endpoint-gone-advice"))


def _named(url: str) -> str:
    """Return an address as it may be shown: what follows a question mark may be a secret."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}"


def _plain(body: bytes) -> str:
    """Return what an error page says, in one line and without what would steer a terminal."""
    text = body.decode("utf-8", "replace")
    text = re.sub(r"(?is)<(script|style|head)\b.*?</\1>|<[^>]*>", " ", text)
    text = "".join(sign if sign.isprintable() else " " for sign in text)
    return re.sub(r" {2,}", " ", text).strip()[:_SHOWN]
