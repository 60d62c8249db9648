"""Heights, tiers and walkable cells, on terrain small enough to count."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from sc2data.sim.maps.terrain import (
    Terrain,
    buildable_cells,
    cell_of,
    height_at,
    is_pathable,
    rise,
    tier,
    walkable_cells,
)


def _terrain(**fields: Any) -> Terrain:
    """Four columns and three rows; z is the column's number plus ten times the row's."""
    rows, columns = np.mgrid[:4, :5]
    cells = np.ones((3, 4), bool)
    whole = Terrain(
        name="small",
        height=(columns + 10 * rows).astype(np.float32),
        level=np.array([[64, 64, 72, 128], [64, 0, 96, 128], [192, 64, 120, 128]], np.uint8),
        pathable=cells,
        placeable=cells,
        playable=(0, 0, 4, 3),
        start_locations=(),
    )
    return dataclasses.replace(whole, **fields)


def test_sizes() -> None:
    assert (_terrain().width, _terrain().length) == (4, 3)


def test_height_is_bilinear_between_corners() -> None:
    xs, ys = np.array([0.0, 1.25, 3.5, 4.0]), np.array([0.0, 0.5, 2.75, 3.0])
    np.testing.assert_allclose(height_at(_terrain(), xs, ys), xs + 10 * ys, rtol=1e-6)
    assert height_at(_terrain(), 2, 1) == 12
    assert height_at(_terrain(), xs, ys).dtype == np.float32


def test_height_outside_is_the_borders() -> None:
    np.testing.assert_allclose(height_at(_terrain(), [-5, 99], [1, 99]), [10, 34])


def test_tiers_count_ramps_as_their_lower_end() -> None:
    xs, ys = [0.5, 2.5, 3.5, 1.5, 0.5], [0.5, 2.5, 0.5, 1.5, 2.99]
    assert tier(_terrain(), xs, ys).tolist() == [1, 1, 2, 0, 3]


def test_cells_of_points() -> None:
    row, column = cell_of(_terrain(), [0.99, 3.0, -1, 50], [2.0, 0.1, 5, 1])
    assert (row.tolist(), column.tolist()) == ([2, 0, 2, 1], [0, 3, 0, 3])


def test_nothing_outside_is_pathable() -> None:
    grid = np.array([[1, 1, 1, 1], [1, 0, 1, 1], [1, 1, 1, 1]], bool)
    points = np.array([[0.5, 0.5], [1.5, 1.5], [-0.1, 1], [4.0, 1], [3.99, 2.99], [1, 3.0]])
    assert is_pathable(_terrain(pathable=grid), points[:, 0], points[:, 1]).tolist() == [
        True,
        False,
        False,
        False,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"pathable": np.ones((4, 3), bool)}, "pathable"),
        ({"ground": np.zeros((1, 1), np.uint8)}, "ground"),
        ({"height": np.zeros((3, 4), np.float32)}, "one more each way"),
        ({"playable": (0, 0, 5, 3)}, "playable"),
        ({"playable": (2, 0, 2, 3)}, "playable"),
    ],
)
def test_grids_that_do_not_agree_are_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        _terrain(**fields)


def test_rise_is_the_range_of_the_corners() -> None:
    assert rise(np.array([[0, 0, 1], [0, 0.5, 0]], np.float32)).tolist() == [[0.5, 1.0]]


def _walkable(z: list[float], closed: int = -1, level: int = 64, starts: tuple[tuple[float, float], ...] = ()) -> str:
    """A strip of cells along x whose corners have heights `z`, as a string of . and #."""
    count = len(z) - 1
    heights = np.array([z, z], np.float32)
    levels = np.full((1, count), level, np.uint8)
    blocked = np.arange(count)[None] == closed
    cells = walkable_cells(heights, levels, (0, 0, count, 1), blocked, starts)
    return "".join(".#"[int(not cell)] for cell in cells[0])


def test_cliffs_closed_cells_and_void_are_not_walked() -> None:
    assert _walkable([8, 8, 8.5, 8.5, 8]) == "...."
    assert _walkable([8, 8, 8, 8, 10, 10], starts=((0.5, 0.5),)) == "...##"
    assert _walkable([8] * 6, closed=1, starts=((4.5, 0.5),)) == "##..."
    assert _walkable([8] * 4, level=0) == "###"


def test_without_a_start_the_largest_area_is_walked() -> None:
    assert _walkable([8, 8, 10, 10, 10, 10]) == "##..."
    assert _walkable([8, 8, 10, 10, 10, 10], starts=((1.5, 0.5),)) == "##..."


def test_steep_ramps_are_walked_where_starts_are_parted_otherwise() -> None:
    ramp = [8.0, 8, 9, 10, 10]
    assert _walkable(ramp, starts=((0.5, 0.5),)) == ".###"
    assert _walkable(ramp, starts=((0.5, 0.5), (3.5, 0.5))) == "...."
    assert _walkable([8, 8, 10, 10], starts=((0.5, 0.5), (2.5, 0.5))) == ".#."


def test_the_playable_area_bounds_what_is_walked() -> None:
    cells = walkable_cells(
        np.full((4, 5), 8, np.float32), np.full((3, 4), 64, np.uint8), (1, 0, 3, 2), np.zeros((3, 4), bool), ()
    )
    assert cells.astype(int).tolist() == [[0, 1, 1, 0], [0, 1, 1, 0], [0, 0, 0, 0]]


def test_buildable_cells_are_level_open_and_walked() -> None:
    height = np.array([[8, 8, 8, 8.1], [8, 8, 8, 8]], np.float32)
    walked, closed = np.array([[True, True, True]]), np.array([[False, True, False]])
    assert buildable_cells(height, walked, closed).tolist() == [[True, False, False]]
    assert not buildable_cells(height, ~walked, closed).any()
