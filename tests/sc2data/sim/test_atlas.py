"""The atlas: sizes near the wanted ones, bounded memory, nothing drawn twice while it is kept."""

import numpy as np

from sc2data.geometry import ScreenCamera
from sc2data.sim.atlas import LARGE_PARTS, SMALL_PARTS, Atlas, SpriteCache, scale_of, sizes
from sc2data.sim.sprites import Sprite


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
    cache = SpriteCache(capacity=3 * 400)
    for key in "abc":
        cache.put(key, sprite)
    cache.get("a")
    cache.put("d", sprite)
    assert [cache.get(key) is not None for key in "abcd"] == [True, False, True, True]
    assert len(cache) == 3


def test_the_atlas_draws_a_sprite_once_for_all_its_parts() -> None:
    atlas, drawn = Atlas(), []

    def draw() -> Sprite:
        drawn.append(1)
        return Sprite(np.zeros((24, 36, 3), np.uint8), np.full((24, 36), 255, np.uint8), -12, -24)

    assert atlas.find("key", 9) is None
    half = atlas.make("key", 6, 12, draw)
    whole = atlas.make("key", 12, 12, draw)
    assert len(drawn) == 1
    assert (half.colour.shape, half.left, half.top) == ((12, 18, 3), -6, -12)
    assert whole.colour.shape == (24, 36, 3)
    assert atlas.find("key", 6) is half
