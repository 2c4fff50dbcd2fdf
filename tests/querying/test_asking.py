"""Queries: prefixes known, mistakes told with their place, answers in every format."""

from __future__ import annotations

import io
import json
import sys
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from yusuan.errors import AnswerError, QueryError, UsageError
from yusuan.querying import Cell, Rows, Truth, ask, hints, render
from yusuan.querying.answers import Statements
from yusuan.querying.wording import declare

BASE = "https://w3id.org/yusuan/"
DECIMAL = "http://www.w3.org/2001/XMLSchema#decimal"
UNREAD = (
    "it can't be read from here on\n  Correct it by the grammar of SPARQL 1.1; "
    "yusuan query alone lists queries that are ready"
)
ANSWER = Rows(
    ("name", "code", "amount_cny", "document"),
    [
        (
            Cell("literal", "香河县", language="zh"),
            Cell("literal", "0012"),
            Cell("literal", "26.00", DECIMAL),
            Cell("uri", f"{BASE}doc/131024.304.2021.budget"),
        ),
        (Cell("literal", '=1+1,"\n'), Cell("literal", ""), None, Cell("bnode", "b0")),
    ],
)


def test_prefixes_of_the_descriptor_need_no_declaration(published):
    answer = ask(published, "SELECT (COUNT(?x) AS ?n) WHERE { ?x a ys:BudgetLine }", 60)
    assert answer == Rows(
        ("n",), [(Cell("literal", "69", "http://www.w3.org/2001/XMLSchema#integer"),)]
    )


def test_findings_and_vocabulary_are_asked_too(published):
    assert ask(published, "ASK { ?x a dqv:QualityAnnotation }", 60) == Truth(holds=True)
    assert ask(published, "ASK { ys:budgetItem rdfs:label|skos:prefLabel ?x }", 60) == Truth(
        holds=True
    )


