"""The target `sparql+https://HOST/PATH`: a SPARQL 1.1 server, one named graph a document.

The catalogue graph says what is published there, with hashes, by which the next run knows what has
changed. All of a package changes in one update, and only if nobody else has published it meanwhile;
where a server can't, graph by graph, the catalogue last.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from yusuan.messages import Message, say
from yusuan.package.descriptor import Seal
from yusuan.publishing.entries import Entry, dataset_of, entry, entry_seal, home_of
from yusuan.publishing.errors import TargetError
from yusuan.publishing.graphs import Graph, graph_of, quads_by_graph
from yusuan.publishing.holdings import (
    Changes,
    Stated,
    counts_of,
    own_lines,
    standing_of,
    write,
)
from yusuan.publishing.place import Place
from yusuan.publishing.plan import (
    Content,
    Difference,
    Plan,
    Published,
    Receipt,
    difference,
    read_receipt,
    steps_to,
)
from yusuan.publishing.release import Release
from yusuan.publishing.service import Service
from yusuan.publishing.timing import now

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class GraphPlan(Plan):
    """A plan for a SPARQL server.

    Attributes:
        changes_of: What is written, by package.
        stated: What the catalogue said, and how large the graphs were.
    """

    parts: Sequence[Changes] = ()
    stated: Stated | None = None


@dataclass(slots=True)
class Sparql:
    """The target.

    Args:
        place: Where it is.
    """

    place: Place
    service: Service = field(init=False)

    def __post_init__(self) -> None:
        """Read the address."""
        self.service = Service(self.place)

    @property
    def name(self) -> str:
        """The target, as a person names it."""
        return self.place.name

    @property
    def receipt_path(self) -> Path:
        """Where its receipt lies: in the state folder of this machine."""
        return self.place.journal.receipt_path

    def plan(self, releases: Sequence[Release]) -> GraphPlan:
        """Return what an apply would do.

        Raises:
            TargetError: The server can't be read, holds graphs that someone has changed, or a later
                revision.
            UsageError: The packages have several bases.
        """
        from yusuan.querying.documents import documents_of, one_base, superseded

        documents = [document for one in releases for document in documents_of(one.package)]
        one_base(documents)
        base = documents[0].base
        revisions = {one.identifier: one.revision_of for one in documents}
        replaced = superseded(revisions)
        current = [one for one in releases if one.name not in replaced]
        made = {home_of(one): self._made(one) for one in current}
        vocabulary = self._vocabulary(base, current[0])
        old = {f"{base}doc/{one}" for one in revisions.values() if one}
        homes = dict.fromkeys([*made, *sorted(old - made.keys())])
        graphs = {iri: one for two in made.values() for iri, one in two[0].graphs.items()}
        stated = standing_of(self.service, base, homes, {**graphs, **vocabulary[0]})
        self._refuse_older(made, stated)
        coming = {iri: one.seal for iri, one in (graphs | vocabulary[0]).items()}
        standing = self._standing(stated, coming)
        coming |= {dataset_of(home): two[0].seal for home, two in made.items()}
        standing |= self._entries(base, stated)
        contents: dict[str, Content] = {}
        for _, files in made.values():
            contents |= files
        contents |= vocabulary[1]
        contents |= {dataset_of(home): b"" for home in made}
        stale = [one for one in standing if one not in coming]
        steps = steps_to(contents, coming, standing, stale)
        changed = {one.path for one in steps if one.action != "unchanged"}
        parts = [
            Changes(
                base,
                home,
                made[home][0] if home in made else None,
                stated.entries.get(dataset_of(home)),
                {iri: path for iri, path in made[home][1].items() if iri in changed}
                if home in made
                else {},
                [one for one in stated.graphs.get(home, ()) if one in stale],
            )
            for home in homes
            if dataset_of(home) in changed
            or any(one in changed for one in stated.graphs.get(home, ()))
            or (home in made and any(one in changed for one in made[home][1]))
        ]
        ((iri, seal),) = vocabulary[0].items()
        if iri in changed:
            parts.insert(0, Changes.of_vocabulary(base, iri, seal, vocabulary[1][iri]))
        return GraphPlan(self.name, releases, steps, contents, standing, parts, stated)

    def apply(self, plan: Plan) -> Receipt:
        """Write it, each package whole or not at all where the server can.

        Raises:
            TargetError: The server refuses, or holds something else than at the time of the plan.
        """
        if not isinstance(plan, GraphPlan) or plan.stated is None:
            raise TypeError(plan)
        journal = self.place.journal
        with journal.alone():
            again = standing_of(self.service, *plan.stated.asked)
            if again != plan.stated:
                raise TargetError(
                    self.name, say("publish-changed-meanwhile"), say("publish-again-advice")
                )
            write(self.service, journal, plan.parts, overwrite=self.place.overwrite)
            receipt = self._receipt(plan)
            journal.close(self._with_earlier(receipt, plan))
        return receipt

    def verify(self, receipt: Receipt) -> list[Difference]:
        """Read every graph back, and what the catalogue says, and compare by value."""
        homes = {dataset_of(one.id): one.id for one in receipt.packages}
        graphs = [one for one in receipt.files if one not in homes]
        counts = counts_of(self.service, graphs)
        found = []
        for path, seal in receipt.files.items():
            if path in homes:
                content = own_lines(self.service, receipt_base(receipt), homes[path])
            else:
                content = self.service.graph(path, counts.get(path, 0))
            try:
                there = (entry_seal(content, homes[path]) if path in homes
                         else graph_of(content).seal)  # fmt: skip
            except ValueError:
                there = None
            if there is None or there.sha256 != seal.sha256:
                found.append(difference("changed" if content.strip() else "missing", path))
        return found

    def advice(self) -> Message:
        """Return how to look at what was published."""
        return say("sparql-look", endpoint=self.service.endpoint)

    def _made(self, release: Release) -> tuple[Entry, dict[str, Path]]:
        """Return what becomes of a package: its entry, and its graphs as files."""
        from yusuan.querying.documents import triples

        home = home_of(release)
        graphs: dict[str, Graph] = {}
        files: dict[str, Path] = {}
        for iri, lines in quads_by_graph(
            triples(release.package, quads=True), f"{home}/graph"
        ).items():
            graphs[iri], files[iri] = self._kept(b"".join(dict.fromkeys(lines)))
        return entry(release, graphs), files

    def _vocabulary(self, base: str, release: Release) -> tuple[dict[str, Graph], dict[str, Path]]:
        from yusuan.querying.documents import common_vocabulary

        seal, path = self._kept(common_vocabulary(release.package))
        return {f"{base}def": seal}, {f"{base}def": path}

    def _kept(self, content: bytes) -> tuple[Graph, Path]:
        """Put N-Triples aside, so that a hundred packages do not fill the memory."""
        path = self.place.scratch / f"{len(list(self.place.scratch.iterdir()))}.nt"
        try:
            path.write_bytes(content)
        except OSError as fault:
            reason = say("write-failed", fault=fault.strerror or fault)
            raise TargetError(str(path), reason, say("publish-failed-advice")) from fault
        return graph_of(content), path

    def _refuse_older(self, made: Mapping[str, object], stated: Stated) -> None:
        for home in made:
            newer = stated.newer.get(home)
            if newer is not None and newer not in made:
                raise TargetError(self.name, say("sparql-older", document=home, newer=newer),
                                  say("sparql-older-advice"))  # fmt: skip

    def _standing(self, stated: Stated, coming: Mapping[str, Seal]) -> dict[str, str]:
        """Return graph → hash of what stands there, as far as it matters.

        Raises:
            TargetError: A graph that would be replaced or removed is not as the catalogue says.
        """
        unfinished = {str(one["put"]) for one in self.place.journal.entries() if "put" in one}
        found: dict[str, str] = {}
        changed = []
        for iri, count in stated.counts.items():
            known = stated.hashes.get(iri)
            if count == 0 and known is None:
                continue
            seal = coming.get(iri)
            if (
                not self.place.overwrite
                and known is not None
                and count == known[1]
                and seal is not None
                and seal.sha256 == known[0]
            ):
                found[iri] = known[0]
                continue
            try:
                there = graph_of(self.service.graph(iri, count)).seal.sha256
            except ValueError:
                there = ""
            right = {known[0] if known is not None else None,
                     seal.sha256 if seal is not None else None}  # fmt: skip
            if there not in right and iri not in unfinished and not self.place.overwrite:
                changed.append(iri)
            found[iri] = there
        if changed:
            raise TargetError(self.name, say("sparql-changed", graphs=", ".join(changed[:5])),
                              say("portal-changed-advice"))  # fmt: skip
        return found

    def _entries(self, base: str, stated: Stated) -> dict[str, str]:
        """Return dataset → hash of what the catalogue says; read it all where it may be mended."""
        if not self.place.overwrite:
            return dict(stated.entries)
        found = {}
        for dataset in stated.entries:
            home = dataset.removesuffix(dataset_of(""))
            try:
                found[dataset] = entry_seal(own_lines(self.service, base, home), home).sha256
            except ValueError:
                found[dataset] = ""
        return found

    def _receipt(self, plan: GraphPlan) -> Receipt:
        files = {one.path: one.coming for one in plan.steps if one.coming is not None}
        published = [
            Published(home_of(one), one.name, one.place, one.checked.title, home_of(one))
            for one in plan.releases
            if dataset_of(home_of(one)) in files
        ]
        urls = {one: self.service.address_of(one) for one in files
                if one not in {dataset_of(two.id) for two in published}}  # fmt: skip
        return Receipt(self.name, now(), published, files, {}, urls)

    def _with_earlier(self, receipt: Receipt, plan: GraphPlan) -> Receipt:
        """Return a receipt that also names what earlier runs published and nobody replaced."""
        try:
            earlier = read_receipt(self.receipt_path)
        except TargetError:
            return receipt
        gone = {one.path for one in plan.steps if one.coming is None}
        ids = {one.id for one in receipt.packages}
        packages = [one for one in earlier.packages
                    if one.id not in ids and dataset_of(one.id) not in gone]  # fmt: skip
        files = {path: seal for path, seal in earlier.files.items() if path not in gone}
        urls = {path: url for path, url in earlier.urls.items() if path in files}
        return Receipt(receipt.target, receipt.published, [*packages, *receipt.packages],
                       {**files, **receipt.files}, {}, {**urls, **receipt.urls})  # fmt: skip


def receipt_base(receipt: Receipt) -> str:
    """Return the base of the IRIs of what was published: its vocabulary is always there."""
    return next(one for one in receipt.files if one.endswith("def")).removesuffix("def")
