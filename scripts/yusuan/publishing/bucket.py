"""The target `s3://BUCKET/PREFIX`: the static portal in S3-compatible storage.

Objects can't all change at one stroke. The files of the packages go first, then what lists them,
then what is no longer wanted is removed, and the receipt comes last: it says what is published. An
object that is there while somebody publishes keeps all others out.
"""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from yusuan.errors import UsageError
from yusuan.messages import Message, say
from yusuan.package import as_json
from yusuan.package.descriptor import Seal
from yusuan.publishing.errors import TargetError
from yusuan.publishing.folder import RECEIPT
from yusuan.publishing.listing import PORTAL, read_portal
from yusuan.publishing.place import Place
from yusuan.publishing.plan import (
    Content,
    Difference,
    Plan,
    Receipt,
    content_seal,
    difference,
    differences,
    read_receipt,
)
from yusuan.publishing.portal import Standing, portal_plan, portal_receipt
from yusuan.publishing.release import Release
from yusuan.publishing.storing import Bucket, Stored
from yusuan.publishing.timing import now

TURN = ".publishing.json"
UNKNOWN = "etag:"  # what stands for a hash where nobody has stated one

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class BucketPlan(Plan):
    """A plan for a bucket.

    Attributes:
        objects: Path → object, as they stood.
        portal: The portal, as it stood.
    """

    objects: Mapping[str, Stored] = field(default_factory=dict)
    portal: Standing | None = None


