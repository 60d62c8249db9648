import numpy as np
import pytest

from sc2data.sim.api.messages import debug_pb
from sc2data.units import unit_type
from tests.sc2data.sim import worlds

ATTACK, HOLD, STOP = 3674, 3793, 3665


def duel(attacker, victim, distance, **fields):
    """An attacker of player 1 at (30, 30) and a victim of player 2 that far east of it, edge to edge."""
    made = worlds.world()
    gap = unit_type(attacker).radius + unit_type(victim).radius + distance
    one = worlds.put(made, attacker, 1, 30, 30)[0]
    two = worlds.put(made, victim, 2, 30 + gap, 30, **fields)[0]
    return made, one, two


def first_loss(made, tag, field="health", loops=100):
    """(game loop, points) of the first loss of a unit's health or shield."""
    before = worlds.value(made, tag, field)
    for _ in range(loops):
        made.step()
        row = made.state.units.row(tag)
        after = worlds.value(made, tag, field) if row >= 0 else 0.0
        if after < before:
            return made.state.loop, before - after
    raise AssertionError("nothing was hit")


def test_a_marine_kills_a_zergling_in_six_volleys():
    made, marine, ling = duel("Marine", "Zergling", 4.0, speed=0.0)
    loops = []
    health = 35.0
    while made.state.units.row(ling) >= 0:
        made.step()
        row = made.state.units.row(ling)
        now = worlds.value(made, ling, "health") if row >= 0 else 0
        if now < health - 1:  # a Zergling heals a little in between
            loops.append(made.state.loop)
        health = now
    assert len(loops) == 6  # 35 health, 6 damage
    assert np.diff(loops).tolist() == [14] * 5  # 0.8608 s x 16 loops, rounded up to whole loops
    assert made.state.dead == [ling]
    assert worlds.value(made, marine, "health") == 45


@pytest.mark.parametrize(
    ("attacker", "victim", "expected"),
    [
        ("Marine", "Marauder", 6 - 1),  # armour
        ("Marauder", "Marine", 10),  # no bonus against light
        ("Marauder", "SiegeTank", 10 + 10 - 1),  # bonus against armored, armour
        ("SiegeTank", "Hydralisk", 15),
        ("Marine", "Ultralisk", 6 - 2),
    ],
)
def test_a_hit_takes_damage_and_bonus_less_armour(attacker, victim, expected):
    made, _, target = duel(attacker, victim, 3.0, speed=0.0, cooldown=1000.0)
    assert first_loss(made, target)[1] == pytest.approx(expected)


def test_every_attack_of_a_volley_meets_the_armour():
    made, _, target = duel("Zealot", "Marauder", 0.05, cooldown=1000.0)
    assert first_loss(made, target)[1] == 2 * (8 - 1)


def test_a_hit_takes_half_a_point_at_least():
    made, _, target = duel("Marine", "Larva", 3.0, speed=0.0)
    assert first_loss(made, target)[1] == 0.5  # armour 10


def test_shields_go_first_and_armour_does_not_help_them():
    made, _, zealot = duel("Marine", "Zealot", 3.0, cooldown=1000.0, speed=0.0, shield=8.0)
    assert first_loss(made, zealot, "shield")[1] == 6
    assert worlds.value(made, zealot, "health") == 100
    made.step(14)
    assert worlds.value(made, zealot, "shield") == 0
    assert worlds.value(made, zealot, "health") == 100 - (6 - 2 - 1)


def test_range_is_between_edges():
    still = {"cooldown": 1e6, "speed": 0.0}
    inside, marine, hit = duel("Marine", "Ultralisk", 4.99, **still)
    inside.order(1, [marine], HOLD)
    assert first_loss(inside, hit)[1] == 4
    outside, marine, spared = duel("Marine", "Ultralisk", 5.2, **still)
    outside.order(1, [marine], HOLD)
    outside.step(60)
    assert worlds.value(outside, spared, "health") == 500


def test_ground_weapons_do_not_hit_flyers():
    made, ling, banshee = duel("Zergling", "Banshee", 0.5, cooldown=1000.0)
    made.step(60)
    assert worlds.value(made, banshee, "health") == 140
    assert made.order(1, [ling], ATTACK, target_tag=banshee) != 1


def test_units_chase_what_they_notice():
    made, _, marine = duel("Zergling", "Marine", 4.0, cooldown=1000.0)
    made.step(60)
    assert worlds.value(made, marine, "health") < 45


def test_units_that_hold_do_not_chase():
    made, ling, marine = duel("Zergling", "Marine", 4.0, cooldown=1000.0, speed=0.0)
    made.order(1, [ling], HOLD)
    made.state.units.cooldown[made.state.units.row(marine)] = 1e6
    made.step(60)
    assert worlds.place(made, ling) == (30, 30)


def test_an_attack_move_fights_and_goes_on():
    made = worlds.world()
    marines = worlds.put(made, "Marine", 1, 20, 30, 6)
    ling = worlds.put(made, "Zergling", 2, 30, 30)[0]
    made.order(1, marines, ATTACK, (42, 30))
    made.step(260)
    assert made.state.units.row(ling) == -1
    units = made.state.units
    assert (units.x[units.rows(marines)] > 39).all()


