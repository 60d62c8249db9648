"""The log of a run: lines of JSON that survive what happens to files, and TensorBoard's event files."""

from __future__ import annotations

import builtins

import pytest

from sc2data.format.durable import StorageError
from varsac.engine import logs
from varsac.engine.logs import LOG, Log, LogError, TensorBoardError


def test_lines_come_back(tmp_path):
    with Log(tmp_path) as log:
        log.write("train", 1, {"loss": 0.5})
        log.write("val", 2, {"found": 1.0})
    lines = [{"kind": "train", "step": 1, "loss": 0.5}, {"kind": "val", "step": 2, "found": 1.0}]
    assert logs.read(tmp_path / LOG) == lines
    with Log(tmp_path, first=1) as log:
        log.write("train", 2, {"loss": 0.25})
    assert logs.read(tmp_path / LOG) == [lines[0], {"kind": "train", "step": 2, "loss": 0.25}]
    assert logs.read(tmp_path / "none") == []


def test_a_last_line_that_was_cut_off_is_left_out(tmp_path):
    (tmp_path / LOG).write_bytes(b'{"kind": "train", "step": 1}\n{"kind": "tr')
    assert len(logs.read(tmp_path / LOG)) == 1
    with Log(tmp_path, first=1):
        pass
    assert (tmp_path / LOG).read_bytes() == b'{"kind": "train", "step": 1}\n'


def test_a_damaged_line_is_named(tmp_path):
    (tmp_path / LOG).write_bytes(b'{"step": 1}\n\0\0\0\n{"step": 3}\n')
    with pytest.raises(LogError, match=r"log\.jsonl, line 2, is damaged"):
        logs.read(tmp_path / LOG)


def test_a_full_disk_names_the_log(tmp_path):
    class Full:
        def write(self, content):
            raise OSError(28, "No space left on device")

        def close(self):
            pass

    log = Log(tmp_path)
    log.close()
    log._file = Full()
    with pytest.raises(StorageError, match=r"log\.jsonl: No space left"):
        log.write("train", 1, {})


def test_event_files_hold_the_numbers(tmp_path):
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    with Log(tmp_path, tensorboard=True) as log:
        log.write("train", 1, {"loss": 0.5, "note": "words are left out"})
        log.write("train", 2, {"loss": 0.25})
        log.write("val", 2, {"digits/accuracy": 1.0})
    events = accumulator.EventAccumulator(str(tmp_path / "tensorboard"))
    events.Reload()
    assert sorted(events.Tags()["scalars"]) == ["train/loss", "val/digits/accuracy"]
    assert [(event.step, event.value) for event in events.Scalars("train/loss")] == [(1, 0.5), (2, 0.25)]
    with Log(tmp_path, first=1, tensorboard=True) as log:  # what came later was cut off, and is forgotten
        log.write("train", 2, {"loss": 0.125})
    events = accumulator.EventAccumulator(str(tmp_path / "tensorboard"))
    events.Reload()
    assert [(event.step, event.value) for event in events.Scalars("train/loss")] == [(1, 0.5), (2, 0.125)]


def test_tensorboard_is_asked_for_by_name(tmp_path, monkeypatch):
    imported = builtins.__import__

    def missing(name, *arguments, **options):
        if name.startswith("torch.utils.tensorboard"):
            raise ImportError(name)
        return imported(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(TensorBoardError, match=r"pip install 'sc2-saccades\[tensorboard\]'"):
        Log(tmp_path, tensorboard=True)
