"""The rendered pictures of an observation as arrays, refused where they cannot be right."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import numpy.typing as npt

from sc2data.harvest.faults import ConfigError

_SMALLEST, _LARGEST = 16, 4096
_PROBE = 16
"""A picture counts as black when every sixteenth pixel of every sixteenth row is; so it is checked in microseconds."""
_EVERY_PIXEL, _NOT_LOOKED_AT = 1, 0


@dataclasses.dataclass(frozen=True)
class RenderSizes:
    """Sizes (width, height) in pixels of the pictures; a screen of (0, 0) is not kept.

    The game always draws a screen, and pysc2 wants it no smaller than the minimap: where none is kept, one as small as
    that is asked for.

    Raises:
      ConfigError: a size the API does not allow.
    """

    minimap: tuple[int, int] = (256, 256)
    screen: tuple[int, int] = (1024, 1024)
    crop_to_playable_area: bool = False

    def __post_init__(self) -> None:
        for name, size in (("minimap_size", self.minimap), ("screen_size", self.screen)):
            allowed = all(_SMALLEST <= side <= _LARGEST for side in size)
            if not allowed and not (name == "screen_size" and size == (0, 0)):
                zero = "; 0 for no screen" if name == "screen_size" else ""
                raise ConfigError(
                    f"{name} {size[0]}x{size[1]}: each side must be {_SMALLEST} to {_LARGEST} pixels{zero}"
                )
        if self.has_screen and (self.screen[0] < self.minimap[0] or self.screen[1] < self.minimap[1]):
            raise ConfigError(
                f"the screen ({self.screen[0]}x{self.screen[1]}) must be at least as large as the minimap "
                f"({self.minimap[0]}x{self.minimap[1]}) in both directions; StarCraft II renders no other"
            )

    @property
    def has_screen(self) -> bool:
        """Whether the screen is kept."""
        return self.screen != (0, 0)

    @property
    def asked_screen(self) -> tuple[int, int]:
        """The screen size to ask the game for."""
        return self.screen if self.has_screen else self.minimap


@dataclasses.dataclass(frozen=True)
class Pictures:
    """Minimap (Hm, Wm, 3) and screen (Hs, Ws, 3) of one observation, uint8 RGB, row 0 on top; read-only views."""

    minimap: npt.NDArray[np.uint8]
    screen: npt.NDArray[np.uint8]

    @classmethod
    def of(cls, render_data: Any, sizes: RenderSizes, fog: bool = False) -> Pictures:
        """The pictures of an `ObservationRender` message.

        With the fog of war on, land that nobody has explored is black: the screen may be nothing else, and the minimap
        may have little else, so that every pixel of it is looked at.

        Raises:
          ValueError: one is missing, of another size, cut short, or black all over (the screen in fog excepted).
        """
        minimap = picture(render_data.minimap, sizes.minimap, "minimap", _EVERY_PIXEL if fog else _PROBE)
        if sizes.has_screen:
            screen = picture(render_data.map, sizes.screen, "screen", _NOT_LOOKED_AT if fog else _PROBE)
        else:
            screen = np.zeros((0, 0, 3), np.uint8)
        return cls(minimap, screen)


def picture(image: Any, size: tuple[int, int], name: str, probe: int = _PROBE) -> npt.NDArray[np.uint8]:
    """The pixels (H, W, 3) of a 24-bit `ImageData` message, which must be `size` (W, H); see `Pictures.of`.

    Every `probe`-th pixel of every `probe`-th row is looked at, and one of them must not be black; 0 looks at none.
    """
    width, height = size
    if (image.size.x, image.size.y) != size or image.bits_per_pixel != 24:
        raise ValueError(
            f"the {name} is {image.size.x}x{image.size.y} with {image.bits_per_pixel} bits per pixel, "
            f"not {width}x{height} with 24"
        )
    data = image.data
    if len(data) != width * height * 3:
        raise ValueError(f"the {name} has {len(data)} bytes, not {width * height * 3}: it was cut short")
    pixels = np.frombuffer(data, np.uint8).reshape(height, width, 3)
    if probe and not pixels[::probe, ::probe].any():
        raise ValueError(f"the {name} is black all over")
    return pixels
