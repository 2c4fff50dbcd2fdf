"""Which target an address means."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

from yusuan.errors import UsageError
from yusuan.messages import say
from yusuan.publishing.bundle import Bundle
from yusuan.publishing.credentials import without_userinfo
from yusuan.publishing.folder import Folder
from yusuan.publishing.place import Place, place_of
from yusuan.publishing.plan import Target

PORTAL_FOLDER = "portal"


def _ckan(place: Place) -> Target:
    from yusuan.publishing.ckan.target import Ckan

    return Ckan(place)


def _sparql(place: Place) -> Target:
    from yusuan.publishing.sparql import Sparql

    return Sparql(place)


# What is published to a server: the first word of its address → the target.
SERVERS: Mapping[str, Callable[[Place], Target]] = {"ckan": _ckan, "sparql": _sparql}

# A single letter before a colon is a drive of Windows.
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):").match
_ADDRESS = re.compile(r"https?://[^\s<>\"'{}|\\^`]+/").fullmatch


def target_of(
    address: str,
    scratch: Path,
    *,
    url: str | None = None,
    overwrite: bool = False,
    state: Path | None = None,
) -> Target:
    """Return the target of an address.

    Args:
        address: A path, `file:PATH`, `zip:PATH`, or the address of a server.
        scratch: A folder for what a plan makes; whoever gives it removes it.
        url: The address at which a folder is served.
        overwrite: Replace what someone has changed there.
        state: Where journals and receipts of servers lie; the user's own state folder if None.

    Raises:
        UsageError: There is no such target, or it bears a password; or `url` is no address, or
            stands with what is no folder.
    """
    if url is not None and not _ADDRESS(url):
        raise UsageError("--url", say("portal-bad-url", url=url), say("portal-bad-url-advice"))
    scheme = _SCHEME(address)
    kind = "file" if scheme is None else scheme[1].lower()
    if kind == "zip" or (scheme is None and address.endswith(".zip")):
        if url is not None:
            raise UsageError("--url", say("portal-url-alone"), say("portal-bad-url-advice"))
        return Bundle(Path(address.removeprefix("zip:")), scratch, overwrite)
    if kind == "file":
        return Folder(_path(address), scratch, url, overwrite)
    if kind == "s3":
        from yusuan.publishing.bucket import S3

        return S3(place_of(address, scratch, state, overwrite=overwrite), url)
    server = kind.partition("+")[0]
    if server in SERVERS:
        if url is not None:
            raise UsageError("--url", say("portal-url-alone"), say("portal-bad-url-advice"))
        return SERVERS[server](place_of(address, scratch, state, overwrite=overwrite))
    shown = without_userinfo(address)
    raise UsageError(shown, say("target-unknown", kind=kind), say("target-unknown-advice"))


def _path(address: str) -> Path:
    """Return the path of `file:portal`, `file:///srv/portal`, or a path alone."""
    rest = address.removeprefix("file:")
    if rest == address:
        return Path(address)
    if not rest.startswith("//"):
        return Path(unquote(rest))
    parts = urlsplit(address)
    if parts.netloc not in ("", "localhost"):
        raise UsageError(address, say("target-host", host=parts.netloc),
                         say("target-unknown-advice"))  # fmt: skip
    return Path(url2pathname(parts.path))
