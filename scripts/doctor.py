"""Examine what a harvest needs: software, StarCraft II or the simulator, maps, graphics, ports, disk, memory.

    python -m scripts.doctor

Each finding comes with what to do. Exits with 1 when something is wrong that would keep a harvest from working.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path

from absl import flags

from sc2data.errors import UserError
from scripts import _app

APP = _app.App(__doc__)

BACKEND = flags.DEFINE_enum(
    "backend", "auto", ["auto", "game", "simulator"], "Which StarCraft II to examine.", flag_values=APP.flags
)
OUTPUT = flags.DEFINE_string("output", None, "Folder that a data set is to be written to.", flag_values=APP.flags)
FIRST_FRAME = flags.DEFINE_boolean(
    "first_frame", True, "Start the game, look at its first pictures, play a few scenes.", flag_values=APP.flags
)
JSON = flags.DEFINE_boolean("json", False, "Print the findings as JSON.", flag_values=APP.flags)


def main(arguments: Sequence[str]) -> int:
    """Print the findings; 1 when one of them is an error."""
    if arguments:
        raise UserError(f"unexpected: {' '.join(arguments)}; every option is a flag, see --help")
    from sc2data.harvest import doctor

    output = Path(OUTPUT.value) if OUTPUT.value else None
    findings = doctor.examine(BACKEND.value, output, FIRST_FRAME.value)
    if JSON.value:
        print(json.dumps([dataclasses.asdict(finding) for finding in findings], indent=2))
    else:
        print(doctor.table(findings))
    broken = any(finding.state == doctor.ERROR for finding in findings)
    return _app.PROBLEMS_FOUND if broken else _app.SUCCESS


def run() -> None:
    """Entry point of the console script."""
    APP.run(main)


if __name__ == "__main__":
    run()
