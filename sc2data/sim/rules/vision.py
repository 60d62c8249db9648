"""What each player sees: cells within sight and not above the eye, memories of structures, cloak and detection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import numpy.typing as npt

from sc2data.sim.maps import terrain as ground
from sc2data.sim.state import NEUTRAL, UNIT_FIELDS, Snapshot
from sc2data.sim.view import ALLIED, CLOAKED, DETECTED, EVERYONE, NOT_CLOAKED

if TYPE_CHECKING:
    from sc2data.sim.rules.world import World

Grid = npt.NDArray[np.bool_]
Mask = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.intp]

LOOK_EVERY = 8
"""Game loops between two looks of the rules; observations look again by themselves, without any effect on the rules."""

_CELL_REACH = 0.5
"""World units beyond its sight radius that a unit sees, between cells' centres."""

_FORGOTTEN = ("health", "health_max", "shield", "shield_max", "energy", "energy_max", "contents", "cooldown", "target")
_FORGOTTEN_FLAGS = ("flying", "burrowed", "cloaked", "hallucination", "active", "speed", "death_loop")


def sight(world: World, player: int) -> Grid:
    """Cells (H, W) that a player sees now; an observer of everyone sees what any player sees.

    A cell is seen where its centre lies within the sight radius and half a cell of the centre of a unit's cell, unless
    it is on a higher cliff level than the unit; flyers look down on everything. Structures that are not complete see
    nothing. This equals 99.98 per cent of the cells that 16 recorded observations of the game show.
    """
    shape = world.terrain.level.shape
    seen = np.zeros(shape, bool)
    if world.sees_all(player):
        seen[:] = True
        return seen
    game = world.state.minigame
    if game is not None and game.revealed and player == min(world.state.players):
        west, south, east, north = (int(value) for value in game.area)
        seen[south:north, west:east] = True
    units, statistics = world.state.units, world.statistics
    own = units.owner != NEUTRAL if player == EVERYONE else units.owner == player
    rows = np.flatnonzero(own & (units.build_progress >= 1))
    row, column = ground.cell_of(world.terrain, units.x[rows], units.y[rows])
    top = world.tiers[row, column]
    top = np.where(units.flying[rows], world.highest_tier, top)
    radius = statistics.sight[units.type[rows]] + _CELL_REACH
    for level, reach in sorted(set(zip(top.tolist(), radius.tolist()))):
        chosen = (top == level) & (radius == reach)
        _see(seen, world.tiers, row[chosen], column[chosen], reach, level)
    return seen


