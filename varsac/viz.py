"""Pictures of what a model did: its saccades in order over image and proxy, the true objects, its positions."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from sc2data.pyramid import Pyramid
from varsac.tasks.task import Objects

Picture = npt.NDArray[np.uint8]

TRUE, FOUND = (90, 220, 120), (80, 170, 255)
"""RGB of true objects and of positions."""


def saccades(
    image: Pyramid, fixations: npt.NDArray[np.float32], objects: Objects, positions: npt.NDArray[np.float32], side: int
) -> Picture:
    """An image with the windows of its fixations numbered, true objects as circles, positions as crosses.

    Args:
        image: read at the level that is just large enough.
        fixations: (T, 3).
        objects: the true ones.
        positions: (P, 3), x, y in image px and score.
        side: longer side of the picture, px.

    Returns:
        uint8 RGB, the image's aspect.
    """
    canvas, factor = shrunk(image, side)
    for x, y in objects.positions * factor:
        cv2.circle(canvas, (round(float(x)), round(float(y))), 6, TRUE, 1, cv2.LINE_AA)
    for x, y in positions[:, :2] * factor:
        cv2.drawMarker(canvas, (round(float(x)), round(float(y))), FOUND, cv2.MARKER_CROSS, 7, 1, cv2.LINE_AA)
    height, width = canvas.shape[:2]
    draw_windows(canvas, fixations, (0.0, 0.0, float(width), float(height)))
    return canvas


def saccades_over_proxy(
    proxy: Picture, fixations: npt.NDArray[np.float32], view: tuple[float, float, float, float], side: int
) -> Picture:
    """A proxy with the windows of the fixations where its view has the image.

    Args:
        proxy: (h, w, C).
        fixations: (T, 3) in the image.
        view: see `varsac.tasks.task`.
        side: longer side of the picture, px.

    Returns:
        uint8 RGB, the proxy's aspect.
    """
    factor = side / max(proxy.shape[:2])
    size = max(1, round(proxy.shape[1] * factor)), max(1, round(proxy.shape[0] * factor))
    canvas = coloured(cv2.resize(proxy, size, interpolation=cv2.INTER_NEAREST).reshape(size[1], size[0], -1))
    left, top, right, bottom = ((np.array(view) + 1) / 2 * np.array(size * 2)).tolist()
    draw_windows(canvas, fixations, (left, top, right, bottom))
    return canvas


def draw_windows(canvas: Picture, fixations: npt.NDArray[np.float32], area: tuple[float, float, float, float]) -> None:
    """Draw numbered windows, the first yellow, the last red, where the image covers `area` of the canvas, px."""
    left, top, right, bottom = area
    for turn, (x, y, scale) in enumerate(fixations.tolist()):
        middle = left + (x + 1) / 2 * (right - left), top + (y + 1) / 2 * (bottom - top)
        half = scale * min(right - left, bottom - top) / 2
        colour = (255, round(220 * (1 - turn / max(1, len(fixations) - 1))), 40)
        corner = round(middle[0] - half), round(middle[1] - half)
        cv2.rectangle(canvas, corner, (round(middle[0] + half), round(middle[1] + half)), colour, 1)
        place = corner[0] + 2, corner[1] - 3 if corner[1] > 10 else corner[1] + 10
        cv2.putText(canvas, str(turn + 1), place, cv2.FONT_HERSHEY_SIMPLEX, 0.35, colour, 1, cv2.LINE_AA)


def shrunk(image: Pyramid, side: int) -> tuple[Picture, float]:
    """The image with its longer side `side` px, RGB, and px of the picture for a px of the image."""
    longer = max(image.height, image.width)
    level = max(index for index in range(image.levels) if index == 0 or longer >> index >= side)
    factor = side / longer
    size = max(1, round(image.width * factor)), max(1, round(image.height * factor))
    pixels = np.ascontiguousarray(image.level(level))
    return coloured(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).reshape(size[1], size[0], -1)), factor


def coloured(pixels: Picture) -> Picture:
    """Grey (h, w, 1) or RGB (h, w, 3) as RGB of its own memory."""
    return np.repeat(pixels, 3, axis=2) if pixels.shape[2] == 1 else pixels.copy()


def png(picture: Picture) -> bytes:
    """A picture as a PNG file's content."""
    _, content = cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
    return content.tobytes()
