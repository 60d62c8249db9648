"""Saccades over the frames of any other environment."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import gymnasium
import numpy as np
import numpy.typing as npt
from gymnasium import spaces
from gymnasium.utils import RecordConstructorArgs

from envs import picture, windows
from envs.actions import ActionCode
from envs.episodes import Observation, observation_space
from envs.joint import joint
from envs.options import EnvError, SaccadeOptions
from envs.saccade import NotResetError
from envs.scenes import Scene
from sc2data.pyramid import Pyramid
from varsac.tasks.proxy import proxy_of, proxy_size
from varsac.tasks.task import Example

Policy = Callable[[Any], Any]
DEFAULTS = SaccadeOptions(glimpses=4, history=3)


class SaccadeWrapper(gymnasium.Wrapper[Observation, Any, Any, Any], RecordConstructorArgs):
    """See the frames of an environment through saccades: a proxy of each frame, and a few windows of it.

    The agent takes T looks at each frame of the inner environment. The step after the last look moves the inner
    environment on, by its part of the action or by a given policy, and looks at the new frame; so the inner action is
    chosen after all that was seen of the frame. The reward is that of the inner environment, 0 while it stands still.

    ## Observation space

    That of `SaccadeEnv`, of the frame; `glimpses_left` are those left at this frame, and `history` (3 by default) holds
    glimpses of earlier frames too. Where the inner observation is a dictionary, its other entries stand beside them.

    ## Action space

    With a policy the saccade alone, Box(-1, 1, (3,)) or Discrete as in `SaccadeEnv`. Without one both actions:

    | inner action | saccade | together |
    |---|---|---|
    | Discrete(n) | grid of P windows | MultiDiscrete([n, P]) |
    | Box (m,) | continuous | Box (m + 3,), the inner action first |
    | otherwise | | Dict(inner=, saccade=) |

    ## Episode end

    As the inner environment says.

    ## Info

    That of the inner environment when it moved, and: `frame` (number of its frame, from 0), `moved` (whether it moved
    in this step), `pixels_read` (of all frames until now), `image_size` (height and width of a frame, px).

    ## Version history

    * v0: the first one.

    Args:
        env: with an image (H, W), (H, W, 1) or (H, W, 3) of uint8 as its observation, or as an entry of a dictionary.
            `gymnasium.wrappers.AddRenderObservation` gives any environment that renders one.
        key: of the entry; None: the observation is the image.
        options: `glimpses` is T; rewards and answers are not of this environment's kind.
        policy: inner observation to inner action; None: the agent chooses.
        proxy: shorter side of the proxy, px; frames that are smaller are their own proxy.

    Raises:
        EnvError: no such image, or options that make no sense here.
    """

    def __init__(
        self,
        env: gymnasium.Env[Any, Any],
        key: str | None = None,
        options: SaccadeOptions | None = None,
        *,
        policy: Policy | None = None,
        proxy: int = 64,
    ) -> None:
        RecordConstructorArgs.__init__(self, key=key, options=options, policy=policy, proxy=proxy)
        gymnasium.Wrapper.__init__(self, env)
        self.options = options or DEFAULTS
        if self.options.answer_by_action or self.options.reward != "found":
            raise EnvError("rewards and answers are those of the inner environment: leave `reward` and `answer` out")
        self._key, self._policy = key, policy
        height, width, self._channels = _image_shape(env.observation_space, key)
        self._proxy = proxy_size(height, width, min(proxy, height, width))
        self.code = ActionCode(self.options, (), (height, width))
        seen = observation_space(self.options, self._channels, self._proxy, self.code.scales.largest)
        together: spaces.Space[Any] = spaces.Dict({**_others(env.observation_space, key, seen), **seen})
        self.observation_space = together
        self._joint = None if policy is not None else joint(env.action_space, self.code.space)
        self.action_space = self.code.space if self._joint is None else self._joint.space
        self._scene: Scene | None = None
        self._inner: Any = None
        self._looked: list[npt.NDArray[np.float32]] = []  # at this frame
        self._frame = self._pixels = 0

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Reset the inner environment; nothing of its first frame was looked at."""
        inner, info = self.env.reset(seed=seed, options=options)
        size, kept = self.options.glimpse_size, self.options.history + 1
        self._glimpses = np.zeros((kept, size, size, self._channels), np.uint8)  # the last one first
        self._fixations = np.zeros((kept, 3), np.float32)
        self._frame, self._pixels = -1, 0
        self._see(inner)
        return self._observation(), self._info(info, moved=False)

    def step(self, action: Any) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Move the inner environment on where this frame was looked at T times; then look.

        Raises:
            NotResetError: no reset before.
            ActionError: an action of the wrong shape, not finite or out of range.
        """
        if self._scene is None:
            raise NotResetError("step before reset: call reset first")
        mine, inner_action = (action, None) if self._joint is None else self._joint.split(action)
        fixation = self.code.decode([mine], 1, np.ones(1, np.bool_)).fixations[0]
        reward, terminated, truncated = 0.0, False, False
        told: dict[str, Any] = {}
        moving = len(self._looked) >= self.options.glimpses
        if moving:
            chosen = inner_action if self._policy is None else self._policy(self._inner)
            inner, gained, terminated, truncated, told = self.env.step(chosen)
            reward = float(gained)
            self._see(inner)
        reward -= self.options.pixel_cost * 1e-6 * self._look(fixation)
        return self._observation(), reward, bool(terminated), bool(truncated), self._info(told, moving)

    def render(self) -> Any:
        """With "rgb_array" the frame with its windows, (H, W, 3); otherwise what the inner environment shows."""
        if self.env.render_mode != "rgb_array":
            return self.env.render()
        if self._scene is None:
            raise NotResetError("nothing to render before the first reset: call reset first")
        return picture.draw(
            picture.Look(
                image=self._scene.example.image,
                proxy=self._scene.example.proxy,
                view=self._scene.example.view,
                fixations=np.array(self._looked, np.float32).reshape(-1, 3),
                turns=self.options.glimpses,
                lines=(
                    f"frame {self._frame}    glimpse {len(self._looked)} of {self.options.glimpses}    "
                    f"{self._pixels:,} px read",
                ),
            )
        )

    def _see(self, inner: Any) -> None:
        """Take a frame of the inner environment."""
        frame = inner if self._key is None else inner[self._key]
        image = Pyramid.of(np.array(frame, np.uint8))  # its own copy: the inner environment may go on painting
        self._scene = Scene(Example(proxy_of(image, self._proxy), image, {}), self._frame + 1, keep=True)
        self._inner = inner
        self._frame += 1
        self._looked = []

    def _look(self, fixation: npt.NDArray[np.float32]) -> int:
        """Look through a window; how many pixels were read."""
        assert self._scene is not None
        fresh = np.empty((1, *self._glimpses.shape[1:]), np.uint8)
        pixels = int(windows.cut([self._scene], fixation[None], [fresh[0]])[0])
        self._glimpses = np.concatenate([fresh, self._glimpses[:-1]])
        self._fixations = np.concatenate([fixation[None], self._fixations[:-1]])
        self._looked.append(fixation)
        self._pixels += pixels
        return pixels

    def _observation(self) -> Observation:
        assert self._scene is not None
        seen: dict[str, Any] = {}
        if self._key is not None:
            seen = {name: copy.deepcopy(value) for name, value in self._inner.items() if name != self._key}
        seen["proxy"] = self._scene.example.proxy.copy()
        seen["glimpse"], seen["fixation"] = self._glimpses[0].copy(), self._fixations[0].copy()
        seen["glimpses_left"] = np.array([self.options.glimpses - len(self._looked)], np.float32)
        if self.options.history:
            seen["past_glimpses"], seen["past_fixations"] = self._glimpses[1:].copy(), self._fixations[1:].copy()
        return {name: seen[name] for name in sorted(seen)}

    def _info(self, inner: dict[str, Any], moved: bool) -> dict[str, Any]:
        assert self._scene is not None
        size = np.array([self._scene.height, self._scene.width], np.int64)
        mine = {"frame": self._frame, "moved": moved, "pixels_read": self._pixels, "image_size": size}
        return {**inner, **mine}


def _image_shape(space: spaces.Space[Any], key: str | None) -> tuple[int, int, int]:
    """(H, W, C) of the image.

    Raises:
        EnvError: there is none.
    """
    if key is not None and not (isinstance(space, spaces.Dict) and key in space.spaces):
        names = ", ".join(space.spaces) if isinstance(space, spaces.Dict) else f"none, it is {space}"
        raise EnvError(f"the observation has no entry {key!r}; its entries are {names}")
    image = space[key] if key is not None and isinstance(space, spaces.Dict) else space
    shape = image.shape or ()
    channels = shape[2] if len(shape) == 3 else 1
    if image.dtype != np.uint8 or len(shape) not in (2, 3) or channels not in (1, 3) or min(shape[:2]) < 8:
        raise EnvError(
            f"the observation is {image}: saccades need an image of uint8, (H, W), (H, W, 1) or (H, W, 3), at least 8 "
            "px a side. Name its `key` in a dictionary, or wrap the environment first: "
            "gymnasium.wrappers.AddRenderObservation, or TransformObservation to bring values to 0 .. 255"
        )
    return shape[0], shape[1], channels


def _others(space: spaces.Space[Any], key: str | None, seen: spaces.Dict) -> dict[str, spaces.Space[Any]]:
    """The entries of the inner observation besides the image.

    Raises:
        EnvError: one of them is called what this environment calls its own.
    """
    if key is None or not isinstance(space, spaces.Dict):
        return {}
    others = {name: one for name, one in space.spaces.items() if name != key}
    taken = sorted(set(others) & set(seen.spaces))
    if taken:
        raise EnvError(
            f"the inner observation has entries {taken}, which are names of this environment's: rename them with "
            "gymnasium.wrappers.TransformObservation"
        )
    return others
