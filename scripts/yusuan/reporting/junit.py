"""The report of a check as JUnit XML, for build servers: a suite a heading, a case a rule.

A rule with findings fails, whatever their severity, which is the type of the failure; whether the
command fails is for `--fail-on` to say. Nothing in it changes from run to run, time included.
"""

from __future__ import annotations

from xml.etree import ElementTree as ET

from yusuan.findings import Checked, Examined, Finding
from yusuan.messages import say
from yusuan.reporting.grouping import Block, Group, groups, known_rules
from yusuan.reporting.places import place_words
from yusuan.reporting.quoting import Quotes, printable

QUOTED = 80  # characters


def as_junit(checked: Checked, language: str) -> str:
    """Return the report as JUnit XML."""
    quotes = Quotes(checked.directory)
    suites = [_suite(group, quotes, language) for group in groups(checked)]
    root = ET.Element("testsuites", {"name": f"yusuan {printable(checked.title[language])}"})
    for count in ("tests", "failures", "errors"):
        root.set(count, str(sum(int(suite.attrib[count]) for suite in suites)))
    root.set("time", "0")
    root.extend(suites)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode")


def _suite(group: Group, quotes: Quotes, language: str) -> ET.Element:
    blocks = {block.first.rule: block for block in group.blocks}
    examined = {one.rule: one for one in group.examined}
    suite = ET.Element("testsuite", {"name": group.name[language]})
    cases = [
        _case(group, examined.get(rule), blocks.get(rule), quotes, language)
        for rule in dict.fromkeys((*examined, *blocks))
    ]
    suite.set("tests", str(len(cases)))
    suite.set("failures", str(sum(case.find("failure") is not None for case in cases)))
    suite.set("errors", "0")
    suite.set("skipped", str(sum(case.find("skipped") is not None for case in cases)))
    suite.set("time", "0")
    suite.extend(cases)
    return suite


def _case(
    group: Group, examined: Examined | None, block: Block | None, quotes: Quotes, language: str
) -> ET.Element:
    case = ET.Element("testcase", {"classname": f"yusuan.{group.key}"})
    if block is not None:
        case.set("name", f"{block.first.rule}: {block.first.title[language]}")
        case.append(_failure(block, quotes, language))
    elif examined is not None:
        case.set("name", f"{examined.rule}: {examined.title[language]}")
        if not examined.count:
            case.append(ET.Element("skipped", {"message": say("checked-empty").text(language)}))
    case.set("time", "0")
    return case


def _failure(block: Block, quotes: Quotes, language: str) -> ET.Element:
    first = block.first
    failure = ET.Element("failure", {"type": first.severity})
    failure.set("message", printable(first.message[language]))
    lines = [_line(finding, quotes, language) for finding in block.findings]
    lines += ["", f"{say('checked-advice').text(language)}: {first.advice[language]}"]
    if first.rule in known_rules():
        lines.append(known_rules()[first.rule].iri)
    failure.text = "\n".join(lines)
    return failure


def _line(finding: Finding, quotes: Quotes, language: str) -> str:
    where = place_words(finding.place, language)
    quote = quotes.clause(finding.place, QUOTED)
    if quote is not None:
        where = say("checked-quoted", place=where, quote=str(quote).strip()).text(language)
    return f"{where}: {printable(finding.message[language])}"
