"""Asking an endpoint elsewhere by the SPARQL 1.1 Protocol, and telling a bad answer from a good."""

from __future__ import annotations

import re
import time
from http.client import HTTPException, HTTPResponse
from typing import NoReturn
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

from yusuan.errors import AnswerError, UsageError
from yusuan.messages import say
from yusuan.querying.answers import Answer, Statements, answer_of, triple_of

# What is asked for: figures keep their digits in all of them.
_JSON, _TRIPLES, _TURTLE = (
    "application/sparql-results+json",
    "application/n-triples",
    "text/turtle",
)
_ACCEPT = f"{_JSON}, {_TRIPLES};q=0.9, {_TURTLE};q=0.8"
_PIECE = 1 << 16
_SHOWN = 200  # characters of what an endpoint says


def ask_endpoint(url: str, query: str, timeout: float) -> Answer:
    """Return the answer of an endpoint to a query.

    Args:
        url: Its address, http or https.
        query: SPARQL with its prefixes declared.
        timeout: Seconds for the whole answer.

    Raises:
        UsageError: The address is none.
        AnswerError: There is no answer in time, it is cut off, or it is none to a query.
    """
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        raise UsageError("--endpoint", say("endpoint-url", url=url), say("endpoint-url-advice"))
    form = urlencode({"query": query}).encode("ascii")
    headers = {"Accept": _ACCEPT, "Content-Type": "application/x-www-form-urlencoded"}
    request = Request(url, form, headers)  # noqa: S310 - the scheme is looked at above
    try:
        with urlopen(request, timeout=timeout) as response:  # noqa: S310
            kind = response.headers.get_content_type()
            body = _body(response, url, time.monotonic() + timeout, timeout)
    except HTTPError as fault:
        said = _plain(fault.read(1 << 14))
        raise AnswerError(url, say("endpoint-status", status=fault.code, said=said),
                          say("endpoint-status-advice")) from fault  # fmt: skip
    except TimeoutError:
        _late(url, timeout)
    except URLError as fault:
        if isinstance(fault.reason, TimeoutError):
            _late(url, timeout)
        raise _unreachable(url, fault.reason) from fault
    except (OSError, HTTPException) as fault:
        raise _unreachable(url, fault) from fault
    return _answer(url, kind, body)


def _body(response: HTTPResponse, url: str, deadline: float, timeout: float) -> bytes:
    """Read an answer to its end; one that drips must not take for ever."""
    stated = response.headers.get("Content-Length")
    pieces: list[bytes] = []
    while piece := response.read1(_PIECE):
        pieces.append(piece)
        if time.monotonic() > deadline:
            _late(url, timeout)
    body = b"".join(pieces)
    if stated is not None and stated.isdigit() and len(body) < int(stated):
        raise AnswerError(url, say("endpoint-short", bytes=len(body), stated=stated),
                          say("endpoint-again"))  # fmt: skip
    return body


def _answer(url: str, kind: str, body: bytes) -> Answer:
    import pyoxigraph

    formats = {
        _TRIPLES: pyoxigraph.RdfFormat.N_TRIPLES,
        "text/plain": pyoxigraph.RdfFormat.N_TRIPLES,
        _TURTLE: pyoxigraph.RdfFormat.TURTLE,
    }
    try:
        if kind in (_JSON, "application/json"):
            results = pyoxigraph.parse_query_results(body, pyoxigraph.QueryResultsFormat.JSON)
            return answer_of(results)
        if kind in formats:
            return Statements([triple_of(one) for one in pyoxigraph.parse(body, formats[kind])])
    except (SyntaxError, ValueError) as fault:
        raise AnswerError(url, say("endpoint-broken"), say("endpoint-again")) from fault
    said = _plain(body[: 1 << 14])
    raise AnswerError(url, say("endpoint-kind", kind=kind, said=said), say("endpoint-url-advice"))


def _plain(body: bytes) -> str:
    """Return what an error page says, in one line."""
    text = body.decode("utf-8", "replace")
    text = re.sub(r"(?is)<(script|style|head)\b.*?</\1>|<[^>]*>", " ", text)
    return re.sub(r"[^\S ]+| {2,}", " ", text).strip()[:_SHOWN]


def _unreachable(url: str, fault: object) -> AnswerError:
    return AnswerError(url, say("endpoint-gone", fault=fault), say("endpoint-again"))


def _late(url: str, timeout: float) -> NoReturn:
    raise AnswerError(url, say("query-late", seconds=f"{timeout:g}"), say("query-late-advice"))
