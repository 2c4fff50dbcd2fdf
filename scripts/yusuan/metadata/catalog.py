"""The catalogue of a package: DCAT 3 as DCAT-AP 3 asks for it, VoID, and PROV.

A catalogue holds series (one a county), a series datasets (one a package), a dataset its files.
Terms of others that DCAT-AP wants to be of a class are said to be of it here, so that the
catalogue stands on its own.
"""

from __future__ import annotations

from collections.abc import Iterable

from yusuan.mapping import RDF_TYPE, XSD, encode
from yusuan.messages import say
from yusuan.metadata.dataset import (
    Dataset,
    Document,
    File,
    Texts,
    Thing,
    dataset_of,
    language_of,
    texts,
)
from yusuan.metadata.void import void
from yusuan.package import Package
from yusuan.terms import Triple, literal

NAMESPACES = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "prov": "http://www.w3.org/ns/prov#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "void": "http://rdfs.org/ns/void#",
}
EU = "http://publications.europa.eu/resource/authority/"
IANA = "https://www.iana.org/assignments/media-types/"
ADMS_PUBLISHER = "http://purl.org/adms/publishertype/"

# What the EU's table of file types calls the formats of Data Package.
_FILE_TYPES = {
    "csv": "CSV",
    "json": "JSON",
    "jsonld": "JSON_LD",
    "nq": "RDF_N_QUADS",
    "ttl": "RDF_TURTLE",
    "txt": "TXT",
}
_LANGUAGES = {"zh": "ZHO", "en": "ENG"}
_THEMES = ("ECON", "GOVE")
# Which standard a file of ours follows, and what the standard is called.
_STANDARDS = {
    "croissant": ("http://mlcommons.org/croissant/1.1", "Croissant 1.1"),
    "csvw": ("http://www.w3.org/ns/csvw", "CSV on the Web"),
    "data": ("http://purl.org/linked-data/cube", "RDF Data Cube Vocabulary"),
    "data-quads": ("http://purl.org/linked-data/cube", "RDF Data Cube Vocabulary"),
    "catalog": ("http://www.w3.org/ns/dcat", "Data Catalog Vocabulary (DCAT), version 3"),
    "findings-rdf": ("http://www.w3.org/ns/dqv", "Data Quality Vocabulary"),
    "r2rml": ("http://www.w3.org/ns/r2rml", "R2RML"),
    "rml": ("http://w3id.org/rml/", "RDF Mapping Language (RML)"),
    "schema-org": ("http://schema.org/", "schema.org"),
    "vocabulary": ("http://www.w3.org/2004/02/skos/core", "SKOS"),
}
_CSVW_MODEL = ("http://www.w3.org/TR/tabular-data-model/", "Model for Tabular Data on the Web")
_PROFILE_TITLE = "Data Package"


def catalog(package: Package) -> list[Triple]:
    """Return the triples of the catalogue.

    Args:
        package: The package with all its other files, as `described` gives it.

    Raises:
        PackageError: A table can't be read.
    """
    dataset = dataset_of(package, "catalog")
    said = _Said()
    _catalog(said, dataset)
    for region in dataset.regions:
        _series(said, dataset, region)
    _dataset(said, dataset)
    for document in dataset.documents:
        _about(said, dataset, document)
    for file in dataset.files:
        _distribution(said, dataset, file)
    _activity(said, dataset)
    return list(dict.fromkeys(said.triples + void(package, dataset)))


