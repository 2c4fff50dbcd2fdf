"""Secrets: where they come from, and how they stay out of everything that is shown or kept.

They come from the environment, from a file, or from the keyring of the system; never from the
command line, and never from an address.
"""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from yusuan.errors import UsageError
from yusuan.messages import say
from yusuan.secrecy import hide

TOKEN_FILE = "YUSUAN_TOKEN_FILE"  # noqa: S105 - the name of a variable
SERVICE = "yusuan"  # in the keyring

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Secret:
    """A token, or a password with its user; never shown by `repr`.

    Attributes:
        word: The token or the password.
        user: The user, where a server wants one.
    """

    word: str = field(repr=False)
    user: str | None = None


def token_of(variable: str, host: str, environ: Mapping[str, str] | None = None) -> Secret | None:
    """Return the token for a host, or None where nobody states one.

    Looked for in this order: the variable; the file that `{variable}_FILE` or `YUSUAN_TOKEN_FILE`
    names; the keyring, where the extra `keyring` is installed (service `yusuan`, user = host).

    Args:
        variable: Such as `CKAN_API_TOKEN`.
        host: As the address has it, with its port.
        environ: The environment; that of the process by default.

    Raises:
        UsageError: The file can't be read, or what is stated can't be a token.
    """
    word = _stated(variable, (f"{variable}_FILE", TOKEN_FILE), environ)
    if word is None:
        word = _in_keyring(host)
    return None if word is None else Secret(hide(word))


def login_of(prefix: str, host: str, environ: Mapping[str, str] | None = None) -> Secret | None:
    """Return user and password for a host, or None where nobody states them.

    Args:
        prefix: Such as `YUSUAN_SPARQL`, for the variables `…_USER`, `…_PASSWORD` and
            `…_PASSWORD_FILE`; without a password there, the keyring is asked for that of the user
            (service `yusuan:HOST`).
        host: As the address has it, with its port.
        environ: The environment; that of the process by default.

    Raises:
        UsageError: The file can't be read, or there is a password and no user.
    """
    environ = os.environ if environ is None else environ
    user = environ.get(f"{prefix}_USER") or None
    word = _stated(f"{prefix}_PASSWORD", (f"{prefix}_PASSWORD_FILE",), environ)
    if user is None:
        if word is not None:
            raise UsageError(f"{prefix}_USER", say("secret-no-user"), say("secret-no-user-advice"))
        return None
    if word is None:
        word = _in_keyring(user, f"{SERVICE}:{host}")
    return None if word is None else Secret(hide(word), user)


def without_userinfo(address: str) -> str:
    """Return an address without user and password, for an error about it."""
    head, mark, rest = address.partition("://")
    if not mark:
        return address
    place, slash, path = rest.partition("/")
    return f"{head}://{place.rpartition('@')[2]}{slash}{path}"


def refuse_userinfo(address: str) -> None:
    """Refuse an address that bears a user or a password.

    Raises:
        UsageError: It does; the error does not repeat them.
    """
    if "@" in urlsplit(address).netloc:
        raise UsageError(without_userinfo(address), say("secret-in-address"),
                         say("secret-in-address-advice"))  # fmt: skip


def _stated(variable: str, files: tuple[str, ...], environ: Mapping[str, str] | None) -> str | None:
    environ = os.environ if environ is None else environ
    if environ.get(variable):
        return _fit(variable, environ[variable])
    for name in files:
        if environ.get(name):
            return _fit(name, _in_file(name, Path(environ[name])))
    return None


def _in_file(variable: str, path: Path) -> str:
    try:
        mode = path.stat().st_mode
        word = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise UsageError(variable, say("secret-file", path=path, fault=type(fault).__name__),
                         say("secret-file-advice")) from fault  # fmt: skip
    if os.name != "nt" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        log.warning(say("secret-open", path=path))
    return word


def _fit(variable: str, word: str) -> str:
    """Return a secret without the newline at its end; it must fit into a header."""
    word = word.strip()
    hide(word)
    if not word or any(ord(one) < ord(" ") or ord(one) == 0x7F for one in word):  # noqa: PLR2004
        raise UsageError(variable, say("secret-unfit"), say("secret-unfit-advice"))
    return word


def _in_keyring(user: str, service: str = SERVICE) -> str | None:
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return None
    try:
        word = keyring.get_password(service, user)
    except KeyringError as fault:
        log.warning(say("secret-keyring", fault=type(fault).__name__))
        return None
    return None if word is None else _fit("keyring", word)
