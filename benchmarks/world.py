"""What the rules cost: milliseconds of processor time a game loop, by what the units do.

    python -m benchmarks.world [--units 200] [--loops 300]

Prints JSON with the machine. `idle`: all stand, in two camps that do not see each other. `walking`: all cross the map.
`fighting`: both sides attack each other and cannot be hurt, so that the number stays. `battle`: they fight and die.
`melee`: two bases with twelve workers each, as at the start of a game. `median` is free of what else the machine did;
`mean` is not.
"""

from __future__ import annotations

import argparse
import copy
import json
import time
from collections.abc import Callable

import numpy as np

from benchmarks.machine import machine
from sc2data.sim.api.messages import common_pb, debug_pb
from sc2data.sim.maps.synthetic_maps import synthetic_terrain
from sc2data.sim.rules.world import World
from sc2data.sim.state import Player
from sc2data.sim.view import view_of
from sc2data.units import unit_type

MAP = "Flat64"
ATTACK, MOVE = 3674, 3794
FORCES = (
    (("Marine", 0.6), ("Marauder", 0.25), ("SiegeTank", 0.15)),
    (("Zergling", 0.5), ("Baneling", 0.2), ("Hydralisk", 0.3)),
)
"""Unit types of the two sides and their shares."""


def empty() -> World:
    """A world of two players without units."""
    world = World(synthetic_terrain(MAP), seed=1)
    world.add_player(Player(1, common_pb.Terran))
    world.add_player(Player(2, common_pb.Zerg))
    return world


def camps(world: World, count: int, apart: float) -> tuple[list[int], list[int], tuple[float, float]]:
    """Put down `count` units in two camps that far from the middle; returns both sides' tags and the middle."""
    left, bottom, right, top = world.terrain.playable
    x, y = (left + right) / 2, (bottom + top) / 2
    sides = []
    for owner, (force, side) in enumerate(zip(FORCES, (-apart, apart)), start=1):
        tags: list[int] = []
        for name, share in force:
            tags += world.spawn(unit_type(name).id, owner, x + side, y, round(count / 2 * share))
        sides.append(tags)
    return sides[0], sides[1], (x, y)


def idle(count: int) -> World:
    world = empty()
    camps(world, count, 24)
    world.step(40)
    return world


def walking(count: int) -> World:
    world = empty()
    own, foes, (x, y) = camps(world, count, 24)
    world.step(40)
    world.order(1, own, MOVE, (x - 24, y + 24))
    world.order(2, foes, MOVE, (x + 24, y - 24))
    return world


def battle(count: int) -> World:
    world = empty()
    own, foes, middle = camps(world, count, 8)
    world.step(8)
    world.order(1, own, ATTACK, middle)
    world.order(2, foes, ATTACK, middle)
    world.step(24)
    return world


def fighting(count: int) -> World:
    world = empty()
    own, foes, middle = camps(world, count, 8)
    for player in (1, 2):
        world.cheat(player, debug_pb.god)
    world.order(1, own, ATTACK, middle)
    world.order(2, foes, ATTACK, middle)
    world.step(40)
    return world


def melee(count: int) -> World:
    world = empty()
    world.setup_melee()
    world.step(100)
    return world


def timed_each(worlds: list[World], call: Callable[[World], object]) -> dict[str, float]:
    """As `timed`, one call for each world."""
    waiting = iter(worlds)
    return timed(lambda: call(next(waiting)), len(worlds))


def timed(call: Callable[[], object], times: int) -> dict[str, float]:
    """Median and mean of a call's processor time in milliseconds."""
    taken = []
    for _ in range(times):
        start = time.process_time_ns()
        call()
        taken.append((time.process_time_ns() - start) / 1e6)
    return {"median": round(float(np.median(taken)), 4), "mean": round(float(np.mean(taken)), 4)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--units", type=int, default=200)
    parser.add_argument("--loops", type=int, default=300)
    arguments = parser.parse_args()
    result: dict[str, object] = {"machine": machine(), "map": MAP, "units": arguments.units, "unit": "ms"}
    for scenario in (idle, walking, fighting, battle, melee):
        world = scenario(arguments.units)
        loops = timed(world.step, arguments.loops)
        result[scenario.__name__] = {**loops, "units_at_the_end": len(world.state.units)}
    result["spawn"] = timed_each([empty() for _ in range(20)], lambda world: camps(world, arguments.units, 8))
    crowds = []
    for _ in range(20):
        crowds.append(battle(arguments.units) if not crowds else copy.deepcopy(crowds[-1]))
        crowds[-1].step()
    result["view"] = timed_each(crowds, lambda world: view_of(world, 1, (40.0, 40.0)))
    result["save"] = timed_each(crowds, lambda world: copy.deepcopy(world.state))
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
