"""What a data set holds: the columns of every shard, and the sizes, maps and unit types of one data set.

docs/format.md is the normative text; `COLUMNS` is the same table for programs.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from sc2data.errors import UserError
from sc2data.geometry import CAMERA_DISTANCE, CAMERA_FIELD_OF_VIEW, CAMERA_PITCH, MinimapTransform, ScreenCamera

FORMAT = "sc2-saccades data set"
SCHEMA_VERSION = "1.0"
"""major.minor: readers take any minor version of the major version they know (docs/format.md, "Versions")."""

SELF, ALLY, NEUTRAL, ENEMY = 1, 2, 3, 4
"""Alliances as in the game's API (raw.proto)."""
COUNTED_ALLIANCES = (SELF, ENEMY, NEUTRAL)
"""Order of the rows of `counts/*`."""
COUNTED_ALLIANCE_NAMES = ("self", "enemy", "neutral")

TILE = 128
"""Side in pixels of the square tiles in which screens, and minimaps above `WHOLE_MINIMAP`, are stored."""
WHOLE_MINIMAP = 256
"""Minimaps up to this side are stored as one chunk each: they are read whole."""


class SchemaError(UserError, ValueError):
    """A schema, or a value meant for a data set of that schema, is not what the format allows."""


@dataclasses.dataclass(frozen=True)
class Column:
    """One dataset of a shard.

    `rows` says what its first axis counts: "record", "unit", or "offset" (records + 1). `trailing` is the rest of its
    shape, with the letters of docs/format.md where the schema gives the size. `screen` marks what exists only in data
    sets with screens.
    """

    dtype: type[np.generic]
    rows: str
    trailing: tuple[Any, ...]
    meaning: str
    screen: bool = False


COLUMNS: dict[str, Column] = {
    "minimap": Column(np.uint8, "record", ("Hm", "Wm", 3), "rendered minimap, RGB"),
    "screen": Column(np.uint8, "record", ("Hs", "Ws", 3), "rendered screen, RGB", screen=True),
    "counts/map": Column(np.uint16, "record", (3, "K"), "visible units by alliance and counted type"),
    "counts/screen": Column(np.uint16, "record", (3, "K"), "those of them that are on the screen", screen=True),
    "units/offset": Column(np.int64, "offset", (), "record i has the units offset[i] to offset[i+1] - 1"),
    "units/type": Column(np.int32, "unit", (), "unit type id of the game"),
    "units/alliance": Column(np.uint8, "unit", (), "1 self, 2 ally, 3 neutral, 4 enemy"),
    "units/owner": Column(np.uint8, "unit", (), "player id, 16 neutral"),
    "units/tag": Column(np.uint64, "unit", (), "the game's name of the unit, unique within an episode"),
    "units/world": Column(np.float32, "unit", (3,), "x, y, z in world units"),
    "units/minimap": Column(np.float32, "unit", (2,), "x, y in pixels of the minimap"),
    "units/screen": Column(
        np.float32, "unit", (2,), "x, y in pixels of the screen, NaN behind the camera", screen=True
    ),
    "units/radius": Column(np.float32, "unit", (), "world units"),
    "units/health": Column(np.float32, "unit", (), "hit points, shields not included"),
    "units/facing": Column(np.float32, "unit", (), "radians, 0 east, counter-clockwise"),
    "units/on_screen": Column(np.bool_, "unit", (), "units/screen lies within the screen", screen=True),
    "units/visible": Column(np.bool_, "unit", (), "seen now; False: remembered or hidden"),
    "scene/episode": Column(np.int64, "record", (), "what splits keep together; never decreases"),
    "scene/scene": Column(np.int64, "record", (), "scene within the data set"),
    "scene/frame": Column(np.int32, "record", (), "frame within the scene, from 0"),
    "scene/seed": Column(np.uint64, "record", (), "what the scene was drawn from"),
    "scene/game_loop": Column(np.int64, "record", (), "the game's clock, 22.4 a second"),
    "scene/camera": Column(np.float32, "record", (3,), "x, y, z in world units that the camera looks at"),
    "scene/losses": Column(np.int32, "record", (2,), "units that self and enemy lost by the end of the scene"),
    "scene/map": Column(np.int32, "record", (), "index into the schema's maps"),
}


@dataclasses.dataclass(frozen=True)
class MapInfo:
    """A map of the data set; lengths in world units.

    `sha256` is that of the map's file, empty where the file was not at hand. `minimap_area` (left, bottom, right, top)
    is what the minimap shows: the whole map, or `playable` where the minimap is cropped to it.
    """

    name: str
    width: int
    height: int
    playable: tuple[int, int, int, int]
    minimap_area: tuple[float, float, float, float]
    sha256: str = ""


