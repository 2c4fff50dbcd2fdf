"""Faults of the package itself: what they are called and how a finding says them."""

from __future__ import annotations

from yusuan.findings import Finding, Place
from yusuan.messages import Message, say

# In the order in which they are looked for; the wording of each stands in the message catalogue.
RULES = (
    "package-file",
    "package-seal",
    "package-schema",
    "package-columns",
    "package-rows",
    "package-values",
    "package-keys",
    "package-text",
    "package-structure",
    "package-rdf",
    "package-findings",
)


def title_of(rule: str) -> dict[str, str]:
    """Return what a rule of the package asks for, in each language."""
    return say(f"rule-{rule}-title").both()


def fault(rule: str, key: str, message: Message | dict[str, str], place: Place) -> Finding:
    """Return a fault of the package.

    Args:
        rule: One of `RULES`.
        key: What it is about, the same from run to run.
        message: What is wrong.
        place: The file, with row and column where there are.
    """
    return Finding(
        key=f"{rule}.{key}",
        rule=rule,
        severity="error",
        of_package=True,
        title=title_of(rule),
        message=message.both() if isinstance(message, Message) else message,
        advice=say(f"rule-{rule}-advice").both(),
        sources=[say(f"rule-{rule}-source").both()],
        place=place,
    )
