"""Units written as bytes equal units written through their attributes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sc2data.sim.api.batches import UnitRows
from sc2data.sim.api.messages import raw_pb

COLUMNS: dict[str, Any] = {
    "tag": np.array([4345036801, (1 << 42) - 1, 0], np.uint64),
    "unit_type": np.array([48, 2_000_000, 0], np.int32),
    "alliance": np.array([1, 4, 3], np.int8),
    "health": np.array([45.0, 0.1, 0.0], np.float32),
    "is_flying": np.array([True, False, True]),
    "x": np.array([1.5, -2.5, 0.0], np.float32),
    "y": np.array([10.0, 20.0, 0.0], np.float32),
    "z": np.array([8.0, 12.25, 0.0], np.float32),
}


def plainly(rows: list[int], names: tuple[str, ...]) -> raw_pb.ObservationRaw:
    message = raw_pb.ObservationRaw()
    for row in rows:
        unit = message.units.add(**{name: COLUMNS[name][row].item() for name in names})
        unit.pos.x, unit.pos.y, unit.pos.z = (COLUMNS[axis][row].item() for axis in "xyz")
    return message


@pytest.mark.parametrize("rows", [[], [1], [2, 0], [0, 1, 2]])
@pytest.mark.parametrize("names", [("tag",), ("is_flying", "health"), tuple(n for n in COLUMNS if n not in "xyz")])
def test_bytes_and_attributes_make_the_same_units(rows: list[int], names: tuple[str, ...]) -> None:
    message = raw_pb.ObservationRaw()
    UnitRows(COLUMNS).append(message, np.array(rows, np.intp), names)
    assert message == plainly(rows, names)
    assert message.SerializeToString() == plainly(rows, names).SerializeToString()


def test_units_are_appended() -> None:
    message = raw_pb.ObservationRaw()
    laid_out = UnitRows(COLUMNS)
    laid_out.append(message, np.array([2]), ("tag",))
    laid_out.append(message, np.array([0]), ("unit_type",))
    assert [unit.HasField("tag") for unit in message.units] == [True, False]


@pytest.mark.parametrize(("name", "value"), [("tag", 1 << 42), ("unit_type", 1 << 21), ("unit_type", -1)])
def test_numbers_that_do_not_fit_are_refused(name: str, value: int) -> None:
    columns = COLUMNS | {name: np.array([0, value, 0], np.int64)}
    with pytest.raises(ValueError, match="does not fit"):
        UnitRows(columns)
