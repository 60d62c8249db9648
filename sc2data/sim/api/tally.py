"""What an observation counts up over units: supply, workers, harvesters, power, upgrade levels."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sc2data import units as unit_table
from sc2data.sim import abilities
from sc2data.sim.api import selection
from sc2data.sim.api.messages import sc_pb
from sc2data.sim.rules import statistics, upgrades
from sc2data.sim.view import NEUTRAL, SELF, SNAPSHOT, VISIBLE, WorldView

if TYPE_CHECKING:
    from sc2data.sim.rules.world import World

FOOD_LIMIT = 200

_GATHER, _RETURN = 3666, 3667  # general abilities
_PATCH_RANGE = 10.0
"""World units between the centres of a town hall and of the mineral patches that count as its own."""

_WORKERS_A_PATCH, _WORKERS_A_GEYSER = 2, 3
_POWER = {60: 6.5, 136: 3.75}
"""World units that power reaches, by unit type: pylon, warp prism in phasing mode."""

_POWERING = frozenset(_POWER)

_POWERED_TOO = ("Pylon", "Nexus", "Assimilator", "AssimilatorRich")
"""Protoss structures that need no power."""

Array = npt.NDArray[np.float32]


def player_common(message: sc_pb.PlayerCommon, world: World, view: WorldView) -> None:
    """Fill in what a player has: resources, supply, counts of workers, army, warp gates, larvae."""
    player = world.state.players.get(view.player)
    facts = statistics.standard()
    own = (view.alliance == SELF) & (view.display_type != SNAPSHOT)
    workers = own & facts.worker[view.type]
    army = selection.army(view)
    food = np.where(own, facts.food[view.type], 0)
    message.player_id = view.player
    message.minerals = int(player.minerals) if player else 0
    message.vespene = int(player.vespene) if player else 0
    message.food_cap = min(FOOD_LIMIT, int(world.food_cap(view.player))) if player else 0
    message.food_used = int(world.food_used(view.player)) if player else 0
    message.food_army = int(food[army].sum())
    message.food_workers = int(food[workers].sum())
    message.idle_worker_count = int(selection.idle_workers(view).sum())
    message.army_count = int(army.sum())
    message.warp_gate_count = int((own & (view.type == selection.WARP_GATE)).sum())
    larvae = int((own & (view.type == selection.LARVA)).sum())
    if larvae:
        message.larva_count = larvae


def harvesters(view: WorldView) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Workers wanted at and sent to each own town hall and gas structure, both (N,)."""
    wanted, sent = np.zeros((2, len(view)), np.intp)
    facts = statistics.standard()
    done = (view.alliance == SELF) & (view.display_type == VISIBLE) & (view.build_progress >= 1)
    halls = np.flatnonzero(done & facts.townhall[view.type])
    geysers = np.flatnonzero(done & view.structure & among(view.type, vespene()))
    if not len(halls) + len(geysers):
        return wanted, sent
    wanted[geysers] = _WORKERS_A_GEYSER * (view.contents[geysers] > 0)
    patches = np.flatnonzero((view.alliance == NEUTRAL) & among(view.type, minerals()))
    if len(halls):
        near = np.hypot(view.x[halls, None] - view.x[patches], view.y[halls, None] - view.y[patches]) < _PATCH_RANGE
        wanted[halls] = _WORKERS_A_PATCH * near.sum(axis=1)
    gas = {int(view.tag[row]): row for row in geysers.tolist()}
    for row in np.flatnonzero(done & facts.worker[view.type]).tolist():
        job = next((o for o in view.orders[row][:1] if abilities.general(o.ability) in (_GATHER, _RETURN)), None)
        if job is None:
            continue
        if job.tag in gas:
            sent[gas[job.tag]] += 1
        elif len(halls):
            at = np.hypot(view.x[halls] - view.x[row], view.y[halls] - view.y[row])
            sent[halls[int(np.argmin(at))]] += 1
    return wanted, sent


def power_sources(view: WorldView) -> list[tuple[int, float]]:
    """(row, radius in world units) of the own complete units that give power."""
    own = (view.alliance == SELF) & (view.display_type == VISIBLE) & (view.build_progress >= 1)
    rows = np.flatnonzero(own & among(view.type, _POWERING))
    return [(row, _POWER[int(view.type[row])]) for row in rows.tolist()]


def powered(view: WorldView) -> npt.NDArray[np.bool_]:
    """Whether each own structure that needs power has it, (N,); False for everything else."""
    has = np.zeros(len(view), bool)
    sources = power_sources(view)
    needing = among(view.type, _need_power()) & (view.alliance == SELF)
    for row, radius in sources:
        has |= needing & (np.hypot(view.x - view.x[row], view.y - view.y[row]) <= radius)
    return has


def upgrade_levels(world: World, view: WorldView) -> npt.NDArray[np.intp]:
    """Levels of attack, armour and shields of each unit, (3, N)."""
    levels = np.zeros((3, len(view)), np.intp)
    upgraded = [number for number, player in world.state.players.items() if player.upgrades]
    for row in np.flatnonzero(np.isin(view.owner, upgraded)).tolist() if upgraded else ():
        kind = world.statistics[int(view.type[row])]
        levels[:, row] = upgrades.levels(world, int(view.owner[row]), kind)
    return levels


def is_add_on(type_id: int) -> bool:
    """Whether a unit type is a Terran add-on: a reactor or a tech lab."""
    return type_id in _add_ons()


@functools.cache
def minerals() -> frozenset[int]:
    """Unit types that minerals are dug from."""
    return frozenset(i for i, kind in unit_table.unit_types().items() if kind.is_resource and "Mineral" in kind.name)


@functools.cache
def vespene() -> frozenset[int]:
    """Unit types that vespene is drawn from: geysers and the structures on them."""
    names = ("Geyser", "Refinery", "Assimilator", "Extractor")
    return frozenset(i for i, kind in unit_table.unit_types().items() if any(name in kind.name for name in names))


def among(types: npt.NDArray[np.int32], wanted: frozenset[int]) -> npt.NDArray[np.bool_]:
    """Whether each of `types` (N,) is one of some unit types."""
    return _lookup(wanted)[types]


@functools.lru_cache(maxsize=16)
def _lookup(wanted: frozenset[int]) -> npt.NDArray[np.bool_]:
    """A table by unit type id: ten times as fast as `numpy.isin`."""
    table = np.zeros(len(statistics.standard().food), bool)
    table[list(wanted)] = True
    return table


@functools.cache
def resources() -> frozenset[int]:
    """Unit types that minerals or vespene come from."""
    return minerals() | vespene()


@functools.cache
def _add_ons() -> frozenset[int]:
    named = ((i, kind.name) for i, kind in unit_table.unit_types().items() if kind.race == "Terran")
    return frozenset(i for i, name in named if name.endswith(("Reactor", "TechLab")))


@functools.cache
def _need_power() -> frozenset[int]:
    kinds = unit_table.unit_types().values()
    return frozenset(k.id for k in kinds if k.race == "Protoss" and k.is_structure and k.name not in _POWERED_TOO)
