"""Objects to hide: digits, bare or on plates, traffic signs drawn with OpenCV's font, units cut from screens."""

from __future__ import annotations

import dataclasses
import functools
import math
import pathlib
from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from sc2data.format import Dataset
from sc2data.format.schema import COUNTED_ALLIANCES
from varsac.tasks.digits import load_digits
from varsac.tasks.screens import opened_dataset
from varsac.tasks.stamps import resized
from varsac.tasks.task import Split, TaskError

SIGN_SIDE = 192
"""Side in px that signs are drawn at, before they are made smaller."""
PLATE_SIDE = 96
"""Likewise of plates."""
PLATE = (240, 200, 30)
"""Their colour, red, green and blue."""
LIMITS = ("30", "50", "60", "70", "80", "100")
UNIT_MARGIN = 1.7
"""Radius of the disc that is cut from a screen, in unit radii: models reach beyond their footprint."""
MOST_OF_CLASS = 400
"""Units of one type that are cut."""
FEWEST_OF_CLASS = 3
"""Types with fewer are no class."""


@dataclasses.dataclass(frozen=True, eq=False)
class Sprites:
    """Small square pictures of some classes.

    Args:
        colours: each uint8 (s, s, 3), of any sides.
        opacities: each uint8 (s, s), 255 hides what is below.
        labels: int64 (n,).
        classes: their names.
        inked: whether their colour is free to choose, black or white, whichever stands out.
    """

    colours: Sequence[npt.NDArray[np.uint8]]
    opacities: Sequence[npt.NDArray[np.uint8]]
    labels: npt.NDArray[np.int64]
    classes: tuple[str, ...]
    inked: bool = False

    def __len__(self) -> int:
        return len(self.labels)

    @functools.cached_property
    def of_class(self) -> list[npt.NDArray[np.int64]]:
        """Indices of the sprites of each class."""
        return [np.flatnonzero(self.labels == label) for label in range(len(self.classes))]

    def at(self, index: int, side: int, blur: float) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float32]]:
        """The colour and the opacity of a sprite at another size.

        Args:
            index: which.
            side: px.
            blur: standard deviation of a Gaussian, as a share of the side; colour runs out with the opacity.

        Returns:
            uint8 (s, s, 3) and float32 (s, s), s = side + 2 * `margin(side, blur)`.
        """
        sigma, spare = blur * side, margin(side, blur)
        opacity = resized(self.opacities[index], side, side) / np.float32(255)
        colour = resized(self.colours[index], side, side)
        opacity = cv2.copyMakeBorder(opacity, spare, spare, spare, spare, cv2.BORDER_CONSTANT)
        colour = cv2.copyMakeBorder(colour, spare, spare, spare, spare, cv2.BORDER_REPLICATE)
        if spare:
            inked = cv2.GaussianBlur(colour * opacity[:, :, None], (0, 0), sigma, borderType=cv2.BORDER_CONSTANT)
            opacity = cv2.GaussianBlur(opacity, (0, 0), sigma, borderType=cv2.BORDER_CONSTANT)
            colour = np.clip(inked / np.maximum(opacity, 1e-3)[:, :, None], 0, 255).astype(np.uint8)
        return colour, opacity.astype(np.float32)


def margin(side: int, blur: float) -> int:
    """Pixels around a sprite that its blur may reach; no blur is done below a standard deviation of 0.2 px.

    >>> margin(40, 0.05), margin(40, 0.0)
    (6, 0)
    """
    sigma = blur * side
    return math.ceil(3 * sigma) if sigma >= 0.2 else 0


def digit_sprites(split: Split, digits_dir: str) -> Sprites:
    """Handwriting: opaque where it is inked; see `varsac.tasks.digits`."""
    digits = load_digits(split, digits_dir)
    white = np.full((*digits.images.shape[1:], 3), 255, np.uint8)
    return Sprites([white] * len(digits), list(digits.images), digits.labels, tuple(map(str, range(10))), inked=True)


def plate_sprites(split: Split, digits_dir: str) -> Sprites:
    """Handwriting, black on round yellow plates; see `varsac.tasks.digits`."""
    digits = load_digits(split, digits_dir)
    colours = [_draw_plate(image) for image in digits.images]
    return Sprites(colours, [_disc(PLATE_SIDE)] * len(colours), digits.labels, tuple(map(str, range(10))))


