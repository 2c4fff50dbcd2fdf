"""The command as its user meets it: an address, a log, an end, and what can't be done."""

from __future__ import annotations

import re
import signal
import socket
import sys
from pathlib import Path

import pytest

from yusuan.cli import main
from yusuan.querying import Rows, ask_endpoint


@pytest.fixture(scope="module")
def small(stored, tmp_path_factory):
    """A store that opens in no time."""
    return stored(tmp_path_factory.mktemp("small") / "store")


@pytest.fixture
def run(capfdbinary):
    """A function that runs a command in this process and gives its code and what it says."""

    def ran(*arguments):
        with pytest.raises(SystemExit) as end:
            main([*map(str, arguments), "--lang", "en"])
        said = capfdbinary.readouterr()
        return end.value.code, said.out.decode("utf-8"), said.err.decode("utf-8")

    return ran


def test_a_question_of_the_command_line_is_answered_by_the_server(server, run):
    code, said, told = run("query", "--endpoint", f"{server.address}sparql", "--format", "csv",
                           "Q1")  # fmt: skip
    assert code == 0, told
    assert "香河县工业和信息化局,2021,46246400," in said
    answer = ask_endpoint(f"{server.address}sparql", "SELECT (1 AS ?one) {}", 30)
    assert isinstance(answer, Rows)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_server_ends_when_it_is_told_to_and_leaves_nothing(
    start, small, how, tmp_path, monkeypatch
):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    server = start(small, "--workers", 1)
    assert [*tmp_path.iterdir()] != []
    assert server.get("/sparql?query=ASK%20%7B%7D").status == 200
    workers = server.workers()
    assert server.end(how) == 0
    assert server.told().endswith("the server has ended\n")
    assert "Traceback" not in server.told()
    assert [*tmp_path.iterdir()] == []
    assert workers
    assert not [one for one in workers if Path(f"/proc/{one}").exists()]


def test_processes_of_a_server_that_was_killed_end_too(start, small, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    server = start(small, "--workers", 1)
    workers = server.workers()
    assert workers
    server.end(signal.SIGKILL)
    assert server.wait(lambda: not [one for one in workers if Path(f"/proc/{one}/exe").exists()])


def test_each_request_is_a_line_in_the_log_without_what_was_asked(server):
    server.get("/sparql?query=ASK%20%7B%20%3Fsecret%20%3Fb%20%3Fc%20%7D")
    server.get("/nothing%0Ahere")
    assert server.wait(lambda: "/nothing%0Ahere 404" in server.told())
    (line,) = [one for one in server.told().splitlines() if "/nothing%0Ahere" in one]
    when = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+\d{4} 127\.0\.0\.1 "
    assert re.fullmatch(when + r"GET /nothing%0Ahere 404 \d+ B \d+ ms", line)
    assert "secret" not in server.told()


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("--port", "70000"), 2, "--port: 70000 is no port\n  Give a number from 0 to 65535"),
        (("--port", "http"), 2, "--port: http is no port"),
        (("--rows", "0"), 2, "--rows: 0 is no number for this"),
        (("--workers", "-1"), 2, "--workers: -1 is no number for this"),
        (("--timeout", "0"), 2, "--timeout: "),
        (("--host", "203.0.113.7", "--port", "0"), 2, "203.0.113.7:0: the port can't be had: "),
    ],
)
def test_what_can_not_be_done_is_told(run, small, arguments, code, told):
    assert run("serve", small, *arguments)[:2] == (code, "")
    assert told in run("serve", small, *arguments)[2]


def test_a_port_that_is_taken_is_told_before_anything_is_read(run, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        code, _, told = run("serve", tmp_path, "--port", port)
    assert code == 2
    assert f"127.0.0.1:{port}: the port can't be had: Address already in use\n" in told
    assert "--port 0 takes any that is free" in told


def test_what_is_no_package_and_no_store_is_told(run, tmp_path):
    (tmp_path / "empty").mkdir()
    code, _, told = run("serve", tmp_path / "empty", "--port", 0)
    assert (code, "there is no package in it" in told) == (2, True)
    (tmp_path / "CURRENT").write_text("nonsense")
    code, _, told = run("serve", tmp_path, "--port", 0)
    assert (code, "the store can't be read" in told) == (3, True), told


def test_without_the_extra_the_next_step_is_told(run, small, monkeypatch):
    monkeypatch.setitem(sys.modules, "uvicorn", None)  # as if it were not installed
    code, _, told = run("serve", small, "--port", "0")
    assert code == 2
    assert told == (
        "Error: yusuan serve: what serving takes is not installed\n"
        "  Install it: pip install 'yusuan[serve]'\n"
    )


def test_who_opens_the_server_to_others_is_told(start, small):
    server = start(small, "--workers", 1, "--host", "0.0.0.0")  # noqa: S104 - what is tested
    assert "Note: 0.0.0.0 is open to others than this machine" in server.told()
    server.end()
