"""Blasts and effects: where they are, and that nothing outside of the picture matters."""

import numpy as np
import pytest

from sc2data.geometry import ScreenCamera
from sc2data.sim.drawing.blasts import paint_blasts, paint_effects
from sc2data.sim.drawing.sheet import Sheet
from sc2data.sim.state import Blast, Effect

CAMERA = ScreenCamera((20.0, 20.0, 8.0), 256, 256)


def blast(kind, **values):
    image = np.full((256, 256, 3), 90, np.uint8)
    paint_blasts(
        image, [Blast(kind, **{"x": 20.0, "y": 20.0, "z": 8.0, "start": 0, "until": 8, **values})], CAMERA, 1, Sheet()
    )
    return np.argwhere((image != 90).any(2))


@pytest.mark.parametrize("kind", ["shot", "shell", "acid", "splash", "death", "some later kind"])
def test_a_blast_is_where_it_happens(kind) -> None:
    spots = blast(kind)
    assert len(spots) > 4
    assert np.abs(spots.mean(0) - 128).max() < 12


def test_shells_explode_at_the_target() -> None:
    spots = blast("shell", toward=(23.0, 20.0, 8.0))
    target = CAMERA.project([(23.0, 20.0, 8.0)])[0][0]
    assert (np.abs(spots[:, ::-1] - target).max(1) < 4).any()


@pytest.mark.parametrize("place", [(500.0, 20.0), (20.0, -300.0), (20.0, 900.0)])
def test_blasts_far_away_do_no_harm(place) -> None:
    assert len(blast("shot", x=place[0], y=place[1], toward=(place[0], 20.0, 8.0))) < 400
    image = np.zeros((256, 256, 3), np.uint8)
    paint_effects(image, [Effect(1, [place], 1.5, 1, 9)], CAMERA, 8.0)
    assert not image.any()


def test_effects_are_discs_of_their_radius() -> None:
    image = np.zeros((256, 256, 3), np.uint8)
    paint_effects(image, [Effect(2, [(20.0, 20.0)], 4.0, 1, 9), Effect(99, [(20.0, 20.0)], 0.0, 1, 9)], CAMERA, 8.0)
    columns = np.flatnonzero(image.any(2).any(0))
    edges = CAMERA.project([(16.0, 20.0, 8.0), (24.0, 20.0, 8.0)])[0][:, 0]
    assert abs(columns[0] - edges[0]) < 5
    assert abs(columns[-1] - edges[1]) < 5