@dataclasses.dataclass(frozen=True)
class CountedType:
    """A unit type that has a column in the counts."""

    id: int
    name: str


@dataclasses.dataclass(frozen=True)
class CameraModel:
    """The camera of the screens as `sc2data.geometry.ScreenCamera` takes it: world units and degrees."""

    distance: float = CAMERA_DISTANCE
    pitch: float = CAMERA_PITCH
    field_of_view: float = CAMERA_FIELD_OF_VIEW


@dataclasses.dataclass(frozen=True)
class Schema:
    """What all records of one data set have in common. Sizes are (height, width) in pixels.

    `screen` is None for a data set of minimaps alone; all that `COLUMNS` marks as of the screen is then absent.

    >>> flat = MapInfo("Flat64", 88, 96, (12, 12, 76, 84), (0, 0, 88, 96))
    >>> schema = Schema(minimap=(128, 128), screen=None, unit_types=(CountedType(48, "Marine"),), maps=(flat,))
    >>> Schema.from_dict(schema.to_dict()) == schema
    True
    """

    minimap: tuple[int, int]
    screen: tuple[int, int] | None
    unit_types: tuple[CountedType, ...]
    maps: tuple[MapInfo, ...]
    camera: CameraModel = CameraModel()
    crop_to_playable_area: bool = False
    tile: int = TILE

    def __post_init__(self) -> None:
        for name, size in (("minimap", self.minimap), ("screen", self.screen)):
            if size is not None and (len(size) != 2 or not all(1 <= side <= 1 << 16 for side in size)):
                raise SchemaError(f"{name} size (height, width) {size}: both must be 1 to 65536 pixels")
        if self.tile < 16:
            raise SchemaError(f"tile {self.tile}: must be at least 16 pixels")
        if not self.maps:
            raise SchemaError("a schema needs at least one map (MapInfo)")
        ids = [counted.id for counted in self.unit_types]
        if not ids or len(set(ids)) < len(ids):
            raise SchemaError(f"unit types to count {ids}: name at least one, and none twice")

    def columns(self) -> dict[str, Column]:
        """Those of `COLUMNS` that a shard of this schema has."""
        return {name: column for name, column in COLUMNS.items() if self.screen is not None or not column.screen}

    def trailing(self, name: str) -> tuple[int, ...]:
        """Shape of the column `name` after its first axis.

        >>> flat = MapInfo("Flat64", 88, 96, (12, 12, 76, 84), (0, 0, 88, 96))
        >>> Schema((128, 120), None, (CountedType(48, "Marine"),), (flat,)).trailing("minimap")
        (128, 120, 3)
        """
        screen = self.screen or (0, 0)
        sizes: dict[Any, int] = dict(zip(("Hm", "Wm", "Hs", "Ws"), (*self.minimap, *screen), strict=True))
        sizes["K"] = len(self.unit_types)
        return tuple(sizes.get(side, side) for side in COLUMNS[name].trailing)

    def counted_ids(self) -> np.ndarray[Any, np.dtype[np.int32]]:
        """Unit type ids of the columns of the counts, (K,) int32."""
        return np.array([counted.id for counted in self.unit_types], np.int32)

    def minimap_transform(self, map_index: int = 0) -> MinimapTransform:
        """Where a point of the world is on the minimap of map number `map_index`."""
        height, width = self.minimap
        return MinimapTransform(self.maps[map_index].minimap_area, width, height)

    def screen_camera(self, target: tuple[float, float, float]) -> ScreenCamera:
        """The camera of a screen whose record has `scene.camera == target`.

        Raises:
            SchemaError: the data set has no screens.
        """
        if self.screen is None:
            raise SchemaError("this data set has minimaps only, so no screen and no camera")
        height, width = self.screen
        return ScreenCamera(target, width, height, **dataclasses.asdict(self.camera))

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; `from_dict` reads them back."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Schema:
        """Rebuild a schema from `to_dict` or from its JSON.

        Raises:
            SchemaError: a member is missing, unknown or of the wrong kind.
        """
        try:
            return cls(
                minimap=_size(values["minimap"]),
                screen=None if values["screen"] is None else _size(values["screen"]),
                unit_types=tuple(CountedType(int(v["id"]), str(v["name"])) for v in values["unit_types"]),
                maps=tuple(
                    MapInfo(**{**v, "playable": tuple(v["playable"]), "minimap_area": tuple(v["minimap_area"])})
                    for v in values["maps"]
                ),
                camera=CameraModel(**values["camera"]),
                crop_to_playable_area=bool(values["crop_to_playable_area"]),
                tile=int(values["tile"]),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise SchemaError(f"not a schema of this format ({type(error).__name__}: {error})") from error


def _size(values: Any) -> tuple[int, int]:
    height, width = values
    return int(height), int(width)
