"""How pyramids lie in an HDF5 file (docs/pyramid.md is the normative text)."""

from __future__ import annotations

import h5py

from sc2data.format.compression import filter_of
from sc2data.format.layout import LIBRARY_VERSIONS
from sc2data.pyramid.levels import level_sizes

__all__ = ["FORMAT", "LIBRARY_VERSIONS", "SUFFIX", "TILE", "VERSION", "create_group", "group_name", "level_name"]

FORMAT = "sc2-saccades pyramids"
VERSION = "1.0"
"""major.minor: readers take any minor version of the major version they know."""
SUFFIX = ".h5"
"""Files of a folder that are part of its store."""
TILE = 64
"""Side in pixels of the square tiles: about the side of a glimpse. `python -m benchmarks.pyramid` measures others."""


def group_name(height: int, width: int, channels: int) -> str:
    """The group of the images of one size.

    >>> group_name(1024, 2048, 3)
    '1024x2048x3'
    """
    return f"{height}x{width}x{channels}"


def level_name(level: int) -> str:
    """The dataset of one level within a group.

    >>> level_name(3)
    'level3'
    """
    return f"level{level}"


def create_group(
    hdf5: h5py.File, height: int, width: int, channels: int, *, first_level: int, tile: int, compression: str
) -> h5py.Group:
    """Create the group of the images of one size, no image in it yet."""
    group = hdf5.create_group(group_name(height, width, channels))
    group.attrs.update(height=height, width=width, channels=channels, first_level=first_level)
    text = h5py.string_dtype()
    for name, dtype in (("name", text), ("about", text), ("order", "uint32")):
        group.create_dataset(name, shape=(0,), dtype=dtype, chunks=(256,), maxshape=(None,))
    for level, (rows, columns) in list(enumerate(level_sizes(height, width)))[first_level:]:
        group.create_dataset(
            level_name(level),
            shape=(0, rows, columns, channels),
            dtype="uint8",
            chunks=(1, min(tile, rows), min(tile, columns), channels),
            maxshape=(None, rows, columns, channels),
            fletcher32=True,
            **filter_of(compression),
        )
    return group
