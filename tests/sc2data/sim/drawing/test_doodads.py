"""Doodads: names of the game's tables become shapes, and stand on the ground."""

import pytest

from sc2data.sim.drawing.doodads import Doodads
from sc2data.sim.drawing.relief import Relief
from sc2data.sim.maps.terrain import MapObject
from tests.sc2data.sim.drawn_worlds import land


def shapes(*names, tileset="meadow"):
    terrain = land(24, doodads=tuple(MapObject(name, 3.0 + i, 4.0) for i, name in enumerate(names)), tileset=tileset)
    return Doodads(terrain, Relief(terrain))


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("MarSaraTree", "tree"),
        ("RockLarge", "rock"),
        ("CliffRockBoulder", "boulder"),
        ("PipesLong45", "pipe"),
        ("lamp", "lamp"),
    ],
)
def test_names_become_shapes(name, shape) -> None:
    assert shapes(name).name == [shape]


def test_trees_are_pines_in_the_snow() -> None:
    assert shapes("MarSaraTree", tileset="snow").name == ["pine"]


def test_what_is_not_known_is_left_out() -> None:
    doodads = shapes("Fog_Hazy", "Rock")
    assert doodads.name == ["rock"]
    assert doodads.at.tolist() == [[4.0, 4.0, 8.0]]


def test_a_map_without_doodads() -> None:
    assert len(shapes()) == 0
    assert shapes().at.shape == (0, 3)
