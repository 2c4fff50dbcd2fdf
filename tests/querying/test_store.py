"""The store on disk: whole whatever happens, current documents only, never two truths."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import time

import pytest

from yusuan.cli import main
from yusuan.errors import PackageError, StoreError, UsageError
from yusuan.package import read
from yusuan.querying import ask, open_sources, question, storing
from yusuan.querying.documents import common_vocabulary
from yusuan.querying.generations import next_generation

ADD = "import sys; from pathlib import Path; from yusuan.querying import storing; "
ADD += "storing.add([Path(sys.argv[1])], Path(sys.argv[2]))"


def figures(store):
    """Return what the store answers for the total of every document that is current."""
    source = open_sources([store])
    answer = ask(source, question("Q1").query({}, source.base), 60)
    place = answer.variables.index("amount_cny")
    return sorted(int(row[place].text) for row in answer.rows)


def bureau(disclosure, total, *, year=2021, revision_of=""):
    made = disclosure("130131", "平山县", "301", "平山县财政局", "finance", year, revision_of)
    made.line("dept-expenditure.total", total, form="dept-expenditure", nature="total")
    return made


def test_a_store_answers_as_its_packages_do(two_counties, tmp_path):
    store = tmp_path / "store"
    added = storing.add([two_counties], store)
    assert added == ["130131.301.2020.budget", "130131.301.2021.budget", "310107.201.2021.budget"]
    assert figures(store) == [8_000_000, 10_000_000, 20_000_000]
    assert storing.compare(store, [two_counties]) == []
    assert [one.current for one in storing.standing(store)] == [True, True, True]


def test_every_document_has_a_graph_of_its_own(two_counties, tmp_path):
    storing.add([two_counties], tmp_path / "store")
    source = open_sources([tmp_path / "store"])
    query = """SELECT ?graph (COUNT(?line) AS ?lines) WHERE {
      GRAPH ?graph { ?line a ys:BudgetLine } } GROUP BY ?graph ORDER BY ?graph"""
    graphs = [(row[0].text, row[1].text) for row in ask(source, query, 60).rows]
    base = "https://w3id.org/yusuan/doc"
    assert graphs == [
        (f"{base}/130131.301.2020.budget/graph", "1"),
        (f"{base}/130131.301.2021.budget/graph", "14"),
        (f"{base}/310107.201.2021.budget/graph", "3"),
    ]


def test_adding_again_replaces_and_leaves_what_others_say(disclosure, two_counties, tmp_path):
    store = tmp_path / "store"
    storing.add([two_counties], store)
    storing.add([two_counties], store)
    assert storing.compare(store, [two_counties]) == []
    storing.add([bureau(disclosure, 11_000_000).write(tmp_path / "again")], store)
    assert figures(store) == [8_000_000, 11_000_000, 20_000_000]
    # The county is named by the document of 2020, too.
    assert storing.compare(store, [tmp_path / "again", two_counties / "pingshan-2020"]) == []
    (message,) = storing.compare(store, [two_counties / "pingshan-2021"])
    assert message.text("en").startswith("130131.301.2021.budget: the package has ")


def test_a_revision_takes_the_place_of_what_it_revises_and_gives_it_back(disclosure, tmp_path):
    store = tmp_path / "store"
    old = bureau(disclosure, 10_000_000)
    new = bureau(disclosure, 12_000_000, revision_of=old.identifier)
    storing.add([old.write(tmp_path / "old")], store)
    storing.add([new.write(tmp_path / "new")], store)
    assert figures(store) == [12_000_000]
    states = {one.identifier: one.current for one in storing.standing(store)}
    assert states == {"130131.301.2021.budget": False, "130131.301.2021.budget.r2": True}
    storing.remove([new.identifier], store)
    assert figures(store) == [10_000_000]
    assert storing.compare(store, [tmp_path / "old"]) == []


@pytest.mark.parametrize("order", [("old", "new"), ("new", "old")])
def test_a_revision_counts_whichever_comes_first(disclosure, tmp_path, order):
    old = bureau(disclosure, 10_000_000)
    old.write(tmp_path / "old")
    bureau(disclosure, 12_000_000, revision_of=old.identifier).write(tmp_path / "new")
    for name in order:
        storing.add([tmp_path / name], tmp_path / "store")
    assert figures(tmp_path / "store") == [12_000_000]
    assert storing.compare(tmp_path / "store", [tmp_path / "old", tmp_path / "new"]) == []
    both = open_sources([tmp_path / name for name in order])
    assert len(ask(both, question("Q1").query({}, both.base), 60).rows) == 1


def test_one_document_with_two_contents_is_refused_and_twice_the_same_is_not(disclosure, tmp_path):
    bureau(disclosure, 1).write(tmp_path / "a" / "one")
    bureau(disclosure, 1).write(tmp_path / "a" / "copy")
    assert storing.add([tmp_path / "a"], tmp_path / "store") == ["130131.301.2021.budget"]
    bureau(disclosure, 2).write(tmp_path / "a" / "other")
    with pytest.raises(UsageError) as caught:
        storing.add([tmp_path / "a"], tmp_path / "store")
    assert "both hold this document, with different content" in caught.value.text("en")
    assert figures(tmp_path / "store") == [1]


def test_a_killed_load_leaves_the_old_store_or_the_new(disclosure, tmp_path, root):
    """The process is killed at random moments; afterwards the store is old or new, never half."""
    store, packages = tmp_path / "store", tmp_path / "packages"
    storing.add([bureau(disclosure, 1).write(packages / "one"), root], store)
    chance = random.Random(5)  # noqa: S311 - moments, no secrets
    began = time.monotonic()
    command = [sys.executable, "-c", ADD, str(packages / "one"), str(store)]
    subprocess.run(command, check=True, timeout=60)
    whole = time.monotonic() - began
    for number in range(2, 7):
        shutil.rmtree(packages)
        bureau(disclosure, number).write(packages / "one")
        before = figures(store)
        loading = subprocess.Popen(command)
        time.sleep(chance.uniform(0.2, 1.1) * whole)
        loading.kill()
        loading.wait(timeout=60)
        after = figures(store)
        new = sorted([number, 46246400])
        assert after in (before, new)
        assert storing.compare(store, []) == []
    assert storing.compare(store, [root]) == []


def test_a_new_store_that_was_killed_is_not_there_and_the_next_try_makes_it(tmp_path, root):
    store = tmp_path / "store"
    loading = subprocess.Popen([sys.executable, "-c", ADD, str(root), str(store)])
    while loading.poll() is None and not (store / "000001").exists():
        time.sleep(0.001)
    loading.kill()
    loading.wait(timeout=60)
    if not storing.is_store(store):
        storing.add([root], store)
    assert figures(store) == [46246400]
    assert sorted(one.name for one in store.iterdir()) == ["000001", "store.json", "writing"]


@pytest.mark.parametrize(
    "victim",
    ["store.json", "*/graphs/CURRENT", "*/graphs/MANIFEST-*", "*/graphs/*.sst", "*/tables.duckdb"],
)
def test_a_damaged_store_is_told_and_no_other_file_is_touched(two_counties, tmp_path, victim):
    store = tmp_path / "store"
    storing.add([two_counties], store)
    victims = [*store.glob(victim)]
    assert victims
    for path in victims:
        path.write_bytes(b"\0" * (path.stat().st_size or 1))
    before = {path: path.read_bytes() for path in store.rglob("*") if path.is_file()}
    with pytest.raises(StoreError) as caught:
        figures(store)
    assert str(store) in caught.value.text("en") or "SPARQL" in caught.value.text("en")
    assert {path: path.read_bytes() for path in before} == before


def test_a_second_writer_is_sent_away(two_counties, tmp_path):
    storing.add([two_counties], tmp_path / "store")
    with next_generation(tmp_path / "store"):
        with pytest.raises(StoreError, match="another program is writing into this store"):
            storing.add([two_counties], tmp_path / "store")
        assert len(figures(tmp_path / "store")) == 3
    assert storing.compare(tmp_path / "store", [two_counties]) == []


def test_who_reads_a_store_goes_on_reading_what_it_was(disclosure, two_counties, tmp_path):
    store = tmp_path / "store"
    storing.add([two_counties], store)
    reading = open_sources([store])
    query = question("Q1").query({}, reading.base)
    before = ask(reading, query, 60)
    for number in (1, 2, 3):
        storing.add([bureau(disclosure, number).write(tmp_path / str(number))], store)
        storing.remove(["310107.201.2021.budget"], store) if number == 2 else None
    assert ask(reading, query, 60) == before
    triples = "SELECT ?s WHERE { ?s a ys:BudgetLine MINUS { ?s ys:key 'x' } }"
    assert len(ask(reading, triples, 60).rows) == 18
    assert figures(store) == [3, 8_000_000]
    # What nobody reads any more goes with the next change.
    assert len([*store.glob("0*")]) == 2
    del reading
    storing.add([two_counties], store)
    assert len([*store.glob("0*")]) == 1


def test_a_plain_database_of_triples_is_asked_and_becomes_a_store(two_counties, tmp_path):
    """As the engine's own tools make it, or an earlier version of this program."""
    import pyoxigraph

    plain, quads = tmp_path / "plain", pyoxigraph.RdfFormat.N_QUADS
    database = pyoxigraph.Store(str(plain))
    database.bulk_load(open_sources([two_counties]).store.dump(format=quads), quads)
    known = common_vocabulary(read(two_counties / "putuo-2021"))
    database.bulk_load(known.replace(b" .\n", b" <https://w3id.org/yusuan/def> .\n"), quads)
    database.flush()
    del database
    assert figures(plain) == [8_000_000, 10_000_000, 20_000_000]
    assert storing.compare(plain, [two_counties]) == []
    storing.remove(["310107.201.2021.budget"], plain)
    assert figures(plain) == [8_000_000, 10_000_000]
    assert sorted(one.name for one in plain.iterdir()) == ["000001", "store.json", "writing"]
    assert storing.compare(plain, [two_counties / "pingshan-2020"]) == []


