import numpy as np
import pytest

from sc2data.units import unit_type
from tests.sc2data.sim import worlds

MOVE, PATROL, STOP = 3794, 3795, 3665


def test_a_marine_walks_a_sixteenth_of_its_speed_in_a_loop():
    made = worlds.world()
    tag = worlds.put(made, "Marine", 1, 20, 30)[0]
    assert made.order(1, [tag], MOVE, (40, 30)) == 1
    made.step(16)
    assert worlds.place(made, tag) == (22.25, 30)  # 2.25 per Normal second of 16 loops


def test_units_arrive_exactly_and_stop():
    made = worlds.world()
    marine, banshee = worlds.put(made, "Marine", 1, 20, 30)[0], worlds.put(made, "Banshee", 1, 20, 40)[0]
    made.order(1, [marine], MOVE, (23.3, 31.7))
    made.order(1, [banshee], MOVE, (23.3, 41.7))
    made.step(64)
    assert worlds.place(made, marine) == (23.3, 31.7)
    assert worlds.place(made, banshee) == (23.3, 41.7)
    assert made.state.units.orders[made.state.units.row(marine)] == []


def test_units_face_where_they_go_after_turning():
    made = worlds.world()
    tag = worlds.put(made, "Marine", 1, 20, 30, facing=0.0)[0]
    made.order(1, [tag], MOVE, (20, 40))
    made.step()
    assert worlds.value(made, tag, "facing") == pytest.approx(1.0909, abs=1e-3)  # not yet all the way round
    made.step(3)
    assert worlds.value(made, tag, "facing") == pytest.approx(np.pi / 2, abs=1e-3)


def test_the_ground_turns_walkers_and_not_flyers():
    wall = (slice(0, 50), slice(30, 33))  # a gap in the north
    made = worlds.world(worlds.plain(wall=wall))
    marine, banshee = worlds.put(made, "Marine", 1, 25, 32)[0], worlds.put(made, "Banshee", 1, 25, 36)[0]
    made.order(1, [marine, banshee], MOVE, (38, 32))
    straight = int(13.6 / (unit_type("Banshee").speed)) + 8
    highest = 0.0
    for _ in range(straight):
        made.step()
        highest = max(highest, worlds.value(made, marine, "y"))
        x, y = worlds.place(made, marine)
        assert not (30 <= x < 33 and y < 50)
    assert worlds.place(made, banshee) == (38, 32)
    made.step(400)
    assert worlds.place(made, marine) == (38, 32)
    assert made.pathing_distance((25, 32), (38, 32)) == pytest.approx(2 * np.hypot(5, 18) + 3, rel=0.1)


def test_what_cannot_be_reached_ends_near_it():
    made = worlds.world(worlds.plain(wall=(slice(0, 64), slice(30, 33))))
    tag = worlds.put(made, "Marine", 1, 25, 30)[0]
    made.order(1, [tag], MOVE, (38, 30))
    made.step(200)
    x, y = worlds.place(made, tag)
    assert 29 < x < 30
    assert y == 30
    assert made.state.units.orders[made.state.units.row(tag)] == []
    assert made.pathing_distance((25, 30), (38, 30)) == 0


def test_walkers_go_around_structures():
    made = worlds.world()
    worlds.put(made, "Barracks", 1, 30.5, 30.5)
    tag = worlds.put(made, "Marine", 1, 25, 30.5)[0]
    made.order(1, [tag], MOVE, (36, 30.5))
    for _ in range(160):
        made.step()
        x, y = worlds.place(made, tag)
        assert not (29 < x < 32 and 29 < y < 32)
    assert worlds.place(made, tag) == (36, 30.5)


def test_a_goal_off_the_map_is_moved_onto_it():
    made = worlds.world()
    tag = worlds.put(made, "Marine", 1, 60, 60)[0]
    made.order(1, [tag], MOVE, (500, -20))
    made.step(700)
    x, y = worlds.place(made, tag)
    assert 63 < x < 64
    assert 0 <= y < 1


def test_followers_follow():
    made = worlds.world()
    leader, follower = worlds.put(made, "Marine", 1, 20, 30)[0], worlds.put(made, "Marine", 1, 15, 30)[0]
    made.order(1, [leader], MOVE, (40, 30))
    made.order(1, [follower], MOVE, target_tag=leader)
    made.step(200)
    assert 38 < worlds.value(made, follower, "x") < 40


def test_patrols_go_to_and_fro():
    made = worlds.world()
    tag = worlds.put(made, "Marine", 1, 20, 30)[0]
    made.order(1, [tag], PATROL, (24, 30))
    path = []
    for _ in range(120):
        made.step()
        path.append(worlds.value(made, tag, "x"))
    turns = np.flatnonzero(np.diff(np.sign(np.diff(path))))
    assert len(turns) >= 3
    assert max(path) == pytest.approx(24, abs=0.2)
    assert min(path[60:]) == pytest.approx(20, abs=0.3)


def test_zerg_are_faster_on_creep():
    made = worlds.world()
    worlds.put(made, "Hatchery", 2, 20.5, 20.5)
    on, off = worlds.put(made, "Roach", 2, 20.5, 25)[0], worlds.put(made, "Roach", 2, 20.5, 50)[0]
    made.step()
    made.order(2, [on, off], MOVE, (30, 50))
    starts = {tag: worlds.place(made, tag) for tag in (on, off)}
    made.step(8)
    gone = {tag: np.hypot(*np.subtract(worlds.place(made, tag), starts[tag])) for tag in (on, off)}
    assert gone[on] / gone[off] == pytest.approx(1.3, rel=0.01)


def test_a_crowd_arrives_and_settles():
    made = worlds.world()
    tags = worlds.put(made, "Marine", 1, 20, 32, 30)
    made.order(1, tags, MOVE, (40, 32))
    made.step(300)
    units = made.state.units
    rows = units.rows(tags)
    assert all(not units.orders[row] for row in rows.tolist())
    assert np.hypot(units.x[rows] - 40, units.y[rows] - 32).max() < 5
