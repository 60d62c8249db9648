"""Pictures of what a model did: its saccades in order over image and proxy, its glimpses, positions, true objects."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from sc2data.pyramid import Pyramid
from varsac.tasks.task import Objects

Picture = npt.NDArray[np.uint8]
Colour = tuple[int, int, int]

TRUE, FOUND, SHADE = (90, 220, 120), (80, 170, 255), (0, 0, 0)
"""RGB of true objects, of positions, and of the outline that keeps lines visible on any ground."""
LONGEST_PATH = 16
"""Windows up to which lines between them tell an order, and are no thicket."""
FONT = cv2.FONT_HERSHEY_SIMPLEX
PAPER, INK = (255, 255, 255), (30, 30, 30)


def saccades(
    image: Pyramid, fixations: npt.NDArray[np.float32], objects: Objects, positions: npt.NDArray[np.float32], side: int
) -> Picture:
    """An image with the windows of its fixations numbered, true objects as circles, positions as crosses.

    Args:
        image: read at the level that is just large enough.
        fixations: (T, 3).
        objects: the true ones; circles have their radius, but at least 3 px.
        positions: (P, 3), x, y in image px and score; the larger the score, the larger the cross.
        side: longer side of the picture, px.

    Returns:
        uint8 RGB, the image's aspect.
    """
    canvas, factor = shrunk(image, side)
    line = thickness(side)
    for (x, y), radius in zip((objects.positions * factor).tolist(), (objects.radius * factor).tolist()):
        for colour, width in ((SHADE, line + 2), (TRUE, line)):
            cv2.circle(canvas, (round(x), round(y)), max(round(radius), 3), colour, width, cv2.LINE_AA)
    height, width = canvas.shape[:2]
    draw_windows(canvas, fixations, (0.0, 0.0, float(width), float(height)))
    for x, y, score in (positions * [factor, factor, 1]).tolist():
        size = round((6 + 6 * min(max(score, 0.0), 1.0)) * line)
        for colour, extra in ((SHADE, 2), (FOUND, 0)):
            place = round(x), round(y)
            cv2.drawMarker(canvas, place, colour, cv2.MARKER_CROSS, size + extra, line + extra, cv2.LINE_AA)
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


def glimpses(image: Pyramid, fixations: npt.NDArray[np.float32], side: int, most: int = 16) -> list[Picture]:
    """What lies in the windows, in order, each in a frame of its window's colour.

    Args:
        image: whose windows.
        fixations: (T, 3).
        side: of each picture, px.
        most: the first so many windows.

    Returns:
        T pictures, or `most`; uint8 RGB (side, side, 3).
    """
    line, found = thickness(4 * side), []
    for turn, fixation in enumerate(fixations[:most]):
        canvas = np.ascontiguousarray(coloured(image.window(fixation, side)))
        cv2.rectangle(canvas, (0, 0), (side - 1, side - 1), colour_of(turn, len(fixations)), 2 * line)
        found.append(canvas)
    return found


def captioned(picture: Picture, lines: Sequence[str]) -> Picture:
    """A picture with lines of text below it, the first one in larger letters; characters that are not ASCII become ?.

    Letters shrink where a line would be wider than the picture.
    """
    height, width = picture.shape[:2]
    margin = max(4, width // 60)
    strips = [picture]
    for number, text in enumerate(lines):
        letters = max(8, round(max(height, width) * (0.024 if number == 0 else 0.017)))
        text = text.replace("±", "+-").encode("ascii", "replace").decode()
        (across, up), down = cv2.getTextSize(text, FONT, 1.0, 1)
        scale = min(letters / up, max(width - 2 * margin, 1) / max(across, 1))
        strip = np.full((round(letters + down * scale) + margin, width, 3), PAPER, np.uint8)
        weight = max(1, round(2 * scale)) if number == 0 else 1
        cv2.putText(strip, text, (margin, letters + margin // 2), FONT, scale, INK, weight, cv2.LINE_AA)
        strips.append(strip)
    return np.vstack(strips)


def draw_windows(canvas: Picture, fixations: npt.NDArray[np.float32], area: tuple[float, float, float, float]) -> None:
    """Draw windows where the image covers `area` of the canvas, px: numbered in order, the first yellow, the last red,
    a thin line from each centre to the next unless there are more than `LONGEST_PATH`.
    """
    left, top, right, bottom = area
    line = thickness(max(canvas.shape[:2]))
    shorter = min(right - left, bottom - top)
    placed = [
        (left + (x + 1) / 2 * (right - left), top + (y + 1) / 2 * (bottom - top), scale * shorter / 2)
        for x, y, scale in fixations.tolist()
    ]
    centres = [(round(x), round(y)) for x, y, _ in placed]
    for turn in range(1, len(centres) if len(centres) <= LONGEST_PATH else 0):
        cv2.line(canvas, centres[turn - 1], centres[turn], colour_of(turn, len(placed)), 1, cv2.LINE_AA)
    for width, shaded in ((line + 2, True), (line, False)):
        for turn, (x, y, half) in enumerate(placed):
            corners = (round(x - half), round(y - half)), (round(x + half), round(y + half))
            cv2.rectangle(canvas, *corners, SHADE if shaded else colour_of(turn, len(placed)), width)
    for turn, (x, y, half) in enumerate(placed):
        _draw_number(canvas, turn + 1, round(x - half), round(y - half), colour_of(turn, len(placed)), line)


def _draw_number(canvas: Picture, number: int, left: int, top: int, colour: Colour, line: int) -> None:
    """A tag on the upper left corner of a window, or as near to it as the canvas has room."""
    text, scale = str(number), 0.3 + 0.1 * line
    (width, height), _ = cv2.getTextSize(text, FONT, scale, 1)
    width, height = width + 4, height + 4
    left = min(max(left - line // 2, 0), max(canvas.shape[1] - width, 0))
    top = top - height if top >= height else max(top, 0)
    top = min(top, max(canvas.shape[0] - height, 0))
    cv2.rectangle(canvas, (left, top), (left + width - 1, top + height - 1), colour, cv2.FILLED)
    cv2.putText(canvas, text, (left + 2, top + height - 3), FONT, scale, SHADE, 1, cv2.LINE_AA)


def colour_of(turn: int, turns: int) -> Colour:
    """RGB of a window: the first yellow, the last red.

    >>> colour_of(0, 3), colour_of(2, 3)
    ((255, 220, 40), (255, 0, 40))
    """
    return 255, round(220 * (1 - turn / max(1, turns - 1))), 40


def thickness(side: int) -> int:
    """Of lines in a picture of this longer side, px.

    >>> thickness(200), thickness(480), thickness(1200)
    (1, 2, 4)
    """
    return max(1, round(side / 300))


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


def jpeg(picture: Picture, quality: int = 88) -> bytes:
    """A picture as a JPEG file's content."""
    _, content = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])
    return content.tobytes()
