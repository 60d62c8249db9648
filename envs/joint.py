"""Two actions as one: that of an inner environment and a saccade."""

from __future__ import annotations

import abc
from typing import Any

import numpy as np
from gymnasium import spaces

from envs.actions import ActionError


class Joint(abc.ABC):
    """An action space made of two.

    Attributes:
        space: of the two together.
    """

    space: spaces.Space[Any]

    @abc.abstractmethod
    def split(self, action: Any) -> tuple[Any, Any]:
        """The saccade and the inner action.

        Raises:
            ActionError: not an action of `space`'s shape.
        """


def joint(inner: spaces.Space[Any], saccade: spaces.Space[Any]) -> Joint:
    """The plainest space that holds both, see `SaccadeWrapper`."""
    if isinstance(inner, spaces.Discrete) and inner.start == 0 and isinstance(saccade, spaces.Discrete):
        return _Numbers(inner, saccade)
    flat = isinstance(inner, spaces.Box) and len(inner.shape) == 1 and inner.dtype in (np.float32, np.float64)
    if flat and isinstance(inner, spaces.Box) and isinstance(saccade, spaces.Box):
        return _Boxes(inner, saccade)
    return _Named(inner, saccade)


class _Numbers(Joint):
    def __init__(self, inner: spaces.Discrete, saccade: spaces.Discrete) -> None:
        self.space = spaces.MultiDiscrete([int(inner.n), int(saccade.n)])

    def split(self, action: Any) -> tuple[Any, Any]:
        numbers = np.asarray(action)
        if numbers.shape != (2,) or numbers.dtype.kind not in "iu" or not self.space.contains(numbers.astype(np.int64)):
            raise ActionError(f"action {action!r}: give two whole numbers of {self.space}, the inner action first")
        return numbers[1], np.int64(numbers[0])


class _Boxes(Joint):
    def __init__(self, inner: spaces.Box, saccade: spaces.Box) -> None:
        self._inner = inner
        low, high = np.concatenate([inner.low, saccade.low]), np.concatenate([inner.high, saccade.high])
        self.space = spaces.Box(low, high, dtype=np.float64 if inner.dtype == np.float64 else np.float32)

    def split(self, action: Any) -> tuple[Any, Any]:
        numbers = np.asarray(action)
        if numbers.shape != self.space.shape:
            raise ActionError(f"action of shape {numbers.shape}: {self.space.shape} is needed, the inner action first")
        width = self._inner.shape[0]
        return numbers[width:], numbers[:width].astype(self._inner.dtype)


class _Named(Joint):
    def __init__(self, inner: spaces.Space[Any], saccade: spaces.Space[Any]) -> None:
        self.space = spaces.Dict({"inner": inner, "saccade": saccade})

    def split(self, action: Any) -> tuple[Any, Any]:
        if not isinstance(action, dict) or set(action) != {"inner", "saccade"}:
            raise ActionError(f"action {action!r}: give a dictionary of `inner` and `saccade`")
        return action["saccade"], action["inner"]
