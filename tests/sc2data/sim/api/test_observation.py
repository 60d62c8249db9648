"""What observations tell, and whether they tell it in the fields in which the real game does."""

from __future__ import annotations

import tarfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sc2data.geometry import FeatureScreen
from sc2data.sim.api.game import Game
from sc2data.sim.api.messages import common_pb, debug_pb, raw_pb, sc_pb, score_pb
from sc2data.sim.drawing import image_data
from sc2data.sim.drawing.layers import MINIMAP_BITS, SCREEN_BITS
from tests.sc2data.sim.clients import (
    COMMAND_CENTER,
    MARINE,
    RAW,
    SCV,
    ZERGLING,
    act,
    ask,
    debug,
    everything,
    look,
    new_game,
    spawn,
    start,
    step,
    units,
)
from tests.shared_data import shared_data

_SEEN = (raw_pb.Visible, raw_pb.Hidden)


@pytest.fixture
def game(tmp_path: Path) -> Game:
    return new_game(tmp_path)


def fields(message: Any) -> set[str]:
    return {field.name for field, _ in message.ListFields()}


def always(found: list[Any]) -> set[str]:
    """Fields that all of some units have."""
    return set.intersection(*(fields(unit) for unit in found))


def groups(seen: Any) -> dict[tuple[int, int], list[Any]]:
    """Units by display type and alliance."""
    out = defaultdict(list)
    for unit in seen.observation.raw_data.units:
        out[unit.display_type, unit.alliance].append(unit)
    return out


def recorded_start() -> Any:
    """The real game's first observation on a ladder map: a command centre, twelve workers, what the map has."""
    archive = shared_data() / "observations" / "AcidPlantLE.tar.xz"
    with tarfile.open(archive) as tar:
        member = next(m for m in tar.getmembers() if m.name.endswith("ResponseObservation.binpb"))
        file = tar.extractfile(member)
        assert file is not None
        return sc_pb.ResponseObservation.FromString(file.read())


@pytest.fixture
def first(game: Game) -> sc_pb.ResponseObservation:
    """Our own first observation of a game like the recorded one."""
    start(game, map_name="Simple64")
    return look(game)


def test_units_have_the_fields_that_the_real_game_gives_them(first: sc_pb.ResponseObservation) -> None:
    ours, real = groups(first), groups(recorded_start())
    assert ours.keys() == real.keys()
    for group, found in real.items():
        assert always(ours[group]) == always(found) - {"is_powered"} | (always(ours[group]) & {"is_powered"}), group
    for kind in (SCV, COMMAND_CENTER):
        (mine, *_), (recorded, *_) = units(first, kind), units(recorded_start(), kind)
        assert fields(mine) - {"rally_targets"} == fields(recorded) - {"rally_targets"}


def test_the_other_parts_have_the_fields_that_the_real_game_gives_them(first: sc_pb.ResponseObservation) -> None:
    ours, real = first.observation, recorded_start().observation
    assert fields(ours) == fields(real)
    for part in ("player_common", "score", "raw_data"):
        assert fields(getattr(ours, part)) == fields(getattr(real, part)), part
    assert fields(ours.score.score_details) == fields(real.score.score_details)
    assert fields(ours.raw_data.map_state) == fields(real.raw_data.map_state)


def test_the_start_of_a_game_is_the_real_one(first: sc_pb.ResponseObservation) -> None:
    ours, real = first.observation, recorded_start().observation
    assert ours.player_common == real.player_common
    assert (ours.score.score, ours.score.score_type) == (real.score.score, real.score.score_type)
    for name in ("used_minerals", "food_used", "total_value_units"):
        assert getattr(ours.score.score_details, name) == getattr(real.score.score_details, name)
    (hall,), (recorded,) = units(first, COMMAND_CENTER), units(recorded_start(), COMMAND_CENTER)
    for name in ("health", "radius", "ideal_harvesters", "owner", "cloak", "display_type", "alliance"):
        assert getattr(hall, name) == getattr(recorded, name)


def test_the_score_of_a_melee_game_is_what_is_in_hand_and_what_was_used() -> None:
    with tarfile.open(shared_data() / "observations" / "tvt_acid_plant_episode.tar.xz") as tar:
        for member in tar.getmembers():
            file = tar.extractfile(member)
            if file is None or "loop" not in member.name:
                continue
            seen = sc_pb.ResponseObservation.FromString(file.read()).observation
            used = [getattr(seen.score.score_details, f"used_{resource}") for resource in ("minerals", "vespene")]
            worth = sum(value for part in used for _, value in part.ListFields())
            assert seen.score.score == seen.player_common.minerals + seen.player_common.vespene + worth


