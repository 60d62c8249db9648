"""How the datasets of a shard are compressed, always without loss."""

from __future__ import annotations

from typing import Any

import hdf5plugin

from sc2data.errors import UserError

COMPRESSIONS = ("fast", "portable", "none")


class CompressionError(UserError, ValueError):
    """There is no compression of that name."""


def filter_of(name: str) -> dict[str, Any]:
    """What `h5py.Group.create_dataset` is to be given for a compression of columns and photographs.

    "fast" is zstd level 1 (HDF5 filter 32015, which takes `hdf5plugin` or HDF5's own plugin package to read),
    "portable" gzip level 1 (in every build of HDF5), "none" none.
    """
    return dict(hdf5plugin.Zstd(clevel=1)) if _known(name) == "fast" else dict(_OTHERS[name])


def picture_filter_of(name: str) -> dict[str, Any]:
    """As `filter_of`, for a game's pictures, whose compression is most of what a harvest's writing costs.

    "fast" is bitshuffle with LZ4 (filter 32008, with `hdf5plugin` too): on drawn ground bytes hardly repeat, but bits
    do. `python -m benchmarks.storage` measures it beside others.
    """
    return dict(hdf5plugin.Bitshuffle(cname="lz4")) if _known(name) == "fast" else dict(_OTHERS[name])


_OTHERS: dict[str, dict[str, Any]] = {"portable": {"compression": "gzip", "compression_opts": 1}, "none": {}}


def _known(name: str) -> str:
    if name not in COMPRESSIONS:
        raise CompressionError(f"compression {name!r}: choose one of {', '.join(COMPRESSIONS)}")
    return name
