"""Reading and writing what a SPARQL server holds of our packages: queries and updates.

An update names what it expects to find, and does nothing where it does not: so nobody's work is
overwritten, and one that is sent twice does no harm.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from yusuan.messages import say
from yusuan.publishing.entries import (
    DCT,
    GROWING,
    PROV,
    SPDX,
    VOID,
    Entry,
    catalog_of,
    dataset_of,
    sums,
)
from yusuan.publishing.errors import TargetError
from yusuan.publishing.graphs import Graph
from yusuan.publishing.journal import Journal
from yusuan.publishing.service import Service

LARGEST = 8 << 20  # bytes of an update
MANY = 200  # IRIs in a query

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Stated:
    """What a server says of some packages.

    Attributes:
        asked: What was asked: base, homes of the packages, graphs.
        entries: Dataset → hash of what the catalogue says of it.
        graphs: Home → its graphs.
        hashes: Graph → its hash and number of triples, as the catalogue says.
        counts: Graph → how many triples it has.
        newer: Home → home of a later revision.
    """

    asked: tuple[str, tuple[str, ...], tuple[str, ...]]
    entries: Mapping[str, str]
    graphs: Mapping[str, tuple[str, ...]]
    hashes: Mapping[str, tuple[str, int]]
    counts: Mapping[str, int]
    newer: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Changes:
    """What changes of one package.

    Attributes:
        base: The base of its IRIs.
        home: Its IRI.
        entry: What the catalogue is to say of it; None where it goes.
        expected: The hash of what the catalogue says of it now, or None.
        files: Graph → what it is to hold.
        stale: Graphs that go.
        lines: What the catalogue is to say beside.
    """

    base: str
    home: str
    entry: Entry | None
    expected: str | None
    files: Mapping[str, Path]
    stale: Sequence[str]
    lines: tuple[str, ...] = ()

    @classmethod
    def of_vocabulary(cls, base: str, iri: str, graph: Graph, path: Path) -> Changes:
        """Return what changes where the vocabulary does."""
        said = tuple(" ".join((*one, ".")) for one in sums(iri, graph.seal.sha256, graph.count))
        return cls(base, iri, None, None, {iri: path}, (), said)

    @property
    def is_vocabulary(self) -> bool:
        """Whether it is the vocabulary, which every program of one version writes alike."""
        return self.home == f"{self.base}def"

    @property
    def size(self) -> int:
        """How many bytes go over, roughly."""
        own = self.entry.own + self.entry.shared if self.entry is not None else ()
        return sum(one.stat().st_size for one in self.files.values()) + sum(map(len, own)) * 2


def standing_of(service: Service, base: str, homes: Iterable[str], graphs: Iterable[str]) -> Stated:
    """Return what a server says of some packages; two requests for some hundred of them.

    Raises:
        TargetError: It can't be asked.
    """
    asked = (base, tuple(homes), tuple(graphs))
    catalog, vocabulary = catalog_of(base), f"{base}def"
    entries: dict[str, str] = {}
    listed: dict[str, list[str]] = {}
    hashes: dict[str, tuple[str, int]] = {}
    newer: dict[str, str] = {}
    datasets = {dataset_of(one): one for one in asked[1]} | {vocabulary: vocabulary}
    for some in _in_parts(datasets):
        for row in service.select(_question(catalog, some)):
            home = datasets[row["ds"]]
            if "newer" in row:
                newer[home] = row["newer"].removesuffix("/dataset")
            elif "g" in row:
                listed.setdefault(home, []).append(row["g"])
                hashes[row["g"]] = (row["sha"].lower(), int(row.get("n", -1)))
            elif home == vocabulary:
                hashes[home] = (row["sha"].lower(), int(row.get("n", -1)))
            else:
                entries[row["ds"]] = row["sha"].lower()
    every = dict.fromkeys([*asked[2], *hashes])
    counts = counts_of(service, every)
    return Stated(asked, entries, {home: tuple(sorted(found)) for home, found in listed.items()},
                  hashes, {iri: counts.get(iri, 0) for iri in every}, newer)  # fmt: skip


def counts_of(service: Service, graphs: Iterable[str]) -> dict[str, int]:
    """Return how many triples some graphs have.

    Raises:
        TargetError: The server can't be asked.
    """
    found = {}
    for some in _in_parts(graphs):
        values = " ".join(f"<{one}>" for one in some)
        for row in service.select(
            f"SELECT ?g (COUNT(*) AS ?n) WHERE {{ VALUES ?g {{ {values} }} "
            "GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"
        ):
            if "g" in row:
                found[row["g"]] = int(row["n"])
    return found


def own_lines(service: Service, base: str, home: str) -> bytes:
    """Return what the catalogue says of a package alone, as N-Triples.

    Raises:
        TargetError: The server can't be asked.
    """
    return service.construct(
        f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{catalog_of(base)}> {{ ?s ?p ?o "
        f"{_own('?s', '?p', '?o', [home])} }} }}"
    )


def write(service: Service, journal: Journal, parts: Sequence[Changes], *, overwrite: bool) -> None:
    """Write what changes.

    Raises:
        TargetError: The server refuses, or someone else publishes at the same time.
    """
    together: list[Changes] = []
    for one in parts:
        # What others have written Fuseki may not find triple by triple, see `Service.written`.
        alien = overwrite and service.kind == "fuseki"
        if not service.whole or alien or one.size > LARGEST:
            by_graph(service, journal, one, overwrite=overwrite)
            continue
        if together and sum(two.size for two in together) + one.size > LARGEST:
            at_once(service, together)
            together = []
        together.append(one)
    if together:
        at_once(service, together)


def at_once(service: Service, parts: Sequence[Changes]) -> None:
    """Write packages by one update, if the catalogue still says what is expected.

    Raises:
        TargetError: The server refuses, or someone else has published meanwhile.
    """
    for one in parts:
        log.info(say("sparql-writes", host=service.place.host, what=one.home, bytes=one.size))
    guard = "\n".join(_guard(one, number) for number, one in enumerate(parts))
    changed = [iri for one in parts for iri in (*one.files, *one.stale)]
    values = " ".join(f"<{iri}>" for iri in changed)
    bodies = "\n".join(
        f"GRAPH <{iri}> {{\n{service.written(path.read_bytes()).decode('utf-8')}}}"
        for one in parts
        for iri, path in one.files.items()
    )
    updates = []
    if changed:
        updates.append(f"DELETE {{ GRAPH ?g {{ ?s ?p ?o }} }} WHERE {{ {guard}\n"
                       f"VALUES ?g {{ {values} }} GRAPH ?g {{ ?s ?p ?o }} }}")  # fmt: skip
        updates.append(f"INSERT {{\n{bodies}\n}} WHERE {{ {guard} }}")
    catalog = catalog_of(parts[0].base)
    updates.append(
        f"DELETE {{ GRAPH <{catalog}> {{ ?s ?p ?o }} }}\n"
        f"INSERT {{ GRAPH <{catalog}> {{\n{_said(parts)}}} }}\n"
        f"WHERE {{ {guard}\nOPTIONAL {{ GRAPH <{catalog}> {{ ?s ?p ?o }} {_old(parts)} }} }}"
    )
    service.update(" ;\n".join(updates))
    _make_sure(service, parts)


def by_graph(service: Service, journal: Journal, one: Changes, *, overwrite: bool) -> None:
    """Write a package graph by graph, the catalogue last; a journal knows how far it came.

    Raises:
        TargetError: The server refuses, or someone else publishes at the same time.
    """
    own = _take_turn(service, journal, one.base, overwrite=overwrite)
    for iri, path in one.files.items():
        journal.note(put=iri)
        log.info(say("sparql-writes", host=service.place.host, what=iri, bytes=path.stat().st_size))
        service.put(iri, path)
    for iri in one.stale:
        journal.note(put=iri)
        service.delete(iri)
    if turns(service, one.base) != [own]:
        raise _meanwhile(service)
    catalog = catalog_of(one.base)
    service.update(f"DELETE {{ GRAPH <{catalog}> {{ ?s ?p ?o }} }} "
                   f"WHERE {{ GRAPH <{catalog}> {{ ?s ?p ?o }} {_old([one])} }}")  # fmt: skip
    # Before the catalogue tells that all is done: no later run would take the turn back. Whoever
    # comes between finds graphs that are not as the catalogue says, and leaves them.
    _give_turn(service, one.base, own)
    if one.entry is not None or one.lines:
        service.update(f"INSERT DATA {{ GRAPH <{catalog}> {{\n{_said([one])}}} }}")
    _make_sure(service, [one])


def _question(catalog: str, datasets: Iterable[str]) -> str:
    values = " ".join(f"<{one}>" for one in datasets)
    return f"""SELECT ?ds ?g ?sha ?n ?newer WHERE {{ GRAPH <{catalog}> {{
  VALUES ?ds {{ {values} }}
  {{ ?ds <{SPDX}checksum> ?sum . ?sum <{SPDX}checksumValue> ?sha .
    OPTIONAL {{ ?ds <{VOID}triples> ?n }} }}
  UNION
  {{ ?ds <{VOID}subset> ?g . ?g <{SPDX}checksum> ?sum . ?sum <{SPDX}checksumValue> ?sha .
    ?g <{VOID}triples> ?n }}
  UNION
  {{ ?newer <{PROV}wasRevisionOf> ?ds }}
}} }}"""


def _guard(one: Changes, number: int) -> str:
    """Return what holds in the catalogue as long as nobody else has published a package."""
    if one.is_vocabulary:
        return ""
    value = (f"GRAPH <{catalog_of(one.base)}> {{ <{dataset_of(one.home)}/sha256> "
             f"<{SPDX}checksumValue> ?sum{number} }}")  # fmt: skip
    if one.expected is None:
        return f"FILTER NOT EXISTS {{ {value} }}"
    return f'{value} FILTER(LCASE(STR(?sum{number})) = "{one.expected}")'


def _own(subject: str, predicate: str, value: str, homes: Sequence[str]) -> str:
    """Return the filter for what the catalogue says of some packages alone."""
    tests = []
    for home in homes:
        tests += [
            f'STR({subject}) = "{home}"',
            f'STRSTARTS(STR({subject}), "{home}/")',
            f'({predicate} = <{GROWING[0]}> && STRSTARTS(STR({value}), "{home}/"))',
        ]
    return f"FILTER({' || '.join(tests)})"


def _old(parts: Sequence[Changes]) -> str:
    """Return the filter for what the catalogue says now and is to say no more."""
    tests = _own("?s", "?p", "?o", [one.home for one in parts])
    shared = {
        line.partition(" ")[0]
        for one in parts
        if one.entry is not None
        for line in one.entry.shared
    }
    if not shared:
        return tests
    growing = ", ".join(f"<{one}>" for one in GROWING)
    return tests[:-1] + f" || (?s IN ({', '.join(sorted(shared))}) && ?p NOT IN ({growing})))"


def _said(parts: Sequence[Changes]) -> str:
    lines: dict[str, None] = {}
    for one in parts:
        lines |= dict.fromkeys(one.lines)
        if one.entry is not None:
            lines |= dict.fromkeys([*one.entry.own, *one.entry.shared])
    return "".join(f"{line}\n" for line in lines)


def _make_sure(service: Service, parts: Sequence[Changes]) -> None:
    """Make sure that the catalogue says what was written."""
    homes = [one.home for one in parts if not one.is_vocabulary]
    if not homes:
        return
    entries: dict[str, str] = {}
    for some in _in_parts(dataset_of(one) for one in homes):
        for row in service.select(_question(catalog_of(parts[0].base), some)):
            if "g" not in row and "newer" not in row:
                entries[row["ds"]] = row["sha"].lower()
    for one in parts:
        if one.is_vocabulary:
            continue
        wanted = None if one.entry is None else one.entry.seal.sha256
        if entries.get(dataset_of(one.home)) != wanted:
            raise _meanwhile(service)


def _meanwhile(service: Service) -> TargetError:
    return TargetError(
        service.place.name, say("publish-changed-meanwhile"), say("sparql-again-advice")
    )


def marker(base: str) -> str:
    """Return subject and predicate of what the catalogue says while someone publishes."""
    return f"<{catalog_of(base)}/publishing> <{DCT}identifier>"


def turns(service: Service, base: str) -> list[str]:
    """Return who is publishing now, in no order of time."""
    query = f"SELECT ?who WHERE {{ GRAPH <{catalog_of(base)}> {{ {marker(base)} ?who }} }}"
    return sorted(row["who"] for row in service.select(query))


def _take_turn(service: Service, journal: Journal, base: str, *, overwrite: bool) -> str:
    """Say in the catalogue that we publish, and make sure that nobody else does.

    Raises:
        TargetError: Somebody does.
    """
    noted = [str(one["turn"]) for one in journal.entries() if "turn" in one]
    own = noted[-1] if noted else str(uuid.uuid4())
    others = [one for one in turns(service, base) if one != own]
    if others and not overwrite:
        raise _locked(service)
    for one in others:
        _give_turn(service, base, one)
    journal.note(turn=own)
    catalog = catalog_of(base)
    service.update(f'INSERT DATA {{ GRAPH <{catalog}> {{ {marker(base)} "{own}" }} }}')
    if turns(service, base) != [own]:
        # Both of two give way: nobody's work is lost, and either may try again.
        _give_turn(service, base, own)
        raise _locked(service)
    return own


def _give_turn(service: Service, base: str, turn: str) -> None:
    catalog = catalog_of(base)
    service.update(f'DELETE DATA {{ GRAPH <{catalog}> {{ {marker(base)} "{turn}" }} }}')


def _locked(service: Service) -> TargetError:
    return TargetError(service.place.name, say("publish-locked"), say("sparql-locked-advice"))


def _in_parts(iris: Iterable[str]) -> Iterator[list[str]]:
    every = list(iris)
    for start in range(0, len(every), MANY):
        yield every[start : start + MANY]
