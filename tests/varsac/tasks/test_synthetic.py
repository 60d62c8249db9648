"""The synthetic task: painted, kept in memory, kept in files."""

import dataclasses
import multiprocessing
import pickle

import numpy as np
import pytest

from sc2data.format.durable import FolderLock
from tests.varsac.tasks.idx_files import write_digits
from varsac.tasks import cache
from varsac.tasks.synthetic import SyntheticConfig, SyntheticTask
from varsac.tasks.task import TaskError

SMALL = SyntheticConfig(height=96, width=128, proxy=24, train=12, val=4, test=5)


@pytest.fixture
def small_parts(monkeypatch):
    monkeypatch.setattr(cache, "PART", 5)


def same(one, other):
    """Whether two examples are equal to the byte."""
    return (
        one.proxy.tobytes() == other.proxy.tobytes()
        and one.image.level(0).tobytes() == other.image.level(0).tobytes()
        and one.labels.keys() == other.labels.keys()
        and all(one.labels[name].tobytes() == other.labels[name].tobytes() for name in one.labels)
        and one.objects.positions.tobytes() == other.objects.positions.tobytes()
        and one.objects.classes.tobytes() == other.objects.classes.tobytes()
        and one.objects.radius.tobytes() == other.objects.radius.tobytes()
        and (one.view, one.name) == (other.view, other.name)
    )


def test_an_example_depends_on_seed_split_and_index_alone():
    data = SyntheticTask(SMALL).data("train")
    assert same(data[7], SyntheticTask(dataclasses.replace(SMALL, train=8)).data("train")[7])
    assert same(data[-1], data[11])
    others = [
        data[8],
        SyntheticTask(SMALL).data("test")[4],
        SyntheticTask(dataclasses.replace(SMALL, seed=1)).data("train")[7],
    ]
    assert not any(same(data[7], other) for other in others)
    with pytest.raises(IndexError, match="example 12"):
        data[12]


@pytest.mark.parametrize(
    ("scene", "positions", "classes"),
    [
        ("two_digits", [[352.0, 429.0], [206.0, 149.0]], [8, 4]),
        ("megapixel", [[351.0, 428.0], [206.0, 150.0]], [4, 4, 4, 2, 3]),
    ],
)
def test_what_is_drawn_stays_the_same_from_version_to_version(scene, positions, classes):
    """Where this fails on purpose, `cache.VERSION` counts up: files of before hold other pictures."""
    example = SyntheticTask(SyntheticConfig(scene=scene, seed=3)).data("test")[2]
    assert example.objects.positions[:2].tolist() == positions
    assert example.objects.classes.tolist() == classes


@pytest.mark.parametrize("scene", ["two_digits", "megapixel"])
def test_files_and_memory_hold_what_is_painted(scene, tmp_path, small_parts):
    config = dataclasses.replace(SMALL, scene=scene, height=200, width=160)
    painted = SyntheticTask(config).data("train")
    told = []
    kept = SyntheticTask(dataclasses.replace(config, storage="memory")).data("train")
    filed = SyntheticTask(
        dataclasses.replace(config, storage="files", workers=1), tmp_path, lambda *ready: told.append(ready)
    ).data("train")
    assert told == [(5, 12), (10, 12), (12, 12)]
    assert len(painted) == len(kept) == len(filed) == 12
    assert painted.spec == kept.spec == filed.spec
    assert all(same(painted[i], kept[i]) and same(painted[i], filed[i]) for i in range(12))


def test_files_are_made_once_and_go_on_where_they_stopped(tmp_path, small_parts):
    config = dataclasses.replace(SMALL, storage="files", workers=1)
    SyntheticTask(config, tmp_path).data("train")
    files = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("part-*")}
    lost = sorted(path for path in files if path.suffix == ".h5")[1]
    lost.unlink()
    data = SyntheticTask(config, tmp_path).data("train")
    again = {path for path in files if path.stat().st_mtime_ns != files[path]}
    assert again == {lost, lost.with_suffix(".npz")}
    assert same(data[6], SyntheticTask(SMALL).data("train")[6])


