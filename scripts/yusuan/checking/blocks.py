"""Shapes as Turtle that a person reads: one block a shape, with message, severity and source."""

from __future__ import annotations

import re
from collections.abc import Mapping

from yusuan.graph.wording import NAMESPACES
from yusuan.messages import say
from yusuan.terms import literal

_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?").fullmatch


class Blocks:
    """A file of shapes in the making.

    Args:
        base: The base IRI of the package.
        prefixes: Prefix → IRI; those that are used are declared.
    """

    def __init__(self, base: str, prefixes: Mapping[str, str]) -> None:
        self._base = base
        names = dict(prefixes) | {prefix: NAMESPACES[prefix] for prefix in ("dct", "sh")}
        self._prefixes = sorted(names.items(), key=lambda one: (-len(one[1]), one[0]))
        self._used = {"dct", "sh"}
        self._blocks: list[str] = []

    def iri(self, iri: str) -> str:
        """Return an IRI as Turtle writes it, with a prefix or relative to the base if it can be."""
        for prefix, start in self._prefixes:
            local = iri.removeprefix(start)
            if local != iri and _LOCAL(local):
                self._used.add(prefix)
                return f"{prefix}:{local}"
        return f"<{iri.removeprefix(self._base)}>"

    def node(
        self, name: str, message: Mapping[str, str], source: str, *pairs: tuple[str, str]
    ) -> None:
        """Write a node shape.

        Args:
            name: Its IRI.
            message: What it asks for, in every language.
            source: The IRI of what it follows from.
            pairs: Predicate and object, as Turtle writes them.
        """
        self._write("sh:NodeShape", name, message, source, pairs)

    def property(
        self, name: str, message: Mapping[str, str], source: str, *pairs: tuple[str, str]
    ) -> None:
        """Write a property shape; see `node`."""
        self._write("sh:PropertyShape", name, message, source, pairs)

    def text(self) -> str:
        """Return the file."""
        head = [f"# {line}" for line in say("shape-generated").both().values()]
        head.append(f"@base <{self._base}> .")
        head += [
            f"@prefix {prefix}: <{iri}> ."
            for prefix, iri in sorted(self._prefixes)
            if prefix in self._used
        ]
        return "\n".join([*head, "", *self._blocks])

    def _write(
        self,
        kind: str,
        name: str,
        message: Mapping[str, str],
        source: str,
        pairs: tuple[tuple[str, str], ...],
    ) -> None:
        texts = [literal(text, language=language) for language, text in message.items()]
        lines = [f"{one} {two}" for one, two in _joined(pairs)]
        lines += [
            "sh:message " + " ,\n        ".join(texts),
            "sh:severity sh:Violation",
            f"dct:source {self.iri(source)}",
        ]
        self._blocks.append(f"{self.iri(name)} a {kind} ;\n    " + " ;\n    ".join(lines) + " .\n")


def _joined(pairs: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    """Return predicates with all their objects, in the order of the first of each."""
    found: dict[str, list[str]] = {}
    for predicate, value in pairs:
        found.setdefault(predicate, []).append(value)
    return [(predicate, " ,\n        ".join(values)) for predicate, values in found.items()]
