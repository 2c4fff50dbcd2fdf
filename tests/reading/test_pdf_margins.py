"""Where the text of a PDF page ends: a stop may hang over its margin."""

from yusuan.reading.lines import is_wrapped, to_lines
from yusuan.reading.stitch import right_margin

SIZE, WIDTH = 10, 595


def line(words, top, left=60):
    chars, at = [], float(left)
    for character in words:
        across = SIZE / 2 if character.isascii() else SIZE
        chars.append({"text": character, "x0": at, "x1": at + across, "top": top,
                      "bottom": top + SIZE, "size": SIZE})  # fmt: skip
        at += across
    return to_lines(chars, 1)[0]


def test_a_stop_that_hangs_over_the_margin_does_not_widen_it():
    # as Word and LibreOffice set it; the second line has room for half a character
    hanging, broken = line("预" * 40 + "，", 100), line("预" * 39 + "1", 115)
    full = line("预" * 40, 130)
    margin = right_margin([hanging, broken, full, full, full], WIDTH)
    assert margin == full.x1
    assert is_wrapped(broken, full, 60, margin)
    assert not is_wrapped(broken, full, 60, hanging.x1)
