"""Around every response: the headers that keep a browser careful, and a line in the log."""

from __future__ import annotations

import time
from collections.abc import Callable

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    # For what is no page: nothing in it is to be run, whatever it may look like.
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
}


class Outside:
    """An ASGI application in its outer coat.

    Args:
        inner: The application.
        log: Takes one line a request.
    """

    def __init__(self, inner: ASGIApp, log: Callable[[str], None]) -> None:
        self._inner, self._log = inner, log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        began = time.monotonic()
        status, size = 0, 0

        async def sending(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in _SECURITY.items():
                    headers.setdefault(name, value)
            elif message["type"] == "http.response.body":
                size += len(message.get("body", b""))
            await send(message)

        try:
            await self._inner(scope, receive, sending)
        finally:
            took = (time.monotonic() - began) * 1000
            client = (scope.get("client") or ("-",))[0]
            # As it was sent: signs that could break the line are not in it. What is asked stays
            # out, for it may hold what its author would not have logged.
            path = scope["raw_path"].decode("ascii", "replace")
            now = time.strftime("%Y-%m-%dT%H:%M:%S%z")
            self._log(f"{now} {client} {scope['method']} {path} {status} {size} B {took:.0f} ms")
