import pytest

from sc2data.sim.api.messages import debug_pb, error_pb
from sc2data.sim.state import NEUTRAL
from tests.sc2data.sim import worlds

SMART, MOVE, STOP, HOLD, ATTACK, PATROL, SCAN_MOVE = 1, 3794, 3665, 3793, 3674, 3795, 19


def orders(made, tag):
    return made.state.units.orders[made.state.units.row(tag)]


@pytest.mark.parametrize(
    ("name", "general", "specific"),
    [("Marine", ATTACK, 23), ("Overlord", ATTACK, SCAN_MOVE), ("Marine", MOVE, 16), ("Zealot", PATROL, 17)],
)
def test_general_abilities_become_specific_ones(name, general, specific):
    made = worlds.world()
    tag = worlds.put(made, name, 1, 30, 30)[0]
    assert made.order(1, [tag], general, (35, 30)) == error_pb.Success
    assert [order.ability for order in orders(made, tag)][:1] == [specific]
    assert (orders(made, tag)[0].x, orders(made, tag)[0].y, orders(made, tag)[0].has_point) == (35, 30, True)


def test_specific_abilities_are_taken_too():
    made = worlds.world()
    tag = worlds.put(made, "Marine", 1, 30, 30)[0]
    assert made.order(1, [tag], 16, (35, 30)) == error_pb.Success


def test_refusals_say_why():
    made = worlds.world()
    marine, foe = worlds.put(made, "Marine", 1, 30, 30)[0], worlds.put(made, "Marine", 2, 40, 30)[0]
    depot = worlds.put(made, "SupplyDepot", 1, 20, 20)[0]
    assert made.order(1, [], MOVE, (1, 1)) == error_pb.MustTargetUnit
    assert made.order(1, [foe], MOVE, (35, 30)) == error_pb.Error  # not one's own
    assert made.order(1, [99], MOVE, (35, 30)) == error_pb.Error
    assert made.order(1, [marine], 999999, (35, 30)) == error_pb.Error
    assert made.order(1, [depot], MOVE, (35, 30)) == error_pb.NotSupported
    assert made.order(1, [marine], 560) == error_pb.NotSupported
    assert made.order(1, [marine], ATTACK, target_tag=12345) == error_pb.CantTargetThatUnit
    assert orders(made, marine) == []


def test_one_that_can_is_enough():
    made = worlds.world()
    marine, depot = worlds.put(made, "Marine", 1, 30, 30)[0], worlds.put(made, "SupplyDepot", 1, 20, 20)[0]
    assert made.order(1, [depot, marine], MOVE, (35, 30)) == error_pb.Success


def test_queued_orders_follow_one_another():
    made = worlds.world()
    tag = worlds.put(made, "Marine", 1, 30, 30)[0]
    made.order(1, [tag], MOVE, (32, 30))
    made.order(1, [tag], MOVE, (32, 33), queued=True)
    assert len(orders(made, tag)) == 2
    made.step(20)
    assert len(orders(made, tag)) == 1
    made.step(40)
    assert worlds.place(made, tag) == (32, 33)
    for i in range(8):
        assert made.order(1, [tag], MOVE, (32 + i, 33), queued=True) == error_pb.Success
    assert made.order(1, [tag], MOVE, (50, 33), queued=True) == error_pb.QueueIsFull


def test_a_new_order_replaces_the_old_ones():
    made = worlds.world()
    tag = worlds.put(made, "Marine", 1, 30, 30)[0]
    made.order(1, [tag], MOVE, (32, 30))
    made.order(1, [tag], MOVE, (28, 30))
    assert len(orders(made, tag)) == 1
    made.step(30)
    assert worlds.place(made, tag) == (28, 30)


def test_stop_stops():
    made = worlds.world()
    tag = worlds.put(made, "Marine", 1, 30, 30)[0]
    made.order(1, [tag], MOVE, (40, 30))
    made.step(16)
    made.order(1, [tag], STOP)
    here = worlds.place(made, tag)
    made.step(16)
    assert worlds.place(made, tag) == here
    assert orders(made, tag) == []


def test_a_right_click_means_what_it_hits():
    made = worlds.world()
    marine, foe = worlds.put(made, "Marine", 1, 30, 30)[0], worlds.put(made, "Marine", 2, 37, 30)[0]
    scv, patch = worlds.put(made, "SCV", 1, 20, 20)[0], worlds.put(made, "MineralField", NEUTRAL, 25, 20)[0]
    depot = worlds.put(made, "SupplyDepot", 1, 40, 40)[0]
    worlds.put(made, "CommandCenter", 1, 12.5, 20.5)
    made.step()
    for tag, target, expected in ((marine, foe, 23), (marine, depot, 16), (scv, patch, 295), (scv, depot, 16)):
        assert made.order(1, [tag], SMART, target_tag=target) == error_pb.Success
        assert orders(made, tag)[0].ability == expected
        assert orders(made, tag)[0].tag == target
    assert made.order(1, [marine], SMART, (33, 33)) == error_pb.Success
    assert orders(made, marine)[0].ability == 16


