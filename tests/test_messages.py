"""The catalogue: every sentence in both languages, alike in values, printable on any console."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

import yusuan
from yusuan.messages import LANGUAGES, catalogue, preferred_language, say

KEYS = sorted(catalogue())
SOURCES = Path(yusuan.__file__).parent


def values_of(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


@pytest.mark.parametrize("key", KEYS)
def test_a_sentence_stands_in_both_languages_with_the_same_values(key):
    sentences = catalogue()[key]
    assert tuple(sentences) == LANGUAGES
    assert values_of(sentences["zh"]) == values_of(sentences["en"])


@pytest.mark.parametrize("key", KEYS)
def test_a_sentence_can_be_written_to_a_chinese_windows_console(key):
    for sentence in catalogue()[key].values():
        sentence.encode("gbk")


def test_every_sentence_that_the_program_names_is_there():
    named = set()
    for path in SOURCES.rglob("*.py"):
        named |= set(re.findall(r'\b(?:say|tell)\(\s*"([a-z0-9-]+)"', path.read_text("utf-8")))
    assert named
    assert named - set(KEYS) == set()


def test_a_message_is_filled_in_with_its_values():
    message = say("sidecar-unknown-key", name="departement")
    assert message.both() == {
        "zh": "没有 departement 这个键",
        "en": "there is no key departement",
    }


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_ALL": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "C.UTF-8"}, "zh"),
        ({}, "zh"),
    ],
)
def test_the_locale_chooses_the_language_and_chinese_is_the_default(environ, language):
    assert preferred_language(environ) == language
