"""Layers of the units: whose disc is on top in each pixel, and what that unit's values are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from sc2data.sim import view
from sc2data.sim.drawing import layer_discs
from sc2data.sim.rules import buffs
from sc2data.sim.view import WorldView

_FULL = 255


def screen_order(seen: WorldView) -> npt.NDArray[np.intp]:
    """Rows in the order in which the screen paints them: by height z, on one height snapshots first, then by tag.

    With it `unit_type` of all 17 recorded frames is equal in every pixel; by tag alone 452 pixels of them differ.
    """
    return np.lexsort((seen.tag, seen.display_type != view.SNAPSHOT, seen.z))


def minimap_order(seen: WorldView) -> npt.NDArray[np.intp]:
    """Rows in the order in which the minimap paints them: snapshots first, then by tag, whatever the height."""
    return np.lexsort((seen.tag, seen.display_type != view.SNAPSHOT))


class TopUnits:
    """An image of discs, one a unit, painted one over the other.

    `x`, `y` are the centres in pixels, `diameter` whole pixels (0: not drawn), all (N,) by row of the view; `order`
    is the rows in painting order.
    """

    def __init__(
        self,
        x: npt.NDArray[np.floating],
        y: npt.NDArray[np.floating],
        diameter: npt.NDArray[np.intp],
        order: npt.NDArray[np.intp],
        width: int,
        height: int,
    ) -> None:
        order = order[diameter[order] > 0]
        self._pixels, disc = layer_discs.covered(x[order], y[order], diameter[order], width, height)
        self._shape = (height, width)
        self._nobody = len(x)
        top = np.full(height * width, self._nobody, np.intp)
        top[self._pixels] = order[disc]  # of several values for one pixel the last one stays
        self._top = top.reshape(self._shape)

    def image(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """The layer of `values` (N,): in each pixel the value of the unit on top, 0 where there is none."""
        return np.take(np.append(values, values.dtype.type(0)), self._top)

    def density(self) -> npt.NDArray[np.uint8]:
        """How many units cover each pixel."""
        count = np.bincount(self._pixels, minlength=self._top.size)
        return np.minimum(count, _FULL).astype(np.uint8).reshape(self._shape)


def values(seen: WorldView) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    """(layer, values (N,)) of the layers that show one number of a unit, in the layer's dtype.

    Amounts are rounded, ratios rounded up to the next 255th (measured: no pixel differs). Snapshots and hidden units
    show no amounts; what raw.proto tells an owner alone (orders, durations of buffs) shows of own units alone.
    """
    visible = seen.display_type == view.VISIBLE
    yield "unit_type", seen.type
    yield "player_id", seen.owner.astype(np.uint8)
    yield "player_relative", seen.alliance.astype(np.uint8)
    yield "selected", seen.selected
    for layer, now, most in (
        ("unit_hit_points", seen.health, seen.health_max),
        ("unit_energy", seen.energy, seen.energy_max),
        ("unit_shields", seen.shield, seen.shield_max),
    ):
        amount = np.where(visible, now, 0).astype(np.float64)
        yield layer, np.floor(amount + 0.5).astype(np.int32)
        yield f"{layer}_ratio", ratio(amount / np.maximum(most, 1e-9))
    yield "hallucinations", seen.hallucination & visible
    yield "cloaked", np.isin(seen.cloak, (view.CLOAKED, view.DETECTED, view.ALLIED))
    yield "active", seen.active & visible
    yield "build_progress", ratio(_progress(seen))
    first = [next(iter(having.items()), (0, 0)) for having in seen.buffs]
    yield "buffs", np.array([buff for buff, _ in first], np.int32)
    left = [(until - seen.loop) / buffs.LOOPS[buff] if buff in buffs.LOOPS else 0.0 for buff, until in first]
    yield "buff_duration", ratio(np.where(seen.alliance == view.SELF, left, 0.0))


def ratio(share: npt.NDArray[np.floating]) -> npt.NDArray[np.uint8]:
    """Shares from 0 to 1 as 0 to 255, rounded up; 1e-6 allows for shares that are not exact in binary.

    >>> ratio(np.array([0.0, 0.001, 0.2, 0.8, 1.0])).tolist()
    [0, 1, 51, 204, 255]
    """
    return np.clip(np.ceil(np.asarray(share, np.float64) * _FULL - 1e-6), 0, _FULL).astype(np.uint8)


def _progress(seen: WorldView) -> npt.NDArray[np.float64]:
    """How far a building site is built, or how far what an own complete unit makes is made."""
    made = [orders[0].progress if orders else 0.0 for orders in seen.orders]
    own = np.where(seen.alliance == view.SELF, made, 0.0)
    return np.where(seen.build_progress < 1, seen.build_progress, own)
