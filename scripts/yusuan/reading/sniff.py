"""The format of a file, told by its bytes and never by its name.

A .doc may be HTML, RTF, MHTML or docx, a .xls HTML; encrypted Office files are OLE.
"""

from __future__ import annotations

import io
import re
import zipfile

from yusuan.errors import DocumentError
from yusuan.messages import say

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*", b"BM")
_HTML = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|meta|table|div|p)\b",
    re.IGNORECASE | re.DOTALL,
)
_MHTML = re.compile(rb"(?:MIME-Version:|Content-Type:\s*multipart/related)", re.IGNORECASE)
_HEAD = 4096
# Control characters that no text file has.
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def sniff(data: bytes) -> str:
    """Return `docx`, `doc`, `odt`, `rtf`, `html`, `mhtml`, `pdf`, `xlsx`, `xls` or `txt`.

    Raises:
        DocumentError: The file is empty, encrypted, a picture, or of a kind that isn't read.
    """
    head = data[:_HEAD]
    if not data.strip():
        raise DocumentError("", say("empty"), say("empty-advice"))
    if data.startswith(b"PK"):
        return _zipped(data)
    if data.startswith(OLE):
        return _ole(data)
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if head.lstrip().startswith(b"{\\rtf"):
        return "rtf"
    if data.startswith(_PICTURES):
        raise DocumentError("", say("picture"), say("picture-advice"))
    plain = _plain(head)
    if _MHTML.match(plain.lstrip()):
        return "mhtml"
    if _HTML.match(plain):
        return "html"
    if not _is_utf16(data) and _BINARY.search(head) is not None:
        raise DocumentError("", say("unknown-kind"), say("unknown-kind-advice"))
    return "txt"


def _is_utf16(data: bytes) -> bool:
    return data.startswith((b"\xff\xfe", b"\xfe\xff"))


def _plain(head: bytes) -> bytes:
    if _is_utf16(head):
        return head.decode("utf-16", "ignore").encode("utf-8")
    return head.removeprefix(b"\xef\xbb\xbf")


def _zipped(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            if "word/document.xml" in names:
                return "docx"
            if "xl/workbook.xml" in names:
                return "xlsx"
            if "mimetype" in names and b"opendocument.text" in archive.read("mimetype")[:200]:
                manifest = archive.read("META-INF/manifest.xml")[: 1 << 20]
                if b"encryption-data" in manifest:
                    raise DocumentError("", say("encrypted"), say("encrypted-advice"))
                return "odt"
    except (zipfile.BadZipFile, KeyError, EOFError, NotImplementedError, OSError) as fault:
        raise DocumentError("", say("zip-broken"), say("broken-advice")) from fault
    raise DocumentError("", say("unknown-kind"), say("unknown-kind-advice"))


def _ole(data: bytes) -> str:
    def has(name: str) -> bool:
        return name.encode("utf-16-le") in data

    if has("EncryptedPackage") or has("EncryptionInfo"):
        raise DocumentError("", say("encrypted"), say("encrypted-advice"))
    if has("WordDocument"):
        if _is_encrypted_doc(data):
            raise DocumentError("", say("encrypted"), say("encrypted-advice"))
        return "doc"
    if has("Workbook") or has("Book"):
        return "xls"
    raise DocumentError("", say("unknown-kind"), say("unknown-kind-advice"))


# The FIB of a Word 97 file: magic, and in its flags the bit fEncrypted.
_FIB = 0xA5EC
_FLAGS, _ENCRYPTED = 10, 0x0100


def _is_encrypted_doc(data: bytes) -> bool:
    for sector in range(512, min(len(data), 1 << 22), 512):
        if int.from_bytes(data[sector : sector + 2], "little") == _FIB:
            flags = int.from_bytes(data[sector + _FLAGS : sector + _FLAGS + 2], "little")
            return bool(flags & _ENCRYPTED)
    return False
