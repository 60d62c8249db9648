"""Plays scenes in one long game: sets each up by debug commands, checks that it came out as asked, records it."""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import Any

import numpy as np

from sc2data.format.record import Record, Scene
from sc2data.harvest import requests
from sc2data.harvest.battlefield import NEUTRAL_OWNER, Battlefield
from sc2data.harvest.faults import ERROR, REFUSED, GameFault
from sc2data.harvest.ground import Ground
from sc2data.harvest.observe import Observer, Seen, TagBook
from sc2data.harvest.scene_config import FIGHT, STILL, SceneConfig
from sc2data.harvest.scenes import ScenePlan, SceneSampler
from sc2data.harvest.session import GameSetup, Session

LOOPS_PER_GAME = 1 << 17
SCENES_PER_GAME = 20_000
"""A game is made anew after so many; the API ends one at 2^19 loops, and its replay buffer grows all the while."""

ALIGNMENT = 32
"""Scenes begin at multiples of so many loops: games do some things every few loops, and a scene is to be the same
whatever was before it."""

_ATTEMPTS = 4
_REPAIRS = 4
_FALLEN = 1 / 6
_SAFE = 5.0
_WALK_GROUPS = 4
_WALK_DISTANCE = 7.0


@dataclasses.dataclass
class Opening:
    """The requests that set up a scene, on their way to the game."""

    scene: int
    plan: ScenePlan
    ids: list[int]


@dataclasses.dataclass(frozen=True)
class Staged:
    """A scene that was set up: its plan, the observation of its first frame, and the loop at which it began."""

    plan: ScenePlan
    answer: Any
    start: int


