"""The maps that the simulator brings along: names, sizes, bases, connectedness, variety, determinism."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from sc2data.sim.maps import scenery
from sc2data.sim.maps.map_file import read_map, write_map
from sc2data.sim.maps.synthetic_maps import SYNTHETIC, UnknownMapError, synthetic_terrain
from sc2data.sim.maps.terrain import Terrain, height_at, rise

SIZES = {
    "Flat32": (32, 32, 32),
    "Flat48": (72, 80, 48),
    "Flat64": (88, 96, 64),
    "Flat96": (120, 128, 96),
    "Flat128": (152, 160, 128),
    "Simple64": (88, 96, 64),
    "Simple96": (120, 128, 96),
    "Simple128": (152, 160, 128),
}
MELEE = sorted(SIZES)
MINI_GAMES = sorted(name for name, plan in SYNTHETIC.items() if plan.folder == "mini_games")
BATTLEFIELDS = sorted(name for name, plan in SYNTHETIC.items() if plan.folder == "Battlefields")
SEEDS = (0, 1, 7)


def test_the_names_are_those_of_real_maps() -> None:
    assert {name for name, plan in SYNTHETIC.items() if plan.folder == "Melee"} == set(SIZES)
    assert len(MINI_GAMES) == 7
    assert {"Battlefield96", "Battlefield128"} < set(BATTLEFIELDS)


@pytest.mark.parametrize("name", sorted(SYNTHETIC))
def test_a_map_survives_its_file(name: str) -> None:
    made = synthetic_terrain(name)
    back = read_map(write_map(made), name)
    for field in dataclasses.fields(Terrain):
        ours, theirs = getattr(made, field.name), getattr(back, field.name)
        if field.name in ("seed", "title"):
            continue
        if isinstance(ours, np.ndarray):
            np.testing.assert_array_equal(ours, theirs, err_msg=field.name)
        else:
            assert ours == theirs, field.name


@pytest.mark.parametrize("name", ["Flat64", "Simple96", "Battlefield96", "MoveToBeacon"])
def test_name_and_seed_fix_the_map(name: str) -> None:
    assert write_map(synthetic_terrain(name, 5)) == write_map(synthetic_terrain(name, 5))
    assert write_map(synthetic_terrain(name, 5)) != write_map(synthetic_terrain(name, 6))


@pytest.mark.parametrize("name", MELEE)
def test_melee_sizes(name: str) -> None:
    terrain = synthetic_terrain(name)
    left, bottom, right, top = terrain.playable
    assert (terrain.width, terrain.length, right - left, top - bottom) == (*SIZES[name], SIZES[name][2])


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", [*MELEE, "Battlefield96", "Battlefield128"])
def test_bases(name: str, seed: int) -> None:
    """Two connected starts on level ground, each with eight mineral fields and two geysers at true distances."""
    terrain = synthetic_terrain(name, seed)
    assert len(terrain.start_locations) == 2
    for x, y in terrain.start_locations:
        footprint = terrain.placeable[int(y - 2.5) : int(y + 2.5), int(x - 2.5) : int(x + 2.5)]
        assert footprint.shape == (5, 5)
        assert footprint.all()
        near = [(u.name, math.dist((x, y), (u.x, u.y))) for u in terrain.units if math.dist((x, y), (u.x, u.y)) < 9]
        minerals = [distance for kind, distance in near if kind.endswith("MineralField")]
        small = [distance for kind, distance in near if kind.endswith("MineralField750")]
        geysers = [distance for kind, distance in near if kind.endswith("Geyser")]
        assert (len(minerals), len(small), len(geysers)) == (4, 4, 2)
        assert all(6 <= distance < 7.7 for distance in minerals + small + geysers)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", [*MELEE, "Battlefield96"])
def test_resources_lie_on_whole_free_cells(name: str, seed: int) -> None:
    terrain = synthetic_terrain(name, seed)
    taken = np.zeros(terrain.level.shape, int)
    for unit in terrain.units:
        width, height = (3, 3) if unit.name.endswith("Geyser") else (2, 1)
        left, bottom = unit.x - width / 2, unit.y - height / 2
        assert (left % 1, bottom % 1) == (0, 0)
        taken[int(bottom) : int(bottom) + height, int(left) : int(left) + width] += 1
    assert taken.max() == 1
    assert terrain.pathable[taken > 0].all()


@pytest.mark.parametrize("name", [name for name in MELEE if name != "Flat32"])
def test_every_base_has_a_twin(name: str) -> None:
    """Half a turn about the middle of the playable area maps the resources onto themselves."""
    terrain = synthetic_terrain(name, 2)
    left, bottom, right, top = terrain.playable
    places = {(unit.name, unit.x, unit.y) for unit in terrain.units}
    assert {(kind, left + right - x, bottom + top - y) for kind, x, y in places} == places
    assert len(places) >= 40


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", [name for name in MELEE if name.startswith("Flat")])
def test_flat_maps_are_flat_and_free(name: str, seed: int) -> None:
    terrain = synthetic_terrain(name, seed)
    left, bottom, right, top = terrain.playable
    assert np.ptp(terrain.height) == 0
    assert terrain.placeable[bottom:top, left:right].all()
    assert not any(left <= d.x < right and bottom <= d.y < top for d in terrain.doodads)
    assert bool(terrain.doodads) == (name != "Flat32")


def test_clients_tests_find_their_ground_free() -> None:
    """pysc2's own tests put units on Flat64 at (20..40, 28..34), and on Simple64 in the middle."""
    flat, simple = synthetic_terrain("Flat64"), synthetic_terrain("Simple64")
    resources = [(u.x, u.y) for u in flat.units] + list(flat.start_locations)
    assert not any(17 < x < 44 and 25 < y < 37 for x, y in resources)
    assert simple.pathable[44:53, 40:49].all()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", ["Simple64", "Simple96", "Simple128"])
