"""Each way to damage a data set, and that validation names it."""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from sc2data.format import Manifest
from sc2data.format.shard import hash_file
from sc2data.format.validate import Problem, validate
from tests.sc2data.format import examples


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return examples.write(tmp_path / "data")


def words(found: list[Problem]) -> str:
    return "\n".join(str(problem) for problem in found)


def rewrite(path: Path, shard: int, column: str, change: Any) -> None:
    """Change values of a column, and the manifest's hash and size to match: a defect of a writer, not of a disk."""
    manifest = Manifest.read(path)
    file = path / manifest.shards[shard].file
    with h5py.File(file, "r+") as hdf5:
        values = hdf5[column][...]
        change(values)
        hdf5[column][...] = values
    entry = dataclasses.replace(manifest.shards[shard], bytes=file.stat().st_size, sha256=hash_file(file))
    shards = (*manifest.shards[:shard], entry, *manifest.shards[shard + 1 :])
    dataclasses.replace(manifest, shards=shards).write(path)


def edit_manifest(path: Path, change: Any) -> None:
    values = json.loads((path / "manifest.json").read_text())
    change(values)
    (path / "manifest.json").write_text(json.dumps(values))


def set_value(place: Any, value: Any) -> Any:
    def change(values: np.ndarray) -> None:
        values[place] = value

    return change


def test_a_sound_data_set_has_no_problems(path):
    assert validate(path) == []
    assert validate(path, deep=False) == []


def test_nothing_there(tmp_path):
    assert "holds no data set" in words(validate(tmp_path))


def test_a_missing_shard(path):
    (path / "shard-00001.h5").unlink()
    assert words(validate(path)) == "shard-00001.h5: missing"


def test_a_truncated_shard(path):
    os.truncate(path / "shard-00001.h5", 5000)
    found = words(validate(path))
    assert "shard-00001.h5: 5000 bytes, the manifest says" in found
    assert "shard-00001.h5: cannot be read" in found


def corrupt_chunk(path: Path, column: str, row: int) -> None:
    with h5py.File(path) as hdf5:
        chunk = hdf5[column].id.get_chunk_info(row)
    with open(path, "r+b") as file:
        file.seek(chunk.byte_offset + chunk.size // 2)
        byte = file.read(1)[0]
        file.seek(chunk.byte_offset + chunk.size // 2)
        file.write(bytes([byte ^ 1]))


def test_every_corrupt_chunk_is_listed(path):
    corrupt_chunk(path / "shard-00000.h5", "minimap", 2)
    corrupt_chunk(path / "shard-00000.h5", "minimap", 4)
    corrupt_chunk(path / "shard-00002.h5", "units/health", 0)
    found = words(validate(path))
    assert "shard-00000.h5: SHA-256 differs" in found
    assert "shard-00000.h5: minimap of record 2 cannot be read" in found
    assert "shard-00000.h5: minimap of record 4 cannot be read" in found
    assert "shard-00002.h5: units/health cannot be read" in found
    assert len(found.splitlines()) == 5


def test_a_shallow_look_leaves_pictures_out(path):
    corrupt_chunk(path / "shard-00000.h5", "screen", 2)
    assert validate(path, deep=False) == []
    assert validate(path) != []


def test_a_flipped_byte_between_the_chunks_is_found_by_the_hash(path):
    with open(path / "shard-00000.h5", "r+b") as file:
        file.seek(-1, os.SEEK_END)
        last = file.read(1)[0]
        file.seek(-1, os.SEEK_END)
        file.write(bytes([last ^ 255]))
    assert "SHA-256 differs" in words(validate(path))


def test_a_manifest_that_is_not_json_does_not_hide_damaged_shards(path):
    (path / "manifest.json").write_text("{")
    corrupt_chunk(path / "shard-00001.h5", "minimap", 0)
    found = words(validate(path))
    assert "manifest.json: " in found
    assert "is not JSON" in found
    assert "shard-00001.h5: minimap of record 0 cannot be read" in found


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda v: v["shards"][1].update(sha256="0" * 64), "shard-00001.h5: SHA-256 differs"),
        (lambda v: v["shards"][1].update(bytes=7), "the manifest says 7"),
        (lambda v: v["shards"][1].update(units=7), "units/type has"),
        (lambda v: v["shards"][1].update(source=3), "shard 1 names source 3, there are 1"),
        (lambda v: v["shards"][1].update(episodes=[[0, 2, 3]]), "begins with episode 0, but an earlier shard had 1"),
        (lambda v: v["shards"][1].update(episodes=[[2, 3, 2]]), "scene/episode is not what the manifest says"),
        (lambda v: v["shards"][1].update(file="../x.h5"), "'../x.h5' is not the name of a shard"),
        (lambda v: v["shards"][1].update(file="shard-00000.h5"), "shard-00000.h5 is listed 2 times"),
        (lambda v: v.update(records=99), "records is 99"),
        (lambda v: v["sources"][0]["config"].update(seed=8), "attribute config is not what the manifest says"),
        (lambda v: v["sources"][0]["provenance"]["backend"].update(name="game"), "attribute backend is not what"),
        (lambda v: v["schema"].update(screen=[41, 72]), "screen has shape (6, 40, 72, 3), not (N, 41, 72, 3)"),
        (lambda v: v["schema"]["camera"].update(pitch=30), "attribute of screen: camera_pitch is not what"),
        (lambda v: v["schema"]["unit_types"].pop(), "counts/map has shape (6, 3, 2), not (N, 3, 1)"),
        (lambda v: v["splits"].update(train=[0, 77]), "split 'train' names 1 episodes that there are not, 77 first"),
        (lambda v: v["splits"].update(a=[0, 1], b=[1]), "episode 1 is in splits 'a' and 'b'"),
        (lambda v: v["splits"].update(a=[0, 0]), "episode 0 is in split 'a' twice"),
    ],
)
def test_an_edited_manifest(path, change, expected):
    edit_manifest(path, change)
    found = validate(path)
    assert expected in words(found)
    assert any(not problem.harmless for problem in found)


