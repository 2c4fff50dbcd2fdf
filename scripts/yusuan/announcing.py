"""Saying on the terminal what is being done, where that takes long, and since when."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from time import monotonic

from yusuan.messages import say

PATIENCE = 1.5  # seconds before anything is said
_EVERY = 1.0  # seconds


@contextmanager
def announced(key: str, language: str, **values: object) -> Iterator[None]:
    """Say what is being done, and count the seconds, until it is done.

    Nothing is said where nobody looks: to a file or a pipe.

    Args:
        key: The message that says it.
        language: `zh` or `en`.
        values: What is filled in.
    """
    if not sys.stderr.isatty():
        yield
        return
    sentence, over = say(key, **values).text(language), Event()
    began = monotonic()

    def tell() -> None:
        if over.wait(PATIENCE):
            return
        while True:
            seconds = say("announced-seconds", seconds=round(monotonic() - began)).text(language)
            # Back to the beginning of the line, which is written anew.
            sys.stderr.write(f"\r{sentence} {seconds}")
            sys.stderr.flush()
            if over.wait(_EVERY):
                break
        sys.stderr.write("\n")
        sys.stderr.flush()

    teller = Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield
    finally:
        over.set()
        teller.join()
