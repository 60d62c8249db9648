"""Pictures of an episode: the scene with windows and path, the proxy, the glimpses in a row, what was found so far.

+-----------------------------+-----------+
| scene: windows, path,       | proxy     |
| true objects, found ones    +-----------+
| bright                      | last look |
+-----------------------------+-----------+
| glimpses in order                       |
| two lines of text                       |
+-----------------------------------------+
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from envs.episodes import Episodes
from sc2data.pyramid import Pyramid
from varsac import viz
from varsac.tasks.sheet import label_text

Picture = npt.NDArray[np.uint8]

SCENE, SIDE, STRIP, LINE, GAP = 640, 316, 112, 30, 4
"""Pixels: side of the scene, of the two pictures beside it, height of the row of glimpses, of a line, between them."""
WIDTH = SCENE + SIDE + GAP
SHOWN = WIDTH // (STRIP + GAP)
"""Glimpses that the row has room for; the last ones are shown."""
PAPER, INK, FAINT = (24, 24, 28), (235, 235, 235), (70, 70, 76)
MISSED, FOUND = (150, 150, 150), (90, 230, 120)


@dataclasses.dataclass(frozen=True, eq=False)
class Look:
    """What a picture shows.

    Args:
        image: the scene.
        proxy: uint8 (h, w, C).
        view: where in the proxy the image lies, see `varsac.tasks.task`.
        fixations: (t, 3), in order.
        turns: how many there will be.
        lines: of text.
        positions: (N, 2) true objects, image px; radius (N,) and found (N,) of each.
    """

    image: Pyramid
    proxy: Picture
    view: tuple[float, float, float, float]
    fixations: npt.NDArray[np.float32]
    turns: int
    lines: tuple[str, ...]
    positions: npt.NDArray[np.float64] = dataclasses.field(default_factory=lambda: np.zeros((0, 2)))
    radius: npt.NDArray[np.float64] = dataclasses.field(default_factory=lambda: np.zeros(0))
    found: npt.NDArray[np.bool_] = dataclasses.field(default_factory=lambda: np.zeros(0, np.bool_))


def of_episode(episodes: Episodes, row: int) -> Picture:
    """The picture of one episode that has begun."""
    scene = episodes.current[row]
    assert scene is not None
    info = episodes.info(row)
    share = info["pixels_read"] / (scene.height * scene.width)
    lines = [
        f"glimpse {episodes.taken[row]} of {episodes.options.glimpses}    found {info['objects_found']} of "
        f"{info['objects']}    {info['pixels_read']:,} px read, {share:.1%} of {scene.width} x {scene.height}",
        _answers(episodes, info),
    ]
    return draw(
        Look(
            image=scene.example.image,
            proxy=scene.example.proxy,
            view=scene.example.view,
            fixations=episodes.seen(row),
            turns=episodes.options.glimpses,
            positions=scene.positions,
            radius=scene.diameters / 2,
            found=episodes.found(row),
            lines=tuple(lines),
        )
    )


def draw(look: Look) -> Picture:
    """uint8 RGB of one size, whatever the image's: 960 px wide, even sides."""
    first = max(0, len(look.fixations) - SHOWN)
    return arranged(_scene(look), _proxy(look), _last(look), _glimpses(look, STRIP)[first:], look.turns, look.lines)


def arranged(
    scene: Picture, upper: Picture, lower: Picture, tiles: Sequence[Picture], turns: int, lines: Sequence[str]
) -> Picture:
    """Pictures in their places, see the module.

    Args:
        scene: at most `SCENE` px a side.
        upper: at most `SIDE` px a side, as is `lower`.
        lower: see there.
        tiles: up to `SHOWN` of `STRIP` px a side.
        turns: how many tiles there will be, for which there is room; 0: no row of tiles at all.
        lines: of text.
    """
    right = np.vstack([_fitted(upper, SIDE, SIDE), blank(SCENE - 2 * SIDE, SIDE), _fitted(lower, SIDE, SIDE)])
    top = np.hstack([_fitted(scene, SCENE, SCENE), blank(SCENE, GAP), right])
    text = blank(len(lines) * LINE + GAP, WIDTH)
    for number, line in enumerate(lines):
        _write(text, line, number * LINE)
    strip = [_strip(tiles, turns)] if turns else []
    return np.vstack([top, blank(GAP, WIDTH), *strip, text])


def _answers(episodes: Episodes, info: dict[str, Any]) -> str:
    heads = episodes.spec.heads

    def said(values: dict[str, Any]) -> str:
        return "; ".join(label_text(head, np.round(values[head.name], 1)) for head in heads)

    so_far = f"answer so far: {said(info['answer'])}    " if "answer" in info else ""
    return f"{so_far}truth: {said(info['truth'])}"


def _scene(look: Look) -> Picture:
    canvas, factor = viz.shrunk(look.image, SCENE)
    line = viz.thickness(SCENE)
    circles = zip((look.positions * factor).tolist(), (look.radius * factor).tolist(), look.found.tolist())
    for (x, y), radius, found in circles:
        place, wide = (round(x), round(y)), max(round(radius * 1.2), 4)
        cv2.circle(canvas, place, wide, viz.SHADE, line + 2, cv2.LINE_AA)
        cv2.circle(canvas, place, wide, FOUND if found else MISSED, line, cv2.LINE_AA)
    height, width = canvas.shape[:2]
    viz.draw_windows(canvas, look.fixations, (0.0, 0.0, float(width), float(height)))
    return canvas


def _proxy(look: Look) -> Picture:
    return viz.saccades_over_proxy(look.proxy, look.fixations, look.view, SIDE)


def _last(look: Look) -> Picture:
    if not len(look.fixations):
        return blank(SIDE, SIDE, FAINT)
    return _glimpses(look, SIDE)[-1]


def _glimpses(look: Look, side: int) -> list[Picture]:
    """What the windows showed, framed in the colours of their windows."""
    return viz.glimpses(look.image, look.fixations, side)


def _strip(tiles: Sequence[Picture], turns: int) -> Picture:
    """Pictures in a row, and room for those to come."""
    row = [*tiles, *[blank(STRIP, STRIP, FAINT)] * (min(turns, SHOWN) - len(tiles))]
    strip = blank(STRIP, WIDTH)
    for place, tile in enumerate(row):
        left = place * (STRIP + GAP)
        strip[:, left : left + STRIP] = tile
    return strip


def _fitted(picture: Picture, height: int, width: int) -> Picture:
    """A picture in the middle of a canvas that is at least as large."""
    canvas = blank(height, width)
    top, left = (height - picture.shape[0]) // 2, (width - picture.shape[1]) // 2
    canvas[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
    return canvas


def blank(height: int, width: int, colour: tuple[int, int, int] = PAPER) -> Picture:
    """A picture of one colour."""
    return np.full((height, width, 3), colour, np.uint8)


def _write(canvas: Picture, text: str, top: int) -> None:
    """A line of text, smaller where it would be wider than the canvas."""
    text = text.encode("ascii", "replace").decode()
    (across, _), _ = cv2.getTextSize(text, viz.FONT, 0.6, 1)
    scale = 0.6 * min(1.0, (canvas.shape[1] - 16) / max(across, 1))
    cv2.putText(canvas, text, (8, top + 22), viz.FONT, scale, INK, 1, cv2.LINE_AA)
