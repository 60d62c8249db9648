"""Stable-Baselines3 in this package: its PPO over many environments at once, its policies, its check.

This is the one file that imports it; others import this file where they need it, and get an error that names the extra.
"""

from __future__ import annotations

import os
import pathlib
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from gymnasium import spaces
from gymnasium.vector import AutoresetMode
from torch import Tensor, nn

from envs.agents.course import Budget, Course
from envs.agents.place_net import PlaceNet
from envs.options import EnvError
from envs.vector import SaccadeVectorEnv

try:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its own imports
        from stable_baselines3 import A2C, DQN, PPO, SAC, TD3
        from stable_baselines3.common.callbacks import BaseCallback
        from stable_baselines3.common.env_checker import check_env as check
        from stable_baselines3.common.policies import MultiInputActorCriticPolicy
        from stable_baselines3.common.torch_layers import BaseFeaturesExtractor
        from stable_baselines3.common.vec_env import VecEnv
except ImportError:
    raise EnvError("this needs Stable-Baselines3: pip install 'sc2-saccades[rl]'") from None

__all__ = ["PPOAgent", "PlacePolicy", "SaccadeVecEnv", "check", "loaded"]

SEEN = ("proxy", "fixation", "past_fixations", "glimpses_left")
"""What `PlacePolicy` looks at of an observation; glimpses would fill its buffer."""


class SaccadeVecEnv(VecEnv):
    """A `SaccadeVectorEnv` as Stable-Baselines3 has vectors: channels first, with the entries of `SEEN` only.

    Args:
        vector: in the mode SAME_STEP.

    Raises:
        EnvError: another mode.
    """

    def __init__(self, vector: SaccadeVectorEnv) -> None:
        if vector.autoreset_mode is not AutoresetMode.SAME_STEP:
            raise EnvError(f"autoreset_mode {vector.autoreset_mode}: Stable-Baselines3 needs SAME_STEP")
        self.vector = vector
        whole = vector.single_observation_space
        assert isinstance(whole, spaces.Dict)
        space = spaces.Dict({name: _first(whole[name]) for name in SEEN if name in whole.spaces})
        super().__init__(vector.num_envs, space, vector.single_action_space)
        self._actions: Any = None
        self._returns = np.zeros(vector.num_envs)
        self._lengths = np.zeros(vector.num_envs, np.int64)

    def reset(self) -> dict[str, Any]:
        """See `VecEnv`."""
        given = [seed for seed in self._seeds if seed is not None]
        observed, _ = self.vector.reset(seed=given if len(given) == self.num_envs else None)
        self._reset_seeds()
        self._returns[:], self._lengths[:] = 0, 0
        return self.seen(observed)

    def step_async(self, actions: Any) -> None:
        """See `VecEnv`."""
        self._actions = actions

    def step_wait(self) -> tuple[dict[str, Any], Any, Any, list[dict[str, Any]]]:
        """See `VecEnv`; infos are those that Stable-Baselines3 reads."""
        observed, rewards, terminated, truncated, infos = self.vector.step(self._actions)
        over = terminated | truncated
        self._returns += rewards
        self._lengths += 1
        told: list[dict[str, Any]] = [{} for _ in range(self.num_envs)]
        for row in np.flatnonzero(over).tolist():
            last = {name: array[None] for name, array in infos["final_obs"][row].items()}
            told[row] = {
                "terminal_observation": {name: array[0] for name, array in self.seen(last).items()},
                "TimeLimit.truncated": bool(truncated[row] and not terminated[row]),
                "episode": {"r": float(self._returns[row]), "l": int(self._lengths[row]), "t": 0.0},
            }
        self._returns[over], self._lengths[over] = 0, 0
        return self.seen(observed), rewards.astype(np.float32), over, told

    def close(self) -> None:
        """See `VecEnv`."""
        self.vector.close()

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:
        """See `VecEnv`; the same for all."""
        return [getattr(self.vector, attr_name)] * len(list(self._get_indices(indices)))

    def set_attr(self, attr_name: str, value: Any, indices: Any = None) -> None:
        """Nothing can be set in one of them."""
        raise EnvError(f"{attr_name!r} cannot be set in environments that are one batch of arrays")

    def env_method(self, method_name: str, *method_args: Any, indices: Any = None, **method_kwargs: Any) -> list[Any]:
        """Nothing can be called in one of them."""
        raise EnvError(f"{method_name!r} cannot be called in environments that are one batch of arrays")

    def env_is_wrapped(self, wrapper_class: type[Any], indices: Any = None) -> list[bool]:
        """None is."""
        return [False] * len(list(self._get_indices(indices)))

    def seen(self, observed: dict[str, Any]) -> dict[str, Any]:
        """A batch of the inner environment's observations as this one's policies see them."""
        assert isinstance(self.observation_space, spaces.Dict)
        seen = {name: observed[name] for name in self.observation_space.spaces}
        return {name: array.transpose(0, 3, 1, 2) if array.ndim == 4 else array for name, array in seen.items()}


class PlaceFeatures(BaseFeaturesExtractor):
    """`PlaceNet` over an observation, flattened as Stable-Baselines3 hands features on."""

    def __init__(self, observation_space: spaces.Dict, grid: tuple[int, int], width: int = 32) -> None:
        super().__init__(observation_space, width * grid[0] * grid[1])
        channels, *size = observation_space["proxy"].shape or ()
        self.net = PlaceNet(channels, (size[0], size[1]), grid, width)

    def forward(self, observations: dict[str, Tensor]) -> Tensor:
        """(B, features)."""
        fixations = observations["fixation"][:, None]
        if "past_fixations" in observations:
            past = observations["past_fixations"]
            fixations = torch.cat([fixations, past.reshape(len(past), -1, 3)], 1)
        return self.net(observations["proxy"], fixations).flatten(1)


