import numpy as np

from sc2data.sim.drawing.layer_grids import CellSampler, HeightPainter
from tests.sc2data.sim.views import flat_terrain


def test_cells_are_picked_at_world_points_with_the_south_at_the_bottom():
    grid = np.arange(12, dtype=np.uint8).reshape(3, 4)  # row 0 is the south
    sampler = CellSampler(flat_terrain(4, 3), np.array([0.5, 3.9]), np.array([2.5, 0.1]))
    assert sampler(grid).tolist() == [[8, 11], [0, 3]]


def test_cells_outside_the_map_are_zero():
    sampler = CellSampler(flat_terrain(4, 3), np.array([-0.1, 0.0, 4.0]), np.array([3.0, 2.9, -1.0]))
    assert sampler(np.full((3, 4), 7, np.uint8)).tolist() == [[0, 0, 0], [0, 7, 0], [0, 0, 0]]


def test_heights_run_from_zero_to_255():
    height = np.array([[0, 12], [0, 12]], np.float32)
    image = HeightPainter(flat_terrain(1, 1, height=height))(np.array([0.0, 0.25, 0.5, 0.999]), np.array([0.5]))
    assert image.tolist() == [[0, 64, 128, 255]]  # 63.75, 127.5 rounded half up, 254.7


def test_cells_are_two_triangles_along_the_rising_diagonal():
    height = np.array([[0, 0], [10, 0]], np.float32)  # only the north-west corner is high
    painter = HeightPainter(flat_terrain(1, 1, height=height))
    image = painter(np.array([0.25, 0.75]), np.array([0.75, 0.25]))
    assert image.tolist() == [[128, 0], [0, 0]]  # bilinear would give 143, 48, 48, 16


def test_level_ground_and_the_outside_are_zero():
    assert not HeightPainter(flat_terrain(2, 2))(np.array([0.5, 1.5]), np.array([0.5])).any()
    height = np.full((3, 3), 4, np.float32)
    height[0, 0] = 0
    image = HeightPainter(flat_terrain(2, 2, height=height))(np.array([-0.5, 1.5, 2.5]), np.array([2.5, 1.5, -0.5]))
    assert image.tolist() == [[0, 0, 0], [0, 255, 0], [0, 0, 0]]


def test_a_kept_image_cannot_be_changed_from_outside():
    painter = HeightPainter(flat_terrain(1, 1, height=np.array([[0, 1], [0, 1]], np.float32)))
    points = np.array([0.5]), np.array([0.5])
    painter(*points)[:] = 9
    assert painter(*points).tolist() == [[128]]
