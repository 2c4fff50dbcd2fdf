"""The target folder: a static portal, which any web server serves and any browser opens.

A publication adds its packages to those that stand there. The folder changes at one stroke.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

from yusuan.errors import UsageError
from yusuan.messages import Message, say
from yusuan.package import as_json
from yusuan.package.descriptor import Seal
from yusuan.publishing.errors import TargetError
from yusuan.publishing.listing import PORTAL, Listed, read_portal
from yusuan.publishing.plan import (
    Content,
    Difference,
    Plan,
    Receipt,
    content_seal,
    differences,
    read_receipt,
)
from yusuan.publishing.portal import Standing, portal_plan, portal_receipt
from yusuan.publishing.release import Release, seal_of
from yusuan.publishing.swapping import alone, recover, replace_folder, standing_folder
from yusuan.publishing.validating import faults_of

RECEIPT = "receipt.json"


@dataclass(frozen=True, slots=True)
class _Standing:
    """A portal as it stands: where it lies, the hash of each file, and what its receipt says."""

    folder: Path | None
    hashes: Mapping[str, str]
    receipt: Receipt | None
    url: str | None
    packages: Sequence[Listed]

    @property
    def portal(self) -> Standing:
        """The same without the disk."""

        def seal(path: str) -> Seal:
            return seal_of((self.folder or Path()) / path)

        def read(path: str) -> bytes:
            return ((self.folder or Path()) / path).read_bytes()

        return Standing(self.hashes, self.receipt, self.url, self.packages, read, seal)


@dataclass(frozen=True, slots=True)
class Folder:
    """The target `file:PATH`, or a path alone.

    Args:
        root: The folder.
        scratch: A folder for what a plan makes, which lasts as long as the plan.
        url: The address at which it is served, with a slash at the end; None for the one stated
            before, else for the base of the packages' IRIs.
        overwrite: Replace files that someone has changed there.
    """

    root: Path
    scratch: Path
    url: str | None = None
    overwrite: bool = False

    @property
    def name(self) -> str:
        """The target, as a person names it."""
        return str(self.root)

    @property
    def receipt_path(self) -> Path:
        """Where its receipt lies: in the portal."""
        return (standing_folder(self.root) or self.root) / RECEIPT

    def plan(self, releases: Sequence[Release]) -> Plan:
        """Return what an apply would do.

        Raises:
            TargetError: The folder can't be read, or holds files that someone has changed.
            UsageError: It holds something that is no portal.
        """
        standing = self._standing()
        return portal_plan(
            self.name, releases, standing.portal, self.url, self.scratch, overwrite=self.overwrite
        )

    def apply(self, plan: Plan) -> Receipt:
        """Put the new portal in the place of the old one at one stroke.

        Raises:
            TargetError: The disk is full, or the folder has changed since the plan.
        """
        with alone(self.root):
            recover(self.root.resolve())
            standing = self._standing()
            if standing.hashes != plan.standing:
                raise TargetError(
                    self.name, say("publish-changed-meanwhile"), say("publish-again-advice")
                )
            receipt = portal_receipt(self.name, plan, standing.portal)
            written = {one.path for one in plan.steps if one.action in ("create", "update")}
            contents: dict[str, Content] = {path: plan.contents[path] for path in written}
            contents[RECEIPT] = as_json(receipt.document())
            wanted = {path: seal.sha256 for path, seal in receipt.files.items()}
            wanted |= {path: seal.sha256 for path, seal in receipt.others.items()}
            kept = {
                path: standing.folder / path
                for path in wanted
                if standing.folder is not None and path not in contents
            }
            wanted[RECEIPT] = content_seal(contents[RECEIPT]).sha256
            replace_folder(self.root.resolve(), kept, contents, wanted)
        return receipt

    def verify(self, receipt: Receipt) -> list[Difference]:
        """Read every file back; check every package that the receipt names."""
        folder = standing_folder(self.root)
        hashes = {} if folder is None else _hashes(folder)
        found = differences(receipt, hashes)
        for one in receipt.packages:
            if folder is not None and (folder / one.place).is_dir():
                found += faults_of(folder / one.place, one.place)
        return found

    def advice(self) -> Message:
        """Return how to look at what was published."""
        return say("portal-look", page=quote(str(self.root / "index.html")),
                   folder=quote(str(self.root)))  # fmt: skip

    def _standing(self) -> _Standing:
        if Path.cwd().is_relative_to(self.root.resolve()):
            # The folder is replaced as a whole, and whoever stands in it would lose the ground.
            raise UsageError(self.name, say("portal-here"), say("portal-here-advice"))
        folder = standing_folder(self.root)
        if folder is None:
            if self.root.exists():
                raise UsageError(self.name, say("target-is-file"), say("portal-alien-advice"))
            return _Standing(None, {}, None, None, [])
        hashes = _hashes(folder)
        if PORTAL not in hashes:
            if hashes:
                raise UsageError(self.name, say("portal-alien"), say("portal-alien-advice"))
            return _Standing(folder, {}, None, None, [])
        url, packages = read_portal((folder / PORTAL).read_bytes(), self.name)
        if not (folder / RECEIPT).is_file():
            reason = say("portal-broken", file=RECEIPT)
            raise TargetError(self.name, reason, say("portal-broken-advice"))
        receipt = read_receipt(folder / RECEIPT)
        return _Standing(folder, hashes, receipt, url, packages)


def _hashes(folder: Path) -> dict[str, str]:
    """Return path → hash of every file in a folder but the receipt.

    Raises:
        TargetError: One can't be read, or is a link: what it leads to is no part of the portal.
    """
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_symlink():
            reason = say("portal-link", path=path.relative_to(folder))
            raise TargetError(str(folder), reason, say("portal-link-advice"))
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name != RECEIPT:
            found[name] = seal_of(path).sha256
    return found
