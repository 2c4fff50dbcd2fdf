"""The pages of a portal, from templates: each in Chinese and in English, with nothing to load.

What a document says is put into a page as text, whatever signs it holds: the templates escape it.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from yusuan.findings import SEVERITIES, Finding
from yusuan.messages import LANGUAGES, say
from yusuan.package import DESCRIPTOR, FILE_OF, program_version
from yusuan.publishing.listing import Listed, key_figures
from yusuan.publishing.passage import Mark, Span, passage, shown
from yusuan.publishing.release import Release
from yusuan.publishing.tabling import Tables, grouped, worded
from yusuan.reporting.grouping import groups, severity_label
from yusuan.reporting.places import place_words
from yusuan.reporting.quoting import Quotes

QUOTED = 160  # characters
OPEN = 60  # packages on the home page before its regions are folded
LOCALES = {"zh": "zh-CN", "en": "en"}
PAGE_OF = {"zh": "index.html", "en": "index.en.html"}
# The text has a place of its own, and the findings are told in words.
_APART = ("segments", "findings", "documents")
# What a reader looks for first; the other files follow in the order of the descriptor.
_FIRST = (FILE_OF["data"].name, FILE_OF["findings-rdf"].name)


@dataclass(frozen=True, slots=True)
class Download:
    """A file to be had."""

    path: str
    title: str
    description: str
    format: str
    bytes: int
    sha256: str

    @property
    def href(self) -> str:
        """The path as an address: a name may hold any sign."""
        return quote(self.path)


def package_page(
    release: Release, tables: Tables, entry: Listed, language: str, address: str,
    served: str | None, made: Sequence[Download],
) -> bytes:  # fmt: skip
    """Return the page of one package.

    Args:
        release: The package.
        tables: Its tables.
        entry: What the home page says of it.
        language: `zh` or `en`.
        address: The address of its folder, with a slash at the end.
        served: The address at which its files are to be had; None where nobody stated it.
        made: The files that the portal makes of it.
    """
    findings = [one for one in release.checked.findings if not one.of_package]
    return _page(
        "package.html",
        language,
        entry=entry,
        home="../" * (entry.place.count("/") + 1),
        address=address,
        files="" if served is None else address,
        described=_linked_data(release, address),
        figures=_figures(tables, language),
        groups=[one for one in groups(release.checked) if one.blocks],
        quotes=Quotes(release.package.directory),
        number={one.key: number for number, one in enumerate(findings, 1)},
        place=lambda one: place_words(one.place, language),
        text_anchor=lambda one: _text_anchor(tables, one),
        shown=[
            part
            for table in sorted(release.package.tables, key=lambda one: not tables.measures(one))
            if table not in _APART
            for part in tables.shown(table, language)
        ],
        texts=_texts(tables, findings),
        downloads=[*made, *_downloads(release, language)],
        descriptor=release.descriptor,
        description=worded(release.descriptor, language, "description"),
    )


@dataclass(frozen=True, slots=True)
class Region:
    """What the home page lists of one region: its packages, of how many departments."""

    name: str
    entries: Sequence[Listed]

    @property
    def departments(self) -> int:
        """How many departments it has."""
        return len({one.department for one in self.entries})


def home_page(packages: Sequence[Listed], language: str, address: str) -> bytes:
    """Return the home page of a portal: its packages by region, department and year."""
    listed: dict[str, list[Listed]] = {}
    for one in packages:
        listed.setdefault(one.region_code, []).append(one)
    regions = {code: Region(entries[0].region, entries) for code, entries in listed.items()}
    years = sorted({one.year for one in packages if one.year}, reverse=True)
    found = {name for one in packages for name, count in one.findings.items() if count}
    return _page(
        "home.html",
        language,
        home="",
        address=address,
        described=_catalogue(packages, address),
        script=Markup(_shipped("portal.js")),  # noqa: S704 - a file of ours
        regions=regions,
        packages=packages,
        departments=sum(one.departments for one in regions.values()),
        open_regions=len(packages) <= OPEN,
        years=years,
        span="–".join(dict.fromkeys((years[-1], years[0]))) if years else "",
        severities=[name for name in SEVERITIES if name in found],
    )


@cache
def environment() -> Environment:
    """Return what fills the templates in: everything is escaped, nothing may be missing."""
    made = Environment(
        loader=PackageLoader("yusuan.publishing"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=lambda value: shown(value) if type(value) is str else value,
    )
    made.filters["grouped"] = grouped
    return made


def _page(template: str, language: str, **values: Any) -> bytes:
    style = _shipped("portal.css")
    page = environment().get_template(template)
    text = page.render(
        language=language,
        locale=LOCALES[language],
        locales=LOCALES,
        pages=PAGE_OF,
        other=next(one for one in LANGUAGES if one != language),
        said=_said(language),
        severity=lambda name: severity_label(name)[language],
        quoted=QUOTED,
        style=Markup(style),  # noqa: S704 - a file of ours
        policy=_policy(style, str(values.get("script", ""))),
        program=program_version(),
        **{"script": Markup(""), **values},
    )
    return text.encode("utf-8")


def _policy(style: str, script: str) -> str:
    """Return what a page may do: use its own style and, where it has one, script; nothing else."""
    own = [f"style-src {_allowed(style)}", *([f"script-src {_allowed(script)}"] if script else [])]
    return "; ".join([
        "default-src 'none'", *own, "img-src data:", "base-uri 'none'", "form-action 'none'",
    ])  # fmt: skip


def _allowed(text: str) -> str:
    digest = base64.b64encode(sha256(text.encode("utf-8")).digest()).decode("ascii")
    return f"'sha256-{digest}'"


@cache
def _shipped(name: str) -> str:
    """Return a file that stands in the pages as it is."""
    return files("yusuan").joinpath(f"publishing/templates/{name}").read_text("utf-8")


def _said(language: str) -> Callable[..., str]:
    return lambda key, **values: say(key, **values).text(language)


def _figures(tables: Tables, language: str) -> list[dict[str, str]]:
    """Return the totals of the forms."""
    found = []
    for row in key_figures(tables):
        names = [
            tables.named("budget_lines", column, row, language)
            for column in ("form", "direction", "item")
            if row[column]
        ]
        found.append({
            "title": " · ".join(dict.fromkeys(names)),
            "amount": grouped(row["amount_cny"]),
            "printed": row["printed"] + row["unit"],
            "href": f"#{tables.anchor('budget_lines', row)}",
        })  # fmt: skip
    return found


def _texts(tables: Tables, findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """Return the text of every document with its marks."""
    made = []
    for row in tables.rows("documents"):
        document = row["document_id"]
        if not tables.text(document):
            made.append({"title": row["title"], "text": "", "long": bool(tables.rows("segments"))})
            continue
        marks = {span: Mark(href, found=False) for span, href in tables.spans(document).items()}
        for number, one in enumerate(findings, 1):
            span = _span(one)
            if one.document_id == document and span is not None:
                href = marks[span].href if span in marks else f"#finding-{number}"
                marks[span] = Mark(href, found=True)
        text = passage(tables.text(document), marks)
        if len(tables.documents) > 1:
            prefix = tables.text_anchor(document, (0, 0)).removesuffix("t0-0")
            text = Markup(str(text).replace('id="t', f'id="{prefix}t'))  # noqa: S704 - as above
        made.append({"title": row["title"], "text": text, "long": False})
    return made


def _text_anchor(tables: Tables, finding: Finding) -> str:
    span = _span(finding)
    document = str(finding.document_id)
    if span is None or not tables.text(document):
        return ""
    return f"#{tables.text_anchor(document, span)}"


def _span(finding: Finding) -> Span | None:
    start, end = finding.place.char_start, finding.place.char_end
    return None if start is None or end is None else (start, end)


def _downloads(release: Release, language: str) -> list[Download]:
    """Return the files of a package: the tables, the triples, then what describes them."""
    resources = [one for one in release.descriptor["resources"] if one.get("path") in release.seals]
    resources.sort(key=lambda one: ("schema" not in one, one["name"] not in _FIRST))
    found = [
        _download(
            release,
            one["path"],
            worded(one, language),
            worded(one, language, "description"),
            str(one.get("format", "")),
        )
        for one in resources
    ]
    titles, descriptions = say("file-descriptor-title"), say("file-descriptor-description")
    return [
        *found,
        _download(release, DESCRIPTOR, titles.text(language), descriptions.text(language), "json"),
    ]


def _download(release: Release, path: str, title: str, description: str, kind: str) -> Download:
    seal = release.seals[path]
    return Download(path, title, description, kind, seal.bytes, seal.sha256)


def _linked_data(release: Release, address: str) -> Markup:
    """Return the schema.org description of a package, with the addresses of this portal."""
    path = FILE_OF["schema-org"].path
    if path not in release.seals:
        return Markup("")
    document = json.loads(release.package.content(path))
    own = str(release.descriptor.get("id", ""))
    for one in document.get("distribution", ()):
        url = str(one.get("contentUrl", ""))
        if own and url.startswith(f"{own}/"):
            one["contentUrl"] = address + url.removeprefix(f"{own}/")
    return _script(document | {"url": address})


def _catalogue(packages: Sequence[Listed], address: str) -> Markup:
    """Return the schema.org description of a portal."""
    return _script({
        "@context": {"@vocab": "http://schema.org/", "url": {"@type": "@id"}},
        "@type": "DataCatalog",
        "name": _worded(say("catalog-title").both()),
        "description": _worded(say("catalog-description").both()),
        "url": address,
        "dataset": [
            {"@id": f"{one.id}/dataset", "@type": "Dataset", "name": _worded(one.titles),
             "url": f"{address}{one.place}/"}
            for one in packages
        ],
    })  # fmt: skip


def _worded(texts: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"@language": language, "@value": text} for language, text in texts.items()]


def _script(document: Mapping[str, Any]) -> Markup:
    """Return JSON that can stand in a page: it can't end the element that it stands in."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704 - just made safe
