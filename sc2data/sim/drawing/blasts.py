"""Shots, explosions, acid, blood and the effects that lie on the ground."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from sc2data.geometry import ScreenCamera
from sc2data.sim.drawing.palette import Colour
from sc2data.sim.drawing.sheet import Sheet
from sc2data.sim.drawing.sprites import Sprite
from sc2data.sim.state import Blast, Effect

Image = npt.NDArray[np.uint8]
Pixel = Sequence[float]  # x, y

_EFFECTS: dict[int, tuple[Colour, float]] = {
    1: ((110, 170, 255), 1.5),  # psionic storm
    2: ((90, 190, 255), 4.0),  # guardian shield
    3: ((150, 210, 255), 4.0),  # temporal field, growing
    4: ((150, 210, 255), 4.0),
    5: ((255, 120, 60), 0.4),  # thermal lance
    6: ((110, 190, 255), 13.0),  # scanner sweep
    7: ((255, 40, 30), 0.6),  # nuclear launch dot
    8: ((255, 160, 60), 5.0),  # liberator zone, setting up
    9: ((255, 90, 40), 5.0),
    10: ((190, 120, 60), 2.0),  # blinding cloud
    11: ((150, 230, 60), 0.6),  # corrosive bile
    12: ((190, 160, 120), 0.6),  # lurker spines
}
"""Colour and, where the effect names none, radius in world units, by API effect id."""


_AGES = 6
"""Steps in which a blast ages: as with sizes, puffs are drawn once and used often."""


_REACH = 3.0  # world units: nothing that flashes is drawn farther from its place or its target

_BRIGHT = 200  # colours with a brighter channel shine, others only cover


_BALL = 48  # px: the radius at which balls are drawn; they are so soft that larger ones can be enlarged from it


@functools.lru_cache(maxsize=512)
def _ball(colour: Colour, cover: float, seed: int) -> tuple[Image, Image]:
    """A soft ball of fire, smoke or liquid, ragged by `seed`: its colour and what it lets through of the rest."""
    size = 2 * _BALL + 2
    y, x = np.mgrid[0:size, 0:size] - (size - 1) / 2
    angle, distance = np.arctan2(y, x), np.hypot(x, y) / _BALL
    random = np.random.default_rng(seed)
    ragged = sum(random.uniform(0.04, 0.14) * np.sin(k * angle + random.uniform(0, 6.3)) for k in (3, 5, 7, 11))
    share = np.clip(1.1 - distance * (1 + ragged), 0, 1) ** 1.3
    core = np.clip(share * 1.6, 0, 1)[..., None]
    alpha = share[..., None] * cover
    if max(colour) > _BRIGHT:
        body = (np.asarray(colour) * core + (1 - cover) * 90 * core**3) * share[..., None]
    else:
        body = np.asarray(colour) * alpha
    picture = np.clip(body, 0, 255).astype(np.uint8)
    rest = np.rint(255 * (1 - alpha[..., 0])).astype(np.uint8)
    return picture, rest


@functools.lru_cache(maxsize=1024)
def _puff(radius: int, colour: Colour, cover: float, seed: int) -> Sprite:
    """The ball of `_ball` with a radius in px; `cover` is how much it hides of what is behind."""
    size = 2 * radius + 2
    way = cv2.INTER_AREA if radius < _BALL else cv2.INTER_LINEAR
    picture, rest = (cv2.resize(part, (size, size), interpolation=way) for part in _ball(colour, cover, seed))
    return Sprite(picture, rest, -size // 2, -size // 2)


def paint_effects(image: Image, effects: list[Effect], camera: ScreenCamera, z: float) -> None:
    """Discs of light on the ground at height `z`."""
    for effect in effects:
        colour, radius = _EFFECTS.get(effect.effect, ((200, 200, 200), 1.0))
        for x, y in effect.points:
            _disc(image, (x, y, z), effect.radius or radius, colour, camera)


def _disc(
    image: Image, centre: tuple[float, float, float], radius: float, colour: Colour, camera: ScreenCamera
) -> None:
    """A lit disc with a bright rim."""
    angles = np.linspace(0, 2 * math.pi, 48, endpoint=False)
    ring = np.asarray(centre) + radius * np.stack([np.cos(angles), np.sin(angles), np.zeros(48)], axis=1)
    pixels, depth = camera.project(ring)
    low, high = np.floor(pixels.min(0)).astype(int) - 3, np.ceil(pixels.max(0)).astype(int) + 3
    low, high = np.maximum(low, 0), np.minimum(high, (image.shape[1], image.shape[0]))
    if depth.min() <= 1 or (high <= low).any():
        return
    part = image[low[1] : high[1], low[0] : high[0]]
    light = np.zeros_like(part)
    points = np.rint((pixels - low) * 16 - 8).astype(np.int32)
    cv2.fillConvexPoly(light, points, tuple(0.3 * c for c in colour), cv2.LINE_AA, 4)
    cv2.polylines(light, [points], True, tuple(0.8 * c for c in colour), 2, cv2.LINE_AA, 4)
    cv2.add(part, light, dst=part)


class _Canvas:
    """A picture on which lines are drawn at once and puffs, over them, together at the end."""

    def __init__(self, image: Image, sheet: Sheet) -> None:
        self.image = image
        self._sheet = sheet
        self._numbers: list[int] = []
        self._feet: list[tuple[int, int]] = []

    def puff(self, x: float, y: float, radius: int, colour: Colour, cover: float, seed: int) -> None:
        """Lay the ball of `_puff` at a point in px."""
        key = ("puff", radius, colour, cover, seed)
        number = self._sheet.find(key)
        if number is None:
            number = self._sheet.add(key, _puff(radius, colour, cover, seed))
        self._numbers.append(number)
        self._feet.append((round(x), round(y)))

    def finish(self) -> None:
        """Lay all puffs."""
        if self._numbers:
            self._sheet.paint(self.image, np.array(self._numbers), np.array(self._feet))


def paint_blasts(image: Image, blasts: list[Blast], camera: ScreenCamera, loop: int, sheet: Sheet) -> None:
    """Flashes of this `loop`, over everything."""
    seen = [blast for blast in blasts if blast.start <= loop < blast.until]
    if not seen:
        return
    ends = [((blast.x, blast.y, blast.z), blast.toward or (blast.x, blast.y, blast.z)) for blast in seen]
    pixels, depth = camera.project(np.reshape(ends, (-1, 3)))
    pixels, depth = pixels.reshape(-1, 2, 2), depth.reshape(-1, 2)
    scales = (camera.focal / depth[:, 0]).tolist()
    points = pixels.tolist()
    sheet.make_room()
    canvas = _Canvas(image, sheet)
    for row in np.flatnonzero(_in_view(pixels, depth, camera)).tolist():
        blast = seen[row]
        age = round(_AGES * (loop - blast.start) / max(blast.until - blast.start, 1)) / _AGES
        _PAINTERS.get(blast.kind, _shot)(canvas, points[row][0], points[row][1], scales[row], age)
    canvas.finish()


def _in_view(
    pixels: npt.NDArray[np.float64], depth: npt.NDArray[np.float64], camera: ScreenCamera
) -> npt.NDArray[np.bool_]:
    """Whether the boxes around the ends (N, 2, 2) of blasts, wider by their reach, meet the picture: (N,)."""
    nearest = depth.min(1)
    margin = (_REACH * camera.focal / np.maximum(nearest, 1))[:, None]
    low, high = pixels.min(1) - margin, pixels.max(1) + margin
    return (nearest > 1) & (high > 0).all(1) & (low < (camera.width, camera.height)).all(1)


def _radius(scale: float, units: float) -> int:
    """Pixels that `units` take, in steps of an eighth of their size: so puffs are drawn once and used often."""
    return max(2, round(2 ** (round(6 * math.log2(max(scale * units, 1))) / 6)))


def _shot(canvas: _Canvas, place: Pixel, target: Pixel, scale: float, age: float) -> None:
    """A muzzle flash, a tracer on its way and sparks where it hits."""
    (x, y), (to_x, to_y) = place, target
    if age < 0.5:
        canvas.puff(x, y, _radius(scale, 0.2), (255, 214, 120), 0.5, 1)
    ends = [
        tuple(round(min(max(start + (end - start) * share, -1e6), 1e6) * 16) for start, end in ((x, to_x), (y, to_y)))
        for share in (min(0.15 + age, 0.7), min(0.45 + age, 1.0))
    ]
    cv2.line(canvas.image, ends[0], ends[1], (255, 226, 150), max(1, round(scale * 0.025)), cv2.LINE_AA, 4)
    canvas.puff(to_x, to_y - scale * 0.25, _radius(scale, 0.12), (255, 190, 90), 0.5, 2)


def _shell(canvas: _Canvas, place: Pixel, target: Pixel, scale: float, age: float) -> None:
    """A tank's shell: fire at the muzzle, an explosion with smoke at the target."""
    (x, y), (to_x, to_y) = place, target
    if age < 0.5:
        canvas.puff(x, y - scale * 0.4, _radius(scale, 0.5), (255, 190, 90), 0.7, 3)
    canvas.puff(to_x, to_y - scale * (0.1 + 0.4 * age), _radius(scale, 0.7 + 0.5 * age), (70, 60, 54), 0.75, 4)
    canvas.puff(to_x, to_y - scale * 0.15, _radius(scale, 0.85 - 0.4 * age), (255, 150, 50), 0.8, 5)
    canvas.puff(to_x, to_y - scale * 0.2, _radius(scale, 0.45 - 0.3 * age), (255, 236, 180), 0.6, 6)


