"""A small HTTP client for targets: every trouble is told with the host and the next step.

It sends files piece by piece, tries again what may be tried again, takes no secret to another
host, and counts what it sends. It knows nothing of what any server means by an answer.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from yusuan.messages import say
from yusuan.package import program_version
from yusuan.package.descriptor import Seal
from yusuan.publishing import troubles
from yusuan.publishing.credentials import Secret, refuse_userinfo
from yusuan.publishing.errors import TargetError
from yusuan.publishing.sending import Body, Form

if TYPE_CHECKING:
    from requests import Response, Session
    from requests.auth import AuthBase

LIMIT = 64 << 20  # bytes of an answer that is kept in memory
PIECE = 1 << 20
READING = frozenset({"GET", "HEAD", "OPTIONS"})
IDEMPOTENT = READING | {"PUT", "DELETE"}
# Answers after which the same request may do better; of those the server did nothing after `BUSY`.
BUSY, PASSING = frozenset({429, 503}), frozenset({429, 502, 503, 504})

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a server is waited for, in seconds.

    Attributes:
        connect: Until it takes the connection.
        read: Until the next byte comes.
        whole: Until an answer is complete.
        asked: The longest wait that a server may ask for (Retry-After).
        tries: How often a request is sent at most.
    """

    connect: float = 10
    read: float = 120
    whole: float = 3600
    asked: float = 60
    tries: int = 4


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answers.

    Attributes:
        status: The status.
        headers: Its headers; names in any case.
        body: What it says.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Return the body as JSON.

        Raises:
            ValueError: It is none.
        """
        return json.loads(self.body)


@dataclass(slots=True)
class Client:
    """A client of one server.

    Args:
        name: The target, as a person names it.
        address: Where the server is: all requests go to its scheme, host and port.
        secret: What it wants to see.
        scheme: How the secret is shown: `bearer`, `token` (the header Authorization holds the
            token alone, as CKAN wants it), `basic` or `digest`.
        patience: How long it is waited for.
        pause: What waits.

    Attributes:
        reads: How many requests were sent that only read.
        writes: How many that may write.

    Raises:
        UsageError: The address bears a user or a password.
    """

    name: str
    address: str
    secret: Secret | None = None
    scheme: str = "bearer"
    patience: Patience = Patience()
    pause: Callable[[float], None] = time.sleep
    reads: int = 0
    writes: int = 0
    _session: Session | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Look at the address."""
        refuse_userinfo(self.address)
        self._warn_in_clear()

    @property
    def host(self) -> str:
        """Host and port, as the address has them."""
        return urlsplit(self.address).netloc

    def ask(
        self,
        method: str,
        url: str,
        *,
        body: bytes | Path | Body | None = None,
        headers: Mapping[str, str] | None = None,
        accept: Collection[int] = (),
        reads: bool | None = None,
        again: bool | None = None,
    ) -> Answer:
        """Send a request and return the answer, which is kept in memory (64 MiB at most).

        Args:
            method: GET, PUT …
            url: The address, or a part of it that is joined to the client's.
            body: What is sent; a form brings its own Content-Type.
            headers: More headers.
            accept: Statuses that are answers here, besides 2xx; all others are errors.
            reads: Whether it only reads, as a query by POST does; by its method if None.
            again: Whether it may be sent twice; by its method if None, or if it only reads.

        Raises:
            TargetError: There is no such answer.
        """
        reading = method in READING if reads is None else reads
        repeatable = (reading or method in IDEMPOTENT) if again is None else again
        request = _Request(method, urljoin(self.address, url), body, dict(headers or {}), reading)
        return self._tried(request, frozenset(accept), None, repeatable=repeatable)

    def fetch(
        self,
        url: str,
        path: Path | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        accept: Collection[int] = (),
    ) -> tuple[Answer, Seal]:
        """Download a file piece by piece; return the answer without body, and size and hash.

        The bytes are those that the server sends, without undoing a Content-Encoding.

        Args:
            url: Its address.
            path: Where it is written; None where only its hash is wanted.
            headers: More headers.
            accept: Statuses that are answers here, besides 2xx.

        Raises:
            TargetError: There is no such answer, or it is cut off.
        """
        request = _Request(
            "GET", urljoin(self.address, url), None, dict(headers or {}), reading=True
        )
        sink = _Sink(path)
        answer = self._tried(request, frozenset(accept), sink, repeatable=True)
        return answer, Seal(sink.size, sink.digest.hexdigest())

    def _tried(
        self, request: _Request, accept: Collection[int], sink: _Sink | None, *, repeatable: bool
    ) -> Answer:
        """Send a request as often as it may be sent."""
        from requests.exceptions import RequestException

        for number in range(1, self.patience.tries + 1):
            last = number == self.patience.tries
            try:
                answer = self._followed(request, sink)
            except (RequestException, troubles.Cut) as fault:
                error = troubles.of_fault(self.name, self.host, request.told, fault, self.patience)
                if last or not (repeatable and troubles.passes(fault)):
                    raise error from fault
                self._wait(request, 2.0 ** (number - 1), troubles.short(fault))
                continue
            if 200 <= answer.status < 300 or answer.status in accept:  # noqa: PLR2004
                return answer
            wait = troubles.wait_of(answer.headers, 2.0 ** (number - 1))
            retried = answer.status in (PASSING if repeatable else BUSY)
            if last or not retried or wait > self.patience.asked:
                raise troubles.of_status(self.name, self.host, request.told, answer, wait)
            self._wait(request, wait, str(answer.status))
        raise AssertionError  # the last try returns or raises

    def _wait(self, request: _Request, seconds: float, reason: str) -> None:
        log.warning(say("remote-waits", host=self.host, request=request.told, reason=reason,
                        seconds=f"{seconds:g}"))  # fmt: skip
        self.pause(seconds)

    def _followed(self, request: _Request, sink: _Sink | None) -> Answer:
        """Send a request, and follow where it leads on the same server."""
        for _ in range(4):
            answer = self._sent(request, sink)
            if answer.status not in troubles.REDIRECTS or "location" not in answer.headers:
                return answer
            there = urljoin(request.url, answer.headers["location"])
            if _origin(there) != _origin(request.url):
                raise troubles.elsewhere(self.name, self.host, request.told, request.url, there)
            if answer.status < 307 and request.method not in READING:  # noqa: PLR2004
                break
            request = request.to(there)
        raise troubles.redirected(self.name, self.host, request.told)

    def _sent(self, request: _Request, sink: _Sink | None) -> Answer:
        if request.reading:
            self.reads += 1
        else:
            self.writes += 1
        log.debug(say("remote-request", host=self.host, request=request.told))
        deadline = time.monotonic() + self.patience.whole
        with self._opened().request(
            request.method,
            request.url,
            data=_data(request.body),
            headers=request.sent_headers(),
            timeout=(self.patience.connect, self.patience.read),
            allow_redirects=False,
            stream=True,
        ) as response:
            good = 200 <= response.status_code < 300  # noqa: PLR2004
            if sink is not None and good:
                sink.take(_raw(response, deadline))
                body = b""
            else:
                body = _read(response, deadline, self.name, self.host, request.told)
            return Answer(response.status_code, response.headers, body)

    def show(self, secret: Secret, scheme: str) -> None:
        """Show a secret from now on.

        Args:
            secret: The secret.
            scheme: How; see the class.
        """
        self.secret, self.scheme, self._session = secret, scheme, None
        self._warn_in_clear()

    def _warn_in_clear(self) -> None:
        parts = urlsplit(self.address)
        if self.secret is not None and parts.scheme == "http" and not _is_loopback(parts.hostname):
            log.warning(say("remote-plain", host=self.host))

    def _opened(self) -> Session:
        if self._session is None:
            from requests import Session
            from requests.utils import get_environ_proxies

            session = Session()
            # No user and password from ~/.netrc, which would take the place of the token.
            session.trust_env = False
            if not _is_loopback(urlsplit(self.address).hostname):
                session.proxies.update(get_environ_proxies(self.address))
            session.verify = troubles.authorities()
            session.auth = self._shown()
            session.headers["User-Agent"] = f"yusuan/{program_version()}"
            # What is hashed must come as it is.
            session.headers["Accept-Encoding"] = "identity"
            self._session = session
        return self._session

    def _shown(self) -> AuthBase | None:
        """Return how the secret is shown to the server."""
        from yusuan.publishing.showing import shown_as

        return None if self.secret is None else shown_as(self.scheme, self.secret)


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    url: str
    body: bytes | Path | Body | None
    headers: dict[str, str]
    reading: bool

    @property
    def told(self) -> str:
        """The request in a sentence: method and path, without what may be long."""
        return f"{self.method} {urlsplit(self.url).path or '/'}"

    def to(self, url: str) -> _Request:
        return _Request(self.method, url, self.body, self.headers, self.reading)

    def sent_headers(self) -> dict[str, str]:
        if isinstance(self.body, Form):
            return {"Content-Type": self.body.media_type, **self.headers}
        return self.headers


