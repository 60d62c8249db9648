"""Inspect, statistics, split, merge, card and pictures, as library functions."""

from __future__ import annotations

import dataclasses
import getpass
import json
import platform
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sc2data.format import Dataset, Manifest, OccupiedError, Scene, ShardError, SplitError, Units, provenance
from sc2data.format.card import write_card
from sc2data.format.contact_sheet import TEAM_COLORS, contact_sheet, labelled_minimap, labelled_screen
from sc2data.format.inspect import as_text, summary
from sc2data.format.merge import MergeError, merge
from sc2data.format.plot import write_histograms
from sc2data.format.split import FractionError, _sizes, split
from sc2data.format.stats import statistics
from sc2data.format.validate import validate
from tests.sc2data.format import examples


@pytest.fixture
def path(tmp_path):
    return examples.write(tmp_path / "data")


def test_summary(path):
    with Dataset(path) as dataset:
        facts = summary(dataset)
        assert (facts["records"], facts["episodes"], facts["shards"]) == (18, 6, 3)
        assert facts["units"] == sum(len(record.units) for record in examples.records(6))
        assert facts["columns"]["screen"]["shape"] == [18, 40, 72, 3]
        assert facts["backends"] == ["simulator 4.10.0"]
        assert json.loads(json.dumps(facts))["maps"] == ["Flat64"]
        assert "18 in 6 episodes" in as_text(facts)


def test_statistics_agree_with_the_records(path):
    with Dataset(path) as dataset:
        numbers = statistics(dataset)
        counts = dataset.counts("screen")[:, 1, 0]
        assert numbers.histograms["screen"]["enemy"]["Marine"].tolist() == np.bincount(counts).tolist()
        spread = numbers.to_dict()["counts"]["screen"]["enemy"]["Marine"]
        assert spread["mean"] == pytest.approx(counts.mean())
        assert (spread["least"], spread["most"], spread["present"]) == (counts.min(), counts.max(), (counts > 0).sum())
        screens = np.stack([record.screen for record in examples.records(6)]).astype(np.float64)
        assert numbers.pictures["screen"].sample == 18
        np.testing.assert_allclose(numbers.pictures["screen"].mean, screens.mean(axis=(0, 1, 2)), rtol=1e-5)
        np.testing.assert_allclose(numbers.pictures["screen"].deviation, screens.std(axis=(0, 1, 2)), rtol=1e-4)
        np.testing.assert_allclose(numbers.pictures["screen"].picture, screens.mean(axis=0), rtol=1e-5)


def test_statistics_of_a_split_and_of_nothing(path, tmp_path):
    split(path, {"train": 0.5})
    with Dataset(path) as dataset:
        assert (statistics(dataset, "train").records, statistics(dataset, "train").episodes) == (9, 3)
        with pytest.raises(SplitError, match="there are: train"):
            statistics(dataset, "test")
    with Dataset(examples.write(tmp_path / "empty", episodes=0)) as dataset:
        assert statistics(dataset).to_dict()["units_per_record"] == 0


def test_splits_are_whole_episodes_of_a_seed(path):
    fractions = {"train": 0.6, "val": 0.2, "test": 0.2}
    first = split(path, fractions, seed=3)
    assert [len(ids) for ids in first.values()] == [4, 1, 1]
    assert sorted(episode for ids in first.values() for episode in ids) == list(range(6))
    assert validate(path) == []
    assert split(path, fractions, seed=3) == first
    assert Manifest.read(path).split_by == {"seed": 3, "fractions": fractions}
    assert any(split(path, fractions, seed=seed) != first for seed in range(4, 8))


@given(st.lists(st.floats(0.01, 1), min_size=1, max_size=5), st.integers(1, 400))
def test_sizes_of_splits(shares, episodes):
    fractions = {str(i): share / sum(shares) for i, share in enumerate(shares)}
    if episodes < len(fractions):
        with pytest.raises(FractionError, match="cannot be split"):
            _sizes(fractions, episodes)
        return
    sizes = _sizes(fractions, episodes)
    assert sum(sizes.values()) == episodes
    assert min(sizes.values()) >= 1
    if all(share * episodes >= 1 for share in fractions.values()):
        assert all(abs(sizes[name] - fractions[name] * episodes) < 1 for name in sizes)


@pytest.mark.parametrize("fractions", [{}, {"a": 0.0}, {"a": 1.2}, {"a": 0.7, "b": 0.4}, {"a": -1, "b": 1}])
def test_impossible_fractions(path, fractions):
    with pytest.raises(FractionError, match="each must be above 0"):
        split(path, fractions)


def test_merge_keeps_every_record(tmp_path):
    desert = dataclasses.replace(examples.FLAT, name="Flat48", width=80)
    first = examples.write(tmp_path / "first", episodes=4)
    second = examples.write(
        tmp_path / "second",
        of=examples.schema(maps=(desert, examples.FLAT)),
        config={"seed": 8},
        compression="portable",
    )
    for path in (first, second):
        split(path, {"train": 0.5, "test": 0.5})
    manifest = merge([first, second], tmp_path / "both")
    assert validate(tmp_path / "both") == []
    assert manifest.compression == "mixed"
    assert [info.name for info in manifest.schema.maps] == ["Flat64", "Flat48"]
    expected = [*examples.records(4), *examples.records(6)]
    with Dataset(tmp_path / "both") as both:
        assert [source.config["seed"] for source in both.sources] == [7, 8]
        assert both.episodes.tolist() == np.repeat(np.arange(10), 3).tolist()
        assert both.column("scene/scene").tolist()[11:13] == [30, 31]
        assert both.column("scene/map").tolist() == [0] * 12 + [1] * 18
        for found, record in zip(both, expected, strict=True):
            scene = dataclasses.replace(found.scene, episode=record.scene.episode, scene=record.scene.scene, map=0)
            examples.assert_same_record(dataclasses.replace(found, scene=scene), record)
        old = {name: len(Dataset(first).split(name)) + len(Dataset(second).split(name)) for name in ("train", "test")}
        assert {name: len(both.split(name)) for name in ("train", "test")} == old
    assert examples.content(tmp_path / "both") == examples.content(remerged(tmp_path, [first, second]))
    merge([tmp_path / "both", first], tmp_path / "more")
    assert validate(tmp_path / "more") == []


