"""What a server and its workers say to each other: one JSON object a line, and errors in it.

No pickled objects: a worker evaluates what strangers ask.
"""

from __future__ import annotations

import json
from typing import Any

from yusuan.errors import AnswerError, QueryError, StoreError, YusuanError
from yusuan.messages import Message

# How a worker ends that could not get the memory that it needs.
OUT_OF_MEMORY = 71

_KINDS: dict[str, type[YusuanError]] = {
    one.__name__: one for one in (QueryError, AnswerError, StoreError)
}


def line(content: dict[str, Any]) -> bytes:
    """Return a message as a line."""
    return json.dumps(content, ensure_ascii=True, separators=(",", ":")).encode("ascii") + b"\n"


def packed(fault: YusuanError) -> dict[str, Any]:
    """Return an error as JSON."""
    return {
        "error": type(fault).__name__,
        "subject": fault.subject,
        "reason": message(fault.reason),
        "advice": message(fault.advice),
        "place": fault.place if isinstance(fault, QueryError) else None,
    }


def unpacked(content: dict[str, Any]) -> YusuanError:
    """Return the error that `packed` made JSON of.

    Raises:
        KeyError: It made none of this kind.
    """
    kind = _KINDS[content["error"]]
    reason, advice = (Message(*content[name]) for name in ("reason", "advice"))
    fault = kind(content["subject"], reason, advice)
    if isinstance(fault, QueryError) and content["place"] is not None:
        line_, column = content["place"]
        fault.place = (line_, column)
    return fault


def message(one: Message) -> list[Any]:
    """Return a sentence as its key and its values; what is no number is text."""
    values = {
        name: value if isinstance(value, int | float) else str(value)
        for name, value in one.values.items()
    }
    return [one.key, values]
