"""Minimaps: exact positions, fog, creep and the camera's outline."""

import numpy as np
import pytest

from sc2data.geometry import MinimapTransform, ScreenCamera
from sc2data.sim.drawing import palette
from sc2data.sim.drawing.scene import ScenePainter
from tests.sc2data.sim.drawn_worlds import land, view

AREA = (0.0, 0.0, 40.0, 40.0)


@pytest.fixture(scope="module")
def painter(tmp_path_factory):
    return ScenePainter(land(), tmp_path_factory.mktemp("cache"))


def paint(painter, seen, width=128, height=128, area=AREA):
    return painter.minimap(seen, width, height, area, outline=False)


@pytest.mark.parametrize("area", [AREA, (4.0, 6.0, 36.0, 30.0)])
@pytest.mark.parametrize("size", [(64, 64), (256, 256), (200, 120)])
def test_units_are_squares_in_team_colour_at_their_transform(painter, area, size) -> None:
    seen = view(painter.terrain, {"type": "Barracks", "x": 21.3, "y": 17.8, "owner": 2})
    picture = paint(painter, seen, *size, area)
    rows, columns = np.nonzero((picture == palette.of_player(2)).all(2))
    ((x, y),) = MinimapTransform(area, *size).to_pixels([(21.3, 17.8)])
    assert abs(columns.mean() + 0.5 - x) <= 0.51
    assert abs(rows.mean() + 0.5 - y) <= 0.51


def test_size_follows_the_minimap_radius(painter) -> None:
    counts = []
    for name in ("Marine", "SupplyDepot", "CommandCenter"):
        picture = paint(painter, view(painter.terrain, {"type": name, "x": 20.0, "y": 20.0}))
        counts.append(int((picture == palette.of_player(1)).all(2).sum()))
    assert counts[0] < counts[1] < counts[2]


def test_mobile_units_are_on_top_and_minerals_are_blue(painter) -> None:
    unit = {"type": "Marine", "x": 20.0, "y": 20.0, "owner": 2}
    picture = paint(painter, view(painter.terrain, unit, {"type": "CommandCenter", "x": 20.0, "y": 20.0}))
    assert (picture == palette.of_player(2)).all(2).any()
    mineral = paint(painter, view(painter.terrain, {"type": "MineralField", "x": 10.0, "y": 10.0}))
    red, _, blue = mineral[96, 31].astype(int)
    assert blue > red + 60


def test_fog_creep_and_what_is_not_of_the_map(painter) -> None:
    seen = view(painter.terrain)
    bright = paint(painter, seen)
    seen.visibility[:, :10] = 0
    seen.visibility[:, 30:] = 1
    seen.creep[10:20, 12:28] = True
    picture = paint(painter, seen, 128, 96)
    assert picture[:, 97:].max() == 0  # 40 units at 96 / 40 px
    assert picture[:, :20].max() == 0
    assert 0 < picture[:, 80:94].mean() < 0.7 * bright.mean()
    creep = picture[60, 48].astype(int)
    assert creep[1] < min(creep[0], creep[2])


def test_the_outline_is_what_the_camera_sees(painter) -> None:
    camera = ScreenCamera((20.0, 20.0, 8.0), 512, 512)
    seen = view(painter.terrain)
    difference = np.abs(
        painter.minimap(seen, 256, 256, AREA, camera=camera).astype(int) - paint(painter, seen, 256, 256)
    )
    rows, columns = np.nonzero(difference.max(2) > 40)
    corners = MinimapTransform(AREA, 256, 256).to_pixels(camera.ground([(0, 0), (512, 0), (512, 512), (0, 512)], 8.0))
    assert abs(columns.min() - corners[:, 0].min()) < 2
    assert abs(columns.max() - corners[:, 0].max()) < 2
    assert abs(rows.min() - corners[:, 1].min()) < 2
    assert abs(rows.max() - corners[:, 1].max()) < 2


def test_the_same_minimap_whatever_was_drawn_before(painter) -> None:
    seen = view(painter.terrain, {"type": "Marine", "x": 20.0, "y": 20.0})
    first = paint(painter, seen)
    for size in (32, 48, 64, 80, 96):
        paint(painter, seen, size, size)
    assert np.array_equal(paint(painter, seen), first)


def test_units_outside_of_the_area_are_left_out(painter) -> None:
    area = (10.0, 10.0, 30.0, 30.0)
    outside = view(painter.terrain, {"type": "Marine", "x": 5.0, "y": 35.0})
    assert np.array_equal(paint(painter, outside, area=area), paint(painter, view(painter.terrain), area=area))
