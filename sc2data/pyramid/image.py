"""What an image must be to become a pyramid, and how other kinds of pixels become grey or RGB bytes."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from sc2data.errors import UserError
from sc2data.pyramid.levels import Pixels

MIN_SIDE = 2
"""A fixation's scale is a share of the shorter side: of a single row of pixels there is nothing to magnify."""


class ImageError(UserError, ValueError):
    """What was given is not an image that a pyramid can hold."""


def check_size(name: str, height: int, width: int) -> None:
    """Make sure that an image has rows and columns enough.

    Raises:
        ImageError: a side below `MIN_SIDE`.
    """
    if min(height, width) < MIN_SIDE:
        raise ImageError(
            f"{name} is {width} x {height} px (width x height); both sides must be at least {MIN_SIDE} px: "
            "check what wrote it, or leave it out"
        )


def check_pixels(image: npt.NDArray[Any], name: str = "image") -> Pixels:
    """The image as uint8 (H, W, C), C 1 or 3, not copied.

    Raises:
        ImageError: another dtype or shape, or a side below `MIN_SIDE`.
    """
    if image.dtype != np.uint8 or image.ndim not in (2, 3) or (image.ndim == 3 and image.shape[2] not in (1, 3)):
        raise ImageError(
            f"{name} is {image.dtype} {image.shape}; a pyramid takes uint8 (H, W), (H, W, 1) or (H, W, 3) RGB: "
            "convert it first, such as (255 * image).round().astype(np.uint8)"
        )
    check_size(name, *image.shape[:2])
    return image[:, :, None] if image.ndim == 2 else image


def to_bytes(pixels: npt.NDArray[Any], channels: int) -> Pixels:
    """Grey or RGB bytes of decoded pixels: 16 bits are scaled to 8, transparency shows black.

    Args:
        pixels: uint8 or uint16 (h, w, k), k = `channels`, or one more for an alpha that is not premultiplied.
        channels: 1 or 3.

    Returns:
        uint8 (h, w, channels): value / 257 for 16 bits, then colour * alpha / 255, each rounded to nearest.

    >>> to_bytes(np.array([[[0, 257, 65535]]], np.uint16), 3).tolist()
    [[[0, 1, 255]]]
    >>> to_bytes(np.array([[[200, 128], [200, 255]]], np.uint8), 1).tolist()
    [[[100], [200]]]
    """
    if pixels.dtype == np.uint16:
        pixels = ((pixels.astype(np.uint32) + 128) // 257).astype(np.uint8)
    if pixels.shape[2] > channels:
        alpha = pixels[:, :, channels:].astype(np.uint16)
        pixels = ((pixels[:, :, :channels] * alpha + 127) // 255).astype(np.uint8)
    return pixels