class _Said:
    """The triples said so far; short names are of `NAMESPACES`."""

    def __init__(self) -> None:
        self.triples: list[Triple] = []

    def add(self, subject: str, predicate: str, *values: str) -> None:
        """Say that a subject has some IRIs as values; `a` is its class."""
        self._say(subject, predicate, (f"<{_absolute(value)}>" for value in values))

    def plain(self, subject: str, predicate: str, value: str, datatype: str | None = None) -> None:
        kind = None if datatype is None else XSD + datatype
        self._say(subject, predicate, [literal(value, kind)])

    def text(self, subject: str, predicate: str, worded: Texts) -> None:
        written = (literal(text, language=key or None) for key, text in worded.items())
        self._say(subject, predicate, written)

    def concept(self, iri: str, titles: Texts) -> None:
        """Say that something is a concept, which DCAT-AP wants to have a name."""
        self.add(iri, "a", "skos:Concept")
        self.text(iri, "skos:prefLabel", titles)

    def standard(self, iri: str, title: str) -> None:
        self.add(iri, "a", "dct:Standard")
        self.plain(iri, "dct:title", title)

    def _say(self, subject: str, predicate: str, objects: Iterable[str]) -> None:
        verb = RDF_TYPE if predicate == "a" else _absolute(predicate)
        self.triples += [Triple(f"<{subject}>", f"<{verb}>", one) for one in objects]


def _absolute(name: str) -> str:
    prefix, _, rest = name.partition(":")
    return NAMESPACES[prefix] + rest if prefix in NAMESPACES else name


def _catalog(said: _Said, dataset: Dataset) -> None:
    own, agent = dataset.catalog, _program(dataset)
    said.add(own, "a", "dcat:Catalog")
    said.text(own, "dct:title", say("catalog-title").both())
    said.text(own, "dct:description", say("catalog-description").both())
    said.add(own, "dct:publisher", agent)
    said.add(own, "dct:language", *(_language(said, one) for one in _LANGUAGES))
    taxonomy = EU + "data-theme"
    said.add(own, "dcat:themeTaxonomy", taxonomy)
    said.add(taxonomy, "a", "skos:ConceptScheme")
    said.text(taxonomy, "dct:title", say("authority-data-theme").both())
    said.add(own, "dcat:dataset", dataset.iri)
    # A series is a resource of the catalogue, but no dataset of DCAT-AP: it has no files.
    said.add(own, "dcat:resource", *(dataset.series(one) for one in dataset.regions))
    _licence(said, dataset, own)
    said.add(agent, "a", "foaf:Agent", "prov:SoftwareAgent")
    said.plain(agent, "foaf:name", "yusuan")


def _series(said: _Said, dataset: Dataset, region: Thing) -> None:
    series, frequency = dataset.series(region), EU + "frequency/ANNUAL"
    said.add(series, "a", "dcat:DatasetSeries")
    said.text(series, "dct:title", say("series-title", region=region.name).both())
    said.text(series, "dct:description", say("series-description", region=region.name).both())
    said.add(series, "dct:spatial", region.iri)
    said.add(series, "dct:accrualPeriodicity", frequency)
    said.add(frequency, "a", "dct:Frequency")
    said.add(region.iri, "a", "dct:Location")
    said.text(region.iri, "skos:prefLabel", {"zh": region.name})


def _dataset(said: _Said, dataset: Dataset) -> None:
    own, descriptor = dataset.iri, dataset.descriptor
    said.add(own, "a", "dcat:Dataset")
    said.text(own, "dct:title", texts(descriptor, "title"))
    said.text(own, "dct:description", texts(descriptor, "description"))
    for word in descriptor.get("keywords", ()):
        said.text(own, "dcat:keyword", {language_of(word): word})
    for code in _THEMES:
        said.add(own, "dcat:theme", f"{EU}data-theme/{code}")
        said.concept(f"{EU}data-theme/{code}", say(f"authority-data-theme-{code}").both())
    said.add(own, "dct:accessRights", EU + "access-right/PUBLIC")
    said.add(EU + "access-right/PUBLIC", "a", "dct:RightsStatement")
    if "version" in descriptor:
        said.plain(own, "dcat:version", str(descriptor["version"]))
    if "$schema" in descriptor:
        profile = encode(descriptor["$schema"], keep=True)
        said.add(own, "dct:conformsTo", profile)
        said.standard(profile, _PROFILE_TITLE)
    _licence(said, dataset, own)
    _contact(said, dataset)
    said.add(own, "dct:language", _language(said, "zh"))
    said.add(own, "dcat:distribution", *(dataset.distribution(one) for one in dataset.files))


