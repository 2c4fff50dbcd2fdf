"""What changes in a portal, wherever its files lie: in a folder, or in a bucket.

A publication adds its packages to those that stand there, and touches nothing that someone else
has put there or changed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from yusuan.messages import say
from yusuan.package.descriptor import Seal
from yusuan.publishing.beside import checksums
from yusuan.publishing.errors import TargetError
from yusuan.publishing.listing import PORTAL, Listed, read_portal
from yusuan.publishing.plan import Content, Plan, Published, Receipt, content_seal, steps_to
from yusuan.publishing.release import Release
from yusuan.publishing.site import CATALOG, Site, address_of, site
from yusuan.publishing.timing import now

CHECKSUMS = "SHA256SUMS"
TOLD = 5  # files


@dataclass(frozen=True, slots=True)
class Standing:
    """A portal as it stands.

    Attributes:
        hashes: Path → hash of each file but the receipt.
        receipt: What it says was published.
        url: The address at which it is served, as it says itself.
        packages: Its packages.
        read: Path → content.
        seal: Path → size and hash.
    """

    hashes: Mapping[str, str]
    receipt: Receipt | None
    url: str | None
    packages: Sequence[Listed]
    read: Callable[[str], bytes]
    seal: Callable[[str], Seal]


def portal_plan(
    name: str,
    releases: Sequence[Release],
    standing: Standing,
    url: str | None,
    scratch: Path,
    *,
    overwrite: bool,
) -> Plan:
    """Return what publishing some packages changes.

    Args:
        name: The target, as a person names it.
        releases: The packages.
        standing: The portal as it stands.
        url: The address at which it is served; None for what it says itself.
        scratch: A folder for what is made.
        overwrite: Replace files that someone has changed there.

    Raises:
        TargetError: Someone has changed files that would be replaced, or vouched for.
    """
    known = standing.receipt.files if standing.receipt is not None else {}
    places = {one.place for one in releases}
    stays = [one for one in standing.packages if one.place not in places]
    made = _site(releases, standing, stays, url, scratch)
    kept = {
        path: seal
        for path, seal in known.items()
        if any(path.startswith(f"{one.place}/") for one in stays)
    }
    _refuse_changed(name, kept, standing.hashes)
    seals = {
        path: made.seals[path] if path in made.seals else content_seal(content)
        for path, content in made.contents.items()
    }
    contents: dict[str, Content] = dict(made.contents)
    contents[CHECKSUMS] = checksums({**kept, **seals})
    seals[CHECKSUMS] = content_seal(contents[CHECKSUMS])
    stale = [one for one in known if one not in contents and one not in kept
             and one in standing.hashes]  # fmt: skip
    if not overwrite:
        _refuse_foreign(name, seals, known, standing.hashes, stale)
    steps = steps_to(contents, seals, standing.hashes, stale)
    return Plan(name, releases, steps, contents, standing.hashes)


def portal_receipt(name: str, plan: Plan, standing: Standing) -> Receipt:
    """Return what the portal holds when a plan is done."""
    files = {one.path: one.coming for one in plan.steps if one.coming is not None}
    gone = {one.path for one in plan.steps if one.coming is None}
    known = standing.receipt.files if standing.receipt is not None else {}
    url, packages = read_portal(_bytes(plan.contents[PORTAL]), name)
    places = [one.place for one in packages]
    files |= {
        path: seal
        for path, seal in known.items()
        if path not in files and path not in gone and path in standing.hashes
        and any(path.startswith(f"{place}/") for place in places)
    }  # fmt: skip
    others = {
        path: standing.seal(path)
        for path in standing.hashes
        if path not in files and path not in gone
    }
    published = [
        Published(one.id, one.name, one.place, one.titles,
                  f"{address_of(packages, url)}{one.place}/")
        for one in packages
    ]  # fmt: skip
    return Receipt(name, now(), published, files, others)


def _site(
    releases: Sequence[Release],
    standing: Standing,
    stays: Sequence[Listed],
    url: str | None,
    scratch: Path,
) -> Site:
    catalogues = {
        one.place: standing.read(f"{one.place}/{CATALOG}")
        for one in stays
        if f"{one.place}/{CATALOG}" in standing.hashes
    }
    try:
        return site(releases, stays, catalogues, standing.url if url is None else url, scratch)
    except OSError as fault:
        reason = say("write-failed", fault=fault.strerror or fault)
        raise TargetError(str(scratch), reason, say("publish-failed-advice")) from fault


def _refuse_foreign(
    name: str,
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
        raise TargetError(name, reason, say("portal-changed-advice"))


def _refuse_changed(name: str, kept: Mapping[str, Seal], hashes: Mapping[str, str]) -> None:
    """Refuse to go on with a package that stays and is not as it was published."""
    changed = [path for path, seal in kept.items() if hashes.get(path) != seal.sha256]
    if changed:
        reason = say("portal-changed", files=_told(changed))
        raise TargetError(name, reason, say("portal-changed-kept-advice"))


def _told(paths: Sequence[str]) -> str:
    more = [] if len(paths) <= TOLD else ["…"]
    return ", ".join([*sorted(paths)[:TOLD], *more])


def _bytes(content: Content) -> bytes:
    return content if isinstance(content, bytes) else content.read_bytes()
