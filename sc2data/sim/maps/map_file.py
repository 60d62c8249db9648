"""`.SC2Map` files: read into a `Terrain`, and a `Terrain` written as one, by the layouts of real maps.

The layouts were checked against the game's own grids (sc2-api.md 5.2). What comes in may be truncated or hostile:
sizes are checked before anything is allocated, XML may hold no declarations, and every fault ends as a `MapError`.
"""

from __future__ import annotations

import math
import re
import struct
import zlib
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from sc2data.errors import UserError
from sc2data.sim.maps import map_info, map_objects, targa
from sc2data.sim.maps.archive import ArchiveError, read_archive, write_archive
from sc2data.sim.maps.map_info import MapInfo, MapInfoError
from sc2data.sim.maps.map_objects import MapObjectsError, PlacedObjects
from sc2data.sim.maps.targa import TargaError
from sc2data.sim.maps.terrain import Terrain, buildable_cells, walkable_cells

MAX_SIDE = 512
"""Most cells along a side of a map; the game's editor allows 256."""

_HEADER = struct.Struct("<4s3I")  # magic, version, columns, rows
_HEIGHTS, _CLIFFS, _TEXTURES = "t3HeightMap", "t3SyncCliffLevel", "t3SyncTextureInfo"
_HEADER_BYTES = {_HEIGHTS: 32, _CLIFFS: 32}
_LAYERS = 8
_VERTEX_DATA = re.compile(rb"<vertData\s[^<>]*>")
_STRINGS = "enUS.SC2Data\\LocalizedData\\GameStrings.txt"
_TITLE = re.compile(rb"^DocInfo/Name=(.{1,100})$", re.MULTILINE)
_FINEST = 1 / 2048


class MapError(UserError, ValueError):
    """The bytes are no map that can be used: truncated, damaged, hostile or without a part that is needed."""


def read_map(data: bytes, name: str) -> Terrain:
    """The terrain of the `.SC2Map` file whose bytes are `data`.

    Heights are those of the visible ground (t3HeightMap), which equal the game's terrain_height to its last bit.
    Pathing and placement follow from heights, cliff levels and the painted cells (`terrain.walkable_cells`). The
    terrain's seed is a checksum of the file.

    Raises:
        MapError: for whatever is wrong with the file; it takes bounded time and memory to find out.
    """
    try:
        return _terrain(read_archive(data), name, seed=zlib.crc32(data))
    except (ArchiveError, MapInfoError, MapObjectsError, TargaError, MapError) as error:
        raise MapError(f"map {name!r} cannot be used: {error}") from error


def write_map(terrain: Terrain) -> bytes:
    """The terrain as a `.SC2Map` file; the same terrain gives the same bytes.

    `read_map` gives it back, with heights rounded to 1/2048 and another seed.

    Raises:
        MapError: where `pathable` or `placeable` holds cells that the heights forbid, and for maps too large.
    """
    _check_size(terrain.width, terrain.length)
    bias, scale = _quantization(terrain.height)
    info = MapInfo(terrain.width, terrain.length, terrain.tileset, terrain.playable)
    placed = PlacedObjects(list(terrain.units), list(terrain.doodads), list(terrain.start_locations))
    members = {
        "MapInfo": map_info.encode(info),
        "t3Terrain.xml": _terrain_xml(terrain, bias, scale),
        _HEIGHTS: _height_map(terrain, bias, scale),
        _CLIFFS: _header(_CLIFFS, b"CLIF", 100, terrain.width, terrain.length) + terrain.level.astype("<u2").tobytes(),
        _TEXTURES: _texture_info(terrain),
        "Objects": map_objects.encode(placed),
        _STRINGS: f"DocInfo/Name={terrain.title or terrain.name}\r\n".encode(),
        **_painted(terrain),
    }
    if terrain.colour is not None:
        members["Minimap.tga"] = targa.encode(_minimap(terrain.colour))
    return write_archive(members)