def test_simple_maps_have_high_mains_ramps_and_relief(name: str, seed: int) -> None:
    terrain = synthetic_terrain(name, seed)
    left, bottom, right, top = terrain.playable
    for x, y in terrain.start_locations:
        assert height_at(terrain, x, y) == pytest.approx(10, abs=0.3)
        assert terrain.level[int(y), int(x)] == 128
    ramps = terrain.level % 64 > 0
    assert terrain.pathable[ramps].mean() > 0.5
    inside = terrain.pathable[bottom:top, left:right]
    assert 0.5 < inside.mean() < 0.95
    assert np.ptp(terrain.height[bottom:top, left:right]) > 3
    assert 0 < rise(terrain.height)[terrain.pathable].mean() < 0.1


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", ["Battlefield96", "Battlefield128"])
def test_battlefields_are_open_and_varied(name: str, seed: int) -> None:
    terrain = synthetic_terrain(name, seed)
    left, bottom, right, top = terrain.playable
    inside = terrain.pathable[bottom:top, left:right]
    assert inside.mean() > 0.68
    assert {1, 2, 3} <= set(np.unique(terrain.level[bottom:top, left:right][inside] // 64).tolist())
    assert terrain.ground is not None
    assert len(np.unique(terrain.ground)) == 3
    assert 0.3 < (rise(terrain.height)[terrain.pathable] > 0.02).mean() < 0.8
    assert len({doodad.name for doodad in terrain.doodads}) >= 4


def test_battlefields_come_in_every_tileset() -> None:
    named = {synthetic_terrain(f"Battlefield96{tileset.capitalize()}").tileset for tileset in scenery.TILESETS}
    by_seed = {synthetic_terrain("Battlefield96", seed).tileset for seed in range(len(scenery.TILESETS))}
    assert named == by_seed == set(scenery.TILESETS)


def test_an_unknown_name_is_answered_with_those_known() -> None:
    with pytest.raises(UnknownMapError, match="Simple64"):
        synthetic_terrain("Simple65")
