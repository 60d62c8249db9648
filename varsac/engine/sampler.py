"""The order in which examples are seen: known for every step from the seed alone, so that a run goes on anywhere."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import torch
from torch.utils.data import Sampler


class StepSampler(Sampler[list[int]]):
    """The examples of each step, from a first step to a last one; each epoch is a new permutation of all examples.

    Batches run on from one epoch into the next, so that every example is seen once an epoch whatever the batch size.

    Args:
        length: of the data.
        batch: examples a step, of all processes together.
        steps: number of the step after the last.
        seed: of the permutations.
        first: number of the first step.
        rank: this process, of `world`; each gets every `world`-th example of a batch.

    >>> list(StepSampler(length=4, batch=2, steps=4, seed=0))
    [[0, 1], [3, 2], [1, 3], [2, 0]]
    >>> list(StepSampler(length=4, batch=2, steps=4, seed=0, first=3))
    [[2, 0]]
    """

    def __init__(
        self, length: int, batch: int, steps: int, seed: int, first: int = 0, rank: int = 0, world: int = 1
    ) -> None:
        self.length, self.batch, self.steps, self.first = length, batch, steps, first
        self.rank, self.world = rank, world
        self._order = functools.lru_cache(maxsize=2)(lambda epoch: permutation(length, seed, epoch))

    def __len__(self) -> int:
        return max(0, self.steps - self.first)

    def __iter__(self) -> Iterator[list[int]]:
        for step in range(self.first, self.steps):
            yield [self.example(step * self.batch + turn) for turn in range(self.rank, self.batch, self.world)]

    def example(self, number: int) -> int:
        """The example that is seen as number so and so since training began."""
        epoch, place = divmod(number, self.length)
        return int(self._order(epoch)[place])


def permutation(length: int, seed: int, epoch: int) -> torch.Tensor:
    """The order of an epoch, (length,) int64."""
    generator = torch.Generator().manual_seed(seed * 1_000_003 + epoch)
    return torch.randperm(length, generator=generator)
