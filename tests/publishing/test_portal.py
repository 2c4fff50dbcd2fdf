"""The static portal: what stands in it, that all of it holds together, and that it is safe."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections import Counter
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import pytest
from frictionless import validate
from lxml import etree
from pyoxigraph import NamedNode, RdfFormat, Store

import yusuan
from yusuan.messages import catalogue
from yusuan.package import read
from yusuan.publishing import read_receipt, release
from yusuan.publishing.listing import listed
from yusuan.publishing.tabling import Tables

DCAT = "http://www.w3.org/ns/dcat#"
PLACE = "doc/131024.304.2021.budget"
LATER = "doc/131024.304.2022.budget"
ADDRESS = "https://example.gov.cn/ys/"
PAGES = ("index.html", "index.en.html")
TEMPLATES = Path(yusuan.__file__).parent / "publishing" / "templates"
SEARCH = (TEMPLATES / "portal.js").read_text("utf-8")


@pytest.fixture(scope="module")
def portal(published) -> Path:
    """The portal with the first package, which no test here changes."""
    return published


@pytest.fixture(scope="module")
def both(released, later, tmp_path_factory, at) -> Path:
    """A portal with an address, to which a second package was added later."""
    folder = tmp_path_factory.mktemp("both") / "portal"
    first = at(folder, url=ADDRESS)
    first.apply(first.plan([released]))
    second = at(folder)
    second.apply(second.plan([later]))
    return folder


def state(folder):
    """Return every file of a folder, and when it was written."""
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


def sealed(folder, descriptor):
    return {
        one["path"]: f"sha256:{digest(folder / one['path'])}" for one in descriptor["resources"]
    }


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def scripts_of(page):
    """Return the data for search engines on a page, then each script that it runs."""
    kinds = [one for tag, one in page.elements if tag == "script"]
    assert kinds in ([{"type": "application/ld+json"}], [{"type": "application/ld+json"}, {}])
    return page.scripts


def allowed(text):
    """Return how a policy allows just this text."""
    digest = base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode()
    return f"'sha256-{digest}'"


def test_published_is_the_same_as_checked(portal, released):
    copy = portal / PLACE
    for path, seal in released.seals.items():
        assert digest(copy / path) == seal.sha256
    descriptor = json.loads((copy / "datapackage.json").read_text("utf-8"))
    assert sealed(copy, descriptor) == {one["path"]: one["hash"] for one in descriptor["resources"]}
    report = validate(str(copy / "datapackage.json"))
    assert report.valid, report.flatten(["type", "note"])


def test_every_link_of_every_page_leads_somewhere(both, read_page):
    pages = {path: read_page(path) for path in both.rglob("*.html")}
    assert len(pages) == 6
    known = {path: set(page.values("id")) for path, page in pages.items()}
    broken = []
    for path, page in pages.items():
        assert len(page.values("id")) == len(known[path]), "an anchor stands twice"
        for href in page.values("href"):
            if re.match(r"https?://|data:", href):
                continue
            file, _, fragment = href.partition("#")
            place = (path.parent / unquote(file)).resolve() if file else path
            if not place.is_file() or (fragment and fragment not in known.get(place, ())):
                broken.append(f"{path.name}: {href}")
    assert broken == []


def test_a_page_asks_for_nothing_and_runs_nothing_but_the_search(both, read_page):
    for path in both.rglob("*.html"):
        page = read_page(path)
        assert page.values("src") == []
        loading = [one for tag, one in page.elements if tag == "link"]
        assert {one["rel"] for one in loading} == {"icon", "canonical", "alternate"}
        assert [one["href"] for one in loading if one["rel"] == "icon"] == ["data:,"]
        _, *running = scripts_of(page)
        assert running == ([SEARCH] if path.parent == both else [])
        (policy,) = (one["content"] for _, one in page.elements if "http-equiv" in one)
        style = re.search(r"<style>(.*?)</style>", path.read_text("utf-8"), re.DOTALL)[1]
        assert policy.split("; ") == [
            "default-src 'none'",
            f"style-src {allowed(style)}",
            *(f"script-src {allowed(one)}" for one in running),
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        ]


def test_the_page_shows_the_whole_text_and_every_figure_where_it_stands(
    portal, released, read_page
):
    for name in PAGES:
        page = read_page(portal / PLACE / name)
        assert page.texts[".text"].replace("\r", "\n") == released.package.text().replace(
            "\r", "\n"
        )
        lines = released.package.rows("budget_lines")
        assert len(lines) > 50
        for row in lines:
            anchor = f"t{row['char_start']}-{row['char_end']}"
            assert page.texts[anchor] == row["printed"]
            amount = page.texts[f"budget_lines.{row['line_key']}"]
            assert f"{int(row['amount_cny']):,}" in amount


def test_a_figure_leads_to_the_text_and_back(portal, read_page):
    page = read_page(portal / PLACE / "index.html")
    (back,) = (one["href"] for _, one in page.elements if one.get("id") == "t2244-2251")
    assert back == "#budget_lines.dept-revenue-text.total"
    assert "#t2244-2251" in page.values("href")


def test_an_official_code_stands_before_its_name(portal, released):
    rows = released.package.rows("classifications")
    page = (portal / PLACE / "index.html").read_text("utf-8")
    assert rows
    for row in rows:
        assert f">{row['code']} {row['label']}<" in page


def test_findings_stand_on_the_page_in_the_language_of_the_page(portal, released, read_page):
    for name, language in zip(PAGES, ("zh", "en"), strict=True):
        text = (portal / PLACE / name).read_text("utf-8")
        page = read_page(portal / PLACE / name)
        for number, one in enumerate(released.checked.findings, 1):
            assert one.message[language] in page.texts[f"finding-{number}"]
        assert "4624.64" in text


def test_what_a_document_says_is_text_whatever_signs_it_has(evil, tmp_path, read_page, project, at):
    assert project in {row["name"] for row in read(evil).rows("projects")}
    target = at(tmp_path / "portal")
    target.apply(target.plan([release(evil)]))
    for path in (tmp_path / "portal").rglob("*.html"):
        page = read_page(path)
        assert not [tag for tag, _ in page.elements if tag == "b"]
        linked, *running = scripts_of(page)
        assert set(running) <= {SEARCH}
        assert json.loads(linked)["@type"] in {"Dataset", "DataCatalog"}
    page = read_page(tmp_path / "portal/doc/131024.304.2023.budget/index.html")
    assert project in page.texts[".text"]
    readme = (tmp_path / "portal/doc/131024.304.2023.budget").glob("*.zip")
    assert len(list(readme)) == 1


def test_the_home_page_lists_what_there_is(both, read_page):
    page = read_page(both / "index.html")
    assert f"{PLACE}/index.html" in page.values("href")
    assert f"{LATER}/index.html" in page.values("href")
    text = page.texts[".list"]
    assert "香河县工业和信息化局" in text
    assert text.count("46,246,400") == 4
    assert "错误 4" in text


def test_the_catalogue_names_every_package_and_where_its_files_are(both, released):
    store = Store()
    store.load((both / "catalog.ttl").read_bytes(), format=RdfFormat.TURTLE)
    base = released.descriptor["yusuan:base"]
    listed = store.quads_for_pattern(NamedNode(f"{base}catalog"), NamedNode(f"{DCAT}dataset"), None)
    assert {str(one.object) for one in listed} == {
        f"<{base}{PLACE}/dataset>", f"<{base}{LATER}/dataset>",
    }  # fmt: skip
    urls = [one.object.value for one in
            store.quads_for_pattern(None, NamedNode(f"{DCAT}downloadURL"), None)]  # fmt: skip
    assert len(urls) > 50
    for url in urls:
        assert (both / url.removeprefix(ADDRESS)).is_file(), url


def test_the_description_for_search_engines_has_the_addresses_of_the_portal(both, read_page):
    for place in (PLACE, LATER):
        (linked,) = read_page(both / place / "index.html").scripts
        dataset = json.loads(linked)
        assert dataset["url"] == f"{ADDRESS}{place}/"
        for one in dataset["distribution"]:
            assert (both / one["contentUrl"].removeprefix(ADDRESS)).is_file(), one["contentUrl"]


def test_the_sitemap_has_every_page(both):
    found = etree.fromstring((both / "sitemap.xml").read_bytes()).iter("{*}loc")
    pages = {path.relative_to(both).as_posix() for path in both.rglob("*.html")}
    assert sorted(one.text for one in found) == sorted(ADDRESS + page for page in pages)


def test_the_feed_has_every_package_with_the_latest_first(both):
    feed = etree.fromstring((both / "feed.xml").read_bytes())
    atom = {"a": "http://www.w3.org/2005/Atom"}
    assert feed.xpath("a:entry/a:updated/text()", namespaces=atom) == [
        "2022-01-01T00:00:00+08:00", "2021-01-01T00:00:00+08:00",
    ]  # fmt: skip
    assert feed.xpath("string(a:updated)", namespaces=atom) == "2022-01-01T00:00:00+08:00"
    hrefs = feed.xpath("a:entry/a:link[@rel='enclosure']/@href", namespaces=atom)
    assert len(hrefs) == 2
    for href in hrefs:
        assert (both / href.removeprefix(ADDRESS)).is_file()


def test_a_reader_who_hears_a_page_finds_the_way(both, read_page):
    for path in both.rglob("*.html"):
        page = read_page(path)
        (root,) = (one for tag, one in page.elements if tag == "html")
        assert root["lang"] == ("en" if path.name == "index.en.html" else "zh-CN")
        levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
        assert levels.count(1) == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))
        assert all("scope" in one for tag, one in page.elements if tag == "th")
        names = page.values("id")
        assert len(names) == len(set(names))
        assert [tag for tag, one in page.elements if one.get("id") == "content"] == ["main"]
        # What scrolls by itself must be reached by the keys, and say what it is.
        for _, one in page.elements:
            if one.get("class") in ("wide", "text"):
                assert one["tabindex"] == "0"
                assert one["aria-label"]


def snippets(path):
    """Return the programs that a page suggests, in order: pandas, R, DuckDB, rdflib, shell."""
    found = re.findall(r"<pre [^>]*><code>(.*?)</code></pre>", path.read_text("utf-8"), re.DOTALL)
    return [html.unescape(one) for one in found]


def test_the_snippets_run_and_tell_what_the_table_says(portal, released, monkeypatch, capsys):
    monkeypatch.chdir(portal / PLACE)
    _, _, duckdb_code, rdflib_code, _ = snippets(portal / PLACE / "index.html")
    duckdb = pytest.importorskip("duckdb")
    sums = Counter()
    rows = released.package.rows("budget_lines")
    for row in rows:
        if row["role"] == "leaf":
            sums[row["form"]] += Decimal(row["amount_cny"])
    assert dict(duckdb.sql(duckdb_code).fetchall()) == sums
    exec(compile(rdflib_code, "snippet", "exec"), {})  # noqa: S102 - a program of ours
    printed = [Decimal(line.rpartition(" ")[2]) for line in capsys.readouterr().out.splitlines()]
    measured = (row["amount_cny"] for row in rows if row["amount_cny"])
    assert printed == sorted(map(Decimal, measured), reverse=True)[:10]


def test_the_snippets_of_a_page_name_files_that_are_there(portal, both):
    for folder, start in ((portal, ""), (both, f"{ADDRESS}{PLACE}/")):
        code = "\n".join(snippets(folder / PLACE / "index.html"))
        named = re.findall(r"""["' ]([^\s"'(]*(?:\.csv|\.ttl|\.json))(?![\w(])""", code)
        assert len(named) == 5
        for one in named:
            assert one.startswith(start)
            assert (folder / PLACE / one.removeprefix(start)).is_file()


def test_the_checksums_are_those_of_the_files(both):
    lines = (both / "SHA256SUMS").read_text("utf-8").splitlines()
    told = {path: hashed for hashed, path in (line.split("  ", 1) for line in lines)}
    assert told == {
        path.relative_to(both).as_posix(): digest(path)
        for path in both.rglob("*")
        if path.is_file() and path.name not in ("SHA256SUMS", "receipt.json")
    }


def test_the_second_time_there_is_nothing_to_do(portal, released, at):
    before = state(portal)
    plan = at(portal).plan([released])
    assert plan.changes == []
    assert state(portal) == before


def test_another_package_leaves_the_first_as_it_is(both, released, at):
    before = state(both)
    plan = at(both).plan([released])
    assert plan.changes == []
    for path, seal in released.seals.items():
        assert digest(both / PLACE / path) == seal.sha256
    assert state(both) == before


def test_a_portal_of_two_is_the_same_whichever_came_first(both, released, later, tmp_path, at):
    folder = tmp_path / "portal"
    target = at(folder, url=ADDRESS)
    target.apply(target.plan([later, released]))
    own = ("receipt.json",)
    assert {name: data for name, (data, _) in state(folder).items() if name not in own} == {
        name: data for name, (data, _) in state(both).items() if name not in own
    }


def test_a_plan_writes_nothing(released, tmp_path, at):
    plan = at(tmp_path / "portal").plan([released])
    assert {one.action for one in plan.changes} == {"create"}
    assert list(tmp_path.iterdir()) == []


def test_the_receipt_says_what_is_where_since_when(both, released):
    receipt = read_receipt(both / "receipt.json")
    assert [one.url for one in receipt.packages] == [f"{ADDRESS}{PLACE}/", f"{ADDRESS}{LATER}/"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", receipt.published)
    assert receipt.files[f"{PLACE}/datapackage.json"] == released.seals["datapackage.json"]


def test_the_portal_verifies(both, at):
    target = at(both)
    assert target.verify(read_receipt(target.receipt_path)) == []


def test_figures_of_tables_that_a_page_cuts_are_counted(monkeypatch, released, tmp_path, at):
    monkeypatch.setattr("yusuan.publishing.tabling.LONGEST", 5)
    target = at(tmp_path / "portal")
    target.apply(target.plan([released]))
    page = (tmp_path / "portal" / PLACE / "index.html").read_text("utf-8")
    count = len(released.package.rows("text_items"))
    assert f"显示前 5 行，共 {count} 行" in page


def test_a_text_that_a_page_has_no_room_for_is_told_and_nothing_leads_to_it(
    monkeypatch, released, tmp_path, read_page, at
):
    monkeypatch.setattr("yusuan.publishing.tabling.LONGEST_TEXT", 100)
    target = at(tmp_path / "portal")
    target.apply(target.plan([released]))
    page = read_page(tmp_path / "portal" / PLACE / "index.html")
    assert "原文太长" in page.texts["text"]
    assert no_dead_links(page)


def test_of_a_large_table_a_page_reads_no_more_than_it_shows(
    monkeypatch, released, tmp_path, read_page, at
):
    monkeypatch.setattr("yusuan.publishing.tabling.LARGE", 10_000)
    monkeypatch.setattr("yusuan.publishing.tabling.LONGEST", 3)
    target = at(tmp_path / "portal")
    target.apply(target.plan([released]))
    page = read_page(tmp_path / "portal" / PLACE / "index.html")
    # The forms are those of the whole table, and so are the totals.
    assert "显示前 3 行，共 48 行" in page.texts["budget_lines.dept-project"]
    assert "46,246,400" in page.texts["figures"]
    assert no_dead_links(page)


def no_dead_links(page):
    names = {*page.values("id"), "content"}
    return all(one[1:] in names for one in page.values("href") if one.startswith("#"))


def test_a_package_without_the_text_of_its_document_is_published(
    without_text, tmp_path, read_page, at
):
    target = at(tmp_path / "portal")
    receipt = target.apply(target.plan([release(without_text)]))
    assert target.verify(receipt) == []
    for name, words in zip(PAGES, ("只有数据，不含原文", "without the text"), strict=True):
        page = read_page(tmp_path / "portal/doc/131024.304.2024.budget" / name)
        assert words in page.texts["text"]
        assert "46,246,400" in page.texts["figures"]
        assert no_dead_links(page)


def test_the_templates_say_what_the_catalogue_has():
    named = {
        key
        for path in TEMPLATES.iterdir()
        for key in re.findall(r'said\("([a-z0-9-]+)"', path.read_text("utf-8"))
    }
    assert named
    assert named - catalogue().keys() == set()


@pytest.mark.parametrize(
    ("identifier", "total"),
    [
        # 支出总表 in yuan, where the sentence above it has 3,121.42万元.
        ("310107.n-bcb79faf.2025.budget", "31214205.8"),
        # 部门预算收支总表 alone.
        ("130131.n-638a6e91.2025.budget", "6903600"),
    ],
)
def test_a_total_is_the_exact_one_that_a_document_states(root, identifier, total):
    found = release(root / "tests" / "counties" / identifier)
    one = listed(found, Tables(found.package))
    assert (one.revenue, one.expenditure) == (total, total)
