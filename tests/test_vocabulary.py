"""The vocabulary of the published package: everything that its data uses is defined, once."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace

import pytest
from rdflib import RDF, RDFS, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, OWL, QB, SKOS, XSD

from yusuan import graph, package
from yusuan.graph.vocabulary import vocabulary

BASE = "https://w3id.org/yusuan/"
YS = Namespace(BASE + "def#")
CODE = Namespace(BASE + "code/")
OBEUD = Namespace("http://data.openbudgets.eu/ontology/dsd/dimension/")
OBEUPHASE = Namespace("http://data.openbudgets.eu/resource/codelist/budget-phase/")


@pytest.fixture(scope="module")
def published(root) -> package.Package:
    return package.read(root)


@pytest.fixture(scope="module")
def defined(published) -> Graph:
    text = graph.as_turtle(published, vocabulary(published))
    return Graph().parse(data=text, format="turtle")


@pytest.fixture(scope="module")
def data(root) -> Graph:
    found = Graph().parse(root / "resources" / "data.ttl")
    return found.parse(root / "resources" / "findings.ttl")


def used(found: Graph, start: str) -> set[URIRef]:
    return {
        term
        for triple in found
        for term in triple
        if isinstance(term, URIRef) and term.startswith(start)
    }


def languages(found: Graph, subject: URIRef, predicate: URIRef) -> list[str]:
    texts = [one for one in found.objects(subject, predicate) if isinstance(one, Literal)]
    return sorted(str(one.language) for one in texts)


def test_turtle_and_triples_say_the_same(published, defined):
    lines = "".join(f"{s} {p} {o} .\n" for s, p, o in vocabulary(published))
    again = Graph().parse(data=lines, format="nt")
    assert set(again) == set(defined)


def test_the_same_package_gives_the_same_vocabulary_without_blank_nodes(published):
    once = vocabulary(published)
    assert once == vocabulary(published)
    assert not any("_:" in (one.subject[:2], one.object[:2]) for one in once)


def test_every_own_term_is_defined_in_both_languages(defined, data):
    own = used(defined, YS) | used(data, YS)
    assert YS.fundSource in own
    for term in own:
        assert languages(defined, term, RDFS.label) == ["en", "zh"], term
        assert languages(defined, term, RDFS.comment) == ["en", "zh"], term
        assert list(defined.objects(term, RDFS.isDefinedBy)) == [URIRef(BASE + "def")], term


def test_every_own_property_is_of_a_kind_and_has_a_range(defined):
    properties = set(defined.subjects(RDF.type, RDF.Property))
    assert len(properties) > 50
    for one in properties:
        kinds = set(defined.objects(one, RDF.type))
        assert len(kinds & {OWL.ObjectProperty, OWL.DatatypeProperty}) == 1, one
        assert len(list(defined.objects(one, RDFS.range))) == 1, one


@pytest.mark.parametrize(
    ("term", "range_"),
    [
        (YS.tolerance, XSD.decimal),
        (YS.earmarkedTransfer, XSD.boolean),
        (YS.printed, XSD.string),
        (YS.reason, RDF.langString),
        (YS.fundSource, SKOS.Concept),
        (YS.target, YS.PerformanceTarget),
        (YS.document, URIRef("http://xmlns.com/foaf/0.1/Document")),
        (YS.statedIn, URIRef("http://reference.data.gov.uk/def/intervals/Year")),
    ],
)
def test_a_range_is_that_of_the_cells(defined, term, range_):
    assert defined.value(term, RDFS.range) == range_


def test_a_property_of_several_columns_is_named_for_what_it_denotes(defined):
    # Its columns are called “Project code”; what stands in the triple is a project.
    assert set(defined.objects(YS.project, RDFS.label)) == {
        Literal("所属项目", lang="zh"),
        Literal("Project", lang="en"),
    }


def test_the_ontology_says_its_version(published, defined):
    (ontology,) = defined.subjects(RDF.type, OWL.Ontology)
    assert defined.value(ontology, OWL.versionInfo) == Literal(published.descriptor["version"])
    assert languages(defined, ontology, DCTERMS.title) == ["en", "zh"]


@pytest.mark.parametrize(
    ("own", "abstract"),
    [
        (YS.functionalClassification, OBEUD.functionalClassification),
        (YS.economicClassification, OBEUD.economicClassification),
        (YS.revenueClassification, OBEUD.economicClassification),
        (YS.expenditureNature, OBEUD.classification),
        (YS.fundSource, OBEUD.classification),
    ],
)
def test_a_classification_is_a_sub_property_of_an_abstract_one(defined, own, abstract):
    assert (own, RDFS.subPropertyOf, abstract) in defined


def test_every_code_of_a_closed_list_is_a_concept_with_one_name_a_language(defined):
    concepts = set(defined.subjects(RDF.type, SKOS.Concept))
    assert CODE["fund-source/general"] in concepts
    assert OBEUPHASE.approved in concepts
    for concept in concepts:
        assert languages(defined, concept, SKOS.prefLabel) == ["en", "zh"], concept
        (scheme,) = defined.objects(concept, SKOS.inScheme)
        assert (scheme, SKOS.hasTopConcept, concept) in defined
        assert (concept, SKOS.topConceptOf, scheme) in defined


def test_every_scheme_has_one_name_a_language(defined):
    schemes = set(defined.subjects(RDF.type, SKOS.ConceptScheme))
    assert {CODE.function, CODE.procurement, CODE.indicator} <= schemes
    for scheme in schemes:
        assert languages(defined, scheme, SKOS.prefLabel) == ["en", "zh"], scheme


def test_every_code_that_the_data_uses_is_a_concept(defined, data):
    concepts = {*defined.subjects(RDF.type, SKOS.Concept), *data.subjects(RDF.type, SKOS.Concept)}
    schemes = set(defined.subjects(RDF.type, SKOS.ConceptScheme))
    assert used(data, CODE) <= concepts | schemes


def test_the_codes_of_an_official_list_are_the_top_concepts_of_its_scheme(defined):
    tops = set(defined.objects(CODE.procurement, SKOS.hasTopConcept))
    assert tops == {CODE["procurement/C020603"], CODE["procurement/C0302"]}


def test_a_code_with_one_above_it_is_no_top_concept(published):
    table = "code,scheme,edition,label,label_en,parent_code,cofog\n"
    rows = (
        "215,function,2021,资源勘探工业信息等支出,,,\n"
        "21505,function,2021,工业和信息产业监管,,215,\n"
    )
    resources = {one["name"]: one["path"] for one in published.descriptor["resources"]}
    files = {
        path: (published.directory / path).read_bytes()
        for path in resources.values()
        if path.endswith(".csv")
    }
    files[resources["classifications"]] = (table + rows).encode("utf-8")
    said = vocabulary(replace(published, files=files))
    found = Graph().parse(data="".join(f"{s} {p} {o} .\n" for s, p, o in said), format="nt")
    assert list(found.objects(CODE.function, SKOS.hasTopConcept)) == [CODE["function/215"]]


def test_the_terms_of_a_document_are_a_scheme_of_their_own(defined, data):
    terms = set(data.subjects(RDF.type, YS.Term))
    (scheme,) = {scheme for one in terms for scheme in data.objects(one, SKOS.inScheme)}
    assert len(terms) == 10
    assert set(defined.objects(scheme, SKOS.hasTopConcept)) == terms


def test_every_cube_of_the_data_has_a_structure(defined, data):
    for cube in set(data.objects(None, QB.dataSet)):
        assert (cube, RDF.type, QB.DataSet) in defined
        assert (defined.value(cube, QB.structure), RDF.type, QB.DataStructureDefinition) in defined


def test_every_form_has_a_structure_with_the_dimensions_that_it_needs(published, defined):
    lines = published.schema("budget_lines")["fields"]
    (form,) = (one for one in lines if one["name"] == "form")
    predicates = {one["name"]: one.get("csvw:propertyUrl", "") for one in lines}
    names = package.template()["csvw:prefixes"]
    for category in form["categories"]:
        structure = URIRef(f"{BASE}dsd/{category['value']}")
        parts = set(defined.objects(structure, QB.component))
        dimensions = {str(one) for part in parts for one in defined.objects(part, QB.dimension)}
        for column in category["dimensions"]["required"]:
            prefix, _, local = predicates[column].partition(":")
            start = names[prefix] if "://" in names[prefix] else BASE + names[prefix]
            assert start + local in dimensions, (category["value"], column)


def test_what_only_some_figures_of_a_form_have_stands_apart(defined):
    balance = URIRef(BASE + "dsd/dept-balance")
    assert set(defined.objects(balance, YS.optionalDimension)) == {
        YS.budgetItem,
        YS.expenditureNature,
        YS.fundSource,
    }
    parts = set(defined.objects(balance, QB.component))
    assert YS.functionalClassification in {
        one for part in parts for one in defined.objects(part, QB.attribute)
    }


def test_another_base_leaves_nothing_of_this_one(published):
    descriptor = deepcopy(published.descriptor)
    descriptor["yusuan:base"] = "https://data.example.gov.cn/ys/"
    said = vocabulary(replace(published, descriptor=descriptor))
    assert not any(BASE in term for triple in said for term in triple)
