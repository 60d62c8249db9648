import copy

import numpy as np
import pytest

from sc2data.sim.maps.synthetic_maps import synthetic_terrain
from sc2data.sim.rules.minigames import RULES
from sc2data.units import unit_type
from tests.sc2data.sim import worlds

MOVE, ATTACK, SMART = 3794, 3674, 1


def play(name, seed=1):
    made = worlds.world(synthetic_terrain(name), seed, races=(worlds.TERRAN,))
    made.setup_melee()
    return made


def rows(made, name):
    return np.flatnonzero(made.state.units.type == unit_type(name).id)


def score(made):
    return made.state.players[1].score["curriculum"]


@pytest.mark.parametrize("name", sorted(RULES))
def test_every_mini_game_plays_and_is_the_same_with_the_same_seed(name):
    one, other = play(name), play(name)
    one.step(200)
    saved = copy.deepcopy(one.state)
    one.step(100)
    other.step(300)
    assert worlds.digest(one) == worlds.digest(other)
    one.state = saved
    one.step(100)
    assert worlds.digest(one) == worlds.digest(other)


@pytest.mark.parametrize("name", ["MoveToBeacon", "DefeatRoaches"])
def test_time_runs_out_and_everything_stands_still(name):
    made = play(name)
    made.step(1920)
    assert made.state.minigame.frozen
    before = worlds.digest(made)
    units = made.state.units
    marine = int(units.tag[rows(made, "Marine")[0]]) if len(rows(made, "Marine")) else 0
    made.order(1, [marine], MOVE, (30, 30))
    x = units.x.copy()
    made.step(16)
    assert (units.x == x).all()
    assert before


def test_the_beacon_scores_and_moves():
    made = play("MoveToBeacon")
    for expected in (1, 2, 3):
        beacon = rows(made, "Beacon_Terran")[0]
        was = made.place(beacon)
        made.order(1, made.state.units.tag[rows(made, "Marine")].tolist(), MOVE, was)
        made.step(220)
        assert score(made) >= expected
        assert made.place(beacon) != was


def test_shards_are_picked_up_and_come_anew():
    made = play("CollectMineralShards")
    assert len(rows(made, "NaturalMinerals")) == 20
    marine = int(made.state.units.tag[rows(made, "Marine")[0]])
    while score(made) < 21 and made.state.loop < 1900:
        shards = rows(made, "NaturalMinerals")
        units = made.state.units
        row = units.row(marine)
        nearest = shards[np.argmin(np.hypot(units.x[shards] - units.x[row], units.y[shards] - units.y[row]))]
        made.order(1, [marine], MOVE, made.place(int(nearest)))
        made.step(8)
    assert score(made) >= 15
    assert made.state.players[1].minerals == 50 + 100 * score(made)


def test_marines_beat_roaches_when_they_fight_together():
    made = play("DefeatRoaches")
    assert (len(rows(made, "Marine")), len(rows(made, "Roach"))) == (9, 4)
    best = 0.0
    for _ in range(240):
        units = made.state.units
        marines, roaches = rows(made, "Marine"), rows(made, "Roach")
        if not len(marines) or not len(roaches):
            break
        weakest = roaches[np.lexsort((roaches, units.health[roaches]))[0]]
        made.order(1, units.tag[marines].tolist(), ATTACK, target_tag=int(units.tag[weakest]))
        made.step(8)
        best = max(best, score(made))
    assert best >= 40  # all four at least once


def test_losses_score_too():
    made = play("DefeatRoaches")
    made.kill(made.state.units.tag[rows(made, "Marine")[:2]].tolist())
    made.step()
    assert score(made) == -2
    made.kill(made.state.units.tag[rows(made, "Roach")].tolist())
    made.step()
    assert score(made) == 38
    assert (len(rows(made, "Marine")), len(rows(made, "Roach"))) == (7 + 5, 4)
    made.kill(made.state.units.tag[rows(made, "Marine")].tolist())
    made.step()
    assert made.state.minigame.frozen


def test_zerglings_are_hidden_all_over():
    made = play("FindAndDefeatZerglings")
    units = made.state.units
    lings = rows(made, "Zergling")
    assert len(lings) == 25
    assert np.hypot(units.x[lings] - 32, units.y[lings] - 28).min() > 7
    made.kill(units.tag[lings].tolist())
    made.step()
    assert score(made) == 25
    assert len(rows(made, "Zergling")) == 25


def test_what_is_collected_scores():
    made = play("CollectMineralsAndGas")
    made.step(672)
    assert score(made) == made.state.players[1].score["collected_minerals"] > 150


def test_marines_score_when_they_are_trained():
    made = play("BuildMarines")
    worlds.put(made, "SupplyDepot", 1, 40, 30)
    barracks = worlds.put(made, "Barracks", 1, 36.5, 32.5)[0]
    assert made.order(1, [barracks], 560) == 1
    made.step(410)
    assert score(made) == 1
