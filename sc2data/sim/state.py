"""The simulator's state as explicit objects: everything that a game is, and nothing that it does.

`copy.deepcopy` of a `WorldState` is a complete saved game: the same commands after it give the same bytes.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

NEUTRAL = 16
"""Owner of units that belong to nobody; players are 1 to 15."""

UNIT_FIELDS: dict[str, type] = {
    "tag": np.uint64,  # index << 18 | recycle count, ascending with creation
    "type": np.int32,  # unit type id
    "owner": np.int16,
    "x": np.float32,
    "y": np.float32,
    "z": np.float32,  # of the unit's foot (flyers: of the unit itself)
    "facing": np.float32,  # radians, 0 east, counter-clockwise
    "radius": np.float32,
    "health": np.float32,
    "health_max": np.float32,
    "shield": np.float32,
    "shield_max": np.float32,
    "energy": np.float32,
    "energy_max": np.float32,
    "build_progress": np.float32,  # 1 when complete
    "cooldown": np.float32,  # game loops until the weapon may fire
    "target": np.uint64,  # tag of the unit being attacked, 0 none
    "contents": np.int32,  # minerals or vespene left in a resource; what a worker carries
    "speed": np.float32,  # world units per game loop
    "flying": np.bool_,
    "burrowed": np.bool_,
    "cloaked": np.bool_,
    "hallucination": np.bool_,
    "active": np.bool_,  # doing something: gathering, producing, attacking
    "structure": np.bool_,
    "death_loop": np.int32,  # hallucinations and timed units: loop at which they vanish, 0 never
}

PLAN_FIELDS: dict[str, type] = {
    "mode": np.int8,  # a `Mode`
    "aim": np.int32,  # row of the unit being attacked, -1 none; `target` is its tag
    "forced": np.bool_,  # the target was ordered or shot first: none other is looked for
    "moving": np.bool_,
    "goal_x": np.float32,  # where its order takes it
    "goal_y": np.float32,
    "way_x": np.float32,  # the next corner on the path there; NaN where the way is still to be found
    "way_y": np.float32,
    "reach": np.float32,  # distance between centres at which the goal counts as reached
    "wake": np.int32,  # game loop at which its order wants attention, 0 never
    "trail_x": np.float32,  # where it was when its progress was last checked
    "trail_y": np.float32,
    "hurt": np.int32,  # game loop at which it was last damaged
    "seen_by": np.int32,  # bit p: player p saw it when the rules last looked, and detected it if it hides
    "partner": np.uint64,  # a resource's miner, a loaded worker's resource, a structure's builder or add-on,
    # a larva's town hall
    "breeds": np.int32,  # game loop at which a town hall breeds its next larva, 0 never
    "rally_x": np.float32,
    "rally_y": np.float32,
    "rally_tag": np.uint64,
    "rallied": np.bool_,
}
"""What the rules keep of each unit beside what the world can see of it."""

ALL_FIELDS = UNIT_FIELDS | PLAN_FIELDS

_BLOCKS: dict[type, list[str]] = {
    kind: [name for name, of in ALL_FIELDS.items() if of is kind] for kind in dict.fromkeys(ALL_FIELDS.values())
}
"""Fields of one type are the rows of one array: units come and go by a few operations instead of dozens."""


def place_of(name: str) -> int:
    """Which row of the block of its type a field is, for compiled rules, which work on whole blocks."""
    return _BLOCKS[ALL_FIELDS[name]].index(name)


class Mode:
    """What a unit is up to, as the vectorised rules need it; its first order says the same in the API's words.

    Plain numbers: members of an `enum` cost far more to look up, and the rules do so many times a loop.
    """

    IDLE = 0
    MOVE = 1
    ATTACK_MOVE = 2
    ATTACK = 3
    HOLD = 4
    WORK = 5  # walks and stops as its order's own rules say: gathering, building, casting
    BUSY = 6  # cannot act: morphing, building, under construction
    GATHER = 7  # on the way between resource and base, where workers pass through one another
    PRODUCE = 8  # a structure that makes something


@dataclasses.dataclass
class Order:
    """An order of a unit: the *specific* ability id and a target, either a point or a unit's tag."""

    ability: int
    x: float = 0.0
    y: float = 0.0
    has_point: bool = False
    tag: int = 0
    progress: float = 0.0  # of a production, 0 to 1
    stage: int = 0  # of a compound order (gather: go, dig, return)