def test_enemies_keep_their_secrets(game: Game) -> None:
    start(game, opponent=True)
    (own,) = units(look(game), COMMAND_CENTER, raw_pb.Self)
    spawn(game, ZERGLING, own.pos.x + 6, own.pos.y, owner=2)
    step(game, 2)
    (zergling,) = units(look(game), ZERGLING)
    assert zergling.alliance == raw_pb.Enemy
    assert zergling.health == 35
    assert not fields(zergling) & {"orders", "weapon_cooldown", "assigned_harvesters", "engaged_target_tag"}


def test_what_the_fog_hides_is_hidden_unless_asked_for(game: Game) -> None:
    start(game, opponent=True, map_name="Simple64")
    assert not units(look(game), COMMAND_CENTER, raw_pb.Enemy)
    (hidden,) = units(look(game, disable_fog=True), COMMAND_CENTER, raw_pb.Enemy)
    assert hidden.display_type == raw_pb.Hidden


def test_every_enumeration_is_set(game: Game) -> None:
    start(game, opponent=True)
    for unit in look(game, disable_fog=True).observation.raw_data.units:
        assert fields(unit) >= {"display_type", "alliance", "cloak", "owner", "pos", "tag", "unit_type"}


def test_deaths_are_told_once(game: Game) -> None:
    start(game)
    spawn(game, MARINE, 16, 16, count=2)
    step(game)
    tags = [unit.tag for unit in units(look(game), MARINE)]
    debug(game, kill_unit=debug_pb.DebugKillUnit(tag=tags[:1]))
    step(game)
    assert list(look(game).observation.raw_data.event.dead_units) == tags[:1]
    assert not look(game).observation.raw_data.HasField("event")


def test_map_state_covers_the_map_row_0_in_the_south(game: Game) -> None:
    start(game, map_name="Simple64")
    seen = look(game).observation.raw_data
    state = seen.map_state
    grid = image_data.decode(state.visibility.data, 8, state.visibility.size.x, state.visibility.size.y)
    (hall,) = units(look(game), COMMAND_CENTER)
    assert grid[int(hall.pos.y), int(hall.pos.x)] == 2
    assert set(np.unique(grid)) <= {0, 1, 2}
    assert (state.creep.bits_per_pixel, state.creep.size) == (1, state.visibility.size)


def test_layers_and_pictures_have_their_sizes_and_bits(game: Game) -> None:
    start(game, everything(screen=(64, 48), minimap=(30, 32)), map_name="Simple64")
    seen = look(game).observation
    for part, bits, width, height in (
        (seen.feature_layer_data.renders, SCREEN_BITS, 64, 48),
        (seen.feature_layer_data.minimap_renders, MINIMAP_BITS, 30, 32),
    ):
        assert fields(part) == set(bits)
        for name, depth in bits.items():
            image = getattr(part, name)
            assert (image.bits_per_pixel, image.size.x, image.size.y) == (depth, width, height)
            assert len(image.data) == (width * height * depth + 7) // 8
    for image, (width, height) in ((seen.render_data.map, (64, 48)), (seen.render_data.minimap, (30, 32))):
        assert (image.bits_per_pixel, image.size.x, image.size.y) == (24, width, height)
        assert len(image.data) == 3 * width * height
        assert any(image.data)


def test_a_unit_is_drawn_where_its_coordinates_say(game: Game) -> None:
    start(game, everything(screen=(96, 96)), map_name="Flat64")
    step(game, 2)  # the game itself centres the camera at loop 1
    spawn(game, MARINE, 44, 44)
    camera = sc_pb.Action()
    camera.action_raw.camera_move.center_world_space.x = 42
    camera.action_raw.camera_move.center_world_space.y = 43
    assert act(game, camera) == [1]
    step(game, 2)
    seen = look(game).observation
    (marine,) = (unit for unit in seen.raw_data.units if unit.unit_type == MARINE)
    centre = (seen.raw_data.player.camera.x, seen.raw_data.player.camera.y)
    assert centre == (42, 43)
    screen = FeatureScreen(centre, 96, 96)
    (x, y), *_ = screen.to_pixels([[marine.pos.x, marine.pos.y]])
    types = seen.feature_layer_data.renders.unit_type
    assert image_data.decode(types.data, 32, 96, 96)[int(y), int(x)] == MARINE
    assert marine.is_on_screen


