"""The sidecar: what a person states about a document, in `disclosure.toml` beside it.

It always wins over what is guessed from the document; all of it is optional.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from yusuan.errors import SidecarError
from yusuan.messages import Message, say

NAME = "disclosure.toml"
YEARS = range(1949, 2101)


@dataclass(frozen=True, slots=True)
class Sidecar:
    """What is known of a document from outside it; None where nothing is stated.

    Attributes:
        title: The title of the publication.
        department: The full name of the department.
        budget_code: Its code in the county's budget, `304`.
        region: Code (GB/T 2260) or name of the region.
        year: The fiscal year.
        doc_type: A code of the column `documents.doc_type`.
        url: Where it was published.
        issued, retrieved: When it was published, and when it was fetched from there.
        licence: Identifier (`CC-BY-4.0`) or URL of the licence of the data.
        revision_of: The document id of the publication that this one replaces.
    """

    title: str | None = None
    department: str | None = None
    budget_code: str | None = None
    region: str | None = None
    year: int | None = None
    doc_type: str | None = None
    url: str | None = None
    issued: date | None = None
    retrieved: date | None = None
    licence: str | None = None
    revision_of: str | None = None


def beside(document: Path) -> Path | None:
    """Return the sidecar in the folder of a document, or None where there is none."""
    path = document.parent / NAME
    return path if path.is_file() else None


def read(path: Path | None, doc_types: Collection[str]) -> Sidecar:
    """Read a sidecar; no path gives an empty one.

    Args:
        path: The TOML file.
        doc_types: The codes that `doc_type` may have.

    Raises:
        SidecarError: The file can't be read, is no TOML, has an unknown key or a value that
            the key can't have; the subject names file and line.
    """
    if path is None:
        return Sidecar()
    text = _text(path)
    values = _parse(path, text)
    for key, value in values.items():
        reason = _fault(key, value, doc_types)
        if reason is not None:
            subject = f"{path}:{_line_of(key, text)}"
            raise SidecarError(subject, reason, _advice(key, doc_types))
    plain: dict[str, Any] = {key: _plain(key, value) for key, value in values.items()}
    return Sidecar(**plain)


def _text(path: Path) -> str:
    try:
        # Notepad puts a byte order mark before UTF-8, which TOML does not allow.
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as fault:
        raise SidecarError(
            str(path), say("sidecar-not-utf8"), say("sidecar-not-utf8-advice")
        ) from fault
    except OSError as fault:
        reason = say("sidecar-unreadable", fault=fault.strerror or fault)
        raise SidecarError(str(path), reason, say("sidecar-unreadable-advice")) from fault


def _parse(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        place = re.search(r"at line (\d+)", str(fault))
        line = place[1] if place else str(text.count("\n") + 1)
        raise SidecarError(
            f"{path}:{line}", say("sidecar-no-toml", fault=fault), say("sidecar-no-toml-advice")
        ) from fault


def _line_of(key: str, text: str) -> int:
    place = re.search(rf"""^[ \t\["']*{re.escape(key)}\b""", text, re.MULTILINE)
    return text.count("\n", 0, place.start()) + 1 if place else 1


def _fault(key: str, value: object, doc_types: Collection[str]) -> Message | None:
    """Return what is wrong with one entry, or None."""
    if key not in _TESTS:
        return say("sidecar-unknown-key", name=key)
    good = value in doc_types if key == "doc_type" else _TESTS[key](value)
    return None if good else say("sidecar-bad-value", name=key, value=_show(value))


def _advice(key: str, doc_types: Collection[str]) -> Message:
    if key not in _TESTS:
        return say("sidecar-unknown-key-advice", keys=", ".join(_TESTS))
    return say(f"sidecar-{key.replace('_', '-')}-advice", doc_types=", ".join(doc_types))


def _show(value: object) -> str:
    if isinstance(value, (date, bool)):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)


def _plain(key: str, value: object) -> object:
    if not isinstance(value, str):
        return value
    return date.fromisoformat(value) if key in ("issued", "retrieved") else value.strip()


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip()) and "\n" not in value.strip()


def _is_year(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value in YEARS


def _is_date(value: object) -> bool:
    if not isinstance(value, str):
        return isinstance(value, date) and not isinstance(value, datetime)
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _is_region(value: object) -> bool:
    if not _is_text(value):
        return False
    text = str(value).strip()
    return not text.isascii() or re.fullmatch(r"\d{6}", text) is not None


def _matches(pattern: str) -> Callable[[object], bool]:
    return lambda value: isinstance(value, str) and re.fullmatch(pattern, value) is not None


_TESTS: dict[str, Callable[[object], bool]] = {
    "title": _is_text,
    "department": _is_text,
    "budget_code": _matches(r"[0-9A-Za-z]+"),
    "region": _is_region,
    "year": _is_year,
    "doc_type": _is_text,
    "url": _matches(r"https?://[^\s<>\"{}|\\^`]+"),
    "issued": _is_date,
    "retrieved": _is_date,
    "licence": _matches(r"[-A-Za-z0-9._]+|https?://[^\s<>\"{}|\\^`]+"),
    "revision_of": _matches(r"[A-Za-z0-9._~-]+"),
}
