"""What comes back by itself (energy, shields, Zerg health), and what wears off (buffs, effects, hallucinations)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sc2data.sim.rules import buffs as buff_ids
from sc2data.sim.rules import casting, deaths

if TYPE_CHECKING:
    from sc2data.sim.rules.world import World

EVERY = 8
"""Game loops between two helpings."""

ENERGY, SHIELD, ZERG_HEALTH = 0.5625 / 16, 2.0 / 16, 0.2734 / 16
"""Points a loop (Normal seconds have 16 loops)."""

SHIELD_DELAY = 160
"""Game loops without damage before shields come back."""


def advance(world: World) -> None:
    """Give every unit what comes back by itself, and take away what has lasted long enough."""
    state, units = world.state, world.state.units
    if state.loop % EVERY == 0:
        complete = units.build_progress >= 1
        _grow(units.energy, units.energy_max, complete & (units.energy_max > 0), ENERGY * EVERY)
        rested = complete & (units.shield < units.shield_max) & (state.loop - units.hurt >= SHIELD_DELAY)
        _grow(units.shield, units.shield_max, rested, SHIELD * EVERY)
        zerg = complete & world.statistics.zerg[units.type] & (units.health < units.health_max)
        _grow(units.health, units.health_max, zerg, ZERG_HEALTH * EVERY)
        _wear_off(world)
        for row in np.flatnonzero((units.death_loop > 0) & (units.death_loop <= state.loop)).tolist():
            deaths.condemn(world, row)


def _grow(values: np.ndarray, most: np.ndarray, mask: np.ndarray, amount: float) -> None:
    if mask.any():
        values[mask] = np.minimum(values[mask] + np.float32(amount), most[mask])


def _wear_off(world: World) -> None:
    """End buffs, effects and flashes whose time is over."""
    state = world.state
    for row, buffs in enumerate(state.units.buffs):
        over = [buff for buff, until in buffs.items() if until <= state.loop] if buffs else ()
        for buff in over:
            del buffs[buff]
        if over:
            world.refresh_speed(row)
        if buff_ids.GRAVITON_BEAM in over:
            casting.put_down(world, row)
    state.effects = [effect for effect in state.effects if effect.until > state.loop]
    state.blasts = [blast for blast in state.blasts if blast.until > state.loop]
