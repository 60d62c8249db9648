"""The game itself as an environment: its rendered minimap and screen, its camera, and orders to an army."""

from __future__ import annotations

import dataclasses
import os
from typing import Any

import numpy as np
import numpy.typing as npt
from gymnasium import spaces

from envs import live_picture
from envs.commands import Command, CommandCode
from envs.episodes import Observation
from envs.game_options import SCENES, GameOptions, named
from envs.live_env import LiveEnv
from envs.options import ACTIONS, EnvError
from envs.seen_units import Mask, SeenUnits

KILLS, SCORE, OUTCOME, NONE = "kills", "score", "outcome", "none"
REWARDS = (KILLS, SCORE, OUTCOME, NONE)
OUTCOMES = {"victory": 1.0, "defeat": -1.0}


@dataclasses.dataclass(frozen=True)
class StarCraft2Options(GameOptions):
    """Options of `StarCraft2Env`: those of `GameOptions`, and these.

    Args:
        loops: game loops a step takes, 22.4 a second.
        actions: "grid", cells of the minimap to choose from, or "continuous" places.
        grid: rows and columns of these cells.
        reward: see `StarCraft2Env`.

    Raises:
        EnvError: a value out of range; the message says which.
    """

    loops: int = 8
    actions: str = "grid"
    grid: tuple[int, int] = (16, 16)
    reward: str = KILLS

    def __post_init__(self) -> None:
        super().__post_init__()
        self._choose("actions", ACTIONS)
        self._choose("reward", REWARDS)
        if self.loops < 1:
            raise EnvError(f"loops {self.loops}: a step takes at least 1 game loop")
        if len(self.grid) != 2 or min(self.grid) < 1:
            raise EnvError(f"grid {self.grid}: give rows and columns, each at least 1")