def test_other_settings_make_other_files(tmp_path):
    config = dataclasses.replace(SMALL, storage="files", workers=1)
    for changes in ({}, {"seed": 1}, {"proxy": 16}, {"val": 9}, {"workers": 2}):
        SyntheticTask(dataclasses.replace(config, **changes), tmp_path).data("test")
    assert len(list(tmp_path.iterdir())) == 3  # neither the other split's length nor the workers matter


def test_several_processes_make_the_same_files(tmp_path):
    config = dataclasses.replace(SMALL, storage="files", train=cache.PART + 1, height=48, width=48)
    parts = []
    for workers in (1, 2):
        folder = tmp_path / str(workers)
        SyntheticTask(dataclasses.replace(config, workers=workers), folder).data("train")
        parts.append({path.relative_to(folder): path.read_bytes() for path in folder.rglob("part-*")})
    assert len(parts[0]) == 4
    assert parts[0] == parts[1]


def test_who_comes_second_waits(tmp_path, monkeypatch):
    waited = []
    config = dataclasses.replace(SMALL, storage="files", workers=1)
    task = SyntheticTask(config, tmp_path)
    task.data("val")
    folder = next(tmp_path.glob("*/val"))
    (folder / "part-00000.h5").unlink()
    lock = FolderLock(folder)

    def sleep(seconds):
        waited.append(seconds)
        lock.close()

    monkeypatch.setattr(cache.time, "sleep", sleep)
    assert len(task.data("val")) == 4
    assert waited == [1]


def test_damaged_files_are_named(tmp_path):
    task = SyntheticTask(dataclasses.replace(SMALL, storage="files", workers=1), tmp_path)
    task.data("val")
    arrays = next(tmp_path.rglob("part-00000.npz"))
    arrays.write_bytes(arrays.read_bytes()[:100])
    with pytest.raises(TaskError, match=r"part-00000\.npz is damaged"):
        task.data("val")


def test_examples_from_files_travel_as_names(tmp_path):
    data = SyntheticTask(dataclasses.replace(SMALL, storage="files", workers=1), tmp_path).data("train")
    small = pickle.dumps(data[0].image)
    assert len(small) < 500
    np.testing.assert_array_equal(pickle.loads(small).level(0), data[0].image.level(0))


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_other_processes_see_the_same(tmp_path, method):
    for storage in ("none", "files"):
        data = SyntheticTask(dataclasses.replace(SMALL, storage=storage, workers=1), tmp_path).data("val")
        here = [data[i] for i in range(4)]
        with multiprocessing.get_context(method).Pool(1) as pool:
            there = pool.map(data.__getitem__, range(4))
        assert all(map(same, here, there))


def test_curriculum_keeps_labels_and_places():
    data = SyntheticTask(dataclasses.replace(SMALL, scene="megapixel", height=256, width=256)).data("train")
    easy = data.eased(0.0)
    assert easy[3].labels["majority"] == data[3].labels["majority"]
    assert easy[3].objects.positions.tolist() == data[3].objects.positions.tolist()
    assert (easy[3].image.level(0) > 0).sum() < (data[3].image.level(0) > 0).sum()


def test_digits_from_a_folder(tmp_path):
    folder = write_digits(tmp_path / "digits", train=200)
    config = dataclasses.replace(SMALL, digits_dir=str(folder), storage="files", workers=1)
    for split in ("train", "val", "test"):
        assert SyntheticTask(config, tmp_path / "files").data(split)[0].labels["digits"].sum() == 2


def test_blur_takes_detail_from_the_proxy_only():
    sharp, soft = (SyntheticTask(dataclasses.replace(SMALL, blur=blur)).data("val")[0] for blur in (1, 3))
    assert sharp.image.level(0).tobytes() == soft.image.level(0).tobytes()
    assert sharp.proxy.std() > soft.proxy.std()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"scene": "ten_digits"}, "two_digits, megapixel"),
        ({"storage": "tape"}, "auto, none, memory, files"),
        ({"val": 0}, "at least one example"),
        ({"seed": -1}, "seed is 0 or more"),
    ],
)
def test_wrong_settings(wrong, message):
    with pytest.raises(TaskError, match=message):
        dataclasses.replace(SMALL, **wrong)


def test_files_need_a_folder():
    with pytest.raises(TaskError, match="needs a data folder"):
        SyntheticTask(dataclasses.replace(SMALL, storage="files"))
