"""Easy pictures first: the clutter of painted examples rises in stages over the first part of training."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, Self, cast

from torch.utils.data import Sampler

from sc2data.errors import UserError
from varsac.engine.sampler import StepSampler
from varsac.tasks.task import DataSpec, Example, TaskData

STAGES = 10
"""Amounts of clutter, each a tenth more than the one before; the first has none."""


class CurriculumError(UserError, ValueError):
    """A curriculum for data that cannot be made easier."""


class EasableData(Protocol):
    """A `TaskData` whose examples can be had with less clutter."""

    @property
    def spec(self) -> DataSpec:
        """What they are like."""
        ...

    def __len__(self) -> int: ...

    def __getitem__(self, index: int) -> Example: ...

    def eased(self, clutter: float) -> Self:
        """The same examples with a share of their clutter, 0 to 1."""
        ...


class StagedData:
    """Examples by (stage, index), 0 <= stage <= `STAGES`; the last stage is the data as they are.

    Args:
        data: painted, so that they can be eased.

    Raises:
        CurriculumError: they cannot.
    """

    def __init__(self, data: TaskData) -> None:
        if not hasattr(data, "eased"):
            raise CurriculumError(
                f"train.curriculum: {type(data).__name__} has pictures that exist already and cannot be painted with "
                "less clutter; set train.curriculum=0, or have the task paint them (task.storage=none)"
            )
        self._stages = {STAGES: cast(EasableData, data)}

    def __len__(self) -> int:
        return len(self._stages[STAGES])

    def __getitem__(self, key: tuple[int, int]) -> Example:
        stage, index = key
        if stage not in self._stages:
            self._stages[stage] = self._stages[STAGES].eased(stage / STAGES)
        return self._stages[stage][index]


class StagedSampler(Sampler[list[tuple[int, int]]]):
    """The batches of another sampler, each example with the stage of its step.

    Args:
        order: which examples are seen.
        steps: over which the stages are spread; from then on it is the last one.

    >>> order = StepSampler(length=4, batch=1, steps=6, seed=0)
    >>> [stage for [(stage, index)] in StagedSampler(order, steps=4)]
    [0, 2, 5, 7, 10, 10]
    """

    def __init__(self, order: StepSampler, steps: float) -> None:
        self.order, self.steps = order, steps

    def __len__(self) -> int:
        return len(self.order)

    def __iter__(self) -> Iterator[list[tuple[int, int]]]:
        for step, batch in enumerate(self.order, start=self.order.first):
            stage = min(STAGES, int(STAGES * step / self.steps))
            yield [(stage, index) for index in batch]
