"""Scenes: every drawn unit is where the camera's projection says, whatever stands around it."""

import colorsys
import math

import numpy as np
import pytest

from sc2data import units
from sc2data.geometry import ScreenCamera
from sc2data.sim.drawing import palette
from sc2data.sim.drawing.scene import PictureSizeError, ScenePainter
from sc2data.sim.maps.terrain import MapObject
from sc2data.sim.state import Blast, Effect
from sc2data.sim.view import HIDDEN, SNAPSHOT
from tests.sc2data.sim.drawn_worlds import land, view

TREES = tuple(MapObject("tree", 14.5 + 2.3 * i, 17.0, facing=i, scale=1.0) for i in range(5))


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def flat(cache):
    return ScenePainter(land(doodads=TREES), cache)


@pytest.fixture(scope="module")
def plain(cache):
    return ScenePainter(land(), cache)


@pytest.fixture(scope="module")
def cliff(cache):
    return ScenePainter(land(step=3.0), cache)


def changed(painter, camera, seen, without=None):
    """Where the pictures of two views differ: bool (H, W), and the first picture."""
    picture = painter.screen(seen, camera)
    other = painter.screen(without or view(painter.terrain), camera)
    return np.abs(picture.astype(int) - other).max(2) > 6, picture


def of_hue(picture, owner, where):
    """Which pixels of `where` have the hue of an owner's team colour."""
    wanted = colorsys.rgb_to_hsv(*(v / 255 for v in palette.of_player(owner)))[0]
    rgb = picture.astype(float) / 255
    high, low = rgb.max(2), rgb.min(2)
    spread = np.maximum(high - low, 1e-9)
    r, g, b = rgb[..., 0], rgb[..., 1], rgb[..., 2]
    hue = np.where(high == r, (g - b) / spread % 6, np.where(high == g, (b - r) / spread + 2, (r - g) / spread + 4)) / 6
    near = np.minimum(np.abs(hue - wanted), 1 - np.abs(hue - wanted)) < 0.04
    return where & near & (spread > 0.35 * high) & (high > 0.25)


@pytest.mark.parametrize("name", ["Marine", "Marauder", "SiegeTank", "Roach", "Zealot", "Zergling"])
@pytest.mark.parametrize(("x", "y"), [(20.0, 20.0), (14.37, 26.11), (25.81, 14.03)])
def test_a_unit_is_drawn_where_its_foot_projects_to(plain, name, x, y) -> None:
    camera = ScreenCamera((20.0, 20.0, 8.0), 512, 512)
    where, picture = changed(plain, camera, view(plain.terrain, {"type": name, "x": x, "y": y}))
    foot = camera.project([(x, y, 8.0)])[0][0]
    rows, columns = np.nonzero(where)
    assert columns.min() < foot[0] < columns.max()
    assert rows.min() < foot[1] < rows.max()
    team = np.nonzero(of_hue(picture, 1, where))[1] + 0.5
    # The models are symmetric but for what they hold, and face the camera: their team parts lie over the foot, tall
    # ones leaning outward as the perspective has it.
    head = camera.project([(x, y, 9.0)])[0][0] if name == "SiegeTank" else foot
    middle = (team.min() + team.max()) / 2
    assert min(foot[0], head[0]) - 1.01 <= middle <= max(foot[0], head[0]) + 1.01


@pytest.mark.parametrize("facing", [0.0, 1.0, 2.6, 4.0])
def test_facing_turns_a_unit_about_its_foot(plain, facing) -> None:
    camera = ScreenCamera((20.0, 20.0, 8.0), 512, 512)
    seen = view(plain.terrain, {"type": "SiegeTankSieged", "x": 20.5, "y": 19.5, "facing": facing})
    where, _ = changed(plain, camera, seen)
    foot = camera.project([(20.5, 19.5, 8.0)])[0][0]
    assert where[int(foot[1]), int(foot[0])]
    muzzle = (20.5 + 1.5 * math.cos(facing), 19.5 + 1.5 * math.sin(facing), 8.0 + 1.36)
    tip = camera.project([muzzle])[0][0].astype(int)
    assert where[tip[1] - 3 : tip[1] + 4, tip[0] - 3 : tip[0] + 4].any()


