"""What a server is told: where it listens, and what one query may take."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """What a server is told.

    Attributes:
        host: The address to listen at.
        port: The port; 0 for any that is free.
        seconds: How long one query may take, and how long it may wait for its turn.
        memory: Bytes that one query may take beside what the store itself does; not enforced on
            Windows.
        rows: How many rows or triples one answer may have.
        workers: How many queries run at a time.
        language: `zh` or `en`, for the log.
    """

    host: str
    port: int
    seconds: float
    memory: int
    rows: int
    workers: int
    language: str

    @property
    def waiting(self) -> int:
        """How many queries may wait for others to end."""
        return 16 * self.workers
