"""PDF files, read as what stands on each page: lines of text, and the cells of ruled tables.

Pages are put together as paragraphs and tables in `stitch`. Text that stands on its side
(watermarks, stamps) is left out. Nothing is recognised in pictures.
"""

from __future__ import annotations

import io
import logging
import zlib
from collections.abc import Iterator
from typing import Any

import pdfplumber
from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect
from pdfminer.pdfexceptions import PDFException
from pdfminer.pdftypes import PDFStream, resolve1
from pdfminer.psexceptions import PSException
from pdfminer.psparser import LIT
from pdfplumber.page import Page
from pdfplumber.pdf import PDF
from pdfplumber.utils.exceptions import MalformedPDFException, PdfminerException

from yusuan.errors import DocumentError
from yusuan.messages import say
from yusuan.reading.document import Document, compose
from yusuan.reading.lines import to_lines
from yusuan.reading.page import PageContent
from yusuan.reading.ruling import Box, find_grids
from yusuan.reading.stitch import stitch

_MEDIA_TYPE = "application/pdf"
# Copies of a character nearer than this were laid over it to make it look bold.
_OVERLAY = 1.0
# The end mark stands in the last kilobyte; some programs append a signature or blanks.
_TAIL = 8192
# What is smaller can't be seen.
_LEAST_SIZE = 0.5
# The share of a page's characters that may lack a code: bullets and symbols do in many files.
_MOST_UNREADABLE = 0.1
# A scanner's slant is upright, a watermark is not.
_MOST_RISE = 0.1
_Object = dict[str, Any]
# What pdfminer lets through on damaged files, besides its own errors.
_FAULTS = (
    MalformedPDFException, PdfminerException, PDFException, PSException, AttributeError,
    AssertionError, IndexError, KeyError, OverflowError, RecursionError, TypeError, ValueError,
)  # fmt: skip


def read_pdf(data: bytes) -> Document:
    """Read a PDF file.

    Args:
        data: The file.

    Raises:
        DocumentError: The file is encrypted, cut off or damaged, has no pages, or a page of it is
            a picture without text, or text without character codes.
    """
    if b"%%EOF" not in data[-_TAIL:]:
        raise _error("pdf-cut-off")
    logging.getLogger("pdfminer").setLevel(logging.ERROR)  # it warns about every odd font
    try:
        with pdfplumber.open(io.BytesIO(data)) as pdf:
            count = len(pdf.pages)
            if _declared_pages(pdf) > count:
                raise _error("pdf-damaged")
            pages = [_content(page, count) for page in pdf.pages]
    except _FAULTS as fault:
        raise _error("pdf-encrypted" if _is_encrypted(fault) else "pdf-damaged") from fault
    if not pages:
        raise _error("pdf-empty")
    if not any(page.lines or page.tables for page in pages):
        raise _error("pdf-scanned")
    return compose(stitch(pages), format="pdf", media_type=_MEDIA_TYPE, pages=count)


def _error(key: str, **values: object) -> DocumentError:
    return DocumentError("", say(key, **values), say(f"{key}-advice"))


def _is_encrypted(fault: BaseException) -> bool:
    causes = [fault, *(cause for cause in fault.args if isinstance(cause, BaseException))]
    return any(isinstance(each, PDFPasswordIncorrect | PDFEncryptionError) for each in causes)


def _declared_pages(pdf: PDF) -> int:
    count = resolve1(resolve1(pdf.doc.catalog["Pages"]).get("Count"))
    return count if isinstance(count, int) else 0


# ------------------------------------------------------------------------------------- a page


def _content(page: Page, count: int) -> PageContent:
    """Read one page and let go of what pdfplumber keeps of it."""
    number = page.page_number
    _require_whole(page)
    page = _turned_upright(page)
    chars = list(_plain_characters(page))
    if sum(char["text"].startswith("(cid:") for char in chars) > len(chars) * _MOST_UNREADABLE:
        raise _error("pdf-unreadable-font", page=number)
    if not chars and 1 < number < count and _is_picture(page):
        # A picture for a cover says nothing that counts; a table that was scanned does.
        raise _error("pdf-scanned-page", page=number)
    grids = find_grids(page)
    outside: list[_Object] = []
    inside: list[dict[Box, list[_Object]]] = [{} for _ in grids]
    for char in chars:
        x, y = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
        for grid, cells in zip(grids, inside, strict=True):
            if (box := grid.box_at(x, y)) is not None:
                cells.setdefault(box, []).append(char)
                break
        else:
            outside.append(char)
    tables = [
        grid.filled({box: to_lines(text, number) for box, text in cells.items()}, number)
        for grid, cells in zip(grids, inside, strict=True)
    ]
    content = PageContent(
        number, float(page.width), float(page.height), to_lines(outside, number), tables
    )
    page.close()
    return content


def _require_whole(page: Page) -> None:
    """Raise an error where a page's content is damaged: pdfminer reads what is left, and is silent.

    Raises:
        DocumentError: A part of the page is not there, or can't be unpacked.
    """
    for reference in page.page_obj.contents:
        stream = resolve1(reference)
        if not isinstance(stream, PDFStream):
            raise _error("pdf-damaged")
        packed = [name for name, _ in stream.get_filters()] == [LIT("FlateDecode")]
        if packed and stream.rawdata is not None and stream.decipher is None:
            try:
                zlib.decompress(stream.rawdata)
            except zlib.error as fault:
                raise _error("pdf-damaged") from fault


def _turned_upright(page: Page) -> Page:
    """Return the page as a reader turns it, where most of its text lies on its side.

    Wide tables are often printed sideways on an upright page that does not say so.
    """
    sideways = [char for char in page.chars if not (char["matrix"][0] or char["matrix"][3])]
    if len(sideways) * 2 <= len(page.chars):
        return page
    upwards = sum(char["matrix"][1] > 0 for char in sideways) * 2 > len(sideways)
    leaf = page.page_obj
    leaf.rotate = (page.rotation + (90 if upwards else 270)) % 360
    leaf.attrs["Rotate"] = leaf.rotate
    page.close()
    return Page(page.pdf, leaf, page.page_number)


def _plain_characters(page: Page) -> Iterator[_Object]:
    """Give the characters that stand upright on the visible page, each once.

    A sheet that was printed in parts lies whole behind each page; only a part of it shows.
    """
    left, top, right, bottom = page.cropbox
    seen: dict[tuple[str, int, int], list[tuple[float, float]]] = {}
    for char in page.chars:
        if not _is_upright(char) or char["size"] < _LEAST_SIZE:
            continue
        across, down = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
        if not (left <= across <= right and top <= down <= bottom):
            continue
        x, y = char["x0"], char["top"]
        if any(
            abs(x - other_x) < _OVERLAY and abs(y - other_y) < _OVERLAY
            for column in (int(x) - 1, int(x), int(x) + 1)
            for row in (int(y) - 1, int(y), int(y) + 1)
            for other_x, other_y in seen.get((char["text"], column, row), ())
        ):
            continue
        seen.setdefault((char["text"], int(x), int(y)), []).append((x, y))
        yield char


def _is_upright(char: _Object) -> bool:
    """Tell whether a character stands as it should; italics may lean.

    pdfplumber's own mark lets pass what rises by less than a right angle.
    """
    along, rise = char["matrix"][:2]
    return bool(along > 0 and abs(rise) < along * _MOST_RISE)


def _is_picture(page: Page) -> bool:
    area = float(page.width * page.height)
    return any(image["width"] * image["height"] > area / 2 for image in page.images)
