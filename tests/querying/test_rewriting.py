"""SPARQL rewritten to SQL over the tables answers as the triples do, or is not rewritten at all."""

from __future__ import annotations

import pytest

pytest.importorskip("duckdb", reason="DuckDB, of the extra `query`, is not installed")

import pyoxigraph

from yusuan.querying import declare, open_sources, prefixes_of, question, questions
from yusuan.querying.answers import answer_of
from yusuan.querying.columns import create, open_columns
from yusuan.querying.documents import common_vocabulary, documents_in, packages_in
from yusuan.querying.rewriting import Untranslatable

BASE = "https://w3id.org/yusuan/"
GIVEN = {
    "county": "331121",
    "year": "2021",
    "remit": "finance",
    "item": "C0302",
    "word": "政府采购",
}


class Both:
    """The same documents as tables and as triples."""

    def __init__(self, folders, place):
        documents = documents_in(folders)
        self.source = open_sources(folders)
        columns = create(place / "tables.duckdb", BASE)
        columns.put(((one.identifier, one.package, True) for one in documents), place)
        columns.finish()
        self.columns = open_columns(place / "tables.duckdb", BASE)
        self.vocabulary = lambda: common_vocabulary(documents[0].package)

    def tables(self, query):
        return self.columns.answer(self.columns.rewritten(self.full(query), self.vocabulary))

    def triples(self, query):
        return answer_of(self.source.store.query(self.full(query)))

    @staticmethod
    def full(query):
        return declare(query, prefixes_of(BASE))


@pytest.fixture(scope="module")
def generated(generator, tmp_path_factory):
    place = tmp_path_factory.mktemp("generated")
    return Both(generator.write(place / "packages", 30), place)


@pytest.fixture(scope="module")
def published(root, tmp_path_factory):
    return Both([root], tmp_path_factory.mktemp("published"))


@pytest.mark.parametrize("name", [one.name for one in questions()])
def test_every_canned_question_is_rewritten_and_answers_the_same(generated, published, name):
    asked = question(name)
    given = {key: GIVEN[key] for key in asked.parameters}
    whole = asked.query({}, BASE)
    answer = generated.tables(whole)
    assert answer == generated.triples(whole)
    assert answer.rows
    narrow = asked.query(given, BASE)
    assert generated.tables(narrow) == generated.triples(narrow)
    assert published.tables(whole) == published.triples(whole)


ALIKE = {
    "labels of codes, which the vocabulary and the tables give": """
        SELECT DISTINCT ?kind ?label WHERE {
          ?target ys:indicatorKind ?kind . ?kind skos:prefLabel ?label }
        ORDER BY ?kind STR(?label)""",
    "a subject of any table": """
        SELECT ?one ?text WHERE { ?one rdf:value ?text . FILTER (CONTAINS(?text, "采购")) }
        ORDER BY ?one""",
    "one subject": """
        SELECT ?amount WHERE {
          <https://w3id.org/yusuan/doc/331121.301.2021.budget/line/dept-expenditure.total>
            obeum:amount ?amount }""",
    "a subject that there is not": """
        SELECT ?amount WHERE { <https://example.org/x> obeum:amount ?amount }""",
    "a class": "SELECT (COUNT(*) AS ?count) WHERE { ?line a ys:BudgetLine }",
    "what several tables state": """
        SELECT ?form (SUM(?amount) AS ?sum) (MAX(?amount) AS ?most) WHERE {
          ?line qb:dataSet ?form ; obeum:amount ?amount } GROUP BY ?form ORDER BY ?form""",
    "the names of a thing, each once": """
        SELECT (COUNT(?name) AS ?names) WHERE { ?org skos:altLabel ?name }""",
    "both sides of a union": """
        SELECT ?what ?name WHERE {
          { ?what a schema:AdministrativeArea ; skos:prefLabel ?name }
          UNION { ?what a org:FormalOrganization ; skos:prefLabel ?name } } ORDER BY ?what ?name""",
    "what is not there": """
        SELECT ?plan ?share WHERE {
          ?plan a ys:PlannedPayment . OPTIONAL { ?plan ys:cumulativePercent ?share } }
        ORDER BY ?plan""",
    "a part of the answer": """
        SELECT ?document ?title WHERE { ?document dct:title ?title ; a foaf:Document }
        ORDER BY DESC(?title) LIMIT 3 OFFSET 1""",
    "dates and numbers compared": """
        SELECT ?asset ?value WHERE { ?asset ys:asOf ?date ; obeum:amount ?value .
          FILTER (?date > "2021-06-30"^^xsd:date && (?value >= 8000000.0 || ?value = 0)
            && YEAR(?date) IN (2021, 2022)) } ORDER BY ?asset""",
    "values given": """
        SELECT ?org ?remit WHERE {
          VALUES ?remit { <https://w3id.org/yusuan/code/remit/finance> <https://example.org/x> }
          ?org ys:remit ?remit } ORDER BY ?org""",
    "a text of one language": """
        SELECT ?finding ?said WHERE { ?finding a dqv:QualityAnnotation ; rdfs:comment ?said .
          FILTER (LANG(?said) = "en" && STRSTARTS(STR(?said), "B")) } ORDER BY ?finding""",
    "half a yuan rounded": """
        SELECT ?line (ROUND(?amount / 7) AS ?seventh) (ROUND(?amount * 100 / ?amount) / 100 AS ?one)
        WHERE { ?line ys:key "dept-expenditure.total" ; obeum:amount ?amount . FILTER (?amount > 0)
        } ORDER BY ?line""",
}


