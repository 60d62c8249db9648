"""Whatever clients ask for, the rules go on: nothing raises, nothing leaves the map, no number goes bad."""

import numpy as np
import pytest

from sc2data.sim import abilities
from sc2data.sim.api.messages import debug_pb
from sc2data.sim.maps.synthetic_maps import synthetic_terrain
from sc2data.sim.view import view_of
from sc2data.units import unit_types
from tests.sc2data.sim import worlds


def some_order(made, rng, everything):
    """Order a random unit to do something, mostly something that it can."""
    units = made.state.units
    row = int(rng.integers(len(units)))
    kind = int(units.type[row])
    own = abilities.abilities_of(kind) + abilities.abilities_at_times(kind)
    ability = int(rng.choice(own)) if own and rng.random() < 0.8 else int(rng.choice(everything))
    point = tuple(rng.uniform(-5, 100, 2).tolist()) if rng.random() < 0.6 else None
    target = int(units.tag[rng.integers(len(units))]) if point is None and rng.random() < 0.7 else None
    owner = int(units.owner[row]) if units.owner[row] < 16 else 1
    made.order(owner, [int(units.tag[row])], ability, point, target, bool(rng.random() < 0.3))
    made.available(owner, int(units.tag[row]))


@pytest.mark.parametrize("seed", range(3))
def test_the_rules_survive_anything(seed):
    rng = np.random.default_rng(seed)
    made = worlds.world(
        synthetic_terrain(("Flat64", "Simple64")[seed % 2]), seed, races=(1 + seed % 3, 1 + (seed + 1) % 3)
    )
    made.setup_melee()
    for number, player in made.state.players.items():
        player.minerals = player.vespene = 20000.0
        for cheat in (debug_pb.food, debug_pb.tech_tree, debug_pb.fast_build):
            made.cheat(number, cheat)
    types, everything = [kind.id for kind in unit_types().values() if kind.available], list(abilities.abilities())
    left, bottom, right, top = made.terrain.playable
    for turn in range(60):
        for _ in range(3):
            x, y = rng.uniform(-5, 100, 2)
            made.spawn(int(rng.choice(types)), int(rng.choice([1, 2, 16])), x, y, int(rng.integers(1, 4)))
        for _ in range(20):
            some_order(made, rng, everything)
        made.step(int(rng.integers(1, 10)))
        units = made.state.units
        if len(units) > 220:
            made.kill(units.tag[rng.integers(0, len(units), 60)].tolist())
        assert np.isfinite(units.health).all()
        assert ((left <= units.x) & (units.x <= right) & (bottom <= units.y) & (units.y <= top)).all()
        if turn % 10 == 0:
            for player in (0, 1, 2):
                view_of(made, player, (40.0, 40.0))
        for player in made.state.players.values():
            player.result = 0
