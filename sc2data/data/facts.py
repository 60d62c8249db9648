"""What the source tables leave out: small facts about StarCraft II, with where they come from.

*Recorded* below means read off recorded answers of the real game to its `data` request (python-sc2's test data; the
same answer on three maps, of a version that is not known). These facts make the tables agree with that recording, so
comparing the two says nothing about them. *Unverified* means common knowledge of players that no source was found for.

`sc2data.data.build` merges them with the tables of units, abilities and upgrades into the JSON files beside this file.
Times are in Normal seconds (16 game loops) where the tables have them so, lengths in world units.
"""

from __future__ import annotations

# --- units -------------------------------------------------------------------------------------------------------

NOT_IN_MELEE_UNITS = ((0, 0), (898, 1842), (1891, 1891))
"""Recorded: ranges of unit ids that a melee game does not load; `UnitTypeData.available` is false there."""

NAMELESS_UNITS = ((0, 0), (905, 1842), (1891, 1891))
NAMELESS_UPGRADES = ((0, 0), (106, 108), (145, 287))
NAMELESS_BUFFS = ((0, 0), (149, 270))
NAMELESS_EFFECTS = ((0, 0),)
"""Recorded: ranges of ids whose name the game leaves empty."""

CORRECTIONS: dict[int, dict[str, float]] = {
    # Recorded; the table follows other balance patches.
    31: {"armor": 1},  # AutoTurret
    56: {"gas": 200, "time": 960},  # Raven
    75: {"speed": 1.875},  # HighTemplar
    77: {"speed": 2.25, "time": 592},  # Sentry
    80: {"minerals": 200, "time": 832},  # VoidRay
    82: {"speed": 1.875},  # Observer
    86: {"sight": 10},  # Hatchery
    87: {"sight": 11},  # CreepTumor
    100: {"sight": 11},  # Lair
    114: {"speed": 1.40625},  # BroodLord
    137: {"sight": 11},  # CreepTumorBurrowed
    138: {"sight": 11},  # CreepTumorQueen
    688: {"time": 196},  # Ravager
    689: {"gas": 150},  # Liberator
    734: {"gas": 150},  # LiberatorAG
}

ALIAS_OF_TECH_ONLY = {37: 5, 38: 6, 39: 5, 40: 6, 41: 5, 42: 6, 129: 106, 130: 18, 132: 18, 133: 62, 893: 106, 102: 92}
"""Recorded: unit -> the unit whose tech it also counts as, though it is no other form of it."""

TECH_ALIASES: dict[int, tuple[int, ...]] = {
    32: (33,), 34: (1940,), 35: (1940,), 36: (18,), 43: (27,), 44: (28,), 46: (21,), 47: (19,), 100: (86,),
    101: (86, 100), 125: (126,), 134: (18,), 136: (81,), 137: (87,), 138: (87,), 500: (498,), 691: (52,), 734: (689,),
    894: (60, 60), 1912: (106,),
}  # fmt: skip
"""Recorded: unit -> units that it stands in for in tech requirements, where `ALIAS_OF_TECH_ONLY` has no entry."""

NEUTRAL_ALIASES = {
    144: 50, 343: 342, 608: 342, 880: 342, 881: 342,
    **{634 + i: 366 + i for i in range(10)}, **{644 + i: 366 + i for i in range(10)},
}  # fmt: skip
"""Recorded: unit -> the unit that it is another look of, where the unit table has no row for it."""

TECH_REQUIREMENTS = {10: 0, 50: 0, 52: 0, 57: 0, 62: 59, 63: 59, 142: 95, 688: 97, 727: 102, 729: 102}
"""Recorded: unit -> its tech requirement, where the game names another than what its maker requires."""

PRODUCED_BY = {5: 1666, 6: 1674, 9: 80, 31: 349, 87: 1733, 489: 2018}
"""Recorded: unit -> the ability that the game names as its producer, where the table has several or another."""

