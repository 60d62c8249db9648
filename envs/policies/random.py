"""Looks anywhere."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np

from envs.policies.policy import Fixation, Info, LookingPolicy, Observation


class RandomPolicy(LookingPolicy):
    """Windows drawn evenly: x, y and s from -1 to 1, or one of the grid.

    Args:
        env: where it is to act.
        seed: of what it draws.
    """

    def __init__(self, env: gymnasium.Env[Any, Any], seed: int = 0) -> None:
        super().__init__(env)
        self._random = np.random.default_rng(seed)

    def look(self, observation: Observation, info: Info) -> Fixation:
        """See `LookingPolicy`."""
        if self.code.windows is not None:
            return self.code.windows[self._random.integers(len(self.code.windows))]
        x, y, s = self._random.uniform(-1, 1, 3)
        return np.array([x, y, self.code.scales.of(np.array([s]))[0]])
