"""Who attacks whom: taking and dropping targets, and which units may be attacked at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sc2data.sim.state import NEUTRAL

if TYPE_CHECKING:
    from sc2data.sim.rules.world import World

Rows = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]


def aim(world: World, rows: Rows, targets: Rows) -> None:
    """Let units attack `targets` (same length)."""
    units = world.state.units
    units.aim[rows] = targets
    units.target[rows] = units.tag[targets]


def forget(world: World, rows: Rows) -> None:
    """Let units have no target, and stand."""
    units = world.state.units
    units.aim[rows] = -1
    units.target[rows] = 0
    units.forced[rows] = False
    units.moving[rows] = False


def release(world: World, rows: Rows) -> None:
    """Let units forget their targets and go on with their orders."""
    forget(world, rows)
    for row in rows.tolist():
        world.resume(row)


def attackable(world: World, player: int) -> Mask:
    """Which units a player's own find worth attacking by themselves: those of other players that it sees."""
    units = world.state.units
    return (units.owner != player) & (units.owner != NEUTRAL) & ((units.seen_by >> player) & 1).astype(bool)


def still_seen(world: World, rows: Rows, targets: Rows) -> Mask:
    """Whether each of `rows` can attack its own of `targets`: its player sees it."""
    units = world.state.units
    return ((units.seen_by[targets] >> units.owner[rows]) & 1).astype(bool)
