"""The errors that stop a publication; `cli` shows them as it shows all others.

    YusuanError
    ├── BlockedError         the package itself is at fault (exit 4)
    └── TargetError          the target refuses, is full, or has changed meanwhile (exit 5)

A copy that differs from its receipt is no error but a finding: see `plan.Difference` (exit 6).
"""

from __future__ import annotations

from yusuan.errors import YusuanError


class BlockedError(YusuanError):
    """A package with faults of its own is not published."""

    exit_code = 4


class TargetError(YusuanError):
    """A target can't be read or written, or is not as the plan found it."""

    exit_code = 5
