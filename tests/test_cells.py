"""Each value has one canonical form in CSV."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from yusuan.package.cells import numeral, to_csv


@pytest.mark.parametrize(
    ("value", "numeral_"),
    [
        ("3.00", "3"),
        ("0.50", "0.5"),
        ("46246400", "46246400"),
        ("4.62464E+7", "46246400"),
        ("-0.00", "0"),
        ("1E-7", "0.0000001"),
        ("-12.30", "-12.3"),
    ],
)
def test_a_numeral_has_one_form(value, numeral_):
    assert numeral(Decimal(value)) == numeral_


SCHEMA = {
    "fields": [
        {"name": "key", "type": "string", "constraints": {"required": True}},
        {"name": "amount", "type": "number"},
        {"name": "yes", "type": "boolean"},
        {"name": "day", "type": "date"},
        {"name": "year", "type": "year"},
    ]
}


def test_each_type_has_one_form_and_none_is_empty():
    rows = [
        {
            "key": "a",
            "amount": Decimal("26.00"),
            "yes": True,
            "day": date(2021, 3, 1),
            "year": 2021,
        },
        {"key": "b", "yes": False},
    ]
    assert to_csv("t", SCHEMA, rows) == (
        b"key,amount,yes,day,year\na,26,true,2021-03-01,2021\nb,,false,,\n"
    )


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("a,b", '"a,b"'),
        ('“a” "b"', '"“a” ""b"""'),
        ("a\nb", '"a\nb"'),
        ("a\rb", '"a\rb"'),
        (" a", '" a"'),
        ("a\u3000", '"a\u3000"'),
        ("a b", "a b"),
    ],
)
def test_only_what_needs_quotes_has_them(text, cell):
    assert to_csv("t", SCHEMA, [{"key": text}]).decode() == f"key,amount,yes,day,year\n{cell},,,,\n"


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ({"key": "a", "sum": 1}, "t row 1: no such column: sum"),
        ({"amount": 1}, "t row 1: key is required"),
        ({"key": ""}, "t row 1: key is required"),
        ({"key": 3}, "t row 1: key can't be 3"),
        ({"key": "a", "amount": "3.00"}, "t row 1: amount can't be '3.00'"),
        ({"key": "a", "amount": True}, "t row 1: amount can't be True"),
        ({"key": "a", "amount": Decimal("NaN")}, "t row 1: amount can't be Decimal('NaN')"),
        ({"key": "a", "day": "1.3.2021"}, "t row 1: day can't be '1.3.2021'"),
        ({"key": "a", "yes": 1}, "t row 1: yes can't be 1"),
    ],
)
def test_a_row_that_does_not_fit_is_a_fault_of_the_program(row, fault):
    with pytest.raises(AssertionError) as caught:
        to_csv("t", SCHEMA, [row])
    assert str(caught.value) == fault
