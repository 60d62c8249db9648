"""Reading observations: against recordings of the real game, and by hand."""

import numpy as np
import pytest

from benchmarks import recordings
from sc2data.harvest.ground import Ground
from sc2data.harvest.observe import Observer, TagBook
from sc2data.harvest.pictures import RenderSizes
from sc2data.sim.api.messages import raw_pb, sc_pb
from tests.shared_data import shared_data


def made_ground(width=88, height=96, z=8.0):
    shape = (height, width)
    return Ground(
        (width, height), (4, 4, 84, 92), np.ones(shape, bool), np.ones(shape, bool), np.full(shape, z, "f4"), ()
    )


def made_observation(units, camera=(44.0, 48.0, 8.0), loop=7):
    answer = sc_pb.ResponseObservation()
    answer.observation.game_loop = loop
    point = answer.observation.raw_data.player.camera
    point.x, point.y = camera[:2]
    if len(camera) == 3:
        point.z = camera[2]
    for tag, x, y, display in units:
        unit = answer.observation.raw_data.units.add(
            tag=tag, unit_type=48, owner=1, alliance=1, display_type=display, radius=0.375, health=45, facing=1.5
        )
        unit.pos.x, unit.pos.y, unit.pos.z = x, y, 8.0
    return answer


def test_units_come_in_the_order_of_their_tags_and_placeholders_do_not():
    observer = Observer(made_ground(), RenderSizes((128, 128), (256, 256)))
    seen = observer.read(made_observation([(9, 50, 40, 1), (3, 44, 48, 2), (5, 1, 2, 4), (4, 2, 2, 3)]))
    assert seen.tag.tolist() == [3, 4, 9]
    assert seen.visible.tolist() == [False, False, True]
    assert seen.world[2].tolist() == [50, 40, 8]
    assert (seen.loop, seen.camera) == (7, (44.0, 48.0, 8.0))


def test_what_the_camera_looks_at_is_in_the_middle_of_the_screen():
    observer = Observer(made_ground(), RenderSizes((128, 128), (640, 480)))
    units = observer.units(observer.read(made_observation([(1, 44, 48, 1), (2, 80, 48, 1)])), TagBook())
    assert units.screen[0].tolist() == [320, 240]
    assert units.on_screen.tolist() == [True, False]
    assert units.minimap[0] == pytest.approx([44 * 128 / 96, 48 * 128 / 96])


def test_a_unit_behind_the_camera_has_no_place_on_the_screen():
    observer = Observer(made_ground(), RenderSizes((128, 128), (256, 256)))
    units = observer.units(observer.read(made_observation([(1, 44, 5, 1)], camera=(44, 90, 8))), TagBook())
    assert np.isnan(units.screen).all()
    assert not units.on_screen.any()


def test_a_camera_without_height_stands_over_the_ground():
    observer = Observer(made_ground(z=10.0), RenderSizes((128, 128), (256, 256)))
    assert observer.read(made_observation([], camera=(44, 48))).camera == (44.0, 48.0, 10.0)
    assert len(observer.read(made_observation([]))) == 0


def test_the_minimap_shows_the_playable_area_where_it_is_cropped():
    observer = Observer(made_ground(), RenderSizes((88, 88), (256, 256), crop_to_playable_area=True))
    units = observer.units(observer.read(made_observation([(1, 4, 92, 1), (2, 84, 4, 1)])), TagBook())
    assert units.minimap.tolist() == [[0, 0], [80, 88]]
    assert observer.map_info("Flat64", "").minimap_area == (4, 4, 84, 92)


def test_tags_are_numbered_by_first_appearance():
    book = TagBook()
    assert book.numbers(np.array([70, 90], np.uint64)).tolist() == [1, 2]
    assert book.numbers(np.array([80, 90], np.uint64)).tolist() == [3, 2]


def test_recorded_units_lie_where_the_real_minimap_shows_them():
    observations = shared_data() / "observations"
    frames = [frame for frame in recordings.frames(observations) if frame.name.startswith("loop")]
    _, info, _ = recordings.ladder_map(observations, "AcidPlantLE")
    observer = Observer(Ground.of(info), RenderSizes((128, 128), (128, 128)))
    hits, mobile = 0, 0
    for frame in frames:
        seen = observer.read(sc_pb.ResponseObservation(observation=frame.observation))
        assert len(seen) == sum(unit.display_type != raw_pb.Placeholder for unit in frame.observation.raw_data.units)
        shown = recordings.layers(frame.observation.feature_layer_data.minimap_renders)["player_relative"]
        column, row = np.floor(observer.units(seen, TagBook()).minimap).astype(int).T
        players = seen.visible & (seen.owner != 16) & (seen.radius < 1)
        hits += int((shown[row, column] == seen.alliance)[players].sum())
        mobile += int(players.sum())
    assert mobile > 300
    assert hits / mobile > 0.98


def test_a_recorded_camera_has_no_height():
    frame = next(recordings.frames(shared_data() / "observations"))
    assert not frame.observation.raw_data.player.camera.HasField("z")