@pytest.mark.parametrize(
    ("query", "told"),
    [
        (
            "SELECT * WHERE {\n  ?line yss:budgetItem ?item }",
            "2:9 ?line yss:budgetItem ?item }: the prefix yss: is not declared\n  Is ys: meant?",
        ),
        (
            "SELECT * WHERE { ?line ys:budgetItm ?item }",
            (
                "1:24 SELECT * WHERE { ?line ys:budgetItm ?item }: "
                "there is no term ys:budgetItm\n  Is ys:budgetItem meant?"
            ),
        ),
        (
            "SELEC * WHERE { ?s ?p ?o }",
            "1:1 SELEC * WHERE { ?s ?p ?o }: SELEC is no word of SPARQL\n  Is SELECT meant?",
        ),
        (
            "SELECT * WHERE { ?s ?p }",
            f"1:18 SELECT * WHERE {{ ?s ?p }}: {UNREAD}",
        ),
        (
            "SELECT *\nWHERE {\n  ?l ys:budgetItem ?i ;\n  ys:printed ?p\n    ys:printedUnit ?u }",
            f"5:5 ys:printedUnit ?u }}: {UNREAD}",
        ),
        (
            "SELECT * WHERE { ?line ys:amount ?a }",
            (
                "1:24 SELECT * WHERE { ?line ys:amount ?a }: there is no term ys:amount\n"
                "  Is obeum:amount meant?"
            ),
        ),
        (
            "SELECT ?s, ?o WHERE { ?s ?p ?o }",
            (
                "1:10 SELECT ?s, ?o WHERE { ?s ?p ?o }: the variables of SELECT have no comma "
                "between them\n  Separate them by blanks: SELECT ?x ?y"
            ),
        ),
        (
            "SELECT ?s WHER { ?s ?p ?o }",
            "1:11 SELECT ?s WHER { ?s ?p ?o }: WHER is no word of SPARQL\n  Is WHERE meant?",
        ),
        (
            "SELECT DISTINCT s WHERE { ?s ?p ?o }",
            (
                "1:17 SELECT DISTINCT s WHERE { ?s ?p ?o }: s is no variable\n"
                "  A variable begins with a question mark: ?s"
            ),
        ),
        (
            "SELECT * WHERE { ?s ?p ?o",
            (
                "1:16 SELECT * WHERE { ?s ?p ?o: the “{” here is never closed\n"
                "  Brackets come in pairs, one inside the other: { }, ( ), [ ]"
            ),
        ),
        (
            "SELECT * WHERE { ?s ?p ?o) }",
            (
                "1:26 SELECT * WHERE { ?s ?p ?o) }: the “)” here closes nothing that is open\n"
                "  Brackets come in pairs, one inside the other: { }, ( ), [ ]"
            ),
        ),
        (
            "SELECT * WHERE { ?s ys:printed '26 }",
            (
                "1:32 SELECT * WHERE { ?s ys:printed '26 }: the text that begins here has no "
                "closing quote\n  Close it with the same quote; a quote inside is written "
                "\\\" or \\'"
            ),
        ),
        (
            "SELECT ？s WHERE { ?s ?p ?o }",
            (
                "1:8 SELECT ？s WHERE { ?s ?p ?o }: ？ is a full-width sign, and SPARQL knows "
                "ASCII signs only\n  Write ? instead"
            ),
        ),
        (
            "SELECT * WHERE { ?s ys:printed “26” }",
            (
                "1:32 SELECT * WHERE { ?s ys:printed “26” }: “ is a full-width sign, and SPARQL "
                'knows ASCII signs only\n  Write " instead'
            ),
        ),
        (
            "SELECT COUNT(?s) WHERE { ?s ?p ?o }",
            (
                "1:8 SELECT COUNT(?s) WHERE { ?s ?p ?o }: in SELECT, COUNT stands in brackets and "
                "has a name\n  Write SELECT (COUNT(?x) AS ?n)"
            ),
        ),
        (
            "SELECT ?s (SUM(?o) AS ?n) WHERE { ?s ?p ?o }",
            (
                "1:1 SELECT ?s (SUM(?o) AS ?n) WHERE { ?s ?p ?o }: a variable of SELECT is neither "
                "added up nor named by GROUP BY\n  End the query with GROUP BY and these "
                "variables, or write them as (MIN(?x) AS ?y)"
            ),
        ),
        (
            "SELECT * WHERE { ?s ys:lineRole code:line-role/leaf }",
            (
                "1:33 SELECT * WHERE { ?s ys:lineRole code:line-role/leaf }: a name with a prefix "
                "can't hold a slash: code:line-role/leaf\n"
                "  Write it out: <https://w3id.org/yusuan/code/line-role/leaf>"
            ),
        ),
        (
            "SELECT * WHERE { ?s ?p <http://x y> }",
            (
                "1:24 SELECT * WHERE { ?s ?p <http://x y> }: this IRI holds a character that none "
                "may hold: <http://x y>\n"
                "  Leave out blanks and quotes, or write them as %20 and the like"
            ),
        ),
        (
            "PREFIX x <http://x/> SELECT * WHERE { ?s x:y ?o }",
            (
                "1:8 PREFIX x <http://x/> SELECT * WHERE { ?s x:y ?o }: the declaration of the "
                "prefix x lacks a colon\n  Write PREFIX x: <…>"
            ),
        ),
        (
            "SELECT * WHERE { ?s ?p ?o FILTER(REGEXP(?o, 'x')) }",
            (
                "1:34 SELECT * WHERE { ?s ?p ?o FILTER(REGEXP(?o, 'x')) }: REGEXP is no word of "
                "SPARQL\n  Is REGEX meant?"
            ),
        ),
        (
            "SELECT * FROM budget_lines",
            (
                "1:15 SELECT * FROM budget_lines: this looks like SQL: FROM budget_lines; what is "
                "asked here is SPARQL\n  yusuan stack puts the tables into DuckDB, which SQL asks; "
                "SPARQL is written SELECT ?x WHERE { ?x a ys:BudgetLine }"
            ),
        ),
        (
            "DELETE WHERE { ?s ?p ?o }",
            (
                "1:1 DELETE WHERE { ?s ?p ?o }: DELETE changes data, and a query only reads\n"
                "  Data is changed in the tables of its package; yusuan store add puts packages "
                "into a store"
            ),
        ),
        (
            "SELECT * WHERE { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }",
            (
                "1:18 SELECT * WHERE { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }: the query has "
                "SERVICE in it, and yusuan asks no other endpoint for it\n  Ask that endpoint "
                "itself with --endpoint, or fetch its data first"
            ),
        ),
        (
            "SELECT * WHERE",
            f"1:15 SELECT * WHERE: {UNREAD}".replace(
                "it can't be read from here on", "the query ends too early"
            ),
        ),
    ],
)
def test_a_mistake_is_told_with_its_place_and_what_may_be_meant(published, query, told):
    with pytest.raises(QueryError) as caught:
        ask(published, query, 60)
    assert caught.value.text("en") == told
    assert caught.value.exit_code == 2


def test_a_term_of_others_that_nothing_has_is_a_hint(published):
    query = "SELECT * WHERE { ?s obeud:organisation ?o }"
    answer = ask(published, query, 60)
    (hint,) = hints(published, query, answer)
    assert hint.text("en") == (
        "obeud:organisation in line 1, column 21 of the query is nowhere in the data; "
        "the nearest term is obeud:organization"
    )


def test_signs_in_texts_and_comments_are_no_mistakes(published):
    query = """# “全角”，SERVICE { ( 'x
      ASK { ?s rdfs:label|skos:prefLabel ?o FILTER(CONTAINS(?o, "，（SERVICE {")) }"""
    assert ask(published, query, 60) == Truth(holds=False)


