"""The few requests that harvesting is made of, as protobuf messages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sc2data import pysc2_compat

pysc2_compat.install()

from s2clientprotocol import common_pb2, debug_pb2, sc2api_pb2  # noqa: E402

MOVE, ATTACK = 3794, 3674
"""General ability ids."""

SHOW_MAP, CONTROL_ENEMY = debug_pb2.show_map, debug_pb2.control_enemy
"""Toggles of `debug.proto`."""


def observe() -> Any:
    """Ask for an observation."""
    return sc2api_pb2.Request(observation=sc2api_pb2.RequestObservation())


def step(loops: int) -> Any:
    """Let the game run for `loops` loops."""
    return sc2api_pb2.Request(step=sc2api_pb2.RequestStep(count=loops))


def quick_save() -> Any:
    """Keep a copy of the game in its memory."""
    return sc2api_pb2.Request(quick_save=sc2api_pb2.RequestQuickSave())


def quick_load() -> Any:
    """Go back to the copy."""
    return sc2api_pb2.Request(quick_load=sc2api_pb2.RequestQuickLoad())


def debug(commands: Iterable[Any]) -> Any:
    """Carry out debug commands at the next step."""
    return sc2api_pb2.Request(debug=sc2api_pb2.RequestDebug(debug=commands))


def create(unit_type: int, owner: int, x: float, y: float) -> Any:
    """Debug command: create a unit of player `owner` at (x, y) or as near as it fits."""
    position = common_pb2.Point2D(x=x, y=y)
    unit = debug_pb2.DebugCreateUnit(unit_type=unit_type, owner=owner, pos=position, quantity=1)
    return debug_pb2.DebugCommand(create_unit=unit)


def kill(tags: Iterable[int]) -> Any:
    """Debug command: kill units."""
    return debug_pb2.DebugCommand(kill_unit=debug_pb2.DebugKillUnit(tag=tags))


def life(tag: int, health: float) -> Any:
    """Debug command: set a unit's health."""
    value = debug_pb2.DebugSetUnitValue(unit_value=debug_pb2.DebugSetUnitValue.Life, value=health, unit_tag=tag)
    return debug_pb2.DebugCommand(unit_value=value)


def toggle(state: int) -> Any:
    """Debug command: switch one of the cheats on, or off again."""
    return debug_pb2.DebugCommand(game_state=state)


def camera(x: float, y: float) -> Any:
    """Action: look at (x, y)."""
    action = sc2api_pb2.Action()
    point = action.action_raw.camera_move.center_world_space
    point.x, point.y = x, y
    return action


def command(ability: int, tags: Iterable[int], x: float, y: float) -> Any:
    """Action: order units to do `ability` at (x, y)."""
    action = sc2api_pb2.Action()
    order = action.action_raw.unit_command
    order.ability_id = ability
    order.unit_tags.extend(tags)
    order.target_world_space_pos.x, order.target_world_space_pos.y = x, y
    return action


def act(actions: Iterable[Any]) -> Any:
    """Carry out actions at the next step."""
    return sc2api_pb2.Request(action=sc2api_pb2.RequestAction(actions=actions))
