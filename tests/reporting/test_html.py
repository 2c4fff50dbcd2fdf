"""The same check as a page: one file, two languages, nothing loaded, everything escaped."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from yusuan.reporting import render


class Page(HTMLParser):
    """What a page is made of."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.marked: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] == "mark":
            self.marked.append(data)

    def all(self, attribute: str) -> list[str | None]:
        return [attributes[attribute] for _, attributes in self.tags if attribute in attributes]


@pytest.fixture(scope="module")
def page(checked) -> str:
    return render(checked, "html", "zh")


def test_the_page_loads_nothing_and_runs_nothing(page):
    parsed = Page(page)
    assert parsed.open == []
    names = {tag for tag, _ in parsed.tags}
    assert names.isdisjoint({"script", "link", "img", "iframe", "object", "base", "form"})
    assert not {"src", "srcset", "style", "onclick"} & {
        name for _, attributes in parsed.tags for name in attributes
    }
    assert all(str(target).startswith("#") for target in parsed.all("href"))
    assert "default-src 'none'" in page
    assert not re.search(r"url\(|@import", page)


def test_the_page_escapes_what_a_document_says(page):
    assert "&lt;script&gt;?&amp;" in page
    assert "\x07" not in page


def test_the_page_speaks_both_languages_and_shows_the_one_asked_for(checked, page):
    english = Page(render(checked, "html", "en"))
    articles = [one["lang"] for tag, one in Page(page).tags if tag == "article"]
    assert articles == ["zh-CN", "en"]
    assert [one["id"] for tag, one in english.tags if tag == "input" and "checked" in one] == [
        "language-en"
    ]
    assert english.tags[0] == ("html", {"lang": "en"})


def test_every_link_of_the_page_has_its_target_and_no_target_stands_twice(page):
    parsed = Page(page)
    targets = parsed.all("id")
    assert len(set(targets)) == len(targets)
    assert {str(link)[1:] for link in parsed.all("href")} <= set(targets)


def test_the_page_shows_every_finding_with_its_words_marked(page):
    assert Page(page).marked == ["4624.64", "2877.15", *["100%"] * 7] * 2
    assert "46,246,400 元" in page
    assert "2,820,499.50 元" in page
