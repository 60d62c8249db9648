import numpy as np
import pytest

from sc2data.sim import state
from sc2data.sim.rules import births
from sc2data.sim.rules.births import lattice
from sc2data.units import unit_type
from tests.sc2data.sim import worlds


def test_the_lattice_starts_in_the_middle_and_keeps_its_distance():
    points = lattice(4)
    assert points[0].tolist() == [0, 0]
    assert (np.diff((points**2).sum(axis=1)) > -1e-4).all()
    apart = np.hypot(*(points[:, None] - points).T)
    np.fill_diagonal(apart, 1)
    assert apart.min() == pytest.approx(1, abs=1e-5)


def test_structures_stand_on_whole_cells():
    made = worlds.world()
    for name, asked, expected in (
        ("CommandCenter", (30.2, 30.9), (30.5, 30.5)),
        ("SupplyDepot", (40.2, 40.9), (40, 41)),
        ("MineralField", (50.2, 50.4), (50, 50.5)),
    ):
        assert worlds.place(made, worlds.put(made, name, 1, *asked)[0]) == expected


@pytest.mark.parametrize("name", ["Marine", "Banshee", "CommandCenter"])
@pytest.mark.parametrize("point", [(-50, 30), (30, 1e6), (64, 64)])
def test_a_point_off_the_map_stands_for_the_nearest_on_it(name, point):
    made = worlds.world()
    x, y = worlds.place(made, worlds.put(made, name, 1, *point)[0])
    assert 0 <= x < 64
    assert 0 <= y < 64
    made.step(3)


def test_no_number_is_no_place():
    with pytest.raises(ValueError, match="finite"):
        worlds.put(worlds.world(), "Marine", 1, float("nan"), 3)


def test_where_there_is_no_room_units_share_it_and_then_spread():
    made = worlds.world(worlds.plain(wall=(slice(4, 64), slice(0, 64))))  # a strip of four rows is open
    tags = worlds.put(made, "Thor", 1, 32, 2, 60)
    assert len(tags) == 60
    made.step(50)
    assert (made.state.units.y < 4).all()


def test_facings_follow_from_seed_and_place():
    one, same, other = worlds.world(seed=1), worlds.world(seed=1), worlds.world(seed=2)
    worlds.put(same, "Marine", 1, 10, 10, 3)  # history does not matter
    tags = [worlds.put(made, "Marine", 1, 30, 30, 5) for made in (one, same, other)]
    facings = [[worlds.value(made, tag, "facing") for tag in own] for made, own in zip((one, same, other), tags)]
    assert facings[0] == facings[1] != facings[2]
    assert len(set(facings[0])) == 5


def test_resources_have_contents():
    made = worlds.world()
    for name, contents in (("MineralField", 1800), ("MineralField750", 900), ("VespeneGeyser", 2250)):
        assert worlds.value(made, worlds.put(made, name, 16, 30, 30)[0], "contents") == contents
    assert unit_type("MineralField").is_resource


def test_many_births_at_once_are_as_one_after_the_other():
    asked = [births.Birth(48, 1, 30 + 0.3 * (i % 7), 30 + 0.2 * i) for i in range(40)]
    asked += [births.Birth(19, 1, 36.0, 30.0), births.Birth(105, 2, 35.6, 30.2, 9), births.Birth(39, 2, 33.0, 33.0)]
    together, apart = worlds.world(), worlds.world()
    tags = together.spawn_all(asked)
    assert tags == [tag for one in asked for tag in apart.spawn(one.type_id, one.owner, one.x, one.y, one.count)]
    for name in state.ALL_FIELDS:
        found, expected = getattr(together.state.units, name), getattr(apart.state.units, name)
        np.testing.assert_array_equal(found, expected, err_msg=name)


def test_of_births_that_make_no_sense_none_happens():
    made = worlds.world()
    with pytest.raises(ValueError, match="finite"):
        made.spawn_all([births.Birth(48, 1, 30.0, 30.0), births.Birth(48, 1, float("nan"), 30.0)])
    with pytest.raises(KeyError):
        made.spawn_all([births.Birth(48, 1, 30.0, 30.0), births.Birth(1 << 20, 1, 30.0, 30.0)])
    assert len(made.state.units) == 0
