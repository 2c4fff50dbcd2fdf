"""The same disclosure gives the same rows, whatever the format of its file."""

import shutil
from dataclasses import replace

import pytest

from yusuan.interpreting import interpret
from yusuan.privacy import mask
from yusuan.reading import read
from yusuan.sidecar import Sidecar

# What is the file's own: where words stand in it, and what it is.
OWN = {"char_start", "char_end", "media_type", "text_length", "sha256", "bytes"}
NARRATIVE = [
    "documents", "regions", "organizations", "organization_names", "text_items", "terms",
    "budget_lines", "budget_changes", "projects", "payment_plans", "performance_targets",
    "score_bands", "procurement_items", "assets", "citations", "disclosure_items",
    "classifications",
]  # fmt: skip


def rows_of(path):
    source = read(path)
    source = replace(source, document=mask(source.document)[0])
    return interpret(source, Sidecar()).rows


def without_own(rows, plain=lambda value: value):
    return [{k: plain(v) for k, v in row.items() if k not in OWN} for row in rows]


@pytest.fixture(scope="module")
def expected(first_disclosure):
    return rows_of(first_disclosure)


def without_breaks(value):
    return "".join(value.split()) if isinstance(value, str) else value


@pytest.mark.parametrize("kind", ["docx", "html", "doc", "odt", "pdf"])
def test_every_format_gives_the_same_rows(kind, expected, disclosures):
    if kind in {"doc", "odt"} and shutil.which("soffice") is None:
        pytest.skip("LibreOffice, which reads doc and odt, is not installed")
    found = rows_of(disclosures / f"xianghe-gongxin-2021.{kind}")
    plain = without_breaks if kind == "pdf" else lambda value: value
    for table in NARRATIVE:
        assert without_own(found[table], plain) == without_own(expected[table], plain), table


@pytest.mark.parametrize("kind", ["xlsx", "xls"])
def test_a_workbook_gives_the_rows_of_the_tables(kind, expected, disclosures):
    found = rows_of(disclosures / f"xianghe-gongxin-2021.{kind}")
    for table in ("projects", "payment_plans", "performance_targets", "score_bands",
                  "procurement_items"):  # fmt: skip
        assert without_own(found[table]) == without_own(expected[table]), table
    tabled = [row for row in expected["budget_lines"] if row["form"] == "dept-project"]
    assert without_own(found["budget_lines"]) == without_own(tabled)
    assert found["documents"][0]["document_id"] == "131024.304.2021.budget"
