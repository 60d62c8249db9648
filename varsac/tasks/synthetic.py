"""The synthetic task: pictures made from digits, of any size, with every position known."""

from __future__ import annotations

import dataclasses
import os
import pathlib

from varsac.tasks.cache import Report, cache_name, cached
from varsac.tasks.digits import load_digits
from varsac.tasks.generated import GeneratedData, KeptData
from varsac.tasks.megapixel import Megapixel, MegapixelPainter
from varsac.tasks.painter import Painter
from varsac.tasks.proxy import proxy_size
from varsac.tasks.task import SPLITS, DataSpec, Split, TaskData, TaskError
from varsac.tasks.two_digits import TwoDigits, TwoDigitsPainter

SCENES = ("two_digits", "megapixel")
STORAGES = ("auto", "none", "memory", "files")
CHEAP = 1500 * 1500
"""Pixels up to which painting an image costs less than reading it from a file and starting over."""


@dataclasses.dataclass(frozen=True)
class SyntheticConfig:
    """Settings of the synthetic task.

    Args:
        scene: "two_digits" or "megapixel".
        height: of the images, px; width: likewise.
        proxy: shorter side of the proxy, px.
        blur: the proxy loses detail as if it were so many times smaller; 1: none.
        train: examples of that split; val, test: likewise.
        seed: what everything is drawn from.
        digits_dir: a folder of IDX files; "": scikit-learn's digits.
        storage: "none": paint when asked for; "memory": keep all examples in memory; "files": paint once, into pyramids
            in the data folder; "auto": files for images above 1500 x 1500 px where there is a folder, else none.
        workers: processes that paint for "files".
        two_digits: what pictures of that scene are like; megapixel: likewise.
    """

    scene: str = "two_digits"
    height: int = 512
    width: int = 512
    proxy: int = 64
    blur: int = 1
    train: int = 50_000
    val: int = 1_000
    test: int = 1_000
    seed: int = 0
    digits_dir: str = ""
    storage: str = "auto"
    workers: int = dataclasses.field(default_factory=lambda: os.cpu_count() or 1)
    two_digits: TwoDigits = dataclasses.field(default_factory=TwoDigits)
    megapixel: Megapixel = dataclasses.field(default_factory=Megapixel)

    def __post_init__(self) -> None:
        for name, value, choices in (("scene", self.scene, SCENES), ("storage", self.storage, STORAGES)):
            if value not in choices:
                raise TaskError(f"{name} {value!r}: choose one of {', '.join(choices)}")
        if min(self.train, self.val, self.test) < 1 or self.seed < 0:
            raise TaskError(
                f"train {self.train}, val {self.val}, test {self.test}, seed {self.seed}: each split needs at least "
                "one example, and the seed is 0 or more"
            )


class SyntheticTask:
    """Pictures made from digits.

    Args:
        config: what they are like.
        data_dir: where "files" are kept; may be None where they are not asked for.
        report: is told of progress while files are made.
    """

    name = "synthetic"

    def __init__(
        self,
        config: SyntheticConfig | None = None,
        data_dir: str | os.PathLike[str] | None = None,
        report: Report | None = None,
    ) -> None:
        self.config = config or SyntheticConfig()
        self._folder = pathlib.Path(data_dir) if data_dir else None
        self._report = report
        if self.config.storage == "files" and self._folder is None:
            raise TaskError("storage 'files' needs a data folder: give one, or choose storage 'none' or 'memory'")

    def data(self, split: Split) -> TaskData:
        """One split; made now where it is to be kept and is not there yet.

        Raises:
            TaskError: digits that cannot be read, or an image too small for what is to be painted.
            StorageError: the disk does not take the files.
        """
        config = self.config
        painter = self._painter(split)
        shape = painter.image_size
        spec = DataSpec(
            heads=painter.heads,
            channels=1,
            proxy_size=proxy_size(*shape, config.proxy),
            image_size=shape,
            object_size=painter.object_size,
            object_classes=10,
            objects=painter.most_objects,
        )
        generated = GeneratedData(painter, spec, split, getattr(config, split), config.seed, config.blur)
        if config.storage == "memory":
            return KeptData(generated)
        if self._folder is not None and (
            config.storage == "files" or (config.storage == "auto" and config.height * config.width > CHEAP)
        ):
            folder = self._folder / cache_name(self._depends_on(split)) / split
            return cached(generated, folder, config.workers, report=self._report)
        return generated

    def _painter(self, split: Split) -> Painter:
        config = self.config
        digits = load_digits(split, config.digits_dir)
        if config.scene == "megapixel":
            bank_seed = len(SPLITS) * config.seed + SPLITS.index(split)
            return MegapixelPainter(config.megapixel, digits, config.height, config.width, bank_seed)
        return TwoDigitsPainter(config.two_digits, digits, config.height, config.width)

    def _depends_on(self, split: Split) -> dict[str, object]:
        """All that the files of a split follow from, as JSON values."""
        values = dataclasses.asdict(self.config)
        for name in ("train", "val", "test", "digits_dir", "storage", "workers", *set(SCENES) - {self.config.scene}):
            del values[name]
        return {
            **values,
            "digits": load_digits(split, self.config.digits_dir).fingerprint,
            "count": getattr(self.config, split),
        }
