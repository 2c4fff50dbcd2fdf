"""What a check finds: the one model behind every report of it.

Nothing here looks for a fault; see `checking`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

SEVERITIES = ("error", "explain", "note")

Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a fault stands.

    Attributes:
        path: The file of the package, from the folder of its descriptor; for a fault of the
            source `resources/text.txt`.
        line: Line of that file, from 1; None where the whole file is meant.
        column: Character of the line, from 1.
        row: Row of a CSV file, from 1, the header not counted.
        field: Column of a CSV file.
        quote: The words of the source.
        page: Page of the source, where its format has pages.
        table: Number of the table in the source, from 1.
        table_row: Row of that table, from 1.
        char_start: Offset into the text, from 0.
        char_end: Likewise, exclusive.
    """

    path: str
    line: int | None = None
    column: int | None = None
    row: int | None = None
    field: str | None = None
    quote: str | None = None
    page: int | None = None
    table: int | None = None
    table_row: int | None = None
    char_start: int | None = None
    char_end: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault.

    Attributes:
        key: `{rule}.{focus}`: the same from run to run.
        rule: The name of the rule, `basic-parts`.
        severity: `error`, `explain` or `note`.
        of_package: Whether the package is at fault and not the document.
        title: What the rule asks for, in each language.
        message: What is wrong, in each language.
        advice: What to do, in each language.
        sources: The laws that ask for it, each in each language.
        place: Where it stands.
        focus: IRI of the row found; None for a file.
        document_id: The document; None where the fault is of the whole package.
        heading: The heading of an inspection, such as `authenticity`.
        stated: The figure stated, in yuan.
        computed: The figure computed, in yuan.
    """

    key: str
    rule: str
    severity: str
    of_package: bool
    title: Texts
    message: Texts
    advice: Texts
    sources: Sequence[Texts]
    place: Place
    focus: str | None = None
    document_id: str | None = None
    heading: str | None = None
    stated: Decimal | None = None
    computed: Decimal | None = None

    @property
    def gap(self) -> Decimal | None:
        """The figure stated less the one computed, in yuan."""
        if self.stated is None or self.computed is None:
            return None
        return self.stated - self.computed


@dataclass(frozen=True, slots=True)
class Examined:
    """What one rule looked at.

    Attributes:
        rule: Its name.
        title: What it asks for, in each language.
        count: How many rows, figures or files it looked at.
        failed: How many of them failed.
    """

    rule: str
    title: Texts
    count: int
    failed: int


@dataclass(frozen=True, slots=True)
class Checked:
    """The outcome of a check.

    Attributes:
        directory: The folder of the package.
        title: The title of the package, in each language.
        findings: Every fault, those of the package first, then in the order of the document.
        examined: What each rule looked at, rules without anything to look at included.
        headings: Inspection heading → its name, in each language.
        unchecked: Why part of the check could not be made, in each language; None where all was.
    """

    directory: Path
    title: Texts
    findings: Sequence[Finding]
    examined: Sequence[Examined]
    headings: Mapping[str, Texts] = field(default_factory=dict)
    unchecked: Texts | None = None

    @property
    def checks(self) -> int:
        """How many checks were made."""
        return sum(one.count for one in self.examined)

    @property
    def passed(self) -> int:
        """How many of them hold."""
        return sum(one.count - one.failed for one in self.examined)

    def at_least(self, severity: str) -> list[Finding]:
        """Return the findings of a severity and of those above it."""
        wanted = SEVERITIES[: SEVERITIES.index(severity) + 1]
        return [one for one in self.findings if one.severity in wanted]
