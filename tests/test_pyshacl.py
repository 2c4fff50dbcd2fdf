"""Stock pySHACL, with no Python of ours, says of the published data what `yusuan check` says."""

from __future__ import annotations

import pyshacl
import pytest
import rdflib
from rdflib import RDF, SH

from yusuan.checking import rule_findings
from yusuan.checking.rules import shape_files
from yusuan.graph import data_lines
from yusuan.package import read

LEVELS = {SH.Violation: "error", SH.Warning: "explain", SH.Info: "note"}


@pytest.fixture(scope="module")
def ours(root) -> set[tuple[str, str, str, frozenset[str]]]:
    """Rule, severity, row and messages of every finding."""
    package = read(root)
    findings, _ = rule_findings(package, data_lines(package))
    return {
        (one.rule, one.severity, one.focus, frozenset(one.message.values())) for one in findings
    }


@pytest.fixture(scope="module")
def data(root) -> rdflib.Graph:
    """The published triples."""
    return rdflib.Graph().parse(root / "resources" / "data.ttl")


@pytest.mark.parametrize("name", shape_files())
def test_each_file_of_rules_gives_the_same_results(name, data, ours):
    shapes = rdflib.Graph().parse(data=shape_files()[name], format="turtle")
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes)
    theirs = set()
    for result in report.subjects(RDF.type, SH.ValidationResult):
        said = frozenset(str(text) for text in report.objects(result, SH.resultMessage))
        rule = str(report.value(result, SH.sourceShape)).rpartition("/")[2]
        level = LEVELS[report.value(result, SH.resultSeverity)]
        theirs.add((rule, level, str(report.value(result, SH.value)), said))
    rules = {one.rpartition("/")[2] for one in map(str, shapes.subjects(SH.sparql))}
    assert theirs == {one for one in ours if one[0] in rules}