class Units:
    """All living units as parallel arrays, in order of creation: `units.x[i]`, `units.orders[i]`.

    Every name of `UNIT_FIELDS` and `PLAN_FIELDS` is an attribute: a view of length `len(units)` that can be written to
    but must not be kept across `add`, `extend` or `keep`.
    """

    def __init__(self, capacity: int = 256) -> None:
        self._count = 0
        self._blocks: dict[type, npt.NDArray[Any]] = {
            kind: np.zeros((len(names), capacity), kind) for kind, names in _BLOCKS.items()
        }
        self.orders: list[list[Order]] = []
        self.buffs: list[dict[int, int]] = []  # buff id -> loop at which it ends
        self.cargo: list[list[dict[str, Any]]] = []  # passengers, each the row of a unit
        self._bind()

    def _bind(self) -> None:
        """Make the attributes views of the blocks' living part: a plain attribute costs a tenth of a computed one."""
        for kind, names in _BLOCKS.items():
            self.__dict__.update(zip(names, self._blocks[kind][:, : self._count], strict=True))

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name not in ALL_FIELDS}

    def __setstate__(self, values: dict[str, Any]) -> None:
        self.__dict__.update(values)
        self._bind()

    def __len__(self) -> int:
        return self._count

    def blocks(self) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int32], npt.NDArray[np.bool_]]:
        """The blocks (fields, capacity) of all float32, int32 and bool fields; `place_of` tells where each one is."""
        return self._blocks[np.float32], self._blocks[np.int32], self._blocks[np.bool_]

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> npt.NDArray[Any]: ...

    def add(self, **values: Any) -> int:
        """Append a unit, unnamed fields zero; returns its row."""
        return self.extend(1, **values)

    def extend(self, count: int, **values: Any) -> int:
        """Append `count` units; each value is one for all or an array (count,). Returns the first one's row."""
        first, last = self._count, self._count + count
        while last > self._blocks[np.uint64].shape[1]:
            self._blocks = {k: np.concatenate([b, np.zeros_like(b)], axis=1) for k, b in self._blocks.items()}
        for block in self._blocks.values():
            block[:, first:last] = 0
        self._count = last
        self._bind()
        for name, value in ({"aim": -1} | values).items():
            self.__dict__[name][first:last] = value
        self.orders.extend([] for _ in range(count))
        self.buffs.extend({} for _ in range(count))
        self.cargo.extend([] for _ in range(count))
        return first

    def keep(self, mask: npt.NDArray[np.bool_]) -> None:
        """Drop every unit whose `mask` (len,) is False; the others keep their order and lose aims at the dropped."""
        moved = np.where(mask, np.cumsum(mask) - 1, -1).astype(np.int32)
        kept = np.flatnonzero(mask)
        for block in self._blocks.values():
            block[:, : len(kept)] = block[:, kept]
        self._count = len(kept)
        rows = kept.tolist()
        self.orders = [self.orders[i] for i in rows]
        self.buffs = [self.buffs[i] for i in rows]
        self.cargo = [self.cargo[i] for i in rows]
        self._bind()
        self.aim[:] = np.where(self.aim >= 0, moved[self.aim], -1)
        self.target[self.aim < 0] = 0

    def row(self, tag: int) -> int:
        """Row of the living unit `tag`, -1 where there is none."""
        found = self.rows([tag])
        return int(found[0]) if len(found) else -1

    def rows(self, tags: npt.ArrayLike) -> npt.NDArray[np.intp]:
        """Rows of those `tags` that live, in the order asked. Tags ascend with creation, so this is a search."""
        wanted = np.asarray(tags, np.uint64).reshape(-1)
        if not self._count or not len(wanted):
            return np.zeros(0, np.intp)
        at = np.searchsorted(self.tag, wanted)
        at = np.minimum(at, self._count - 1)
        return at[self.tag[at] == wanted]


@dataclasses.dataclass
class Effect:
    """Something on the ground that is no unit: an API effect id, where, whose, how long."""

    effect: int
    points: list[tuple[float, float]]
    radius: float
    owner: int
    until: int


