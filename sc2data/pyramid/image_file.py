"""Image files as bands of rows: decoded strip by strip where pyvips is installed, else whole by OpenCV."""

from __future__ import annotations

import functools
import os
import pathlib
from collections.abc import Iterator
from typing import Any, Protocol

import cv2
import numpy as np
import numpy.typing as npt

from sc2data.pyramid.image import ImageError, check_pixels, to_bytes
from sc2data.pyramid.image_header import ImageHeader, read_header
from sc2data.pyramid.levels import Pixels
from sc2data.pyramid.orientation import Orientation
from sc2data.pyramid.window import Box

DECODERS = ("pyvips", "opencv")


class ImageSource(Protocol):
    """An image that hands out its pixels once, in bands."""

    height: int
    width: int
    channels: int

    def bands(self, rows: int) -> Iterator[tuple[Box, Pixels]]:
        """Boxes that together cover the image, each with its pixels; they begin and end at multiples of `rows`."""
        ...


class ArraySource:
    """An image in memory, uint8 (H, W) or (H, W, C).

    Raises:
        ImageError: another dtype or shape.
    """

    def __init__(self, image: npt.NDArray[Any], name: str = "image") -> None:
        self._pixels = check_pixels(image, name)
        self.height, self.width, self.channels = self._pixels.shape

    def bands(self, rows: int) -> Iterator[tuple[Box, Pixels]]:
        """Views of `rows` rows each."""
        for top in range(0, self.height, rows):
            bottom = min(top + rows, self.height)
            yield Box(top, bottom, 0, self.width), self._pixels[top:bottom]


class ImageFile:
    """A JPEG, PNG or TIFF file as it is to be seen: turned by its EXIF orientation, grey or RGB, 8 bits.

    16 bits are scaled to 8 and transparent pixels show black (`to_bytes`); colour profiles are not applied; of several
    pictures in a TIFF the first counts. Nothing is decoded before `bands` is used.

    Memory: with pyvips a band of rows at a time, whatever the orientation, but all of a progressive JPEG, an interlaced
    PNG, or a TIFF in one strip, which no library can decode by parts; with OpenCV the decoded image (4 bytes a pixel).
    Processes that decode in parallel with pyvips should be spawned, not forked: its threads do not survive a fork.

    Args:
        path: the file.
        decoder: "pyvips" or "opencv"; None: pyvips where it is installed.

    Raises:
        ImageError: see `read_header`; or no such decoder.
    """

    def __init__(self, path: str | os.PathLike[str], decoder: str | None = None) -> None:
        self.path = pathlib.Path(path)
        self.header = read_header(self.path)
        self.decoder = _choose(decoder)
        self._orientation = Orientation.of(self.header.orientation)
        self.height, self.width = self._orientation.size(self.header.height, self.header.width)
        self.channels = self.header.channels

    def bands(self, rows: int) -> Iterator[tuple[Box, Pixels]]:
        """Decode the file once, from its first row to its last.

        Raises:
            ImageError: the pixels are damaged, or the decoder does not take the file.
        """
        read = _vips_strips if self.decoder == "pyvips" else _opencv_strips
        boxes = list(self._orientation.bands(self.header.height, self.header.width, rows))
        strips = read(self.path, self.header, [last - first for first, last, _ in boxes])
        for (_, _, box), strip in zip(boxes, strips, strict=True):
            yield box, self._orientation.apply(to_bytes(strip, self.channels))

    def __repr__(self) -> str:
        return f"ImageFile({str(self.path)!r}, height={self.height}, width={self.width}, channels={self.channels})"


def _choose(decoder: str | None) -> str:
    if decoder not in (None, *DECODERS):
        raise ImageError(f"decoder {decoder!r}: choose one of {', '.join(DECODERS)}, or None for the best at hand")
    if decoder == "pyvips" and not _has_vips():
        raise ImageError("decoder 'pyvips' is not installed: pip install 'sc2-saccades[photos]'")
    return decoder or ("pyvips" if _has_vips() else "opencv")


@functools.cache
def _has_vips() -> bool:
    try:
        import pyvips  # noqa: F401
    except (ImportError, OSError):  # OSError: the package without the library
        return False
    return True


def _vips_strips(path: pathlib.Path, header: ImageHeader, rows: list[int]) -> Iterator[npt.NDArray[Any]]:
    import pyvips

    try:
        # A JPEG's damaged pixels are a warning to its decoder; PNG and TIFF warn of what takes nothing from the pixels.
        fail_on = "warning" if header.kind == "JPEG" else "error"
        image = pyvips.Image.new_from_file(str(path), access="sequential", fail_on=fail_on)
        _check_decoded(path, header, image.height, image.width, image.bands)
        dtype = {"uchar": np.uint8, "ushort": np.uint16}[image.format]
        region = pyvips.Region.new(image)
        top = 0
        for count in rows:
            strip = region.fetch(0, top, image.width, count)
            yield np.frombuffer(strip, dtype).reshape(count, image.width, image.bands)
            top += count
    except pyvips.Error as error:
        lines = (line.strip() for line in str(error).splitlines())
        reason = "; ".join(dict.fromkeys(line for line in lines if line))
        raise ImageError(f"{path}: the {header.kind} is damaged ({reason}); get it again") from error


def _opencv_strips(path: pathlib.Path, header: ImageHeader, rows: list[int]) -> Iterator[npt.NDArray[Any]]:
    if header.kind == "TIFF" and (header.alpha or header.orientation != 1):
        raise ImageError(
            f"{path}: OpenCV misreads a TIFF with transparency or of orientation {header.orientation}: "
            "pip install 'sc2-saccades[photos]', or convert it to PNG"
        )
    try:
        pixels = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    except cv2.error as error:
        raise _undecoded(path, header) from error
    if pixels is None:
        raise _undecoded(path, header)
    pixels = pixels[:, :, None] if pixels.ndim == 2 else pixels
    channels = header.channels + header.alpha
    if pixels.shape[2] == 4 and channels == 2:  # grey with alpha comes as blue, green, red, alpha
        pixels = pixels[:, :, 2:]
    _check_decoded(path, header, *pixels.shape)
    colours = [2, 1, 0] if header.channels == 3 else [0]
    top = 0
    for count in rows:
        yield pixels[top : top + count, :, [*colours, *range(header.channels, channels)]]
        top += count


def _undecoded(path: pathlib.Path, header: ImageHeader) -> ImageError:
    return ImageError(
        f"{path}: OpenCV cannot decode the {header.kind} of {header.width} x {header.height} px; it is damaged (get it "
        "again) or too large for OpenCV (pip install 'sc2-saccades[photos]')"
    )


def _check_decoded(path: pathlib.Path, header: ImageHeader, height: int, width: int, bands: int) -> None:
    """Make sure that the decoder sees the picture that the header describes."""
    wanted = (header.height, header.width, header.channels + header.alpha)
    if (height, width, bands) != wanted:
        raise ImageError(f"{path} decodes to {(height, width, bands)}, its header says {wanted}; convert it to PNG")
