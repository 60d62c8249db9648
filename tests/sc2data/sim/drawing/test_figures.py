"""Figures: keys that cannot collide, states that change a sprite."""

import numpy as np

from sc2data.geometry import ScreenCamera
from sc2data.sim.drawing import figures
from sc2data.sim.drawing.atlas import Atlas
from sc2data.sim.drawing.sheet import Sheet
from tests.sc2data.sim.drawn_worlds import land, view


class Remembering(Sheet):
    """A sheet that also keeps the sprites themselves."""

    def __init__(self):
        super().__init__()
        self.sprites = {}

    def add(self, key, sprite):
        number = super().add(key, sprite)
        self.sprites[number] = sprite
        return number


def sprites(*units, atlas=None, shadows=False):
    seen = view(land(24), *units)
    camera = ScreenCamera((12.0, 12.0, 8.0), 256, 256)
    pixels, depth = camera.project(np.stack([seen.x, seen.y, seen.z], axis=1))
    maker = figures.Figures(atlas or Atlas())
    sheet = Remembering()
    numbers = maker.numbers(seen, np.arange(len(seen)), camera, pixels, depth, sheet, shadows_of_flyers=shadows)
    return [sheet.sprites[number] for number in numbers.tolist()]


def test_equal_units_share_a_sprite_and_others_do_not() -> None:
    marine = {"type": "Marine", "x": 12.0, "y": 12.5}
    one, two, red, turned, larva = sprites(
        marine, marine, {**marine, "owner": 2}, {**marine, "facing": 2.0}, {**marine, "type": "Larva"}
    )
    assert one is two
    assert len({id(sprite) for sprite in (one, red, turned, larva)}) == 4


def test_every_trait_changes_the_key() -> None:
    base = [48, 1, 0, 8, 3, 0, -1, 2, 0, 1, 12]
    keys = set()
    for place in (None, *range(len(base))):
        traits = [value + (i == place) * (-1 if value == 1 and i == 9 else 1) for i, value in enumerate(base)]
        columns = tuple(np.array([value]) for value in traits)
        for shadow in (False, True):
            keys.update(figures._packed(columns, shadow))
    assert len(keys) == 2 * (len(base) + 1)


def test_a_flyers_shadow_is_apart_from_it() -> None:
    medivac = {"type": "Medivac", "x": 12.0, "y": 12.0}
    (body,), (shadow,) = sprites(medivac), sprites(medivac, shadows=True)
    assert body.colour.any()
    assert not shadow.colour.any()
    assert shadow.rest.min() < 180


def test_hidden_units_are_not_drawn() -> None:
    marine = {"type": "Marine", "x": 12.0, "y": 12.5}
    assert figures.drawn(view(land(24), marine, {**marine, "display_type": 3})).tolist() == [0]


def test_every_sprite_lies_within_the_reach_of_its_type() -> None:
    for name in ("Marine", "SiegeTankSieged", "CommandCenter", "Hive", "Overlord", "Colossus", "Nexus"):
        (sprite,) = sprites({"type": name, "x": 12.0, "y": 12.0})
        camera = ScreenCamera((12.0, 12.0, 8.0), 256, 256)
        height, width = sprite.rest.shape
        farthest = max(-sprite.left, -sprite.top, sprite.left + width, sprite.top + height)
        type_id = int(view(land(24), {"type": name, "x": 12.0, "y": 12.0}).type[0])
        assert farthest <= 1.35 * figures.reach(type_id) * camera.focal / camera.distance