SPLASH: dict[int, dict[bool, tuple[tuple[float, float], ...]]] = {
    # Unit -> for its weapon against air only (True) or any other (False): (radius, share of the damage), inner first.
    # TL.net topic 129371 (read in the map editor in 2010). Unverified: widow mine, liberator. Weapons that hit along a
    # line or in a cone have no entry; the ultralisk's half circle is taken as a full one.
    9: {False: ((2.2, 1.0),)},  # Baneling
    32: {False: ((0.4687, 1.0), (0.7812, 0.5), (1.25, 0.25))},  # SiegeTankSieged
    52: {True: ((0.5, 1.0),)},  # Thor, explosive payload
    109: {False: ((2.0, 0.33),)},  # Ultralisk
    115: {False: ((2.2, 1.0),)},  # BanelingBurrowed
    130: {False: ((0.5, 1.0), (0.8, 0.75), (1.25, 0.375))},  # PlanetaryFortress
    141: {False: ((0.25, 1.0), (0.5, 0.5), (1.0, 0.25))},  # Archon
    500: {False: ((1.25, 0.32), (1.5, 0.16), (1.75, 0.08))},  # WidowMineBurrowed: 40, 20, 10 around the target's 125
    689: {True: ((1.5, 1.0),)},  # Liberator
}

ABILITY_WEAPONS: dict[int, list[dict[str, object]]] = {
    # Units whose attack is an effect or an ability, so that the game's own data request lists no weapon.
    9: [  # Baneling: its explosion; 80 to structures. The radius and 80: TL.net topic 129371; the rest unverified
        {"target_type": "Ground", "damage_per_hit": 16, "attacks": 1, "range": 0.25, "cooldown": 0.8332,
         "bonuses": [{"against": "Light", "damage": 19}, {"against": "Structure", "damage": 64}]},
    ],
    57: [  # Battlecruiser: python-sc2, sc2/unit.py
        {"target_type": "Ground", "damage_per_hit": 8, "attacks": 1, "range": 6, "cooldown": 0.224, "bonuses": []},
        {"target_type": "Air", "damage_per_hit": 5, "attacks": 1, "range": 6, "cooldown": 0.224, "bonuses": []},
    ],
    77: [  # Sentry: unverified
        {"target_type": "Any", "damage_per_hit": 6, "attacks": 1, "range": 5, "cooldown": 1.0, "bonuses": []},
    ],
    79: [  # Carrier: eight interceptors of the unit table, taken together; the range is unverified
        {"target_type": "Any", "damage_per_hit": 5, "attacks": 16, "range": 8, "cooldown": 3.0, "bonuses": []},
    ],
    80: [  # VoidRay: unverified
        {"target_type": "Any", "damage_per_hit": 6, "attacks": 1, "range": 6, "cooldown": 0.5,
         "bonuses": [{"against": "Armored", "damage": 4}]},
    ],
    495: [  # Oracle: its pulsar beam. Range: python-sc2, sc2/unit.py; damage and cooldown: r/starcraft a1o9r4
        {"target_type": "Ground", "damage_per_hit": 15, "attacks": 1, "range": 4, "cooldown": 0.86,
         "bonuses": [{"against": "Light", "damage": 7}]},
    ],
    500: [  # WidowMineBurrowed: Liquipedia, Widow Mine (Legacy of the Void); 35 more to shields are left out
        {"target_type": "Any", "damage_per_hit": 125, "attacks": 1, "range": 5, "cooldown": 40.6, "bonuses": []},
    ],
}  # fmt: skip

MINIMAP_RADII = {2.75: 2.5, 1.8125: 1.75, 1.125: 1.0}
"""Radius -> radius of the mark on the minimap; other units' marks have the unit's own radius. Measured on recorded
minimaps (128 px of 184 cells, 17 frames, 35 unit types: every pixel equal)."""

NOT_ON_MINIMAP = ("Destructible", "Unbuildable", "Collapsible", "Debris", "Rocks")
"""Parts of the names of obstacles that leave no mark on the minimap (six such types recorded)."""

