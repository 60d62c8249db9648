"""`ImageData` messages from arrays."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

from sc2data.sim.api.messages import common_pb
from sc2data.sim.drawing import image_data


def fill(message: common_pb.ImageData, array: npt.NDArray[Any], bits: int) -> None:
    """Write `array` (H, W), or (H, W, 3) at 24 bits, into an `ImageData` message; see `image_data.encode`."""
    describe(message, array, bits)
    message.data = image_data.encode(array, bits)


def describe(message: common_pb.ImageData, array: npt.NDArray[Any], bits: int) -> None:
    """Write all about an image but its pixels."""
    message.bits_per_pixel = bits
    message.size.x, message.size.y = array.shape[1], array.shape[0]