class PlaceActor(nn.Module):
    """A logit for each window of the grid from the vector at its place."""

    def __init__(self, grid: tuple[int, int, int], width: int) -> None:
        super().__init__()
        self.shape = width, grid[0], grid[1]
        self.logits = nn.Conv2d(width, grid[2], 1)
        nn.init.zeros_(self.logits.weight)

    def forward(self, features: Tensor) -> Tensor:
        """(B, features) to (B, scales * rows * columns), in the order of `envs.actions.grid_fixations`."""
        return self.logits(features.unflatten(1, self.shape)).flatten(1)


class PlaceCritic(nn.Module):
    """The value from the mean and the largest over all places."""

    def __init__(self, grid: tuple[int, int, int], width: int) -> None:
        super().__init__()
        self.shape = width, grid[0], grid[1]
        self.value = nn.Sequential(nn.Linear(2 * width, 64), nn.ReLU(), nn.Linear(64, 1))

    def forward(self, features: Tensor) -> Tensor:
        """(B, features) to (B, 1)."""
        places = features.unflatten(1, self.shape).flatten(2)
        return self.value(torch.cat([places.mean(2), places.amax(2)], 1))


class PlacePolicy(MultiInputActorCriticPolicy):
    """An actor that chooses among places by what the proxy shows there, see `PlaceNet`.

    Args:
        grid: rows, columns and scales of the windows, as the environment has them.
        width: channels of the map.
    """

    def __init__(self, *args: Any, grid: Sequence[int] = (8, 8, 1), width: int = 32, **kwargs: Any) -> None:
        self.places = int(grid[0]), int(grid[1]), int(grid[2])
        self.width = width
        features = {"grid": self.places[:2], "width": width}
        fixed = {"features_extractor_class": PlaceFeatures, "features_extractor_kwargs": features, "net_arch": []}
        super().__init__(*args, **{**kwargs, **fixed})

    def _build(self, lr_schedule: Callable[[float], float]) -> None:
        super()._build(lr_schedule)
        self.action_net, self.value_net = PlaceActor(self.places, self.width), PlaceCritic(self.places, self.width)
        self.optimizer = self.optimizer_class(self.parameters(), lr=lr_schedule(1), **self.optimizer_kwargs)

    def _get_constructor_parameters(self) -> dict[str, Any]:
        return {**super()._get_constructor_parameters(), "grid": self.places, "width": self.width}


class PPOAgent:
    """An agent of Stable-Baselines3's PPO over a `PlacePolicy`.

    Args:
        course: what it is to learn.
        seed: of its weights, its actions and its episodes.
    """

    def __init__(self, course: Course, seed: int = 0) -> None:
        self._env = SaccadeVecEnv(course.vector("train", AutoresetMode.SAME_STEP))
        self.model = PPO(
            PlacePolicy,
            self._env,
            learning_rate=1e-3,
            n_steps=8 * course.glimpses,
            batch_size=2 * course.glimpses * course.envs,  # a quarter of what it lived through
            n_epochs=4,
            gamma=1.0,  # an episode is a few glimpses long
            ent_coef=0.01,
            policy_kwargs={"grid": course.grid},
            seed=seed,
            device="cpu",
        )

    def learn(self, budget: Budget) -> None:
        """Learn until the budget is spent; it is told the mean return of late episodes."""
        self.model.learn(2**62, callback=_Spender(budget))

    def begin(self) -> None:
        """Nothing: observations hold all that it knows of an episode."""

    def act(self, observed: dict[str, Any]) -> Any:
        """The most probable windows for a batch of observations."""
        return self.model.predict(self._env.seen(observed), deterministic=True)[0]

    def save(self, path: pathlib.Path) -> None:
        """Write a file that `PPO.load` reads."""
        self.model.save(path)


def loaded(path: str | os.PathLike[str]) -> Any:
    """A model of Stable-Baselines3 from its file, whichever of its algorithms it is of.

    Raises:
        EnvError: it is no such file.
    """
    problems = []
    for algorithm in (PPO, A2C, DQN, SAC, TD3):
        try:
            return algorithm.load(path, device="cpu")
        except Exception as error:  # it raises whatever a strange file makes it stumble over
            problems.append(f"{algorithm.__name__}: {error}")
    raise EnvError(f"{os.fspath(path)} is no model of Stable-Baselines3 ({problems[0]})")


class _Spender(BaseCallback):
    """Spends a budget, and always learns from what was lived through."""

    def __init__(self, budget: Budget) -> None:
        super().__init__()
        self._budget, self._goes_on = budget, True

    def _on_rollout_start(self) -> None:
        self._goes_on = self._budget.left(self.num_timesteps)

    def _on_rollout_end(self) -> None:
        returns = [episode["r"] for episode in self.model.ep_info_buffer or ()]
        self._budget.report(self.num_timesteps, float(np.mean(returns)) if returns else 0.0)

    def _on_step(self) -> bool:
        return self._goes_on


def _first(space: spaces.Space[Any]) -> spaces.Space[Any]:
    """Channels first where it is an image."""
    shape = space.shape or ()
    return spaces.Box(0, 255, (shape[2], *shape[:2]), np.uint8) if len(shape) == 3 else space
