"""What is served: a copy of a store that nobody writes into, made anew when the store changes.

The engine must not read a database into which another program writes, and what is served must not
go because its store does. A copy is links to what never changes, which is nearly all of it; of a
plain database the log is copied, too: the state in which a power cut would leave it, from which
every database recovers.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from yusuan.errors import StoreError, UsageError
from yusuan.messages import say
from yusuan.querying import open_sources, storing
from yusuan.querying.generations import files_of, generation_of, is_store

# What a store never changes once it is written.
_LINKED = ".sst"
# What says nothing of the content: the engine's own notes, and its lock.
_NOTES = ("LOG", "LOCK", "OPTIONS")
_TRIES = 5
_PAUSE = 0.05  # seconds

Stamp = tuple[tuple[str, int, int], ...]


class Editions:
    """The states of what is served, one after another.

    Attributes:
        base: The base of the IRIs in it.
        path: The newest copy, a store.
    """

    def __init__(self, base: str, path: Path, origin: Path | None, stamp: Stamp) -> None:
        self.base, self.path = base, path
        self._origin, self._stamp = origin, stamp
        self._number = 0
        self._olds: list[Path] = []

    def renew(self) -> bool:
        """Make a new copy if the store has changed; tell whether there is one.

        Raises:
            StoreError: It has changed and can't be read; what there was stays.
        """
        if self._origin is None or not is_store(self._origin):
            return False
        if stamp(self._origin) == self._stamp:
            return False
        self._number += 1
        target = self.path.with_name(f"edition-{self._number}")
        found = copy(self._origin, target)
        try:
            self._accept(target)
        except StoreError:
            shutil.rmtree(target, ignore_errors=True)
            raise
        self._olds.append(self.path)
        self.path, self._stamp = target, found
        return True

    def _accept(self, target: Path) -> None:
        if open_sources([target]).base != self.base:
            raise StoreError(str(self._origin), say("several-bases"), say("several-bases-advice"))

    def forget(self, used: set[Path]) -> None:
        """Remove the copies that nobody uses any more."""
        for one in [old for old in self._olds if old not in used]:
            shutil.rmtree(one, ignore_errors=True)
            self._olds.remove(one)


@contextmanager
def editions(
    paths: Sequence[Path], progress: storing.Progress | None = None
) -> Iterator[Editions]:  # fmt: skip
    """Open what is to be served, in a folder that goes when all is done.

    Args:
        paths: A store, or packages and folders of packages; these are read now and not again.
        progress: Told after each document of a package.

    Raises:
        UsageError: There is nothing to serve, or a store beside something else.
        PackageError: A package can't be read.
        StoreError: The store can't be read.
    """
    origin = paths[0] if len(paths) == 1 and is_store(paths[0]) else None
    with tempfile.TemporaryDirectory(
        prefix=".yusuan-serve-", dir=_scratch(origin), ignore_cleanup_errors=True
    ) as folder:
        first = Path(folder) / "edition-0"
        if origin is None:
            base = _stored(paths, first, progress)
            yield Editions(base, first, None, ())
        else:
            found = copy(origin, first)
            yield Editions(open_sources([first]).base, first, origin, found)


def stamp(store: Path) -> Stamp:
    """Return what differs as soon as a store does: names, sizes and times of its files.

    Raises:
        StoreError: It can't be read.
        OSError: The folder is not there.
    """
    found = []
    for file in files_of(store):
        if not file.name.startswith(_NOTES):
            known = file.stat()
            found.append((str(file.relative_to(store)), known.st_size, known.st_mtime_ns))
    return tuple(sorted(found))


def copy(store: Path, target: Path) -> Stamp:
    """Copy a store as it stands at one moment, and return the stamp of that moment.

    Raises:
        StoreError: It can't be read, or changes all the time.
    """
    fault: OSError | None = None
    for _ in range(_TRIES):
        try:
            before = stamp(store)
            # A generation never changes once it counts; of a plain database only some files.
            all_fixed = generation_of(store) != store
            target.mkdir()
            for name, _, _ in before:
                (target / name).parent.mkdir(parents=True, exist_ok=True)
                _take(store / name, target / name, fixed=all_fixed or name.endswith(_LINKED))
            if stamp(store) == before:
                return before
        except OSError as trouble:  # a file has gone since the folder was read
            fault = trouble
        shutil.rmtree(target, ignore_errors=True)
        time.sleep(_PAUSE)
    if fault is None:
        raise StoreError(str(store), say("store-busy"), say("store-busy-advice"))
    raise StoreError(str(store), say("store-broken", fault=fault), say("store-broken-advice"))


def _take(file: Path, target: Path, *, fixed: bool) -> None:
    if fixed:
        try:
            os.link(file, target)
        except FileNotFoundError:
            raise
        except OSError:  # another file system, or one without links
            shutil.copyfile(file, target)
    else:
        shutil.copyfile(file, target)


def _scratch(origin: Path | None) -> Path | None:
    """Return the folder for the copies: one from which the files of the store can be linked."""
    if origin is None:
        return None
    usual, beside = Path(tempfile.gettempdir()), origin.resolve().parent
    try:
        near = usual.stat().st_dev == origin.stat().st_dev
    except OSError:
        return None
    return beside if not near and os.access(beside, os.W_OK) else None


def _stored(paths: Sequence[Path], target: Path, progress: storing.Progress | None) -> str:
    """Put packages into a store of their own, and return its base."""
    if any(is_store(path) for path in paths):
        raise UsageError(str(paths[0]), say("store-beside"), say("store-beside-advice"))
    try:
        storing.add(paths, target, progress)
    except UsageError as fault:
        if fault.reason.key != "store-stack":
            raise
        # A package of several documents is no part of a store, but can be asked.
        _dump(paths, target)
    return open_sources([target]).base


def _dump(paths: Sequence[Path], target: Path) -> None:
    import pyoxigraph

    quads = pyoxigraph.RdfFormat.N_QUADS
    made = pyoxigraph.Store(str(target))
    made.bulk_load(open_sources(paths).store.dump(format=quads), quads)
    made.optimize()
    made.flush()
