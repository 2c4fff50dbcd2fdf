"""Writing a package: all of its files as bytes, then onto the disk, whole or not at all.

A package that stands already loses nothing but what its own descriptor names: README, programs
and the document under `resources/source/` stay.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from yusuan.errors import PackageError, UsageError
from yusuan.messages import Message, say
from yusuan.package.cells import to_csv
from yusuan.package.descriptor import TEXT_PATH, Origin, as_json, describe, seals_of
from yusuan.package.facts import is_facts_only
from yusuan.package.loading import Package, is_inside, read
from yusuan.package.shipped import DESCRIPTOR, table_resources, template

Contents = Mapping[str, bytes]
# The triples of many packages are written a row at a time.
_BUFFER = 1 << 18
Derive = Callable[[Package], Contents]


def contents(origin: Origin, derive: Derive | None = None) -> dict[str, bytes]:
    """Return every file of the package: path below its folder → bytes, the descriptor last.

    Args:
        origin: The document as rows, and what is known of it.
        derive: Gives what follows from tables and descriptor, as RDF does; it may replace a table
            that is found out from the others, as the findings are.

    Raises:
        AssertionError: A row does not fit the schema: a fault of the program.
    """
    files: dict[str, bytes] = {}
    rows = origin.interpretation.rows
    tables = table_resources(template())
    if rows.keys() != tables.keys():
        odd = ", ".join(sorted(rows.keys() ^ tables.keys()))
        raise AssertionError(f"tables of the rows and of the schema differ: {odd}")
    for name, resource in tables.items():
        files[resource["path"]] = to_csv(name, resource["schema"], rows[name])
    if not origin.facts_only:
        files[TEXT_PATH] = origin.source.document.text.encode("utf-8")
    if derive is not None:
        draft = describe(origin, seals_of(files))
        files |= derive(Package(Path(), draft, dict(files)))
    files[DESCRIPTOR] = as_json(describe(origin, seals_of(files)))
    return files


def write(files: Contents, target: Path) -> None:
    """Write a package into a folder; what stands there stays whole until all is ready.

    A new folder appears by one rename. In a folder that exists, which may be where the user
    stands, every file is written in full beside its place first; then each is replaced by a
    rename, the descriptor last, and files that only the old descriptor names are removed.

    Args:
        files: What `contents` gives.
        target: A folder that does not exist, is empty, or holds a package of the same document.

    Raises:
        UsageError: The folder holds something else.
        PackageError: The disk is full, or the folder can't be written.
    """
    target = target.resolve()
    _refuse_alien(files, target)
    stale = _stale(files, target)
    stands = target.exists()
    draft = (target if stands else target.parent) / f".{target.name}.{os.getpid()}.new"
    try:
        _write_draft(files, draft)
        if stands:
            _replace(files, draft, target, stale)
        else:
            draft.rename(target)
    except OSError as fault:
        raise _write_failed(target, fault) from fault
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def save(pieces: Iterable[bytes], path: Path) -> None:
    """Write one file piece by piece, whole or not at all.

    Raises:
        PackageError: The disk is full, or the file can't be written.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with draft.open("wb", buffering=_BUFFER) as file:
            file.writelines(pieces)
        draft.replace(path)
    except OSError as fault:
        raise _write_failed(path, fault) from fault
    finally:
        draft.unlink(missing_ok=True)


def _write_failed(place: Path, fault: OSError) -> PackageError:
    reason = say("write-failed", fault=fault.strerror or fault)
    return PackageError(str(place), reason, say("write-failed-advice"))


def differences(files: Contents, target: Path) -> list[Message]:
    """Return how a package on disk differs from what would be written, nothing where it doesn't."""
    found = []
    for path, data in files.items():
        place = target / path
        if not place.is_file():
            found.append(say("differs-missing", path=path))
            continue
        standing = place.read_bytes()
        if standing != data:
            found.append(say("differs-at", path=path, line=first_difference(standing, data)))
    return found + [say("differs-stale", path=path) for path in _stale(files, target)]


def standing_base(target: Path) -> str | None:
    """Return the base IRI of the package in a folder, or None where there is none."""
    base = _descriptor(target).get("yusuan:base")
    return base if isinstance(base, str) else None


def standing_facts_only(target: Path) -> bool:
    """Tell whether the package in a folder leaves out the text of its document."""
    return is_facts_only(_descriptor(target))


def standing_document(target: Path) -> str | None:
    """Return the id of the document whose package stands in a folder.

    None where no package stands there, or only the template of one.
    """
    return _document_of(_descriptor(target))


def _descriptor(target: Path) -> dict[str, Any]:
    return read(target).descriptor if (target / DESCRIPTOR).is_file() else {}


def _document_of(descriptor: Mapping[str, Any]) -> str | None:
    identifier = descriptor.get("id")
    return identifier.rpartition("/doc/")[2] if isinstance(identifier, str) else None


def _refuse_alien(files: Contents, target: Path) -> None:
    """Refuse a folder that holds something other than an earlier package of this document."""
    advice = say("target-advice")
    if target.exists() and not target.is_dir():
        raise UsageError(str(target), say("target-is-file"), advice)
    if not target.exists() or not any(target.iterdir()):
        return
    if not (target / DESCRIPTOR).is_file():
        raise UsageError(str(target), say("target-not-empty"), advice)
    if standing_base(target) is None:
        raise UsageError(str(target), say("target-alien"), advice)
    standing, coming = standing_document(target), _document_of(json.loads(files[DESCRIPTOR]))
    if standing is not None and standing != coming:
        raise UsageError(str(target), say("target-other", standing=standing, coming=coming), advice)


def _stale(files: Contents, target: Path) -> list[str]:
    """Return the files that only the descriptor that stands there names."""
    paths = (resource.get("path") for resource in _descriptor(target).get("resources", ()))
    return [
        path
        for path in paths
        if isinstance(path, str)
        and path not in files
        and is_inside(path)
        and path.startswith("resources/")
        and not path.startswith("resources/source/")
        and (target / path).is_file()
    ]


def _write_draft(files: Contents, draft: Path) -> None:
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    for path, data in files.items():
        place = draft / path
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())


def _replace(files: Contents, draft: Path, target: Path, stale: list[str]) -> None:
    for path in files:
        (target / path).parent.mkdir(parents=True, exist_ok=True)
    try:
        for path in sorted(files, key=lambda path: path == DESCRIPTOR):
            (draft / path).replace(target / path)
        for path in stale:
            (target / path).unlink()
    except OSError as fault:
        # The space is there already: a file is held open by another program, say.
        reason = say("replace-failed", path=path, fault=fault.strerror or fault)
        raise PackageError(str(target), reason, say("replace-failed-advice")) from fault


def first_difference(standing: bytes, coming: bytes) -> int:
    """Return the first line, from 1, in which two files differ."""
    pairs = zip(standing.splitlines(keepends=True), coming.splitlines(keepends=True), strict=False)
    same = 0
    for one, other in pairs:
        if one != other:
            break
        same += 1
    return same + 1
