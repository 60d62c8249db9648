"""Whole harvests: the same bytes for any number of workers, after stops and through faults; mistakes told plainly."""

import dataclasses
import errno
import json
import os
import signal

import pytest

from sc2data.format import provenance
from sc2data.format.durable import StorageError
from sc2data.format.folder import OccupiedError
from sc2data.format.reader import Dataset
from sc2data.format.shard import ShardWriter
from sc2data.format.validate import validate
from sc2data.format.writer import DatasetWriter, ResumeError
from sc2data.harvest import pool, run
from sc2data.harvest.backend import GAME, Backend
from sc2data.harvest.faults import HarvestError, MapNotFoundError
from sc2data.harvest.jobs import Supervision
from sc2data.harvest.report import FILE
from sc2data.harvest.scene_config import FIGHT, STILL, WALK
from sc2data.harvest.session import Patience
from sc2data.sim.api import faults as mishaps

RECORDS = 10
QUICK = Supervision(patience=Patience(launch=60, game=60, call=20))


def shards(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.glob("shard-*.h5"))}


@pytest.fixture(autouse=True)
def one_version_of_the_code(monkeypatch):
    """Shards name the commit they were made with, and commits may come between two harvests."""
    monkeypatch.setattr(provenance, "code_version", lambda: {"version": "0", "commit": None, "dirty": None})


@pytest.fixture
def settings(small_config):
    return small_config(motions={STILL: 1.0, WALK: 1.0, FIGHT: 1.0}, clutter=(2, 5))


@pytest.fixture
def harvest(simulator, settings):
    def run_it(folder, records=RECORDS, config=None, **options):
        options = {"shard_records": 4, "progress": False, "supervision": QUICK} | options
        return run.harvest(folder, records, config or settings, simulator, **options)

    return run_it


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """Where the undisturbed run of `RECORDS` is kept for the tests to compare with."""
    return tmp_path_factory.mktemp("undisturbed") / "data"


@pytest.fixture
def expected(undisturbed, harvest):
    if not undisturbed.exists():
        harvest(undisturbed)
    return shards(undisturbed)


def test_a_harvest_is_a_valid_data_set_with_a_report(undisturbed, expected):
    assert validate(undisturbed) == []
    dataset = Dataset(undisturbed)
    assert len(dataset) == RECORDS
    source = json.loads((undisturbed / "manifest.json").read_text())["sources"][0]
    assert source["provenance"]["backend"]["name"] == "simulator"
    assert source["config"]["seed"] == 1
    report = json.loads((undisturbed / FILE).read_text())
    assert (report["records"], report["complete"], report["faults"], report["given_up"]) == (RECORDS, True, {}, [])
    assert report["backend"] == "simulator"
    assert report["records_per_second"] > 0


def test_two_workers_make_the_same_bytes(tmp_path, harvest, expected):
    report = harvest(tmp_path / "data", workers=2)
    assert shards(tmp_path / "data") == expected
    assert report.workers == 2


@pytest.mark.parametrize("kind", mishaps.KINDS)
def test_a_harvest_outlives_a_game_that_fails(tmp_path, harvest, expected, monkeypatch, kind):
    monkeypatch.setenv(mishaps.VARIABLE, f"{kind}@17")
    patience = dataclasses.replace(QUICK.patience, call=5 if kind == "hang" else 20)
    report = harvest(tmp_path / "data", supervision=dataclasses.replace(QUICK, patience=patience))
    kinds = {"truncate": "bad_frame", "black": "bad_frame", "close": "closed"}
    assert report.faults == {kinds.get(kind, kind): sum(report.restarts.values())}
    assert report.faults.total() >= 1
    assert shards(tmp_path / "data") == expected
    assert report.given_up == []


def test_a_stopped_harvest_is_gone_on_with_to_the_same_bytes(tmp_path, harvest, expected, monkeypatch):
    append, count = DatasetWriter.append, 0

    def stop(self, record):
        nonlocal count
        count += 1
        if count == 7:
            raise KeyboardInterrupt
        append(self, record)

    monkeypatch.setattr(DatasetWriter, "append", stop)
    with pytest.raises(KeyboardInterrupt):
        harvest(tmp_path / "data")
    monkeypatch.setattr(DatasetWriter, "append", append)
    assert len(shards(tmp_path / "data")) == 1
    assert json.loads((tmp_path / "data" / FILE).read_text())["complete"] is False
    report = harvest(tmp_path / "data", resume=True)
    assert (report.records_before, report.records) == (4, RECORDS - 4)
    assert shards(tmp_path / "data") == expected
    told = (tmp_path / "data" / FILE).read_bytes()
    again = harvest(tmp_path / "data", resume=True)
    assert (again.records, again.complete) == (0, True)
    assert (tmp_path / "data" / FILE).read_bytes() == told, "where nothing was missing, the report stays"


