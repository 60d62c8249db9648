import json

import pytest

from benchmarks import fidelity, recordings
from tests.shared_data import shared_data

EXACT = (
    "screen.visibility_map", "screen.player_id", "screen.unit_type", "screen.selected", "screen.unit_hit_points",
    "screen.unit_energy", "screen.player_relative", "screen.unit_density", "screen.unit_hit_points_ratio",
    "screen.unit_energy_ratio", "screen.buffs", "screen.active", "minimap.visibility_map", "minimap.camera",
    "minimap.player_id", "minimap.player_relative", "minimap.selected", "minimap.unit_type",
)  # fmt: skip
"""Layers that show something in the recordings and are equal in every pixel."""

needs_maps = pytest.mark.skipif(
    recordings.map_terrain("AcidPlantLE") is None, reason="no real map files: sc2maptool is not installed"
)


@pytest.fixture(scope="module")
def layers():
    return fidelity.layer_fidelity(shared_data() / "observations")


@pytest.mark.parametrize("layer", EXACT)
def test_layers_equal_the_recordings_in_every_pixel(layers, layer):
    part, name = layer.split(".")
    scores = layers[part][name]
    assert scores["worst"] == 1.0, scores["worst_frame"]
    assert scores["frames_shown"] >= 5


def test_layers_that_the_recordings_leave_empty_are_empty(layers):
    empty = [scores for part in ("screen", "minimap") for scores in layers[part].values() if not scores["frames_shown"]]
    assert len(empty) == 10
    assert all(scores["worst"] == 1.0 for scores in empty)


def test_antialiased_density_differs_in_rounding_alone(layers):
    scores = layers["screen"]["unit_density_aa"]
    assert scores["worst"] >= 0.9999
    assert scores["mean_within_1"] == 1.0


def test_heights_from_the_recorded_grid_are_within_one_level(layers):
    assert layers["screen_height_from_recorded_grid"]["mean_within_1"] >= 0.9999


@needs_maps
def test_heights_from_map_files_are_equal(layers):
    assert layers["screen"]["height_map"]["worst"] >= 0.999
    assert layers["minimap"]["height_map"]["worst"] >= 0.992
    assert layers["minimap"]["height_map"]["mean_within_1"] == 1.0


@needs_maps
def test_grids_of_the_map_file_equal_the_recorded_ones():
    grids = fidelity.grid_fidelity(shared_data() / "observations")
    acid_plant = grids["AcidPlantLE"]
    assert acid_plant["height_within_1"] == 1.0
    assert acid_plant["pathing"] >= 0.994
    assert acid_plant["pathing_with_units_seen"] > acid_plant["pathing"]
    assert acid_plant["placement"] >= 0.998


def test_the_command_prints_json_and_a_table(capsys):
    shared = shared_data()
    assert fidelity.main(["--shared", str(shared)]) == 0
    out, err = capsys.readouterr()
    report = json.loads(out)
    assert report["machine"]["cores"] >= 1
    assert report["data"]["units"]["common"] > 1900
    assert "screen.unit_type" in err


def test_the_command_writes_json_to_a_file(tmp_path, capsys):
    shared = shared_data()
    target = tmp_path / "fidelity.json"
    assert fidelity.main(["--shared", str(shared), "--json", str(target)]) == 0
    assert capsys.readouterr().out == ""
    assert set(json.loads(target.read_text())) == {"machine", "layers", "grids", "data"}


def test_the_command_says_what_is_missing(tmp_path, capsys):
    assert fidelity.main(["--shared", str(tmp_path)]) == 1
    assert "--shared" in capsys.readouterr().err
