"""Checks of a package: schema, shapes and rules; its own faults told from those of its source."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from yusuan import graph
from yusuan.checking.faults import RULES, title_of
from yusuan.checking.found import finding_rows, rule_findings
from yusuan.checking.rules import labels
from yusuan.deriving import derive
from yusuan.findings import Checked, Examined, Finding
from yusuan.mapping import base_of
from yusuan.messages import say
from yusuan.package import Package, read, template

__all__ = ["check", "finding_rows", "rule_findings"]


def check(directory: Path) -> Checked:
    """Check a package: files and tables, text, shapes, RDF, and every rule.

    Raises:
        PackageError: There is no package, or its descriptor is none.
    """
    # Here, since what builds a package has no use for the libraries that these load.
    from yusuan.checking.linked import check_derived, check_findings, check_shapes, check_text
    from yusuan.checking.tables import check_tables

    package = read(directory)
    tables = check_tables(package)
    findings = list(tables.findings)
    counts = {
        "package-file": tables.files,
        "package-seal": tables.sealed,
        "package-schema": 1,
        "package-columns": tables.tables,
        "package-rows": tables.rows,
        "package-values": tables.rows,
        "package-keys": tables.rows,
    }
    if not tables.whole:
        return _checked(package, findings, counts, [], whole=False)
    if "segments" in package.tables:
        findings += check_text(package)
        counts["package-text"] = 1
    wanted = derive(package)
    findings += check_shapes(package, wanted["data"])
    counts["package-structure"] = _count_rows(package)
    found, examined = rule_findings(package, graph.data_lines(package))
    counts |= {"package-rdf": 0, "package-findings": 0}
    changed = _changed_tables(package, findings)
    if not changed - {"findings"}:
        # What follows from a changed table differs, too, and is not told again.
        apart = {"findings-rdf"} if changed else set()
        wanted = {name: content for name, content in wanted.items() if name not in apart}
        findings += check_derived(package, wanted)
        names = {resource["name"] for resource in package.descriptor["resources"]}
        counts["package-rdf"] = len(names & wanted.keys())
        if "findings" in package.tables:
            findings += check_findings(package, finding_rows(found))
            counts["package-findings"] = len(found)
    return _checked(package, [*findings, *found], counts, examined, whole=True)


def _changed_tables(package: Package, findings: list[Finding]) -> set[str]:
    """Return the tables that were changed after they were made."""
    broken = {one.place.path for one in findings if one.rule == "package-seal"}
    return {table for table in package.tables if package.path(table) in broken}


def _without_echoes(findings: list[Finding]) -> list[Finding]:
    """Leave out the hash of a file of which something else tells how it differs."""
    told = {one.place.path for one in findings if one.of_package and one.rule != "package-seal"}
    return [one for one in findings if one.rule != "package-seal" or one.place.path not in told]


def _checked(
    package: Package,
    findings: list[Finding],
    counts: dict[str, int],
    examined: list[Examined],
    *,
    whole: bool,
) -> Checked:
    findings = _without_echoes(findings)
    failed = Counter(one.rule for one in findings)
    own = [
        Examined(rule, title_of(rule), max(counts[rule], failed[rule]), failed[rule])
        for rule in RULES
        if rule in counts
    ]
    ordered = sorted(findings, key=lambda one: not one.of_package)
    descriptor = package.descriptor
    title = str(descriptor.get("title") or descriptor.get("name") or package.directory.name)
    return Checked(
        package.directory,
        {language: descriptor.get("titles", {}).get(language, title) for language in ("zh", "en")},
        ordered,
        [*own, *examined],
        _headings(),
        None if whole else say("unchecked").both(),
    )


def _headings() -> dict[str, dict[str, str]]:
    start = f"{base_of(template())}code/inspection/"
    return {
        iri.removeprefix(start): texts for iri, texts in labels().items() if iri.startswith(start)
    }


def _count_rows(package: Package) -> int:
    return sum(1 for table in graph.data_tables(package) for _ in package.stream(table.name)[1])