def test_units_of_others_obey_with_the_cheat_for_it():
    made = worlds.world()
    foe = worlds.put(made, "Marine", 2, 40, 30)[0]
    made.cheat(1, debug_pb.control_enemy)
    assert made.order(1, [foe], MOVE, (45, 30)) == error_pb.Success


def test_a_tank_digs_in_and_comes_out():
    made = worlds.world()
    tag = worlds.put(made, "SiegeTank", 1, 30, 30, health=100)[0]
    assert made.order(1, [tag], 388) == error_pb.Success
    made.step()
    assert made.order(1, [tag], MOVE, (40, 30)) == error_pb.NotSupported  # it is busy
    made.step(70)
    assert worlds.value(made, tag, "type") == 32
    assert worlds.value(made, tag, "speed") == 0
    assert worlds.value(made, tag, "health") == 100
    assert made.order(1, [tag], MOVE, (40, 30)) == error_pb.NotSupported  # it cannot
    assert made.order(1, [tag], 390) == error_pb.Success
    made.order(1, [tag], MOVE, (40, 30), queued=True)
    made.step(80)
    assert worlds.value(made, tag, "type") == 33
    assert worlds.value(made, tag, "x") > 30


def test_burrowed_units_are_hidden_and_come_up():
    made = worlds.world()
    tag = worlds.put(made, "Roach", 1, 30, 30)[0]
    assert made.order(1, [tag], 3661) == error_pb.TechRequirementsNotMet
    made.state.players[1].upgrades.add(64)
    assert made.order(1, [tag], 3661) == error_pb.Success
    made.step(20)
    assert worlds.value(made, tag, "burrowed") == 1
    assert made.order(1, [tag], 3662) == error_pb.Success
    made.step(20)
    assert worlds.value(made, tag, "burrowed") == 0


def test_what_is_available():
    made = worlds.world()
    marine, foe = worlds.put(made, "Marine", 1, 30, 30)[0], worlds.put(made, "Marine", 2, 50, 30)[0]
    assert made.available(1, marine) == [1, 4, 16, 17, 18, 23]
    made.state.players[1].upgrades.add(15)
    assert 380 in made.available(1, marine)
    assert made.available(1, foe) == []
    hall = worlds.put(made, "CommandCenter", 1, 20.5, 20.5)[0]
    assert 524 in made.available(1, hall)
    made.state.players[1].minerals = 49
    assert 524 not in made.available(1, hall)
    assert 524 in made.available(1, hall, ignore_resources=True)
    assert 1516 not in made.available(1, hall, ignore_resources=True)  # no barracks


def test_hallucinations_and_shields_cost_energy():
    made = worlds.world(races=(worlds.PROTOSS, worlds.PROTOSS))
    sentry = worlds.put(made, "Sentry", 1, 30, 30)[0]
    stalker = worlds.put(made, "Stalker", 1, 28, 30)[0]
    assert made.order(1, [sentry], 146) == error_pb.NotEnoughEnergy
    made.set_value(sentry, debug_pb.DebugSetUnitValue.Energy, 200)
    assert made.order(1, [sentry], 146) == error_pb.Success
    assert worlds.value(made, sentry, "energy") == 125
    units = made.state.units
    assert units.hallucination.tolist() == [False, False, True]
    assert made.order(1, [sentry], 76) == error_pb.Success
    assert made.state.effects[0].radius > 3
    assert 18 in units.buffs[units.row(stalker)]
    made.step(1000)
    assert not made.state.effects
    assert len(made.state.units) == 2


def test_a_graviton_beam_lifts_its_target_for_a_while():
    made = worlds.world(races=(worlds.PROTOSS, worlds.PROTOSS))
    stalker, phoenix = worlds.put(made, "Stalker", 1, 28, 30)[0], worlds.put(made, "Phoenix", 2, 38, 30)[0]
    colossus = worlds.put(made, "Colossus", 1, 28, 40)[0]
    made.cheat(1, debug_pb.god)
    made.cheat(2, debug_pb.god)
    made.set_value(phoenix, debug_pb.DebugSetUnitValue.Energy, 200)
    made.step()
    assert made.order(2, [phoenix], 173, target_tag=colossus) == error_pb.CantTargetThatUnit
    assert made.order(2, [phoenix], 173, target_tag=stalker) == error_pb.Success
    made.step(40)
    assert 5 in made.state.units.buffs[made.state.units.row(stalker)]
    assert worlds.value(made, stalker, "flying") == 1
    assert worlds.value(made, phoenix, "energy") == pytest.approx(150, abs=2)
    assert made.order(1, [stalker], MOVE, (20, 30)) == error_pb.NotSupported
    made.step(170)
    assert worlds.value(made, stalker, "flying") == 0
    assert made.order(1, [stalker], MOVE, (20, 30)) == error_pb.Success
