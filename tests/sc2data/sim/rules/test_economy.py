import numpy as np
import pytest

from sc2data.sim.rules.economy import MINING_LOOPS
from sc2data.sim.state import NEUTRAL
from sc2data.units import unit_type
from tests.sc2data.sim import worlds

GATHER, RETURN, MOVE = 3666, 3667, 3794
MINUTE = 1344  # game loops at 22.4 a second


def mine(distance=7.0):
    """A world with one SCV, one town hall and one patch."""
    made = worlds.world()
    worlds.put(made, "CommandCenter", 1, 20.5, 30.5)
    patch = worlds.put(made, "MineralField", NEUTRAL, 20.5 + distance, 30.5)[0]
    scv = worlds.put(made, "SCV", 1, 25, 30.5)[0]
    made.state.players[1].minerals = 0
    return made, scv, patch


def test_a_worker_brings_five_minerals_again_and_again():
    made, scv, patch = mine()
    assert made.order(1, [scv], GATHER, target_tag=patch) == 1
    made.step(MINING_LOOPS + 55)
    assert made.state.players[1].minerals == 5
    assert worlds.value(made, patch, "contents") == 1800 - 5
    made.step(MINUTE)
    assert 50 <= made.state.players[1].minerals <= 65  # about 58 a minute in the game
    assert made.state.players[1].score["collected_minerals"] == made.state.players[1].minerals


def test_a_loaded_worker_shows_it_and_can_return():
    made, scv, patch = mine()
    made.order(1, [scv], GATHER, target_tag=patch)
    made.step(MINING_LOOPS + 10)
    row = made.state.units.row(scv)
    assert made.state.units.contents[row] == 5
    assert 271 in made.state.units.buffs[row]
    assert 296 in made.available(1, scv)
    made.step(10)
    order = made.state.units.orders[row][0]
    hall = int(made.state.units.tag[made.statistics.townhall[made.state.units.type]][0])
    assert (order.ability, order.tag) == (296, hall)
    made.order(1, [scv], MOVE, (40, 40))
    made.step(40)
    assert made.state.players[1].minerals == 0
    assert made.order(1, [scv], RETURN) == 1
    made.step(150)
    assert made.state.players[1].minerals == 5
    assert made.state.units.buffs[row] == {}


def test_a_patch_is_mined_by_one_at_a_time():
    made, scv, patch = mine()
    others = worlds.put(made, "SCV", 1, 25, 33, 3)
    made.order(1, [scv, *others], GATHER, target_tag=patch)
    made.step(MINUTE)
    assert 85 <= made.state.players[1].minerals <= 110  # 1344 / 62 trips of 5 at most


def test_an_exhausted_patch_disappears_and_its_worker_goes_to_another():
    made, scv, patch = mine()
    made.state.units.contents[made.state.units.row(patch)] = 5
    other = worlds.put(made, "MineralField", NEUTRAL, 27.5, 32.5)[0]
    made.order(1, [scv], GATHER, target_tag=patch)
    made.step(MINING_LOOPS + 20)
    assert made.state.units.row(patch) == -1
    made.step(220)
    assert worlds.value(made, other, "contents") < 1800


def test_vespene_is_drawn_from_a_refinery_only():
    made, scv, _ = mine()
    geyser = worlds.put(made, "VespeneGeyser", NEUTRAL, 20.5, 38.5)[0]
    assert made.order(1, [scv], GATHER, target_tag=geyser) != 1
    refinery = worlds.put(made, "Refinery", 1, 20.5, 38.5, contents=2250)[0]
    assert made.order(1, [scv], GATHER, target_tag=refinery) == 1
    made.step(MINUTE)
    assert made.state.players[1].vespene % 4 == 0
    assert 44 <= made.state.players[1].vespene <= 60  # about 54 a minute in the game
    assert worlds.value(made, refinery, "contents") < 2250


@pytest.mark.parametrize("race", [worlds.TERRAN, worlds.ZERG, worlds.PROTOSS])
def test_a_melee_game_begins_as_in_the_game(race):
    made = worlds.world(races=(race, worlds.TERRAN))
    made.setup_melee()
    units, player = made.state.units, made.state.players[1]
    own = units.owner == 1
    workers = own & made.statistics.worker[units.type]
    assert workers.sum() == 12
    assert (player.minerals, player.vespene) == (50, 0)
    assert (made.food_used(1), made.food_cap(1)) == (12, 14 if race == worlds.ZERG else 15)
    assert (units.type == unit_type("MineralField").id).sum() == 16
    made.step()
    made.refresh_visibility()
    assert units.active[workers].all()
    assert not units.active[own & made.statistics.townhall[units.type]].any()


def test_twelve_workers_earn_what_they_do_in_the_game():
    made = worlds.world()
    made.setup_melee()
    made.step(MINUTE)
    assert 560 <= made.state.players[1].score["collected_minerals"] <= 700
    busy = [order.tag for queue in made.state.units.orders for order in queue]
    assert np.bincount(np.unique(busy, return_inverse=True)[1]).max() <= 3
