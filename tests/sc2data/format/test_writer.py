from __future__ import annotations

import multiprocessing
import subprocess
import sys
import time
from pathlib import Path

import h5py
import numpy as np
import pytest

from sc2data.format import Dataset, DatasetWriter, ManifestError, OccupiedError, ResumeError, SchemaError
from sc2data.format.durable import InUseError, StorageError
from sc2data.format.validate import validate
from tests.sc2data.format import examples
from tests.sc2data.format.examples import CONFIG, FRAMES, PROVENANCE

FORK_AMONG_THREADS = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
"""Python 3.12 and later warn of every fork once numpy has its threads."""


def begin(path: Path, **options) -> DatasetWriter:
    return DatasetWriter(path, CONFIG, examples.schema(), PROVENANCE, shard_records=2 * FRAMES, **options)


def resume(path: Path, **changes) -> DatasetWriter:
    asked = {"config": CONFIG, "schema": examples.schema(), "provenance": PROVENANCE, "shard_records": 2 * FRAMES}
    return DatasetWriter.resume(path, **{**asked, **changes})


def write_interrupted(path: Path, episodes: int) -> None:
    with begin(path) as writer:
        for record in examples.records(episodes):
            writer.append(record)
        raise KeyboardInterrupt


def test_shards_are_cut_after_the_episode_that_fills_them(tmp_path):
    path = examples.write(tmp_path / "data", episodes=5, shard_records=4)
    with Dataset(path) as dataset:
        assert [shard.records for shard in dataset.manifest.shards] == [6, 6, 3]


def test_finishing_an_episode_finishes_a_full_shard_at_once(tmp_path):
    with begin(tmp_path / "data") as writer:
        for record in examples.records(2):
            writer.append(record)
        assert writer.records == 0
        writer.finish_episode()
        assert writer.records == 6
        assert writer.next_episode == 2
        assert len(Dataset(tmp_path / "data")) == 6
    told = examples.content(tmp_path / "data")
    assert told == examples.content(examples.write(tmp_path / "untold", episodes=2))


def test_the_same_records_give_the_same_bytes(tmp_path):
    first = examples.content(examples.write(tmp_path / "first"))
    time.sleep(1.1)  # HDF5 keeps times in seconds, if it keeps them
    script = "import sys, pathlib; from tests.sc2data.format import examples; examples.write(pathlib.Path(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", script, str(tmp_path / "second")], check=True, timeout=60)
    assert examples.content(tmp_path / "second") == first


@pytest.mark.parametrize("compression", ["fast", "portable", "none"])
def test_compressions_hold_the_same(tmp_path, compression):
    path = examples.write(tmp_path / compression, episodes=2, compression=compression)
    assert validate(path) == []
    for found, expected in zip(Dataset(path), examples.records(2), strict=True):
        examples.assert_same_record(found, expected)


def test_portable_shards_use_filters_of_every_hdf5(tmp_path):
    path = examples.write(tmp_path / "data", episodes=1, compression="portable")
    with h5py.File(path / "shard-00000.h5") as file:
        assert file["screen"].compression == "gzip"
        assert file["screen"].fletcher32


def test_a_shard_tells_all_about_itself(tmp_path):
    path = examples.write(tmp_path / "data", episodes=1)
    with h5py.File(path / "shard-00000.h5") as file:
        assert file.attrs["backend"] == "simulator"
        assert file.attrs["map_name"].tolist() == ["Flat64"]
        assert file.attrs["playable_area"].tolist() == [[12, 12, 76, 84]]
        assert file["counts/map"].attrs["unit_type_names"].tolist() == ["Marine", "Zergling"]
        assert file["minimap"].attrs["scale"] == pytest.approx([32 / 96])
        assert file["minimap"].attrs["origin"].tolist() == [[0, 96]]
        assert file["screen"].attrs["camera_pitch"] == 56.0
        assert file["screen"].chunks == (1, 16, 16, 3)


def test_a_large_configuration_fits(tmp_path):
    config = {"text": "x" * 200_000}
    path = examples.write(tmp_path / "data", episodes=1, config=config)
    assert Dataset(path).sources[0].config == config
    assert validate(path) == []


def test_an_empty_data_set(tmp_path):
    path = examples.write(tmp_path / "data", episodes=0)
    assert len(Dataset(path)) == 0
    assert validate(path) == []


def test_records_that_do_not_fit_are_refused_and_do_no_harm(tmp_path):
    with begin(tmp_path / "data") as writer:
        writer.append(examples.record(3))
        with pytest.raises(SchemaError):
            writer.append(examples.record(4, of=examples.schema(minimap=(16, 16))))
        writer.append(examples.record(4))
        with pytest.raises(SchemaError, match="episode 3 comes after episode 4"):
            writer.append(examples.record(3))
        writer.finish_episode()
        with pytest.raises(SchemaError, match="episode 4 comes after episode 4"):
            writer.append(examples.record(4))
    assert Dataset(tmp_path / "data").episodes.tolist() == [3, 4]


def test_values_that_json_cannot_hold_are_refused(tmp_path):
    with pytest.raises(SchemaError, match="stored as JSON"):
        DatasetWriter(tmp_path / "data", {"seed": np.int64(3)}, examples.schema(), PROVENANCE)
    with pytest.raises(SchemaError, match="must name what made the pictures"):
        DatasetWriter(tmp_path / "data", {}, examples.schema(), {})
    with pytest.raises(SchemaError, match="shard_records 0"):
        DatasetWriter(tmp_path / "data", {}, examples.schema(), PROVENANCE, shard_records=0)
    with pytest.raises(ValueError, match="choose one of fast, portable, none"):
        DatasetWriter(tmp_path / "data", {}, examples.schema(), PROVENANCE, compression="zip")
    assert not (tmp_path / "data").exists()


