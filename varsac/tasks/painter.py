"""What makes pictures for a synthetic task: a painter draws one picture, with its labels, from a random generator."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Protocol, Self

import numpy as np
import numpy.typing as npt

from varsac.tasks.task import HeadSpec, Objects


@dataclasses.dataclass(frozen=True, eq=False)
class Picture:
    """A picture and what is true of it.

    Args:
        image: uint8 (H, W, C).
        labels: by head name.
        objects: in image pixels, exactly where they were painted.
    """

    image: npt.NDArray[np.uint8]
    labels: Mapping[str, Any]
    objects: Objects


class Painter(Protocol):
    """Paints pictures of one kind and size; picklable."""

    @property
    def heads(self) -> tuple[HeadSpec, ...]:
        """The questions that its labels answer."""
        ...

    @property
    def image_size(self) -> tuple[int, int]:
        """(height, width) of every picture."""
        ...

    @property
    def object_size(self) -> float:
        """Side of an object, px."""
        ...

    @property
    def most_objects(self) -> int:
        """In one picture."""
        ...

    def paint(self, random: np.random.Generator) -> Picture:
        """The picture that follows from the generator's state."""
        ...

    def eased(self, clutter: float) -> Self:
        """The painter that leaves out all but a share of the clutter: same state, same picture otherwise."""
        ...
