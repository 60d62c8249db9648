"""The grids of game_info, in the packing of old games and new ones."""

import tarfile

import numpy as np

from benchmarks import recordings
from sc2data.harvest.ground import Ground, grid
from sc2data.sim.api.messages import common_pb, sc_pb
from tests.shared_data import shared_data


def made_image(width, height, bits, data):
    image = common_pb.ImageData(bits_per_pixel=bits, data=bytes(data))
    image.size.x, image.size.y = width, height
    return image


def test_a_grid_of_bits_starts_in_the_south():
    assert grid(made_image(3, 3, 1, [0b10000101, 0])).tolist() == [[1, 0, 0], [0, 0, 1], [0, 1, 0]]


def test_an_old_grid_starts_in_the_north():
    assert grid(made_image(2, 2, 8, [1, 2, 3, 4]), north_first=True).tolist() == [[3, 4], [1, 2]]


def test_the_real_grids_of_two_versions_say_the_same():
    observations = shared_data() / "observations"
    _, new_info, _ = recordings.ladder_map(observations, "AcidPlantLE")
    new = Ground.of(new_info)
    with tarfile.open(observations / "tvt_acid_plant_episode.tar.xz") as archive:
        member = next(m for m in archive.getmembers() if m.name.endswith("game_info.binpb"))
        file = archive.extractfile(member)
        assert file is not None
        old = Ground.of(sc_pb.ResponseGameInfo.FromString(file.read()))
    assert old.size == new.size == (168, 184)
    assert (old.placeable == new.placeable).mean() > 0.99
    assert (old.pathable == new.pathable).mean() > 0.97
    inside = old.pathable & new.pathable
    assert np.median(np.abs(old.height - new.height)[inside]) < 0.5


def test_height_is_an_average_of_the_cells_around():
    height = np.zeros((10, 10), np.float32)
    height[5:, :] = 10
    flat = np.ones((10, 10), bool)
    ground = Ground((10, 10), (0, 0, 10, 10), flat, flat, height, ())
    assert ground.height_at(5, 2) == 0
    assert ground.height_at(5, 5) == 6  # rows 3 to 7, of which three are up
    assert ground.height_at(-9, 99) == 10


def test_only_the_playable_area_is_walkable():
    flat = np.ones((6, 8), bool)
    ground = Ground((8, 6), (1, 2, 7, 5), flat, flat, np.zeros((6, 8), np.float32), ())
    assert ground.walkable().sum() == 6 * 3
    assert ground.walkable()[2, 1]
    assert not ground.walkable()[5, 1]
