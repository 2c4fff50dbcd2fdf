"""What the rules find in a package, each with its place in the text, and the table of findings."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from yusuan.checking import rules as ruling
from yusuan.checking.rules import Result
from yusuan.findings import Examined, Finding, Place
from yusuan.mapping import base_of, table_maps
from yusuan.package import FILE_OF, Package, is_facts_only

if TYPE_CHECKING:
    from pyoxigraph import Store

TEXT = FILE_OF["text"].path
# The one rule whose finding must not quote what it found.
PERSONAL_DATA = "personal-data"

Row = Mapping[str, str | int | Decimal | None]


@dataclass(frozen=True, slots=True)
class Segment:
    """Where a piece of the text stands in the document."""

    start: int
    page: int | None
    table: int | None
    table_row: int | None


class Places:
    """The text of a package, and where each character of it stands."""

    def __init__(self, package: Package) -> None:
        self.text = package.text()
        rows = package.rows("segments")
        self._segments = [
            Segment(int(row["char_start"]), *(_whole(row[name]) for name in _WHERE)) for row in rows
        ]
        self._starts = [segment.start for segment in self._segments]

    def place(self, start: int, end: int, quote: str | None) -> Place:
        """Return the place of some characters, narrowed to those that a rule quotes."""
        if quote:
            at = self.text.find(quote, start, end)
            if at >= 0:
                start, end = at, at + len(quote)
        before = self.text.rfind("\n", 0, start) + 1
        segment = self._segment(start)
        return Place(
            path=TEXT,
            line=self.text.count("\n", 0, start) + 1,
            column=start - before + 1,
            quote=self.text[start:end] or None,
            page=segment.page if segment else None,
            table=segment.table if segment else None,
            table_row=segment.table_row if segment else None,
            char_start=start,
            char_end=end,
        )

    def _segment(self, start: int) -> Segment | None:
        at = bisect_right(self._starts, start) - 1
        return self._segments[at] if at >= 0 else None


def rule_findings(package: Package, ntriples: bytes) -> tuple[list[Finding], list[Examined]]:
    """Return what the rules find in the triples of a package, and what they looked at.

    Args:
        package: The package.
        ntriples: The triples of its tables without the findings, as N-Triples.
    """
    store = ruling.load(ntriples)
    asked = ruling.of_package(package)
    places = Places(package)
    base = base_of(package.descriptor)
    results = [one for one in ruling.find(store, asked) if not _decided(package, one)]
    findings = list(_findings(results, places, store, base))
    withheld = is_facts_only(package.descriptor)
    if withheld or any(one.of_package for one in findings):
        rows = rows_by_subject(package)
        findings = [
            # The text is right: the row of the table is not.
            replace(one, place=rows[str(one.focus)])
            if one.of_package
            # There is no text to show: the row is shown, and where the text would be.
            else replace(one, place=_in_table(rows[str(one.focus)], one.place))
            if withheld
            else one
            for one in findings
        ]
    failed = Counter(one.rule.name for one in results)
    examined = [
        Examined(rule.name, rule.titles, ruling.count_examined(store, rule), failed[rule.name])
        for rule in asked
    ]
    return findings, examined


def finding_rows(findings: Iterable[Finding]) -> list[Row]:
    """Return findings as rows of the table `findings`."""
    return [
        {
            "document_id": one.document_id,
            "finding_key": one.key,
            "rule": one.rule,
            "severity": one.severity,
            "focus": one.focus,
            "stated_cny": one.stated,
            "computed_cny": one.computed,
            "gap_cny": one.gap,
            "message_zh": one.message["zh"],
            "message_en": one.message["en"],
            "char_start": one.place.char_start,
            "char_end": one.place.char_end,
        }
        for one in findings
    ]


def rows_by_subject(package: Package) -> dict[str, Place]:
    """Return IRI → the row that it comes from, for every row of the tables."""
    found: dict[str, Place] = {}
    for table in table_maps(package.descriptor):
        if table.about is None:
            continue
        header, rows = package.stream(table.name)
        subject = table.about.expander({name: at for at, name in enumerate(header)})
        for number, row in enumerate(rows, 1):
            found.setdefault(subject(row), Place(path=table.path, row=number))
    return found


def _in_table(row: Place, text: Place) -> Place:
    return replace(row, char_start=text.char_start, char_end=text.char_end)


_WHERE = ("page", "table_no", "row_no")


def _whole(text: str) -> int | None:
    return int(text) if text else None


def _findings(
    results: Iterable[Result], places: Places, store: Store, base: str
) -> Iterator[Finding]:
    keys: Counter[str] = Counter()
    for result in results:
        rule = result.rule
        document_id = result.document.rpartition("/doc/")[2]
        key = f"{rule.name}.{_focus_key(result.value, document_id, base)}"
        keys[key] += 1
        if keys[key] > 1:
            key = f"{key}.{keys[key]}"
        span = ruling.offsets(store, result.value)
        quote = result.names.get("quote")
        if span is None and quote and quote in places.text:
            span = (0, len(places.text))  # a row without a place, such as an organisation
        place = Place(path=TEXT) if span is None else places.place(*span, quote)
        if rule.name == PERSONAL_DATA:
            place = replace(place, quote=None)
        yield Finding(
            key=key,
            rule=rule.name,
            severity=rule.severity,
            of_package=rule.of_package,
            title=rule.titles,
            message={language: result.message(language) for language in ("zh", "en")},
            advice=rule.advice,
            sources=[ruling.label(base, iri) for iri in rule.sources],
            place=place,
            focus=result.value,
            document_id=document_id,
            heading=rule.heading,
            stated=_amount(result, "stated"),
            computed=_amount(result, "computed"),
        )


def _decided(package: Package, result: Result) -> bool:
    """Tell whether it was decided, with a reason, that personal data stays."""
    kept = "reason" in package.descriptor.get("yusuan:personalData", {})
    return kept and result.rule.name == PERSONAL_DATA


def _focus_key(value: str, document_id: str, base: str) -> str:
    """Return the part of a row's IRI that tells it from the others of its document."""
    own = value.removeprefix(f"{base}doc/{document_id}/")
    if own != value:
        return own.partition("/")[2].replace("/", ".") or own
    return value.removeprefix(base).rpartition("/")[2]


def _amount(result: Result, name: str) -> Decimal | None:
    text = result.names.get(name)
    return None if text is None else Decimal(text)
