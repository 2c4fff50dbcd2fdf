"""What goes wrong with a request, as HTTP says it: a status, and the reason and the next step."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from yusuan.errors import AnswerError, QueryError, StoreError, UsageError, YusuanError
from yusuan.messages import Message, say
from yusuan.serving.settings import Settings

PROBLEM = "application/problem+json"
MIB = 1 << 20


class Busy(Exception):  # noqa: N818 - what it says is no fault of the program
    """Every worker is at work, and others wait already."""


class Late(Exception):  # noqa: N818 - likewise
    """The time of a query is up."""


class Short(Exception):  # noqa: N818 - likewise
    """A query takes more memory than it may."""


class Gone(Exception):  # noqa: N818 - likewise
    """The client has gone, and nobody waits for the answer."""


class Refusal(Exception):  # noqa: N818 - likewise
    """A request that is not answered as asked.

    Args:
        status: The HTTP status.
        code: What it is, for programs: it never changes its name.
        reason: What is wrong.
        advice: The next step.
        place: Line and column of the fault in the query.
        subject: What the fault is about.
        headers: What the response has beside.
    """

    def __init__(
        self, status: int, code: str, reason: Message, advice: Message, *,
        subject: str = "", place: tuple[int, int] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        self.status, self.code, self.reason, self.advice = status, code, reason, advice
        self.subject, self.place, self.headers = subject, place, dict(headers or {})
        super().__init__(code)

    def text(self, language: str) -> str:
        """Return it as a person reads it."""
        head = f"{self.subject}: " if self.subject else ""
        return f"{head}{self.reason.text(language)}\n{self.advice.text(language)}\n"

    def problem(self, language: str) -> bytes:
        """Return it as a program reads it (RFC 9457), with the sentences in both languages."""
        content: dict[str, Any] = {
            "title": self.reason.text(language),
            "status": self.status,
            "detail": self.text(language).strip(),
            "code": self.code,
            "reason": self.reason.both(),
            "advice": self.advice.both(),
        }
        if self.place is not None:
            content |= {"line": self.place[0], "column": self.place[1]}
        return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def refusal_of(fault: Exception, settings: Settings) -> Refusal:
    """Return how HTTP says what went wrong with a query.

    The statuses are those of the SPARQL 1.1 Protocol (2.1.7): 400 for what is no query, 500 for
    one that is refused for what it takes; others where HTTP has a more exact one.

    Raises:
        TypeError: It is no error of a query.
    """
    seconds = f"{settings.seconds:g}"
    match fault:
        case Refusal():
            return fault
        case Busy():
            return Refusal(503, "busy", say("serve-busy"), say("serve-busy-advice"),
                           headers={"Retry-After": "2"})  # fmt: skip
        case Late():
            return Refusal(504, "time", say("query-late", seconds=seconds),
                           say("serve-late-advice"))  # fmt: skip
        case Short():
            reason = say("serve-memory", limit=settings.memory // MIB)
            return Refusal(500, "memory", reason, say("serve-memory-advice"))
        case QueryError() | AnswerError():
            usual = (400, "malformed-query") if isinstance(fault, QueryError) else (500, "internal")
            status, code = _OTHERS.get(fault.reason.key, usual)
            return Refusal(status, code, fault.reason, fault.advice, subject=fault.subject,
                           place=getattr(fault, "place", None))  # fmt: skip
        case StoreError():
            return Refusal(503, "store", fault.reason, fault.advice)
        case UsageError():
            return Refusal(400, "parameter", fault.reason, fault.advice, subject=fault.subject)
        case YusuanError() | _:
            raise TypeError(fault) from fault


_OTHERS = {
    "query-service": (403, "federation"),
    "query-rows": (500, "rows"),
    "serve-update": (403, "update"),
    "serve-dataset": (400, "parameter"),
    "serve-unwritable": (406, "not-acceptable"),
}
