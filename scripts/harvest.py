"""Harvest a data set of rendered StarCraft II scenes: minimaps, screens, unit counts and positions.

    python -m scripts.harvest --output data/battles --records 1000 --seed 1

pysc2 drives StarCraft II where SC2PATH holds it, else a simulator that speaks the game's protocol and says so in the
data set. Press Ctrl-C whenever you like and go on later with --resume: the data set comes out the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from absl import flags

from sc2data import memory
from sc2data.harvest import backend, faults, plain
from sc2data.harvest.harvest_config import PLAY, SCENES, SOURCES, HarvestConfig
from sc2data.harvest.pictures import RenderSizes
from sc2data.harvest.play_config import AGENTS, PlayConfig
from sc2data.harvest.scene_config import LAYOUTS, MOTIONS, SceneConfig
from scripts import _app

APP = _app.App(__doc__)


def _string(name: str, default: str | None, text: str) -> flags.FlagHolder[Any]:
    return flags.DEFINE_string(name, default, text, flag_values=APP.flags)


def _integer(name: str, default: int | None, text: str, least: int) -> flags.FlagHolder[Any]:
    return flags.DEFINE_integer(name, default, text, lower_bound=least, flag_values=APP.flags)


def _enum(name: str, default: str, values: Sequence[str], text: str) -> flags.FlagHolder[Any]:
    return flags.DEFINE_enum(name, default, list(values), text, flag_values=APP.flags)


def _boolean(name: str, default: bool, text: str) -> flags.FlagHolder[Any]:
    return flags.DEFINE_boolean(name, default, text, flag_values=APP.flags)


OUTPUT = _string("output", None, "Folder of the data set; new, or begun before and gone on with by --resume.")
RECORDS = _integer("records", 1000, "How many records the data set is to have.", 1)
SEED = _integer("seed", 0, "What everything is drawn from: the same seed gives the same data set.", 0)
BACKEND = _enum("backend", "auto", backend.CHOICES, "Who plays; auto: the game where there is one, else the simulator.")
SOURCE = _enum("source", "scenes", SOURCES, "Battle scenes set up by debug commands, or episodes of play.")
MAP = _string("map", "Simple64", "A map below the installation's Maps folder, or the path of a .SC2Map file.")
MINIMAP = _string("minimap_size", "256", "Minimap in pixels: SIDE or WIDTHxHEIGHT.")
SCREEN = _string("screen_size", "1024", "Screen in pixels: SIDE or WIDTHxHEIGHT; 0 for minimaps alone.")
CROP = _boolean("crop_to_playable_area", False, "Let the minimap show the playable area instead of the whole map.")
WORKERS = _integer("workers", 1, "Games side by side; the data set is the same for any number.", 1)
RESUME = _boolean("resume", False, "Go on with the data set in --output, or start it where there is none.")
COMPRESSION = _enum(
    "compression", "fast", ("fast", "portable", "none"), "LZ4 and zstd, gzip (read by every HDF5), or none."
)
SHARD = _integer("shard_records", 256, "Records per shard, at least; a scene is never cut in two.", 1)
PROGRESS = _boolean("progress", True, "Show a progress bar.")
TIMEOUT = _integer("timeout", 30, "Seconds without an answer after which a game counts as hung.", 1)
RESTART = _integer("restart_every", 5000, "Scenes after which the game is started afresh.", 1)
MEMORY = _integer("memory_limit", 8192, "MiB of resident memory at which a game is started afresh.", 64)
PRINT_CONFIG = _boolean("print_config", False, "Print the resolved configuration as JSON and do nothing.")
CONFIG = _string("config", None, "JSON file with scene (or play) options by name; the flags below go before it.")

COUNTED = _string("counted", None, "scenes: unit type whose number on the screen is drawn (Marine).")
COUNT = _string("count", None, "scenes: LOW,HIGH of that number (0,22).")
ELSEWHERE = _string("elsewhere", None, "scenes: LOW,HIGH of those off the screen (0,12).")
ARMY = _string("army", None, "Other unit types of ours, NAME,NAME,...")
ENEMIES = _string("enemies", None, "Unit types of the enemy, NAME,NAME,...")
CLUTTER = _string("clutter", None, "scenes: LOW,HIGH units besides the counted ones (8,56).")
STRUCTURES = _string("structures", None, "scenes: structure types, NAME,NAME,...")
STRUCTURES_COUNT = _string("structures_count", None, "scenes: LOW,HIGH structures (0,5).")
LAYOUTS_FLAG = _string("layouts", None, f"scenes: weights, NAME=WEIGHT,... of {', '.join(LAYOUTS)}.")
MOTIONS_FLAG = _string("motions", None, f"scenes: weights, NAME=WEIGHT,... of {', '.join(MOTIONS)}.")
LOOPS = _string("loops", None, "scenes: LOW,HIGH game loops of walking or fighting before the first frame (8,64).")
FRAMES = flags.DEFINE_integer("frames", None, "scenes: records per scene (1).", flag_values=APP.flags)
FRAME_LOOPS = _string("frame_loops", None, "scenes: LOW,HIGH game loops between records (4,16).")
AFTERMATH = flags.DEFINE_integer(
    "aftermath_loops", None, "scenes: game loops of a fight after its last frame (48).", flag_values=APP.flags
)
AGENT = flags.DEFINE_enum("agent", None, list(AGENTS), "play: who acts (scripted).", flag_values=APP.flags)
EPISODE = flags.DEFINE_integer("episode_records", None, "play: records per episode (32).", flag_values=APP.flags)
EVERY = flags.DEFINE_integer("every", None, "play: game loops between records (22).", flag_values=APP.flags)
ARMIES = _string("armies", None, "play: LOW,HIGH units that each side is given (8,24).")
FOG = flags.DEFINE_boolean("fog", None, "play: leave the fog of war on.", flag_values=APP.flags)

OF_ONE_SOURCE = {
    SCENES: (
        *(COUNTED, COUNT, ELSEWHERE, CLUTTER, STRUCTURES, STRUCTURES_COUNT, LAYOUTS_FLAG, MOTIONS_FLAG, LOOPS),
        *(FRAMES, FRAME_LOOPS, AFTERMATH),
    ),
    PLAY: (AGENT, EPISODE, EVERY, ARMIES, FOG),
}
"""Flags that mean nothing to the other source."""


def main(arguments: Sequence[str]) -> int:
    """Harvest; the report goes to standard output in one line and into the data set's folder."""
    if arguments:
        raise faults.ConfigError(f"unexpected: {' '.join(arguments)}; every option is a flag, see --help")
    config = resolved_config()
    if PRINT_CONFIG.value:
        print(json.dumps(config.to_dict(), indent=2))
        return _app.SUCCESS
    if not OUTPUT.value:
        raise faults.ConfigError("--output is needed: the folder of the data set")
    from sc2data.harvest import jobs
    from sc2data.harvest import run as runs
    from sc2data.harvest.session import Patience

    chosen = backend.choose(BACKEND.value)
    print(f"backend: {chosen}")
    memory.calm_garbage_collection()
    report = runs.harvest(
        Path(OUTPUT.value),
        RECORDS.value,
        config,
        chosen,
        workers=WORKERS.value,
        resume=RESUME.value,
        shard_records=SHARD.value,
        compression=COMPRESSION.value,
        progress=PROGRESS.value,
        supervision=jobs.Supervision(
            scenes_per_process=RESTART.value,
            memory_mebibytes=MEMORY.value,
            patience=Patience(call=TIMEOUT.value),
        ),
    )
    print(report.line())
    return _app.SUCCESS


