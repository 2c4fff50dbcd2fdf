"""What lies beside the files of a package: README, data dictionary, citation, checksums.

What a document says is put there as text: it can't become a heading, a link or a tag.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from yusuan.messages import LANGUAGES, say
from yusuan.package import Package
from yusuan.package.descriptor import Seal
from yusuan.package.shipped import table_resources
from yusuan.publishing.passage import shown
from yusuan.publishing.release import Release
from yusuan.publishing.tabling import worded
from yusuan.workbook import metadata

_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+!|~&-])")


def readme(release: Release) -> bytes:
    """Return what the bundle is, in Chinese and English."""
    parts = [_about(release, language) for language in LANGUAGES]
    return ("\n".join(line for part in parts for line in part) + "\n").encode("utf-8")


def dictionary(package: Package) -> bytes:
    """Return every column of every table with its meaning, in both languages."""
    lines = [f"# {say('bundle-dictionary').text('zh')} · {say('bundle-dictionary').text('en')}"]
    for name, resource in table_resources(package.descriptor).items():
        lines += ["", f"## {name} {_both(resource)}", "", _both(resource, "description"), ""]
        lines += _table(
            [_heads("name", "type", "title", "description", "codes")]
            + [
                [
                    f"`{field['name']}`",
                    field["type"],
                    _both(field),
                    _both(field, "description"),
                    "; ".join(_codes(field)),
                ]
                for field in resource["schema"]["fields"]
            ]
        )
    return ("\n".join(lines) + "\n").encode("utf-8")


def citation(release: Release) -> bytes:
    """Return how to cite the data (Citation File Format); JSON strings are YAML."""
    descriptor = release.descriptor
    authors = [
        one["title"] for one in descriptor.get("contributors", ()) if "author" in one["roles"]
    ]
    stated: list[tuple[str, Any]] = [
        ("cff-version", "1.2.0"),
        ("message", " / ".join(say("bundle-cite").both().values())),
        ("type", "dataset"),
        ("title", release.checked.title["zh"]),
        ("version", descriptor.get("version")),
        ("license", next((one.get("name") for one in descriptor.get("licenses", ())), None)),
        ("url", descriptor.get("id")),
    ]
    lines = [f"{key}: {_quoted(value)}" for key, value in stated if value is not None]
    lines += ["authors:", *(f"  - name: {_quoted(one)}" for one in authors)] if authors else []
    return ("\n".join(lines) + "\n").encode("utf-8")


def form(package: Package) -> bytes:
    """Return what the upload forms of portals ask for, as a CSV that Excel opens as it is."""
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerows(
        # A spreadsheet would take such a cell for a formula.
        [f"'{cell}" if cell.startswith(("=", "+", "-", "@")) else cell for cell in row]
        for row in metadata(package)
    )
    return written.getvalue().encode("utf-8-sig")


def checksums(seals: Mapping[str, Seal]) -> bytes:
    """Return the hashes as `sha256sum -c` reads them."""
    return "".join(f"{seal.sha256}  {path}\n" for path, seal in sorted(seals.items())).encode()


def _about(release: Release, language: str) -> Iterator[str]:
    descriptor = release.descriptor
    yield f"# {plain(release.checked.title[language])}"
    yield ""
    yield plain(worded(descriptor, language, "description"))
    yield ""
    yield say("bundle-readme", name=release.name).text(language)
    yield ""
    for one in descriptor.get("licenses", ()):
        licence = plain(one.get("title") or one.get("name") or one.get("path"))
        yield f"{say('portal-licence').text(language)}: {licence} {one.get('path', '')}".rstrip()
        yield ""
    counts = {
        name: sum(1 for _ in release.package.stream(name)[1]) for name in release.package.tables
    }
    rows = [
        [f"`{release.package.path(name)}`", plain(worded(resource, language)), str(counts[name])]
        for name, resource in table_resources(dict(descriptor)).items()
    ]
    keys = ("portal-file", "portal-content", "bundle-rows")
    yield from _table([[say(key).text(language) for key in keys], *rows])
    yield ""


def plain(text: object) -> str:
    """Return a text that Markdown shows as it is."""
    return _MARKDOWN.sub(r"\\\1", " ".join(shown(str(text)).split()))


def _both(thing: Mapping[str, Any], key: str = "title") -> str:
    texts = dict.fromkeys(worded(thing, language, key) for language in LANGUAGES)
    return " / ".join(plain(text) for text in texts if text)


def _codes(field: Mapping[str, Any]) -> Iterator[str]:
    for one in field.get("categories", ()):
        if isinstance(one, dict):
            yield f"`{one['value']}` {_both(one, 'label')}"


def _heads(*keys: str) -> list[str]:
    return [" / ".join(say(f"bundle-column-{key}").both().values()) for key in keys]


def _table(rows: Iterable[list[str]]) -> list[str]:
    heads, *body = rows
    lines = [heads, ["---"] * len(heads), *body]
    return [f"| {' | '.join(line)} |" for line in lines]


def _quoted(value: object) -> str:
    return json.dumps(shown(" ".join(str(value).split())), ensure_ascii=False)
