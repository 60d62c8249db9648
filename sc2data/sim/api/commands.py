"""What a player does, in world units and tags: between the messages of a client and the rules."""

from __future__ import annotations

import dataclasses

from sc2data.sim.api.messages import sc_pb, ui_pb
from sc2data.sim.api.optics import Point


@dataclasses.dataclass(frozen=True)
class UnitCommand:
    """Units are to use an ability, general or specific, here, at a point or at a unit (tag, 0 none)."""

    tags: tuple[int, ...]
    ability: int
    point: Point | None = None
    target: int = 0
    queued: bool = False


@dataclasses.dataclass(frozen=True)
class CameraMove:
    """The camera is to look at a point."""

    point: Point


@dataclasses.dataclass(frozen=True)
class PointSelection:
    """Somebody clicked at a point and hit a unit (tag, 0 none); `kind` is spatial.proto's."""

    point: Point
    tag: int
    kind: int


@dataclasses.dataclass(frozen=True)
class RectSelection:
    """Somebody drew boxes, given by two opposite corners, around units."""

    corners: tuple[tuple[Point, Point], ...]
    tags: tuple[int, ...]
    add: bool


@dataclasses.dataclass(frozen=True)
class PanelAction:
    """Somebody used the panel under the map."""

    action: ui_pb.ActionUI


@dataclasses.dataclass(frozen=True)
class AutocastToggle:
    """Units are to use an ability by themselves, or no longer."""

    tags: tuple[int, ...]
    ability: int


@dataclasses.dataclass(frozen=True)
class ChatMessage:
    """Something said to all or to the team."""

    channel: sc_pb.ActionChat.Channel
    text: str


Command = UnitCommand | CameraMove | PointSelection | RectSelection | PanelAction | AutocastToggle | ChatMessage
