"""What a server refuses that only reads: a query that is an update."""

from __future__ import annotations

import re

from yusuan.errors import AnswerError, QueryError
from yusuan.messages import say

_UPDATE = re.compile(
    r"(?:\s|#[^\r\n]*(?:[\r\n]|$)|(?:prefix\s+\S*:\s*|base\s*)<[^>]*>)*"
    r"(insert|delete|load|clear|drop|create|add|move|copy|with)\b",
    re.IGNORECASE,
)


def as_update(query: str, fault: QueryError) -> QueryError | AnswerError:
    """Return the error of what can't be read as a query: an update is refused as one."""
    if _UPDATE.match(query) is None:
        return fault
    return AnswerError("SPARQL Update", say("serve-update"), say("serve-update-advice"))
