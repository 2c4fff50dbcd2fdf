"""The canned questions, over the first disclosure and over packages made by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from yusuan.errors import UsageError
from yusuan.querying import ask, open_sources, question, questions

SECONDS = 60


def test_there_are_fifteen_and_each_speaks_both_languages():
    assert [one.name for one in questions()] == [f"Q{number}" for number in range(1, 16)]
    for one in questions():
        assert {*one.titles, *one.descriptions} == {"zh", "en"}
        assert all([*one.titles.values(), *one.descriptions.values()])


@pytest.mark.parametrize("name", [f"Q{number}" for number in range(1, 16)])
def test_every_question_is_right_with_every_parameter_it_has(rows, published, name):
    given = {"county": "131024", "year": "2021", "remit": "industry-it", "item": "C0302",
             "word": "工业"}  # fmt: skip
    asked = question(name)
    narrowed = {key: given[key] for key in asked.parameters}
    whole = rows(published, name, "")
    if name == "Q15":
        # The first disclosure has no table by function.
        assert whole == []
        return
    part = rows(published, name, "", **narrowed)
    assert whole
    assert 0 < len(part) <= len(whole)
    assert rows(published, name, "", **{**narrowed, "year": "1999"}) == []


def test_what_a_parameter_may_be_is_told():
    with pytest.raises(UsageError) as caught:
        question("q1").query({"county": "香河"}, "https://example.org/")
    assert caught.value.text("en") == (
        "--county: it can't be “香河”\n  Write the code of the division, such as 131024"
    )
    with pytest.raises(UsageError) as caught:
        question("Q1").query({"word": "x"}, "https://example.org/")
    assert caught.value.text("zh").startswith("--word: Q1 没有这个参数")


def test_a_word_is_a_text_whatever_stands_in_it(rows, published):
    assert rows(published, "Q13", "duty", word='") } #\\\n') == []


# ------------------------------------------------------------------ the first disclosure


def test_the_first_disclosure_states_its_total_of_4624_64_wan(rows, published):
    assert rows(published, "Q1", "county department fiscal_year amount_cny") == [
        ("香河县", "香河县工业和信息化局", "2021", 46246400)
    ]


def test_three_public_is_38000_of_46246400(rows, published):
    # 3.8 / 4624.64 = 0.08217 %
    columns = "three_public_cny amount_cny percent"
    assert rows(published, "Q2", columns) == [(38000, 46246400, Decimal("0.082"))]


def test_operating_cost_is_123_86_per_1623_63_of_personnel(rows, published):
    assert rows(published, "Q3", "operating_cny personnel_cny ratio") == [
        (1238600, 16236300, Decimal("0.076"))
    ]


def test_the_change_is_the_one_that_the_document_states(rows, published):
    columns = "amount_cny last_year_cny restated_cny change_cny stated_change_cny"
    assert rows(published, "Q4", columns) == [(46246400, None, None, None, -12252100)]


def test_money_that_waits_until_november_is_counted_from_the_plans(rows, published, root):
    # By hand from payment_plans.csv and budget_lines.csv, without SPARQL.
    import csv

    def table(name):
        with (root / f"resources/{name}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    paid = {}
    for plan in table("payment_plans"):
        share = float(plan["cumulative_percent"] or 0) if plan["as_of"] < "2021-11" else 0
        paid[plan["project_code"]] = max(paid.get(plan["project_code"], 0), share)
    late = {code for code, share in paid.items() if share == 0}
    amounts = {
        line["project_code"]: Decimal(line["amount_cny"])
        for line in table("budget_lines")
        if line["form"] == "dept-project" and line["fund_source"] == "total"
    }
    assert len(late) == 5
    assert sum(amounts[code] for code in late) == 1990200
    columns = "late_projects late_cny projects projects_cny percent"
    assert rows(published, "Q5", columns) == [(5, 1990200, 16, 25951000, Decimal("7.7"))]


def test_one_project_is_earmarked_with_230_wan(rows, published):
    columns = "earmarked_projects earmarked_cny projects projects_cny percent"
    assert rows(published, "Q6", columns) == [(1, 2300000, 16, 25951000, Decimal("8.9"))]


def test_32_of_137_targets_are_words(rows, published):
    found = rows(published, "Q7", "kind targets vague_targets percent")
    assert sum(row[1] for row in found) == 137
    assert sum(row[2] for row in found) == 32
    assert ("sustainability", 17, 15, Decimal("88.2")) in found


def test_satisfaction_is_90_percent_ten_times_of_18(rows, published):
    found = rows(published, "Q8", "threshold targets projects percent")
    assert found[0] == ("ge 90%", 10, 8, Decimal("55.6"))
    assert sum(row[1] for row in found) == 18


def test_basic_expenditure_is_not_the_sum_of_its_parts(rows, published):
    columns = "rule stated_cny computed_cny gap_cny message place"
    assert rows(published, "Q9", columns) == [
        (
            "basic-parts",
            46246400,
            17474900,
            28771500,
            "基本支出写为4624.64万元，人员经费与公用经费合计为1747.49万元，相差2877.15万元",
            "https://w3id.org/yusuan/doc/131024.304.2021.budget/text#offset_2432_2439",
        )
    ]


def test_282_05_wan_of_project_money_is_not_itemised(rows, published):
    columns = "stated_cny itemised_cny projects not_itemised_cny"
    assert rows(published, "Q10", columns) == [(28771500, 25951000, 16, 2820500)]


def test_unit_prices_have_their_projects(rows, published):
    columns = "code name unit_price_cny quantity unit project"
    assert rows(published, "Q11", columns, item="C0302") == [
        ("C0302", "互联网信息服务", 1071400, 1, "项", "香河县免费WiFi线路日常租用费")
    ]


def test_two_cars_cost_19000_each(rows, published):
    columns = "cars running_cny book_value_cny running_per_car_cny book_value_per_car_cny"
    assert rows(published, "Q12", columns) == [(2, 38000, 199900, 19000, 99950)]


def test_two_duties_mention_safety_twenty_five_are_there(rows, published):
    assert len(rows(published, "Q13", "duty")) == 25
    assert rows(published, "Q13", "duty", word="安全") == [(3,), (9,)]


def test_the_bureau_of_its_field(rows, published):
    columns = "remit_code amount_cny personnel_cny projects_cny three_public_cny"
    expected = [("industry-it", 46246400, 16236300, 28771500, 38000)]
    assert rows(published, "Q14", columns, remit="industry-it") == expected
    assert rows(published, "Q14", columns, remit="education") == []


# ------------------------------------------------------------------ packages made by hand


@pytest.fixture
def counties(two_counties):
    return open_sources([two_counties])


def test_totals_come_from_whatever_table_a_county_has(rows, counties):
    assert rows(counties, "Q1", "county fiscal_year amount_cny") == [
        ("平山县", "2020", 8_000_000),
        ("平山县", "2021", 10_000_000),
        ("普陀区", "2021", 20_000_000),
    ]
    assert rows(counties, "Q1", "amount_cny", county="130131", year="2020") == [(8_000_000,)]


def test_counties_are_ranked_by_the_share_of_three_public(rows, counties):
    # 25 / 1000 and 10 / 2000
    assert rows(counties, "Q2", "county percent") == [
        ("平山县", Decimal("2.5")),
        ("普陀区", Decimal("0.5")),
    ]


def test_a_quarter_of_a_yuan_for_each_yuan_of_personnel(rows, counties):
    assert rows(counties, "Q3", "county ratio") == [("平山县", Decimal("0.25"))]


def test_last_year_as_published_and_as_restated_stand_apart(rows, counties):
    columns = "fiscal_year amount_cny last_year_cny restated_cny change_cny stated_change_cny"
    assert rows(counties, "Q4", columns) == [
        ("2021", 10_000_000, 8_000_000, 7_500_000, 2_000_000, None)
    ]


def test_a_blank_and_a_zero_plan_no_payment(rows, counties):
    # 甲 100,000 and 乙 200,000 of 800,000
    columns = "late_projects late_cny projects projects_cny percent"
    assert rows(counties, "Q5", columns) == [(2, 300_000, 3, 800_000, Decimal("37.5"))]


def test_earmarked_is_one_project_in_three(rows, counties):
    columns = "earmarked_projects earmarked_cny projects percent"
    assert rows(counties, "Q6", columns) == [(1, 200_000, 3, Decimal(25))]


def test_money_not_itemised_is_stated_less_listed(rows, counties):
    columns = "stated_cny itemised_cny projects not_itemised_cny"
    assert rows(counties, "Q10", columns) == [(900_000, 800_000, 3, 100_000)]


def test_one_item_is_compared_across_counties(rows, two_counties, root):
    both = open_sources([two_counties, root])
    assert rows(both, "Q11", "county unit_price_cny quantity", item="C0302") == [
        ("香河县", 1_071_400, 1),
        ("平山县", 30_000, 4),
    ]


def test_three_cars_cost_40000_each(rows, counties):
    columns = "cars running_per_car_cny book_value_per_car_cny"
    assert rows(counties, "Q12", columns) == [(3, 40_000, 150_000)]


def test_the_same_bureau_stands_side_by_side(rows, counties):
    columns = "county fiscal_year amount_cny personnel_cny"
    assert rows(counties, "Q14", columns, remit="finance", year="2021") == [
        ("普陀区", "2021", 20_000_000, None),
        ("平山县", "2021", 10_000_000, 4_000_000),
    ]


def test_classes_are_summed_by_division_and_no_figure_twice(rows, counties):
    # 20106 is part of 201, and a balance counts where there is no table of expenditure.
    assert rows(counties, "Q15", "county division amount_cny") == [
        ("平山县", "01", 6_000_000),
        ("平山县", "08", 1_500_000),
        ("平山县", "10", 2_500_000),
        ("普陀区", "01", 20_000_000),
    ]


@pytest.mark.parametrize("name", [f"Q{number}" for number in range(1, 16)])
def test_a_bureau_and_a_county_with_a_new_name_count_once(counties, disclosure, two_counties, name):
    later = disclosure("130131", "平山市", "301", "平山县财政与国资局", "finance", 2022)
    later.write(two_counties / "pingshan-2022")
    renamed = open_sources([two_counties])
    asked = question(name).query({"year": "2021"}, renamed.base)
    before, after = ask(counties, asked, SECONDS), ask(renamed, asked, SECONDS)
    named = [before.variables.index(one) for one in ("county", "department") if one in
             before.variables]  # fmt: skip

    def figures(answer):
        return sorted(
            [cell for place, cell in enumerate(row) if place not in named] for row in answer.rows
        )

    assert figures(after) == figures(before)
