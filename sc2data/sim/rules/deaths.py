"""How units leave the world: those condemned in a loop are buried at its end, banelings burst, the score counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sc2data.sim.maps import footprints
from sc2data.sim.rules import damage, scores, targets
from sc2data.sim.rules.statistics import GROUND
from sc2data.sim.state import Blast

if TYPE_CHECKING:
    from sc2data.sim.rules.world import World

BANELINGS = (9, 115)
"""Unit type ids of what bursts when it strikes or dies: the baneling and the burrowed one."""


def condemn(world: World, row: int, attacker: int | None = None) -> None:
    """Let unit `row` die at the end of this loop, by the hand of unit `attacker` or by itself (None)."""
    world.state.units.health[row] = 0
    if row not in world.condemned:
        world.condemned[row] = None if attacker is None else int(world.state.units.owner[attacker])


def bury(world: World) -> list[int]:
    """Remove the condemned and what their bursting condemns; returns the tags that died."""
    if not world.condemned:
        return []
    state, units = world.state, world.state.units
    done = 0
    while done < len(world.condemned):
        row = list(world.condemned)[done]
        done += 1
        if units.type[row] in BANELINGS and units.build_progress[row] >= 1:
            weapon = world.statistics.weapon(int(units.type[row]), GROUND) or world.statistics.weapon(9, GROUND)
            if weapon is not None:
                damage.splash(world, row, weapon)
    for row, killer in world.condemned.items():
        scores.add_death(world, row, killer)
        state.blasts.append(_blast(world, row))
    return remove(world, list(world.condemned))


def remove(world: World, rows: list[int]) -> list[int]:
    """Take units off the world without further ado; returns their tags."""
    state, units = world.state, world.state.units
    keep = np.ones(len(units), bool)
    keep[rows] = False
    widowed = np.flatnonzero((units.aim >= 0) & ~keep[units.aim] & keep)
    widowed_tags = units.tag[widowed]
    tags = units.tag[rows].tolist()
    if any(any(footprints.size(world.statistics[kind])) for kind in units.type[rows].tolist()):
        state.layout += 1
    world.condemned.clear()
    units.keep(keep)
    state.look_due = True
    world.rows_changed()
    targets.release(world, units.rows(widowed_tags))
    return tags


def _blast(world: World, row: int) -> Blast:
    """What the picture shows where a unit dies."""
    units, loop = world.state.units, world.state.loop
    kind = "splash" if units.type[row] in BANELINGS else "death"
    return Blast(kind, float(units.x[row]), float(units.y[row]), float(units.z[row]), loop, loop + 16)
