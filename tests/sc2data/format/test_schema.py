from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from sc2data.format import CameraModel, CountedType, Schema, SchemaError
from sc2data.format.schema import COLUMNS
from tests.sc2data.format import examples

FORMAT_DOCUMENT = Path(__file__).parents[3] / "docs" / "format.md"


def test_survives_json():
    schema = examples.schema(camera=CameraModel(distance=30.0), crop_to_playable_area=True)
    assert Schema.from_dict(json.loads(json.dumps(schema.to_dict()))) == schema


def test_columns_of_the_screen_go_with_it():
    assert set(COLUMNS) - set(examples.schema(screen=None).columns()) == {
        "screen",
        "counts/screen",
        "units/screen",
        "units/on_screen",
    }


def test_transforms_are_those_of_geometry():
    schema = examples.schema()
    camera = schema.screen_camera((50.0, 40.0, 8.0))
    assert (camera.width, camera.height) == (72, 40)
    np.testing.assert_allclose(camera.project([[50.0, 40.0, 8.0]])[0], [[36.0, 20.0]])
    np.testing.assert_allclose(schema.minimap_transform().to_pixels([[0.0, 96.0]]), [[0.0, 0.0]])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"minimap": (0, 32)}, "minimap size"),
        ({"screen": (70_000, 32)}, "screen size"),
        ({"tile": 4}, "tile 4"),
        ({"maps": ()}, "at least one map"),
        ({"unit_types": ()}, "at least one"),
        ({"unit_types": (CountedType(48, "a"), CountedType(48, "b"))}, "none twice"),
    ],
)
def test_impossible_schemas_are_refused(changes, message):
    with pytest.raises(SchemaError, match=message):
        examples.schema(**changes)


def test_values_that_are_no_schema_are_refused():
    values = examples.schema().to_dict()
    del values["tile"]
    with pytest.raises(SchemaError, match="tile"):
        Schema.from_dict(values)
    with pytest.raises(SchemaError, match="no camera"):
        examples.schema(screen=None).screen_camera((0, 0, 0))


def test_the_document_lists_every_column_with_its_dtype():
    section = FORMAT_DOCUMENT.read_text().partition("## Columns of a shard")[2].partition("### Storage")[0]
    rows = dict(re.findall(r"^\| `([a-z/_]+)` \| (\w+) ", section, re.MULTILINE))
    assert rows == {name: np.dtype(column.dtype).name for name, column in COLUMNS.items()}
