import pytest

from sc2data.sim.api.messages import error_pb
from sc2data.units import unit_type
from tests.sc2data.sim import worlds

DEPOT, BARRACKS, REFINERY, PYLON, GATEWAY, POOL, TECH_LAB = 319, 321, 320, 881, 883, 1155, 421


def site(race=worlds.TERRAN, minerals=1000, vespene=1000):
    made = worlds.world(races=(race, worlds.TERRAN))
    made.state.players[1].minerals, made.state.players[1].vespene = minerals, vespene
    name = {worlds.TERRAN: "SCV", worlds.ZERG: "Drone", worlds.PROTOSS: "Probe"}[race]
    return made, worlds.put(made, name, 1, 30, 30)[0]


def find(made, name):
    units = made.state.units
    return [int(tag) for tag, kind in zip(units.tag, units.type) if kind == unit_type(name).id]


def test_an_scv_walks_builds_and_is_free_again():
    made, scv = site()
    assert made.order(1, [scv], DEPOT, (36, 30)) == error_pb.Success
    assert made.state.players[1].minerals == 1000
    made.step(40)
    depot = find(made, "SupplyDepot")[0]
    assert made.state.players[1].minerals == 900  # paid where it begins
    assert 0 < worlds.value(made, depot, "build_progress") < 0.1
    assert worlds.value(made, depot, "health") < 80
    assert made.food_cap(1) == 0
    made.step(480)
    assert worlds.value(made, depot, "build_progress") == 1
    assert worlds.value(made, depot, "health") == pytest.approx(400, abs=0.1)
    assert made.food_cap(1) == 8
    assert made.state.units.orders[made.state.units.row(scv)] == []


def test_a_deserted_site_does_not_grow():
    made, scv = site()
    made.order(1, [scv], DEPOT, (36, 30))
    made.step(100)
    depot = find(made, "SupplyDepot")[0]
    made.kill([scv])
    before = worlds.value(made, depot, "build_progress")
    made.step(100)
    assert worlds.value(made, depot, "build_progress") == before
    assert made.order(1, [depot], 3659) == error_pb.Success
    assert find(made, "SupplyDepot") == []
    assert made.state.players[1].minerals == 900 + 75


def test_a_probe_goes_on_while_its_structure_warps_in():
    made, probe = site(worlds.PROTOSS)
    made.order(1, [probe], PYLON, (36, 30))
    made.step(40)
    assert made.state.units.orders[made.state.units.row(probe)] == []
    assert made.order(1, [probe], GATEWAY, (38.5, 33.5)) == error_pb.TechRequirementsNotMet
    made.step(400)
    assert made.order(1, [probe], GATEWAY, (50.5, 50.5)) == error_pb.CantBuildTooFarFromBuildPowerSource
    assert made.order(1, [probe], GATEWAY, (38.5, 33.5)) == error_pb.Success


def test_a_drone_turns_into_its_structure():
    made, drone = site(worlds.ZERG)
    worlds.put(made, "Hatchery", 1, 30.5, 38.5)
    made.step(8)
    assert made.order(1, [drone], POOL, (50.5, 50.5)) == error_pb.CantBuildTooFarFromCreepSource
    assert made.order(1, [drone], POOL, (30.5, 33.5)) == error_pb.Success
    made.step(10)
    assert made.state.units.row(drone) == -1
    assert len(find(made, "SpawningPool")) == 1
    assert made.state.players[1].minerals == 1000 - 200


def test_structures_do_not_stand_on_others_or_off_the_map():
    made, scv = site()
    worlds.put(made, "Barracks", 1, 36.5, 30.5)
    depot = unit_type("SupplyDepot").id
    assert made.placement(depot, 36, 32) == error_pb.CantBuildLocationInvalid
    assert made.placement(depot, 39, 30) == error_pb.Success
    assert made.placement(depot, 64, 30) == error_pb.CantBuildLocationInvalid
    assert made.order(1, [scv], DEPOT, (36, 32)) == error_pb.CantBuildLocationInvalid


def test_town_halls_keep_away_from_resources():
    made = worlds.world()
    made.setup_melee()
    hall = unit_type("CommandCenter").id
    assert made.placement(hall, 18.5, 20.5) != error_pb.Success
    assert made.placement(hall, 32.5, 32.5) == error_pb.Success
    assert made.placement(hall, 22.5, 9.5) == error_pb.CantBuildTooCloseToResources


def test_refineries_stand_on_geysers():
    made, scv = site()
    geyser = made.spawn(unit_type("VespeneGeyser").id, 16, 36.5, 30.5)[0]
    refinery = unit_type("Refinery").id
    assert made.placement(refinery, 20.5, 20.5) != error_pb.Success
    assert made.order(1, [scv], REFINERY, target_tag=geyser) == error_pb.Success
    made.step(700)
    built = find(made, "Refinery")[0]
    assert worlds.value(made, built, "contents") == 2250
    assert worlds.value(made, built, "build_progress") == 1


def test_add_ons_grow_beside_their_parent_and_open_its_technology():
    made, _ = site()
    worlds.put(made, "SupplyDepot", 1, 20, 20)
    barracks = worlds.put(made, "Barracks", 1, 36.5, 30.5)[0]
    assert made.order(1, [barracks], TECH_LAB) == error_pb.Success
    made.step(500)
    lab = find(made, "BarracksTechLab")[0]
    assert worlds.place(made, lab) == (39, 30)
    assert made.order(1, [barracks], 563) == error_pb.Success  # a marauder


def test_what_cannot_be_paid_on_arrival_is_told_late():
    made, scv = site(minerals=100)
    made.order(1, [scv], DEPOT, (40, 30))
    made.state.players[1].minerals = 0
    made.step(100)
    assert find(made, "SupplyDepot") == []
    assert made.state.errors == [(scv, DEPOT, error_pb.NotEnoughMinerals)]


def test_a_side_without_structures_has_lost():
    made = worlds.world()
    made.setup_melee()
    made.step(8)
    halls = made.state.units.tag[made.statistics.townhall[made.state.units.type] & (made.state.units.owner == 2)]
    made.kill(halls.tolist())
    made.step()
    assert [player.result for player in made.state.players.values()] == [1, 2]


def test_a_player_alone_plays_on():
    made = worlds.world(races=(worlds.TERRAN,))
    made.setup_melee()
    made.step(50)
    assert made.state.players[1].result == 0


def test_structures_lift_off_and_land_where_there_is_room():
    made, _ = site()
    barracks = worlds.put(made, "Barracks", 1, 30.5, 30.5)[0]
    worlds.put(made, "SupplyDepot", 1, 40, 40)
    assert made.order(1, [barracks], 452) == error_pb.Success
    made.step(40)
    assert worlds.value(made, barracks, "flying") == 1
    assert not made.blocked()[30, 30]
    assert made.order(1, [barracks], 3678, (40, 40)) == error_pb.CantLandLocationInvalid
    assert made.order(1, [barracks], 3678, (36.2, 33.9)) == error_pb.Success
    made.step(200)
    assert worlds.value(made, barracks, "flying") == 0
    assert worlds.place(made, barracks) == (36.5, 33.5)
    assert made.blocked()[33, 36]
