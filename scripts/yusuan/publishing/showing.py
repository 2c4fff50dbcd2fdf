"""How a secret is shown to a server: which header bears it."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from requests import PreparedRequest
from requests.auth import AuthBase, HTTPBasicAuth, HTTPDigestAuth

from yusuan.publishing.credentials import Secret
from yusuan.secrecy import hide


class _Header(AuthBase):
    """The header Authorization with one text.

    Args:
        text: What it bears.
    """

    def __init__(self, text: str) -> None:
        self._text = text

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        request.headers["Authorization"] = self._text
        return request


def shown_as(scheme: str, secret: Secret) -> AuthBase:
    """Return how a secret is shown: `bearer`, `token`, `basic` or `digest`.

    Raises:
        KeyError: There is no such scheme.
    """
    user = (secret.user or "").encode("utf-8")
    word: Any = secret.word.encode("utf-8")
    hide(b64encode(user + b":" + word).decode("ascii"))
    made: dict[str, AuthBase] = {
        "bearer": _Header(f"Bearer {secret.word}"),
        "token": _Header(secret.word),
        "basic": HTTPBasicAuth(user, word),
        "digest": HTTPDigestAuth(secret.user or "", secret.word),
    }
    return made[scheme]
