"""A package that was checked: the only thing that is ever published.

Faults of the source are published with it; a fault of the package itself stops it here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from yusuan.checking import check
from yusuan.errors import UsageError
from yusuan.findings import Checked
from yusuan.messages import say
from yusuan.package import DESCRIPTOR, Package, read
from yusuan.package import seal_of as sealed
from yusuan.package.descriptor import Seal
from yusuan.package.loading import resource_path
from yusuan.publishing.errors import BlockedError, TargetError

PIECE = 1 << 20  # bytes
TOLD = 5  # faults
_SAFE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._~-]*").fullmatch
# What a check found faultless in this run, by its bytes: to check these again finds nothing new.
_FAULTLESS: set[frozenset[tuple[str, str]]] = set()


@dataclass(frozen=True, slots=True)
class Release:
    """A package without faults of its own.

    Attributes:
        package: The package.
        checked: What the check found, all of it faults of the source.
        seals: Path → size and hash of each of its files as they were checked.
        place: Where it belongs below its base, `doc/131024.304.2021.budget`.
    """

    package: Package
    checked: Checked
    seals: Mapping[str, Seal]
    place: str

    @property
    def name(self) -> str:
        """The name of the package, fit for a file."""
        return self.place.rpartition("/")[2]

    @property
    def descriptor(self) -> Mapping[str, Any]:
        """Its descriptor."""
        return self.package.descriptor

    def file(self, path: str) -> Path:
        """Return where one of its files lies."""
        return resource_path(self.package.directory, {"path": path})


def release(directory: Path) -> Release:
    """Check a package and return it as a release.

    Raises:
        BlockedError: The package has faults of its own.
        PackageError: There is no package.
        UsageError: Its name can't be that of a folder.
    """
    package = read(directory)
    _refuse_links(package)
    seals = _seals(package)
    checked = check(directory)
    faults = [one for one in checked.findings if one.of_package]
    if faults:
        told = "; ".join(f"{one.place.path}: {one.rule}" for one in faults[:TOLD])
        reason = say("publish-blocked", count=len(faults), faults=told)
        raise BlockedError(str(directory), reason, say("publish-blocked-advice", package=directory))
    place = _place(package)
    if _seals(package) != seals:
        raise TargetError(str(directory), say("publish-changed-meanwhile"),
                          say("publish-again-advice"))  # fmt: skip
    _FAULTLESS.add(_bytes_of(seals))
    return Release(package, checked, seals, place)


def is_known_faultless(directory: Path) -> bool:
    """Tell whether a package has the bytes of one that was checked in this run.

    Raises:
        PackageError: There is no package.
        TargetError: A file can't be read.
    """
    return bool(_FAULTLESS) and _bytes_of(_seals(read(directory))) in _FAULTLESS


def seal_of(path: Path) -> Seal:
    """Return size and hash of a file, read piece by piece.

    Raises:
        TargetError: It can't be read.
    """
    return sealed(pieces(path))


def pieces(path: Path) -> Iterator[bytes]:
    """Yield a file piece by piece.

    Raises:
        TargetError: It can't be read.
    """
    try:
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece
    except OSError as fault:
        reason = say("file-unreadable", fault=fault.strerror or fault)
        raise TargetError(str(path), reason, say("publish-unreadable-advice")) from fault


def _refuse_links(package: Package) -> None:
    """Refuse a package with a link to a file outside: it would publish what nobody looked at.

    Raises:
        BlockedError: There is one.
    """
    root = package.directory.resolve()
    for path in _paths(package):
        if not (package.directory / path).resolve().is_relative_to(root):
            reason = say("publish-link", path=path)
            raise BlockedError(str(package.directory), reason, say("portal-link-advice"))


def _seals(package: Package) -> dict[str, Seal]:
    return {path: seal_of(package.directory / path) for path in _paths(package)}


def _bytes_of(seals: Mapping[str, Seal]) -> frozenset[tuple[str, str]]:
    return frozenset((path, seal.sha256) for path, seal in seals.items())


def _paths(package: Package) -> list[str]:
    """Return the files of a package, the descriptor first; what can't be found the check tells."""
    stated = [one["path"] for one in package.descriptor["resources"] if "path" in one]
    there = [path for path in stated if resource_path(package.directory, {"path": path}).is_file()]
    return list(dict.fromkeys([DESCRIPTOR, *there]))


def _place(package: Package) -> str:
    """Return the place of a package: its IRI below the base, else `package/` and its name."""
    descriptor = package.descriptor
    base, identifier = str(descriptor.get("yusuan:base")), str(descriptor.get("id"))
    below = identifier.removeprefix(base)
    place = below if below != identifier else f"package/{descriptor.get('name')}"
    if not all(_SAFE(part) for part in place.split("/")):
        reason = say("publish-bad-name", name=place)
        raise UsageError(str(package.directory), reason, say("publish-bad-name-advice"))
    return place
