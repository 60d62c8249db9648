"""A contact sheet: some records of a data set with their labels drawn on them, to be judged by eye."""

from __future__ import annotations

import pathlib
from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from sc2data.format.durable import storage_error
from sc2data.format.reader import Dataset
from sc2data.format.record import Record
from sc2data.format.schema import (
    ALLY,
    COUNTED_ALLIANCE_NAMES,
    COUNTED_ALLIANCES,
    ENEMY,
    NEUTRAL,
    SELF,
    Schema,
)

RECORDS = 8
MOST_RECORDS = 256
COLUMNS = 2
CELL_HEIGHT = 360
"""Height in pixels at which minimaps and screens are shown."""
MARGIN = 8
LINE = 16
"""Height of a line of the caption."""
FONT, FONT_SCALE = cv2.FONT_HERSHEY_SIMPLEX, 0.4
BACKGROUND, TEXT = (24, 24, 24), (224, 224, 224)
SUBPIXEL_BITS = 4
TEAM_COLORS = {SELF: (64, 255, 255), ALLY: (64, 255, 64), NEUTRAL: (255, 224, 64), ENEMY: (255, 64, 255)}
"""RGB of the circles around units, by alliance; no team's own colour is among them."""

Picture = npt.NDArray[np.uint8]


def write_contact_sheet(
    dataset: Dataset, path: str | pathlib.Path, records: int = RECORDS, split: str | None = None
) -> None:
    """Write the contact sheet of `records` records, evenly spread over the data set or one split of it, as a PNG.

    Raises:
        ValueError: the data set is empty.
        SplitError: there is no such split.
        StorageError: the file cannot be written.
    """
    indices = np.arange(len(dataset)) if split is None else dataset.split(split)
    if not len(indices):
        raise ValueError(f"{dataset.path} is empty: there is nothing to draw")
    shown = indices[np.unique(np.linspace(0, len(indices) - 1, min(records, len(indices))).round().astype(int))]
    _, encoded = cv2.imencode(".png", contact_sheet(dataset, shown.tolist())[:, :, ::-1])
    path = pathlib.Path(path)
    try:
        path.write_bytes(encoded.tobytes())
    except OSError as error:
        raise storage_error(path, error) from error


def contact_sheet(dataset: Dataset, indices: Sequence[int]) -> Picture:
    """Minimaps and screens of records with a circle around every visible unit, RGB.

    Circles have the unit's position and radius: cyan self, magenta enemy, yellow neutral, green ally.
    """
    cells = [_cell(dataset, index) for index in indices]
    blank = np.full_like(cells[0], BACKGROUND[0])
    cells += [blank] * (-len(cells) % COLUMNS)
    rows = [np.hstack(cells[start : start + COLUMNS]) for start in range(0, len(cells), COLUMNS)]
    return np.vstack(rows)


def _cell(dataset: Dataset, index: int) -> Picture:
    """One record: minimap, screen, and words below."""
    record = dataset.record(index)
    pictures = [labelled_minimap(record, dataset.schema, CELL_HEIGHT)]
    if record.screen is not None:
        pictures.append(labelled_screen(record, dataset.schema, CELL_HEIGHT))
    bordered = [_bordered(picture, right=MARGIN) for picture in pictures]
    cell = _bordered(np.hstack(bordered), bottom=len(COUNTED_ALLIANCES) * LINE + LINE + MARGIN)
    for number, (words, color) in enumerate(_caption(dataset, index)):
        place = (4, CELL_HEIGHT + LINE * (number + 1) - 3)
        cv2.putText(cell, _clipped(words, cell.shape[1] - 8), place, FONT, FONT_SCALE, color, 1, cv2.LINE_AA)
    return cell


def _bordered(picture: Picture, right: int = 0, bottom: int = 0) -> Picture:
    return np.asarray(cv2.copyMakeBorder(picture, 0, bottom, 0, right, cv2.BORDER_CONSTANT, value=BACKGROUND))


def _clipped(words: str, width: int) -> str:
    """As much of `words` as fits into `width` pixels."""
    if cv2.getTextSize(words, FONT, FONT_SCALE, 1)[0][0] <= width:
        return words
    while cv2.getTextSize(words + " ...", FONT, FONT_SCALE, 1)[0][0] > width:
        words = words[:-1]
    return words + " ..."


def labelled_minimap(record: Record, schema: Schema, height: int) -> Picture:
    """The minimap scaled to `height` pixels, with a circle around every visible unit."""
    zoom = height / record.minimap.shape[0]
    transform = schema.minimap_transform(record.scene.map)
    radii = np.maximum(record.units.radius * transform.scale, 1.0)
    return _circled(record, record.minimap, record.units.minimap, radii, zoom, record.units.visible)


def labelled_screen(record: Record, schema: Schema, height: int) -> Picture:
    """The screen scaled to `height` pixels, with a circle around every visible unit that is on it."""
    assert record.screen is not None
    zoom = height / record.screen.shape[0]
    camera = schema.screen_camera(record.scene.camera)
    _, depth = camera.project(np.nan_to_num(record.units.world))
    radii = record.units.radius * camera.pixels_per_unit(np.maximum(depth, 1.0))
    shown = record.units.visible & record.units.on_screen
    return _circled(record, record.screen, record.units.screen, np.maximum(radii, 2.0), zoom, shown)


def _circled(
    record: Record,
    picture: Picture,
    positions: npt.NDArray[np.float32],
    radii: npt.NDArray[np.floating],
    zoom: float,
    shown: npt.NDArray[np.bool_],
) -> Picture:
    size = (max(1, round(picture.shape[1] * zoom)), max(1, round(picture.shape[0] * zoom)))
    canvas = cv2.resize(picture, size, interpolation=cv2.INTER_AREA if zoom < 1 else cv2.INTER_NEAREST)
    fine = 1 << SUBPIXEL_BITS
    for row in np.flatnonzero(shown & np.isfinite(positions).all(axis=1)):
        # OpenCV counts from pixel centres, positions from pixel edges.
        x, y = (positions[row] * zoom - 0.5) * fine
        color = TEAM_COLORS.get(int(record.units.alliance[row]), (255, 255, 255))
        radius = max(1, round(float(radii[row]) * zoom * fine))
        cv2.circle(canvas, (round(float(x)), round(float(y))), radius, color, 1, cv2.LINE_AA, SUBPIXEL_BITS)
    return np.asarray(canvas)


def _caption(dataset: Dataset, index: int) -> list[tuple[str, tuple[int, int, int]]]:
    """Lines of words with their colour: where the record comes from, then what each side has."""
    scene = dataset.scene(index)
    where = "map" if dataset.schema.screen is None else "screen"
    lines = [(f"record {index}, episode {scene.episode}, frame {scene.frame}; on the {where}:", TEXT)]
    counts = dataset.counts(where, [index])[0]
    for side, alliance, row in zip(COUNTED_ALLIANCE_NAMES, COUNTED_ALLIANCES, counts, strict=True):
        named = zip(dataset.schema.unit_types, row.tolist(), strict=True)
        there = ", ".join(f"{count} {counted.name}" for counted, count in named if count)
        lines.append((f"{side}: {there or 'none of the counted types'}", TEAM_COLORS[alliance]))
    return lines
