"""Plays episodes, each a game of its own with an agent that acts, and records what the camera sees as they go on."""

from __future__ import annotations

import dataclasses
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from sc2data.format.record import Record, Scene
from sc2data.harvest import plain, requests
from sc2data.harvest.ground import Ground
from sc2data.harvest.observe import Observer, Seen, TagBook
from sc2data.harvest.play_config import RANDOM, PlayConfig
from sc2data.harvest.session import GameSetup, Session
from sc2data.harvest.stage import Deaths

_REINFORCE_BELOW = 3
_SETTLE_LOOPS = 4
_SPREAD = 3.0

Point = tuple[float, float]


class Agent(Protocol):
    """Decides what to do and where to look."""

    def act(self, seen: Seen, rng: np.random.Generator) -> list[Any]:
        """Actions for what is seen."""

    def look(self, seen: Seen, rng: np.random.Generator) -> Point:
        """Where to point the camera next."""


class ScriptedAgent:
    """Leads its army against the enemy's and looks at the fight, at some unit, or somewhere else."""

    def __init__(self, ours: int, enemy: int, army: npt.NDArray[np.int32], cells: npt.NDArray[np.float64]) -> None:
        self._ours, self._enemy, self._army, self._cells = ours, enemy, army, cells

    def act(self, seen: Seen, rng: np.random.Generator) -> list[Any]:
        """Attack towards the middle of the enemy's army, or somewhere while none is seen."""
        mine = (seen.owner == self._ours) & np.isin(seen.type, self._army)
        if not mine.any():
            return []
        theirs = (seen.owner == self._enemy) & np.isin(seen.type, self._army)
        goal = seen.world[theirs, :2].mean(axis=0) if theirs.any() else _cell(self._cells, rng)
        return [requests.command(requests.ATTACK, seen.tag[mine].tolist(), *map(float, goal))]

    def look(self, seen: Seen, rng: np.random.Generator) -> Point:
        """Half of the time at the middle of its army, else at some unit or anywhere."""
        mine = (seen.owner == self._ours) & np.isin(seen.type, self._army)
        where = rng.random()
        if where < 0.5 and mine.any():
            point = seen.world[mine, :2].mean(axis=0) + rng.normal(0, 2, 2)
        elif where < 0.75 and len(seen):
            point = seen.world[rng.integers(len(seen)), :2] + rng.normal(0, 3, 2)
        else:
            point = _cell(self._cells, rng)
        return float(point[0]), float(point[1])


class RandomAgent:
    """Gives random units random orders and looks anywhere."""

    def __init__(self, ours: int, cells: npt.NDArray[np.float64]) -> None:
        self._ours, self._cells = ours, cells

    def act(self, seen: Seen, rng: np.random.Generator) -> list[Any]:
        """Move or attack with a random share of its units, each to a place of its own."""
        mine = seen.tag[seen.owner == self._ours]
        chosen = mine[rng.random(len(mine)) < 0.3].tolist()
        orders = rng.choice([requests.MOVE, requests.ATTACK], len(chosen))
        return [requests.command(int(o), [tag], *_cell(self._cells, rng)) for o, tag in zip(orders, chosen)]

    def look(self, seen: Seen, rng: np.random.Generator) -> Point:
        """Anywhere on walkable ground."""
        return _cell(self._cells, rng)


@dataclasses.dataclass(frozen=True)
class Begun:
    """An episode that has begun: the generator that it goes on with, its seed, and its first observation."""

    rng: np.random.Generator
    seed: int
    answer: Any