class StarCraft2Env(LiveEnv):
    """StarCraft II, or the simulator, as a gymnasium environment: see the rendered pictures, lead an army.

    Every environment has a game of its own, driven through pysc2, which starts at the first reset and ends with `close`
    (or when the environment is dropped, or its process ends, however it ends). `env.unwrapped.code` makes actions:
    `code.encode("attack", x, y)`. `SaccadeWrapper(env, "screen")` gives saccades over each frame.

    ## Observation space

    A `Dict` of one level.

    | key | shape | dtype | range | meaning |
    |---|---|---|---|---|
    | minimap | (h, w, 3) | uint8 | 0 .. 255 | the rendered minimap, RGB |
    | screen | (H, W, 3) | uint8 | 0 .. 255 | the rendered screen, RGB |
    | camera | (2,) | float32 | -1 .. 1 | the place of the minimap that the screen shows in its middle |

    Sizes are `minimap_size` and `screen_size`. (-1, -1) is the minimap's upper left corner, (1, 1) the lower right one.

    ## Action space

    A command and a place of the minimap; places outside of the playable area mean the nearest point in it.

    | options | space | meaning |
    |---|---|---|
    | default | MultiDiscrete([6, rows columns]) | command, and a cell of the minimap, row by row |
    | actions="continuous" | Box(-1, 1, (8,)) | x, y, and a score for each command, the largest is given |

    | number | command | meaning |
    |---|---|---|
    | 0 | noop | nothing |
    | 1 | camera | look there |
    | 2, 3 | attack, move | all soldiers attack-move or move there |
    | 4, 5 | attack_shown, move_shown | likewise, the soldiers on the screen alone |

    Soldiers are units of ours with a weapon that are neither workers nor structures. After the command `loops` game
    loops pass.

    ## Rewards

    | reward | at each step |
    |---|---|
    | kills (default) | units that the enemy lost in it, less units that we lost |
    | score | by how much the game's own score rose |
    | outcome | 1 for a victory, -1 for a defeat, when it ends |
    | none | 0 |

    ## Starting state

    With play="scenes" (default) a battle scene as the harvester draws and verifies it, after the motion that its
    settings ask for; `reset(options={"index": 7})` begins with scene 7, what record 7 of a harvest with seed
    `game_seed` and one frame a scene shows. With play="melee" a new game against the built-in AI, in which each side
    was given `armies`. Otherwise the environment's generator draws the number.

    ## Episode end

    Terminated in a scene when one of two sides has no unit left but structures, and whenever the game is over.
    Truncated when the game crashed, hung or sent nonsense: the observation is then the last one that there was, the
    reward 0, `info["fault"]` says what happened, and the next reset starts the game anew. Also by the limit of steps
    that `gymnasium.make` adds.

    ## Info

    | key | meaning |
    |---|---|
    | index | number of the scene or game |
    | game_loop | loops since the episode began |
    | units | `envs.seen_units.SeenUnits`: type, owner, health and place (`world`, `minimap`, `screen` px) of each |
    | counts, counts_on_screen | how many by side ("self", "enemy", "neutral") and name, on the map and on the screen |
    | losses | units lost since the start, by "self" and "enemy" |
    | score | the game's own |
    | footprint | (4, 2), the trapezium of the minimap that a screen shows, relative to the camera's place |
    | result | once it is over: "victory", "defeat", "tie" or "undecided" |
    | fault | if the game failed: its `kind` (crash, hang, closed, error, bad_frame) and `message` |

    ## Version history

    * v0: the first one.

    Args:
        options: see `StarCraft2Options`.
        render_mode: "rgb_array": `render` gives a picture; "human": shown in a window at each step, or where there is
            no display saved as PNG files.
        frames_dir: folder for these files; None: a new temporary one.
        values: options by name, instead of those in `options`.

    Raises:
        EnvError: a value out of range.
        UserError: no game and no simulator, no such map, no such unit type, or pysc2 is not installed.
    """

    def __init__(
        self,
        options: StarCraft2Options | None = None,
        *,
        render_mode: str | None = None,
        frames_dir: str | os.PathLike[str] | None = None,
        **values: Any,
    ) -> None:
        self.options = named(StarCraft2Options, options, values)
        super().__init__(self.options, render_mode, frames_dir)
        self.code = CommandCode(self.options.grid if self.options.actions == "grid" else None)
        self.action_space = self.code.space
        (width, height), (across, down) = self._sizes.minimap, self._sizes.asked_screen
        seen: dict[str, spaces.Space[Any]] = {
            "camera": spaces.Box(-1, 1, (2,), np.float32),
            "minimap": spaces.Box(0, 255, (height, width, 3), np.uint8),
            "screen": spaces.Box(0, 255, (down, across, 3), np.uint8),
        }
        together: spaces.Space[Any] = spaces.Dict(seen)
        self.observation_space = together

    def _start(self) -> None:
        self._units = SeenUnits.copy_of(self.frame.units)
        self._two_sides = all(side.any() for side in self._sides())
        self._result = ""
        self._command = Command("noop")
        self._gained, self._return = 0.0, 0.0
        self._path = [self._camera()]

    def _take(self, action: Any) -> tuple[float, bool]:
        command = self.code.decode(action)
        before = self.frame
        camera = self.world(command.x, command.y) if command.kind == "camera" else None
        orders = self._orders(command)
        self._command, self._gained = command, 0.0
        if not self._act(lambda: self.game.step(orders, camera, self.options.loops)):
            return 0.0, False
        after = self.frame
        self._units = SeenUnits.copy_of(after.units)
        self._result = after.result or self._battle()
        if command.kind == "camera":
            self._path.append(self._camera())
        ours, theirs = np.subtract(after.losses, before.losses).tolist()
        self._gained = {
            KILLS: float(theirs - ours),
            SCORE: after.score - before.score,
            OUTCOME: OUTCOMES.get(self._result, 0.0),
            NONE: 0.0,
        }[self.options.reward]
        self._return += self._gained
        return self._gained, bool(self._result)

    def _orders(self, command: Command) -> list[Any]:
        if command.kind in ("noop", "camera"):
            return []
        from sc2data.harvest import requests
        from sc2data.harvest.live import Order

        verb, _, shown = command.kind.partition("_")
        chosen = self._units.soldiers()
        if shown:
            chosen = chosen & self._units.on_screen
        if not chosen.any():
            return []
        ability = requests.ATTACK if verb == "attack" else requests.MOVE
        return [Order(ability, tuple(self._units.tag[chosen].tolist()), *self.world(command.x, command.y))]

    def _sides(self) -> tuple[Mask, Mask]:
        """Ours and theirs, all but structures."""
        moving = ~self._units.structures()
        return moving & self._units.of_side("self"), moving & self._units.of_side("enemy")

    def _battle(self) -> str:
        """How a scene has ended; "" while it goes on."""
        if self.options.play != SCENES or not self._two_sides:
            return ""
        ours, theirs = (bool(side.any()) for side in self._sides())
        return "" if ours and theirs else "victory" if ours else "defeat" if theirs else "tie"

    def _camera(self) -> npt.NDArray[np.float32]:
        return self.place([self.frame.camera])[0].clip(-1, 1)

    def _observation(self) -> Observation:
        frame = self.frame
        return {"camera": self._camera(), "minimap": frame.minimap.copy(), "screen": frame.screen.copy()}

    def _info(self) -> dict[str, Any]:
        seen = SeenUnits.copy_of(self._units)
        ours, theirs = self.frame.losses
        told = self._told() | {
            "units": seen,
            "counts": seen.counts(),
            "counts_on_screen": seen.counts(seen.on_screen & seen.visible),
            "losses": {"self": ours, "enemy": theirs},
            "score": self.frame.score,
            "footprint": self.footprint(),
        }
        return told | ({"result": self._result} if self._result else {})

    def _picture(self) -> npt.NDArray[np.uint8]:
        ours, theirs = self.frame.losses
        seen = self._units
        command = self._command
        place = "" if command.kind == "noop" else f" to ({command.x:+.2f}, {command.y:+.2f})"
        end = f"    {self._result or 'the game failed'}" if self._result or self._fault else ""
        lines = (
            f"{self.frame.loop / 22.4:.1f} s    {command.kind}{place}    lost {ours}, killed {theirs}    "
            f"reward {self._gained:+g}, in all {self._return:+g}{end}",
            live_picture.counted(seen),
        )
        return live_picture.of_game(self.frame, seen, self.footprint() + self._camera(), np.array(self._path), lines)
