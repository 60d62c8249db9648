from __future__ import annotations

import dataclasses
import time

import numpy as np
import pytest

from sc2data.format import Dataset, OccupiedError, ShardError
from sc2data.format.merge import MergeError, merge
from sc2data.format.split import split
from sc2data.format.validate import validate
from tests.sc2data.format import examples


@pytest.fixture
def path(tmp_path):
    return examples.write(tmp_path / "data")


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


def test_counted_types_that_differ_are_named(tmp_path, path):
    types = examples.schema().unit_types
    less = examples.write(tmp_path / "less", of=examples.schema(unit_types=types[1:]))
    with pytest.raises(MergeError, match=rf"unit_types: {types[0].name} only in .*data\nharvest one of them again"):
        merge([path, less], tmp_path / "both")
    turned = examples.write(tmp_path / "turned", of=examples.schema(unit_types=types[::-1]))
    with pytest.raises(MergeError, match="unit_types: in another order"):
        merge([path, turned], tmp_path / "both")


def test_merging_a_damaged_shard_leaves_nothing(tmp_path, path):
    other = examples.write(tmp_path / "other")
    with open(other / "shard-00001.h5", "r+b") as file:
        file.seek(3000)
        file.write(b"?")
    with pytest.raises(ShardError, match=r"shard-00001.h5 is damaged"):
        merge([path, other], tmp_path / "both")
    assert list((tmp_path / "both").iterdir()) == []
