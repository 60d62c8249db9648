"""Objects hidden in real photographs: what is it, or how many are there? With every position known."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Self

import numpy as np
import numpy.typing as npt

from sc2data.pyramid import Pyramid
from sc2data.pyramid.window import Box
from varsac.tasks.generated import checked_index
from varsac.tasks.photos.faded import FadedPyramid
from varsac.tasks.photos.held import KEPT_PHOTOS
from varsac.tasks.photos.overlay import OverlaidPyramid, Stamp
from varsac.tasks.photos.photo import Photo
from varsac.tasks.photos.recoloured import RecolouredPyramid
from varsac.tasks.photos.sprites import Sprites, margin
from varsac.tasks.photos.store import PhotoStore
from varsac.tasks.proxy import proxy_of
from varsac.tasks.stamps import place
from varsac.tasks.task import SPLITS, DataSpec, Example, HeadSpec, Objects, Split, TaskError

WHAT = ("digits", "plates", "signs", "units")
QUESTIONS = ("identify", "count")
COPIES = 3
"""Of objects, in photographs without contrast."""


@dataclasses.dataclass(frozen=True)
class Hidden:
    """What is hidden, and how well.

    Args:
        what: "digits", "plates" (digits on round plates), "signs" (speed limits) or "units" (cut from the screens of
            `units_dir`).
        question: "identify": which classes; "count": how many objects, of whatever class.
        least: objects in an image; most: likewise.
        smallest: side of an object, share of the shorter image side; largest: likewise.
        contrast: lowest opacity; the highest is 1.
        blur: largest blur, as a share of the object's side.
        recoloured: photographs to train on have their colour channels in any order, what is hidden in them has not.
        train: images; val, test: likewise.
        digits_dir: a folder of IDX files; "": scikit-learn's digits.
        units_dir: a harvested data set with splits.
    """

    what: str = "digits"
    question: str = "identify"
    least: int = 1
    most: int = 1
    smallest: float = 0.03
    largest: float = 0.05
    contrast: float = 0.7
    blur: float = 0.05
    recoloured: bool = True
    train: int = 20_000
    val: int = 1_000
    test: int = 1_000
    digits_dir: str = ""
    units_dir: str = ""

    def __post_init__(self) -> None:
        for name, value, choices in (("what", self.what, WHAT), ("question", self.question, QUESTIONS)):
            if value not in choices:
                raise TaskError(f"{name} {value!r}: choose one of {', '.join(choices)}")
        if not 0 <= self.least <= self.most or self.most < 1 or (self.question == "identify" and self.least < 1):
            raise TaskError(f"least {self.least}, most {self.most}: from 1 (0 where they are counted), in this order")
        if not 0 < self.smallest <= self.largest <= 0.5:
            raise TaskError(
                f"smallest {self.smallest}, largest {self.largest}: shares above 0, at most 0.5, in this order"
            )
        if not 0 < self.contrast <= 1 or not 0 <= self.blur <= 1:
            raise TaskError(
                f"contrast {self.contrast}, blur {self.blur}: contrast above 0 and at most 1, blur from 0 to 1"
            )
        if min(self.train, self.val, self.test) < 1:
            raise TaskError(
                f"train {self.train}, val {self.val}, test {self.test}: each split needs at least one image"
            )

    def heads(self, classes: tuple[str, ...]) -> tuple[HeadSpec, ...]:
        """The question as a head: "object" of one object, "objects" of several, or "count"."""
        if self.question == "count":
            return (HeadSpec("count", "count", self.most + 1),)
        if self.most == 1:
            return (HeadSpec("object", "classes", len(classes), classes),)
        return (HeadSpec("objects", "multilabel", len(classes), classes),)


class HiddenData:
    """A `TaskData` of photographs with objects hidden in them; image i follows from the seed, the split and i alone.

    Nothing is stored: objects are painted into the windows that are read, see `varsac.tasks.photos.overlay`.

    Args:
        config: what is hidden.
        photos: of the split, converted.
        store: where they are.
        sprites: of the split.
        spec: what the examples are like.
        split: which one.
        seed: of the task.
        clutter: share of the photographs' contrast that is left.
    """

    def __init__(
        self,
        config: Hidden,
        photos: Sequence[Photo],
        store: PhotoStore,
        sprites: Sprites,
        spec: DataSpec,
        split: Split,
        seed: int,
        clutter: float = 1.0,
    ) -> None:
        self.config, self.spec, self.split, self.seed, self.clutter = config, spec, split, seed, clutter
        self._photos, self._store, self._sprites = tuple(photos), store, sprites

    def __len__(self) -> int:
        return int(getattr(self.config, self.split))

    def __getitem__(self, index: int) -> Example:
        row = checked_index(index, len(self))
        random = np.random.default_rng([self.seed, SPLITS.index(self.split), row])
        photo = self._photos[random.integers(len(self._photos))]
        base = self._recoloured(random, self._base(photo))
        stamps, labels, sides = self._hide(random, base)
        image = OverlaidPyramid(base, stamps)
        return Example(
            proxy=proxy_of(image, self.spec.proxy_size),
            image=image,
            labels=self._labels(labels),
            objects=_objects(stamps, labels, sides),
            name=f"{self.split} {row} in {photo.name}",
        )

    def eased(self, clutter: float) -> Self:
        """The same objects at the same places, in photographs with a share of their contrast.

        Where it is asked which, not how many, there are up to `COPIES` more of the same classes, so that at first
        wherever one looks there is something to learn from; the fewer, the larger the share.
        """
        config, store, sprites = self.config, self._store, self._sprites
        return type(self)(config, self._photos, store, sprites, self.spec, self.split, self.seed, clutter)

    def _base(self, photo: Photo) -> Pyramid:
        few = len(self._photos) <= KEPT_PHOTOS
        base = self._store.held(photo) if few else self._store.pyramid(photo)
        return FadedPyramid(base, self.clutter) if self.clutter < 1 else base

    def _recoloured(self, random: np.random.Generator, base: Pyramid) -> Pyramid:
        """For training: there are few photographs, and what is hidden must not be told from their colours alone."""
        if self.split != "train" or not self.config.recoloured:
            return base
        order = random.permutation(self.spec.channels).tolist()
        return base if order == sorted(order) else RecolouredPyramid(base, order)

    def _hide(
        self, random: np.random.Generator, base: Pyramid
    ) -> tuple[list[Stamp], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """The stamps, and the classes and sides of the objects on them."""
        config, sprites = self.config, self._sprites
        count = int(random.integers(config.least, config.most + 1))
        labels = random.integers(len(sprites.classes), size=count)
        stamps, sides = self._stamps(random, base, labels)
        copies = round(COPIES * (1 - self.clutter)) if config.question == "identify" else 0
        if copies:
            more = random.choice(labels, copies)
            added, further = self._stamps(random, base, more)
            stamps, labels, sides = stamps + added, np.concatenate([labels, more]), np.concatenate([sides, further])
        return stamps, labels, sides

    def _stamps(
        self, random: np.random.Generator, base: Pyramid, labels: npt.NDArray[np.int64]
    ) -> tuple[list[Stamp], npt.NDArray[np.int64]]:
        """An object of each class, and their sides."""
        config, sprites, count = self.config, self._sprites, len(labels)
        shares = random.uniform(config.smallest, config.largest, count)
        sides = np.maximum(np.round(shares * min(base.height, base.width)), 4).astype(np.int64)
        blurs = random.uniform(0, config.blur, count)
        room = max((side + 2 * margin(side, config.blur) for side in sides.tolist()), default=1)
        corners = place(random, count, room, base.height, base.width)
        stamps = []
        for label, side, blur, corner in zip(labels, sides.tolist(), blurs.tolist(), corners, strict=True):
            colour, opacity = sprites.at(int(random.choice(sprites.of_class[label])), side, blur)
            top, left = (corner + (room - len(opacity)) // 2).tolist()
            stamp = Stamp(top, left, colour, opacity * np.float32(random.uniform(config.contrast, 1)))
            stamps.append(dataclasses.replace(stamp, colour=_ink(base, stamp)) if sprites.inked else stamp)
        return stamps, sides

    def _labels(self, labels: npt.NDArray[np.int64]) -> dict[str, npt.NDArray[np.generic]]:
        (head,) = self.spec.heads
        if head.kind == "count":
            return {head.name: head.check(len(labels))}
        if head.kind == "classes":
            return {head.name: head.check(labels[0])}
        return {head.name: head.check(np.isin(np.arange(head.size), labels))}


def _ink(base: Pyramid, stamp: Stamp) -> npt.NDArray[np.uint8]:
    """Black on light ground and white on dark ground; a quarter of the resolution tells which."""
    level = min(2, base.levels - 1)
    height, width, _ = base.planes[level].shape
    edges = stamp.box.top, stamp.box.bottom, stamp.box.left, stamp.box.right
    top, bottom, left, right = (edge >> level for edge in edges)
    ground = base.planes[level].read(Box(top, min(bottom + 1, height), left, min(right + 1, width)))[0].mean()
    return np.full_like(stamp.colour, 0 if ground >= 128 else 255)


def _objects(stamps: list[Stamp], labels: npt.NDArray[np.int64], sides: npt.NDArray[np.int64]) -> Objects:
    edges = np.array(
        [(box.left, box.right, box.top, box.bottom) for box in (stamp.box for stamp in stamps)], np.float32
    )
    centres = edges.reshape(-1, 2, 2).mean(axis=2)
    return Objects(centres, labels, (sides / 2).astype(np.float32))
