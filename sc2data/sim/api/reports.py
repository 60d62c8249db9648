"""Actions as they are told back: each in the words of every interface that the observing client has."""

from __future__ import annotations

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
from sc2data.sim.api.messages import common_pb, sc_pb, spatial_pb
from sc2data.sim.api.optics import Optics, Point


def report(command: Command, optics: Optics, camera: Point, loop: int) -> sc_pb.Action | None:
    """The action that tells a client with `optics` of `command`, done at `loop`; None where no interface of its can.

    `camera` is the point that the camera looked at when the command was given. The game tells unit commands and camera
    moves as raw and as spatial actions alike, clicks and boxes as spatial ones only, the panel as a panel action.
    """
    action = sc_pb.Action(game_loop=loop)
    if isinstance(command, ChatMessage):
        action.action_chat.channel = command.channel
        action.action_chat.message = command.text
        return action
    if isinstance(command, PanelAction):
        action.action_ui.CopyFrom(command.action)
        return action
    if isinstance(command, AutocastToggle):
        action.action_ui.toggle_autocast.ability_id = command.ability
    if optics.options.raw:
        _raw(command, optics, action)
    for space in optics.spaces:
        _spatial(command, optics, camera, space, getattr(action, "action_" + space))
    return action if len(action.ListFields()) > 1 else None


def _raw(command: Command, optics: Optics, action: sc_pb.Action) -> None:
    """Fill `action_raw` where the raw interface has such an action."""
    left, bottom = optics.origin
    if isinstance(command, CameraMove):
        centre = action.action_raw.camera_move.center_world_space
        centre.x, centre.y = command.point[0] - left, command.point[1] - bottom
    elif isinstance(command, AutocastToggle):
        toggle = action.action_raw.toggle_autocast
        toggle.ability_id = command.ability
        toggle.unit_tags.extend(command.tags)
    elif isinstance(command, UnitCommand):
        order = action.action_raw.unit_command
        order.ability_id = command.ability
        order.unit_tags.extend(command.tags)
        if command.queued:
            order.queue_command = True
        if command.target:
            order.target_unit_tag = command.target
        elif command.point:
            order.target_world_space_pos.x = command.point[0] - left
            order.target_world_space_pos.y = command.point[1] - bottom


def _spatial(command: Command, optics: Optics, camera: Point, space: str, action: spatial_pb.ActionSpatial) -> None:
    """Fill the action of one interface with pixels. Points that the screen does not show are told on the minimap."""
    if isinstance(command, CameraMove):
        _assign(action.camera_move.center_minimap, optics.minimap_pixel(space, command.point))
    elif isinstance(command, PointSelection):
        pixel = optics.screen_pixel(space, command.point, camera)
        if pixel:
            _assign(action.unit_selection_point.selection_screen_coord, pixel)
            action.unit_selection_point.type = command.kind
    elif isinstance(command, RectSelection):
        for first, second in command.corners:
            ends = [optics.screen_pixel(space, corner, camera) for corner in (first, second)]
            if ends[0] and ends[1]:
                box = action.unit_selection_rect.selection_screen_coord.add()
                _assign(box.p0, ends[0])
                _assign(box.p1, ends[1])
        if action.HasField("unit_selection_rect"):
            action.unit_selection_rect.selection_add = command.add
    elif isinstance(command, UnitCommand):
        order = action.unit_command
        order.ability_id = command.ability
        if command.queued:
            order.queue_command = True
        if command.point:
            pixel = optics.screen_pixel(space, command.point, camera)
            if pixel:
                _assign(order.target_screen_coord, pixel)
            else:
                _assign(order.target_minimap_coord, optics.minimap_pixel(space, command.point))


def _assign(message: common_pb.PointI, pixel: tuple[int, int]) -> None:
    message.x, message.y = pixel
