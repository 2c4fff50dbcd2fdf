"""Requests of the SPARQL 1.1 Protocol: what is asked, of which graphs, and in which format.

Source: SPARQL 1.1 Protocol, W3C Recommendation of 21 March 2013, section 2.1.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request

from yusuan.messages import say
from yusuan.serving.faults import Gone, Refusal
from yusuan.serving.negotiating import best
from yusuan.serving.writing import GRAPHS, OTHERS, RESULTS

FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
_UPDATE = "application/sparql-update"
# Of a query; the longest of the canned questions has 5,000 bytes.
LONGEST = 1 << 18
_PATIENCE = 30.0  # seconds in which a request must have come
_SHORT = {**RESULTS, **GRAPHS}


@dataclass(frozen=True, slots=True)
class Operation:
    """One query as it was sent.

    Attributes:
        query: The query.
        default: The graphs that make up the default graph; None, with `named`, where the query
            says so itself.
        named: The graphs that `GRAPH` finds.
        results: The format for rows and truths, or None where the client takes none.
        graph: The format for triples, likewise.
    """

    query: str
    default: tuple[str, ...] | None
    named: tuple[str, ...] | None
    results: str | None
    graph: str | None


async def operation(request: Request) -> Operation:
    """Return the query that a request holds.

    Raises:
        Refusal: It holds none, or not in one of the three ways of the protocol.
        Gone: The client has gone before all of it came.
    """
    parameters = pairs(request.scope["query_string"])
    direct = None
    if request.method == "POST":
        kind, charset = _content(request.headers)
        body = await whole_body(request)
        if kind == FORM:
            parameters += pairs(body)
        elif kind == DIRECT:
            direct = _text(body, charset)
        elif kind == _UPDATE:
            raise _read_only()
        else:
            raise Refusal(415, "media-type", say("serve-media-type", kind=kind or "-"),
                          say("serve-media-type-advice"),
                          headers={"Accept-Post": f"{FORM}, {DIRECT}"})  # fmt: skip
    if any(name == "update" for name, _ in parameters):
        raise _read_only()
    queries = [value for name, value in parameters if name == "query"]
    queries += [] if direct is None else [direct]
    if len(queries) != 1:
        key = "serve-several-queries" if queries else "serve-no-query"
        raise Refusal(400, "no-query", say(key), say("serve-no-query-advice"))
    default = _graphs(parameters, "default-graph-uri")
    named = _graphs(parameters, "named-graph-uri")
    stated = bool(default or named)
    results, graph = formats(request.headers, parameters)
    return Operation(queries[0], default if stated else None, named if stated else None,
                     results, graph)  # fmt: skip


def pairs(encoded: bytes) -> list[tuple[str, str]]:
    """Return the parameters of a request.

    Raises:
        Refusal: They are no UTF-8.
    """
    try:
        return parse_qsl(encoded.decode("utf-8"), keep_blank_values=True, errors="strict",
                         max_num_fields=1000)  # fmt: skip
    except ValueError as fault:  # too many, or broken UTF-8
        raise _unreadable() from fault


def formats(
    headers: Headers, parameters: list[tuple[str, str]]
) -> tuple[str | None, str | None]:  # fmt: skip
    """Return the formats for results and for graphs, each None where the client takes none.

    The parameter `format` with a short name goes before the header: a link has no header.

    Raises:
        Refusal: There is no such format.
    """
    asked = [value for name, value in parameters if name == "format"]
    if asked:
        if asked[0] not in _SHORT:
            raise Refusal(400, "parameter", say("serve-format", form=asked[0]),
                          say("serve-format-advice", known=", ".join(_SHORT)))  # fmt: skip
        return (asked[0] if asked[0] in RESULTS else None, asked[0] if asked[0] in GRAPHS else None)
    accept = ", ".join(headers.getlist("accept")) or None
    # The usual names stand behind the exact ones: a client that takes both gets these.
    return _chosen(accept, {**{v: k for k, v in RESULTS.items()}, **OTHERS}), _chosen(
        accept, {v: k for k, v in GRAPHS.items()}
    )


def _chosen(accept: str | None, offered: dict[str, str]) -> str | None:
    found = best(accept, list(offered))
    return None if found is None else offered[found]


def not_acceptable() -> Refusal:
    """Return the refusal to a client that takes no format that there is."""
    kinds = ", ".join((*RESULTS.values(), *GRAPHS.values()))
    return Refusal(406, "not-acceptable", say("serve-not-acceptable"),
                   say("serve-not-acceptable-advice", kinds=kinds))  # fmt: skip


def _graphs(parameters: list[tuple[str, str]], name: str) -> tuple[str, ...]:
    return tuple(value for one, value in parameters if one == name)


def _content(headers: Headers) -> tuple[str, str]:
    """Return the type of a body and its encoding, in small letters."""
    kind, *more = headers.get("content-type", "").split(";")
    given = dict(one.strip().lower().partition("=")[::2] for one in more)
    return kind.strip().lower(), given.get("charset", "utf-8").strip('"')


async def whole_body(request: Request) -> bytes:
    """Return what a request sends, if it is not too long and comes in time.

    Raises:
        Refusal: It is, or does not.
        Gone: The client has gone before all of it came.
    """
    found = bytearray()
    try:
        async with asyncio.timeout(_PATIENCE):
            async for piece in request.stream():
                found += piece
                if len(found) > LONGEST:
                    raise Refusal(413, "too-long", say("serve-too-long", limit=LONGEST >> 10),
                                  say("serve-too-long-advice"))  # fmt: skip
    except TimeoutError as fault:
        raise Refusal(408, "slow", say("serve-slow"), say("serve-slow-advice")) from fault
    except ClientDisconnect as fault:
        raise Gone from fault
    return bytes(found)


def _text(body: bytes, charset: str) -> str:
    if charset not in ("utf-8", "utf8", "us-ascii"):
        raise Refusal(415, "charset", say("serve-charset", charset=charset),
                      say("serve-charset-advice"))  # fmt: skip
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise _unreadable() from fault


def _unreadable() -> Refusal:
    return Refusal(400, "charset", say("serve-not-utf8"), say("serve-charset-advice"))


def _read_only() -> Refusal:
    return Refusal(403, "update", say("serve-update"), say("serve-update-advice"))
