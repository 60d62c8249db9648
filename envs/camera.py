"""The saccade as the game knows it: the camera moves over the map, and the screen shows what is there."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from gymnasium import spaces

from envs import live_picture
from envs.camera_options import CameraCode, CameraOptions
from envs.episodes import Mask, Observation
from envs.found_places import FoundPlaces
from envs.game_options import named
from envs.live_env import LiveEnv
from envs.options import EnvError
from envs.predictor import CheckpointFinder, Finder
from envs.seen_units import SeenUnits
from sc2data.geometry import Rectangle, view_on_minimap
from sc2data.units import unit_type

if TYPE_CHECKING:
    from sc2data.harvest.live import Frame

APART = 1.5
"""Radii of a unit between two finds of different looks that are two units; two that touch are 2 apart."""
LARGEST = 2.0
"""Largest scale of the footprint: a camera sees more than this of no map."""


class CameraSaccadeEnv(LiveEnv):
    """Count the units of a type on a whole map of the live game, or find them all, by a few moves of the camera.

    The minimap is the proxy, the camera the fovea and the rendered screen the glimpse: an action (x, y) on the minimap
    moves the camera there, and the next observation shows what the screen then shows. Observations are named as in
    `SaccadeEnv`, so that agents for the one can look around in the other. Every environment has a game of its own, see
    `StarCraft2Env`.

    ## Observation space

    A `Dict` of one level; T is `glimpses`, K the `history`, (h, w) `minimap_size`, (H, W) `screen_size`.

    | key | shape | dtype | range | meaning |
    |---|---|---|---|---|
    | proxy | (h, w, 3) | uint8 | 0 .. 255 | the minimap as the game draws it, with the frame of the camera's view |
    | glimpse | (H, W, 3) | uint8 | 0 .. 255 | the screen at the last look; black before the first one |
    | fixation | (3,) | float32 | -1 .. 1, -1 .. 1, 0 .. 2 | where it was: (x, y, scale); 0 before the first look |
    | glimpses_left | (1,) | float32 | 0 .. T | how many are left |
    | past_glimpses | (K, H, W, 3) | uint8 | 0 .. 255 | with `history`: the K before the last one, newest first |
    | past_fixations | (K, 3) | float32 | as fixation | with `history`: theirs |

    (-1, -1) is the upper left corner of the minimap, (1, 1) the lower right one. The scale is the side of the ground
    that every row of the screen shows over the shorter side of the minimap: the same at all looks.

    ## Action space

    | options | space | meaning |
    |---|---|---|
    | default | Box(-1, 1, (2,), float32) | x, y of the minimap, that the screen is to show in its middle |
    | actions="grid" | Discrete(rows columns) | which place of a grid over the minimap, row by row |
    | answer_by_action | Box(-1, 1, (4 + most,)) | x, y, stop where above 0, scores of the counts 0 .. most |
    | both | MultiDiscrete([rows columns + 1, most + 1]) | place or stop, then the count |

    Places outside of the playable area mean the nearest point in it; near its edges the game may hold the camera back,
    and the fixation says where it is. `env.unwrapped.code.action(x, y)` makes the action that looks there.

    ## Rewards

    | reward | at each look | at the end |
    |---|---|---|
    | found (default) | units of the type that no screen of the episode has shown before | |
    | loss | by how much it brings the predictor's count nearer to the truth, from 0 at the start | |
    | answer | | 1 where the count that was said, or the predictor's, rounded, is the truth, else 0 |

    From each look's reward `pixel_cost` is taken for a million pixels read. A unit is found by a look on whose screen
    it stands, hidden behind others or not.

    ## Starting state

    As in `StarCraft2Env`, with scenes in which nobody was sent anywhere; nothing was looked at.
    `reset(options={"index": 7})` chooses scene 7.

    ## Time

    With loops=0 it stands still: the game is asked to keep the moment in which the episode begins, and goes back to it
    for each look, which shows it one loop, 1/22.4 s, later, the least that a camera needs. Otherwise a look takes
    `loops`.

    ## Episode end

    Terminated after T looks; with `answer_by_action` when the agent stops, or by the action after the last look, which
    holds the answer; where time runs, also when the game is over. Truncated when the game crashed, hung or sent
    nonsense, see `StarCraft2Env`; also by the limit that `gymnasium.make` adds.

    ## Info

    | key | meaning |
    |---|---|
    | index, game_loop | number of the scene or game, and loops since it began |
    | pixels_read | of all screens until now; the minimap not counted |
    | objects, objects_found | how many units of the type there are now, and how many were ever on a screen |
    | truth | {unit: objects} |
    | answer, right | once there is one: {unit: count}, and 1.0 where it is the truth, else 0.0 |
    | positions, found | a list of the units' (x, y) on the minimap, from -1 to 1, and whether each was found |
    | footprint | (4, 2), the trapezium of the minimap that a screen shows, relative to the place that was looked at |
    | view | (4,), left, top, right, bottom of the screen on the minimap, as harvested data sets have it |
    | units | `envs.seen_units.SeenUnits`, all units, see `StarCraft2Env` |
    | result, fault | see `StarCraft2Env` |

    ## Version history

    * v0: the first one.

    Args:
        options: see `CameraOptions`.
        predictor: counts what the screens show: any `envs.predictor.Finder`, or the path of a checkpoint. What it finds
            on several screens at the same place counts once.
        render_mode: "rgb_array": `render` gives a picture; "human": shown in a window at each step, or where there is
            no display saved as PNG files.
        frames_dir: folder for these files; None: a new temporary one.
        values: options by name, instead of those in `options`.

    Raises:
        EnvError: a value out of range, options that do not go together, or a unit type that the game does not know.
        CheckpointError: the predictor is no checkpoint.
        UserError: no game and no simulator, no such map, or pysc2 is not installed.
    """

    def __init__(
        self,
        options: CameraOptions | None = None,
        *,
        predictor: str | os.PathLike[str] | Finder | None = None,
        render_mode: str | None = None,
        frames_dir: str | os.PathLike[str] | None = None,
        **values: Any,
    ) -> None:
        self.options = named(CameraOptions, options, values)
        _check(self.options, predictor is not None)
        self._kind = self.options.unit_id()
        self._head = self.options.head()
        super().__init__(self.options, render_mode, frames_dir)
        self._finder = CheckpointFinder(predictor) if isinstance(predictor, str | os.PathLike) else predictor
        self.code = CameraCode(self.options, (self._head,))
        self.action_space = self.code.space
        self.observation_space = self._space()

    def _space(self) -> spaces.Space[Any]:
        (width, height), (across, down), past = self._sizes.minimap, self._sizes.asked_screen, self.options.history
        low, high = np.array([-1, -1, 0], np.float32), np.array([1, 1, LARGEST], np.float32)
        seen: dict[str, spaces.Space[Any]] = {
            "fixation": spaces.Box(low, high, dtype=np.float32),
            "glimpse": spaces.Box(0, 255, (down, across, 3), np.uint8),
            "glimpses_left": spaces.Box(0, self.options.glimpses, (1,), np.float32),
            "proxy": spaces.Box(0, 255, (height, width, 3), np.uint8),
        }
        if past:
            seen["past_fixations"] = spaces.Box(np.tile(low, (past, 1)), np.tile(high, (past, 1)), dtype=np.float32)
            seen["past_glimpses"] = spaces.Box(0, 255, (past, down, across, 3), np.uint8)
        return spaces.Dict(seen)

    # -- the episode -----------------------------------------------------------------------------------------------

    def _open(self) -> Frame:
        frame = super()._open()
        if not self.options.loops:
            self.game.hold()
        return frame

    def _start(self) -> None:
        self._looks: list[npt.NDArray[np.float32]] = []  # fixations, in order
        self._screens: list[npt.NDArray[np.uint8]] = []
        self._found: set[int] = set()
        self._places = FoundPlaces(APART * unit_type(self._kind).radius)
        self._answer: float | None = None
        self._see()
        if self.options.answer_by_action and len(self._rows) > self.options.most:
            raise EnvError(
                f"episode {self._number} has {len(self._rows)} {self.options.unit}, more than the {self.options.most} "
                "that an action can say: raise `most`"
            )

    def _take(self, action: Any) -> tuple[float, bool]:
        decoded = self.code.decode([action], 1, np.ones(1, np.bool_))
        options = self.options
        if options.answer_by_action and (decoded.stop[0] or len(self._looks) >= options.glimpses):
            self._answer = float(decoded.answers[self._head.name][0])
            return (self._right() if options.reward == "answer" else 0.0), True
        known, error = len(self._found), self._error()
        point = self.world(*decoded.fixations[0, :2].tolist())
        look = (lambda: self.game.step((), point, options.loops)) if options.loops else lambda: self.game.peek(point)
        if not self._act(look):
            return 0.0, False
        self._look()
        over = bool(self.frame.result) or (not options.answer_by_action and len(self._looks) >= options.glimpses)
        reward = {
            "found": float(len(self._found) - known),
            "loss": error - self._error(),
            "answer": self._right() if over and self._answer is not None else 0.0,
        }[options.reward]
        return reward - options.pixel_cost * 1e-6 * self.frame.screen[..., 0].size, over

    def _look(self) -> None:
        """Take in what the screen shows now."""
        place = self.place([self.frame.camera])[0].clip(-1, 1)
        self._looks.append(np.array([*place, self._scale()], np.float32))
        self._screens.append(self.frame.screen)
        self._see()
        shown = self._units.on_screen & self._units.visible
        self._found |= set(self._units.tag[self._rows[shown[self._rows]]].tolist())
        if self._finder is not None:
            found = np.asarray(self._finder(self.frame.screen.copy(), self.frame.minimap.copy(), self._view()))
            ground = self.observer.ground_at(self.frame.camera, found[:, :2])
            self._places.add(np.column_stack([ground, found[:, 2]]))
            self._answer = self._places.count

    def _see(self) -> None:
        self._units = SeenUnits.copy_of(self.frame.units)
        ours = self._units.of_side(self.options.owner)
        self._rows = np.flatnonzero((self._units.type == self._kind) & ours)

    def _error(self) -> float:
        """How far the predictor's count is from the truth."""
        return abs((self._answer or 0.0) - len(self._rows)) if self._finder is not None else 0.0

    def _right(self) -> float:
        assert self._answer is not None
        return float(round(self._answer) == len(self._rows))

    # -- places ----------------------------------------------------------------------------------------------------

    def _scale(self) -> float:
        """The side of the ground that every row of the screen shows, over the shorter side of the minimap."""
        pixels = self.footprint() / 2 * self._sizes.minimap
        (_, top), (_, _), (right, bottom), (left, _) = pixels.tolist()
        return min(right - left, bottom - top) / min(self._sizes.minimap)

    def _view(self) -> Rectangle:
        return view_on_minimap(self.observer.screen(self.frame.camera), self.observer.minimap)

    # -- what is told ----------------------------------------------------------------------------------------------

    def _observation(self) -> Observation:
        kept = 1 + self.options.history
        across, down = self._sizes.asked_screen
        screens = np.zeros((kept, down, across, 3), np.uint8)  # the last one first
        looks = np.zeros((kept, 3), np.float32)
        for back, (screen, look) in enumerate(zip(self._screens[::-1][:kept], self._looks[::-1])):
            screens[back], looks[back] = screen, look
        seen: Observation = {
            "fixation": looks[0].copy(),
            "glimpse": screens[0].copy() if self.options.history else screens[0],
            "glimpses_left": np.array([self.options.glimpses - len(self._looks)], np.float32),
            "proxy": self.frame.minimap.copy(),
        }
        if self.options.history:
            seen["past_fixations"], seen["past_glimpses"] = looks[1:].copy(), screens[1:].copy()
        return {name: seen[name] for name in sorted(seen)}

    def _info(self) -> dict[str, Any]:
        across, down = self._sizes.asked_screen
        told = self._told() | {
            "pixels_read": len(self._looks) * across * down,
            "objects": len(self._rows),
            "objects_found": len(self._found),
            "truth": {self._head.name: len(self._rows)},
            "positions": self.place(self._units.world[self._rows]).tolist(),
            "found": self._seen_before().tolist(),
            "footprint": self.footprint(),
            "view": np.array(self._view(), np.float32),
            "units": SeenUnits.copy_of(self._units),
        }
        if self._answer is not None:
            told |= {"answer": {self._head.name: self._answer}, "right": self._right()}
        return told

    def _seen_before(self) -> Mask:
        """Which of the counted units were on a screen."""
        return np.array([tag in self._found for tag in self._units.tag[self._rows].tolist()], np.bool_)

    def _picture(self) -> npt.NDArray[np.uint8]:
        units, rows, info = self._units, self._rows, self._info()
        shown = rows[units.on_screen[rows] & units.visible[rows]]
        said = f"answer: {self._answer:.4g}    " if self._answer is not None else ""
        wrong = "    the game failed" if self._fault is not None else ""
        lines = (
            f"look {len(self._looks)} of {self.options.glimpses}    {len(self._found)} of {len(rows)} "
            f"{self.options.unit} found    {info['pixels_read']:,} px read{wrong}",
            f"{said}truth: {len(rows)}    {self.frame.loop / 22.4:.1f} s    episode {self._number}",
        )
        return live_picture.of_looks(
            self.frame,
            self.footprint() + self.place([self.frame.camera]),
            np.array(self._looks, np.float32).reshape(-1, 3)[:, :2],
            (units.screen[shown], units.minimap[rows], self._seen_before()),
            self._screens,
            self.options.glimpses,
            lines,
        )


def _check(options: CameraOptions, predicted: bool) -> None:
    if predicted and options.answer_by_action:
        raise EnvError("answer_by_action and a predictor: only one of them can give the answer")
    if options.reward == "loss" and not predicted:
        raise EnvError("reward 'loss' is the drop in a predictor's error: give a predictor, or a checkpoint's path")
    if options.reward == "answer" and not predicted and not options.answer_by_action:
        raise EnvError("reward 'answer' needs an answer: give a predictor, or set answer_by_action")
