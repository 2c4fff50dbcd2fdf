"""The published package as a schema.org Dataset: JSON-LD that needs nothing from elsewhere."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import RDF, SDO

from yusuan import package
from yusuan.deriving import derive
from yusuan.metadata.dataset import described
from yusuan.metadata.schemaorg import schema_org

SCHEMA = Namespace("http://schema.org/")
BASE = "https://w3id.org/yusuan/"
HOME = BASE + "doc/131024.304.2021.budget"
DATASET = URIRef(HOME + "/dataset")
METADATA = {"catalog", "croissant", "schema-org"}


@pytest.fixture(scope="module")
def whole(root) -> package.Package:
    published = package.read(root)
    made = {name: one for name, one in derive(published).items() if name not in METADATA}
    return described(published, made)


@pytest.fixture(scope="module")
def found(whole) -> Graph:
    # Sockets are blocked: a context that had to be fetched would fail here.
    return Graph().parse(data=schema_org(whole), format="json-ld")


def test_the_same_package_gives_the_same_bytes(whole):
    assert schema_org(whole) == schema_org(whole)


def test_every_term_is_one_of_schema_org(found):
    known = set(dir(SDO))
    used = {*found.predicates(), *found.objects(None, RDF.type)} - {RDF.type}
    assert len(used) > 30
    for term in used:
        assert URIRef(term.replace("http:", "https:")) in known, term


def test_it_is_a_dataset_with_a_name_in_two_languages(found):
    assert (DATASET, RDF.type, SCHEMA.Dataset) in found
    assert {one.language: str(one) for one in found.objects(DATASET, SCHEMA.name)} == {
        "zh": "香河县工业和信息化局2021年部门预算（香河县）",
        "en": "2021 budget of 香河县工业和信息化局 (香河县)",
    }
    assert {one.language for one in found.objects(DATASET, SCHEMA.description)} == {"zh", "en"}
    licence = URIRef("https://creativecommons.org/licenses/by/4.0/")
    assert found.value(DATASET, SCHEMA.license) == licence


def test_it_says_who_where_and_when(found):
    publisher = found.value(DATASET, SCHEMA.publisher)
    assert publisher == URIRef(BASE + "id/org/131024.304")
    assert (publisher, RDF.type, SCHEMA.GovernmentOrganization) in found
    assert str(found.value(DATASET, SCHEMA.temporalCoverage)) == "2021-01-01/2021-12-31"
    place, names = found.value(DATASET, SCHEMA.spatialCoverage), []
    while place is not None:
        names.append(str(found.value(place, SCHEMA.name)))
        place = found.value(place, SCHEMA.containedInPlace)
    assert names == ["香河县", "廊坊市", "河北省"]


def test_it_says_what_it_is_based_on_and_what_it_belongs_to(found, whole):
    (row,) = whole.rows("documents")
    document = found.value(DATASET, SCHEMA.isBasedOn)
    assert document == URIRef(HOME)
    assert str(found.value(document, SCHEMA.sha256)) == row["sha256"]
    assert found.value(document, SCHEMA.datePublished) is None  # not known, never invented
    assert found.value(DATASET, SCHEMA.includedInDataCatalog) == URIRef(BASE + "catalog")
    assert found.value(DATASET, SCHEMA.isPartOf) == URIRef(BASE + "series/131024")


def test_what_is_measured_are_the_figures_of_the_schema(found):
    measured = {
        str(found.value(one, SCHEMA.propertyID)): {
            text.language: str(text) for text in found.objects(one, SCHEMA.name)
        }
        for one in found.objects(DATASET, SCHEMA.variableMeasured)
    }
    amount = measured["http://data.openbudgets.eu/ontology/dsd/measure/amount"]
    assert amount.keys() == {"zh", "en"}
    assert BASE + "def#cumulativePercent" in measured
    assert BASE + "def#textLength" not in measured


def test_every_file_can_be_downloaded(found, whole):
    downloads = {
        str(found.value(one, SCHEMA.contentUrl)): found.value(one, SCHEMA.sha256)
        for one in found.objects(DATASET, SCHEMA.distribution)
    }
    for resource in whole.descriptor["resources"]:
        digest = downloads.pop(f"{HOME}/{resource['path']}")
        assert digest == Literal(resource["hash"].removeprefix("sha256:"))
    # This file itself, and the descriptor that holds its hash.
    assert downloads == {f"{HOME}/resources/dataset.jsonld": None, f"{HOME}/datapackage.json": None}


def test_a_licence_without_an_address_is_named(whole):
    named = {**whole.descriptor, "licenses": [{"name": "政府信息公开条例"}]}
    said = json.loads(schema_org(replace(whole, descriptor=named)))
    assert said["license"] == [{"@type": "CreativeWork", "name": "政府信息公开条例"}]
