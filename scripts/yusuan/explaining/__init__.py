"""What a rule, a table, a column, a term or a code means, in plain words and with its source.

Nothing is defined here: rules stand in `shapes/`, columns and codes in the descriptor, regions in
the code lists, and what a document itself names in its package.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from yusuan.errors import UsageError
from yusuan.explaining.described import described
from yusuan.explaining.found import found
from yusuan.explaining.meaning import Meaning, folded
from yusuan.explaining.ruled import ruled
from yusuan.layout import hung, padded, width
from yusuan.messages import Message, say

__all__ = ["Explanation", "Meaning", "Overview", "explain", "overview"]

NEAREST = 5


@dataclass(frozen=True, slots=True)
class Explanation:
    """All that a word means.

    Attributes:
        word: The word as it was asked for.
        meanings: What it means: a word may be a column and a code at once.
    """

    word: str
    meanings: tuple[Meaning, ...]

    def text(self, language: str) -> str:
        """Return the explanation as a person reads it."""
        return "\n\n".join(meaning.text(language) for meaning in self.meanings)

    def document(self) -> dict[str, Any]:
        """Return the explanation for a program, in both languages."""
        return {"word": self.word, "meanings": [one.document() for one in self.meanings]}


@dataclass(frozen=True, slots=True)
class Overview:
    """Every word that can be explained without a package.

    Attributes:
        meanings: In groups by kind.
    """

    meanings: tuple[Meaning, ...]

    def text(self, language: str) -> str:
        """Return the words with what they are called, as a person reads them."""
        lines = [say("explained-usage").text(language)]
        for kind, some in groupby(self.meanings, key=lambda one: one.kind):
            lines += ["", _heading(kind, language), *_listed(list(some), language)]
        return "\n".join([*lines, "", hung("", say("explained-also").text(language))])

    def document(self) -> dict[str, Any]:
        """Return the words for a program: kind → what there is."""
        by_kind = groupby(self.meanings, key=lambda one: one.kind)
        return {kind: [one.brief() for one in some] for kind, some in by_kind}


def explain(word: str, directory: Path | None = None) -> Explanation:
    """Return what a word means.

    Args:
        word: The name of a rule, table, column or code, its title in either language, or an IRI.
        directory: The folder of a package whose own codes and terms are looked up, too.

    Raises:
        UsageError: It means nothing here; the error names the nearest words.
    """
    wanted = folded(word)
    known = [*_known(), *found(word, directory)]
    meanings = tuple(one for one in known if wanted in one.compared())
    if not wanted or not meanings:
        raise UsageError(word, say("explain-unknown"), _advice(wanted, known))
    return Explanation(word, meanings)


def overview() -> Overview:
    """Return every word that can be explained without a package."""
    return Overview(tuple(_known()))


def _known() -> Iterator[Meaning]:
    yield from ruled()
    yield from described()


def _advice(wanted: str, known: Iterable[Meaning]) -> Message:
    words = {folded(word): one.words[0] for one in known for word in one.words}
    near = sorted((word for word in words if len(wanted) > 1 and wanted in word), key=len)[:NEAREST]
    near += difflib.get_close_matches(wanted, words, n=NEAREST, cutoff=0.6)
    if not near:
        return say("explain-unknown-advice")
    nearest = list(dict.fromkeys(words[one] for one in near))[:NEAREST]
    return say("explain-nearest", words=", ".join(nearest))


def _heading(kind: str, language: str) -> str:
    title = say(f"explained-kinds-{kind}").text(language)
    return f"{title}\n{'-' * width(title)}"


def _listed(some: list[Meaning], language: str) -> Iterator[str]:
    """Yield a line for each word, or for each list of codes, which are many."""
    if some[0].kind == "code":
        for scheme, codes in groupby(some, key=lambda one: one.name.partition("/")[0]):
            names = [one.name.partition("/")[2] for one in codes]
            yield hung(f"  {scheme}: ", ", ".join(names))
        return
    widest = max(width(one.name) for one in some)
    for one in some:
        yield hung(f"  {padded(one.name, widest)}  ", one.titles[language])
