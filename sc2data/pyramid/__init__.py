"""Images as tiles at several scales, so that a glimpse costs the same from one megapixel or four hundred.

Convention:
    Fixations are (x, y, scale) as in `sc2data.pyramid.window`, levels as in `sc2data.pyramid.levels`; pixels are uint8
    (height, width, channels), 1 channel (grey) or 3 (RGB). docs/pyramid.md describes the files.

`PyramidWriter` makes a store from arrays and image files, `PyramidStore` reads it, `Pyramid.of` makes one pyramid in
memory, `ScreenPyramids` takes the screens of a harvested data set as they are. `window` cuts a glimpse from an array.
"""

from sc2data.pyramid.image import ImageError
from sc2data.pyramid.image_file import ImageFile
from sc2data.pyramid.pyramid import Pyramid
from sc2data.pyramid.screens import ScreenPyramids, write_screen_levels
from sc2data.pyramid.store import NoImageError, PyramidStore, StoreError
from sc2data.pyramid.window import FixationError, Patch, window
from sc2data.pyramid.writer import NameTakenError, PyramidWriter

__all__ = [
    "FixationError",
    "ImageError",
    "ImageFile",
    "NameTakenError",
    "NoImageError",
    "Patch",
    "Pyramid",
    "PyramidStore",
    "PyramidWriter",
    "ScreenPyramids",
    "StoreError",
    "window",
    "write_screen_levels",
]
