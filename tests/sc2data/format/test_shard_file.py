"""The file below a shard: what was written is there, in whatever order and size it came."""

import os

import numpy as np
import pytest

from sc2data.format import shard_file
from sc2data.format.shard_file import ShardFile


def test_writes_of_any_size_and_order_end_in_the_same_file(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(shard_file, "_GATHERED", 64)
    random = np.random.default_rng(5)
    file = ShardFile(tmp_path / "shard")
    expected = bytearray()
    for _ in range(300):
        position = int(random.integers(len(expected) + 1)) if random.random() < 0.3 else len(expected)
        data = random.bytes(int(random.integers(1, 100)))
        file.seek(position)
        assert file.write(data) == len(data)
        expected[position : position + len(data)] = data
        if random.random() < 0.1:
            start = int(random.integers(len(expected)))
            file.seek(start)
            assert file.read(20) == expected[start : start + 20]
    file.sync()
    file.close()
    assert (tmp_path / "shard").read_bytes() == expected


def test_a_refused_write_is_told_by_sync_and_nothing_is_written_after_it(tmp_path, monkeypatch) -> None:
    file = ShardFile(tmp_path / "shard")
    file.write(b"kept")
    file.flush()

    def full(*arguments: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "pwrite", full)
        file.write(b"lost")
        file.flush()
    assert file.error is not None
    file.write(b"late")
    with pytest.raises(OSError, match="No space"):
        file.sync()
    file.close()
    assert (tmp_path / "shard").read_bytes() == b"kept"