def test_the_list_of_a_store_speaks_to_machines(two_counties, tmp_path, capsys):
    storing.add([two_counties], tmp_path / "store")
    with pytest.raises(SystemExit, match="0"):
        main(["store", "list", str(tmp_path / "store"), "--json"])
    (first, *_) = json.loads(capsys.readouterr().out)["documents"]
    assert first == {
        "identifier": "130131.301.2020.budget",
        "title": "平山县财政局2020年部门预算",
        "triples": 40,
        "current": True,
    }


FILL = "import resource, signal, sys; from pathlib import Path; "
FILL += "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); most = int(sys.argv[1]); "
FILL += "resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)); "
FILL += "from yusuan.cli import main; sys.argv = ['yusuan', *sys.argv[2:]]; main()"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sets no limit on files")
@pytest.mark.parametrize("most", [20_000, 200_000, 1_500_000])
def test_a_full_disk_is_told_and_leaves_the_store_as_it_was(two_counties, root, tmp_path, most):
    """A file that may grow no further stands for the disk: the engines fail in the same way."""
    store = tmp_path / "store"
    storing.add([two_counties], store)
    command = [sys.executable, "-c", FILL, str(most), "store", "add", str(root), "--to", str(store)]
    added = subprocess.run(
        [*command, "--lang", "en"], check=False, capture_output=True, text=True, timeout=60
    )
    assert added.returncode == 3, added.stderr
    assert "Traceback" not in added.stderr
    assert "can't be read or written" in added.stderr
    assert storing.compare(store, [two_counties]) == []
    assert len([*store.glob("0*")]) == 1