def test_a_unit_on_high_ground_is_drawn_at_its_height(cliff) -> None:
    camera = ScreenCamera((20.0, 20.0, 9.0), 512, 512)
    seen = view(cliff.terrain, {"type": "Marine", "x": 20.0, "y": 20.0})
    assert float(seen.z[0]) == pytest.approx(11.0)
    where, picture = changed(cliff, camera, seen)
    foot = camera.project([(20.0, 20.0, 11.0)])[0][0]
    rows, _ = np.nonzero(of_hue(picture, 1, where))
    body = np.nonzero(where)
    assert foot[1] - 45 < rows.min() < rows.max() < foot[1] + 1
    assert abs(body[0].max() - foot[1]) < 24  # feet and gun, before the foot's point


def test_a_cliff_hides_what_stands_behind_it(cliff) -> None:
    camera = ScreenCamera((20.0, 20.0, 9.0), 512, 512)
    behind = {"type": "Marine", "x": 20.0, "y": 23.6}
    shown, _ = changed(cliff, camera, view(cliff.terrain, behind))
    level = ScenePainter(land(), None)
    full, _ = changed(level, camera, view(level.terrain, behind))
    assert shown.sum() < 0.6 * full.sum()
    before, _ = changed(cliff, camera, view(cliff.terrain, {**behind, "y": 15.0}))
    assert before.sum() > 0.9 * full.sum()


def test_nearer_units_cover_farther_ones(plain) -> None:
    camera = ScreenCamera((20.0, 20.0, 8.0), 512, 512)
    near = {"type": "Marauder", "x": 20.0, "y": 19.8, "owner": 1}
    far = {"type": "Marauder", "x": 20.0, "y": 20.3, "owner": 2}
    alone = plain.screen(view(plain.terrain, near), camera)
    for order in ((near, far), (far, near)):
        both = plain.screen(view(plain.terrain, *order), camera)
        foot = camera.project([(20.0, 19.8, 8.0)])[0][0].astype(int)
        middle = slice(foot[1] - 16, foot[1] - 6), slice(foot[0] - 4, foot[0] + 4)
        assert np.array_equal(both[middle], alone[middle])


def test_doodads_cover_units_behind_them_only(flat) -> None:
    camera = ScreenCamera((20.0, 17.0, 8.0), 512, 512)
    tree = TREES[2]
    behind, _ = changed(flat, camera, view(flat.terrain, {"type": "Marine", "x": tree.x, "y": tree.y + 0.7}))
    before, _ = changed(flat, camera, view(flat.terrain, {"type": "Marine", "x": tree.x, "y": tree.y - 0.7}))
    assert behind.sum() < 0.75 * before.sum()


def test_shadows_are_darker_than_the_ground(plain) -> None:
    camera = ScreenCamera((20.0, 20.0, 8.0), 512, 512)
    seen = view(plain.terrain, {"type": "Barracks", "x": 20.0, "y": 20.0})
    picture, ground = plain.screen(seen, camera), plain.screen(view(plain.terrain), camera)
    spot = camera.project([(22.0, 20.3, 8.0)])[0][0].astype(int)
    patch = slice(spot[1] - 4, spot[1] + 4), slice(spot[0] - 4, spot[0] + 4)
    assert 0.3 < picture[patch].mean() / ground[patch].mean() < 0.75


@pytest.mark.parametrize("owner", [1, 2, 3, 4])
def test_team_colours_tell_owners_apart(plain, owner) -> None:
    camera = ScreenCamera((20.0, 20.0, 8.0), 256, 256)
    where, picture = changed(
        plain, camera, view(plain.terrain, {"type": "Marauder", "x": 20.0, "y": 20.0, "owner": owner})
    )
    counts = {other: int(of_hue(picture, other, where).sum()) for other in (1, 2, 3, 4)}
    assert max(counts, key=counts.__getitem__) == owner
    assert counts[owner] > 40


