"""The atlas: sizes near the wanted ones, bounded memory, nothing drawn twice while it is kept."""

import numpy as np

from sc2data.geometry import ScreenCamera
from sc2data.sim.drawing.atlas import LARGE_PARTS, SMALL_PARTS, Atlas, Bounded, scale_of, sizes
from sc2data.sim.drawing.sprites import Blank, Sprite


def test_drawn_sizes_and_their_parts_come_near_any_scale() -> None:
    wanted = np.geomspace(0.7, 300.0, 200)
    camera = ScreenCamera((50.0, 40.0, 8.0), 1024, 1024)
    for parts in (SMALL_PARTS, LARGE_PARTS):
        octaves, shown = sizes(wanted, camera, np.full(200, parts))
        scales = [
            scale_of(octave, camera) * part / parts
            for octave, part in zip(octaves.tolist(), shown.tolist(), strict=True)
        ]
        assert np.abs(np.array(scales) / wanted - 1).max() < 1 / parts


def test_the_cache_lets_the_oldest_go() -> None:
    sprite = Sprite(np.zeros((10, 10, 3), np.uint8), np.zeros((10, 10), np.uint8), 0, 0)
    cache = Bounded(capacity=3 * sprite.nbytes)
    for key in "abc":
        cache.put(key, sprite)
    cache.get("a")
    cache.put("d", sprite)
    assert [cache.get(key) is not None for key in "abcd"] == [True, False, True, True]
    assert len(cache) == 3


def test_the_atlas_draws_a_blank_once_for_all_its_sprites() -> None:
    atlas, drawn = Atlas(), []

    def draw() -> Blank:
        drawn.append(1)
        return Blank(np.full((24, 36, 4), 50, np.uint8), np.zeros((24, 36), np.uint8), -12, -24)

    def red(blank: Blank) -> Sprite:
        return blank.in_colour((150.0, 0.0, 0.0))

    assert atlas.find("half") is None
    half = atlas.make("half", "blank", (6, 12), draw, red)
    whole = atlas.make("whole", "blank", (12, 12), draw, red)
    assert len(drawn) == 1
    assert (half.colour.shape, half.left, half.top) == ((12, 18, 3), -6, -12)
    assert (whole.colour.shape, whole.left, whole.top) == ((24, 36, 3), -12, -24)
    assert whole.colour[5, 5].tolist() == [100, 50, 50]
    assert atlas.find("half") is half