@pytest.mark.parametrize("what", ALIKE)
def test_other_questions_answer_the_same(generated, what):
    answer = generated.tables(ALIKE[what])
    assert answer == generated.triples(ALIKE[what])
    assert answer.rows or "there is not" in what


@pytest.mark.parametrize(
    "query",
    [
        "ASK { ?s a ys:BudgetLine }",
        "SELECT * WHERE { ?s ?p ?o }",
        "SELECT * WHERE { ?s dct:source/dct:publisher ?o }",
        "SELECT * WHERE { GRAPH ?g { ?s a ys:BudgetLine } }",
        "SELECT * WHERE { ?s a ys:BudgetLine MINUS { ?s ys:key 'x' } }",
        "SELECT * WHERE { ?s a ys:BudgetLine FILTER NOT EXISTS { ?s ys:key 'x' } }",
        "SELECT (AVG(?a) AS ?mean) WHERE { ?s obeum:amount ?a }",
        "SELECT (?a / 3 AS ?third) WHERE { ?s obeum:amount ?a }",
        "SELECT (REPLACE(?k, '(a)', '$1b') AS ?r) WHERE { ?s ys:key ?k }",
        "SELECT (IF(?a > 1, ?a, 0) AS ?b) WHERE { ?s obeum:amount ?a }",
        "SELECT * WHERE { ?s ys:remit code:remit\\/finance }",
        'SELECT * WHERE { ?s ys:key "\\\\u7ba1" }',
        "SELECT nonsense",
    ],
)
def test_what_sql_may_answer_otherwise_is_left_to_the_triples(generated, query):
    with pytest.raises(Untranslatable):
        generated.columns.rewritten(generated.full(query), generated.vocabulary)


@pytest.mark.parametrize("word", ["'", '") } #\\\n', "采购%"])
def test_a_word_is_a_text_whatever_stands_in_it(generated, word):
    query = question("Q13").query({"word": word}, BASE)
    assert generated.tables(query) == generated.triples(query)


def test_things_that_two_documents_name_otherwise_have_both_names(disclosure, tmp_path):
    for year, name in ((2021, "平山县财政局"), (2022, "平山县财政与国资局")):
        disclosure("130131", "平山县", "301", name, "finance", year).write(tmp_path / str(year))
    both = Both([tmp_path / "2021", tmp_path / "2022"], tmp_path)
    query = "SELECT ?org ?name ?kind WHERE { ?org skos:prefLabel ?name ; ys:remit ?kind }"
    query += " ORDER BY ?name"
    assert both.tables(query) == both.triples(query)
    assert len(both.tables(query).rows) == 2


def test_an_iri_of_an_odd_key_is_encoded(disclosure, tmp_path):
    made = disclosure("130131", "平山县", "301", "平山县财政局", "finance", 2021)
    made.line("一般 公共/预算", 5, form="dept-expenditure", nature="total")
    both = Both([made.write(tmp_path / "one")], tmp_path)
    query = "SELECT ?line (STR(?line) AS ?text) WHERE { ?line a ys:BudgetLine }"
    assert both.tables(query) == both.triples(query)
    assert "%E4%B8%80" in both.tables(query).rows[0][0].text


@pytest.mark.parametrize(
    ("table", "old", "new"),
    [
        ("budget_lines", ",5,", ",5.1234567,"),  # more places than a column has
        ("budget_lines", ",5,", ",many,"),
        ("documents", ",1,1,", ",1,-0,"),
    ],
)
def test_a_table_that_says_more_than_its_columns_is_not_asked(
    disclosure, tmp_path, table, old, new
):
    made = disclosure("130131", "平山县", "301", "平山县财政局", "finance", 2021)
    made.line("dept-expenditure.total", 5, form="dept-expenditure", nature="total")
    folder = made.write(tmp_path / "one")
    path = folder / f"resources/{table}.csv"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    (package,) = packages_in([folder])
    columns = create(tmp_path / "tables.duckdb", BASE)
    columns.put([("130131.301.2021.budget", package, True)], tmp_path)
    columns.finish()
    columns = open_columns(tmp_path / "tables.duckdb", BASE)
    assert not columns.is_exact(table)
    with pytest.raises(Untranslatable, match=f"{table} is not exact"):
        columns.rewritten(
            Both.full(question("Q1").query({}, BASE)), lambda: common_vocabulary(package)
        )
    assert columns.is_exact("regions")


def test_the_questions_are_standard_sparql_for_another_engine(generated):
    """Each is read as it stands, no prefix lent, by an engine that this project does not ask."""
    from rdflib.plugins.sparql import prepareQuery

    for one in questions():
        assert prepareQuery(one.text).algebra.name == "SelectQuery"
    assert isinstance(generated.source.store, pyoxigraph.Store)
