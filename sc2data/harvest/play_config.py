"""How episodes of play are made: who acts, how many fight, how often a record is taken."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from sc2data.harvest import plain
from sc2data.harvest.faults import ConfigError

SCRIPTED, RANDOM = "scripted", "random"
AGENTS = (SCRIPTED, RANDOM)

DEFAULT_TYPES = (
    "Marine",
    "Marauder",
    "SiegeTank",
    "SiegeTankSieged",
    "Zergling",
    "Baneling",
    "Hydralisk",
    "SCV",
    "CommandCenter",
)


@dataclasses.dataclass(frozen=True)
class PlayConfig:
    """How an episode is played. Ranges are inclusive; times are game loops (22.4 a second).

    Each episode is a game of its own, in which each side is given `armies` units of `army` and `enemies`, and more of
    them when it has lost nearly all. The "scripted" agent leads its army against the other and looks now at the fight,
    now elsewhere; the "random" one gives random units random orders and looks anywhere. A record is taken every
    `every` loops until there are `records`. `counted` are the unit types that the data set counts.
    """

    agent: str = SCRIPTED
    records: int = 32
    every: int = 22
    armies: tuple[int, int] = (8, 24)
    army: tuple[str, ...] = ("Marine", "Marine", "Marauder", "SiegeTank")
    enemies: tuple[str, ...] = ("Zergling", "Zergling", "Baneling", "Hydralisk")
    counted: tuple[str, ...] = DEFAULT_TYPES
    fog: bool = False

    def __post_init__(self) -> None:
        if self.agent not in AGENTS:
            raise ConfigError(f"agent {self.agent!r} is none of {', '.join(AGENTS)}")
        for name in ("records", "every"):
            if getattr(self, name) < 1:
                raise ConfigError(f"play {name} {getattr(self, name)}: must be at least 1")
        plain.check_loops("every", self.every)
        low, high = self.armies
        if not 0 <= low <= high <= 200:
            raise ConfigError(f"armies {low},{high}: a range LOW,HIGH needs 0 <= LOW <= HIGH <= 200")
        if high and not (self.army and self.enemies):
            raise ConfigError("armies without unit types: name some in army and in enemies, or set armies to 0,0")
        self.type_ids()

    def type_ids(self) -> dict[str, int]:
        """Ids of all unit types that are named, the counted ones first.

        Raises:
          ConfigError: a name that the game does not know.
        """
        return plain.type_ids((*self.counted, *self.army, *self.enemies))

    def counted_ids(self) -> dict[str, int]:
        """Ids of the unit types that the data set counts."""
        return plain.type_ids(self.counted)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; `from_dict` reads them back."""
        return plain.to_plain(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> PlayConfig:
        """Build from plain values; what is not named keeps its default. Raises `ConfigError`."""
        return plain.from_plain(cls, values)
