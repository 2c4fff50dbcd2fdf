"""The descriptor of one disclosure's package: the template's schemas and the document's own parts.

It says nothing that changes from run to run: no time, no path of this machine.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from yusuan.messages import LANGUAGES, say
from yusuan.package.shipped import field, program_version, table_resources, template

if TYPE_CHECKING:
    from yusuan.interpreting.result import Interpretation, Row
    from yusuan.privacy import Masked
    from yusuan.reading import Source
    from yusuan.sidecar import Sidecar

TEXT_PATH = "resources/text.txt"
_LICENCE = {
    "name": "CC-BY-4.0",
    "path": "https://creativecommons.org/licenses/by/4.0/",
    "title": "Creative Commons Attribution 4.0 International",
}


@dataclass(frozen=True, slots=True)
class Origin:
    """What a package is made from.

    Attributes:
        interpretation: The document as rows.
        source: The file as read, personal data masked.
        sidecar: What was stated beside it.
        masked: The personal data that was found.
        keep_reason: Why it was kept; None where it was masked.
        base: The base IRI; None for that of the template.
    """

    interpretation: Interpretation
    source: Source
    sidecar: Sidecar
    masked: Sequence[Masked] = ()
    keep_reason: str | None = None
    base: str | None = None


@dataclass(frozen=True, slots=True)
class Seal:
    """Size and SHA-256 of a file."""

    bytes: int
    sha256: str


def describe(origin: Origin, seals: Mapping[str, Seal]) -> bytes:
    """Return `datapackage.json` for a document.

    Args:
        origin: The document and what is known of it.
        seals: Path → size and hash of every file that the descriptor names.
    """
    own = _own_parts(origin)
    given = {key: value for key, value in template().items() if key not in own}
    given.pop("resources")
    first = {"$schema": given.pop("$schema")}
    resources = [_sealed(one, seals) for one in table_resources(template()).values()]
    resources.append(_sealed(_text_resource(), seals))
    descriptor = first | own | given | {"resources": resources}
    return (json.dumps(descriptor, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def slug(document_id: str) -> str:
    """Return the name of a package: lower case, with only letters, digits, `.`, `_` and `-`."""
    return re.sub(r"[^a-z0-9._-]", "-", document_id.lower())


def document_row(interpretation: Interpretation) -> Row:
    """Return the one row of `documents`."""
    (row,) = interpretation.rows["documents"]
    return row


def named(interpretation: Interpretation, table: str, key: str) -> Row:
    """Return the row of `regions` or `organizations` that the document belongs to."""
    wanted = document_row(interpretation)[key]
    return next(row for row in interpretation.rows[table] if row[key] == wanted)


def label(table: str, column: str, code: object) -> dict[str, str]:
    """Return the label of a code of a closed list, in every language."""
    for category in field(table, column)["categories"]:
        if category["value"] == code:
            titles: dict[str, str] = category["titles"]
            return titles
    raise AssertionError(f"{table}.{column} has no code {code!r}")


def _own_parts(origin: Origin) -> dict[str, Any]:
    """Return what the document itself brings, in the order of the descriptor."""
    interpretation = origin.interpretation
    base = template()["yusuan:base"] if origin.base is None else origin.base
    bureau = str(named(interpretation, "organizations", "org_id")["name"])
    titles, descriptions = _titles(interpretation), _descriptions(interpretation, bureau)
    return {
        "name": slug(interpretation.document_id),
        "id": f"{base}doc/{interpretation.document_id}",
        "version": program_version(),
        "title": titles["zh"],
        "titles": titles,
        "description": descriptions["zh"],
        "descriptions": descriptions,
        "keywords": _keywords(interpretation, bureau),
        "licenses": [_licence(origin.sidecar.licence)],
        "sources": [_source(origin)],
        "contributors": [
            {"title": bureau, "roles": ["author"]},
            {"title": f"yusuan {program_version()}", "roles": ["wrangler"]},
        ],
        "yusuan:personalData": _personal_data(origin),
        "yusuan:base": base,
    }


def _titles(interpretation: Interpretation) -> dict[str, str]:
    document = document_row(interpretation)
    kind = label("documents", "doc_type", document["doc_type"])
    return {
        language: say(
            "package-title",
            department=named(interpretation, "organizations", "org_id")["name"],
            region=named(interpretation, "regions", "region_code")["name"],
            year=document["fiscal_year"],
            kind=kind[language],
        ).text(language)
        for language in LANGUAGES
    }


def _descriptions(interpretation: Interpretation, bureau: str) -> dict[str, str]:
    title = document_row(interpretation)["title"]
    return say("package-description", department=bureau, title=title).both()


def _keywords(interpretation: Interpretation, bureau: str) -> list[str]:
    document = document_row(interpretation)
    kind = label("documents", "doc_type", document["doc_type"])
    region = named(interpretation, "regions", "region_code")["name"]
    common = [word for text in say("package-keywords").both().values() for word in text.split(", ")]
    words = [*common, *kind.values(), bureau, str(region), str(document["fiscal_year"])]
    return list(dict.fromkeys(words))


def _licence(stated: str | None) -> dict[str, str]:
    if stated is None or stated == _LICENCE["name"]:
        return dict(_LICENCE)
    return {"path" if "://" in stated else "name": stated}


def _source(origin: Origin) -> dict[str, Any]:
    source, sidecar = origin.source, origin.sidecar
    stated: dict[str, Any] = {
        "title": document_row(origin.interpretation)["title"],
        "path": source.path.name if sidecar.url is None else sidecar.url,
        "mediatype": source.document.media_type,
        "bytes": source.bytes,
        "hash": f"sha256:{source.sha256}",
    }
    if sidecar.retrieved is not None:
        stated["retrieved"] = sidecar.retrieved.isoformat()
    if source.document.undecoded:
        stated["yusuan:undecoded"] = [list(one) for one in source.document.undecoded]
    return stated


def _personal_data(origin: Origin) -> dict[str, Any]:
    """Return how many pieces were found and what became of them; never which."""
    kinds = dict(sorted(Counter(one.kind for one in origin.masked).items()))
    if origin.keep_reason is not None:
        return {"masked": 0, "kept": sum(kinds.values()), "kinds": kinds,
                "reason": origin.keep_reason}  # fmt: skip
    return {"masked": sum(kinds.values()), "kinds": kinds}


def _text_resource() -> dict[str, Any]:
    titles, descriptions = say("text-title").both(), say("text-description").both()
    return {
        "name": "text",
        "title": titles["zh"],
        "description": descriptions["zh"],
        "titles": titles,
        "descriptions": descriptions,
        "path": TEXT_PATH,
        "scheme": "file",
        "format": "txt",
        "mediatype": "text/plain",
        "encoding": "utf-8",
    }


def _sealed(resource: Mapping[str, Any], seals: Mapping[str, Seal]) -> dict[str, Any]:
    """Return a resource with size and hash of its file, before the schema."""
    own = {key: value for key, value in resource.items() if key not in ("bytes", "hash", "schema")}
    seal = seals[resource["path"]]
    own |= {"bytes": seal.bytes, "hash": f"sha256:{seal.sha256}"}
    return own | ({"schema": resource["schema"]} if "schema" in resource else {})
