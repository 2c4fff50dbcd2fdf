"""Whose disclosure a document is: department, region, year, type, and the units it names.

What the sidecar says wins. What can't be told is asked for; nothing is guessed.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from yusuan.codes import region, region_named
from yusuan.errors import IdentityError
from yusuan.interpreting.lookups import fold
from yusuan.messages import say
from yusuan.reading.document import Block, Document, Paragraph, Table
from yusuan.sidecar import Sidecar

_TITLE = re.compile(
    r"(?:关于)?(?P<name>[\u4e00-\u9fff（）()“”、·]{2,50}?)(?:关于)?(?P<year>20\d{2})年?度?"
    r"[^，。；]{0,20}(?P<kind>预算|决算|绩效)[^，。；]{0,30}"
)
_YEAR = re.compile(r"(20\d{2})年度?(?:部门|单位|预算|决算|区级|县级|市级)")
_NAMED = re.compile(
    r"(?:预算主管部门|编制部门|部门名称|编制单位|预算单位|单位名称|主管部门|填报单位|预算部门|部门)"
    r"[：:]\s*(?P<name>[\u4e00-\u9fff（）()]{3,50})"
)
_UNIT = re.compile(
    r"(?P<code>\d{6}|\d{9})\s*(?P<name>[\u4e00-\u9fff][\u4e00-\u9fff（）()“”]{3,48}?)(?=\s|单位|$)"
)
_PROJECT = re.compile(r"(?<![0-9A-Z])(?P<region>\d{6})(?P<year>\d{2})[0-9A-Z]{13}(?![0-9A-Z])")
_SUFFIXES = ("本级", "机关", "（本级）", "（本部）", "(本级)", "（部门）", "本部", "（机关）")
_DEPARTMENT_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Mention:
    """A name of an organisation in the text."""

    name: str
    char_start: int
    char_end: int


@dataclass(slots=True)
class Identity:
    """Whose disclosure a document is.

    Attributes:
        department: The department's name.
        budget_code: Its code in the local treasury, or "".
        region_code: Six digits.
        fiscal_year: The year that the document is for.
        doc_type: A code of `documents.doc_type`.
        title: The document's own title.
        title_block: The paragraph that it stands in, or None.
        units: Budget code → name of each unit that project tables name.
        department_names: Every spelling of the department's name, with its place.
        unit_names: (budget code, mention) of each unit.
    """

    department: str
    budget_code: str
    region_code: str
    fiscal_year: int
    doc_type: str
    title: str
    title_block: Block | None
    units: dict[str, str] = field(default_factory=dict)
    department_names: list[Mention] = field(default_factory=list)
    unit_names: list[tuple[str, Mention]] = field(default_factory=list)

    @property
    def org_id(self) -> str:
        """The department's id: region and budget code, or a hash of the name."""
        if self.budget_code:
            return f"{self.region_code}.{self.budget_code}"
        digest = hashlib.sha256(self.department.encode()).hexdigest()[:8]
        return f"{self.region_code}.n-{digest}"

    @property
    def document_id(self) -> str:
        """`131024.304.2021.budget`."""
        return f"{self.org_id}.{self.fiscal_year}.{self.doc_type}"

    def unit_id(self, code: str) -> str:
        """Return the id of the unit with this budget code."""
        return f"{self.region_code}.{code}"


def identify(document: Document, sidecar: Sidecar, subject: str) -> Identity:
    """Return whose disclosure a document is.

    Raises:
        IdentityError: Department, year or region can't be told and the sidecar doesn't say.
    """
    title_block, title = _title(document)
    parts = _TITLE.search(title)
    units = _units(document)
    mentions = _mentions(document, title_block, parts)
    department = sidecar.department or _department(mentions, units)
    if not department:
        raise _unknown(subject, "department")
    budget_code = sidecar.budget_code or _common_prefix(units)
    year = sidecar.year or _year(document, parts)
    if year is None:
        raise _unknown(subject, "year")
    region_code = _region(document, sidecar, department, title, year)
    if region_code is None:
        raise _unknown(subject, "region")
    identity = Identity(
        department,
        budget_code,
        region_code,
        year,
        sidecar.doc_type or _doc_type(title),
        sidecar.title or title or f"{department}{year}年部门预算",
        title_block,
        {code: mention.name for code, mention in units},
    )
    identity.unit_names = _once(units)
    identity.department_names = _spellings(mentions, identity, document)
    return identity


def _unknown(subject: str, what: str) -> IdentityError:
    return IdentityError(subject, say(f"identity-{what}"), say("identity-advice"))


def blocks(document: Document) -> Iterator[Block]:
    """Yield every paragraph and cell in order."""
    for block in document.blocks:
        if isinstance(block, Table):
            yield from block.cells
        else:
            yield block


_TITLE_WITHIN = 40


