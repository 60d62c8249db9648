"""Sheets: many sprites laid at once look as if laid one by one; ground hides what is behind it."""

import numpy as np

from sc2data.sim.drawing.sheet import Sheet
from sc2data.sim.drawing.sprites import Sprite


def sprite(seed: int, height: int = 9, width: int = 12) -> Sprite:
    """A sprite with clear edges, as models have them."""
    rng = np.random.default_rng(seed)
    rest = np.full((height, width), 255, np.uint8)
    rest[2:-2, 3:-1] = rng.integers(0, 255, (height - 4, width - 4))
    colour = np.zeros((height, width, 3), np.uint8)
    colour[2:-2, 3:-1] = rng.integers(0, 200, (height - 4, width - 4, 3))
    return Sprite(colour, rest, -4, -7)


def test_all_at_once_equals_one_by_one() -> None:
    image = np.random.default_rng(0).integers(0, 255, (40, 50, 3), dtype=np.uint8)
    feet = np.array([(10, 12), (12, 13), (-3, 2), (49, 39), (200, 5), (10, 12)])
    sheet, expected = Sheet(), image.copy()
    numbers = np.array([sheet.number(seed % 4, sprite(seed % 4)) for seed in range(6)])
    for seed, foot in enumerate(feet.tolist()):
        sprite(seed % 4).paint(expected, *foot)
    sheet.paint(image, numbers, feet)
    np.testing.assert_array_equal(image, expected)
    assert numbers.tolist() == [0, 1, 2, 3, 0, 1]


def test_higher_and_nearer_ground_hides_what_stands_behind_it() -> None:
    z = np.zeros((14, 14), np.float32)
    z[8:] = 3.0  # rays every four pixels: a wall from about row 30 downwards
    depth = np.full_like(z, 20.0)
    black = Sprite(np.zeros((20, 10, 3), np.uint8), np.zeros((20, 10), np.uint8), -5, -10)
    shown = []
    for limits in ((1.0, 25.0), (1.0, 15.0), (5.0, 25.0), (np.inf, np.inf)):
        sheet, image = Sheet(), np.full((48, 48, 3), 200, np.uint8)
        where = np.array([sheet.number("it", black)]), np.array([[24, 30]])
        sheet.paint(image, *where, np.array([limits]), (z, depth, 4))
        shown.append(image[20:40, 19:29, 0] == 0)
    assert shown[0][:6].all() and not shown[0][12:].any()  # behind the wall
    assert all(mask.all() for mask in shown[1:])  # before it, above it, without it


def test_a_full_sheet_starts_anew() -> None:
    sheet = Sheet(capacity=100)
    assert sheet.number("one", sprite(1)) == 0
    assert sheet.find("one") == 0
    sheet.make_room()
    assert sheet.find("one") is None
    assert sheet.number("two", sprite(2)) == 0
    assert sheet.boxes(np.array([0]), np.array([[10, 20]])).tolist() == [[6, 13, 18, 22]]
