"""A session with a game: one process, games made in it one after another, and every failure told apart."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterable, Iterator
from typing import Any

from sc2data import pysc2_compat
from sc2data.harvest.backend import Backend, MapFile
from sc2data.harvest.faults import BAD_FRAME, CLOSED, CRASH, ERROR, HANG, ConfigError, GameFault, HarvestError
from sc2data.harvest.pictures import Pictures, RenderSizes
from sc2data.harvest.process import GameProcess

GRAPHICS = ("EGL", "OSMesa", "render", "GL ")
"""What the game's words about graphics name; it says them when it starts, long before a picture is missed."""

_LAST_WORDS_SECONDS = 1.0


@dataclasses.dataclass(frozen=True)
class Patience:
    """How long to wait before a game counts as hung, in seconds."""

    launch: float = 300.0  # a cold start of the real game from a slow disk
    game: float = 180.0  # create_game and join_game load the map
    call: float = 30.0  # everything else


RACES = ("Terran", "Zerg", "Protoss", "Random")
DIFFICULTIES = (
    *("VeryEasy", "Easy", "Medium", "MediumHard", "Hard", "Harder", "VeryHard"),
    *("CheatVision", "CheatMoney", "CheatInsane"),
)
"""Names of sc2api.proto."""


@dataclasses.dataclass(frozen=True)
class GameSetup:
    """What kind of game to make: the map, the pictures wanted, and who plays.

    With `opponent` there is a computer player besides ours; maps made for one player (the mini-games) have none.

    Raises:
      ConfigError: a race or difficulty that the game does not know.
    """

    map: MapFile
    sizes: RenderSizes
    seed: int = 0
    opponent: bool = True
    disable_fog: bool = True
    race: str = "Terran"
    enemy_race: str = "Terran"
    difficulty: str = "VeryEasy"

    def __post_init__(self) -> None:
        for name, allowed in (("race", RACES), ("enemy_race", RACES), ("difficulty", DIFFICULTIES)):
            if getattr(self, name) not in allowed:
                raise ConfigError(f"{name} {getattr(self, name)!r} is none of {', '.join(allowed)}")


