"""CKAN's Action API: an action is asked for by name, and its errors are told apart by their type.

What the portal says in words is shown and never interpreted: it is translated.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from yusuan.messages import say
from yusuan.publishing import troubles
from yusuan.publishing.client import Answer, Client
from yusuan.publishing.errors import TargetError
from yusuan.publishing.sending import Form, Part

# Answers in which the portal says what it thinks of an action. It fails (500) where two create the
# same thing at the same moment.
SPOKEN = (400, 403, 404, 409, 500)
FORBIDDEN, CONFLICT = 403, 409
INVALID, MISSING = "Validation Error", "Not Found Error"
TOLD = 300  # characters of what a portal says


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of an action.

    Attributes:
        action: The action.
        told: The request in words: method and path.
        answer: The answer as it came.
        result: The result where it was done, else None.
        error: What the portal says where it was not; its `__type` among it.
    """

    action: str
    told: str
    answer: Answer
    result: Any
    error: Mapping[str, Any]

    @property
    def done(self) -> bool:
        """Whether the action was done."""
        return self.answer.status < 300  # noqa: PLR2004 - the class of statuses

    @property
    def is_missing(self) -> bool:
        """Whether there is no such thing."""
        return self.error.get("__type") == MISSING

    @property
    def is_invalid(self) -> bool:
        """Whether the portal finds fault with what it was given."""
        return self.error.get("__type") == INVALID

    def refuses(self, key: str) -> bool:
        """Tell whether it finds fault with one key, wherever it stands."""
        return self.is_invalid and any(key in path for path, _ in faults_in(self.error))


@dataclass(frozen=True, slots=True)
class Portal:
    """The actions of one portal.

    Args:
        client: Its client.
    """

    client: Client

    def read(self, action: str, **params: object) -> Reply:
        """Ask for an action that only reads."""
        query = urlencode({key: str(value) for key, value in params.items()})
        path = _path(action)
        return self._reply(action, "GET", self.client.ask("GET", f"{path}?{query}", accept=SPOKEN))

    def write(self, action: str, data: Mapping[str, Any], *, again: bool = True) -> Reply:
        """Ask for an action that writes.

        Args:
            action: The action.
            data: What it is given.
            again: Whether it may be asked for twice, as when an answer was lost.
        """
        body = json.dumps(data, ensure_ascii=False).encode("utf-8")
        headers = {"Content-Type": "application/json"}
        answer = self.client.ask(
            "POST", _path(action), body=body, headers=headers, accept=SPOKEN, again=again
        )
        return self._reply(action, "POST", answer)

    def upload(self, action: str, fields: Mapping[str, str], files: Sequence[Part]) -> Reply:
        """Ask for an action that takes files; it may be asked for twice."""
        answer = self.client.ask(
            "POST", _path(action), body=Form(fields, files), accept=SPOKEN, again=True
        )
        return self._reply(action, "POST", answer)

    def need(self, reply: Reply) -> Any:
        """Return the result of an action.

        Raises:
            TargetError: It was not done.
        """
        if not reply.done:
            raise self.refusal(reply)
        return reply.result

    def refusal(self, reply: Reply) -> TargetError:
        """Return the error for an action that was not done."""
        name, host = self.client.name, self.client.host
        status, kind = reply.answer.status, reply.error.get("__type")
        spoken = say_of(reply.error)
        if status == FORBIDDEN and kind is not None:
            key = "ckan-anonymous" if self.client.secret is None else "ckan-forbidden"
            reason = say(key, host=host, action=reply.action, said=spoken)
            return TargetError(name, reason, say(f"{key}-advice", host=host))
        if reply.refuses("upload"):
            reason = say("ckan-upload", host=host, said=spoken)
            return TargetError(name, reason, say("ckan-upload-advice", host=host))
        if reply.is_invalid:
            reason = say("ckan-invalid", host=host, action=reply.action, said=spoken)
            return TargetError(name, reason, say("ckan-invalid-advice", host=host))
        return troubles.of_status(name, host, reply.told, reply.answer)

    def _reply(self, action: str, method: str, answer: Answer) -> Reply:
        told = f"{method} /{_path(action)}"
        try:
            document = answer.json()
        except ValueError:
            document = None
        if answer.status in SPOKEN:
            error = document.get("error") if isinstance(document, dict) else None
            return Reply(action, told, answer, None, error if isinstance(error, dict) else {})
        if not isinstance(document, dict) or document.get("success") is not True:
            host = self.client.host
            reason = say("remote-strange", host=host, request=told,
                         said=troubles.said(answer.body))  # fmt: skip
            raise TargetError(self.client.name, reason, say("ckan-strange-advice", host=host))
        return Reply(action, told, answer, document.get("result"), {})


def faults_in(error: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield what an error finds fault with: where it stands, and the words."""
    if isinstance(error, Mapping):
        for key, value in error.items():
            if key != "__type":
                yield from faults_in(value, (*path, str(key)))
    elif isinstance(error, list):
        for number, value in enumerate(error):
            here = path if isinstance(value, str) else (*path, str(number))
            yield from faults_in(value, here)
    else:
        yield path, str(error)


def say_of(error: Mapping[str, Any]) -> str:
    """Return what an error says, in one line and without secrets."""
    told = "; ".join(f"{'.'.join(path)}: {words}" for path, words in faults_in(error))
    return troubles.said(told.encode("utf-8"))


def _path(action: str) -> str:
    return f"api/3/action/{action}"
