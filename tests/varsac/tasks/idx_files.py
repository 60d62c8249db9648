"""Made-up digit files in the layout of MNIST, for tests."""

from __future__ import annotations

import gzip
import pathlib
import struct

import numpy as np
import numpy.typing as npt


def idx_bytes(values: npt.NDArray[np.uint8]) -> bytes:
    """The content of an IDX file of unsigned bytes."""
    return struct.pack(f">4B{values.ndim}I", 0, 0, 8, values.ndim, *values.shape) + values.tobytes()


def write_digits(folder: pathlib.Path, train: int = 60, test: int = 20, ending: str = ".gz") -> pathlib.Path:
    """Files of 12 x 12 px images: class c has a bar of c + 1 px in every row; all ten classes in turn."""
    folder.mkdir(parents=True, exist_ok=True)
    for prefix, count in (("train", train), ("t10k", test)):
        labels = (np.arange(count) % 10).astype(np.uint8)
        images = np.zeros((count, 12, 12), np.uint8)
        for image, label in zip(images, labels, strict=True):
            image[:, : label + 1] = 200
        for name, values in (("images-idx3", images), ("labels-idx1", labels)):
            content = idx_bytes(values)
            packed = gzip.compress(content, mtime=0) if ending == ".gz" else content
            (folder / f"{prefix}-{name}-ubyte{ending}").write_bytes(packed)
    return folder
