import numpy as np

from tests.sc2data.sim import worlds


def gaps(made, tags):
    units = made.state.units
    rows = units.rows(tags)
    x, y, radius = units.x[rows], units.y[rows], units.radius[rows]
    gap = np.hypot(x[:, None] - x, y[:, None] - y) - radius[:, None] - radius
    np.fill_diagonal(gap, np.inf)
    return gap


def heap(made, name, count, owner=1, x=32.0, y=32.0):
    tags = []
    for _ in range(count):
        tags += worlds.put(made, name, owner, 10, 10)
        made.state.units.x[-1], made.state.units.y[-1] = x, y
    return tags


def test_a_heap_of_units_settles_without_overlap():
    made = worlds.world()
    tags = heap(made, "Marine", 12) + heap(made, "SiegeTank", 3)
    made.step(120)
    assert gaps(made, tags).min() > -0.05


def test_the_big_move_less_than_the_small():
    made = worlds.world()
    tank, marine = heap(made, "SiegeTank", 1)[0], heap(made, "Marine", 1, x=32.5)[0]
    made.step(40)
    moved = {
        tag: np.hypot(*np.subtract(worlds.place(made, tag), start))
        for tag, start in ((tank, (32, 32)), (marine, (32.5, 32)))
    }
    assert moved[marine] > 3 * moved[tank]


def test_structures_and_sieged_tanks_never_yield():
    made = worlds.world()
    barracks, sieged = worlds.put(made, "Barracks", 1, 30.5, 30.5)[0], worlds.put(made, "SiegeTankSieged", 1, 40, 40)[0]
    tags = heap(made, "Marine", 5, x=31.8, y=30.5) + heap(made, "Marine", 5, x=40.2, y=40)
    made.step(100)
    assert worlds.place(made, barracks) == (30.5, 30.5)
    assert worlds.place(made, sieged) == (40, 40)
    assert gaps(made, [barracks, sieged, *tags]).min() > -0.05


def test_flyers_and_walkers_do_not_touch():
    made = worlds.world()
    marine, banshee = heap(made, "Marine", 1)[0], heap(made, "Banshee", 1)[0]
    made.step(20)
    assert worlds.place(made, marine) == worlds.place(made, banshee) == (32, 32)


def test_nothing_is_pushed_off_the_map_or_into_walls():
    made = worlds.world(worlds.plain(wall=(slice(0, 64), slice(33, 36))))
    tags = heap(made, "Marine", 30, x=32.0, y=0.3)
    made.step(150)
    units = made.state.units
    rows = units.rows(tags)
    assert (units.x[rows] < 33).all()
    assert (units.y[rows] >= 0).all()
