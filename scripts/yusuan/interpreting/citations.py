"""Laws and document numbers (文号) that a text cites."""

from __future__ import annotations

import re
from dataclasses import dataclass

from yusuan.codes import document_number, legal_slug

_NUMBER = r"[\u4e00-\u9fff]{1,8}[〔\[【［（(]\d{4}[〕\]】］）)]\s*\d{1,4}号"
_CITED = re.compile(
    rf"《(?P<title>[^《》]{{2,80}}(?:《[^《》]*》[^《》]*)?)》(?:\s*[（(]\s*(?P<beside>{_NUMBER})\s*[)）])?"
    rf"|(?P<number>{_NUMBER})"
)
# Forms and statements that are filled in, not documents that one cites.
_NO_DOCUMENT = re.compile(r"(月|季|年|报)表$")


@dataclass(frozen=True, slots=True)
class Citation:
    """One place that cites a document.

    Attributes:
        cited: Id of the document, the same for all its spellings.
        text: What is printed.
        document_number: 文号 in 〔〕, or None.
        start, end: The place in the text given.
    """

    cited: str
    text: str
    document_number: str | None
    start: int
    end: int


def citations(text: str) -> list[Citation]:
    """Return what `text` cites, in order."""
    if "《" not in text and "号" not in text:
        return []
    found = []
    for match in _CITED.finditer(text):
        printed = match["beside"] or match["number"]
        if match["title"] is not None and _NO_DOCUMENT.search(match["title"]):
            continue
        start = match.start()
        if match["number"] is not None:
            start, printed = _issuer(match)
        number = None if printed is None else document_number(printed)
        found.append(
            Citation(
                legal_slug(number if number is not None else match["title"]),
                text[start : match.end()],
                number,
                start,
                match.end(),
            )
        )
    return found


# Words before the issuing office that the pattern takes along: 依据廊字…, 根据冀财教….
_LEAD = re.compile(r"^.*?(?:根据|依据|按照|按|和|及|与|的|见|对|由|转发)(?=[\u4e00-\u9fff])")


def _issuer(match: re.Match[str]) -> tuple[int, str]:
    lead = _LEAD.match(match["number"])
    cut = 0 if lead is None else lead.end()
    return match.start() + cut, match["number"][cut:]
