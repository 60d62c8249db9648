"""How the datasets of a shard are compressed, always without loss."""

from __future__ import annotations

from typing import Any

import hdf5plugin

from sc2data.errors import UserError

COMPRESSIONS = ("fast", "portable", "none")


class CompressionError(UserError, ValueError):
    """There is no compression of that name."""


def filter_of(name: str) -> dict[str, Any]:
    """What `h5py.Group.create_dataset` is to be given for a compression.

    "fast" is zstd level 1 (HDF5 filter 32015, which takes `hdf5plugin` or HDF5's own plugin package to read),
    "portable" gzip level 1 (in every build of HDF5), "none" none. `python -m benchmarks.storage` measures them.
    """
    if name == "fast":
        return dict(hdf5plugin.Zstd(clevel=1))
    if name == "portable":
        return {"compression": "gzip", "compression_opts": 1}
    if name == "none":
        return {}
    raise CompressionError(f"compression {name!r}: choose one of {', '.join(COMPRESSIONS)}")
