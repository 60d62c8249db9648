"""EXIF orientation: how a stored image is turned and mirrored to be looked at.

Convention:
    Orientations 1 to 8 as in the EXIF and TIFF standards (tag 274): where the stored row 0 and column 0 are seen. 1:
    top, left; 2: top, right; 3: bottom, right; 4: bottom, left; 5: left, top; 6: right, top; 7: right, bottom; 8: left,
    bottom.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from sc2data.pyramid.levels import Pixels
from sc2data.pyramid.window import Box


@dataclasses.dataclass(frozen=True)
class Orientation:
    """A transposition (rows become columns), then mirrorings, of the transposed image's columns and rows.

    >>> Orientation.of(6)
    Orientation(transposed=True, columns_mirrored=True, rows_mirrored=False)
    """

    transposed: bool
    columns_mirrored: bool
    rows_mirrored: bool

    @classmethod
    def of(cls, tag: int) -> Orientation:
        """The orientation of an EXIF tag; 1 to 8, anything else counts as 1, as in other readers."""
        tag = tag if 1 <= tag <= 8 else 1
        return cls(tag >= 5, tag in (2, 3, 6, 7), tag in (3, 4, 7, 8))

    def apply(self, pixels: Pixels) -> Pixels:
        """A view of the pixels (h, w, C) as they are to be seen."""
        if self.transposed:
            pixels = pixels.transpose(1, 0, 2)
        return pixels[:: -1 if self.rows_mirrored else 1, :: -1 if self.columns_mirrored else 1]

    def size(self, height: int, width: int) -> tuple[int, int]:
        """(height, width) as seen, from those stored."""
        return (width, height) if self.transposed else (height, width)

    def bands(self, height: int, width: int, rows: int) -> Iterator[tuple[int, int, Box]]:
        """Cut stored rows into bands that begin and end, as seen, at multiples of `rows`, so at the edges of tiles.

        Yields:
            (first stored row, last + 1, box as seen), from stored row 0 on.

        >>> [(first, last) for first, last, _ in Orientation.of(1).bands(10, 6, rows=4)]
        [(0, 4), (4, 8), (8, 10)]
        >>> [(first, last) for first, last, _ in Orientation.of(3).bands(10, 6, rows=4)]
        [(0, 2), (2, 6), (6, 10)]
        """
        mirrored = self.columns_mirrored if self.transposed else self.rows_mirrored
        first = 0
        while first < height:
            last = min(height, first + ((height - first) % rows or rows) if mirrored else first + rows)
            low, high = (height - last, height - first) if mirrored else (first, last)
            yield first, last, Box(0, width, low, high) if self.transposed else Box(low, high, 0, width)
            first = last
