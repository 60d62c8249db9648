from __future__ import annotations

import json
import multiprocessing
import os
import pickle
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sc2data.format import Dataset, DatasetWriter, Record, Scene, SchemaError, ShardError, SplitError, Units
from sc2data.format.reader import OPEN_SHARDS
from sc2data.format.split import split
from tests.sc2data.format import examples

RECORDS = list(examples.records(6))
FORK_AMONG_THREADS = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
"""Python 3.12 and later warn of every fork once numpy has its threads."""


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return examples.write(tmp_path_factory.mktemp("reader") / "data")


@pytest.fixture
def dataset(path):
    with Dataset(path) as opened:
        yield opened


def test_every_record_is_as_it_was_written(dataset):
    assert len(dataset) == len(RECORDS)
    for found, expected in zip(dataset, RECORDS, strict=True):
        examples.assert_same_record(found, expected)


def test_rows_in_any_order(dataset):
    order = [17, 3, 4, 5, 6, 7, 3, -1]
    expected = np.stack([RECORDS[i].minimap for i in order])
    np.testing.assert_array_equal(dataset.minimaps(order), expected)
    np.testing.assert_array_equal(dataset.minimaps(), np.stack([r.minimap for r in RECORDS]))
    assert dataset.minimaps([]).shape == (0, 32, 32, 3)
    np.testing.assert_array_equal(dataset.minimaps(np.arange(18) == 5), RECORDS[5].minimap[None])
    assert dataset.column("scene/frame", order).tolist() == [2, 0, 1, 2, 0, 1, 0, 2]


def test_counts_are_those_of_the_units(dataset):
    counts = dataset.counts("screen")
    assert counts.dtype == np.uint16
    for record, found in zip(RECORDS, counts, strict=True):
        units = record.units
        enemies = units.visible & units.on_screen & (units.alliance == 4)
        assert found[1].tolist() == [
            (enemies & (units.type == examples.MARINE)).sum(),
            (enemies & (units.type == examples.ZERGLING)).sum(),
        ]
    on_map = dataset.counts("map", [2])[0]
    seen = RECORDS[2].units.select(RECORDS[2].units.visible)
    assert on_map.sum() == (seen.type != examples.UNCOUNTED).sum()
    assert (dataset.counts("map") >= counts).all()
    np.testing.assert_array_equal(dataset.units_per_record(), [len(r.units) for r in RECORDS])


