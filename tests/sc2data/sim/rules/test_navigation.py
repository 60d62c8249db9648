import numpy as np
import pytest

from sc2data.sim.rules.ground_loops import UNREACHED, distances
from sc2data.sim.rules.navigation import Navigation
from tests.sc2data.sim import worlds


def maze():
    """Walls with gaps at alternating ends, so that the way winds."""
    terrain = worlds.plain(side=32)
    blocked = np.zeros((32, 32), bool)
    blocked[:30, 8] = blocked[2:, 16] = blocked[:30, 24] = True
    return Navigation(terrain, blocked)


def test_distances_equal_dijkstra_s():
    rng = np.random.default_rng(5)
    navigation = Navigation(worlds.plain(side=24), rng.random((24, 24)) < 0.3)
    goal = int(np.flatnonzero(navigation.open.ravel())[50])
    found = distances(navigation.cells_open, 24, goal)
    expected = np.full((24, 24), UNREACHED, np.int64)
    expected[divmod(goal, 24)] = 0
    changed = True
    while changed:  # Bellman and Ford's, step by step
        changed = False
        for y, x in np.argwhere(navigation.open):
            for dy, dx in ((0, 1), (1, 0), (0, -1), (-1, 0), (1, 1), (1, -1), (-1, 1), (-1, -1)):
                v, u = y + dy, x + dx
                if not (0 <= v < 24 and 0 <= u < 24 and navigation.open[v, u]) or expected[v, u] == UNREACHED:
                    continue
                if dx and dy and not (navigation.open[y, u] and navigation.open[v, x]):
                    continue
                if expected[v, u] + (7 if dx and dy else 5) < expected[y, x]:
                    expected[y, x] = expected[v, u] + (7 if dx and dy else 5)
                    changed = True
    np.testing.assert_array_equal(found.reshape(24, 24), expected)


def test_following_corners_leads_through_a_maze():
    navigation = maze()
    x, y = 2.5, 2.5
    for _ in range(200):
        corner = navigation.corner(x, y, 29.5, 2.5)
        assert corner is not None
        step = np.subtract(corner, (x, y))
        assert navigation.clear(*(np.array([v], np.float32) for v in (x, y, *corner)))[0]
        x, y = np.add((x, y), step * min(1, 1.0 / max(np.hypot(*step), 1e-9)))
        if np.hypot(x - 29.5, y - 2.5) < 0.1:
            break
    assert (x, y) == pytest.approx((29.5, 2.5))


def test_the_length_of_a_way():
    navigation = maze()
    assert navigation.distance((2.5, 2.5), (2.5, 12.5)) == 10
    assert navigation.distance((2.5, 2.5), (29.5, 2.5)) > 3 * 25
    assert navigation.distance((2.5, 2.5), (8.5, 2.5)) == 0  # in a wall
    assert navigation.distance((-3.0, 2.5), (200.0, 2.5)) == 0  # off the map


def test_the_nearest_open_point():
    navigation = maze()
    assert navigation.nearest_open(3.2, 4.7) == (3.2, 4.7)
    x, y = navigation.nearest_open(8.4, 10.0)
    assert (abs(x - 8.4), y) == (pytest.approx(0.9, abs=0.25), 10.5)


def test_lines_of_sight_stop_at_walls():
    navigation = maze()
    x, y = np.array([2.5, 2.5], np.float32), np.array([2.5, 31.0], np.float32)
    to_x, to_y = np.array([12.5, 12.5], np.float32), np.array([2.5, 31.0], np.float32)
    assert navigation.clear(x, y, to_x, to_y).tolist() == [False, True]


def test_goals_in_an_open_square_share_their_paths():
    navigation = maze()
    for x in (28.1, 29.5, 30.9):
        navigation.corner(2.5, 2.5, x, 5.5)
    assert len(navigation._fields) == 1
    navigation.corner(2.5, 2.5, 24.5, 30.5)  # beside the wall: a square with closed cells has no such middle
    navigation.corner(2.5, 2.5, 25.5, 30.5)
    assert len(navigation._fields) == 3
