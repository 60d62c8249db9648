import doctest
import math

import numpy as np
import pytest

from sc2data import geometry


def test_doctests() -> None:
    failed, tried = doctest.testmod(geometry)
    assert tried >= 5
    assert failed == 0


def test_target_is_the_centre_and_distance_its_depth() -> None:
    camera = geometry.ScreenCamera((10.0, 20.0, 3.0), 640, 480)
    pixels, depth = camera.project([[10.0, 20.0, 3.0]])
    assert pixels[0] == pytest.approx((320.0, 240.0))
    assert depth[0] == pytest.approx(34.0703)


def test_right_angle_camera_by_hand() -> None:
    # Straight down, 90 degrees of view, 10 above the ground: the picture's half height is 10 world units.
    camera = geometry.ScreenCamera((0.0, 0.0, 0.0), 200, 100, distance=10.0, pitch=90.0, field_of_view=90.0)
    pixels, _ = camera.project([[0.0, 10.0, 0.0], [20.0, 0.0, 0.0], [0.0, 5.0, 5.0]])
    np.testing.assert_allclose(pixels, [[100.0, 0.0], [200.0, 50.0], [100.0, 0.0]], atol=1e-9)


def test_north_is_up_east_is_right_and_high_is_up() -> None:
    camera = geometry.ScreenCamera((0.0, 0.0, 0.0), 512, 512)
    (centre, north, east, high), depth = camera.project([[0, 0, 0], [0, 1, 0], [1, 0, 0], [0, 0, 1]])
    assert north[1] < centre[1] and depth[1] > depth[0]
    assert east[0] > centre[0] and east[1] == pytest.approx(centre[1])
    assert high[1] < centre[1] and depth[3] < depth[0]


@pytest.mark.parametrize("z", [-2.0, 0.0, 8.0, 12.5])
@pytest.mark.parametrize("size", [(1024, 1024), (640, 360), (84, 120)])
def test_ground_inverts_project(z: float, size: tuple[int, int]) -> None:
    camera = geometry.ScreenCamera((52.0, 37.0, 8.0), *size)
    points = np.random.default_rng(0).uniform([40, 30], [64, 44], (50, 2))
    pixels, _ = camera.project(np.column_stack([points, np.full(50, z)]))
    np.testing.assert_allclose(camera.ground(pixels, z), points, atol=1e-8)


def test_pixels_per_unit_is_the_size_across_the_view() -> None:
    camera = geometry.ScreenCamera((0.0, 0.0, 0.0), 1024, 1024)
    pixels, depth = camera.project([[0, 3, 0], [1, 3, 0]])
    assert pixels[1, 0] - pixels[0, 0] == pytest.approx(camera.pixels_per_unit(depth[0]))
    assert camera.focal == pytest.approx(512 / math.tan(math.radians(27.7998 / 2)))


def test_camera_survives_plain_values() -> None:
    camera = geometry.ScreenCamera((1.0, 2.0, 3.0), 64, 48, pitch=50.0)
    assert geometry.ScreenCamera.from_dict(camera.to_dict()) == camera


def test_minimap_leaves_blank_columns_of_a_tall_map() -> None:
    transform = geometry.MinimapTransform((0, 0, 168, 184), 128, 128)
    corners = transform.to_pixels([[0, 184], [168, 0]])
    np.testing.assert_allclose(corners, [[0, 0], [168 * 128 / 184, 128]])


def test_minimap_of_a_cropped_area_inverts() -> None:
    transform = geometry.MinimapTransform((12, 10, 76, 74), 256, 256)
    assert transform.scale == 4
    points = [[12.0, 74.0], [44.0, 42.0, 1.0][:2], [76.0, 10.0]]
    np.testing.assert_allclose(transform.to_pixels(points), [[0, 0], [128, 128], [256, 256]])
    np.testing.assert_allclose(transform.to_world(transform.to_pixels(points)), points)


def test_feature_screen_scale_is_of_the_shorter_side() -> None:
    screen = geometry.FeatureScreen((50.0, 40.0), 168, 84, camera_width=24.0)
    assert screen.scale == 3.5
    np.testing.assert_allclose(screen.to_pixels([[50, 40], [62, 52]]), [[84, 42], [126, 0]])
    np.testing.assert_allclose(screen.to_world([[126, 0]]), [[62, 52]])