def remerged(tmp_path, paths):
    time.sleep(1.1)  # HDF5 keeps times in seconds, if it keeps them
    merge(paths, tmp_path / "again")
    return tmp_path / "again"


def test_data_sets_that_cannot_be_one(tmp_path, path):
    other = examples.write(tmp_path / "other", of=examples.schema(tile=32))
    with pytest.raises(MergeError, match=r"tile: 16 in .*data, 32 in .*other"):
        merge([path, other], tmp_path / "both")
    with pytest.raises(MergeError, match="takes at least two"):
        merge([path], tmp_path / "both")
    with pytest.raises(MergeError, match="named twice"):
        merge([path, path / ".." / "data"], tmp_path / "both")
    with pytest.raises(OccupiedError):
        merge([path, examples.write(tmp_path / "same")], other)


def test_merging_a_damaged_shard_leaves_nothing(tmp_path, path):
    other = examples.write(tmp_path / "other")
    with open(other / "shard-00001.h5", "r+b") as file:
        file.seek(3000)
        file.write(b"?")
    with pytest.raises(ShardError, match=r"shard-00001.h5 is damaged"):
        merge([path, other], tmp_path / "both")
    assert list((tmp_path / "both").iterdir()) == []


def test_the_card_says_who_made_the_pictures(path):
    split(path, {"train": 0.5, "test": 0.5})
    text = write_card(path).read_text()
    assert "**The pictures were made by the simulator of this project (which speaks as version 4.10.0" in text
    assert "18 in 6 episodes" in text
    assert "| train | 9 | 3 |" in text
    assert '"seed": 7' in text
    assert "commit c0ffee" in text
    assert cv2.imread(str(path / "contact-sheet.png")) is not None
    assert validate(path) == []


def test_the_card_of_an_empty_data_set(tmp_path):
    text = write_card(examples.write(tmp_path / "empty", episodes=0)).read_text()
    assert "0 in 0 episodes" in text


def test_labels_are_drawn_where_the_units_are():
    schema = examples.schema(minimap=(96, 96), screen=(200, 200))
    units = Units.of(
        type=[48, 105, 48],
        alliance=[1, 4, 4],
        world=[[50, 40, 0]] * 3,
        minimap=[[20.5, 30.5], [60.5, 70.5], [5.5, 5.5]],
        screen=[[100.5, 50.5], [30.5, 160.5], [180.5, 20.5]],
        radius=[1.0, 2.0, 1.0],
        on_screen=[True, True, True],
        visible=[True, True, False],
    )
    record = dataclasses.replace(
        examples.record(0, of=schema),
        minimap=np.zeros((96, 96, 3), np.uint8),
        screen=np.zeros((200, 200, 3), np.uint8),
        units=units,
        scene=Scene(0, 0, camera=(50.0, 40.0, 0.0)),
    )
    for picture, positions in (
        (labelled_minimap(record, schema, 96), units.minimap),
        (labelled_screen(record, schema, 200), units.screen),
    ):
        for row, alliance in ((0, 1), (1, 4)):
            close = (np.abs(picture.astype(int) - TEAM_COLORS[alliance]) < 60).all(axis=2)
            y, x = np.nonzero(close)
            np.testing.assert_allclose([x.mean() + 0.5, y.mean() + 0.5], positions[row], atol=0.3)
        remembered = positions[2].astype(int)
        assert picture[remembered[1] - 4 : remembered[1] + 5, remembered[0] - 4 : remembered[0] + 5].sum() == 0


def test_a_contact_sheet_has_a_cell_a_record(path):
    with Dataset(path) as dataset:
        one, three = contact_sheet(dataset, [0]), contact_sheet(dataset, [0, 1, 2])
        assert three.shape == (2 * one.shape[0], one.shape[1], 3)
        assert one.dtype == np.uint8


def test_histograms_are_pictures(path, tmp_path):
    with Dataset(path) as dataset:
        numbers = statistics(dataset, sample=0)
    write_histograms(numbers, tmp_path / "counts.png", "screen")
    assert cv2.imread(str(tmp_path / "counts.png")) is not None
    with pytest.raises(ValueError, match="there are map, screen"):
        write_histograms(numbers, tmp_path / "counts.png", "minimap")


def test_provenance_names_code_and_no_machine():
    made = provenance.collect({"name": "simulator", "version": "4.10.0"})
    text = json.dumps(made)
    for private in (platform.node(), str(Path.home()), str(Path.cwd()), f'"{getpass.getuser()}"'):
        assert private not in text
    assert made["backend"]["name"] == "simulator"
    assert made["code"]["version"]
    assert made["code"]["commit"] is None or len(made["code"]["commit"]) == 40
