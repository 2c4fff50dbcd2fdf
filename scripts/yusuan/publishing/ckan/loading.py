"""Tables put into the datastore, and read back from it."""

from __future__ import annotations

import logging
from itertools import zip_longest
from pathlib import Path
from typing import Any

from yusuan.messages import say
from yusuan.publishing.ckan.action import Portal
from yusuan.publishing.ckan.columns import Table, chunks, read_csv, rows_of, same_cell
from yusuan.publishing.ckan.standing import Resource
from yusuan.publishing.ckan.wanted import File
from yusuan.publishing.errors import TargetError

log = logging.getLogger(__name__)


def load(portal: Portal, file: File, identifier: str, *, may_stand: bool) -> None:
    """Put the table of a file into the datastore in the place of what is there.

    Args:
        portal: The portal.
        file: The file.
        identifier: Its resource.
        may_stand: Whether there may be a table already: an older one, or part of this one.

    Raises:
        TargetError: The portal refuses, or fails: the table is then loaded anew by the next run.
    """
    table = file.table
    if table is None:
        return
    if may_stand:
        _clear(portal, identifier)
    data: dict[str, Any] = {
        "resource_id": identifier,
        "force": True,  # the resource is a file, and its table is read-only to all others
        "fields": list(table.fields),
        "primary_key": list(table.key),
        # CKAN keeps the first count that it makes, which is none of the whole.
        "calculate_record_count": False,
    }
    total = portions = 0
    # A portion whose answer is lost is not sent again: it might then be there twice.
    for portion in chunks(table, file.release.file(file.path)):
        if portions == 0:
            _loaded(portal, "datastore_create", {**data, "records": portion})
        else:
            more = {"resource_id": identifier, "force": True, "method": "insert",
                    "records": portion, "calculate_record_count": False}  # fmt: skip
            _loaded(portal, "datastore_upsert", more)
        total += len(portion)
        portions += 1
    if portions == 0:
        _loaded(portal, "datastore_create", data)
    if portions > 1:
        _count(portal, file, identifier, total)
    log.info(say("ckan-loads", host=portal.client.host, table=file.key, rows=total))


def columns_there(portal: Portal, resource: Resource) -> list[dict[str, Any]] | None:
    """Return the columns that the datastore has of a resource; None where it has no table."""
    reply = portal.read("datastore_search", resource_id=resource.id, limit=0)
    if reply.is_missing:
        return None
    fields = portal.need(reply)["fields"]
    return [one for one in fields if one["id"] != "_id"]


def same_rows(table: Table, path: Path, dump: Path) -> bool:
    """Tell whether the datastore holds the rows of a file, in its order.

    Args:
        table: The table.
        path: The file.
        dump: What the portal gives out as CSV: an own column before the others.
    """
    kinds = [str(one["type"]) for one in table.fields]
    there = read_csv(dump)
    if next(there, None) != ["_id", *table.names]:
        return False
    for here, other in zip_longest(rows_of(path, table.missing), there):
        if here is None or other is None or len(other) != len(here) + 1:
            return False
        cells = zip(kinds, here, other[1:], strict=True)
        if not all(same_cell(*one) for one in cells):
            return False
    return True


def _clear(portal: Portal, identifier: str) -> None:
    """Remove the table that stands there, if any."""
    reply = portal.write("datastore_delete", {"resource_id": identifier, "force": True})
    if not reply.done and not reply.is_missing:
        raise portal.refusal(reply)


def _loaded(portal: Portal, action: str, data: dict[str, Any]) -> None:
    portal.need(portal.write(action, data, again=False))


def _count(portal: Portal, file: File, identifier: str, expected: int) -> None:
    reply = portal.read("datastore_search", resource_id=identifier, limit=0)
    found = portal.need(reply)["total"]
    if found != expected:
        reason = say("ckan-rows", host=portal.client.host, table=file.key, expected=expected,
                     found=found)  # fmt: skip
        raise TargetError(portal.client.name, reason, say("ckan-rows-advice"))
