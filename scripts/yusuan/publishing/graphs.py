"""Named graphs as sets of triples that can be compared, whatever a server makes of their digits.

Servers write literals anew: 1.50 becomes 1.5, and 2 becomes 2.0. Two graphs are the same when their
values are; no graph of ours has a blank node, so equality is that of two sets.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from yusuan.mapping import XSD
from yusuan.package.descriptor import Seal

if TYPE_CHECKING:
    from pyoxigraph import BlankNode, Literal, NamedNode, Triple

N_TRIPLES = "application/n-triples"
_DECIMAL = re.compile(r"([+-]?)0*([0-9]*)(?:\.([0-9]*?)0*)?").fullmatch
_INTEGERS = frozenset(
    XSD + one
    for one in ("integer", "int", "long", "short", "byte", "nonNegativeInteger",
                "positiveInteger", "nonPositiveInteger", "negativeInteger", "unsignedInt",
                "unsignedLong", "unsignedShort", "unsignedByte")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Graph:
    """How large a named graph is, and its hash.

    Attributes:
        count: How many there are.
        seal: Size and hash of the same in canonical form.
    """

    count: int
    seal: Seal


def graph_of(content: bytes) -> Graph:
    """Return how many triples N-Triples has, and their hash.

    Raises:
        ValueError: It is no N-Triples.
    """
    canonical = canonical_lines(content)
    text = "".join(f"{line}\n" for line in sorted(canonical)).encode("utf-8")
    return Graph(len(canonical), Seal(len(text), sha256(text).hexdigest()))


def canonical_lines(content: bytes) -> set[str]:
    """Return the triples of N-Triples, each in the one form that its value has.

    Raises:
        ValueError: It is no N-Triples.
    """
    import pyoxigraph

    try:
        found = pyoxigraph.parse(content, format=pyoxigraph.RdfFormat.N_TRIPLES)
        return {f"{one.subject} {one.predicate} {_term(one.object)} ." for one in found}
    except SyntaxError as fault:
        raise ValueError(str(fault)) from fault


def quads_by_graph(pieces: Iterable[bytes], otherwise: str) -> Mapping[str, list[bytes]]:
    """Return graph → its triples as lines of N-Triples.

    Args:
        pieces: Lines of N-Quads, as `yusuan.graph.lines` gives them.
        otherwise: The graph of those that name none.
    """
    found: dict[str, list[bytes]] = {}
    for piece in pieces:
        for line in filter(None, piece.split(b"\n")):
            match = _GRAPH.search(line)
            # An object is an IRI, too; before a graph stand three terms and two blanks.
            if match is not None and line.count(b" ", 0, match.start()) > 1:
                name = match[1].decode("utf-8")
                found.setdefault(name, []).append(line[: match.start()] + b" .\n")
            else:
                found.setdefault(otherwise, []).append(line + b"\n")
    return found


_GRAPH = re.compile(rb" <([^<>\" ]*)> \.$")


def _term(term: NamedNode | BlankNode | Literal | Triple) -> str:
    datatype = getattr(getattr(term, "datatype", None), "value", None)
    if datatype is None:
        return str(term)
    text, language = getattr(term, "value", ""), getattr(term, "language", None)
    if language is not None:
        return str(term).rpartition("@")[0] + f"@{language.lower()}"
    value = _value(text, datatype)
    if value is None:
        return str(term)
    # Some servers keep one kind of whole number.
    return f'"{value}"^^<{XSD}integer>' if datatype in _INTEGERS else f'"{value}"^^<{datatype}>'


def _value(text: str, datatype: str) -> str | None:
    """Return the one text of a value; None where it has only the one that it has."""
    if datatype == XSD + "decimal" or datatype in _INTEGERS:
        match = _DECIMAL(text)
        if match is None or not (match[2] or match[3] or "0" in text):
            return None
        digits = f"{match[2] or '0'}.{match[3]}" if match[3] else match[2] or "0"
        return f"-{digits}" if match[1] == "-" and digits != "0" else digits
    if datatype in (XSD + "double", XSD + "float"):
        try:
            return repr(float(text))
        except ValueError:
            return None
    if datatype == XSD + "boolean":
        return {"1": "true", "0": "false"}.get(text)
    if datatype == XSD + "hexBinary":
        return text.lower()
    if datatype == XSD + "dateTime" and text.endswith("+00:00"):
        return text.removesuffix("+00:00") + "Z"
    return None
