"""The answer to the API's `data` request, from the tables in package data."""

from __future__ import annotations

import functools
from typing import Any

from sc2data.sim.abilities import Ability, Upgrade, abilities, buffs, effects, upgrades
from sc2data.sim.api.messages import common_pb, data_pb, sc_pb
from sc2data.units import UnitType, Weapon, unit_types

_TARGETS = {
    "none": data_pb.AbilityData.Target.Value("None"),
    "point": data_pb.AbilityData.Point,
    "unit": data_pb.AbilityData.Unit,
    "point_or_unit": data_pb.AbilityData.PointOrUnit,
    "point_or_none": data_pb.AbilityData.PointOrNone,
}
_RACES = {
    "Terran": common_pb.Terran,
    "Zerg": common_pb.Zerg,
    "Protoss": common_pb.Protoss,
    "Neutral": common_pb.NoRace,
}
_VESPENE_STRUCTURES = frozenset({"Refinery", "Assimilator", "Extractor"})


def response_data(request: Any) -> Any:
    """The `ResponseData` to a `RequestData`: the tables whose flags are set in the request, and no others."""
    response = sc_pb.ResponseData()
    for flag, table in (
        ("ability_id", "abilities"),
        ("unit_type_id", "units"),
        ("upgrade_id", "upgrades"),
        ("buff_id", "buffs"),
        ("effect_id", "effects"),
    ):
        if getattr(request, flag):
            getattr(response, table).MergeFrom(getattr(_everything(), table))
    return response


@functools.cache
def _everything() -> Any:
    response = sc_pb.ResponseData()
    response.abilities.extend(_ability_data(ability) for ability in abilities().values())
    response.units.extend(_unit_data(unit) for unit in unit_types().values())
    response.upgrades.extend(_upgrade_data(upgrade) for upgrade in upgrades().values())
    response.buffs.extend(data_pb.BuffData(buff_id=buff, name=name) for buff, name in buffs().items())
    response.effects.extend(
        data_pb.EffectData(
            effect_id=effect["id"], name=effect["name"], friendly_name=effect["label"], radius=effect["radius"]
        )
        for effect in effects()
    )
    return response


def _ability_data(ability: Ability) -> Any:
    data = data_pb.AbilityData(
        ability_id=ability.id,
        link_name=ability.link,
        link_index=ability.index,
        friendly_name=ability.name,
        hotkey="",
        available=ability.available,
    )
    if ability.button:
        data.button_name = ability.button
    if ability.general_id:
        data.remaps_to_ability_id = ability.general_id
    if ability.available or ability.allow_minimap or ability.target != "none":
        data.target = _TARGETS[ability.target]
        data.allow_minimap = ability.allow_minimap
        data.allow_autocast = ability.allow_autocast
    if ability.is_building:
        data.is_building = True
        data.footprint_radius = ability.footprint_radius
    if ability.instant_placement:
        data.is_instant_placement = True
    if ability.cast_range:
        data.cast_range = ability.cast_range
    return data


def _unit_data(unit: UnitType) -> Any:
    if not unit.available:
        return data_pb.UnitTypeData(unit_id=unit.id, name=unit.name if unit.named else "", available=False)
    data = data_pb.UnitTypeData(
        unit_id=unit.id,
        name=unit.name,
        available=True,
        attributes=sorted(data_pb.Attribute.Value(name) for name in unit.attributes),
        movement_speed=unit.speed * 16,
        armor=unit.armor,
        mineral_cost=unit.minerals,
        vespene_cost=unit.vespene,
        race=_RACES[unit.race],
        sight_range=unit.sight,
        tech_alias=unit.tech_alias,
    )
    if not unit.ability_weapon:
        data.weapons.extend(_weapon(weapon) for weapon in unit.weapons)
    if unit.food > 0:
        data.food_required = unit.food
    else:
        data.food_provided = -unit.food
    if unit.cargo_size:
        data.cargo_size = unit.cargo_size
    if unit.ability:
        data.ability_id = unit.ability
        data.build_time = unit.build_time
    if unit.unit_alias:
        data.unit_alias = unit.unit_alias
    if unit.tech_requirement:
        data.tech_requirement = unit.tech_requirement
        data.require_attached = unit.require_attached
    if unit.is_resource and "Mineral" in unit.name:
        data.has_minerals = True
    elif unit.is_resource or unit.name in _VESPENE_STRUCTURES:
        data.has_vespene = True
    return data


def _weapon(weapon: Weapon) -> Any:
    kinds = data_pb.Weapon
    data = data_pb.Weapon(
        type=kinds.Any if weapon.ground and weapon.air else kinds.Ground if weapon.ground else kinds.Air,
        damage=weapon.damage,
        attacks=weapon.attacks,
        range=weapon.range,
        speed=weapon.cooldown / 16,
    )
    for attribute, bonus in weapon.bonuses:
        data.damage_bonus.add(attribute=data_pb.Attribute.Value(attribute), bonus=bonus)
    return data


def _upgrade_data(upgrade: Upgrade) -> Any:
    data = data_pb.UpgradeData(upgrade_id=upgrade.id, name=upgrade.name)
    if upgrade.ability:
        data.mineral_cost = upgrade.minerals
        data.vespene_cost = upgrade.vespene
        data.research_time = upgrade.research_time
        data.ability_id = upgrade.ability
    return data
