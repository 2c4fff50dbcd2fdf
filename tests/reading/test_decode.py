"""No byte of a text file is lost, whatever its charset."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yusuan.reading.decode import decode, encode

BUDGET = "香河县教育局2022年部门预算\r\n收入100.00万元，支出100.00万元。\n"


@pytest.mark.parametrize(
    ("data", "charset"),
    [
        (BUDGET.encode(), "utf-8"),
        (b"\xef\xbb\xbf" + BUDGET.encode(), "utf-8"),
        (b"\xff\xfe" + BUDGET.encode("utf-16-le"), "utf-16-le"),
        (b"\xfe\xff" + BUDGET.encode("utf-16-be"), "utf-16-be"),
        (BUDGET.encode("gbk"), "gb18030"),
        ("香河縣教育局2022年部門預算，收入100萬元。".encode("big5"), "big5"),
    ],
)
def test_the_charset_is_told_and_the_bytes_come_back(data, charset):
    text, found, undecoded = decode(data)
    assert found == charset
    assert "预算" in text or "預算" in text
    assert encode(text, found, undecoded) == data


def test_a_few_bad_bytes_in_utf_8_are_noted_where_they_stand():
    data = (BUDGET * 40).encode() + b"\xff" + BUDGET.encode()
    text, charset, undecoded = decode(data)
    assert charset == "utf-8"
    ((at, raw),) = undecoded
    assert (text[at], raw) == ("\ufffd", "ff")
    assert encode(text, charset, undecoded) == data


@given(st.binary(max_size=300))
def test_any_bytes_come_back(data):
    text, charset, undecoded = decode(data)
    assert encode(text, charset, undecoded) == data


@given(st.text(max_size=100), st.sampled_from(["utf-8", "gb18030", "utf-16-le"]))
def test_any_text_comes_back(text, charset):
    data = text.encode(charset, "ignore")
    found = decode(data)
    assert encode(*found) == data