NEUTRALS: tuple[tuple[str, dict[str, object]], ...] = (
    # Pattern of a name -> what units of such names have in common; the first that fits counts. Resources have 10,000
    # health for as long as they last.
    (
        "MineralField|Geyser(?!.*Dummy)",
        {"flags": ["structure", "resource"], "attributes": ["Structure"], "armor": 10.0, "health": 10000.0},
    ),
    ("Bridge", {"flags": ["structure"], "attributes": ["Structure"], "armor": 10.0, "health": 10000.0, "time": 48.0}),
    ("Door|^Shape.*Sign$", {"flags": ["structure"], "health": 10000.0, "time": 48.0}),
    ("XelNagaTower", {"flags": ["structure"], "attributes": ["Structure"], "sight": 22.0}),
    ("^(In|Ac)(hibitor|celeration)Zone", {"sight": 22.0}),
    ("Statue", {"flags": ["structure"], "attributes": ["Armored", "Structure"], "health": 2000.0}),
    ("2x2NonConjoined|Garage", {"flags": ["structure"], "attributes": ["Armored", "Structure"], "armor": 1.0}),
    (
        "(Search|Street|Bullhorn)[Ll]ight|Destructible(SpacePl|Store|Bill|Signs|Traffic)",
        {"flags": ["structure"], "attributes": ["Armored"], "armor": 1.0, "sight": 2.5},
    ),
    ("^Pickup(Pallet|Scrap)", {"sight": 2.5}),
    (
        "Destructible|Unbuildable|Collapsible|Debris|Rocks",
        {"flags": ["structure"], "attributes": ["Armored", "Structure"], "armor": 3.0, "health": 2000.0},
    ),
)

NEUTRAL_OBSERVED = {
    # Unit -> (radius, health) as clients observe them, or as of their mirror image; 135 ForceField and 149 XelNagaTower
    # from the size of their footprints.
    377: (5.875, 2000.0), 376: (5.875, 2000.0), 472: (1.125, 400.0), 473: (1.125, 400.0), 474: (1.125, 400.0),
    639: (3.1875, 2000.0), 640: (5.875, 2000.0), 641: (5.875, 2000.0), 664: (2.9375, 500.0), 663: (2.9375, 500.0),
    149: (1.5, 400.0), 135: (1.7, 200.0),
}  # fmt: skip

CRITTERS = {
    # Unit -> speed per Normal second, recorded, as is that they see 8 far. Their 10 health is unverified.
    123: 2.0, 124: 2.0, 148: 2.0, 321: 2.0, 322: 2.0, 323: 2.0, 324: 2.0, 325: 1.0, 326: 1.0, 327: 1.0, 328: 1.0,
    329: 1.0, 330: 2.0, 331: 2.0, 332: 2.0, 333: 2.0, 334: 2.0, 335: 2.0, 336: 2.0, 337: 1.0, 338: 1.0, 611: 2.0,
    612: 2.0, 659: 2.25, 660: 2.25, 661: 2.25, 662: 2.0, 890: 2.0,
}  # fmt: skip
ROBOTIC_CRITTERS = frozenset({330, 331, 332, 333, 334, 612, 661})

# --- abilities ---------------------------------------------------------------------------------------------------

NOT_IN_MELEE_ABILITIES = (
    (10, 15), (21, 22), (26, 31), (34, 35), (144, 145), (169, 170), (177, 180), (183, 194), (247, 248), (257, 262),
    (293, 294), (310, 311), (349, 379), (384, 385), (680, 709), (1626, 1627), (1630, 1631), (1685, 1690), (1823, 1824),
    (1829, 1830), (1835, 1836), (1849, 1927), (1932, 1973), (1976, 1977), (1980, 1995), (2000, 2013), (2018, 2047),
    (2051, 2056), (2065, 2066), (2069, 2072), (2075, 2078), (2102, 2107), (2112, 2113), (2142, 2143), (2148, 2151),
    (2156, 2157), (2160, 2161), (2254, 2261), (2294, 2323), (2326, 2329), (2334, 2337), (2348, 2349), (2352, 2353),
    (2356, 2357), (2360, 2361), (2366, 2369), (2377, 2382), (2421, 2444), (2471, 2472), (2499, 2504), (2538, 2541),
    (2546, 2547), (2562, 2563), (2590, 2593), (2698, 2699), (2702, 2703), (2710, 2713), (2750, 3658), (3684, 3684),
    (3749, 3750), (3759, 3762), (3765, 3770), (3774, 3775), (3781, 3782),
)  # fmt: skip
"""Recorded: ranges of ability ids that a melee game does not load; `AbilityData.available` is false there."""

