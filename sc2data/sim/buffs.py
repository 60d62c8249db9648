"""How long buffs last."""

from __future__ import annotations

from collections.abc import Mapping

GUARDIAN_SHIELD, STIMPACK_MARAUDER, STIMPACK_MARINE = 18, 24, 27

LOOPS: Mapping[int, int] = {GUARDIAN_SHIELD: 246, STIMPACK_MARAUDER: 246, STIMPACK_MARINE: 246}
"""Game loops that a buff lasts, by its id: 11 s at 22.4 loops a second each. Buffs without an end are left out."""
