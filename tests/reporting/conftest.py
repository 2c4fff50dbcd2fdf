"""A check with real faults of the first disclosure, the cells as they stand there."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from yusuan.checking import check
from yusuan.findings import Checked, Examined, Finding, Place

TEXT = "resources/text.txt"
DOCUMENT = "131024.304.2021.budget"
RULES = {
    "zh": "地方预决算公开操作规程（财预〔2016〕143号）",
    "en": "Rules of operation (财预〔2016〕143号)",
}
HEADINGS = {
    "timeliness": {"zh": "及时性", "en": "Timeliness"},
    "completeness": {"zh": "完整性", "en": "Completeness"},
    "authenticity": {"zh": "真实性", "en": "Truthfulness"},
    "detail": {"zh": "细化程度", "en": "Degree of detail"},
    "form": {"zh": "公开形式", "en": "Form of publication"},
}


def both(zh: str, en: str = "") -> dict[str, str]:
    return {"zh": zh, "en": en or zh}


@pytest.fixture(scope="session")
def text(root) -> str:
    return (root / TEXT).read_bytes().decode("utf-8")


@pytest.fixture(scope="session")
def place(text):
    """Return a function: words of the first disclosure → where they stand."""

    def find(words: str, within: str = "") -> Place:
        start = text.index(within or words)
        start = text.index(words, start)
        before = text.rfind("\n", 0, start) + 1
        return Place(
            path=TEXT,
            line=text.count("\n", 0, start) + 1,
            column=start - before + 1,
            quote=words,
            char_start=start,
            char_end=start + len(words),
        )

    return find


@pytest.fixture(scope="session")
def basic_parts(place) -> Finding:
    return Finding(
        key="basic-parts.dept-expenditure-text.basic",
        rule="basic-parts",
        severity="error",
        of_package=False,
        title=both("基本支出等于人员经费加公用经费", "Basic expenditure is personnel plus public"),
        message=both(
            "基本支出写为4624.64万元，人员经费与公用经费合计为1747.49万元，相差2877.15万元",
            "Basic expenditure is stated as 4624.64万元; its parts make 1747.49万元",
        ),
        advice=both("核对这几个数字，改正写错的一个", "Correct the one that is wrong"),
        sources=[RULES],
        place=place("4624.64", within="其中基本支出"),
        focus=f"https://w3id.org/yusuan/doc/{DOCUMENT}/line/dept-expenditure-text.basic",
        document_id=DOCUMENT,
        heading="authenticity",
        stated=Decimal(46246400),
        computed=Decimal(17474900),
    )


@pytest.fixture(scope="session")
def projects_total(basic_parts, place) -> Finding:
    return replace(
        basic_parts,
        key="projects-total.dept-expenditure-text.project",
        rule="projects-total",
        severity="explain",
        title=both(
            "项目支出合计与绩效目标表一致", "Project expenditure is the sum of its projects"
        ),
        message=both("16 张绩效目标表预算数合计 2595.10 万元，相差 282.05 万元"),
        advice=both("补充未列出的项目，或说明原因", "Add the projects that are missing"),
        place=place("2877.15", within="特定目标类项目支出"),
        heading="detail",
        stated=Decimal(28771500),
        computed=Decimal("25951000.50"),
    )


@pytest.fixture(scope="session")
def bare_targets(basic_parts, place) -> list[Finding]:
    """Seven targets that do not say whether they are least or most; here the same cell again."""
    return [
        replace(
            basic_parts,
            key=f"target-sign.{number}",
            rule="target-sign",
            severity="note",
            title=both("指标值写明界限", "A target has a sign"),
            message=both("指标值没有写明是至少还是至多", "The target has no sign"),
            advice=both("写明 ≥ 或 ≤", "State ≥ or ≤"),
            place=replace(place("100%", within="资料验收合格率"), table=3, table_row=12),
            heading="form",
            stated=None,
            computed=None,
        )
        for number in range(7)
    ]


@pytest.fixture(scope="session")
def torn_value(basic_parts) -> Finding:
    """A fault of the package, with a cell that would be markup if nobody took care."""
    return replace(
        basic_parts,
        key="package-values.budget_lines.3.amount_cny",
        rule="package-values",
        of_package=True,
        title=both("每个值的类型和取值合乎描述文件", "Every value has its type"),
        message=both(
            "第 3 行的“amount_cny”是“<script>\x07&”", "amount_cny of row 3 is “<script>\x07&”"
        ),
        sources=[both("Table Schema")],
        place=Place("resources/budget_lines.csv", row=3, field="amount_cny"),
        focus=None,
        document_id=None,
        heading=None,
        stated=None,
        computed=None,
    )


@pytest.fixture(scope="session")
def checked(root, basic_parts, projects_total, bare_targets, torn_value) -> Checked:
    findings = [torn_value, basic_parts, projects_total, *bare_targets]
    examined = [
        Examined("package-values", torn_value.title, 2249, 1),
        Examined("income-parts", both("收入总计等于各项收入之和", "Total income"), 1, 0),
        Examined("basic-parts", basic_parts.title, 1, 1),
        Examined("change-total", both("比上年增减额等于两年之差", "A change"), 0, 0),
        Examined("projects-total", projects_total.title, 1, 1),
        Examined("target-sign", bare_targets[0].title, 106, 7),
    ]
    title = both("香河县工业和信息化局2021年部门预算", "2021 budget of 香河县工业和信息化局")
    return Checked(root, title, findings, examined, HEADINGS)


@pytest.fixture(scope="session")
def published(root) -> Checked:
    return check(root)
