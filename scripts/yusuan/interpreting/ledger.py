"""Where interpreters write: rows, and which characters of the text each of them used.

Nothing here reads a document.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from yusuan.interpreting.result import Row, Value
from yusuan.reading.document import Block

# What `Ledger.count` counts where an amount is left aside by name.
ASIDE = "amounts-aside"


@dataclass(frozen=True, slots=True)
class Frame:
    """What every row of one document shares.

    Attributes:
        document_id: `131024.304.2021.budget`.
        region_code: Six digits.
        org_id: The department.
        department: Its name.
        fiscal_year: The year of the document.
        phase: `approved` for budgets, `executed` for final accounts.
    """

    document_id: str
    region_code: str
    org_id: str
    department: str
    fiscal_year: int
    phase: str


@dataclass(slots=True)
class Ledger:
    """Rows by table, and the spans of the canonical text that they use."""

    rows: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    used: list[tuple[int, int]] = field(default_factory=list)
    headings: set[int] = field(default_factory=set)
    keys: set[tuple[str, str]] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, table: str, row: dict[str, Value]) -> None:
        """Write one row."""
        self.rows[table].append(row)

    def key(self, table: str, wanted: str) -> str:
        """Return `wanted`, or `wanted.2`, `.3` … where a row of `table` has that key already.

        Two statements about one thing are both kept: a contradiction is data.
        """
        key, again = wanted, 1
        while (table, key) in self.keys:
            again += 1
            key = f"{wanted}.{again}"
        self.keys.add((table, key))
        return key

    def count(self, what: str) -> int:
        """Count one more of `what` and return how many there are now."""
        self.counts[what] += 1
        return self.counts[what]

    def is_new(self, kind: str, what: str) -> bool:
        """Tell whether `what` is met for the first time, and remember it."""
        fresh = (kind, what) not in self.keys
        self.keys.add((kind, what))
        return fresh

    def use(self, *blocks: Block) -> None:
        """Note that a row uses the whole of these blocks."""
        self.used.extend((block.char_start, block.char_end) for block in blocks)

    def use_span(self, span: tuple[int, int]) -> None:
        """Note that a row uses these characters."""
        self.used.append(span)

    def heading(self, block: Block) -> None:
        """Note that a block is the heading of what follows."""
        self.headings.add(block.char_start)
