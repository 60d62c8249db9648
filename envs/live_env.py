"""What the environments over a live game share: episodes that survive a game that fails, copies, pictures, ends."""

from __future__ import annotations

import abc
import logging
import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import gymnasium
import numpy as np
import numpy.typing as npt

from envs.episodes import Observation
from envs.game_options import GameOptions
from envs.options import EnvError
from envs.saccade import RENDER_MODES, NotResetError
from envs.screen import Screen
from sc2data.geometry import shown_on_minimap
from sc2data.harvest.faults import GameFault
from sc2data.harvest.observe import Observer

if TYPE_CHECKING:
    from sc2data.harvest.live import Frame, LiveGame

TRIES = 3
"""How often a game is started for an episode before the reset gives up."""
EPISODES = 1 << 31

log = logging.getLogger(__name__)


class GameLostError(EnvError):
    """The game failed again and again, so that no episode could begin."""


class LiveEnv(gymnasium.Env[Observation, Any], abc.ABC):
    """An environment over a game of its own, which starts at the first reset and ends with the environment.

    A subclass says what an episode is; it calls `_act` for all that the game may fail at.

    Args:
        options: of the game.
        render_mode: "rgb_array", "human" or None, see `SaccadeEnv`.
        frames_dir: likewise.

    Raises:
        EnvError: a render mode that there is not.
        UserError: no game and no simulator, no such map, or settings that it does not know.
    """

    metadata: ClassVar[dict[str, Any]] = {"render_modes": list(RENDER_MODES), "render_fps": 4}  # type: ignore[misc]

    def __init__(
        self, options: GameOptions, render_mode: str | None, frames_dir: str | os.PathLike[str] | None
    ) -> None:
        if render_mode not in (None, *RENDER_MODES):
            raise EnvError(f"render_mode {render_mode!r}: choose one of {', '.join(RENDER_MODES)}, or None")
        self.render_mode = render_mode
        self.game: LiveGame = options.game()
        self._sizes = options.sizes()
        self._screen = Screen(self.metadata["render_fps"], frames_dir) if render_mode == "human" else None
        self._frame: Frame | None = None
        self._running = False
        self._number = 0
        self._fault: dict[str, str] | None = None

    # -- gymnasium -------------------------------------------------------------------------------------------------

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Begin another episode, in the game there is or, where that failed, in a new one.

        `options={"index": i}` chooses it.

        Raises:
            EnvError: an unknown option or number.
            GameLostError: the game failed again and again.
            HarvestError: the game does not render.
        """
        super().reset(seed=seed)
        chosen = _checked(options)
        self._number = int(self.np_random.integers(EPISODES)) if chosen is None else chosen
        self._running, self._fault = False, None
        self._frame = self._begun()
        self._start()
        self._running = True
        self._show()
        return self._observation(), self._info()

    def step(self, action: Any) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Act, and see what comes of it.

        Raises:
            NotResetError: no reset before, or the episode is over.
            ActionError: an action of the wrong shape, not finite or out of range.
        """
        if not self._running:
            raise NotResetError("step before reset, or after the episode's end: call reset first")
        reward, terminated = self._take(action)
        truncated = self._fault is not None and not terminated
        self._running = not (terminated or truncated)
        self._show()
        return self._observation(), float(reward), bool(terminated), bool(truncated), self._info()

    def render(self) -> npt.NDArray[np.uint8] | None:
        """A picture (H, W, 3) of the episode; None with "human", where each step is shown as it happens.

        Raises:
            EnvError: made without a render mode.
            NotResetError: no reset before.
        """
        if self.render_mode is None:
            raise EnvError('nothing to render: make the environment with render_mode="rgb_array" or "human"')
        if self._frame is None:
            raise NotResetError("nothing to render before the first reset: call reset first")
        return self._picture() if self.render_mode == "rgb_array" else None

    def close(self) -> None:
        """End the game and close the window; a reset begins anew."""
        self._running = False
        self.game.close()
        if self._screen is not None:
            self._screen.close()

    # -- what an episode is ----------------------------------------------------------------------------------------

    @abc.abstractmethod
    def _start(self) -> None:
        """An episode has begun with `self.frame`."""

    @abc.abstractmethod
    def _take(self, action: Any) -> tuple[float, bool]:
        """Act: the reward, and whether the episode has ended by itself."""

    @abc.abstractmethod
    def _observation(self) -> Observation:
        """What the agent sees, in memory of its own."""

    @abc.abstractmethod
    def _info(self) -> dict[str, Any]:
        """What is known, in memory of its own."""

    @abc.abstractmethod
    def _picture(self) -> npt.NDArray[np.uint8]:
        """The episode as people see it."""

    @property
    def frame(self) -> Frame:
        """The last moment that was seen of the game."""
        assert self._frame is not None
        return self._frame

    @property
    def observer(self) -> Observer:
        """Where things of the world are in the pictures."""
        return self._observer

    def _act(self, act: Callable[[], Frame]) -> bool:
        """Let the game go on; False where it failed, and the last frame stays."""
        try:
            self._frame = act()
        except GameFault as fault:
            log.warning("the game failed: %s", fault)
            self.game.kill()
            self._fault = {"kind": fault.kind, "message": fault.message}
            return False
        return True

    def _told(self) -> dict[str, Any]:
        """What the infos of all episodes have."""
        told: dict[str, Any] = {"index": self._number, "game_loop": self.frame.loop}
        if self.frame.result:
            told["result"] = self.frame.result
        if self._fault is not None:
            told["fault"] = dict(self._fault)
        return told

    def _open(self) -> Frame:
        """Begin the episode in the game."""
        return self.game.begin(self._number)

    def _begun(self) -> Frame:
        for remaining in reversed(range(TRIES)):
            try:
                frame = self._open()
            except GameFault as fault:
                self.game.kill()
                if not remaining:
                    raise GameLostError(
                        f"the game failed {TRIES} times at beginning episode {self._number}. {fault}\nRun `python -m "
                        "scripts.doctor`."
                    ) from fault
                log.warning("the game failed at beginning an episode, it is started again: %s", fault)
            else:
                self._observer = self.game.observer
                return frame
        raise AssertionError("an episode is tried at least once")

    # -- places ----------------------------------------------------------------------------------------------------

    def place(self, world: npt.ArrayLike) -> npt.NDArray[np.float32]:
        """Where points (n, 2) or (n, 3) of the world are on the minimap, (n, 2), from (-1, -1) in its upper left."""
        pixels = self.observer.minimap.to_pixels(world)
        return np.asarray(2 * pixels / self._sizes.minimap - 1, np.float32)

    def world(self, x: float, y: float) -> tuple[float, float]:
        """The point of the world at (x, y) of the minimap, within the playable area."""
        pixels = (np.array([[x, y]], np.float64) + 1) / 2 * self._sizes.minimap
        ((east, north),) = self.observer.minimap.to_world(pixels).tolist()
        left, bottom, right, top = self.observer.ground.playable
        return min(max(east, float(left)), float(right)), min(max(north, float(bottom)), float(top))

    def footprint(self) -> npt.NDArray[np.float32]:
        """(4, 2), the corners of what a screen shows of level ground, on the minimap, relative to the camera's place.

        Clockwise from the screen's upper left one, in units of which the minimap has two a side; always the same.
        """
        origin = (0.0, 0.0, 0.0)
        corners = shown_on_minimap(self.observer.screen(origin), self.observer.minimap)
        return np.asarray(corners - self.place([origin]), np.float32)

    def _show(self) -> None:
        if self._screen is not None:
            self._screen.show(self._picture())


def _checked(options: Mapping[str, Any] | None) -> int | None:
    """`options["index"]` of a reset.

    Raises:
        EnvError: an option that there is not, or no such number.
    """
    unknown = set(options or {}) - {"index"}
    if unknown:
        raise EnvError(f"reset has no options {sorted(unknown)}; `index` chooses the scene or game by its number")
    chosen = (options or {}).get("index")
    if chosen is None:
        return None
    number = np.asarray(chosen)
    if number.dtype.kind not in "iu" or number.ndim or not 0 <= int(number) < 1 << 62:
        raise EnvError(f"index {chosen!r}: give a whole number from 0 on")
    return int(number)
