"""What a package is to look like on a portal: one dataset a department and kind of document.

A year is an edition of its dataset; a revision takes the place of what it revises. Nothing here
knows what stands on the portal.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Any

from yusuan.errors import UsageError
from yusuan.messages import LANGUAGES, Message, say
from yusuan.package import DESCRIPTOR, Package
from yusuan.package.descriptor import Seal
from yusuan.publishing.ckan.columns import Table, table_of
from yusuan.publishing.release import Release

SHA256 = "http://spdx.org/rdf/terms#checksumAlgorithm_sha256"
_REVISION = re.compile(r"\.r(\d+)$")
_YEARLY = "http://publications.europa.eu/resource/authority/frequency/ANNUAL"
_THEME = "http://publications.europa.eu/resource/authority/data-theme/GOVE"
# How CKAN calls the licences that everybody uses; all others go by their own name.
_LICENCES = {"CC-BY-4.0": "cc-by", "CC-BY-SA-4.0": "cc-by-sa", "CC0-1.0": "cc-zero",
             "ODC-By-1.0": "odc-by", "ODbL-1.0": "odc-odbl", "PDDL-1.0": "odc-pddl"}  # fmt: skip
_LONGEST = 100  # characters of a name or a tag in CKAN
_SHORTEST = 2  # characters of a tag

Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class File:
    """One file of a package as a resource.

    Attributes:
        key: Its place in the dataset, `2021/resources/budget_lines.csv`.
        path: Its path in the package.
        release: The package.
        seal: Size and hash.
        fields: What the portal is told of it.
        upload_name: The name under which it is uploaded.
        table: Its table for the datastore; None where it is no table that fits into one.
    """

    key: str
    path: str
    release: Release
    seal: Seal
    fields: Fields
    upload_name: str
    table: Table | None

    @property
    def digest(self) -> str:
        """What changes when anything that is wanted changes."""
        return digest_of(self.fields)


@dataclass(frozen=True, slots=True)
class Organization:
    """Who owns a dataset on the portal: the county of the department.

    Attributes:
        name: Its name in addresses.
        title: What it is called.
        is_stated: Whether the user named it: it is then expected to be there.
    """

    name: str
    title: str
    is_stated: bool


@dataclass(frozen=True, slots=True)
class Edition:
    """One package in its dataset.

    Attributes:
        name: Its year, or "all" where a package has none.
        place: The place of the package.
        id: Its IRI.
        files: Its files, the descriptor first.
        release: The package.
    """

    name: str
    place: str
    id: str
    files: Sequence[File]
    release: Release

    @property
    def revision(self) -> int:
        """Which revision it is, 1 for the first publication."""
        return revision_of(self.place)


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset as it is wanted.

    Attributes:
        name: Its name in addresses.
        series: What it is a series of; by it a dataset of ours is told from all others.
        organization: Who owns it.
        fields: Title, notes, licence and the like.
        extras: Further fields, name → value.
        tags: Its keywords.
        subjects: By what it may belong to groups of the portal: names and titles.
        editions: Its packages, the newest last.
    """

    name: str
    series: str
    organization: Organization
    fields: Fields
    extras: Mapping[str, str]
    tags: Sequence[str]
    subjects: frozenset[str]
    editions: Sequence[Edition]

    @property
    def digest(self) -> str:
        """What changes when anything that is wanted changes."""
        return digest_of({**self.fields, "extras": dict(self.extras), "tags": list(self.tags)})


def wanted(releases: Sequence[Release], organization: str | None) -> list[Dataset]:
    """Return the datasets that packages make, by name.

    Args:
        releases: The packages.
        organization: The organisation that owns them; None for that of each one's county.

    Raises:
        UsageError: Two packages are the same edition, or one has no county.
    """
    found: dict[str, dict[str, Dataset]] = {}
    for one in releases:
        dataset = _dataset(one, organization)
        (edition,) = dataset.editions
        editions = found.setdefault(dataset.name, {})
        if edition.name in editions:
            (other,) = editions[edition.name].editions
            reason = say("ckan-same-edition", first=other.release.package.directory,
                         dataset=dataset.name, edition=edition.name)  # fmt: skip
            raise UsageError(str(one.package.directory), reason, say("ckan-same-edition-advice"))
        editions[edition.name] = dataset
    return [_joined([editions[name] for name in sorted(editions)])
            for _, editions in sorted(found.items())]  # fmt: skip


