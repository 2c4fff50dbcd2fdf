"""What may go wrong with a request, as errors that name the host and the next step."""

from __future__ import annotations

import os
import re
import socket
import ssl
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from yusuan.errors import UsageError
from yusuan.messages import say
from yusuan.publishing.credentials import without_userinfo
from yusuan.publishing.errors import TargetError
from yusuan.secrecy import hidden

if TYPE_CHECKING:
    from requests import Response

PIECE = 1 << 20
SHOWN = 300  # characters of what a server says
# Which file names the certificate authorities that are trusted, the first that is set.
AUTHORITIES = ("YUSUAN_CA_BUNDLE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
REDIRECTS = frozenset({301, 302, 303, 307, 308})
# Statuses that have a sentence and an advice of their own.
TOLD = frozenset({400, 401, 403, 404, 405, 409, 412, 413, 429, 500, 502, 503, 504, 507})


class Cut(Exception):  # noqa: N818 - no error yet: the request may be tried again
    """An answer came to an end before its end."""


class Late(Cut):
    """An answer is not complete in time."""


class Answered(Protocol):
    """An answer with a status."""

    @property
    def status(self) -> int:
        """The status."""

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers."""

    @property
    def body(self) -> bytes:
        """What it says."""


class Waiting(Protocol):
    """How long a server is waited for."""

    @property
    def connect(self) -> float:
        """Until it takes the connection."""

    @property
    def read(self) -> float:
        """Until the next byte comes."""


def authorities() -> str | bool:
    """Return the file of certificate authorities that the user names, else the library's own.

    Raises:
        UsageError: There is no such file, or it holds no certificate.
    """
    named = next((one for one in AUTHORITIES if os.environ.get(one)), None)
    if named is None:
        return True
    path = os.environ[named]
    try:
        ssl.create_default_context(cafile=path)
    except OSError as fault:  # an SSLError is one
        reason = say("remote-authorities", path=path, fault=fault.strerror or type(fault).__name__)
        raise UsageError(named, reason, say("remote-authorities-advice")) from fault
    return path


def network_faults() -> tuple[type[Exception], ...]:
    """Return what the library raises when a connection fails; some of it is an OSError."""
    from requests.exceptions import RequestException

    return (RequestException, Cut)


def read_from(response: Response, *, decode: bool) -> Iterator[bytes]:
    """Yield the body of an answer.

    Raises:
        Cut: It ends before its end, or can't be decoded.
    """
    from urllib3.exceptions import HTTPError, ReadTimeoutError

    try:
        yield from response.raw.stream(PIECE, decode_content=decode)
    except ReadTimeoutError as fault:
        raise Late(str(fault)) from fault
    except (HTTPError, OSError) as fault:
        raise Cut(str(fault)) from fault


def wait_of(headers: Mapping[str, str], otherwise: float) -> float:
    """Return how many seconds a server asks to wait (Retry-After: seconds or a date)."""
    stated = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d+", stated):
        return float(stated)
    try:
        until = parsedate_to_datetime(stated)
    except ValueError:
        return otherwise
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.now(UTC)).total_seconds())


def passes(fault: Exception) -> bool:
    """Tell whether a fault may be gone the next time: not so a name, or a certificate."""
    from requests.exceptions import ConnectionError as NoConnection
    from requests.exceptions import SSLError, Timeout

    if isinstance(fault, SSLError) or _cause(fault, "NameResolutionError"):
        return False
    return isinstance(fault, (NoConnection, Timeout, Cut))


def short(fault: Exception) -> str:
    """Return what a fault is called in the log."""
    causes = [type(one).__name__ for one in _chain(fault)]
    return causes[-1]


def of_fault(name: str, host: str, told: str, fault: Exception, patience: Waiting) -> TargetError:
    """Return the error for a request that has no answer.

    Args:
        name: The target.
        host: The server.
        told: The request in words.
        fault: What happened.
        patience: How long was waited.
    """
    key, values = _kind_of(fault, patience)
    advice = f"{key}-advice"
    return TargetError(name, say(key, host=host, request=told, **values), say(advice, host=host))


def of_status(name: str, host: str, told: str, answer: Answered, wait: float = 0) -> TargetError:
    """Return the error for an answer that refuses.

    Args:
        name: The target.
        host: The server.
        told: The request in words.
        answer: The answer.
        wait: For how long the server asks to wait, in seconds.
    """
    status = answer.status
    key = f"remote-{status}" if status in TOLD else "remote-status"
    reason = say(key, host=host, request=told, status=status, said=said(answer.body))
    advice = say(f"{key}-advice", host=host, seconds=f"{wait:.0f}")
    return TargetError(name, reason, advice)


def elsewhere(name: str, host: str, told: str, here: str, there: str) -> TargetError:
    """Return the error for a redirect to another server, to which no secret goes."""
    address = without_userinfo(hidden(there.partition("?")[0]))
    reason = say("remote-elsewhere", host=host, request=told, there=_printable(address))
    same = urlsplit(here).hostname == urlsplit(there).hostname
    advice = "remote-elsewhere-same-advice" if same else "remote-elsewhere-advice"
    return TargetError(name, reason, say(advice, there=_printable(address)))


def redirected(name: str, host: str, told: str) -> TargetError:
    """Return the error for a request that is sent round, or sent on with another method."""
    return TargetError(name, say("remote-redirects", host=host, request=told),
                       say("remote-redirects-advice"))  # fmt: skip


def said(body: bytes) -> str:
    """Return what a server says beside its status, in one line, without secrets."""
    text = body[: 1 << 14].decode("utf-8", "replace")
    text = re.sub(r"(?is)<(script|style|head)\b.*?</\1>|<[^>]*>", " ", text)
    text = _printable(" ".join(hidden(text).split()))
    return text if len(text) <= SHOWN else f"{text[:SHOWN]} …"


def _kind_of(fault: Exception, patience: Waiting) -> tuple[str, dict[str, object]]:
    """Return the key of the sentence for a fault, and its values."""
    from requests.exceptions import ConnectTimeout, ProxyError, SSLError, Timeout

    if isinstance(fault, SSLError) or _cause(fault, "SSLError", "SSLCertVerificationError"):
        return "remote-tls", {"fault": _tls(fault)}
    if isinstance(fault, ConnectTimeout) or _cause(fault, "ConnectTimeoutError"):
        return "remote-no-connection", {"fault": f"{patience.connect:g} s"}
    if isinstance(fault, (Timeout, Late)) or _cause(fault, "ReadTimeoutError", "TimeoutError"):
        return "remote-slow", {"seconds": f"{patience.read:g}"}
    if isinstance(fault, ProxyError):
        return "remote-proxy", {"fault": short(fault)}
    if _cause(fault, "NameResolutionError", "gaierror"):
        return "remote-unknown-host", {}
    if _cause(fault, "NewConnectionError", "ConnectionRefusedError"):
        return "remote-no-connection", {"fault": _system(fault)}
    return "remote-cut", {}


def _tls(fault: Exception) -> str:
    for one in _chain(fault):
        told = getattr(one, "verify_message", None)
        if told:
            return str(told)
    return _printable(str(list(_chain(fault))[-1]))


def _system(fault: Exception) -> str:
    for one in _chain(fault):
        if isinstance(one, OSError) and one.strerror and not isinstance(one, socket.gaierror):
            return one.strerror
    return short(fault)


def _cause(fault: Exception, *names: str) -> bool:
    return any(type(one).__name__ in names for one in _chain(fault))


def _chain(fault: BaseException) -> Iterator[BaseException]:
    """Yield a fault and everything that led to it, the first cause last."""
    seen: set[int] = set()
    todo = [fault]
    while todo:
        one = todo.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        within = [getattr(one, "reason", None), one.__context__, one.__cause__, *one.args]
        todo += [other for other in within if isinstance(other, BaseException)]


def _printable(text: str) -> str:
    return "".join(one if one.isprintable() else " " for one in text)
