"""A store as a folder of generations: who reads one is never disturbed, who writes makes the next.

    STORE/store.json    which generation counts; replaced by one rename
    STORE/writing       locked by who writes
    STORE/000007/       a generation, never changed once it counts
        graphs/         the triples, a database of Oxigraph
        documents.json  what documents it holds
        tables.duckdb   the same in columns, where DuckDB is installed
        reading         locked by who reads it, so that it is not removed

A next generation begins as a copy, of which the large files are links. So a writer that is killed,
or finds the disk full, at any moment leaves what counted, whole.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from weakref import finalize

from yusuan.errors import StoreError, UsageError
from yusuan.messages import say

GRAPHS = "graphs"
_POINTER = "store.json"
_WRITING = "writing"
_READING = "reading"
_FORMAT = 1
_NUMBER = re.compile(r"[0-9]{6,}").fullmatch
# Written once by the engine and never changed.
_LINKED = ".sst"
# What the engine writes for people, and its lock: not part of the data.
_APART = ("LOG", "LOCK")
# A database of Oxigraph that lies in the folder itself, as a plain one does.
_PLAIN = re.compile(
    r"CURRENT|IDENTITY|LOCK|LOG.*|MANIFEST-.*|OPTIONS-.*|[0-9]+\.(?:sst|log)"
).fullmatch


def is_store(path: Path) -> bool:
    """Tell whether a folder is a store, or a plain database of triples."""
    return (path / _POINTER).is_file() or (path / "CURRENT").is_file()


def generation_of(path: Path) -> Path:
    """Return the folder of the generation that counts; of a plain database, the folder itself.

    Raises:
        StoreError: There is no store, or it can't be read.
    """
    if not is_store(path):
        raise StoreError(str(path), say("no-store"), say("no-store-advice"))
    pointer = path / _POINTER
    if not pointer.is_file():
        return path
    try:
        found = json.loads(pointer.read_text("utf-8"))
        form, name = found["format"], str(found["generation"])
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise broken(path, fault) from fault
    if form != _FORMAT:
        raise StoreError(str(path), say("store-newer"), say("store-newer-advice"))
    if not _NUMBER(name):
        raise broken(path, ValueError(name))
    return path / name


def files_of(path: Path) -> list[Path]:
    """Return the files that a store is made of as it counts now, and no others.

    Raises:
        StoreError: There is no store, or it can't be read.
        OSError: Its folder is not there.
    """
    generation = generation_of(path)
    os.scandir(generation).close()
    files = [one for one in generation.rglob("*") if one.is_file()]
    return files if generation == path else [path / _POINTER, *files]


def graphs_in(generation: Path) -> Path:
    """Return the folder of the triples of a generation."""
    inside = generation / GRAPHS
    return inside if inside.is_dir() else generation


class Hold:
    """Keeps a generation from being removed until nobody refers to it any more."""

    def __init__(self, generation: Path) -> None:
        self._file = os.open(generation / _READING, os.O_RDONLY)
        finalize(self, os.close, self._file)
        _lock(self._file, shared=True)


def held(path: Path) -> tuple[Path, Hold | None]:
    """Return the generation that counts, and what keeps it from being removed.

    Raises:
        StoreError: There is no store, or it can't be read.
    """
    while True:
        generation = generation_of(path)
        if generation == path:
            return generation, None
        try:
            hold = Hold(generation)
        except OSError as fault:
            if generation_of(path) == generation:
                raise broken(path, fault) from fault
            continue  # replaced and removed since
        if generation_of(path) == generation:
            return generation, hold


@contextmanager
def next_generation(path: Path) -> Iterator[Path]:
    """Give a copy of the generation that counts, which counts from when all is done with it.

    Args:
        path: The store; a folder that is new or empty becomes one.

    Raises:
        UsageError: Something else is there.
        StoreError: Another program writes into the store.
        OSError: The disk is full, or the folder can't be written.
    """
    if path.exists() and not is_store(path) and not _is_free(path):
        raise UsageError(str(path), say("store-place"), say("store-place-advice"))
    path.mkdir(parents=True, exist_ok=True)
    with (path / _WRITING).open("wb") as mine:
        if not _lock(mine.fileno(), shared=False):
            raise StoreError(str(path), say("store-busy"), say("store-busy-advice"))
        before = generation_of(path) if is_store(path) else None
        _remove_others(path, before)
        draft = path / f"{_number(before) + 1:06}"
        try:
            draft.mkdir()
            if before is None:
                (draft / GRAPHS).mkdir()
            else:
                _copy(before, path, draft)
            (draft / _READING).touch()
            yield draft
            _sync(draft)
            _point(path, draft.name)
        finally:
            # Only what does not count: without its pointer the draft is nothing.
            _remove_others(path, generation_of(path) if is_store(path) else None)


def _is_free(path: Path) -> bool:
    """Tell whether a folder holds nothing but what an unfinished store left."""
    if not path.is_dir():
        return False
    names = [one.name for one in path.iterdir()]
    return not names or (_WRITING in names and all(n == _WRITING or _NUMBER(n) for n in names))


def _number(generation: Path | None) -> int:
    return int(generation.name) if generation is not None and _NUMBER(generation.name) else 0


def _copy(before: Path, path: Path, draft: Path) -> None:
    """Copy a generation: what never changes by a link."""
    shutil.copytree(
        graphs_in(before),
        draft / GRAPHS,
        copy_function=_take,
        ignore=lambda _, names: [
            name
            for name in names
            if name.startswith(_APART) or (before == path and not _PLAIN(name))
        ],
    )
    if before == path:
        return
    for one in before.iterdir():
        if one.is_file() and one.name != _READING:
            shutil.copyfile(one, draft / one.name)


def _take(source: str, target: str) -> None:
    if source.endswith(_LINKED):
        try:
            os.link(source, target)
        except OSError:  # a file system without links
            shutil.copyfile(source, target)
    else:
        shutil.copyfile(source, target)


def _sync(folder: Path) -> None:
    """Make sure that what was written stands on the disk."""
    for one in folder.rglob("*"):
        if one.is_file() and one.stat().st_size:
            with one.open("rb+") as file:
                os.fsync(file.fileno())


def _point(path: Path, name: str) -> None:
    draft = path / f"{_POINTER}.new"
    with draft.open("w", encoding="utf-8") as file:
        json.dump({"format": _FORMAT, "generation": name}, file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path / _POINTER)


def _remove_others(path: Path, kept: Path | None) -> None:
    """Remove the generations that nobody reads any more, and what was left half-made."""
    for one in path.iterdir():
        if one.is_dir() and _NUMBER(one.name) and one != kept and not _is_read(one):
            shutil.rmtree(one, ignore_errors=True)
        elif one.is_file() and kept not in (None, path) and _PLAIN(one.name):
            with suppress(OSError):  # where it is still open, the next writer removes it
                one.unlink()


def _is_read(generation: Path) -> bool:
    try:
        with (generation / _READING).open("rb") as file:
            return not _lock(file.fileno(), shared=False)
    except OSError:
        return False


def broken(path: Path, fault: Exception) -> StoreError:
    """Return the error for a store that can't be read or written."""
    return StoreError(str(path), say("store-broken", fault=str(fault).split("\n")[0]),
                      say("store-broken-advice"))  # fmt: skip


if sys.platform == "win32":

    def _lock(file: int, *, shared: bool) -> bool:
        """Lock a file until it is closed; a file that is open can't be removed there anyway."""
        import msvcrt

        if shared:
            return True
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:

    def _lock(file: int, *, shared: bool) -> bool:
        """Lock a file until it is closed; returns False where another program has."""
        import fcntl

        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
