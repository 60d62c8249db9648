"""What fixes a game before its first loop: map, seed, players. The rest follows from it and from the actions."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from sc2data.sim.api.messages import common_pb, sc_pb

NAME_LIMIT = 32
"""Characters of a player's name that the game keeps."""


@dataclasses.dataclass
class PlayerSetup:
    """One player. `race` is what was asked for; `Setup.assign_races` turns Random into `race_actual`."""

    type: int  # sc2api.proto PlayerType
    race: int = common_pb.Random
    race_actual: int = common_pb.NoRace
    difficulty: int = 0
    ai_build: int = 0
    name: str = ""

    @classmethod
    def from_message(cls, message: sc_pb.PlayerSetup) -> PlayerSetup:
        """From the `player_setup` of a `RequestCreateGame`."""
        return cls(
            type=message.type,
            race=message.race or common_pb.Random,
            difficulty=message.difficulty if message.HasField("difficulty") else 0,
            ai_build=message.ai_build if message.HasField("ai_build") else 0,
            name=message.player_name[:NAME_LIMIT],
        )


@dataclasses.dataclass
class Setup:
    """A game to be started. Players are numbered from 1 in the order of `players`, observers left out."""

    map_name: str
    map_path: str
    seed: int
    players: list[PlayerSetup]
    disable_fog: bool = False
    realtime: bool = False

    def numbered(self) -> dict[int, PlayerSetup]:
        """The players by id."""
        return dict(enumerate((p for p in self.players if p.type != sc_pb.Observer), start=1))

    def participants(self) -> list[int]:
        """Ids of the players that clients play."""
        return [number for number, player in self.numbered().items() if player.type == sc_pb.Participant]

    def assign_races(self) -> None:
        """Draw a race for every player that left it to chance, by the seed."""
        random = np.random.default_rng([self.seed, 1])
        races = (common_pb.Terran, common_pb.Zerg, common_pb.Protoss)
        for player in self.numbered().values():
            drawn = races[int(random.integers(len(races)))]
            player.race_actual = drawn if player.race in (common_pb.Random, common_pb.NoRace) else player.race

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for replays."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Setup:
        """Rebuild from `to_dict`; raises TypeError or KeyError for anything else."""
        players = [PlayerSetup(**player) for player in values["players"]]
        return cls(**{**values, "players": players})
