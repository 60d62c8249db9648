import doctest

import pytest

from sc2data.sim import abilities
from sc2data.sim.abilities import Cost, Requirement, UnknownAbilityError
from sc2data.units import unit_type, unit_types


def of(name: str) -> int:
    return unit_type(name).id


def test_every_id_of_the_game_has_a_row():
    table = abilities.abilities()
    assert list(table) == list(range(3797))
    assert all(ability.general_id in table for ability in table.values())
    assert {ability.target for ability in table.values()} == {"none", "point", "unit", "point_or_unit", "point_or_none"}


def test_an_unknown_id_is_told():
    with pytest.raises(UnknownAbilityError, match="No ability 5000; ids go from 0 to 3796"):
        abilities.ability(5000)


@pytest.mark.parametrize(
    ("general", "unit", "specific"),
    [
        (3674, "Marine", 23),
        (3674, "Overlord", 19),  # unarmed units scan as they move
        (3674, "Battlecruiser", 3771),
        (3794, "Zergling", 16),
        (3793, "Hydralisk", 18),
        (3795, "Battlecruiser", 3777),
        (3665, "SiegeTankSieged", 4),
        (3794, "SiegeTankSieged", None),
        (3666, "SCV", 295),
        (3667, "SCV", 296),
        (3666, "Drone", 1183),
        (3667, "Probe", 299),
        (3675, "Marine", 380),
        (3675, "Marauder", 253),
        (3661, "Zergling", 1390),
        (3662, "ZerglingBurrowed", 1392),
        (3679, "Barracks", 452),
        (3678, "BarracksFlying", 554),
        (3682, "Factory", 454),
        (3690, "Hatchery", 212),
        (3673, "Hatchery", 211),
        (3664, "Bunker", 408),
        (560, "Barracks", 560),
        (560, "Factory", None),
        (1, "Marine", 1),
    ],
)
def test_specific_abilities_by_unit(general, unit, specific):
    assert abilities.specific(general, of(unit)) == specific


def test_a_research_in_levels_has_several_specifics():
    assert abilities.specifics(3698, of("EngineeringBay")) == (652, 653, 654)
    assert abilities.specific(3698, of("EngineeringBay")) == 652


def test_general_of_specific_and_back():
    assert abilities.general(23) == abilities.general(3771) == abilities.general(3674) == 3674
    assert abilities.general(560) == 560


def test_units_without_a_row_have_no_abilities():
    assert abilities.abilities_of(of("MineralField")) == ()
    assert abilities.specific(3674, 999_999) is None


def test_abilities_of_units_exist():
    table = abilities.abilities()
    for unit in unit_types():
        for ability in abilities.abilities_of(unit) + abilities.abilities_at_times(unit):
            assert ability in table


def test_every_armed_mobile_unit_of_a_melee_can_be_told_to_attack():
    no_orders = {"Broodling", "Interceptor", "LocustMP", "Scourge"}
    for unit in unit_types().values():
        if unit.weapons and unit.speed and unit.available and unit.has_statistics and unit.name not in no_orders:
            assert abilities.specific(3674, unit.id), unit.name


def test_products():
    marine = abilities.ability(560)
    assert (marine.kind, marine.produces, marine.count, marine.target) == ("train", of("Marine"), 1, "none")
    barracks = abilities.ability(321)
    assert (barracks.kind, barracks.produces, barracks.footprint_radius) == ("build", of("Barracks"), 1.5)
    assert barracks.is_building
    assert not barracks.instant_placement
    assert abilities.ability(421).instant_placement
    assert abilities.ability(1343).count == 2
    assert (abilities.ability(388).kind, abilities.ability(388).produces) == ("morph", of("SiegeTankSieged"))
    assert abilities.ability(652).kind == "research"
    assert abilities.upgrades()[abilities.ability(652).upgrade].name == "TerranInfantryWeaponsLevel1"


@pytest.mark.parametrize(
    ("ability", "unit", "cost"),
    [
        (560, "Barracks", Cost(50, 0, 1, 400)),
        (1343, "Larva", Cost(50, 0, 1, 384)),  # two zerglings
        (80, "Zergling", Cost(25, 25, 0, 320)),  # a baneling is worth 50 and 25, the zergling 25 of it
        (1155, "Drone", Cost(200, 0, -1, 1040)),  # the drone becomes the spawning pool
        (1516, "CommandCenter", Cost(150, 0, 0, 560)),
        (388, "SiegeTank", Cost(0, 0, 0, pytest.approx(68.668, abs=1e-3))),
        (1632, "Hatchery", Cost(150, 0, 2, 800)),
        (652, "EngineeringBay", Cost(100, 100, 0, 2560)),
        (1036, "HighTemplar", Cost(energy=75)),
        (23, "Marine", Cost()),
    ],
)
def test_costs(ability, unit, cost):
    assert abilities.cost(ability, of(unit)) == cost


def test_requirements():
    assert abilities.requirements(917, of("Gateway")) == (Requirement("building", of("CyberneticsCore")),)
    assert abilities.requirements(1448, of("Overlord")) == (Requirement("building", of("Lair")),)
    assert abilities.requirements(560, of("Barracks")) == ()
    assert {r.kind for r in abilities.requirements(562, of("Barracks"))} == {"addon", "building"}


def test_effects_and_buffs_are_named():
    assert abilities.effects()[1] == {"id": 1, "name": "PsiStormPersistent", "label": "PsiStorm", "radius": 1.5}
    assert len(abilities.effects()) == 13
    assert abilities.buffs()[5] == "GravitonBeam"


def test_examples_in_the_documentation_hold():
    assert doctest.testmod(abilities).failed == 0
