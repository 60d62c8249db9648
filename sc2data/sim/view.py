"""What one player sees at one loop, as plain arrays: the only thing that pictures and observations are made from."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sc2data.sim import state
from sc2data.sim.maps.terrain import Terrain

if TYPE_CHECKING:
    from sc2data.sim.rules.world import World

VISIBLE, SNAPSHOT, HIDDEN = 1, 2, 3
"""raw.proto DisplayType."""

SELF, ALLY, NEUTRAL, ENEMY = 1, 2, 3, 4
"""raw.proto Alliance."""

CLOAKED, DETECTED, NOT_CLOAKED, ALLIED = 1, 2, 3, 4
"""raw.proto CloakState; 0 is unknown, which snapshots have."""

EVERYONE = 0
"""Player id of an observer that sees what all players see."""

SCREEN_SIZE = (24.0, 24.0)
"""World units (across, up) that count as on the screen, around the camera's point."""

_SMOOTHING = 4.0


@dataclasses.dataclass
class WorldView:
    """One player's view. Arrays have one row a unit, tags ascending (the game's paint order).

    Convention:
        Units, angles and grids as in `sc2data.sim.state`; grids are [y, x] with row 0 in the south. A unit's `z` is its
        foot's. Snapshots have a tag of their own and no health, shield, energy or contents.
    """

    loop: int
    player: int
    camera: tuple[float, float, float]
    terrain: Terrain

    tag: npt.NDArray[np.uint64]
    type: npt.NDArray[np.int32]
    owner: npt.NDArray[np.int16]
    x: npt.NDArray[np.float32]
    y: npt.NDArray[np.float32]
    z: npt.NDArray[np.float32]
    facing: npt.NDArray[np.float32]
    radius: npt.NDArray[np.float32]
    health: npt.NDArray[np.float32]
    health_max: npt.NDArray[np.float32]
    shield: npt.NDArray[np.float32]
    shield_max: npt.NDArray[np.float32]
    energy: npt.NDArray[np.float32]
    energy_max: npt.NDArray[np.float32]
    build_progress: npt.NDArray[np.float32]
    cooldown: npt.NDArray[np.float32]
    target: npt.NDArray[np.uint64]
    contents: npt.NDArray[np.int32]
    speed: npt.NDArray[np.float32]
    flying: npt.NDArray[np.bool_]
    burrowed: npt.NDArray[np.bool_]
    cloaked: npt.NDArray[np.bool_]
    hallucination: npt.NDArray[np.bool_]
    active: npt.NDArray[np.bool_]
    structure: npt.NDArray[np.bool_]
    death_loop: npt.NDArray[np.int32]

    display_type: npt.NDArray[np.int8]  # VISIBLE, SNAPSHOT, HIDDEN
    alliance: npt.NDArray[np.int8]  # SELF, ALLY, NEUTRAL, ENEMY
    cloak: npt.NDArray[np.int8]  # 0, CLOAKED, DETECTED, NOT_CLOAKED, ALLIED
    selected: npt.NDArray[np.bool_]
    on_screen: npt.NDArray[np.bool_]

    orders: list[list[state.Order]]  # of every unit; who may see them is the observation's business
    buffs: list[dict[int, int]]
    cargo: list[list[dict[str, Any]]]

    visibility: npt.NDArray[np.uint8]  # (H, W) 0 never seen, 1 fogged, 2 visible
    creep: npt.NDArray[np.bool_]  # (H, W)
    effects: list[state.Effect]
    blasts: list[state.Blast]

    def __len__(self) -> int:
        return len(self.tag)


def camera_height(terrain: Terrain, x: float, y: float) -> float:
    """Height in world units that the camera looks at over (x, y): the ground, averaged over about four cells.

    >>> flat = Terrain("flat", np.full((9, 9), 8, np.float32), np.full((8, 8), 64, np.uint8), np.ones((8, 8), bool),
    ...                np.ones((8, 8), bool), (0, 0, 8, 8), ())
    >>> round(camera_height(flat, 3.3, 5.0), 9)
    8.0
    """
    rows, row_weights = _tent(y, terrain.height.shape[0])
    columns, column_weights = _tent(x, terrain.height.shape[1])
    return float(row_weights @ terrain.height[rows, columns].astype(np.float64) @ column_weights)


def _tent(centre: float, count: int) -> tuple[slice, npt.NDArray[np.float64]]:
    """The grid lines near `centre` and their weights, which fall linearly to zero at `_SMOOTHING` and sum to one."""
    centre = min(max(centre, 0.0), count - 1.0)
    first, last = max(math.ceil(centre - _SMOOTHING), 0), min(math.floor(centre + _SMOOTHING), count - 1)
    weights = _SMOOTHING - np.abs(np.arange(first, last + 1) - centre)
    return slice(first, last + 1), weights / weights.sum()


