"""Jobs and the worker that does them: a scene or an episode each, with restarts and retries when the game fails."""

from __future__ import annotations

import dataclasses
import logging
from collections import Counter
from collections.abc import Callable
from typing import Protocol

from sc2data import pysc2_compat
from sc2data.format.record import Record
from sc2data.format.schema import MapInfo
from sc2data.harvest.backend import Backend, MapFile
from sc2data.harvest.faults import ConfigError, GameFault
from sc2data.harvest.harvest_config import PLAY, HarvestConfig
from sc2data.harvest.observe import Observer
from sc2data.harvest.play import PlaySource
from sc2data.harvest.session import GameSetup, Patience, Session
from sc2data.harvest.stage import SceneStage

logger = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class Supervision:
    """When a game is given up, started afresh, or waited for. None of it changes what is recorded."""

    tries: int = 3
    scenes_per_process: int = 5_000
    memory_mebibytes: float = 8_192.0
    check_memory_every: int = 25
    patience: Patience = dataclasses.field(default_factory=Patience)


@dataclasses.dataclass(frozen=True)
class Greeting:
    """What a worker tells of its game before the first job."""

    map_info: MapInfo
    version: str


@dataclasses.dataclass
class Outcome:
    """What became of a job: its records, none if it was given up, and what it took.

    `faults` holds (kind, message) of each failed try, `restarts` counts new game processes by reason, `refused` units
    that the game would not place by type id, `game_mebibytes` is the game's resident memory when last looked at.
    """

    job: int
    records: list[Record]
    faults: list[tuple[str, str]]
    restarts: Counter[str]
    refused: Counter[int]
    game_mebibytes: float = 0.0

    @property
    def given_up(self) -> bool:
        """Whether the job failed for good."""
        return not self.records


class Source(Protocol):
    """Makes the records of jobs from a session: `SceneStage` or `PlaySource`."""

    def ready(self) -> Observer:
        """See to it that there is a game, and return what reads it."""

    def open(self, job: int, /) -> None:
        """Send ahead what can be of a job."""

    def play(self, job: int, /) -> list[Record]:
        """The records of a job."""

    def forget(self) -> None:
        """The game is gone."""


class Worker:
    """Does jobs with one game, which it starts, watches and starts again."""

    def __init__(
        self,
        backend: Backend,
        config: HarvestConfig,
        supervision: Supervision,
        session: Callable[[Backend, Patience], Session] = Session,
    ) -> None:
        self.session = session(backend, supervision.patience)
        self._map = MapFile.read(backend, config.map)
        self._supervision = supervision
        self._source = _source(self.session, config, self._map)
        self._restarts: Counter[str] = Counter()
        self._faults: list[tuple[str, str]] = []
        self._scenes = 0
        self._mebibytes = 0.0

    def greet(self) -> Greeting:
        """Start the game and tell about it.

        Raises:
          GameFault: it failed as often as a job may.
        """
        for remaining in reversed(range(self._supervision.tries)):
            try:
                observer = self._source.ready()
                return Greeting(observer.map_info(self._map.name, self._map.sha256), self.session.version)
            except GameFault as fault:
                self._note(fault)
                if not remaining:
                    raise
        raise AssertionError("a harvest tries at least once")

    def run(self, job: int) -> Outcome:
        """Do a job; a game that fails is started again, as often as the supervision allows."""
        outcome = Outcome(job, [], [], Counter(), Counter())
        self._look_after()
        for _ in range(self._supervision.tries):
            try:
                outcome.records = self._source.play(job)
                break
            except GameFault as fault:
                self._note(fault)
        self._scenes += 1
        outcome.faults, self._faults = self._faults, []
        outcome.restarts, self._restarts = self._restarts, Counter()
        outcome.game_mebibytes = self._mebibytes
        if isinstance(self._source, SceneStage):
            outcome.refused, self._source.refused = self._source.refused, Counter()
        return outcome

    def ahead(self, job: int) -> None:
        """Let the game prepare a job while the records of the last one are stored."""
        try:
            self._source.open(job)
        except GameFault as fault:
            self._note(fault)

    def close(self) -> None:
        """End the game."""
        self.session.close()

    def _note(self, fault: GameFault) -> None:
        logger.info("%s", fault)
        self._faults.append((fault.kind, fault.message))
        if fault.needs_new_process:
            self._start_over(fault.kind)

    def _start_over(self, reason: str) -> None:
        self.session.kill()
        self._source.forget()
        self._restarts[reason] += 1
        self._scenes = 0

    def _look_after(self) -> None:
        """Start the game afresh before it is too old or too large."""
        if not self.session.alive:
            return
        if self._scenes >= self._supervision.scenes_per_process:
            self._start_over("age")
        elif self._scenes % self._supervision.check_memory_every == 0:
            self._mebibytes = self.session.process.resident_mebibytes()
            if self._mebibytes > self._supervision.memory_mebibytes:
                self._start_over("memory")


def _source(session: Session, config: HarvestConfig, map_file: MapFile) -> Source:
    opponent = players(map_file.name) != 1
    setup = GameSetup(map_file, config.sizes, seed=config.seed % (1 << 31), opponent=opponent)
    if config.source == PLAY:
        return PlaySource(session, setup, config.play, config.seed)
    if not opponent:
        raise ConfigError(
            f"map {map_file.name} is for one player, scenes need two sides: use another, or --source play"
        )
    return SceneStage(session, setup, config.scenes, config.seed)


def players(name: str) -> int:
    """How many players a map is for: as pysc2 knows it, else two."""
    pysc2_compat.require_pysc2()
    from pysc2 import maps

    known = maps.get_maps().get(name)
    return 2 if known is None or known.players is None else int(known.players)
