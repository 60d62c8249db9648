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
from sc2data.format.schema import ALLY, COUNTED_ALLIANCE_NAMES, ENEMY, NEUTRAL, SELF, Schema

RECORDS = 8
COLUMNS = 2
CELL_HEIGHT = 360
"""Height in pixels at which minimaps and screens are shown."""
MARGIN = 8
CAPTION = 22
SUBPIXEL_BITS = 4
TEAM_COLORS = {SELF: (64, 255, 64), ALLY: (80, 160, 255), NEUTRAL: (255, 224, 64), ENEMY: (255, 64, 64)}
"""RGB of the circles around units, by alliance."""

Picture = npt.NDArray[np.uint8]


def write_contact_sheet(dataset: Dataset, path: str | pathlib.Path, records: int = RECORDS) -> None:
    """Write the contact sheet of `records` records, evenly spread over the data set, as a PNG.

    Raises:
        ValueError: the data set is empty.
        StorageError: the file cannot be written.
    """
    if not len(dataset):
        raise ValueError(f"{dataset.path} is empty: there is nothing to draw")
    indices = np.unique(np.linspace(0, len(dataset) - 1, min(records, len(dataset))).round().astype(int))
    _, encoded = cv2.imencode(".png", contact_sheet(dataset, indices.tolist())[:, :, ::-1])
    path = pathlib.Path(path)
    try:
        path.write_bytes(encoded.tobytes())
    except OSError as error:
        raise storage_error(path, error) from error


def contact_sheet(dataset: Dataset, indices: Sequence[int]) -> Picture:
    """Minimaps and screens of records with a circle around every visible unit, RGB.

    Circles have the unit's position and radius: green self, red enemy, yellow neutral, blue ally.
    """
    cells = [_cell(dataset, index) for index in indices]
    blank = np.full_like(cells[0], 24)
    cells += [blank] * (-len(cells) % COLUMNS)
    rows = [np.hstack(cells[start : start + COLUMNS]) for start in range(0, len(cells), COLUMNS)]
    return np.vstack(rows)


def _cell(dataset: Dataset, index: int) -> Picture:
    """One record: minimap, screen, and a line of words below."""
    record = dataset.record(index)
    pictures = [labelled_minimap(record, dataset.schema, CELL_HEIGHT)]
    if record.screen is not None:
        pictures.append(labelled_screen(record, dataset.schema, CELL_HEIGHT))
    bordered = [cv2.copyMakeBorder(p, 0, 0, 0, MARGIN, cv2.BORDER_CONSTANT, value=(24, 24, 24)) for p in pictures]
    pixels = np.hstack(bordered)
    cell = cv2.copyMakeBorder(pixels, 0, CAPTION + MARGIN, 0, 0, cv2.BORDER_CONSTANT, value=(24, 24, 24))
    place = (4, CELL_HEIGHT + CAPTION - 6)
    cv2.putText(cell, _caption(dataset, index), place, cv2.FONT_HERSHEY_SIMPLEX, 0.42, (224, 224, 224), 1, cv2.LINE_AA)
    return cell


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


def _caption(dataset: Dataset, index: int) -> str:
    scene = dataset.scene(index)
    where = "map" if dataset.schema.screen is None else "screen"
    counts = dataset.counts(where, [index])[0]
    words = [f"record {index}, episode {scene.episode}, frame {scene.frame}; on {where}:"]
    for row, side in enumerate(COUNTED_ALLIANCE_NAMES):
        for column, counted in enumerate(dataset.schema.unit_types):
            if counts[row, column]:
                words.append(f"{side[0]}.{counted.name} {counts[row, column]}")
    return " ".join(words)
