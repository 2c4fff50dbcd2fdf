"""The copy of a package, checked as the package was."""

from __future__ import annotations

from pathlib import Path

from yusuan.checking import check
from yusuan.errors import PackageError
from yusuan.messages import say
from yusuan.publishing.plan import Difference
from yusuan.publishing.release import is_known_faultless


def faults_of(directory: Path, name: str) -> list[Difference]:
    """Return the faults of a published copy; one with the bytes that were checked has none.

    Args:
        directory: Where the copy lies.
        name: What it is called.
    """
    try:
        if is_known_faultless(directory):
            return []
        findings = [one for one in check(directory).findings if one.of_package]
    except PackageError as fault:
        return [Difference("faulty", name, fault.reason)]
    return [
        Difference(
            "faulty", name, say("verify-faulty", path=name, file=one.place.path, rule=one.rule)
        )
        for one in findings
    ]