def test_a_game_that_never_works_ends_the_harvest_with_its_last_words(tmp_path, settings):
    binary = tmp_path / "game" / "Versions" / "Base75689" / "SC2_x64"
    binary.parent.mkdir(parents=True)
    binary.write_text("#!/bin/sh\necho Fatal: cannot find the data\nexit 3\n")
    binary.chmod(0o755)
    (tmp_path / "game" / "Maps").mkdir()
    (tmp_path / "game" / "Maps" / "Simple64.SC2Map").write_bytes(b"map")
    backend = Backend(GAME, tmp_path / "game", "for tests")
    with pytest.raises(HarvestError, match=r"(?s)does not start.*crash.*cannot find the data"):
        run.harvest(tmp_path / "data", 3, settings, backend, progress=False, supervision=QUICK)
    assert not (tmp_path / "data").exists()


def test_scenes_that_always_fail_are_listed_and_then_end_the_harvest(tmp_path, harvest, monkeypatch):
    monkeypatch.setattr(run, "MOST_GIVEN_UP", 2)
    monkeypatch.setenv(mishaps.VARIABLE, "error@6")  # the field is cleared by then; no scene gets through
    with pytest.raises(HarvestError, match=r"2 jobs in a row failed.*--resume"):
        harvest(tmp_path / "data", supervision=dataclasses.replace(QUICK, tries=1))
    report = json.loads((tmp_path / "data" / FILE).read_text())
    assert [(job["job"], job["kind"]) for job in report["given_up"]] == [(0, "error"), (1, "error")]
    assert report["faults"] == {"error": 2}


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path, harvest, undisturbed, expected):
    (tmp_path / "letter.txt").write_text("dear all")
    with pytest.raises(OccupiedError, match="not empty"):
        harvest(tmp_path)
    with pytest.raises(OccupiedError):
        harvest(tmp_path, resume=True)
    with pytest.raises(OccupiedError, match="not empty"):
        harvest(undisturbed)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]
    assert shards(undisturbed) == expected


def test_another_configuration_is_not_mixed_in(harvest, undisturbed, expected, small_config):
    with pytest.raises(ResumeError, match=r"config\.seed: 1 there, 2 asked for"):
        harvest(undisturbed, resume=True, config=small_config(seed=2, motions={STILL: 1.0, WALK: 1.0, FIGHT: 1.0}))
    assert shards(undisturbed) == expected


def test_an_unknown_map_is_named_before_anything_is_made(tmp_path, simulator, settings):
    config = dataclasses.replace(settings, map="Simple46")
    with pytest.raises(MapNotFoundError, match=r"map 'Simple46'.*Simple64"):
        run.harvest(tmp_path / "data", 3, config, simulator, progress=False)
    assert not (tmp_path / "data").exists()


def test_a_full_disk_ends_the_harvest_and_keeps_what_was_finished(tmp_path, harvest, expected, monkeypatch):
    append, count = ShardWriter.append, 0

    def fill_up(self, record):
        nonlocal count
        count += 1
        if count == 7:
            raise StorageError(errno.ENOSPC, "No space left on device")
        append(self, record)

    monkeypatch.setattr(ShardWriter, "append", fill_up)
    with pytest.raises(StorageError):
        harvest(tmp_path / "data")
    monkeypatch.setattr(ShardWriter, "append", append)
    assert len(shards(tmp_path / "data")) == 1
    harvest(tmp_path / "data", resume=True)
    assert shards(tmp_path / "data") == expected


def test_a_worker_process_that_dies_is_replaced(tmp_path, harvest, expected, monkeypatch):
    receive, killed = pool._Remote.receive, []

    def kill_once(self):
        if len(killed) == 0 and self._process.pid:
            killed.append(self._process.pid)
            os.kill(self._process.pid, signal.SIGKILL)
        return receive(self)

    def outcomes(self, first):
        monkeypatch.setattr(pool._Remote, "receive", kill_once)
        return original(self, first)

    original = pool.ManyProcesses.outcomes
    monkeypatch.setattr(pool.ManyProcesses, "outcomes", outcomes)
    report = harvest(tmp_path / "data", workers=2)
    assert killed
    assert report.restarts["worker"] == 1
    assert shards(tmp_path / "data") == expected


@pytest.mark.parametrize(
    ("reason", "limit"), [("age", {"scenes_per_process": 6}), ("memory", {"memory_mebibytes": 1.0})]
)
def test_a_game_that_is_old_or_large_is_started_afresh(tmp_path, harvest, expected, reason, limit):
    supervision = dataclasses.replace(QUICK, check_memory_every=6, **limit)
    report = harvest(tmp_path / "data", supervision=supervision)
    assert set(report.restarts) == {reason}
    assert report.faults == {}
    assert shards(tmp_path / "data") == expected
