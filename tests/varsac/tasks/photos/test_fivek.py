"""MIT-Adobe FiveK's layout."""

import collections

import pytest

from tests.varsac.tasks.photos.collections import write_fivek, write_photo
from varsac.tasks.photos.fivek import read_fivek
from varsac.tasks.task import TaskError

SUBJECTS = ("abstract", "animals", "man_made", "nature", "people", "unknown")


def test_lists_give_classes_and_splits(tmp_path):
    photos, classes = read_fivek(write_fivek(tmp_path), "subject", seed=0)
    assert classes == SUBJECTS
    assert collections.Counter(photo.split for photo in photos) == {"train": 12, "val": 6, "test": 6}
    assert [photo.label for photo in photos] == [number % 6 for number in range(24)]
    assert photos[3].name == "tiff16_c/a0003-made up_3.tif"


def test_a_table_gives_classes(tmp_path):
    root = write_fivek(tmp_path, table=True)
    photos, classes = read_fivek(root, "subject", seed=0)
    assert classes == SUBJECTS
    assert collections.Counter(photo.split for photo in photos) == {"train": 12, "val": 6, "test": 6}
    table = root / "categories.csv"
    table.write_text(table.read_text().replace(",people", ","))  # of these nobody knows the subject
    assert len(read_fivek(root, "subject", seed=0)[0]) == 20


def test_what_is_wrong_is_said(tmp_path):
    root = write_fivek(tmp_path / "a")
    with pytest.raises(TaskError, match="does not give the category 'mood'"):
        read_fivek(root, "mood", 0)
    (root / "testing.json").write_text("[1, 2")
    with pytest.raises(TaskError, match=r"testing\.json does not give"):
        read_fivek(root, "subject", 0)
    table = write_fivek(tmp_path / "b", table=True)
    with pytest.raises(TaskError, match="columns 'name' and 'light'"):
        read_fivek(table, "light", 0)
    (table / "categories.csv").unlink()
    with pytest.raises(TaskError, match=r"neither training\.json"):
        read_fivek(table, "subject", 0)
    write_photo(tmp_path / "c" / "x.jpg")
    (tmp_path / "c" / "categories.csv").write_text("name,subject\ny,people\n")
    with pytest.raises(TaskError, match="none of the 1 photographs"):
        read_fivek(tmp_path / "c", "subject", 0)
