"""The target folder: a static portal, which any web server serves and any browser opens.

A publication adds its packages to those that stand there. The folder changes at one stroke.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from yusuan.errors import UsageError
from yusuan.messages import Message, say
from yusuan.package import as_json
from yusuan.package.descriptor import Seal
from yusuan.publishing.beside import checksums
from yusuan.publishing.errors import TargetError
from yusuan.publishing.listing import PORTAL, Listed, read_portal
from yusuan.publishing.plan import (
    Content,
    Difference,
    Plan,
    Published,
    Receipt,
    content_seal,
    differences,
    read_receipt,
    steps_to,
)
from yusuan.publishing.release import Release, seal_of
from yusuan.publishing.site import CATALOG, Site, address_of, site
from yusuan.publishing.swapping import alone, recover, replace_folder, standing_folder
from yusuan.publishing.timing import now
from yusuan.publishing.validating import faults_of

RECEIPT = "receipt.json"
CHECKSUMS = "SHA256SUMS"
TOLD = 5  # files


@dataclass(frozen=True, slots=True)
class _Standing:
    """A portal as it stands: where it lies, the hash of each file, and what its receipt says."""

    folder: Path | None
    hashes: Mapping[str, str]
    receipt: Receipt | None
    url: str | None
    packages: Sequence[Listed]


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
        known = standing.receipt.files if standing.receipt is not None else {}
        stays = [one for one in standing.packages if one.place not in _places(releases)]
        made = self._site(releases, standing, stays)
        kept = {
            path: seal
            for path, seal in known.items()
            if any(path.startswith(f"{one.place}/") for one in stays)
        }
        _refuse_changed(self.name, kept, standing.hashes)
        seals = {
            path: made.seals[path] if path in made.seals else content_seal(content)
            for path, content in made.contents.items()
        }
        contents: dict[str, Content] = dict(made.contents)
        contents[CHECKSUMS] = checksums({**kept, **seals})
        seals[CHECKSUMS] = content_seal(contents[CHECKSUMS])
        stale = [one for one in known if one not in contents and one not in kept
                 and one in standing.hashes]  # fmt: skip
        if not self.overwrite:
            self._refuse_foreign(seals, known, standing.hashes, stale)
        steps = steps_to(contents, seals, standing.hashes, stale)
        return Plan(self.name, releases, steps, contents, standing.hashes)

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
            receipt = self._receipt(plan, standing)
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
        return say("portal-look", page=self.root / "index.html", folder=self.root)

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
        receipt = read_receipt(folder / RECEIPT)
        return _Standing(folder, hashes, receipt, url, packages)

    def _site(
        self, releases: Sequence[Release], standing: _Standing, stays: Sequence[Listed]
    ) -> Site:
        catalogues = {
            one.place: (standing.folder / one.place / CATALOG).read_bytes()
            for one in stays
            if standing.folder is not None and f"{one.place}/{CATALOG}" in standing.hashes
        }
        url = standing.url if self.url is None else self.url
        try:
            return site(releases, stays, catalogues, url, self.scratch)
        except OSError as fault:
            reason = say("write-failed", fault=fault.strerror or fault)
            raise TargetError(str(self.scratch), reason, say("publish-failed-advice")) from fault

    def _refuse_foreign(
        self,
        coming: Mapping[str, Seal],
        known: Mapping[str, Seal],
        hashes: Mapping[str, str],
        stale: Sequence[str],
    ) -> None:
        """Refuse to overwrite or remove what is not as the last receipt says."""
        changed = [
            path
            for path in (*coming, *stale)
            if path in hashes
            and (path not in known or hashes[path] != known[path].sha256)
            and (path not in coming or hashes[path] != coming[path].sha256)
        ]
        if changed:
            reason = say("portal-changed", files=_told(changed))
            raise TargetError(self.name, reason, say("portal-changed-advice"))

    def _receipt(self, plan: Plan, standing: _Standing) -> Receipt:
        files = {one.path: one.coming for one in plan.steps if one.coming is not None}
        gone = {one.path for one in plan.steps if one.coming is None}
        known = standing.receipt.files if standing.receipt is not None else {}
        url, packages = read_portal(_bytes(plan.contents[PORTAL]), self.name)
        places = [one.place for one in packages]
        files |= {
            path: seal
            for path, seal in known.items()
            if path not in files and path not in gone and path in standing.hashes
            and any(path.startswith(f"{place}/") for place in places)
        }  # fmt: skip
        others = {
            path: seal_of(standing.folder / path)
            for path in standing.hashes
            if standing.folder is not None and path not in files and path not in gone
        }
        published = [
            Published(one.id, one.name, one.place, one.titles,
                      f"{address_of(packages, url)}{one.place}/")
            for one in packages
        ]  # fmt: skip
        return Receipt(self.name, now(), published, files, others)


def _places(releases: Sequence[Release]) -> set[str]:
    return {one.place for one in releases}


def _refuse_changed(name: str, kept: Mapping[str, Seal], hashes: Mapping[str, str]) -> None:
    """Refuse to go on with a package that stays and is not as it was published."""
    changed = [path for path, seal in kept.items() if hashes.get(path) != seal.sha256]
    if changed:
        reason = say("portal-changed", files=_told(changed))
        raise TargetError(name, reason, say("portal-changed-kept-advice"))


def _told(paths: Sequence[str]) -> str:
    more = [] if len(paths) <= TOLD else ["…"]
    return ", ".join([*sorted(paths)[:TOLD], *more])


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


def _bytes(content: Content) -> bytes:
    return content if isinstance(content, bytes) else content.read_bytes()
