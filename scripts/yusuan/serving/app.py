"""The addresses of a server, and what each answers: the endpoint, the pages, the IRIs."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from yusuan.errors import AnswerError, QueryError, StoreError, UsageError
from yusuan.messages import say
from yusuan.serving import pages
from yusuan.serving.editions import Editions
from yusuan.serving.faults import PROBLEM, Busy, Gone, Late, Refusal, Short, refusal_of
from yusuan.serving.negotiating import best, language_of, wants
from yusuan.serving.outside import Outside
from yusuan.serving.pool import Pool
from yusuan.serving.protocol import formats, not_acceptable, operation, pairs, whole_body
from yusuan.serving.settings import Settings
from yusuan.serving.writing import GRAPHS, content_type

_CALM = 1.0  # seconds between two looks at the store
_PIECE = 1 << 16
_CLIENT_GONE = 499  # nobody sees it but the reader of the log
_HTML = "text/html"
_VARY = {"Vary": "Accept, Accept-Language"}


class Served:
    """What the addresses share.

    Args:
        settings: What the server was told.
        editions: What it serves.
        scratch: A folder for answers that are under way.
        log: Takes a line for the operator.
    """

    def __init__(
        self, settings: Settings, editions: Editions, scratch: Path, log: Callable[[str], None]
    ) -> None:
        self.settings, self.base, self.log = settings, editions.base, log
        self._editions, self._scratch = editions, scratch
        self._pool = Pool(settings, lambda: editions.path, log)
        self._numbers = itertools.count()
        self._watching: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start the workers, and look after the store."""
        await self._pool.start()
        self._watching = asyncio.create_task(self._watch())

    async def close(self) -> None:
        """End the workers."""
        if self._watching is not None:
            self._watching.cancel()
        await self._pool.close()

    async def _watch(self) -> None:
        """Take up what other programs do to the store, while the old state goes on serving."""
        said = ""
        while True:
            await asyncio.sleep(_CALM)
            try:
                if await asyncio.to_thread(self._editions.renew):
                    self.log(say("serve-renewed").text(self.settings.language))
                    said = ""
                await asyncio.to_thread(self._editions.forget, self._pool.stores)
            except (StoreError, OSError) as fault:
                told = fault.text(self.settings.language) if isinstance(fault, StoreError) else str(
                    fault)  # fmt: skip
                if told != said:
                    self.log(say("serve-not-renewed", fault=told).text(self.settings.language))
                said = told

    async def run(self, request: Request, **order: Any) -> tuple[dict[str, Any], Path]:
        """Return what a worker answers, and the file in which the answer is.

        Raises:
            Refusal: There is no answer.
            Gone: Nobody waits for it.
        """
        file = self._scratch / f"answer-{next(self._numbers)}"
        try:
            return await self._pool.run({**order, "file": str(file)}, _leaving(request)), file
        except (Busy, Late, Short, QueryError, AnswerError, StoreError) as fault:
            file.unlink(missing_ok=True)
            raise refusal_of(fault, self.settings) from fault
        except BaseException:
            file.unlink(missing_ok=True)
            raise

    def lacks(self) -> Refusal:
        """Return the refusal for an address at which there is nothing."""
        return Refusal(404, "not-found", say("serve-nothing"), say("serve-nothing-advice"))


def application(served: Served, ready: Callable[[], None]) -> Outside:
    """Return the server as an ASGI application.

    Args:
        served: What it serves.
        ready: Is called when the workers are there.
    """

    @asynccontextmanager
    async def living(_: Starlette) -> AsyncIterator[None]:
        await served.start()
        ready()
        try:
            yield
        finally:
            await served.close()

    async def sparql(request: Request) -> Response:
        return await _sparql(served, request)

    async def query(request: Request) -> Response:
        return await _query(served, request)

    async def resource(request: Request) -> Response:
        return await _resource(served, request)

    async def refused(request: Request, fault: Exception) -> Response:
        return _refused(served, request, fault)

    app = Starlette(
        routes=[
            Route("/sparql", sparql, methods=["GET", "POST"]),
            Route("/sparql/", sparql, methods=["GET", "POST"]),
            Route("/", query, methods=["GET", "POST"]),
            Route("/query", query, methods=["GET", "POST"]),
            *(Route(f"/static/{name}", _static, methods=["GET"]) for name in pages.STATIC),
            Route("/{path:path}", resource, methods=["GET"]),
        ],
        # Data that everybody may read, pages elsewhere may read, too.
        middleware=[Middleware(CORSMiddleware, allow_origins=["*"], allow_headers=["*"],
                               allow_methods=["GET", "HEAD", "POST"], max_age=86400)],
        exception_handlers={
            Refusal: refused, Gone: refused, UsageError: refused, HTTPException: refused,
            Exception: refused,
        },
        lifespan=living,
    )  # fmt: skip
    return Outside(app, served.log)


