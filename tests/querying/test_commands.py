"""The commands `query`, `store` and `stack`, as a user types them."""

from __future__ import annotations

import json

import click
import pytest
from click.testing import CliRunner

from yusuan import commands_query, querying
from yusuan.commands_query import register
from yusuan.errors import UsageError


@pytest.fixture(scope="module")
def run():
    """A function that runs a command; an error comes as it is raised."""
    main = click.Group("yusuan")
    register(main, "en")

    def command(*arguments):
        done = CliRunner().invoke(
            main, [str(one) for one in arguments], catch_exceptions=False, standalone_mode=False
        )
        return done.output if done.return_value in (None, 0) else done.return_value

    return command


def test_what_the_help_says_is_what_there_is():
    assert querying.FORMATS == commands_query.FORMATS
    assert tuple(querying.PARAMETERS) == commands_query.PARAMETERS


def test_alone_it_lists_the_questions(run):
    told = run("query", "--lang", "zh")
    assert told.startswith("写好的查询：\n\nQ1   各部门支出预算\n")
    assert "Q15  各县支出按国际功能分类" in told
    assert "--county --year --remit --word" in told


def test_a_question_by_name_over_a_package(run, root):
    assert run("query", "q3", "--county", "131024", root, "--format", "csv") == (
        "county,department,fiscal_year,operating_cny,personnel_cny,ratio,document\n"
        "香河县,香河县工业和信息化局,2021,1238600,16236300,0.076,"
        "https://w3id.org/yusuan/doc/131024.304.2021.budget\n"
    )


def test_sparql_from_the_line_and_from_a_file(run, root, tmp_path):
    query = "SELECT ?name WHERE { <https://w3id.org/yusuan/id/region/131024> skos:prefLabel ?name }"
    expected = "name\n------\n香河县\n1 rows\n"
    assert run("query", query, root) == expected
    (tmp_path / "one.rq").write_text(query, "utf-8")
    assert run("query", "-f", tmp_path / "one.rq", root) == expected


def test_the_name_of_the_file_tells_the_format(run, root, tmp_path):
    run("query", "Q1", root, "-o", tmp_path / "one.json")
    found = json.loads((tmp_path / "one.json").read_text("utf-8"))
    assert found["results"]["bindings"][0]["amount_cny"]["value"] == "46246400"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["Q99"], "Q99: no query has this name, and it is no SPARQL either"),
        (["--year", "2021"], "yusuan query: it is not said what to ask"),
        (["ASK {}", "--year", "2021"], "--year: only the queries that are ready"),
        (["Q1", "--format", "xlsx"], "--format: xlsx can't be written to a terminal"),
        (["Q1", "here", "--endpoint", "http://127.0.0.1"], "--endpoint: an endpoint and folders"),
        (["-f", "nowhere.rq"], "nowhere.rq: "),
        (["Q1", "--timeout", "0"], "--timeout: "),
    ],
)
def test_what_can_not_be_asked_is_told(run, arguments, told):
    with pytest.raises(UsageError) as caught:
        run("query", *arguments)
    assert caught.value.text("en").startswith(told)


def test_a_store_from_first_to_last(run, two_counties, tmp_path):
    store = tmp_path / "store"
    assert run("store", "add", two_counties, "--to", store) == (
        f"3 documents were put into {store}\n"
    )
    assert run("store", "check", store, two_counties) == f"{store} is sound\n"
    listed = run("store", "list", store).splitlines()
    assert [line.split()[0] for line in listed] == [
        "130131.301.2020.budget",
        "130131.301.2021.budget",
        "310107.201.2021.budget",
    ]
    assert "普陀区" in run("query", "Q1", store)
    run("store", "remove", "310107.201.2021.budget", "--from", store)
    assert "普陀区" not in run("query", "Q1", store)
    assert run("store", "check", store, two_counties) == 4


def test_a_stack_tells_what_it_holds(run, two_counties, tmp_path):
    told = run("stack", two_counties, "-o", tmp_path / "all")
    assert told.splitlines()[-1].startswith(f"{tmp_path / 'all'} holds 3 documents and ")
