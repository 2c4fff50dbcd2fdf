"""Whose disclosure a document is: department, region, year, type, and the units it names.

What the sidecar says wins. What can't be told is asked for; nothing is guessed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from yusuan.codes import bare, hashed, is_organisation, is_region, kind_of
from yusuan.errors import IdentityError
from yusuan.interpreting.labelled import Labelled, Mention, blocks, coded_units, labelled
from yusuan.interpreting.titles import Title, doc_type_of, find, in_digits, squeezed, years_in
from yusuan.interpreting.whereabouts import PROJECT, region_code
from yusuan.messages import say
from yusuan.reading.document import Block, Document, Paragraph
from yusuan.sidecar import Sidecar

__all__ = ["DEPARTMENT_DIGITS", "Identity", "Mention", "blocks", "identify", "kind_of"]

_HEADING = re.compile(
    r"(?:第[一二三四五六七八九十]+部分|[一二三四五六七八九十]+、)?(?P<name>[\u4e00-\u9fff（）“”]{4,40}?)"
    r"(?:（部门）)?(?:部门|单位)?(?:概况|基本情况|主要职能|主要职责|机构设置|职责|职能)"
)
_BELONGS = re.compile(
    r"(?:隶属于?|是|为|系|属)(?P<name>[\u4e00-\u9fff]{3,24}?(?:局|委员会|办公室|部|厅|街道办事处|人民政府))"
    r"(?:的)?(?:下属|所属|直属|管理|主管|举办|二级|领导)"
)
_CAPTION = re.compile(r"(?P<kind>[预决])算(?:总|明细|支出|收入|分类)?表")
DEPARTMENT_DIGITS, _COVER_BLOCKS = 3, 40
_CENTURY = 2000


@dataclass(slots=True)
class Identity:
    """Whose disclosure a document is.

    Attributes:
        department: The name of the department, or of the unit whose budget this is.
        budget_code: Its code in the local treasury, or "".
        region_code: Six digits.
        fiscal_year: The year that the document is for.
        doc_type: A code of `documents.doc_type`.
        title: The document's own title.
        title_block: The first paragraph that it stands in, or None.
        kind: A code of `organizations.kind`.
        parent: The department above a unit, "" where the text does not name it.
        title_blocks: Every paragraph that the title stands in.
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
    kind: str = "department"
    parent: str = ""
    title_blocks: tuple[Block, ...] = ()
    units: dict[str, str] = field(default_factory=dict)
    department_names: list[Mention] = field(default_factory=list)
    unit_names: list[tuple[str, Mention]] = field(default_factory=list)

    @property
    def org_id(self) -> str:
        """Its id: region and budget code, or a hash of the name."""
        return f"{self.region_code}.{self.budget_code or self._hashed(self.department)}"

    @property
    def parent_org_id(self) -> str | None:
        """The id of the department above a unit, None where the text does not name it."""
        if not self.parent:
            return None
        if len(self.budget_code) > DEPARTMENT_DIGITS:
            return f"{self.region_code}.{self.budget_code[:DEPARTMENT_DIGITS]}"
        return f"{self.region_code}.{self._hashed(self.parent)}"

    @property
    def document_id(self) -> str:
        """`131024.304.2021.budget`."""
        return f"{self.org_id}.{self.fiscal_year}.{self.doc_type}"

    def unit_id(self, code: str) -> str:
        """Return the id of the unit with this budget code."""
        return f"{self.region_code}.{code}"

    def _hashed(self, name: str) -> str:
        # 本级 tells the unit of a department from the department itself.
        own = name != bare(name) and self.kind == "unit"
        return hashed(name, self.region_code, self.fiscal_year) + ("-own" if own else "")


def identify(document: Document, sidecar: Sidecar, subject: str) -> Identity:
    """Return whose disclosure a document is.

    Raises:
        IdentityError: Department, year or region can't be told and the sidecar doesn't say.
    """
    title = find(document)
    units, behind = coded_units(document), list(labelled(document))
    is_unit = _is_unit(document, title, behind)
    mentions = _mentions(document, title, behind, is_unit=is_unit)
    department = sidecar.department or _department(mentions, units)
    if not department:
        raise _unknown(subject, "department")
    year = sidecar.year or _year(document, title)
    if year is None:
        raise _unknown(subject, "year")
    text = "" if title is None else title.text
    code = region_code(document.text, sidecar.region, (department, text), year, subject)
    is_type = _doc_type(document, title)
    identity = Identity(
        department,
        sidecar.budget_code or _budget_code(department, units, behind, is_unit=is_unit),
        code,
        year,
        sidecar.doc_type or is_type,
        sidecar.title or text or say_title(department, year, is_type, is_unit=is_unit),
        None if title is None else title.blocks[0],
        "unit" if is_unit else kind_of(department),
        _parent(document, behind, department) if is_unit else "",
        () if title is None else title.blocks,
        {} if is_unit else {code: mention.name for code, mention in units},
    )
    if not is_unit:
        identity.unit_names = _once(units)
    identity.department_names = _spellings(mentions, identity, document)
    return identity


def _unknown(subject: str, what: str) -> IdentityError:
    return IdentityError(subject, say(f"identity-{what}"), say("identity-advice"))


