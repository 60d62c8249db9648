"""Looks where the true objects are, which nobody else knows: what other policies are compared with from above."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np

from envs.options import EnvError
from envs.policies.policy import Fixation, Info, LookingPolicy, Observation, half_extent, size_of, usual_scale


class OraclePolicy(LookingPolicy):
    """Windows that show most of what was not found yet, of those around an object or in the grid; when there is nothing
    left to show, around one object after the other again; where there is none, around the middle.

    Args:
        env: one that knows where objects are.
        scale: of the windows; None: the smallest that there is.

    Raises:
        EnvError: one that does not.
    """

    def __init__(self, env: gymnasium.Env[Any, Any], scale: float | None = None) -> None:
        super().__init__(env)
        self._env, self._scale, self._again = env, scale, 0

    def begin(self, observation: Observation, info: Info) -> None:
        """See `Policy`."""
        self._again = 0

    def look(self, observation: Observation, info: Info) -> Fixation:
        """See `LookingPolicy`."""
        positions, found = self._objects(info)
        size = size_of(observation, info)
        scale = usual_scale(self.code, info, size, self._scale)
        left = positions[~found]
        if not len(positions):
            return np.array([0.0, 0.0, scale])
        windows = self._windows(left, scale, info)
        shown = [int((np.abs(left - one[:2]) <= half_extent(one[2], size)).all(1).sum()) for one in windows]
        if max(shown, default=0):
            return windows[int(np.argmax(shown))]
        self._again += 1  # all were found, or no window shows those that are left
        return np.array([*positions[(self._again - 1) % len(positions)].clip(-1, 1), scale])

    def _windows(self, left: Fixation, scale: float, info: Info) -> Fixation:
        """Those to choose from, (n, 3): of the grid where there is one, else one around each object."""
        if self.code.windows is None:
            return np.column_stack([left.clip(-1, 1), np.full(len(left), scale)])
        grid = self.code.windows.astype(np.float64)
        if "footprint" in info:
            grid[:, 2] = scale  # a camera has but one
        return grid

    def _objects(self, info: Info) -> tuple[Fixation, Any]:
        if "positions" in info and "found" in info:
            return np.asarray(info["positions"], np.float64).reshape(-1, 2), np.asarray(info["found"], np.bool_)
        if not self._env.has_wrapper_attr("objects"):
            raise EnvError(f"{self._env} does not know where objects are: an oracle has nothing to tell")
        positions, found = self._env.get_wrapper_attr("objects")()
        return positions, found
