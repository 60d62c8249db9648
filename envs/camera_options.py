"""What the camera environment is like: what is counted, in how many looks, whether time stands still."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from envs.actions import ActionCode, Scales, grid_fixations
from envs.game_options import SCENES, GameOptions
from envs.options import ACTIONS, REWARDS, EnvError
from sc2data.format.schema import COUNTED_ALLIANCE_NAMES
from sc2data.harvest import plain
from sc2data.harvest.faults import ConfigError
from sc2data.harvest.play_config import PlayConfig
from sc2data.harvest.scene_config import STILL, SceneConfig
from varsac.tasks.task import HeadSpec

SPREAD = {"count": (0, 6), "elsewhere": (6, 24), "clutter": (8, 40), "motions": {STILL: 1.0}}
"""Of scenes, where nothing else is asked for: most of what is counted stands off the first screen."""


@dataclasses.dataclass(frozen=True)
class CameraOptions(GameOptions):
    """Options of `CameraSaccadeEnv`: those of `GameOptions`, and these, which mean what they mean in `SaccadeOptions`.

    The map is larger here, and the minimap shows what can be played on alone: no look need be wasted on its border.

    Args:
        unit: the unit type that is counted, by its name.
        owner: whose: "self", "enemy" or "neutral".
        glimpses: T, how many looks an episode has.
        loops: game loops that a look takes, 22.4 a second; 0: time stands still.
        actions: "continuous" (x, y) on the minimap, or a "grid" of places to choose from.
        grid: rows, columns and scales of that grid; there is one scale, the camera's.
        answer_by_action: the agent says the count itself.
        most: the largest count that it can say.
        reward: "found", "loss" or "answer", see `CameraSaccadeEnv`.
        pixel_cost: taken off the reward for a million pixels read.
        history: K, past looks that the observation has besides the last one.

    Raises:
        EnvError: a value out of range; the message says which.
    """

    map: str = "Simple96"
    crop: bool = True
    unit: str = "Marine"
    owner: str = "self"
    glimpses: int = 8
    loops: int = 0
    actions: str = "continuous"
    grid: tuple[int, int, int] = (8, 8, 1)
    answer_by_action: bool = False
    most: int = 40
    reward: str = "found"
    pixel_cost: float = 0.0
    history: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        for name, choices in (("actions", ACTIONS), ("reward", REWARDS), ("owner", COUNTED_ALLIANCE_NAMES)):
            self._choose(name, choices)
        for name, least in (("glimpses", 1), ("loops", 0), ("most", 1), ("history", 0), ("pixel_cost", 0)):
            if not getattr(self, name) >= least:
                raise EnvError(f"{name} {getattr(self, name)}: at least {least} is needed")
        if len(self.grid) != 3 or min(self.grid) < 1 or self.grid[2] != 1:
            raise EnvError(f"grid {self.grid}: give rows and columns, each at least 1, and 1 scale: a camera has one")
        if self.fog:
            raise EnvError("fog: what hides in it is nowhere in the raw data, so nobody knows how many there are")

    def unit_id(self) -> int:
        """The id of what is counted.

        Raises:
            EnvError: the game knows no such unit; the message names near ones.
        """
        try:
            return plain.type_ids([self.unit])[self.unit]
        except ConfigError as error:
            raise EnvError(f"unit: {error}") from error

    def config(self) -> SceneConfig | PlayConfig:
        """What an episode is made of; in scenes the units that are counted are ours unless `owner` says otherwise."""
        if self.play != SCENES:
            return super().config()
        settings = {**SPREAD, **self.scenes}
        if self.owner == "self":
            settings.setdefault("counted", self.unit)
        counted = settings.get("counted", SceneConfig.counted)
        for side, usual in (("army", SceneConfig.army), ("enemies", SceneConfig.enemies)):
            settings.setdefault(side, tuple(name for name in usual if name != counted))
        return SceneConfig.from_dict(settings)

    def head(self) -> HeadSpec:
        """The question that the agent answers."""
        return HeadSpec(self.unit.lower(), "count", self.most + 1)


class CameraCode(ActionCode):
    """The action space of `CameraSaccadeEnv`, and what its actions mean.

    As `ActionCode`, without a scale, for the camera has but one: Box(-1, 1, (2,)), with answers Box(-1, 1, (3 + A,)).
    """

    places = 2

    def __init__(self, options: CameraOptions, heads: Sequence[HeadSpec]) -> None:
        self.scales = Scales(1.0, 1.0)
        self.heads = tuple(heads) if options.answer_by_action else ()
        self.windows = grid_fixations(options.grid, self.scales) if options.actions == "grid" else None
        self.space = self._space()

    def action(self, x: float, y: float) -> np.ndarray | np.int64:
        """The action that looks at (x, y) of the minimap, or as near to it as there is a place; without an answer.

        >>> CameraCode(CameraOptions(actions="grid", grid=(1, 2, 1)), ()).action(0.9, 0.2)
        np.int64(1)
        """
        place = np.clip([x, y], -1, 1)
        if self.windows is not None:
            chosen = np.int64(np.hypot(*(self.windows[:, :2] - place).T).argmin())
            return np.array([chosen, *[0] * len(self.heads)], np.int64) if self.heads else chosen
        assert self.space.shape is not None
        return np.concatenate([place, -np.ones(self.space.shape[0] - 2)]).astype(np.float32)