def revision_of(place: str) -> int:
    """Return the revision that the place of a package states, 1 where it states none."""
    found = _REVISION.search(place)
    return 1 if found is None else int(found[1])


def slug(text: str) -> str:
    """Return a name that CKAN takes, another one for every text."""
    plain = re.sub(r"[^a-z0-9_-]+", "-", text.lower()).strip("-")
    if plain != text.replace(".", "-") or not _SHORTEST <= len(plain) <= _LONGEST:
        plain = f"{plain[:80]}-{sha256(text.encode()).hexdigest()[:8]}".lstrip("-")
    return plain


def tags_of(keywords: Iterable[object]) -> list[str]:
    """Return keywords as CKAN takes them: words of two characters at least, without signs."""
    found: dict[str, str] = {}
    for keyword in keywords:
        # A slash or a bracket parts words; CKAN takes neither.
        tag = " ".join(re.sub(r"[^\w .-]", " ", str(keyword)).split())[:_LONGEST].strip()
        if len(tag) >= _SHORTEST:
            found.setdefault(tag.casefold(), tag)
    return list(found.values())


def upload_name(path: str) -> str:
    """Return the name of a file as CKAN keeps it whole: it drops all but ASCII."""
    name = PurePosixPath(path).name
    plain = re.sub(r"[^a-z0-9_.-]+", "-", name.lower()).strip("-")
    if plain == name:
        return name
    stem, dot, suffix = plain.rpartition(".")
    if not dot:
        stem, suffix = suffix, ""
    marked = f"{stem.strip('.-')[:60]}-{sha256(name.encode()).hexdigest()[:8]}".lstrip("-")
    return f"{marked}{dot}{suffix[:20]}"


