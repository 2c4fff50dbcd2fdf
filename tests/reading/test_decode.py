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


@pytest.mark.parametrize(
    ("data", "text", "undecoded"),
    [
        (b"\xff\xfe" + "收入".encode("utf-16-le") + b"\n", "\ufeff收入\ufffd", ((3, "0a"),)),
        (
            b"\xff\xfe" + "收".encode("utf-16-le") + b"\x00\xd8" + "入".encode("utf-16-le"),
            "\ufeff收\ufffd入",
            ((2, "00d8"),),
        ),
    ],
)
def test_utf_16_with_a_fault_is_still_utf_16(data, text, undecoded):
    assert decode(data) == (text, "utf-16-le", undecoded)
    assert encode(text, "utf-16-le", undecoded) == data


@pytest.mark.parametrize("declared", ["gb2312", "utf-16", "hex", "idna", "no-such-charset"])
def test_a_wrong_charset_that_a_page_declares_does_no_harm(declared):
    assert decode(BUDGET.encode("gbk"), declared)[:2] == (BUDGET, "gb18030")


@given(st.binary(max_size=60))
def test_any_bytes_after_a_mark_come_back(data):
    for mark in (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf"):
        assert encode(*decode(mark + data)) == mark + data
