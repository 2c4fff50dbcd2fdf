"""What is asked: packages, read into memory, or a store on disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from yusuan.errors import UsageError
from yusuan.mapping import base_of, prefixes
from yusuan.messages import say
from yusuan.package.shipped import template
from yusuan.querying.columns import Columns
from yusuan.querying.documents import (
    common_vocabulary,
    documents_in,
    superseded,
    triples,
)
from yusuan.querying.storing import is_store, opened

if TYPE_CHECKING:
    from pyoxigraph import Store


@dataclass(frozen=True, slots=True)
class Source:
    """Triples to be asked.

    Attributes:
        store: What current documents and the vocabulary say, in the default graph; each document
            in a graph of its own.
        base: The base of its own IRIs.
        prefixes: Prefix → IRI, for queries that declare none.
        columns: What current documents say, in columns, which answer faster; None where they are
            not there.
        hold: What keeps a store from being removed while it is asked.
    """

    store: Store
    base: str
    prefixes: Mapping[str, str]
    columns: Columns | None = None
    hold: object = None


@dataclass(frozen=True, slots=True)
class Dataset:
    """The graphs that a query is asked of (SPARQL 1.1 Protocol, 2.1.4).

    Attributes:
        default: The IRIs of the graphs that make up the default graph.
        named: The IRIs of the graphs that `GRAPH` finds.
    """

    default: tuple[str, ...]
    named: tuple[str, ...]

    def nodes(self) -> dict[str, Any]:
        """Return it as the engine takes it.

        Raises:
            ValueError: An IRI is none.
        """
        import pyoxigraph

        return {
            "default_graph": [pyoxigraph.NamedNode(one) for one in self.default],
            "named_graphs": [pyoxigraph.NamedNode(one) for one in self.named],
        }


def open_sources(paths: Sequence[Path]) -> Source:
    """Open a store, or read the packages in some folders and below them.

    Raises:
        UsageError: A folder holds no package, a store stands beside something else, or two
            packages hold one document with different content.
        PackageError: A package can't be read.
        StoreError: The store can't be read.
    """
    stores = [path for path in paths if is_store(path)]
    if not stores:
        return _loaded(paths)
    if len(paths) > 1:
        raise UsageError(str(stores[0]), say("store-beside"), say("store-beside-advice"))
    one = opened(stores[0])
    return Source(one.store, one.base, prefixes_of(one.base), one.columns, one.hold)


def prefixes_of(base: str) -> dict[str, str]:
    """Return the prefixes that queries over a base need not declare."""
    return prefixes(template() | {"yusuan:base": base})


def _loaded(paths: Sequence[Path]) -> Source:
    import pyoxigraph

    documents = documents_in(paths)
    base = documents[0].base
    replaced = superseded({one.identifier: one.revision_of for one in documents})
    current = {one.directory for one in documents if one.identifier not in replaced}
    store = pyoxigraph.Store()
    lines, quads = pyoxigraph.RdfFormat.N_TRIPLES, pyoxigraph.RdfFormat.N_QUADS
    first = documents[0].package
    store.bulk_load(common_vocabulary(first), lines)
    for directory, one in {each.directory: each for each in documents}.items():
        store.bulk_load(b"".join(triples(one.package, quads=True)), quads)
        if directory in current:
            store.bulk_load(b"".join(triples(one.package)), lines)
    return Source(store, base, prefixes(first.descriptor | {"yusuan:base": base}))


def own_base() -> str:
    """Return the base IRI that the program ships with."""
    return base_of(template())