# ------------------------------------------------------------------------------ the endpoint


async def _sparql(served: Served, request: Request) -> Response:
    accept = request.headers.get("accept")
    if request.method != "POST" and not request.scope["query_string"]:
        if wants(accept, _HTML) and best(accept, [*GRAPHS.values(), _HTML]) == _HTML:
            return RedirectResponse(_local(request, "/query"), 303, headers=_VARY)
        return await _description(served, request)
    asked = await operation(request)
    if request.method != "POST" and wants(accept, _HTML) and "format" not in request.query_params:
        place = "/query?" + urlencode({"query": asked.query})
        return RedirectResponse(_local(request, place), 303, headers=_VARY)
    if asked.results is None and asked.graph is None:
        raise not_acceptable()
    answer, file = await served.run(
        request, work="query", query=asked.query, default=asked.default, named=asked.named,
        results=asked.results, graph=asked.graph, most=served.settings.rows, shown=None,
    )  # fmt: skip
    return _file(answer["form"], file)


async def _description(served: Served, request: Request) -> Response:
    _, graph = formats(request.headers, [])
    if graph is None:
        raise not_acceptable()
    endpoint = str(request.url.replace(query="", fragment=""))
    answer, file = await served.run(request, work="service", endpoint=endpoint, graph=graph)
    return _file(answer["form"], file)


# ------------------------------------------------------------------------------ the IRIs


async def _resource(served: Served, request: Request) -> Response:
    path = request.scope["raw_path"].decode("ascii")
    iri = served.base + path.removeprefix("/")
    asked = request.query_params.get("format")
    form = _form(request, asked)
    if path.startswith("/id/") and asked is None:
        # A county is no file: what is sent is one about it, with an address of its own.
        parameters = {"format": form, **_spoken(request)}
        return RedirectResponse(_local(request, f"{path}?{urlencode(parameters)}"), 303,
                                headers=_VARY)  # fmt: skip
    if form != "html":
        answer, file = await served.run(
            request, work="statements", iri=iri, graph=form, most=served.settings.rows
        )
        if answer["form"] is None:
            raise served.lacks()
        return _file(form, file)
    number = request.query_params.get("page", "1")
    page = int(number) if number.isascii() and number.isdigit() and len(number) < 8 else 1  # noqa: PLR2004
    start = (max(page, 1) - 1) * pages.PAGE
    answer, file = await served.run(
        request, work="describe", iri=iri, start=start, count=pages.PAGE
    )
    if answer["form"] is None and answer["document"] is not None:
        # What its graph says is on the pages of the document; only programs take it as one.
        place = "/" + answer["document"].removeprefix(served.base)
        return RedirectResponse(_local(request, place), 303, headers=_VARY)
    if answer["form"] is None:
        raise served.lacks()
    found = json.loads(_taken(file))
    return _page(request, lambda speech: pages.resource(found, speech, max(page, 1)), served)


def _form(request: Request, asked: str | None) -> str:
    known = {"html": _HTML, **GRAPHS}
    if asked is not None:
        if asked not in known:
            raise Refusal(400, "parameter", say("serve-format", form=asked),
                          say("serve-format-advice", known=", ".join(known)))  # fmt: skip
        return asked
    names = {
        **{kind: form for form, kind in known.items()},
        "application/xhtml+xml": "html",
        "application/json": "jsonld",
    }
    accept = ", ".join(request.headers.getlist("accept")) or None
    found = best(accept, list(names))
    if found is None:
        raise not_acceptable()
    return names[found]


# ------------------------------------------------------------------------------ the query page


