"""What stands beside the text of a Word file: its parts by their relations, styles, numbering."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from yusuan.errors import DocumentError
from yusuan.messages import say
from yusuan.reading.zipped import members

_DEEPEST = 20  # styles that build on each other; beyond it they run in a circle
_LEVELS = 9
_HEADING = re.compile(r"(?:heading|标题)\s*([1-9])", re.IGNORECASE)
_STYLE_ID = re.compile(rb'\sw:styleId="([^"]*)"')


def parse(data: bytes) -> Any:
    """Parse XML without entities and without the network.

    Raises:
        DocumentError: It is no XML, or declares entities.
        MemoryError: The limit on memory was met.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as fault:
        # lxml reports that memory ran out as if the file were broken.
        if fault.code == etree.ErrorTypes.ERR_NO_MEMORY:  # type: ignore[attr-defined]
            raise MemoryError from fault
        raise DocumentError("", say("xml-broken", fault=fault), say("xml-advice")) from fault
    if root.getroottree().docinfo.doctype:  # type: ignore[union-attr]
        raise DocumentError("", say("xml-entities"), say("xml-advice"))
    return root


class Parts:
    """The parts of one file.

    Args:
        archive: The file, open.

    Raises:
        DocumentError: It has no text.
    """

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._members = members(archive)
        named = [target for kind, target in self._relations("") if kind == "officeDocument"]
        found = [name for name in (*named, "word/document.xml") if name in self._members]
        if not found:
            raise DocumentError("", say("docx-no-text"), say("docx-no-text-advice"))
        self._main = found[0]
        self._related = list(self._relations(self._main))

    def main(self) -> bytes:
        """Return the part with the text."""
        return self._members[self._main]()

    def related(self, kind: str) -> list[bytes]:
        """Return the parts of a kind (`styles`, `header`, …) that the text refers to."""
        names = [target for found, target in self._related if found == kind]
        if not self._related:  # some programs leave the relations out
            folder = re.escape(posixpath.dirname(self._main))
            usual = re.compile(rf"{folder}/{kind}\d*\.xml")
            names = [name for name in self._members if usual.fullmatch(name)]
        return [self._members[name]() for name in sorted(set(names)) if name in self._members]

    def _relations(self, part: str) -> Iterator[tuple[str, str]]:
        """Yield (kind, target) of what a part refers to; "" is the whole file."""
        folder, name = posixpath.split(part)
        listed = self._members.get(posixpath.join(folder, "_rels", f"{name}.rels"))
        for relation in parse(listed()) if listed is not None else ():
            if relation.get("TargetMode") != "External":
                target = posixpath.join("/", folder, relation.get("Target", ""))
                kind = relation.get("Type", "").rpartition("/")[2]
                yield kind, posixpath.normpath(target).lstrip("/")


@dataclass(frozen=True, slots=True)
class Style:
    """What a paragraph style says about headings and numbers; None where it says nothing."""

    outline: int | None = None
    number: str | None = None
    level: int | None = None


