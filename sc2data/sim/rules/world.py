"""The world: a map, its units and players, and the rules that carry them from one game loop to the next.

The same seed and the same calls in the same order give the same bytes, whatever was observed in between.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from sc2data.sim.api.messages import debug_pb, error_pb, sc_pb
from sc2data.sim.maps import footprints
from sc2data.sim.maps.terrain import TIER, Terrain, height_at
from sc2data.sim.rules import (
    births,
    cheats,
    collision,
    combat,
    construction,
    creep,
    deaths,
    larvae,
    melee,
    minigames,
    movement,
    orders,
    placement,
    production,
    regeneration,
    statistics,
    upgrades,
    vision,
)
from sc2data.sim.rules.navigation import Navigation
from sc2data.sim.state import UNIT_FIELDS, Player, Snapshot, WorldState
from sc2data.units import UnitType

Rows = npt.NDArray[np.intp]
Grid = npt.NDArray[np.bool_]
Point = tuple[float, float]

_FIRST_TAG = 1 << 14
"""Index in the first unit's tag; the game's own begin about here."""


class World:
    """A game world.

    `state` is all that happened so far: set it to a `copy.deepcopy` taken earlier to go on from there.

    Convention:
        World units, angles and grids as in `sc2data.sim.state`. Tags name units across loops; rows index the arrays of
        `state.units` and hold only until units come or go.
    """

    def __init__(
        self,
        terrain: Terrain,
        seed: int,
        disable_fog: bool = False,
        table: statistics.Statistics | None = None,
    ) -> None:
        """`table` replaces the packaged unit statistics."""
        self.terrain = terrain
        self.statistics = table or statistics.standard()
        self.tiers = (terrain.level // TIER).astype(np.uint8)
        self.highest_tier = int(self.tiers.max())
        self.condemned: dict[int, int | None] = {}  # rows that die at the end of this loop -> player who killed them
        self.state = WorldState(seed=seed, disable_fog=disable_fog, random=np.random.default_rng(seed))

    def __setattr__(self, name: str, value: object) -> None:
        """Forget what was computed from the state when it is replaced. (A property would cost at every use of it.)"""
        super().__setattr__(name, value)
        if name == "state":
            self._layout = -1
            self._snapshot_fields: dict[int, dict[str, npt.NDArray[Any]]] = {}
            self._looked: tuple[object, ...] = ()
            self._stood: tuple[bytes, bytes] | None = None

    # --- players and units -----------------------------------------------------------------------------------------

    def add_player(self, player: Player) -> None:
        """Let a player take part; its id is its key from now on."""
        self.state.players[player.id] = player

    def setup_melee(self) -> None:
        """Put down what the map places and what the players start with; mini-games bring their own units and rules."""
        if not minigames.set_up(self):
            melee.set_up(self)

    def spawn(self, type_id: int, owner: int, x: float, y: float, count: int = 1, **fields: Any) -> list[int]:
        """Put down `count` units around (x, y), as `births.spawn_all` says, errors too. Returns their tags."""
        return births.spawn(self, type_id, owner, x, y, count, **fields)

    def spawn_all(self, asked: Sequence[births.Birth]) -> list[int]:
        """Put down many units, as `births.spawn_all` says. Returns their tags."""
        return births.spawn_all(self, asked)

    def kill(self, tags: list[int]) -> list[int]:
        """Let units die at once; the next step tells of them. Returns the tags of those that lived."""
        for row in self.state.units.rows(tags).tolist():
            deaths.condemn(self, row)
        died = deaths.bury(self)
        self.state.removed.extend(died)
        return died

    def issue_tag(self) -> int:
        """A tag that no unit or snapshot had yet."""
        self.state.tags_issued += 1
        return (_FIRST_TAG + self.state.tags_issued) << 18 | 1

    # --- orders ----------------------------------------------------------------------------------------------------

    def order(
        self,
        player_id: int,
        tags: list[int],
        ability_id: int,
        point: Point | None = None,
        target_tag: int | None = None,
        queued: bool = False,
    ) -> int:
        """Order units to use an ability, general or specific; returns the error.proto ActionResult, 1 for success."""
        return orders.order(self, player_id, list(tags), ability_id, point, target_tag, queued)

    def available(self, player_id: int, tag: int, ignore_resources: bool = False) -> list[int]:
        """Specific ids of the abilities that a unit could be ordered to use now, ascending."""
        row = self.state.units.row(tag)
        if row < 0 or not orders.may_command(self, player_id, row):
            return []
        return orders.available(self, row, ignore_resources)

    def cancel(self, tag: int, index: int) -> int:
        """Cancel the order at `index` of a structure's production queue; returns the ActionResult."""
        row = self.state.units.row(tag)
        return production.cancel(self, row, index) if row >= 0 else error_pb.Error

    def unload(self, tag: int, index: int) -> int:
        """Let a passenger out; returns the ActionResult. Nothing carries passengers yet."""
        row = self.state.units.row(tag)
        return error_pb.NoCargoToUnload if row >= 0 else error_pb.Error

    # --- debug commands --------------------------------------------------------------------------------------------

    def set_value(self, tag: int, kind: int, value: float) -> bool:
        """Set a unit's energy, life or shields, as `cheats.set_value` says."""
        return cheats.set_value(self, tag, kind, value)

    def cheat(self, player_id: int, cheat: int) -> None:
        """Switch one of debug.proto's DebugGameState cheats."""
        cheats.toggle(self, player_id, cheat)

    def end_game(self, player_id: int, result: int) -> None:
        """End the game for all: `player_id` gets `result` (sc2api.proto Result), the others what follows from it."""
        opposite = {sc_pb.Victory: sc_pb.Defeat, sc_pb.Defeat: sc_pb.Victory}
        for player in self.state.players.values():
            player.result = result if player.id == player_id else opposite.get(result, result)

    # --- time ------------------------------------------------------------------------------------------------------

    def step(self, count: int = 1) -> None:
        """Go on by `count` game loops; `state.dead` then has the tags that died since the last step."""
        dead, self.state.removed = self.state.removed, []
        for _ in range(count):
            dead += self._advance()
        self.state.dead = dead

    def _advance(self) -> list[int]:
        """One game loop; returns the tags that died in it."""
        state = self.state
        state.loop += 1
        if state.minigame is not None and state.minigame.frozen:
            return []
        changed = state.look_due
        if changed or state.loop % vision.LOOK_EVERY == 0:
            self._look()
        units = state.units
        for row in np.flatnonzero((units.wake > 0) & (units.wake <= state.loop)).tolist():
            orders.woken(self, row)
        combat.notice(self)
        combat.engage(self)
        for row in movement.advance(self).tolist():
            orders.arrived(self, row)
        self._keep_apart()
        production.advance(self)
        construction.advance(self)
        larvae.advance(self)
        regeneration.advance(self)
        died = deaths.bury(self)
        minigames.advance(self)
        if died or changed:
            melee.decide(self)
        return died

    def _look(self) -> None:
        """Let the rules look around, unless everything stands in the cells where it stood when they last did."""
        state, units = self.state, self.state.units
        stands = (units.tag.tobytes(), self.navigation.cells(units.x, units.y).tobytes())
        if state.look_due or stands != self._stood or units.cloaked.any() or units.burrowed.any():
            vision.look(self)
            creep.refresh(self)
        self._stood = stands
        state.look_due = False

    def _keep_apart(self) -> None:
        """Push units apart that overlap; those that reach a crowd which stands where they go are there."""
        state = self.state
        if state.settled and not state.units.moving.any():
            return
        if state.neighbours is None or state.loop % collision.REFRESH == 0:
            state.neighbours = collision.neighbours(self)
        state.settled = not collision.settle(self, state.neighbours)
        if state.loop % collision.REFRESH == 0:
            for row in collision.arrivals(self, state.neighbours).tolist():
                state.units.moving[row] = False
                orders.arrived(self, row)

    # --- what is seen ----------------------------------------------------------------------------------------------

    def refresh_visibility(self) -> None:
        """Let observations be made anew: heights, activity, `visibility`. The rules use none of it."""
        units, state = self.state.units, self.state
        open_eyed = [self.sees_all(player) for player in state.players]
        looked = (state.loop, open_eyed, *(part.tobytes() for part in (units.tag, units.x, units.y, units.type)))
        if looked == self._looked:
            return
        self._looked = looked
        units.z[:] = height_at(self.terrain, units.x, units.y) + movement.hover(units.flying, units.structure)
        busy = np.fromiter((bool(queue) for queue in units.orders), bool, len(units))
        units.active[:] = (busy | (units.aim >= 0)) & (units.build_progress >= 1)
        state.visibility = {}

    def visibility(self, player_id: int) -> npt.NDArray[np.uint8]:
        """The grid (H, W) of what a player sees (2), saw (1) and never saw (0), as of `refresh_visibility`."""
        grids = self.state.visibility
        if player_id not in grids:
            grids[player_id] = vision.fogged(self, player_id)
        return grids[player_id]

    def visible_rows(self, player_id: int) -> tuple[Rows, list[Snapshot]]:
        """Rows of the units that a player sees, hidden ones too, and its snapshots of structures out of sight."""
        return vision.visible(self, player_id)

    def snapshot_fields(self, player_id: int) -> dict[str, npt.NDArray[Any]]:
        """All snapshots of a player as arrays named as `UNIT_FIELDS`, in the order they were taken."""
        fields = self._snapshot_fields.get(player_id)
        if fields is None:
            memories = list(self.state.snapshots.get(player_id, {}).values())
            fields = {n: np.array([m.row[n] for m in memories], kind) for n, kind in UNIT_FIELDS.items()}
            fields["tag"] = np.array([memory.tag for memory in memories], np.uint64)
            self._snapshot_fields[player_id] = fields
        return fields

    def forget_snapshot_fields(self, player_id: int) -> None:
        """The snapshots of a player changed."""
        self._snapshot_fields.pop(player_id, None)

    def cloak_states(self, player_id: int) -> npt.NDArray[np.int8]:
        """raw.proto CloakState of every unit as a player sees it."""
        return vision.cloak_states(self, player_id)

    def detected(self, player_id: int) -> npt.NDArray[np.bool_]:
        """Whether each unit is within the range of a player's detectors."""
        return vision.detected(self, player_id)

    def sees_all(self, player_id: int) -> bool:
        """Whether no fog hides anything from a player."""
        player = self.state.players.get(player_id)
        return self.state.disable_fog or (player is not None and debug_pb.show_map in player.cheats)

    # --- the ground ------------------------------------------------------------------------------------------------

    @property
    def navigation(self) -> Navigation:
        """Where ground units walk, around what stands there now."""
        if self._layout != self.state.layout:
            self._layout = self.state.layout
            self._navigation = Navigation(self.terrain, self._stamped())
        return self._navigation

    def _stamped(self) -> Grid:
        grid = np.zeros(self.terrain.level.shape, bool)
        units = self.state.units
        for row in np.flatnonzero(units.structure & ~units.flying).tolist():
            footprints.stamp(grid, footprints.size(self.statistics[int(units.type[row])]), *self.place(row))
        return grid

    def blocked(self) -> Grid:
        """Cells (H, W) under structures and resources."""
        return self.navigation.blocked

    def placement(self, type_id: int, x: float, y: float, owner: int = 0) -> int:
        """Whether a structure of a type may be put at (x, y), as an ActionResult; see `placement.check`."""
        return placement.check(self, type_id, x, y, owner)

    def pathing_distance(self, start: Point, goal: Point) -> float:
        """Length of the way on the ground between two points in world units, 0 where there is none."""
        return self.navigation.distance(start, goal)

    def creep(self) -> Grid:
        """Cells (H, W) with creep on them, as of the rules' latest look."""
        return creep.grid(self)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Left, bottom, right and top of where units may be: the playable area, or a mini-game's part of it."""
        game = self.state.minigame
        left, bottom, right, top = self.terrain.playable if game is None else game.area
        return float(left), float(bottom), float(right), float(top)

    def in_bounds(self, x: npt.NDArray[np.float32], y: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
        """Whether points (N,) lie where units may be."""
        left, bottom, right, top = self.bounds
        return (x >= left) & (x < right) & (y >= bottom) & (y < top)

    # --- what the rules ask of one another -------------------------------------------------------------------------

    def place(self, row: int) -> Point:
        """Where a unit is."""
        return float(self.state.units.x[row]), float(self.state.units.y[row])

    def gap(self, row: int, other: int) -> float:
        """World units between the edges of two units, below 0 where they overlap."""
        units = self.state.units
        away = float(np.hypot(units.x[row] - units.x[other], units.y[row] - units.y[other]))
        return away - float(units.radius[row]) - float(units.radius[other])

    def within(self, x: float, y: float, radius: float, owner: int) -> list[int]:
        """Rows of a player's units whose centre lies within `radius` of a point."""
        units = self.state.units
        near = (np.hypot(units.x - x, units.y - y) <= radius) & (units.owner == owner)
        rows: list[int] = np.flatnonzero(near).tolist()
        return rows

    def speed_of(self, kind: UnitType, owner: int) -> float:
        """Speed of a unit type for a player, world units per loop."""
        return upgrades.speed(self, kind, owner)

    def refresh_speed(self, row: int) -> None:
        """Bring a unit's speed up to date with its type, upgrades and buffs."""
        units = self.state.units
        base = upgrades.speed(self, self.statistics[int(units.type[row])], int(units.owner[row]))
        units.speed[row] = base * upgrades.speed_factor(self, row)

    def refresh_speeds(self, owner: int) -> None:
        """Bring the speeds of a player's units up to date after a research."""
        for row in np.flatnonzero(self.state.units.owner == owner).tolist():
            self.refresh_speed(row)

    def allowed(self, row: int, ability_id: int) -> int:
        """Whether a unit's player has the technology and means for an ability, as an ActionResult."""
        return production.allowed(self, row, ability_id)

    def food_used(self, player_id: int) -> float:
        """Supply that a player's units take."""
        return production.food_used(self, player_id)

    def food_cap(self, player_id: int) -> float:
        """Supply that a player has room for, at most 200."""
        return production.food_cap(self, player_id)

    def condemn(self, row: int, attacker: int | None = None) -> None:
        """Let a unit die at the end of this loop."""
        deaths.condemn(self, row, attacker)

    def finish(self, row: int) -> None:
        """End a unit's first order."""
        orders.finish(self, row)

    def resume(self, row: int) -> None:
        """Go on with a unit's first order after a fight."""
        orders.resume(self, row)

    def idle(self, row: int) -> None:
        """Let a unit have nothing to do."""
        orders.idle(self, row)

    def cancel_construction(self, row: int) -> int:
        """Tear down a structure under construction."""
        return construction.cancel(self, row)

    def report_error(self, row: int, ability_id: int, code: int) -> None:
        """Note an order that failed after it was accepted; an observation tells of it."""
        self.state.errors.append((int(self.state.units.tag[row]), ability_id, code))

    def rows_changed(self) -> None:
        """Units came or went: what was remembered by row is void."""
        self.state.neighbours = None
        self.state.settled = False
