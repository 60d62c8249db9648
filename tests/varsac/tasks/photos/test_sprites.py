"""Objects to hide."""

import numpy as np
import pytest

from tests.varsac.tasks.harvests import COLOURS, write_harvest
from varsac.tasks.photos.sprites import LIMITS, PLATE, digit_sprites, plate_sprites, sign_sprites, unit_sprites
from varsac.tasks.task import TaskError


def test_digits_are_inked_where_they_are_light():
    sprites = digit_sprites("val", "")
    assert sprites.inked and sprites.classes == tuple("0123456789")
    colour, opacity = sprites.at(0, 8, 0.0)
    assert (colour == 255).all()
    np.testing.assert_allclose(255 * opacity, sprites.opacities[0])


def test_plates_are_discs_with_the_digits_of_the_split():
    plates, digits = plate_sprites("val", ""), digit_sprites("val", "")
    np.testing.assert_array_equal(plates.labels, digits.labels)
    assert plates.classes == digits.classes and not plates.inked
    colour, opacity = plates.colours[0], plates.opacities[0]
    assert opacity[0, 0] == 0 and opacity[48, 48] == 255
    assert colour.shape == (96, 96, 3) and (colour[opacity == 0] == PLATE).all()  # no ink beside the plate
    seen = colour[opacity > 0][:, 0]
    assert seen.max() == PLATE[0] and seen.min() < PLATE[0] / 4


def test_signs_differ_and_are_round():
    sprites = sign_sprites()
    assert sprites.classes == LIMITS and len(sprites) == 6
    for one in range(6):
        for other in range(one):
            assert np.abs(sprites.colours[one].astype(int) - sprites.colours[other]).mean() > 2
    assert sprites.opacities[0][0, 0] == 0 and sprites.opacities[0][96, 96] == 255


def test_units_are_cut_where_they_stand_free(tmp_path):
    folder = write_harvest(tmp_path / "units", episodes=60, size=(480, 640))
    sprites = unit_sprites(str(folder), "train")
    assert sprites.classes == ("Marine", "Zergling")
    assert len(sprites) > 20
    for colour, opacity, label in zip(sprites.colours, sprites.opacities, sprites.labels, strict=True):
        assert colour.shape == (*opacity.shape, 3)
        found = {tuple(pixel) for pixel in colour[opacity > 50].tolist()} & set(COLOURS.values())
        assert found == {list(COLOURS.values())[label]}


def test_too_few_units(tmp_path):
    with pytest.raises(TaskError, match=r"too few units stand free .* Marine"):
        unit_sprites(str(write_harvest(tmp_path / "few", episodes=5)), "test")
    with pytest.raises(TaskError, match="units_dir"):
        unit_sprites("", "train")
