"""How the datasets of a shard are compressed, always without loss."""

from __future__ import annotations

from typing import Any

import h5py
import hdf5plugin
import numpy as np
import numpy.typing as npt

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


def picture_filter_of(name: str, picture: npt.NDArray[np.uint8], chunk: tuple[int, ...]) -> dict[str, Any]:
    """As `filter_of`, for pictures like `picture` (H, W, 3) in chunks (1, h, w, 3).

    "fast" is bitshuffle with LZ4 (filter 32008, with `hdf5plugin` too) where that makes the picture smaller by at
    least a fifth, else none: grainy ground shrinks by a tenth at most, and packing it takes longer than all else that
    storing does. `python -m benchmarks.storage` measures it beside others.
    """
    if _known(name) != "fast":
        return dict(_OTHERS[name])
    fast = dict(hdf5plugin.Bitshuffle(cname="lz4"))
    return fast if _share_left(picture, chunk, fast) <= _WORTH_IT else {}


def _share_left(picture: npt.NDArray[np.uint8], chunk: tuple[int, ...], filters: dict[str, Any]) -> float:
    """What part of its bytes a picture takes in chunks under HDF5 filters, tried in memory."""
    if not picture.size:
        return 0.0
    with h5py.File("trial", "w", driver="core", backing_store=False) as file:
        trial = file.create_dataset("it", data=picture[None], chunks=chunk, **filters)
        file.flush()
        return float(trial.id.get_storage_size() / picture.nbytes)


_WORTH_IT = 0.8


_OTHERS: dict[str, dict[str, Any]] = {"portable": {"compression": "gzip", "compression_opts": 1}, "none": {}}


def _known(name: str) -> str:
    if name not in COMPRESSIONS:
        raise CompressionError(f"compression {name!r}: choose one of {', '.join(COMPRESSIONS)}")
    return name
