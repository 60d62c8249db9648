from __future__ import annotations

import json

import pytest

from benchmarks import storage
from tests.sc2data.format import examples


def test_measures_a_data_set(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(storage, "WINDOWS", (16,))
    path = examples.write(tmp_path / "data", episodes=1)
    storage.main([str(path), "--records=2"])
    captured = capsys.readouterr()
    report = json.loads(captured.out)
    assert [row["compression"] for row in report["datasets"]] == ["fast", "portable", "none"]
    assert len(report["filters"]) == 2 * len(storage.FILTERS)
    assert all(row["window_16_ms"] > 0 and row["write_ms"] > 0 for row in report["filters"] + report["datasets"])
    assert report["machine"]["cores"] >= 1
    assert "zstd-1" in captured.err


def test_measures_minimaps_alone(tmp_path, capsys):
    path = examples.write(tmp_path / "data", episodes=1, of=examples.schema(screen=None))
    storage.main([str(path)])
    assert json.loads(capsys.readouterr().out)["filters"] == []


def test_a_table_is_aligned():
    assert storage.table([{"name": "a", "ms": 1.5}, {"name": "long", "ms": 10.25}]) == (
        "name     ms\n   a    1.5\nlong  10.25"
    )
    assert storage.table([]) == ""


@pytest.mark.slow
def test_draws_its_own_records(capsys):
    storage.main(["--records=1"])
    assert json.loads(capsys.readouterr().out)["screen"] == [1024, 1024]
