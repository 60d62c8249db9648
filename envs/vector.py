"""Many images at once, in arrays: the environment for training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from gymnasium.utils import seeding
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from envs import picture
from envs.episodes import Episodes, Mask, Observation, checked_index
from envs.options import EnvError, SaccadeOptions
from envs.predictor import Predictor
from envs.saccade import NotResetError, SaccadeEnv
from envs.scenes import Scenes
from varsac.tasks.task import TaskData

Result = tuple[Observation, npt.NDArray[np.float64], Mask, Mask, dict[str, Any]]


class SaccadeVectorEnv(VectorEnv[Observation, Any, npt.NDArray[Any]]):
    """n `SaccadeEnv` side by side, as one batch of arrays.

    Spaces, rewards, episode ends and infos are those of `SaccadeEnv`, batched as `gymnasium.vector.SyncVectorEnv` does
    it; environment i is to the byte what a `SaccadeEnv` is that was reset with seed + i and given the same actions. All
    of them look at images of one `Scenes`, which are in memory once.

    | `autoreset_mode` | after the end of an episode |
    |---|---|
    | NEXT_STEP (default) | the next step begins another one; its action is not looked at, its reward is 0 |
    | SAME_STEP | the same step begins another one; the last observation and info are `final_obs` and `final_info` |
    | DISABLED | nothing; `reset(options={"reset_mask": mask})` begins others |

    ## Version history

    * v0: the first one.

    Args:
        data: the images, or `Scenes` of them.
        num_envs: n.
        options: see `SaccadeOptions`.
        predictor: answers from what was looked at, see `envs.predictor`.
        max_episode_steps: steps after which an episode is truncated, as `gymnasium.make` does it; None: never.
        autoreset_mode: see the table; the mode or its value.
        render_mode: "rgb_array": `render` gives a picture an environment.

    Raises:
        EnvError: no images, no environments, or options that do not go together.
    """

    def __init__(
        self,
        data: TaskData | Scenes,
        num_envs: int,
        options: SaccadeOptions | None = None,
        *,
        predictor: Predictor | None = None,
        max_episode_steps: int | None = None,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
        render_mode: str | None = None,
    ) -> None:
        if num_envs < 1:
            raise EnvError(f"num_envs {num_envs}: at least 1 is needed")
        if render_mode not in (None, "rgb_array"):
            raise EnvError(f"render_mode {render_mode!r}: many environments render to 'rgb_array' only")
        if max_episode_steps is not None and max_episode_steps < 1:
            raise EnvError(f"max_episode_steps {max_episode_steps}: at least 1 is needed")
        self.scenes = data if isinstance(data, Scenes) else Scenes(data)
        self.options = options or SaccadeOptions()
        self.num_envs, self.render_mode = num_envs, render_mode
        self.autoreset_mode = AutoresetMode(autoreset_mode)
        self.metadata = {**SaccadeEnv.metadata, "render_modes": ["rgb_array"], "autoreset_mode": self.autoreset_mode}
        self._limit = max_episode_steps
        self._episodes = Episodes(self.scenes, self.options, num_envs, predictor)
        self.code = self._episodes.code
        self.single_action_space = self.code.space
        self.single_observation_space = self._episodes.space
        self.action_space = batch_space(self.single_action_space, num_envs)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self._generators: list[np.random.Generator | None] = [None] * num_envs
        self._begun = np.zeros(num_envs, np.bool_)
        self._ended = np.zeros(num_envs, np.bool_)
        self._steps = np.zeros(num_envs, np.int64)

    def reset(
        self, *, seed: int | Sequence[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Begin other episodes.

        Args:
            seed: environment i gets seed + i; or one each.
            options: `index`, an image or one an environment; `reset_mask`, bool (n,), which environments (default all).

        Raises:
            EnvError: seeds, options or a mask that do not fit.
        """
        seeds = self._seeds(seed)
        asked = dict(options or {})
        which = self._mask(asked.pop("reset_mask", None))
        chosen = checked_index(asked, len(self.scenes))
        if isinstance(chosen, Sequence) and len(chosen) != self.num_envs:
            raise EnvError(f"{len(chosen)} numbers of images for {self.num_envs} environments")
        for row in np.flatnonzero(which).tolist():
            if seeds[row] is not None or self._generators[row] is None:
                self._generators[row], _ = seeding.np_random(seeds[row])
            self._begin(row, chosen[row] if isinstance(chosen, Sequence) else chosen)
        return self._episodes.observe(), self._episodes.infos(which)

    def step(self, actions: Any) -> Result:
        """Look once, or answer, in every environment.

        Raises:
            NotResetError: no reset before; or an episode is over, with the mode DISABLED.
            ActionError: an action of the wrong shape, not finite or out of range.
        """
        self._require_begun()
        waiting = self._ended if self.autoreset_mode is AutoresetMode.NEXT_STEP else np.zeros_like(self._ended)
        active = ~waiting
        rewards, terminated = self._episodes.step(actions, active)
        self._steps[active] += 1
        truncated = np.zeros_like(terminated) if self._limit is None else active & (self._steps >= self._limit)
        for row in np.flatnonzero(waiting).tolist():
            self._begin(row)
        self._ended = terminated | truncated
        final = self._final() if self.autoreset_mode is AutoresetMode.SAME_STEP and self._ended.any() else {}
        infos = final | self._episodes.infos(np.ones(self.num_envs, np.bool_))
        return self._episodes.observe(), rewards, terminated, truncated, infos

    def render(self) -> tuple[npt.NDArray[np.uint8], ...]:
        """A picture (H, W, 3) an environment.

        Raises:
            EnvError: made without a render mode.
            NotResetError: no reset before.
        """
        if self.render_mode is None:
            raise EnvError('nothing to render: make the environments with render_mode="rgb_array"')
        self._require_begun()
        return tuple(picture.of_episode(self._episodes, row) for row in range(self.num_envs))

    def _final(self) -> dict[str, Any]:
        """Keep what the episodes that are over ended with, and begin others."""
        over = self._ended.copy()
        last = self._episodes.observe()
        observations = np.full(self.num_envs, None, object)
        for row in np.flatnonzero(over).tolist():
            observations[row] = {name: array[row].copy() for name, array in last.items()}
        kept = {
            "final_obs": observations,
            "_final_obs": over,
            "final_info": self._episodes.infos(over),
            "_final_info": over.copy(),
        }
        for row in np.flatnonzero(over).tolist():
            self._begin(row)
        return kept

    def _begin(self, row: int, number: int | None = None) -> None:
        generator = self._generators[row]
        assert generator is not None  # the first reset makes them all
        self._episodes.begin(row, int(generator.integers(len(self.scenes))) if number is None else number)
        self._begun[row], self._ended[row], self._steps[row] = True, False, 0

    def _require_begun(self) -> None:
        if not self._begun.all():
            raise NotResetError("step or render before reset: call reset first")
        if self.autoreset_mode is AutoresetMode.DISABLED and self._ended.any():
            rows = np.flatnonzero(self._ended).tolist()
            raise NotResetError(
                f"the episodes of environments {rows} are over: reset(options={{'reset_mask': mask}}) begins others"
            )

    def _seeds(self, seed: int | Sequence[int | None] | None) -> list[int | None]:
        if seed is None:
            return [None] * self.num_envs
        if isinstance(seed, int | np.integer):
            return [int(seed) + row for row in range(self.num_envs)]
        if len(seed) != self.num_envs:
            raise EnvError(f"{len(seed)} seeds for {self.num_envs} environments")
        return list(seed)

    def _mask(self, mask: Any) -> Mask:
        if mask is None:
            return np.ones(self.num_envs, np.bool_)
        chosen = np.asarray(mask)
        if chosen.dtype != np.bool_ or chosen.shape != (self.num_envs,) or not chosen.any():
            raise EnvError(
                f"reset_mask of shape {chosen.shape} and type {chosen.dtype}: bool ({self.num_envs},) is needed, with "
                "at least one True"
            )
        if not (self._begun | chosen).all():
            raise EnvError("the first reset begins all episodes: leave reset_mask out")
        return chosen
