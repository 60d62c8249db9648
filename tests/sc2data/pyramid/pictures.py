"""Pictures for the tests of pyramids."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]


def noise(height: int, width: int, channels: int = 3, seed: int = 0) -> Pixels:
    """Random pixels, (H, W, C)."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, channels), np.uint8)


def photo(height: int, width: int) -> Pixels:
    """Smooth colours that JPEG keeps within a few grey levels, different in every corner, (H, W, 3)."""
    rows, columns = np.mgrid[0:height, 0:width]
    red, green = 255 * rows / height, 255 * columns / width
    return np.stack([red, green, (red + green) / 2], axis=-1).astype(np.uint8)
