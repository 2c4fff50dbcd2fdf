"""Bytes of a text file as characters, and back again without losing one byte.

The ladder: byte order mark, strict UTF-8, then UTF-8 with few faults, GB18030 and Big5, of which
the one that reads most like a budget wins. Charset guessers are wrong on small GBK files.
"""

from __future__ import annotations

import codecs
import re

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WORDS = (
    "预算",
    "預算",
    "收入",
    "支出",
    "万元",
    "萬元",
    "项目",
    "項目",
    "部门",
    "部門",
    "财政",
    "財政",
    "绩效",
    "经费",
    "年",
)
_WORD = re.compile("|".join(_WORDS))
# What no budget prints, and a wrong charset makes: private characters, C1 controls.
_RARE = re.compile("[\ue000-\uf8ff\x80-\x9f]")
# More faults than one in two hundred bytes, and it is no UTF-8.
_FEW = 200
# The charsets that a page may declare and be believed; gb18030 holds gb2312 and gbk.
_DECLARED = frozenset({"big5", "big5hkscs", "cp950", "hz", "euc_tw", "euc_kr", "shift_jis"})


def decode(data: bytes, hint: str | None = None) -> tuple[str, str, tuple[tuple[int, str], ...]]:
    """Return the text, its charset, and the bytes that are no text in it.

    Args:
        data: The file.
        hint: The charset that the file declares, tried after UTF-8.

    Returns:
        The text with a byte order mark kept as U+FEFF and each bad byte as U+FFFD; the charset;
        and (offset into the text, the bytes in hexadecimal) for each U+FFFD. `encode` of the
        three is `data` again.
    """
    for mark, charset in _MARKS:
        if data.startswith(mark):
            found = _strict(data, charset)
            if found is not None:
                return found, charset, ()
            if charset != "utf-8":  # which is tried below, with what else it may be
                return _faulty_utf16(data, charset)
    found = _strict(data, "utf-8")
    if found is not None:
        return found, "utf-8", ()
    return max(_guesses(data, hint), key=lambda guess: _score(guess[0], len(guess[2])))


def encode(text: str, charset: str, undecoded: tuple[tuple[int, str], ...]) -> bytes:
    """Return the bytes that `decode` made `text` of."""
    if not undecoded:
        return text.encode(charset)
    parts, at = [], 0
    for offset, raw in undecoded:
        parts += [text[at:offset].encode(charset), bytes.fromhex(raw)]
        at = offset + 1
    return b"".join([*parts, text[at:].encode(charset)])


def _strict(data: bytes, charset: str) -> str | None:
    try:
        text = data.decode(charset)
    except UnicodeDecodeError:
        return None
    return text if text.encode(charset) == data else None


def _guesses(data: bytes, hint: str | None) -> list[tuple[str, str, tuple[tuple[int, str], ...]]]:
    guesses = [_faulty(data, "utf-8")]
    for charset in dict.fromkeys(filter(None, ("gb18030", "big5", _canonical(hint)))):
        text = _strict(data, charset)
        guesses.append((text, charset, ()) if text is not None else _faulty(data, charset))
    return guesses


def _canonical(hint: str | None) -> str | None:
    try:
        name = "" if hint is None else codecs.lookup(hint).name
    except LookupError:
        return None
    return name if name in _DECLARED else None


def _faulty(data: bytes, charset: str) -> tuple[str, str, tuple[tuple[int, str], ...]]:
    """Decode with one U+FFFD for each byte that is no text."""
    text = data.decode(charset, "surrogateescape" if charset == "utf-8" else "yusuan-bytes")
    bad = [(match.start(), f"{ord(match.group()) - 0xDC00:02x}") for match in _BAD.finditer(text)]
    plain = _BAD.sub("\ufffd", text)
    if encode(plain, charset, tuple(bad)) == data:
        return plain, charset, tuple(bad)
    # Some charsets write one character in two ways; Latin-1 has one byte for each.
    return data.decode("latin-1"), "latin-1", ()


def _faulty_utf16(data: bytes, charset: str) -> tuple[str, str, tuple[tuple[int, str], ...]]:
    """Decode with one U+FFFD for each half of a pair that stands alone, and an odd last byte."""
    even = len(data) // 2 * 2
    text = data[:even].decode(charset, "surrogatepass")
    bad = [
        (match.start(), match.group().encode(charset, "surrogatepass").hex())
        for match in _HALF.finditer(text)
    ]
    plain = _HALF.sub("\ufffd", text)
    if even < len(data):
        bad.append((len(plain), data[even:].hex()))
        plain += "\ufffd"
    return plain, charset, tuple(bad)


_BAD = re.compile("[\udc00-\udcff]")
_HALF = re.compile("[\ud800-\udfff]")


def _one_byte(fault: UnicodeError) -> tuple[str, int]:
    if not isinstance(fault, UnicodeDecodeError):
        raise fault
    return chr(0xDC00 + fault.object[fault.start]), fault.start + 1


codecs.register_error("yusuan-bytes", _one_byte)


def _score(text: str, faults: int) -> float:
    words = len(_WORD.findall(text))
    rare = len(_RARE.findall(text))
    return words - 5 * rare - faults * (1 if faults * _FEW < len(text) else 50)