def _about(said: _Said, dataset: Dataset, document: Document) -> None:
    """Say what the dataset has from one of its documents."""
    own, row, (start, end) = dataset.iri, document.row, document.period
    said.plain(own, "dct:identifier", row["document_id"])
    said.add(own, "dcat:inSeries", dataset.series(document.region))
    said.add(own, "dct:spatial", document.region.iri)
    said.add(own, "dct:temporal", document.year)
    said.add(document.year, "a", "dct:PeriodOfTime")
    said.plain(document.year, "dcat:startDate", start, "date")
    said.plain(document.year, "dcat:endDate", end, "date")
    said.add(own, "dct:type", document.kind)
    said.concept(document.kind, document.kind_titles)
    if row["issued"]:
        said.plain(own, "dct:issued", row["issued"], "date")
    if len(dataset.publishers) == 1:
        # A dataset has one publisher; that of a package of several departments is not known.
        said.add(own, "dct:publisher", document.publisher.iri)
    said.add(own, "dct:creator" if len(dataset.publishers) == 1 else "dct:contributor",
             document.publisher.iri)  # fmt: skip
    _agent(said, document)
    # The document is no dataset, which `dct:source` of a dataset must be by DCAT-AP.
    said.add(own, "prov:wasDerivedFrom", document.iri)
    said.add(own, "foaf:page", document.iri)
    said.add(document.iri, "a", "foaf:Document", "prov:Entity")
    said.text(document.iri, "dct:title", {"zh": row["title"]})
    if document.source is not None:
        said.add(own, "dcat:landingPage", document.source)
        said.add(document.source, "a", "foaf:Document")
    if document.revision_of is not None:
        earlier = f"{document.revision_of}/dataset"
        said.add(own, "prov:wasRevisionOf", earlier)
        said.add(own, "dcat:previousVersion", earlier)
    statement = f"{document.iri}/provenance"
    said.add(own, "dct:provenance", statement)
    said.add(statement, "a", "dct:ProvenanceStatement")
    said.text(statement, "rdfs:label", say("dataset-provenance", title=row["title"],
              sha256=row["sha256"], version=dataset.program).both())  # fmt: skip


def _agent(said: _Said, document: Document) -> None:
    publisher, region = document.publisher, document.region
    province = region.row.get("level") == "province"
    kind = ADMS_PUBLISHER + ("RegionalAuthority" if province else "LocalAuthority")
    said.add(publisher.iri, "a", "foaf:Agent", "prov:Organization")
    said.text(publisher.iri, "foaf:name", {"zh": publisher.name})
    said.add(publisher.iri, "dct:type", kind)
    said.concept(kind, say(f"authority-publisher-{'regional' if province else 'local'}").both())


def _distribution(said: _Said, dataset: Dataset, file: File) -> None:
    own = dataset.distribution(file)
    said.add(own, "a", "dcat:Distribution", "prov:Entity")
    said.text(own, "dct:title", file.titles)
    said.text(own, "dct:description", file.descriptions)
    said.add(own, "dcat:accessURL", file.url)
    said.add(own, "dcat:downloadURL", file.url)
    if file.mediatype is not None:
        media_type = IANA + encode(file.mediatype.partition(";")[0], keep=True)
        said.add(own, "dcat:mediaType", media_type)
        said.add(media_type, "a", "dct:MediaType")
    if file.format in _FILE_TYPES:
        file_type = f"{EU}file-type/{_FILE_TYPES[file.format]}"
        said.add(own, "dct:format", file_type)
        said.add(file_type, "a", "dct:MediaTypeOrExtent")
    for iri, title in _standards(dataset, file):
        said.add(own, "dct:conformsTo", iri)
        said.standard(iri, title)
    said.add(own, "dct:language", _language(said, "zh"))
    said.add(own, "adms:status", EU + "distribution-status/COMPLETED")
    said.concept(EU + "distribution-status/COMPLETED", say("authority-status-completed").both())
    _licence(said, dataset, own)
    _sealed(said, own, file.bytes, file.sha256)
    said.add(own, "prov:wasGeneratedBy", f"{dataset.home}/build")


