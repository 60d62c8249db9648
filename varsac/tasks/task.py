"""What a task gives to a model: examples of a proxy, an image that is read by the window, labels and objects.

Convention:
    Positions of objects are (x, y) in image pixels, pixel edges at integers: (0, 0) is the image's upper left corner,
    (W, H) its lower right one. Fixations are (x, y, scale) as in `varsac.glimpse`. The proxy shows the whole image, or
    more than that: `Example.view` says where in the proxy the image lies, as (left, top, right, bottom) in [-1, 1] over
    the proxy. A proxy that was made by shrinking the image has the view (-1, -1, 1, 1), whatever its aspect.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from sc2data.errors import UserError
from sc2data.pyramid import Pyramid

Split = Literal["train", "val", "test"]
SPLITS: tuple[Split, ...] = ("train", "val", "test")

WHOLE_VIEW = (-1.0, -1.0, 1.0, 1.0)
"""The view of a proxy that shows the image and nothing else."""

KINDS = ("classes", "multilabel", "count", "density")


class TaskError(UserError, ValueError):
    """Data that a task cannot be made of, or an example that does not fit its task."""


@dataclasses.dataclass(frozen=True)
class HeadSpec:
    """One question that a model answers.

    | kind | the answer | label |
    |---|---|---|
    | classes | one of `size` classes | int64 (), 0 .. size - 1 |
    | multilabel | each of `size` classes present or not | float32 (size,), 0 or 1 |
    | count | a number 0 .. size - 1, as classes | int64 () |
    | density | numbers of `size` kinds of objects, no upper limit | float32 (size,), >= 0 |

    Args:
        name: of the label in `Example.labels`.
        kind: see the table.
        size: see the table.
        classes: names for reports, `size` of them for "classes", "multilabel" and "density", or none.
        largest: for "multilabel", how many classes are present where that is known and always the same, else 0: the
            answer is then the `largest` most probable classes.

    Raises:
        TaskError: an unknown kind, a size below 1, names of another number.

    >>> HeadSpec("digits", "multilabel", 10, largest=2).label_shape
    (10,)
    """

    name: str
    kind: str
    size: int
    classes: tuple[str, ...] = ()
    largest: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise TaskError(f"head {self.name!r}: kind {self.kind!r} is unknown; kinds are {', '.join(KINDS)}")
        if self.size < 1:
            raise TaskError(f"head {self.name!r}: size {self.size}, at least 1 is needed")
        if self.classes and len(self.classes) != self.size:
            raise TaskError(f"head {self.name!r}: {len(self.classes)} class names for size {self.size}")

    @property
    def label_shape(self) -> tuple[int, ...]:
        """Shape of one label."""
        return (self.size,) if self.kind in ("multilabel", "density") else ()

    def check(self, label: npt.ArrayLike) -> npt.NDArray[Any]:
        """A label as the array that the table above shows.

        Raises:
            TaskError: another shape, a value out of range, or a fraction but for "density".

        >>> HeadSpec("marines", "count", 23).check(7)
        array(7)
        """
        values = np.asarray(label, np.float64)
        if values.shape != self.label_shape:
            raise TaskError(f"label of head {self.name!r} has shape {values.shape}, {self.label_shape} is needed")
        highest = {"multilabel": 1.0, "density": np.inf}.get(self.kind, self.size - 1)
        whole = self.kind != "density"
        allowed = np.isfinite(values) & (values >= 0) & (values <= highest)
        if not allowed.all() or (whole and (np.floor(values) != values).any()):
            numbers = "whole numbers" if whole else "values"
            raise TaskError(
                f"label {np.asarray(label)} of head {self.name!r} ({self.kind}): {numbers} from 0 to {highest:g} are "
                "allowed; drop such examples or make the head larger"
            )
        return values.astype(np.float32 if self.label_shape else np.int64)


@dataclasses.dataclass(frozen=True)
class DataSpec:
    """What a model has to know of a task's data to be built; the same for every split.

    Args:
        heads: the questions, at least one, names distinct.
        channels: of image and proxy, 1 (grey) or 3 (RGB).
        proxy_size: (height, width) of every proxy.
        image_size: (height, width) of a typical image; images may have any size.
        object_size: side of a typical object, image px.
        object_classes: how many classes `Objects.classes` tells apart; 1 where they are all alike.
        objects: the most objects that matter in an image; how many glimpses are worth taking.
    """

    heads: tuple[HeadSpec, ...]
    channels: int
    proxy_size: tuple[int, int]
    image_size: tuple[int, int]
    object_size: float
    object_classes: int = 1
    objects: int = 1

    def __post_init__(self) -> None:
        names = [head.name for head in self.heads]
        if not names or len(set(names)) != len(names):
            raise TaskError(f"heads {names}: at least one is needed, and their names must differ")
        if self.channels not in (1, 3):
            raise TaskError(f"{self.channels} channels: images have 1 (grey) or 3 (RGB)")

    def window_scale(self, window: float) -> float:
        """The scale of a window whose side is `window` times that of a typical object, at most 1."""
        return min(1.0, window * self.object_size / min(self.image_size))

    def to_dict(self) -> dict[str, Any]:
        """Plain lists, numbers and strings, for checkpoints and JSON."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> DataSpec:
        """What `to_dict` gave.

        >>> spec = DataSpec((HeadSpec("sum", "classes", 19),), 1, (64, 64), (512, 512), 24.0)
        >>> DataSpec.from_dict(spec.to_dict()) == spec
        True
        """
        heads = tuple(HeadSpec(**{**head, "classes": tuple(head["classes"])}) for head in fields["heads"])
        sizes = {name: tuple(fields[name]) for name in ("proxy_size", "image_size")}
        return cls(**{**fields, "heads": heads, **sizes})


