"""The pages of a server, from templates: the query page, a page an IRI, and what went wrong.

Whatever the data says is put into a page as text: the templates escape it. A page asks for nothing
but its own style and script, and works without the script.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any
from urllib.parse import urlencode, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined

from yusuan.errors import UsageError
from yusuan.messages import LANGUAGES, Message, say
from yusuan.package import program_version
from yusuan.querying import PARAMETERS, Cell, prefixes_of, questions
from yusuan.querying import question as question_named
from yusuan.serving.faults import Refusal
from yusuan.serving.writing import GRAPHS, RESULTS

PAGE = 50  # statements that lead to a thing, on one page of it
SHOWN = 500  # rows of an answer; files have all
_LONGEST_NAME = 60  # characters of what a link says; where it leads all is said
_LONGEST_TURTLE = 200_000  # characters, likewise
_LONGEST_LINK = 30_000  # characters that a server takes as an address
LOCALES = {"zh": "zh-CN", "en": "en"}
STATIC = {
    "serve.css": "text/css; charset=utf-8",
    "serve.js": "text/javascript; charset=utf-8",
}
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
# The title of a canned question and what its columns are stand on the page.
_HEAD = re.compile(r"\A(?:# .*\n)+\n*")
_SAFE = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?").fullmatch
_DOCUMENTS = """SELECT ?document ?title ?year WHERE {
  ?document a foaf:Document ; dct:title ?title ; dct:temporal ?period .
  BIND (STRAFTER(STR(?period), "/id/year/") AS ?year)
}
ORDER BY ?document
"""


@dataclass(frozen=True)
class Speech:
    """In which language a page speaks, and how it names things.

    Attributes:
        language: `zh` or `en`.
        root: What stands before every path of this server.
        base: The base of the IRIs that this server answers for.
        path: The path of this page.
        explicit: Whether the address says the language, so that links go on saying it.
        seconds: How long a query may take.
        rows: How many rows an answer may have.
    """

    language: str
    root: str
    base: str
    path: str
    explicit: bool
    seconds: float
    rows: int

    @property
    def other(self) -> str:
        """The other language."""
        return next(one for one in LANGUAGES if one != self.language)

    @cached_property
    def _short(self) -> list[tuple[str, str]]:
        return sorted(prefixes_of(self.base).items(), key=lambda one: (-len(one[1]), one[0]))

    def said(self, key: str, **values: object) -> str:
        """Return a sentence."""
        return say(key, **values).text(self.language)

    def link(self, path: str, **parameters: object) -> str:
        """Return the address of a page of this server."""
        given = {**parameters, **({"lang": self.language} if self.explicit else {})}
        place, _, fragment = path.partition("#")
        query = f"?{urlencode(given)}" if given else ""
        return self.root + place + query + (f"#{fragment}" if fragment else "")

    def href(self, iri: str) -> str | None:
        """Return where an IRI is read: here, elsewhere on the web, or nowhere."""
        if iri.startswith(self.base):
            return self.link("/" + iri.removeprefix(self.base))
        return iri if urlsplit(iri).scheme in ("http", "https") else None

    def short(self, iri: str) -> str:
        """Return an IRI with a known prefix, or what it has beyond the base, or as it is."""
        for prefix, start in self._short:
            if iri.startswith(start) and _SAFE(iri[len(start) :]):
                return f"{prefix}:{iri[len(start) :]}"
        return iri.removeprefix(self.base) or iri


@dataclass(frozen=True, slots=True)
class Asked:
    """What the query page is asked for.

    Attributes:
        text: The query.
        question: The name of the canned question, or "".
        given: Its parameters.
        runs: Whether it is to be answered.
        fault: What is wrong with the question, or None.
    """

    text: str
    question: str
    given: Mapping[str, str]
    runs: bool
    fault: UsageError | None


def asked(parameters: Mapping[str, str], base: str) -> Asked:
    """Return what a request to the query page asks for."""
    given = {name: parameters[name] for name in PARAMETERS if parameters.get(name)}
    name, text = parameters.get("question", ""), parameters.get("query", "")
    # A form sends its lines as HTTP has them.
    text = text.replace("\r\n", "\n")
    if text.strip():
        return Asked(text, name, given, runs="show" not in parameters, fault=None)
    found = question_named(name) if name else None
    if found is None:
        fault = UsageError(name, say("no-question"), say("serve-no-question")) if name else None
        return Asked(_DOCUMENTS, "", given, runs=False, fault=fault)
    try:
        text = _HEAD.sub("", found.query(given, base))
        return Asked(text, found.name, given, "show" not in parameters, None)
    except UsageError as trouble:
        return Asked(_HEAD.sub("", found.text), found.name, given, runs=True, fault=trouble)


def query(
    asked_for: Asked, speech: Speech, result: Mapping[str, Any] | None, refusal: Refusal | None
) -> str:
    """Return the query page, with the answer or with what is wrong."""
    return _filled(
        "query.html",
        speech,
        asked=asked_for,
        questions=questions(),
        chosen=question_named(asked_for.question) if asked_for.question else None,
        parameters=tuple(PARAMETERS),
        prefixes=sorted(prefixes_of(speech.base).items()),
        result=None if result is None else _shown(result, speech),
        fault=refusal,
        permalink=_permalink(asked_for, speech),
        downloads=_downloads(asked_for.text, result, speech),
    )


def resource(found: Mapping[str, Any], speech: Speech, number: int) -> str:
    """Return the page of an IRI.

    Args:
        found: What `describing.describe` returns.
        speech: The language.
        number: Which page of the statements that lead to it, from 1.
    """
    labels: Mapping[str, Mapping[str, str]] = found["labels"]

    own = labels.get(found["iri"], {})

    def name(iri: str) -> str:
        """Return what an IRI is called in the language of the page, else in another."""
        known = labels.get(iri, {})
        ways = (speech.language, "", speech.other)
        return next((known[one] for one in ways if one in known), next(iter(known.values()), ""))

    return _filled(
        "resource.html",
        speech,
        iri=found["iri"],
        title=name(found["iri"]) or speech.short(found["iri"]),
        second=own[speech.other] if {*LANGUAGES} <= own.keys() else "",
        name=lambda iri: _cut(name(iri)),
        outgoing=_grouped(found["statements"]),
        incoming=_grouped(found["incoming"]),
        cut=found["cut"],
        more=found["more"],
        number=number,
        formats={form: GRAPHS[form] for form in GRAPHS},
    )


def fault(refusal: Refusal, speech: Speech) -> str:
    """Return the page of a request that is not answered."""
    return _filled("fault.html", speech, fault=refusal, iri=speech.base + speech.path[1:])


@cache
def static(name: str) -> tuple[bytes, str]:
    """Return one of the `STATIC` files and its type."""
    content = files("yusuan").joinpath(f"serving/templates/{name}").read_bytes()
    return content, STATIC[name]


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("yusuan.serving"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _filled(template: str, speech: Speech, **values: Any) -> str:
    page = _environment().get_template(template)
    return page.render(
        speech=speech, said=speech.said, language=speech.language, locales=LOCALES,
        version=program_version(), **values,
    )  # fmt: skip


def _grouped(pairs: list[list[Any]]) -> list[tuple[str, list[Cell]]]:
    """Return predicate and terms, in the order in which the predicates come first."""
    found: dict[str, list[Cell]] = {}
    for predicate, term in pairs:
        found.setdefault(predicate, []).append(Cell(*term))
    return list(found.items())


def _cut(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"


def _shown(result: Mapping[str, Any], speech: Speech) -> dict[str, Any]:
    """Return an answer as the page shows it."""
    hints = [Message(*one).text(speech.language) for one in result["hints"]]
    if result["form"] == "ttl":
        text = result["content"]
        return {"kind": "graph", "text": text[:_LONGEST_TURTLE], "hints": hints,
                "cut": len(text) > _LONGEST_TURTLE}  # fmt: skip
    content = json.loads(result["content"])
    if "boolean" in content:
        return {"kind": "truth", "holds": content["boolean"], "hints": hints}
    names = content["head"]["vars"]
    rows = [[_cell(row.get(name)) for name in names] for row in content["results"]["bindings"]]
    columns = [[row[place] for row in rows] for place in range(len(names))]
    figures = [
        bool(rows) and all(cell is None or cell.is_number for cell in column) for column in columns
    ]
    return {"kind": "rows", "names": names, "rows": rows, "figures": figures, "hints": hints,
            "count": result["count"], "cut": result["count"] > len(rows)}  # fmt: skip


def _cell(value: Mapping[str, str] | None) -> Cell | None:
    if value is None:
        return None
    return Cell(value["type"], value["value"], value.get("datatype"), value.get("xml:lang"))


def _permalink(asked_for: Asked, speech: Speech) -> str | None:
    if not asked_for.runs:
        return None
    found = speech.link("/query", query=asked_for.text)
    return found if len(found) < _LONGEST_LINK else None


def _downloads(text: str, result: Mapping[str, Any] | None, speech: Speech) -> dict[str, str]:
    if result is None:
        return {}
    forms = GRAPHS if result["form"] == "ttl" else RESULTS
    found = {
        form: f"{speech.root}/sparql?" + urlencode({"query": text, "format": form})
        for form in forms
    }
    return {form: link for form, link in found.items() if len(link) < _LONGEST_LINK}
