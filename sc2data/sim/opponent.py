"""A computer player: makes workers and soldiers from what it has and attacks in waves. A script, not the game's AI."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sc2data.sim.world import World

import numpy as np

from sc2data.sim import abilities
from sc2data.sim.state import Mode

_THINK_EVERY = 32
"""Game loops between two decisions."""

_WAVES = {1: 0, 2: 8, 3: 10, 4: 12, 5: 14, 6: 16, 7: 18, 8: 20, 9: 20, 10: 20}
"""sc2api.proto Difficulty -> soldiers in an attack; at the lowest the army stays at home."""


class Opponent:
    """Plays for one player of a world, by orders alone, from that player's difficulty. It keeps no memory."""

    def __init__(self, world: World, player_id: int) -> None:
        self.world = world
        self.player_id = player_id

    def act(self) -> None:
        """Give orders for the coming loop."""
        if self.world.state.loop % _THINK_EVERY != (self.player_id * 7) % _THINK_EVERY:
            return
        self._train()
        self._attack()

    def _train(self) -> None:
        """Let every idle structure make the first unit that can be paid."""
        units = self.world.state.units
        idle = units.structure & (units.owner == self.player_id) & (units.mode == Mode.IDLE)
        for row in np.flatnonzero(idle & (units.build_progress >= 1)).tolist():
            for ability_id in abilities.abilities_of(int(units.type[row])):
                if abilities.ability(ability_id).kind != "train":
                    continue
                if self.world.order(self.player_id, [int(units.tag[row])], ability_id) == 1:
                    break

    def _attack(self) -> None:
        """Send the idle army, once it is large enough, to the nearest enemy structure that is left."""
        world, units = self.world, self.world.state.units
        able = world.statistics.can_attack[units.type] & ~world.statistics.worker[units.type] & ~units.structure
        army = np.flatnonzero(able & (units.owner == self.player_id) & (units.mode == Mode.IDLE))
        player = world.state.players[self.player_id]
        wave = _WAVES.get(player.difficulty, 8)
        if wave == 0 or len(army) < wave:
            return
        foes = (units.owner != self.player_id) & np.isin(units.owner, list(world.state.players))
        goals = np.flatnonzero(foes & units.structure)
        if not len(goals):
            goals = np.flatnonzero(foes)
        if not len(goals):
            return
        x, y = units.x[army].mean(), units.y[army].mean()
        goal = goals[int(((units.x[goals] - x) ** 2 + (units.y[goals] - y) ** 2).argmin())]
        world.order(self.player_id, units.tag[army].tolist(), abilities.GENERAL_ATTACK, world.place(int(goal)))
