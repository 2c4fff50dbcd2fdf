"""Secrets: where they may come from, and that nothing repeats them."""

from __future__ import annotations

import logging
import sys
from types import ModuleType

import pytest

from yusuan.errors import UsageError
from yusuan.messages import say
from yusuan.publishing.credentials import login_of, token_of
from yusuan.publishing.telling import Telling
from yusuan.secrecy import hidden, hide

WORD = 'p"ä/ s+8=x'
pytestmark = pytest.mark.usefixtures("no_secrets")


@pytest.fixture
def keyring(monkeypatch):
    """A keyring that holds what a test says: (service, user) → word."""
    held = {}
    module, errors = ModuleType("keyring"), ModuleType("keyring.errors")
    module.get_password = lambda service, user: held.get((service, user))
    errors.KeyringError = type("KeyringError", (Exception,), {})
    monkeypatch.setitem(sys.modules, "keyring", module)
    monkeypatch.setitem(sys.modules, "keyring.errors", errors)
    return held


def test_the_environment_states_a_token():
    assert token_of("CKAN_API_TOKEN", "h", {"CKAN_API_TOKEN": f" {WORD}\n"}).word == WORD


@pytest.mark.parametrize("variable", ["CKAN_API_TOKEN_FILE", "YUSUAN_TOKEN_FILE"])
def test_a_file_states_a_token(tmp_path, variable, caplog):
    path = tmp_path / "token"
    path.write_text(f"{WORD}\n", "utf-8")
    path.chmod(0o600)
    assert token_of("CKAN_API_TOKEN", "h", {variable: str(path)}).word == WORD
    assert caplog.records == []
    path.chmod(0o644)
    token_of("CKAN_API_TOKEN", "h", {variable: str(path)})
    assert [one.msg.key for one in caplog.records] == ["secret-open"]


def test_the_keyring_states_a_token_and_a_password(keyring):
    keyring["yusuan", "data.example.gov.cn"] = "token-in-keyring"
    keyring["yusuan:data.example.gov.cn", "李"] = WORD
    assert token_of("CKAN_API_TOKEN", "data.example.gov.cn", {}).word == "token-in-keyring"
    found = login_of("YUSUAN_SPARQL", "data.example.gov.cn", {"YUSUAN_SPARQL_USER": "李"})
    assert (found.user, found.word) == ("李", WORD)
    assert token_of("CKAN_API_TOKEN", "elsewhere", {}) is None


def test_the_environment_states_user_and_password():
    stated = {"YUSUAN_SPARQL_USER": "dba", "YUSUAN_SPARQL_PASSWORD": WORD}
    found = login_of("YUSUAN_SPARQL", "h", stated)
    assert (found.user, found.word) == ("dba", WORD)
    with pytest.raises(UsageError, match="there is a password and no user"):
        login_of("YUSUAN_SPARQL", "h", {"YUSUAN_SPARQL_PASSWORD": WORD})


@pytest.mark.parametrize("word", ["two\nlines", "nul\0", "  \n"])
def test_what_can_not_be_a_token_is_told_without_it(word):
    with pytest.raises(UsageError) as raised:
        token_of("CKAN_API_TOKEN", "h", {"CKAN_API_TOKEN": word})
    assert "is no token or password" in str(raised.value)
    assert "lines" not in str(raised.value)


def test_a_token_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(UsageError, match=r"YUSUAN_TOKEN_FILE: the file .* can't be read"):
        token_of("CKAN_API_TOKEN", "h", {"YUSUAN_TOKEN_FILE": str(tmp_path / "none")})


@pytest.mark.parametrize(
    "shown",
    [
        WORD,
        "https://h/?key=p%22%C3%A4%2F%20s%2B8%3Dx",
        "key=p%22%C3%A4%2F+s%2B8%3Dx",
        r'{"key": "p\"\u00e4/ s+8=x"}',
    ],
)
def test_a_secret_is_blotted_out_however_it_is_written(shown):
    hide(WORD)
    assert "***" in hidden(shown)
    assert "s+8" not in hidden(shown)
    assert "8%3D" not in hidden(shown)


def test_a_secret_is_not_in_a_repr_or_a_line_of_the_log():
    secret = token_of("CKAN_API_TOKEN", "h", {"CKAN_API_TOKEN": WORD})
    assert WORD not in repr(secret)
    fault = RuntimeError(WORD)
    record = logging.LogRecord(
        "x", 40, "x", 1, f"see {WORD}", (), (type(fault), fault, fault.__traceback__)
    )
    line = Telling("en").format(record)
    assert "see ***" in line
    assert WORD not in line
    message = say("remote-request", host="h", request=WORD)
    assert Telling("zh").format(logging.LogRecord("x", 20, "x", 1, message, (), None)) == "h  ***"


def test_an_address_with_a_password_is_refused_without_it(at):
    for address in (f"ckan+https://li:{'secret' * 2}@h/x", "https://li:secretsecret@h/x"):
        with pytest.raises(UsageError) as raised:
            at(address)
        assert "secretsecret" not in str(raised.value)
