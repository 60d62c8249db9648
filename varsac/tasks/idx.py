"""IDX files, the format that MNIST and Fashion-MNIST come in, plain or compressed with gzip.

A file begins with two zero bytes, a byte for the type of its values (8: unsigned bytes) and a byte for the number of
axes; then comes the length of each axis, big-endian in 4 bytes, and then the values, the last axis running fastest.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import math
import pathlib
import zlib

import numpy as np
import numpy.typing as npt

from varsac.tasks.task import TaskError

UNSIGNED_BYTES = 8
LARGEST = 1 << 31
"""Values that a file may announce; MNIST's largest has 47 million."""


def read_idx(path: pathlib.Path, axes: int) -> npt.NDArray[np.uint8]:
    """The array in an IDX file of unsigned bytes.

    Args:
        path: the file; a name that ends in `.gz` is decompressed.
        axes: how many axes the array must have: 3 for images, 1 for labels.

    Raises:
        TaskError: the file is missing, truncated, longer than its header says, or not of that kind.
    """
    try:
        with contextlib.closing(_open(path)) as file:
            return _read(path, file, axes)
    except (OSError, EOFError, zlib.error) as error:
        raise TaskError(f"{path} cannot be read ({error}); get it again") from error


def _open(path: pathlib.Path) -> io.BufferedIOBase:
    return gzip.open(path) if path.suffix == ".gz" else open(path, "rb")


def _read(path: pathlib.Path, file: io.BufferedIOBase, axes: int) -> npt.NDArray[np.uint8]:
    magic = file.read(4)
    wanted = bytes([0, 0, UNSIGNED_BYTES, axes])
    if magic != wanted:
        raise TaskError(
            f"{path} begins with the bytes {magic.hex(' ') or '(none)'}, an IDX file of {axes} axes with "
            f"{wanted.hex(' ')}: it is another file, or a damaged one"
        )
    header = file.read(4 * axes)
    shape = tuple(int(length) for length in np.frombuffer(header[: len(header) // 4 * 4], ">u4"))
    size = math.prod(shape)
    if len(shape) != axes or not 0 < size <= LARGEST:
        raise TaskError(f"{path} announces an array of shape {shape}; 1 to {LARGEST} values on {axes} axes can be read")
    values = file.read(size)
    if len(values) != size or file.read(1):
        found = f"{len(values)}" if len(values) != size else "more"
        raise TaskError(f"{path} should hold {size} values of shape {shape} and holds {found}: get it again")
    return np.frombuffer(values, np.uint8).reshape(shape)
