"""What an image file says of itself before any pixel is decoded: JPEG, PNG and TIFF.

Decoders differ in what they take for an image: some fill the missing half of a file with grey and say nothing.
So size, kind of pixels, orientation and completeness are read here, from the file itself.
"""

from __future__ import annotations

import contextlib
import dataclasses
import mmap
import pathlib
from collections.abc import Iterator

from sc2data.pyramid.image import ImageError, check_size
from sc2data.pyramid.jpeg_header import read_jpeg
from sc2data.pyramid.png_header import read_png
from sc2data.pyramid.tiff_header import read_tiff


@dataclasses.dataclass(frozen=True)
class ImageHeader:
    """Size in pixels as stored, channels without alpha (1 grey, 3 colours), EXIF orientation 1 to 8."""

    kind: str
    height: int
    width: int
    channels: int
    alpha: bool
    bits: int
    orientation: int


def read_header(path: pathlib.Path) -> ImageHeader:
    """Read the header of an image file and make sure that the file is whole and of a kind that a pyramid takes.

    Raises:
        ImageError: missing, empty, no JPEG, PNG or TIFF, truncated, too small, CMYK or other colours that have no one
            conversion to RGB, other than 8 or 16 bits.
    """
    with _mapped(path) as data:
        start = bytes(data[:8])
        try:
            if start[:3] == b"\xff\xd8\xff":
                header = ImageHeader("JPEG", **read_jpeg(data))
            elif start == b"\x89PNG\r\n\x1a\n":
                header = ImageHeader("PNG", **read_png(data))
            elif start[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
                header = ImageHeader("TIFF", **read_tiff(data))
            else:
                raise ImageError(
                    f"it begins with {start!r}, so it is no JPEG, PNG or TIFF, whatever its name; convert it to one"
                )
        except ImageError as error:
            raise ImageError(f"{path}: {error}") from None
        except (IndexError, ValueError) as error:  # the file ends, or points, where there is nothing
            raise ImageError(f"{path}: the file is truncated or damaged ({error}); get it again") from error
    check_size(str(path), header.height, header.width)
    return header


@contextlib.contextmanager
def _mapped(path: pathlib.Path) -> Iterator[mmap.mmap]:
    """The bytes of a file without reading them all."""
    try:
        with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            yield data
    except OSError as error:
        raise ImageError(f"{path} cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        if path.stat().st_size:
            raise
        raise ImageError(f"{path} is empty; get it again") from error
