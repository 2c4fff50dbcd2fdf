"""Packages without the text of their documents: what stays, what goes, what a check says."""

from __future__ import annotations

import csv
import importlib.util
import json
import shutil
from pathlib import Path

import pytest
from frictionless import Package as Described
from frictionless import system

from yusuan import building, checking, graph, package
from yusuan.checking.linked import check_text
from yusuan.errors import PackageError

# What the descriptor calls text: a table as a whole, or some of its columns.
TEXTS = {
    "segments": None,
    "text_items": None,
    "terms": None,
    "score_bands": None,
    "budget_changes": {"reason"},
    "projects": {"purpose"},
    "performance_targets": {"description", "scoring", "printed", "basis"},
    "disclosure_items": {"note"},
}
COUNTIES = Path(__file__).parent / "counties"
COMMITTED = sorted(path.parent for path in COUNTIES.glob("*/datapackage.json"))


@pytest.fixture(scope="module")
def make():
    """What makes the packages in tests/counties."""
    spec = importlib.util.spec_from_file_location("make_counties", COUNTIES / "make.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def options(output, *, facts_only, check=False):
    return building.Options(output=output, several=False, check=check, sidecar=None,
                            memory=1 << 30, timeout=120, keep_reason=None, base=None,
                            facts_only=facts_only)  # fmt: skip


def table(folder, name):
    with (folder / f"resources/{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def facts(first_disclosure, tmp_path_factory):
    """The first disclosure as a package without its text."""
    folder = tmp_path_factory.mktemp("facts") / "package"
    building.build_one(first_disclosure, options(folder, facts_only=True), {})
    return folder


def test_the_descriptor_says_what_is_text():
    assert dict(package.prose_columns(package.template())) == TEXTS


def test_text_is_left_out_and_nothing_else(facts, root):
    assert not (facts / "resources/text.txt").exists()
    assert package.read(facts).descriptor["yusuan:factsOnly"] is True
    for name in package.read(root).tables:
        kept = table(facts, name)
        if name == "findings":
            continue
        if name in TEXTS and TEXTS[name] is None:
            assert kept == []
            continue
        gone = TEXTS.get(name, set())
        assert kept == [
            {column: "" if column in gone else cell for column, cell in row.items()}
            for row in table(root, name)
        ]


def test_no_paragraph_of_the_text_stands_in_any_file(facts, root):
    files = "\n".join(one.read_text("utf-8") for one in facts.rglob("*") if one.is_file())
    long = [row["text"] for row in table(root, "text_items") if len(row["text"]) > 20]
    assert len(long) > 90
    assert [one for one in long if one in files] == []


def test_findings_are_those_that_need_no_text_and_none_is_invented(facts, root):
    found = {row["finding_key"] for row in table(facts, "findings")}
    whole = {row["finding_key"] for row in table(root, "findings")}
    assert "basic-parts.dept-expenditure-text.basic" in found
    assert found < whole


@pytest.mark.parametrize("folder", COMMITTED, ids=lambda path: path.name)
def test_the_packages_of_real_counties_fit_their_schema_and_name_their_source(folder):
    with system.use_context(trusted=True):
        descriptor = json.loads((folder / "datapackage.json").read_text("utf-8"))
        report = Described(descriptor, basepath=str(folder)).validate()
    assert report.valid, report.flatten(["message"])
    assert descriptor["yusuan:factsOnly"] is True
    assert descriptor["sources"][0]["title"]
    assert descriptor["contributors"][0]["roles"] == ["author"]


def test_a_check_has_no_fault_of_such_a_package():
    findings = checking.check(COMMITTED[0]).findings
    assert [one.key for one in findings if one.of_package] == []


@pytest.mark.parametrize("folder", COMMITTED, ids=lambda path: path.name)
def test_they_hold_no_text(folder):
    assert list(check_text(package.read(folder))) == []


def test_there_are_four_of_them():
    assert [path.name for path in COMMITTED] == [
        "130131.n-638a6e91.2025.budget",
        "310107.n-bcb79faf.2025.budget",
        "310107.n-eece0746.2024.budget",
        "310107.n-eece0746.2025.budget",
    ]


def test_text_that_came_back_is_a_fault(facts, root, tmp_path):
    folder = tmp_path / "package"
    shutil.copytree(facts, folder)
    (folder / "resources/terms.csv").write_bytes((root / "resources/terms.csv").read_bytes())
    found = list(check_text(package.read(folder)))
    assert [(one.message["en"], one.place.row) for one in found] == [
        ("the descriptor says that the text is left out, yet here it is: terms", 1)
    ]


def test_a_finding_shows_its_row_where_there_is_no_text(facts):
    read = package.read(facts)
    found, _ = checking.rule_findings(read, graph.data_lines(read))
    (place,) = (one.place for one in found if one.rule == "basic-parts")
    assert place.path == "resources/budget_lines.csv"
    assert (place.line, place.quote) == (None, None)
    assert table(facts, "budget_lines")[place.row - 1]["line_key"].endswith(".basic")


def test_the_text_can_not_be_rebuilt_and_the_next_step_is_told(facts):
    with pytest.raises(PackageError) as caught:
        package.rebuild(facts)
    assert caught.value.text("en") == (
        f"{facts}: this package holds figures, codes and names only, and not the text\n"
        "  The descriptor names the document under sources; from it, yusuan build --with-text "
        "makes a package with the text."
    )


def test_building_again_never_puts_the_text_back_unasked(facts, first_disclosure, tmp_path):
    built = building.build_one(first_disclosure, options(facts, facts_only=None, check=True), {})
    assert built.differences == ()
    folder = tmp_path / "package"
    shutil.copytree(facts, folder)
    building.build_one(first_disclosure, options(folder, facts_only=False), {})
    assert table(folder, "segments")
    assert "yusuan:factsOnly" not in package.read(folder).descriptor


# ------------------------------------------------------------------ the packages in tests/counties


@pytest.mark.parametrize("folder", COMMITTED, ids=lambda path: path.name)
def test_their_schema_is_that_of_the_program(folder):
    # After a change of the schema: python tests/counties/make.py
    standing, wanted = (
        [(one["name"], one["schema"]) for one in descriptor["resources"] if "schema" in one]
        for descriptor in (package.read(folder).descriptor, package.template())
    )
    assert standing == wanted


def test_a_package_is_brought_up_to_the_schema_without_its_document(make, tmp_path):
    folder = tmp_path / COMMITTED[0].name
    shutil.copytree(COMMITTED[0], folder)
    descriptor = json.loads((folder / "datapackage.json").read_text("utf-8"))
    lines = next(one for one in descriptor["resources"] if one["name"] == "budget_lines")
    lines["schema"]["fields"] = [
        one for one in lines["schema"]["fields"] if one["name"] != "economic_code"
    ]
    (folder / "datapackage.json").write_bytes(package.as_json(descriptor))
    rows = [{k: v for k, v in row.items() if k != "economic_code"}
            for row in table(folder, "budget_lines")]  # fmt: skip
    with (folder / "resources/budget_lines.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    make.renewed(folder)
    same(folder, COMMITTED[0])


def same(made, standing):
    files = {one.relative_to(made) for one in made.rglob("*") if one.is_file()}
    assert files == {one.relative_to(standing) for one in standing.rglob("*") if one.is_file()}
    assert [
        one for one in files if (made / one).read_bytes() != (standing / one).read_bytes()
    ] == []


def test_the_table_of_one_office_is_made_anew_to_the_byte(make, tmp_path):
    made = make.facts_of(make.EXCERPT, tmp_path, excerpt=True)
    same(made, COUNTIES / made.name)


def test_a_real_document_is_made_anew_to_the_byte(make, disclosures, tmp_path):
    made = make.facts_of(disclosures / make.PDFS[0], tmp_path)
    same(made, COUNTIES / made.name)
