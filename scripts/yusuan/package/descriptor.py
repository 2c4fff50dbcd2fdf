"""The descriptor of one disclosure's package: the template's schemas and the document's own parts.

It says nothing that changes from run to run: no time, no path of this machine.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from yusuan.messages import LANGUAGES, say
from yusuan.package.facts import FACTS_ONLY
from yusuan.package.shipped import field, program_version, table_resources, template

if TYPE_CHECKING:
    from yusuan.interpreting.result import Interpretation, Row
    from yusuan.privacy import Masked
    from yusuan.reading import Source
    from yusuan.sidecar import Sidecar


@dataclass(frozen=True, slots=True)
class File:
    """A file of a package that is no table; its title and description are messages.

    Attributes:
        name: The name of the resource.
        path: From the folder of the descriptor.
        format: What Data Package calls its format.
        mediatype: Its media type.
    """

    name: str
    path: str
    format: str
    mediatype: str


TEXT_PATH = "resources/text.txt"
FILES = (
    File("text", TEXT_PATH, "txt", "text/plain"),
    File("data", "resources/data.ttl", "ttl", "text/turtle"),
    File("data-quads", "resources/data.nq", "nq", "application/n-quads"),
    File("findings-rdf", "resources/findings.ttl", "ttl", "text/turtle"),
    File("vocabulary", "resources/vocabulary.ttl", "ttl", "text/turtle"),
    File("catalog", "resources/catalog.ttl", "ttl", "text/turtle"),
    File("csvw", "resources/csv-metadata.json", "json", "application/csvm+json"),
    File("rml", "resources/mapping.rml.ttl", "ttl", "text/turtle"),
    File("r2rml", "resources/mapping.r2rml.ttl", "ttl", "text/turtle"),
    File("schema-org", "resources/dataset.jsonld", "jsonld", "application/ld+json"),
    File("croissant", "resources/croissant.json", "json", "application/ld+json"),
)
FILE_OF = {file.name: file for file in FILES}
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
        facts_only: Whether the text of the document is left out; the rows are without it then.
    """

    interpretation: Interpretation
    source: Source
    sidecar: Sidecar
    masked: Sequence[Masked] = ()
    keep_reason: str | None = None
    base: str | None = None
    facts_only: bool = False


@dataclass(frozen=True, slots=True)
class Seal:
    """Size and SHA-256 of a file."""

    bytes: int
    sha256: str


def seals_of(files: Mapping[str, bytes]) -> dict[str, Seal]:
    """Return path → size and hash of some files."""
    return {path: Seal(len(data), sha256(data).hexdigest()) for path, data in files.items()}


def seal_of(pieces: Iterable[bytes]) -> Seal:
    """Return size and hash of a file that is read piece by piece."""
    digest, size = sha256(), 0
    for piece in pieces:
        digest.update(piece)
        size += len(piece)
    return Seal(size, digest.hexdigest())


def as_json(content: object) -> bytes:
    """Return a JSON file as it is published: UTF-8, readable, always the same bytes."""
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def describe(origin: Origin, seals: Mapping[str, Seal]) -> dict[str, Any]:
    """Return the descriptor of a document's package.

    Args:
        origin: The document and what is known of it.
        seals: Path → size and hash of every file of the package.
    """
    own = _own_parts(origin)
    given = {key: value for key, value in template().items() if key not in own}
    given.pop("resources")
    first = {"$schema": given.pop("$schema")}
    resources = [_sealed(one, seals) for one in table_resources(template()).values()]
    resources += [_sealed(_file_resource(one), seals) for one in FILES if one.path in seals]
    return first | own | given | {"resources": resources}


def resealed(descriptor: Mapping[str, Any], seals: Mapping[str, Seal]) -> dict[str, Any]:
    """Return a descriptor with size and hash of its files as they are now.

    Args:
        descriptor: A descriptor as it stands, of whatever origin.
        seals: Path → size and hash; a file of yusuan that it does not name yet is added.
    """
    resources = [
        _sealed(one, seals) if one.get("path") in seals else one for one in descriptor["resources"]
    ]
    named = {one["name"] for one in resources}
    resources += [
        _sealed(_file_resource(one), seals)
        for one in FILES
        if one.path in seals and one.name not in named
    ]
    return {**descriptor, "resources": resources}


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
    titles, descriptions = _titles(interpretation), _descriptions(origin, bureau)
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
        **({FACTS_ONLY: True} if origin.facts_only else {}),
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


def _descriptions(origin: Origin, bureau: str) -> dict[str, str]:
    title = document_row(origin.interpretation)["title"]
    key = "package-description-facts" if origin.facts_only else "package-description"
    return say(key, department=bureau, title=title).both()


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


def _file_resource(file: File) -> dict[str, Any]:
    titles = say(f"file-{file.name}-title").both()
    descriptions = say(f"file-{file.name}-description").both()
    return {
        "name": file.name,
        "title": titles["zh"],
        "description": descriptions["zh"],
        "titles": titles,
        "descriptions": descriptions,
        "path": file.path,
        "scheme": "file",
        "format": file.format,
        "mediatype": file.mediatype,
        "encoding": "utf-8",
    }


def _sealed(resource: Mapping[str, Any], seals: Mapping[str, Seal]) -> dict[str, Any]:
    """Return a resource with size and hash of its file, before the schema."""
    own = {key: value for key, value in resource.items() if key not in ("bytes", "hash", "schema")}
    seal = seals[resource["path"]]
    own |= {"bytes": seal.bytes, "hash": f"sha256:{seal.sha256}"}
    return own | ({"schema": resource["schema"]} if "schema" in resource else {})
