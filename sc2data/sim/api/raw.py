"""The raw part of an observation: units, map state, effects, power, deaths.

Which fields a unit has follows recordings of the real game: snapshots tell nothing that changes, other players' units
nothing that their owner alone knows, and enumerations are always set, since an unset one reads as its first value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sc2data import units as unit_table
from sc2data.sim.api import batches, images, tally
from sc2data.sim.api.messages import raw_pb
from sc2data.sim.rules import buffs, statistics
from sc2data.sim.state import Order
from sc2data.sim.view import EVERYONE, SELF, SNAPSHOT, VISIBLE, WorldView, alliances

if TYPE_CHECKING:
    from sc2data.sim.api.match import Match
    from sc2data.sim.api.seat import Seat

_ORDER_GRID = 4096
"""Targets of orders are multiples of one part in this."""

_REMEMBERED = (
    "display_type",
    "alliance",
    "tag",
    "unit_type",
    "owner",
    "facing",
    "radius",
    "build_progress",
    "cloak",
    "is_on_screen",
    "is_blip",
)
_SEEN = (
    "is_selected",
    "is_active",
    "is_flying",
    "is_burrowed",
    "is_hallucination",
    "health",
    "health_max",
    "shield",
    "shield_max",
    "energy",
    "energy_max",
    "armor_upgrade_level",
    "shield_upgrade_level",
)
_OWN = ("assigned_harvesters", "ideal_harvesters")

_IS_SEEN, _IS_OWN, _IS_ARMED, _IS_STANDING = 1, 2, 4, 8


def fill(message: raw_pb.ObservationRaw, match: Match, seat: Seat, view: WorldView, disable_fog: bool) -> None:
    """Write what the player of `seat` sees into an `ObservationRaw`. Own units come first, snapshots last."""
    x, y = seat.optics.origin
    camera = message.player.camera
    camera.x, camera.y, camera.z = view.camera[0] - x, view.camera[1] - y, view.camera[2]
    player = match.world.state.players.get(seat.player_id)
    if player:
        message.player.upgrade_ids.extend(sorted(player.upgrades))
    made = _add_units(message, match, seat, view)
    _add_details(made, match, seat, view)
    _add_power(message, seat, view)
    _add_effects(message, seat, view, disable_fog)
    left, bottom, right, top = seat.optics.raw_area
    images.fill(message.map_state.visibility, view.visibility[bottom:top, left:right], 8)
    images.fill(message.map_state.creep, view.creep[bottom:top, left:right], 1)
    dead = sorted(seat.known.intersection(seat.dead))
    if dead:
        message.event.dead_units.extend(dead)


def _add_units(message: raw_pb.ObservationRaw, match: Match, seat: Seat, view: WorldView) -> dict[int, raw_pb.Unit]:
    """Add a message for every unit of the view, with its plain fields; the messages of those that are seen, by row."""
    laid_out = batches.UnitRows(_columns(match, seat, view))
    shape = _shapes(view)
    made: dict[int, raw_pb.Unit] = {}
    for code in sorted(set(shape.tolist()), key=lambda code: (-(code & _IS_OWN), -(code & _IS_SEEN), code)):
        rows = np.flatnonzero(shape == code)
        first = len(message.units)
        laid_out.append(message, rows, _fields(code))
        if code & _IS_SEEN:
            made.update(zip(rows.tolist(), message.units[first:]))
    return made


def _shapes(view: WorldView) -> npt.NDArray[np.int_]:
    """A code for each row that tells which fields it has."""
    facts = statistics.standard()
    seen = view.display_type != SNAPSHOT
    own = seen & (view.alliance == SELF)
    armed = seen & facts.can_attack[view.type]
    standing = view.structure | ~seen
    return seen * _IS_SEEN + own * _IS_OWN + armed * _IS_ARMED + standing * _IS_STANDING


def _fields(code: int) -> tuple[str, ...]:
    names = [*_REMEMBERED]
    if code & _IS_SEEN:
        names += _SEEN
    if code & _IS_OWN:
        names += _OWN
    if code & _IS_ARMED:
        names += ["attack_upgrade_level", *(["weapon_cooldown"] if code & _IS_OWN else [])]
    if code & _IS_STANDING:
        names.append("is_powered")
    return tuple(names)


def _columns(match: Match, seat: Seat, view: WorldView) -> dict[str, npt.NDArray[Any]]:
    """Every plain field of every row, by its name in the message, and the position in raw coordinates."""
    columns: dict[str, npt.NDArray[Any]] = {name: getattr(view, name) for name in _SAME}
    columns |= {f"is_{name}": getattr(view, name) for name in _FLAGS}
    columns |= dict(zip(_LEVELS, tally.upgrade_levels(match.world, view)))
    columns["unit_type"] = view.type
    columns["weapon_cooldown"] = view.cooldown
    columns["is_blip"] = np.zeros(len(view), bool)
    columns["is_powered"] = tally.powered(view)
    columns["ideal_harvesters"], columns["assigned_harvesters"] = tally.harvesters(view)
    columns["x"] = view.x - np.float32(seat.optics.origin[0])
    columns["y"] = view.y - np.float32(seat.optics.origin[1])
    columns["z"] = view.z
    return columns


_SAME = (
    "display_type",
    "alliance",
    "tag",
    "owner",
    "facing",
    "radius",
    "build_progress",
    "cloak",
    "health",
    "health_max",
    "shield",
    "shield_max",
    "energy",
    "energy_max",
)
_FLAGS = ("on_screen", "selected", "active", "flying", "burrowed", "hallucination")
_LEVELS = ("attack_upgrade_level", "armor_upgrade_level", "shield_upgrade_level")


def _add_details(made: dict[int, raw_pb.Unit], match: Match, seat: Seat, view: WorldView) -> None:
    """Write what only some units have: contents, detection, buffs, and for own units orders, cargo, targets, rally."""
    minerals, vespene = tally.minerals(), tally.vespene()
    detection = statistics.standard().detection[view.type]
    holding = tally.among(view.type, tally.resources())
    standing = view.structure & (view.alliance == SELF)
    rows = set(np.flatnonzero((detection > 0) | holding | standing | (view.target > 0)).tolist())
    lists = enumerate(zip(view.orders, view.buffs, view.cargo))
    rows.update(row for row, (orders, buffed, carried) in lists if orders or buffed or carried)
    for row in sorted(rows & made.keys()):
        unit, kind = made[row], int(view.type[row])
        if kind in minerals:
            unit.mineral_contents = int(view.contents[row])
        elif kind in vespene:
            unit.vespene_contents = int(view.contents[row])
        if detection[row]:
            unit.detect_range = float(detection[row])
        if view.buffs[row]:
            unit.buff_ids.extend(view.buffs[row])
        if view.alliance[row] == SELF or (seat.player_id == EVERYONE and view.display_type[row] == VISIBLE):
            _add_secrets(unit, match, seat, view, row)


def _add_secrets(unit: raw_pb.Unit, match: Match, seat: Seat, view: WorldView, row: int) -> None:
    """Write what a unit's owner alone knows."""
    left, bottom = seat.optics.origin
    for order in view.orders[row]:
        _add_order(unit, order, left, bottom)
    if view.target[row]:
        unit.engaged_target_tag = int(view.target[row])
    if view.buffs[row]:
        buff, until = next(iter(view.buffs[row].items()))
        if buff in buffs.LOOPS:
            unit.buff_duration_remain, unit.buff_duration_max = max(0, until - view.loop), buffs.LOOPS[buff]
    kind = unit_table.unit_types().get(unit.unit_type)
    if kind is None:
        return
    if kind.cargo_capacity and (view.cargo[row] or not kind.is_townhall):
        _add_cargo(unit, view.cargo[row], kind.cargo_capacity)
    if kind.is_structure:
        _add_plans(unit, match, left, bottom)


