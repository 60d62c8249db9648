from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from sc2data.format import SchemaError, Units
from sc2data.format.counts import count_units
from tests.sc2data.format import examples


def test_units_are_cast_and_filled():
    units = Units.of(type=[48, 105], alliance=[1, 4], world=[[1, 2, 3], [4, 5, 6]])
    assert {name: values.dtype.name for name, values in vars(units).items()} == {
        "type": "int32",
        "alliance": "uint8",
        "owner": "uint8",
        "tag": "uint64",
        "world": "float32",
        "minimap": "float32",
        "screen": "float32",
        "radius": "float32",
        "health": "float32",
        "facing": "float32",
        "on_screen": "bool",
        "visible": "bool",
    }
    assert np.isnan(units.screen).all()
    assert units.visible.all()
    assert not units.on_screen.any()
    assert units.select(units.alliance == 4).type.tolist() == [105]


def test_no_units_are_units_too():
    assert len(Units.of(type=[])) == 0
    assert Units.of().world.shape == (0, 3)


def test_columns_of_different_lengths_are_refused():
    with pytest.raises(SchemaError, match=r"units.world has shape \(1, 3\); with 2 units it must have \(2, 3\)"):
        Units.of(type=[48, 48], world=[[1, 2, 3]])
    with pytest.raises(SchemaError, match="no such column of units: healht"):
        Units.of(type=[48], healht=[3])


def test_a_record_is_checked_against_the_schema():
    schema, record = examples.schema(), examples.record(1)
    record.check(schema)
    with pytest.raises(SchemaError, match="minimap is uint8"):
        dataclasses.replace(record, minimap=record.minimap[1:]).check(schema)
    with pytest.raises(SchemaError, match="screen is float32"):
        dataclasses.replace(record, screen=np.zeros((40, 72, 3), np.float32)).check(schema)
    with pytest.raises(SchemaError, match="no screen"):
        dataclasses.replace(record, screen=None).check(schema)
    with pytest.raises(SchemaError, match="screen=None"):
        record.check(examples.schema(screen=None))
    with pytest.raises(SchemaError, match=r"scene.map 3"):
        dataclasses.replace(record, scene=dataclasses.replace(record.scene, map=3)).check(schema)


def test_a_unit_on_the_screen_has_a_pixel_on_it():
    units = Units.of(type=[48, 48], screen=[[71.9, 39.9], [72.0, 10.0]], on_screen=[True, True])
    with pytest.raises(SchemaError, match=r"unit 1 .* pixel \(72.0, 10.0\) is not within the screen of 72 x 40"):
        dataclasses.replace(examples.record(1), units=units).check(examples.schema())


def test_counts_by_alliance_and_type():
    # Three own marines, one of them not seen; an enemy zergling; a neutral marine; an allied and an uncounted one.
    types = np.array([48, 48, 48, 105, 48, 48, 33])
    alliances = np.array([1, 1, 1, 4, 3, 2, 1])
    seen = np.array([True, True, False, True, True, True, True])
    counts = count_units(types, alliances, seen, examples.schema())
    assert counts.dtype == np.uint16
    assert counts.tolist() == [[[2, 0], [0, 1], [1, 0]]]


def test_counts_of_several_records():
    counts = count_units(
        np.array([48, 105, 105]), np.array([1, 4, 4]), np.ones(3, bool), examples.schema(), np.array([0, 2, 2]), 3
    )
    assert counts[:, 0, 0].tolist() == [1, 0, 0]
    assert counts[:, 1, 1].tolist() == [0, 0, 2]


def test_too_many_units_for_a_count():
    many = 65536
    with pytest.raises(SchemaError, match="65536 units of one type"):
        count_units(np.full(many, 48), np.full(many, 1), np.ones(many, bool), examples.schema())