class Styles:
    """Paragraph styles. Of some hundred that a file holds only the few it uses are parsed.

    Args:
        data: `styles.xml`, or nothing.
        w: The namespace of the document, in braces.
    """

    def __init__(self, data: bytes, w: str) -> None:
        self._w = w
        self._known: dict[str, Style] = {}
        head, *chunks = data.split(b"<w:style ")
        self._sources = {
            found.group(1).decode("utf-8", "replace"): b"<w:style " + chunk
            for chunk in chunks
            if (found := _STYLE_ID.search(b" " + chunk[:500])) is not None
        }
        self._parsed: dict[str, Any] = {}
        if data and not chunks and b"styleId" in head:  # another prefix, or UTF-16
            self._parsed = {
                style.get(w + "styleId", ""): style for style in parse(data).iter(w + "style")
            }

    def of(self, name: str, depth: int = 0) -> Style:
        """Return the style with that id, as far as it builds on others together with them."""
        if name not in self._known:
            self._known[name] = self._read(name, depth)
        return self._known[name]

    def is_numbered(self, name: str) -> bool:
        """Tell whether paragraphs of that style are numbered."""
        return self.of(name).number is not None

    def _element(self, name: str) -> Any:
        if name in self._parsed or name not in self._sources:
            return self._parsed.get(name)
        source = self._sources[name].partition(b"</w:style>")[0] + b"</w:style>"
        opening = f'<x xmlns:w="{self._w[1:-1]}">'.encode()
        # Namespaces that the fragment does not declare are none of ours.
        parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
        return etree.fromstring(opening + source + b"</x>", parser).find(self._w + "style")

    def _read(self, name: str, depth: int) -> Style:
        element = self._element(name)
        if element is None or depth > _DEEPEST:
            return Style()
        outline = _whole(self._value(element, "pPr/outlineLvl"))
        number = self._value(element, "pPr/numPr/numId")
        level = _whole(self._value(element, "pPr/numPr/ilvl"))
        heading = _HEADING.fullmatch(self._value(element, "name") or "")
        if outline is None and heading is not None:
            outline = int(heading.group(1)) - 1
        base = self._value(element, "basedOn")
        below = Style() if base is None else self.of(base, depth + 1)
        return Style(
            below.outline if outline is None else outline,
            below.number if number is None else number,
            below.level if level is None else level,
        )

    def _value(self, element: Any, path: str) -> str | None:
        found = element.find("/".join(self._w + step for step in path.split("/")))
        return None if found is None else found.get(self._w + "val")


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a list: how it counts and what stands around the number."""

    kind: str
    text: str
    start: int
    suffix: str
    style: str | None


class Numbering:
    """Automatic numbers, which stand in no paragraph's text.

    Args:
        data: `numbering.xml`.
        w: The namespace of the document, in braces.
    """

    def __init__(self, data: bytes, w: str) -> None:
        self._w = w
        root = parse(data)
        self._lists: dict[str, dict[int, Level]] = {}
        linked: dict[str, str] = {}
        for element in root.iter(w + "abstractNum"):
            name = element.get(w + "abstractNumId", "")
            self._lists[name] = dict(map(self._level, element.iter(w + "lvl")))
            linked[self._value(element, "styleLink") or ""] = name
        # A list may only name a style, and the list that names it back has the levels.
        for element in root.iter(w + "abstractNum"):
            other = linked.get(self._value(element, "numStyleLink") or " ")
            if other is not None:
                self._lists[element.get(w + "abstractNumId", "")] = self._lists[other]
        self._of_number: dict[str, str] = {}
        self._restarts: dict[str, dict[int, int]] = {}
        self._overrides: dict[str, dict[int, Level]] = {}
        for element in root.iter(w + "num"):
            self._number(element)
        self._counts: dict[str, dict[int, int]] = {}

    def _number(self, element: Any) -> None:
        name = element.get(self._w + "numId", "")
        self._of_number[name] = self._value(element, "abstractNumId") or ""
        for override in element.iter(self._w + "lvlOverride"):
            start = _whole(self._value(override, "startOverride"))
            if start is not None:
                depth = _whole(override.get(self._w + "ilvl")) or 0
                self._restarts.setdefault(name, {})[depth] = start
            levels = dict(map(self._level, override.iter(self._w + "lvl")))
            self._overrides.setdefault(name, {}).update(levels)

    def _level(self, element: Any) -> tuple[int, Level]:
        start = _whole(self._value(element, "start"))
        return _whole(element.get(self._w + "ilvl")) or 0, Level(
            self._value(element, "numFmt") or "decimal",
            self._value(element, "lvlText") or "",
            1 if start is None else start,
            self._value(element, "suff") or "tab",
            self._value(element, "pStyle"),
        )

    def _value(self, element: Any, name: str) -> str | None:
        found = element.find(self._w + name)
        return None if found is None else found.get(self._w + "val")

    def of(self, number: str, level: int | None, style: str | None) -> str:
        """Return the number of the next paragraph as Word shows it, or "".

        Args:
            number: The `numId` of the paragraph or of its style; "0" is none.
            level: The `ilvl`; None where the list tells it by the style.
            style: The id of the paragraph's style.
        """
        name = self._of_number.get(number)
        if name is None:
            return ""
        levels = {**self._lists.get(name, {}), **self._overrides.get(number, {})}
        if level is None:
            level = next((at for at, one in levels.items() if style and one.style == style), 0)
        here = levels.get(level)
        if here is None:
            return ""
        counts = self._counts.setdefault(name, {})
        start = self._restarts.get(number, {}).pop(level, None)
        before = counts.get(level, here.start - 1) if start is None else start - 1
        counts[level] = before + 1
        for deeper in [at for at in counts if at > level]:
            del counts[deeper]
        return "" if here.kind in {"none", "bullet"} else _printed(levels, level, counts)


def _printed(levels: dict[int, Level], level: int, counts: dict[int, int]) -> str:
    text = levels[level].text
    for at in range(level + 1):
        other = levels.get(at)
        if other is not None:
            text = text.replace(f"%{at + 1}", numeral(counts.get(at, other.start), other.kind))
    # A tab follows, which matters where number and words would run together: 1.2021年.
    is_apart = not text or levels[level].suffix == "nothing" or text[-1] in "、）．。：　 "
    return text if is_apart else text + " "


def _whole(value: str | None) -> int | None:
    return int(value) if value is not None and value.isdecimal() else None


_DIGITS = "〇一二三四五六七八九"
_LEGAL = "零壹贰叁肆伍陆柒捌玖"
_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"),
    (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_CYCLES = {
    "ideographTraditional": "甲乙丙丁戊己庚辛壬癸",
    "ideographZodiac": "子丑寅卯辰巳午未申酉戌亥",
}
_CHINESE = ("chinese", "taiwanese", "japanese", "ideograph")


def numeral(count: int, kind: str) -> str:
    """Return a number as a list of that kind (`numFmt`) prints it; else in plain digits."""
    if kind in _CYCLES and 0 < count <= len(_CYCLES[kind]):
        return _CYCLES[kind][count - 1]
    if kind == "decimalZero":
        return f"{count:02d}"
    if kind.startswith("decimalEnclosedCircle") and 0 < count <= 20:  # noqa: PLR2004
        return chr(0x2460 + count - 1)
    if kind.startswith("decimalFullWidth"):
        return "".join(chr(ord(digit) + 0xFEE0) for digit in str(count))
    if kind.startswith(_CHINESE) and 0 < count < 100:  # noqa: PLR2004
        is_legal = "Legal" in kind
        digits, ten = (_LEGAL, "拾") if is_legal else (_DIGITS, "十")
        tens, ones = divmod(count, 10)
        head = "" if not tens else (digits[tens] if tens > 1 or is_legal else "") + ten
        return head + (digits[ones] if ones else "")
    return _latin(count, kind)


def _latin(count: int, kind: str) -> str:
    plain = str(count)
    if kind.endswith("Letter") and count > 0:
        # After z comes aa, then bb.
        plain = chr(ord("a") + (count - 1) % 26) * ((count - 1) // 26 + 1)
    elif kind.endswith("Roman") and 0 < count < 4000:  # noqa: PLR2004
        plain, left = "", count
        for value, letters in _ROMAN:
            plain += letters * (left // value)
            left %= value
    return plain.upper() if kind.startswith("upper") else plain
