"""One record: a moment of a game as pictures, units and where it comes from."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import numpy.typing as npt

from sc2data.format.schema import COLUMNS, Column, Schema, SchemaError


def columns_of(group: str) -> dict[str, Column]:
    """Those of `COLUMNS` in one group, by their name within it; without the offsets.

    >>> list(columns_of("counts"))
    ['map', 'screen']
    """
    inside = {
        name.removeprefix(group + "/"): column for name, column in COLUMNS.items() if name.startswith(group + "/")
    }
    return {name: column for name, column in inside.items() if column.rows != "offset"}


UNIT_COLUMNS = columns_of("units")
SCENE_COLUMNS = columns_of("scene")


@dataclasses.dataclass(eq=False)
class Units:
    """Units as parallel arrays of length n; they are cast to these dtypes; `Units.of` fills what is missing.

    Convention:
        World units and pixels as in `sc2data.geometry`. `minimap` and `screen` hold continuous pixels (x, y) with the
        origin at the image's upper left corner. A unit that stands behind the camera has NaN in `screen`. `on_screen`
        means 0 <= x < width and 0 <= y < height of `screen`, compared as float32.

    >>> units = Units.of(type=[48, 105], alliance=[1, 4], world=[[1, 2, 0], [3, 4, 0]])
    >>> len(units), units.world.dtype.name, units.screen.shape, units.visible.tolist()
    (2, 'float32', (2, 2), [True, True])
    """

    type: npt.NDArray[np.int32]  # (n,) unit type id
    alliance: npt.NDArray[np.uint8]  # (n,) 1 self, 2 ally, 3 neutral, 4 enemy
    owner: npt.NDArray[np.uint8]  # (n,) player id, 16 neutral
    tag: npt.NDArray[np.uint64]  # (n,)
    world: npt.NDArray[np.float32]  # (n, 3) x, y, z
    minimap: npt.NDArray[np.float32]  # (n, 2) x, y in pixels
    screen: npt.NDArray[np.float32]  # (n, 2) x, y in pixels
    radius: npt.NDArray[np.float32]  # (n,) world units
    health: npt.NDArray[np.float32]  # (n,)
    facing: npt.NDArray[np.float32]  # (n,) radians
    on_screen: npt.NDArray[np.bool_]  # (n,)
    visible: npt.NDArray[np.bool_]  # (n,)

    def __post_init__(self) -> None:
        count = len(np.asarray(self.type).reshape(-1))
        for name, column in UNIT_COLUMNS.items():
            array = np.ascontiguousarray(getattr(self, name), column.dtype)
            shape = (count, *column.trailing)
            if array.shape != shape and not (count == 0 and array.size == 0):
                raise SchemaError(f"units.{name} has shape {array.shape}; with {count} units it must have {shape}")
            setattr(self, name, array.reshape(shape))

    def __len__(self) -> int:
        return len(self.type)

    @classmethod
    def of(cls, **columns: npt.ArrayLike) -> Units:
        """Units from some columns, `type` among them; positions default to NaN, `visible` to True, others to 0."""
        count = len(np.asarray(columns.get("type", [])).reshape(-1))
        filled: dict[str, Any] = {}
        for name, column in UNIT_COLUMNS.items():
            fill: Any = np.nan if name in ("world", "minimap", "screen") else name == "visible"
            filled[name] = columns.pop(name, np.full((count, *column.trailing), fill, column.dtype))
        if columns:
            raise SchemaError(f"no such column of units: {', '.join(columns)}; there are {', '.join(UNIT_COLUMNS)}")
        return cls(**filled)

    def select(self, rows: npt.NDArray[Any]) -> Units:
        """The units at `rows`, a boolean mask (n,) or indices."""
        return Units(**{name: getattr(self, name)[rows] for name in UNIT_COLUMNS})


@dataclasses.dataclass(frozen=True)
class Scene:
    """Where a record comes from.

    `episode` is what splits keep together and what a resumed run starts again from: consecutive records, ids that only
    grow. `losses` counts the units that (self, enemy) lost between the first frame and the end of the scene.
    """

    episode: int
    scene: int
    frame: int = 0
    seed: int = 0
    game_loop: int = 0
    camera: tuple[float, float, float] = (0.0, 0.0, 0.0)
    losses: tuple[int, int] = (0, 0)
    map: int = 0


@dataclasses.dataclass(eq=False)
class Record:
    """One row of a data set.

    `screen` is None in data sets of minimaps alone. The counts are not part of it: the writer derives them from
    `units` (`sc2data.format.counts`).
    """

    minimap: npt.NDArray[np.uint8]  # (Hm, Wm, 3) RGB
    screen: npt.NDArray[np.uint8] | None  # (Hs, Ws, 3) RGB
    units: Units
    scene: Scene

    def check(self, schema: Schema) -> None:
        """Raise what is wrong with this record as a row of a data set of `schema`.

        Raises:
            SchemaError: an image of another shape or dtype, a unit on the screen outside of it, an unknown map.
        """
        _check_image("minimap", self.minimap, schema.trailing("minimap"))
        if schema.screen is None:
            if self.screen is not None:
                raise SchemaError("the record has a screen, but the schema says screen=None; drop one or give the size")
        else:
            _check_image("screen", self.screen, schema.trailing("screen"))
            outside = self.units.on_screen & ~inside(self.units.screen, schema.screen)
            if outside.any():
                row = int(np.flatnonzero(outside)[0])
                x, y = self.units.screen[row]
                height, width = schema.screen
                raise SchemaError(
                    f"unit {row} of scene {self.scene.scene}, frame {self.scene.frame}, is marked on_screen, but its "
                    f"pixel ({x}, {y}) is not within the screen of {width} x {height}"
                )
        if not 0 <= self.scene.map < len(schema.maps):
            raise SchemaError(f"scene.map {self.scene.map}: the schema names {len(schema.maps)} maps, 0 is the first")


def inside(pixels: npt.NDArray[np.floating[Any]], size: tuple[int, int]) -> npt.NDArray[np.bool_]:
    """Which pixels (n, 2), x and y, lie in an image of `size` (height, width); NaN does not.

    >>> inside(np.array([[0, 0], [63.9, 31], [64, 31], [np.nan, 1]]), (32, 64)).tolist()
    [True, True, False, False]
    """
    height, width = size
    x, y = pixels[:, 0], pixels[:, 1]
    return (x >= 0) & (x < width) & (y >= 0) & (y < height)


def _check_image(name: str, image: npt.NDArray[Any] | None, shape: tuple[int, ...]) -> None:
    if image is None:
        raise SchemaError(f"the record has no {name}, the schema wants one of shape {shape}")
    if image.shape != shape or image.dtype != np.uint8:
        raise SchemaError(f"{name} is {image.dtype} {image.shape}; the schema wants uint8 {shape} (height, width, RGB)")
