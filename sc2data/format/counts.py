"""Counts of units by alliance and type."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from sc2data.format.schema import COUNTED_ALLIANCES, Schema, SchemaError

LARGEST = np.iinfo(np.uint16).max


def count_units(
    types: npt.NDArray[Any],
    alliances: npt.NDArray[Any],
    counted: npt.NDArray[np.bool_],
    schema: Schema,
    rows: npt.NDArray[Any] | None = None,
    records: int = 1,
) -> npt.NDArray[np.uint16]:
    """Count the units of which `counted` is True, by record, alliance and counted type.

    Args:
        types: (n,) unit type ids.
        alliances: (n,) as in the API; allies (2) are in none of the three rows.
        counted: (n,) which units to count.
        schema: names the K types that are counted.
        rows: (n,) the record of each unit, 0 to records - 1; None: all in one.
        records: how many records there are.

    Returns:
        uint16 (records, 3, K), in the order self, enemy, neutral.

    Raises:
        SchemaError: a count above 65535.
    """
    ids = schema.counted_ids()
    order = np.argsort(ids)
    at = np.minimum(np.searchsorted(ids, types, sorter=order), len(ids) - 1)
    type_column = order[at]
    alliance_row = ALLIANCE_ROW[np.minimum(alliances, len(ALLIANCE_ROW) - 1)]
    keep = counted & (ids[type_column] == types) & (alliance_row >= 0)
    record = np.zeros(len(types), np.int64) if rows is None else rows
    cell = (record * len(COUNTED_ALLIANCES) + alliance_row) * len(ids) + type_column
    shape = (records, len(COUNTED_ALLIANCES), len(ids))
    counts = np.bincount(cell[keep], minlength=int(np.prod(shape)))
    if counts.max(initial=0) > LARGEST:
        raise SchemaError(f"{counts.max()} units of one type in a record: the counts are uint16, at most {LARGEST}")
    return counts.astype(np.uint16).reshape(shape)


ALLIANCE_ROW = np.array([COUNTED_ALLIANCES.index(a) if a in COUNTED_ALLIANCES else -1 for a in range(6)])
"""Row of the counts by alliance, -1 for those not counted; alliances are 1 to 4."""