def test_flyers_are_drawn_at_their_height_with_a_shadow_below(plain) -> None:
    camera = ScreenCamera((20.0, 20.0, 8.0), 512, 512)
    seen = view(plain.terrain, {"type": "Medivac", "x": 20.0, "y": 18.0})
    where, _ = changed(plain, camera, seen)
    body, below = (camera.project([(20.0, 18.0, z)])[0][0].astype(int) for z in (11.75, 8.0))
    assert where[body[1], body[0]]
    assert where[below[1] - 8 : below[1] + 8, below[0] - 8 : below[0] + 8].any()


def test_burrowed_units_show_as_mounds_and_hidden_ones_not_at_all(plain) -> None:
    camera = ScreenCamera((20.0, 20.0, 8.0), 256, 256)
    spot = {"type": "Roach", "x": 20.0, "y": 20.0}
    whole, _ = changed(plain, camera, view(plain.terrain, spot))
    mound, picture = changed(plain, camera, view(plain.terrain, {**spot, "burrowed": True}))
    hidden, _ = changed(plain, camera, view(plain.terrain, {**spot, "display_type": HIDDEN}))
    assert 0 < mound.sum() < whole.sum()
    assert of_hue(picture, 1, mound).sum() == 0
    assert not hidden.any()


def test_snapshots_are_grey_and_the_cloaked_shimmer(plain) -> None:
    camera = ScreenCamera((20.0, 20.0, 8.0), 256, 256)
    spot = {"type": "Barracks", "x": 20.0, "y": 20.0}
    colourful, seen = changed(plain, camera, view(plain.terrain, spot))
    grey, remembered = changed(plain, camera, view(plain.terrain, {**spot, "display_type": SNAPSHOT}))
    assert of_hue(remembered, 1, grey).sum() < 0.1 * of_hue(seen, 1, colourful).sum()
    ground = plain.screen(view(plain.terrain), camera).astype(int)
    cloaked = plain.screen(view(plain.terrain, {**spot, "cloaked": True}), camera)
    assert 0 < np.abs(cloaked - ground).sum() < 0.6 * np.abs(seen - ground).sum()


def test_structures_grow_as_they_are_built(plain) -> None:
    camera = ScreenCamera((20.0, 20.0, 8.0), 256, 256)
    for name in ("Barracks", "SpawningPool", "Gateway"):
        pictures = [
            plain.screen(view(plain.terrain, {"type": name, "x": 20.0, "y": 20.0, "build_progress": p}), camera)
            for p in (0.1, 0.6, 1.0)
        ]
        assert not np.array_equal(pictures[0], pictures[1])
        assert not np.array_equal(pictures[1], pictures[2])


def test_every_unit_type_is_drawn(plain) -> None:
    camera = ScreenCamera((20.0, 20.0, 8.0), 96, 96)
    for number, type_id in enumerate(sorted(units.unit_types())):
        if number % 16 == 0 or units.unit_type(type_id).has_statistics:
            name = units.unit_type(type_id).name
            where, _ = changed(plain, camera, view(plain.terrain, {"type": type_id, "x": 20.0, "y": 20.0}))
            assert where.any(), name


def test_an_unknown_unit_type_is_drawn_plainly(plain) -> None:
    camera = ScreenCamera((20.0, 20.0, 8.0), 96, 96)
    seen = view(plain.terrain, {"type": "Marine", "x": 20.0, "y": 20.0})
    seen.type[0] = 1_000_000
    where, _ = changed(plain, camera, seen)
    assert where.any()


def test_fog_darkens_and_the_unexplored_is_black(plain) -> None:
    camera = ScreenCamera((20.0, 20.0, 8.0), 256, 256)
    bright = plain.screen(view(plain.terrain), camera).astype(float)
    fogged = view(plain.terrain)
    fogged.visibility[:] = 1
    fogged.visibility[:, :18] = 0
    dark = plain.screen(fogged, camera)
    assert dark[:, :40].max() == 0
    assert dark[:, -40:].mean() == pytest.approx(0.5 * bright[:, -40:].mean(), rel=0.03)
    steps = np.diff(dark[60:200].mean((0, 2)))
    assert np.abs(steps).max() < 12  # a soft edge