def view_of(
    world: World,
    player_id: int,
    camera: tuple[float, float],
    selected_tags: Iterable[int] = (),
    *,
    screen_size: tuple[float, float] = SCREEN_SIZE,
    show_cloaked: bool = False,
    show_burrowed: bool = False,
    disable_fog: bool = False,
) -> WorldView:
    """What `player_id` sees of `world` now, `EVERYONE` for an observer of all.

    `camera` is the point (x, y) that the camera looks at, `screen_size` the world units around it that count as on the
    screen. `show_cloaked` and `show_burrowed` show enemies that are cloaked or burrowed and not detected, as the
    interface options of the same names do; `disable_fog` adds what the player does not see, as `HIDDEN`. Brings the
    world's visibility up to date.
    """
    world.refresh_visibility()
    rows, display, cloak, snapshots = _shown(world, player_id, show_cloaked, show_burrowed, disable_fog)
    units = world.state.units
    fields = {name: getattr(units, name)[rows] for name in state.UNIT_FIELDS}
    for name in _SECRETS:
        fields[name][cloak == CLOAKED] = 0
    if fields["hallucination"].any() and player_id != EVERYONE:
        known = (fields["owner"] == player_id) | world.detected(player_id)[rows]
        fields["hallucination"] &= known  # others take an illusion for the thing until they detect it
    lists: list[list[Any]] = [[part[i] for i in rows.tolist()] for part in (units.orders, units.buffs, units.cargo)]
    if snapshots:
        remembered = world.snapshot_fields(player_id)
        if len(remembered["tag"]) != len(snapshots):
            kept = np.isin(remembered["tag"], np.array([snapshot.tag for snapshot in snapshots], np.uint64))
            remembered = {name: values[kept] for name, values in remembered.items()}
        fields = {name: np.concatenate([values, remembered[name]]) for name, values in fields.items()}
        display = np.concatenate([display, np.full(len(snapshots), SNAPSHOT, np.int8)])
        cloak = np.concatenate([cloak, np.zeros(len(snapshots), np.int8)])
        empty: tuple[type, ...] = (list, dict, list)
        lists = [part + [kind() for _ in snapshots] for part, kind in zip(lists, empty)]
        order = np.argsort(fields["tag"], kind="stable")
        fields = {name: values[order] for name, values in fields.items()}
        display, cloak = display[order], cloak[order]
        lists = [[part[i] for i in order.tolist()] for part in lists]

    x, y = float(camera[0]), float(camera[1])
    across, up = screen_size[0] / 2 + fields["radius"], screen_size[1] / 2 + fields["radius"]
    return WorldView(
        loop=world.state.loop,
        player=player_id,
        camera=(x, y, camera_height(world.terrain, x, y)),
        terrain=world.terrain,
        **fields,
        display_type=display,
        alliance=alliances(fields["owner"], player_id),
        cloak=cloak,
        selected=np.isin(fields["tag"], np.fromiter(selected_tags, np.uint64)),
        on_screen=(np.abs(fields["x"] - x) < across) & (np.abs(fields["y"] - y) < up),
        orders=lists[0],
        buffs=lists[1],
        cargo=lists[2],
        visibility=world.visibility(player_id),
        creep=world.creep(),
        effects=list(world.state.effects),
        blasts=[blast for blast in world.state.blasts if blast.until > world.state.loop],
    )


_SECRETS = ("health", "health_max", "shield", "shield_max", "energy", "energy_max", "contents", "cooldown", "target")
"""Fields that neither a snapshot nor a cloaked enemy tells."""


def _shown(
    world: World, player_id: int, show_cloaked: bool, show_burrowed: bool, disable_fog: bool
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.int8], npt.NDArray[np.int8], list[state.Snapshot]]:
    """Rows of the units that are shown, their display types and cloak states, and the snapshots shown."""
    units = world.state.units
    rows, snapshots = world.visible_rows(player_id)
    seen = np.zeros(len(units), bool)
    seen[rows] = True
    if disable_fog:
        rows, snapshots = np.arange(len(units)), [s for s in snapshots if not len(units.rows([s.of]))]
    cloak = np.where(seen, world.cloak_states(player_id), 0).astype(np.int8)[rows]
    shown = np.where(units.burrowed[rows], show_burrowed, show_cloaked) | (cloak != CLOAKED)
    rows, cloak = rows[shown], cloak[shown]
    display = np.where(seen[rows] & (cloak != CLOAKED), VISIBLE, HIDDEN).astype(np.int8)
    return rows, display, cloak, snapshots


def alliances(owner: npt.NDArray[np.int16], player_id: int) -> npt.NDArray[np.int8]:
    """raw.proto Alliance of units of `owner` as seen by `player_id`; to an observer every player is an ally."""
    others = ALLY if player_id == EVERYONE else ENEMY
    return np.where(owner == state.NEUTRAL, NEUTRAL, np.where(owner == player_id, SELF, others)).astype(np.int8)
