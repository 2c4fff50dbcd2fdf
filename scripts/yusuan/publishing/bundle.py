"""One zip of a package: its files, what explains them, and their checksums; always the same bytes.

`datapackage.json` stands at its root, so that tools for data packages read the zip as it is.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from shlex import quote
from tempfile import TemporaryDirectory

from yusuan.errors import PackageError, UsageError
from yusuan.messages import Message, say
from yusuan.package import DESCRIPTOR, as_json, read
from yusuan.package.loading import is_inside
from yusuan.publishing.beside import checksums, citation, dictionary, form, readme
from yusuan.publishing.errors import TargetError
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
from yusuan.publishing.release import PIECE, Release, pieces, seal_of
from yusuan.publishing.swapping import alone
from yusuan.publishing.timing import now
from yusuan.publishing.validating import faults_of
from yusuan.workbook import workbook

# The earliest date that a zip can state: a package has no time of its own.
_DATE = (1980, 1, 1, 0, 0, 0)
_MODE = 0o100644 << 16
_UNIX = 3


def bundled(release: Release, book: Path, path: Path) -> Path:
    """Write the zip of a package to a new file and return it.

    Raises:
        PackageError: A file has changed since it was checked.
        TargetError: The disk is full, or the package has a file of a name that the zip needs.
    """
    made: dict[str, Content] = {
        "README.md": readme(release),
        "DATA-DICTIONARY.md": dictionary(release.package),
        "CITATION.cff": citation(release),
        "METADATA.csv": form(release.package),
        f"{release.name}.xlsx": book,
    }
    taken = made.keys() & release.seals.keys()
    if taken:
        reason = say("portal-name-taken", path=min(taken))
        raise TargetError(str(release.package.directory), reason, say("portal-name-taken-advice"))
    contents: dict[str, Content] = {one: release.file(one) for one in release.seals}
    contents |= made
    seals = dict(release.seals) | {one: content_seal(content) for one, content in made.items()}
    contents["SHA256SUMS"] = checksums(seals)
    with _failing(path), zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
        for name in sorted(contents, key=lambda one: (one != DESCRIPTOR, one)):
            expected = seals[name].sha256 if name in seals else None
            if _add(file, name, contents[name]) != expected and expected is not None:
                raise PackageError(name, say("publish-changed-meanwhile"),
                                   say("publish-again-advice"))  # fmt: skip
    return path


def _add(file: zipfile.ZipFile, name: str, content: Content) -> str:
    """Add a file piece by piece and return its hash."""
    info = zipfile.ZipInfo(name, _DATE)
    info.compress_type, info.external_attr, info.create_system = zipfile.ZIP_DEFLATED, _MODE, _UNIX
    info.file_size = len(content) if isinstance(content, bytes) else content.stat().st_size
    digest = sha256()
    with file.open(info, "w") as member:
        for piece in [content] if isinstance(content, bytes) else pieces(content):
            digest.update(piece)
            member.write(piece)
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Bundle:
    """The target `zip:PATH`.

    Args:
        path: The zip.
        scratch: A folder for what a plan makes, which lasts as long as the plan.
        overwrite: Replace what someone has changed there.
    """

    path: Path
    scratch: Path
    overwrite: bool = False

    @property
    def name(self) -> str:
        """The target, as a person names it."""
        return f"zip:{self.path}"

    @property
    def receipt_path(self) -> Path:
        """Where its receipt lies: beside the zip."""
        return self.path.with_name(f"{self.path.name}.receipt.json")

    def plan(self, releases: Sequence[Release]) -> Plan:
        """Return what an apply would do.

        Raises:
            TargetError: The file there can't be read.
            UsageError: It is something else, or there are several packages.
        """
        if len(releases) != 1:
            reason = say("bundle-several", count=len(releases))
            raise UsageError(self.name, reason, say("bundle-several-advice"))
        (release,) = releases
        with _failing(self.scratch):
            standing = self._standing(release)
            book = workbook(release.package, self.scratch / "new.xlsx")
        archive = bundled(release, book, self.scratch / "new.zip")
        steps = steps_to({self.path.name: archive}, {}, standing, ())
        if not self._is_vouched(standing):
            # It has lost its receipt, or was stopped after it: both are written anew.
            steps = [
                replace(one, action="update") if one.action == "unchanged" else one for one in steps
            ]
        return Plan(self.name, releases, steps, {self.path.name: archive}, standing)

    def apply(self, plan: Plan) -> Receipt:
        """Put the zip in its place by one rename.

        Raises:
            TargetError: The disk is full, or the zip has changed since the plan.
        """
        (release,) = plan.releases
        (step,) = plan.steps
        draft = self.path.with_name(f".{self.path.name}.new")
        noted = self.path.with_name(f".{self.path.name}.receipt.new")
        with alone(self.path):
            if self._hashes() != plan.standing:
                raise TargetError(
                    self.name, say("publish-changed-meanwhile"), say("publish-again-advice")
                )
            try:
                with _failing(self.path):
                    _copy(plan.contents[step.path], draft)
                place = Published(str(release.descriptor.get("id", "")), release.name, "",
                                  release.checked.title, self.name)  # fmt: skip
                receipt = Receipt(self.name, now(), [place], {step.path: seal_of(draft)})
                # First, so that a zip never stands without one: whoever is stopped in between
                # is told by `verify`, and the next publication goes on.
                with _failing(self.path):
                    _copy(as_json(receipt.document()), noted)
                    noted.replace(self.receipt_path)
                    draft.replace(self.path)
            finally:
                draft.unlink(missing_ok=True)
                noted.unlink(missing_ok=True)
        return receipt

    def verify(self, receipt: Receipt) -> list[Difference]:
        """Read the zip back, unpack it, and check what it holds."""
        found = differences(receipt, self._hashes())
        if found or not self.path.is_file():
            return found
        with _failing(self.scratch), TemporaryDirectory() as folder:
            if not _unpack(self.path, Path(folder)):
                return [Difference("faulty", self.path.name, say("bundle-broken"))]
            return faults_of(Path(folder), self.path.name)

    def advice(self) -> Message:
        """Return how to look at what was published."""
        return say("bundle-look", path=quote(str(self.path)))

    def _is_vouched(self, standing: Mapping[str, str]) -> bool:
        """Tell whether the receipt is that of the zip which stands there."""
        try:
            receipt = read_receipt(self.receipt_path)
        except TargetError:
            return False
        return differences(receipt, standing) == []

    def _hashes(self) -> dict[str, str]:
        return {self.path.name: seal_of(self.path).sha256} if self.path.exists() else {}

    def _standing(self, release: Release) -> Mapping[str, str]:
        """Return the hash of the zip that stands there, an earlier one of the same package."""
        if not self.path.exists() or self.overwrite:
            return self._hashes()
        standing = _package_in(self.path)
        if standing is None or standing != release.descriptor.get("id"):
            raise UsageError(self.name, say("bundle-alien"), say("bundle-alien-advice"))
        return self._hashes()


def _package_in(path: Path) -> str | None:
    """Return the id of the package in a zip; None where it is no zip, or holds no package."""
    try:
        with zipfile.ZipFile(path) as file, TemporaryDirectory() as folder:
            if DESCRIPTOR not in file.namelist():
                return None
            file.extract(DESCRIPTOR, folder)
            identifier = read(Path(folder)).descriptor.get("id")
    except (zipfile.BadZipFile, PackageError):
        return None
    return identifier if isinstance(identifier, str) else None


def _copy(content: Content, place: Path) -> None:
    with place.open("wb") as file:
        for piece in [content] if isinstance(content, bytes) else pieces(content):
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())


def _unpack(path: Path, folder: Path) -> bool:
    """Unpack a zip that is of ours; tell whether all of it could be read."""
    try:
        with zipfile.ZipFile(path) as file:
            for info in file.infolist():
                if not is_inside(info.filename):
                    return False
                place = folder / info.filename
                place.parent.mkdir(parents=True, exist_ok=True)
                with file.open(info) as member, place.open("wb") as copy:
                    while piece := member.read(PIECE):
                        copy.write(piece)
    except zipfile.BadZipFile:
        return False
    return True


@contextmanager
def _failing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        reason = say("write-failed", fault=fault.strerror or fault)
        raise TargetError(str(path), reason, say("publish-failed-advice")) from fault
