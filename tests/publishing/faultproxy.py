"""A proxy on loopback for tests: it passes requests on to a server, and does some of them ill.

Without a server behind it, it answers 204 to everything that no fault answers.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

PIECE = 1 << 16


@dataclass(frozen=True)
class Fault:
    """What is done with a request.

    Attributes:
        answer: This status, without asking the server.
        headers: The headers of this answer, `Retry-After` or `Location`.
        body: Its body.
        cut: "before" the server hears of it; "during", when so many bytes of the body were
            passed on; "after" the server has done it, without a byte of its answer; or when so
            many bytes of the body of its answer were passed back ("answer").
        bytes: How many.
        delay: Seconds to wait before anything is done.
        do: Called before anything is done, such as to kill the server.
    """

    answer: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b"told by the test"
    cut: str | None = None
    bytes: int = 0
    delay: float = 0
    do: Callable[[], object] | None = None


@dataclass(frozen=True)
class Seen:
    """A request as it arrived.

    Attributes:
        number: 1 for the first.
        method: Its method.
        path: Its path and query.
        headers: Its headers, names in lower case.
    """

    number: int
    method: str
    path: str
    headers: Mapping[str, str]


class FaultProxy:
    """The proxy; a context. Faults can be changed at any time.

    Args:
        server: The address of the server behind, `http://127.0.0.1:7878`; its path is not used.
        faults: Number of a request → fault; or a function from a request to a fault or None.
    """

    def __init__(self, server=None, faults=None):
        self.server = server
        self.faults = faults or {}
        self.rewrite = lambda path: path  # what the server behind is asked for
        self.seen: list[Seen] = []
        self._lock = threading.Lock()
        proxy = self

        class Handler(_Handler):
            owner = proxy

        self._listening = _Listening(("127.0.0.1", 0), Handler)
        self._listening.daemon_threads = True
        # Connections that stay open must not keep the test waiting.
        self._listening.block_on_close = False
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

    @property
    def host(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self._listening.server_address[1]}"

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://{self.host}"

    def forget(self) -> None:
        """Count from 1 again."""
        with self._lock:
            self.seen.clear()

    def fault_of(self, handler) -> tuple[Seen, Fault]:
        headers = {name.lower(): value for name, value in handler.headers.items()}
        with self._lock:
            seen = Seen(len(self.seen) + 1, handler.command, handler.path, headers)
            self.seen.append(seen)
        found = self.faults(seen) if callable(self.faults) else self.faults.get(seen.number)
        return seen, found or Fault()


class _Listening(ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        # A client that went away is what some tests are about.
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # many small writes, none of which should wait
    owner: FaultProxy
    timeout = 60

    def log_message(self, *_):
        pass

    def _any(self):
        _, fault = self.owner.fault_of(self)
        if fault.do is not None:
            fault.do()
        if fault.delay:
            time.sleep(fault.delay)
        if fault.cut == "before":
            return self._cut()
        if fault.answer is not None:
            return self._answer(fault.answer, fault.headers, fault.body)
        if self.owner.server is None:
            return self._answer(204, {}, b"")
        return self._pass(fault)

    def __getattr__(self, name):
        if name.startswith("do_"):  # whatever the method
            return self._any
        raise AttributeError(name)

    def _answer(self, status, headers, body):
        for _ in self._body():
            pass
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status not in (204, 304):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD" and status not in (204, 304):
            self.wfile.write(body)

    def _pass(self, fault):
        parts = urlsplit(self.owner.server)
        upstream = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
        try:
            upstream.putrequest(
                self.command,
                self.owner.rewrite(self.path),
                skip_host=True,
                skip_accept_encoding=True,
            )
            for name, value in self.headers.items():
                if name.lower() not in ("connection", "host", "expect"):
                    upstream.putheader(name, value)
            # The server must see the address that the client used: it may be signed.
            upstream.putheader("Host", self.headers["Host"])
            upstream.putheader("Connection", "close")
            upstream.endheaders()
            if not self._forward(upstream, fault):
                return self._cut()
            answer = upstream.getresponse()
            if fault.cut == "after":
                answer.read()
                return self._cut()
            return self._back(answer, fault)
        except OSError:
            return self._cut()
        except http.client.HTTPException:
            return self._cut()
        finally:
            upstream.close()

    def _forward(self, upstream, fault):
        """Pass the body on; tell whether all of it."""
        chunked = "chunked" in self.headers.get("Transfer-Encoding", "")
        left = fault.bytes
        for piece in self._body():
            part = piece
            if fault.cut == "during":
                part, left = piece[:left], left - len(piece)
            if part:
                upstream.send(b"%x\r\n%s\r\n" % (len(part), part) if chunked else part)
            if fault.cut == "during" and left <= 0:
                return False
        if fault.cut == "during":
            return False
        if chunked:
            upstream.send(b"0\r\n\r\n")
        return True

    def _back(self, answer, fault):
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in ("connection", "transfer-encoding"):
                self.send_header(name, value)
        sized = answer.getheader("Content-Length") is not None
        empty = self.command == "HEAD" or answer.status in (204, 304)
        if not sized and not empty:
            self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        if empty:
            return None
        left = fault.bytes
        while piece := answer.read(PIECE):
            part = piece if fault.cut != "answer" else piece[:left]
            left -= len(piece)
            if part:
                self.wfile.write(part if sized else b"%x\r\n%s\r\n" % (len(part), part))
            if fault.cut == "answer" and left <= 0:
                return self._cut()
        if fault.cut == "answer":
            return self._cut()
        if not sized:
            self.wfile.write(b"0\r\n\r\n")
        return None

    def _body(self):
        """Yield the body of the request."""
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            while size := int(self.rfile.readline().split(b";")[0], 16):
                yield self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return
        left = int(self.headers.get("Content-Length", 0))
        while left and (piece := self.rfile.read(min(PIECE, left))):
            left -= len(piece)
            yield piece

    def _cut(self):
        """End the connection as a broken line does."""
        self.close_connection = True
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        # The handler's files hold the socket open: shut down what they share.
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)