@dataclasses.dataclass
class Blast:
    """Something that flashes in the picture and has no part in the rules: a shot, an explosion, blood."""

    kind: str  # "shot", "shell", "acid", "death", "splash"
    x: float
    y: float
    z: float
    start: int
    until: int
    toward: tuple[float, float, float] | None = None


@dataclasses.dataclass
class Player:
    """One side of the game."""

    id: int
    race: int  # common.proto Race, as assigned
    race_requested: int = 0
    type: int = 1  # sc2api.proto PlayerType
    difficulty: int = 0
    ai_build: int = 0
    name: str = ""
    minerals: float = 50.0
    vespene: float = 0.0
    upgrades: set[int] = dataclasses.field(default_factory=set)
    result: int = 0  # sc2api.proto Result, 0 while undecided
    cheats: set[int] = dataclasses.field(default_factory=set)  # debug.proto DebugGameState toggles in force
    score: dict[str, float] = dataclasses.field(default_factory=dict)  # score_details by field name


@dataclasses.dataclass
class Snapshot:
    """What a player remembers of a structure that it no longer sees; has a tag of its own."""

    tag: int
    of: int  # tag of the unit remembered
    row: dict[str, Any]  # the unit's fields when it was last seen


@dataclasses.dataclass
class MiniGame:
    """Where a mini-game stands; its rules are in `sc2data.sim.rules.minigames`."""

    name: str
    ends: int  # game loop after which everything stands still
    area: tuple[float, float, float, float]  # left, bottom, right, top in world units: where units may be
    revealed: bool  # the player sees the whole area
    own: int = 0  # units that lived when they were last counted
    foes: int = 0
    newest: int = 0  # the latest tag that was counted
    frozen: bool = False


@dataclasses.dataclass
class WorldState:
    """A game at one loop."""

    seed: int
    loop: int = 0
    units: Units = dataclasses.field(default_factory=Units)
    players: dict[int, Player] = dataclasses.field(default_factory=dict)
    effects: list[Effect] = dataclasses.field(default_factory=list)
    blasts: list[Blast] = dataclasses.field(default_factory=list)
    visibility: dict[int, npt.NDArray[np.uint8]] = dataclasses.field(default_factory=dict)
    """Per player a grid (H, W), row 0 in the south: 0 never seen, 1 fogged, 2 visible."""
    snapshots: dict[int, dict[int, Snapshot]] = dataclasses.field(default_factory=dict)
    """Per player, by tag of the unit remembered."""
    creep: npt.NDArray[np.bool_] | None = None  # (H, W), row 0 in the south
    creep_sources: tuple[int, ...] = ()  # tags of the structures that `creep` was made from
    dead: list[int] = dataclasses.field(default_factory=list)  # tags that died in the latest step
    errors: list[tuple[int, int, int]] = dataclasses.field(default_factory=list)
    """(tag, ability, ActionResult) of orders that failed after they were accepted; who tells of them, empties it."""
    removed: list[int] = dataclasses.field(default_factory=list)  # tags killed since, which the next step reports
    minigame: MiniGame | None = None
    disable_fog: bool = False
    sight: dict[int, npt.NDArray[np.bool_]] = dataclasses.field(default_factory=dict)
    """Per player the cells (H, W) seen when the rules last looked, which they do at fixed loops."""
    explored: dict[int, npt.NDArray[np.bool_]] = dataclasses.field(default_factory=dict)
    """Per player the cells (H, W) ever seen when the rules looked."""
    watched: dict[int, set[int]] = dataclasses.field(default_factory=dict)
    """Per player the tags of the structures seen when the rules last looked."""
    contenders: set[int] = dataclasses.field(default_factory=set)  # players that have had a structure
    look_due: bool = True  # the rules look at the next loop, because units came or went
    layout: int = 0  # counts the changes to what stands in the way
    neighbours: npt.NDArray[np.int64] | None = None
    """Rows (2, P) of the pairs of units that could touch before the list is made anew; None when it has to be made."""
    settled: bool = False  # nothing overlapped when units were last kept apart
    tags_issued: int = 0
    random: np.random.Generator = dataclasses.field(default_factory=lambda: np.random.default_rng(0))
