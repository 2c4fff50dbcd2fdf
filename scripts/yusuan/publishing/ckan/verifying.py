"""What was published, downloaded again: compared, checked as a package, and read as tables."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from yusuan.errors import PackageError
from yusuan.messages import say
from yusuan.package import DESCRIPTOR, read
from yusuan.package.descriptor import Seal
from yusuan.package.loading import is_inside
from yusuan.publishing.ckan.action import Portal
from yusuan.publishing.ckan.columns import Table, table_of
from yusuan.publishing.ckan.comparing import DATASTORE
from yusuan.publishing.ckan.loading import columns_there, same_rows
from yusuan.publishing.ckan.standing import Resource, Standing, standing_of
from yusuan.publishing.plan import Difference, Receipt, differences
from yusuan.publishing.validating import faults_of

_GONE, _OTHER = 404, "other"


def verified(portal: Portal, receipt: Receipt, folder: Path) -> list[Difference]:
    """Return how a portal differs from a receipt.

    Args:
        portal: The portal.
        receipt: The receipt.
        folder: Where copies are kept meanwhile.

    Raises:
        TargetError: The portal can't be read.
    """
    hashes: dict[str, str] = {}
    found: list[Difference] = []
    datasets: dict[str, Standing | None] = {}
    for number, package in enumerate(receipt.packages):
        name, _, edition = package.place.partition("/")
        if name not in datasets:
            datasets[name] = _dataset(portal, name)
        standing = datasets[name]
        if standing is None:
            continue
        copy = folder / str(number)
        resources = {
            f"{name}/{one.path}": one
            for one in standing.of_edition(edition)
            if one.path is not None and is_inside(one.path)
        }
        for path, resource in resources.items():
            here = copy / path.removeprefix(f"{package.place}/")
            seal = _fetched(portal, standing, resource, here)
            if seal is not None:
                hashes[path] = seal.sha256
        hashes |= _tables(portal, receipt, resources, copy, package.place)
        if (copy / DESCRIPTOR).is_file():
            found += faults_of(copy, package.place)
        found += [
            Difference("changed", path, say("verify-changed", path=path))
            for path, one in resources.items()
            if one.is_touched and path in receipt.files
            and hashes.get(path) == receipt.files[path].sha256
        ]  # fmt: skip
    return differences(receipt, hashes) + found


def _dataset(portal: Portal, name: str) -> Standing | None:
    reply = portal.read("package_show", id=name)
    if reply.is_missing:
        return None
    standing = standing_of(portal.need(reply))
    return None if standing.raw.get("state") == "deleted" else standing


def _fetched(portal: Portal, standing: Standing, resource: Resource, path: Path) -> Seal | None:
    """Download a file; return None where it is gone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # The portal's own address of it may be another than the one it is published through.
    url = f"dataset/{standing.id}/resource/{resource.id}/download/{quote(resource.filename)}"
    answer, seal = portal.client.fetch(url, path, accept=(_GONE,))
    return None if answer.status == _GONE else seal


def _tables(
    portal: Portal, receipt: Receipt, resources: Mapping[str, Resource], copy: Path, place: str
) -> dict[str, str]:
    """Return path → digest of the tables in the datastore, which are those of the files or not."""
    found = {}
    tables = _tables_of(copy)
    for path, seal in receipt.files.items():
        file = path.removesuffix(DATASTORE)
        if file == path or file not in resources:
            continue
        table = tables.get(file.removeprefix(f"{place}/"))
        columns = columns_there(portal, resources[file])
        if columns is None:
            continue
        same = (
            table is not None
            and columns == list(table.fields)
            and _same_rows(portal, table, resources[file], copy / file.removeprefix(f"{place}/"))
        )
        found[path] = seal.sha256 if same else _OTHER
    return found


def _same_rows(portal: Portal, table: Table, resource: Resource, file: Path) -> bool:
    dump = file.with_name(f"{file.name}.dump")
    try:
        answer, _ = portal.client.fetch(f"datastore/dump/{resource.id}", dump, accept=(_GONE,))
        return answer.status != _GONE and same_rows(table, file, dump)
    finally:
        dump.unlink(missing_ok=True)


def _tables_of(copy: Path) -> dict[str, Table]:
    """Return path → table, as the descriptor that was downloaded says."""
    try:
        descriptor = read(copy).descriptor
    except PackageError:
        return {}
    tables = {str(one.get("path")): table_of(one) for one in descriptor["resources"]}
    return {path: table for path, table in tables.items() if table is not None}
