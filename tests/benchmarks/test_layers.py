from benchmarks import layers


def test_costs_are_measured_for_a_screen_full_of_units():
    report = layers.measure(frames=1)
    assert report["units"] == sum(layers.UNITS.values()) == 200
    assert set(report["cpu_ms_per_frame"]) == {"64", "128", "256", "512"}
    assert all(cost >= 0 for costs in report["cpu_ms_per_frame"].values() for cost in costs.values())