CAMPAIGN_ABILITIES = (2750, 3658)
"""First and last ability of the campaigns, for which a melee game makes up no name."""

PRODUCTS = {
    1632: {"Train": {"produces": 126}},
    80: {"Morph": {"produces": 9}},
    1666: {"Morph": {"produces": 5}},
    1674: {"Morph": {"produces": 6}},
}
"""Ability -> what it makes, where the ability table has no row for it or says that the maker builds it (1632 Queen)."""

REPLACED_ABILITIES = {4119: 80}
"""Ability of a later patch in the unit table -> the ability of 4.10 that does the same."""

FOOTPRINT_RADII = {
    # Recorded: half the side of the square that a structure takes -> abilities that place one of that size.
    0.5: (326, 1153, 1694, 1733, 2505, 3691),
    1.0: (319, 323, 349, 881, 887, 891, 895, 1158, 1166, 1167, 1769),
    1.5: (320, 321, 322, 324, 325, 327, 328, 329, 331, 333, 882, 883, 884, 885, 886, 889, 890, 892, 893, 894, 1154,
          1155, 1156, 1157, 1159, 1160, 1161, 1162, 1163, 1165, 1768),
    2.5: (318, 880, 1152),
    3.5: (421, 422, 454, 455, 487, 488, 3682, 3683),
}  # fmt: skip

UPGRADE_CORRECTIONS: dict[int, dict[str, float]] = {
    # Recorded; the table follows other balance patches.
    **{first: {"time": 2880} for first in (39, 42, 45)},  # Protoss ground weapons, ground armor, shields, level 1
    **{second: {"time": 3440} for second in (40, 43, 46)},
    **{third: {"time": 4000} for third in (41, 44, 47)},
    136: {"minerals": 150, "gas": 150, "time": 2720},  # BansheeSpeed
}

ENERGY_COSTS = {
    # zephyrus-sc2-parser, base_ability_data.py (MIT), one table for all game versions; 142, 1764 and 2505 unverified.
    74: 75, 76: 75, 140: 50, 142: 50, 146: 75, 148: 75, 150: 75, 152: 75, 154: 75, 156: 75, 158: 75, 160: 75,
    162: 75, 164: 75, 171: 50, 173: 50, 181: 50, 249: 100, 251: 25, 255: 50, 382: 25, 392: 25, 399: 50,
    1036: 75, 1526: 50, 1628: 75, 1664: 50, 1694: 25, 1764: 50, 1825: 125, 2063: 100, 2067: 75, 2114: 75, 2146: 50,
    2244: 100, 2375: 25, 2389: 75, 2391: 75, 2505: 50, 2542: 125, 2714: 50, 3747: 75, 3753: 75, 3755: 50, 3757: 50,
}  # fmt: skip
"""Ability -> energy it takes when it is cast."""

CONDITIONAL_ABILITIES: dict[int, tuple[int, ...]] = {
    # Unit -> abilities that it has at times only: with cargo, with a load, while producing, while switched on.
    45: (296, 315, 348), 84: (299,), 104: (1184,), 268: (167,),  # workers: return the load, halt construction
    24: (408, 410), 54: (396, 397), 18: (413, 415), 36: (413, 415), 130: (413, 415), 95: (1438, 1440), 142: (2371,),
    81: (913, 914), 136: (913, 914), 893: (1408, 1409, 1693),  # transports: unload
    50: (383, 38, 1622, 1623), 55: (393,), 503: (2552,), 106: (1693,), 9: (2082,),
    495: (2376,), 78: (174,), 111: (250,), 692: (2354,), 801: (2594,), 311: (2594,),
    21: (451, 312, 306), 27: (484, 312, 306), 28: (517, 312, 306), 86: (1217, 306), 100: (1219, 306), 101: (306,),
    92: (1221, 306), 132: (306,), 59: (306,), 62: (306,), 67: (306,), 71: (306,), 22: (306,), 29: (306,), 63: (306,),
    8: (304,), 103: (304,), 113: (1373,), 128: (1449,), 501: (2333,), 687: (2331,), 892: (2709,),
}  # fmt: skip

CONSTRUCTION_CANCEL = 314
"""What a structure under construction can do: nothing but this."""
