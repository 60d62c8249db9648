"""One unit becomes another: siege tanks dig in, larvae turn to eggs, town halls grow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sc2data.sim import abilities
from sc2data.sim.maps import footprints
from sc2data.sim.rules.verbs import Verb, verb

if TYPE_CHECKING:
    from sc2data.sim.rules.world import World

_ALWAYS_CLOAKED = frozenset({76, 82})


def time(world: World, source: int, product: int) -> float:
    """Game loops that a unit of type `source` needs to turn into `product`.

    The two forms of one unit (siege tank and sieged tank) need the same time each way: that of the form which the
    table counts as the other's alias.
    """
    other = world.statistics[source]
    return other.build_time if other.unit_alias == product else world.statistics[product].build_time


def food_pending(world: World, row: int) -> float:
    """Supply that a cocoon will take once it has hatched, and does not take as a cocoon."""
    units = world.state.units
    queue = units.orders[row]
    if not queue or verb(queue[0].ability) is not Verb.MORPH or not queue[0].stage:
        return 0.0
    made = abilities.ability(queue[0].ability)
    return max(0.0, world.statistics[made.produces].food * made.count - float(world.statistics.food[units.type[row]]))


def become(world: World, row: int, type_id: int) -> None:
    """Change a unit's type: its statistics follow, its health, shield and energy keep their share of the whole."""
    units = world.state.units
    before, after = world.statistics[int(units.type[row])], world.statistics[type_id]
    full = {"health": after.max_health, "shield": after.max_shield}
    for name, whole in full.items():
        old = float(getattr(units, name + "_max")[row])
        share = float(getattr(units, name)[row]) / old if old > 0 else 1.0
        getattr(units, name)[row] = whole * share
        getattr(units, name + "_max")[row] = whole
    if after.max_energy and not before.max_energy:
        units.energy[row] = after.start_energy
    units.energy_max[row] = after.max_energy
    units.type[row] = type_id
    units.radius[row] = after.radius
    units.flying[row] = after.is_flying
    units.burrowed[row] = after.is_burrowed
    units.cloaked[row] = type_id in _ALWAYS_CLOAKED
    units.structure[row] = after.is_structure
    units.cooldown[row] = 0
    if after.is_flying and after.is_structure:
        units.partner[row] = 0  # the add-on stays behind
    world.refresh_speed(row)
    if footprints.size(before) != footprints.size(after):
        world.state.layout += 1
    world.state.look_due = True
