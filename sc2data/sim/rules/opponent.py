"""A computer player: a plain script that builds, trains and attacks by orders alone. It is not the game's AI."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from sc2data.sim import abilities
from sc2data.sim.api.messages import common_pb, error_pb
from sc2data.sim.rules import births, economy
from sc2data.sim.rules.verbs import GATHER, candidates
from sc2data.sim.state import Mode, Player

if TYPE_CHECKING:
    from sc2data.sim.rules.world import World

_THINK_EVERY = 32
"""Game loops between two decisions."""

_WORKERS = 16
_SPARE_FOOD = 4.0
"""Supply below which it builds for more."""

_SITES = 4.0
"""World units between two sites that it considers for a structure."""

_NEAREST_SITE = 6.0
"""World units that structures keep from the town hall."""


@dataclasses.dataclass(frozen=True)
class Plan:
    """What a race makes: ability ids, and the unit type that its soldiers come from."""

    worker: int
    supply: int
    supply_type: int
    barracks: int
    barracks_type: int
    soldier: int
    trainer_type: int


_PLANS = {
    common_pb.Terran: Plan(524, 319, 19, 321, 21, 560, 21),
    common_pb.Protoss: Plan(1006, 881, 60, 883, 62, 916, 62),
    common_pb.Zerg: Plan(1342, 1344, 106, 1155, 89, 1343, 151),
}

_LARVA = 151


@dataclasses.dataclass(frozen=True)
class Temper:
    """How a difficulty plays: soldiers in an attack (0 never attacks), structures that train them."""

    wave: int
    barracks: int


_TEMPERS = {1: Temper(0, 0), 2: Temper(12, 1), 3: Temper(12, 1), 4: Temper(14, 2), 5: Temper(14, 2), 6: Temper(16, 3)}
_BEST = Temper(20, 4)
"""By sc2api.proto Difficulty; all above are of the best."""


class Opponent:
    """Plays for one player of a world. It keeps no memory: what it does follows from the world's state alone.

    At the lowest difficulty it only gathers; above, it trains soldiers and sends all that stand idle in waves to the
    nearest enemy structure.
    """

    def __init__(self, world: World, player_id: int) -> None:
        self.world = world
        self.player_id = player_id

    def act(self) -> None:
        """Give orders for the coming loop."""
        if self.world.state.loop % _THINK_EVERY != self.player_id * 7 % _THINK_EVERY:
            return
        player = self.world.state.players[self.player_id]
        plan, temper = _PLANS.get(player.race), _TEMPERS.get(player.difficulty, _BEST)
        if plan is None or player.result:
            return
        halls = self._own(self.world.statistics.townhall)
        if len(halls):
            self._gather(halls[0])
            self._grow(player, plan, temper, halls[0])
        if temper.wave:
            self._attack(temper.wave)

    def _own(self, table: np.ndarray, complete: bool = True) -> list[int]:
        """Rows of this player's units of the types that `table` marks."""
        units = self.world.state.units
        rows = np.flatnonzero(table[units.type] & (units.owner == self.player_id) & ~units.hallucination)
        found: list[int] = rows[units.build_progress[rows] >= 1].tolist() if complete else rows.tolist()
        return found

    def _of_type(self, type_id: int, complete: bool = True) -> list[int]:
        marks = np.zeros(len(self.world.statistics.structure), bool)
        marks[type_id] = True
        return self._own(marks, complete)

    def _order(self, row: int, ability_id: int, point: tuple[float, float] | None = None, target: int = 0) -> bool:
        tags = [int(self.world.state.units.tag[row])]
        return self.world.order(self.player_id, tags, ability_id, point, target or None) == error_pb.Success

    def _gather(self, hall: int) -> None:
        """Send idle workers to the minerals at a town hall."""
        units = self.world.state.units
        for row in self._own(self.world.statistics.worker):
            if units.mode[row] != Mode.IDLE:
                continue
            patch = economy.patch_near(self.world, row, *self.world.place(hall))
            gather = candidates(GATHER, int(units.type[row]))
            if patch >= 0 and gather:
                self._order(row, gather[0], target=int(units.tag[patch]))

    def _grow(self, player: Player, plan: Plan, temper: Temper, hall: int) -> None:
        """Make what is most wanted: supply, workers, structures that train, soldiers."""
        world = self.world
        workers = self._own(world.statistics.worker)
        spare = world.food_cap(self.player_id) - world.food_used(self.player_id)
        if spare < _SPARE_FOOD and temper.barracks and not self._under_way(plan.supply):
            self._make(plan.supply, plan.supply_type, workers, hall)
        if len(workers) < _WORKERS:
            self._train(plan.worker, _LARVA if player.race == common_pb.Zerg else int(world.state.units.type[hall]))
        barracks = self._of_type(plan.barracks_type, complete=False)
        wanted = min(temper.barracks, 1) if player.race == common_pb.Zerg else temper.barracks
        if len(barracks) < wanted and not self._under_way(plan.barracks):
            self._make(plan.barracks, plan.barracks_type, workers, hall)
        elif temper.barracks:
            self._train(plan.soldier, plan.trainer_type)

    def _under_way(self, ability_id: int) -> bool:
        """Whether somebody has an order to make this, or its structure is going up."""
        units = self.world.state.units
        product = abilities.ability(ability_id).produces
        mine = units.owner == self.player_id
        if (mine & (units.type == product) & (units.build_progress < 1)).any():
            return True
        return any(order.ability == ability_id for row in np.flatnonzero(mine) for order in units.orders[row])

    def _train(self, ability_id: int, trainer_type: int) -> None:
        """Let every idle trainer make one."""
        for row in self._of_type(trainer_type):
            if self.world.state.units.mode[row] == Mode.IDLE:
                self._order(row, ability_id)

    def _make(self, ability_id: int, type_id: int, workers: list[int], hall: int) -> None:
        """Let a worker build a structure near the town hall, or a larva become what is no structure."""
        if not self.world.statistics.structure[type_id]:
            for row in self._of_type(_LARVA)[:1]:
                self._order(row, ability_id)
            return
        point = self._site(type_id, hall)
        for row in workers[:1] if point is not None else []:
            self._order(row, ability_id, point)

    def _site(self, type_id: int, hall: int) -> tuple[float, float] | None:
        """The nearest place at a town hall, on the side of the map's middle, where a structure may stand."""
        world = self.world
        x, y = world.place(hall)
        left, bottom, right, top = world.bounds
        inward = np.array([(left + right) / 2 - x, (bottom + top) / 2 - y])
        inward /= max(float(np.hypot(*inward)), 1e-6)
        offsets = births.lattice(5) * _SITES
        for dx, dy in offsets[offsets @ inward > _NEAREST_SITE].tolist():
            if world.placement(type_id, x + dx, y + dy, self.player_id) == error_pb.Success:
                return x + dx, y + dy
        return None

    def _attack(self, wave: int) -> None:
        """Send the soldiers that stand idle, once they are enough, to the nearest enemy structure that is left."""
        world, units = self.world, self.world.state.units
        marks = world.statistics.can_attack & ~world.statistics.worker & ~world.statistics.structure
        army = [row for row in self._own(marks) if units.mode[row] == Mode.IDLE]
        if len(army) < wave:
            return
        others = [number for number in world.state.players if number != self.player_id]
        goals = np.flatnonzero(np.isin(units.owner, others))
        standing = goals[units.structure[goals]]
        goals = standing if len(standing) else goals
        if not len(goals):
            return
        x, y = units.x[army].mean(), units.y[army].mean()
        goal = int(goals[((units.x[goals] - x) ** 2 + (units.y[goals] - y) ** 2).argmin()])
        world.order(self.player_id, units.tag[army].tolist(), abilities.GENERAL_ATTACK, world.place(goal))
