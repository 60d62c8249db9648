"""The StarCraft II task: count units on harvested screens, say where they are, and who wins the battle."""

from __future__ import annotations

import dataclasses
import os
import pathlib
from typing import Any

import numpy as np
import numpy.typing as npt

from sc2data.format import Dataset, Scene, Units
from sc2data.format.schema import COUNTED_ALLIANCE_NAMES, COUNTED_ALLIANCES
from sc2data.geometry import Rectangle, view_on_minimap
from sc2data.pyramid import Pyramid
from sc2data.pyramid.screens import require_screens
from sc2data.units import unit_type
from varsac.tasks.cache import Report
from varsac.tasks.generated import checked_index
from varsac.tasks.proxy import proxy_of, proxy_size
from varsac.tasks.screens import ScreenPyramid, opened_dataset, screen_levels
from varsac.tasks.task import WHOLE_VIEW, DataSpec, Example, HeadSpec, Objects, Split, TaskError

ANSWERS = ("count", "density")
BEYOND = ("error", "drop")
PROXIES = ("minimap", "screen")
LEVELS = ("auto", "made", "files")
OUTCOMES = ("self", "neither", "enemy")
"""Who lost fewer units by the end of the scene."""
SCREEN_PROXY = 64
"""Shorter side, px, of a proxy made from the screen where none is asked for."""
KEPT = 256 << 20
"""Bytes of proxies that are kept in memory, with all else of their examples but the screens."""


@dataclasses.dataclass(frozen=True)
class SC2Config:
    """Settings of the StarCraft II task.

    Args:
        units: the unit types that are counted, by name or id, of those that the data set counts.
        alliances: whose, of "self", "enemy" and "neutral".
        answer: "count": a head a unit type, classes 0 .. `most`; "density": one head with a number for every type.
        most: the largest count of a type in an image.
        beyond: what to do with records of more than `most`: "error" or "drop" (as the published experiment did).
        outcome: whether to ask too who lost fewer units by the end of the scene.
        proxy: "minimap" (as rendered) or "screen" (made smaller).
        proxy_size: shorter side of the proxy, px; 0: the minimap as it is, 64 px for the screen.
        levels: where coarse levels of the screens come from: "made" in memory when needed, "files" beside the data set,
            made once, or "auto": made, but from files where the proxy is the screen.
    """

    units: tuple[str, ...] = ("Marine",)
    alliances: tuple[str, ...] = COUNTED_ALLIANCE_NAMES
    answer: str = "count"
    most: int = 22
    beyond: str = "error"
    outcome: bool = False
    proxy: str = "minimap"
    proxy_size: int = 0
    levels: str = "auto"

    def __post_init__(self) -> None:
        for name, value, choices in (
            ("answer", self.answer, ANSWERS),
            ("beyond", self.beyond, BEYOND),
            ("proxy", self.proxy, PROXIES),
            ("levels", self.levels, LEVELS),
        ):
            if value not in choices:
                raise TaskError(f"{name} {value!r}: choose one of {', '.join(choices)}")
        if not self.alliances or not set(self.alliances) <= set(COUNTED_ALLIANCE_NAMES):
            raise TaskError(f"alliances {self.alliances}: choose from {', '.join(COUNTED_ALLIANCE_NAMES)}")
        if not self.units or self.most < 1:
            raise TaskError(f"units {self.units}, most {self.most}: name at least one type, and count to at least 1")


