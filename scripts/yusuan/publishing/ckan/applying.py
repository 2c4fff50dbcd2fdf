"""The work of a plan, done: files and words in one transaction, then tables, then the seals.

Every write is bound to the state that the plan saw, and is told apart from another's by its run.
A new dataset stays private until all of it is there.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from yusuan.messages import say
from yusuan.publishing.ckan.action import Portal
from yusuan.publishing.ckan.comparing import Work, editions_of
from yusuan.publishing.ckan.loading import load
from yusuan.publishing.ckan.standing import (
    EDITIONS,
    HIDDEN,
    PATH,
    RUN,
    SEAL,
    SERIES,
    TABLE,
    WANTED,
    Standing,
    content_of,
    resource_id,
    seal_of,
    seal_of_dataset,
    standing_of,
)
from yusuan.publishing.ckan.wanted import File, tags_of
from yusuan.publishing.errors import TargetError
from yusuan.publishing.journal import Journal
from yusuan.publishing.sending import Part

MEBIBYTE = 1 << 20  # in which CKAN counts the size of a file
TOGETHER = 64 << 20  # bytes of files in one request
TRIES = 3  # to seal what the portal itself keeps writing to
# What an answer leaves out: all but what the next request is bound to.
_ANSWER = "+package__metadata_modified,-package__*"

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Applying:
    """The work on one dataset.

    Args:
        portal: The portal.
        journal: Where it is noted what was sent.
        work: What is to be done.
        run: By what the requests of this run are told apart.
    """

    portal: Portal
    journal: Journal
    work: Work
    run: str = field(default_factory=lambda: uuid4().hex)
    _number: int = 0

    def apply(self) -> Standing:
        """Do it, and return the dataset as it stands then.

        Raises:
            TargetError: The portal refuses, fails, or was changed since the plan.
        """
        work = self.work
        if work.owner_is_new:
            self._create_owner()
        standing = self._create() if work.standing is None else work.standing
        batches = list(batches_of(work.uploads, work.standing)) or [[]]
        for number, batch in enumerate(batches):
            self.journal.note(dataset=work.wanted.name,
                              sent={one.key: one.seal.sha256 for one in batch})  # fmt: skip
            standing = self._revise(standing, batch, is_last=number == len(batches) - 1)
        before = {} if work.standing is None else work.standing.resources
        for file in work.tables:
            identifier = resource_id(standing.id, file.key)
            load(self.portal, file, identifier, may_stand=identifier in before)
        sealed = self._seal(standing)
        self.journal.note(dataset=work.wanted.name, sealed=self.run)
        return sealed

    def _create_owner(self) -> None:
        """Create the organisation; that somebody else just did so is as well."""
        owner = self.work.wanted.organization
        reply = self.portal.write("organization_create", {"name": owner.name, "title": owner.title})
        if reply.done:
            return
        if self.portal.read("organization_show", id=owner.name).done:
            return
        host = self.portal.client.host
        if reply.answer.status == 403:  # noqa: PLR2004 - Forbidden
            reason = say("ckan-no-organization", host=host, name=owner.name, title=owner.title)
            advice = say("ckan-no-organization-advice", name=owner.name, title=owner.title)
            raise TargetError(self.portal.client.name, reason, advice)
        raise self.portal.refusal(reply)

    def _create(self) -> Standing:
        """Create the dataset, without files and hidden from all but its owners."""
        wanted = self.work.wanted
        run = self._next()
        extras = {SERIES: wanted.series, RUN: run, HIDDEN: "1"}
        data = {
            **wanted.fields,
            "name": wanted.name,
            "owner_org": wanted.organization.name,
            "private": True,
            "extras": _pairs(extras),
        }
        reply = self.portal.write("package_create", data)
        if reply.done:
            return standing_of(reply.result)
        there = self.portal.read("package_show", id=wanted.name)
        if there.done and there.result.get("state") != "deleted":
            return self._own(run, standing_of(there.result))
        raise self.portal.refusal(reply)

    def _revise(self, standing: Standing, batch: Sequence[File], *, is_last: bool) -> Standing:
        """Send files and what is said of them, in one transaction."""
        run = self._next()
        extras = self._extras(standing, run)
        extras.pop(SEAL, None)
        update: dict[str, Any] = {"extras": _pairs(extras)}
        parts = ["-extras"]
        if is_last:
            update |= self._said(standing)
            parts += ["-tags", "-groups"]
            parts += [f"-resources__{one.id}" for one in self.work.leaving]
        fields = {
            "match__id": standing.id,
            "match__metadata_modified": standing.modified,
            "filter": ",".join(parts),
            "update": _json(update),
            "include": _ANSWER,
        }
        new = [one for one in batch if resource_id(standing.id, one.key) not in standing.resources]
        if new:
            entries = [{"id": resource_id(standing.id, one.key)} for one in new]
            fields["update__resources__extend"] = _json(entries)
        files = []
        for one in batch:
            key = f"update__resources__{resource_id(standing.id, one.key)}"
            fields[key] = _json(self._pending(one))
            path = one.release.file(one.path)
            files.append(Part(f"{key}__upload", one.upload_name, path, one.fields["mimetype"]))
        size = sum(one.seal.bytes for one in batch)
        if batch:
            log.info(say("ckan-sends", host=self.portal.client.host, dataset=self.work.wanted.name,
                         files=len(batch), bytes=size))  # fmt: skip
        reply = self.portal.upload("package_revise", fields, files)
        if reply.done:
            return self._read()
        if reply.refuses("match"):
            return self._own(run, self._read())
        raise self.portal.refusal(reply)

    def _seal(self, standing: Standing) -> Standing:
        """Write the seals: from now on whatever differs was changed by somebody else.

        Args:
            standing: The dataset as the files and words left it.
        """
        now = standing
        for number in range(TRIES):
            if number or self.work.tables:
                # The portal writes to the dataset whenever a table comes or goes, also late, for
                # a request that was cut off. That is no change; any other is.
                now = self._read()
                same_run = now.extras.get(RUN) == standing.extras.get(RUN)
                if not same_run or content_of(now.raw) != content_of(standing.raw):
                    raise self._changed()
            run = self._next()
            reply = self.portal.write("package_revise", self._seals(now, run))
            if reply.done:
                return self._read()
            if not reply.refuses("match"):
                raise self.portal.refusal(reply)
            there = self._read()
            if there.extras.get(RUN) == run:
                return there
        raise self._changed()

    def _seals(self, now: Standing, run: str) -> dict[str, Any]:
        """Return what writes the seals into a dataset as it stands."""
        extras = self._extras(now, run)
        hidden = extras.pop(HIDDEN, None) is not None
        if self.work.speaks:
            extras[WANTED] = self.work.wanted.digest
        extras[SEAL] = seal_of_dataset({**now.raw, "extras": _pairs(extras)})
        data: dict[str, Any] = {
            "match": {"id": now.id, "metadata_modified": now.modified},
            "filter": ["-extras"],
            "update": {"extras": _pairs(extras), **({"private": False} if hidden else {})},
            "include": _ANSWER.split(","),
        }
        loaded = {one.key for one in self.work.tables}
        for file in [*self.work.uploads, *self.work.finishing]:
            resource = now.resources[resource_id(now.id, file.key)]
            table = "" if file.table is None else file.table.digest
            # What was not loaded now keeps its mark: without a datastore there is none.
            raw = {**resource.raw, TABLE: table if file.key in loaded else resource.table}
            data[f"update__resources__{resource.id}"] = {TABLE: raw[TABLE], SEAL: seal_of(raw)}
        return data

    def _extras(self, standing: Standing, run: str) -> dict[str, str]:
        """Return the further fields: those of others as they are, ours as they are to be."""
        ours = {SERIES: self.work.wanted.series, EDITIONS: editions_of(self.work.wanted, standing),
                RUN: run}  # fmt: skip
        stated = self.work.wanted.extras if self.work.speaks else {}
        return {**standing.extras, **stated, **self._period(standing), **ours}

    def _period(self, standing: Standing) -> dict[str, str]:
        """Return the first and the last day that the editions are about."""
        years = sorted(json.loads(editions_of(self.work.wanted, standing)))
        if not years or not all(one.isdigit() for one in years):
            return {}
        return {"temporal_start": f"{years[0]}-01-01", "temporal_end": f"{years[-1]}-12-31"}

    def _said(self, standing: Standing) -> dict[str, Any]:
        """Return words, keywords and groups of the dataset; what others added stays."""
        wanted = self.work.wanted
        fields = dict(wanted.fields) if self.work.speaks else {}
        groups = dict.fromkeys([*standing.groups, *self.work.groups])
        tags = [one for one in tags_of(wanted.tags)
                if one.casefold() not in {other.casefold() for other in standing.tags}]  # fmt: skip
        kept = [{key: one[key] for key in ("name", "vocabulary_id") if one.get(key)}
                for one in standing.raw.get("tags", ())]  # fmt: skip
        return {
            **fields,
            "tags": [*kept, *({"name": one} for one in tags)],
            "groups": [{"name": one} for one in groups],
        }

    def _pending(self, file: File) -> dict[str, Any]:
        """Return what is said of a file until its table is there."""
        marks: dict[str, Any] = {WANTED: file.digest, TABLE: "", SEAL: "", PATH: file.key}
        if file in self.work.tables:
            # Said now: the portal would write the whole dataset anew for every table.
            marks["datastore_active"] = True
        return {**file.fields, **marks}

    def _own(self, run: str, there: Standing) -> Standing:
        """Return the dataset where the request that is refused was done already.

        An answer may be lost, and the request sent again.

        Raises:
            TargetError: Somebody else has changed it.
        """
        if there.extras.get(RUN) == run:
            return there
        raise self._changed()

    def _read(self) -> Standing:
        name = self.work.wanted.name
        return standing_of(self.portal.need(self.portal.read("package_show", id=name)))

    def _changed(self) -> TargetError:
        name, host = self.work.wanted.name, self.portal.client.host
        reason = say("ckan-changed-meanwhile", host=host, dataset=name)
        return TargetError(self.portal.client.name, reason, say("ckan-changed-meanwhile-advice"))

    def _next(self) -> str:
        self._number += 1
        return f"{self.run}.{self._number}"


def batches_of(files: Sequence[File], standing: Standing | None) -> Iterator[list[File]]:
    """Yield the files as they are sent: all in one request, unless they are too much for one.

    CKAN puts one file after the other in its place, and takes none back where it refuses a later
    one for its size. So a size that it has not taken before goes alone and first; nothing else has
    changed where it is refused. A new dataset is not seen until all of it is there.
    """
    rest = list(files)
    if standing is not None and files:
        largest = max(files, key=lambda one: one.seal.bytes)
        taken = max((int(one.raw.get("size") or 0) for one in standing.resources.values()),
                    default=0)  # fmt: skip
        if -(-largest.seal.bytes // MEBIBYTE) > max(1, -(-taken // MEBIBYTE)):
            yield [largest]
            rest.remove(largest)
    portion: list[File] = []
    for file in rest:
        size = sum(one.seal.bytes for one in portion) + file.seal.bytes
        if portion and size > TOGETHER:
            yield portion
            portion = []
        portion.append(file)
    if portion:
        yield portion


def _pairs(extras: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in extras.items()]


def _json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False)
