"""Scenes are drawn as configured, uniformly over the count, each from its own number alone."""

import json

import numpy as np
import pytest

from sc2data import units
from sc2data.geometry import ScreenCamera
from sc2data.harvest.faults import ConfigError
from sc2data.harvest.ground import Ground
from sc2data.harvest.pictures import RenderSizes
from sc2data.harvest.scene_config import FIGHT, SceneConfig
from sc2data.harvest.scenes import ANCHOR_DISTANCE, SceneSampler

MARINE = units.unit_type("Marine").id
SIZES = RenderSizes((64, 64), (256, 256))
ANCHORS = [(14.0, 14.0), (74.0, 80.0)]


def made_ground():
    """88 x 96 cells with a wall down the middle."""
    pathable = np.ones((96, 88), bool)
    pathable[30:60, 43:45] = False
    return Ground((88, 96), (12, 12, 76, 84), pathable, pathable.copy(), np.full((96, 88), 8, np.float32), ())


def made_sampler(**options):
    return SceneSampler(SceneConfig(**options), made_ground(), SIZES, ANCHORS)


def on_screen(plan):
    placed = [(p.x, p.y, 8.0) for p in plan.placements if p.type == MARINE]
    camera = ScreenCamera((*plan.camera, 8.0), *SIZES.screen)
    pixels, depth = camera.project(np.array(placed).reshape(-1, 3))
    return int(((pixels >= 0) & (pixels < 256)).all(axis=1)[depth > 0].sum())


def test_the_counted_units_are_on_the_screen_and_the_others_off_it():
    sampler = made_sampler(structures_count=(0, 0))
    for scene in range(60):
        plan = sampler.sample(3, scene)
        assert on_screen(plan) == plan.counted
        assert 0 <= plan.counted <= 22


def test_all_counts_are_equally_likely():
    sampler = made_sampler(count=(0, 4), clutter=(0, 0), elsewhere=(0, 0), structures_count=(0, 0))
    counts = np.bincount([sampler.sample(0, scene).counted for scene in range(1000)])
    assert len(counts) == 5
    assert (np.abs(counts - 200) < 60).all()  # 4.7 standard deviations


def test_a_scene_depends_on_its_number_and_seed_alone():
    one, other = made_sampler(), made_sampler()
    for scene in (5, 0, 5, 3):
        one.sample(7, scene)
    first, second = one.sample(7, 4), other.sample(7, 4)
    assert (first.placements, first.camera, first.seed) == (second.placements, second.camera, second.seed)
    assert first.rng.random() == second.rng.random()
    assert one.sample(8, 4).placements != first.placements
    assert one.sample(7, 4, attempt=1).placements != first.placements


def test_units_stand_on_walkable_ground_and_cameras_keep_their_distance():
    sampler = made_sampler()
    walkable = made_ground().walkable()
    for scene in range(60):
        plan = sampler.sample(1, scene)
        assert all(walkable[int(p.y), int(p.x)] for p in plan.placements)
        assert min(np.hypot(plan.camera[0] - x, plan.camera[1] - y) for x, y in ANCHORS) > ANCHOR_DISTANCE - 1


def test_cameras_are_all_over_the_map():
    sampler = made_sampler()
    cameras = np.array([sampler.sample(2, scene).camera for scene in range(300)])
    east, north = cameras[:, 0] > 44, cameras[:, 1] > 48
    quarters = [int((e & n).sum()) for e in (east, ~east) for n in (north, ~north)]
    assert min(quarters) > 25


def test_motion_and_frames_are_as_configured():
    plan = made_sampler(motions={FIGHT: 1.0}, loops=(5, 5), frames=4, frame_loops=(3, 3)).sample(0, 0)
    assert (plan.motion, plan.loops, plan.frame_loops) == (FIGHT, 5, [3, 3, 3])


def test_sides_have_their_own_types():
    plan = made_sampler(army=("Marauder",), enemies=("Zergling",), structures_count=(0, 0)).sample(0, 1)
    zergling = units.unit_type("Zergling").id
    assert {(p.type == zergling) == p.ours for p in plan.placements} == {False}


def test_a_map_without_room_is_refused():
    tiny = Ground((8, 8), (0, 0, 8, 8), np.ones((8, 8), bool), np.ones((8, 8), bool), np.zeros((8, 8), np.float32), ())
    with pytest.raises(ConfigError, match="no walkable ground"):
        SceneSampler(SceneConfig(), tiny, SIZES, [])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"counted": "Marin"}, "No unit type 'Marin'.*Marine"),
        ({"count": (5, 3)}, "count 5,3: a range LOW,HIGH"),
        ({"motions": {"dance": 1.0}}, "dance is none of still, walk, fight"),
        ({"layouts": {"crowd": 0.0}}, "not all 0"),
        ({"frames": 0}, "frames 0: must be at least 1"),
        ({"frames": 2, "frame_loops": (0, 3)}, "at least 1 loop apart"),
        ({"army": ("Marine",)}, "cannot be clutter too"),
        ({"army": (), "enemies": ()}, "clutter without a unit type"),
        ({"settle_loops": 1}, "settle_loops 1: must be at least 2"),
        ({"count": (0, 201)}, "count up to 201: .* up to 200 counted"),
        ({"elsewhere": (0, 400), "clutter": (0, 401)}, "up to 801 in all: .* up to 800 such units"),
        ({"motions": {"walk": float("nan")}}, "finite and not all 0"),
        ({"layouts": {"crowd": float("inf")}}, "finite and not all 0"),
        ({"loops": (8, 10_001)}, "loops up to 10001: at most 10000 game loops"),
        ({"aftermath_loops": 99_999}, "aftermath_loops up to 99999"),
    ],
)
def test_what_cannot_be_is_refused_with_a_reason(options, message):
    with pytest.raises(ConfigError, match=message):
        SceneConfig(**options)


def test_a_configuration_survives_json():
    config = SceneConfig(count=(1, 3), army=("Marauder",), motions={FIGHT: 2.0})
    assert SceneConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config
    with pytest.raises(ConfigError, match="has no marines; it has counted"):
        SceneConfig.from_dict({"marines": 3})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"count": 3}, r"count 3: must be 2 whole numbers, such as \[0, 22\]"),
        ({"count": [1, 2, 3]}, r"count \(1, 2, 3\): must be 2 whole numbers"),
        ({"clutter": [1, "many"]}, "clutter .*: must be 2 whole numbers"),
        ({"frames": True}, "frames True: must be a whole number, such as 1"),
        ({"counted": 48}, 'counted 48: must be text, such as "Marine"'),
        ({"army": "Marauder"}, "army 'Marauder': must be a list of names, such as .*Marauder"),
        ({"motions": ["walk"]}, "motions .*: must be an object of numbers by name"),
        ({"motions": {"walk": "often"}}, "motions .*: must be an object of numbers by name"),
        (3, "SceneConfig 3: must be an object of options by name"),
    ],
)
def test_values_of_another_kind_are_named(options, message):
    with pytest.raises(ConfigError, match=message):
        SceneConfig.from_dict(options)
