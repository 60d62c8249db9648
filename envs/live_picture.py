"""Pictures of a live game: the screen large, beside it the minimap with the camera's path and with what is known.

Above is the minimap that the agent sees, with the part of it that the screen shows and the places where the camera was.
Below is the same one with objects, found ones bright, or with the units of both sides.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import cv2
import numpy as np
import numpy.typing as npt

from envs import picture
from envs.picture import FOUND, MISSED, SCENE, SHOWN, SIDE, STRIP, Picture
from envs.seen_units import SeenUnits
from varsac import viz

if TYPE_CHECKING:
    from sc2data.harvest.live import Frame

OURS, THEIRS = (90, 230, 120), (255, 110, 90)
NAMED = 6
"""Types of a side that a line names."""

Places = npt.NDArray[np.floating]


def of_game(frame: Frame, units: SeenUnits, footprint: Places, path: Places, lines: Sequence[str]) -> Picture:
    """A moment of `StarCraft2Env`; footprint (4, 2) and path (n, 2) are places of the minimap from -1 to 1."""
    screen, factor = fitted(frame.screen, SCENE)
    line = viz.thickness(SCENE)
    height = frame.screen.shape[0]
    for side, colour in (("self", OURS), ("enemy", THEIRS)):
        shown = units.of_side(side) & units.on_screen & units.visible
        for (x, y), radius in zip((units.screen[shown] * factor).tolist(), units.radius[shown].tolist()):
            wide = max(4, round(radius * factor * height / 17))  # the screen's middle row is 17 units wide
            cv2.circle(screen, (round(x), round(y)), wide, colour, max(1, line - 1), cv2.LINE_AA)
    upper = _with_path(frame.minimap, footprint, path)
    lower, scale = fitted(frame.minimap, SIDE)
    lower //= 2
    for side, colour in (("self", OURS), ("enemy", THEIRS)):
        dots(lower, units.minimap[units.of_side(side)] * scale, colour)
    return picture.arranged(screen, upper, lower, [], 0, lines)


def of_looks(
    frame: Frame,
    footprint: Places,
    path: Places,
    objects: tuple[Places, Places, npt.NDArray[np.bool_]],
    screens: Sequence[Picture],
    turns: int,
    lines: Sequence[str],
) -> Picture:
    """A moment of `CameraSaccadeEnv`.

    Args:
        frame: the moment.
        footprint: (4, 2), place of the minimap that the screen shows, from -1 to 1.
        path: (t, 2), where was looked, in order, likewise.
        objects: of N objects the pixels of the screen (N, 2), those of the minimap (N, 2), and which were found (N,).
        screens: of the looks, in order.
        turns: how many looks there will be.
        lines: of text.
    """
    on_screen, on_minimap, found = objects
    screen, factor = fitted(frame.screen, SCENE) if len(screens) else (picture.blank(SCENE, SCENE, picture.FAINT), 1.0)
    for x, y in (on_screen * factor).tolist() if len(screens) else ():
        if np.isfinite([x, y]).all():
            cv2.circle(screen, (round(x), round(y)), 16, viz.SHADE, 4, cv2.LINE_AA)
            cv2.circle(screen, (round(x), round(y)), 16, FOUND, 2, cv2.LINE_AA)
    upper = _with_path(frame.minimap, footprint if len(screens) else None, path)
    lower, scale = fitted(frame.minimap, SIDE)
    lower //= 2
    for chosen, colour in ((~found, MISSED), (found, FOUND)):
        dots(lower, on_minimap[chosen] * scale, colour)
    first = max(0, len(screens) - SHOWN)
    tiles = [_tile(one, turn, len(screens)) for turn, one in enumerate(screens) if turn >= first]
    return picture.arranged(screen, upper, lower, tiles, turns, lines)


def counted(units: SeenUnits) -> str:
    """A line that names the most frequent types of both sides.

    >>> counted(SeenUnits.of(type=[48, 48, 105], alliance=[1, 1, 4]))
    'self: 2 Marine    enemy: 1 Zergling'
    """
    said = []
    for side, numbers in units.counts().items():
        most = sorted(numbers.items(), key=lambda item: -item[1])
        names = ", ".join(f"{number} {name}" for name, number in most[:NAMED])
        if side != "neutral" and names:
            said.append(f"{side}: {names}{', ...' if len(most) > NAMED else ''}")
    return "    ".join(said)


def fitted(shown: Picture, side: int) -> tuple[Picture, float]:
    """A picture with its longer side `side` px, and px of it for a px of the given one."""
    height, width = shown.shape[:2]
    factor = side / max(height, width)
    size = max(1, round(width * factor)), max(1, round(height * factor))
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_NEAREST
    return np.ascontiguousarray(cv2.resize(shown, size, interpolation=how)), factor


def dots(canvas: Picture, places: Places, colour: tuple[int, int, int]) -> None:
    """Mark pixels (n, 2)."""
    for x, y in places.tolist():
        cv2.circle(canvas, (round(x), round(y)), 3, colour, cv2.FILLED, cv2.LINE_AA)


def _with_path(minimap: Picture, footprint: Places | None, path: Places) -> Picture:
    """The minimap with the places that were looked at, numbered, and the part that the screen shows."""
    canvas, _ = fitted(minimap, SIDE)
    size = np.array(canvas.shape[1::-1])
    points = [(round(x), round(y)) for x, y in ((path + 1) / 2 * size).tolist()]
    for turn in range(1, len(points)):
        cv2.line(canvas, points[turn - 1], points[turn], viz.colour_of(turn, len(points)), 1, cv2.LINE_AA)
    for turn, point in enumerate(points):
        cv2.circle(canvas, point, 4, viz.SHADE, cv2.FILLED, cv2.LINE_AA)
        cv2.circle(canvas, point, 3, viz.colour_of(turn, len(points)), cv2.FILLED, cv2.LINE_AA)
    if footprint is not None:
        corners = ((footprint + 1) / 2 * size).round().astype(np.int32)
        cv2.polylines(canvas, [corners], isClosed=True, color=viz.SHADE, thickness=3, lineType=cv2.LINE_AA)
        cv2.polylines(canvas, [corners], isClosed=True, color=(255, 255, 255), thickness=1, lineType=cv2.LINE_AA)
    return canvas


def _tile(screen: Picture, turn: int, turns: int) -> Picture:
    """A look in small, framed in the colour of its turn."""
    small, _ = fitted(screen, STRIP)
    tile = picture.blank(STRIP, STRIP)
    top, left = (STRIP - small.shape[0]) // 2, (STRIP - small.shape[1]) // 2
    tile[top : top + small.shape[0], left : left + small.shape[1]] = small
    cv2.rectangle(tile, (0, 0), (STRIP - 1, STRIP - 1), viz.colour_of(turn, turns), 4)
    return tile