def _see(seen: Grid, tiers: npt.NDArray[Any], row: Rows, column: Rows, reach: float, level: int) -> None:
    """Add to `seen` what eyes in the given cells see that reach equally far from one cliff level."""
    margin = int(np.ceil(reach)) + 1
    bottom, left = max(int(row.min()) - margin, 0), max(int(column.min()) - margin, 0)
    part = np.s_[bottom : int(row.max()) + margin + 1, left : int(column.max()) + margin + 1]
    free = np.ones(seen[part].shape, np.uint8)
    free[row - bottom, column - left] = 0
    distance = cv2.distanceTransform(free, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    seen[part] |= (distance <= reach) & (tiers[part] <= level)


def look(world: World) -> None:
    """Bring every player's sight, explored ground and memories up to date, for the rules."""
    state, units = world.state, world.state.units
    units.seen_by[:] = 0
    hidden = units.cloaked | units.burrowed
    everything = np.arange(len(units))
    for player in state.players:
        grid = sight(world, player)
        state.sight[player] = grid
        known = state.explored.get(player)
        state.explored[player] = grid.copy() if known is None else known | grid
        seen = np.ones(len(units), bool) if world.sees_all(player) else lit(world, grid, everything)
        _remember(world, player, seen)
        if hidden.any():
            seen &= ~hidden | detected(world, player)
        units.seen_by[seen | (units.owner == player)] |= 1 << player


def detected(world: World, player: int) -> Mask:
    """Which units are within the range of a player's detectors."""
    units = world.state.units
    reach = world.statistics.detection[units.type]
    eyes = np.flatnonzero((reach > 0) & (units.owner == player) & (units.build_progress >= 1))
    distance = np.hypot(units.x[:, None] - units.x[eyes], units.y[:, None] - units.y[eyes])
    return np.asarray((distance <= reach[eyes]).any(axis=1))


def lit(world: World, grid: Grid, rows: Rows) -> Mask:
    """Which units stand in cells of `grid`; structures also when a part of them does."""
    units = world.state.units
    x, y = units.x[rows], units.y[rows]
    found = grid[ground.cell_of(world.terrain, x, y)]
    large = np.flatnonzero(units.structure[rows] & ~found)
    if len(large):
        reach = 0.7 * units.radius[rows[large]]
        for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            found[large] |= grid[ground.cell_of(world.terrain, x[large] + dx * reach, y[large] + dy * reach)]
    return np.asarray(found)


def _remember(world: World, player: int, seen: Mask) -> None:
    """Turn structures that went out of sight into snapshots, and drop snapshots of what is seen again or seen gone."""
    state, units = world.state, world.state.units
    watched = set(units.tag[seen & units.structure & (units.owner != player)].tolist())
    memories = state.snapshots.setdefault(player, {})
    if not memories and world.sees_all(player):  # nothing goes out of sight
        state.watched[player] = watched
        return
    before = len(memories)
    for tag in sorted(state.watched.get(player, set()) - watched):
        row = units.row(tag)
        if row >= 0 and tag not in memories:
            memories[tag] = snapshot(world, row)
    if len(memories) > before:
        world.forget_snapshot_fields(player)
    fields = world.snapshot_fields(player)
    bare = state.sight[player][ground.cell_of(world.terrain, fields["x"], fields["y"])].tolist()
    gone = [tag for tag, place_seen in zip(memories, bare) if place_seen or tag in watched]
    for tag in gone:
        del memories[tag]
    state.watched[player] = watched
    if gone:
        world.forget_snapshot_fields(player)


def fogged(world: World, player: int) -> npt.NDArray[np.uint8]:
    """The grid (H, W) that an observation shows: 2 seen now, 1 seen before, 0 never."""
    seen = sight(world, player)
    known = world.state.explored.get(player)
    return np.where(seen, 2, 0 if known is None else known).astype(np.uint8)


def visible(world: World, player: int) -> tuple[Rows, list[Snapshot]]:
    """Rows of the units that a player sees and the snapshots that it has, as of the latest `fogged` grid.

    A structure that went out of sight since the rules last looked is shown until they look again.
    """
    state, units = world.state, world.state.units
    grid = world.visibility(player) == 2
    seen = lit(world, grid, np.arange(len(units)))
    seen |= (units.owner == player) | (units.owner != NEUTRAL) & (player == EVERYONE)
    watched = state.watched.get(player)
    if watched:
        seen[units.rows(sorted(watched))] = True
    memories = list(state.snapshots.get(player, {}).values())
    if memories:
        fields = world.snapshot_fields(player)
        hidden = ~grid[ground.cell_of(world.terrain, fields["x"], fields["y"])]
        shown = set(units.tag[seen].tolist())
        memories = [memory for memory, out in zip(memories, hidden.tolist()) if out and memory.of not in shown]
    return np.flatnonzero(seen), memories


def snapshot(world: World, row: int) -> Snapshot:
    """A memory of unit `row` as it is now: what it is and where, not how it fares."""
    units = world.state.units
    values = {name: getattr(units, name)[row].item() for name in UNIT_FIELDS}
    values |= dict.fromkeys(_FORGOTTEN, 0) | dict.fromkeys(_FORGOTTEN_FLAGS, 0)
    return Snapshot(world.issue_tag(), values["tag"], values)


def remember_neutral(world: World) -> None:
    """Give every player snapshots of the map's resources and rocks that it does not see: the map itself is known."""
    look(world)
    state, units = world.state, world.state.units
    rows = np.flatnonzero(units.structure & (units.owner == NEUTRAL))
    for player, memories in state.snapshots.items():
        for row in rows[~lit(world, state.sight[player], rows)].tolist():
            memories[int(units.tag[row])] = snapshot(world, row)
        world.forget_snapshot_fields(player)


def cloak_states(world: World, player: int) -> npt.NDArray[np.int8]:
    """raw.proto CloakState of every unit as `player` sees it."""
    units = world.state.units
    hidden = units.cloaked | units.burrowed
    if player == EVERYONE:
        return np.where(hidden, ALLIED, NOT_CLOAKED).astype(np.int8)
    other = np.where(detected(world, player), DETECTED, CLOAKED) if hidden.any() else NOT_CLOAKED
    return np.where(hidden, np.where(units.owner == player, ALLIED, other), NOT_CLOAKED).astype(np.int8)
