"""The simulator as a program: `python -m sc2data.sim -port 5000`, or by way of `SC2_x64` in an installation of it.

Serves StarCraft II's API at ws://127.0.0.1:PORT/sc2api until a client says quit. It is not StarCraft II.

The flags are the game's own, and -fault:
  -port N               TCP port to listen on; needed
  -listen HOST          an address of this machine alone (127.0.0.1)
  -dataDir DIR          where Maps/ and Replays/ are (.)
  -tempDir DIR          where save_map writes (.)
  -dataVersion HASH     what ping is to tell
  -verbose              more lines on standard error
  -fault KIND@N,...     let every N-th observation go wrong: crash, hang, close, error, truncate, black
Others of the game's are accepted and ignored. To lay out an installation that clients launch it from by themselves:
python -m sc2data.sim.install DIR
"""

from __future__ import annotations

import logging
import os
import sys

from sc2data.memory import calm_garbage_collection, tune_malloc
from sc2data.sim.api import parent
from sc2data.sim.api.game import Game
from sc2data.sim.api.server import ApiServer
from sc2data.sim.api.settings import FlagError, Settings, parse

_BAD_FLAGS, _NO_PORT = 2, 3
_HELP = frozenset(["-h", "-help", "--help"])


def main(arguments: list[str]) -> int:
    """Serve until a client says quit; returns the exit status.

    SIGTERM keeps its default and ends the process at once: there is nothing to save.
    """
    if not _HELP.isdisjoint(arguments):
        print((__doc__ or "").strip())
        return 0
    try:
        settings = parse(arguments)
    except FlagError as error:
        print(f"{error}", file=sys.stderr)
        return _BAD_FLAGS
    parent.end_with_parent()
    tune_malloc()
    calm_garbage_collection()
    logging.basicConfig(level=logging.DEBUG if settings.verbose else logging.WARNING, format="%(name)s: %(message)s")
    _greet(settings, arguments)
    try:
        server = ApiServer(Game(settings, _say), settings.listen, settings.port, _say)
    except OSError as error:
        print(f"cannot listen on {settings.listen}:{settings.port}: {error}", file=sys.stderr)
        return _NO_PORT
    _say(f"Listening on: {settings.listen}:{server.port}")
    _say("Startup Phase 3 complete. Ready for commands.")
    server.run()
    _say("Closing Application...")
    return 0


def _greet(settings: Settings, arguments: list[str]) -> None:
    """The game's banner, as far as people's log readers know it, and the truth about who writes it."""
    _say(f"Version: B{settings.base_build} (SC2.{settings.game_version.rpartition('.')[0]})")
    _say("Build: simulator. This is NOT StarCraft II: it is sc2data.sim, which speaks its protocol (docs/simulator.md)")
    _say(f"Command Line: '{' '.join(arguments)}'")
    for argument in settings.unknown:
        _say(f"Ignored: {argument}")
    for fault in settings.faults:
        _say(f"Faults on purpose: {fault.kind} at every {fault.every}th observation")
    _say("Starting up...")
    _say("Startup Phase 1 complete")
    _say("Startup Phase 2 complete")
    _say("Creating software renderer: EGL and OSMesa are not needed")


def _say(line: str) -> None:
    try:
        print(line, flush=True)
    except OSError:  # nobody reads any more
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
