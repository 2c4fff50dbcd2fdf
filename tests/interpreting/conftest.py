"""Documents of the province's template, as text dumps."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from yusuan.interpreting import interpret
from yusuan.reading import Source
from yusuan.reading.dump import read_txt
from yusuan.sidecar import Sidecar


def _read(text: str, sidecar: Sidecar | None = None):
    data = text.encode()
    source = Source(Path("document.txt"), "0" * 64, len(data), read_txt(data))
    return interpret(source, sidecar or Sidecar())


@pytest.fixture(scope="session")
def read():
    """Interpret a text dump."""
    return _read


@pytest.fixture(scope="session")
def first_text(first_disclosure) -> str:
    """The first disclosure as text."""
    return first_disclosure.read_bytes().decode()


@pytest.fixture(scope="session")
def first(first_text):
    """The first disclosure, interpreted."""
    return _read(first_text)


@pytest.fixture(scope="session")
def narrative():
    """Make a small document of the template out of some of its sections."""

    def make(body: str, name: str = "香河县教育局", year: int = 2022) -> str:
        return f"{name}{year}年部门预算信息公开情况说明\n{body}"

    return make


@pytest.fixture(scope="session")
def project_table():
    """Make the two tables of a project."""

    def cells(*texts: str) -> str:
        return "".join(f"\t{text}\n" for text in texts) + "\n"

    def make(
        name: str,
        code: str,
        *,
        unit: str = "401001香河县教育局本级",
        money: tuple[str, str, str] = ("10.00", "10.00", "0"),
        plan: tuple[str, ...] = ("", "50.00%", "", "100.00%"),
        indicators: int = 2,
        ordinal: int = 1,
    ) -> str:
        head = f"{ordinal}.{name}绩效目标表\n" + cells(unit, "单位：万元")
        head += cells("项目编码", code, "项目名称", name)
        head += cells("预算规模及资金用途", "预算数", money[0], "其中：财政资金", money[1],
                      "其他资金", money[2])  # fmt: skip
        head += cells("", f"用于{name}")
        head += cells("资金支出计划（%）", "3月底", "6月底", "10月底", "12月底") + cells("", *plan)
        head += cells("绩效目标", "1.目标甲\n2.目标乙") + "\n\n"
        table = cells(
            "一级指标", "二级指标", "三级指标", "绩效指标描述", "指标值", "指标值确定依据"
        )
        for number in range(indicators):
            table += cells("产出指标" if not number else "", "数量指标", f"指标{number}", "描述",
                           f"≥{number}个", "历史数据")  # fmt: skip
        return re.sub(r"\n\n\n\n+", "\n\n\n", head) + table + "\n\n"

    return make


@pytest.fixture
def lines(read, narrative):
    """The lines, changes and unread pieces of a department's section of 2024."""

    def of(section: str):
        found = read(narrative("一、部门职责\n（一）办事。\n" + section, "香河县教育局", 2024))
        return (
            [(row["line_key"], row["amount_cny"]) for row in found.rows["budget_lines"]],
            [
                (row["change_key"], row["change_cny"], row["base_year"], row["reason"])
                for row in found.rows["budget_changes"]
            ],
            [piece.text for piece in found.unread],
        )

    return of
