import numpy as np
import pytest

from sc2data.sim.rules.opponent import Opponent
from tests.sc2data.sim import worlds

VERY_EASY, VERY_HARD = 1, 7


def game(race, difficulty):
    made = worlds.world(races=(worlds.TERRAN, race))
    made.state.players[2].difficulty = difficulty
    made.setup_melee()
    return made, Opponent(made, 2)


def run(made, opponents, loops):
    for _ in range(loops):
        for opponent in opponents:
            opponent.act()
        made.step()
        if any(player.result for player in made.state.players.values()):
            break


@pytest.mark.parametrize("race", [worlds.TERRAN, worlds.ZERG, worlds.PROTOSS])
def test_it_builds_and_trains(race):
    made, opponent = game(race, VERY_HARD)
    run(made, [opponent], 4500)
    units = made.state.units
    soldiers = made.statistics.can_attack[units.type] & ~made.statistics.worker[units.type] & ~units.structure
    assert (soldiers & (units.owner == 2)).sum() >= 6
    assert (made.statistics.worker[units.type] & (units.owner == 2)).sum() >= 14


def test_at_the_lowest_difficulty_it_stays_at_home():
    made, opponent = game(worlds.ZERG, VERY_EASY)
    soldiers = worlds.put(made, "Zergling", 2, 28, 20, 30)
    run(made, [opponent], 1500)
    units = made.state.units
    rows = units.rows(soldiers)
    assert np.hypot(units.x[rows] - 28, units.y[rows] - 20).max() < 6


def test_the_better_one_wins():
    made, opponent = game(worlds.TERRAN, VERY_HARD)
    made.state.players[1].difficulty = VERY_EASY
    run(made, [opponent, Opponent(made, 1)], 20000)
    assert [player.result for player in made.state.players.values()] == [2, 1]
