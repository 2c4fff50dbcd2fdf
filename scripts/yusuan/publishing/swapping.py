"""One folder in the place of another at one stroke, and one publisher at a time.

Beside the folder `portal` stand, while it is written, `.portal.lock` and `.portal.new`; and where
the system can't exchange two folders, for a moment, `.portal.old`, from which the next run brings
the old state back if the machine stopped at that very moment.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import IO

from yusuan.messages import say
from yusuan.publishing.errors import TargetError
from yusuan.publishing.plan import Content
from yusuan.publishing.release import pieces, seal_of

_AT_FDCWD, _RENAME_EXCHANGE = -100, 2


@contextmanager
def alone(target: Path) -> Iterator[None]:
    """Keep every other publisher of a target out.

    Raises:
        TargetError: Another one is at work, or nothing can be written beside the target.
    """
    path = _beside(target, "lock")
    with _failing(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+b")
    with file:
        # A lock file that its holder has removed meanwhile keeps nobody out.
        if not _lock(file) or not _is(path, file):
            raise TargetError(str(target), say("publish-locked"), say("publish-locked-advice"))
        try:
            yield
        finally:
            if sys.platform != "win32":
                path.unlink(missing_ok=True)


def standing_folder(target: Path) -> Path | None:
    """Return where the state of a target lies now; None where there is none yet."""
    old = _beside(target, "old")
    return next((one for one in (target, old) if one.is_dir()), None)


def recover(target: Path) -> None:
    """Bring back the state that a machine which stopped left beside; call it inside `alone`.

    Raises:
        TargetError: It can't be brought back.
    """
    old = _beside(target, "old")
    with _failing(target):
        if not target.exists() and old.exists():
            old.rename(target)
    for leftover in (_beside(target, "new"), old):
        shutil.rmtree(leftover, ignore_errors=True)


def replace_folder(
    target: Path, kept: Mapping[str, Path], contents: Mapping[str, Content],
    wanted: Mapping[str, str],
) -> None:  # fmt: skip
    """Put a new folder in the place of `target`; call it inside `alone`, after `recover`.

    Args:
        target: The folder.
        kept: Path → file that goes over as it stands.
        contents: Path → what is new.
        wanted: Path → hash that each file must have.

    Raises:
        TargetError: The disk is full, or a file has changed; the old folder stands then.
    """
    draft, old = _beside(target, "new"), _beside(target, "old")
    try:
        with _failing(target):
            draft.mkdir(parents=True)
            for path, file in kept.items():
                _keep(file, draft / path)
                if seal_of(draft / path).sha256 != wanted[path]:
                    raise _moved(path)
            for path, content in contents.items():
                if _write(content, draft / path) != wanted[path]:
                    raise _moved(path)
            _swap(draft, target, old)
    finally:
        for leftover in (draft, old):
            shutil.rmtree(leftover, ignore_errors=True)


def _moved(path: str) -> TargetError:
    return TargetError(path, say("publish-changed-meanwhile"), say("publish-again-advice"))


def _swap(draft: Path, target: Path, old: Path) -> None:
    if not target.exists():
        draft.rename(target)
    elif not _exchange(draft, target):
        target.rename(old)
        try:
            draft.rename(target)
        except OSError:
            old.rename(target)
            raise


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two folders, where the system can; tell whether it did."""
    if sys.platform != "linux":
        return False
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    done = rename(
        _AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), ctypes.c_uint(_RENAME_EXCHANGE)
    )
    return bool(done == 0)


def _keep(file: Path, place: Path) -> None:
    """Take a file over without its bytes where the disk allows it."""
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(file, place)
    except OSError:
        shutil.copyfile(file, place)


def _write(content: Content, place: Path) -> str:
    """Write a file and return its hash."""
    digest = sha256()
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("wb") as file:
        for piece in [content] if isinstance(content, bytes) else pieces(content):
            digest.update(piece)
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


def _beside(target: Path, what: str) -> Path:
    target = target.resolve()
    return target.with_name(f".{target.name}.{what}")


def _lock(file: IO[bytes]) -> bool:
    """Lock a file without waiting; the system lets go of it when the process ends."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _is(path: Path, file: IO[bytes]) -> bool:
    try:
        return path.stat().st_ino == os.fstat(file.fileno()).st_ino
    except FileNotFoundError:
        return False


@contextmanager
def _failing(target: Path) -> Iterator[None]:
    """Tell what the system refuses as an error of the target."""
    try:
        yield
    except OSError as fault:
        reason = say("write-failed", fault=fault.strerror or fault)
        raise TargetError(str(target), reason, say("publish-failed-advice")) from fault
