"""What is wanted against what stands: the steps of a plan for one dataset.

Nothing here sends anything.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from yusuan.package.descriptor import Seal
from yusuan.publishing.ckan.columns import Table
from yusuan.publishing.ckan.standing import EDITIONS, Resource, Standing, resource_id
from yusuan.publishing.ckan.wanted import Dataset, Edition, File, revision_of
from yusuan.publishing.plan import Action, Step, content_seal

DATASTORE = "#datastore"


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be done with one dataset.

    Attributes:
        wanted: What it is to be.
        standing: What stands there; None where it is to be created.
        owner_is_new: Whether its organisation is to be created.
        groups: The groups that it is to belong to.
        speaks: Whether these packages say what the dataset is called: no newer edition stands.
        uploads: The files that are sent.
        tables: The files whose tables are put into the datastore.
        finishing: The files that stand there already, and wait for table or seal.
        leaving: The resources that go.
        steps: The steps, as a plan shows them.
        touched: What somebody has changed on the portal and would be lost.
        newer: The editions of which a newer revision stands there.
    """

    wanted: Dataset
    standing: Standing | None
    owner_is_new: bool
    groups: Sequence[str]
    speaks: bool
    uploads: Sequence[File]
    tables: Sequence[File]
    finishing: Sequence[File]
    leaving: Sequence[Resource]
    steps: Sequence[Step]
    touched: Sequence[str]
    newer: Sequence[Edition]

    @property
    def changes(self) -> bool:
        """Whether there is anything to do."""
        return any(one.action != "unchanged" for one in self.steps)


def compared(
    wanted: Dataset,
    standing: Standing | None,
    groups: Sequence[str],
    *,
    owner_is_new: bool,
    has_datastore: bool,
    doubtful: Collection[str],
) -> Work:
    """Return what is to be done with a dataset.

    Args:
        wanted: What it is to be.
        standing: What stands there.
        groups: The groups that it is to belong to, as far as the portal has them.
        owner_is_new: Whether its organisation is to be created.
        has_datastore: Whether the portal has a datastore.
        doubtful: Keys of files that an earlier run may have sent without an answer.
    """
    found = _Found([], [], [], [], [])
    leaving: list[Resource] = []
    for edition in wanted.editions:
        for file in edition.files:
            there = None if standing is None else _resource(standing, file)
            _compare(found, file, there, wanted.name, doubtful, has_datastore=has_datastore)
        if standing is not None:
            keys = {one.key for one in edition.files}
            leaving += [one for one in standing.of_edition(edition.name) if one.path not in keys]
    found.touched.extend(f"{wanted.name}/{one.path}" for one in leaving if one.is_touched)
    speaks = standing is None or max(standing.editions, default="") <= wanted.editions[-1].name
    owner: list[Step] = []
    if owner_is_new:
        name = wanted.organization.name
        owner = [
            Step(
                "create",
                f"organization:{name}",
                content_seal(wanted.organization.title.encode()),
                None,
            )
        ]
    whole = _dataset_step(wanted, standing, speaks=speaks)
    if whole.action == "unchanged" and (found.uploads or found.finishing or leaving):
        whole = Step("update", whole.path, whole.coming, whole.standing)
    if standing is not None and standing.is_touched and speaks:
        found.touched.append(wanted.name)
    gone = [Step("delete", f"{wanted.name}/{one.path}", None, one.hash) for one in leaving]
    newer = [] if standing is None else [
        one for one in wanted.editions
        if revision_of(standing.editions.get(one.name, "")) > one.revision
    ]  # fmt: skip
    return Work(wanted, standing, owner_is_new, groups, speaks, found.uploads, found.tables,
                found.finishing, leaving, [*owner, whole, *found.steps, *gone], found.touched,
                newer)  # fmt: skip


def editions_of(wanted: Dataset, standing: Standing | None) -> str:
    """Return what a dataset says of its editions afterwards."""
    before = {} if standing is None else standing.editions
    coming = {one.name: one.place for one in wanted.editions}
    return json.dumps({**before, **coming}, sort_keys=True)


@dataclass(frozen=True, slots=True)
class _Found:
    """What the comparison of the files has found so far."""

    steps: list[Step]
    uploads: list[File]
    tables: list[File]
    finishing: list[File]
    touched: list[str]


def _resource(standing: Standing, file: File) -> Resource | None:
    return standing.resources.get(resource_id(standing.id, file.key))


def _compare(
    found: _Found,
    file: File,
    there: Resource | None,
    dataset: str,
    doubtful: Collection[str],
    *,
    has_datastore: bool,
) -> None:
    """Add what is to be done with one file, and with its table."""
    action: Action = "unchanged"
    table = file.table if has_datastore else None
    if there is None:
        action = "create"
    elif there.is_touched or there.wanted != file.digest or file.key in doubtful:
        action = "update"
    if there is not None and there.is_touched:
        found.touched.append(f"{dataset}/{file.key}")
    if action != "unchanged":
        found.uploads.append(file)
    standing_hash = None if there is None else there.hash
    found.steps.append(Step(action, f"{dataset}/{file.key}", file.seal, standing_hash))
    step = _table_step(file, table, there, dataset)
    if step is not None:
        found.steps.append(step)
        if step.action != "unchanged":
            found.tables.append(file)
    waits = there is not None and there.is_pending
    if action == "unchanged" and (waits or (step is not None and step.action != "unchanged")):
        found.finishing.append(file)


def _table_step(
    file: File, table: Table | None, there: Resource | None, dataset: str
) -> Step | None:
    """Return what becomes of the table of a file; None where it has none."""
    if table is None:
        return None
    before = "" if there is None or there.is_pending else there.table
    action: Action = (
        "unchanged" if before == table.digest
        else "create" if there is None or there.raw.get("datastore_active") is not True
        else "update"
    )  # fmt: skip
    coming = Seal(table.bytes, table.digest)
    return Step(action, f"{dataset}/{file.key}{DATASTORE}", coming, before or None)


def _dataset_step(wanted: Dataset, standing: Standing | None, *, speaks: bool) -> Step:
    """Return what becomes of the dataset itself."""
    coming = Seal(len(wanted.digest), wanted.digest)
    if standing is None:
        return Step("create", wanted.name, coming, None)
    same = (
        not standing.is_pending
        and (not speaks or (not standing.is_touched and standing.wanted == wanted.digest))
        and editions_of(wanted, standing) == standing.extras.get(EDITIONS)
    )
    return Step("unchanged" if same else "update", wanted.name, coming, standing.wanted or None)


def standing_hashes(works: Sequence[Work]) -> Mapping[str, str]:
    """Return path → hash of what stands in all datasets."""
    return {
        step.path: step.standing
        for work in works
        for step in work.steps
        if step.standing is not None
    }
