"""What of an info is numbers, by flat names: the rest is for programs that are there when it happens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Numbers = dict[str, npt.NDArray[Any]]


def numbers(info: Mapping[str, Any], prefix: str = "") -> Numbers:
    """The numbers and arrays of numbers of an info; those of dictionaries in it as "outer/inner".

    >>> numbers({"index": 3, "truth": {"sum": 7}, "name": "x"})
    {'index': array(3), 'truth/sum': array(7)}
    """
    found: Numbers = {}
    for name, value in info.items():
        if isinstance(value, Mapping):
            found |= numbers(value, f"{prefix}{name}/")
        elif isinstance(value, bool | int | float | np.ndarray | np.generic):
            array = np.asarray(value)
            if array.dtype.kind in "biuf":
                found[f"{prefix}{name}"] = array
    return found


def columns(infos: Sequence[Mapping[str, Any]]) -> Numbers:
    """What all infos have, of the same shape, stacked: (n, ...) by name."""
    rows = [numbers(info) for info in infos]
    if not rows:
        return {}
    names = [name for name in rows[0] if all(name in row and row[name].shape == rows[0][name].shape for row in rows)]
    return {name: np.stack([row[name] for row in rows]) for name in names}
