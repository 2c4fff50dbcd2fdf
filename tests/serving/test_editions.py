"""A store that changes while it is served: the old content or the new, and always a whole one."""

from __future__ import annotations

import json
import shutil
import threading

import pytest

from yusuan.errors import StoreError
from yusuan.querying import ask, open_sources, storing
from yusuan.serving.editions import copy, editions

COUNT = "SELECT ?total { ?line ys:key 'dept-expenditure.total' ; obeum:amount ?total }"


def totals(server):
    reply = server.send("POST", "/sparql", COUNT, content_type="application/sparql-query")
    assert reply.status == 200, reply
    rows = json.loads(reply.body)["results"]["bindings"]
    return sorted(int(row["total"]["value"]) for row in rows)


@pytest.fixture
def bureau(handmade, tmp_path):
    """A function that writes the package of one bureau with a total."""

    def written(name, org, total):
        made = handmade("130131", "平山县", org, f"平山县{org}局", "finance", 2021)
        made.line("dept-expenditure.total", total, form="dept-expenditure", nature="total")
        shutil.rmtree(tmp_path / name, ignore_errors=True)
        return made.write(tmp_path / name)

    return written


def test_what_is_added_to_a_store_is_served_without_a_new_start(start, bureau, tmp_path):
    store = tmp_path / "store"
    storing.add([bureau("a", "301", 100)], store)
    server = start(store, "--workers", 2)
    assert totals(server) == [100]
    seen, ended = [], threading.Event()

    def watch():
        while not ended.is_set():
            seen.append(totals(server))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        storing.add([bureau("b", "302", 200)], store)
        assert server.wait(lambda: totals(server) == [100, 200])
        storing.add([bureau("a", "301", 150)], store)
        assert server.wait(lambda: totals(server) == [150, 200])
        storing.remove(["130131.302.2021.budget"], store)
        assert server.wait(lambda: totals(server) == [150])
    finally:
        ended.set()
        watcher.join()
    allowed = [[100], [100, 200], [150, 200], [150]]
    places = [allowed.index(one) for one in seen]
    assert set(places) == {0, 1, 2, 3}
    assert server.told().count("the store has changed; the new content is served") >= 3
    server.end()


def test_a_store_is_left_as_it_was_and_when_it_breaks_or_goes_still_served(start, bureau, tmp_path):
    store = tmp_path / "store"
    storing.add([bureau("a", "301", 100)], store)
    before = {one: one.read_bytes() for one in store.rglob("*") if one.is_file()}
    server = start(store, "--workers", 1)
    assert totals(server) == [100]
    assert {one: one.read_bytes() for one in store.rglob("*") if one.is_file()} == before
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a", "store"]
    for file in [one for one in store.rglob("*") if one.is_file()]:
        file.unlink()
        file.write_bytes(b"x" * 10)
    assert server.wait(lambda: "can't be read; the content before is still served" in server.told())
    assert totals(server) == [100]
    shutil.rmtree(store)
    assert totals(server) == [100]
    server.end()


def test_a_copy_is_the_store_at_one_moment(bureau, tmp_path):
    store = tmp_path / "store"
    storing.add([bureau("a", "301", 100)], store)
    copy(store, tmp_path / "copy")
    storing.add([bureau("a", "301", 150)], store)
    for folder, total in ((tmp_path / "copy", "100"), (store, "150")):
        source = open_sources([folder])
        assert [row[0].text for row in ask(source, COUNT, 30).rows] == [total]


def test_a_copy_of_what_is_gone_is_an_error_that_says_so(tmp_path):
    with pytest.raises(StoreError, match="gone"):
        copy(tmp_path / "gone", tmp_path / "copy")


def test_copies_that_nobody_uses_are_removed(bureau, tmp_path):
    store = tmp_path / "store"
    storing.add([bureau("a", "301", 100)], store)
    with editions([store]) as served:
        first = served.path
        assert not served.renew()
        storing.add([bureau("b", "302", 200)], store)
        assert served.renew()
        served.forget({first})
        assert first.exists()
        served.forget({served.path})
        assert not first.exists()
        assert served.path.exists()
    assert not served.path.exists()


def test_who_reads_packages_says_how_far_it_is(bureau):
    told = []
    folders = [bureau("a", "301", 100), bureau("b", "302", 200)]
    with editions(folders, lambda done, count: told.append((done, count))) as served:
        assert ask(open_sources([served.path]), COUNT, 30).rows
    assert told == [(1, 2), (2, 2)]


def test_packages_of_several_documents_are_served_too(start, bureau, tmp_path):
    from yusuan.stacking import stack

    stack([bureau("a", "301", 100), bureau("b", "302", 200)], tmp_path / "stacked")
    server = start(tmp_path / "stacked", "--workers", 1)
    assert totals(server) == [100, 200]
    server.end()
