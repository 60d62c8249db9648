"""Scenes played in the simulator: as asked, labelled exactly, the same whatever was before them."""

import dataclasses

import numpy as np
import pytest

from sc2data import units
from sc2data.format.record import UNIT_COLUMNS
from sc2data.harvest import requests
from sc2data.harvest.harvest_config import HarvestConfig
from sc2data.harvest.pictures import RenderSizes
from sc2data.harvest.play_config import PlayConfig
from sc2data.harvest.scene_config import FIGHT, STILL, WALK

MARINE = units.unit_type("Marine").id


def fingerprint(record):
    """All that a record holds, comparable."""
    columns = {name: getattr(record.units, name).tobytes() for name in UNIT_COLUMNS}
    screen = b"" if record.screen is None else record.screen.tobytes()
    return record.minimap.tobytes(), screen, columns, record.scene


def marines_on_screen(record):
    return int(((record.units.type == MARINE) & (record.units.alliance == 1) & record.units.on_screen).sum())


@pytest.mark.parametrize("motion", [STILL, WALK, FIGHT])
def test_the_first_frame_has_as_many_marines_as_were_asked_for(worker, small_config, motion):
    one = worker(small_config(motions={motion: 1.0}))
    for scene in range(4):
        outcome = one.run(scene)
        (record,) = outcome.records
        assert marines_on_screen(record) == one._source._sampler.sample(1, scene).counted
        assert outcome.faults == []
        assert not outcome.refused


def test_a_scene_is_the_same_whatever_was_before_it(worker, small_config):
    config = small_config(frames=2, motions={WALK: 1.0, FIGHT: 1.0})
    forth, back = worker(config), worker(config)
    there = {scene: forth.run(scene).records for scene in range(5)}
    for scene in reversed(range(5)):
        again = back.run(scene).records
        assert [fingerprint(record) for record in again] == [fingerprint(record) for record in there[scene]]


def test_frames_of_a_scene_share_camera_tags_and_losses(worker, small_config):
    records = worker(small_config(frames=4, motions={FIGHT: 1.0}, clutter=(20, 20), frame_loops=(3, 3))).run(2).records
    assert [record.scene.frame for record in records] == [0, 1, 2, 3]
    assert len({record.scene.camera for record in records}) == 1
    assert len({record.scene.losses for record in records}) == 1
    loops = [record.scene.game_loop for record in records]
    assert np.diff(loops).tolist() == [3, 3, 3]
    first, last = (dict(zip(r.units.tag.tolist(), r.units.type.tolist())) for r in (records[0], records[-1]))
    assert all(first[tag] == kind for tag, kind in last.items() if tag in first)


def test_players_are_kept_in_the_game_by_one_structure_each(worker):
    one = worker()
    one.run(0)
    one.ahead(1)
    field = one._source._field
    assert len(field.places) == 2
    records = one.run(1).records
    depots = records[0].units.type == units.unit_type("SupplyDepot").id
    distance = np.linalg.norm(records[0].units.world[depots][:, None, :2] - np.array(field.places), axis=2)
    assert (distance.min(axis=0) < 2).all()
    assert set(records[0].units.owner[records[0].units.owner != 16].tolist()) <= {1, 2}


def test_anchors_are_spared_and_mended_whatever_their_tags(worker):
    one = worker()
    one.greet()
    field, seen = one._source._field, _seen(one)
    anchors = field.is_anchor(seen)
    assert anchors.sum() == 2
    retagged = dataclasses.replace(seen, tag=seen.tag + 7)
    assert field.is_anchor(retagged).tolist() == anchors.tolist()
    field.litter(dataclasses.replace(seen, health=(seen.health - 100 * anchors).astype(np.float32)))
    assert [command.unit_value.value for command in field.sweep().debug.debug] == [400, 400]


