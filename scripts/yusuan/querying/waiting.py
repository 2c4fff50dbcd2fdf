"""Waiting for an answer no longer than was said."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from traceback import clear_frames
from typing import TypeVar

from yusuan.errors import AnswerError
from yusuan.messages import say

_Answer = TypeVar("_Answer")


def within(seconds: float, who: str, work: Callable[[], _Answer]) -> _Answer:
    """Return what some work gives, or give it up.

    Its thread goes on and ends with the process: neither an engine nor a server that drips can be
    told to stop.

    Args:
        seconds: How long it may take.
        who: Who is asked, for the error.
        work: What is done.

    Raises:
        AnswerError: The time is up. What the work raises is raised here, too.
    """
    outcome: list[_Answer] = []
    faults: list[BaseException] = []

    def run() -> None:
        try:
            outcome.append(work())
        except BaseException as fault:  # noqa: BLE001 - raised again, where it is waited for
            # Answers of the engine must end in the thread that they began in.
            _forget(fault)
            faults.append(fault)

    worker = Thread(target=run, daemon=True)
    worker.start()
    worker.join(seconds)
    if faults:
        raise faults[0]
    if not outcome:
        raise AnswerError(who, say("query-late", seconds=f"{seconds:g}"), say("query-late-advice"))
    return outcome[0]


def _forget(fault: BaseException | None) -> None:
    """Drop what the functions held that a fault, and what caused it, went through."""
    while fault is not None:
        clear_frames(fault.__traceback__)
        fault = fault.__cause__ or fault.__context__
