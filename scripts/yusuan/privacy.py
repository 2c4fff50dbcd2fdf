"""Personal data that a document discloses, found and masked before anything else reads it.

What is masked keeps its length, so that every offset holds. A finding says where, never what.
Nothing here decides whether data may be kept; see `mask`.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

from yusuan.reading.document import Block, Document, Paragraph, Table

NAME, IDENTITY, MOBILE, ACCOUNT = "name", "identity-number", "mobile-number", "bank-account"


@dataclass(frozen=True, slots=True)
class Masked:
    """One datum about a natural person: its kind and place, without the datum.

    Attributes:
        kind: `name`, `identity-number`, `mobile-number` or `bank-account`.
        char_start, char_end: The place in the canonical text.
    """

    kind: str
    char_start: int
    char_end: int


@dataclass(frozen=True, slots=True)
class _Hit:
    """A datum in some text: its kind, its place, and what stands there once it is masked."""

    kind: str
    start: int
    end: int
    masked: str


def mask(document: Document, *, keep: bool = False) -> tuple[Document, tuple[Masked, ...]]:
    """Return the document with personal data masked, and where it stands, in order.

    王小明 becomes 王某某 wherever it stands, once it stands beside health, relief, pension or pay.
    Of an identity number the first six digits are left, of a mobile number the first three and
    the last four, of a bank account the last four. What is masked already is left as it is.

    Args:
        document: As read; its text and blocks keep their lengths and places.
        keep: Return the document as it is; the places are told all the same.
    """
    changed: dict[int, str] = {}
    found: set[Masked] = set()
    marked = [block for block in _blocks(document) if block.marks]
    names = _names(document, marked)
    for hit in _hits(document.text, names):
        found.add(Masked(hit.kind, hit.start, hit.end))
        changed.update(enumerate(hit.masked, hit.start))
    # Residue may stand inside a datum, which only the text of the block has in one piece.
    for block in marked:
        for hit in _hits(block.text, names):
            found.add(Masked(hit.kind, *block.span(hit.start, hit.end)))
            for at, char in enumerate(hit.masked, hit.start):
                changed[block.span(at, at + 1)[0]] = char
    places = _outermost(found)
    if keep or not places:
        return document, places
    chars = list(document.text)
    for at, char in changed.items():
        chars[at] = char
    starts, ends = zip(*((place.char_start, place.char_end) for place in places), strict=True)
    change = _Change(changed, list(starts), list(ends))
    blocks = tuple(change.of(block) for block in document.blocks)
    return replace(document, text="".join(chars), blocks=blocks), places


def _blocks(document: Document) -> Iterator[Block]:
    for block in document.blocks:
        if isinstance(block, Table):
            yield from block.cells
        else:
            yield block


def _outermost(found: set[Masked]) -> tuple[Masked, ...]:
    """Return the places in order, without those that lie inside another."""
    kept: list[Masked] = []
    for place in sorted(found, key=lambda place: (place.char_start, -place.char_end, place.kind)):
        if not kept or place.char_end > kept[-1].char_end:
            kept.append(place)
    return tuple(kept)


_AnyBlock = TypeVar("_AnyBlock", bound=Block)


@dataclass(frozen=True, slots=True)
class _Change:
    """What changes in the canonical text.

    Attributes:
        chars: Place → the new character.
        starts, ends: Of the data, in order and none inside another.
    """

    chars: dict[int, str]
    starts: list[int]
    ends: list[int]

    def of(self, block: Paragraph | Table) -> Paragraph | Table:
        """Return a block as it stands in the changed text."""
        if isinstance(block, Paragraph):
            return self._of_text(block)
        return Table(tuple(tuple(self._of_text(cell) for cell in row) for row in block.rows))

    def _of_text(self, block: _AnyBlock) -> _AnyBlock:
        first = bisect_right(self.ends, block.char_start)
        if first == len(self.ends) or self.starts[first] >= block.char_end:
            return block
        places = (block.span(at, at + 1)[0] for at in range(len(block.text)))
        text = "".join(map(self.chars.get, places, block.text))
        return replace(block, text=text)


def _hits(text: str, names: frozenset[str]) -> Iterator[_Hit]:
    """Yield the numbers in `text`, and every occurrence of the names."""
    yield from _numbers(text)
    if names:
        spelled = (r"[ \u3000]*\n?[ \u3000]*".join(name) for name in sorted(names, key=_longest))
        for match in re.finditer("|".join(spelled), text):
            yield _Hit(NAME, *match.span(), _masked_name(match[0]))


def _longest(name: str) -> tuple[int, str]:
    return -len(name), name


def _masked_name(name: str) -> str:
    """Return a name with 某 for each character but the surname; blanks stay."""
    bare = _BLANK.sub("", name)
    kept = len(_surname(bare))
    chars = []
    for char in name:
        if char.isspace():
            chars.append(char)
        elif kept > 0:
            chars.append(char)
            kept -= 1
        else:
            chars.append("某")
    return "".join(chars)


# ------------------------------------------------------------------------------------- numbers

_DIGITS = re.compile(
    r"(?<![0-9A-Za-z.,*])[0-9](?:[0-9]|[ -](?=[0-9])){9,21}[0-9Xx](?![0-9A-Za-z*]|[.,][0-9])"
)
_IDENTITY = re.compile(
    r"[1-9]\d{5}(?P<year>(?:18|19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)\d{3}[\dXx]", re.ASCII
)
_MOBILE = re.compile(r"1[3-9]\d([ -]?)\d{4}\1\d{4}", re.ASCII)
_AMOUNT = re.compile(r"\s*[百千万亿]?元")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_FULL_WIDTH = str.maketrans("０１２３４５６７８９Ｘ－", "0123456789X-")
_NEAR_ACCOUNT = 40


def _numbers(text: str) -> Iterator[_Hit]:
    plain = text.translate(_FULL_WIDTH) if _FULL_WIDTH_DIGIT.search(text) else text
    for match in _DIGITS.finditer(plain):
        printed, start = match[0], match.start()
        if _is_identity(printed):
            yield _Hit(IDENTITY, start, match.end(), _starred(text[start : match.end()], 6, 0))
        elif _MOBILE.fullmatch(printed):
            if not _AMOUNT.match(plain, match.end()):
                yield _Hit(MOBILE, start, match.end(), _starred(text[start : match.end()], 3, 4))
        elif _is_account(printed) and _account_words().search(
            plain[max(0, start - _NEAR_ACCOUNT) : start]
        ):
            yield _Hit(ACCOUNT, start, match.end(), _starred(text[start : match.end()], 0, 4))


_FULL_WIDTH_DIGIT = re.compile("[０-９]")


def _starred(printed: str, first: int, last: int) -> str:
    """Return a number with `*` for its digits, but the first and last ones; separators stay."""
    digits = [at for at, char in enumerate(printed) if char not in " -－"]
    hidden = set(digits[first : len(digits) - last])
    return "".join("*" if at in hidden else char for at, char in enumerate(printed))


def _is_identity(printed: str) -> bool:
    """Tell a citizen's identity number: 18 digits with a real date and a valid check digit.

    Source: GB 11643.
    """
    match = _IDENTITY.fullmatch(printed)
    if match is None:
        return False
    try:
        date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(printed, _WEIGHTS, strict=False))
    return "10X98765432"[total % 11] == printed[17].upper()


def _is_account(printed: str) -> bool:
    """Tell the number of a bank card: 16 to 19 digits with a valid Luhn sum."""
    digits = printed.replace(" ", "").replace("-", "")
    if not digits.isdigit() or not 16 <= len(digits) <= 19:  # noqa: PLR2004 - as cards are printed
        return False
    doubled = (int(digit) * (1 + at % 2) for at, digit in enumerate(reversed(digits)))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0  # noqa: PLR2004


@cache
def _account_words() -> re.Pattern[str]:
    return re.compile(_any(_words()["accounts"]))


# --------------------------------------------------------------------------------------- names

_BLANK = re.compile(r"\s")
_HAN = r"[\u4e00-\u9fff]"
# The longest name with blanks, what it is called by, and 等12人的.
_BEFORE = 18
_NEAR = 40


def _names(document: Document, marked: Iterable[Block]) -> frozenset[str]:
    """Return the names of natural persons that stand beside health, relief, pension or pay."""
    found = set(_names_in(document.text))
    for block in marked:
        found.update(_names_in(block.text))
    if "姓名" in document.text:
        for table in document.tables:
            found.update(_names_in_column(table))
    return frozenset(found)


def _names_in(text: str) -> Iterator[str]:
    rules = _rules()
    for match in rules.after.finditer(text):
        start = match.start()
        found = rules.before_end.search(text[max(0, start - _BEFORE) : start])
        if found is None:
            continue
        called = found["called"] is not None or match[0] in rules.called
        if called and not rules.is_near(text, start):
            continue
        name = _BLANK.sub("", found["name"])
        # The word before a name may say who it is: 军残人员王明药费.
        person = called or found["person"] is not None
        if _is_name(name, sure=person):
            yield name
            before = max(0, start - _BEFORE) + found.start("name")
            yield from _listed_before(text[:before])
    for match in rules.person.finditer(text):
        if rules.is_near(text, match.start()):
            sure = match["sure"] is not None
            for printed in match["names"].split("、"):
                name = _BLANK.sub("", printed)
                if _is_name(name, sure=sure) and (sure or not _is_ambiguous(name)):
                    yield name
    for match in rules.paid.finditer(text):
        name = _BLANK.sub("", match["name"])
        if (
            rules.is_near(text, match.start())
            and not _is_ambiguous(name)
            and _is_name(name, sure=False)
        ):
            yield name


def _listed_before(text: str) -> Iterator[str]:
    """Yield the names of a list that ends here: 孙丽、 in 孙丽、周建国遗属补助."""
    while text.endswith("、"):
        found = _rules().listed.search(text, max(0, len(text) - _BEFORE))
        if found is None:
            return
        name = _BLANK.sub("", found["name"])
        if not _is_name(name, sure=True):
            return
        yield name
        text = text[: found.start("name")]


def _names_in_column(table: Table) -> Iterator[str]:
    """Yield the names below 姓名, in a table about health, relief, pension or pay."""
    rules = _rules()
    columns: set[int] = set()
    found: list[str] = []
    near = False
    for cell in table.cells:
        near = near or rules.near.search(cell.text) is not None
        bare = _BLANK.sub("", cell.text)
        if bare == "姓名":
            columns.add(cell.column)
        elif cell.column in columns and rules.name.fullmatch(bare):
            found.append(bare)
    if near:
        yield from (name for name in found if _is_name(name, sure=True))


def _is_name(name: str, *, sure: bool) -> bool:
    """Tell whether a run of a surname and one or two characters is a name.

    Args:
        name: Without blanks.
        sure: A word beside it says that it is a person; else 吕梁 or 张店 is a place.
    """
    words = _rules().words
    if name[:2] in words or name[:3] in words:
        return False
    if sure:
        return True
    if name[0] in _rules().rare or (len(name) == 2 and _is_ambiguous(name)):  # noqa: PLR2004
        return False
    return not any(f",{name}{level}," in _places() for level in "省市县区旗州")


@cache
def _places() -> str:
    return files("yusuan").joinpath("data", "regions.csv").read_text("utf-8")


def _is_ambiguous(name: str) -> bool:
    return len(_surname(name)) == 1 and name[0] in _rules().ambiguous


def _surname(name: str) -> str:
    long = len(name) > 2 and name[:2] in _rules().compound  # noqa: PLR2004
    return name[:2] if long else name[0]


@dataclass(frozen=True, slots=True)
class _Rules:
    """The words of `personal.toml`, compiled.

    Attributes:
        after: What stands directly after a name.
        before_end: A name at the end of what stands before that.
        person: Who the persons are, and their names.
        paid: 给, a name, 发放.
        near: What makes a name personal data.
        name: A name alone.
        listed: A name and 、 at the end.
    """

    after: re.Pattern[str]
    before_end: re.Pattern[str]
    person: re.Pattern[str]
    paid: re.Pattern[str]
    near: re.Pattern[str]
    name: re.Pattern[str]
    listed: re.Pattern[str]
    called: frozenset[str]
    words: frozenset[str]
    ambiguous: frozenset[str]
    rare: frozenset[str]
    compound: frozenset[str]

    def is_near(self, text: str, at: int) -> bool:
        """Tell whether health, relief, pension or pay is spoken of near `at`, in its line."""
        start = max(text.rfind("\n", 0, at) + 1, at - _NEAR)
        end = text.find("\n", at, at + _NEAR)
        return self.near.search(text, start, at + _NEAR if end < 0 else end) is not None


@cache
def _words() -> dict[str, Any]:
    text = files("yusuan").joinpath("data", "personal.toml").read_text("utf-8")
    return tomllib.loads(text)


@cache
def _rules() -> _Rules:
    words = _words()
    given = rf"(?![{words['not_given']}]){_HAN}"
    surname = f"(?:{_any(words['compound_surnames'])}|[{words['surnames']}])"
    name = rf"{surname}[ \u3000]?{given}(?:[ \u3000]?{given})?"
    called, persons, benefits = (_any(words[key]) for key in ("called", "persons", "benefits"))
    by_length: dict[int, list[str]] = {}
    for word in words["boundaries"]:
        by_length.setdefault(len(word), []).append(word)
    behind = "|".join(f"(?<={_any(same)})" for same in by_length.values())
    person_behind = "|".join(f"(?<={person})" for person in words["persons"])
    return _Rules(
        after=re.compile(f"{benefits}|{called}"),
        before_end=re.compile(
            rf"(?:\A|(?P<person>{person_behind})|(?<!{_HAN})|{behind})(?P<name>{name})"
            rf"(?P<called>{called})?(?:等\d*[人名位]?)?的?\Z"
        ),
        person=re.compile(
            rf"{persons}[ ：:，,“]?(?P<names>{name}(?:、{name})*)"
            rf"(?:(?P<sure>的?(?:{benefits})|{called}|等?\d*[人名]?的{benefits})|(?=的|等|{_NOT_HAN}|\Z))"
        ),
        paid=re.compile(rf"{_any(words['paid_from'])}(?P<name>{name})(?={_any(words['paid_to'])})"),
        near=re.compile(_any(words["near"])),
        name=re.compile(name),
        listed=re.compile(rf"(?:\A|(?<!{_HAN})|{behind})(?P<name>{name})、\Z"),
        called=frozenset(words["called"]),
        words=frozenset(words["words"]),
        ambiguous=frozenset(words["ambiguous"]),
        rare=frozenset(words["rare"]),
        compound=frozenset(words["compound_surnames"]),
    )


def _any(words: Iterable[str]) -> str:
    """Return a pattern for any of `words`, the longest first."""
    return f"(?:{'|'.join(sorted(words, key=_longest))})"


_NOT_HAN = r"[^\u4e00-\u9fff]"