def resolved_config() -> HarvestConfig:
    """The configuration that the flags and `--config` give. Raises `ConfigError`."""
    _check_source(SOURCE.value)
    options = json_object(CONFIG.value) if CONFIG.value else {}
    flagged = _scene_flags() if SOURCE.value == SCENES else _play_flags()
    options |= {name: value for name, value in flagged.items() if value is not None}
    sizes = RenderSizes(size(MINIMAP.value, "minimap_size"), size(SCREEN.value, "screen_size"), CROP.value)
    common: dict[str, Any] = {"seed": SEED.value, "source": SOURCE.value, "map": MAP.value, "sizes": sizes}
    if SOURCE.value == SCENES:
        return HarvestConfig(**common, scenes=plain.from_plain(SceneConfig, options))
    return HarvestConfig(**common, play=plain.from_plain(PlayConfig, options))


def _check_source(source: str) -> None:
    for other, flags_of_it in OF_ONE_SOURCE.items():
        given = [f"--{flag.name}" for flag in flags_of_it if flag.value is not None]
        if other != source and given:
            raise faults.ConfigError(
                f"{', '.join(given)}: only for --source {other}, not {source}; leave out one or the other"
            )


def _scene_flags() -> dict[str, Any]:
    return {
        "counted": COUNTED.value,
        "count": _given(bounds, COUNT),
        "elsewhere": _given(bounds, ELSEWHERE),
        "army": _given(names, ARMY),
        "enemies": _given(names, ENEMIES),
        "clutter": _given(bounds, CLUTTER),
        "structures": _given(names, STRUCTURES),
        "structures_count": _given(bounds, STRUCTURES_COUNT),
        "layouts": _given(weights, LAYOUTS_FLAG),
        "motions": _given(weights, MOTIONS_FLAG),
        "loops": _given(bounds, LOOPS),
        "frames": FRAMES.value,
        "frame_loops": _given(bounds, FRAME_LOOPS),
        "aftermath_loops": AFTERMATH.value,
    }


