from __future__ import annotations

import dataclasses

import cv2
import numpy as np
import pytest

from sc2data.format import Dataset, Scene, Units
from sc2data.format.contact_sheet import (
    TEAM_COLORS,
    contact_sheet,
    labelled_minimap,
    labelled_screen,
    write_contact_sheet,
)
from sc2data.format.split import split
from tests.sc2data.format import examples


@pytest.fixture
def path(tmp_path):
    return examples.write(tmp_path / "data")


def test_labels_are_drawn_where_the_units_are():
    schema = examples.schema(minimap=(96, 96), screen=(200, 200))
    units = Units.of(
        type=[48, 105, 48],
        alliance=[1, 4, 4],
        world=[[50, 40, 0]] * 3,
        minimap=[[20.5, 30.5], [60.5, 70.5], [5.5, 5.5]],
        screen=[[100.5, 50.5], [30.5, 160.5], [180.5, 20.5]],
        radius=[1.0, 2.0, 1.0],
        on_screen=[True, True, True],
        visible=[True, True, False],
    )
    record = dataclasses.replace(
        examples.record(0, of=schema),
        minimap=np.zeros((96, 96, 3), np.uint8),
        screen=np.zeros((200, 200, 3), np.uint8),
        units=units,
        scene=Scene(0, 0, camera=(50.0, 40.0, 0.0)),
    )
    for picture, positions in (
        (labelled_minimap(record, schema, 96), units.minimap),
        (labelled_screen(record, schema, 200), units.screen),
    ):
        for row, alliance in ((0, 1), (1, 4)):
            close = (np.abs(picture.astype(int) - TEAM_COLORS[alliance]) < 60).all(axis=2)
            y, x = np.nonzero(close)
            np.testing.assert_allclose([x.mean() + 0.5, y.mean() + 0.5], positions[row], atol=0.3)
        remembered = positions[2].astype(int)
        assert picture[remembered[1] - 4 : remembered[1] + 5, remembered[0] - 4 : remembered[0] + 5].sum() == 0


def test_a_contact_sheet_has_a_cell_a_record(path):
    with Dataset(path) as dataset:
        one, three = contact_sheet(dataset, [0]), contact_sheet(dataset, [0, 1, 2])
        assert three.shape == (2 * one.shape[0], one.shape[1], 3)
        assert one.dtype == np.uint8


def test_a_contact_sheet_of_a_split_shows_no_other_record(path, tmp_path):
    split(path, {"train": 0.5, "test": 0.5}, seed=1)
    with Dataset(path) as dataset:
        write_contact_sheet(dataset, tmp_path / "sheet.png", records=2, split="test")
        shown = dataset.split("test")
        expected = contact_sheet(dataset, [int(shown[0]), int(shown[-1])])
        assert np.array_equal(cv2.imread(str(tmp_path / "sheet.png"))[:, :, ::-1], expected)
