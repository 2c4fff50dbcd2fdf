"""The DCAT catalogue of a portal: the catalogues of its packages as one."""

from __future__ import annotations

from collections.abc import Iterable

from yusuan.errors import PackageError
from yusuan.graph.turtle import turtle
from yusuan.mapping import base_of, prefixes
from yusuan.messages import say
from yusuan.metadata.catalog import NAMESPACES
from yusuan.package import template
from yusuan.terms import Triple

_ADDRESSES = tuple(f"<{NAMESPACES['dcat']}{name}>" for name in ("accessURL", "downloadURL"))


def merged(catalogues: Iterable[tuple[str, str, bytes]], url: str | None) -> bytes:
    """Return the catalogues of packages as one, in Turtle.

    Args:
        catalogues: The base of each, where it stands, and its Turtle.
        url: The address of the portal: files are to be had there, and not below the base of
            their IRIs. None where both are the same.

    Raises:
        PackageError: A catalogue is no Turtle.
    """
    from pyoxigraph import RdfFormat, parse

    found: list[Triple] = []
    for base, where, content in catalogues:
        try:
            for quad in parse(content, format=RdfFormat.TURTLE):
                terms = Triple(str(quad.subject), str(quad.predicate), str(quad.object))
                if url is not None and terms.predicate in _ADDRESSES:
                    terms = terms._replace(object=_moved(terms.object, base, url))
                found.append(terms)
        except SyntaxError as fault:
            reason = say("portal-catalog-broken", fault=fault)
            raise PackageError(where, reason, say("rebuild-advice")) from fault
    descriptor = template()
    return turtle(found, base_of(descriptor), prefixes(descriptor) | NAMESPACES).encode("utf-8")


def _moved(term: str, base: str, url: str) -> str:
    return f"<{url}{term[len(base) + 1 :]}" if term.startswith(f"<{base}") else term