def say_title(department: str, year: int, doc_type: str, *, is_unit: bool) -> str:
    """Return a title for a document that has none."""
    kind = "决算" if doc_type == "final-accounts" else "预算"
    return f"{department}{year}年{'单位' if is_unit else '部门'}{kind}"


def _once(units: list[tuple[str, Mention]]) -> list[tuple[str, Mention]]:
    seen: dict[tuple[str, str], Mention] = {}
    for code, mention in units:
        seen.setdefault((code, mention.name), mention)
    return [(code, mention) for (code, _), mention in seen.items()]


def _is_unit(document: Document, title: Title | None, behind: list[Labelled]) -> bool:
    """Tell whether this is the budget of a single unit: by its title, or by a cover with both."""
    if title is not None and title.is_unit:
        return True
    if title is not None and re.search(r"部门(?:预算|决算|整体)", title.text):
        return False
    first = list(blocks(document))[:_COVER_BLOCKS]
    end = first[-1].char_end if first else 0
    cover = {one.role for one in behind if one.mention.char_start < end}
    return {"superior", "unit"} <= cover


def _mentions(
    document: Document, title: Title | None, behind: list[Labelled], *, is_unit: bool
) -> list[Labelled]:
    """Return where the document names whose it is, the surest first."""
    found = []
    if title is not None and title.name:
        found.append(Labelled("title", Mention(title.name, *title.span), ""))
    roles = ("unit", "department") if is_unit else ("department", "superior", "unit")
    for role in roles:
        found += [one for one in behind if one.role == role]
    return found or [Labelled("heading", one, "") for one in _headings(document)]


def _headings(document: Document) -> Iterator[Mention]:
    """Yield the names in headings such as 第一部分 香河县教育局概况."""
    for block in document.blocks:
        if isinstance(block, Paragraph):
            line = squeezed(block)
            match = _HEADING.fullmatch(line.text)
            if match is not None and is_organisation(match["name"]):
                start, end = line.span(*match.span("name"))
                yield Mention(bare(match["name"]), start, end)


def _department(mentions: list[Labelled], units: list[tuple[str, Mention]]) -> str:
    if mentions:
        return mentions[0].mention.name
    for _, mention in units:
        if bare(mention.name) != mention.name:
            return bare(mention.name)
    return ""


def _budget_code(
    department: str, units: list[tuple[str, Mention]], behind: list[Labelled], *, is_unit: bool
) -> str:
    """Return the code of the department (304) or, in the budget of a unit, of the unit (304001)."""
    stated = [one.code for one in behind if one.mention.name == department and one.code]
    stated += [code for code, mention in units if is_unit and mention.name == department]
    if is_unit:
        return stated[0] if stated else ""
    prefixes = Counter(code[:DEPARTMENT_DIGITS] for code, _ in units)
    if prefixes:
        return prefixes.most_common(1)[0][0]
    return stated[0][:DEPARTMENT_DIGITS] if stated else ""


def _parent(document: Document, behind: Iterable[Labelled], unit: str) -> str:
    """Return the department above a unit, or ""."""
    for one in behind:
        if one.role == "superior" and one.mention.name != unit:
            return one.mention.name
    for block in document.blocks:
        if isinstance(block, Paragraph):
            match = _BELONGS.search(squeezed(block).text)
            if match is not None and match["name"] != unit:
                return match["name"]
    return bare(unit) if bare(unit) != unit else ""


def _year(document: Document, title: Title | None) -> int | None:
    if title is not None and title.year is not None:
        return title.year
    named = Counter(years_in(document.text))
    if named:
        return named.most_common(1)[0][0]
    codes = Counter(match["year"] for match in PROJECT.finditer(in_digits(document.text)))
    return _CENTURY + int(codes.most_common(1)[0][0]) if codes else None


def _doc_type(document: Document, title: Title | None) -> str:
    if title is not None:
        return title.doc_type
    captions = Counter(match["kind"] for match in _CAPTION.finditer(document.text))
    return "final-accounts" if captions["决"] > captions["预"] else doc_type_of("")


def _spellings(mentions: list[Labelled], identity: Identity, document: Document) -> list[Mention]:
    """Return each spelling of the department's name once, where it first stands.

    The unit 304001 甲局本级 is the department's own level: 甲局 is the department's name there. A
    name behind a label of units counts where it means the same body, or else is a unit's own.
    """
    seen: dict[str, Mention] = {}
    for one in mentions:
        if _is_spelling(one, identity):
            seen.setdefault(one.mention.name, one.mention)
    for _, mention in identity.unit_names:
        short = bare(mention.name)
        if short != mention.name:
            end = mention.char_start + len(short)
            seen.setdefault(short, Mention(short, mention.char_start, end))
    if identity.department not in seen:
        at = document.text.find(identity.department)
        if at >= 0:
            end = at + len(identity.department)
            seen[identity.department] = Mention(identity.department, at, end)
    return list(seen.values())


def _is_spelling(one: Labelled, identity: Identity) -> bool:
    name, year = one.mention.name, identity.fiscal_year
    if is_region(name, year):
        return False
    if one.role in {"title", "heading"} or (one.role == "department" and not identity.parent):
        return True
    code = identity.region_code
    return hashed(name, code, year) == hashed(identity.department, code, year)
