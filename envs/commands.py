"""Commands to a game: nothing, a camera's move, or an order to the army, each with a place on the minimap."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import numpy.typing as npt
from gymnasium import spaces

from envs.actions import ActionError, Scales, box_batch, grid_fixations, number_batch

KINDS = ("noop", "camera", "attack", "move", "attack_shown", "move_shown")
"""What can be done; "attack" is an attack-move, "..._shown" goes to the soldiers on the screen alone."""
_ONE = np.ones(1, np.bool_)


@dataclasses.dataclass(frozen=True)
class Command:
    """One of `KINDS` and a place (x, y) of the minimap, from (-1, -1) in its upper left corner to (1, 1)."""

    kind: str
    x: float = 0.0
    y: float = 0.0


class CommandCode:
    """The action space of `StarCraft2Env`, and what its actions mean.

    | `actions` | space | meaning |
    |---|---|---|
    | continuous | Box(-1, 1, (8,)) | x, y, and a score for each of `KINDS`: the largest is done, of equals the first |
    | grid | MultiDiscrete([6, rows columns]) | which of `KINDS`, and which cell of the minimap, row by row |

    Args:
        grid: rows and columns of the cells; None: continuous.
    """

    def __init__(self, grid: tuple[int, int] | None) -> None:
        self.places: npt.NDArray[np.float32] | None = None
        self.space: spaces.Space[Any] = spaces.Box(-1.0, 1.0, (2 + len(KINDS),), np.float32)
        if grid is not None:
            self.places = grid_fixations((*grid, 1), Scales(1.0, 1.0))[:, :2]
            self.space = spaces.MultiDiscrete([len(KINDS), len(self.places)])

    def decode(self, action: Any) -> Command:
        """What an action means.

        Raises:
            ActionError: of the wrong shape, not finite, or out of range.
        """
        if self.places is None:
            assert self.space.shape is not None
            x, y, *scores = box_batch([action], 1, self.space.shape[0], _ONE)[0].tolist()
            return Command(KINDS[int(np.argmax(scores))], x, y)
        kind, place = number_batch([action], 1, [len(KINDS), len(self.places)], _ONE)[0].tolist()
        x, y = self.places[place].tolist()
        return Command(KINDS[kind], x, y)

    def encode(self, kind: str, x: float = 0.0, y: float = 0.0) -> npt.NDArray[Any]:
        """The action that means a command; in a grid, that of the nearest cell.

        >>> CommandCode((1, 2)).encode("attack", 0.9, 0.1).tolist()
        [2, 1]

        Raises:
            ActionError: no such kind, or a place that is not on the minimap.
        """
        if kind not in KINDS:
            raise ActionError(f"command {kind!r}: choose one of {', '.join(KINDS)}")
        if not (abs(x) <= 1 and abs(y) <= 1):
            raise ActionError(f"place ({x}, {y}): both must be from -1 to 1")
        number = KINDS.index(kind)
        if self.places is None:
            scores = -np.ones(len(KINDS), np.float32)
            scores[number] = 1
            return np.array([x, y, *scores], np.float32)
        nearest = int(np.hypot(*(self.places - np.array([x, y], np.float32)).T).argmin())
        return np.array([number, nearest], np.int64)
