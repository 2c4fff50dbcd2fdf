"""The report of a check as a person reads it on a terminal, in Chinese or English."""

from __future__ import annotations

from collections.abc import Iterator

from yusuan.findings import Checked, Finding
from yusuan.layout import NO_BREAK, hung, padded, width
from yusuan.messages import say
from yusuan.reporting.grouping import (
    Block,
    Group,
    count_by_severity,
    groups,
    known_rules,
    severity_label,
)
from yusuan.reporting.places import place_words
from yusuan.reporting.quoting import Quotes, printable

# How many findings of one rule are told here; all of them stand in the other formats.
SHOWN = {"error": 20, "explain": 20, "note": 5}
QUOTED = 60  # characters
_LABELS = ("place", "file", "figures", "fault", "advice", "source")


def as_text(checked: Checked, language: str) -> str:
    """Return the report, faults of the package first."""
    quotes = Quotes(checked.directory)
    lines = [say("checked-title", title=checked.title[language]).text(language), ""]
    for group in groups(checked):
        lines += _group(group, quotes, language)
    lines += _summary(checked, language)
    return "\n".join(lines)


def _group(group: Group, quotes: Quotes, language: str) -> Iterator[str]:
    if not group.blocks:
        return
    title = group.title[language]
    yield title
    yield "-" * width(title)
    for block in group.blocks:
        yield from _block(block, quotes, language)
        yield ""


def _block(block: Block, quotes: Quotes, language: str) -> Iterator[str]:
    first, count = block.first, len(block.findings)
    head = say(
        "checked-rule" if count == 1 else "checked-rule-often",
        severity=severity_label(first.severity)[language],
        rule=first.rule,
        title=first.title[language],
        count=count,
    )
    yield hung("", head.text(language))
    shown = SHOWN[first.severity]
    # What is the same of all of them is said once.
    alike = count > 1 and len({one.message[language] for one in block.findings}) == 1
    where = None
    for finding in block.findings[:shown]:
        place = _place(finding, quotes, language)
        if place != where:
            yield place
        where = place
        if not alike:
            yield _message(finding, language)
    if count > shown:
        yield hung("  ", say("checked-more", count=count - shown).text(language))
    if alike:
        yield _message(first, language)
    yield _labelled("advice", first.advice[language], language)
    yield _labelled("source", _sources(first, language), language)


def _place(finding: Finding, quotes: Quotes, language: str) -> str:
    where = place_words(finding.place, language)
    quote = quotes.clause(finding.place, QUOTED)
    if quote is not None:
        where = say("checked-quoted", place=where, quote=str(quote).strip()).text(language)
    return _labelled("file" if finding.of_package else "place", where, language)


def _message(finding: Finding, language: str) -> str:
    kind = "fault" if finding.computed is None else "figures"
    return _labelled(kind, printable(finding.message[language]), language)


def _sources(finding: Finding, language: str) -> str:
    """Return the laws that ask for a rule, and where it is explained."""
    texts = [source[language] for source in finding.sources]
    if finding.rule in known_rules():
        command = f"yusuan explain {finding.rule}".replace(" ", NO_BREAK)
        texts.append(say("checked-explain", command=command).text(language))
    return say("checked-semicolon").text(language).join(texts)


def _labelled(kind: str, text: str, language: str) -> str:
    labels = {one: say(f"checked-{one}").text(language) for one in _LABELS}
    widest = max(width(label) for label in labels.values())
    return hung(f"  {padded(labels[kind], widest)}  ", text)


def _summary(checked: Checked, language: str) -> Iterator[str]:
    if checked.unchecked is not None:
        yield hung("", checked.unchecked[language])
        yield ""
    own = [one for one in checked.findings if one.of_package]
    source = [one for one in checked.findings if not one.of_package]
    at_work = [one for one in checked.examined if one.count]
    idle = [one.rule for one in checked.examined if not one.count]
    said = say("checked-counts", rules=len(at_work), checks=checked.checks, passed=checked.passed)
    yield hung("", said.text(language))
    if idle:
        comma = say("checked-comma").text(language)
        said = say("checked-idle", count=len(idle), rules=comma.join(idle))
        yield hung("", said.text(language))
    if checked.findings:
        said = say("checked-found", package=len(own), **count_by_severity(source))
        yield hung("", said.text(language))
    else:
        yield say("checked-nothing").text(language)
