"""The cubes of the published package against the rules of their two standards.

The integrity constraints of the W3C's Data Cube and of OpenBudgets.eu stand in `cube/`, one a file.
Those of the W3C ask for a fault, so the answer is to be no; those of OpenBudgets.eu select faults.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from rdflib import RDF, Graph, Literal, Namespace, URIRef
from rdflib.namespace import QB, SKOS

from yusuan import graph, package
from yusuan.graph.vocabulary import vocabulary

QUERIES = Path(__file__).parent / "cube"
PREFIXES = """
@prefix code: <https://w3id.org/yusuan/code/> .
@prefix cube: <https://w3id.org/yusuan/cube/> .
@prefix dsd: <https://w3id.org/yusuan/dsd/> .
@prefix eg: <https://example.org/> .
@prefix obeua: <http://data.openbudgets.eu/ontology/dsd/attribute/> .
@prefix obeud: <http://data.openbudgets.eu/ontology/dsd/dimension/> .
@prefix obeum: <http://data.openbudgets.eu/ontology/dsd/measure/> .
@prefix qb: <http://purl.org/linked-data/cube#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix ys: <https://w3id.org/yusuan/def#> .
"""
YS = Namespace("https://w3id.org/yusuan/def#")
CUBE = Namespace("https://w3id.org/yusuan/cube/")
DSD = Namespace("https://w3id.org/yusuan/dsd/")
LINE = "https://w3id.org/yusuan/doc/131024.304.2021.budget/line/"
# What some constraints are about, and no cube here has.
SLICES = (QB.Slice, QB.SliceKey, QB.slice, QB.sliceKey)
MEASURE_DIMENSION = (QB.measureType,)
HIERARCHIES = (QB.HierarchicalCodeList, QB.hierarchyRoot)
WITHOUT_SUBJECT = {
    "ic-07": SLICES,
    "ic-08": SLICES,
    "ic-09": SLICES,
    "ic-10": SLICES,
    "ic-15": MEASURE_DIMENSION,
    "ic-16": MEASURE_DIMENSION,
    "ic-17": MEASURE_DIMENSION,
    "ic-18": SLICES,
    "ic-20": HIERARCHIES,
    "ic-21": HIERARCHIES,
}
APPLICABLE = [
    f"ic-{number:02}" for number in range(1, 22) if f"ic-{number:02}" not in WITHOUT_SUBJECT
]


def query(name: str) -> str:
    return (QUERIES / f"{name}.rq").read_text("utf-8")


def normalised(found: Graph) -> Graph:
    found.update((QUERIES / "normalise.ru").read_text("utf-8"))
    return found


def fails(found: Graph, name: str) -> bool:
    return bool(found.query(query(name)).askAnswer)


def copy(found: Graph) -> Graph:
    other = Graph()
    other += found
    return other


@pytest.fixture(scope="module")
def published(root) -> Graph:
    """The data and the vocabulary of the published package, normalised."""
    read = package.read(root)
    found = Graph()
    found.parse(root / "resources" / "data.ttl")
    found.parse(data=graph.as_turtle(read, vocabulary(read)), format="turtle")
    return normalised(found)


@pytest.mark.parametrize("name", APPLICABLE)
def test_an_integrity_constraint_of_data_cube_holds(published, name):
    assert not fails(published, name)


@pytest.mark.parametrize(("name", "subjects"), WITHOUT_SUBJECT.items())
def test_a_constraint_that_does_not_apply_has_nothing_to_be_about(published, name, subjects):
    # Slices, measure dimensions and hierarchies of codes: no cube here has any.
    for one in subjects:
        assert (None, RDF.type, one) not in published
        assert (None, one, None) not in published
        assert (None, QB.componentProperty, one) not in published
    if "$p" not in query(name):
        assert not fails(published, name)


def test_every_constraint_of_the_recommendation_is_there():
    assert sorted({*APPLICABLE, *WITHOUT_SUBJECT}) == [f"ic-{number:02}" for number in range(1, 22)]
    assert all(query(name).startswith("# IC-") for name in (*APPLICABLE, *WITHOUT_SUBJECT))


@pytest.mark.parametrize(
    ("name", "taken", "given"),
    [
        ("ic-01", None, "eg:alone a qb:Observation ."),
        ("ic-01", None, f"<{LINE}dept-revenue-text.general> qb:dataSet cube:dept-project ."),
        ("ic-02", (CUBE["dept-fund"], QB.structure, None), ""),
        ("ic-02", None, "cube:dept-fund qb:structure dsd:dept-project ."),
        ("ic-03", (DSD["dept-fund"], QB.component, None), ""),
        ("ic-04", None, "eg:dimension a qb:DimensionProperty ."),
        ("ic-05", (YS.fundSource, QB.codeList, None), ""),
        (
            "ic-06",
            None,
            "dsd:dept-fund qb:component [ qb:dimension eg:d ; qb:componentRequired false ] .",
        ),
        ("ic-11", (URIRef(LINE + "dept-revenue-text.general"), YS.fundSource, None), ""),
        ("ic-11", (URIRef(LINE + "dept-revenue-text.general"), YS.key, None), ""),
        ("ic-13", (URIRef(LINE + "dept-revenue-text.general"), YS.lineRole, None), ""),
        ("ic-14", (URIRef(LINE + "dept-revenue-text.general"), None, Literal("43296400")), ""),
        ("ic-19", None, f"<{LINE}dept-revenue-text.general> ys:fundSource code:grade\\/good ."),
    ],
)
def test_a_broken_cube_fails_the_constraint(published, name, taken, given):
    broken = copy(published)
    if taken is not None and isinstance(taken[2], Literal):
        amount = URIRef("http://data.openbudgets.eu/ontology/dsd/measure/amount")
        taken = (taken[0], amount, None)
    if taken is not None:
        assert taken in broken
        broken.remove(taken)
    broken.parse(data=PREFIXES + given, format="turtle")
    assert fails(normalised(broken), name)


def twin_of(found: Graph, key: str) -> Graph:
    """Return a graph where an observation stands twice, with another amount the second time."""
    doubled = copy(found)
    for predicate, value in found.predicate_objects(URIRef(LINE + key)):
        doubled.add((URIRef(LINE + key + ".twin"), predicate, value))
    return doubled


def test_two_observations_with_the_same_dimensions_are_a_fault(published):
    assert fails(twin_of(published, "dept-three-public.abroad"), "ic-12")


def test_groups_of_equal_dimensions_are_what_the_recommendation_compares_by_pairs(published):
    # Every pair of all observations would take minutes; the smaller cubes are enough.
    small = copy(published)
    for cube in set(small.objects(None, QB.dataSet)) - {CUBE["dept-three-public"]}:
        for observation in list(small.subjects(QB.dataSet, cube)):
            small.remove((observation, QB.dataSet, cube))
    for found, fault in ((small, False), (twin_of(small, "dept-three-public.abroad"), True)):
        assert fails(found, "ic-12") is fault
        assert fails(found, "ic-12-pairwise") is fault


def test_the_figures_would_collide_without_document_and_key(published):
    # A second, different statement of one thing has all dimensions but these in common.
    found = twin_of(published, "dept-three-public.abroad")
    found.set((URIRef(LINE + "dept-three-public.abroad.twin"), YS.key, Literal("again")))
    assert not fails(found, "ic-12")
    for part in list(found.subjects(QB.componentProperty, YS.key)):
        found.remove((part, None, None))
    assert fails(found, "ic-12")


# ------------------------------------------------------------------------- OpenBudgets.eu


# They are cubes, but no budgets: a change is a difference of amounts and no amount, a plan says
# percentages of a project's money, and assets are what there is on a day, not a year's money.
NO_BUDGETS = {DSD["budget-change"], DSD["payment-plan"], DSD["dept-assets"]}


def faults(found: Graph, name: str) -> list[tuple[object, ...]]:
    return sorted({tuple(row) for row in found.query(query(name))})


def test_every_budget_dataset_has_the_mandatory_components(published):
    structures = set(published.subjects(RDF.type, QB.DataStructureDefinition))
    lacking = {dsd for dsd, _ in faults(published, "obeu-mandatory")}
    assert lacking == NO_BUDGETS
    assert len(structures - lacking) == 16  # 15 forms and procurement


@pytest.mark.parametrize(
    "component", ["currency", "fiscal_year", "direction", "org_id", "amount_cny"]
)
def test_a_structure_without_a_mandatory_component_is_a_fault(published, component):
    broken = copy(published)
    whole = "obeua_currency" if component == "currency" else component
    part = DSD[f"component/budget_lines/{whole}"]
    assert (None, QB.component, part) in broken
    broken.remove((DSD["dept-project"], QB.component, part))
    assert {dsd for dsd, _ in faults(broken, "obeu-mandatory")} - NO_BUDGETS == {
        DSD["dept-project"]
    }


@pytest.mark.parametrize(
    ("name", "given"),
    [
        (
            "obeu-abstract",
            f"<{LINE}dept-operating.operating> obeud:functionalClassification eg:f .",
        ),
        ("obeu-abstract", "dsd:dept-fund qb:component [ qb:dimension obeud:classification ] ."),
        ("obeu-deprecated", f"<{LINE}dept-operating.operating> obeud:budgetaryUnit eg:unit ."),
        ("obeu-deprecated", "dsd:dept-fund qb:component [ qb:dimension obeud:budgetaryUnit ] ."),
        ("obeu-code-lists", "obeud:budgetPhase qb:codeList code:phase ."),
        ("obeu-instances", "eg:thing a ys:fundSource ."),
    ],
)
def test_a_check_of_openbudgets_holds_and_finds_what_breaks_it(published, name, given):
    assert faults(published, name) == []
    broken = copy(published)
    broken.parse(data=PREFIXES + given, format="turtle")
    assert len(faults(normalised(broken), name)) == 1


def test_only_terms_of_the_model_stand_in_the_namespaces_of_openbudgets(published):
    base = "http://data.openbudgets.eu/"
    used = {
        str(term).removeprefix(base)
        for triple in published
        for term in triple
        if str(term).startswith(base)
    }
    assert used == {
        "ontology",
        "ontology/BudgetPhase",
        "ontology/Currency",
        "ontology/OperationCharacter",
        "ontology/dsd/attribute/currency",
        "ontology/dsd/dimension/budgetPhase",
        "ontology/dsd/dimension/classification",
        "ontology/dsd/dimension/economicClassification",
        "ontology/dsd/dimension/fiscalPeriod",
        "ontology/dsd/dimension/fiscalYear",
        "ontology/dsd/dimension/functionalClassification",
        "ontology/dsd/dimension/operationCharacter",
        "ontology/dsd/dimension/organization",
        "ontology/dsd/dimension/project",
        "ontology/dsd/measure/amount",
        "resource/codelist/budget-phase",
        "resource/codelist/budget-phase/approved",
        "resource/codelist/budget-phase/draft",
        "resource/codelist/budget-phase/executed",
        "resource/codelist/budget-phase/revised",
        "resource/codelist/operation-character",
        "resource/codelist/operation-character/expenditure",
        "resource/codelist/operation-character/revenue",
    }


def test_the_labels_of_openbudgets_own_codes_are_theirs(published):
    base = "http://data.openbudgets.eu/resource/codelist/"
    labels = {
        str(concept).removeprefix(base): str(label)
        for concept, label in published.subject_objects(SKOS.prefLabel)
        if str(concept).startswith(base) and label.language == "en" and "/" in concept[len(base) :]
    }
    assert labels == {
        "budget-phase/approved": "Approved",
        "budget-phase/draft": "Draft",
        "budget-phase/executed": "Executed",
        "budget-phase/revised": "Revised",
        "operation-character/expenditure": "Expenditure",
        "operation-character/revenue": "Revenue",
    }


def test_the_terms_of_data_cube_are_spelt_as_it_spells_them(published):
    used = {
        str(term).removeprefix(str(QB))
        for triple in published
        for term in triple
        if str(term).startswith(str(QB))
    }
    assert used <= QB.__annotations__.keys() | {""}
