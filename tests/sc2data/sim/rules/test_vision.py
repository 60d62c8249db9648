import dataclasses

import numpy as np
import pytest

from benchmarks import recordings
from sc2data.sim.api.messages import debug_pb
from sc2data.sim.view import (
    ALLIED,
    CLOAKED,
    DETECTED,
    ENEMY,
    EVERYONE,
    HIDDEN,
    NEUTRAL,
    NOT_CLOAKED,
    SELF,
    SNAPSHOT,
    VISIBLE,
    view_of,
)
from sc2data.units import unit_type
from tests.sc2data.sim import worlds
from tests.shared_data import shared_data

MOVE, BURROW = 3794, 3661


def seen(made, player=1):
    made.refresh_visibility()
    return made.visibility(player) == 2


def row_of(view, name):
    rows = np.flatnonzero(view.type == unit_type(name).id)
    assert len(rows) == 1, rows
    return int(rows[0])


def test_a_unit_sees_a_disc_of_its_sight_radius():
    made = worlds.world()
    worlds.put(made, "Marine", 1, 32.5, 32.5)
    rows, columns = np.ogrid[:64, :64]
    expected = (rows - 32) ** 2 + (columns - 32) ** 2 <= 9.5**2
    np.testing.assert_array_equal(seen(made), expected)
    assert not seen(made, player=2).any()
    assert seen(made, player=EVERYONE).sum() == expected.sum()


def test_high_ground_is_seen_from_high_ground_and_from_the_air():
    made = worlds.world(worlds.plain(high=slice(34, 64)))
    worlds.put(made, "Marine", 1, 30.5, 30.5)
    assert seen(made)[30, 33]
    assert not seen(made)[30, 34]
    worlds.put(made, "Banshee", 1, 30.5, 50.5)
    assert seen(made)[50, 36]
    worlds.put(made, "Marine", 2, 36.5, 30.5)
    assert seen(made, player=2)[30, 34:40].all()
    assert seen(made, player=2)[30, 30]  # down is free


def test_what_was_seen_stays_known_in_fog():
    made = worlds.world()
    tag = worlds.put(made, "Marine", 1, 20.5, 32.5)[0]
    made.order(1, [tag], MOVE, (50, 32.5))
    made.step(200)
    made.refresh_visibility()
    assert made.visibility(1)[32, 20] == 1
    assert made.visibility(1)[32, 48] == 2
    assert made.visibility(1)[60, 60] == 0


def test_units_in_sight_are_in_the_view_and_no_others():
    made = worlds.world()
    worlds.put(made, "Marine", 1, 30, 30)
    worlds.put(made, "Zergling", 2, 36, 30)
    worlds.put(made, "Roach", 2, 50, 30)
    view = view_of(made, 1, (30.0, 30.0))
    assert sorted(view.type.tolist()) == [unit_type("Marine").id, unit_type("Zergling").id]
    assert view.alliance.tolist() == [SELF, ENEMY]
    assert view.display_type.tolist() == [VISIBLE, VISIBLE]
    assert view.cloak.tolist() == [NOT_CLOAKED] * 2
    assert view.on_screen.tolist() == [True, True]
    assert view.camera == (30, 30, 8)
    everything = view_of(made, 1, (30.0, 30.0), disable_fog=True)
    assert everything.display_type[row_of(everything, "Roach")] == HIDDEN
    assert everything.cloak[row_of(everything, "Roach")] == 0
    assert len(view_of(made, EVERYONE, (30.0, 30.0))) == 3


def test_the_map_s_resources_are_known_from_the_start():
    made = worlds.world()
    made.setup_melee()
    view = view_of(made, 1, (30.0, 30.0))
    minerals = view.type == unit_type("MineralField").id
    assert minerals.sum() == 16
    assert (view.display_type[minerals] == SNAPSHOT).sum() == 8
    assert (view.alliance[minerals] == NEUTRAL).all()
    assert (view.contents[minerals & (view.display_type == SNAPSHOT)] == 0).all()
    assert (view.contents[minerals & (view.display_type == VISIBLE)] == 1800).all()
    assert (np.diff(view.tag.astype(np.int64)) > 0).all()


def test_a_structure_out_of_sight_leaves_a_snapshot_with_a_tag_of_its_own():
    made = worlds.world()
    pylon = worlds.put(made, "Pylon", 2, 40, 32)[0]
    scout = worlds.put(made, "Marine", 1, 34, 32)[0]
    made.step(8)
    before = view_of(made, 1, (30.0, 30.0))
    assert before.tag[row_of(before, "Pylon")] == pylon
    made.kill([scout])
    made.step(16)
    after = view_of(made, 1, (30.0, 30.0))
    row = row_of(after, "Pylon")
    assert after.display_type[row] == SNAPSHOT
    assert after.tag[row] != pylon
    assert (after.x[row], after.y[row], after.health[row], after.cloak[row]) == (40, 32, 0, 0)
    made.kill([pylon])
    made.step(8)
    assert len(view_of(made, 1, (30.0, 30.0))) == 1  # nobody saw it fall
    worlds.put(made, "Marine", 1, 34, 32)
    made.step(8)
    assert view_of(made, 1, (30.0, 30.0)).type.tolist() == [unit_type("Marine").id]


