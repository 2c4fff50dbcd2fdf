"""What a machine keeps of a publication to a server."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from yusuan.package.descriptor import Seal
from yusuan.publishing import journal as module
from yusuan.publishing import read_receipt
from yusuan.publishing.errors import TargetError
from yusuan.publishing.journal import Journal, state_folder
from yusuan.publishing.plan import Receipt

TARGET = "sparql+https://data.example.gov.cn/ds?gsp=data"


def test_the_state_folder_is_stated_or_the_users_own(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "user"))
    monkeypatch.delenv("YUSUAN_STATE", raising=False)
    assert tmp_path / "user" in state_folder().parents or state_folder() != Path()
    monkeypatch.setenv("YUSUAN_STATE", str(tmp_path / "here"))
    assert state_folder() == tmp_path / "here"
    assert state_folder(tmp_path / "there") == tmp_path / "there"


def test_entries_are_kept_until_the_receipt_is_written(tmp_path):
    kept = Journal(tmp_path, TARGET)
    assert kept.entries() == []
    kept.note(put="g1", sha256="x")
    kept.note(put="g二")
    assert Journal(tmp_path, TARGET).entries() == [{"put": "g1", "sha256": "x"}, {"put": "g二"}]
    receipt = Receipt(TARGET, "2026-01-01", [], {"g": Seal(3, "x")}, {}, {"g": "https://h/g"})
    kept.close(receipt)
    assert kept.entries() == []
    assert read_receipt(kept.receipt_path) == receipt


def test_a_line_that_was_being_written_when_the_machine_stopped_is_left_out(tmp_path):
    kept = Journal(tmp_path, TARGET)
    kept.note(put="g1")
    with kept.path.open("ab") as file:
        file.write(b'\n{"put": "g')
    kept.note(put="g3")
    assert kept.entries() == [{"put": "g1"}, {"put": "g3"}]


def test_each_target_has_its_own(tmp_path):
    names = [TARGET, TARGET + "2", "s3://桶/前缀", "s3://桶/前", "s3://a/../b"]
    folders = {Journal(tmp_path, name).folder for name in names}
    assert len(folders) == len(names)
    assert {one.parent for one in folders} == {tmp_path}


def test_a_second_publisher_on_this_machine_is_sent_away(tmp_path):
    kept = Journal(tmp_path, TARGET)
    with (
        kept.alone(),
        pytest.raises(TargetError, match="another publication is under way"),
        Journal(tmp_path, TARGET).alone(),
    ):
        pass
    with kept.alone():
        pass


def test_a_full_disk_is_told(tmp_path, monkeypatch):
    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(module.os, "fsync", full)
    with pytest.raises(TargetError, match="No space left on device") as raised:
        Journal(tmp_path, TARGET).note(put="g1")
    assert "--state" in str(raised.value)