def test_creep_effects_and_blasts_show(plain) -> None:
    camera = ScreenCamera((20.0, 20.0, 8.0), 256, 256)
    creep = view(plain.terrain)
    creep.creep[15:25, 15:25] = True
    for seen in (
        creep,
        view(plain.terrain, effects=[Effect(1, [(20.0, 20.0)], 1.5, 1, 9)]),
        *(
            view(plain.terrain, blasts=[Blast(kind, 20.0, 20.0, 8.5, 0, 8, (22.0, 21.0, 8.4))])
            for kind in ("shot", "shell", "acid", "death", "splash")
        ),
    ):
        where, _ = changed(plain, camera, seen)
        assert where.sum() > 10


def test_blasts_end(plain) -> None:
    camera = ScreenCamera((20.0, 20.0, 8.0), 256, 256)
    where, _ = changed(plain, camera, view(plain.terrain, blasts=[Blast("death", 20.0, 20.0, 8.5, 0, 8)], loop=8))
    assert not where.any()


def test_the_same_view_gives_the_same_bytes_whatever_was_drawn_before(flat, cache) -> None:
    figures = [
        {"type": "Marine", "x": 15 + 0.7 * i, "y": 16 + 0.3 * i, "facing": i, "owner": 1 + i % 2} for i in range(9)
    ]
    seen = view(flat.terrain, *figures)
    cameras = [ScreenCamera((20.0, 19.0, 8.0), 200, 160), ScreenCamera((17.3, 18.0, 8.2), 200, 160)]
    first = [flat.screen(seen, camera) for camera in cameras]
    again = ScenePainter(flat.terrain, cache)
    second = [again.screen(seen, camera) for camera in reversed(cameras)][::-1]
    third = [flat.screen(seen, camera) for camera in cameras]
    for a, b, c in zip(first, second, third, strict=True):
        assert np.array_equal(a, b)
        assert np.array_equal(a, c)


def test_pictures_are_new_arrays(plain) -> None:
    camera = ScreenCamera((20.0, 20.0, 8.0), 64, 48)
    first = plain.screen(view(plain.terrain), camera)
    assert first.shape == (48, 64, 3)
    assert first.dtype == np.uint8
    kept = first.copy()
    first[:] = 0
    assert np.array_equal(plain.screen(view(plain.terrain), camera), kept)


@pytest.mark.parametrize(("width", "height"), [(16, 16), (300, 90), (61, 333)])
def test_any_size_and_aspect(plain, width, height) -> None:
    camera = ScreenCamera((20.0, 20.0, 8.0), width, height)
    picture = plain.screen(view(plain.terrain, {"type": "Marine", "x": 20.0, "y": 20.0}), camera)
    assert picture.shape == (height, width, 3)
    assert picture.std() > 1


@pytest.mark.parametrize(("width", "height"), [(15, 64), (64, 4097)])
def test_sizes_that_cannot_be_drawn_are_refused(plain, width, height) -> None:
    with pytest.raises(PictureSizeError, match="16 to 4096"):
        plain.screen(view(plain.terrain), ScreenCamera((20.0, 20.0, 8.0), width, height))


def test_cameras_of_other_optics_share_no_sprites(plain) -> None:
    seen = view(plain.terrain, {"type": "Pylon", "x": 20.0, "y": 20.0})
    for camera in (ScreenCamera((20.0, 20.0, 8.0), 256, 256), ScreenCamera((20.0, 20.0, 8.0), 256, 256, pitch=35.0)):
        where, _ = changed(plain, camera, seen)
        top = camera.project([(20.0, 20.0, 10.2)])[0][0]
        assert abs(np.nonzero(where)[0].min() - top[1]) < 6


def test_a_camera_over_the_edge_of_the_map(plain) -> None:
    camera = ScreenCamera((0.0, 40.0, 8.0), 256, 256)
    picture = plain.screen(view(plain.terrain), camera)
    assert picture[10:60, 10:60].max() < 16
    assert picture[200:, 200:].mean() > 30
