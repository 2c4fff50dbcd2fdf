"""The pages in a real browser: they ask for nothing elsewhere, and their script does its part."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from urllib.parse import quote

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    """Return a function that opens an address and gives the page as it became, and the log."""
    program = os.environ.get("YUSUAN_CHROMIUM") or next(
        filter(None, map(shutil.which, NAMES)), None
    )
    if program is None:
        pytest.skip("no Chromium on PATH, and YUSUAN_CHROMIUM names none")
    profile = tmp_path_factory.mktemp("profile")

    def opened(address):
        done = subprocess.run(
            [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync",
             # Whatever a page may ask for, no other host is there.
             "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
             f"--user-data-dir={profile}", "--lang=en", "--window-size=400,800",
             "--enable-logging=stderr", "--virtual-time-budget=2000", "--dump-dom", address],
            capture_output=True, check=False, timeout=120,
        )  # fmt: skip
        log = done.stderr.decode("utf-8", "replace")
        assert done.returncode == 0, log
        return done.stdout.decode("utf-8"), [line for line in log.splitlines() if "CONSOLE" in line]

    return opened


def test_the_query_page_answers_and_its_script_fits_it_to_the_question(browser, server):
    before = server.told()
    page, console = browser(f"{server.address}query?question=Q13&word=%E8%A7%84%E5%88%92")
    assert console == []
    asked = re.findall(r" GET (\S+) \d+ ", server.told().removeprefix(before))
    assert set(asked) == {"/query", "/static/serve.css", "/static/serve.js"}
    assert f'<span id="endpoint">{server.address}sparql</span>' in page
    hidden = set(re.findall(r'data-parameter="(\w+)" hidden', page))
    assert hidden == {"item"}, "the fields that the question does not have"
    assert "CONTAINS" in page and "规划" in page.partition('id="answer"')[2]  # noqa: PT018


def test_a_mistake_is_shown_at_its_place(browser, server):
    query = quote("SELECT * WHERE {\n  ?s ?p '香河' .\n  FILTR (?s) }")
    page, console = browser(f"{server.address}query?lang=en&query={query}")
    assert console == []
    assert 'data-line="3" data-column="3"' in page
    assert "line 3, column 3" in page
    assert "FILTR is no word of SPARQL" in page
    assert "Is FILTER meant?" in page


def test_a_page_about_a_thing_breaks_no_policy(browser, server):
    page, console = browser(f"{server.address}id/org/131024.304")
    assert console == []
    assert "香河县工业和信息化局" in page
