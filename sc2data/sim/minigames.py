"""Mini-games by the name of their map: what they put down, what scores, when they end."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sc2data.sim.world import World


def set_up(world: World) -> bool:
    """Put down a mini-game's units; False where the map is none."""
    return False


def advance(world: World) -> None:
    """Carry a mini-game's rules on by one loop."""
