"""The member `Objects` of a map: which units and doodads stand where, and where players start."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from sc2data.sim.maps.terrain import MapObject

MAX_BYTES = 16 << 20
"""Longer members are refused; the longest of the known real maps takes 1.4 MB."""

MAX_OBJECTS = 50_000

_LONGEST_NAME = 128
_DEEPEST = 16
_SOUTH = 4.712389
_NEUTRAL = 16


class MapObjectsError(ValueError):
    """The bytes are no list of placed objects."""


@dataclasses.dataclass
class PlacedObjects:
    """What a map places, each kind in the order of the file."""

    units: list[MapObject] = dataclasses.field(default_factory=list)
    doodads: list[MapObject] = dataclasses.field(default_factory=list)
    starts: list[tuple[float, float]] = dataclasses.field(default_factory=list)


def decode(data: bytes, width: int, length: int) -> PlacedObjects:
    """Read the member's XML. Objects outside a map of `width` x `length` cells, and other kinds, are left out.

    Raises:
        MapObjectsError: for XML that is damaged, declares entities, is not UTF-8 or is too long.
    """
    if len(data) > MAX_BYTES:
        raise MapObjectsError(f"Objects has {len(data)} bytes; at most {MAX_BYTES} are read")
    reader = _Reader(width, length)
    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = reader.element
    parser.EndElementHandler = reader.end
    parser.StartDoctypeDeclHandler = reader.doctype
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise MapObjectsError(f"Objects is no well-formed XML: {error}") from error
    return reader.placed


def encode(placed: PlacedObjects) -> bytes:
    """The member's XML."""
    lines = ['<?xml version="1.0" encoding="utf-8"?>', '<PlacedObjects Version="27">']
    lines += _elements("ObjectUnit", "UnitType", placed.units)
    lines += _elements("ObjectDoodad", "Type", placed.doodads)
    for number, (x, y) in enumerate(placed.starts, start=1):
        lines.append(f'    <ObjectPoint Position="{x!r},{y!r},0" Type="StartLoc" Name="Start Location {number:03}"/>')
    return "\r\n".join([*lines, "</PlacedObjects>", ""]).encode()


class _Reader:
    """Handlers of the XML parser, which gather the objects without keeping the document."""

    def __init__(self, width: int, length: int) -> None:
        self.placed = PlacedObjects()
        self._width, self._length = width, length
        self._count = self._depth = 0

    def doctype(self, *_: object) -> None:
        raise MapObjectsError("Objects declares a document type, which no real map does: entities are not expanded")

    def end(self, _: str) -> None:
        self._depth -= 1

    def element(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise MapObjectsError(f"Objects nests its elements more than {_DEEPEST} deep")
        name = attributes.get("UnitType" if tag == "ObjectUnit" else "Type", "")
        if tag not in ("ObjectUnit", "ObjectDoodad", "ObjectPoint") or not 0 < len(name) <= _LONGEST_NAME:
            return
        self._count += 1
        if self._count > MAX_OBJECTS:
            raise MapObjectsError(f"Objects places more than {MAX_OBJECTS} objects")
        x, y, *_ = _numbers(attributes.get("Position", ""), 2)
        if not (0 <= x <= self._width and 0 <= y <= self._length):
            return
        if tag == "ObjectPoint":
            if name == "StartLoc":
                self.placed.starts.append((x, y))
            return
        facing = _numbers(attributes.get("Rotation", str(_SOUTH)), 1)[0] % math.tau
        scale = min(max(_numbers(attributes.get("Scale", "1"), 1)[0], 0.01), 100.0)
        owner = int(_numbers(attributes.get("Player", str(_NEUTRAL)), 1)[0])
        row = MapObject(name, x, y, facing=facing, scale=scale, owner=owner if 1 <= owner <= _NEUTRAL else _NEUTRAL)
        (self.placed.units if tag == "ObjectUnit" else self.placed.doodads).append(row)


def _numbers(text: str, least: int) -> list[float]:
    """The comma-separated finite numbers of an attribute, `least` of them at least."""
    try:
        values = [float(part) for part in text[:_LONGEST_NAME].split(",")]
    except ValueError:
        values = []
    if len(values) < least or not all(map(math.isfinite, values)):
        raise MapObjectsError(f"Objects has the attribute {text[:_LONGEST_NAME]!r} where {least} or more numbers go")
    return values


def _elements(tag: str, attribute: str, objects: Iterable[MapObject]) -> list[str]:
    lines = []
    for number, row in enumerate(objects, start=1):
        player = "" if row.owner == _NEUTRAL else f' Player="{row.owner}"'
        lines.append(
            f'    <{tag} Id="{number}" Position="{row.x!r},{row.y!r},0" Rotation="{row.facing!r}" '
            f'Scale="{row.scale!r},{row.scale!r},{row.scale!r}" {attribute}={quoteattr(row.name)}{player}/>'
        )
    return lines
