"""What files a portal has: the packages as they are, their pages, and what lists them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from yusuan.messages import LANGUAGES, say
from yusuan.package import FILE_OF
from yusuan.package.descriptor import Seal
from yusuan.publishing.bundle import bundled
from yusuan.publishing.catalogue import merged
from yusuan.publishing.errors import TargetError
from yusuan.publishing.listing import PORTAL, Listed, listed, write_portal
from yusuan.publishing.pages import LOCALES, PAGE_OF, Download, environment, home_page, package_page
from yusuan.publishing.plan import Content, content_seal
from yusuan.publishing.release import Release
from yusuan.publishing.tabling import Tables
from yusuan.workbook import workbook

CATALOG = FILE_OF["catalog"].path
_EPOCH = "1970-01-01T00:00:00+08:00"


@dataclass(frozen=True, slots=True)
class Site:
    """The files of a portal that are made now.

    Attributes:
        contents: Path → content.
        seals: Size and hash of those that are known already: the files of the packages.
        packages: Every package of the portal, those that were there before included.
    """

    contents: Mapping[str, Content]
    seals: Mapping[str, Seal]
    packages: Sequence[Listed]


def site(
    releases: Sequence[Release],
    others: Sequence[Listed],
    catalogues: Mapping[str, bytes],
    url: str | None,
    scratch: Path,
) -> Site:
    """Return the files of a portal.

    Args:
        releases: The packages that are published now.
        others: Those that stand there and stay.
        catalogues: Place → DCAT catalogue of these.
        url: The address of the portal, with a slash at the end; None for the base of the IRIs.
        scratch: A folder for files that are too large for memory.

    Raises:
        TargetError: Two packages have one place, or a package has a file of a name that a page
            of the portal has.
    """
    contents: dict[str, Content] = {}
    seals: dict[str, Seal] = {}
    entries = {one.place: one for one in others}
    found = dict(catalogues)
    bases = {one.place: one.base for one in others}
    for one in releases:
        if any(path.startswith(f"{one.place}/") for path in contents):
            reason = say("portal-twice", place=one.place)
            raise TargetError(str(one.package.directory), reason, say("portal-twice-advice"))
        entry, files = _package(one, url, scratch)
        for path, content in files.items():
            contents[f"{one.place}/{path}"] = content
        seals |= {f"{one.place}/{path}": seal for path, seal in one.seals.items()}
        entries[one.place] = entry
        bases[one.place] = entry.base
        if CATALOG in one.seals:
            found[one.place] = one.package.content(CATALOG)
    packages = sorted(
        entries.values(), key=lambda one: (one.region_code, one.department, one.year, one.place)
    )
    address = address_of(packages, url)
    for language in LANGUAGES:
        contents[PAGE_OF[language]] = home_page(packages, language, address)
    contents["catalog.ttl"] = merged(
        ((bases[place], place, found[place]) for place in sorted(found)), url
    )
    contents["sitemap.xml"] = _sitemap(packages, address)
    contents["feed.xml"] = _feed(packages, address)
    contents[PORTAL] = write_portal(url, packages)
    return Site(contents, seals, packages)


def address_of(packages: Sequence[Listed], url: str | None) -> str:
    """Return the address of a portal: the one stated, else the base of its IRIs."""
    if url is not None:
        return url
    return packages[0].base if packages else ""


def _package(release: Release, url: str | None, scratch: Path) -> tuple[Listed, dict[str, Content]]:
    """Return what the home page says of a package, and its files: path in its folder → content."""
    tables = Tables(release.package)
    entry = listed(release, tables)
    address = f"{address_of([entry], url)}{entry.place}/"
    files: dict[str, Content] = {path: release.file(path) for path in release.seals}
    drafts = Path(mkdtemp(dir=scratch))
    book = workbook(release.package, drafts / "new.xlsx")
    archive = bundled(release, book, drafts / "new.zip")
    made: dict[str, Content] = {f"{entry.name}.zip": archive, f"{entry.name}.xlsx": book}
    for language in LANGUAGES:
        downloads = [
            _made(path, content, kind, language)
            for (path, content), kind in zip(made.items(), ("zip", "xlsx"), strict=True)
        ]
        page = drafts / PAGE_OF[language]
        page.write_bytes(package_page(release, tables, entry, language, address, url, downloads))
        files = _with(release, files, {page.name: page})
    return entry, _with(release, files, made)


def _made(path: str, content: Content, kind: str, language: str) -> Download:
    seal = content_seal(content)
    title, description = say(f"portal-{kind}-title"), say(f"portal-{kind}-description")
    return Download(path, title.text(language), description.text(language), kind, seal.bytes,
                    seal.sha256)  # fmt: skip


def _with(
    release: Release, files: Mapping[str, Content], more: Mapping[str, Content]
) -> dict[str, Content]:
    for path in more:
        if path in files:
            reason = say("portal-name-taken", path=path)
            raise TargetError(
                str(release.package.directory), reason, say("portal-name-taken-advice")
            )
    return {**files, **more}


def _sitemap(packages: Sequence[Listed], address: str) -> bytes:
    page = environment().get_template("sitemap.xml")
    places = [address, *(f"{address}{one.place}/" for one in packages)]
    return page.render(places=places, pages=PAGE_OF, locales=LOCALES).encode("utf-8")


def _feed(packages: Sequence[Listed], address: str) -> bytes:
    """Return the feed of a portal, the latest first; it bears no time but those of documents."""
    entries = sorted(
        ((one, _moment(one)) for one in packages), key=lambda one: one[1], reverse=True
    )
    page = environment().get_template("feed.xml")
    return page.render(
        title=say("portal-title").text(LANGUAGES[0]),
        address=address,
        entries=entries,
        updated=entries[0][1] if entries else _EPOCH,
    ).encode("utf-8")


def _moment(entry: Listed) -> str:
    """Return when a document was made public, else when its year began, as feeds write it."""
    day = entry.issued or (f"{entry.year}-01-01" if entry.year else _EPOCH[:10])
    return f"{day}T00:00:00+08:00"
