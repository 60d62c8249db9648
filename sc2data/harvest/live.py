"""A game that goes on by request: an episode is begun, stepped with orders, and seen frame by frame."""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import os
import weakref
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from sc2data import pysc2_compat
from sc2data.format.record import Units
from sc2data.harvest.backend import Backend
from sc2data.harvest.faults import ConfigError, GameFault

pysc2_compat.require_pysc2()

from sc2data.harvest import jobs, requests  # noqa: E402
from sc2data.harvest.jobs import Supervision  # noqa: E402
from sc2data.harvest.observe import Observer, TagBook  # noqa: E402
from sc2data.harvest.play import PlaySource  # noqa: E402
from sc2data.harvest.play_config import PlayConfig  # noqa: E402
from sc2data.harvest.scene_config import SceneConfig  # noqa: E402
from sc2data.harvest.session import GameSetup, Session  # noqa: E402
from sc2data.harvest.stage import Deaths, SceneStage  # noqa: E402

RESULTS = {1: "victory", 2: "defeat", 3: "tie", 4: "undecided"}
"""Of sc2api.proto."""

logger = logging.getLogger(__name__)

Point = tuple[float, float]
Result = TypeVar("Result")


@dataclasses.dataclass(frozen=True)
class Order:
    """A command to some units: an ability of `sc2data.harvest.requests`, their numbers (`Units.tag`), and where to."""

    ability: int
    units: tuple[int, ...]
    x: float
    y: float


@dataclasses.dataclass(frozen=True, eq=False)
class Frame:
    """A moment of an episode.

    Args:
      minimap: (Hm, Wm, 3) uint8 RGB, in memory of its own; screen: (Hs, Ws, 3) likewise.
      units: all of them, numbered 1, 2, ... in the order of their first appearance in the episode.
      camera: the point that the screen shows in its middle, world units.
      loop: game loops since the episode began.
      score: the game's.
      losses: units that (self, enemy) lost since the first frame.
      result: of the game where it is over, one of `RESULTS`; "" while it goes on.
    """

    minimap: npt.NDArray[np.uint8]
    screen: npt.NDArray[np.uint8]
    units: Units
    camera: tuple[float, float, float]
    loop: int
    score: float
    losses: tuple[int, int]
    result: str