class _Sink:
    """Where a download goes; each try begins anew."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self.digest, self.size = sha256(), 0

    def take(self, pieces: Any) -> None:
        self.digest, self.size = sha256(), 0
        if self._path is None:
            self._copy(pieces, None)
            return
        try:
            with self._path.open("wb") as file:
                self._copy(pieces, file)
        except OSError as fault:
            if isinstance(fault, troubles.network_faults()):
                raise
            reason = say("write-failed", fault=fault.strerror or fault)
            raise TargetError(str(self._path), reason, say("publish-failed-advice")) from fault

    def _copy(self, pieces: Any, file: IO[bytes] | None) -> None:
        for piece in pieces:
            self.digest.update(piece)
            self.size += len(piece)
            if file is not None:
                file.write(piece)


def _data(body: bytes | Path | Body | None) -> Any:
    """Return a body as the library wants it; one without a byte has no pieces."""
    if isinstance(body, Path):
        body = Body([body])
    return b"" if isinstance(body, Body) and not len(body) else body


def _raw(response: Response, deadline: float) -> Any:
    """Yield the bytes of an answer as they are sent."""
    for piece in troubles.read_from(response, decode=False):
        yield piece
        if time.monotonic() > deadline:
            raise troubles.Late


def _read(response: Response, deadline: float, name: str, host: str, told: str) -> bytes:
    found, size = [], 0
    for piece in troubles.read_from(response, decode=True):
        found.append(piece)
        size += len(piece)
        if size > LIMIT:
            raise TargetError(name, say("remote-too-long", host=host, request=told,
                                        bytes=LIMIT), say("remote-strange-advice"))  # fmt: skip
        if time.monotonic() > deadline:
            raise troubles.Late
    return b"".join(found)


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, parts.hostname, port


def _is_loopback(host: str | None) -> bool:
    return host in ("localhost", "::1") or (host is not None and host.startswith("127."))
