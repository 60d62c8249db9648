import doctest
import subprocess
import sys

import pytest

from sc2data import units as units_module
from sc2data.units import UnitType, UnknownUnitTypeError, by_name, unit_type, unit_types


def test_every_id_of_the_game_has_a_row():
    units = unit_types()
    assert list(units) == list(range(1943))
    assert all(unit.id == key and unit.name for key, unit in units.items())


def test_table_is_loaded_once():
    assert unit_types() is unit_types()


def test_importing_loads_neither_pysc2_nor_protobuf():
    code = "import sys, sc2data.units as u; u.unit_types(); print({'pysc2', 'google.protobuf'} & sys.modules.keys())"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "set()"


def test_marine():
    marine = unit_type("Marine")
    assert (marine.id, marine.race, marine.max_health, marine.minerals, marine.build_time) == (
        48,
        "Terran",
        45,
        50,
        400,
    )
    assert marine.attributes == {"Light", "Biological"}
    assert marine.speed == pytest.approx(3.15 / 22.4, rel=1e-3)  # 3.15 per second at Faster speed
    (rifle,) = marine.weapons
    assert (rifle.ground, rifle.air, rifle.damage, rifle.attacks, rifle.range) == (True, True, 6, 1, 5)
    assert rifle.cooldown == pytest.approx(0.61 * 22.4, rel=0.02)  # 0.61 seconds at Faster speed


def test_sieged_tank_splashes_in_three_rings():
    (cannon,) = unit_type("SiegeTankSieged").weapons
    assert (cannon.damage, cannon.range, cannon.cooldown) == (40, 13, 48)
    assert cannon.bonuses == (("Armored", 30),)
    assert cannon.splash == ((0.4687, 1.0), (0.7812, 0.5), (1.25, 0.25))
    assert not cannon.air
    assert unit_type("SiegeTank").weapons[0].splash == ()
    assert unit_type("SiegeTankSieged").unit_alias == unit_type("SiegeTank").id


def test_baneling_has_the_weapon_that_the_game_makes_an_ability():
    baneling = unit_type("Baneling")
    (burst,) = baneling.weapons
    assert baneling.ability_weapon
    assert burst.damage == 16
    assert dict(burst.bonuses) == {"Light": 19, "Structure": 64}  # 35 to light units, 80 to structures
    assert burst.splash == ((2.2, 1.0),)


@pytest.mark.parametrize(
    "name", ["Marine", "Marauder", "SiegeTank", "SiegeTankSieged", "Zergling", "Baneling", "Hydralisk"]
)
def test_units_of_the_paper_can_fight(name):
    unit = unit_type(name)
    assert unit.has_statistics
    assert unit.available
    assert unit.weapons
    assert 0.3 < unit.radius < 1


def test_roles_are_told_apart():
    names = {role: {u.name for u in unit_types().values() if getattr(u, role)} for role in ("is_worker", "is_townhall")}
    assert {"SCV", "Probe", "Drone", "MULE"} >= names["is_worker"] >= {"SCV", "Probe", "Drone"}
    assert names["is_townhall"] >= {"CommandCenter", "OrbitalCommand", "PlanetaryFortress", "Hatchery", "Hive", "Nexus"}
    assert unit_type("ZerglingBurrowed").is_burrowed
    assert unit_type("Mutalisk").is_flying
    assert not unit_type("Marine").is_structure
    assert unit_type("Observer").detection_range == 11


@pytest.mark.parametrize(
    ("name", "radius"), [("MineralField", 1.125), ("LabMineralField750", 1.125), ("RichVespeneGeyser", 1.5)]
)
def test_resources(name, radius):
    unit = unit_type(name)
    assert unit.is_resource
    assert unit.is_structure
    assert (unit.race, unit.radius, unit.max_health, unit.armor) == ("Neutral", radius, 10000, 10)
    assert not unit.has_statistics


def test_neutral_units_have_what_their_names_tell():
    assert unit_type("XelNagaTower").sight == 22
    assert unit_type("DestructibleRock6x6").radius == 3
    assert unit_type("DestructibleRock6x6").is_structure
    assert unit_type("UnbuildablePlatesDestructible").radius == 1.125
    assert unit_type("Cow").speed == 1 / 16


def test_names_lead_back_to_units():
    assert by_name()["Zergling"] is unit_type(105)
    assert unit_type("siegetanksieged") is unit_type(32)
    assert unit_type("Viking").id == 1940
    assert all(isinstance(unit, UnitType) for unit in by_name().values())


def test_unknown_units_come_with_suggestions():
    with pytest.raises(UnknownUnitTypeError, match="'Merine'; did you mean Marine") as error:
        unit_type("Merine")
    assert error.value.key == "Merine"
    assert "Marine" in error.value.suggestions
    with pytest.raises(KeyError, match=r"No unit type 99999\. Names are as"):
        unit_type(99999)


def test_examples_in_the_documentation_hold():
    assert doctest.testmod(units_module).failed == 0