def test_the_camera_has_a_height(game: Game) -> None:
    start(game, map_name="Flat64")
    (hall,) = units(look(game), COMMAND_CENTER)
    camera = look(game).observation.raw_data.player.camera
    assert camera.z == pytest.approx(hall.pos.z, abs=0.1)


def test_without_an_interface_its_part_is_absent(game: Game) -> None:
    start(game, sc_pb.InterfaceOptions())
    assert fields(look(game).observation) == {"game_loop", "player_common"}


def test_the_debug_score_is_a_curriculum_score(game: Game) -> None:
    start(game)
    debug(game, score=debug_pb.DebugSetScore(score=77))
    step(game)
    score = look(game).observation.score
    assert (score.score, score.score_type) == (77, score_pb.Score.Curriculum)


def test_the_same_seed_and_requests_give_the_same_bytes(tmp_path: Path) -> None:
    runs = []
    for run in range(2):
        game = new_game(tmp_path / str(run))
        start(game, everything(), opponent=True, map_name="Simple64")
        spawn(game, MARINE, 40, 40, count=5)
        spawn(game, ZERGLING, 46, 40, count=5, owner=2)
        runs.append([])
        for _ in range(6):
            step(game, 16)
            runs[-1].append(ask(game, observation=sc_pb.RequestObservation()).SerializeToString())
    assert runs[0] == runs[1]


def test_panels_show_the_selection(game: Game) -> None:
    start(game, everything(), map_name="Flat64")
    spawn(game, MARINE, 44, 44, count=3)
    step(game)
    assert look(game).observation.ui_data.WhichOneof("panel") is None
    army = sc_pb.Action()
    army.action_ui.select_army.selection_add = False
    assert act(game, army) == [1]
    seen = look(game).observation
    assert [unit.unit_type for unit in seen.ui_data.multi.units] == [MARINE] * 3
    assert seen.ui_data.multi.units[0].health == 45
    offered = {ability.ability_id: ability.requires_point for ability in seen.abilities}
    assert offered.items() >= {4: False, 16: True, 23: True}.items()
    assert seen.player_common.army_count == 3


def test_a_raw_client_is_offered_no_panel(game: Game) -> None:
    start(game, RAW)
    assert not look(game).observation.HasField("ui_data")


def test_an_unset_camera_width_is_24_world_units(game: Game) -> None:
    options = everything()
    options.feature_layer.ClearField("width")
    start(game, options, map_name="Flat64")
    width = sc_pb.InterfaceOptions.FromString(options.SerializeToString())
    assert ask(game, game_info=sc_pb.RequestGameInfo()).game_info.options == width
    unset = look(game).observation.feature_layer_data.SerializeToString()
    options.feature_layer.width = 24
    start(game, options, map_name="Flat64")
    assert look(game).observation.feature_layer_data.SerializeToString() == unset


def test_action_results_are_codes(game: Game) -> None:
    start(game)
    order = sc_pb.Action()
    order.action_raw.unit_command.ability_id = 16
    order.action_raw.unit_command.unit_tags.append(12345)
    order.action_raw.unit_command.target_world_space_pos.CopyFrom(common_pb.Point2D(x=5, y=5))
    (result,) = act(game, order)
    assert result != 1


def test_who_is_attacked_is_alerted_once(game: Game) -> None:
    start(game, opponent=True, map_name="Flat64")
    spawn(game, MARINE, 44, 44)
    spawn(game, ZERGLING, 45, 44, owner=2)
    step(game, 40)
    assert list(look(game).observation.alerts) == [sc_pb.UnitUnderAttack]
    assert not look(game).observation.alerts


def test_upgrades_show_as_levels(game: Game) -> None:
    start(game)
    spawn(game, MARINE, 16, 16)
    debug(game, game_state=debug_pb.upgrade)
    step(game)
    seen = look(game)
    (marine,) = units(seen, MARINE)
    assert (marine.attack_upgrade_level, marine.armor_upgrade_level, marine.shield_upgrade_level) == (3, 3, 0)
    assert 7 in seen.observation.raw_data.player.upgrade_ids


def test_the_camera_looks_at_the_workers_first(first: sc_pb.ResponseObservation) -> None:
    for seen in (first, recorded_start()):
        workers = units(seen, SCV)
        camera = seen.observation.raw_data.player.camera
        assert camera.x == pytest.approx(sum(worker.pos.x for worker in workers) / 12, abs=1 / 256)
        assert camera.y == pytest.approx(sum(worker.pos.y for worker in workers) / 12, abs=1 / 256)