class PlaySource:
    """Plays the episodes of one harvest in the games of `session`: episode i of seed S is made from (S, i) alone."""

    def __init__(self, session: Session, setup: GameSetup, config: PlayConfig, seed: int) -> None:
        self.session = session
        self.setup = dataclasses.replace(setup, disable_fog=not config.fog)
        self.config = config
        self.seed = seed
        self._observer: Observer

    def ready(self) -> Observer:
        """See to it that there is a game, and return what reads it."""
        if self.session.info is None:
            self._new_game(self.seed)
        return self._observer

    @property
    def observer(self) -> Observer:
        """What reads the game of the last episode that began."""
        return self._observer

    def forget(self) -> None:
        """The game is gone; nothing of it is kept anyway."""

    def open(self, episode: int) -> None:
        """Nothing can be sent ahead: each episode begins with a new game."""

    def play(self, episode: int) -> list[Record]:
        """The records of episode number `episode`.

        Raises:
          GameFault: the game failed.
        """
        begun = self.begin(episode)
        rng, seed, seen = begun.rng, begun.seed, self._observer.read(begun.answer.observation)
        agent = self._agent()
        tags, deaths = TagBook(), Deaths(self.session.player_id, 3 - self.session.player_id)
        records: list[Record] = []
        while len(records) < self.config.records:
            camera = agent.look(seen, rng)
            sent = [requests.act([requests.camera(*camera), *agent.act(seen, rng)])]
            sent += self._reinforcements(seen, rng)
            answer = self.session.send(*sent, requests.step(self.config.every), requests.observe())[-1]
            seen = self._observer.read(answer.observation)
            deaths.note(answer.observation, seen, counts=bool(records))
            records.append(self._record(episode, len(records), seed, answer.observation, seen, tags))
            if self.session.ended or answer.observation.player_result:
                break
        for record in records:
            record.scene = dataclasses.replace(record.scene, losses=deaths.losses)
        return records

    def begin(self, episode: int) -> Begun:
        """Make the game of episode number `episode` and give each side its army; nothing has happened yet.

        Raises:
          GameFault: the game failed.
        """
        sequence = np.random.SeedSequence([self.seed, episode])
        rng = np.random.default_rng(sequence)
        seed = int(sequence.generate_state(1, np.uint64)[0])
        self._new_game(seed)
        sent = [self._create(rng), requests.step(_SETTLE_LOOPS), requests.observe()]
        return Begun(rng, seed, self.session.send(*sent)[-1])

    def _new_game(self, seed: int) -> None:
        self.session.new_game(dataclasses.replace(self.setup, seed=seed % (1 << 31)))
        self._observer = Observer(Ground.of(self.session.info), self.setup.sizes)
        walkable = self._observer.ground.walkable()
        rows, columns = np.nonzero(walkable)
        self._cells = np.stack([columns + 0.5, rows + 0.5], axis=1)

    def _agent(self) -> Agent:
        ours, army = self.session.player_id, list(plain.type_ids((*self.config.army, *self.config.enemies)).values())
        if self.config.agent == RANDOM:
            return RandomAgent(ours, self._cells)
        return ScriptedAgent(ours, 3 - ours, np.array(army, np.int32), self._cells)

    def _create(self, rng: np.random.Generator) -> Any:
        return requests.debug([*self._army(rng, ours=True), *self._army(rng, ours=False)])

    def _reinforcements(self, seen: Seen, rng: np.random.Generator) -> list[Any]:
        """A new army for each side that has lost nearly all of its own."""
        kinds = list(plain.type_ids((*self.config.army, *self.config.enemies)).values())
        commands: list[Any] = []
        for ours in (True, False):
            alive = (seen.owner == self._owner(ours)) & np.isin(seen.type, kinds)
            if self.config.armies[1] and alive.sum() < _REINFORCE_BELOW:
                commands += self._army(rng, ours)
        return [requests.debug(commands)] if commands else []

    def _army(self, rng: np.random.Generator, ours: bool) -> list[Any]:
        """Commands that create an army of one side around some walkable point."""
        names = self.config.army if ours else self.config.enemies
        low, high = self.config.armies
        kinds = rng.choice([plain.type_ids([name])[name] for name in names], int(rng.integers(low, high + 1)))
        middle = np.array(_cell(self._cells, rng))
        points = middle + rng.normal(0, _SPREAD, (len(kinds), 2))
        nearest = [self._cells[np.abs(self._cells - point).sum(axis=1).argmin()] for point in points]
        return [requests.create(int(k), self._owner(ours), float(x), float(y)) for k, (x, y) in zip(kinds, nearest)]

    def _owner(self, ours: bool) -> int:
        return self.session.player_id if ours else 3 - self.session.player_id

    def _record(self, episode: int, frame: int, seed: int, observation: Any, seen: Seen, tags: TagBook) -> Record:
        pictures = self.session.pictures(observation, self.setup.sizes)
        scene = Scene(episode, episode, frame, seed, seen.loop, seen.camera)
        screen = pictures.screen if self.setup.sizes.has_screen else None
        return Record(pictures.minimap, screen, self._observer.units(seen, tags), scene)


def _cell(cells: npt.NDArray[np.float64], rng: np.random.Generator) -> Point:
    """The centre of some walkable cell."""
    x, y = cells[rng.integers(len(cells))]
    return float(x), float(y)