class LiveGame:
    """One game, begun again and again.

    With a `SceneConfig` an episode is a battle scene, set up and verified as the harvester does it, in one long game:
    episode i shows at first what record i of a harvest with the same seed and configuration holds. With a `PlayConfig`
    an episode is a game of its own against the computer player, in which each side is given an army.

    A process that is old or large is replaced between episodes, as `supervision` says, whose `tries` is of no account
    here. A game that fails is ended at once, so that the next episode begins in a new one. A copy through pickle has
    no game: when it is used, it starts one and does again what was done in the episode. When nobody holds this object
    any more, its game is ended.

    Raises:
      ConfigError: scenes on a map for one player.
    """

    def __init__(
        self,
        backend: Backend,
        setup: GameSetup,
        config: SceneConfig | PlayConfig,
        seed: int = 0,
        supervision: Supervision | None = None,
    ) -> None:
        self.backend, self.config, self.seed = backend, config, seed
        self.supervision = supervision or Supervision()
        self.setup = dataclasses.replace(setup, opponent=jobs.players(setup.map.name) != 1)
        if isinstance(config, SceneConfig) and not self.setup.opponent:
            raise ConfigError(f"map {setup.map.name} is for one player, scenes need two sides: use another, or melee")
        self._done: list[_Deed[Any]] = []  # what makes the episode once more
        self._absent()

    # -- episodes --------------------------------------------------------------------------------------------------

    @property
    def observer(self) -> Observer:
        """What knows where things are in the pictures of the episode's game."""
        self._revive()
        return self._observer

    @property
    def pid(self) -> int:
        """The game's process, 0 where there is none."""
        return self._session.process.pid if self._session is not None and self._session.alive else 0

    def begin(self, episode: int) -> Frame:
        """Begin episode number `episode`, in the game there is or a new one.

        Raises:
          GameFault: the game failed, or refused the scene.
        """
        self._done = []
        return self._do(_Begin(episode))

    def step(self, orders: Sequence[Order] = (), camera: Point | None = None, loops: int = 1) -> Frame:
        """Give orders, move the camera and let the game run for `loops` loops.

        Raises:
          GameFault: the game failed.
        """
        self._revive()
        return self._do(_Step(tuple(orders), camera, loops))

    def hold(self) -> None:
        """Keep this moment, to `peek` into it.

        Raises:
          GameFault: the game failed, or cannot keep it (games of one human player can).
        """
        self._revive()
        self._do(_Hold())

    def peek(self, camera: Point) -> Frame:
        """Look elsewhere in the moment that was kept; always one loop after it, the least that a camera needs.

        Raises:
          GameFault: the game failed.
        """
        self._revive()
        return self._do(_Peek(camera))

    # -- the process -----------------------------------------------------------------------------------------------

    def kill(self) -> None:
        """End the game at once; the next episode starts another."""
        self._leave(Session.kill)

    def close(self) -> None:
        """Let the game quit. Idempotent; the next episode starts another."""
        self._leave(Session.close)

    def __getstate__(self) -> dict[str, Any]:
        gone = ("_session", "_source", "_observer", "_tags", "_deaths", "_start", "_end", "_episodes")
        return {name: value for name, value in self.__dict__.items() if name not in gone}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._absent()

    def _absent(self) -> None:
        self._session: Session | None = None
        self._episodes = 0  # of this process
        self._source: SceneStage | PlaySource
        self._observer: Observer
        self._end: weakref.finalize[..., Any] | None = None

    def _leave(self, how: Callable[[Session], None]) -> None:
        self._done = []
        if self._end is not None:
            self._end.detach()
        session, self._session, self._end = self._session, None, None
        if session is not None:
            how(session)

    def _present(self) -> Session:
        """The session, made where there is none."""
        if self._session is None:
            session = self._session = Session(self.backend, self.supervision.patience)
            self._end = weakref.finalize(self, _end, session, os.getpid())
            if isinstance(self.config, SceneConfig):
                self._source = SceneStage(session, self.setup, self.config, self.seed)
            else:
                self._source = PlaySource(session, self.setup, self.config, self.seed)
        return self._session

    def _look_after(self) -> None:
        """Start the game afresh before it is too old or too large, as a harvest does."""
        session, limits = self._session, self.supervision
        if session is None or not session.alive:
            self._episodes = 0
            return
        self._episodes += 1
        old = self._episodes >= limits.scenes_per_process
        if old or (
            self._episodes % limits.check_memory_every == 0
            and session.process.resident_mebibytes() > limits.memory_mebibytes
        ):
            logger.info("the game is %s: another is started", "old" if old else "large")
            session.close()
            self._episodes = 0

    def _revive(self) -> None:
        """Where the game is missing, a copy's, make one that is where this one was."""
        if self._session is None and self._done:
            logger.info("a copy of a game: it is played again to where it was, %s steps", len(self._done))
            done, self._done = self._done, []
            for deed in done:
                self._do(deed)

    @contextlib.contextmanager
    def _ended_by_faults(self) -> Iterator[None]:
        try:
            yield
        except GameFault as fault:
            if fault.needs_new_process:
                self.kill()
            raise

    # -- what was asked for ----------------------------------------------------------------------------------------

    def _do(self, deed: _Deed[Result]) -> Result:
        with self._ended_by_faults():
            result = deed(self)
        self._done.append(deed)
        return result

    def _send(self, *sent: Any) -> Any:
        return self._present().send(*sent)[-1]

    def _begin(self, episode: int) -> Frame:
        self._look_after()
        session = self._present()
        if session.ended:
            session.info = None  # that game is over; another is made in the same process
        if isinstance(self._source, SceneStage):
            staged = self._source.begin(episode)
            answer, self._start = staged.answer, staged.start
        else:
            answer, self._start = self._source.begin(episode).answer, 0
        self._observer = self._source.observer
        self._tags, self._deaths = TagBook(), Deaths(session.player_id, 3 - session.player_id)
        return self._frame(answer, first=True)

    def _step(self, orders: Sequence[Order], camera: Point | None, loops: int) -> Frame:
        actions = [requests.camera(*camera)] if camera is not None else []
        for order in orders:
            tags = self._tags.tags(order.units)
            actions.append(requests.command(order.ability, tags, order.x, order.y))
        acting = [requests.act(actions)] if actions else []
        return self._frame(self._send(*acting, requests.step(loops), requests.observe()))

    def _peek(self, camera: Point) -> Frame:
        sent = requests.quick_load(), requests.act([requests.camera(*camera)]), requests.step(1), requests.observe()
        return self._frame(self._send(*sent))

    def _frame(self, answer: Any, first: bool = False) -> Frame:
        session, told = self._present(), answer.observation
        seen = self._observer.read(told)
        if isinstance(self._source, SceneStage) and not session.ended:
            self._source.read(answer)
        self._deaths.note(told, seen, counts=not first)
        pictures = session.pictures(told, self.setup.sizes)
        return Frame(
            minimap=pictures.minimap.copy(),
            screen=pictures.screen.copy(),
            units=self._observer.units(seen, self._tags),
            camera=seen.camera,
            loop=seen.loop - self._start,
            score=float(told.observation.score.score),
            losses=self._deaths.losses,
            result=_result(told, session),
        )


@dataclasses.dataclass(frozen=True)
class _Begin:
    episode: int

    def __call__(self, game: LiveGame) -> Frame:
        return game._begin(self.episode)


@dataclasses.dataclass(frozen=True)
class _Step:
    orders: tuple[Order, ...]
    camera: Point | None
    loops: int

    def __call__(self, game: LiveGame) -> Frame:
        return game._step(self.orders, self.camera, self.loops)


@dataclasses.dataclass(frozen=True)
class _Peek:
    camera: Point

    def __call__(self, game: LiveGame) -> Frame:
        return game._peek(self.camera)


@dataclasses.dataclass(frozen=True)
class _Hold:
    def __call__(self, game: LiveGame) -> None:
        game._send(requests.quick_save())


_Deed = Callable[[LiveGame], Result]
"""Something that was done to a game, in words that hold for another one too."""


def _result(told: Any, session: Session) -> str:
    """Ours, of a `ResponseObservation`."""
    ours = [one.result for one in told.player_result if one.player_id == session.player_id]
    if ours:
        return RESULTS[ours[0]]
    return "undecided" if session.ended else ""


def _end(session: Session, owner: int) -> None:
    """End the game of an object that is gone; in a process that was forked off it is another's."""
    if os.getpid() == owner:
        session.kill()
