"""How long buffs last."""

from __future__ import annotations

from collections.abc import Mapping

GRAVITON_BEAM, GUARDIAN_SHIELD, STIMPACK_MARAUDER, STIMPACK_MARINE = 5, 18, 24, 27

LOOPS: Mapping[int, int] = {GRAVITON_BEAM: 160, GUARDIAN_SHIELD: 246, STIMPACK_MARAUDER: 246, STIMPACK_MARINE: 246}
"""Game loops that a buff lasts, by its id. Buffs without an end are left out."""
