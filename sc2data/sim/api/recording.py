"""A game as a list of what was done to it: enough to play it again.

A replay is an MPQ archive, like the game's own, with `replay.gamemetadata.json` as clients read it and three members of
the simulator's: the set-up, the events, the map. Playing it means simulating again, so it is exact for the same version
of the simulator only; the set-up names that version.
"""

from __future__ import annotations

import dataclasses
import json
import struct
from typing import Any

from sc2data.errors import UserError
from sc2data.sim.api.messages import sc_pb
from sc2data.sim.api.setup import Setup
from sc2data.sim.maps.archive import ArchiveError, read_archive, write_archive

METADATA = "replay.gamemetadata.json"
_SETUP, _EVENTS, _MAP = "simulator.setup.json", "simulator.events", "simulator.map"

ACTION, DEBUG, RESIGN = range(3)
"""Kinds of events; their payload is an `Action`, a `DebugCommand`, nothing."""

RULES = 1
"""Counts the changes to the rules that make older replays play differently."""

LOOPS_PER_SECOND = 22.4

_EVENT = struct.Struct("<IBBI")  # loop, player, kind, bytes of payload
_RACES = {0: "", 1: "Terr", 2: "Zerg", 3: "Prot", 4: "Rand"}
_RESULTS = {0: "Undecided", 1: "Win", 2: "Loss", 3: "Tie", 4: "Undecided"}


class ReplayError(UserError, ValueError):
    """A replay that cannot be read, or that the simulator cannot play."""


@dataclasses.dataclass(frozen=True)
class Event:
    """Something done to the game at `loop`, before that loop was computed."""

    loop: int
    player: int
    kind: int
    payload: bytes


@dataclasses.dataclass
class Recording:
    """A game's set-up and events. `options` holds the interface with which each participant's pixels are to be read."""

    setup: Setup
    map_data: bytes
    options: dict[int, bytes] = dataclasses.field(default_factory=dict)  # player id: serialised InterfaceOptions
    events: list[Event] = dataclasses.field(default_factory=list)
    loops: int = 0
    results: dict[int, int] = dataclasses.field(default_factory=dict)  # player id: sc2api.proto Result

    def to_replay(self, game_version: str, base_build: int, data_version: str) -> bytes:
        """The bytes of a `.SC2Replay` file."""
        header = {
            "rules": RULES,
            "setup": self.setup.to_dict(),
            "options": {str(player): options.hex() for player, options in self.options.items()},
            "loops": self.loops,
            "results": {str(player): result for player, result in self.results.items()},
        }
        events = b"".join(_EVENT.pack(e.loop, e.player, e.kind, len(e.payload)) + e.payload for e in self.events)
        metadata = self._metadata(game_version, base_build, data_version)
        return write_archive(
            {
                METADATA: json.dumps(metadata).encode(),
                _SETUP: json.dumps(header).encode(),
                _EVENTS: events,
                _MAP: self.map_data,
            }
        )

    @classmethod
    def from_replay(cls, data: bytes) -> Recording:
        """Read what `to_replay` wrote; raises `ReplayError`."""
        try:
            archive = read_archive(data)
        except ArchiveError as error:
            raise ReplayError(f"not a replay: {error}") from error
        if _SETUP not in archive:
            raise ReplayError("this replay was recorded by the game itself; the simulator plays only its own")
        try:
            header = json.loads(archive[_SETUP])
            if header["rules"] != RULES:
                raise ReplayError(f"this replay follows version {header['rules']} of the rules, this is {RULES}")
            return cls(
                setup=Setup.from_dict(header["setup"]),
                map_data=archive[_MAP],
                options={int(player): bytes.fromhex(text) for player, text in header["options"].items()},
                events=_unpack(archive[_EVENTS]),
                loops=int(header["loops"]),
                results={int(player): int(result) for player, result in header["results"].items()},
            )
        except (KeyError, TypeError, ValueError, AttributeError, struct.error) as error:
            if isinstance(error, ReplayError):
                raise
            raise ReplayError(f"damaged replay: {error!r}") from error

    def _metadata(self, game_version: str, base_build: int, data_version: str) -> dict[str, Any]:
        """What mpyq-based clients read of a replay before they open it."""
        minutes = max(self.loops / LOOPS_PER_SECOND / 60, 1e-9)
        players = []
        for number, player in self.setup.numbered().items():
            acts = sum(event.player == number and event.kind == ACTION for event in self.events)
            players.append(
                {
                    "PlayerID": number,
                    "APM": round(acts / minutes, 3) if self.loops else 0.0,
                    "Result": _RESULTS[self.results.get(number, 0)],
                    "SelectedRace": _RACES[player.race],
                    "AssignedRace": _RACES[player.race_actual],
                    "Type": sc_pb.PlayerType.Name(player.type),
                    "Name": player.name,
                }
            )
        return {
            "Title": self.setup.map_name,
            "MapName": self.setup.map_path,
            "GameVersion": game_version,
            "DataBuild": str(base_build),
            "DataVersion": data_version,
            "BaseBuild": f"Base{base_build}",
            "Duration": round(self.loops / LOOPS_PER_SECOND),
            "ElapsedGameLoops": self.loops,
            "IsNotAvailable": False,
            "Simulator": True,
            "Players": players,
        }


def read_metadata(data: bytes) -> dict[str, Any]:
    """`replay.gamemetadata.json` of any replay, the real game's too; raises `ReplayError`."""
    try:
        metadata = json.loads(read_archive(data)[METADATA])
    except (ArchiveError, KeyError, ValueError) as error:
        raise ReplayError(f"no {METADATA} could be read: {error}") from error
    if not isinstance(metadata, dict):
        raise ReplayError(f"{METADATA} holds a {type(metadata).__name__}, not an object")
    return metadata


def _unpack(data: bytes) -> list[Event]:
    events, at = [], 0
    while at < len(data):
        loop, player, kind, length = _EVENT.unpack_from(data, at)
        at += _EVENT.size
        if at + length > len(data):
            raise ReplayError("damaged replay: its events end within one")
        events.append(Event(loop, player, kind, data[at : at + length]))
        at += length
    return events
