"""Sprites: the same projection as the camera's, smooth edges."""

import numpy as np
import pytest

from sc2data.geometry import ScreenCamera
from sc2data.sim.drawing import models, palette
from sc2data.sim.drawing.mesh import Builder
from sc2data.sim.drawing.sprites import Pose, Sprite, rasterise


def slab(width: float, length: float) -> Builder:
    builder = Builder()
    builder.box((0.0, 0.0, 0.005), (length, width, 0.01), "team")
    return builder


@pytest.mark.parametrize("place", [(50.0, 40.0, 8.0), (44.0, 46.0, 8.0), (56.0, 33.0, 10.0)])
def test_corners_of_a_slab_are_where_the_camera_projects_them(place) -> None:
    camera = ScreenCamera((50.0, 40.0, 8.0), 1024, 1024)
    (foot,), (depth,) = camera.project([place])
    pose = Pose(
        0.0,
        camera.focal,
        camera.focal / depth,
        (foot[0] - camera.width / 2) / camera.focal,
        (camera.height / 2 - foot[1]) / camera.focal,
    )
    sprite = rasterise(slab(3.0, 2.0).mesh(), pose, shadow=False).in_colour((255.0, 0.0, 0.0))
    rows, columns = np.nonzero(sprite.colour[..., 0] > 60)
    corners = np.array([(dx, dy, 0.0) for dx in (-1, 1) for dy in (-1.5, 1.5)]) + place
    pixels = camera.project(corners)[0] - foot
    assert sprite.left + columns.min() == pytest.approx(pixels[:, 0].min(), abs=1.5)
    assert sprite.left + columns.max() + 1 == pytest.approx(pixels[:, 0].max(), abs=1.5)
    assert sprite.top + rows.min() == pytest.approx(pixels[:, 1].min(), abs=1.5)
    assert sprite.top + rows.max() + 1 == pytest.approx(pixels[:, 1].max(), abs=1.5)


def test_faces_towards_the_sun_are_brighter() -> None:
    builder = Builder()
    builder.prism((0.0, 0.0, 0.0), 1.0, 2.0, "steel", sides=4)
    sprite = rasterise(builder.mesh(), Pose(np.pi / 4, 2000.0, 60.0), shadow=False).in_colour((255.0, 0.0, 0.0))
    solid = sprite.rest == 0
    middle = -sprite.left
    west, east = sprite.colour[:, : middle - 20][solid[:, : middle - 20]], sprite.colour[:, middle + 20 :]
    assert west.mean() > 1.15 * east[solid[:, middle + 20 :]].mean()


def test_parts_of_a_higher_tier_cover_lower_ones() -> None:
    builder = Builder()
    builder.box((0.0, 0.0, 0.5), (1.0, 1.0, 1.0), "steel", tier=1)
    builder.box((0.0, 0.0, 0.2), (0.2, 0.2, 0.2), "team", tier=2)
    sprite = rasterise(builder.mesh(), Pose(0.3, 2000.0, 60.0), shadow=False).in_colour((255.0, 0.0, 0.0))
    red = sprite.colour[..., 0].astype(int) - sprite.colour[..., 1]
    assert (red > 80).sum() > 50


def test_a_shadow_lies_east_of_what_stands_in_the_sun() -> None:
    sprite = rasterise(models.mesh("Marine"), Pose(0.0, 2000.0, 60.0), body=False)
    assert not sprite.colour.any()
    _, columns = np.nonzero(sprite.rest < 200)
    assert columns.mean() + sprite.left > 5


def test_a_blank_takes_any_colour() -> None:
    blank = rasterise(models.mesh("Marine"), Pose(0.0, 2000.0, 60.0))
    red, blue = (blank.in_colour(colour).colour.astype(int) for colour in ((255.0, 0.0, 0.0), (0.0, 0.0, 255.0)))
    differs = (red != blue).any(2)
    assert 0.1 < differs.sum() / (blank.rest == 0).sum() < 0.6
    assert np.abs(red[differs][:, ::-1] - blue[differs]).mean() < 40


def test_paint_clips_at_every_border() -> None:
    sprite = Sprite(np.full((5, 7, 3), 9, np.uint8), np.zeros((5, 7), np.uint8), -3, -2)
    for x, y, count in [(0, 0, 12), (20, 20, 6), (10, 10, 35), (-9, 5, 0), (5, 40, 0)]:
        image = np.zeros((20, 20, 3), np.uint8)
        sprite.paint(image, x, y)
        assert (image[..., 0] == 9).sum() == count


def test_half_covered_pixels_mix_with_what_is_behind() -> None:
    sprite = Sprite(np.full((1, 1, 3), 100, np.uint8), np.full((1, 1), 128, np.uint8), 0, 0)
    image = np.full((1, 1, 3), 200, np.uint8)
    sprite.paint(image, 0, 0)
    assert image[0, 0].tolist() == [200, 200, 200]  # 200 * 128 / 255 + 100


def test_a_shrunk_sprite_keeps_its_foot() -> None:
    whole = rasterise(models.mesh("Pylon"), Pose(0.4, 2000.0, 90.0))
    for part in (23, 27, 31):
        small = whole.shrunk(part, 32)
        direct = rasterise(models.mesh("Pylon"), Pose(0.4, 2000.0, 90.0 * part / 32))
        canvases = []
        for sprite in (small, direct):
            canvas = np.full((300, 300, 3), 128, np.uint8)
            sprite.in_colour(palette.of_player(1)).paint(canvas, 150, 150)
            canvases.append(canvas.astype(float))
        assert np.abs(canvases[0] - canvases[1]).mean() < 2.5
        moments = [np.abs(canvas - 128).sum(2) for canvas in canvases]
        for axis in (0, 1):
            places = [(m.sum(axis) * np.arange(300)).sum() / m.sum() for m in moments]
            assert abs(places[0] - places[1]) < 0.6


@pytest.mark.parametrize("name", sorted(models.MODELS))
def test_every_model_stands_on_the_ground_around_its_origin(name) -> None:
    mesh = models.mesh(name)
    low, high = mesh.corners.min(0), mesh.corners.max(0)
    assert low[0] < 0.1 < high[0] + 0.2
    assert low[1] < 0 < high[1]
    assert -1.2 < low[2] < 0.3
    assert np.allclose(np.linalg.norm(mesh.normals, axis=1), 1, atol=1e-3)