@dataclasses.dataclass(frozen=True, eq=False)
class Objects:
    """Where the true objects of an image are: what localisation is measured against.

    No model trains on them unless its options ask for it (`points` of `varsac.models.varsac`), or says so by its name.

    Args:
        positions: float32 (n, 2), x and y of the centres in image px; they may lie outside of the image.
        classes: int64 (n,), 0 .. `DataSpec.object_classes` - 1.
        radius: float32 (n,), image px.
    """

    positions: npt.NDArray[np.float32]
    classes: npt.NDArray[np.int64]
    radius: npt.NDArray[np.float32]

    @classmethod
    def none(cls) -> Objects:
        """No objects, or none that are known."""
        return cls(np.zeros((0, 2), np.float32), np.zeros(0, np.int64), np.zeros(0, np.float32))

    def __len__(self) -> int:
        return len(self.positions)


@dataclasses.dataclass(frozen=True, eq=False)
class Example:
    """One labelled image.

    Args:
        proxy: uint8 (h, w, C), of the size that `DataSpec.proxy_size` says.
        image: C channels, read by the window; the full resolution.
        labels: by head name, as `HeadSpec.check` gives them.
        objects: the true objects.
        view: where in the proxy the image lies, see the convention above.
        name: what a report calls it.
    """

    proxy: npt.NDArray[np.uint8]
    image: Pyramid
    labels: Mapping[str, npt.NDArray[Any]]
    objects: Objects = dataclasses.field(default_factory=Objects.none)
    view: tuple[float, float, float, float] = WHOLE_VIEW
    name: str = ""


class TaskData(Protocol):
    """One split of a task: a map-style data set of examples.

    `data[i]` depends on nothing but the configuration of the task and i (no generator that moves on): so a run goes on
    where it stopped, and workers need no seeds. Objects are picklable and may be used after a fork.
    """

    @property
    def spec(self) -> DataSpec:
        """What the examples are like."""
        ...

    def __len__(self) -> int: ...

    def __getitem__(self, index: int) -> Example: ...


class Task(Protocol):
    """Examples of one kind, in three splits that share nothing."""

    @property
    def name(self) -> str:
        """As in the registry."""
        ...

    def data(self, split: Split) -> TaskData:
        """One split.

        Raises:
            TaskError: there is no such data; the message says what to do.
        """
        ...
