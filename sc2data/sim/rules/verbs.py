"""What an ability asks of the rules: to move, to attack, to gather, to make something."""

from __future__ import annotations

import enum
import functools

from sc2data.sim import abilities

GATHER, RETURN = 3666, 3667
"""General ids of harvesting."""

_RALLY = frozenset({3673, 3690, 195, 199, 203, 207, 211})
_STIM = 3675


class Verb(enum.Enum):
    """What the rules do for an order."""

    SMART = enum.auto()
    STOP = enum.auto()
    HOLD = enum.auto()
    MOVE = enum.auto()
    PATROL = enum.auto()
    ATTACK = enum.auto()
    GATHER = enum.auto()
    RETURN = enum.auto()
    RALLY = enum.auto()
    STIM = enum.auto()
    MORPH = enum.auto()
    TRAIN = enum.auto()
    BUILD = enum.auto()
    RESEARCH = enum.auto()
    CANCEL = enum.auto()
    CAST = enum.auto()


_BY_GENERAL = {
    abilities.SMART: Verb.SMART,
    abilities.GENERAL_STOP: Verb.STOP,
    abilities.GENERAL_HOLD_POSITION: Verb.HOLD,
    abilities.GENERAL_MOVE: Verb.MOVE,
    abilities.GENERAL_PATROL: Verb.PATROL,
    abilities.GENERAL_ATTACK: Verb.ATTACK,
    GATHER: Verb.GATHER,
    RETURN: Verb.RETURN,
    _STIM: Verb.STIM,
    abilities.CANCEL: Verb.CANCEL,
    3671: Verb.CANCEL,  # CancelLast
}

_BY_KIND = {"train": Verb.TRAIN, "build": Verb.BUILD, "morph": Verb.MORPH, "research": Verb.RESEARCH}


@functools.cache
def verb(ability_id: int) -> Verb:
    """The verb of a specific ability.

    >>> verb(23), verb(19), verb(560)
    (<Verb.ATTACK: 6>, <Verb.MOVE: 4>, <Verb.TRAIN: 12>)
    """
    if ability_id == abilities.SCAN_MOVE:
        return Verb.MOVE
    general = abilities.general(ability_id)
    if general in _BY_GENERAL:
        return _BY_GENERAL[general]
    if general in _RALLY or ability_id in _RALLY:
        return Verb.RALLY
    return _BY_KIND.get(abilities.ability(ability_id).kind, Verb.CAST)


@functools.cache
def candidates(ability_id: int, type_id: int) -> tuple[int, ...]:
    """The specific abilities of a unit type that `ability_id` may stand for."""
    return abilities.specifics(ability_id, type_id)
