"""Megapixel digits: the published rules."""

import numpy as np
import pytest

from varsac.tasks.digits import Digits, load_digits
from varsac.tasks.megapixel import RULES, Megapixel, MegapixelPainter, labels_of, noise_patterns
from varsac.tasks.task import TaskError


@pytest.fixture(scope="module")
def digits():
    return load_digits("val")


def paint(painter, seed=0):
    return painter.paint(np.random.default_rng(seed))


def solid():
    """Ten classes of solid squares, of brightness 10 + class: noise is brighter."""
    images = np.zeros((10, 28, 28), np.uint8) + 10 + np.arange(10, dtype=np.uint8)[:, None, None]
    return Digits(images, np.arange(10), "solid")


def test_three_of_one_class_and_two_of_others(digits):
    painter = MegapixelPainter(Megapixel(rules=RULES, noise=0), digits, 256, 256, 0)
    majorities, alike = [], 0
    for seed in range(300):
        picture = paint(painter, seed)
        values, labels = picture.objects.classes, picture.labels
        counts = np.bincount(values, minlength=10)
        assert (counts == 3).sum() == 1 and counts.sum() == 5
        assert labels["majority"] == counts.argmax()
        assert labels["max"] == values.max()
        assert labels["top"] == values[picture.objects.positions[:, 1].argmin()]
        assert np.flatnonzero(labels["multi"]).tolist() == sorted(set(values.tolist()))
        majorities.append(labels["majority"])
        alike += counts.max(initial=0, where=counts < 3) == 2
    assert np.bincount(majorities, minlength=10).min() > 10
    assert 15 < alike < 60  # the other two are alike in about one of nine


def test_digits_are_full_stamps_that_do_not_overlap():
    painter = MegapixelPainter(Megapixel(noise=0), solid(), 200, 300, 0)
    for seed in range(20):
        picture = paint(painter, seed)
        assert (picture.image > 0).sum() == 5 * 28 * 28
        for (x, y), label in zip(picture.objects.positions.astype(int), picture.objects.classes, strict=True):
            assert (picture.image[y - 14 : y + 14, x - 14 : x + 14] == 10 + label).all()


def test_what_is_painted_last_is_seen():
    last, first = (
        paint(MegapixelPainter(Megapixel(order=order), solid(), 256, 256, 0), 4)
        for order in ("digits_last", "noise_last")
    )
    assert last.objects.positions.tolist() == first.objects.positions.tolist()
    for (x, y), label in zip(last.objects.positions.astype(int), last.objects.classes, strict=True):
        assert (last.image[y - 14 : y + 14, x - 14 : x + 14] == 10 + label).all()
    covered = [
        (first.image[y - 14 : y + 14, x - 14 : x + 14] == 0).sum() for x, y in first.objects.positions.astype(int)
    ]
    assert max(covered) > 100  # the black pixels of noise stamps erase digits


def test_clutter_is_a_share_of_the_noise():
    painter = MegapixelPainter(Megapixel(), solid(), 512, 512, 0)
    pictures = [paint(painter.eased(share), 2) for share in (0.0, 0.5, 1.0)]
    amounts = [int((picture.image > 50).sum()) for picture in pictures]
    assert amounts[0] == 0 < amounts[1] < amounts[2]
    assert len({picture.objects.positions.tobytes() for picture in pictures}) == 1


def test_noise_patterns_are_two_lines():
    bank = noise_patterns(50, np.random.default_rng(0))
    assert bank.shape == (50, 28, 28)
    lit = bank[bank > 0]
    assert lit.min() >= 204 and lit.max() <= 255
    assert all(28 <= (pattern > 0).sum() <= 4 * 28 for pattern in bank)
    assert all(pattern[0, 0] > 0 for pattern in bank)  # the first line is never mirrored
    assert noise_patterns(0, np.random.default_rng(0)).shape == (0, 28, 28)


def test_noise_keeps_away_from_the_upper_and_the_left_edge(digits):
    painter = MegapixelPainter(
        Megapixel(digit=4), Digits(np.zeros((10, 4, 4), np.uint8), np.arange(10), ""), 128, 160, 0
    )
    together = np.max([paint(painter, seed).image[:, :, 0] for seed in range(20)], axis=0)
    rows, columns = np.nonzero(together)
    assert rows.min() >= 28 and rows.max() > 112
    assert columns.min() >= 28 and columns.max() > 144


def test_sizes_of_stamps(digits):
    picture = paint(MegapixelPainter(Megapixel(digit=56, stamp=56, noise=10), digits, 600, 600, 0))
    assert picture.objects.radius.tolist() == [28] * 5


def test_topmost_of_a_row_is_the_first():
    assert labels_of(np.array([4, 4, 4, 1, 2]), np.array([5, 5, 9, 9, 9]))["top"] == 4


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"rules": ("median",)}, "choose from majority, max, top, multi"),
        ({"rules": ()}, r"\(none\)"),
        ({"rules": ("max", "max")}, "each once"),
        ({"order": "random"}, "noise_last, digits_last"),
        ({"clutter": 1.5}, "clutter 0 to 1"),
    ],
)
def test_wrong_settings(wrong, message):
    with pytest.raises(TaskError, match=message):
        Megapixel(**wrong)


def test_images_that_are_too_small(digits):
    with pytest.raises(TaskError, match="more than twice"):
        MegapixelPainter(Megapixel(), digits, 56, 56, 0)
    with pytest.raises(TaskError, match="5 stamps"):
        MegapixelPainter(Megapixel(noise=0), digits, 60, 60, 0)
