"""The shapes that follow from the descriptor, in the hands of stock pySHACL."""

from __future__ import annotations

from copy import deepcopy

import pytest
from pyshacl import validate
from rdflib import RDF, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, SH

from yusuan import package
from yusuan.checking.generated import shapes, structure

BASE = "https://w3id.org/yusuan/"
DOCUMENT = BASE + "doc/131024.304.2021.budget"
PREFIXES = f"""
@base <{DOCUMENT}/> .
@prefix cur: <http://publications.europa.eu/resource/authority/currency/> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix eli: <http://data.europa.eu/eli/ontology#> .
@prefix obeua: <http://data.openbudgets.eu/ontology/dsd/attribute/> .
@prefix obeud: <http://data.openbudgets.eu/ontology/dsd/dimension/> .
@prefix obeum: <http://data.openbudgets.eu/ontology/dsd/measure/> .
@prefix obeuop: <http://data.openbudgets.eu/resource/codelist/operation-character/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix year: <http://reference.data.gov.uk/id/year/> .
@prefix ys: <{BASE}def#> .
"""
# Each breaks one row: the row, the predicates that it loses, what it gets instead, and which shape
# is to say so.
BROKEN_ROWS = [
    ("line/dept-revenue-text.total", "obeum:amount", "", "budget_lines/amount_cny"),
    ("line/dept-revenue-text.general", "", "obeum:amount 1.5", "budget_lines/amount_cny"),
    ("line/dept-revenue-text.fund", "obeum:amount", 'obeum:amount "0"', "budget_lines/amount_cny"),
    ("line/dept-revenue-text.other", "ys:key", "", "budget_lines/line_key"),
    (
        "line/dept-expenditure-text.total",
        "obeud:operationCharacter",
        "obeud:operationCharacter obeuop:transfer",
        "budget_lines/direction",
    ),
    (
        "line/dept-expenditure-text.basic",
        "obeud:organization",
        "obeud:organization <../../id/org/131024.999>",
        "budget_lines/org_id",
    ),
    (
        "line/dept-expenditure-text.project",
        "obeua:currency",
        "obeua:currency cur:EUR",
        "budget_lines/currency",
    ),
    (
        "line/dept-expenditure-text.other",
        "ys:statedIn",
        "ys:statedIn year:twenty",
        "budget_lines/stated_in",
    ),
    ("line/dept-operating.operating", "dct:source", "", "budget_lines/document_id"),
    ("line/dept-three-public.abroad", "", 'ys:printedUnit "元"', "budget_lines/unit"),
    ("asset/vehicles", "rdf:type qb:Observation", "", "assets/type"),
    ("asset/total", "ys:asOf", 'ys:asOf "2020"', "assets/as_of"),
    ("disclosure/duties", "ys:disclosureStatus", "", "disclosure_items/status"),
    ("item/duty.01", "rdf:value", 'rdf:value "没有标明语言"', "text_items/text"),
    ("target/131024214Y5C937GA88PF.cost.1", "skos:prefLabel", "", "performance_targets/name"),
    (
        "target/131024214Y5C937GA88PF.quality.1",
        "ys:ordinal",
        "ys:ordinal 0",
        "performance_targets/ordinal",
    ),
    (
        "change/dept-revenue-text.total",
        "",
        'ys:reason "增加"@zh, "减少"@zh',
        "budget_changes/reason",
    ),
    ("", "dcat:byteSize", "dcat:byteSize -1", "documents/bytes"),
    ("", "ys:sha256", 'ys:sha256 "none"', "documents/sha256"),
    (
        "../../id/region/131000",
        "dct:identifier",
        'dct:identifier "1310"',
        "regions/region_code",
    ),
    ("../../code/procurement/C0302", "", 'skos:prefLabel "网络"@zh', "classifications/label"),
    ("../../code/procurement/C020603", "ys:edition", "", "classifications/edition"),
]
BROKEN_FORMS = [
    ("dept-revenue-text.general", "ys:fundSource", "", "dept-revenue-text/fund_source"),
    ("dept-expenditure-text.basic", "ys:expenditureNature", "", "dept-expenditure-text/nature"),
    ("dept-three-public.abroad", "ys:budgetItem", "", "dept-three-public/item"),
    (
        "dept-operating.operating",
        "",
        "ys:fundSource <../../code/fund-source/general>",
        "dept-operating/fund_source",
    ),
    (
        "dept-project.131024212O9E1HU3OUOQX.total",
        "",
        "ys:expenditureNature <../../code/nature/project>",
        "dept-project/nature",
    ),
    (
        "dept-project.131024212O9E1HU3OUOQX.other",
        "",
        "ys:functionalClassification <../../code/function/215>",
        "dept-project/function_code",
    ),
]


@pytest.fixture(scope="module")
def generated() -> dict[str, Graph]:
    return {
        name: Graph().parse(data=text, format="turtle")
        for name, text in shapes(package.template()).items()
    }


@pytest.fixture(scope="module")
def published(root) -> Graph:
    return Graph().parse(root / "resources" / "data.ttl")


def copied(found: Graph) -> Graph:
    other = Graph()
    other += found
    return other


def broken(found: Graph, row: URIRef, taken: str, given: str) -> Graph:
    """Return a graph where a row has lost something and got something else."""
    return break_row(copied(found), row, taken, given)


def break_row(other: Graph, row: URIRef, taken: str, given: str) -> Graph:
    names = Graph().parse(data=PREFIXES, format="turtle")
    if taken:
        predicate, _, value = taken.partition(" ")
        wanted = names.namespace_manager.expand_curie(value) if value else None
        gone = (row, names.namespace_manager.expand_curie(predicate), wanted)
        assert gone in other, f"{row} has no {taken}"
        other.remove(gone)
    if given:
        other.parse(data=f"{PREFIXES} <{row}> {given} .", format="turtle")
    return other


