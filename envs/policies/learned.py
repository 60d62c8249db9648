"""Agents that learned by reward as policies."""

from __future__ import annotations

import os
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces

from envs.options import EnvError
from envs.policies.policy import Info, Observation


class StableBaselinesPolicy:
    """A model of Stable-Baselines3, its most probable actions.

    Args:
        env: where it is to act.
        checkpoint: the zip file that its `save` wrote.

    Raises:
        EnvError: Stable-Baselines3 is missing, it is no such file, or of another environment.
    """

    def __init__(self, env: gymnasium.Env[Any, Any], checkpoint: str | os.PathLike[str]) -> None:
        from envs.agents.ppo import loaded

        self._model = loaded(checkpoint)
        wanted, there = self._model.observation_space, env.observation_space
        names = set(wanted.spaces) if isinstance(wanted, spaces.Dict) else set()
        missing = names - set(there.spaces) if isinstance(there, spaces.Dict) else names
        if self._model.action_space != env.action_space or missing or not names:
            lacking = f", which lacks {', '.join(sorted(missing))} of what it sees" if missing else ""
            raise EnvError(
                f"{checkpoint} acts by {self._model.action_space}, this environment by {env.action_space}{lacking}: "
                "make it with the options that the agent learned with (--set)"
            )
        self._shapes = {name: space.shape for name, space in wanted.spaces.items()}

    def begin(self, observation: Observation, info: Info) -> None:
        """See `Policy`."""

    def act(self, observation: Observation, info: Info) -> Any:
        """See `Policy`."""
        seen = {name: self._as_learned(observation[name], shape) for name, shape in self._shapes.items()}
        action = self._model.predict(seen, deterministic=True)[0]
        return np.asarray(action)[()] if np.ndim(action) == 0 else action

    def _as_learned(self, value: Any, shape: tuple[int, ...]) -> Any:
        """Channels first, where it learned from images so."""
        if value.ndim == 3 and value.shape != shape and value.transpose(2, 0, 1).shape == shape:
            return value.transpose(2, 0, 1)
        return value


class AttentionPolicy:
    """A recurrent attention agent of `envs.agents.reinforce`, its most probable windows.

    Args:
        env: where it is to act.
        checkpoint: that `scripts.agent` wrote.

    Raises:
        EnvError: it is no such file, or of another environment.
    """

    def __init__(self, env: gymnasium.Env[Any, Any], checkpoint: str | os.PathLike[str]) -> None:
        from envs.agents.reinforce import Actor

        self._actor = Actor.load(checkpoint)
        self._actor.check(env.observation_space, env.action_space)

    def begin(self, observation: Observation, info: Info) -> None:
        """See `Policy`."""
        self._actor.begin(1)

    def act(self, observation: Observation, info: Info) -> Any:
        """See `Policy`."""
        return self._actor.act({name: np.asarray(value)[None] for name, value in observation.items()})[0]
