"""The rules find in disclosures of other templates what is wrong, and no more."""

import importlib.util
from pathlib import Path

import pytest

from yusuan.checking import check

_spec = importlib.util.spec_from_file_location(
    "templatemaker", Path(__file__).parent / "templatemaker.py"
)
made = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made)
built = made.built
errors = made.errors
rules_find = made.rules_find
template = made.template


@pytest.fixture(scope="module", params=made.NAMES)
def document(request):
    return template(request.param)


def test_the_rules_find_no_fault_in_a_template(document):
    assert errors(rules_find(document)) == []


def test_the_package_of_a_template_has_no_fault(tmp_path):
    found = check(built(template("henan"), tmp_path).target)
    assert errors(found.findings) == []


@pytest.mark.parametrize(
    ("name", "right", "wrong", "rules"),
    [
        # a 项 of 支出决算表 that its 款 does not hold
        ("final-accounts", "行政运行|600.00|600.00", "行政运行|610.00|610.00", {"class-sums"}),
        # 结余分配 of 收入支出决算总表 stands in the total
        ("final-accounts", "结余分配|59|5.00", "结余分配|59|6.00", {"balance-totals"}),
        # the column 增减额 of 一般公共预算支出表
        ("central", "-25.00", "-24.00", {"change-total"}),
        # 小计 of 上年结转结余 in 收入总表 stands in the total of its row
        ("beijing", "5.00|50.00|45.00", "5.00|51.00|45.00", {"row-sums", "table-narrative"}),
    ],
)
def test_a_wrong_sum_in_a_template_is_found(name, right, wrong, rules):
    document = template(name)
    for table in document["table"]:
        if right in table["drawn"]:
            table["drawn"] = table["drawn"].replace(right, wrong, 1)
            document["table"] = [table]
            break
    else:
        pytest.fail(f"{right} stands in no table")
    found = rules_find(document)
    assert {one.rule for one in found if one.severity == "error"} == rules