@given(
    index=st.integers(-len(RECORDS), len(RECORDS) - 1),
    x=st.integers(-90, 90),
    y=st.integers(-60, 60),
    width=st.integers(1, 90),
    height=st.integers(1, 60),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_window_is_a_slice_of_the_screen_on_black(dataset, index, x, y, width, height):
    padded = np.zeros((40 + 240, 72 + 360, 3), np.uint8)
    padded[120:160, 180:252] = RECORDS[index].screen
    expected = padded[120 + y : 120 + y + height, 180 + x : 180 + x + width]
    found = dataset.screen_window(index, x, y, width, height)
    assert found.dtype == np.uint8
    np.testing.assert_array_equal(found, expected)


def test_a_window_reads_only_the_tiles_that_it_touches(tmp_path):
    path = examples.write(tmp_path / "data", episodes=1)
    with h5py.File(path / "shard-00000.h5") as file:
        tiles = {tile.chunk_offset[1:3]: tile for tile in chunks_of(file["screen"]) if tile.chunk_offset[0] == 0}
    with open(path / "shard-00000.h5", "r+b") as file:
        for place, tile in tiles.items():
            if place not in ((16, 32), (16, 48)):
                file.seek(tile.byte_offset)
                file.write(b"\xa5" * tile.size)  # of ones alone Fletcher's sum is what it should be
    with Dataset(path) as dataset:
        np.testing.assert_array_equal(dataset.screen_window(0, 40, 18, 16, 10), RECORDS[0].screen[18:28, 40:56])
        with pytest.raises(ShardError, match="cannot be read"):
            dataset.screen_window(0, 40, 10, 16, 10)


def chunks_of(dataset: h5py.Dataset) -> list[Any]:
    return [dataset.id.get_chunk_info(index) for index in range(dataset.id.get_num_chunks())]


def test_windows_without_pixels_are_refused(dataset):
    with pytest.raises(ValueError, match="window of 0 x 5"):
        dataset.screen_window(0, 1, 1, 0, 5)


def test_records_that_there_are_not(dataset):
    for index in (18, -19):
        with pytest.raises(IndexError, match="has 18 records"):
            dataset.record(index)
    with pytest.raises(IndexError):
        dataset.minimaps([0, 18])
    with pytest.raises(IndexError, match=r"mask of shape \(3,\)"):
        dataset.minimaps([True, False, True])
    with pytest.raises(TypeError):
        dataset.minimaps([0.5])
    with pytest.raises(ValueError, match="no column 'units/type' with a row a record"):
        dataset.column("units/type")
    with pytest.raises(ValueError, match="choose 'screen' or 'map'"):
        dataset.counts("minimap")


def test_minimaps_alone(tmp_path):
    schema = examples.schema(screen=None)
    path = examples.write(tmp_path / "data", of=schema)
    with Dataset(path) as dataset:
        examples.assert_same_record(dataset.record(4), list(examples.records(6, schema))[4])
        with pytest.raises(SchemaError, match="holds minimaps without screens"):
            dataset.screen(0)
        with pytest.raises(SchemaError, match="without screens"):
            dataset.counts("screen")


def test_splits(tmp_path):
    path = examples.write(tmp_path / "data")
    with Dataset(path) as dataset, pytest.raises(SplitError, match="has no split 'train'; there are: none yet"):
        dataset.split("train")
    drawn = split(path, {"train": 0.5, "test": 0.5}, seed=1)
    with Dataset(path) as dataset:
        train, test = dataset.split("train"), dataset.split("test")
        assert sorted([*train, *test]) == list(range(18))
        assert set(dataset.episodes[train]) == set(drawn["train"])


def read_some(dataset: Dataset, queue: Any = None) -> int:
    total = sum(int(dataset.screen_window(i, 3, 4, 20, 20).sum()) + int(dataset.minimap(i).sum()) for i in range(18))
    if queue is not None:
        queue.put(total)
    return total


@FORK_AMONG_THREADS
@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_read_from_many_processes_at_once(path, method):
    with Dataset(path) as dataset:
        expected = read_some(dataset)  # the parent has handles open when the children start
        context = multiprocessing.get_context(method)
        queue = context.Queue()
        children = [context.Process(target=read_some, args=(dataset, queue)) for _ in range(3)]
        for child in children:
            child.start()
        assert read_some(dataset) == expected
        assert [queue.get(timeout=120) for _ in children] == [expected] * 3
        for child in children:
            child.join(timeout=60)
            assert child.exitcode == 0
        assert read_some(dataset) == expected


@FORK_AMONG_THREADS
def test_a_child_leaves_the_parents_handles_alone(path):
    with Dataset(path) as dataset:
        expected = read_some(dataset)
        child = os.fork()
        if child == 0:
            os._exit(0 if read_some(dataset) == expected and not dataset.close() else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert read_some(dataset) == expected


def test_threads_share_a_data_set(path):
    with Dataset(path) as dataset:
        totals: list[int] = []
        threads = [threading.Thread(target=lambda: totals.append(read_some(dataset))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert totals == [read_some(dataset)] * 4


def test_pickles_and_closes(path):
    dataset = Dataset(path)
    expected = read_some(dataset)
    assert read_some(pickle.loads(pickle.dumps(dataset))) == expected
    dataset.close()
    assert read_some(dataset) == expected
    dataset.close()


def test_opens_no_more_shards_than_it_may(tmp_path):
    path = examples.write(tmp_path / "data", episodes=OPEN_SHARDS + 3, shard_records=1)
    with Dataset(path) as dataset:
        dataset.column("scene/frame")
        inside = {os.path.realpath(f"/proc/self/fd/{fd}") for fd in os.listdir("/proc/self/fd")}
        assert sum(str(path) in name for name in inside) == OPEN_SHARDS


def test_a_read_only_folder_can_be_read(tmp_path):
    path = examples.write(tmp_path / "data")
    for file in [*path.iterdir(), path]:
        file.chmod(0o555 if file == path else 0o444)
    try:
        with Dataset(path) as dataset:
            assert read_some(dataset) > 0
    finally:
        path.chmod(0o755)


def test_reading_needs_no_torch_nor_game(path):
    script = (
        "import sys; from sc2data.format import Dataset; Dataset(sys.argv[1]).record(0); "
        "print({'torch', 'gymnasium', 'pysc2', 'matplotlib'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.fixture
def copy(path, tmp_path):
    return Path(shutil.copytree(path, tmp_path / "copy"))


def test_a_missing_shard_is_an_error_and_not_black(copy):
    (copy / "shard-00001.h5").unlink()
    with pytest.raises(ShardError, match=r"shard-00001.h5 is in the manifest but missing"):
        Dataset(copy)


def test_a_truncated_shard(copy):
    os.truncate(copy / "shard-00001.h5", 5000)
    with pytest.raises(ShardError, match=r"has 5000 bytes, not the \d+ of the manifest"):
        Dataset(copy)


def test_a_corrupt_shard(copy):
    content = bytearray((copy / "shard-00001.h5").read_bytes())
    content[:64] = bytes(64)
    (copy / "shard-00001.h5").write_bytes(content)
    with Dataset(copy) as dataset:
        examples.assert_same_record(dataset.record(5), RECORDS[5])
        with pytest.raises(ShardError, match=r"shard-00001.h5 cannot be opened"):
            dataset.record(6)


def test_a_shard_of_another_data_set(copy, tmp_path):
    other = examples.write(tmp_path / "other", of=examples.schema(minimap=(16, 16)))
    foreign = (other / "shard-00001.h5").read_bytes()
    (copy / "shard-00001.h5").write_bytes(foreign)
    values = json.loads((copy / "manifest.json").read_text())
    values["shards"][1]["bytes"] = len(foreign)
    (copy / "manifest.json").write_text(json.dumps(values))
    with Dataset(copy) as dataset, pytest.raises(ShardError, match="of another schema than its manifest"):
        dataset.record(6)


floats = st.floats(-1e6, 1e6, width=32)


@st.composite
def drawn_records(draw: Any) -> Record:
    count = draw(st.integers(0, 5))
    values = {
        "type": draw(st.lists(st.integers(0, 2**31 - 1), min_size=count, max_size=count)),
        "alliance": draw(st.lists(st.integers(1, 4), min_size=count, max_size=count)),
        "tag": draw(st.lists(st.integers(0, 2**64 - 1), min_size=count, max_size=count)),
        "health": draw(st.lists(floats, min_size=count, max_size=count)),
        "world": draw(st.lists(st.tuples(floats, floats, floats), min_size=count, max_size=count)),
        "minimap": draw(st.lists(st.tuples(floats, floats), min_size=count, max_size=count)),
    }
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    scene = Scene(
        episode=draw(st.integers(0, 2**62)),
        scene=draw(st.integers(-(2**63), 2**63 - 1)),
        frame=draw(st.integers(0, 2**31 - 1)),
        seed=draw(st.integers(0, 2**64 - 1)),
        game_loop=draw(st.integers(0, 2**62)),
        camera=draw(st.tuples(floats, floats, floats)),
        losses=draw(st.tuples(st.integers(0, 2**31 - 1), st.integers(0, 2**31 - 1))),
    )
    return Record(
        random.integers(0, 256, (32, 32, 3), dtype=np.uint8),
        random.integers(0, 256, (40, 72, 3), dtype=np.uint8),
        Units.of(**values),
        scene,
    )


@given(
    drawn=st.lists(drawn_records(), max_size=5, unique_by=lambda record: record.scene.episode), size=st.integers(1, 4)
)
@settings(max_examples=30, deadline=None)
def test_any_records_survive(drawn, size):
    drawn = sorted(drawn, key=lambda record: record.scene.episode)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data"
        with DatasetWriter(path, {}, examples.schema(), examples.PROVENANCE, shard_records=size) as writer:
            for record in drawn:
                writer.append(record)
        with Dataset(path) as dataset:
            for found, expected in zip(dataset, drawn, strict=True):
                examples.assert_same_record(found, expected)
