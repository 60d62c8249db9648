"""Small levels are read once and then kept."""

import pickle

import numpy as np
import pytest

from sc2data.pyramid import Pyramid, PyramidWriter
from varsac.tasks.photos import held
from varsac.tasks.photos.held import HeldPyramid
from varsac.tasks.stored import StoredPyramid

TILE = 16


@pytest.fixture
def path(tmp_path, monkeypatch):
    monkeypatch.setattr(held, "MOST_PIXELS", 30 * 40)
    with PyramidWriter(tmp_path / "a.h5", tile=TILE) as writer:
        writer.add("photo", np.random.default_rng(0).integers(0, 256, (57, 80, 3), dtype=np.uint8))
    return tmp_path / "a.h5"


def test_windows_and_what_they_cost_are_those_of_the_file(path):
    kept, stored = HeldPyramid(path, "photo", TILE), StoredPyramid(path, "photo")
    random = np.random.default_rng(1)
    for _ in range(50):
        fixation = (*random.uniform(-1.2, 1.2, 2), random.uniform(0.05, 1.5))
        mine, other = kept.read_window(fixation, 8), stored.read_window(fixation, 8)
        assert mine.decoded == other.decoded
        np.testing.assert_array_equal(mine.pixels, other.pixels)


def test_only_small_levels_are_kept_and_all_photographs_share_them(path):
    kept = HeldPyramid(path, "photo", TILE)
    assert not np.shares_memory(kept.level(0), kept.level(0))
    assert np.shares_memory(kept.level(1), HeldPyramid(path, "photo", TILE).level(1))
    with pytest.raises(ValueError, match="read-only"):
        kept.level(1)[0] = 0


def test_it_travels_as_a_path(path):
    kept = HeldPyramid(path, "photo", TILE)
    packed = pickle.dumps(kept)
    again: Pyramid = pickle.loads(packed)
    assert len(packed) < 500
    np.testing.assert_array_equal(again.level(2), kept.level(2))
