import numpy as np
import pytest

from sc2data.format import Dataset, SchemaError
from sc2data.pyramid import Pyramid, PyramidStore, ScreenPyramids, StoreError, write_screen_levels
from tests.sc2data.format import examples


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    return Dataset(examples.write(tmp_path_factory.mktemp("screens") / "data", episodes=3))


@pytest.fixture(scope="module")
def levels(tmp_path_factory, dataset):
    path = tmp_path_factory.mktemp("levels") / "levels.h5"
    write_screen_levels(dataset, path)
    return PyramidStore(path)


def test_screens_are_level_0_as_they_are(dataset, levels):
    screens = ScreenPyramids(dataset, levels)
    assert len(screens) == len(dataset) == 9
    for record in (0, 4, -1):
        expected = Pyramid.of(dataset.screen(record))
        assert screens[record].levels == expected.levels
        for level in range(expected.levels):
            np.testing.assert_array_equal(screens[record].level(level), expected.level(level))
        for fixation in ((0.3, -0.8, 0.2), (0, 0, 1), (1.05, 0.2, 0.7), (4, 0, 0.1)):
            np.testing.assert_array_equal(screens[record].window(fixation, 8), expected.window(fixation, 8))


def test_decoded_pixels_are_those_of_the_screens_tiles(dataset, levels):
    screens = ScreenPyramids(dataset, levels)
    assert screens[0].read_window((-1, -1, 0.1), 4).decoded == 16 * 16  # examples have tiles of 16 px
    assert screens[0].read_window((0, 0, 0.2), 4).level == 1


def test_no_pixels_are_stored_twice(levels):
    with pytest.raises(StoreError, match="no pixels of '0' below level 1"):
        levels["0"]


def test_there_is_no_record_beyond_the_last(dataset, levels):
    with pytest.raises(IndexError, match=r"record 9: .* has 9 records"):
        ScreenPyramids(dataset, levels)[9]
    assert len(list(ScreenPyramids(dataset, levels))) == 9


def test_levels_of_other_screens_are_refused(tmp_path, levels):
    other = Dataset(examples.write(tmp_path / "other", episodes=2))
    with pytest.raises(StoreError, match=r"was not made of .*other as it is now; make it again"):
        ScreenPyramids(other, levels)


def test_data_sets_without_screens_are_refused(tmp_path, levels):
    bare = Dataset(examples.write(tmp_path / "bare", episodes=1, of=examples.schema(screen=None)))
    with pytest.raises(SchemaError, match="minimaps without screens"):
        write_screen_levels(bare, tmp_path / "levels.h5")
    with pytest.raises(SchemaError, match="minimaps without screens"):
        ScreenPyramids(bare, levels)


def test_writing_tells_how_far_it_is(tmp_path, dataset):
    told = []
    write_screen_levels(dataset, tmp_path / "levels.h5", report=lambda ready, total: told.append((ready, total)))
    assert told == [(number, 9) for number in range(1, 10)]
