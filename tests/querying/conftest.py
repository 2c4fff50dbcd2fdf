"""Small packages made by hand, whose answers can be worked out on paper."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from yusuan.package import as_json, template
from yusuan.package.cells import to_csv
from yusuan.package.shipped import table_resources
from yusuan.querying import ask, open_sources, question

UNIT = {"unit": "元", "tolerance_cny": Decimal(0), "status": "stated", "role": "total"}
PLACE = {"char_start": 0, "char_end": 1}


class Disclosure:
    """One document made by hand: rows are added, then it is written as a package."""

    def __init__(self, region, name, org, bureau, remit, year, revision_of=""):
        self.identifier = f"{region}.{org}.{year}.budget" + (".r2" if revision_of else "")
        self.common = {"region_code": region, "org_id": f"{region}.{org}", "fiscal_year": year}
        self.tables = {table: [] for table in table_resources(template())}
        self.add("regions", region_code=region, name=name, level="county")
        self.add("organizations", **self.without_year, name=bureau, kind="department", remit=remit)
        self.add("documents", document_id=self.identifier, **self.common, doc_type="budget",
                 title=f"{bureau}{year}年部门预算", media_type="text/plain", sha256="0" * 64,
                 bytes=1, text_length=1, revision_of=revision_of or None)  # fmt: skip

    @property
    def without_year(self):
        return {key: value for key, value in self.common.items() if key != "fiscal_year"}

    def add(self, table, **row):
        self.tables[table].append(row)

    def line(self, key, amount, *, form, **dimensions):
        year = {"stated_in": self.common["fiscal_year"], "phase": "approved",
                "direction": "expenditure"}  # fmt: skip
        self.add("budget_lines", **{"document_id": self.identifier, "line_key": key, "form": form,
                                    **self.common, **year, **UNIT, **PLACE,
                                    "amount_cny": Decimal(amount), **dimensions})  # fmt: skip

    def project(self, code, name, amount, percents, *, earmarked=False):
        """A project, its amount, and its plan at the ends of March, June, October and December."""
        number = len(self.tables["projects"]) + 1
        self.add("projects", project_code=code, name=name, **self.common, ordinal=number,
                 earmarked=earmarked, document_id=self.identifier, **PLACE)  # fmt: skip
        self.line(f"dept-project.{code}.total", amount, form="dept-project", project_code=code,
                  fund_source="total")  # fmt: skip
        for month, percent in zip(("03-31", "06-30", "10-31", "12-31"), percents, strict=True):
            stated = {} if percent is None else {"cumulative_percent": Decimal(percent)}
            self.add("payment_plans", document_id=self.identifier, plan_key=f"{code}.{month[:2]}",
                     project_code=code, as_of=f"{self.common['fiscal_year']}-{month}", **stated,
                     status="blank" if percent is None else "stated", **PLACE)  # fmt: skip

    def write(self, folder: Path) -> Path:
        """Write it as a package, as another program would."""
        (folder / "resources").mkdir(parents=True)
        resources = []
        for name, resource in table_resources(template()).items():
            texts = [{**field, "type": "string"} if field["type"] == "date" else field
                     for field in resource["schema"]["fields"]]  # fmt: skip
            content = to_csv(name, {"fields": texts}, self.tables[name])
            (folder / resource["path"]).write_bytes(content)
            plain = {key: resource[key] for key in resource if key not in ("bytes", "hash")}
            resources.append(plain)
        descriptor = template() | {"name": self.identifier, "resources": resources}
        (folder / "datapackage.json").write_bytes(as_json(descriptor))
        return folder


@pytest.fixture
def disclosure():
    """A function that makes a document by hand."""
    return Disclosure


@pytest.fixture
def two_counties(tmp_path) -> Path:
    """Two bureaus of finance in two counties, one of them in two years, all figures invented."""
    folder = tmp_path / "packages"
    first = Disclosure("130131", "平山县", "301", "平山县财政局", "finance", 2020)
    first.line("dept-expenditure.total", 8_000_000, form="dept-expenditure", nature="total")
    first.write(folder / "pingshan-2020")

    second = Disclosure("130131", "平山县", "301", "平山县财政局", "finance", 2021)
    second.line("dept-expenditure.total", 10_000_000, form="dept-expenditure", nature="total")
    second.line("dept-expenditure.total.project", 900_000, form="dept-expenditure",
                nature="project")  # fmt: skip
    second.line("dept-expenditure.total.2020", 7_500_000, form="dept-expenditure", nature="total",
                fiscal_year=2020)  # fmt: skip
    second.line("dept-general-basic.total.basic-personnel", 4_000_000, form="dept-general-basic",
                nature="basic-personnel")  # fmt: skip
    second.line("dept-operating.operating", 1_000_000, form="dept-operating", item="operating")
    second.line("dept-three-public.three-public", 250_000, form="dept-three-public",
                item="three-public")  # fmt: skip
    second.line("dept-three-public.vehicle-running", 120_000, form="dept-three-public",
                item="vehicle-running")  # fmt: skip
    for code, amount in (("201", 6_000_000), ("207", 1_500_000), ("208", 2_500_000)):
        second.line(f"dept-expenditure.{code}.total", amount, form="dept-expenditure",
                    nature="total", function_code=code, role="subtotal")  # fmt: skip
    second.line("dept-expenditure.20106.total", 6_000_000, form="dept-expenditure", nature="total",
                function_code="20106", role="subtotal")  # fmt: skip
    for code, label, cofog in (
        ("201", "一般公共服务支出", "01"),
        ("207", "文化支出", "08"),
        ("208", "社会保障和就业支出", "10"),
        ("20106", "财政事务", "011"),
    ):
        second.add("classifications", code=code, scheme="function", edition="2021", label=label,
                   cofog=cofog)  # fmt: skip
    second.add("classifications", code="C0302", scheme="procurement", edition="2013",
               label="互联网信息服务")  # fmt: skip
    # 300,000 of 900,000 wait until after October: a blank is no payment, and so is a zero.
    second.project("13013121AAAAAAAAAAAA1", "甲", 100_000, (None, None, 0, 100))
    second.project("13013121AAAAAAAAAAAA2", "乙", 200_000, (None, None, None, 100), earmarked=True)
    second.project("13013121AAAAAAAAAAAA3", "丙", 500_000, (0, 50, 80, 100))
    second.add("procurement_items", document_id=second.identifier, procurement_key="1",
               **second.common, project_code="13013121AAAAAAAAAAAA3", item_name="专线",
               catalogue_code="C0302", fund_source="total", measure_unit="条",
               quantity=Decimal(4), unit_price_cny=Decimal(30000), amount_cny=Decimal(120_000),
               **UNIT, **PLACE)  # fmt: skip
    second.add("assets", document_id=second.identifier, asset_key="vehicles",
               **second.without_year, as_of="2020-12-31", asset_class="vehicles", label="车辆",
               quantity=Decimal(3), amount_cny=Decimal(450_000), unit="元",
               tolerance_cny=Decimal(0), status="stated", **PLACE)  # fmt: skip
    second.add("text_items", document_id=second.identifier, item_key="duty.01", kind="duty",
               ordinal=1, org_id="130131.301", text="负责政府采购监督管理。", **PLACE)  # fmt: skip
    second.write(folder / "pingshan-2021")

    third = Disclosure("310107", "普陀区", "201", "普陀区财政局", "finance", 2021)
    third.line("dept-balance.expenditure.total", 20_000_000, form="dept-balance", item="total")
    third.line("dept-balance.expenditure.201", 20_000_000, form="dept-balance",
               function_code="201", role="leaf")  # fmt: skip
    third.line("dept-three-public.three-public", 100_000, form="dept-three-public",
               item="three-public")  # fmt: skip
    third.add("classifications", code="201", scheme="function", edition="2021",
              label="一般公共服务支出", cofog="01")  # fmt: skip
    third.write(folder / "putuo-2021")
    return folder


@pytest.fixture(scope="session")
def published(root):
    """The first disclosure, to be asked."""
    return open_sources([root])


@pytest.fixture(scope="session")
def real_counties(root) -> Path:
    """The facts-only packages of real disclosures of other counties."""
    return root / "tests" / "counties"


@pytest.fixture(scope="session")
def all_counties(root, real_counties):
    """Three counties: the first disclosure and the real ones beside it, to be asked."""
    return open_sources([root, real_counties])


@pytest.fixture(scope="session")
def rows():
    """A function that asks and returns some columns: figures as numbers, the rest as text."""

    def asked(source, name, columns, **given):
        answer = ask(source, question(name).query(given, source.base), 60)
        places = [answer.variables.index(column) for column in columns.split()]
        return [tuple(_plain(row[place]) for place in places) for row in answer.rows]

    return asked


def _plain(cell):
    if cell is None:
        return None
    return Decimal(cell.text) if cell.is_number else cell.text
