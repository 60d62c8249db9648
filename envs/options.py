"""What a saccade environment is like: how many glimpses of what size, which actions, what is rewarded."""

from __future__ import annotations

import dataclasses

from sc2data.errors import UserError

ACTIONS = ("continuous", "grid")
REWARDS = ("found", "loss", "answer")


class EnvError(UserError, ValueError):
    """An environment that cannot be made, or made to do what was asked: the message says what to change."""


@dataclasses.dataclass(frozen=True)
class SaccadeOptions:
    """Options of `SaccadeEnv` and `SaccadeVectorEnv`.

    Args:
        glimpses: T, how many an episode has.
        glimpse_size: side of a glimpse S, px.
        scales: the smallest and the largest scale of a window; None: from one at full resolution to the whole image.
        actions: "continuous" (x, y, scale) or a "grid" of windows to choose from.
        grid: rows, columns and scales of that grid.
        answer_by_action: the agent answers the task's questions itself, see `envs.actions`.
        reward: "found" (objects found by this glimpse), "loss" (by how much it lowers the predictor's loss, nats) or
            "answer" (share of the questions answered right, at the end of the episode).
        pixel_cost: taken off the reward for a million pixels read.
        history: K, past glimpses that the observation has besides the last one.
        found_pixels: an object is found by a window that has its centre and shows it at least so many px wide, or as
            sharply as the image itself does.

    Raises:
        EnvError: a value out of range; the message says which.
    """

    glimpses: int = 8
    glimpse_size: int = 48
    scales: tuple[float, float] | None = None
    actions: str = "continuous"
    grid: tuple[int, int, int] = (8, 8, 1)
    answer_by_action: bool = False
    reward: str = "found"
    pixel_cost: float = 0.0
    history: int = 0
    found_pixels: float = 8.0

    def __post_init__(self) -> None:
        for name, value, choices in (("actions", self.actions, ACTIONS), ("reward", self.reward, REWARDS)):
            if value not in choices:
                raise EnvError(f"{name} {value!r}: choose one of {', '.join(choices)}")
        for name, number, least in (
            ("glimpses", self.glimpses, 1),
            ("glimpse_size", self.glimpse_size, 2),
            ("history", self.history, 0),
            ("pixel_cost", self.pixel_cost, 0),
            ("found_pixels", self.found_pixels, 0),
        ):
            if not number >= least:
                raise EnvError(f"{name} {number}: at least {least} is needed")
        if len(self.grid) != 3 or min(self.grid) < 1:
            raise EnvError(f"grid {self.grid}: give rows, columns and scales, each at least 1")
        if self.scales is not None and not (len(self.scales) == 2 and 0 < self.scales[0] <= self.scales[1] < 2):
            raise EnvError(
                f"scales {self.scales}: give the smallest and the largest (window side over the shorter image side), "
                "above 0 and below 2"
            )

    def scale_range(self, image_size: tuple[int, int]) -> tuple[float, float]:
        """The smallest and the largest scale for images of (height, width).

        >>> SaccadeOptions(glimpse_size=48).scale_range((1024, 2048))
        (0.046875, 1.0)
        """
        return self.scales or (min(1.0, self.glimpse_size / min(image_size)), 1.0)
