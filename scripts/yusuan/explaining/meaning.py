"""One meaning of a word, and how it is told."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from yusuan.findings import Texts
from yusuan.layout import hung, padded, width
from yusuan.messages import LANGUAGES, say


@dataclass(frozen=True, slots=True)
class Fact:
    """Something said of a thing.

    Attributes:
        label: Its name in the message catalogue, after `explained-`; or what it is called, in
            each language.
        items: What is said, each in each language; one a line.
    """

    label: str | Mapping[str, str]
    items: Sequence[Texts]

    def called(self) -> dict[str, str]:
        """Return what it is called, in each language."""
        return (
            say(f"explained-{self.label}").both()
            if isinstance(self.label, str)
            else dict(self.label)
        )


@dataclass(frozen=True, slots=True)
class Meaning:
    """One thing that a word means.

    Attributes:
        kind: `rule`, `table`, `column`, `term`, `code`, `law`, `region` or `row`.
        name: What the thing is called by programs.
        titles: What it is called, in each language.
        iri: Its IRI, or None.
        facts: What is said of it.
        words: What it is found by, the best known first.
        of: What a row is a row of, in each language; None for another kind.
    """

    kind: str
    name: str
    titles: Texts
    iri: str | None
    facts: Sequence[Fact]
    words: Sequence[str]
    of: Texts | None = None

    def compared(self) -> set[str]:
        """Return the words as they are compared."""
        return {folded(word) for word in self.words}

    def text(self, language: str) -> str:
        """Return the meaning as a person reads it."""
        of = say(f"explained-kind-{self.kind}").both() if self.of is None else self.of
        title, kind = self.titles[language], of[language]
        head = f"{self.name}  {title}" if title != self.name else self.name
        called = [(fact.called()[language], fact) for fact in self.facts]
        if self.iri is not None:
            called.append(("IRI", Fact("iri", [same(self.iri)])))
        widest = max((width(label) for label, _ in called), default=0)
        lines = [hung(f"[{kind}] ", head)]
        for label, fact in called:
            for place, item in enumerate(fact.items):
                shown = label if place == 0 else ""
                lines.append(hung(f"  {padded(shown, widest)}  ", item[language]))
        return "\n".join(lines)

    def brief(self) -> dict[str, Any]:
        """Return its name and titles for a program."""
        return {"name": self.name, "titles": dict(self.titles), "iri": self.iri}

    def document(self) -> dict[str, Any]:
        """Return the meaning for a program, in both languages."""
        return {
            "kind": self.kind,
            **self.brief(),
            "facts": [
                {"label": fact.called(), "items": [dict(one) for one in fact.items]}
                for fact in self.facts
            ],
        }


def folded(word: str) -> str:
    """Return a word as it is compared: without case, in half width, without blanks around it."""
    return unicodedata.normalize("NFKC", word).casefold().strip()


def same(text: str) -> dict[str, str]:
    """Return a text that is the same in every language."""
    return dict.fromkeys(LANGUAGES, text)


def joined(texts: Sequence[Texts]) -> dict[str, str]:
    """Return texts as one, in each language."""
    return {
        language: say("checked-comma").text(language).join(one[language] for one in texts)
        for language in LANGUAGES
    }