def digest_of(content: object) -> str:
    """Return the hash of anything that is JSON."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    return sha256(text.encode("utf-8")).hexdigest()


def _dataset(release: Release, organization: str | None) -> Dataset:
    package = release.package
    documents = _rows(package, "documents")
    row = documents[0] if len(documents) == 1 else {}
    bureau = _row(package, "organizations", "org_id", row)
    region = _row(package, "regions", "region_code", row)
    known = _Known(
        bureau.get("name", ""), region.get("name", ""),
        _labels(package, "documents", "doc_type", row),
        _labels(package, "organizations", "remit", bureau),
    )  # fmt: skip
    series = f"{row['org_id']}.{row['doc_type']}" if row else release.name
    edition = row["fiscal_year"] if row else "all"
    name = organization or row.get("region_code")
    if not name:
        raise UsageError(str(package.directory), say("ckan-no-county"),
                         say("ckan-no-county-advice"))  # fmt: skip
    owner = Organization(
        name if organization is not None else slug(name), known.region or name,
        is_stated=organization is not None,
    )  # fmt: skip
    files = [_file(release, path, edition) for path in release.seals]
    titles, notes = _texts(release, row, known)
    return Dataset(
        slug(series), series, owner,
        _fields(release, titles, notes, known.department),
        _extras(release, titles, notes, row, known.department),
        tags_of(release.descriptor.get("keywords", ())),
        frozenset(filter(None, [bureau.get("remit"), row.get("region_code"), known.region,
                                *known.remit.values()])),
        [Edition(edition, release.place, str(release.descriptor.get("id", "")), files, release)],
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Known:
    """Codes of a document in words: the department, its county, the kind, the field of work."""

    department: str
    region: str
    kind: Mapping[str, str]
    remit: Mapping[str, str]


def _rows(package: Package, table: str) -> list[dict[str, str]]:
    return package.rows(table) if table in package.tables else []


def _row(package: Package, table: str, column: str, row: Mapping[str, str]) -> dict[str, str]:
    """Return the row of a table that another row points to; {} where there is none."""
    found = (one for one in _rows(package, table) if one[column] == row.get(column))
    return next(found, {})


def _labels(package: Package, table: str, column: str, row: Mapping[str, str]) -> dict[str, str]:
    """Return what the code in a column of a row is called in each language."""
    if not row:
        return {}
    fields = package.schema(table)["fields"]
    field: Mapping[str, Any] = next((one for one in fields if one["name"] == column), {})
    texts: Mapping[str, str] = next(
        (one["titles"] for one in field.get("categories", ()) if one["value"] == row[column]), {}
    )
    return {language: texts.get(language, row[column]) for language in LANGUAGES}


def _joined(datasets: Sequence[Dataset]) -> Dataset:
    """Return one dataset of several editions; the newest says what it is called."""
    newest = datasets[-1]
    tags = tags_of(tag for one in reversed(datasets) for tag in one.tags)
    editions = [edition for one in datasets for edition in one.editions]
    return Dataset(newest.name, newest.series, newest.organization, newest.fields, newest.extras,
                   tags, newest.subjects, editions)  # fmt: skip


def _texts(
    release: Release, row: Mapping[str, str], known: _Known
) -> tuple[dict[str, str], dict[str, str]]:
    """Return title and description in each language, without the year."""
    if not row:
        descriptions = release.descriptor.get("descriptions") or {}
        told = str(release.descriptor.get("description", ""))
        return dict(release.checked.title), {one: descriptions.get(one, told) for one in LANGUAGES}
    titles, notes = {}, {}
    for language in LANGUAGES:
        values = {"department": known.department, "region": known.region,
                  "kind": known.kind[language]}  # fmt: skip
        titles[language] = say("ckan-dataset", **values).text(language)
        notes[language] = say("ckan-dataset-notes", **values).text(language)
    return titles, notes


def _fields(
    release: Release, titles: Mapping[str, str], notes: Mapping[str, str], department: str
) -> Fields:
    licence = next((str(one["name"]) for one in release.descriptor.get("licenses", ())
                    if "name" in one), "notspecified")  # fmt: skip
    return {
        "title": titles["zh"],
        "notes": notes["zh"],
        "author": department,
        "license_id": _LICENCES.get(licence, licence),
    }


def _extras(
    release: Release,
    titles: Mapping[str, str],
    notes: Mapping[str, str],
    row: Mapping[str, str],
    department: str,
) -> dict[str, str]:
    """Return what CKAN has no field for, under the names that ckanext-dcat looks for."""
    base = str(release.descriptor.get("yusuan:base", ""))
    stated = {
        "title_en": titles["en"],
        "notes_en": notes["en"],
        "publisher_name": department,
        "language": "zh",
        "frequency": _YEARLY if row else "",
        "theme": json.dumps([_THEME]),
        "spatial_uri": f"{base}id/region/{row['region_code']}" if row else "",
    }
    return {key: value for key, value in stated.items() if value}


def _file(release: Release, path: str, edition: str) -> File:
    resource = next(
        (one for one in release.descriptor["resources"] if one.get("path") == path), None
    )
    seal, table = release.seals[path], None
    if resource is None:
        titles, notes = say("ckan-descriptor").both(), say("ckan-descriptor-notes").both()
        form, media_type = "JSON", "application/json"
    else:
        titles = _both(resource, "title", str(resource.get("name", path)))
        notes = _both(resource, "description", "")
        form = str(resource.get("format", PurePosixPath(path).suffix.lstrip("."))).upper()
        media_type = str(resource.get("mediatype", "application/octet-stream"))
        table = table_of(resource)
    years = {one: _edition(edition).text(one) for one in LANGUAGES}
    fields: dict[str, Any] = {
        "name": f"{years['zh']}{titles['zh']}",
        "name_en": f"{years['en']}{titles['en']}",
        "description": notes["zh"],
        "description_en": notes["en"],
        "format": form,
        "mimetype": media_type.partition(";")[0].strip(),
        "hash": seal.sha256,
        "hash_algorithm": SHA256,
        "license": _licence(release),
        "yusuan_path": f"{edition}/{path}",
    }
    if path != DESCRIPTOR and resource is not None and "schema" in resource:
        fields["schema"] = json.dumps(_plain_schema(resource["schema"]), ensure_ascii=False)
    return File(f"{edition}/{path}", path, release, seal, fields, upload_name(path), table)


def _edition(edition: str) -> Message:
    return say("ckan-edition-all") if edition == "all" else say("ckan-edition", year=edition)


def _licence(release: Release) -> str:
    found = (str(one.get("path", one.get("name", "")))
             for one in release.descriptor.get("licenses", ()))  # fmt: skip
    return next(found, "")


def _both(thing: Mapping[str, Any], key: str, otherwise: str) -> dict[str, str]:
    texts = thing.get(f"{key}s") or {}
    plain = str(thing.get(key, otherwise))
    return {language: str(texts.get(language, plain)) for language in LANGUAGES}


def _plain_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema that stands alone: by the standard, and without what other tables hold."""
    kept = ("name", "type", "format", "title", "description", "constraints")
    fields = [{key: one[key] for key in kept if key in one} for one in schema["fields"]]
    rest = {key: schema[key] for key in ("primaryKey", "missingValues") if key in schema}
    return {"fields": fields, **rest}
