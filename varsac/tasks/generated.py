"""Pictures of a painter as a split of a task, painted when they are asked for."""

from __future__ import annotations

import dataclasses
from typing import Self

import numpy as np

from sc2data.pyramid import Pyramid
from varsac.tasks.painter import Painter
from varsac.tasks.proxy import blurred, proxy_of
from varsac.tasks.task import SPLITS, DataSpec, Example, Split


def checked_index(index: int, length: int) -> int:
    """An index from 0; negative ones count from the end.

    Raises:
        IndexError: there is no such example.
    """
    if not -length <= index < length:
        raise IndexError(f"example {index}: there are {length}")
    return index % length


@dataclasses.dataclass(frozen=True, eq=False)
class GeneratedData:
    """A `TaskData` of painted pictures: example i of a split follows from the seed, the split and i alone.

    Args:
        painter: paints them.
        spec: what they are like.
        split: of which split.
        length: how many there are.
        seed: of the task.
        blur: see `varsac.tasks.proxy.blurred`.
    """

    painter: Painter
    spec: DataSpec
    split: Split
    length: int
    seed: int
    blur: int = 1

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, index: int) -> Example:
        row = checked_index(index, self.length)
        random = np.random.default_rng([self.seed, SPLITS.index(self.split), row])
        picture = self.painter.paint(random)
        image = Pyramid.of(picture.image)
        return Example(
            proxy=blurred(proxy_of(image, self.spec.proxy_size), self.blur),
            image=image,
            labels={head.name: head.check(picture.labels[head.name]) for head in self.spec.heads},
            objects=picture.objects,
            name=f"{self.split} {row}",
        )

    def eased(self, clutter: float) -> Self:
        """The same examples with a share of their clutter, 0 to 1: for training that begins with easy pictures."""
        return dataclasses.replace(self, painter=self.painter.eased(clutter))


class KeptData:
    """A `TaskData` whose examples are all in memory; for small images.

    Args:
        data: where they come from; read once, here.
    """

    def __init__(self, data: GeneratedData) -> None:
        self.spec = data.spec
        self._examples = [data[index] for index in range(len(data))]

    def __len__(self) -> int:
        return len(self._examples)

    def __getitem__(self, index: int) -> Example:
        return self._examples[checked_index(index, len(self))]
