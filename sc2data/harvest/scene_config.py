"""What battle scenes are made of: unit types, numbers, layouts, motion and frames, as one plain configuration."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

from sc2data.harvest import plain
from sc2data.harvest.faults import ConfigError

SPREAD, CLUSTERS, CROWD = "spread", "clusters", "crowd"
LAYOUTS = (SPREAD, CLUSTERS, CROWD)
STILL, WALK, FIGHT = "still", "walk", "fight"
MOTIONS = (STILL, WALK, FIGHT)

_MOST_COUNTED, _MOST_OTHERS = 200, 800

_RANGES = ("count", "elsewhere", "clutter", "structures_count", "loops", "frame_loops")


@dataclasses.dataclass(frozen=True)
class SceneConfig:
    """How scenes are drawn. Ranges are inclusive; times are game loops (22.4 a second), names as in `sc2data.units`.

    `count` units of the type `counted`, all ours, stand on the screen in the first frame: uniform over that range, as
    in the data of the paper. `elsewhere` more of them stand off the screen. `clutter` other units are drawn from `army`
    (ours) and `enemies`, with a mix of its own in each scene, and `structures_count` structures from `structures`.

    `layouts` weighs how units stand: "spread" over the view, in "clusters", or in one "crowd" where they hide each
    other. `motions` weighs what happens before the first frame: nothing ("still"), everybody "walk"s somewhere near for
    `loops`, or the sides "fight" for `loops`; the losses of a fight are made up for before the first frame.

    A scene gives `frames` records, `frame_loops` apart, under one camera. The losses that are recorded are those
    between the first frame and `aftermath_loops` after the last one (fights only: else hardly anybody dies).
    """

    counted: str = "Marine"
    count: tuple[int, int] = (0, 22)
    elsewhere: tuple[int, int] = (0, 12)
    army: tuple[str, ...] = ("Marauder", "SiegeTank", "SiegeTankSieged", "SCV")
    enemies: tuple[str, ...] = ("Zergling", "Baneling", "Hydralisk", "Drone")
    clutter: tuple[int, int] = (8, 56)
    structures: tuple[str, ...] = ("SupplyDepot", "Barracks", "EngineeringBay", "Bunker", "MissileTurret")
    structures_count: tuple[int, int] = (0, 5)
    layouts: Mapping[str, float] = dataclasses.field(default_factory=lambda: {SPREAD: 1.0, CLUSTERS: 1.0, CROWD: 1.0})
    motions: Mapping[str, float] = dataclasses.field(default_factory=lambda: {STILL: 2.0, WALK: 1.0, FIGHT: 1.0})
    loops: tuple[int, int] = (8, 64)
    frames: int = 1
    frame_loops: tuple[int, int] = (4, 16)
    aftermath_loops: int = 48
    clear_loops: int = 17
    """Loops at least between clearing away a scene and setting up the next: what dies is then gone from the picture."""
    settle_loops: int = 2
    """Loops between setting up and looking: debug commands take effect with a delay."""

    def __post_init__(self) -> None:
        for name in _RANGES:
            low, high = getattr(self, name)
            if not 0 <= low <= high:
                raise ConfigError(f"{name} {low},{high}: a range LOW,HIGH needs 0 <= LOW <= HIGH")
        for name, allowed in (("layouts", LAYOUTS), ("motions", MOTIONS)):
            _check_weights(name, getattr(self, name), allowed)
        for name, least in (("frames", 1), ("aftermath_loops", 0), ("clear_loops", 1), ("settle_loops", 2)):
            if getattr(self, name) < least:
                raise ConfigError(f"{name} {getattr(self, name)}: must be at least {least}")
        for name in ("loops", "frame_loops", "aftermath_loops", "clear_loops", "settle_loops"):
            plain.check_loops(name, getattr(self, name))
        if self.frames > 1 and self.frame_loops[0] < 1:
            raise ConfigError(f"frame_loops {self.frame_loops}: frames of a scene must be at least 1 loop apart")
        if self.clutter[1] and not (self.army or self.enemies):
            raise ConfigError("clutter without a unit type: name some in army or enemies, or set clutter to 0,0")
        if self.structures_count[1] and not self.structures:
            raise ConfigError("structures_count without structures: name some, or set it to 0,0")
        if self.counted in (*self.army, *self.enemies):
            raise ConfigError(f"{self.counted} is the type that is counted and cannot be clutter too: take it out")
        _check_numbers(self.count[1], self.elsewhere[1] + self.clutter[1])
        self.type_ids()

    def type_ids(self) -> dict[str, int]:
        """Ids of all unit types that scenes are made of, the counted one first, in the order of the configuration.

        Raises:
          ConfigError: a name that the game does not know.
        """
        return plain.type_ids((self.counted, *self.army, *self.enemies, *self.structures))

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; `from_dict` reads them back."""
        return plain.to_plain(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> SceneConfig:
        """Build from plain values; what is not named keeps its default. Raises `ConfigError`."""
        return plain.from_plain(cls, values)


def _check_numbers(counted: int, others: int) -> None:
    if counted > _MOST_COUNTED:
        raise ConfigError(f"count up to {counted}: a scene may have up to {_MOST_COUNTED} counted units on the screen")
    if others > _MOST_OTHERS:
        raise ConfigError(
            f"elsewhere and clutter up to {others} in all: a scene may have up to {_MOST_OTHERS} such units, for debug "
            "commands slow down above"
        )


def _check_weights(name: str, weights: Mapping[str, float], allowed: tuple[str, ...]) -> None:
    unknown = sorted(set(weights) - set(allowed))
    if unknown:
        raise ConfigError(f"{name}: {', '.join(unknown)} is none of {', '.join(allowed)}")
    if not weights or min(weights.values()) < 0 or not 0 < sum(weights.values()) < math.inf:
        raise ConfigError(f"{name} {dict(weights)}: weights must be >= 0, finite and not all 0")
