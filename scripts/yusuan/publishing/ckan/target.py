"""The target `ckan+https://HOST`: an open-data portal that runs CKAN.

`?organization=NAME` in the address names the organisation that owns all datasets; without it each
county has its own.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import parse_qs, urlsplit, urlunsplit

from yusuan.errors import UsageError
from yusuan.messages import Message, say
from yusuan.package import as_json, save
from yusuan.package.descriptor import Seal
from yusuan.publishing.ckan.action import Portal
from yusuan.publishing.ckan.applying import Applying
from yusuan.publishing.ckan.comparing import DATASTORE, Work, compared, standing_hashes
from yusuan.publishing.ckan.standing import Standing, resource_id, standing_of
from yusuan.publishing.ckan.verifying import verified
from yusuan.publishing.ckan.wanted import Dataset, wanted
from yusuan.publishing.client import Client
from yusuan.publishing.credentials import token_of
from yusuan.publishing.errors import TargetError
from yusuan.publishing.place import Place
from yusuan.publishing.plan import (
    Content,
    Difference,
    Plan,
    Published,
    Receipt,
    read_receipt,
)
from yusuan.publishing.release import Release
from yusuan.publishing.timing import now

TOKEN = "CKAN_API_TOKEN"  # noqa: S105 - the name of a variable
TOLD = 5  # things in a sentence

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CkanPlan(Plan):
    """A plan, and the work on each dataset that it is made of."""

    works: Sequence[Work] = ()


@dataclass(frozen=True, slots=True)
class Ckan:
    """The target.

    Args:
        place: Where it is.
    """

    place: Place
    portal: Portal = field(init=False)
    organization: str | None = field(init=False)

    def __post_init__(self) -> None:
        """Look at the address, and for the token."""
        address, organization = _parted(self.place)
        secret = token_of(TOKEN, self.place.host)
        client = Client(self.name, address, secret, scheme="token")
        object.__setattr__(self, "portal", Portal(client))
        object.__setattr__(self, "organization", organization)

    @property
    def name(self) -> str:
        """The target, as a person names it."""
        return self.place.name

    @property
    def receipt_path(self) -> Path:
        """Where its receipt lies."""
        return self.place.journal.receipt_path

    def plan(self, releases: Sequence[Release]) -> CkanPlan:
        """Return what an apply would do; only reads.

        Raises:
            TargetError: The portal can't be read, has something else of that name, or something
                that somebody has changed.
            UsageError: Two packages are the same edition, or one has no county.
        """
        datasets = wanted(releases, self.organization)
        there = {one.name: self._standing(one) for one in datasets}
        groups = self._groups([one for one in datasets if there[one.name] is None])
        owners = self._new_owners(datasets, there)
        works = self._works(datasets, there, groups, owners, has_datastore=True)
        if any(one.changes for one in works) and not self._has_datastore():
            works = self._works(datasets, there, groups, owners, has_datastore=False)
        self._refuse(works)
        steps = [step for work in works for step in work.steps]
        contents: dict[str, Content] = {
            f"{work.wanted.name}/{file.key}": file.release.file(file.path)
            for work in works
            for file in work.uploads
        }
        return CkanPlan(self.name, releases, steps, contents, standing_hashes(works), works)

    def apply(self, plan: Plan) -> Receipt:
        """Do it: a dataset after the other, each whole or not at all.

        Raises:
            TargetError: The portal refuses or fails, or has changed since the plan.
        """
        if not isinstance(plan, CkanPlan):
            raise TypeError(plan)
        with self.place.journal.alone():
            receipt = Receipt(self.name, now(), [], {})
            earlier = self._earlier()
            for work in plan.works:
                if work.changes:
                    standing = Applying(self.portal, self.place.journal, work).apply()
                elif work.standing is None:
                    continue
                else:
                    standing = work.standing
                receipt = _with(receipt, self._receipt(work, standing))
                # What is done is on record, whatever becomes of the next dataset.
                save([as_json(_with(earlier, receipt).document())], self.receipt_path)
            self.place.journal.close(_with(earlier, receipt))
        return receipt

    def verify(self, receipt: Receipt) -> list[Difference]:
        """Download everything again, compare it, check the copy, and read the tables.

        Raises:
            TargetError: The portal can't be read.
        """
        with TemporaryDirectory(dir=self.place.scratch) as folder:
            return verified(self.portal, receipt, Path(folder))

    def advice(self) -> Message:
        """Return how to look at what was published."""
        return say("ckan-look", url=self.portal.client.address)

    def _standing(self, dataset: Dataset) -> Standing | None:
        reply = self.portal.read("package_show", id=dataset.name)
        if reply.is_missing:
            return None
        standing = standing_of(self.portal.need(reply))
        if standing.raw.get("state") == "deleted":
            # The name is free again.
            return None
        if standing.series != dataset.series:
            reason = say("ckan-name-taken", host=self.place.host, dataset=dataset.name,
                         title=standing.raw.get("title", ""))  # fmt: skip
            raise TargetError(self.name, reason, say("ckan-name-taken-advice"))
        return standing

    def _groups(self, datasets: Sequence[Dataset]) -> dict[str, list[str]]:
        """Return the groups of the portal that each new dataset belongs to, as far as one may.

        Later on who runs the portal decides.
        """
        if self.portal.client.secret is None or not datasets:
            return {}
        reply = self.portal.read("group_list_authz", am_member=False)
        if not reply.done:
            # Whoever may not ask may not add, either.
            return {}
        found = reply.result
        return {
            dataset.name: [
                str(one["name"]) for one in found
                if dataset.subjects & {one["name"], one.get("title"), one.get("display_name")}
            ]
            for dataset in datasets
        }  # fmt: skip

    def _new_owners(
        self, datasets: Sequence[Dataset], there: dict[str, Standing | None]
    ) -> dict[str, str]:
        """Return organisation → the first of the datasets for which it is to be created."""
        found: dict[str, str] = {}
        seen: set[str] = set()
        for dataset in datasets:
            owner = dataset.organization
            if there[dataset.name] is not None or owner.name in seen:
                continue
            seen.add(owner.name)
            reply = self.portal.read("organization_show", id=owner.name)
            if reply.is_missing:
                if owner.is_stated:
                    reason = say("ckan-stated-organization", host=self.place.host, name=owner.name)
                    raise TargetError(self.name, reason, say("ckan-stated-organization-advice"))
                found[owner.name] = dataset.name
            else:
                organization = self.portal.need(reply)
                if organization.get("state") == "deleted":
                    reason = say("ckan-stated-organization", host=self.place.host, name=owner.name)
                    raise TargetError(self.name, reason, say("ckan-stated-organization-advice"))
        return found

    def _works(
        self,
        datasets: Sequence[Dataset],
        there: dict[str, Standing | None],
        groups: dict[str, list[str]],
        owners: dict[str, str],
        *,
        has_datastore: bool,
    ) -> list[Work]:
        entries = self.place.journal.entries()
        return [
            compared(
                one, there[one.name], groups.get(one.name, []),
                owner_is_new=owners.get(one.organization.name) == one.name,
                has_datastore=has_datastore,
                doubtful=set(_doubtful(entries, one.name, there[one.name])),
            )
            for one in datasets
        ]  # fmt: skip

    def _has_datastore(self) -> bool:
        """Tell whether the portal has a datastore; also whether it is a portal at all."""
        status = self.portal.need(self.portal.read("status_show"))
        extensions = status.get("extensions") if isinstance(status, dict) else None
        found = "datastore" in (extensions or ())
        if not found:
            log.warning(say("ckan-no-datastore", host=self.place.host))
        return found

    def _refuse(self, works: Sequence[Work]) -> None:
        """Refuse to write over what somebody has changed, or what is newer."""
        if self.place.overwrite:
            return
        newer = [f"{work.wanted.name}/{one.name}" for work in works for one in work.newer]
        if newer:
            reason = say("ckan-newer", host=self.place.host, editions=_told(newer))
            raise TargetError(self.name, reason, say("ckan-newer-advice"))
        touched = [one for work in works for one in work.touched]
        if touched:
            reason = say("ckan-touched", host=self.place.host, files=_told(touched))
            raise TargetError(self.name, reason, say("ckan-touched-advice"))

    def _receipt(self, work: Work, standing: Standing) -> Receipt:
        """Return the receipt for the editions of one dataset."""
        name, files, urls = work.wanted.name, {}, {}
        published = []
        for edition in work.wanted.editions:
            for file in edition.files:
                resource = standing.resources[resource_id(standing.id, file.key)]
                path = f"{name}/{file.key}"
                files[path] = file.seal
                urls[path] = str(resource.raw.get("url", ""))
                if file.table is not None and resource.table == file.table.digest:
                    files[f"{path}{DATASTORE}"] = Seal(file.table.bytes, file.table.digest)
                    dump = f"{self.portal.client.address}datastore/dump/{resource.id}"
                    urls[f"{path}{DATASTORE}"] = dump
            published.append(Published(
                edition.id, edition.release.name, f"{name}/{edition.name}",
                edition.release.checked.title, f"{self.portal.client.address}dataset/{name}",
            ))  # fmt: skip
        return Receipt(self.name, now(), published, files, urls=urls)

    def _earlier(self) -> Receipt:
        """Return the receipt of what was published there before."""
        if self.receipt_path.exists():
            return read_receipt(self.receipt_path)
        return Receipt(self.name, now(), [], {})


def _with(earlier: Receipt, later: Receipt) -> Receipt:
    """Return a receipt for both; what the later one is about takes the place of the earlier."""
    places = [f"{one.place}/" for one in later.packages]

    def stays(path: str) -> bool:
        return not path.startswith(tuple(places))

    return replace(
        later,
        packages=[*(one for one in earlier.packages if stays(f"{one.place}/")), *later.packages],
        files={**{path: one for path, one in earlier.files.items() if stays(path)}, **later.files},
        urls={**{path: one for path, one in earlier.urls.items() if stays(path)}, **later.urls},
    )


def _doubtful(
    entries: Sequence[dict[str, object]], dataset: str, standing: Standing | None
) -> Iterator[str]:
    """Yield the files that an earlier run has sent, and that the portal says it has not taken.

    It may have been stopped between putting a file in its place and writing that down.
    """
    sent: dict[str, str] = {}
    for entry in entries:
        if entry.get("dataset") == dataset:
            found = entry.get("sent")
            sent = {**sent, **found} if isinstance(found, dict) else {}
    for key, hash_sent in sent.items():
        there = None if standing is None else standing.resources.get(resource_id(standing.id, key))
        if there is not None and there.hash != hash_sent:
            yield key


def _told(things: Sequence[str]) -> str:
    more = [] if len(things) <= TOLD else ["…"]
    return ", ".join([*things[:TOLD], *more])


def _parted(place: Place) -> tuple[str, str | None]:
    """Return the address of the portal, with a slash at its end, and the organisation.

    Raises:
        UsageError: The address says something else beside.
    """
    parts = urlsplit(place.url)
    stated = parse_qs(parts.query, keep_blank_values=True)
    names = stated.pop("organization", [])
    if stated or len(names) > 1 or not all(names) or parts.fragment or not _is_web(parts.scheme):
        raise UsageError(place.name, say("ckan-address"), say("ckan-address-advice"))
    path = f"{parts.path.rstrip('/')}/"
    return urlunsplit((parts.scheme, parts.netloc, path, "", "")), next(iter(names), None)


def _is_web(scheme: str) -> bool:
    return scheme in ("http", "https")
