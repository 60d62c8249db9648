"""Colours of players and materials, RGB in [0, 255]."""

from __future__ import annotations

from sc2data.sim.state import NEUTRAL

Colour = tuple[float, float, float]

PLAYERS: tuple[Colour, ...] = (
    (150, 150, 150),
    (206, 24, 34),
    (24, 84, 255),
    (28, 176, 234),
    (110, 20, 160),
    (235, 225, 41),
    (254, 138, 14),
    (36, 158, 10),
    (214, 170, 250),
    (60, 16, 214),
    (110, 112, 176),
    (18, 110, 78),
    (112, 64, 18),
    (150, 255, 145),
    (60, 60, 64),
    (229, 91, 176),
)
"""By player id, close to the game's default colours: 1 red, 2 blue, 3 teal, 4 purple, 5 yellow, 6 orange ..."""

_NEUTRAL_COLOUR: Colour = (150, 146, 138)

TEAM = "team"
"""The material that takes its owner's colour."""

MATERIALS: dict[str, Colour] = {
    "steel": (138, 142, 150),
    "iron": (92, 96, 106),
    "dark": (48, 50, 58),
    "black": (22, 22, 26),
    "hull": (164, 160, 150),
    "rust": (138, 96, 66),
    "hazard": (206, 162, 44),
    "glass": (96, 176, 214),
    "visor": (255, 190, 70),
    "flame": (255, 150, 40),
    "skin": (186, 140, 112),
    "carapace": (98, 72, 62),
    "shell": (72, 52, 52),
    "flesh": (138, 78, 78),
    "sinew": (112, 58, 76),
    "bone": (206, 188, 152),
    "claw": (186, 170, 140),
    "acid": (138, 224, 52),
    "bile": (116, 160, 44),
    "membrane": (150, 92, 104),
    "maw": (84, 26, 34),
    "eye": (255, 120, 30),
    "gold": (214, 170, 74),
    "brass": (168, 126, 58),
    "stone": (110, 104, 110),
    "psi": (110, 210, 255),
    "crystal": (70, 146, 236),
    "crystal_light": (150, 214, 255),
    "rich": (244, 196, 66),
    "gas": (92, 196, 112),
    "earth": (104, 90, 76),
    "rock": (122, 112, 102),
    "bark": (86, 66, 48),
    "leaf": (64, 104, 42),
    "leaf_light": (96, 136, 56),
    "needle": (46, 84, 62),
    "frost": (206, 222, 236),
    "shard": (150, 90, 220),
    "ember": (255, 110, 30),
    "wood": (120, 94, 64),
}

GLOWING = frozenset({"visor", "flame", "psi", "eye", "ember", "glass", "crystal_light", "acid"})
"""Materials that are as bright in the shade as in the sun."""


def of_player(owner: int) -> Colour:
    """Colour of an owner's parts; neutral units are grey."""
    return PLAYERS[owner] if 0 < owner < len(PLAYERS) and owner != NEUTRAL else _NEUTRAL_COLOUR
