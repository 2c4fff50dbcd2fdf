"""The command line: what it prints, and the codes it exits with."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

import pytest

import yusuan.building
from yusuan import package
from yusuan.cli import language_of, main
from yusuan.layout import width

DOC = "131024.304.2021.budget"


@pytest.fixture
def run(capfd, tmp_path, monkeypatch):
    """Return a function that runs the command: exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("YUSUAN_DEBUG", raising=False)

    def command(*arguments):
        with pytest.raises(SystemExit) as ended:
            main([str(one) for one in arguments])
        return (ended.value.code, *capfd.readouterr())

    return command


@pytest.fixture
def document(first_disclosure, tmp_path):
    """The first disclosure in a folder of its own, in no package."""
    (tmp_path / "in").mkdir()
    return shutil.copy(first_disclosure, tmp_path / "in" / "xianghe.txt")


def process(*arguments, **environ):
    """Run the command as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "yusuan", *map(str, arguments)],
        capture_output=True,
        check=False,
        timeout=120,
        env=os.environ | environ,
    )


# ------------------------------------------------------------------------------ build


def test_build_makes_a_package_named_by_the_document_and_tells_of_it(run, document, tmp_path):
    code, out, err = run("build", document, "--lang", "zh")
    assert (code, err) == (0, "")
    assert out.startswith(
        "香河县工业和信息化局2021年部门预算信息公开情况说明\n"
        "部门  香河县工业和信息化局（131024.304）\n"
        "地区  香河县（131024）\n"
        "年度  2021，部门预算\n"
        "\n"
        "各表行数\n"
        "     1  documents             公开文件\n"
    )
    assert "原文有 35 张表格，解读了 35 张\n" in out
    assert out.endswith(
        f"数据包在 {tmp_path / DOC}\n下一步：yusuan check 逐条列出核对结果；yusuan text 还原原文\n"
    )
    assert package.standing_document(tmp_path / DOC) == DOC


def test_build_speaks_english(run, document):
    _, out, _ = run("build", document, "-o", "p", "--lang", "en")
    assert "Department  香河县工业和信息化局 (131024.304)\n" in out
    assert "Rows by table\n     1  documents             Documents\n" in out


def test_build_tells_a_program_the_same_as_json(run, document, tmp_path):
    code, out, _ = run("build", document, "-o", "p", "--json")
    told = json.loads(out)
    assert code == 0
    assert list(told) == [
        "status",
        "document",
        "package",
        "document_id",
        "title",
        "department",
        "region",
        "fiscal_year",
        "doc_type",
        "facts_only",
        "tables",
        "findings",
        "extraction",
        "unread",
        "personal_data",
        "differences",
    ]
    assert told["status"] == "built"
    assert told["package"] == str(tmp_path / "p")
    assert told["department"] == {
        "org_id": "131024.304",
        "budget_code": "304",
        "name": "香河县工业和信息化局",
    }
    assert told["tables"]["projects"] == 16


def test_a_document_inside_its_package_is_built_there(run, document, tmp_path):
    run("build", document, "-o", "p")
    source = tmp_path / "p" / "resources" / "source" / "xianghe.txt"
    source.parent.mkdir()
    shutil.copy(document, source)
    assert run("build", source, "--check")[0] == 0
    before = (tmp_path / "p" / "datapackage.json").read_bytes()
    assert run("build", source)[0] == 0
    assert (tmp_path / "p" / "datapackage.json").read_bytes() == before
    assert source.is_file()
    assert not (tmp_path / DOC).exists()


def test_a_document_inside_the_package_of_another_gets_its_own(run, document, tmp_path):
    run("build", document, "-o", "p")
    other = tmp_path / "p" / "other.txt"
    shutil.copy(document, other)
    (tmp_path / "p" / "disclosure.toml").write_text("year = 2022", "utf-8")
    assert run("build", other)[0] == 0
    assert package.standing_document(tmp_path / "p") == DOC
    assert (tmp_path / "131024.304.2022.budget" / "datapackage.json").is_file()


def test_a_rebuild_keeps_the_base_of_the_package_that_stands_there(run, document, tmp_path):
    run("build", document, "-o", "p", "--base", "https://data.example.cn/")
    assert run("build", document, "-o", "p")[0] == 0
    assert package.standing_base(tmp_path / "p") == "https://data.example.cn/"


def test_check_names_what_differs_and_writes_nothing(run, document, tmp_path):
    run("build", document, "-o", "p")
    with (tmp_path / "p" / "resources" / "terms.csv").open("a") as file:
        file.write("x\n")
    code, out, _ = run("build", document, "-o", "p", "--check", "--lang", "en")
    assert code == 4
    assert out.endswith(
        f"{tmp_path / 'p'} differs from what is built anew in 1 places:\n"
        "  resources/terms.csv differs from line 12 on\n"
    )
    code, out, _ = run("build", document, "-o", "p", "--check", "--json")
    assert (code, json.loads(out)["status"]) == (4, "different")
    assert run("build", document, "-o", "p")[0] == 0
    assert run("build", document, "-o", "p", "--check")[0] == 0


def test_several_documents_give_a_folder_each_and_a_bad_one_stops_no_other(run, document, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "a.txt").touch()
    code, out, _ = run("build", tmp_path / "empty" / "a.txt", document, "-o", "all", "--json")
    told = json.loads(out)
    assert code == 3
    assert [one["status"] for one in told] == ["error", "built"]
    assert told[1]["package"] == str(tmp_path / "all" / DOC)


def test_two_files_of_one_disclosure_do_not_overwrite_each_other(run, document, tmp_path):
    copy = shutil.copy(document, tmp_path / "copy.txt")
    code, _, err = run("build", document, copy, "-o", "all", "--lang", "en")
    assert code == 2
    assert err == (
        f"Error: {copy}: is the same disclosure as {document}, and both would be written to"
        f" {tmp_path / 'all' / DOC}\n"
        "  Name one of the two; for a revision, state revision_of in disclosure.toml.\n"
    )


def test_the_sidecar_wins(run, document, tmp_path):
    (tmp_path / "own.toml").write_text('title = "另一个标题"\nyear = 2020', "utf-8")
    _, out, _ = run("build", document, "--sidecar", "own.toml", "--json")
    told = json.loads(out)
    assert (told["title"], told["fiscal_year"]) == ("另一个标题", 2020)
    assert told["document_id"] == "131024.304.2020.budget"


def test_what_was_not_interpreted_is_named(run, document, monkeypatch):
    from dataclasses import replace

    from yusuan.interpreting.result import Unread

    interpret = yusuan.building.interpret
    unread = (
        Unread(0, 9, "没有认出的一格\n内容" + "长" * 60, "六、政府采购", 34),
        *(Unread(at, at + 1, "段", "") for at in range(21)),
    )
    monkeypatch.setattr(
        yusuan.building, "interpret", lambda *given: replace(interpret(*given), unread=unread)
    )
    _, out, _ = run("build", document, "--lang", "en")
    assert (
        "Not interpreted: 22 (the text stands in the table segments)\n"
        f"  [六、政府采购, table 34] 没有认出的一格 内容{'长' * 30}…\n"
        "  [-] 段\n"
    ) in out
    assert "  … and 2 more; --json shows all\n" in out
    _, out, _ = run("build", document, "--json")
    assert len(json.loads(out)["unread"]) == 22


def test_personal_data_is_counted_and_never_named(run, document, tmp_path):
    text = document.read_text("utf-8")
    at = text.index("八、名词解释")
    document.write_text(text[:at] + "王小明的遗属补助，手机13812345678。\n" + text[at:], "utf-8")
    _, out, _ = run("build", document, "-o", "p", "--json")
    told = json.loads(out)["personal_data"]
    assert told["masked"] > 0
    assert (told["kept"], told["reason"]) == (0, None)
    files = b"".join(one.read_bytes() for one in (tmp_path / "p").rglob("*") if one.is_file())
    assert b"13812345678" not in files
    _, out, _ = run(
        "build", document, "-o", "q", "--keep-personal-data", "本人同意", "--lang", "zh"
    )
    assert f"个人信息：保留 {told['masked']} 处，理由将随数据公开：本人同意\n" in out
    assert "13812345678" in (tmp_path / "q" / "resources" / "text.txt").read_text("utf-8")


# ------------------------------------------------------------------------------ errors


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--foo"], "--foo: there is no such option"),
        ([], "DOCUMENT...: is missing"),
        (
            ["a", "-o"],
            "yusuan: the command is not right (Option '-o' requires an argument.)",
        ),
    ],
)
def test_a_command_that_is_not_right_is_told_so(run, arguments, told):
    code, _, err = run("--lang", "en", "build", *arguments)
    assert code == 2
    assert err == (
        f"Error: {told}\n  yusuan --help and yusuan build --help show how to write it.\n"
    )


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ["--memory", "lots"],
            "--memory: can't be lots\n  State MiB or a unit, such as 512 or 1GiB.",
        ),
        (
            ["--timeout", "0"],
            "--timeout: can't be 0\n  State a number of seconds above 0, such as 60.",
        ),
        (
            ["--base", "data.example.cn"],
            (
                "--base: can't be data.example.cn\n  State an address that begins with http:// or"
                " https:// and ends with /, such as https://data.example.gov.cn/."
            ),
        ),
        (
            ["--keep-personal-data", " "],
            (
                "--keep-personal-data: states no reason\n  State why personal data is kept; the"
                " reason is published with the data."
            ),
        ),
    ],
)
def test_a_bad_option_is_told_with_the_next_step(run, arguments, told):
    assert run("build", "a.txt", *arguments, "--lang", "en") == (2, "", f"Error: {told}\n")


def test_a_language_that_is_not_spoken_is_told_so(run):
    code, _, err = run("build", "a.txt", "--lang", "fr")
    assert code == 2
    assert "--lang: " in err


def test_an_unknown_command_is_told_so(run):
    code, _, err = run("--lang", "zh", "bild")
    assert (code, err) == (
        2,
        "错误：bild: 没有这个命令\n  用 yusuan --help 或 yusuan build --help 查看写法。\n",
    )


def test_a_missing_document_is_told_in_both_languages_and_nothing_is_written(run, tmp_path):
    assert run("build", "none.txt", "--lang", "zh") == (
        3,
        "",
        "错误：none.txt: 文件不存在\n  请检查路径，或把文件放到这个位置后重试。\n",
    )
    code, out, err = run("build", "none.txt", "--json")
    assert (code, err) == (3, "")
    assert json.loads(out) == {
        "status": "error",
        "error": {
            "kind": "DocumentError",
            "exit_code": 3,
            "subject": "none.txt",
            "key": "document-missing",
            "reason": {"zh": "文件不存在", "en": "there is no such file"},
            "advice": {
                "zh": "请检查路径，或把文件放到这个位置后重试。",
                "en": "Check the path, or put the file there and run the command again.",
            },
        },
        "document": "none.txt",
    }
    assert list(tmp_path.iterdir()) == []


def test_a_usage_error_is_json_too(run):
    code, out, err = run("build", "--json", "--foo")
    assert (code, err) == (2, "")
    assert json.loads(out)["error"]["key"] == "no-such-option"


def test_a_fault_of_the_program_asks_to_be_reported(run, document, monkeypatch):
    def fail(*_):
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr(yusuan.building, "interpret", fail)
    assert run("build", document, "--lang", "en") == (
        1,
        "",
        (
            "Error: yusuan: the program itself failed (ZeroDivisionError: by zero)\n"
            "  This is a fault of yusuan: report it; YUSUAN_DEBUG=1 shows the details.\n"
        ),
    )
    monkeypatch.setenv("YUSUAN_DEBUG", "1")
    assert "Traceback" in run("build", document)[2]


def test_an_interruption_ends_with_130(run, document, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(yusuan.building, "interpret", stop)
    assert run("build", document, "--lang", "en")[::2] == (130, "\nInterrupted\n")


# ------------------------------------------------------------------------------ text


def test_text_is_the_file_byte_for_byte(run, document, tmp_path, monkeypatch):
    run("build", document, "-o", "p")
    assert run("text", "p", "-o", "again.txt") == (0, "", "")
    assert (tmp_path / "again.txt").read_bytes() == document.read_bytes()
    monkeypatch.chdir(tmp_path / "p" / "resources")
    assert process("text").stdout == document.read_bytes()


def test_text_of_no_package_is_told_so(run, tmp_path):
    code, _, err = run("--lang", "en", "text")
    assert code == 3
    assert err == (
        f"Error: {tmp_path}: there is no datapackage.json here or in a folder above\n"
        "  Name the folder of a package; to make one, run yusuan build DOCUMENT.\n"
    )


# ------------------------------------------------------------------------------ the program


def test_the_version_is_that_of_the_descriptor(run):
    assert run("--version") == (0, f"yusuan {package.program_version()}\n", "")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", ["用法：", "选项", "命令", "显示帮助。", "把县级预算公开文件变成关联开放数据。"]),
        ("en", ["Usage: ", "Options", "Commands", "Show this help.", "linked open data"]),
    ],
)
def test_help_speaks_the_language_of_the_locale(language, words):
    for output in (
        process("--help", LC_ALL=f"{language}.UTF-8").stdout,
        process("--lang", language, "--help").stdout,
    ):
        assert [word for word in words if word not in output.decode("utf-8")] == []


def test_help_in_chinese_breaks_no_word_and_fits_a_terminal():
    lines = process("publish", "--help", "--lang", "zh").stdout.decode("utf-8").splitlines()
    assert "   ./portal）、zip:路径，或服务器：ckan+https://主机、sparql+https://主机/路" in lines
    assert max(map(width, lines)) <= 80


def test_output_is_utf8_wherever_it_goes_and_gbk_where_that_is_asked_for(document, tmp_path):
    target = tmp_path / "p"
    plain = process("build", document, "-o", target, "--lang", "zh", LC_ALL="C", PYTHONUTF8="0")
    assert "香河县工业和信息化局" in plain.stdout.decode("utf-8")
    gbk = process("build", document, "-o", target, "--lang", "zh", PYTHONIOENCODING="gbk")
    assert gbk.returncode == 0
    assert "香河县工业和信息化局" in gbk.stdout.decode("gbk")
    assert "?" not in gbk.stdout.decode("gbk")


@pytest.mark.parametrize(
    ("arguments", "language"),
    [
        (["build", "--lang", "en"], "en"),
        (["--lang=en", "build"], "en"),
        (["build", "--lang", "fr"], "zh"),
        (["build", "en"], "zh"),
        ([], "zh"),
    ],
)
def test_the_language_is_known_before_the_arguments_are_read(monkeypatch, arguments, language):
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert language_of(arguments) == language
