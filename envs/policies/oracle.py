"""Looks where the true objects are, which nobody else knows: what other policies are compared with from above."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np

from envs.options import EnvError
from envs.policies.policy import Fixation, Info, LookingPolicy, Observation, half_extent, size_of, usual_scale


class OraclePolicy(LookingPolicy):
    """Windows, each around the object with most others near it that were not found yet; when all are, around one after
    the other again; where there is none, around the middle.

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
        if not len(left):
            self._again += 1
            return np.array([*positions[(self._again - 1) % len(positions)].clip(-1, 1), scale])
        near = (np.abs(left[:, None] - left[None]) <= half_extent(scale, size)).all(2)
        return np.array([*left[near.sum(1).argmax()].clip(-1, 1), scale])

    def _objects(self, info: Info) -> tuple[Fixation, Any]:
        if "positions" in info and "found" in info:
            return np.asarray(info["positions"], np.float64).reshape(-1, 2), np.asarray(info["found"], np.bool_)
        if not self._env.has_wrapper_attr("objects"):
            raise EnvError(f"{self._env} does not know where objects are: an oracle has nothing to tell")
        positions, found = self._env.get_wrapper_attr("objects")()
        return positions, found
