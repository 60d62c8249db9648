"""Finding photographs and dividing collections."""

import collections

import pytest

from tests.varsac.tasks.photos.collections import write_photo
from varsac.tasks.photos.photo import divide, divide_by_class, photo_files
from varsac.tasks.task import TaskError


def test_photographs_are_found_by_suffix(tmp_path):
    for name in ("b.JPG", "a/c.png", ".hidden/d.jpg", "a/.e.jpg"):
        write_photo(tmp_path / name)
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path / "folder.jpg").mkdir()
    assert [path.relative_to(tmp_path).as_posix() for path in photo_files(tmp_path)] == ["a/c.png", "b.JPG"]
    for empty, reason in ((tmp_path / "folder.jpg", "holds no photographs"), (tmp_path / "none", "is no folder")):
        with pytest.raises(TaskError, match=reason):
            photo_files(empty)


@pytest.mark.parametrize(("count", "expected"), [(3, (1, 1, 1)), (10, (7, 1, 2)), (100, (70, 10, 20)), (2, (2, 0, 0))])
def test_shares(count, expected):
    drawn = collections.Counter(divide(map(str, range(count)), seed=3).values())
    assert tuple(drawn[split] for split in ("train", "val", "test")) == expected


def test_a_split_does_not_depend_on_the_order():
    names = [f"{number}.jpg" for number in range(50)]
    assert divide(names, 1) == divide(names[::-1], 1)
    assert divide(names, 1) != divide(names, 2)


def test_every_class_is_in_every_split():
    drawn = divide_by_class({f"{number}": number % 4 for number in range(16)}, seed=0)
    for label in range(4):
        assert {drawn[str(number)] for number in range(label, 16, 4)} == {"train", "val", "test"}