def _draw_plate(digit: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """A digit in the square that just fits into the plate."""
    side = round(0.7 * PLATE_SIDE)
    first = (PLATE_SIDE - side) // 2
    ink = np.zeros((PLATE_SIDE, PLATE_SIDE), np.uint8)
    ink[first : first + side, first : first + side] = resized(digit, side, side)
    return (np.array(PLATE) * (1 - 0.9 / 255 * ink[:, :, None])).astype(np.uint8)


def sign_sprites() -> Sprites:
    """Speed limits: black figures on white in a red ring; one sprite a class, the same in every split."""
    drawn = [_draw_sign(text) for text in LIMITS]
    disc = _disc(SIGN_SIDE)
    return Sprites(drawn, [disc] * len(drawn), np.arange(len(drawn)), LIMITS)


def _draw_sign(text: str) -> npt.NDArray[np.uint8]:
    side = SIGN_SIDE
    sign = np.full((side, side, 3), (200, 20, 30), np.uint8)
    centre = side // 2
    cv2.circle(sign, (centre, centre), round(0.38 * side), (250, 250, 250), -1, cv2.LINE_AA)
    font, thickness = cv2.FONT_HERSHEY_DUPLEX, max(side // 24, 1)
    scale = 0.56 * side / cv2.getTextSize(text, font, 1.0, thickness)[0][0]
    scale = min(scale, 0.42 * side / cv2.getTextSize(text, font, 1.0, thickness)[0][1])
    (width, height), _ = cv2.getTextSize(text, font, scale, thickness)
    at = round(centre - width / 2), round(centre + height / 2)
    cv2.putText(sign, text, at, font, scale, (10, 10, 10), thickness, cv2.LINE_AA)
    return sign


def unit_sprites(folder: str, split: Split) -> Sprites:
    """Units cut from the screens of a harvested data set's split, each with a disc of ground that fades outwards.

    Units near the edge of the screen, and those that stand in another one's disc, are left out.

    Raises:
        NoDatasetError, SplitError, SchemaError: no data set, or without that split or screens.
        TaskError: fewer than two types with enough units of which to cut.
    """
    if not folder:
        raise TaskError("units to hide are cut from a harvested data set: give its folder as `units_dir`")
    dataset = opened_dataset(pathlib.Path(folder))
    found: dict[int, list[npt.NDArray[np.uint8]]] = {counted.id: [] for counted in dataset.schema.unit_types}
    for record in dataset.split(split).tolist():
        _cut_units(dataset, record, found)
        if all(len(cut) >= MOST_OF_CLASS for cut in found.values()):
            break
    names = {counted.id: counted.name for counted in dataset.schema.unit_types}
    kept = [kind for kind, cut in found.items() if len(cut) >= FEWEST_OF_CLASS]
    if len(kept) < 2:
        numbers = ", ".join(f"{len(cut)} {names[kind]}" for kind, cut in found.items())
        raise TaskError(
            f"{folder}: too few units stand free on the screens of split {split!r} ({numbers}); harvest more"
        )
    colours = [cut for kind in kept for cut in found[kind]]
    labels = np.repeat(np.arange(len(kept)), [len(found[kind]) for kind in kept])
    opacities = [_disc(len(colour), edge=0.25) for colour in colours]
    return Sprites(colours, opacities, labels, tuple(names[kind] for kind in kept))


def _cut_units(dataset: Dataset, record: int, found: dict[int, list[npt.NDArray[np.uint8]]]) -> None:
    """Add to each type in `found` the units that stand free on a screen."""
    units, scene = dataset.units(record), dataset.scene(record)
    units = units.select(units.on_screen & units.visible)
    camera = dataset.schema.screen_camera(scene.camera)
    _, depth = camera.project(units.world)
    lift = units.radius * camera.pixels_per_unit(depth)
    centres = units.screen - np.stack([np.zeros_like(lift), lift / 2], axis=1)  # models stand up from their foot
    sides = np.ceil(2 * UNIT_MARGIN * lift).astype(np.int64)
    for row in range(len(units)):
        cut = found.get(int(units.type[row]))
        apart = np.linalg.norm(centres - centres[row], axis=1) >= sides[row] / 2 + lift
        apart[row] = True
        if cut is None or len(cut) >= MOST_OF_CLASS or not apart.all() or units.alliance[row] not in COUNTED_ALLIANCES:
            continue
        left, top = np.round(centres[row] - sides[row] / 2).astype(np.int64).tolist()
        side = int(sides[row])
        if min(left, top) >= 0 and left + side <= camera.width and top + side <= camera.height:
            cut.append(dataset.screen_window(record, left, top, side, side))


def _disc(side: int, edge: float = 0.04) -> npt.NDArray[np.uint8]:
    """Opacity of a disc that fills a square; `edge`: share of the radius over which it fades."""
    along = (np.arange(side) + 0.5) / side * 2 - 1
    radius = np.hypot(along[:, None], along)
    return np.round(255 * np.clip((1 - radius) / edge, 0, 1)).astype(np.uint8)