def test_an_ordered_attack_ignores_others():
    made = worlds.world()
    tank = worlds.put(made, "Marauder", 1, 30, 30)[0]
    near = worlds.put(made, "Zergling", 2, 33, 30, cooldown=1e6, speed=0.0)[0]
    far = worlds.put(made, "Zergling", 2, 36, 30, cooldown=1e6, speed=0.0)[0]
    made.step()
    assert made.order(1, [tank], ATTACK, target_tag=far) == 1
    made.step(8)
    assert worlds.value(made, tank, "target") == far
    assert worlds.value(made, near, "health") == 35


def test_a_baneling_bursts_on_what_it_reaches():
    made = worlds.world()
    bane = worlds.put(made, "Baneling", 2, 30, 30)[0]
    crowd = worlds.put(made, "Marine", 1, 33, 30, 5, cooldown=1e6, speed=0.0)
    far = worlds.put(made, "Marine", 1, 40, 30, cooldown=1e6, speed=0.0)[0]
    made.order(2, [bane], ATTACK, (33, 30))
    made.step(60)
    assert made.state.units.row(bane) == -1
    # 35 damage to light units around; the marines have 45 health
    healths = sorted(worlds.value(made, tag, "health") for tag in crowd)
    assert healths[0] == 10
    assert worlds.value(made, far, "health") == 45


def test_a_baneling_bursts_when_it_is_killed():
    made = worlds.world()
    bane = worlds.put(made, "Baneling", 2, 30, 30)[0]
    marine = worlds.put(made, "Marine", 1, 31, 30, cooldown=1e6, speed=0.0)[0]
    made.kill([bane])
    assert worlds.value(made, marine, "health") == 10


def test_a_sieged_tanks_shell_has_three_rings_and_hurts_its_own():
    made = worlds.world()
    tank = worlds.put(made, "SiegeTankSieged", 1, 20, 30)[0]
    still = {"cooldown": 1e6, "speed": 0.0, "burrowed": False}
    centre = worlds.put(made, "Roach", 2, 30, 30, **still)[0]

    def beside(gap, angle, owner):  # edge of a unit that far from the shell's centre
        away = gap + unit_type("Roach").radius
        return worlds.put(made, "Roach", owner, 30 + away * np.cos(angle), 30 + away * np.sin(angle), **still)[0]

    units = {gap: beside(gap, angle, owner) for gap, angle, owner in ((0.6, 1.5, 2), (1.0, 3.0, 1), (1.4, 4.5, 2))}
    made.step()
    made.order(1, [tank], ATTACK, target_tag=centre)
    assert first_loss(made, centre)[1] == 40 + 30 - 1
    assert 145 - worlds.value(made, units[0.6], "health") == pytest.approx(35 - 1)
    assert 145 - worlds.value(made, units[1.0], "health") == pytest.approx(17.5 - 1)  # its own side's
    assert worlds.value(made, units[1.4], "health") == 145


def test_a_sieged_tank_cannot_hit_what_is_close():
    made, _, roach = duel("SiegeTankSieged", "Roach", 1.5, cooldown=1e6, speed=0.0)
    made.step(100)
    assert worlds.value(made, roach, "health") == 145
    made, _, roach = duel("SiegeTankSieged", "Roach", 2.5, cooldown=1e6, speed=0.0)
    assert first_loss(made, roach)[1] == 69


def test_units_that_are_shot_from_afar_shoot_back_if_they_see_it():
    made = worlds.world()
    tank = worlds.put(made, "SiegeTankSieged", 1, 20, 30)[0]
    marauder = worlds.put(made, "Marauder", 2, 31, 30)[0]
    worlds.put(made, "Observer", 2, 22, 30)
    worlds.put(made, "Observer", 1, 29, 30)
    made.step(12)
    assert worlds.value(made, marauder, "health") == 125 - 69
    assert worlds.value(made, marauder, "target") == tank
    assert worlds.value(made, marauder, "x") < 31


def test_upgrades_add_to_weapons_and_armour():
    made, _, roach = duel("Marine", "Roach", 3.0, cooldown=1e6, speed=0.0)
    made.state.players[1].upgrades |= {7, 8}  # infantry weapons 1 and 2
    made.state.players[2].upgrades |= {56}  # ground carapace 1
    assert first_loss(made, roach)[1] == 6 + 2 - (1 + 1)


def test_a_god_is_not_hurt_and_hits_ten_times_as_hard():
    made, _, roach = duel("Marine", "Roach", 3.0)
    made.cheat(1, debug_pb.god)
    assert first_loss(made, roach)[1] == 60 - 1
    assert (made.state.units.health[made.state.units.owner == 1] == 45).all()


def test_the_score_counts_what_is_killed_and_lost():
    made, *_ = duel("Marine", "Zergling", 3.0, speed=0.0, health=5.0)
    made.step(20)
    score = made.state.players[1].score
    assert score["killed_minerals.army"] == 25
    assert score["killed_value_units"] == 25
    assert score["total_damage_dealt.life"] == 6
    assert made.state.players[2].score["lost_minerals.army"] == 25


def test_a_stimmed_marine_shoots_and_walks_half_as_fast_again():
    made, marine, roach = duel("Marine", "Roach", 3.0, cooldown=1e6, speed=0.0)
    made.state.players[1].upgrades.add(15)
    assert made.order(1, [marine], 3675) == 1
    assert worlds.value(made, marine, "health") == 35
    assert worlds.value(made, marine, "speed") == pytest.approx(2.25 / 16 * 1.5)
    first = first_loss(made, roach)[0]
    second = first_loss(made, roach)[0]
    assert second - first == 10  # 13.77 / 1.5, rounded up
    made.step(300)
    assert worlds.value(made, marine, "speed") == pytest.approx(2.25 / 16)