class SC2Task:
    """Screens of a harvested data set.

    Args:
        config: what is asked of them.
        data_dir: folder of the data set.
        report: is told of progress while coarse levels of the screens are written to a file.

    Raises:
        NoDatasetError, ManifestError, ShardError: no data set in the folder, or a damaged one.
        SchemaError: it has no screens.
        TaskError: it does not count such units.
    """

    name = "sc2"

    def __init__(
        self,
        config: SC2Config | None = None,
        data_dir: str | os.PathLike[str] | None = None,
        report: Report | None = None,
    ) -> None:
        self.config = config or SC2Config()
        self._report = report
        if data_dir is None:
            raise TaskError(
                "the sc2 task needs a harvested data set: give its folder; `python -m scripts.harvest` makes one"
            )
        self._dataset = opened_dataset(pathlib.Path(data_dir))
        require_screens(self._dataset)
        self._columns = [_column(self._dataset, name) for name in self.config.units]
        self._spec = self._make_spec()

    def data(self, split: Split) -> SC2Data:
        """One split, as the manifest has it.

        Raises:
            SplitError: the manifest has no such split.
            TaskError: no records in it, or counts beyond `most`.
        """
        config = self.config
        records = self._dataset.split(split)
        counts = self._counts(records)
        if config.answer == "count":
            within = (counts <= config.most).all(axis=1)
            if config.beyond == "error" and not within.all():
                first = int(np.flatnonzero(~within)[0])
                found = ", ".join(f"{count} {unit}" for unit, count in zip(config.units, counts[first]))
                raise TaskError(
                    f"{self._dataset.path}: {int((~within).sum())} records of split {split!r} have more than "
                    f"{config.most} units of a type (record {records[first]} has {found}); raise `most`, drop such "
                    "records with beyond=drop, or choose answer=density"
                )
            records, counts = records[within], counts[within]
        if not len(records):
            raise TaskError(
                f"{self._dataset.path}: no records are left in split {split!r}; harvest more, or raise `most`"
            )
        use_files = config.levels == "files" or (config.levels == "auto" and config.proxy == "screen")
        levels = screen_levels(self._dataset, self._report) if use_files else None
        return SC2Data(self._dataset.path, config, self._spec, records, counts, levels)

    def _counts(self, records: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """(n, types) units of the chosen alliances on the screens."""
        rows = [COUNTED_ALLIANCE_NAMES.index(name) for name in self.config.alliances]
        counts = self._dataset.counts("screen")[records][:, rows][:, :, self._columns]  # one read a shard
        return np.asarray(counts.sum(axis=1, dtype=np.int64))

    def _make_spec(self) -> DataSpec:
        config, schema = self.config, self._dataset.schema
        height, width, _ = schema.trailing("screen")
        names = tuple(schema.unit_types[column].name for column in self._columns)
        heads: tuple[HeadSpec, ...] = (HeadSpec("units", "density", len(names), names),)
        if config.answer == "count":
            heads = tuple(HeadSpec(name.lower(), "count", config.most + 1) for name in names)
        if config.outcome:
            heads += (HeadSpec("outcome", "classes", len(OUTCOMES), OUTCOMES),)
        radius = np.mean([unit_type(schema.unit_types[column].id).radius for column in self._columns])
        camera = schema.screen_camera((0.0, 0.0, 0.0))
        return DataSpec(
            heads=heads,
            channels=3,
            proxy_size=self._proxy_size(height, width),
            image_size=(height, width),
            object_size=float(2 * radius * camera.pixels_per_unit(camera.distance)),
            object_classes=len(names),
            objects=config.most * len(names),
        )

    def _proxy_size(self, height: int, width: int) -> tuple[int, int]:
        if self.config.proxy == "screen":
            return proxy_size(height, width, self.config.proxy_size or SCREEN_PROXY)
        minimap = self._dataset.schema.minimap
        return proxy_size(*minimap, self.config.proxy_size) if self.config.proxy_size else minimap


_NO_IMAGE = Pyramid([])
"""In the place of screens, which are not kept."""


@dataclasses.dataclass(frozen=True, eq=False)
class SC2Data:
    """A `TaskData` of harvested screens.

    Args:
        path: of the data set.
        config: of the task.
        spec: what the examples are like.
        records: (n,) which of the data set's.
        counts: (n, types) of each.
        levels: file of the screens' coarse levels, or None.

    What an example has besides its screen is kept once it was read, as much as `KEPT` takes: reading it takes as long
    as six windows of a screen do.
    """

    path: pathlib.Path
    config: SC2Config
    spec: DataSpec
    records: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int64]
    levels: pathlib.Path | None
    _kept: dict[int, Example] = dataclasses.field(default_factory=dict, init=False, repr=False)

    def __len__(self) -> int:
        return len(self.records)

    def __getitem__(self, index: int) -> Example:
        row = checked_index(index, len(self))
        image = ScreenPyramid(self.path, self.levels, int(self.records[row]))
        example = self._kept.get(row)
        if example is None:
            example = self._read(row, image)
            if (len(self._kept) + 1) * example.proxy.nbytes <= KEPT:
                self._kept[row] = dataclasses.replace(example, image=_NO_IMAGE)
        return dataclasses.replace(example, image=image)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_kept": {}}

    def _read(self, row: int, image: ScreenPyramid) -> Example:
        record = int(self.records[row])
        dataset = opened_dataset(self.path)
        scene, units = dataset.scene(record), dataset.units(record)
        return Example(
            proxy=self._proxy(dataset, record, image),
            image=image,
            labels=self._labels(row, scene),
            objects=self._objects(dataset, units, scene),
            view=WHOLE_VIEW if self.config.proxy == "screen" else minimap_view(dataset, scene),
            name=f"record {record} (episode {scene.episode}, scene {scene.scene}, frame {scene.frame})",
        )

    def _proxy(self, dataset: Dataset, record: int, image: ScreenPyramid) -> npt.NDArray[np.uint8]:
        if self.config.proxy == "screen":
            return proxy_of(image, self.spec.proxy_size)
        minimap = dataset.minimap(record)
        return (
            minimap
            if minimap.shape[:2] == self.spec.proxy_size
            else proxy_of(Pyramid.of(minimap), self.spec.proxy_size)
        )

    def _labels(self, row: int, scene: Scene) -> dict[str, npt.NDArray[np.generic]]:
        values: list[npt.ArrayLike] = [self.counts[row]] if self.config.answer == "density" else list(self.counts[row])
        if self.config.outcome:
            lost, killed = scene.losses
            values.append(1 + int(np.sign(lost - killed)))
        return {head.name: head.check(value) for head, value in zip(self.spec.heads, values, strict=True)}

    def _objects(self, dataset: Dataset, units: Units, scene: Scene) -> Objects:
        ids = [dataset.schema.unit_types[_column(dataset, name)].id for name in self.config.units]
        alliances = [COUNTED_ALLIANCES[COUNTED_ALLIANCE_NAMES.index(name)] for name in self.config.alliances]
        chosen = units.on_screen & units.visible & np.isin(units.type, ids) & np.isin(units.alliance, alliances)
        shown = units.select(chosen)
        camera = dataset.schema.screen_camera(scene.camera)
        _, depth = camera.project(shown.world)
        return Objects(
            positions=shown.screen,
            classes=np.array([ids.index(kind) for kind in shown.type.tolist()], np.int64),
            radius=(shown.radius * camera.pixels_per_unit(depth)).astype(np.float32),
        )


def minimap_view(dataset: Dataset, scene: Scene) -> Rectangle:
    """Where in the minimap a record's screen lies, see `varsac.tasks.task`."""
    return view_on_minimap(dataset.schema.screen_camera(scene.camera), dataset.schema.minimap_transform(scene.map))


def _column(dataset: Dataset, name: str) -> int:
    """The column of a unit type in the counts.

    Raises:
        TaskError: the data set does not count it.
    """
    wanted = int(name) if name.isdecimal() else name.lower()
    for column, counted in enumerate(dataset.schema.unit_types):
        if wanted in (counted.id, counted.name.lower()):
            return column
    there = ", ".join(counted.name for counted in dataset.schema.unit_types)
    raise TaskError(
        f"{dataset.path} does not count {name!r}; it counts {there}: harvest one that does, or choose among them"
    )
