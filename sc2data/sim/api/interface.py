"""Actions of a client: read from their messages, done to the world, told back.

Convention:
    An action is done when its request is answered, before the next game loop is computed, and carries the number of the
    loop at which it was done; the observation of the loop after tells it. Results are codes of error.proto.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from sc2data.sim import abilities
from sc2data.sim.api import selection
from sc2data.sim.api.commands import (
    AutocastToggle,
    CameraMove,
    ChatMessage,
    Command,
    PanelAction,
    PointSelection,
    RectSelection,
    UnitCommand,
)
from sc2data.sim.api.messages import error_pb, raw_pb, sc_pb, spatial_pb, ui_pb
from sc2data.sim.api.optics import SPACES, Point
from sc2data.sim.api.seat import CONTROL_GROUPS, Seat

if TYPE_CHECKING:
    from sc2data.sim.api.match import Match

_UNIT_TARGETS = ("unit", "point_or_unit")


class ActionRefusedError(Exception):
    """An action cannot be done; `code` is the ActionResult to answer."""

    def __init__(self, code: int) -> None:
        super().__init__(error_pb.ActionResult.Name(code))
        self.code = code


def perform(match: Match, seat: Seat, action: sc_pb.Action) -> int:
    """Do every part of `action` for the player at `seat`; the result of the first part that fails, else Success."""
    try:
        for command in _read(match, seat, action):
            match.report(seat, do(match, seat, command))
    except ActionRefusedError as refusal:
        return refusal.code
    return int(error_pb.Success)


def do(match: Match, seat: Seat, command: Command) -> Command:
    """Do a command and return it as it is to be told: with the ability that was really used."""
    if isinstance(command, UnitCommand):
        return _order(match, seat, command)
    if isinstance(command, CameraMove):
        if not math.isfinite(sum(command.point)):
            raise ActionRefusedError(error_pb.MustTargetVisibleLocation)
        seat.look_at(command.point)
    elif isinstance(command, PointSelection):
        selection.click(seat, match.view(seat), command.tag, command.kind)
    elif isinstance(command, RectSelection):
        if command.tags:
            seat.select(command.tags, add=command.add)
    elif isinstance(command, PanelAction):
        _press(match, seat, command.action)
    elif isinstance(command, AutocastToggle):
        seat.autocast ^= {(tag, command.ability) for tag in command.tags}
    elif isinstance(command, ChatMessage):
        match.say(seat, command.text)
    return command


def _order(match: Match, seat: Seat, command: UnitCommand) -> UnitCommand:
    if not command.tags:
        raise ActionRefusedError(error_pb.MustTargetUnit)
    if command.point and not math.isfinite(sum(command.point)):
        raise ActionRefusedError(error_pb.MustTargetVisibleLocation)
    tags, ability = list(command.tags), command.ability
    target = command.target or None
    types = match.types_of(tags)
    code = match.world.order(seat.player_id, tags, ability, command.point, target, command.queued)
    if code != error_pb.Success:
        raise ActionRefusedError(code)
    used = next((found for kind in types if (found := abilities.specific(ability, kind))), ability)
    return UnitCommand(command.tags, used, command.point, command.target, command.queued)


def _press(match: Match, seat: Seat, action: ui_pb.ActionUI) -> None:
    kind = action.WhichOneof("action")
    view = match.view(seat)
    if kind == "control_group" and not 0 <= action.control_group.control_group_index < CONTROL_GROUPS:
        raise ActionRefusedError(error_pb.Error)
    if kind == "cargo_panel":
        for row in selection.listed(seat, view)[:1]:
            match.world.unload(int(view.tag[row]), action.cargo_panel.unit_index)
    elif kind == "production_panel":
        for row in selection.listed(seat, view)[:1]:
            match.world.cancel(int(view.tag[row]), action.production_panel.unit_index)
    elif kind == "toggle_autocast":
        seat.autocast ^= {(tag, action.toggle_autocast.ability_id) for tag in seat.selection}
    else:
        selection.press(seat, view, action)


def _read(match: Match, seat: Seat, action: sc_pb.Action) -> list[Command]:
    """The commands that a message holds, at most one of each interface."""
    commands: list[Command | None] = []
    if action.HasField("action_raw"):
        commands.append(_read_raw(seat, action.action_raw))
    for space in SPACES:
        name = "action_" + space
        if action.HasField(name):
            if space not in seat.entry.spaces:
                raise ActionRefusedError(error_pb.NotSupported)
            commands.append(_read_spatial(match, seat, space, getattr(action, name)))
    if action.HasField("action_ui") and action.action_ui.WhichOneof("action"):
        commands.append(PanelAction(action.action_ui))
    if action.HasField("action_chat"):
        commands.append(ChatMessage(action.action_chat.channel, action.action_chat.message))
    return [command for command in commands if command is not None]


def _read_raw(seat: Seat, action: raw_pb.ActionRaw) -> Command | None:
    kind = action.WhichOneof("action")
    if kind == "camera_move":
        return CameraMove(seat.entry.to_world(action.camera_move.center_world_space))
    if kind == "toggle_autocast":
        return AutocastToggle(tuple(action.toggle_autocast.unit_tags), action.toggle_autocast.ability_id)
    if kind != "unit_command":
        return None
    order = action.unit_command
    tags, target = tuple(dict.fromkeys(order.unit_tags)), order.WhichOneof("target")
    if seat.entry.options.raw_affects_selection:
        seat.select(tags)
    point = seat.entry.to_world(order.target_world_space_pos) if target == "target_world_space_pos" else None
    return UnitCommand(tags, order.ability_id, point, order.target_unit_tag, order.queue_command)


def _read_spatial(match: Match, seat: Seat, space: str, action: spatial_pb.ActionSpatial) -> Command | None:
    kind = action.WhichOneof("action")
    if kind == "camera_move":
        pixel = action.camera_move.center_minimap
        _check(pixel, seat.entry.setup(space).minimap_resolution)
        return CameraMove(seat.entry.minimap_point(space, pixel))
    if kind == "unit_selection_point":
        click = action.unit_selection_point
        point, tag = _pointed(match, seat, space, click.selection_screen_coord)
        return PointSelection(point, tag, click.type)
    if kind == "unit_selection_rect":
        return _read_boxes(match, seat, space, action.unit_selection_rect)
    if kind == "unit_command":
        return _read_order(match, seat, space, action.unit_command)
    return None


def _read_boxes(
    match: Match, seat: Seat, space: str, action: spatial_pb.ActionSpatialUnitSelectionRect
) -> RectSelection:
    view, camera, entry = match.view(seat), seat.camera, seat.entry
    corners, tags = [], []
    for box in action.selection_screen_coord:
        ends = (box.p0, box.p1)
        for pixel in ends:
            _check(pixel, entry.setup(space).resolution)
        first, second = (entry.screen_point(space, pixel, camera) for pixel in ends)
        corners.append((first, second))
        tags += selection.in_box(view, entry, space, ((box.p0.x, box.p0.y), (box.p1.x, box.p1.y)), camera)
    return RectSelection(tuple(corners), tuple(tags), action.selection_add)


def _read_order(match: Match, seat: Seat, space: str, order: spatial_pb.ActionSpatialUnitCommand) -> UnitCommand:
    """An order to the selected units. A click on a unit means the unit, where the ability can take one."""
    point, tag, target = None, 0, order.WhichOneof("target")
    if target == "target_screen_coord":
        point, tag = _pointed(match, seat, space, order.target_screen_coord)
        it = abilities.abilities().get(order.ability_id)
        if it is None or it.target not in _UNIT_TARGETS:
            tag = 0
    elif target == "target_minimap_coord":
        _check(order.target_minimap_coord, seat.entry.setup(space).minimap_resolution)
        point = seat.entry.minimap_point(space, order.target_minimap_coord)
    return UnitCommand(tuple(seat.selection), order.ability_id, point, tag, order.queue_command)


def _pointed(match: Match, seat: Seat, space: str, pixel: Any) -> tuple[Point, int]:
    """The ground and the unit (0 none) under a pixel of the screen."""
    _check(pixel, seat.entry.setup(space).resolution)
    tag = selection.at_pixel(match.view(seat), seat.entry, space, (pixel.x, pixel.y), seat.camera)
    return seat.entry.screen_point(space, pixel, seat.camera), tag


def _check(pixel: Any, size: Any) -> None:
    if not (0 <= pixel.x < max(size.x, 1) and 0 <= pixel.y < max(size.y, 1)):
        raise ActionRefusedError(error_pb.Error)
