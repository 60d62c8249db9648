"""What an agent is to learn, for how long, and how well it does what it learned."""

from __future__ import annotations

import dataclasses
import pathlib
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import gymnasium
import numpy as np
import numpy.typing as npt
from gymnasium.vector import AutoresetMode

from envs.options import EnvError
from envs.vector import SaccadeVectorEnv

DEFAULTS: dict[str, Any] = {"actions": "grid", "grid": (8, 8, 1), "glimpse_size": 64, "glimpses": 4}
"""Of the environment, where nothing else is asked for: few windows to choose from, which cover the image."""


class Agent(Protocol):
    """What looks, in many environments at once."""

    def begin(self) -> None:
        """Episodes begin."""
        ...

    def act(self, observed: dict[str, Any]) -> Any:
        """Actions for a batch of observations."""
        ...

    def save(self, path: pathlib.Path) -> None:
        """Write it."""
        ...


class Course:
    """A registered environment with a grid of windows, where objects are to be found.

    Args:
        env: its id.
        options: of `gymnasium.make`, over `DEFAULTS`.
        envs: how many side by side.

    Raises:
        EnvError: no such environment, or no grid.
    """

    def __init__(self, env: str, options: Mapping[str, Any] | None = None, envs: int = 64) -> None:
        self.env, self.envs = env, envs
        self.options: dict[str, Any] = {**DEFAULTS, **(options or {})}
        if self.options["actions"] != "grid" or self.options.get("answer_by_action"):
            raise EnvError("these agents choose among the windows of a grid: actions=grid, without answer_by_action")
        self.glimpses = int(self.options["glimpses"])
        rows, columns, scales = self.options["grid"]
        self.grid = int(rows), int(columns), int(scales)
        self.options.setdefault("history", self.glimpses - 1)

    def vector(self, split: str, mode: AutoresetMode) -> SaccadeVectorEnv:
        """Environments over a split.

        Raises:
            EnvError: there is no such environment, or it is of another kind.
            UserError: its images cannot be had.
        """
        if self.env not in gymnasium.registry:
            there = ", ".join(name for name in gymnasium.registry if name.startswith("varsac/"))
            raise EnvError(f"environment {self.env!r} is unknown; there are {there}")
        made = gymnasium.make_vec(self.env, self.envs, autoreset_mode=mode, split=split, **self.options).unwrapped
        if not isinstance(made, SaccadeVectorEnv):
            raise EnvError(f"{self.env} is no environment of saccades over images")
        return made


class Budget:
    """How long is learned: seconds of this process's CPU time, or steps where the result is to be the same each time.

    Args:
        seconds: of CPU time; 0: no limit.
        steps: of single environments; 0: no limit.
        report: is told the share that is spent, the steps, and the mean return of late episodes.

    Raises:
        EnvError: no limit at all.
    """

    def __init__(
        self, seconds: float = 0, steps: int = 0, report: Callable[[float, int, float], None] | None = None
    ) -> None:
        if seconds <= 0 and steps <= 0:
            raise EnvError(f"{seconds:g} s and {steps} steps of learning: one of them must be above 0")
        self._seconds, self._steps, self._tell = seconds, steps, report
        self._start = time.process_time()
        self.curve: list[tuple[float, int, float]] = []

    @property
    def spent(self) -> float:
        """Seconds of CPU time."""
        return time.process_time() - self._start

    def left(self, steps: int) -> bool:
        """Whether there is something left after so many steps."""
        return self._share(steps) < 1

    def report(self, steps: int, mean_return: float) -> None:
        """Keep a point of the curve: seconds, steps, mean return of late episodes."""
        self.curve.append((round(self.spent, 1), steps, round(mean_return, 3)))
        if self._tell is not None:
            self._tell(min(1.0, self._share(steps)), steps, mean_return)

    def _share(self, steps: int) -> float:
        by_time = self.spent / self._seconds if self._seconds > 0 else 0.0
        return max(by_time, steps / self._steps if self._steps > 0 else 0.0)


def found(agent: Agent | None, vector: SaccadeVectorEnv, images: int, seed: int = 0) -> npt.NDArray[np.int64]:
    """How many objects an agent finds in each of the first images of a split, and how many there are: (images, 2).

    Args:
        agent: None: windows drawn evenly, with `seed`.
        vector: in the mode DISABLED.
        images: how many; at most as many as there are.
        seed: of random windows.
    """
    vector.action_space.seed(seed)
    numbers = np.arange(min(images, len(vector.scenes)))
    results = []
    for first in range(0, len(numbers), vector.num_envs):
        some = numbers[first : first + vector.num_envs]
        padded = np.pad(some, (0, vector.num_envs - len(some)), mode="edge")
        observed, info = vector.reset(options={"index": padded})
        if agent is not None:
            agent.begin()
        for _ in range(vector.options.glimpses):
            actions = vector.action_space.sample() if agent is None else agent.act(observed)
            observed, _, _, _, info = vector.step(actions)
        results.append(np.column_stack([info["objects_found"], info["objects"]])[: len(some)])
    return np.concatenate(results)


@dataclasses.dataclass(frozen=True)
class Outcome:
    """How an agent did on images that it has not learned from.

    Args:
        images: how many.
        objects: in an image, mean.
        found: by the agent, mean.
        random: found by as many random windows of the same kind, mean.
    """

    images: int
    objects: float
    found: float
    random: float

    @property
    def times(self) -> float:
        """How many times as many as random windows find."""
        return self.found / self.random if self.random else float("inf")


def outcome(agent: Agent, course: Course, images: int, seed: int = 0) -> Outcome:
    """Measure an agent on the test split, beside random windows on the same images."""
    vector = course.vector("test", AutoresetMode.DISABLED)
    mine, others = found(agent, vector, images), found(None, vector, images, seed)
    return Outcome(len(mine), float(mine[:, 1].mean()), float(mine[:, 0].mean()), float(others[:, 0].mean()))