def test_each_unit_is_drawn_where_the_record_says(worker, small_config):
    """Kill one unit after another: what changes in the pictures is where the record had it."""
    sizes = RenderSizes((256, 256), (512, 512))
    one = worker(
        small_config(sizes=sizes, motions={STILL: 1.0}, enemies=(), clutter=(6, 6), count=(6, 6), layouts={"spread": 1})
    )
    off_screen, off_minimap = [], []
    for scene in range(3):
        (record,) = one.run(scene).records
        stage = one._source
        shown = record.units.select((record.units.owner == 1) & record.units.on_screen & (record.units.radius < 1))
        tags = {tuple(place): int(tag) for tag, place in zip(_seen(one).tag, _seen(one).world[:, :2].tolist())}
        before = stage.session.pictures(_look(one).observation, sizes)
        for row in range(len(shown)):
            kill = requests.debug([requests.kill([tags[tuple(shown.world[row, :2].tolist())]])])
            after = stage.session.pictures(_look(one, kill, requests.step(40)).observation, sizes)
            scale = 512 / 17  # pixels per world unit in the middle of the screen, about
            off_screen.append((_change(before.screen, after.screen) - shown.screen[row]) / scale)
            off_minimap.append(_change(before.minimap, after.minimap) - shown.minimap[row])
            before = after
    east, down = np.array(off_screen).T
    assert len(east) >= 20
    assert np.nanmax(np.abs(east)) < 0.4  # world units, sideways
    assert np.nanmedian(np.abs(east)) < 0.2
    assert np.nanmax(down) < 0.3  # the feet are below the middle of the body
    assert np.nanmin(down) > -1.0
    assert np.isnan(down).mean() < 0.1  # few are hidden altogether
    assert np.nanmax(np.abs(off_minimap)) < 1.0  # pixels: dots are painted on whole ones
    assert np.isnan(off_minimap).mean() < 0.3  # dots hide each other


def _look(one, *extra):
    return one.session.send(*extra, requests.observe())[-1]


def _seen(one):
    return one._source._litter_of(_look(one))


def _change(before, after):
    """The middle of the pixels (x, y) that differ more than by a shadow, NaN where none do."""
    change = np.abs(before.astype(int) - after).max(axis=2)
    rows, columns = np.nonzero(change > 80)
    return np.array([columns.mean() + 0.5, rows.mean() + 0.5]) if len(rows) else np.full(2, np.nan)


def test_minimaps_alone(worker, small_config):
    one = worker(small_config(sizes=RenderSizes((32, 32), (0, 0))))
    (record,) = one.run(0).records
    assert record.screen is None
    assert record.minimap.shape == (32, 32, 3)
    record.check(small_config(sizes=RenderSizes((32, 32), (0, 0))).schema(one.greet().map_info))


def test_a_unit_that_the_game_refuses_is_reported(worker, small_config, monkeypatch):
    one = worker(small_config(structures_count=(0, 0), motions={STILL: 1.0}))
    one.run(0)
    plan = one._source._sampler.sample(1, 1)
    unknown = 1_999_999
    plan.placements.extend([dataclasses.replace(plan.placements[0], type=unknown)] * 30)
    monkeypatch.setattr(one._source._sampler, "sample", lambda *_: plan)
    outcome = one.run(1)
    assert outcome.records
    assert outcome.refused == {unknown: 30}


@pytest.mark.parametrize("agent", ["scripted", "random"])
def test_an_episode_of_play_is_the_same_again(worker, agent):
    play = PlayConfig(agent=agent, records=3, every=6, armies=(4, 6))
    config = HarvestConfig(seed=3, source="play", sizes=RenderSizes((32, 32), (64, 64)), play=play)
    one, other = worker(config), worker(config)
    one.run(0)
    records = one.run(1).records
    assert [fingerprint(record) for record in records] == [fingerprint(record) for record in other.run(1).records]
    assert [record.scene.frame for record in records] == [0, 1, 2]
    assert {1, 4} <= set(records[0].units.alliance.tolist())


def test_unexplored_land_is_no_fault_of_the_game(worker):
    play = PlayConfig(agent="random", records=24, every=4, armies=(2, 3), fog=True)
    config = HarvestConfig(seed=3, source="play", sizes=RenderSizes((32, 32), (64, 64)), play=play)
    outcome = worker(config).run(0)
    assert outcome.faults == []
    assert len(outcome.records) == 24
    assert any(not record.screen.any() for record in outcome.records)
