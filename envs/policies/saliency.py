"""Looks at what stands out of the proxy, and not again at what it has seen."""

from __future__ import annotations

from typing import Any

import cv2
import gymnasium
import numpy as np
import numpy.typing as npt

from envs.policies.policy import Fixation, Info, LookingPolicy, Observation, half_extent, size_of, usual_scale, view_of

CENTRE, SURROUND = 1 / 64, 1 / 8
"""Standard deviations of what is compared, over the proxy's shorter side."""

Map = npt.NDArray[np.float32]


class SaliencyPolicy(LookingPolicy):
    """Windows around the places of the proxy that differ most from what is around them.

    After Itti, Koch and Niebur, "A model of saliency-based visual attention for rapid scene analysis" (1998), with one
    scale: the difference of a small and a large Gaussian of each channel; the winner takes all; what a window showed
    is not looked at again.

    Args:
        env: where it is to act.
        scale: of its windows; None: the smallest that there is.
    """

    def __init__(self, env: gymnasium.Env[Any, Any], scale: float | None = None) -> None:
        super().__init__(env)
        self._scale = scale

    def begin(self, observation: Observation, info: Info) -> None:
        """See `Policy`."""
        self._seen: list[Fixation] = []

    def look(self, observation: Observation, info: Info) -> Fixation:
        """See `LookingPolicy`."""
        size = size_of(observation, info)
        scale = usual_scale(self.code, info, size, self._scale)
        standing_out = saliency(observation["proxy"])
        x, y = places(standing_out.shape, view_of(info))
        standing_out = np.where((np.abs(x) <= 1)[None] & (np.abs(y) <= 1)[:, None], standing_out, -1)
        for seen in self._seen:
            half = half_extent(seen[2], size)
            standing_out[(np.abs(y - seen[1]) <= half[1])[:, None] & (np.abs(x - seen[0]) <= half[0])[None]] = -1
        row, column = np.unravel_index(int(standing_out.argmax()), standing_out.shape)
        fixation = np.array([x[column], y[row], scale])
        self._seen.append(fixation)
        return fixation.clip([-1, -1, 0], [1, 1, 2])


def saliency(proxy: npt.NDArray[np.uint8]) -> Map:
    """How much each pixel differs from what is around it, (h, w), at least 0.

    Args:
        proxy: uint8 (h, w, C).
    """
    pixels = proxy.astype(np.float32).reshape(*proxy.shape[:2], -1)
    short = min(pixels.shape[:2])
    centre, surround = (
        cv2.GaussianBlur(pixels, (0, 0), share * short, borderType=cv2.BORDER_REFLECT).reshape(pixels.shape)
        for share in (CENTRE, SURROUND)
    )
    return np.asarray(np.abs(centre - surround).sum(2), np.float32)


def places(shape: tuple[int, ...], view: tuple[float, float, float, float]) -> tuple[Fixation, Fixation]:
    """x of the columns and y of the rows of a proxy in the coordinates of the image that lies there.

    >>> places((2, 2), (0.0, -1.0, 1.0, 1.0))[0].tolist()
    [-2.0, 0.0]
    """
    x, y = ((2 * np.arange(length) + 1) / length - 1 for length in (shape[1], shape[0]))
    left, top, right, bottom = view
    return 2 * (x - left) / (right - left) - 1, 2 * (y - top) / (bottom - top) - 1
