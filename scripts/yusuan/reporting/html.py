"""The report of a check as one HTML page in both languages: no script, no request, good to print.

Every word of a document is escaped, and the page forbids itself to load anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from html import escape
from importlib.resources import files

from yusuan.findings import SEVERITIES, Checked, Finding, Place
from yusuan.messages import LANGUAGES, say
from yusuan.package import program_version
from yusuan.reporting.grouping import (
    Block,
    Group,
    count_by_severity,
    groups,
    severity_label,
)
from yusuan.reporting.places import place_words
from yusuan.reporting.quoting import Quotes, printable

QUOTED = 160  # characters
_LOCALES = {"zh": "zh-CN", "en": "en"}
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def as_html(checked: Checked, language: str) -> str:
    """Return the report as a page that shows `language` first."""
    style = files("yusuan").joinpath("reporting/report.css").read_text("utf-8")
    quotes, grouped = Quotes(checked.directory), groups(checked)
    articles = [_article(checked, grouped, quotes, one) for one in LANGUAGES]
    return "\n".join(
        [
            "<!doctype html>",
            f'<html lang="{_LOCALES[language]}">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{_said('checked-title', language, title=checked.title[language])}</title>",
            f"<style>\n{style}</style>",
            "</head>",
            "<body>",
            *_switch(language),
            *articles,
            "</body>",
            "</html>",
        ]
    )


def _switch(language: str) -> Iterator[str]:
    """Yield what chooses the language: the style sheet shows the article of the one checked."""
    yield '<div class="switch">'
    for one in LANGUAGES:
        state = " checked" if one == language else ""
        name = _said("checked-language", one)
        yield (f'<label lang="{_LOCALES[one]}"><input type="radio" name="language" '
               f'id="language-{one}"{state}> {name}</label>')  # fmt: skip
    yield "</div>"


def _article(checked: Checked, grouped: list[Group], quotes: Quotes, language: str) -> str:
    return "\n".join(
        [
            f'<article class="{language}" lang="{_LOCALES[language]}">',
            *_head(checked, language),
            *(line for group in grouped for line in _group(group, quotes, language)),
            *_examined(grouped, language),
            f"<footer>yusuan {escape(program_version())}</footer>",
            "</article>",
        ]
    )


def _head(checked: Checked, language: str) -> Iterator[str]:
    yield "<header>"
    yield f'<p class="kind">{_said("checked-report", language)}</p>'
    yield f"<h1>{_text(checked.title[language])}</h1>"
    yield '<dl class="counts">'
    yield _count("checks", checked.checks, _said("checked-count-checks", language))
    yield _count("passed", checked.passed, _said("checked-count-passed", language))
    own = sum(1 for one in checked.findings if one.of_package)
    yield _count("package", own, _said("checked-of-package", language))
    source = count_by_severity(one for one in checked.findings if not one.of_package)
    for severity in SEVERITIES:
        yield _count(severity, source[severity], _text(severity_label(severity)[language]))
    yield "</dl>"
    if checked.unchecked is not None:
        yield f'<p class="unchecked">{_text(checked.unchecked[language])}</p>'
    if not checked.findings:
        yield f"<p>{_said('checked-nothing', language)}</p>"
    yield "</header>"


def _count(kind: str, count: int, name: str) -> str:
    empty = "" if count else " none"
    return f'<div class="{kind}{empty}"><dt>{name}</dt><dd>{count}</dd></div>'


def _group(group: Group, quotes: Quotes, language: str) -> Iterator[str]:
    if not group.blocks:
        return
    yield f"<section>\n<h2>{_text(group.title[language])}</h2>"
    for block in group.blocks:
        yield from _block(block, quotes, language)
    yield "</section>"


def _block(block: Block, quotes: Quotes, language: str) -> Iterator[str]:
    first, count = block.first, len(block.findings)
    often = (
        ""
        if count == 1
        else f' <span class="often">{_said("checked-often", language, count=count)}</span>'
    )
    yield f'<section class="rule {first.severity}" id="{_anchor(first.rule, language)}">'
    yield (
        f'<h3><span class="severity">{_text(severity_label(first.severity)[language])}</span> '
        f"{_text(first.title[language])}{often} <code>{escape(first.rule)}</code></h3>"
    )
    yield "<ol>" if count > 1 else '<ol class="one">'
    for finding in block.findings:
        yield from _finding(finding, quotes, language)
    yield "</ol>"
    yield '<dl class="next">'
    yield _pair("advice", _text(first.advice[language]), language)
    if first.sources:
        semicolon = _said("checked-semicolon", language)
        yield _pair(
            "source", semicolon.join(_text(one[language]) for one in first.sources), language
        )
    yield "</dl>\n</section>"


def _finding(finding: Finding, quotes: Quotes, language: str) -> Iterator[str]:
    yield f"<li>\n<p>{_text(finding.message[language])}</p>"
    yield from _quote(finding.place, quotes, language)
    yield from _figures(finding, language)
    yield "</li>"


def _quote(place: Place, quotes: Quotes, language: str) -> Iterator[str]:
    where = escape(place_words(place, language))
    quote = quotes.around(place, QUOTED)
    if quote is None:
        yield f'<p class="place">{where}</p>'
        return
    # The words of a document stand in its own language on either side of the switch.
    words = f"{escape(quote.before)}<mark>{escape(quote.words)}</mark>{escape(quote.after)}"
    yield (f'<blockquote><p lang="zh-CN">{words}</p>'
           f'<footer class="place">{where}</footer></blockquote>')  # fmt: skip


def _figures(finding: Finding, language: str) -> Iterator[str]:
    if finding.stated is None or finding.computed is None or finding.gap is None:
        return
    figures = {
        "checked-stated": finding.stated,
        "checked-computed": finding.computed,
        "checked-gap": abs(finding.gap),
    }
    yield '<dl class="figures">'
    for key, amount in figures.items():
        yield f"<div><dt>{_said(key, language)}</dt><dd>{_amount(amount, language)}</dd></div>"
    yield "</dl>"


def _examined(grouped: Iterable[Group], language: str) -> Iterator[str]:
    """Yield the table of what was examined, rules that hold included."""
    yield f"<section>\n<h2>{_said('checked-examined', language)}</h2>\n<table>"
    names = ("rule", "asks", "checks", "passed", "failed")
    heads = "".join(
        f'<th scope="col">{_said(f"checked-column-{one}", language)}</th>' for one in names
    )
    yield f"<thead><tr>{heads}</tr></thead>"
    for group in grouped:
        if not group.examined:
            continue
        found = {block.first.rule for block in group.blocks}
        yield "<tbody>"
        yield f'<tr><th scope="rowgroup" colspan="5">{_text(group.name[language])}</th></tr>'
        for one in group.examined:
            name = f"<code>{escape(one.rule)}</code>"
            if one.rule in found:
                name = f'<a href="#{_anchor(one.rule, language)}">{name}</a>'
            state = "failed" if one.failed else "held" if one.count else "idle"
            cells = [one.count, one.count - one.failed, one.failed] if one.count else ["–"] * 3
            numbers = "".join(f"<td>{cell}</td>" for cell in cells)
            title = _text(one.title[language])
            yield f'<tr class="{state}"><td>{name}</td><td>{title}</td>{numbers}</tr>'
        yield "</tbody>"
    yield "</table>\n</section>"


def _anchor(rule: str, language: str) -> str:
    return escape(f"{language}-{rule}")


def _pair(kind: str, content: str, language: str) -> str:
    return f"<div><dt>{_said(f'checked-{kind}', language)}</dt><dd>{content}</dd></div>"


def _amount(amount: Decimal, language: str) -> str:
    return _said("checked-yuan", language, amount=f"{amount:,f}")


def _said(key: str, language: str, **values: object) -> str:
    return _text(say(key, **values).text(language))


def _text(text: str) -> str:
    return escape(printable(text))
