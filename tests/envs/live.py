"""Small live games for tests: few units, small pictures, and processes that wait for the next one who needs a game."""

from __future__ import annotations

import contextlib
from typing import Any

import psutil

from sc2data.harvest.process import GameProcess

FEW = {"count": (0, 4), "elsewhere": (2, 6), "clutter": (2, 6), "structures_count": (0, 2)}
SMALL: dict[str, Any] = {
    "backend": "simulator",
    "map": "Simple64",
    "crop": False,
    "minimap_size": 48,
    "screen_size": 64,
    "scenes": FEW,
}
"""Options of small scenes in the simulator: the minimap is a whole map of 88 x 96 cells, half a pixel each."""
MELEE = {**SMALL, "scenes": {}, "play": "melee"}


class WarmProcesses:
    """Stands in for `GameProcess`: closed games stay, and are lent again; games that are killed are not."""

    def __init__(self) -> None:
        self.idle: list[GameProcess] = []
        self.started = 0

    def __call__(self, backend: Any, want_rgb: bool = True, launch_seconds: float = 60.0) -> GameProcess:
        while self.idle:
            game = self.idle.pop()
            if game.running:
                return game
        self.started += 1
        return _Lent(self, backend, want_rgb, launch_seconds)

    def end(self) -> None:
        """End those that wait."""
        for game in self.idle:
            GameProcess.close(game)


class _Lent(GameProcess):
    def __init__(self, owner: WarmProcesses, *arguments: Any) -> None:
        self._owner = owner
        super().__init__(*arguments)

    def close(self) -> None:
        self._owner.idle.append(self)


def alive(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    return False
