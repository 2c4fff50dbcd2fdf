"""Running a server: from folders to an address that answers, until it is told to end."""

from __future__ import annotations

import signal
import socket
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from yusuan.errors import UsageError
from yusuan.messages import say
from yusuan.serving.editions import Editions, editions
from yusuan.serving.settings import Settings

_PATIENCE = 3.0  # seconds between two words on how far it is
_BACKLOG = 128
_IDLE = 30  # seconds for which a connection is kept that is not used
_GRACE = 3  # seconds for what is under way when the server ends


def serve(
    paths: Sequence[Path], settings: Settings, *,
    ready: Callable[[str], None], log: Callable[[str], None],
) -> None:  # fmt: skip
    """Serve packages or a store until the process is told to end.

    Args:
        paths: A store, or packages and folders of packages.
        settings: What the server is told.
        ready: Is given the address once it answers.
        log: Takes a line for the operator.

    Raises:
        UsageError: The extra `serve` is not installed, the address can't be had, or there is
            nothing to serve.
        PackageError: A package can't be read.
        StoreError: The store can't be read.
    """
    try:
        import uvicorn

        from yusuan.serving.app import Served, application
    except ModuleNotFoundError as fault:
        if (fault.name or "").partition(".")[0] == "yusuan":
            raise
        raise UsageError("yusuan serve", say("serve-missing"), say("serve-missing-advice"),
                         ) from fault  # fmt: skip

    with (
        _listening(settings) as listener,
        _ended_in_order(),
        _opened(paths, settings, log) as served,
        tempfile.TemporaryDirectory(
            prefix="yusuan-answers-", ignore_cleanup_errors=True
        ) as scratch,
    ):
        app = application(
            Served(settings, served, Path(scratch), log), lambda: ready(address(listener))
        )
        config = uvicorn.Config(
            app, http="h11", ws="none", lifespan="on", log_config=None, access_log=False,
            server_header=False, timeout_graceful_shutdown=_GRACE, timeout_keep_alive=_IDLE,
        )  # fmt: skip
        # Ctrl-C is how a server ends that runs on a terminal, and no fault.
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listener])
        log(say("serve-ended").text(settings.language))


@contextmanager
def _opened(
    paths: Sequence[Path], settings: Settings, log: Callable[[str], None]
) -> Iterator[Editions]:  # fmt: skip
    """Open what is to be served, and say so: packages are read, which can take long."""
    log(say("serve-reading").text(settings.language))
    said = time.monotonic()

    def progress(done: int, count: int) -> None:
        nonlocal said
        if time.monotonic() - said > _PATIENCE:
            said = time.monotonic()
            log(say("serve-read", done=done, count=count).text(settings.language))

    with editions(paths, progress) as served:
        yield served


def address(listener: socket.socket) -> str:
    """Return the address of what listens, as a browser takes it."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


@contextmanager
def _listening(settings: Settings) -> Iterator[socket.socket]:
    """Take the port first: who can't have it need not wait for packages to be read.

    Raises:
        UsageError: It is taken, or there is no such address.
    """
    where = f"{settings.host}:{settings.port}"
    try:
        found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM,
                                   flags=socket.AI_PASSIVE)  # fmt: skip
        family, kind, protocol, _, place = found[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as fault:
        raise UsageError(where, say("serve-host", fault=fault.strerror or fault),
                         say("serve-host-advice")) from fault  # fmt: skip
    with listener:
        # A server that has just ended leaves its port to the next.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(place)
            listener.listen(_BACKLOG)
        except OSError as fault:
            raise UsageError(where, say("serve-port", fault=fault.strerror or fault),
                             say("serve-port-advice")) from fault  # fmt: skip
        yield listener


@contextmanager
def _ended_in_order() -> Iterator[None]:
    """Let a request to end the process, by `kill`, leave no folder behind."""

    def end(_: int, __: FrameType | None) -> None:
        raise KeyboardInterrupt

    try:
        before = signal.signal(signal.SIGTERM, end)
    except ValueError:  # in a thread, whose process is told to end
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