def _terrain(members: Mapping[str, bytes], name: str, seed: int) -> Terrain:
    info = map_info.decode(_member(members, "MapInfo"))
    _check_size(info.width, info.length)
    shape = (info.length, info.width)
    height = _read_heights(members, shape)
    level = np.minimum(_read_cliffs(members, shape), 255).astype(np.uint8)
    placed = PlacedObjects()
    if "Objects" in members:
        placed = map_objects.decode(members["Objects"], info.width, info.length)
    closed = _read_painted(members, "Pnp", shape) | _read_painted(members, "Cda", shape)
    pathable = walkable_cells(height, level, info.playable, closed, tuple(placed.starts))
    textures, ground = _read_textures(members, shape)
    return Terrain(
        name=name,
        title=_read_title(members),
        height=height,
        level=level,
        pathable=pathable,
        placeable=buildable_cells(height, pathable, _read_painted(members, "Pnb", shape)),
        playable=info.playable,
        start_locations=tuple(placed.starts),
        units=tuple(placed.units),
        doodads=tuple(placed.doodads),
        tileset=info.tileset,
        seed=seed,
        ground=ground,
        textures=textures,
        colour=_read_colour(members, info.playable),
    )


def _check_size(width: int, length: int) -> None:
    if not (1 <= width <= MAX_SIDE and 1 <= length <= MAX_SIDE):
        raise MapError(f"a map of {width} x {length} cells; 1 to {MAX_SIDE} a side are supported")


def _member(members: Mapping[str, bytes], name: str) -> bytes:
    if name not in members:
        raise MapError(f"the member {name} is missing")
    return members[name]


def _body(members: Mapping[str, bytes], name: str, header: int, size: int) -> bytes:
    """The `size` bytes after a member's header."""
    data = _member(members, name)
    if len(data) < header + size:
        raise MapError(f"{name} has {len(data)} bytes where {header + size} are needed: it is truncated")
    return data[header : header + size]


def _read_heights(members: Mapping[str, bytes], shape: tuple[int, int]) -> npt.NDArray[np.float32]:
    """z of the corners: the sum of base and variation, quantised; bias and scale stand in t3Terrain.xml."""
    rows, columns = shape[0] + 1, shape[1] + 1
    values = np.frombuffer(_body(members, _HEIGHTS, _HEADER_BYTES[_HEIGHTS], rows * columns * 6), "<u2")
    values = values.reshape(rows, columns, 3)[..., :2].sum(axis=2, dtype=np.int64)
    vertex_data = _VERTEX_DATA.search(_member(members, "t3Terrain.xml"))
    bias, scale = (_attribute(vertex_data[0] if vertex_data else b"", key) for key in ("quantizeBias", "quantizeScale"))
    height = values * scale - 2 * bias
    if not np.abs(height).max() <= 1e3:
        raise MapError(
            f"quantizeBias {bias} and quantizeScale {scale} give heights beyond 1000: t3Terrain.xml is damaged"
        )
    return height.astype(np.float32)


def _attribute(tag: bytes, key: str) -> float:
    match = re.search(rb"\b%s=\"([-+.0-9eE]{1,32})\"" % key.encode(), tag)
    try:
        return float(match[1] if match else b"")
    except ValueError:
        raise MapError(f"t3Terrain.xml has no number {key} in its vertData element") from None


def _read_cliffs(members: Mapping[str, bytes], shape: tuple[int, int]) -> npt.NDArray[np.uint16]:
    data = _body(members, _CLIFFS, _HEADER_BYTES[_CLIFFS], shape[0] * shape[1] * 2)
    return np.frombuffer(data, "<u2").reshape(shape)


def _read_painted(members: Mapping[str, bytes], layer: str, shape: tuple[int, int]) -> npt.NDArray[np.bool_]:
    """Cells that the map's author painted; all False where the map has no such layer."""
    name = f"CellAttribute_{layer}"
    if name not in members:
        return np.zeros(shape, bool)
    return np.frombuffer(_body(members, name, 4, shape[0] * shape[1]), np.uint8).reshape(shape) != 0


def _read_textures(
    members: Mapping[str, bytes], shape: tuple[int, int]
) -> tuple[tuple[str, ...], npt.NDArray[np.uint8] | None]:
    """Names of the ground textures, and which prevails in each cell: the first of its eight bytes."""
    if _TEXTURES not in members:
        return (), None
    names_end = len(members[_TEXTURES]) - shape[0] * shape[1] * _LAYERS
    if names_end < _HEADER.size + 4 or members[_TEXTURES][names_end - 1] != 0:
        raise MapError(f"{_TEXTURES} has {len(members[_TEXTURES])} bytes, which do not fit its cells: it is truncated")
    cells = np.frombuffer(members[_TEXTURES], np.uint8, offset=names_end).reshape(*shape, _LAYERS)
    names = members[_TEXTURES][_HEADER.size + 4 : names_end].decode("utf-8", "replace").split("\0")
    return tuple(name for name in names[:_LAYERS] if name), np.minimum(cells[..., 0], _LAYERS - 1)


