"""The errors that stop the work, in one tree.

    YusuanError
    ├── DocumentError        a document can't be read, or is no disclosure (exit 3)
    │   └── IdentityError    its year, department or region can't be told (exit 3)
    ├── SidecarError         disclosure.toml can't be read (exit 3)
    ├── PackageError         a package can't be read or written (exit 3)
    ├── UsageError           the command was asked for something it can't do (exit 2)
    ├── QueryError           a query can't be read (exit 2)
    ├── AnswerError          a query is not answered in time, or not by its endpoint (exit 3)
    └── StoreError           a store can't be read or written (exit 3)

Every error says what, where, and the next step. Its wording stands in the message catalogue;
only `cli` catches and prints it.
"""

from __future__ import annotations

from yusuan.messages import Message


class YusuanError(Exception):
    """The root of all errors that yusuan raises on purpose.

    Args:
        subject: The file, folder or option that the error is about.
        reason: What is wrong.
        advice: The next step.
    """

    exit_code = 3

    def __init__(self, subject: str, reason: Message, advice: Message) -> None:
        self.subject, self.reason, self.advice = subject, reason, advice
        super().__init__(self.text("en"))

    def text(self, language: str) -> str:
        """Return the error as a person reads it, in `zh` or `en`."""
        return f"{self.subject}: {self.reason.text(language)}\n  {self.advice.text(language)}"


class DocumentError(YusuanError):
    """A document can't be read at all, or holds no disclosure."""


class IdentityError(DocumentError):
    """The year, department or region of a document can't be told."""


class SidecarError(YusuanError):
    """The sidecar beside a document can't be used."""


class PackageError(YusuanError):
    """A package can't be read or written."""


class UsageError(YusuanError):
    """The command was asked for something that it can't do."""

    exit_code = 2


class QueryError(YusuanError):
    """A query can't be read; what is at fault is the query.

    Attributes:
        place: Line and column of the fault, both from 1; None where the engine does not say.
    """

    exit_code = 2
    place: tuple[int, int] | None = None


class AnswerError(YusuanError):
    """A query is not answered: it takes too long, or the endpoint fails."""


class StoreError(YusuanError):
    """A store can't be read or written."""
