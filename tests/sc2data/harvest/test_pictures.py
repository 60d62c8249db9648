"""Sizes that are allowed, and pictures that are refused."""

import numpy as np
import pytest

from sc2data.harvest.faults import ConfigError
from sc2data.harvest.pictures import Pictures, RenderSizes, picture
from sc2data.sim.api.messages import common_pb, spatial_pb


def made_image(width, height, value=7, bits=24, size=None):
    image = common_pb.ImageData(bits_per_pixel=bits, data=bytes([value]) * (size or width * height * 3))
    image.size.x, image.size.y = width, height
    return image


def test_a_picture_has_rows_of_pixels_of_three_colours():
    image = made_image(32, 16)
    image.data = bytes(range(96)) + bytes([1]) * (32 * 16 * 3 - 96)
    pixels = picture(image, (32, 16), "screen")
    assert pixels.shape == (16, 32, 3)
    assert pixels[0, 1].tolist() == [3, 4, 5]


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (made_image(16, 32), "is 16x32"),
        (made_image(32, 16, bits=8), "8 bits per pixel"),
        (made_image(32, 16, size=800), "800 bytes, not 1536: it was cut short"),
        (made_image(32, 16, value=0), "black all over"),
        (common_pb.ImageData(), "is 0x0"),
    ],
)
def test_a_picture_that_cannot_be_right_is_refused(image, message):
    with pytest.raises(ValueError, match=message):
        picture(image, (32, 16), "screen")


def test_without_a_screen_only_the_minimap_is_looked_at():
    sizes = RenderSizes((32, 16), (0, 0))
    pictures = Pictures.of(spatial_pb.ObservationRender(minimap=made_image(32, 16)), sizes)
    assert pictures.minimap.shape == (16, 32, 3)
    assert pictures.screen.shape == (0, 0, 3)
    assert sizes.asked_screen == (32, 16)
    assert np.array_equal(pictures.minimap, np.full((16, 32, 3), 7))


def test_in_fog_the_screen_may_be_black_and_the_minimap_nearly_so():
    sizes = RenderSizes((32, 16), (32, 16))
    seen = made_image(32, 16, value=0)
    seen.data = bytes(99) + b"\x07" + bytes(len(seen.data) - 100)  # the pixel at (1, 1) alone
    unexplored = made_image(32, 16, value=0)
    pictures = Pictures.of(spatial_pb.ObservationRender(minimap=seen, map=unexplored), sizes, fog=True)
    assert (pictures.minimap.sum(), pictures.screen.sum()) == (7, 0)
    with pytest.raises(ValueError, match="the minimap is black all over"):
        Pictures.of(spatial_pb.ObservationRender(minimap=unexplored, map=unexplored), sizes, fog=True)
    with pytest.raises(ValueError, match="the screen is 16x32"):
        Pictures.of(spatial_pb.ObservationRender(minimap=seen, map=made_image(16, 32)), sizes, fog=True)
    with pytest.raises(ValueError, match="the screen is black all over"):
        Pictures.of(spatial_pb.ObservationRender(minimap=made_image(32, 16), map=unexplored), sizes)


@pytest.mark.parametrize(
    ("minimap", "screen", "message"),
    [
        ((8, 64), (256, 256), "minimap_size 8x64: each side must be 16 to 4096"),
        ((64, 64), (0, 256), "screen_size 0x256: .* 0 for no screen"),
        ((64, 64), (5000, 5000), "screen_size 5000x5000"),
        ((256, 256), (512, 255), "at least as large as the minimap"),
    ],
)
def test_sizes_that_the_game_does_not_render_are_refused(minimap, screen, message):
    with pytest.raises(ConfigError, match=message):
        RenderSizes(minimap, screen)
