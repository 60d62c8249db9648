"""Small pictures put into large ones: resizing, placing without overlap."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from varsac.tasks.task import TaskError

ATTEMPTS = 1000
"""Places tried for one stamp before an image counts as too full."""


def resized(stamp: npt.NDArray[np.uint8], height: int, width: int) -> npt.NDArray[np.uint8]:
    """A stamp (h, w[, C]) at another size: cubic to enlarge, area means to shrink."""
    if stamp.shape[:2] == (height, width):
        return stamp
    smaller = height < stamp.shape[0] or width < stamp.shape[1]
    return np.asarray(cv2.resize(stamp, (width, height), interpolation=cv2.INTER_AREA if smaller else cv2.INTER_CUBIC))


def place(
    random: np.random.Generator, count: int, side: int, height: int, width: int, margin: int = 0
) -> npt.NDArray[np.int64]:
    """Upper left corners of square stamps that do not overlap, uniform by rejection.

    Args:
        random: where they are drawn from.
        count: how many.
        side: of each, px.
        height: of the image, px; width: likewise.
        margin: px that stay free along the image's edges.

    Returns:
        int64 (count, 2), row and column.

    Raises:
        TaskError: the image is too small.

    >>> corners = place(np.random.default_rng(0), 2, side=10, height=10, width=40)
    >>> corners[:, 0].tolist(), bool(abs(corners[0, 1] - corners[1, 1]) >= 10)
    ([0, 0], True)
    """
    rows, columns = height - side - 2 * margin, width - side - 2 * margin
    corners = np.zeros((0, 2), np.int64)
    for _ in range(ATTEMPTS * count):
        if len(corners) == count or min(rows, columns) < 0:
            break
        # Round, not floor: the outermost places are half as likely, as in the published megapixel generator.
        corner = np.round(random.random(2) * [rows, columns]).astype(np.int64) + margin
        if not (np.abs(corners - corner) < side).all(axis=1).any():
            corners = np.vstack([corners, corner])
    if len(corners) < count:
        raise TaskError(
            f"{count} stamps of {side} px do not find room in {width} x {height} px: choose a larger image, or smaller "
            "or fewer stamps"
        )
    return corners