def _play_flags() -> dict[str, Any]:
    return {
        "agent": AGENT.value,
        "records": EPISODE.value,
        "every": EVERY.value,
        "armies": _given(bounds, ARMIES),
        "army": _given(names, ARMY),
        "enemies": _given(names, ENEMIES),
        "fog": FOG.value,
    }


def _given(read: Callable[[str, str], Any], flag: flags.FlagHolder[Any]) -> Any:
    return None if flag.value is None else read(flag.value, flag.name)


def size(text: str, name: str) -> tuple[int, int]:
    """SIDE or WIDTHxHEIGHT.

    >>> size("256", "minimap_size"), size("1280x720", "screen_size")
    ((256, 256), (1280, 720))
    """
    parts = text.lower().split("x")
    if len(parts) > 2 or not all(part.isdigit() for part in parts):
        raise faults.ConfigError(f"--{name}={text}: give SIDE or WIDTHxHEIGHT in pixels, as 256 or 1280x720")
    return int(parts[0]), int(parts[-1])


def bounds(text: str, name: str) -> tuple[int, int]:
    """LOW,HIGH, or one number for both.

    >>> bounds("0,22", "count"), bounds("5", "count")
    ((0, 22), (5, 5))
    """
    parts = text.split(",")
    if len(parts) > 2 or not all(part.strip().isdigit() for part in parts):
        raise faults.ConfigError(f"--{name}={text}: give LOW,HIGH, as 0,22, or one number")
    return int(parts[0]), int(parts[-1])


def names(text: str, name: str) -> tuple[str, ...]:
    """NAME,NAME,...

    >>> names("Zergling, Baneling", "enemies")
    ('Zergling', 'Baneling')
    """
    return tuple(part.strip() for part in text.split(",") if part.strip())


def weights(text: str, name: str) -> dict[str, float]:
    """NAME=WEIGHT,...; a name alone weighs 1.

    >>> weights("still=2,fight", "motions")
    {'still': 2.0, 'fight': 1.0}
    """
    found = {}
    for part in names(text, name):
        key, _, weight = part.partition("=")
        try:
            found[key] = float(weight or 1)
        except ValueError as error:
            raise faults.ConfigError(f"--{name}={text}: {weight!r} is no number; give NAME=WEIGHT,...") from error
    return found


def json_object(path: str) -> dict[str, Any]:
    """The JSON object in a file."""
    try:
        values = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise faults.ConfigError(
            f"--config={path} cannot be read: {error.strerror}; name a JSON file, such as --print_config tells"
        ) from error
    except ValueError as error:
        raise faults.ConfigError(f"--config={path} is not JSON: {error}") from error
    if not isinstance(values, dict):
        raise faults.ConfigError(f"--config={path} must hold a JSON object of options by name")
    return values


def run() -> None:
    """Entry point of the console script."""
    APP.run(main)


if __name__ == "__main__":
    run()
