"""The format of a file, told by its bytes and never by its name.

A .doc may be HTML, RTF, MHTML or docx, a .xls HTML; encrypted Office files are OLE.
"""

from __future__ import annotations

import re
import zipfile

from yusuan.errors import DocumentError
from yusuan.messages import say

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*")
_ARCHIVES = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b\x08")
# A page, whatever stands before its first tag: declarations, comments.
_HTML = re.compile(
    rb"\s*(?:<\?[^>]*>\s*|<!--.*?-->\s*)*"
    rb"<(?:!doctype\s+html|(?:html|head|body|meta|title|style|script|link|table|div|p|span|font|center"
    rb"|h[1-6]|ul|ol)\b)",
    re.IGNORECASE | re.DOTALL,
)
# A page that begins with words.
_TAGGED = re.compile(rb"<(?:html|body|table)(?:\s[^<>]*)?>", re.IGNORECASE)
# Browsers write who saved the page, where and when before it.
_MHTML = re.compile(
    rb"(?:(?!MIME-Version:|Content-Type:)[A-Z][A-Z0-9-]*:[^\n]*\n(?:[ \t][^\n]*\n)*)*"
    rb"(?:MIME-Version:|Content-Type:\s*multipart/related)",
    re.IGNORECASE,
)
_HEAD = 4096
# Control characters that no text file has.
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
# Of a zip member, no more is looked at than this.
_GLANCE = 1 << 20
_MOST_MEMBERS = 20_000


def sniff(data: bytes) -> str:
    """Return `docx`, `doc`, `odt`, `rtf`, `html`, `mhtml`, `pdf`, `xlsx`, `xls` or `txt`.

    Raises:
        DocumentError: The file is empty, encrypted, damaged, a picture, an archive, or of a kind
            that isn't read.
    """
    head = data[:_HEAD]
    if not head.strip() and not data.strip():
        raise _error("empty")
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zipped(data)
    if data.startswith(OLE):
        return _ole(data)
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if head.lstrip().startswith(b"{\\rtf"):
        return "rtf"
    if _is_picture(data):
        raise _error("picture")
    if data.startswith(_ARCHIVES):
        raise _error("archive")
    return _worded(head)


def _error(key: str, advice: str | None = None) -> DocumentError:
    return DocumentError("", say(key), say(advice or f"{key}-advice"))


def _is_picture(data: bytes) -> bool:
    # Words may begin with BM, too: a bitmap states its own size after it.
    is_bitmap = data.startswith(b"BM") and int.from_bytes(data[2:6], "little") == len(data)
    is_webp = data.startswith(b"RIFF") and data[8:12] == b"WEBP"
    return data.startswith(_PICTURES) or is_bitmap or is_webp


def _worded(head: bytes) -> str:
    """Return the format of what is written in words: a page, a web archive, or text."""
    is_utf16 = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    plain = head.removeprefix(b"\xef\xbb\xbf")
    if is_utf16:
        plain = head.decode("utf-16", "ignore").encode("utf-8")
    if _MHTML.match(plain.lstrip()):
        return "mhtml"
    if _HTML.match(plain) or _TAGGED.search(plain):
        return "html"
    # Word 2003 and Excel 2003 write XML that is no page.
    if plain.lstrip().startswith(b"<?xml") or (not is_utf16 and _BINARY.search(head)):
        raise _error("unknown-kind")
    return "txt"


def _zipped(data: bytes) -> str:
    from yusuan.reading.zipped import open_zip

    # The list of members is read whole, and the process that looks at it has no limits.
    if data.count(b"PK\x01\x02") > _MOST_MEMBERS:
        raise _error("zip-broken", "broken-advice")
    with open_zip(data) as archive:
        names = set(archive.namelist())
        if "word/document.xml" in names:
            return "docx"
        if "xl/workbook.xml" in names:
            return "xlsx"
        if b"opendocument.text" in _glance(archive, names, "mimetype"):
            if b"encryption-data" in _glance(archive, names, "META-INF/manifest.xml"):
                raise _error("encrypted")
            return "odt"
        # Some programs give the main part another name.
        types = _glance(archive, names, "[Content_Types].xml")
        if b"wordprocessingml.document.main" in types:
            return "docx"
        if b"spreadsheetml.sheet.main" in types:
            return "xlsx"
        if "OFD.xml" in names:
            raise _error("ofd")
        if not types and "mimetype" not in names:
            raise _error("archive")
    raise _error("unknown-kind")


def _glance(archive: zipfile.ZipFile, names: set[str], name: str) -> bytes:
    if name not in names:
        return b""
    with archive.open(name) as stream:
        return stream.read(_GLANCE)


# The FIB, where the WordDocument stream begins: magic, and in its flags the bit fEncrypted.
_FIB = 0xA5EC
_FLAGS, _ENCRYPTED = 10, 0x0100


def _ole(data: bytes) -> str:
    from yusuan.reading.ole import streams

    top = streams(data)
    if "EncryptedPackage" in top or "EncryptionInfo" in top:
        raise _error("encrypted")
    if "WordDocument" in top:
        fib = data[top["WordDocument"] :][:12]
        flags = int.from_bytes(fib[_FLAGS:], "little")
        if int.from_bytes(fib[:2], "little") == _FIB and flags & _ENCRYPTED:
            raise _error("encrypted")
        return "doc"
    if "Workbook" in top or "Book" in top:
        return "xls"
    raise _error("unknown-kind")
