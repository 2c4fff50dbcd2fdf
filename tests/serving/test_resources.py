"""IRIs that answer: a page for people, triples for programs, and both say the same."""

from __future__ import annotations

import re

import pyoxigraph
import pytest

BASE = "https://w3id.org/yusuan/"
DOCUMENT = "doc/131024.304.2021.budget"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
FORMATS = {
    "text/turtle": pyoxigraph.RdfFormat.TURTLE,
    "application/n-triples": pyoxigraph.RdfFormat.N_TRIPLES,
    "application/ld+json": pyoxigraph.RdfFormat.JSON_LD,
    "application/rdf+xml": pyoxigraph.RdfFormat.RDF_XML,
}
# One of each kind of IRI in the model.
THINGS = [
    "id/region/131024",
    "id/org/131024.304",
    "id/project/13102421P00364910002F",
    "id/legal/budget-law",
    DOCUMENT,
    f"{DOCUMENT}/text",
    f"{DOCUMENT}/graph",
    f"{DOCUMENT}/line/dept-expenditure-text.total",
    f"{DOCUMENT}/item/duty.07",
    "cube/dept-project",
    "dsd/dept-project",
    "code/remit/industry-it",
    "code/remit",
    "def",
    "shape/projects-total",
]


def follow(server, path, **headers):
    reply = server.get(path, **headers)
    if reply.status == 303:
        assert "accept" in reply.headers["vary"].lower()
        reply = server.get(reply.headers["location"], **headers)
    return reply


@pytest.fixture(scope="module")
def things(server):
    """The paths, with a project that the package really has."""
    query = "SELECT ?p { ?p a foaf:Project } ORDER BY ?p LIMIT 1"
    found = server.send("POST", "/sparql", query, content_type="application/sparql-query",
                        accept="text/csv").text.split()[1]  # fmt: skip
    return [found.removeprefix(BASE) if one.startswith("id/project/") else one for one in THINGS]


def test_every_kind_of_iri_answers_in_every_format(server, things):
    for thing in things:
        sets = []
        for kind, form in FORMATS.items():
            reply = follow(server, f"/{thing}", accept=kind)
            assert (thing, reply.status, reply.kind) == (thing, 200, kind)
            assert "Accept" in reply.headers["vary"]
            found = list(pyoxigraph.parse(reply.body, form, base_iri=BASE))
            assert found, thing
            sets.append({str(one) for one in found})
        assert all(one == sets[0] for one in sets), thing
        page = follow(server, f"/{thing}", accept=BROWSER, accept_language="en")
        assert (thing, page.status, page.kind) == (thing, 200, "text/html")
        # What a graph says is on the page of its document.
        assert f"<code>{BASE}{thing.removesuffix('/graph')}</code>" in page.text


def test_a_thing_in_the_world_leads_to_a_document_about_it(server):
    for accept, form in (("text/turtle", "ttl"), (BROWSER, "html"), ("application/json", "jsonld")):
        reply = server.get("/id/region/131024", accept=accept)
        assert (reply.status, reply.headers["location"]) == (
            303, f"/id/region/131024?format={form}",
        )  # fmt: skip
    assert server.get("/doc/131024.304.2021.budget", accept="text/turtle").status == 200


def test_the_statements_are_those_of_the_data(server):
    reply = follow(server, "/id/region/131024", accept="text/turtle")
    assert (
        '<id/region/131024> a schema:AdministrativeArea ;\n    dct:identifier "131024"'
        in reply.text
    )
    vocabulary = follow(server, "/def", accept="application/n-triples").text
    assert f"<{BASE}def#adminLevel> <http://www.w3.org/2000/01/rdf-schema#label>" in vocabulary


def test_a_page_leads_to_pages_here_and_shows_the_canonical_iri(server):
    page = follow(server, f"/{DOCUMENT}", accept=BROWSER).text
    assert f'<link rel="canonical" href="{BASE}{DOCUMENT}">' in page
    links = re.findall(r'<a href="([^"]+)"', page)
    assert "/id/org/131024.304" in links
    assert not [one for one in links if one.startswith(BASE)]
    assert 'href="http://reference.data.gov.uk/id/year/2021"' in page
    assert "香河县工业和信息化局2021年部门预算信息公开情况说明" in page


def test_a_long_list_of_what_refers_to_a_thing_has_pages_and_loses_nothing(server):
    place, found, count = "/id/org/131024.304?format=html", [], 0
    while place:
        page = server.get(place, accept=BROWSER).text
        incoming = page.partition('id="incoming"')[2]
        here = re.findall(r'title="https://w3id\.org/yusuan/((?:doc|id)/[^"]+)"', incoming)
        assert 0 < len(here) <= 50
        found += here
        count += 1
        after = re.search(r'rel="next" href="([^"#]+)', incoming)
        place = after[1].replace("&amp;", "&") if after else None
    query = "SELECT (COUNT(*) AS ?n) { ?s ?p <https://w3id.org/yusuan/id/org/131024.304> }"
    said = server.send("POST", "/sparql", query, content_type="application/sparql-query",
                       accept="text/csv").text.split()[1]  # fmt: skip
    assert (count > 2, len(found)) == (True, int(said))


