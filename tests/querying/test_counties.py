"""The canned questions over real disclosures of three counties, against figures worked out by hand.

The figures stand here as the documents print them, read from the PDF by another program (pdfium)
and added up on paper: 元 in the tables, 万元 where `wan` says so. The documents are those that
tests/counties/README.md names.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from yusuan.querying import open_sources, storing

XIANGHE, PINGSHAN, PUTUO = "香河县", "平山县", "普陀区"
XIANGHE_IT = "香河县工业和信息化局"
XIAKOU = "平山县下口镇财政所"
PUTUO_FINANCE = "上海市普陀区财政局"
WANLI = "上海市普陀区人民政府万里街道办事处"


@pytest.fixture(scope="module", params=["packages", "store"])
def all_counties(request, root, real_counties, tmp_path_factory):
    """The counties as packages, and as a store, which answers from columns."""
    places = [root, real_counties]
    if request.param == "store":
        store = tmp_path_factory.mktemp("counties") / "store"
        storing.add(places, store)
        places = [store]
    return open_sources(places)


def wan(printed: str) -> Decimal:
    """Return yuan for a figure that is printed in 万元."""
    return Decimal(printed) * 10_000


def yuan(printed: str) -> Decimal:
    """Return yuan for a figure that is printed in 元, with commas."""
    return Decimal(printed.replace(",", ""))


# 部门支出预算总表 of 2025, 合计; of 下口镇财政所 its only table, 支出总计. 香河县 has prose alone.
EXPENDITURE = {
    (PINGSHAN, XIAKOU, "2025"): wan("690.36"),
    (PUTUO, WANLI, "2024"): yuan("156,211,123"),
    (PUTUO, WANLI, "2025"): yuan("189,767,551"),
    (PUTUO, PUTUO_FINANCE, "2025"): yuan("31,214,205.80"),
    (XIANGHE, XIANGHE_IT, "2021"): wan("4624.64"),
}


def test_the_printed_totals_are_the_sums_of_their_classes():
    # 一般公共服务, 社会保障和就业, 卫生健康, 农林水, 住房保障
    parts = ("516.39", "98.25", "21.53", "14.54", "39.65")
    assert sum(map(wan, parts)) == EXPENDITURE[PINGSHAN, XIAKOU, "2025"]
    # 201, 208, 210, 221
    parts = ("22,186,440.80", "3,508,644.00", "782,164.00", "4,736,957.00")
    assert sum(map(yuan, parts)) == EXPENDITURE[PUTUO, PUTUO_FINANCE, "2025"]


PRINTED = {
    "putuo-caizheng-2025.pdf": (
        "22,186,440.80 3,508,644.00 782,164.00 4,736,957.00 31,214,205.80 25,121,091.00 "
        "6,093,114.80 22,826,756.00 0.95 229.43 107.62 车辆0辆"
    ),
    "putuo-wanli-2024.pdf": (
        "2,932,700 1,633,000 250,000 100,000 200,000 19,604,064 3,223,657 119,385,303 8,882,399 "
        "156,211,123 99,706,020 56,505,103 88,537,451 47.91 21.56 443.18 876.75 车辆7辆"
    ),
    "putuo-wanli-2025.pdf": (
        "3,296,600 2,878,025 250,000 100,000 200,000 16,091,895 3,216,973 154,369,326 9,364,732 "
        "189,767,551 101,341,746 88,425,805 90,514,044 37.91 21.56 464.64 3,355.65 车辆8辆 "
        "94,995,790 77,381,546 17,614,243"
    ),
}


@pytest.mark.parametrize("name", PRINTED)
def test_another_program_reads_these_figures_in_the_documents(disclosures, name):
    import pypdfium2

    with pypdfium2.PdfDocument(disclosures / name) as document:
        text = "".join(page.get_textpage().get_text_range() for page in document)
    words = set(text.replace("有车辆", " 车辆").replace("，", " ").split())
    missing = [one for one in PRINTED[name].split() if not any(one in word for word in words)]
    assert missing == []


def test_q1_gives_every_department_of_every_county_also_those_with_one_table(rows, all_counties):
    found = rows(all_counties, "Q1", "county department fiscal_year amount_cny")
    assert found == [(*key, amount) for key, amount in EXPENDITURE.items()]
    assert rows(all_counties, "Q1", "amount_cny", county="130131") == [(wan("690.36"),)]
    assert rows(all_counties, "Q1", "amount_cny", county="310107", year="2024") == [
        (yuan("156,211,123"),)
    ]


def test_q2_ranks_by_the_share_of_the_three_public_expenses(rows, all_counties):
    # “三公”经费预算表, 合计, in 万元; percent with three decimals.
    found = rows(all_counties, "Q2", "department fiscal_year three_public_cny percent")
    assert found == [
        (WANLI, "2024", wan("47.91"), Decimal("0.307")),  # 479,100 / 156,211,123 = 0.30670 %
        (WANLI, "2025", wan("37.91"), Decimal("0.2")),  # 379,100 / 189,767,551 = 0.19977 %
        (XIANGHE_IT, "2021", wan("3.8"), Decimal("0.082")),  # 38,000 / 46,246,400 = 0.08217 %
        (PUTUO_FINANCE, "2025", wan("0.95"), Decimal("0.03")),  # 9,500 / 31,214,205.8 = 0.03043 %
    ]
    # The table of 下口镇财政所 says nothing of them.
    assert rows(all_counties, "Q2", "percent", county="130131") == []


def test_q3_divides_operating_cost_by_personnel_cost(rows, all_counties):
    # 机关运行经费 in 万元; 人员经费 is the column of that name in the table of basic expenditure.
    found = rows(all_counties, "Q3", "department fiscal_year operating_cny personnel_cny ratio")
    assert found == [
        # 2,294,300 / 22,826,756 = 0.10051
        (PUTUO_FINANCE, "2025", wan("229.43"), yuan("22,826,756.00"), Decimal("0.101")),
        # 1,238,600 / 16,236,300 = 0.07629
        (XIANGHE_IT, "2021", wan("123.86"), wan("1623.63"), Decimal("0.076")),
        # 4,646,400 / 90,514,044 = 0.05133
        (WANLI, "2025", wan("464.64"), yuan("90,514,044"), Decimal("0.051")),
        # 4,431,800 / 88,537,451 = 0.05006
        (WANLI, "2024", wan("443.18"), yuan("88,537,451"), Decimal("0.05")),
    ]


def test_q4_compares_with_last_years_document_and_keeps_apart_what_is_stated(rows, all_counties):
    columns = (
        "department fiscal_year amount_cny last_year_cny restated_cny change_cny stated_change_cny "
        "stated_fiscal_change_cny"
    )
    now, before = yuan("189,767,551"), yuan("156,211,123")
    assert now - before == yuan("33,556,428")
    assert rows(all_counties, "Q4", columns) == [
        # Of 2023 there is no document: only what the text states, “减少876.75万元”.
        (WANLI, "2024", before, None, None, None, None, -wan("876.75")),
        # The text states 3,355.65 万元 more, which is the difference, rounded.
        (WANLI, "2025", now, before, None, now - before, None, wan("3355.65")),
        (PUTUO_FINANCE, "2025", yuan("31,214,205.80"), None, None, None, None, wan("107.62")),
        (XIANGHE_IT, "2021", wan("4624.64"), None, None, None, -wan("1225.21"), None),
    ]


@pytest.mark.parametrize("name", ["Q5", "Q6", "Q7", "Q8", "Q13"])
def test_tables_of_projects_targets_and_duties_are_those_of_the_first_disclosure(
    rows, all_counties, published, name
):
    # The PDFs have no table of projects or targets, and facts-only packages no duties.
    asked = "county" if name in ("Q7", "Q8") else "county document" if name != "Q13" else "county"
    assert rows(all_counties, name, asked) == rows(published, name, asked)
    for county in ("130131", "310107"):
        assert rows(all_counties, name, asked, county=county) == []


def test_q9_finds_no_sum_that_is_wrong_in_the_other_counties(rows, all_counties):
    found = rows(all_counties, "Q9", "county rule stated_cny computed_cny gap_cny")
    # 人员经费 1623.63 and 公用经费 123.86 of 基本支出 4624.64
    assert wan("1623.63") + wan("123.86") == wan("1747.49")
    assert found == [
        (XIANGHE, "basic-parts", wan("4624.64"), wan("1747.49"), wan("2877.15")),
    ]
    # 212 01 of 万里街道 2025: 合计 is one yuan more than 基本 and 项目 make, as rounding allows.
    assert yuan("94,995,790") - yuan("77,381,546") - yuan("17,614,243") == 1


def test_q10_takes_project_money_from_the_table_and_says_where_no_project_is_listed(
    rows, all_counties
):
    # 部门支出预算总表, 合计 of the column 项目支出. The PDFs list no projects in tables.
    columns = "department fiscal_year stated_cny itemised_cny projects not_itemised_cny"
    assert rows(all_counties, "Q10", columns) == [
        (WANLI, "2025", yuan("88,425,805"), 0, 0, yuan("88,425,805")),
        (WANLI, "2024", yuan("56,505,103"), 0, 0, yuan("56,505,103")),
        (PUTUO_FINANCE, "2025", yuan("6,093,114.80"), 0, 0, yuan("6,093,114.80")),
        # 2877.15 less 2595.10 in 16 tables
        (XIANGHE_IT, "2021", wan("2877.15"), wan("2595.10"), 16, wan("282.05")),
    ]
    # 基本支出 and 项目支出 make the total.
    assert yuan("101,341,746") + yuan("88,425,805") == yuan("189,767,551")
    assert yuan("99,706,020") + yuan("56,505,103") == yuan("156,211,123")
    assert yuan("25,121,091.00") + yuan("6,093,114.80") == yuan("31,214,205.80")


def test_q11_has_unit_prices_of_the_one_county_that_states_them(rows, all_counties):
    # The PDFs state procurement by 货物, 工程, 服务 in prose, without prices.
    columns = "county code unit_price_cny quantity"
    found = rows(all_counties, "Q11", columns)
    assert {row[0] for row in found} == {XIANGHE}
    assert (XIANGHE, "C0302", wan("107.14"), 1) in found
    assert rows(all_counties, "Q11", columns, county="310107") == []


def test_q12_divides_running_cost_by_the_cars_at_the_end_of_august(rows, all_counties):
    columns = "department fiscal_year cars running_cny book_value_cny running_per_car_cny"
    assert rows(all_counties, "Q12", columns) == [
        (WANLI, "2024", 7, wan("21.56"), None, 30_800),  # 215,600 / 7
        (WANLI, "2025", 8, wan("21.56"), None, 26_950),  # 215,600 / 8
        (XIANGHE_IT, "2021", 2, wan("3.8"), wan("19.99"), 19_000),
    ]
    # 普陀区财政局: “共有车辆0辆”, so nothing is divided.


def test_q14_sets_the_bureaus_of_finance_of_two_counties_side_by_side(rows, all_counties):
    columns = "county department amount_cny personnel_cny projects_cny three_public_cny"
    assert rows(all_counties, "Q14", columns, remit="finance") == [
        (PUTUO, PUTUO_FINANCE, yuan("31,214,205.80"), yuan("22,826,756.00"),
         yuan("6,093,114.80"), wan("0.95")),
        (PINGSHAN, XIAKOU, wan("690.36"), None, None, None),
    ]  # fmt: skip
    assert rows(all_counties, "Q14", "department fiscal_year", remit="subdistrict") == [
        (WANLI, "2024"),
        (WANLI, "2025"),
    ]


def test_q15_adds_up_classes_by_cofog_division(rows, all_counties):
    columns = "county fiscal_year division amount_cny classes"
    assert rows(all_counties, "Q15", columns) == [
        # Of 下口镇财政所: 201, then 213, 210, and 208 with 221 (which is 10.6).
        (PINGSHAN, "2025", "01", wan("516.39"), 1),
        (PINGSHAN, "2025", "04", wan("14.54"), 1),
        (PINGSHAN, "2025", "07", wan("21.53"), 1),
        (PINGSHAN, "2025", "10", wan("98.25") + wan("39.65"), 2),
        # 201, 204, 206, 212, 210, 207, 205, 208 and 221 of 万里街道
        (PUTUO, "2024", "01", yuan("2,932,700"), 1),
        (PUTUO, "2024", "03", yuan("1,633,000"), 1),
        (PUTUO, "2024", "04", yuan("100,000"), 1),
        (PUTUO, "2024", "06", yuan("119,385,303"), 1),
        (PUTUO, "2024", "07", yuan("3,223,657"), 1),
        (PUTUO, "2024", "08", yuan("200,000"), 1),
        (PUTUO, "2024", "09", yuan("250,000"), 1),
        (PUTUO, "2024", "10", yuan("19,604,064") + yuan("8,882,399"), 2),
        # the same of 2025, and 201, 210, 208 and 221 of 财政局
        (PUTUO, "2025", "01", yuan("3,296,600") + yuan("22,186,440.80"), 2),
        (PUTUO, "2025", "03", yuan("2,878,025"), 1),
        (PUTUO, "2025", "04", yuan("100,000"), 1),
        (PUTUO, "2025", "06", yuan("154,369,326"), 1),
        (PUTUO, "2025", "07", yuan("3,216,973") + yuan("782,164.00"), 2),
        (PUTUO, "2025", "08", yuan("200,000"), 1),
        (PUTUO, "2025", "09", yuan("250,000"), 1),
        (PUTUO, "2025", "10", yuan("16,091,895") + yuan("9,364,732")
         + yuan("3,508,644.00") + yuan("4,736,957.00"), 4),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("county", "year"), [("130131", "2025"), ("310107", "2024"), ("310107", "2025")]
)
def test_the_divisions_of_a_county_make_the_expenditure_of_its_departments(
    rows, all_counties, county, year
):
    divisions = rows(all_counties, "Q15", "amount_cny", county=county, year=year)
    departments = rows(all_counties, "Q1", "amount_cny", county=county, year=year)
    assert sum(row[0] for row in divisions) == sum(row[0] for row in departments)
