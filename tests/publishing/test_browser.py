"""The portal in a real browser: it shows, it asks for nothing, it runs nothing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess

import pytest

from yusuan.publishing import release

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
PAGE = "doc/131024.304.2021.budget/index.html"
EVIL_PAGE = "doc/131024.304.2023.budget/index.html"


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    """Return a function that opens an address and gives the page as it became, and the log."""
    program = os.environ.get("YUSUAN_CHROMIUM") or next(
        filter(None, map(shutil.which, NAMES)), None
    )
    if program is None:
        pytest.skip("no Chromium on PATH, and YUSUAN_CHROMIUM names none")

    def opened(address):
        done = subprocess.run(
            [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync",
             # Whatever a page may ask for, no other host is there.
             "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
             f"--user-data-dir={tmp_path_factory.mktemp('profile')}",
             "--enable-logging=stderr", "--dump-dom", address],
            capture_output=True, check=False, timeout=120,
        )  # fmt: skip
        log = done.stderr.decode("utf-8", "replace")
        assert done.returncode == 0, log
        return done.stdout.decode("utf-8"), [line for line in log.splitlines() if "CONSOLE" in line]

    return opened


@pytest.fixture(scope="module")
def portal(published, evil, tmp_path_factory, at):
    """A portal with an honest package and one that is full of markup."""
    folder = shutil.copytree(published, tmp_path_factory.mktemp("browser") / "portal")
    target = at(folder)
    target.apply(target.plan([release(evil)]))
    return folder


@pytest.fixture
def served(portal, serve):
    """The portal on a server, and every path that was asked for."""
    with serve(portal) as (address, asked):
        yield address, asked


@pytest.mark.parametrize("page", ["index.html", PAGE, EVIL_PAGE])
def test_a_page_asks_for_itself_alone_and_breaks_no_policy(browser, served, page):
    address, asked = served
    _, console = browser(address + page)
    assert asked == [f"/{page}"]
    assert console == []


def test_a_page_from_the_disk_shows_the_figures_and_the_text(browser, portal):
    shown, console = browser((portal / PAGE).as_uri())
    assert console == []
    assert "46,246,400" in shown
    assert "其中基本支出" in re.sub(r"<[^>]*>", "", shown)
    assert "基本支出写为4624.64万元" in shown


def test_markup_in_a_document_is_shown_and_not_run(browser, portal):
    for page in ("index.html", EVIL_PAGE):
        shown, console = browser((portal / page).as_uri())
        assert console == []
        assert "<title>owned" not in shown
    assert "&lt;script&gt;document.title=" in shown


@pytest.mark.parametrize(
    ("asked", "years"),
    [
        ("", ["2021", "2023"]),
        ("?q=%E9%A6%99%E6%B2%B3%20%EF%BC%92%EF%BC%90%EF%BC%92%EF%BC%93", ["2023"]),  # 香河 ２０２３
        ("?q=%E6%95%99%E8%82%B2%E5%B1%80", []),  # 教育局
        ("?severity=error&year=2021&q=46,246", ["2021"]),
    ],
)
def test_the_home_page_searches_without_a_server(browser, portal, asked, years):
    shown, console = browser((portal / "index.html").as_uri() + asked)
    assert console == []
    rows = re.findall(r'<tr role="row" data-year="(\d+)" data-found="[^"]*"( hidden="")?>', shown)
    found = [year for year, hidden in rows if not hidden]
    assert len(rows) == 2
    assert found == years
    assert ("找到" in re.sub(r'data-said="[^"]*"', "", shown)) == (asked != "")
    assert ('<details class="region" id="r131024" open="" hidden="">' in shown) == (years == [])


def test_the_browser_would_have_run_it(browser, tmp_path):
    (tmp_path / "a.html").write_text("<title>a</title><script>document.title='owned'</script>")
    shown, _ = browser((tmp_path / "a.html").as_uri())
    assert "<title>owned" in shown
