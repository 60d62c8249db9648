"""The state of n episodes side by side: what was looked at, what was found, what it cost. One look is one call.

`SaccadeEnv` runs one episode of it, `SaccadeVectorEnv` many. Random numbers and the ends of episodes are theirs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from gymnasium import spaces

from envs import answers, windows
from envs.actions import ActionCode, Decoded, best_of
from envs.options import EnvError, SaccadeOptions
from envs.predictor import Predictor
from envs.scenes import Scene, Scenes

ROUNDED = 1 - 1e-6
"""Scales are in single precision: a window at full resolution may come out a little larger than it."""

Mask = npt.NDArray[np.bool_]
Observation = dict[str, npt.NDArray[Any]]
Ints = npt.NDArray[np.int64]


def observation_space(
    options: SaccadeOptions, channels: int, proxy_size: tuple[int, int], largest: float
) -> spaces.Dict:
    """What an agent sees; `largest` is the largest scale."""
    size = options.glimpse_size
    low, high = np.array([-1, -1, 0], np.float32), np.array([1, 1, largest], np.float32)
    seen: dict[str, spaces.Space[Any]] = {
        "proxy": spaces.Box(0, 255, (*proxy_size, channels), np.uint8),
        "glimpse": spaces.Box(0, 255, (size, size, channels), np.uint8),
        "fixation": spaces.Box(low, high, dtype=np.float32),
        "glimpses_left": spaces.Box(0, options.glimpses, (1,), np.float32),
    }
    if options.history:
        past = options.history
        seen["past_glimpses"] = spaces.Box(0, 255, (past, size, size, channels), np.uint8)
        seen["past_fixations"] = spaces.Box(np.tile(low, (past, 1)), np.tile(high, (past, 1)), dtype=np.float32)
    return spaces.Dict(seen)


class Episodes:
    """n episodes over the images of a task.

    Args:
        scenes: the images.
        options: of the environment.
        count: n.
        predictor: answers from what was looked at, or None.

    Raises:
        EnvError: options that do not go together.
    """

    def __init__(self, scenes: Scenes, options: SaccadeOptions, count: int, predictor: Predictor | None) -> None:
        _check(options, predictor)
        self.scenes, self.options, self.predictor = scenes, options, predictor
        self.spec = scenes.data.spec
        self.code = ActionCode(options, self.spec.heads, self.spec.image_size)
        self.current: list[Scene | None] = [None] * count
        size, turns, channels = options.glimpse_size, options.glimpses, self.spec.channels
        self.proxies = np.zeros((count, *self.spec.proxy_size, channels), np.uint8)
        self.glimpses = np.zeros((count, options.history + 1, size, size, channels), np.uint8)  # the last one first
        self.fixations = np.zeros((count, turns, 3), np.float32)  # in order
        self.taken = np.zeros(count, np.int64)
        self.index = np.zeros(count, np.int64)
        self.pixels = np.zeros(count, np.int64)
        self.known = np.zeros(count, np.int64)
        self.views = np.zeros((count, 4), np.float32)
        self.sizes = np.zeros((count, 2), np.int64)
        self.loss = np.zeros(count)
        self.labels = {
            head.name: np.zeros((count, *head.label_shape), np.float32 if head.label_shape else np.int64)
            for head in self.spec.heads
        }
        self.answers = {name: np.zeros_like(label) for name, label in self.labels.items()}
        self.right = np.zeros(count)
        self.answered = np.zeros(count, np.bool_)
        self._objects = _ObjectTable(count)

    @property
    def space(self) -> spaces.Space[Any]:
        """What the agent of one episode sees."""
        return observation_space(self.options, self.spec.channels, self.spec.proxy_size, self.code.scales.largest)

    def begin(self, row: int, number: int) -> None:
        """Start an episode over image `number`.

        Raises:
            EnvError: no such image, or one whose proxy has not the size that the task says.
            UserError: it cannot be read.
        """
        scene = self.scenes[number]
        if scene.example.proxy.shape != self.proxies.shape[1:]:
            raise EnvError(
                f"image {number} ({scene.example.name}) has a proxy of shape {scene.example.proxy.shape}; the task "
                f"says {self.proxies.shape[1:]}"
            )
        self.current[row] = scene
        self.proxies[row] = scene.example.proxy
        self.glimpses[row] = 0
        self.fixations[row] = 0
        self.taken[row], self.index[row], self.pixels[row] = 0, number, 0
        self.known[row] = len(scene.positions)
        self.views[row], self.sizes[row] = scene.example.view, (scene.height, scene.width)
        for name, label in self.labels.items():
            label[row] = scene.example.labels[name]
        self.answered[row] = False
        self._objects.fill(row, scene)
        if self.options.reward == "loss":
            truth = {name: label[row : row + 1] for name, label in self.labels.items()}
            self.loss[row] = answers.loss(self.spec.heads, answers.ignorance(self.spec.heads, 1), truth)[0]

    def step(self, actions: Any, which: Mask) -> tuple[npt.NDArray[np.float64], Mask]:
        """Look, or answer, in the episodes of `which`.

        Args:
            actions: n of them; those of other episodes are not looked at.
            which: (n,).

        Returns:
            (n,) rewards and (n,) whether the episode is over, both 0 in other episodes.

        Raises:
            ActionError: see `envs.actions`.
        """
        decoded = self.code.decode(actions, len(which), which)
        left = self.taken < self.options.glimpses
        stopping = which & (decoded.stop | ~left) if self.options.answer_by_action else np.zeros_like(which)
        reward = np.zeros(len(which))
        looking = np.flatnonzero(which & ~stopping)
        if len(looking):
            reward[looking] = self._look(looking, decoded.fixations[looking])
        over = stopping.copy()
        if not self.options.answer_by_action:
            over |= which & (self.taken >= self.options.glimpses)
        self._answer(decoded, stopping)
        if self.options.reward == "answer":
            reward[over] += self.right[over]
        return reward, over

    def observe(self) -> Observation:
        """What the agents see, (n, ...) each, in memory of its own."""
        rows = np.arange(len(self.taken))
        last = self.fixations[rows, np.maximum(self.taken - 1, 0)]  # before the first look they are 0
        seen: Observation = {
            "proxy": self.proxies.copy(),
            "glimpse": self.glimpses[:, 0].copy(),
            "fixation": last,
            "glimpses_left": (self.options.glimpses - self.taken).astype(np.float32)[:, None],
        }
        if self.options.history:
            back = self.taken[:, None] - 2 - np.arange(self.options.history)  # (n, K), the newest first
            past = self.fixations[rows[:, None], back.clip(0)]
            seen["past_glimpses"] = self.glimpses[:, 1:].copy()
            seen["past_fixations"] = np.where((back >= 0)[..., None], past, np.float32(0))
        return {name: seen[name] for name in sorted(seen)}

    def info(self, row: int) -> dict[str, Any]:
        """What is known of one episode, truth included; in memory of its own."""
        told: dict[str, Any] = {
            "index": int(self.index[row]),
            "pixels_read": int(self.pixels[row]),
            "objects": int(self.known[row]),
            "objects_found": self._objects.found_in(row),
            "truth": {name: _own(label[row]) for name, label in self.labels.items()},
            "view": self.views[row].copy(),
            "image_size": self.sizes[row].copy(),
        }
        if self.answered[row]:
            told["answer"] = {name: _own(answer[row]) for name, answer in self.answers.items()}
            told["right"] = float(self.right[row])
        return told

    def infos(self, which: Mask) -> dict[str, Any]:
        """`info` of the episodes of `which`, as vector environments give it: arrays, and who has a value as `_name`."""
        told: dict[str, Any] = {}
        numbers = {
            "index": self.index,
            "pixels_read": self.pixels,
            "objects": self.known,
            "objects_found": self._objects.numbers(),
        }
        for name, values in numbers.items():
            _put(told, name, values, which)
        _put_all(told, "truth", self.labels, which)
        _put(told, "view", self.views, which)
        _put(told, "image_size", self.sizes, which)
        answered = which & self.answered
        if answered.any():
            _put_all(told, "answer", self.answers, answered)
            _put(told, "right", self.right, answered)
        return told

    def found(self, row: int) -> Mask:
        """(N,), which objects of an episode's image were found."""
        return self._objects.of(row)

    def seen(self, row: int) -> npt.NDArray[np.float32]:
        """(t, 3), the fixations of an episode until now."""
        return self.fixations[row, : self.taken[row]].copy()

    def _look(self, rows: Ints, fixations: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        """Look through one window in each of some episodes; the rewards of looking."""
        scenes = self._scenes_of(rows)
        size = self.options.glimpse_size
        if self.options.history:
            self.glimpses[rows, 1:] = self.glimpses[rows, :-1]
        pixels = windows.cut(scenes, fixations, [self.glimpses[row, 0] for row in rows.tolist()])
        self.fixations[rows, self.taken[rows]] = fixations
        self.taken[rows] += 1
        self.pixels[rows] += pixels
        newly = self._objects.look(rows, fixations, size, self.options.found_pixels)
        reward = -self.options.pixel_cost * 1e-6 * pixels
        if self.options.reward == "found":
            reward = reward + newly
        if self.predictor is not None:
            lowered = self._predict(rows)
            if self.options.reward == "loss":
                reward = reward + lowered
        return np.asarray(reward, np.float64)

    def _predict(self, rows: Ints) -> npt.NDArray[np.float64]:
        """Ask the predictor in some episodes; by how much its loss is lower than before."""
        assert self.predictor is not None
        lowered = np.zeros(len(rows))
        for taken in np.unique(self.taken[rows]).tolist():  # a batch has as many fixations in every row
            chosen = np.flatnonzero(self.taken[rows] == taken)
            group = rows[chosen]
            examples = [scene.example for scene in self._scenes_of(group)]
            values = self.predictor(examples, self.fixations[group, :taken])
            truth = {name: label[group] for name, label in self.labels.items()}
            lost = answers.loss(self.spec.heads, values, truth)
            lowered[chosen], self.loss[group] = self.loss[group] - lost, lost
            self._record(group, {head.name: best_of(head, values[head.name], 0.5) for head in self.spec.heads})
        return lowered

    def _answer(self, decoded: Decoded, stopping: Mask) -> None:
        rows = np.flatnonzero(stopping)
        if len(rows):
            self._record(rows, {name: answer[rows] for name, answer in decoded.answers.items()})

    def _record(self, rows: Ints, given: Mapping[str, npt.NDArray[Any]]) -> None:
        for name, answer in given.items():
            self.answers[name][rows] = answer
        truth = {name: label[rows] for name, label in self.labels.items()}
        self.right[rows] = answers.right(self.spec.heads, given, truth)
        self.answered[rows] = True

    def _scenes_of(self, rows: Ints) -> list[Scene]:
        scenes = [self.current[row] for row in rows.tolist()]
        return [scene for scene in scenes if scene is not None]


class _ObjectTable:
    """The objects of n images, padded to the most that any image had until now."""

    def __init__(self, count: int) -> None:
        self._positions = np.zeros((count, 0, 2))
        self._diameters = np.zeros((count, 0))
        self._found = np.zeros((count, 0), np.bool_)
        self._present = np.zeros((count, 0), np.bool_)
        self._extent = np.ones((count, 2))

    def fill(self, row: int, scene: Scene) -> None:
        number = len(scene.positions)
        room = number - self._present.shape[1]
        if room > 0:
            wider = [(0, 0), (0, room)]
            self._positions = np.pad(self._positions, [*wider, (0, 0)])
            self._diameters = np.pad(self._diameters, wider)
            self._found, self._present = np.pad(self._found, wider), np.pad(self._present, wider)
        self._positions[row, :number], self._diameters[row, :number] = scene.positions, scene.diameters
        self._found[row] = False
        self._present[row] = np.arange(self._present.shape[1]) < number
        self._extent[row] = scene.width, scene.height

    def look(self, rows: Ints, fixations: npt.NDArray[np.float32], size: int, least: float) -> npt.NDArray[np.int64]:
        """Mark what windows show; (n,) how many objects are new."""
        points, extent = fixations.astype(np.float64), self._extent[rows]
        side = points[:, 2] * extent.min(axis=1)
        centre = (points[:, :2] + 1) / 2 * extent
        near = (np.abs(self._positions[rows] - centre[:, None]) <= side[:, None, None] / 2).all(axis=2)
        diameters = self._diameters[rows]
        shown = diameters / np.maximum(side / size, 1)[:, None]  # px of the glimpse, but no more than the image has
        needed = np.minimum(least, diameters) * ROUNDED
        new = near & (shown >= needed) & self._present[rows] & ~self._found[rows]
        self._found[rows] |= new
        return np.asarray(new.sum(axis=1), np.int64)

    def of(self, row: int) -> Mask:
        return np.asarray(self._found[row, self._present[row]])

    def found_in(self, row: int) -> int:
        return int(self._found[row].sum())

    def numbers(self) -> Ints:
        return np.asarray(self._found.sum(axis=1), np.int64)


def checked_index(options: Mapping[str, Any] | None, length: int) -> list[int] | int | None:
    """`options["index"]` of a reset: which image is to be looked at, or which by environment.

    Raises:
        EnvError: an option that there is not, or not whole numbers.
    """
    unknown = set(options or {}) - {"index"}
    if unknown:
        raise EnvError(f"reset has no options {sorted(unknown)}; `index` chooses the image")
    chosen = (options or {}).get("index")
    if chosen is None:
        return None
    numbers = np.asarray(chosen)
    if numbers.dtype.kind not in "iu" or numbers.ndim > 1 or ((numbers < 0) | (numbers >= length)).any():
        raise EnvError(f"index {chosen!r}: give the number of an image, 0 to {length - 1}")
    return [int(number) for number in numbers] if numbers.ndim else int(numbers)


def _check(options: SaccadeOptions, predictor: Predictor | None) -> None:
    if predictor is not None and options.answer_by_action:
        raise EnvError("answer_by_action and a predictor: only one of them can give the answer")
    if options.reward == "loss" and predictor is None:
        raise EnvError("reward 'loss' is the drop in a predictor's loss: give a predictor, such as a checkpoint's path")
    if options.reward == "answer" and predictor is None and not options.answer_by_action:
        raise EnvError("reward 'answer' needs an answer: give a predictor, or set answer_by_action")


def _own(value: npt.NDArray[Any]) -> Any:
    """A label as a number or an array that nobody else holds."""
    return int(value) if value.ndim == 0 else value.copy()


def _put(told: dict[str, Any], name: str, values: npt.NDArray[Any], which: Mask) -> None:
    shown = np.zeros_like(values)
    shown[which] = values[which]
    told[name], told[f"_{name}"] = shown, which.copy()


def _put_all(told: dict[str, Any], name: str, arrays: Mapping[str, npt.NDArray[Any]], which: Mask) -> None:
    inner: dict[str, Any] = {}
    for key, values in arrays.items():
        _put(inner, key, values, which)
    told[name], told[f"_{name}"] = inner, which.copy()
