"""One episode as it was lived, and how episodes are lived."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import gymnasium
import numpy as np
import numpy.typing as npt

from envs.options import EnvError
from envs.policies.policy import Policy

Picture = npt.NDArray[np.uint8]
ALL, LAST = "all", "last"
"""Which pictures of an episode are kept, where any are."""


@dataclasses.dataclass(frozen=True, eq=False)
class Episode:
    """T steps.

    Args:
        seed: of its reset.
        observations: T + 1 of them by name, (T + 1, ...), the first from the reset.
        actions: (T, ...).
        rewards: float64 (T,).
        terminated: bool (T,); truncated: likewise.
        infos: T + 1 of them, the first from the reset.
        frames: pictures: of all moments (T + 1), the last one only, or none.
    """

    seed: int
    observations: dict[str, npt.NDArray[Any]]
    actions: npt.NDArray[Any]
    rewards: npt.NDArray[np.float64]
    terminated: npt.NDArray[np.bool_]
    truncated: npt.NDArray[np.bool_]
    infos: tuple[dict[str, Any], ...]
    frames: tuple[Picture, ...] = ()

    def __len__(self) -> int:
        return len(self.rewards)


def episodes(
    env: gymnasium.Env[Any, Any],
    policy: Policy,
    count: int,
    seed: int = 0,
    options: Callable[[int], Mapping[str, Any] | None] = lambda number: None,
    frames: Callable[[int], str] = lambda number: "",
) -> Iterator[Episode]:
    """Let a policy act.

    Args:
        env: with observations that are dictionaries.
        policy: for it.
        count: how many episodes.
        seed: episode i is reset with seed + i, and so is the same whatever was before it.
        options: of the reset of episode i.
        frames: which pictures of episode i to keep, `ALL`, `LAST` or "".

    Raises:
        EnvError: observations of another kind.
        UserError: whatever the environment has to complain of.
    """
    if not isinstance(env.observation_space, gymnasium.spaces.Dict):
        raise EnvError(f"observations are {env.observation_space}: rollouts are of environments with dictionaries")
    for number in range(count):
        yield _episode(env, policy, seed + number, options(number), frames(number))


def _episode(
    env: gymnasium.Env[Any, Any], policy: Policy, seed: int, options: Mapping[str, Any] | None, frames: str
) -> Episode:
    observation, info = env.reset(seed=seed, options=dict(options) if options else None)
    policy.begin(observation, info)
    observed, infos, actions, results = [observation], [info], [], []
    pictures = [_picture(env)] if frames == ALL else []
    over = False
    while not over:
        action = policy.act(observation, info)
        observation, reward, terminated, truncated, info = env.step(action)
        over = terminated or truncated
        observed.append(observation)
        infos.append(info)
        actions.append(action)
        results.append((float(reward), terminated, truncated))
        if frames == ALL or (frames == LAST and over):
            pictures.append(_picture(env))
    rewards, terminations, truncations = zip(*results)
    return Episode(
        seed=seed,
        observations={name: np.stack([one[name] for one in observed]) for name in sorted(observation)},
        actions=np.stack(actions),
        rewards=np.array(rewards, np.float64),
        terminated=np.array(terminations, np.bool_),
        truncated=np.array(truncations, np.bool_),
        infos=tuple(infos),
        frames=tuple(pictures),
    )


def _picture(env: gymnasium.Env[Any, Any]) -> Picture:
    picture = env.render()
    if not isinstance(picture, np.ndarray):
        raise EnvError(
            f"render gave {type(picture).__name__}: pictures need an environment with render_mode='rgb_array'"
        )
    return picture
