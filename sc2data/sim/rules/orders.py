"""Orders: who may give them, what they mean for a unit, how they start, go on and end."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from sc2data.sim import abilities
from sc2data.sim.api.messages import debug_pb, error_pb
from sc2data.sim.rules import casting, construction, economy, movement, production, targets
from sc2data.sim.rules.verbs import GATHER, RETURN, Verb, candidates, verb
from sc2data.sim.state import Mode, Order

if TYPE_CHECKING:
    from sc2data.sim.rules.world import World

Point = tuple[float, float]

_ALONE = (Verb.TRAIN, Verb.BUILD, Verb.RESEARCH)
"""What only one of several selected units does: making it once is what was asked."""

_QUEUE = 8
"""Orders that a unit remembers."""

_FOLLOW_EVERY = 8
"""Game loops after which a unit that follows another looks where it went."""


def order(
    world: World,
    player_id: int,
    tags: list[int],
    ability_id: int,
    point: Point | None = None,
    target_tag: int | None = None,
    queued: bool = False,
) -> int:
    """Order units to use an ability; returns the error.proto ActionResult.

    Success where at least one unit accepted, else the first refusal. Of several units that could make something, one
    does: the one with the shortest queue, the first of those.
    """
    if ability_id not in abilities.abilities() or (point is not None and not all(map(math.isfinite, point))):
        return error_pb.Error
    units = world.state.units
    rows = [row for row in (units.row(tag) for tag in tags) if row >= 0 and may_command(world, player_id, row)]
    if not rows:
        return error_pb.MustTargetUnit if not tags else error_pb.Error
    target = units.row(target_tag) if target_tag else -1
    if target_tag and target < 0:
        found = world.state.snapshots.get(player_id, {}).values()
        of = next((memory.of for memory in found if memory.tag == target_tag), 0)
        target = units.row(of) if of else -1
        if target < 0:
            return error_pb.CantTargetThatUnit
    rows.sort(key=lambda row: len(units.orders[row]) if units.structure[row] else 0)
    codes = []
    for row in rows:
        code, meaning = _give(world, row, ability_id, point, target, queued)
        if code == error_pb.Success and meaning in _ALONE:
            return code
        codes.append(code)
    return error_pb.Success if error_pb.Success in codes else codes[0]


def may_command(world: World, player_id: int, row: int) -> bool:
    """Whether a player commands unit `row`: its own, or anybody's with the cheat for it."""
    player = world.state.players.get(player_id)
    cheats = player.cheats if player else set()
    owner = int(world.state.units.owner[row])
    return owner == player_id or (debug_pb.control_enemy in cheats and owner in world.state.players)


def _give(
    world: World, row: int, ability_id: int, point: Point | None, target: int, queued: bool
) -> tuple[int, Verb | None]:
    """Order one unit; returns the result and what the ability turned out to mean."""
    specific = specific_of(world, row, ability_id, queued)
    if specific is None:
        return error_pb.NotSupported, None
    meaning = verb(specific)
    if meaning is Verb.SMART:
        specific, meaning = _smart(world, row, target)
        if specific == 0:
            return error_pb.NotSupported, None
    units = world.state.units
    if units.build_progress[row] < 1 and meaning is not Verb.CANCEL:
        return error_pb.BuildingIsUnderConstruction, meaning
    if meaning in _INSTANT:
        return _INSTANT[meaning](world, row, specific, point, target), meaning
    if units.mode[row] == Mode.BUSY and not queued:
        return error_pb.NotSupported, meaning
    wanted = abilities.ability(specific).target
    if (wanted == "unit" and target < 0) or (wanted == "point" and point is None and target < 0):
        return error_pb.MustTargetUnit, meaning
    code = _VALIDATE.get(meaning, _accept)(world, row, specific, point, target)
    if code != error_pb.Success:
        return code, meaning
    placed = Order(specific)
    if target >= 0:
        placed.tag = int(units.tag[target])
        placed.x, placed.y = float(units.x[target]), float(units.y[target])
    elif point is not None:
        placed.x, placed.y, placed.has_point = float(point[0]), float(point[1]), True
    return enqueue(world, row, placed, queued), meaning


def enqueue(world: World, row: int, placed: Order, queued: bool) -> int:
    """Put an order behind a unit's others, or in their place."""
    units = world.state.units
    queue = units.orders[row]
    if queued and len(queue) >= _QUEUE:
        return error_pb.QueueIsFull
    if not queued:
        _interrupt(world, row)
        queue = units.orders[row]
    queue.append(placed)
    if verb(placed.ability) is Verb.PATROL and len(queue) == 1:
        back = Order(placed.ability, float(units.x[row]), float(units.y[row]), has_point=True)
        queue.append(back)
    if len(queue) == 1 or not queued:
        start(world, row)
    return error_pb.Success


