"""The message catalogue: the only wording of what a person reads, in Chinese and English.

The sentences stand in `messages.toml`; code names them by key and gives the values.
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

LANGUAGES = ("zh", "en")


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Return every message: key → language → sentence with `{named}` values."""
    text = files("yusuan").joinpath("messages.toml").read_text("utf-8")
    return tomllib.loads(text)


@dataclass(frozen=True, slots=True)
class Message:
    """One sentence of the catalogue with its values.

    Args:
        key: A key of `messages.toml`.
        values: What the sentence names in braces.

    Raises:
        KeyError: From `text`, where the catalogue has no such key, language or value.
    """

    key: str
    values: dict[str, object] = field(default_factory=dict)

    def text(self, language: str) -> str:
        """Return the sentence in `zh` or `en`."""
        return catalogue()[self.key][language].format_map(self.values)

    def both(self) -> dict[str, str]:
        """Return the sentence in every language."""
        return {language: self.text(language) for language in LANGUAGES}


def say(key: str, **values: object) -> Message:
    """Return the message `key` with its values."""
    return Message(key, values)


def preferred_language(environ: dict[str, str] | None = None) -> str:
    """Return the language of the user's locale: English where it says so, else Chinese.

    Args:
        environ: The environment to look into; that of the process by default.
    """
    environ = dict(os.environ) if environ is None else environ
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environ.get(name):
            return "en" if environ[name].lower().startswith("en") else "zh"
    return "zh"
