"""The text of one paragraph in Word's XML: what a person sees of its runs, and nothing else."""

from __future__ import annotations

from typing import Any

# What makes a text more than the sum of its runs. Most documents of bureaus have none of it, and
# are read three times as fast by looking at runs alone.
_INTRICATE = (
    "del", "moveFrom", "fldChar", "instrText", "vanish", "txbxContent", "softHyphen", "sym",
    "noBreakHyphen", "ptab", "ruby", "hMerge", "altChunk", "pPrChange", "rPrChange", "trPrChange",
    "tcPrChange", "tblPrChange", "sectPrChange",
)  # fmt: skip
_FOREIGN = (
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent",
    "{http://schemas.openxmlformats.org/officeDocument/2006/math}oMath",
    "{http://purl.oclc.org/ooxml/officeDocument/math}oMath",
    "{urn:schemas-microsoft-com:vml}textpath",
)
_DROPPED = (
    "del", "moveFrom", "instrText", "delText", "delInstrText", "rPr", "pPr", "sectPr", "tcPr",
    "tblPr", "trPr", "tblGrid", "tblPrEx", "sdtPr", "sdtEndPr", "bookmarkStart", "bookmarkEnd",
    "proofErr", "lastRenderedPageBreak", "rt", "rubyPr",
)  # fmt: skip
# Pictures of letters that stand for ticks, boxes and bullets.
_SYMBOLS = {
    "f0fe": "☑", "f052": "☑", "f0fd": "☒", "f0a8": "□", "f06f": "□", "f0a3": "□", "f0fc": "√",
    "f0fb": "×", "f06c": "●", "f06e": "■", "f0b7": "·",
}  # fmt: skip
# What comes in several ways of saying the same, of which one is read.
ALTERNATIVES = "}AlternateContent"


def is_plain(root: Any, w: str) -> bool:
    """Tell whether nothing in a document is deleted, hidden or said in two ways.

    Args:
        root: The document element.
        w: The namespace, in braces.
    """
    intricate = (*(w + name for name in _INTRICATE), *_FOREIGN)
    return next(root.iter(*intricate), None) is None


class Words:
    """Collects text.

    Args:
        w: The namespace, in braces.
        plain: What `is_plain` says.
    """

    def __init__(self, w: str, *, plain: bool) -> None:
        self._w, self._is_plain, self._val = w, plain, w + "val"
        self.text, self._run, self._tab, self._run_properties = (
            w + "t",
            w + "r",
            w + "tab",
            w + "rPr",
        )
        self.dropped = frozenset(w + name for name in _DROPPED)
        self._characters = {
            w + "br": "\n", w + "cr": "\n", w + "tab": " ", w + "noBreakHyphen": "-",
            w + "softHyphen": "", w + "ptab": " ",
        }  # fmt: skip
        self.said_by = (self.text, w + "br", w + "cr", w + "tab")

    def of(self, paragraph: Any) -> tuple[str, list[Any]]:
        """Return the text of a paragraph, and its text boxes, which are read after it."""
        if self._is_plain:
            return "".join(map(self.said, paragraph.iter(*self.said_by))), []
        parts: list[str] = []
        boxes: list[Any] = []
        self._collect(paragraph, parts, boxes, [])
        return "".join(parts), boxes

    def said(self, element: Any) -> str:
        """Return what one element of `said_by` says."""
        tag = element.tag
        if tag == self.text:
            return element.text or ""
        # Tab stops among the properties are no text.
        if tag == self._tab and element.getparent().tag != self._run:
            return ""
        return self._characters[tag]

    def _collect(self, parent: Any, parts: list[str], boxes: list[Any], fields: list[bool]) -> None:
        """Collect the text of a paragraph.

        Args:
            parent: The paragraph, or what stands in it.
            parts: Where the text goes.
            boxes: Where text boxes go.
            fields: For each field that is open, whether its instruction still goes on.
        """
        for element in parent:
            tag = element.tag
            if tag in self.dropped or (tag == self._run and self._is_hidden(element)):
                continue
            if tag == self._w + "fldChar":
                _turn(fields, element.get(self._w + "fldCharType"))
            elif any(fields) and tag != self._run:
                continue
            elif tag == self._w + "txbxContent":
                boxes.append(element)
            elif tag.endswith(ALTERNATIVES):
                self._choose(element, parts, boxes, fields)
            elif len(element):
                if tag.endswith("/math}den"):  # what stands below a fraction's line
                    parts.append("/")
                self._collect(element, parts, boxes, fields)
            else:
                parts.append(self._character(element, tag))

    def _choose(self, element: Any, parts: list[str], boxes: list[Any], fields: list[bool]) -> None:
        # Choice and Fallback say the same in two ways; a Choice may be a drawing that is mute.
        for way in element:
            said: list[str] = []
            found: list[Any] = []
            self._collect(way, said, found, fields)
            if any(said) or found:
                parts += said
                boxes += found
                return

    def _character(self, element: Any, tag: str) -> str:
        if tag == self.text or tag.endswith("/math}t"):
            return element.text or ""
        if tag == self._w + "sym":
            code = element.get(self._w + "char", "").lower()
            is_code = len(code) == 4 and not set(code) - set("0123456789abcdef")  # noqa: PLR2004
            return _SYMBOLS.get(code, chr(int(code, 16)) if is_code else "\ufffd")
        if tag.endswith("}textpath"):  # letters as art
            return str(element.get("string", ""))
        return self._characters.get(tag, "")

    def _is_hidden(self, run: Any) -> bool:
        # The properties of a run are its first child, if it has any.
        if not len(run) or run[0].tag != self._run_properties:
            return False
        vanish = run[0].find(self._w + "vanish")
        return vanish is not None and vanish.get(self._val, "1") not in {"0", "false", "off"}


def _turn(fields: list[bool], kind: str | None) -> None:
    """Note where a field begins, where its instruction ends, and where it ends itself."""
    if kind == "begin":
        fields.append(True)
    elif kind == "separate" and fields:
        fields[-1] = False
    elif kind == "end" and fields:
        fields.pop()
