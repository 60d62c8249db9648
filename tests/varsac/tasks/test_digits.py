"""Digit sources and their splits."""

import pathlib

import numpy as np
import pytest

from tests.varsac.tasks.idx_files import write_digits
from varsac.tasks.digits import load_digits
from varsac.tasks.task import TaskError

FASHION = pathlib.Path("/usr/share/datasets/fashion-mnist")


def test_splits_of_the_handwritten_digits_share_no_image():
    from sklearn import datasets

    parts = {split: load_digits(split) for split in ("train", "val", "test")}
    assert {split: len(part) for split, part in parts.items()} == {"train": 1259, "val": 179, "test": 359}
    together = np.concatenate([part.images for part in parts.values()])
    whole = np.round(datasets.load_digits().images * 255 / 16).astype(np.uint8)
    assert sorted(image.tobytes() for image in together) == sorted(image.tobytes() for image in whole)
    for part in parts.values():
        share = np.bincount(part.labels) / len(part)
        assert np.abs(share - 0.1).max() < 0.01
        assert [part.labels[rows].tolist() for rows in part.of_class] == [
            [c] * len(part.of_class[c]) for c in range(10)
        ]


def test_files_of_mnist(tmp_path):
    for ending in ("", ".gz"):
        folder = write_digits(tmp_path / f"made{ending}", train=200, test=30, ending=ending)
        parts = [load_digits(split, folder) for split in ("train", "val", "test")]
        assert [len(part) for part in parts] == [180, 20, 30]
        assert all((part.images[:, 5] > 0).sum(axis=1).tolist() == (part.labels + 1).tolist() for part in parts)
        assert len({part.fingerprint for part in parts}) == 3


def test_files_that_do_not_belong_together(tmp_path):
    folder = write_digits(tmp_path / "a", train=100)
    other = write_digits(tmp_path / "b", train=110)
    (folder / "train-labels-idx1-ubyte.gz").write_bytes((other / "train-labels-idx1-ubyte.gz").read_bytes())
    with pytest.raises(TaskError, match="100 train images but 110 labels"):
        load_digits("train", folder)


def test_too_few_classes(tmp_path):
    with pytest.raises(TaskError, match=r"val split has the classes \[4, 5, 6, 7, 8, 9\]"):
        load_digits("val", write_digits(tmp_path / "few", train=60))


def test_missing_files_and_splits(tmp_path):
    with pytest.raises(TaskError, match=r"train-images-idx3-ubyte\.gz"):
        load_digits("train", tmp_path)
    with pytest.raises(TaskError, match="choose one of"):
        load_digits("validation")  # type: ignore[arg-type]


@pytest.mark.skipif(not FASHION.is_dir(), reason="Debian's dataset-fashion-mnist is not installed")
def test_fashion_mnist():
    assert [len(load_digits(split, FASHION)) for split in ("train", "val", "test")] == [54_000, 6_000, 10_000]
    assert load_digits("test", FASHION).images.shape[1:] == (28, 28)