@pytest.mark.parametrize(
    ("column", "change", "expected"),
    [
        ("units/offset", set_value(3, 0), "units/offset falls after record 2"),
        ("units/offset", set_value(0, 1), "units/offset goes from 1 to"),
        ("units/offset", set_value(-1, 99), "units/offset goes from 0 to 99, not from 0 to"),
        (
            "counts/map",
            set_value((2, 0, 0), 500),
            "counts/map differs from the units in 1 records, the first is record 2",
        ),
        ("counts/screen", set_value((5, 2, 1), 500), "counts/screen differs from the units in 1 records"),
        ("units/alliance", set_value(0, 9), "units/alliance is not 1 to 4: 1 times, first in record 0, unit 0"),
        ("units/on_screen", set_value(slice(None), True), "units/screen is not within the screen"),
        ("units/world", set_value((slice(None), 0), np.nan), "units/world of a visible unit is not finite"),
        ("scene/episode", set_value(1, 7), "scene/episode falls after record 1"),
        ("scene/map", set_value(1, 1), "scene/map is not 0 to 0"),
        ("screen", set_value(3, 0), "screen of record 3 is of a single colour: nothing was drawn"),
    ],
)
def test_values_that_cannot_be(path, column, change, expected):
    rewrite(path, 0, column, change)
    assert expected in words(validate(path))


def replace_column(path: Path, column: str, **options: Any) -> None:
    with h5py.File(path, "r+") as hdf5:
        attributes = dict(hdf5[column].attrs)
        del hdf5[column]
        if options:
            hdf5.create_dataset(column, **options).attrs.update(attributes)


@pytest.mark.parametrize(
    ("column", "options", "expected"),
    [
        ("scene/seed", {}, "scene/seed is missing"),
        ("units/type", {"data": np.zeros(3, np.int64), "chunks": (4096,), "maxshape": (None,)}, "units/type is int64"),
        ("counts/map", {"data": np.zeros((6, 3, 4), np.uint16), "chunks": True}, "has shape (6, 3, 4)"),
        ("scene/frame", {"data": np.zeros(5, np.int32), "chunks": (5,)}, "scene/frame has 5 rows, not 6"),
        ("scene/frame", {"data": np.zeros(6, np.int32), "chunks": (6,)}, "scene/frame has no checksums (fletcher32)"),
    ],
)
def test_columns_of_another_form(path, column, options, expected):
    replace_column(path / "shard-00000.h5", column, **options)
    assert expected in words(validate(path))


def test_a_shard_of_a_later_version(path):
    with h5py.File(path / "shard-00000.h5", "r+") as hdf5:
        hdf5.attrs["schema_version"] = "2.0"
    assert "schema version 2.0" in words(validate(path))


def test_foreign_files(path):
    (path / "shard-00007.h5").write_bytes(b"")
    (path / "harvest-report.json").write_text("{}")
    assert (
        words(validate(path)) == "shard-00007.h5: not in the manifest and not the shard that comes next; it is not read"
    )


def test_episodes_without_a_split_are_worth_a_note(path):
    edit_manifest(path, lambda values: values["splits"].update(train=[0, 1]))
    (problem,) = validate(path)
    assert str(problem) == "note: manifest.json: 4 episodes are in no split"


def test_everything_at_once(path):
    (path / "shard-00001.h5").unlink()
    rewrite(path, 0, "counts/map", set_value((2, 0, 0), 500))
    corrupt_chunk(path / "shard-00002.h5", "minimap", 1)
    edit_manifest(path, lambda values: values["splits"].update(a=[0], b=[0]))
    found = words(validate(path))
    for expected in ("counts/map differs", "shard-00001.h5: missing", "minimap of record 1", "episode 0 is in splits"):
        assert expected in found
