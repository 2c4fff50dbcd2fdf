"""Rules, and the laws and inspection headings that they name, as `shapes/` has them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from yusuan.checking.faults import RULES
from yusuan.checking.rules import Rule, labels, rules
from yusuan.explaining.meaning import Fact, Meaning, joined, same
from yusuan.findings import Texts
from yusuan.mapping import base_of
from yusuan.messages import LANGUAGES, say
from yusuan.package import template
from yusuan.package.descriptor import label

_VALUE = re.compile(r"\{[?$]\w+\}")


def ruled() -> Iterator[Meaning]:
    """Yield the meaning of every rule, law, inspection heading and kind of fault."""
    yield from (_rule(rule) for rule in rules())
    yield from (_own_rule(name) for name in RULES)
    base = base_of(template())
    for iri, titles in labels().items():
        kind, _, name = iri.removeprefix(base).partition("/")
        asking = _naming(iri)
        if kind == "id":
            slug = name.removeprefix("legal/")
            words = [slug, *titles.values(), *_bare(titles), iri, iri.removeprefix(base)]
            yield Meaning("law", slug, titles, iri, _asked(asking), words)
        elif asking:
            last = name.rpartition("/")[2]
            words = [name, last, *titles.values(), iri, iri.removeprefix(base)]
            yield Meaning("heading", name, titles, iri, _asked(asking), words)


def _rule(rule: Rule) -> Meaning:
    own = f"{base_of(template())}code/fault/{'package' if rule.of_package else 'source'}"
    heading = f"{base_of(template())}code/inspection/{rule.heading}"
    facts = [
        Fact("comment", [rule.comments] if rule.comments else []),
        Fact("severity", [label("findings", "severity", rule.severity)]),
        Fact("fault", [labels()[own]]),
        Fact("heading", [labels()[heading]]),
        Fact("message", [{one: _VALUE.sub("…", rule.messages[one]) for one in LANGUAGES}]),
        Fact("advice", [rule.advice]),
        Fact("source", [labels()[iri] for iri in rule.sources]),
        Fact("file", [same(f"shapes/{rule.file}")]),
    ]
    words = [rule.name, *rule.titles.values(), rule.iri, f"shape/{rule.name}", f"shape:{rule.name}"]
    return Meaning("rule", rule.name, rule.titles, rule.iri, _filled(facts), words)


def _own_rule(name: str) -> Meaning:
    """Return a rule of the package itself, which is no shape."""
    titles = say(f"rule-{name}-title").both()
    facts = [
        Fact("severity", [label("findings", "severity", "error")]),
        Fact("fault", [labels()[f"{base_of(template())}code/fault/package"]]),
        Fact("advice", [say(f"rule-{name}-advice").both()]),
        Fact("source", [say(f"rule-{name}-source").both()]),
    ]
    return Meaning("rule", name, titles, None, facts, [name, *titles.values()])


@cache
def _naming(iri: str) -> tuple[Rule, ...]:
    """Return the rules that name a law, a heading or a kind of fault."""
    last = iri.rpartition("/")[2]
    kind = iri.rpartition("/")[0].rpartition("/")[2]
    return tuple(
        rule
        for rule in rules()
        if iri in rule.sources
        or (kind == "inspection" and rule.heading == last)
        or (kind == "fault" and rule.of_package == (last == "package"))
    )


def _asked(asking: tuple[Rule, ...]) -> list[Fact]:
    return _filled(
        [Fact("rules", [joined([same(rule.name) for rule in asking])] if asking else [])]
    )


def _bare(titles: Texts) -> Iterator[str]:
    """Yield the title of a law without what stands in brackets, and its document number."""
    for title in titles.values():
        yield re.sub(r"\s*[（(].*", "", title)
        yield from re.findall(r"[（(]([^（）()]*\d[^（）()]*)[）)]", title)


def _filled(facts: list[Fact]) -> list[Fact]:
    return [fact for fact in facts if fact.items]