def test_a_term_that_is_like_no_other_is_a_hint_too(published):
    query = "SELECT * WHERE { ?s obeud:xyzzy ?o }"
    (hint,) = hints(published, query, ask(published, query, 60))
    assert hint.text("en") == "obeud:xyzzy in line 1, column 21 of the query is nowhere in the data"


def test_what_looks_like_a_name_in_a_text_is_none():
    query = """SELECT ("zz:a" AS ?x) ('''zz:b''' AS ?y) WHERE { # zz:c
      <http://zz:d/> ?p ys:budgetItem }"""
    known = {"ys": f"{BASE}def#"}
    assert declare(query, known) == f"PREFIX ys: <{BASE}def#> {query}"
    assert declare(f"PREFIX a: <x:> {query} a:b", known).count("PREFIX a:") == 1


def test_a_query_that_takes_too_long_is_given_up(published):
    query = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    with pytest.raises(AnswerError, match=r"it is not answered within 0\.2 seconds"):
        ask(published, query, 0.2)


def test_a_table_is_aligned_by_columns_of_chinese_width():
    assert render(ANSWER, "table", BASE).decode("utf-8") == (
        "name    code  amount_cny  document\n"
        "------  ----  ----------  --------------------------\n"
        "香河县  0012       26.00  doc:131024.304.2021.budget\n"
        '=1+1,"                    b0\n'
        "共2行\n"
    )


def test_csv_and_tsv_keep_every_digit():
    assert render(ANSWER, "csv", BASE).decode("utf-8") == (
        "name,code,amount_cny,document\n"
        f"香河县,0012,26.00,{BASE}doc/131024.304.2021.budget\n"
        '"=1+1,""\n",,,b0\n'
    )
    assert render(ANSWER, "tsv", BASE).decode("utf-8") == (
        "?name\t?code\t?amount_cny\t?document\n"
        f'"香河县"@zh\t"0012"\t"26.00"^^<{DECIMAL}>\t<{BASE}doc/131024.304.2021.budget>\n'
        '"=1+1,\\"\\n"\t""\t\t_:b0\n'
    )


def test_json_is_the_results_format_of_sparql():
    found = json.loads(render(ANSWER, "json", BASE))
    assert found["head"] == {"vars": ["name", "code", "amount_cny", "document"]}
    first, second = found["results"]["bindings"]
    assert first["name"] == {"type": "literal", "value": "香河县", "xml:lang": "zh"}
    assert first["amount_cny"] == {"type": "literal", "value": "26.00", "datatype": DECIMAL}
    assert "amount_cny" not in second
    assert json.loads(render(Truth(holds=False), "json", BASE)) == {"head": {}, "boolean": False}


def test_a_workbook_reckons_with_figures_and_with_nothing_else():
    content = render(ANSWER, "xlsx", BASE)
    assert content == render(ANSWER, "xlsx", BASE)
    sheet = load_workbook(io.BytesIO(content)).active
    assert [cell.value for cell in sheet[2]][:3] == ["香河县", "0012", 26]
    assert sheet["A3"].value == '=1+1,"\n'
    assert sheet["A3"].data_type == "s"
    assert {one.date_time[0] for one in ZipFile(io.BytesIO(content)).infolist()} == {1980}


def test_parquet_has_types_and_codes_stay_text(tmp_path):
    duckdb = pytest.importorskip("duckdb", reason="DuckDB, of the extra `query`, is not installed")
    path = tmp_path / "answer.parquet"
    path.write_bytes(render(ANSWER, "parquet", BASE))
    with duckdb.connect() as database:
        answer = database.execute("SELECT * FROM read_parquet(?)", [str(path)])
        kinds = [str(one[1]) for one in answer.description]
        rows = answer.fetchall()
    assert kinds == ["VARCHAR", "VARCHAR", "DECIMAL(38,2)", "VARCHAR"]
    assert [row[:3] for row in rows] == [("香河县", "0012", rows[0][2]), ('=1+1,"\n', "", None)]
    assert str(rows[0][2]) == "26.00"


def test_without_duckdb_parquet_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(UsageError) as caught:
        render(ANSWER, "parquet", BASE)
    assert caught.value.text("en") == (
        "--format parquet: DuckDB is not installed\n"
        "  pip install 'yusuan[query]', or choose csv or xlsx"
    )


def test_triples_come_as_turtle_and_as_nothing_else(published):
    answer = ask(published, f"DESCRIBE <{BASE}id/region/131024>", 60)
    assert isinstance(answer, Statements)
    assert 'skos:prefLabel "香河县"@zh' in render(answer, "ttl", BASE).decode("utf-8")
    with pytest.raises(UsageError, match="csv can't hold such an answer"):
        render(answer, "csv", BASE)
    with pytest.raises(UsageError, match="ttl can't hold such an answer"):
        render(ANSWER, "ttl", BASE)