class Session:
    """Drives one game process, which it starts when first needed and after each `kill`.

    Every method that talks to the game raises `GameFault` when the game fails; the session is then to be killed (see
    `GameFault.needs_new_process`) and works again after that. `loop` is that of the last observation, and `ended` tells
    whether the game was over by the last answer.
    """

    def __init__(self, backend: Backend, patience: Patience | None = None) -> None:
        self.backend = backend
        self.patience = patience or Patience()
        self.starts = 0
        self.version = ""
        self.info: Any = None
        self.loop = 0
        self.ended = False
        self.player_id = 1
        self._fog = False
        self._process: GameProcess | None = None

    # -- the process -----------------------------------------------------------------------------------------------

    @property
    def process(self) -> GameProcess:
        """The game's process, started if there is none."""
        if self._process is None:
            self._process = GameProcess(self.backend, want_rgb=True, launch_seconds=self.patience.launch)
            self.starts += 1
            self.info = None
            with self._told_apart("ping"):
                self._process.controller.set_patience(self.patience.call)
                self.version = self._process.controller.ping().game_version
        return self._process

    @property
    def alive(self) -> bool:
        """Whether there is a process at all."""
        return self._process is not None

    def kill(self) -> None:
        """End the process at once; the next call starts another, on another port."""
        if self._process is not None:
            self._process.kill()
        self._process, self.info = None, None

    def close(self) -> None:
        """Let the game quit. The session can be used again."""
        if self._process is not None:
            self._process.close()
        self._process, self.info = None, None

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    # -- the game --------------------------------------------------------------------------------------------------

    def new_game(self, setup: GameSetup) -> None:
        """Make and join a game, in the process there is or a new one, and check that its pictures are sound.

        Raises:
          GameFault: the game failed.
          HarvestError: it made the game, but without the pictures asked for: trying again will not help.
        """
        pysc2_compat.install()
        from s2clientprotocol import common_pb2, sc2api_pb2

        controller = self.process.controller
        options = interface_options(setup.sizes)
        players = [sc2api_pb2.PlayerSetup(type=sc2api_pb2.Participant)]
        if setup.opponent:
            computer = sc2api_pb2.PlayerSetup(type=sc2api_pb2.Computer, race=common_pb2.Race.Value(setup.enemy_race))
            computer.difficulty = sc2api_pb2.Difficulty.Value(setup.difficulty)
            players.append(computer)
        create = sc2api_pb2.RequestCreateGame(
            local_map=sc2api_pb2.LocalMap(map_path=setup.map.relative, map_data=setup.map.data),
            player_setup=players,
            disable_fog=setup.disable_fog,
            random_seed=setup.seed,
            realtime=False,
        )
        race = common_pb2.Race.Value(setup.race)
        join = sc2api_pb2.RequestJoinGame(race=race, options=options, player_name="harvester")
        controller.set_patience(self.patience.game)
        with self._told_apart("create_game and join_game"):
            controller.create_game(create)
            self.player_id = controller.join_game(join).player_id
        controller.set_patience(self.patience.call)
        with self._told_apart("game_info"):
            self.info = controller.game_info()
        self.loop, self.ended, self._fog = 0, False, not setup.disable_fog
        self._check_render(setup.sizes)

    def _check_render(self, sizes: RenderSizes) -> None:
        """The options must come back as they were sent; a game without a GL library drops `render`."""
        asked, granted = interface_options(sizes).render, self.info.options.render
        got = granted.resolution, granted.minimap_resolution
        if got != (asked.resolution, asked.minimap_resolution):
            said = self.process.words_about(*GRAPHICS)
            self.close()
            raise HarvestError(
                "the game does not render: asked for a screen of "
                f"{asked.resolution.x}x{asked.resolution.y} and a minimap of "
                f"{asked.minimap_resolution.x}x{asked.minimap_resolution.y}, it granted {got[0].x}x{got[0].y} and "
                f"{got[1].x}x{got[1].y}. Rendering needs the Linux build and an EGL or OSMesa library: run "
                "`python -m scripts.doctor`." + (f"\nthe game's words about graphics:\n{said}" if said else "")
            )

    # -- requests --------------------------------------------------------------------------------------------------

    def post(self, *requests: Any) -> list[int]:
        """Send requests without waiting; `collect` takes what this returns."""
        with self._told_apart("sending requests"):
            return self.process.controller.post(requests)

    def collect(self, ids: Iterable[int]) -> list[Any]:
        """Answers (`Response` messages) to what `post` sent, in order; they must be collected in the order posted."""
        from s2clientprotocol import sc2api_pb2

        with self._told_apart("waiting for answers"):
            responses = self.process.controller.collect(list(ids))
        for response in responses:
            if response.HasField("observation"):
                self.loop = response.observation.observation.game_loop
            self.ended = response.status == sc2api_pb2.ended
        return responses

    def send(self, *requests: Any) -> list[Any]:
        """`post` and `collect`: several requests in one wait."""
        return self.collect(self.post(*requests))

    def pictures(self, observation: Any, sizes: RenderSizes) -> Pictures:
        """The two pictures of a `ResponseObservation`; a picture that cannot be right is a `GameFault`."""
        try:
            return Pictures.of(observation.observation.render_data, sizes, self._fog)
        except ValueError as error:
            raise GameFault(BAD_FRAME, str(error), self._last_words()) from error

    def _last_words(self) -> str:
        return self._process.last_words() if self._process is not None else ""

    @contextlib.contextmanager
    def _told_apart(self, doing: str) -> Iterator[None]:
        """Turn what pysc2 raises while `doing` into a `GameFault` of the right kind."""
        from google.protobuf.message import DecodeError
        from pysc2.lib import protocol, remote_controller

        try:
            yield
        except protocol.ConnectionError as error:
            raise GameFault(self._kind(str(error)), f"{doing}: {error}", self._last_words()) from error
        except protocol.ProtocolError as error:
            kind = CLOSED if "empty response" in str(error) else ERROR
            said = str(error).rpartition("error:\n")[2]  # pysc2 puts its own words before the game's
            raise GameFault(kind, f"{doing}: {said}", self._last_words()) from error
        except (remote_controller.RequestError, DecodeError) as error:
            raise GameFault(ERROR, f"{doing}: {error}", self._last_words()) from error

    def _kind(self, message: str) -> str:
        if "timed out" in message:
            return HANG
        ended = self._process is None or self._process.ended_within(_LAST_WORDS_SECONDS)
        return CRASH if ended else CLOSED


def interface_options(sizes: RenderSizes) -> Any:
    """The `InterfaceOptions` of every harvest: raw units always (a join with `render` alone fails without GL)."""
    pysc2_compat.install()
    from s2clientprotocol import sc2api_pb2

    options = sc2api_pb2.InterfaceOptions(raw=True, score=True, show_cloaked=True, show_burrowed_shadows=True)
    options.render.resolution.x, options.render.resolution.y = sizes.asked_screen
    options.render.minimap_resolution.x, options.render.minimap_resolution.y = sizes.minimap
    if sizes.crop_to_playable_area:
        options.render.crop_to_playable_area = True
    return options
