"""Photographs in folders of classes."""

import collections

import pytest

from tests.varsac.tasks.photos.collections import write_folders, write_photo
from varsac.tasks.photos.folders import read_flat, read_folders
from varsac.tasks.task import TaskError


def test_classes_are_the_folders(tmp_path):
    photos, classes = read_folders(write_folders(tmp_path), seed=0)
    assert classes == ("cat", "dog")
    assert {photo.name: photo.label for photo in photos}["dog/1.PNG"] == 1
    assert collections.Counter((photo.label, photo.split) for photo in photos) == {
        (label, split): count for label in (0, 1) for split, count in (("train", 3), ("val", 1), ("test", 1))
    }


@pytest.mark.parametrize("given", [("train", "val", "test"), ("train", "test")])
def test_given_splits_are_kept(tmp_path, given):
    for split in given:
        write_folders(tmp_path / split)
    photos, classes = read_folders(tmp_path, seed=0)
    assert classes == ("cat", "dog")
    counts = collections.Counter(photo.split for photo in photos)
    assert counts == ({"train": 10, "val": 10, "test": 10} if len(given) == 3 else {"train": 8, "val": 2, "test": 10})
    assert all(photo.name.startswith("test/") == (photo.split == "test") for photo in photos)


def test_flat_folders(tmp_path):
    photos = read_flat(write_folders(tmp_path), seed=0)
    assert collections.Counter(photo.split for photo in photos) == {"train": 7, "val": 1, "test": 2}
    assert {photo.label for photo in photos} == {-1}


def test_what_is_wrong_is_said(tmp_path):
    write_photo(tmp_path / "one" / "cat" / "a.jpg")
    with pytest.raises(TaskError, match="one class"):
        read_folders(tmp_path / "one", 0)
    write_photo(tmp_path / "one" / "loose.jpg")
    with pytest.raises(TaskError, match=r"loose.jpg is in no class's folder"):
        read_folders(tmp_path / "one", 0)
    write_photo(tmp_path / "two" / "cat" / "a.jpg")
    write_photo(tmp_path / "two" / "dog" / "b.jpg")
    with pytest.raises(TaskError, match="no photographs for val, test among 2"):
        read_folders(tmp_path / "two", 0)
    with pytest.raises(TaskError, match="no photographs for val, test among 1"):
        read_flat(tmp_path / "one" / "cat", 0)
