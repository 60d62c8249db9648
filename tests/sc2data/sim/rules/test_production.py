import pytest

from sc2data.sim.api.messages import debug_pb, error_pb
from sc2data.units import unit_type
from tests.sc2data.sim import worlds

SCV, MARINE, RALLY = 524, 560, 3673


def base(minerals=1000, vespene=1000, races=(worlds.TERRAN, worlds.ZERG)):
    made = worlds.world(races=races)
    made.state.players[1].minerals, made.state.players[1].vespene = minerals, vespene
    return made


def count(made, name, owner=1):
    return int(((made.state.units.type == unit_type(name).id) & (made.state.units.owner == owner)).sum())


def test_a_town_hall_trains_a_worker_in_its_build_time():
    made = base(minerals=60)
    hall = worlds.put(made, "CommandCenter", 1, 20.5, 20.5)[0]
    assert made.order(1, [hall], SCV) == error_pb.Success
    assert made.state.players[1].minerals == 10
    made.step(136)
    queue = made.state.units.orders[made.state.units.row(hall)]
    assert queue[0].progress == pytest.approx(0.5)
    made.step(135)
    assert count(made, "SCV") == 0
    made.step(1)
    assert count(made, "SCV") == 1
    assert queue != made.state.units.orders[made.state.units.row(hall)] == []


def test_what_a_player_cannot_have_is_refused():
    made = base(minerals=49)
    hall = worlds.put(made, "CommandCenter", 1, 20.5, 20.5)[0]
    barracks = worlds.put(made, "Barracks", 1, 30.5, 20.5)[0]
    assert made.order(1, [hall], SCV) == error_pb.NotEnoughMinerals
    made.state.players[1].minerals = 1000
    for _ in range(5):
        assert made.order(1, [hall], SCV) == error_pb.Success
    assert made.order(1, [hall], SCV) == error_pb.QueueIsFull
    worlds.put(made, "Marine", 1, 40, 40, 14)
    made.step()
    assert made.order(1, [barracks], MARINE) == error_pb.NotEnoughFood  # 14 marines and one SCV of 15
    made.cheat(1, debug_pb.food)
    assert made.order(1, [barracks], MARINE) == error_pb.Success
    assert made.order(1, [barracks], 563) == error_pb.TechRequirementsNotMet  # a marauder needs a tech lab


def test_of_several_structures_the_one_with_the_shortest_queue_trains():
    made = base()
    worlds.put(made, "SupplyDepot", 1, 40, 40, 1)
    barracks = worlds.put(made, "Barracks", 1, 20.5, 20.5) + worlds.put(made, "Barracks", 1, 30.5, 20.5)
    for _ in range(4):
        made.order(1, barracks, MARINE)
    assert [len(made.state.units.orders[row]) for row in made.state.units.rows(barracks)] == [2, 2]


def test_a_cancelled_production_is_paid_back():
    made = base(minerals=100)
    hall = worlds.put(made, "CommandCenter", 1, 20.5, 20.5)[0]
    made.order(1, [hall], SCV)
    made.order(1, [hall], SCV)
    made.step(10)
    assert made.cancel(hall, 5) == error_pb.NotSupported
    assert made.cancel(hall, 1) == error_pb.Success
    assert made.state.players[1].minerals == 50
    assert made.order(1, [hall], 3659) == error_pb.Success
    assert made.state.players[1].minerals == 100


def test_new_units_go_where_their_structure_rallies():
    made = base()
    worlds.put(made, "SupplyDepot", 1, 40, 40, 1)
    barracks = worlds.put(made, "Barracks", 1, 20.5, 20.5)[0]
    assert made.order(1, [barracks], RALLY, (30, 25)) == error_pb.Success
    made.order(1, [barracks], MARINE)
    made.step(500)
    units = made.state.units
    row = int((units.type == unit_type("Marine").id).nonzero()[0][0])
    assert (round(float(units.x[row]), 3), round(float(units.y[row]), 3)) == (30, 25)


def test_a_research_gives_its_upgrade_once():
    made = base()
    bay = worlds.put(made, "EngineeringBay", 1, 20.5, 20.5)[0]
    assert made.order(1, [bay], 652) == error_pb.Success
    assert made.order(1, [bay], 652) == error_pb.NotSupported  # under way
    made.cheat(1, debug_pb.fast_build)
    made.step(200)
    assert 7 in made.state.players[1].upgrades
    assert made.order(1, [bay], 652) == error_pb.NotSupported
    assert made.order(1, [bay], 653) == error_pb.TechRequirementsNotMet  # the second level needs an armory


def test_a_larva_becomes_an_egg_and_then_two_zerglings():
    made = base(races=(worlds.ZERG, worlds.TERRAN))
    worlds.put(made, "Hatchery", 1, 20.5, 20.5)
    larva = worlds.put(made, "Larva", 1, 20.5, 17)[0]
    assert made.order(1, [larva], 1343) == error_pb.TechRequirementsNotMet
    worlds.put(made, "SpawningPool", 1, 28.5, 20.5)
    assert made.order(1, [larva], 1343) == error_pb.Success
    assert made.state.players[1].minerals == 950
    made.step()
    assert count(made, "Egg") == 1
    assert made.food_used(1) == 1
    made.step(390)
    assert count(made, "Zergling") == 2
    assert made.food_used(1) == 1


def test_hatcheries_breed_larvae():
    made = base(races=(worlds.ZERG, worlds.TERRAN))
    worlds.put(made, "Hatchery", 1, 20.5, 20.5)
    made.step(1000)
    assert count(made, "Larva") == 3  # no more than three


def test_a_command_center_becomes_an_orbital_command():
    made = base()
    hall = worlds.put(made, "CommandCenter", 1, 20.5, 20.5)[0]
    worlds.put(made, "Barracks", 1, 30.5, 20.5)
    assert made.order(1, [hall], 1516) == error_pb.Success
    assert made.state.players[1].minerals == 850
    made.step(600)
    assert worlds.value(made, hall, "type") == unit_type("OrbitalCommand").id


@pytest.mark.parametrize(("cheat", "minerals", "vespene"), [(5, 5000, 5000), (7, 5000, 0), (8, 0, 5000)])
def test_the_cheats_for_riches(cheat, minerals, vespene):
    made = base(0, 0)
    made.cheat(1, cheat)
    assert (made.state.players[1].minerals, made.state.players[1].vespene) == (minerals, vespene)


def test_things_are_free_with_the_cheat_for_it():
    made = base(0, 0)
    hall = worlds.put(made, "CommandCenter", 1, 20.5, 20.5)[0]
    made.cheat(1, debug_pb.free)
    assert made.order(1, [hall], SCV) == error_pb.Success
    assert made.state.players[1].minerals == 0


def test_values_of_units_are_set():
    made = base()
    tag = worlds.put(made, "Marine", 1, 30, 30)[0]
    life = debug_pb.DebugSetUnitValue.Life
    assert made.set_value(tag, life, 5)
    assert worlds.value(made, tag, "health") == 5
    assert made.set_value(tag, life, 0)
    assert worlds.value(made, tag, "health") == 45
    assert not made.set_value(12345, life, 5)
