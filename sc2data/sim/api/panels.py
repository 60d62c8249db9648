"""The user interface's part of an observation: control groups, the panel of the selection, its abilities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sc2data import units as unit_table
from sc2data.sim import abilities
from sc2data.sim.api import selection
from sc2data.sim.api.messages import sc_pb, ui_pb
from sc2data.sim.view import SELF, WorldView

if TYPE_CHECKING:
    from sc2data.sim.api.match import Match
    from sc2data.sim.api.seat import Seat

_PRODUCES = ("train", "morph", "research")


def fill(message: ui_pb.ObservationUI, match: Match, seat: Seat, view: WorldView) -> None:
    """Write the control groups and the panel under the map.

    One unit has a panel of its own, which is the queue's while it produces and the cargo's while it carries; several
    are listed.
    """
    types = {tag: kind for tag, kind in zip(view.tag.tolist(), view.type.tolist())}
    for index, tags in sorted(seat.groups.items()):
        living = [types[tag] for tag in tags if tag in types]
        if living:
            message.groups.add(control_group_index=index, leader_unit_type=living[0], count=len(living))
    rows = selection.listed(seat, view)
    if len(rows) > 1:
        for row in rows:
            _unit(message.multi.units.add(), view, row)
    elif rows:
        _single(message, view, rows[0])


def _single(message: ui_pb.ObservationUI, view: WorldView, row: int) -> None:
    making = [order for order in view.orders[row] if abilities.ability(order.ability).kind in _PRODUCES]
    own = view.alliance[row] == SELF
    if own and view.cargo[row]:
        _unit(message.cargo.unit, view, row)
        capacity = unit_table.unit_type(int(view.type[row])).cargo_capacity
        for passenger in view.cargo[row]:
            kind = unit_table.unit_type(int(passenger["type"]))
            capacity -= kind.cargo_size
            message.cargo.passengers.add(
                unit_type=kind.id,
                player_relative=int(view.alliance[row]),
                health=round(float(passenger["health"])),
                shields=round(float(passenger["shield"])),
                energy=round(float(passenger["energy"])),
                transport_slots_taken=kind.cargo_size,
            )
        message.cargo.slots_available = max(capacity, 0)
    elif own and making and view.structure[row]:
        _unit(message.production.unit, view, row)
        for order in making:
            made = abilities.ability(order.ability).produces
            if made:
                message.production.build_queue.add(unit_type=made, build_progress=order.progress)
            message.production.production_queue.add(ability_id=order.ability, build_progress=order.progress)
    else:
        _unit(message.single.unit, view, row)
        message.single.buffs.extend(view.buffs[row])


def _unit(message: ui_pb.UnitInfo, view: WorldView, row: int) -> None:
    message.unit_type = int(view.type[row])
    message.player_relative = int(view.alliance[row])
    for field, values in _VITALS:
        setattr(message, field, round(float(getattr(view, values)[row])))
    if view.build_progress[row] < 1:
        message.build_progress = float(view.build_progress[row])
    if view.cargo[row]:
        message.transport_slots_taken = sum(unit_table.unit_type(int(p["type"])).cargo_size for p in view.cargo[row])


_VITALS = (
    ("health", "health"),
    ("shields", "shield"),
    ("energy", "energy"),
    ("max_health", "health_max"),
    ("max_shields", "shield_max"),
    ("max_energy", "energy_max"),
)


def add_abilities(message: sc_pb.Observation, match: Match, seat: Seat, view: WorldView) -> None:
    """Add what the selected own units can do now: specific abilities, each once.

    Clients translate them to general ones themselves (`AbilityData.remaps_to_ability_id`), as they do for the game.
    """
    found: dict[int, None] = {}
    for row in selection.listed(seat, view):
        if view.alliance[row] == SELF:
            found.update(dict.fromkeys(match.world.available(seat.player_id, int(view.tag[row]))))
    for ability in sorted(found):
        message.abilities.add(ability_id=ability, requires_point=requires_point(ability))


def requires_point(ability_id: int) -> bool:
    """Whether an ability wants a place or a unit to be clicked on."""
    return abilities.ability(ability_id).target not in ("none", "point_or_none")
