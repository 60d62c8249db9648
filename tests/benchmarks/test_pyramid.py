from benchmarks import pyramid


def test_costs_are_measured_for_each_size(tmp_path):
    report = pyramid.measure(tmp_path, sizes=(128, 512), glimpse=16, tile=16, fixations=20, rounds=2)
    assert set(report["sizes"]) == {"128", "512"}
    for row in report["sizes"].values():
        assert min(row.values()) >= 0 and row["needed_px"] <= row["decoded_px"]
    assert 0.7 < report["largest_over_smallest"]["decoded_px"] < 1.4
