"""The member `MapInfo` of a map: its size, the part of it that is played on, its tile set."""

from __future__ import annotations

import dataclasses
import struct

_MAGIC, _VERSION = b"IpaM", 39
_PREVIEW_PATH = 2
_BYTES_BEFORE_FOG = 10
_LONGEST_NAME = 256


class MapInfoError(ValueError):
    """The bytes are no MapInfo that can be used."""


@dataclasses.dataclass(frozen=True)
class MapInfo:
    """Sizes in cells; `playable` is (left, bottom, right, top) as in the API's playable_area.

    >>> info = MapInfo(88, 96, "Marsh", (12, 10, 76, 74))
    >>> decode(encode(info)) == info
    True
    """

    width: int
    length: int
    tileset: str
    playable: tuple[int, int, int, int]


def decode(data: bytes) -> MapInfo:
    """Read the member; layout: magic, version, 8 bytes, width, length, two previews (a kind each, a path where the kind
    is 2), 10 bytes, names of fog and tile set, playable area.

    Raises:
        MapInfoError: for truncated data, other formats, and an area that is no part of the map.
    """
    if data[:4] != _MAGIC:
        raise MapInfoError(f"MapInfo starts with {data[:4]!r}, not with {_MAGIC!r}")
    try:
        width, length = struct.unpack_from("<2I", data, 16)
        at = 24
        for _ in range(2):
            (preview,) = struct.unpack_from("<I", data, at)
            at += 4
            if preview == _PREVIEW_PATH:
                at = data.index(b"\0", at, at + _LONGEST_NAME) + 1
        fog_ends = data.index(b"\0", at + _BYTES_BEFORE_FOG, at + _BYTES_BEFORE_FOG + _LONGEST_NAME)
        tileset_ends = data.index(b"\0", fog_ends + 1, fog_ends + 1 + _LONGEST_NAME)
        tileset = data[fog_ends + 1 : tileset_ends].decode("utf-8", "replace")
        left, bottom, right, top = struct.unpack_from("<4I", data, tileset_ends + 1)
    except (struct.error, ValueError) as error:
        raise MapInfoError(f"MapInfo of {len(data)} bytes is truncated or damaged: {error}") from error
    if not (left < right <= width and bottom < top <= length):
        raise MapInfoError(
            f"playable area {(left, bottom, right, top)} is no part of a map of {width} x {length} cells"
        )
    return MapInfo(width, length, tileset, (left, bottom, right, top))


def encode(info: MapInfo) -> bytes:
    """The member's bytes."""
    sizes = struct.pack("<5I", _VERSION, 0, 0, info.width, info.length)
    previews = struct.pack("<2I", 1, 1) + bytes(_BYTES_BEFORE_FOG)
    names = b"Dark\0" + info.tileset.encode() + b"\0"
    return _MAGIC + sizes + previews + names + struct.pack("<4I", *info.playable) + bytes(64)
