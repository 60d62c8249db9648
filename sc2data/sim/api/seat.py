"""A player's place at the game: the camera, the selection and what the next observation has to tell."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from sc2data.sim.api.messages import sc_pb
from sc2data.sim.api.optics import Optics, Point

CONTROL_GROUPS = 10
SELECTION_LIMIT = 500
"""Units that can be selected at once: the game's own limit."""


@dataclasses.dataclass
class Seat:
    """One participant, or an observer.

    `entry` reads the pixels of the participant's actions, `optics` draws and reports; they differ in a replay, where
    somebody with another interface looks over the participant's shoulder.
    """

    player_id: int
    entry: Optics
    optics: Optics
    camera: Point
    free_camera: Point | None = None  # where an observer has moved its camera away from the player's
    selection: list[int] = dataclasses.field(default_factory=list)
    groups: dict[int, list[int]] = dataclasses.field(default_factory=dict)
    autocast: set[tuple[int, int]] = dataclasses.field(default_factory=set)  # (unit's tag, ability)

    # Since the latest observation:
    actions: list[sc_pb.Action] = dataclasses.field(default_factory=list)
    errors: list[sc_pb.ActionError] = dataclasses.field(default_factory=list)
    chat: list[sc_pb.ChatReceived] = dataclasses.field(default_factory=list)
    dead: list[int] = dataclasses.field(default_factory=list)
    alerts: set[int] = dataclasses.field(default_factory=set)

    known: frozenset[int] = frozenset()
    """Tags that the latest observation showed: the deaths of others stay unknown."""

    @property
    def eye(self) -> Point:
        """The point that the observed camera looks at."""
        return self.free_camera or self.camera

    def look_at(self, point: Point) -> None:
        """Move the camera, which stays over the playable area and on a grid of 1/256, as the game's does."""
        left, bottom, right, top = self.entry.terrain.playable
        x, y = min(max(point[0], left), right), min(max(point[1], bottom), top)
        self.camera = round(x * 256) / 256, round(y * 256) / 256

    def select(self, tags: Iterable[int], *, add: bool = False) -> None:
        """Replace the selection, or add to it; in the order given, each unit once."""
        before = self.selection if add else []
        self.selection = list(dict.fromkeys([*before, *tags]))[:SELECTION_LIMIT]

    def forget(self, dead: Iterable[int]) -> None:
        """Take units that died out of the selection and the control groups, and note them for the observation."""
        gone = set(dead)
        if not gone:
            return
        self.dead.extend(sorted(gone))
        self.selection = [tag for tag in self.selection if tag not in gone]
        self.groups = {index: [tag for tag in tags if tag not in gone] for index, tags in self.groups.items()}
        self.autocast = {pair for pair in self.autocast if pair[0] not in gone}

    def observed(self) -> None:
        """Everything to be told once has been told."""
        for told in (self.actions, self.errors, self.chat, self.dead):
            told.clear()
        self.alerts.clear()
