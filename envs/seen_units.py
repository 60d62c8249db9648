"""The units of a moment, as `info` of the live environments tells them."""

from __future__ import annotations

import collections
import functools

import numpy as np
import numpy.typing as npt

from sc2data import units
from sc2data.format.record import UNIT_COLUMNS, Units
from sc2data.format.schema import COUNTED_ALLIANCE_NAMES, COUNTED_ALLIANCES

Mask = npt.NDArray[np.bool_]


class SeenUnits(Units):
    """Units as parallel arrays, see `sc2data.format.record.Units`: types, owners and where they are.

    Two of them are equal where all their bytes are. One whole object, not a dictionary of arrays: their number changes
    from moment to moment, which the infos of vector environments could not hold.
    """

    __hash__ = None  # type: ignore[assignment]

    @classmethod
    def copy_of(cls, seen: Units) -> SeenUnits:
        """The same units in memory of their own."""
        return cls(**{name: getattr(seen, name).copy() for name in UNIT_COLUMNS})

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SeenUnits):
            return NotImplemented
        return all(getattr(self, name).tobytes() == getattr(other, name).tobytes() for name in UNIT_COLUMNS)

    def of_side(self, side: str) -> Mask:
        """Which (n,) belong to "self", "enemy" or "neutral"."""
        return np.asarray(self.alliance == COUNTED_ALLIANCES[COUNTED_ALLIANCE_NAMES.index(side)])

    def counts(self, among: Mask | None = None) -> dict[str, dict[str, int]]:
        """How many there are by side and the name of their type; of those of `among` (n,)."""
        chosen = np.ones(len(self), np.bool_) if among is None else among
        found: dict[str, dict[str, int]] = {}
        for side in COUNTED_ALLIANCE_NAMES:
            numbers = collections.Counter(self.type[chosen & self.of_side(side)].tolist())
            found[side] = {name_of(kind): number for kind, number in sorted(numbers.items())}
        return found

    def soldiers(self) -> Mask:
        """Which (n,) are ours to command: those with weapons, but no workers and no structures."""
        kinds = np.isin(self.type, [kind for kind in np.unique(self.type).tolist() if _fights(kind)])
        return np.asarray(self.of_side("self") & kinds)

    def structures(self) -> Mask:
        """Which (n,) are structures."""
        return np.isin(self.type, [kind for kind in np.unique(self.type).tolist() if _is_structure(kind)])


@functools.cache
def name_of(kind: int) -> str:
    """The name of a unit type by its id; the id where the table lacks it."""
    try:
        return units.unit_type(kind).name
    except units.UnknownUnitTypeError:
        return str(kind)


@functools.cache
def _fights(kind: int) -> bool:
    try:
        known = units.unit_type(kind)
    except units.UnknownUnitTypeError:
        return False
    return bool(known.weapons) and not known.is_structure and not known.is_worker


@functools.cache
def _is_structure(kind: int) -> bool:
    try:
        return units.unit_type(kind).is_structure
    except units.UnknownUnitTypeError:
        return False