def _acid(canvas: _Canvas, place: Pixel, target: Pixel, scale: float, age: float) -> None:
    """Green liquid that bursts."""
    canvas.puff(target[0], target[1], _radius(scale, 0.6 + 1.2 * age), (112, 180, 40), 0.7 * (1 - 0.6 * age), 7)
    canvas.puff(target[0], target[1], _radius(scale, 0.4 + 0.5 * age), (190, 250, 90), 0.6 * (1 - 0.6 * age), 8)


def _splash(canvas: _Canvas, place: Pixel, target: Pixel, scale: float, age: float) -> None:
    """The pool that a baneling leaves."""
    canvas.puff(place[0], place[1], _radius(scale, 1.3 + 0.5 * age), (98, 150, 36), 0.65 * (1 - 0.7 * age), 9)
    canvas.puff(place[0], place[1], _radius(scale, 0.9), (150, 214, 60), 0.5 * (1 - 0.8 * age), 10)


def _death(canvas: _Canvas, place: Pixel, target: Pixel, scale: float, age: float) -> None:
    """Blood and smoke where a unit died."""
    x, y = place
    canvas.puff(x, y, _radius(scale, 0.35 + 0.25 * age), (116, 20, 18), 0.8 * (1 - 0.7 * age), 11)
    smoke = y - scale * (0.2 + 0.6 * age)
    canvas.puff(x, smoke, _radius(scale, 0.3 + 0.5 * age), (60, 54, 50), 0.55 * (1 - age), 12)
    if age < 0.3:
        canvas.puff(x, y - scale * 0.2, _radius(scale, 0.45), (255, 170, 70), 0.6, 13)


_PAINTERS = {"shot": _shot, "shell": _shell, "acid": _acid, "splash": _splash, "death": _death}