@dataclass(slots=True)
class S3:
    """The target.

    Args:
        place: Where it is.
        url: The address at which the portal is served.

    Raises:
        UsageError: The address names no bucket, or has a query.
    """

    place: Place
    url: str | None = None
    bucket: Bucket = field(init=False)

    def __post_init__(self) -> None:
        """Read the address."""
        parts = urlsplit(self.place.name)
        prefix = parts.path.strip("/")
        if not parts.netloc or parts.query or parts.fragment or "//" in prefix:
            raise UsageError(self.name, say("target-no-host"), say("target-no-host-advice"))
        self.bucket = Bucket(self.name, parts.netloc, f"{prefix}/" if prefix else "")

    @property
    def name(self) -> str:
        """The target, as a person names it."""
        return self.place.name

    @property
    def receipt_path(self) -> Path:
        """Where its receipt lies: in the state folder; fetched, where another machine published."""
        path = self.place.journal.receipt_path
        if path.is_file():
            return path
        content = self.bucket.read(RECEIPT)
        if content is None:
            return path
        fetched = self.place.scratch / RECEIPT
        fetched.write_bytes(content)
        return fetched

    def plan(self, releases: Sequence[Release]) -> BucketPlan:
        """Return what an apply would do.

        Raises:
            TargetError: The bucket can't be read, or holds files that someone has changed.
            UsageError: It holds something that is no portal.
        """
        objects = self.bucket.listed()
        standing = self._standing(objects)
        made = portal_plan(self.name, releases, standing, self.url, self.place.scratch,
                           overwrite=self.place.overwrite)  # fmt: skip
        return BucketPlan(made.target, made.releases, made.steps, made.contents, made.standing,
                          objects, standing)  # fmt: skip

    def apply(self, plan: Plan) -> Receipt:
        """Write the files of the packages, then what lists them, and the receipt last.

        Raises:
            TargetError: The bucket can't be written, or has changed since the plan.
        """
        if not isinstance(plan, BucketPlan) or plan.portal is None:
            raise TypeError(plan)
        journal = self.place.journal
        with journal.alone(), self._turn():
            if _without_turn(self.bucket.listed()) != _without_turn(plan.objects):
                raise self._meanwhile()
            receipt = portal_receipt(self.name, plan, plan.portal)
            etags = self._written(plan)
            stale = [one.path for one in plan.steps if one.action == "delete"]
            for path in stale:
                log.info(say("s3-deletes", host=self.bucket.host, path=path))
                self.bucket.delete(path)
            kept = {path: one.etag for path, one in plan.objects.items() if path not in stale}
            document = receipt.document() | {"etags": dict(sorted({**kept, **etags}.items()))}
            content = as_json(document)
            before = plan.objects.get(RECEIPT)
            etag = self.bucket.write(RECEIPT, content, content_seal(content), new=before is None,
                                     etag=None if before is None else before.etag)  # fmt: skip
            if etag is None:
                raise self._meanwhile()
            journal.close(receipt)
        return receipt

    def verify(self, receipt: Receipt) -> list[Difference]:
        """Download every file again; one with the hash of the package is as good as checked."""
        objects = _without_turn(self.bucket.listed())
        hashes: dict[str, str] = {}
        for path in objects:
            if path == RECEIPT:
                continue
            seal = (
                self.bucket.seal(path) if path in receipt.files or path in receipt.others else None
            )
            hashes[path] = UNKNOWN if seal is None else seal.sha256
        found = differences(receipt, hashes)
        return found if RECEIPT in objects else [difference("missing", RECEIPT), *found]

    def advice(self) -> Message:
        """Return how to look at what was published."""
        return say("s3-look", host=self.bucket.host, bucket=self.bucket.bucket,
                   path=f"{self.bucket.prefix}index.html")  # fmt: skip

    def _standing(self, objects: Mapping[str, Stored]) -> Standing:
        paths = [one for one in _without_turn(objects) if one != RECEIPT]
        ours = {str(one["put"]): str(one["sha256"]) for one in self.place.journal.entries()
                if "put" in one}  # fmt: skip
        if PORTAL not in paths and RECEIPT not in objects:
            if any(path not in ours for path in paths):
                raise UsageError(self.name, say("portal-alien"), say("portal-alien-advice"))
            known = {path: Seal(objects[path].bytes, f"{UNKNOWN}{objects[path].etag}")
                     for path in paths}  # fmt: skip
            receipt = Receipt(self.name, now(), [], known)
            hashes = {path: seal.sha256 for path, seal in known.items()}
            return Standing(hashes, receipt, None, [], self._read, self._seal)
        url, packages = (None, []) if PORTAL not in paths else read_portal(
            self._read(PORTAL), self.name)  # fmt: skip
        receipt, etags = self._receipt()
        hashes = {}
        files = dict(receipt.files)
        for path in paths:
            seal = {**receipt.files, **receipt.others}.get(path)
            if seal is not None and etags.get(path) == objects[path].etag:
                hashes[path] = seal.sha256
                continue
            hashes[path] = f"{UNKNOWN}{objects[path].etag}"
            if path in ours:
                # Written by the run before, which did not come to its end.
                files[path] = Seal(objects[path].bytes, hashes[path])
        return Standing(hashes, replace(receipt, files=files), url, packages, self._read,
                        self._seal)  # fmt: skip

    def _receipt(self) -> tuple[Receipt, dict[str, str]]:
        content = self.bucket.read(RECEIPT)
        if content is None:
            # The first publication did not come to its end.
            return Receipt(self.name, now(), [], {}), {}
        path = self.place.scratch / f"standing-{RECEIPT}"
        path.write_bytes(content)
        receipt = read_receipt(path)
        etags = json.loads(content).get("etags", {})
        return receipt, {str(one): str(etag) for one, etag in etags.items()}

    def _written(self, plan: BucketPlan) -> dict[str, str]:
        """Write what is new, what lists it last; return path → ETag."""
        etags = {}
        places = {one.place for one in plan.releases}
        steps = [one for one in plan.steps if one.action in ("create", "update")]
        listing = [one for one in steps if not any(one.path.startswith(f"{p}/") for p in places)]
        for one in [*(two for two in steps if two not in listing), *listing]:
            if one.coming is None:
                continue
            content: Content = plan.contents[one.path]
            self.place.journal.note(put=one.path, sha256=one.coming.sha256)
            log.info(say("s3-writes", host=self.bucket.host, path=one.path, bytes=one.coming.bytes))
            etag = self.bucket.write(one.path, content, one.coming)
            etags[one.path] = str(etag)
        return etags

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Keep every other publisher out, on other machines, too.

        Where this one stops half-way its object stays, and with it the turn: only this machine
        goes on, or whoever says `--overwrite`.

        Raises:
            TargetError: Somebody else publishes.
        """
        noted = [str(one["turn"]) for one in self.place.journal.entries() if "turn" in one]
        own = noted[-1] if noted else str(uuid.uuid4())
        content = as_json({"yusuan": "publishing", "by": own, "since": now()})
        self.place.journal.note(turn=own)
        if self.bucket.write(TURN, content, content_seal(content), new=True) is None:
            standing = self.bucket.read(TURN)
            if standing is not None and own.encode() not in standing:
                if not self.place.overwrite:
                    raise TargetError(self.name, say("publish-locked"),
                                      say("sparql-locked-advice"))  # fmt: skip
                self.bucket.write(TURN, content, content_seal(content))
        yield
        self.bucket.delete(TURN)

    def _meanwhile(self) -> TargetError:
        return TargetError(self.name, say("publish-changed-meanwhile"), say("sparql-again-advice"))

    def _read(self, path: str) -> bytes:
        content = self.bucket.read(path)
        if content is None:
            raise self._meanwhile()
        return content

    def _seal(self, path: str) -> Seal:
        seal = self.bucket.seal(path)
        if seal is None:
            raise self._meanwhile()
        return seal


def _without_turn(objects: Mapping[str, Stored]) -> dict[str, Stored]:
    return {path: one for path, one in objects.items() if path != TURN}