def _add_order(unit: raw_pb.Unit, order: Order, left: float, bottom: float) -> None:
    message = unit.orders.add(ability_id=order.ability)
    if order.tag:
        message.target_unit_tag = order.tag
    elif order.has_point:
        target = message.target_world_space_pos
        target.x = round((order.x - left) * _ORDER_GRID) / _ORDER_GRID
        target.y = round((order.y - bottom) * _ORDER_GRID) / _ORDER_GRID
    if order.progress:
        message.progress = order.progress


def _add_cargo(unit: raw_pb.Unit, cargo: list[dict[str, Any]], capacity: int) -> None:
    unit.cargo_space_max = capacity
    unit.cargo_space_taken = sum(unit_table.unit_type(int(row["type"])).cargo_size for row in cargo)
    for row in cargo:
        unit.passengers.add(
            tag=int(row["tag"]),
            unit_type=int(row["type"]),
            health=float(row["health"]),
            health_max=float(row["health_max"]),
            shield=float(row["shield"]),
            shield_max=float(row["shield_max"]),
            energy=float(row["energy"]),
            energy_max=float(row["energy_max"]),
        )


def _add_plans(unit: raw_pb.Unit, match: Match, left: float, bottom: float) -> None:
    """Write a structure's add-on and rally point."""
    units = match.world.state.units
    row = units.row(unit.tag)
    if row < 0:
        return
    partner = units.row(int(units.partner[row])) if units.partner[row] else -1
    if partner >= 0 and tally.is_add_on(int(units.type[partner])):
        unit.add_on_tag = int(units.partner[row])
    if units.rallied[row]:
        rally = unit.rally_targets.add()
        rally.point.x, rally.point.y = float(units.rally_x[row]) - left, float(units.rally_y[row]) - bottom
        if units.rally_tag[row]:
            rally.tag = int(units.rally_tag[row])


def _add_power(message: raw_pb.ObservationRaw, seat: Seat, view: WorldView) -> None:
    left, bottom = seat.optics.origin
    for row, radius in tally.power_sources(view):
        source = message.player.power_sources.add(radius=radius, tag=int(view.tag[row]))
        source.pos.x, source.pos.y = float(view.x[row]) - left, float(view.y[row]) - bottom
        source.pos.z = float(view.z[row])


def _add_effects(message: raw_pb.ObservationRaw, seat: Seat, view: WorldView, disable_fog: bool) -> None:
    """Add the effects whose place is seen."""
    left, bottom = seat.optics.origin
    rows, columns = view.visibility.shape
    for effect in view.effects:
        seen = [
            (x, y)
            for x, y in effect.points
            if disable_fog
            or effect.owner == seat.player_id
            or (0 <= y < rows and 0 <= x < columns and view.visibility[int(y), int(x)] == 2)
        ]
        if seen:
            alliance = int(alliances(np.array([effect.owner], np.int16), seat.player_id)[0])
            told = message.effects.add(
                effect_id=effect.effect, alliance=alliance, owner=effect.owner, radius=effect.radius
            )
            for x, y in seen:
                told.pos.add(x=x - left, y=y - bottom)