def test_an_exception_discards_the_open_shard(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        write_interrupted(tmp_path / "data", episodes=3)
    assert sorted(examples.content(tmp_path / "data")) == ["manifest.json", "shard-00000.h5"]
    assert validate(tmp_path / "data") == []


def test_occupied_folders_are_left_alone(tmp_path):
    (tmp_path / "photo.jpg").write_bytes(b"x")
    with pytest.raises(OccupiedError, match=r"not empty \(photo.jpg\)"):
        begin(tmp_path)
    with pytest.raises(OccupiedError, match="is a file"):
        begin(tmp_path / "photo.jpg")
    path = examples.write(tmp_path / "data")
    before = examples.content(path)
    with pytest.raises(OccupiedError, match="holds a data set already: resume it"):
        begin(path)
    assert examples.content(path) == before


def test_one_writer_at_a_time(tmp_path):
    with begin(tmp_path / "data"), pytest.raises(InUseError, match="by another process"):
        resume(tmp_path / "data")
    resume(tmp_path / "data").close()


def sleep(seconds: float) -> None:
    time.sleep(seconds)


@FORK_AMONG_THREADS
def test_a_forked_child_does_not_hold_the_lock(tmp_path):
    writer = begin(tmp_path / "data")
    child = multiprocessing.get_context("fork").Process(target=sleep, args=(30,))
    child.start()
    try:
        writer.close()
        resume(tmp_path / "data").close()
    finally:
        child.kill()
        child.join()


def test_resume_starts_where_nothing_is(tmp_path):
    with resume(tmp_path / "data") as writer:
        assert (writer.records, writer.next_episode) == (0, 0)
        for record in examples.records(6):
            writer.append(record)
    assert examples.content(tmp_path / "data") == examples.content(examples.write(tmp_path / "whole"))


@pytest.mark.parametrize("episodes", range(1, 6))
def test_resume_ends_in_the_same_bytes(tmp_path, episodes):
    whole = examples.content(examples.write(tmp_path / "whole"))
    with pytest.raises(KeyboardInterrupt):
        write_interrupted(tmp_path / "data", episodes)
    with resume(tmp_path / "data") as writer:
        assert writer.records % 6 == 0
        for record in list(examples.records(6))[writer.records :]:
            writer.append(record)
    assert examples.content(tmp_path / "data") == whole


def test_resume_enters_a_shard_that_missed_the_manifest(tmp_path):
    path = examples.write(tmp_path / "data")
    whole = examples.content(path)
    with begin(tmp_path / "short") as writer:
        for record in examples.records(4):
            writer.append(record)
    (path / "manifest.json").write_bytes((tmp_path / "short" / "manifest.json").read_bytes())
    (path / "shard-00003.h5.tmp").write_bytes(b"half a shard")
    (path / "manifest.json.tmp").write_bytes(b"{")
    assert len(Dataset(path)) == 18
    assert [problem.file for problem in validate(path) if problem.harmless] == [
        "manifest.json.tmp",
        "shard-00002.h5",
        "shard-00003.h5.tmp",
    ]
    assert all(problem.harmless for problem in validate(path))
    with resume(path) as writer:
        assert (writer.records, writer.next_episode) == (18, 6)
    assert examples.content(path) == whole


@pytest.mark.parametrize(
    ("changes", "difference"),
    [
        ({"config": {**CONFIG, "seed": 8}}, "config.seed: 7 there, 8 asked for"),
        ({"config": {"seed": 7}}, r"config.scenes: \{'marines': \[0, 22\]\} there, '\(nothing\)' asked for"),
        ({"schema": examples.schema(minimap=(64, 64))}, r"schema.minimap: \(32, 32\) there, \(64, 64\) asked for"),
        ({"shard_records": 4}, "shard_records: 6 there, 4 asked for"),
        ({"compression": "none"}, "compression: 'fast' there, 'none' asked for"),
        ({"provenance": {"backend": {"name": "game", "version": "4.10.0"}}}, "backend.name: 'simulator' there, 'game'"),
    ],
)
def test_resume_refuses_another_data_set(tmp_path, changes, difference):
    path = examples.write(tmp_path / "data")
    before = examples.content(path)
    with pytest.raises(ResumeError, match=difference):
        resume(path, **changes)
    assert examples.content(path) == before


def test_shards_of_other_code_keep_their_provenance(tmp_path, caplog):
    path = examples.write(tmp_path / "data", episodes=2)
    later = {**PROVENANCE, "code": {"version": "2"}}
    with resume(path, provenance=later) as writer:
        writer.append(examples.record(2))
    assert "another version of the code" in caplog.text
    with Dataset(path) as dataset:
        assert [source.provenance["code"]["version"] for source in dataset.sources] == ["1", "2"]
        assert [shard.source for shard in dataset.manifest.shards] == [0, 1]
    assert validate(path) == []


def test_resume_refuses_a_data_set_with_a_hole(tmp_path):
    path = examples.write(tmp_path / "data")
    (path / "shard-00001.h5").unlink()
    with pytest.raises(ManifestError, match=r"shard-00001.h5 is in the manifest but missing; restore it"):
        resume(path)


def test_resume_refuses_a_stranger_in_the_next_shards_place(tmp_path):
    path = examples.write(tmp_path / "data", episodes=2)
    (path / "shard-00001.h5").write_bytes(b"not HDF5")
    with pytest.raises(ManifestError, match="cannot be read"):
        resume(path)
    (path / "shard-00001.h5").write_bytes((path / "shard-00000.h5").read_bytes())
    with pytest.raises(ManifestError, match="does not continue this data set"):
        resume(path)


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="cannot write"):
        begin(tmp_path / "file" / "data")
