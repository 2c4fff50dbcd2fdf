"""Where a target on a server is: its address, and where this machine keeps what it knows of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from yusuan.errors import UsageError
from yusuan.messages import say
from yusuan.publishing.credentials import refuse_userinfo
from yusuan.publishing.journal import Journal, state_folder

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_BLANK = re.compile(r"[\s\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a target on a server is.

    Attributes:
        name: The address as given, `ckan+https://data.example.gov.cn`: what receipts call it.
        scratch: A folder for what a plan makes, which lasts as long as the plan.
        state: Where journals and receipts lie.
        overwrite: Replace what someone has changed there.
    """

    name: str
    scratch: Path
    state: Path
    overwrite: bool = False

    @property
    def url(self) -> str:
        """The address without the kind of the server, `https://data.example.gov.cn`."""
        kind, _, rest = self.name.partition("://")
        return f"{kind.rpartition('+')[2]}://{rest}"

    @property
    def host(self) -> str:
        """Host and port."""
        return urlsplit(self.url).netloc

    @property
    def journal(self) -> Journal:
        """What has been done there so far, and the receipt."""
        return Journal(self.state, self.name)


def place_of(address: str, scratch: Path, state: Path | None, *, overwrite: bool = False) -> Place:
    """Return where the target of an address is.

    Args:
        address: Such as `ckan+https://data.example.gov.cn`.
        scratch: A folder for what a plan makes.
        state: Where journals and receipts lie; the user's own state folder if None.
        overwrite: Replace what someone has changed there.

    Raises:
        UsageError: It names no host, bears a password, or a port that is none.
    """
    refuse_userinfo(address)
    try:
        parts = urlsplit(address)
        fit = parts.hostname is not None and (parts.port is None or parts.port > 0)
    except ValueError:
        fit = False
    kind, mark, rest = address.partition("://")
    # The name of an object may have blanks, an address on the web may not.
    unfit = _CONTROL if kind.lower() == "s3" else _BLANK
    if not fit or unfit.search(address) or not mark:
        raise UsageError(address, say("target-no-host"), say("target-no-host-advice"))
    return Place(f"{kind.lower()}://{rest}", scratch, state_folder(state), overwrite)