async def _query(served: Served, request: Request) -> Response:
    parameters = dict(pairs(request.scope["query_string"]))
    if request.method == "POST":
        parameters |= dict(pairs(await whole_body(request)))
    asked = pages.asked(parameters, served.base)
    result: dict[str, Any] | None = None
    fault: Refusal | None = None
    if asked.runs and asked.fault is None:
        try:
            result = await _asked(served, request, asked.text)
        except Refusal as refusal:
            fault = refusal
    elif asked.fault is not None:
        fault = refusal_of(asked.fault, served.settings)
    status = 200 if fault is None else fault.status
    return _page(request, lambda speech: pages.query(asked, speech, result, fault), served, status)


async def _asked(served: Served, request: Request, text: str) -> dict[str, Any]:
    answer, file = await served.run(
        request, work="query", query=text, default=None, named=None, results="json", graph="ttl",
        most=served.settings.rows, shown=pages.SHOWN,
    )  # fmt: skip
    return {**answer, "content": _taken(file).decode("utf-8")}


# ------------------------------------------------------------------------------ what all need


async def _static(request: Request) -> Response:
    name = request.url.path.rpartition("/")[2]
    content, kind = pages.static(name)
    return Response(content, media_type=kind, headers={"Cache-Control": "max-age=3600"})


def _file(form: str | None, file: Path) -> Response:
    """Return a file as the response; it is gone from the folder before it is sent."""
    if form is None:
        file.unlink(missing_ok=True)
        raise not_acceptable()
    opened = file.open("rb")
    size = file.stat().st_size
    file.unlink()

    async def sent() -> AsyncIterator[bytes]:
        with opened:
            while piece := opened.read(_PIECE):
                yield piece

    headers = {"Content-Length": str(size), "Content-Type": content_type(form), **_VARY,
               "Content-Disposition": f'inline; filename="yusuan.{form}"',
               "Cache-Control": "no-cache"}  # fmt: skip
    return StreamingResponse(sent(), headers=headers)


def _taken(file: Path) -> bytes:
    content = file.read_bytes()
    file.unlink()
    return content


def _page(
    request: Request, make: Callable[[pages.Speech], str], served: Served, status: int = 200
) -> Response:
    return Response(
        make(_speech(served, request)), status, media_type="text/html; charset=utf-8",
        headers={**_VARY, "Content-Security-Policy": pages.POLICY, "Cache-Control": "no-cache"},
    )  # fmt: skip


def _speech(served: Served, request: Request) -> pages.Speech:
    spoken = _spoken(request)
    language = language_of(request.headers.get("accept-language"), spoken.get("lang"))
    return pages.Speech(
        language=language, root=request.scope.get("root_path", ""), base=served.base,
        path=request.scope["raw_path"].decode("ascii"), explicit=bool(spoken),
        seconds=served.settings.seconds, rows=served.settings.rows,
    )  # fmt: skip


def _spoken(request: Request) -> dict[str, str]:
    """Return the language as a parameter, where the address says it."""
    asked = request.query_params.get("lang")
    return {"lang": asked} if asked in ("zh", "en") else {}


def _local(request: Request, place: str) -> str:
    return quote(request.scope.get("root_path", ""), safe="/") + place


def _refused(served: Served, request: Request, fault: Exception) -> Response:
    """Return an error as the client reads it: a page, JSON or text."""
    if isinstance(fault, Gone):
        return Response(status_code=_CLIENT_GONE)
    if isinstance(fault, HTTPException):
        reason = say("serve-http", status=fault.status_code, said=fault.detail)
        refusal = Refusal(fault.status_code, "http", reason, say("serve-http-advice"),
                          headers=fault.headers)  # fmt: skip
    elif isinstance(fault, Refusal | UsageError):
        refusal = refusal_of(fault, served.settings)
    else:
        refusal = Refusal(500, "internal", say("serve-crash"), say("serve-crash-advice"))
    accept = request.headers.get("accept")
    speech = _speech(served, request)
    if wants(accept, _HTML):
        response = _page(request, lambda one: pages.fault(refusal, one), served, refusal.status)
    elif wants(accept, PROBLEM) or wants(accept, "application/json"):
        response = Response(refusal.problem(speech.language), refusal.status, media_type=PROBLEM)
    else:
        response = Response(refusal.text(speech.language), refusal.status,
                            media_type="text/plain; charset=utf-8")  # fmt: skip
    response.headers.update(refusal.headers)
    response.headers["Vary"] = _VARY["Vary"]
    return response


async def _leaving(request: Request) -> None:
    """End when the client has gone."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
