"""What several commands ask for: their values, read and refused in one place."""

from __future__ import annotations

import re
from pathlib import Path

import click

from yusuan.errors import UsageError
from yusuan.messages import say

MIB = 1024 * 1024
LONGEST = 1e6  # seconds

path = click.Path(path_type=Path)  # whether it is there, and what, the work itself tells


def memory(_: click.Context, __: click.Parameter, value: str) -> int:
    """Return a size in bytes: `512`, `512MiB` or `1GiB`."""
    match = re.fullmatch(r"([1-9]\d{0,6})\s*(|m|mb|mib|g|gb|gib)", value.strip().lower())
    if match is None:
        raise UsageError("--memory", say("bad-memory", value=value), say("bad-memory-advice"))
    return int(match[1]) * MIB * (1024 if match[2].startswith("g") else 1)


def seconds(_: click.Context, __: click.Parameter, value: str) -> float:
    """Return a time in seconds."""
    try:
        found = float(value)
    except ValueError:
        found = 0.0
    if not 0 < found < LONGEST:
        raise UsageError("--timeout", say("bad-timeout", value=value), say("bad-timeout-advice"))
    return found


def base(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    """Return a base IRI, which ends in a slash."""
    if value is not None and not re.fullmatch(r"https?://[A-Za-z0-9.~:_/-]+/", value):
        raise UsageError("--base", say("bad-base", value=value), say("bad-base-advice"))
    return value


def reason(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    """Return the reason for which personal data is kept, which is published."""
    if value is not None and not value.strip():
        subject = "--keep-personal-data"
        raise UsageError(subject, say("no-reason"), say("no-reason-advice"))
    return value
