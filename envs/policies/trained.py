"""A trained counting model as a policy: where it would look, it looks."""

from __future__ import annotations

import os
from typing import Any

import gymnasium
import numpy as np

from envs.options import EnvError
from envs.policies.policy import Fixation, Info, LookingPolicy, Observation, size_of, usual_scale, view_of
from envs.predictor import saccade_policy, trained_on


class TrainedPolicy(LookingPolicy):
    """The posterior of a trained model, from the proxy and the glimpses that the environment shows.

    In `SaccadeEnv` its saccades are those of `scripts.evaluate`, as far as scales and windows allow, which
    `envs.rollouts.making` sees to. In `CameraSaccadeEnv` the minimap is the proxy and the camera the window, of the
    camera's own size.

    Args:
        env: where it is to act.
        checkpoint: of the model.
        draw: places are drawn from the posterior, else the most probable ones are taken.
        seed: of the draws.

    Raises:
        CheckpointError: not a checkpoint.
        TaskError: its model does not choose where to look.
    """

    def __init__(
        self, env: gymnasium.Env[Any, Any], checkpoint: str | os.PathLike[str], draw: bool = False, seed: int = 0
    ) -> None:
        super().__init__(env)
        self.model, self._seed, self._checkpoint = saccade_policy(checkpoint, draw), seed, os.fspath(checkpoint)

    def begin(self, observation: Observation, info: Info) -> None:
        """See `Policy`.

        Raises:
            EnvError: a camera, and a model that has not learned from minimaps.
        """
        if "footprint" in info:
            self._check_minimap()
        self._see_proxy(observation, info)
        self._seed += 1
        self._first = True

    def look(self, observation: Observation, info: Info) -> Fixation:
        """See `LookingPolicy`."""
        if info.get("moved"):
            self._see_proxy(observation, info)
        if not self._first:
            self.model.see(observation["glimpse"], observation["fixation"])
        self._first = False
        return np.asarray(self.model.next(), np.float64)

    def _see_proxy(self, observation: Observation, info: Info) -> None:
        size = size_of(observation, info)
        camera = usual_scale(self.code, info, size) if "footprint" in info else None
        self.model.begin(observation["proxy"], size, view_of(info), scale=camera, seed=self._seed)

    def _check_minimap(self) -> None:
        task, settings = trained_on(self._checkpoint)
        if task != "sc2" or settings.get("proxy") != "minimap":
            raise EnvError(
                f"{self._checkpoint} has not learned where to look from minimaps, which is all that a camera has for a "
                "proxy: train one with --task sc2 --config marines --set task.proxy=minimap"
            )
