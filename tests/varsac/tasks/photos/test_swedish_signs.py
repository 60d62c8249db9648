"""Swedish traffic signs: annotations, rules, splits."""

import collections

import pytest

from tests.varsac.tasks.photos.collections import write_signs
from varsac.tasks.photos.swedish_signs import CLASSES, parse_line, read_swedish_signs
from varsac.tasks.task import TaskError


@pytest.fixture
def root(tmp_path):
    return write_signs(tmp_path)


def test_rules_of_the_labels(root):
    photos, classes = read_swedish_signs(root, seed=0)
    assert classes == CLASSES == ("EMPTY", "50_SIGN", "70_SIGN", "80_SIGN")
    labels = {photo.path.stem: classes[photo.label] for photo in photos if photo.name.startswith("Set2/")}
    assert labels == {
        f"{name}{number}": label
        for number in range(3)
        for name, label in (("empty", "EMPTY"), ("misc", "EMPTY"), ("limit", "50_SIGN"), ("several", "70_SIGN"))
    }


def test_speed_limits_are_objects(root):
    photos, _ = read_swedish_signs(root, seed=0)
    found = {photo.path.stem: photo.objects for photo in photos}
    assert len(found["empty0"]) == len(found["misc0"]) == 0
    assert found["limit0"].positions.tolist() == [[50, 30]]
    assert found["limit0"].radius.tolist() == [10]
    assert found["several0"].classes.tolist() == [3, 2, 1]


@pytest.mark.parametrize(("seed", "training"), [(0, "Set1"), (1, "Set2"), (4, "Set1")])
def test_one_set_trains_and_the_other_tests(root, seed, training):
    photos, _ = read_swedish_signs(root, seed)
    assert all((photo.split == "test") == (not photo.name.startswith(training)) for photo in photos)
    assert collections.Counter(photo.split for photo in photos) == {"train": 9, "val": 3, "test": 12}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("a.jpg", "FILE:SIGNS"),
        ("a.jpg:VISIBLE, 1, 2, 3, PROHIBITORY, 50_SIGN", "VISIBILITY, X1"),
        ("a.jpg:CLEAR, 1, 2, 3, 4, PROHIBITORY, 50_SIGN", "VISIBILITY, X1"),
        ("a.jpg:VISIBLE, 1, two, 3, 4, PROHIBITORY, 50_SIGN", "VISIBILITY, X1"),
    ],
)
def test_lines_that_are_not_as_described(root, line, message):
    with pytest.raises(TaskError, match=message):
        parse_line(line)
    path = root / "Set1" / "annotations.txt"
    path.write_text(path.read_text() + line)
    with pytest.raises(TaskError, match=r"annotations.txt, line 22"):
        read_swedish_signs(root, 0)


def test_numbers_with_something_behind_them():
    assert parse_line("a.jpg:VISIBLE, 4.5L, 4, 1, 1, PROHIBITORY, 50_SIGN")[1][0].right == 4.5


def test_missing_files(root):
    (root / "Set1" / "limit0.jpg").unlink()
    with pytest.raises(TaskError, match=r"1 annotated photographs are missing, Set1/limit0\.jpg"):
        read_swedish_signs(root, 0)
    (root / "Set2" / "annotations.txt").unlink()
    with pytest.raises(TaskError, match=r"annotations\.txt cannot be read"):
        read_swedish_signs(root, 1)
