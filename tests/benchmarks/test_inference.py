import doctest

import cv2
import numpy as np
import pytest

from benchmarks import inference, inference_table, looking
from benchmarks.inference import Limits, cells, parser, pictures
from benchmarks.inference_table import compare, growth, tables
from benchmarks.looking import Cell
from sc2data.peak import forget_peak, peak_mib

TINY = ["--sizes", "96", "--batches", "2", "--looks", "2x32", "--proxy", "16", "--rounds", "1", "--seconds", "0"]


def row(network, source, size, ms, mib, **more):
    return {"picture": str(size), "network": network, "source": source, "height": size, "width": size, "batch": 1,
            "glimpses": 4, "side": 32, "ms": ms, "peak_mib": mib, **more}  # fmt: skip


@pytest.fixture(scope="module")
def photo(tmp_path_factory):
    path = tmp_path_factory.mktemp("photos") / "grey.jpg"
    cv2.imwrite(str(path), np.random.default_rng(0).integers(0, 255, (80, 120), np.uint8))
    return path


def test_every_network_is_measured_from_every_source(photo):
    arguments = parser().parse_args([*TINY, "--photos", str(photo)])
    measured = []
    for picture in pictures(arguments):
        for cell in cells(arguments, picture):
            measured.append((picture.name, cell, looking.measure(cell)))
    assert [(name, cell.source, cell.network) for name, cell, _ in measured] == [
        (name, source, network)
        for name, sources in (("96", ("memory", "pyramid", "jpeg")), ("grey.jpg, 120 x 80", ("pyramid", "jpeg")))
        for source in sources
        for network in ("full", "small", "resnet")
        if (source, network) != ("pyramid", "full")
    ]
    for _, cell, cost in measured:
        assert cost["ms"] > 0 and cost["median_ms"] >= cost["ms"] and cost["rounds"] == 1 and cost["peak_mib"] >= 0
        assert (cost["decoded_px"] == 0) == (cell.source == "memory")
        if cell.source == "jpeg":
            assert cost["decoded_px"] == cell.height * cell.width


def test_pixels_decoded_are_those_of_the_tiles_of_proxy_and_glimpses():
    arguments = parser().parse_args([*TINY, "--sources", "pyramid"])
    for picture in pictures(arguments):
        small, resnet = cells(arguments, picture)
        # The proxy of 16 px is read from level 1, 48 x 48 px, one tile; each glimpse touches the one tile of level 0.
        assert looking.measure(small)["decoded_px"] == 48 * 48 + 4 * 96 * 96
        assert looking.measure(resnet)["decoded_px"] == 48 * 48 + 2 * 96 * 96


def test_a_measurement_has_its_own_process(tmp_path):
    np.save(tmp_path / "image.npy", np.zeros((96, 96, 3), np.uint8))
    cell = Cell("small", "memory", str(tmp_path), 96, 96, 1, glimpses=1, side=16, proxy=16, rounds=1, seconds=0)
    assert Limits(60, 1).run(cell)["rounds"] == 1


def test_what_would_take_too_much_is_not_run(monkeypatch):
    monkeypatch.setattr(inference, "measured_apart", lambda cell, patience: {"ms": 3000.0, "peak_mib": 600.0})
    limits = Limits(seconds=20, gib=2)
    full = {size: Cell("full", "memory", "", size, size, 1) for size in (1000, 2000, 3000)}
    assert "ms" in limits.run(full[1000])
    assert limits.run(full[2000])["not_run"] == (
        "by what 1,000,000 pixels took, 3 s and 600 MiB, it would take 2.4 GiB, pictures included; --limit-gib is 2"
    )
    assert limits.run(full[3000])["not_run"].endswith("it would take 27 s; --limit-seconds is 20")
    assert "ms" in limits.run(Cell("small", "pyramid", "", 100_000, 100_000, 8))
    huge = limits.run(Cell("small", "memory", "", 20_000, 20_000, 8))
    assert huge["not_run"] == "pictures and levels take 11.9 GiB; --limit-gib is 2"


def test_rows_are_compared_with_their_rival():
    rows = [
        row("full", "memory", 512, 100.0, 50.0), row("small", "memory", 512, 4.0, 10.0),
        row("full", "jpeg", 512, 120.0, 60.0), row("small", "pyramid", 512, 3.0, 10.0),
        row("small", "pyramid", 1024, 3.3, 10.0), row("resnet", "memory", 512, 0, 0, not_run="too large"),
    ]  # fmt: skip
    del rows[5]["ms"]
    compare(rows)
    assert (rows[1]["faster"], rows[1]["share"], rows[3]["faster"]) == (25.0, 0.2, 40.0)
    assert "faster" not in rows[0] and "faster" not in rows[4]
    assert growth(rows) == {"small 4x32, batch 1, 1024 over 512 px": 1.1}
    text = tables(rows)
    assert "| 512 | 1 | 100 | 50 | 4 | 10 | 25x | 1/5 | not run |  |  |  |" in text
    assert "Not run: ResNet-18 4x32, 512 px, batch 1: too large." in text


def test_the_peak_is_seen_and_forgotten():
    before = forget_peak()
    block = np.ones(64 << 20, np.uint8)
    assert peak_mib() - before > 60
    del block
    assert forget_peak() - before < 30


def test_doctests():
    assert doctest.testmod(inference_table) == (0, 1)