class SceneStage:
    """Plays the scenes of one harvest in the games of `session`.

    `refused` counts the units that the game would not place, by type id: they are missing in the pictures and in the
    labels alike.
    """

    def __init__(self, session: Session, setup: GameSetup, config: SceneConfig, seed: int) -> None:
        self.session = session
        self.setup = setup
        self.config = config
        self.seed = seed
        self.refused: Counter[int] = Counter()
        ids = config.type_ids()
        self._counted = ids[config.counted]
        self._structures = {ids[name] for name in config.structures}
        self._scenes = 0
        self._opening: Opening | None = None
        self._field: Battlefield
        self._observer: Observer
        self._sampler: SceneSampler

    # -- the game --------------------------------------------------------------------------------------------------

    def ready(self) -> Observer:
        """See to it that there is a game to play in, and return what reads it."""
        worn = self._scenes >= SCENES_PER_GAME or self.session.loop >= LOOPS_PER_GAME
        if self.session.info is None or (worn and self._opening is None):
            self._opening = None
            self.session.new_game(self.setup)
            ground = Ground.of(self.session.info)
            self._observer = Observer(ground, self.setup.sizes)
            self._field = Battlefield(self.session, self._observer)
            self._sampler = SceneSampler(self.config, ground, self.setup.sizes, self._field.places)
            self._scenes = 0
        return self._observer

    @property
    def observer(self) -> Observer:
        """What reads the game of the last scene that was set up."""
        return self._observer

    def forget(self) -> None:
        """The game is gone, and what was on its way to it."""
        self._opening = None

    # -- a scene ---------------------------------------------------------------------------------------------------

    def open(self, scene: int) -> None:
        """Send what sets up `scene` without waiting, so that the game works while the last records are stored."""
        self.ready()
        self._open(scene, attempt=0)

    def play(self, scene: int) -> list[Record]:
        """The records of scene number `scene`, one a frame.

        Raises:
          GameFault: the game failed, or refused the scene several times.
        """
        return self._film(self.begin(scene))

    def begin(self, scene: int) -> Staged:
        """Set up scene number `scene` as `play` does, and leave it at its first frame, to go on with in another way.

        Whoever goes on shows each observation to `read`, so that all is cleared away before the next scene.

        Raises:
          GameFault: the game failed, or refused the scene several times.
        """
        self.ready()
        refusal = GameFault(REFUSED, "no attempt was made")
        for attempt in range(_ATTEMPTS):
            opening = self._opening
            if opening is None or opening.scene != scene or attempt:
                opening = self._open(scene, attempt)
            self._opening = None
            try:
                return self._perform(opening)
            except GameFault as fault:
                if fault.needs_new_process:
                    raise
                refusal = fault
        raise refusal

    def read(self, answer: Any) -> Seen:
        """The units of an answer to an observation request.

        Raises:
          GameFault: the game has ended.
        """
        return self._litter_of(answer)

    def _open(self, scene: int, attempt: int) -> Opening:
        if self._opening is not None:
            self._litter_of(self.session.collect(self._opening.ids)[-1])
        plan = self._sampler.sample(self.seed, scene, attempt)
        commands = [requests.create(p.type, self._field.owner(p.ours), p.x, p.y) for p in plan.placements]
        ids = self.session.post(
            self._field.sweep(),
            requests.step(self._loops_to_clear()),
            requests.debug(commands),
            requests.act([requests.camera(*plan.camera)]),
            requests.step(self.config.settle_loops),
            requests.observe(),
        )
        self._opening = Opening(scene, plan, ids)
        return self._opening

    def _loops_to_clear(self) -> int:
        """Loops to the next multiple of `ALIGNMENT` that is at least `clear_loops` off."""
        after = self.session.loop + self.config.clear_loops
        return self.config.clear_loops + -after % ALIGNMENT

    def _litter_of(self, answer: Any) -> Seen:
        if self.session.ended:
            raise GameFault(ERROR, "the game has ended: a side lost its last structure, or the computer player left")
        seen = self._observer.read(answer.observation)
        self._field.litter(seen)
        return seen

    def _perform(self, opening: Opening) -> Staged:
        plan = opening.plan
        self._scenes += 1
        answer = self.session.collect(opening.ids)[-1]
        start = self._observer.read(answer.observation).loop - self.config.settle_loops
        answer = self._as_asked(plan, answer)
        if plan.motion != STILL:
            answer = self._move(plan, self._litter_of(answer))
            answer = self._as_counted(plan, answer)
        return Staged(plan, answer, start)

    # -- what was asked for ----------------------------------------------------------------------------------------

    def _as_asked(self, plan: ScenePlan, answer: Any) -> Any:
        """See that the units are those of `plan`; create what is missing elsewhere, kill what is too much.

        Raises:
          GameFault: `REFUSED`, when the number of counted units on the screen cannot be had.
        """
        wanted = Counter((p.type, self._field.owner(p.ours)) for p in plan.placements)
        for _ in range(_REPAIRS):
            seen = self._litter_of(answer)
            commands = self._recount(plan, seen) + self._replace(plan, seen, wanted)
            if not commands:
                return answer
            answer = self._debug(commands)
        seen = self._litter_of(answer)
        self._check_count(plan, seen)
        self.refused.update({kind: number for (kind, _), number in self._missing(seen, wanted).items()})
        return answer

    def _as_counted(self, plan: ScenePlan, answer: Any) -> Any:
        """See that as many counted units are on the screen as `plan` has, whatever became of the others."""
        for _ in range(_REPAIRS):
            commands = self._recount(plan, self._litter_of(answer))
            if not commands:
                return answer
            answer = self._debug(commands)
        self._check_count(plan, self._litter_of(answer))
        return answer

    def _recount(self, plan: ScenePlan, seen: Seen) -> list[Any]:
        """Commands that bring the number of counted units on the screen to what `plan` has."""
        there = self._counted_on_screen(seen)
        surplus = len(there) - plan.counted
        if surplus > 0:
            return [requests.kill(plan.rng.choice(there, surplus, replace=False).tolist())]
        return [requests.create(self._counted, self._field.ours, *p) for p in self._free_spots(plan, seen, -surplus)]

    def _replace(self, plan: ScenePlan, seen: Seen, wanted: Counter[tuple[int, int]]) -> list[Any]:
        """Commands that create, in the view, what is missing of the other types, and kill what nobody asked for."""
        own = (self._counted, self._field.ours)
        commands, odd = [], []
        for (kind, owner), number in sorted(self._missing(seen, wanted).items()):
            commands += [requests.create(kind, owner, *p) for p in self._free_spots(plan, seen, number, owner)]
        for (kind, owner), number in (self._players_units(seen) - wanted).items():
            if (kind, owner) != own:
                odd += seen.tag[(seen.type == kind) & (seen.owner == owner)].tolist()[-number:]
        return commands + ([requests.kill(odd)] if odd else [])

    def _free_spots(
        self, plan: ScenePlan, seen: Seen, number: int, owner: int | None = None
    ) -> list[tuple[float, float]]:
        """Points well within the view, as far from the other side as there is room for."""
        foes = (seen.owner != (owner or self._field.ours)) & (seen.owner != NEUTRAL_OWNER)
        cells = plan.inside
        if foes.any():
            squares = ((cells[:, None] - seen.world[foes, :2][None]) ** 2).sum(axis=2).min(axis=1)
            cells = cells[squares >= min(_SAFE**2, np.quantile(squares, 0.8))]
        return [(float(x), float(y)) for x, y in cells[plan.rng.integers(len(cells), size=number)]]

    def _missing(self, seen: Seen, wanted: Counter[tuple[int, int]]) -> Counter[tuple[int, int]]:
        """What the game did not place, by (type, owner), of all but the counted units.

        Where the sides stand among each other some fall in the first loops. Nothing tells them from units that were not
        placed, so a few are taken for fallen: up to a sixth of all.
        """
        missing = wanted - self._players_units(seen)
        del missing[self._counted, self._field.ours]
        moving = {key: number for key, number in missing.items() if key[0] not in self._structures}
        if sum(moving.values()) <= wanted.total() * _FALLEN:
            missing -= Counter(moving)
        return missing

    def _players_units(self, seen: Seen) -> Counter[tuple[int, int]]:
        """How many units of each (type, owner) the players have on the field."""
        players = (seen.owner == self._field.ours) | (seen.owner == self._field.enemy)
        players &= ~self._field.is_anchor(seen)
        return Counter(zip(seen.type[players].tolist(), seen.owner[players].tolist()))

    def _counted_on_screen(self, seen: Seen) -> np.ndarray[Any, np.dtype[np.uint64]]:
        ours = (seen.type == self._counted) & (seen.owner == self._field.ours) & seen.visible
        return seen.tag[ours & self._observer.on_screen(seen)]

    def _check_count(self, plan: ScenePlan, seen: Seen) -> None:
        there = len(self._counted_on_screen(seen))
        if there != plan.counted:
            raise GameFault(
                REFUSED,
                f"scene {plan.scene} asks for {plan.counted} {self.config.counted} on the screen and has {there} "
                f"after {_REPAIRS} repairs",
            )

    def _debug(self, commands: list[Any]) -> Any:
        settle = requests.step(self.config.settle_loops)
        return self.session.send(requests.debug(commands), settle, requests.observe())[-1]

    # -- what happens ----------------------------------------------------------------------------------------------

    def _move(self, plan: ScenePlan, seen: Seen) -> Any:
        """Let everybody walk or fight for the loops of `plan`."""
        actions = self._attack(seen) if plan.motion == FIGHT else self._walk(plan, seen)
        steps = requests.step(plan.loops)
        return self.session.send(requests.act(actions), steps, requests.observe())[-1]

    def _attack(self, seen: Seen) -> list[Any]:
        """Each side attacks towards the middle of the other."""
        actions = []
        sides = [(seen.owner == side) & ~self._field.is_anchor(seen) for side in (self._field.ours, self._field.enemy)]
        for side, other in (sides, sides[::-1]):
            if side.any() and other.any():
                x, y, _ = seen.world[other].mean(axis=0).tolist()
                actions.append(requests.command(requests.ATTACK, seen.tag[side].tolist(), x, y))
        return actions

    def _walk(self, plan: ScenePlan, seen: Seen) -> list[Any]:
        """Groups of each side walk to points not far off."""
        actions = []
        for side in (self._field.ours, self._field.enemy):
            rows = np.flatnonzero((seen.owner == side) & ~self._field.is_anchor(seen))
            groups = plan.rng.integers(_WALK_GROUPS, size=len(rows))
            for group in range(_WALK_GROUPS):
                members = rows[groups == group]
                if len(members):
                    middle = seen.world[members, :2].mean(axis=0)
                    x, y = (middle + plan.rng.uniform(-_WALK_DISTANCE, _WALK_DISTANCE, 2)).tolist()
                    actions.append(requests.command(requests.MOVE, seen.tag[members].tolist(), x, y))
        return actions

    # -- the records -----------------------------------------------------------------------------------------------

    def _film(self, staged: Staged) -> list[Record]:
        """Record the frames of the scene; the next one is on its way while one is read."""
        plan, answer = staged.plan, staged.answer
        tags = TagBook()
        deaths = Deaths(self._field.ours, self._field.enemy)
        records = []
        for frame in range(self.config.frames):
            ids = None
            if frame < len(plan.frame_loops):
                ids = self.session.post(requests.step(plan.frame_loops[frame]), requests.observe())
            seen = self._litter_of(answer)
            deaths.note(answer.observation, seen, counts=frame > 0)
            records.append(self._record(plan, frame, answer.observation, seen, tags, staged.start))
            if ids is not None:
                answer = self.session.collect(ids)[-1]
        if plan.motion == FIGHT and self.config.aftermath_loops:
            answer = self.session.send(requests.step(self.config.aftermath_loops), requests.observe())[-1]
            deaths.note(answer.observation, self._litter_of(answer))
        for record in records:
            record.scene = dataclasses.replace(record.scene, losses=deaths.losses)
        return records

    def _record(self, plan: ScenePlan, frame: int, observation: Any, seen: Seen, tags: TagBook, start: int) -> Record:
        pictures = self.session.pictures(observation, self.setup.sizes)
        scene = Scene(
            episode=plan.scene,
            scene=plan.scene,
            frame=frame,
            seed=plan.seed,
            game_loop=seen.loop - start,
            camera=seen.camera,
        )
        screen = pictures.screen if self.setup.sizes.has_screen else None
        return Record(pictures.minimap, screen, self._observer.units(seen, tags), scene)


class Deaths:
    """Counts the units that two sides lose, from the tags that the game reports dead."""

    def __init__(self, ours: int, enemy: int) -> None:
        self._sides = {ours: 0, enemy: 1}
        self._owners: dict[int, int] = {}
        self._losses = [0, 0]

    def note(self, observation: Any, seen: Seen, counts: bool = True) -> None:
        """Take in an observation; the dead of the first one died before and do not count."""
        for tag in observation.observation.raw_data.event.dead_units if counts else ():
            side = self._sides.get(self._owners.get(tag, 0))
            if side is not None:
                self._losses[side] += 1
        self._owners.update(zip(seen.tag.tolist(), seen.owner.tolist()))

    @property
    def losses(self) -> tuple[int, int]:
        """Units lost so far by (ours, enemy)."""
        return self._losses[0], self._losses[1]