@pytest.mark.parametrize("number", ["0", "-1", "x", "９", "9" * 500])
def test_a_page_that_is_no_number_is_the_first_or_an_empty_one(server, number):
    from urllib.parse import quote

    reply = server.get(f"/id/org/131024.304?format=html&page={quote(number)}", accept=BROWSER)
    assert reply.status == 200


def test_a_place_in_the_text_is_found_on_the_page_of_the_text(server):
    page = follow(server, f"/{DOCUMENT}/text", accept=BROWSER).text
    line = follow(server, f"/{DOCUMENT}/line/dept-expenditure-text.total", accept=BROWSER).text
    anchor = re.search(r'href="/doc/[^"]+/text#(offset_\d+_\d+)"', line)[1]
    assert f'id="{anchor}"' in page


@pytest.mark.parametrize(
    "path",
    ["/doc/nothing", "/id/region/999999?format=ttl", "/def/x", "/favicon.ico", "/doc/%22%3E",
     "/doc/%E9%A6%99", "/../etc/passwd", "//", "/doc/x%00"],
)  # fmt: skip
def test_what_is_not_there_is_a_helpful_404(server, path):
    reply = server.get(path, accept=BROWSER, accept_language="en")
    assert (reply.status, reply.kind) == (404, "text/html")
    assert "nothing is known of it here" in reply.text
    assert 'href="/def"' in reply.text
    assert server.get(path, accept="text/turtle").status == 404


def test_who_takes_no_format_of_a_thing_is_refused(server):
    assert server.get(f"/{DOCUMENT}", accept="image/png").status == 406
    assert server.get(f"/{DOCUMENT}?format=pdf").status == 400
    assert server.send("POST", f"/{DOCUMENT}", "").status == 405


def test_what_a_revision_has_replaced_still_answers(start, handmade, tmp_path):
    old = handmade("130131", "平山县", "301", "平山县财政局", "finance", 2021)
    old.line("dept-expenditure.total", 100, form="dept-expenditure", nature="total")
    new = handmade("130131", "平山县", "301", "平山县财政局", "finance", 2021, old.identifier)
    new.line("dept-expenditure.total", 200, form="dept-expenditure", nature="total")
    old.write(tmp_path / "packages" / "old")
    new.write(tmp_path / "packages" / "new")
    server = start(tmp_path / "packages", "--workers", 1)
    line = f"/doc/{old.identifier}/line/dept-expenditure.total"
    said = server.get(line, accept="text/turtle").text
    assert 'obeum:amount "100"^^xsd:decimal' in said
    page = server.get(f"/doc/{old.identifier}", accept=BROWSER).text
    assert "平山县财政局2021年部门预算" in page
    assert f'href="{line}"' in page
    query = "SELECT ?d { ?d a foaf:Document }"
    current = server.send("POST", "/sparql", query, content_type="application/sparql-query",
                          accept="text/csv").text.split()[1:]  # fmt: skip
    assert current == [f"{BASE}doc/{new.identifier}"]
    server.end()


@pytest.fixture(scope="module")
def evil(start, stored, tmp_path_factory):
    """A server of data whose every part is markup."""
    literal = pyoxigraph.Literal("</td><script>alert(1)</script>\"'&", language="zh")
    label = "http://www.w3.org/2000/01/rdf-schema#label"
    triples = [
        (BASE + "id/x", label, literal),
        (BASE + "id/x", "javascript:alert(1)", "javascript:alert(2)"),
        (BASE + "id/x", "http://x/p", "data:text/html,alert(3)"),
        ("javascript:alert(4)", "http://x/q'onclick='alert(5)", BASE + "id/x"),
        (BASE + "id/a'onclick='alert(6)", label, literal),
        (BASE + "id/x", "http://x/p", BASE + "id/a'onclick='alert(6)"),
    ]
    return start(stored(tmp_path_factory.mktemp("evil") / "store", triples), "--workers", 1)


def test_markup_in_the_data_is_text_and_only_web_addresses_are_links(evil):
    pages = [
        follow(evil, "/id/x", accept=BROWSER),
        follow(evil, "/id/a'onclick='alert(6)", accept=BROWSER),
        evil.get("/query?query=SELECT+*+%7B+%3Fs+%3Fp+%3Fo+%7D", accept=BROWSER),
        evil.get("/query?query=%3C%2Ftextarea%3E%3Cscript%3Ealert(1)%3C/script%3E", accept=BROWSER),
        evil.get("/query?question=%3Cscript%3E&county=%22%3E%3Cscript%3E", accept=BROWSER),
        evil.get("/%3Cscript%3Ealert(1)%3C/script%3E", accept=BROWSER),
    ]
    for page in pages:
        assert page.kind == "text/html"
        assert "<script>" not in page.text
        assert "</td><script" not in page.text
        assert not re.search(r"""\s(on\w+|href|src)=["']?(javascript|data:text)""", page.text)
        assert not re.search(r"<[^>]*\sonclick=", re.sub(r'"[^"]*"', '""', page.text))
    assert "&lt;/td&gt;&lt;script&gt;alert(1)&lt;/script&gt;" in pages[0].text
