"""The log of a publication: one line for each thing that is done at a server, on stderr.

Lines are messages of the catalogue, and no line shows a secret.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager

from yusuan.messages import Message
from yusuan.secrecy import hidden

ROOM = "yusuan.publishing"


class Telling(logging.Formatter):
    """Turns a message of the catalogue into a line.

    Args:
        language: `zh` or `en`.
    """

    def __init__(self, language: str) -> None:
        super().__init__()
        self._language = language

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without secrets."""
        if isinstance(record.msg, Message):
            return hidden(record.msg.text(self._language))
        return hidden(super().format(record))


@contextmanager
def telling(language: str) -> Iterator[None]:
    """Write the log to stderr; with YUSUAN_DEBUG every request, too."""
    room, handler = logging.getLogger(ROOM), logging.StreamHandler()
    handler.setFormatter(Telling(language))
    before = room.level
    room.addHandler(handler)
    room.setLevel(logging.DEBUG if os.environ.get("YUSUAN_DEBUG") else logging.INFO)
    try:
        yield
    finally:
        room.removeHandler(handler)
        room.setLevel(before)
