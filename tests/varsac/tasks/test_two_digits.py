"""Two digits among clutter."""

import numpy as np
import pytest

from varsac.tasks.digits import Digits, load_digits
from varsac.tasks.task import TaskError
from varsac.tasks.two_digits import PUBLISHED, T1_SMOKE, TwoDigits, TwoDigitsPainter


@pytest.fixture(scope="module")
def digits():
    return load_digits("val")


def paint(painter, seed=0):
    return painter.paint(np.random.default_rng(seed))


def solid(brightness=200):
    """Ten classes of solid squares, of brightness 200 + class."""
    images = np.zeros((10, 8, 8), np.uint8) + brightness + np.arange(10, dtype=np.uint8)[:, None, None]
    return Digits(images, np.arange(10), "solid")


@pytest.mark.parametrize("shape", [(256, 256), (300, 700), (1024, 640)])
def test_digits_are_where_the_objects_say(shape):
    painter = TwoDigitsPainter(TwoDigits(digit=0.1, clutter=0), solid(), *shape)
    for seed in range(5):
        picture = paint(painter, seed)
        side = round(0.1 * min(shape))
        assert painter.object_size == side
        lit = np.zeros(shape, bool)
        for (x, y), label in zip(picture.objects.positions, picture.objects.classes, strict=True):
            top, left = round(y - side / 2), round(x - side / 2)
            square = picture.image[top : top + side, left : left + side, 0]
            assert square.shape == (side, side)
            assert (square == 200 + label).all()
            lit[top : top + side, left : left + side] = True
        assert (picture.image[:, :, 0] > 0).sum() == lit.sum() == 2 * side**2


def test_labels_say_which_digits(digits):
    identify = TwoDigitsPainter(TwoDigits(), digits, 256, 256)
    total = TwoDigitsPainter(TwoDigits(question="sum"), digits, 256, 256)
    sums = set()
    for seed in range(200):
        picture = paint(identify, seed)
        assert sorted(np.flatnonzero(picture.labels["digits"])) == sorted(picture.objects.classes)
        assert picture.objects.classes[0] != picture.objects.classes[1]
        picture = paint(total, seed)
        assert picture.labels["sum"] == picture.objects.classes.sum()
        sums.add(int(picture.labels["sum"]))
    assert (identify.heads[0].size, identify.heads[0].largest, total.heads[0].size) == (10, 2, 19)
    assert {0, 18} < sums


def test_clutter_does_not_move_digits(digits):
    full = TwoDigitsPainter(TwoDigits(), digits, 512, 512)
    bare, half = full.eased(0.0), full.eased(0.5)
    pictures = [paint(painter, 3) for painter in (bare, half, full)]
    assert [painter.config.clutter for painter in (bare, half, full)] == [0, 15, 30]
    assert len({picture.objects.positions.tobytes() for picture in pictures}) == 1
    amounts = [int((picture.image > 0).sum()) for picture in pictures]
    assert amounts == sorted(set(amounts))
    assert (pictures[2].image >= pictures[1].image).all()


def test_a_larger_image_is_the_same_picture(digits):
    small, large = (paint(TwoDigitsPainter(TwoDigits(clutter=0), digits, side, side)) for side in (512, 2048))
    assert small.labels["digits"].tolist() == large.labels["digits"].tolist()
    assert np.abs(4 * small.objects.positions - large.objects.positions).max() <= 4
    assert large.objects.radius.tolist() == [48, 48]


def test_the_published_way_enlarges_a_small_canvas(digits):
    small = TwoDigitsPainter(PUBLISHED, digits, 100, 100)
    large = TwoDigitsPainter(PUBLISHED, digits, 991, 991)  # ten pixels between the centres of canvas pixels
    canvas, picture = paint(small, 1), paint(large, 1)
    np.testing.assert_array_equal(picture.image[::10, ::10], canvas.image)
    np.testing.assert_allclose(picture.objects.positions, (canvas.objects.positions - 0.5) * 10 + 0.5)
    assert (small.object_size, large.object_size) == (28, 280)
    halfway = picture.image[5::10, ::10].astype(int)
    mean = (canvas.image[:-1].astype(int) + canvas.image[1:]) / 2
    assert np.abs(halfway - mean).max() <= 0.5


def test_same_state_same_picture(digits):
    painter = TwoDigitsPainter(T1_SMOKE, digits, 256, 256)
    assert paint(painter, 5).image.tobytes() == paint(painter, 5).image.tobytes()
    assert paint(painter, 5).image.tobytes() != paint(painter, 6).image.tobytes()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"question": "product"}, "choose one of identify, sum"),
        ({"digit": 0.6}, "at most 0.45"),
        ({"fragment": 0.2}, "at most the digit"),
        ({"clutter": -1}, "0 or more"),
    ],
)
def test_wrong_settings(wrong, message):
    with pytest.raises(TaskError, match=message):
        TwoDigits(**wrong)


@pytest.mark.parametrize(
    ("config", "shape", "message"),
    [
        (TwoDigits(), (16, 100), "16 px"),
        (TwoDigits(), (512, 5000), "4096"),
        (PUBLISHED, (64, 64), "cannot be enlarged"),
    ],
)
def test_wrong_sizes(digits, config, shape, message):
    with pytest.raises(TaskError, match=message):
        TwoDigitsPainter(config, digits, *shape)
