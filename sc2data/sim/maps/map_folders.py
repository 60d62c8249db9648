"""Where under `Maps/` a map file belongs, so that pysc2's map definitions find it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sc2data.sim.maps.synthetic_maps import SYNTHETIC

OTHER_FOLDER = "Ladder"
"""For maps that no definition of pysc2 names."""

_LADDER: Mapping[str, tuple[str, ...]] = {
    "Ladder2017Season1": (
        "Bel'Shir Vestige LE",
        "Cactus Valley LE",
        "Honorgrounds LE",
        "Newkirk Precinct TE",
        "Paladino Terminal LE",
    ),
    "Ladder2017Season2": ("Blood Boil LE", "Defender's Landing LE", "Proxima Station LE", "Sequencer LE"),
    "Ladder2017Season3": ("Acolyte LE", "Frost LE", "Interloper LE", "Mech Depot LE"),
    "Ladder2017Season4": ("Abyssal Reef LE", "Ascension to Aiur LE", "Battle on the Boardwalk LE", "Odyssey LE"),
    "Ladder2018Season1": ("Abiogenesis LE", "Backwater LE", "Eastwatch LE", "Neon Violet Square LE"),
    "Ladder2018Season2": ("16-Bit LE", "Catalyst LE", "Darkness Sanctuary LE", "Redshift LE"),
    "Ladder2018Season3": ("Acid Plant LE", "Dreamcatcher LE", "Fracture LE", "Lost and Found LE"),
    "Ladder2018Season4": ("Blueshift LE", "Cerulean Fall LE", "Para Site LE", "Stasis LE"),
    "Ladder2019Season1": ("Automaton LE", "Port Aleksander LE", "Year Zero LE"),
    "Ladder2019Season2": (
        "Cyber Forest LE",
        "Kairos Junction LE",
        "King's Cove LE",
        "New Repugnancy LE",
        "Turbo Cruise '84 LE",
    ),
    "Ladder2019Season3": (
        "Acropolis LE",
        "Disco Bloodbath LE",
        "Ephemeron LE",
        "Thunderbird LE",
        "Triton LE",
        "Winter's Gate LE",
        "World of Sleepers LE",
    ),
}
"""Blizzard's map packs by season, as pysc2 looks for them."""


def map_path(stem: str, title: str = "") -> str:
    """Path under `Maps/` of the map whose file is named `stem`.SC2Map and which calls itself `title`.

    >>> map_path("Simple64"), map_path("(2)16BitLE", "16-Bit LE"), map_path("Mine")
    ('Melee/Simple64.SC2Map', 'Ladder2018Season2/16-BitLE.SC2Map', 'Ladder/Mine.SC2Map')
    """
    stem = re.sub(r"^\(\d+\)", "", stem)
    if stem in SYNTHETIC:
        return f"{SYNTHETIC[stem].folder}/{stem}.SC2Map"
    for season, names in _LADDER.items():
        for name in names:
            if _key(name) in (_key(stem), _key(title)):
                return f"{season}/{_file_name(name)}.SC2Map"
    return f"{OTHER_FOLDER}/{stem}.SC2Map"


def _key(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _file_name(name: str) -> str:
    return re.sub(r"[ ']", "", name)