def results(data: Graph, of: Graph) -> list[tuple[str, str]]:
    """Return the focus node and the shape of every result."""
    _, report, _ = validate(data, shacl_graph=of, inference="none")
    return [
        (str(report.value(one, SH.focusNode)), str(report.value(one, SH.sourceShape)))
        for one in report.subjects(RDF.type, SH.ValidationResult)
    ]


@pytest.mark.parametrize("name", ["structure.ttl", "cube.ttl"])
def test_the_shapes_that_are_kept_are_those_that_follow_from_the_descriptor(name):
    kept = (package.home() / "shapes" / name).read_text("utf-8")
    assert kept == shapes(package.template())[name], "run .ci/shapes"


@pytest.mark.parametrize("name", ["structure.ttl", "cube.ttl"])
def test_the_published_package_has_the_structure_that_its_descriptor_says(
    generated, published, name
):
    assert results(published, generated[name]) == []


@pytest.fixture(scope="module")
def results_of_rows(generated, published) -> list[tuple[str, str]]:
    """The results on a graph where every case breaks its own row: one run instead of twenty."""
    found = copied(published)
    for row, taken, given, _ in BROKEN_ROWS:
        break_row(found, address(row), taken, given)
    return results(found, generated["structure.ttl"])


def address(row: str) -> URIRef:
    if row.startswith("../../"):
        return URIRef(BASE + row.removeprefix("../../"))
    return URIRef(f"{DOCUMENT}/{row}" if row else DOCUMENT)


@pytest.mark.parametrize(("row", "shape"), [(one[0], one[-1]) for one in BROKEN_ROWS])
def test_a_broken_row_gives_the_one_result_that_says_so(results_of_rows, row, shape):
    told = [found for focus, found in results_of_rows if focus == str(address(row))]
    assert told.count(f"{BASE}shape/structure/{shape}") == 1


def test_the_broken_rows_give_no_other_results(results_of_rows):
    assert len(results_of_rows) == len(BROKEN_ROWS), sorted(results_of_rows)


@pytest.mark.parametrize(("key", "taken", "given", "shape"), BROKEN_FORMS)
def test_a_figure_with_other_dimensions_than_its_form_is_the_one_result(
    generated, published, key, taken, given, shape
):
    row = address(f"line/{key}")
    found = broken(published, row, taken, given)
    assert results(found, generated["cube.ttl"]) == [(str(row), f"{BASE}shape/cube/{shape}")]


@pytest.mark.parametrize("name", ["structure.ttl", "cube.ttl"])
def test_every_shape_has_an_iri_a_message_in_both_languages_a_severity_and_a_source(
    generated, name
):
    found = generated[name]
    every = {
        *found.subjects(RDF.type, SH.NodeShape),
        *found.subjects(RDF.type, SH.PropertyShape),
        *found.objects(None, SH.property),
        *found.objects(None, SH.qualifiedValueShape),
    }
    assert len(every) > 50
    for shape in every:
        assert isinstance(shape, URIRef), "a shape without an IRI has no name in a report"
        assert {one.language for one in found.objects(shape, SH.message)} == {"zh", "en"}
        assert found.value(shape, SH.severity) == SH.Violation
        assert len(list(found.objects(shape, SH.path))) <= 1, "two shapes have one IRI"
        assert isinstance(found.value(shape, DCTERMS.source), URIRef)


def test_every_column_that_makes_triples_has_a_property_shape(generated):
    told = {str(one) for one in generated["structure.ttl"].objects(None, SH.property)}
    for resource in package.template()["resources"]:
        for field in resource.get("schema", {}).get("fields", ()):
            if "csvw:propertyUrl" in field:
                assert f"{BASE}shape/structure/{resource['name']}/{field['name']}" in told


def test_both_texts_of_a_finding_are_asked_for(generated, published):
    finding = address("finding/basic-parts.dept-expenditure-text.basic")
    found = Graph()
    found += published
    found.parse(
        data=f"""{PREFIXES}
        @prefix dqv: <http://www.w3.org/ns/dqv#> .
        @prefix oa: <http://www.w3.org/ns/oa#> .
        @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
        @prefix sh: <http://www.w3.org/ns/shacl#> .
        <{finding}> a dqv:QualityAnnotation ; dct:source <{DOCUMENT}> ;
          ys:rule <{BASE}shape/basic-parts> ; sh:resultSeverity <{BASE}code/severity/error> ;
          oa:hasTarget <{DOCUMENT}/line/dept-expenditure-text.basic> ;
          rdfs:comment "基本支出与各部分之和不符"@zh .""",
        format="turtle",
    )
    (result,) = results(found, generated["structure.ttl"])
    assert result == (str(finding), f"{BASE}shape/structure/findings/message_en")


def test_another_base_gives_shapes_of_that_base():
    descriptor = deepcopy(package.template())
    descriptor["yusuan:base"] = "https://data.example.gov.cn/ys/"
    text = structure(descriptor)
    assert BASE not in text
    found = Graph().parse(data=text, format="turtle")
    own = URIRef("https://data.example.gov.cn/ys/shape/structure/budget_lines/org_id")
    assert (own, RDF.type, SH.PropertyShape) in found


def test_a_pattern_of_iris_escapes_what_means_something_else(generated):
    shape = URIRef(BASE + "shape/structure/budget_lines/stated_in")
    pattern = generated["structure.ttl"].value(shape, SH.pattern)
    assert pattern == Literal(r"^http://reference\.data\.gov\.uk/id/year/[0-9]{4}$")
