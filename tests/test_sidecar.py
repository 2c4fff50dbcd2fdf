"""The sidecar: what a person states about a document."""

from __future__ import annotations

from datetime import date

import pytest

from yusuan.errors import SidecarError
from yusuan.sidecar import Sidecar, beside, read

DOC_TYPES = ("budget", "final-accounts")


@pytest.fixture
def written(tmp_path):
    """Return a function that writes a sidecar and returns its path."""

    def write(content: str | bytes):
        path = tmp_path / "disclosure.toml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    return write


def test_a_sidecar_states_all_or_some(written):
    path = written("""
        title = "香河县工业和信息化局2021年部门预算"
        department = "香河县工业和信息化局"
        budget_code = "304"
        region = "131024"
        year = 2021
        doc_type = "budget"
        url = "http://www.xianghe.gov.cn/a?b=c"
        issued = 2021-03-15
        retrieved = "2021-04-01"
        licence = "CC-BY-4.0"
        revision_of = "131024.304.2021.budget"
    """)
    assert read(path, DOC_TYPES) == Sidecar(
        title="香河县工业和信息化局2021年部门预算",
        department="香河县工业和信息化局",
        budget_code="304",
        region="131024",
        year=2021,
        doc_type="budget",
        url="http://www.xianghe.gov.cn/a?b=c",
        issued=date(2021, 3, 15),
        retrieved=date(2021, 4, 1),
        licence="CC-BY-4.0",
        revision_of="131024.304.2021.budget",
    )
    assert read(written('region = "香河县"'), DOC_TYPES) == Sidecar(region="香河县")


def test_no_sidecar_and_an_empty_one_state_nothing(written):
    assert read(None, DOC_TYPES) == Sidecar() == read(written(""), DOC_TYPES)


def test_the_sidecar_beside_a_document_is_found(written, tmp_path):
    assert beside(tmp_path / "a.docx") is None
    path = written("")
    assert beside(tmp_path / "a.docx") == path


def test_what_notepad_saves_is_read(written):
    assert read(written(b"\xef\xbb\xbfyear = 2021\r\n"), DOC_TYPES) == Sidecar(year=2021)


@pytest.mark.parametrize(
    ("content", "line", "told"),
    [
        (
            "year = 2021\ndepartement = 3",
            2,
            (
                "there is no key departement\n"
                "  The keys are: title, department, budget_code, region,"
                " year, doc_type, url, issued, retrieved, licence, revision_of."
            ),
        ),
        (
            '\nyear = "2021"',
            2,
            (
                'year can\'t be "2021"\n'
                "  State the fiscal year in four digits without quotes, such as 2021."
            ),
        ),
        (
            "year = 21",
            1,
            (
                "year can't be 21\n"
                "  State the fiscal year in four digits without quotes, such as 2021."
            ),
        ),
        (
            "year = true",
            1,
            (
                "year can't be true\n"
                "  State the fiscal year in four digits without quotes, such as 2021."
            ),
        ),
        (
            'issued = "2021-3-15"',
            1,
            'issued can\'t be "2021-3-15"\n  State year-month-day, such as 2021-03-15.',
        ),
        (
            "retrieved = 2021-03-15T08:00:00",
            1,
            "retrieved can't be 2021-03-15 08:00:00\n  State year-month-day, such as 2021-03-15.",
        ),
        (
            'region = "1310"',
            1,
            (
                'region can\'t be "1310"\n  State the six-digit code or the name of the region in'
                ' double quotes, such as "131024" or "香河县".'
            ),
        ),
        (
            'doc_type = "plan"',
            1,
            (
                'doc_type can\'t be "plan"\n'
                "  State one of these in double quotes: budget, final-accounts."
            ),
        ),
        (
            'url = "www.xianghe.gov.cn"',
            1,
            (
                'url can\'t be "www.xianghe.gov.cn"\n'
                "  State an address that begins with http:// or https://, in double quotes."
            ),
        ),
        (
            'licence = "政府信息"',
            1,
            (
                'licence can\'t be "政府信息"\n'
                "  State the identifier or the address of the licence in"
                ' double quotes, such as "CC-BY-4.0".'
            ),
        ),
        (
            'title = " "',
            1,
            'title can\'t be " "\n  State the title in one line, in double quotes.',
        ),
        (
            "year = 2021\ndepartment = 工信局\n",
            2,
            (
                "is not TOML (Invalid value (at line 2, column 14))\n"
                "  Write one key and value a line, with text in double quotes, such as"
                ' department = "香河县工业和信息化局".'
            ),
        ),
    ],
)
def test_a_fault_is_told_with_its_line_and_the_next_step(written, content, line, told):
    path = written(content)
    with pytest.raises(SidecarError) as caught:
        read(path, DOC_TYPES)
    assert str(caught.value) == f"{path}:{line}: {told}"


def test_a_file_in_gbk_is_told_so(written):
    path = written('department = "香河县"'.encode("gbk"))
    with pytest.raises(SidecarError) as caught:
        read(path, DOC_TYPES)
    assert (
        caught.value.text("zh") == f"{path}: 不是 UTF-8 编码的文本\n  请用编辑器另存为 UTF-8 编码。"
    )


def test_a_sidecar_that_is_not_there_is_told_so(tmp_path):
    with pytest.raises(SidecarError) as caught:
        read(tmp_path / "none.toml", DOC_TYPES)
    assert str(caught.value) == (
        f"{tmp_path / 'none.toml'}: can't be read (No such file or directory)\n"
        "  Check the path and the permission to read it."
    )
