"""What a harvest contains, as one plain configuration: whose scenes or episodes, where, in which sizes."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from sc2data.format.schema import CountedType, MapInfo, Schema
from sc2data.harvest import plain
from sc2data.harvest.faults import ConfigError
from sc2data.harvest.pictures import RenderSizes
from sc2data.harvest.play_config import PlayConfig
from sc2data.harvest.scene_config import SceneConfig

SCENES, PLAY = "scenes", "play"
SOURCES = (SCENES, PLAY)
MOST_GIBIBYTES = 4
"""Of memory for the pictures of one job."""
_JOB = {SCENES: "scene", PLAY: "episode"}


@dataclasses.dataclass(frozen=True)
class HarvestConfig:
    """All that decides what a harvest contains: the same values give the same records on the same backend.

    Job number i, a scene or an episode of play, is made from (seed, i) alone.
    """

    seed: int = 0
    source: str = SCENES
    map: str = "Simple64"
    sizes: RenderSizes = dataclasses.field(default_factory=RenderSizes)
    scenes: SceneConfig = dataclasses.field(default_factory=SceneConfig)
    play: PlayConfig = dataclasses.field(default_factory=PlayConfig)

    def __post_init__(self) -> None:
        if self.source not in SOURCES:
            raise ConfigError(f"source {self.source!r} is none of {', '.join(SOURCES)}")
        if not 0 <= self.seed < 1 << 63:
            raise ConfigError(f"seed {self.seed}: must be at least 0 and below 2^63")
        self._check_memory()

    def _check_memory(self) -> None:
        """A worker holds the pictures of all records of a job."""
        name, records = ("frames", self.scenes.frames) if self.source == SCENES else ("records", self.play.records)
        pixels = sum(width * height for width, height in (self.sizes.minimap, self.sizes.screen))
        gibibytes = 3 * pixels * records / 2**30
        if gibibytes > MOST_GIBIBYTES:
            allowed = int(records * MOST_GIBIBYTES / gibibytes)
            raise ConfigError(
                f"{name} {records}: the pictures of one {_JOB[self.source]} would take {gibibytes:.1f} GiB of memory "
                f"and may take {MOST_GIBIBYTES}; ask for {allowed} or fewer, or for smaller pictures"
            )

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, of the chosen source alone; `from_dict` reads them back."""
        part = self.scenes if self.source == SCENES else self.play
        return {
            "source": self.source,
            "seed": self.seed,
            "map": PurePath(self.map).stem if self.map.endswith(".SC2Map") else self.map,
            "sizes": plain.to_plain(self.sizes),
            self.source: part.to_dict(),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> HarvestConfig:
        """Build from plain values; what is not named keeps its default. Raises `ConfigError`."""
        parts: dict[str, Any] = dict(values)
        for name, kind in (("sizes", RenderSizes), (SCENES, SceneConfig), (PLAY, PlayConfig)):
            if name in parts:
                parts[name] = plain.from_plain(kind, parts[name])
        return plain.from_plain(cls, parts)

    def counted_ids(self) -> dict[str, int]:
        """Ids by name of the unit types that the data set counts."""
        return self.scenes.type_ids() if self.source == SCENES else self.play.counted_ids()

    def schema(self, map_info: MapInfo) -> Schema:
        """The schema of the data set that this harvest makes."""
        (minimap_width, minimap_height), (width, height) = self.sizes.minimap, self.sizes.screen
        return Schema(
            minimap=(minimap_height, minimap_width),
            screen=(height, width) if self.sizes.has_screen else None,
            unit_types=tuple(CountedType(number, name) for name, number in self.counted_ids().items()),
            maps=(map_info,),
            crop_to_playable_area=self.sizes.crop_to_playable_area,
        )
