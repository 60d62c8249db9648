"""What game the live environments play: which map, how large the pictures, against whom."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from envs.options import EnvError
from sc2data.harvest import backend as backends
from sc2data.harvest.faults import ConfigError
from sc2data.harvest.pictures import RenderSizes
from sc2data.harvest.play_config import PlayConfig
from sc2data.harvest.scene_config import SceneConfig

if TYPE_CHECKING:
    from sc2data.harvest.live import LiveGame

SCENES, MELEE = "scenes", "melee"
PLAYS = (SCENES, MELEE)
MELEE_ALONE = ("armies", "army", "enemies", "race", "enemy_race", "difficulty", "fog")
"""Options that scenes have not; what stands in these is in `scenes`."""
DEFAULT = PlayConfig()

Options = TypeVar("Options", bound="GameOptions")


@dataclasses.dataclass(frozen=True)
class GameOptions:
    """Options of `StarCraft2Env` and `CameraSaccadeEnv` that say what is played.

    Args:
        play: "scenes", battle scenes as the harvester sets them up, or "melee", a game against the built-in AI.
        map: the name of one in the installation's `Maps` folder, or the path of a `.SC2Map` file.
        backend: "game", "simulator", or "auto": the game where there is one, as `scripts.harvest --backend`.
        minimap_size: width and height of the minimap, px; a number stands for both.
        screen_size: likewise of the screen, which must be no smaller than the minimap.
        crop: whether the minimap shows the playable area alone.
        scenes: settings of the scenes by name, see `sc2data.harvest.scene_config.SceneConfig`.
        armies: melee: between how many and how many units each side is given at the start; (0, 0): none.
        army: melee: the unit types that ours is drawn from; enemies: that the other one's is.
        race: melee: ours; enemy_race: the other one's.
        difficulty: melee: of the built-in AI, by the API's names from "VeryEasy" to "CheatInsane".
        fog: melee: whether the fog of war hides what no unit of ours sees; `units` and `counts` then lack it too.
        game_seed: scene i of game_seed S is scene i of a harvest with seed S.
        patience: seconds to wait for an answer of the game before it counts as hung.

    Raises:
        EnvError: a value out of range; the message says which.
    """

    play: str = SCENES
    map: str = "Simple64"
    backend: str = backends.AUTO
    minimap_size: int | tuple[int, int] = 128
    screen_size: int | tuple[int, int] = 512
    crop: bool = False
    scenes: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    armies: tuple[int, int] = (8, 16)
    army: tuple[str, ...] = DEFAULT.army
    enemies: tuple[str, ...] = DEFAULT.enemies
    race: str = "Terran"
    enemy_race: str = "Terran"
    difficulty: str = "VeryEasy"
    fog: bool = False
    game_seed: int = 0
    patience: float = 30.0

    def __post_init__(self) -> None:
        self._choose("play", PLAYS)
        self._choose("backend", backends.CHOICES)
        if not self.patience > 0:
            raise EnvError(f"patience {self.patience}: more than 0 seconds are needed")
        if not 0 <= self.game_seed < 1 << 63:
            raise EnvError(f"game_seed {self.game_seed}: at least 0 and below 2^63 is needed")
        for field in dataclasses.fields(GameOptions):
            given = getattr(self, field.name)
            if self.play == SCENES and field.name in MELEE_ALONE and given != field.default:
                raise EnvError(f"{field.name} {given!r} in scenes: it goes with play='melee' alone")
        if self.play == MELEE and self.scenes:
            raise EnvError(f"scenes {dict(self.scenes)} in melee: they go with play='scenes' alone")
        self.sizes()

    def _choose(self, name: str, choices: Sequence[str]) -> None:
        if getattr(self, name) not in choices:
            raise EnvError(f"{name} {getattr(self, name)!r}: choose one of {', '.join(choices)}")

    def sizes(self) -> RenderSizes:
        """The pictures' sizes.

        Raises:
            EnvError: one that the API does not allow.
        """
        try:
            return RenderSizes(_pair(self.minimap_size), _pair(self.screen_size), self.crop)
        except ConfigError as error:
            raise EnvError(str(error)) from error

    def config(self) -> SceneConfig | PlayConfig:
        """What an episode is made of.

        Raises:
            ConfigError: settings that the harvester does not know, or unit types that the game does not.
        """
        if self.play == SCENES:
            return SceneConfig.from_dict(self.scenes)
        return PlayConfig(armies=self.armies, army=self.army, enemies=self.enemies, fog=self.fog)

    def game(self) -> LiveGame:
        """The game, which starts when an episode begins.

        Raises:
            EnvError: no game and no simulator, no such map, or settings that it does not know.
            MissingPysc2Error, MissingProtocolError: pysc2 is not installed.
        """
        from sc2data.harvest.live import LiveGame, Supervision
        from sc2data.harvest.session import GameSetup, Patience

        backend = backends.choose(self.backend)
        setup = GameSetup(
            backends.MapFile.read(backend, self.map),
            self.sizes(),
            seed=self.game_seed % (1 << 31),
            race=self.race,
            enemy_race=self.enemy_race,
            difficulty=self.difficulty,
        )
        supervision = Supervision(patience=Patience(call=self.patience))
        return LiveGame(backend, setup, self.config(), self.game_seed, supervision)


def named(kind: type[Options], given: Options | None, values: Mapping[str, Any]) -> Options:
    """Options as given, with some of them replaced by name; lists become tuples.

    Raises:
        EnvError: one that there is not, or a value out of range.
    """
    names = [field.name for field in dataclasses.fields(kind)]
    unknown = sorted(set(values) - set(names))
    if unknown:
        raise EnvError(f"no options {', '.join(unknown)}; there are {', '.join(names)}")
    plain: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    return dataclasses.replace(given or kind(), **plain)


def _pair(size: int | tuple[int, int]) -> tuple[int, int]:
    if isinstance(size, int):
        return size, size
    width, height = size
    return int(width), int(height)
