"""Amounts are read as bureaus print them."""

import re
from decimal import Decimal

import pytest

from yusuan.amounts import status_of, to_yuan, tolerance


@pytest.mark.parametrize(
    ("printed", "unit", "yuan"),
    [
        ("4624.64", "万元", "46246400"),
        ("3.8", "万元", "38000"),
        ("31,214,205.80", "元", "31214205.80"),
        ("１２３", "元", "123"),
        ("1,234\n.56", "元", "1234.56"),  # a narrow cell of a PDF
        ("（12.30）", "万元", "-123000"),
        ("△5", "元", "-5"),
        ("-3.1", "元", "-3.1"),
        ("0", "万元", "0"),
        ("1.2", "亿元", "120000000"),
    ],
)
def test_amounts_are_read_as_bureaus_print_them(printed, unit, yuan):
    assert to_yuan(printed, unit) == Decimal(yuan)


@pytest.mark.parametrize("printed", ["", " ", "-", "——", "－"])
def test_a_blank_or_a_dash_means_no_amount_and_not_zero(printed):
    assert to_yuan(printed, "万元") is None


@pytest.mark.parametrize("printed", ["见附表", "1,23", "12.3.4", "约5", "一〇"])
def test_what_is_no_number_is_not_guessed(printed):
    with pytest.raises(ValueError, match=re.escape(printed)):
        to_yuan(printed, "元")


@pytest.mark.parametrize(
    ("printed", "status"), [("", "blank"), ("——", "dash"), ("0.00", "zero"), ("3", "stated")]
)
def test_zero_blank_and_dash_are_told_apart(printed, status):
    assert status_of(printed) == status


def test_tolerance_is_half_a_unit_in_the_last_printed_place():
    assert tolerance("4624.64", "万元") == Decimal(50)
    assert tolerance("3.8", "万元") == Decimal(500)
    assert tolerance("12", "元") == Decimal("0.5")
    assert tolerance("0.00", "万元") == Decimal(50)


def test_a_plain_zero_is_exact():
    assert tolerance("0", "万元") == 0