def test_what_is_no_store_is_told(two_counties, tmp_path):
    with pytest.raises(StoreError, match="there is no store here"):
        storing.standing(tmp_path)
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "one.txt").write_text("x")
    with pytest.raises(UsageError, match="something else is here"):
        storing.add([two_counties], tmp_path / "letters")
    with pytest.raises(UsageError, match="there is no package in it"):
        storing.add([tmp_path / "letters"], tmp_path / "store")
    assert not (tmp_path / "store").exists()
    storing.add([two_counties], tmp_path / "store")
    with pytest.raises(UsageError, match="the store has no such document"):
        storing.remove(["130131.301.2021.budget", "nobody"], tmp_path / "store")
    assert len(figures(tmp_path / "store")) == 3
    with pytest.raises(UsageError, match="a store can only be asked alone"):
        open_sources([tmp_path / "store", two_counties])


def test_a_package_of_a_newer_version_is_not_guessed_at(disclosure, tmp_path):
    folder = bureau(disclosure, 1).write(tmp_path / "one")
    path = folder / "datapackage.json"
    path.write_text(path.read_text("utf-8").replace('"version": "', '"version": "9', 1), "utf-8")
    with pytest.raises(PackageError, match="it was written by the newer version 9"):
        storing.add([folder], tmp_path / "store")
