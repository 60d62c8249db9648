"""What a policy is, and what those have in common that say where to look."""

from __future__ import annotations

import abc
from typing import Any, Protocol

import gymnasium
import numpy as np
import numpy.typing as npt

from envs.actions import ActionCode
from envs.options import EnvError

Observation = dict[str, Any]
Info = dict[str, Any]
Fixation = npt.NDArray[np.floating[Any]]


class Policy(Protocol):
    """Chooses actions, episode after episode."""

    def begin(self, observation: Observation, info: Info) -> None:
        """An episode begins: what `reset` gave."""
        ...

    def act(self, observation: Observation, info: Info) -> Any:
        """The next action, from what `reset` or the last `step` gave."""
        ...


class LookingPolicy(abc.ABC):
    """A policy that says where to look; the action for that is the environment's own.

    It works in every environment of this package: over images, frames and the live game, with continuous actions or a
    grid. Where the agent could answer it does not, and so looks until no glimpse is left.

    Args:
        env: where it is to act.

    Raises:
        EnvError: an environment without saccades, or one whose actions are more than that.
    """

    def __init__(self, env: gymnasium.Env[Any, Any]) -> None:
        self.code = code_of(env)

    def begin(self, observation: Observation, info: Info) -> None:  # noqa: B027 (most have nothing to begin)
        """See `Policy`."""

    def act(self, observation: Observation, info: Info) -> Any:
        """See `Policy`. Where frames follow each other, each is begun anew: the next look is at one not seen yet."""
        if "frame" in info and observation["glimpses_left"][0] <= 0:
            self.begin(observation, info)
        return aimed(self.code, self.look(observation, info))

    @abc.abstractmethod
    def look(self, observation: Observation, info: Info) -> Fixation:
        """(x, y, scale) of the next window."""


def code_of(env: gymnasium.Env[Any, Any]) -> ActionCode:
    """What an environment's actions mean.

    Raises:
        EnvError: see `LookingPolicy`.
    """
    code = env.get_wrapper_attr("code") if env.has_wrapper_attr("code") else None
    if not isinstance(code, ActionCode):
        raise EnvError(f"{env} has no saccades as actions; put envs.SaccadeWrapper around it")
    if code.space != env.action_space:
        raise EnvError(
            f"the actions of {env} are {env.action_space}, more than saccades: give SaccadeWrapper a `policy` for the "
            "inner environment"
        )
    return code


def aimed(code: ActionCode, fixation: npt.ArrayLike) -> Any:
    """The action that looks at (x, y, scale), or as near to it as there is one; it leaves answers and stopping out.

    In a grid the nearest window is meant, of several at the same place that of the nearest scale.

    >>> from envs.options import SaccadeOptions
    >>> aimed(ActionCode(SaccadeOptions(actions="grid", grid=(2, 2, 1)), (), (64, 64)), (0.4, -0.9, 0.5))
    np.int64(1)
    """
    x, y, scale = np.asarray(fixation, np.float64).tolist()
    x, y = float(np.clip(x, -1, 1)), float(np.clip(y, -1, 1))
    if code.windows is not None:
        off = np.hypot(code.windows[:, 0] - x, code.windows[:, 1] - y)
        factor = np.abs(np.log(code.windows[:, 2] / max(scale, 1e-6)))
        chosen = np.int64(np.lexsort((factor, off.round(6)))[0])
        return np.array([chosen, *[0] * (len(code.space.nvec) - 1)]) if code.heads else chosen  # type: ignore[attr-defined]
    places = getattr(code, "places", 3)  # a camera has two: its scale is what it is
    assert code.space.shape is not None
    action = np.full(code.space.shape, -1.0, np.float32)  # no stop, no answer
    action[:places] = [x, y, code.scales.back(scale)][:places]
    return action


def view_of(info: Info) -> tuple[float, float, float, float]:
    """Where in the proxy the image lies: fixations of a camera are places of the proxy itself."""
    if "footprint" in info or "view" not in info:
        return -1.0, -1.0, 1.0, 1.0
    left, top, right, bottom = np.asarray(info["view"], np.float64).tolist()
    return left, top, right, bottom


def size_of(observation: Observation, info: Info) -> tuple[int, int]:
    """(height, width) of the image, px; that of the proxy where nothing else is known."""
    size = info["image_size"] if "image_size" in info else observation["proxy"].shape[:2]
    return int(size[0]), int(size[1])


def usual_scale(code: ActionCode, info: Info, size: tuple[int, int], scale: float | None = None) -> float:
    """The scale of a window, where nothing in the image asks for one.

    Args:
        code: of the environment.
        info: of a camera: it shows what it shows, over the shorter side of the proxy.
        size: (height, width) of the image.
        scale: that is asked for; None: the smallest that there is.
    """
    if "footprint" not in info:
        return code.scales.least if scale is None else scale
    corners = np.asarray(info["footprint"], np.float64) / 2 * size[::-1]
    return float(np.ptp(corners, axis=0).min() / min(size))


def half_extent(scale: float, size: tuple[int, int]) -> Fixation:
    """Half a window's width and height in the image's coordinates, which go from -1 to 1.

    >>> half_extent(0.5, (100, 200)).tolist()
    [0.25, 0.5]
    """
    side = scale * min(size)
    return np.array([side / size[1], side / size[0]])
