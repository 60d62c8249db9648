"""Actions: what they do, and how they are told back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sc2data.geometry import FeatureScreen, MinimapTransform
from sc2data.sim.api.game import Game
from sc2data.sim.api.messages import common_pb, debug_pb, error_pb, sc_pb, spatial_pb, ui_pb
from tests.sc2data.sim.clients import (
    COMMAND_CENTER,
    MARINE,
    RAW,
    SCV,
    SIEGE_TANK,
    ZERGLING,
    act,
    debug,
    everything,
    look,
    new_game,
    spawn,
    start,
    step,
    units,
)

STOP, MOVE, ATTACK, SCAN_MOVE, GENERAL_MOVE, GENERAL_ATTACK = 4, 16, 23, 19, 3794, 3674
OVERLORD = 106

_Click = spatial_pb.ActionSpatialUnitSelectionPoint
_Group = ui_pb.ActionControlGroup


@pytest.fixture
def game(tmp_path: Path) -> Game:
    """A game on open ground in which three marines and two zerglings of ours stand under the camera."""
    game = new_game(tmp_path)
    start(game, everything(screen=(96, 96), minimap=(64, 64)), map_name="Flat64")
    step(game, 2)
    for x in (40, 44, 48):
        spawn(game, MARINE, x, 44)
    spawn(game, ZERGLING, 44, 40, count=2)
    act(game, camera_to(44, 44))
    step(game)
    return game


def camera_to(x: float, y: float) -> sc_pb.Action:
    action = sc_pb.Action()
    action.action_raw.camera_move.center_world_space.x = x
    action.action_raw.camera_move.center_world_space.y = y
    return action


def raw_order(ability: int, tags: list[int], **target: Any) -> sc_pb.Action:
    action = sc_pb.Action()
    action.action_raw.unit_command.ability_id = ability
    action.action_raw.unit_command.unit_tags.extend(tags)
    if "x" in target:
        action.action_raw.unit_command.target_world_space_pos.CopyFrom(common_pb.Point2D(**target))
    elif target:
        action.action_raw.unit_command.target_unit_tag = target["tag"]
    return action


def order(ability: int, pixel: tuple[int, int] | None = None, space: str = "action_feature_layer") -> sc_pb.Action:
    action = sc_pb.Action()
    command = getattr(action, space).unit_command
    command.ability_id = ability
    if pixel:
        command.target_screen_coord.x, command.target_screen_coord.y = pixel
    return action


def click(pixel: tuple[int, int], kind: int = _Click.Select, space: str = "action_feature_layer") -> sc_pb.Action:
    action = sc_pb.Action()
    point = getattr(action, space).unit_selection_point
    point.type = kind
    point.selection_screen_coord.x, point.selection_screen_coord.y = pixel
    return action


def box(first: tuple[int, int], second: tuple[int, int], add: bool = False) -> sc_pb.Action:
    action = sc_pb.Action()
    rect = action.action_feature_layer.unit_selection_rect
    rect.selection_add = add
    corners = rect.selection_screen_coord.add()
    corners.p0.x, corners.p0.y = first
    corners.p1.x, corners.p1.y = second
    return action


def panel(**action: Any) -> sc_pb.Action:
    return sc_pb.Action(action_ui=ui_pb.ActionUI(**action))


def group(what: int, index: int = 1) -> sc_pb.Action:
    return panel(control_group=_Group(action=what, control_group_index=index))


ARMY = panel(select_army=ui_pb.ActionSelectArmy())


def selected(game: Game) -> list[int]:
    """Types of the selected units."""
    return sorted(u.unit_type for u in look(game).observation.raw_data.units if u.is_selected)


def pixel_of(game: Game, unit: Any) -> tuple[int, int]:
    """Where the feature screen of 96 px shows a unit."""
    camera = look(game).observation.raw_data.player.camera
    (x, y), *_ = FeatureScreen((camera.x, camera.y), 96, 96).to_pixels([[unit.pos.x, unit.pos.y]])
    return int(x), int(y)


def marines(game: Game) -> list[Any]:
    return units(look(game), MARINE)


def test_a_click_selects_what_is_drawn_there(game: Game) -> None:
    assert act(game, click(pixel_of(game, marines(game)[1]))) == [1]
    assert [unit.tag for unit in marines(game) if unit.is_selected] == [marines(game)[1].tag]
    assert act(game, click((2, 2))) == [1]  # the bare ground changes nothing
    assert selected(game) == [MARINE]


def test_a_click_on_the_rendered_screen_selects_too(game: Game) -> None:
    assert act(game, click((48, 46), space="action_render")) == [1]  # the camera looks at the middle marine's feet
    assert selected(game) == [MARINE]


def test_clicks_toggle_and_take_all_of_a_type(game: Game) -> None:
    first, second, _ = marines(game)
    act(game, click(pixel_of(game, first)), click(pixel_of(game, second), _Click.Toggle))
    assert selected(game) == [MARINE, MARINE]
    act(game, click(pixel_of(game, first), _Click.Toggle))
    assert selected(game) == [MARINE]
    act(game, click(pixel_of(game, first), _Click.AllType))
    assert selected(game) == [MARINE] * 3
    (zergling, _) = units(look(game), ZERGLING)
    act(game, click(pixel_of(game, zergling), _Click.AddAllType))
    assert selected(game) == [MARINE] * 3 + [ZERGLING] * 2


def test_a_box_selects_what_is_in_it_whichever_corner_comes_first(game: Game) -> None:
    assert act(game, box((95, 95), (0, 0))) == [1]
    assert selected(game) == [MARINE] * 3 + [ZERGLING] * 2
    act(game, box((0, 0), (40, 95)))
    assert selected(game) == [MARINE]
    act(game, box((0, 50), (95, 95), add=True))
    assert selected(game) == [MARINE] + [ZERGLING] * 2
    act(game, box((0, 0), (3, 3)))  # an empty box changes nothing
    assert selected(game) == [MARINE] + [ZERGLING] * 2


def test_buttons_select(game: Game) -> None:
    act(game, ARMY)
    assert selected(game) == [MARINE] * 3 + [ZERGLING] * 2
    multi = ui_pb.ActionMultiPanel
    act(game, panel(multi_panel=multi(type=multi.SelectAllOfType, unit_index=4)))
    assert selected(game) == [ZERGLING] * 2
    act(game, panel(multi_panel=multi(type=multi.DeselectUnit, unit_index=0)))
    assert selected(game) == [ZERGLING]
    (scv, *_) = units(look(game), SCV)
    act(game, raw_order(STOP, [scv.tag]))
    step(game)
    assert look(game).observation.player_common.idle_worker_count == 1
    idle = ui_pb.ActionSelectIdleWorker
    act(game, panel(select_idle_worker=idle(type=idle.Add)))
    assert selected(game) == [SCV, ZERGLING]


def test_control_groups(game: Game) -> None:
    first, second, third = (pixel_of(game, marine) for marine in marines(game))
    act(game, click(first), group(_Group.Set, 1), click(second), group(_Group.Append, 1))
    act(game, click(third), group(_Group.Recall, 1))
    assert selected(game) == [MARINE, MARINE]
    act(game, click(first), group(_Group.SetAndSteal, 2))
    groups = {g.control_group_index: g.count for g in look(game).observation.ui_data.groups}
    assert groups == {1: 1, 2: 1}
    assert look(game).observation.ui_data.groups[0].leader_unit_type == MARINE
    assert act(game, group(_Group.Set, 10)) == [error_pb.Error]


def test_an_order_by_the_screen_is_told_in_every_interface_with_its_loop(game: Game) -> None:
    loop = look(game).observation.game_loop
    assert act(game, ARMY, order(GENERAL_MOVE, (60, 30))) == [1, 1]
    step(game)
    actions = {  # by interface
        part: action
        for action in look(game).actions
        for part in ("action_raw", "action_feature_layer", "action_render", "action_ui")
        if action.HasField(part)
    }
    assert {action.game_loop for action in actions.values()} == {loop}
    assert actions["action_ui"].action_ui.HasField("select_army")
    told = actions["action_raw"]
    assert told.action_raw.unit_command.ability_id == MOVE
    assert len(told.action_raw.unit_command.unit_tags) == 5
    assert told.action_feature_layer.unit_command.ability_id == MOVE
    pixel = told.action_feature_layer.unit_command.target_screen_coord
    assert (pixel.x, pixel.y) == (60, 30)
    (x, y), *_ = FeatureScreen((44, 44), 96, 96).to_world([[60.5, 30.5]])
    point = told.action_raw.unit_command.target_world_space_pos
    assert (point.x, point.y) == pytest.approx((x, y))
    assert told.action_render.unit_command.HasField("target_screen_coord")


def test_actions_are_told_once_and_in_the_next_loop(game: Game) -> None:
    look(game)
    act(game, camera_to(40, 40))
    step(game)
    (told,) = look(game).actions
    assert told.action_raw.camera_move.center_world_space.x == 40
    pixel = told.action_feature_layer.camera_move.center_minimap
    assert (pixel.x, pixel.y) == tuple(
        int(v) for v in MinimapTransform((0, 0, 88, 96), 64, 64).to_pixels([[40, 40]])[0].tolist()
    )
    assert not look(game).actions


def test_the_game_centres_the_camera_itself_at_loop_1(tmp_path: Path) -> None:
    game = new_game(tmp_path)
    start(game, everything(), map_name="Flat64")
    told = []
    for _ in range(4):
        step(game)
        seen = look(game)
        told += [(seen.observation.game_loop, action.game_loop) for action in seen.actions]
    assert told == [(2, 1)]


def test_the_camera_moves_by_the_minimap_and_stays_over_the_playable_area(game: Game) -> None:
    action = sc_pb.Action()
    action.action_feature_layer.camera_move.center_minimap.x = 0
    action.action_feature_layer.camera_move.center_minimap.y = 63
    assert act(game, action) == [1]
    camera = look(game).observation.raw_data.player.camera
    assert (camera.x, camera.y) == (12, 12)


def test_units_obey_raw_orders(game: Game) -> None:
    marine = marines(game)[0]
    assert act(game, raw_order(GENERAL_MOVE, [marine.tag], x=marine.pos.x, y=marine.pos.y - 3)) == [1]
    step(game, 2)
    (going,) = marines(game)[0].orders
    assert going.ability_id == MOVE
    assert going.target_world_space_pos.y == pytest.approx(marine.pos.y - 3, abs=1 / 4096)
    step(game, 40)
    assert marines(game)[0].pos.y == pytest.approx(marine.pos.y - 3, abs=0.1)
    assert not marines(game)[0].orders


def test_a_general_attack_is_told_as_what_the_first_unit_does(game: Game) -> None:
    spawn(game, OVERLORD, 44, 48)
    step(game)
    (overlord,) = units(look(game), OVERLORD)
    tags = [marines(game)[0].tag, overlord.tag]
    for chosen, ability in ((tags, ATTACK), (tags[1:], SCAN_MOVE)):
        assert act(game, raw_order(GENERAL_ATTACK, chosen, x=40, y=40)) == [1]
        step(game)
        (told,) = look(game).actions
        assert told.action_raw.unit_command.ability_id == ability


def test_a_click_on_an_enemy_attacks_it(tmp_path: Path) -> None:
    game = new_game(tmp_path)
    start(game, everything(screen=(96, 96)), map_name="Flat64", opponent=True)
    step(game, 2)
    spawn(game, SIEGE_TANK, 44, 44)
    spawn(game, SCV, 50, 44, owner=2)
    act(game, camera_to(46, 44))
    step(game)
    (tank,), (enemy,) = units(look(game), SIEGE_TANK), [u for u in units(look(game), SCV) if u.owner == 2][:1]
    look(game)
    assert act(game, click(pixel_of(game, tank)), order(GENERAL_ATTACK, pixel_of(game, enemy))) == [1, 1]
    step(game)
    told = [action for action in look(game).actions if action.HasField("action_raw")]
    assert told[0].action_raw.unit_command.target_unit_tag == enemy.tag


@pytest.mark.parametrize(
    "bad",
    [
        raw_order(MOVE, []),
        raw_order(MOVE, [99999], x=40, y=40),
        raw_order(999_999, [1]),
        order(MOVE, (96, 5)),
        click((-1, 0)),
        order(GENERAL_MOVE, (5, 5)),  # nothing is selected
        order(999_999, (5, 5)),
        raw_order(MOVE, [1], x=float("nan"), y=5),
        camera_to(float("inf"), 5),
    ],
)
def test_orders_that_cannot_be_are_refused_and_not_told(game: Game, bad: sc_pb.Action) -> None:
    look(game)
    (result,) = act(game, bad)
    assert result != error_pb.Success
    step(game)
    assert not look(game).actions


def test_an_interface_that_was_not_asked_for_takes_no_actions(tmp_path: Path) -> None:
    game = new_game(tmp_path)
    start(game, RAW)
    assert act(game, click((1, 1))) == [error_pb.NotSupported]


def test_another_players_units_do_not_obey(tmp_path: Path) -> None:
    game = new_game(tmp_path)
    start(game, RAW, opponent=True)
    (hall,) = (u for u in units(look(game, disable_fog=True), COMMAND_CENTER) if u.owner == 2)
    assert act(game, raw_order(524, [hall.tag])) != [error_pb.Success]


def test_raw_orders_select_where_that_was_asked_for(tmp_path: Path) -> None:
    game = new_game(tmp_path)
    options = everything()
    options.raw_affects_selection = True
    start(game, options)
    (scv, *_) = units(look(game), SCV)
    act(game, raw_order(STOP, [scv.tag]))
    assert selected(game) == [SCV]


def test_what_dies_leaves_the_selection(game: Game) -> None:
    act(game, ARMY, group(_Group.Set, 3))
    debug(game, kill_unit=debug_pb.DebugKillUnit(tag=[marine.tag for marine in marines(game)]))
    step(game)
    assert selected(game) == [ZERGLING] * 2
    assert look(game).observation.ui_data.groups[0].count == 2


def test_chat_is_heard(game: Game) -> None:
    chat = sc_pb.Action(action_chat=sc_pb.ActionChat(channel=sc_pb.ActionChat.Broadcast, message="hello"))
    assert act(game, chat) == [1]
    step(game)
    assert [(line.player_id, line.message) for line in look(game).chat] == [(1, "hello")]


def test_training_by_the_panel_and_taking_it_back(game: Game) -> None:
    debug(game, game_state=debug_pb.food)
    step(game)
    (hall,) = units(look(game), COMMAND_CENTER)
    before = look(game).observation.player_common.minerals
    act(game, camera_to(hall.pos.x, hall.pos.y), click((48, 48)))
    assert selected(game) == [COMMAND_CENTER]
    assert act(game, order(524)) == [1]
    step(game)
    panel_now = look(game).observation.ui_data.production
    assert [unit.unit_type for unit in panel_now.build_queue] == [SCV]
    assert [item.ability_id for item in panel_now.production_queue] == [524]
    remove = ui_pb.ActionProductionPanelRemoveFromQueue(unit_index=0)
    assert act(game, panel(production_panel=remove)) == [1]
    step(game)
    assert look(game).observation.ui_data.WhichOneof("panel") == "single"
    assert look(game).observation.player_common.minerals >= before
