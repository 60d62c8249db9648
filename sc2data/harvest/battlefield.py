"""A long game kept as an empty battlefield: nothing on it but what the map placed and one structure a side."""

from __future__ import annotations

from typing import Any

import numpy as np

from sc2data import units
from sc2data.harvest import requests
from sc2data.harvest.faults import REFUSED, GameFault
from sc2data.harvest.ground import Ground
from sc2data.harvest.observe import Observer, Seen
from sc2data.harvest.session import Session

ANCHOR = "SupplyDepot"
NEUTRAL_OWNER = 16
_ANCHOR_REACH = 0.5
_STEPS = 8
_TRIES = 6

Point = tuple[float, float]


class Battlefield:
    """Clears the game of `session` and keeps it clear. `places` are where the anchors stand.

    A player without structures has lost, and a town hall trains workers in between: so each side is left with one
    supply depot (the anchor) in a far corner. Everything else that anybody owns is swept away before each scene.

    Raises:
      GameFault: the game would not let itself be cleared.
    """

    def __init__(self, session: Session, observer: Observer) -> None:
        self.session = session
        self.observer = observer
        self.ours = session.player_id
        self.enemy = 3 - session.player_id
        self._anchor_type = units.unit_type(ANCHOR).id
        self.places: list[Point] = []
        self._anchors: tuple[int, ...] = ()
        self._litter: tuple[int, ...] = ()
        self._hurt: tuple[int, ...] = ()
        self._whole: dict[int, float] = {}
        self._occupy()

    def owner(self, ours: bool) -> int:
        """The player id of a side."""
        return self.ours if ours else self.enemy

    def litter(self, seen: Seen) -> None:
        """Remember what is to be swept away before the next scene, and what of that which stays is to be mended."""
        stays = ((seen.owner == NEUTRAL_OWNER) & seen.visible) | self.is_anchor(seen)
        self._litter = tuple(seen.tag[(seen.owner != NEUTRAL_OWNER) & ~stays].tolist())
        healths = dict(zip(seen.tag[stays].tolist(), seen.health[stays].tolist()))
        self._whole |= {tag: max(health, self._whole.get(tag, 0.0)) for tag, health in healths.items()}
        self._hurt = tuple(tag for tag, health in healths.items() if health < self._whole[tag])

    def sweep(self) -> Any:
        """The request that clears the field of the last scene and mends what stays."""
        commands = [requests.life(tag, self._whole[tag]) for tag in self._hurt]
        if self._litter:
            commands.insert(0, requests.kill(self._litter))
        return requests.debug(commands)

    def is_anchor(self, seen: Seen) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Which of the units (n,) keep the players in the game: known by where they stand.

        Tags alone would not do: what is remembered or hidden may have another than what is seen, and killing an anchor
        ends the game.
        """
        anchors = np.isin(seen.tag, self._anchors)
        for (x, y), owner in zip(self.places, (self.ours, self.enemy)):
            offset = np.abs(seen.world[:, :2] - (x, y)).max(axis=1)
            anchors |= (seen.owner == owner) & (offset < _ANCHOR_REACH)
        return anchors

    def _occupy(self) -> None:
        """Set the anchors, then kill the town halls and workers that a game starts with."""
        self._look([requests.toggle(requests.CONTROL_ENEMY)])
        for side, spots in zip((self.ours, self.enemy), anchor_spots(self.observer.ground)):
            self._anchors += (self._set_anchor(side, spots),)
        self.litter(self._look([]))
        for _ in range(_TRIES):
            seen = self._look([requests.kill(self._litter)] if self._litter else [])
            self.litter(seen)
            if not self._litter:
                return
        left = seen.type[np.isin(seen.tag, self._litter)].tolist()
        raise GameFault(REFUSED, f"{len(left)} units of the game's start would not be killed: types {sorted(left)}")

    def _set_anchor(self, side: int, spots: list[Point]) -> int:
        for x, y in spots:
            seen = self._look([requests.create(self._anchor_type, side, x, y)])
            found = np.flatnonzero((seen.type == self._anchor_type) & (seen.owner == side))
            if len(found):
                self.places.append((float(seen.world[found[0], 0]), float(seen.world[found[0], 1])))
                return int(seen.tag[found[0]])
        raise GameFault(REFUSED, f"no {ANCHOR} of player {side} could be set at any of {spots}")

    def _look(self, commands: list[Any]) -> Seen:
        *_, answer = self.session.send(requests.debug(commands), requests.step(_STEPS), requests.observe())
        return self.observer.read(answer.observation)


def anchor_spots(ground: Ground) -> tuple[list[Point], list[Point]]:
    """Where the anchors of the two sides may stand, best first: buildable ground in two opposite corners."""
    left, bottom, right, top = ground.playable
    clear = _eroded(ground.placeable)
    clear[: bottom + 2], clear[top - 2 :], clear[:, : left + 2], clear[:, right - 2 :] = False, False, False, False
    rows, columns = np.nonzero(clear)
    if not len(rows):
        centre = ((left + right) / 2, (bottom + top) / 2)
        return [centre], [centre]
    ranks = (columns + rows, -columns - rows)
    return tuple(_apart(columns[order], rows[order]) for order in (np.argsort(r, kind="stable") for r in ranks))  # type: ignore[return-value]


def _apart(columns: Any, rows: Any) -> list[Point]:
    """The first few points that are at least four cells apart."""
    spots: list[Point] = []
    for x, y in zip(columns.tolist(), rows.tolist()):
        if all(max(abs(x - a), abs(y - b)) >= 4 for a, b in spots):
            spots.append((float(x), float(y)))
        if len(spots) == _TRIES:
            break
    return spots


def _eroded(grid: Any) -> Any:
    """Cells whose neighbours within two are all True."""
    padded = np.pad(grid, 2)
    height, width = grid.shape
    windows = [padded[dy : dy + height, dx : dx + width] for dy in range(5) for dx in range(5)]
    return np.logical_and.reduce(windows)
