"""Drawing splits: whole episodes, by a seed."""

from __future__ import annotations

import dataclasses
import math
import pathlib
from collections.abc import Mapping

import numpy as np

from sc2data.errors import UserError
from sc2data.format.durable import FolderLock
from sc2data.format.manifest import Manifest
from sc2data.format.recovery import with_unlisted_shards

ROUNDING = 1e-9


class FractionError(UserError, ValueError):
    """The fractions of a split are impossible."""


def split(path: str | pathlib.Path, fractions: Mapping[str, float], seed: int = 0) -> dict[str, list[int]]:
    """Draw splits by episode and write them to the manifest, in the place of those that were there.

    Args:
        path: the folder of the data set.
        fractions: share of the episodes by name of the split; at most 1 in all, what is left is in no split.
        seed: the same seed, fractions and episodes give the same splits.

    Returns:
        Episode ids by name, ascending.

    Raises:
        FractionError: a share that is not in (0, 1], more than 1 in all, or fewer episodes than splits.
        InUseError: a writer has the data set.
    """
    folder = pathlib.Path(path)
    manifest = with_unlisted_shards(Manifest.read(folder), folder)
    episodes = np.unique(manifest.episode_ids())
    sizes = _sizes(fractions, len(episodes))
    drawn = np.random.default_rng(seed).permutation(episodes)
    ends = np.cumsum(list(sizes.values()))
    splits = {name: sorted(drawn[end - sizes[name] : end].tolist()) for name, end in zip(sizes, ends, strict=True)}
    lock = FolderLock(folder)
    try:
        dataclasses.replace(
            manifest,
            splits={name: tuple(ids) for name, ids in splits.items()},
            split_by={"seed": seed, "fractions": dict(fractions)},
        ).write(folder)
    finally:
        lock.close()
    return splits


def _sizes(fractions: Mapping[str, float], episodes: int) -> dict[str, int]:
    """Episodes of each split: the largest remainders are rounded up, and none is empty.

    >>> _sizes({"train": 0.8, "val": 0.1, "test": 0.1}, 14)
    {'train': 11, 'val': 2, 'test': 1}
    """
    total = sum(fractions.values())
    if not fractions or any(not 0 < share <= 1 for share in fractions.values()) or total > 1 + ROUNDING:
        raise FractionError(f"fractions {dict(fractions)}: each must be above 0, and all together at most 1")
    if episodes < len(fractions):
        raise FractionError(f"{episodes} episodes cannot be split into {len(fractions)}: harvest more, or split less")
    exact = {name: share * episodes for name, share in fractions.items()}
    sizes = {name: max(1, math.floor(value + ROUNDING)) for name, value in exact.items()}
    wanted = max(round(total * episodes), len(fractions))
    while sum(sizes.values()) > wanted:
        sizes[max(sizes, key=lambda name: sizes[name])] -= 1
    while sum(sizes.values()) < wanted:
        sizes[max(sizes, key=lambda name: exact[name] - sizes[name])] += 1
    return sizes
