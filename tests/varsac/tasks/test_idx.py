"""IDX files, whole and broken."""

import gzip

import numpy as np
import pytest

from tests.varsac.tasks.idx_files import idx_bytes
from varsac.tasks.idx import read_idx
from varsac.tasks.task import TaskError

VALUES = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
WHOLE = idx_bytes(VALUES)


def test_reads_plain_and_compressed_files(tmp_path):
    (tmp_path / "plain").write_bytes(WHOLE)
    (tmp_path / "packed.gz").write_bytes(gzip.compress(WHOLE))
    for name in ("plain", "packed.gz"):
        np.testing.assert_array_equal(read_idx(tmp_path / name, 3), VALUES)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"\(none\)"),
        (b"\x00\x00\x0d\x03" + WHOLE[4:], "00 00 0d 03"),
        (idx_bytes(VALUES[0]), "00 00 08 02"),
        (WHOLE[:9], "announces"),
        (WHOLE[:-1], "holds 23"),
        (WHOLE + b"x", "holds more"),
        (WHOLE[:4] + b"\xff" * 12 + WHOLE[16:], "announces"),
        (WHOLE[:4] + b"\x00" * 12, "announces"),
    ],
)
def test_says_what_is_wrong(tmp_path, content, message):
    (tmp_path / "broken").write_bytes(content)
    with pytest.raises(TaskError, match=message):
        read_idx(tmp_path / "broken", 3)


def test_broken_compression(tmp_path):
    packed = gzip.compress(WHOLE)
    for name, content in (
        ("cut.gz", packed[:-9]),
        ("text.gz", b"<html>"),
        ("bits.gz", packed[:12] + b"\xff\xff" + packed[14:]),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(TaskError, match=name):
            read_idx(tmp_path / name, 3)


def test_missing_file(tmp_path):
    with pytest.raises(TaskError, match="nowhere"):
        read_idx(tmp_path / "nowhere", 3)
