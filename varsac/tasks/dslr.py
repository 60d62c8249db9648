"""The photograph task: large photographs of some classes, or objects hidden in photographs."""

from __future__ import annotations

import dataclasses
import os
import pathlib

import numpy as np

from varsac.tasks.cache import Report
from varsac.tasks.generated import checked_index
from varsac.tasks.photos.fivek import read_fivek
from varsac.tasks.photos.folders import read_flat, read_folders
from varsac.tasks.photos.hidden import Hidden, HiddenData
from varsac.tasks.photos.photo import Photo
from varsac.tasks.photos.sprites import Sprites, digit_sprites, plate_sprites, sign_sprites, unit_sprites
from varsac.tasks.photos.store import PhotoStore
from varsac.tasks.photos.swedish_signs import read_swedish_signs
from varsac.tasks.proxy import proxy_of, proxy_size
from varsac.tasks.task import DataSpec, Example, HeadSpec, Split, TaskData, TaskError

LAYOUTS = ("folders", "fivek", "swedish_signs", "hidden")
DAMAGED = ("error", "skip")
PYRAMIDS = ".pyramids"
"""Folder of the pyramids, in that of the photographs."""


@dataclasses.dataclass(frozen=True)
class DSLRConfig:
    """Settings of the photograph task.

    Args:
        layout: "folders" (`class/photo.jpg`), "fivek" (MIT-Adobe FiveK), "swedish_signs" (traffic signs), or "hidden"
            (objects hidden in any photographs below the folder).
        proxy: shorter side of the proxy, px; its aspect is the photographs' mean one, and each is squeezed to it.
        category: for "fivek", which one.
        seed: what splits and hidden objects are drawn from.
        pyramids_dir: where pyramids are kept; "": in the folder of the photographs, as `.pyramids`.
        damaged: "error" or "skip" files that are no whole photographs.
        workers: processes that convert photographs.
        hidden: what is hidden.
    """

    layout: str = "folders"
    proxy: int = 128
    category: str = "subject"
    seed: int = 0
    pyramids_dir: str = ""
    damaged: str = "error"
    workers: int = dataclasses.field(default_factory=lambda: os.cpu_count() or 1)
    hidden: Hidden = dataclasses.field(default_factory=Hidden)

    def __post_init__(self) -> None:
        for name, value, choices in (("layout", self.layout, LAYOUTS), ("damaged", self.damaged, DAMAGED)):
            if value not in choices:
                raise TaskError(f"{name} {value!r}: choose one of {', '.join(choices)}")
        if self.seed < 0:
            raise TaskError(f"seed {self.seed}: choose 0 or more")


class DSLRTask:
    """Large photographs. Converts those that have no pyramid yet, which takes about as long as decoding them twice.

    Args:
        config: what is asked of them.
        data_dir: their folder.
        report: is told how many photographs are converted, and of how many.

    Raises:
        TaskError: no photographs, labels that cannot be read, damaged files.
        StorageError: the disk does not take the pyramids.

    Attributes:
        sizes: (height, width) of the photographs that are used.
    """

    name = "dslr"

    def __init__(
        self,
        config: DSLRConfig | None = None,
        data_dir: str | os.PathLike[str] | None = None,
        report: Report | None = None,
    ) -> None:
        self.config = config or DSLRConfig()
        if data_dir is None:
            raise TaskError("the dslr task needs photographs: give their folder")
        root = pathlib.Path(data_dir)
        photos, self._classes = self._read(root)
        self._store = PhotoStore(
            pathlib.Path(self.config.pyramids_dir) if self.config.pyramids_dir else root / PYRAMIDS
        )
        self._photos = self._store.convert(photos, self.config.workers, self.config.damaged, report)
        self.sizes = [self._size(photo) for photo in self._photos]

    def data(self, split: Split) -> TaskData:
        """One split.

        Raises:
            TaskError: none of its photographs is whole; or no objects to hide.
        """
        photos = [photo for photo in self._photos if photo.split == split]
        if not photos:
            raise TaskError(f"no whole photographs in split {split!r} of {len(self._photos)}")
        if self.config.layout == "hidden":
            sprites = self._sprites(split)
            spec = self._hidden_spec(sprites)
            return HiddenData(self.config.hidden, photos, self._store, sprites, spec, split, self.config.seed)
        return PhotoData(photos, self._store, self._photo_spec())

    def _read(self, root: pathlib.Path) -> tuple[list[Photo], tuple[str, ...]]:
        match self.config.layout:
            case "folders":
                return read_folders(root, self.config.seed)
            case "fivek":
                return read_fivek(root, self.config.category, self.config.seed)
            case "swedish_signs":
                return read_swedish_signs(root, self.config.seed)
            case _:
                return read_flat(root, self.config.seed), ()

    def _sprites(self, split: Split) -> Sprites:
        match self.config.hidden.what:
            case "digits":
                return digit_sprites(split, self.config.hidden.digits_dir)
            case "plates":
                return plate_sprites(split, self.config.hidden.digits_dir)
            case "signs":
                return sign_sprites()
            case _:
                return unit_sprites(self.config.hidden.units_dir, split)

    def _size(self, photo: Photo) -> tuple[int, int]:
        pyramid = self._store.pyramid(photo)
        return pyramid.height, pyramid.width

    def _typical_size(self) -> tuple[int, int]:
        """(height, width) of the mean shape and area, geometric means both."""
        height, width = np.exp(np.log(self.sizes).mean(axis=0))
        return round(height), round(width)

    def _photo_spec(self) -> DataSpec:
        size = self._typical_size()
        radii = np.concatenate([photo.objects.radius for photo in self._photos])
        return DataSpec(
            heads=(HeadSpec("class", "classes", len(self._classes), self._classes),),
            channels=3,
            proxy_size=proxy_size(*size, self.config.proxy),
            image_size=size,
            object_size=float(2 * np.median(radii)) if len(radii) else min(size) / 8,
            object_classes=len(self._classes),
            objects=max(1, *(len(photo.objects) for photo in self._photos)),
        )

    def _hidden_spec(self, sprites: Sprites) -> DataSpec:
        size, hidden = self._typical_size(), self.config.hidden
        return DataSpec(
            heads=hidden.heads(sprites.classes),
            channels=3,
            proxy_size=proxy_size(*size, self.config.proxy),
            image_size=size,
            object_size=(hidden.smallest + hidden.largest) / 2 * min(size),
            object_classes=len(sprites.classes),
            objects=hidden.most,
        )


class PhotoData:
    """A `TaskData` of labelled photographs.

    Args:
        photos: of the split, converted.
        store: where they are.
        spec: what the examples are like.
    """

    def __init__(self, photos: list[Photo], store: PhotoStore, spec: DataSpec) -> None:
        self.spec = spec
        self._photos, self._store = photos, store

    def __len__(self) -> int:
        return len(self._photos)

    def __getitem__(self, index: int) -> Example:
        photo = self._photos[checked_index(index, len(self))]
        image = self._store.pyramid(photo)
        (head,) = self.spec.heads
        return Example(
            proxy=proxy_of(image, self.spec.proxy_size),
            image=image,
            labels={head.name: head.check(photo.label)},
            objects=photo.objects,
            name=photo.name,
        )