def _read_colour(members: Mapping[str, bytes], playable: tuple[int, int, int, int]) -> npt.NDArray[np.uint8] | None:
    """The playable area from the map's own minimap, where it stands in the middle at one pixel a cell."""
    if "Minimap.tga" not in members:
        return None
    picture = targa.decode(members["Minimap.tga"])
    width, length = playable[2] - playable[0], playable[3] - playable[1]
    x, y = (picture.shape[1] - width) // 2, (picture.shape[0] - length) // 2
    if x < 0 or y < 0:
        return None
    return np.ascontiguousarray(picture[y : y + length, x : x + width][::-1])


def _read_title(members: Mapping[str, bytes]) -> str:
    match = _TITLE.search(members[_STRINGS]) if _STRINGS in members else None
    return match[1].decode("utf-8", "replace").strip() if match else ""


def _header(name: str, magic: bytes, version: int, columns: int, rows: int) -> bytes:
    return _HEADER.pack(magic, version, columns, rows).ljust(_HEADER_BYTES[name], b"\0")


def _quantization(height: npt.NDArray[np.float32]) -> tuple[float, float]:
    """(bias, scale), exact in binary, that hold every height."""
    bias = float(max(1, math.ceil(-float(height.min()))))
    steps = (float(height.max()) + bias) / _FINEST
    if not steps < 1 << 16:
        raise MapError(f"heights from {height.min()} to {height.max()} span more than {_FINEST * (1 << 16)}")
    return bias, _FINEST


def _terrain_xml(terrain: Terrain, bias: float, scale: float) -> bytes:
    return (
        '<?xml version="1.0" encoding="us-ascii"?>\r\n<terrain version="114">\r\n'
        f'    <heightMap dim="{terrain.width + 1} {terrain.length + 1} ">\r\n'
        f'        <vertData quantizeBias="{bias!r}" quantizeScale="{scale!r}" name="t3HeightMap"/>\r\n'
        "    </heightMap>\r\n</terrain>\r\n"
    ).encode("ascii")


def _height_map(terrain: Terrain, bias: float, scale: float) -> bytes:
    """Base and variation a vertex, as in real maps: the variation is flat, one bias high."""
    vertices = np.zeros((*terrain.height.shape, 3), "<u2")
    vertices[..., 0] = np.rint((terrain.height.astype(np.float64) + bias) / scale)
    vertices[..., 1] = round(bias / scale)
    return _header(_HEIGHTS, b"HMAP", 101, terrain.width + 1, terrain.length + 1) + vertices.tobytes()


def _texture_info(terrain: Terrain) -> bytes:
    cells = np.zeros((*terrain.level.shape, _LAYERS), np.uint8)
    if terrain.ground is not None:
        cells[..., 0] = terrain.ground
    names = "".join(f"{name}\0" for name in terrain.textures).encode()
    header = _HEADER.pack(b"RTXT", 101, terrain.width, terrain.length) + struct.pack("<I", 1)
    return header + names + cells.tobytes()


def _painted(terrain: Terrain) -> dict[str, bytes]:
    """The layers of closed cells that make the reader find `pathable` and `placeable`."""
    nothing = np.zeros(terrain.level.shape, bool)
    height = (np.rint(terrain.height.astype(np.float64) / _FINEST) * _FINEST).astype(np.float32)
    walkable = walkable_cells(height, terrain.level, terrain.playable, ~terrain.pathable, terrain.start_locations)
    buildable = buildable_cells(height, walkable, nothing)
    for name, claimed, allowed in (
        ("pathable", terrain.pathable, walkable),
        ("placeable", terrain.placeable, buildable),
    ):
        if (wrong := int((claimed & ~allowed).sum())) > 0:
            raise MapError(
                f"{wrong} cells are {name} where the terrain's heights, levels and start locations forbid it"
            )
    layers = {"Pnp": ~terrain.pathable, "Pnb": buildable & ~terrain.placeable}
    bits = struct.pack("<I", terrain.level.size * 8)
    return {f"CellAttribute_{layer}": bits + cells.astype(np.uint8).tobytes() for layer, cells in layers.items()}


def _minimap(colour: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """The playable area in the middle of a black square whose side is a power of two."""
    length, width, _ = colour.shape
    side = 1 << (max(width, length) - 1).bit_length()
    picture = np.zeros((side, side, 3), np.uint8)
    x, y = (side - width) // 2, (side - length) // 2
    picture[y : y + length, x : x + width] = colour[::-1]
    return picture
