"""The counties that are made up for scale are packages like any other."""

from __future__ import annotations

import pytest

from yusuan.checking import check
from yusuan.graph import data_lines
from yusuan.package import read


@pytest.fixture(scope="module")
def whole(generator, tmp_path_factory):
    """Twelve documents with all that follows from them."""
    return generator.write(tmp_path_factory.mktemp("whole"), 12, complete=True)


def errors(folder):
    return {
        (row["rule"], row["finding_key"], row["stated_cny"], row["computed_cny"])
        for row in read(folder).rows("findings")
        if row["severity"] == "error"
    }


def test_a_generated_package_has_no_fault_of_its_own(whole):
    found = check(whole[-1]).findings
    assert [(one.rule, one.message["en"]) for one in found if one.of_package] == []


def test_the_rules_find_the_seeded_faults_and_no_other_error(whole, generator, tmp_path):
    plain = generator.write(tmp_path, 12)
    assert [errors(folder) for folder in whole] == [errors(folder) for folder in plain]
    assert 0 < sum(len(errors(folder)) for folder in plain) < 6


def test_a_generated_disclosure_has_the_shape_of_a_real_one(whole):
    sizes = [data_lines(read(folder)).count(b"\n") for folder in whole]
    assert all(2300 < size < 2900 for size in sizes)


def test_every_row_has_a_key_of_its_own(generator):
    # Of a bureau whose own class is one of those that every bureau has, too.
    for made in generator.disclosures(150):
        keys = [line["line_key"] for line in made.rows["budget_lines"]]
        assert len(set(keys)) == len(keys), made.identifier


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(generator):
    one, same, other = (list(generator.disclosures(3, seed)) for seed in (1, 1, 2))
    assert one == same
    assert one != other


def test_last_year_is_what_last_year_stated_or_is_restated(generator):
    stated, restated = {}, {}
    for made in generator.disclosures(30):
        for line in made.rows["budget_lines"]:
            if line["line_key"].startswith("dept-expenditure-text.total"):
                place = stated if line["fiscal_year"] == line["stated_in"] else restated
                place[line["org_id"], line["fiscal_year"]] = line["amount_cny"]
    both = stated.keys() & restated.keys()
    differing = [key for key in both if stated[key] != restated[key]]
    assert len(both) == 24
    assert 0 < len(differing) < 8
