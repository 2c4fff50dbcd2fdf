"""Which organisations the rows of standard tables are of: the department, its units, and spellings.

A table with a column of units names them with their codes (304001) or by name alone; in others the
name of a unit heads the rows of its codes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from yusuan.codes import bare, hashed, is_listed, is_organisation
from yusuan.interpreting.identity import DEPARTMENT_DIGITS, Identity
from yusuan.interpreting.lookups import fold
from yusuan.interpreting.rowlabels import named
from yusuan.interpreting.tabled import Panel, panels
from yusuan.interpreting.tables import Standard

# A department has three digits, 304, its units six or more, 304001.
_CODE = re.compile(r"\d{3,12}")
_OF_CODES = ("code", "class", "section", "entry")


@dataclass(slots=True)
class Owners:
    """The organisations that rows name.

    Attributes:
        units: Budget code → name of each unit; one without a code has a hash of its name.
        spellings: Folded name or code → code of a unit, "" for the department.
    """

    units: dict[str, str] = field(default_factory=dict)
    spellings: dict[str, str] = field(default_factory=dict)


def owners(standard: Standard, identity: Identity) -> Owners:
    """Return the organisations that the rows of tables name.

    Args:
        standard: The tables.
        identity: Whose document it is; its units are known already.
    """
    found = Owners()
    own = _hash(identity.department, identity)
    for code, name in _named(standard):
        is_own = _hash(name, identity) == own
        if identity.kind == "unit" or (is_own and (fold(name) == fold(bare(name)))):
            # A unit that publishes for itself has rows of its own alone.
            if is_own:
                found.spellings[fold(name)] = ""
                if code:
                    found.spellings[code] = ""
            continue
        own_code = code if len(code) > DEPARTMENT_DIGITS else _code(name, identity, is_own=is_own)
        found.units.setdefault(own_code, name)
        found.spellings[fold(name)] = own_code
        found.spellings[own_code] = own_code
    return found


def _code(name: str, identity: Identity, *, is_own: bool) -> str:
    """Return the code of a unit that stands without one: known elsewhere, or a hash."""
    known = (code for code, said in identity.units.items() if fold(said) == fold(name))
    return next(known, f"{_hash(name, identity)}{'-own' if is_own else ''}")


def _hash(name: str, identity: Identity) -> str:
    return hashed(name, identity.region_code, identity.fiscal_year)


def _named(standard: Standard) -> Iterator[tuple[str, str]]:
    """Yield (budget code, name) of every organisation in a column of them, "" for no code."""
    pairs = list(_pairs(standard))
    codes = {fold(name): code for code, name in pairs if code}
    yield from ((code or codes.get(fold(name), ""), name) for code, name in pairs)


def _pairs(standard: Standard) -> Iterator[tuple[str, str]]:
    for one in standard.found:
        for panel in panels(one.layout):
            below: dict[str, set[str]] = {}
            heading = ""
            for laid in one.layout.body:
                texts = {
                    kind: [laid.cells[at].text for at in columns if at in laid.cells]
                    for kind, columns in panel.labels.items()
                }
                pair = _pair(panel, texts)
                if pair is not None:
                    yield pair
                    heading = "" if pair[0] else pair[1]
                elif heading and "org" not in panel.labels:
                    below.setdefault(heading, set()).update(_org_codes(texts))
            # 四川省: the name of a unit heads its rows, and its code stands beside each of them.
            for name, codes in below.items():
                if len(codes) == 1:
                    yield codes.pop(), name


def _org_codes(texts: dict[str, list[str]]) -> set[str]:
    """Return the budget codes of organisations in a row."""
    codes = map(fold, texts.get("org-code", ()))
    return {code for code in codes if _CODE.fullmatch(code)}


def _pair(panel: Panel, texts: dict[str, list[str]]) -> tuple[str, str] | None:
    code = next(iter(_org_codes(texts)), "")
    heads = "org" in panel.labels
    if not heads and any(fold(text) for kind in _OF_CODES for text in texts.get(kind, ())):
        return None  # a row of a code: its name is that of the code
    kind = "org" if heads else "name"
    for text in texts.get(kind, ()):
        name, front = _split(text)
        if name and is_organisation(name) and not named(fold(name), "total-rows"):
            return (code or front, name) if heads or not is_listed(name) else None
    return None


_CODED = re.compile(r"[\[【（]?(?P<code>\d{3,12})[\]】）]?[-_—]*(?P<name>[\u4e00-\u9fff].*)")


def _split(text: str) -> tuple[str, str]:
    """Return name and code of 304001平山县财政局本级."""
    text = "".join(text.split())
    match = _CODED.fullmatch(text)
    return (text, "") if match is None else (match["name"], match["code"])
