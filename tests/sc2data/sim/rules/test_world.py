import copy

import numpy as np
import pytest

from sc2data.sim.api.messages import sc_pb
from sc2data.sim.state import NEUTRAL
from sc2data.sim.view import view_of
from tests.sc2data.sim import worlds

ATTACK = 3674


def battle(seed=1):
    made = worlds.world(seed=seed)
    made.setup_melee()
    marines = worlds.put(made, "Marine", 1, 30, 32, 12)
    worlds.put(made, "SiegeTankSieged", 1, 27, 32)
    lings = worlds.put(made, "Zergling", 2, 38, 32, 20) + worlds.put(made, "Baneling", 2, 40, 32, 4)
    made.order(2, lings, ATTACK, (30, 32))
    made.order(1, marines, ATTACK, (38, 32))
    return made


def test_the_same_seed_and_calls_give_the_same_bytes():
    one, other = battle(), battle()
    one.step(200)
    for _ in range(200):
        other.step()
    assert worlds.digest(one) == worlds.digest(other)


def test_another_seed_gives_another_game():
    one, other = battle(seed=1), battle(seed=2)
    one.step(20)
    other.step(20)
    assert worlds.digest(one) != worlds.digest(other)


def test_observing_changes_nothing():
    watched, unwatched = battle(), battle()
    for _ in range(150):
        watched.step()
        view_of(watched, 1, (30.0, 30.0))
        view_of(watched, 2, (30.0, 30.0))
    unwatched.step(150)
    assert worlds.digest(watched) == worlds.digest(unwatched)


@pytest.mark.parametrize("saved_at", [0, 7, 33, 60])
def test_a_copy_of_the_state_is_a_saved_game(saved_at):
    made = battle()
    made.step(saved_at)
    saved = copy.deepcopy(made.state)
    made.step(60)
    expected = worlds.digest(made)
    made.state = saved
    made.step(60)
    assert worlds.digest(made) == expected


def test_spawned_units_do_not_overlap():
    made = worlds.world()
    tags = worlds.put(made, "Marine", 1, 32, 32, 60) + worlds.put(made, "SiegeTank", 1, 32, 32, 10)
    units = made.state.units
    rows = units.rows(tags)
    x, y, radius = units.x[rows], units.y[rows], units.radius[rows]
    gap = np.hypot(x[:, None] - x, y[:, None] - y) - radius[:, None] - radius
    np.fill_diagonal(gap, 1.0)
    assert gap.min() > -1e-4
    assert worlds.place(made, tags[0]) == (32, 32)


def test_spawned_units_have_their_types_statistics():
    made = worlds.world()
    tag = worlds.put(made, "Stalker", 1, 30, 30)[0]
    read = {name: worlds.value(made, tag, name) for name in ("health", "shield", "radius", "speed", "build_progress")}
    assert read == {"health": 80, "shield": 80, "radius": 0.625, "speed": 2.953125 / 16, "build_progress": 1}
    assert worlds.value(made, worlds.put(made, "Marine", 1, 20, 20, health=7)[0], "health") == 7


def test_flyers_hover():
    made = worlds.world()
    banshee, marine = worlds.put(made, "Banshee", 1, 30, 30)[0], worlds.put(made, "Marine", 1, 34, 30)[0]
    assert worlds.value(made, banshee, "z") == 8 + 3.75
    assert worlds.value(made, marine, "z") == 8
    lifted = worlds.put(made, "BarracksFlying", 1, 40, 30)[0]
    made.refresh_visibility()
    assert worlds.value(made, lifted, "z") == 8 + 3.25


def test_structures_face_south_west_and_resources_south():
    made = worlds.world()
    tags = worlds.put(made, "Barracks", 1, 30, 30) + worlds.put(made, "MineralField", NEUTRAL, 40, 30)
    assert [worlds.value(made, tag, "facing") for tag in tags] == pytest.approx([1.25 * np.pi, 1.5 * np.pi])


def test_the_dead_are_told_by_the_next_step():
    made = worlds.world()
    one, two = worlds.put(made, "Marine", 1, 30, 30, 2)
    assert made.kill([one, 12345]) == [one]
    made.step(3)
    assert made.state.dead == [one]
    made.step()
    assert made.state.dead == []
    assert made.state.units.row(one) == -1
    assert made.state.units.row(two) == 0


def test_tags_are_never_given_twice():
    made = worlds.world()
    first = worlds.put(made, "Marine", 1, 30, 30, 3)
    made.kill(first)
    second = worlds.put(made, "Marine", 1, 30, 30, 3)
    assert min(second) > max(first)
    assert all(tag & 0x3FFFF == 1 for tag in first + second)


def test_end_game_gives_everybody_a_result():
    made = worlds.world()
    made.end_game(1, sc_pb.Defeat)
    assert [player.result for player in made.state.players.values()] == [sc_pb.Defeat, sc_pb.Victory]