def _standards(dataset: Dataset, file: File) -> list[tuple[str, str]]:
    if file.schema is not None:
        return [_CSVW_MODEL]
    if file.name == "datapackage" and "$schema" in dataset.descriptor:
        return [(encode(dataset.descriptor["$schema"], keep=True), _PROFILE_TITLE)]
    return [_STANDARDS[file.name]] if file.name in _STANDARDS else []


def _sealed(said: _Said, own: str, size: int | None, sha256: str | None) -> None:
    if size is not None:
        said.plain(own, "dcat:byteSize", str(size), "nonNegativeInteger")
    if sha256 is not None:
        checksum, algorithm = f"{own}/sha256", "spdx:checksumAlgorithm_sha256"
        said.add(own, "spdx:checksum", checksum)
        said.add(checksum, "a", "spdx:Checksum")
        said.add(checksum, "spdx:algorithm", algorithm)
        said.plain(checksum, "spdx:checksumValue", sha256, "hexBinary")
        said.add(_absolute(algorithm), "a", "spdx:ChecksumAlgorithm")


def _activity(said: _Said, dataset: Dataset) -> None:
    """Say what made the files, from what; not when, since the same build gives the same bytes."""
    own, agent = f"{dataset.home}/build", f"{_program(dataset)}/{dataset.program}"
    said.add(own, "a", "prov:Activity")
    said.add(own, "prov:wasAssociatedWith", agent)
    said.add(agent, "a", "prov:SoftwareAgent", "foaf:Agent")
    said.plain(agent, "foaf:name", f"yusuan {dataset.program}")
    said.add(agent, "dct:isVersionOf", _program(dataset))
    said.add(dataset.iri, "prov:wasGeneratedBy", own)
    for document in dataset.documents:
        row, source = document.row, f"{document.iri}/source"
        said.add(own, "prov:used", source)
        said.add(source, "a", "prov:Entity")
        said.add(source, "prov:specializationOf", document.iri)
        said.plain(source, "dct:format", row["media_type"])
        _sealed(said, source, int(row["bytes"]), row["sha256"])


def _licence(said: _Said, dataset: Dataset, own: str) -> None:
    """Say under which licence something stands; one that has a name but no address is a right."""
    licences = dataset.descriptor.get("licenses", ())
    for licence in licences[:1]:
        if "://" in licence.get("path", ""):
            address = encode(licence["path"], keep=True)
            said.add(own, "dct:license", address)
            said.add(address, "a", "dct:LicenseDocument")
            if "title" in licence:
                said.plain(address, "dct:title", licence["title"])
        elif own != dataset.catalog:
            rights = f"{dataset.home}/rights"
            said.add(own, "dct:rights", rights)
            said.add(rights, "a", "dct:RightsStatement")
            said.plain(rights, "rdfs:label", licence.get("title") or licence["name"])


def _contact(said: _Said, dataset: Dataset) -> None:
    """Say whom to ask, where the package names an address."""
    known = [one for one in dataset.descriptor.get("contributors", ()) if one.get("email")]
    for number, one in enumerate(known, 1):
        contact = f"{dataset.home}/contact/{number}"
        said.add(dataset.iri, "dcat:contactPoint", contact)
        said.add(contact, "a", "vcard:Kind")
        said.plain(contact, "vcard:fn", one["title"])
        said.add(contact, "vcard:hasEmail", encode(f"mailto:{one['email']}", keep=True))


def _language(said: _Said, code: str) -> str:
    language = f"{EU}language/{_LANGUAGES[code]}"
    said.add(language, "a", "dct:LinguisticSystem")
    return language


def _program(dataset: Dataset) -> str:
    return f"{dataset.base}id/software/yusuan"