def available(world: World, row: int, ignore_resources: bool = False) -> list[int]:
    """Specific ids of the abilities that unit `row` could be ordered to use now, ascending."""
    units = world.state.units
    kind = int(units.type[row])
    if units.build_progress[row] < 1:
        return [abilities.CANCEL_CONSTRUCTION]
    if units.mode[row] == Mode.BUSY:
        return []
    found = [one for one in abilities.abilities_of(kind) if verb(one) is not Verb.SMART]
    fitting = [one for one in found if production.allowed(world, row, one, ignore_resources) == error_pb.Success]
    extra = []
    for one in abilities.abilities_at_times(kind):
        carries = verb(one) is Verb.RETURN and units.contents[row] > 0
        makes = verb(one) is Verb.CANCEL and units.mode[row] == Mode.PRODUCE
        if carries or makes:
            extra.append(one)
    smart = [abilities.SMART] if abilities.SMART in abilities.abilities_of(kind) else []
    return sorted(set(fitting + extra + smart))


def specific_of(world: World, row: int, ability_id: int, queued: bool = False) -> int | None:
    """The specific ability that `ability_id` means for unit `row`; of several the first that its player can have.

    A queued order means what it does for that which the unit will have turned into by then.
    """
    kind = int(world.state.units.type[row])
    if queued:
        morphs = [one.ability for one in world.state.units.orders[row] if verb(one.ability) is Verb.MORPH]
        kind = abilities.ability(morphs[-1]).produces if morphs else kind
    found = candidates(ability_id, kind)
    if not found and verb(ability_id) is Verb.CANCEL:
        return ability_id
    if len(found) > 1:
        return next((one for one in found if production.allowed(world, row, one) == error_pb.Success), found[0])
    return found[0] if found else None


def _smart(world: World, row: int, target: int) -> tuple[int, Verb]:
    """What a right click means: (ability, verb), ability 0 where it means nothing."""
    units, statistics = world.state.units, world.statistics
    kind = int(units.type[row])
    if units.structure[row]:
        rally = next((one for one in abilities.abilities_of(kind) if verb(one) is Verb.RALLY), 0)
        return rally, Verb.RALLY
    if target >= 0:
        hostile = units.owner[target] != units.owner[row] and units.owner[target] in world.state.players
        wanted = None
        if hostile and statistics.can_attack[kind]:
            wanted = abilities.GENERAL_ATTACK
        elif statistics.worker[kind] and economy.is_resource(world, target):
            wanted = GATHER
        elif statistics.worker[kind] and statistics.townhall[units.type[target]] and units.contents[row] > 0:
            wanted = RETURN
        found = candidates(wanted, kind) if wanted else ()
        if found:
            return found[0], verb(found[0])
    return next(((one, Verb.MOVE) for one in candidates(abilities.GENERAL_MOVE, kind)), (0, Verb.MOVE))


def _interrupt(world: World, row: int) -> None:
    """Drop all orders of a unit, and what they were doing."""
    units = world.state.units
    units.orders[row] = []
    targets.forget(world, np.array([row]))
    units.wake[row] = 0
    if world.statistics.worker[units.type[row]]:
        units.partner[row] = 0
    idle(world, row)


def idle(world: World, row: int) -> None:
    """Let a unit have nothing to do."""
    units = world.state.units
    units.mode[row] = Mode.IDLE
    units.moving[row] = False
    units.wake[row] = 0
    units.goal_x[row], units.goal_y[row] = units.x[row], units.y[row]


def start(world: World, row: int) -> None:
    """Begin the first of a unit's orders."""
    queue = world.state.units.orders[row]
    if not queue:
        idle(world, row)
    else:
        world.state.units.wake[row] = 0
        _START[verb(queue[0].ability)](world, row, queue[0])


def finish(world: World, row: int) -> None:
    """End the first of a unit's orders and begin the next. A unit that arrived stands where it was sent."""
    units = world.state.units
    goal = float(units.goal_x[row]), float(units.goal_y[row])
    if units.orders[row]:
        units.orders[row].pop(0)
    start(world, row)
    if not units.orders[row]:
        units.goal_x[row], units.goal_y[row] = goal


def resume(world: World, row: int) -> None:
    """Go on with a unit's first order after a fight: an ordered attack is over, an attack-move goes on."""
    units = world.state.units
    if units.mode[row] == Mode.ATTACK:
        finish(world, row)
    elif units.mode[row] == Mode.ATTACK_MOVE and units.orders[row]:
        start(world, row)


