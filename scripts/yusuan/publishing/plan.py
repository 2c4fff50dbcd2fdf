"""What a publication is made of: steps, plans, receipts, and what every target can do.

Plan → apply → verify: a plan only reads, an apply leaves the old state or the new one, a
verification reads everything back.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, Protocol

from yusuan.messages import Message, say
from yusuan.package import program_version
from yusuan.package.descriptor import Seal
from yusuan.publishing.errors import TargetError
from yusuan.publishing.release import Release, seal_of

# A file that is made is held in memory; one of a package is read from where it lies.
Content = bytes | Path
Action = Literal["create", "update", "unchanged", "delete"]


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of one file.

    Attributes:
        action: What is done.
        path: The file, from the root of the target.
        coming: Its size and hash afterwards; None where it is deleted.
        standing: Its hash now; None where it is created.
    """

    action: Action
    path: str
    coming: Seal | None
    standing: str | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What an apply would do.

    Attributes:
        target: The target, as a person names it.
        releases: What is published.
        steps: Every file of these releases, and of what lists them.
        contents: Path → content of the files that are created or updated.
        standing: Path → hash of everything that stands there now, to notice a change meanwhile.
    """

    target: str
    releases: Sequence[Release]
    steps: Sequence[Step]
    contents: Mapping[str, Content]
    standing: Mapping[str, str]

    @property
    def changes(self) -> list[Step]:
        """The steps that change something."""
        return [one for one in self.steps if one.action != "unchanged"]


@dataclass(frozen=True, slots=True)
class Published:
    """One package as a receipt names it."""

    id: str
    name: str
    place: str
    titles: Mapping[str, str]
    url: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was published: what, where, when, with which hash.

    Attributes:
        target: The target.
        published: When, in UTC.
        packages: Which packages the target holds.
        files: Path → size and hash.
        others: Likewise, of files that someone else keeps there.
        urls: Path → address at which a file is to be had, where a server gives it one.
    """

    target: str
    published: str
    packages: Sequence[Published]
    files: Mapping[str, Seal]
    others: Mapping[str, Seal] = field(default_factory=dict)
    urls: Mapping[str, str] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """Return the receipt as a JSON object."""
        return {
            "yusuan": "receipt",
            "program": program_version(),
            "target": self.target,
            "published": self.published,
            "packages": [
                {"id": one.id, "name": one.name, "place": one.place, "titles": dict(one.titles),
                 "url": one.url}
                for one in self.packages
            ],
            "files": _seals(self.files),
            "others": _seals(self.others),
            "urls": dict(sorted(self.urls.items())),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Difference:
    """How a target differs from its receipt.

    Attributes:
        kind: `missing`, `changed`, `added`, or `faulty` for a package that no longer checks.
        path: The file, or the package.
        message: The same in words.
    """

    kind: Literal["missing", "changed", "added", "faulty"]
    path: str
    message: Message


class Target(Protocol):
    """A place where packages are published."""

    @property
    def name(self) -> str:
        """The target, as a person names it."""

    @property
    def receipt_path(self) -> Path:
        """Where its receipt lies."""

    def plan(self, releases: Sequence[Release]) -> Plan:
        """Return what an apply would do; only reads.

        Raises:
            TargetError: The target can't be read, or holds something else.
        """

    def apply(self, plan: Plan) -> Receipt:
        """Do it, whole or not at all.

        Raises:
            TargetError: The target can't be written, or has changed since the plan.
        """

    def verify(self, receipt: Receipt) -> list[Difference]:
        """Read everything back and return how it differs."""

    def advice(self) -> Message:
        """Return how to look at what was published."""


def content_seal(content: Content) -> Seal:
    """Return size and hash of what a file is to hold."""
    if isinstance(content, bytes):
        return Seal(len(content), sha256(content).hexdigest())
    return seal_of(content)


def steps_to(
    contents: Mapping[str, Content],
    seals: Mapping[str, Seal],
    standing: Mapping[str, str],
    stale: Sequence[str],
) -> list[Step]:
    """Return the steps from what stands there to what is to stand there.

    Args:
        contents: Path → content.
        seals: The sizes and hashes of these that are known already.
        standing: Path → hash of what stands there.
        stale: Files there that are to go.
    """
    steps = []
    for path in sorted(contents):
        seal = seals[path] if path in seals else content_seal(contents[path])
        before = standing.get(path)
        action: Action = (
            "create" if before is None else "unchanged" if before == seal.sha256 else "update"
        )
        steps.append(Step(action, path, seal, before))
    return steps + [Step("delete", path, None, standing[path]) for path in sorted(stale)]


def read_receipt(path: Path) -> Receipt:
    """Read a receipt.

    Raises:
        TargetError: There is none, or it is none.
    """
    try:
        document = json.loads(path.read_text("utf-8"))
        return Receipt(
            {"receipt": document["target"]}[document["yusuan"]],
            document["published"],
            [Published(**one) for one in document["packages"]],
            {name: Seal(**one) for name, one in document["files"].items()},
            {name: Seal(**one) for name, one in document["others"].items()},
            dict(document.get("urls", {})),  # receipts of 0.1.0 have none
        )
    except OSError as fault:
        reason = say("file-unreadable", fault=fault.strerror or fault)
        raise TargetError(str(path), reason, say("receipt-missing-advice")) from fault
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        advice = say("receipt-missing-advice")
        raise TargetError(str(path), say("receipt-broken"), advice) from fault


def differences(receipt: Receipt, standing: Mapping[str, str]) -> list[Difference]:
    """Return how files differ from a receipt.

    Args:
        receipt: The receipt.
        standing: Path → hash of what stands there.
    """
    known = {**receipt.files, **receipt.others}
    found = [
        difference("missing" if path not in standing else "changed", path)
        for path, seal in sorted(known.items())
        if standing.get(path) != seal.sha256
    ]
    return found + [difference("added", path) for path in sorted(standing.keys() - known.keys())]


def difference(kind: Literal["missing", "changed", "added"], path: str) -> Difference:
    """Return how one file differs, in words."""
    return Difference(kind, path, say(f"verify-{kind}", path=path))


def _seals(seals: Mapping[str, Seal]) -> dict[str, dict[str, Any]]:
    return {
        path: {"bytes": seal.bytes, "sha256": seal.sha256} for path, seal in sorted(seals.items())
    }
