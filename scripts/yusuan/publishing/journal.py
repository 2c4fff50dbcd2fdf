"""What a publication to a server has done so far, and its receipt: kept on this machine.

Where a server can't do all or nothing, the next run goes on from here. One folder a target, below
the state folder of the user; whoever publishes to the same target at the same time is sent away.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from yusuan.messages import say
from yusuan.package import as_json, save
from yusuan.publishing.errors import TargetError
from yusuan.publishing.plan import Receipt
from yusuan.publishing.swapping import alone

STATE = "YUSUAN_STATE"
_UNSAFE = re.compile(r"[^A-Za-z0-9.-]+")


def state_folder(stated: Path | None = None) -> Path:
    """Return where journals and receipts lie: as stated, by YUSUAN_STATE, or the user's own."""
    if stated is not None:
        return stated
    if os.environ.get(STATE):
        return Path(os.environ[STATE])
    from platformdirs import user_state_path

    return user_state_path("yusuan", appauthor=False)


@dataclass(frozen=True, slots=True)
class Journal:
    """The journal of one target.

    Args:
        state: The state folder.
        target: The target, as its receipts name it.
    """

    state: Path
    target: str

    @property
    def folder(self) -> Path:
        """Where everything about this target lies."""
        slug = _UNSAFE.sub("-", self.target).strip("-.")[:80]
        return self.state / f"{slug}.{sha256(self.target.encode()).hexdigest()[:8]}"

    @property
    def receipt_path(self) -> Path:
        """Where the receipt lies."""
        return self.folder / "target.receipt.json"

    @property
    def path(self) -> Path:
        """Where the journal itself lies: one JSON object a line."""
        return self.folder / "journal.jsonl"

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep every other publisher to this target on this machine out.

        Raises:
            TargetError: Another one is at work, or the state folder can't be written.
        """
        with self._failing():
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with alone(self.path):
            yield

    def entries(self) -> list[dict[str, Any]]:
        """Return what was noted since the last publication that ended; [] where all has ended."""
        with self._failing():
            text = self.path.read_text("utf-8") if self.path.exists() else ""
        found = []
        for line in text.split("\n"):
            try:
                entry = json.loads(line)
            except ValueError:
                # The machine stopped while this line was written: what it tells did not happen,
                # or will be found at the target.
                continue
            if isinstance(entry, dict):
                found.append(entry)
        return found

    def note(self, **entry: object) -> None:
        """Add an entry, and see to it that it is on the disk.

        Raises:
            TargetError: It can't be written.
        """
        line = json.dumps(entry, ensure_ascii=False, sort_keys=True).encode("utf-8")
        with self._failing():
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with self.path.open("ab") as file:
                # After a torn line the next one begins anew.
                file.write(b"\n" + line + b"\n")
                file.flush()
                os.fsync(file.fileno())

    def close(self, receipt: Receipt) -> None:
        """Write the receipt and forget the journal: everything is done.

        Raises:
            TargetError: It can't be written.
        """
        with self._failing():
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        save([as_json(receipt.document())], self.receipt_path)
        with self._failing():
            self.path.unlink(missing_ok=True)

    @contextmanager
    def _failing(self) -> Iterator[None]:
        try:
            yield
        except OSError as fault:
            reason = say("state-failed", fault=fault.strerror or fault)
            raise TargetError(str(self.folder), reason, say("state-failed-advice")) from fault