def arrived(world: World, row: int) -> None:
    """A unit has reached its goal, or cannot get nearer."""
    units = world.state.units
    queue = units.orders[row]
    if not queue or units.aim[row] >= 0:
        return
    current = queue[0]
    meaning = verb(current.ability)
    if meaning is Verb.PATROL:
        queue.append(queue.pop(0))
        start(world, row)
    elif meaning in _ARRIVED:
        _ARRIVED[meaning](world, row, current)
    elif units.mode[row] in (Mode.MOVE, Mode.ATTACK_MOVE) and not (meaning is Verb.MOVE and current.tag):
        finish(world, row)


def woken(world: World, row: int) -> None:
    """The loop has come at which a unit's order wanted attention."""
    units = world.state.units
    queue = units.orders[row]
    units.wake[row] = 0
    if queue:
        current = queue[0]
        _WOKEN.get(verb(current.ability), start_again)(world, row, current)


def start_again(world: World, row: int, current: Order) -> None:
    """Begin a unit's order once more: what it follows may have moved."""
    start(world, row)


def _start_move(world: World, row: int, current: Order) -> None:
    units = world.state.units
    units.mode[row] = Mode.MOVE
    if not current.tag:
        movement.send(world, row, current.x, current.y)
        return
    target = units.row(current.tag)
    if target < 0 or not targets.still_seen(world, np.array([row]), np.array([target]))[0]:
        finish(world, row)
        return
    movement.send(world, row, *world.place(target), reach=float(units.radius[row] + units.radius[target]) + 0.2)
    units.wake[row] = world.state.loop + _FOLLOW_EVERY


def _start_attack(world: World, row: int, current: Order) -> None:
    units = world.state.units
    if not current.tag:
        units.mode[row] = Mode.ATTACK_MOVE
        movement.send(world, row, current.x, current.y)
        return
    target = units.row(current.tag)
    if target < 0 or target == row:
        finish(world, row)
        return
    units.mode[row] = Mode.ATTACK
    targets.aim(world, np.array([row]), np.array([target]))
    units.forced[row] = True


def _start_hold(world: World, row: int, current: Order) -> None:
    world.state.units.mode[row] = Mode.HOLD
    world.state.units.moving[row] = False


def _stop(world: World, row: int, ability_id: int, point: Point | None, target: int) -> int:
    _interrupt(world, row)
    return error_pb.Success


def _rally(world: World, row: int, ability_id: int, point: Point | None, target: int) -> int:
    units = world.state.units
    place = world.place(target) if target >= 0 else point
    if place is None:
        return error_pb.MustTargetUnit
    units.rally_x[row], units.rally_y[row] = place
    units.rally_tag[row] = units.tag[target] if target >= 0 else 0
    units.rallied[row] = True
    return error_pb.Success


def _accept(world: World, row: int, ability_id: int, point: Point | None, target: int) -> int:
    return error_pb.Success


def _may_attack(world: World, row: int, ability_id: int, point: Point | None, target: int) -> int:
    units, statistics = world.state.units, world.statistics
    if target < 0:
        return error_pb.Success
    if target == row or not statistics.armed[int(units.flying[target]), units.type[row]]:
        return error_pb.CantTargetThatUnit
    return error_pb.Success


_INSTANT = {
    Verb.STOP: _stop,
    Verb.RALLY: _rally,
    Verb.CANCEL: production.cancel_last,
    Verb.STIM: casting.stim,
    Verb.TRAIN: production.train,
    Verb.RESEARCH: production.train,
}
"""What happens at once, without a place among the unit's orders (productions have a queue of their own)."""

_VALIDATE = {
    Verb.ATTACK: _may_attack,
    Verb.BUILD: construction.may_build,
    Verb.MORPH: production.may_morph,
    Verb.CAST: casting.may_cast,
    Verb.GATHER: economy.may_gather,
}

_START = {
    Verb.MOVE: _start_move,
    Verb.PATROL: _start_attack,
    Verb.ATTACK: _start_attack,
    Verb.HOLD: _start_hold,
    Verb.GATHER: economy.start_gathering,
    Verb.RETURN: economy.start_returning,
    Verb.MORPH: production.start_morph,
    Verb.TRAIN: production.start,
    Verb.RESEARCH: production.start,
    Verb.BUILD: construction.start,
    Verb.CAST: casting.start,
}

_ARRIVED = {
    Verb.GATHER: economy.arrive,
    Verb.RETURN: economy.arrive,
    Verb.BUILD: construction.arrive,
    Verb.CAST: casting.arrive,
    Verb.MORPH: production.arrive,
}

_WOKEN = {
    Verb.GATHER: economy.wake,
    Verb.RETURN: economy.wake,
    Verb.BUILD: construction.wake,
    Verb.CAST: casting.wake,
    Verb.MORPH: production.finish_morph,
}