def test_a_snapshot_gives_way_to_the_structure_seen_again():
    made = worlds.world()
    pylon = worlds.put(made, "Pylon", 2, 40, 32)[0]
    scout = worlds.put(made, "Marine", 1, 34, 32)[0]
    made.step(8)
    made.order(1, [scout], MOVE, (15, 32))
    made.step(160)
    assert view_of(made, 1, (30.0, 30.0)).display_type.tolist().count(SNAPSHOT) == 1
    made.order(1, [scout], MOVE, (34, 32))
    made.step(160)
    view = view_of(made, 1, (30.0, 30.0))
    assert view.tag[row_of(view, "Pylon")] == pylon


def test_cloaked_units_are_hidden_until_detected():
    made = worlds.world()
    worlds.put(made, "DarkTemplar", 1, 30, 30)
    worlds.put(made, "Sentry", 2, 28, 30)
    made.cheat(1, debug_pb.god)
    made.cheat(2, debug_pb.god)
    made.step(16)
    own = view_of(made, 1, (30.0, 30.0))
    assert own.cloak[row_of(own, "DarkTemplar")] == ALLIED
    assert unit_type("DarkTemplar").id not in view_of(made, 2, (30.0, 30.0)).type
    shown = view_of(made, 2, (30.0, 30.0), show_cloaked=True)
    row = row_of(shown, "DarkTemplar")
    assert (shown.display_type[row], shown.cloak[row], shown.health[row]) == (HIDDEN, CLOAKED, 0)
    worlds.put(made, "Observer", 2, 28, 28)
    made.step(16)
    detected = view_of(made, 2, (30.0, 30.0))
    row = row_of(detected, "DarkTemplar")
    assert (detected.display_type[row], detected.cloak[row], detected.health[row]) == (VISIBLE, DETECTED, 40)


def test_hidden_units_are_attacked_only_where_detected():
    made = worlds.world()
    dark = worlds.put(made, "DarkTemplar", 2, 33, 30, cooldown=1e6, speed=0.0)[0]
    worlds.put(made, "Marine", 1, 30, 30)
    made.step(40)
    assert worlds.value(made, dark, "shield") == 80
    worlds.put(made, "Raven", 1, 30, 34)
    made.step(40)
    assert worlds.value(made, dark, "shield") < 80


@pytest.mark.parametrize("disable_fog", [False, True])
def test_without_fog_everything_is_visible(disable_fog):
    made = worlds.world()
    made.state.disable_fog = disable_fog
    worlds.put(made, "Marine", 1, 10, 10)
    worlds.put(made, "Marine", 2, 50, 50)
    assert len(view_of(made, 1, (10.0, 10.0))) == 1 + disable_fog


def test_the_cheat_for_it_shows_the_map():
    made = worlds.world()
    worlds.put(made, "Marine", 2, 50, 50)
    made.cheat(1, debug_pb.show_map)
    assert len(view_of(made, 1, (10.0, 10.0))) == 1
    made.cheat(1, debug_pb.show_map)
    assert len(view_of(made, 1, (10.0, 10.0))) == 0


def test_selection_and_screen_are_told():
    made = worlds.world()
    near, far = worlds.put(made, "Marine", 1, 30, 30)[0], worlds.put(made, "Marine", 1, 50, 30)[0]
    view = view_of(made, 1, (30.0, 30.0), [far])
    assert view.selected.tolist() == [False, True]
    assert view.on_screen.tolist() == [True, False]
    assert view.tag.tolist() == [near, far]


def test_sight_equals_what_the_game_recorded():
    observations = shared_data() / "observations"
    terrain = recordings.grid_terrain(recordings.ladder_map(observations, recordings.LADDER_MAPS[0])[1])
    level = np.round(terrain.height[:-1, :-1] / 2 - 3).clip(0) * 64  # heights of 8, 10 and 12 are levels 1, 2 and 3
    terrain = dataclasses.replace(terrain, level=level.astype(np.uint8))
    left, bottom, right, top = terrain.playable
    equal, cells = 0, 0
    for frame in recordings.frames(observations):
        if frame.map_name != recordings.LADDER_MAPS[0]:
            continue
        view = recordings.view(frame, terrain)
        own = (view.alliance == SELF) & (view.display_type == VISIBLE)
        made = worlds.world(terrain)
        fields = {name: getattr(view, name)[own] for name in ("tag", "type", "x", "y", "flying", "build_progress")}
        made.state.units.extend(int(own.sum()), owner=1, **fields)
        area = np.s_[bottom:top, left:right]
        equal += int((seen(made)[area] == (view.visibility == 2)[area]).sum())
        cells += (top - bottom) * (right - left)
    assert equal / cells > 0.999