def _title(document: Document) -> tuple[Block | None, str]:
    paragraphs = [b for b in document.blocks if isinstance(b, Paragraph) and b.text.strip()]
    for block in paragraphs[:_TITLE_WITHIN]:
        text = "".join(block.text.split())
        if _TITLE.fullmatch(text) and not text.endswith(("：", ":")):
            return block, block.text.strip()
    return None, ""


def _units(document: Document) -> list[tuple[str, Mention]]:
    found = []
    for block in blocks(document):
        text = block.text.strip()
        if not text[:6].isdigit():
            continue
        match = _UNIT.match(text)
        if match is not None:
            lead = len(block.text) - len(block.text.lstrip())
            start, end = block.span(lead + match.start("name"), lead + match.end("name"))
            found.append((match["code"], Mention(match["name"], start, end)))
    return found


def _once(units: list[tuple[str, Mention]]) -> list[tuple[str, Mention]]:
    seen: dict[tuple[str, str], Mention] = {}
    for code, mention in units:
        seen.setdefault((code, mention.name), mention)
    return [(code, mention) for (code, _), mention in seen.items()]


def _common_prefix(units: list[tuple[str, Mention]]) -> str:
    prefixes = Counter(code[:_DEPARTMENT_DIGITS] for code, _ in units)
    return prefixes.most_common(1)[0][0] if prefixes else ""


def _mentions(
    document: Document, title_block: Block | None, parts: re.Match[str] | None
) -> list[Mention]:
    """Return where the document names its department outright: the title, 编制部门：…."""
    found: list[Mention] = []
    if title_block is not None and parts is not None:
        match = _TITLE.search(title_block.text)
        if match is not None and not _is_region(match["name"], int(match["year"])):
            start, end = title_block.span(match.start("name"), match.end("name"))
            bare = _bare(match["name"])
            found.append(Mention(bare, start, start + len(bare)))
    for block in blocks(document):
        if "：" not in block.text and ":" not in block.text:
            continue
        match = _NAMED.match(block.text.strip())
        if match is not None:
            lead = len(block.text) - len(block.text.lstrip())
            start, end = block.span(lead + match.start("name"), lead + match.end("name"))
            found.append(Mention(_bare(match["name"]), start, end))
    return found


def _bare(name: str) -> str:
    for suffix in _SUFFIXES:
        name = name.removesuffix(suffix)
    return name


def _is_region(name: str, year: int) -> bool:
    return any(
        found.name == name or name.endswith(found.name) for found in region_named(name, year)
    )


def _department(mentions: list[Mention], units: list[tuple[str, Mention]]) -> str:
    if mentions:
        return mentions[0].name
    for _, mention in units:
        if _bare(mention.name) != mention.name:
            return _bare(mention.name)
    return ""


def _year(document: Document, parts: re.Match[str] | None) -> int | None:
    if parts is not None:
        return int(parts["year"])
    named = Counter(_YEAR.findall(document.text))
    if named:
        return int(named.most_common(1)[0][0])
    codes = Counter(match["year"] for match in _PROJECT.finditer(document.text))
    return 2000 + int(codes.most_common(1)[0][0]) if codes else None


def _region(
    document: Document, sidecar: Sidecar, department: str, title: str, year: int
) -> str | None:
    if sidecar.region:
        return _stated_region(sidecar.region, year)
    codes = Counter(match["region"] for match in _PROJECT.finditer(document.text))
    for name in (department, title):
        named = {found.code for found in region_named(name, year)}
        if len(named) > 1:
            named &= set(codes)
        if len(named) == 1:
            return named.pop()
    for code, _ in codes.most_common(1):
        try:
            return region(code).code
        except LookupError:
            return None
    return None


def _stated_region(stated: str, year: int) -> str | None:
    if stated.isdigit():
        try:
            return region(stated).code
        except LookupError:
            return None
    named = region_named(stated, year)
    return named[0].code if len(named) == 1 else None


def _doc_type(title: str) -> str:
    return "final-accounts" if "决算" in title and "预决算" not in title else "budget"


def _spellings(mentions: list[Mention], identity: Identity, document: Document) -> list[Mention]:
    """Return each spelling of the department's name once, where it first stands.

    The unit 304001 甲局本级 is the department's own level: 甲局 is the department's name there.
    """
    seen: dict[str, Mention] = {}
    for mention in mentions:
        seen.setdefault(mention.name, mention)
    for _, mention in identity.unit_names:
        bare = _bare(mention.name)
        if bare != mention.name:
            end = mention.char_start + len(bare)
            seen.setdefault(bare, Mention(bare, mention.char_start, end))
    if identity.department not in seen:
        at = document.text.find(identity.department)
        if at >= 0:
            end = at + len(identity.department)
            seen[identity.department] = Mention(identity.department, at, end)
    return list(seen.values())


def kind_of(name: str) -> str:
    """Return the kind of an organisation by its name: `township`, `government` or `department`."""
    folded = fold(name)
    if folded.endswith(("街道办事处", "镇人民政府", "乡人民政府")):
        return "township"
    return "government" if folded.endswith("人民政府") else "department"
