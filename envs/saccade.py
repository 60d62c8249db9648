"""One image at a time, looked at through a few windows: the environment."""

from __future__ import annotations

import os
from typing import Any, ClassVar

import gymnasium
import numpy as np
import numpy.typing as npt
from gymnasium.error import ResetNeeded

from envs import picture
from envs.episodes import Episodes, Observation, checked_index
from envs.options import EnvError, SaccadeOptions
from envs.predictor import Predictor
from envs.scenes import Scenes
from envs.screen import Screen
from varsac.tasks.task import TaskData

RENDER_MODES = ("human", "rgb_array")


class NotResetError(EnvError, ResetNeeded):
    """A step before the first reset, or after an episode's end."""


class SaccadeEnv(gymnasium.Env[Observation, Any]):
    """Look at a large image through a few small windows, and find what it holds.

    Each episode is one image of a task (`varsac.tasks`): harvested screens of StarCraft II, painted digits,
    photographs, or any other `TaskData`. The agent sees the image at low resolution (the proxy) and chooses where to
    look closely.

    ## Observation space

    A `Dict` of one level; S is the glimpse's side, C the channels, T the glimpses of an episode, K the `history`.

    | key | shape | dtype | range | meaning |
    |---|---|---|---|---|
    | proxy | (h, w, C) | uint8 | 0 .. 255 | the image at low resolution, or the game's minimap |
    | glimpse | (S, S, C) | uint8 | 0 .. 255 | what the last window showed; black before the first one |
    | fixation | (3,) | float32 | -1 .. 1, -1 .. 1, 0 .. largest | (x, y, scale) of that window; 0 before the first |
    | glimpses_left | (1,) | float32 | 0 .. T | how many are left |
    | past_glimpses | (K, S, S, C) | uint8 | 0 .. 255 | with `history`: the K before the last one, newest first |
    | past_fixations | (K, 3) | float32 | as fixation | with `history`: theirs |

    ## Action space

    | options | space | meaning |
    |---|---|---|
    | default | Box(-1, 1, (3,), float32) | x, y of the window's centre over the image, s of its scale |
    | actions="grid" | Discrete(rows columns scales) | which window of a grid |
    | answer_by_action | Box(-1, 1, (4 + A,)) | x, y, s, stop where above 0, A scores of the answers |
    | both | MultiDiscrete | window or stop, then the answers |

    s = -1 is the smallest scale, 1 the largest, equal steps are equal factors; `env.code.scales` converts, and
    `envs.actions.box_action` makes the action that looks at a fixation. See `envs.actions.ActionCode` for the answers.

    ## Rewards

    | reward | at each glimpse | at the end |
    |---|---|---|
    | found (default) | objects that no window of the episode has shown before | |
    | loss | by how much it lowers the predictor's loss, from that of knowing nothing; see `envs.answers` | |
    | answer | | the share of the task's questions that are answered right, 0 .. 1 |

    From each glimpse's reward `pixel_cost` is taken for a million pixels read. An object is found by a window that has
    its centre and shows it at least `found_pixels` wide, or as sharply as the image itself does.

    ## Starting state

    An image drawn evenly from the split by the environment's generator, or the one that
    `reset(options={"index": 7})` names; nothing looked at.

    ## Episode end

    Terminated after T glimpses; with `answer_by_action` when the agent stops, or by the action after the last glimpse,
    which holds the answer. Never truncated, but by the limit that `gymnasium.make` adds.

    ## Info

    | key | meaning |
    |---|---|
    | index | number of the image in its split |
    | pixels_read | of the image's levels until now, for all glimpses; the proxy not counted |
    | objects, objects_found | how many lie in the image, and how many of them were found |
    | truth | the labels by head |
    | view | float32 (4,), where in the proxy the image lies, see `varsac.tasks.task` |
    | image_size | int64 (2,), height and width, px |
    | answer, right | once there is one: the answer by head, and the share that is right |

    With a predictor there is an answer after each glimpse.

    ## Version history

    * v0: the first one.

    Args:
        data: the images, or `Scenes` of them that several environments share.
        options: see `SaccadeOptions`.
        predictor: answers from what was looked at, see `envs.predictor`.
        render_mode: "rgb_array": `render` gives a picture; "human": shown in a window at each step, or where there is
            no display saved as PNG files.
        frames_dir: folder for these files; None: a new temporary one.

    Raises:
        EnvError: no images, or options that do not go together.
    """

    metadata: ClassVar[dict[str, Any]] = {"render_modes": list(RENDER_MODES), "render_fps": 4}  # type: ignore[misc]

    def __init__(
        self,
        data: TaskData | Scenes,
        options: SaccadeOptions | None = None,
        *,
        predictor: Predictor | None = None,
        render_mode: str | None = None,
        frames_dir: str | os.PathLike[str] | None = None,
    ) -> None:
        if render_mode not in (None, *RENDER_MODES):
            raise EnvError(f"render_mode {render_mode!r}: choose one of {', '.join(RENDER_MODES)}, or None")
        self.scenes = data if isinstance(data, Scenes) else Scenes(data)
        self.options = options or SaccadeOptions()
        self.render_mode = render_mode
        self._episode = Episodes(self.scenes, self.options, 1, predictor)
        self.code = self._episode.code
        self.action_space = self.code.space
        self.observation_space = self._episode.space
        self._screen = Screen(self.metadata["render_fps"], frames_dir) if render_mode == "human" else None
        self._running = False

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Start with another image; `options={"index": i}` chooses it.

        Raises:
            EnvError: an unknown option or image.
        """
        super().reset(seed=seed)
        chosen = checked_index(options, len(self.scenes))
        if isinstance(chosen, list):
            raise EnvError(f"index {chosen}: give one number, this is one environment")
        number = int(self.np_random.integers(len(self.scenes))) if chosen is None else chosen
        self._episode.begin(0, number)
        self._running = True
        self._show()
        return self._observation(), self._episode.info(0)

    def step(self, action: Any) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Look once, or answer.

        Raises:
            NotResetError: no reset before, or the episode is over.
            ActionError: an action of the wrong shape, not finite or out of range.
        """
        if not self._running:
            raise NotResetError("step before reset, or after the episode's end: call reset first")
        reward, over = self._episode.step([action], np.ones(1, np.bool_))
        self._running = not over[0]
        self._show()
        return self._observation(), float(reward[0]), bool(over[0]), False, self._episode.info(0)

    def objects(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
        """Where the true objects lie, (N, 2) from -1 to 1 over the image, and which were found (N,). For oracles.

        Raises:
            NotResetError: no reset before.
        """
        scene = self._episode.current[0]
        if scene is None:
            raise NotResetError("no image before the first reset: call reset first")
        return 2 * scene.positions / [scene.width, scene.height] - 1, self._episode.found(0)

    def render(self) -> npt.NDArray[np.uint8] | None:
        """A picture (H, W, 3) of the episode; None with "human", where each step is shown as it happens.

        Raises:
            EnvError: made without a render mode.
            NotResetError: no reset before.
        """
        if self.render_mode is None:
            raise EnvError('nothing to render: make the environment with render_mode="rgb_array" or "human"')
        return self._picture() if self.render_mode == "rgb_array" else None

    def close(self) -> None:
        """Close the window."""
        if self._screen is not None:
            self._screen.close()

    def _observation(self) -> Observation:
        return {name: array[0] for name, array in self._episode.observe().items()}

    def _show(self) -> None:
        if self._screen is not None:
            self._screen.show(self._picture())

    def _picture(self) -> npt.NDArray[np.uint8]:
        if self._episode.current[0] is None:
            raise NotResetError("nothing to render before the first reset: call reset first")
        return picture.of_episode(self._episode, 0)
