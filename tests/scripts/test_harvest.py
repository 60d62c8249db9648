"""The commands harvest and doctor: run as programs, killed at random moments, given nonsense."""

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numba
import pytest

from sc2data.format.reader import Dataset
from sc2data.format.validate import validate
from sc2data.harvest.backend import SIMULATOR
from sc2data.sim import compiled, install
from scripts import doctor, harvest

ROOT = Path(__file__).resolve().parents[2]
SMALL = "--minimap_size 32 --screen_size 64 --clutter 2,5 --count 0,5 --elsewhere 0,3 --loops 4,6 --aftermath_loops 4"


@pytest.fixture(scope="session")
def sc2path(tmp_path_factory):
    return install.install(tmp_path_factory.mktemp("simulator") / "sc2")


@pytest.fixture
def environment(sc2path):
    """Where the simulator is; and no git, for the commit that shards name may change during the test."""
    return os.environ | {"SC2PATH": str(sc2path), "GIT_DIR": os.devnull}


def command(*arguments):
    return [sys.executable, "-m", "scripts.harvest", *SMALL.split(), "--noprogress", *map(str, arguments)]


def shards(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.glob("shard-*.h5"))}


def run(environment, *arguments):
    return subprocess.run(
        command(*arguments), cwd=ROOT, env=environment, capture_output=True, text=True, timeout=200, check=False
    )


def test_the_command_fills_a_folder_and_says_who_played(tmp_path, environment):
    done = run(environment, "--output", tmp_path / "data", "--records", 3, "--seed", 5)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("backend: the simulator (not the game) at ")
    assert "\n3 records; 3 new in " in done.stdout
    assert "backend simulator 4.10.0" in done.stdout
    assert validate(tmp_path / "data") == []


def test_play_makes_episodes(tmp_path, environment):
    play = ["--source", "play", "--episode_records", 3, "--every", 8, "--armies", "3,4"]
    small = ["--minimap_size", 32, "--screen_size", 64, "--noprogress"]
    arguments = ["--output", tmp_path / "data", "--records", 6, *play, *small]
    done = subprocess.run(
        [sys.executable, "-m", "scripts.harvest", *map(str, arguments)],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=200, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    dataset = Dataset(tmp_path / "data")
    scenes = [dataset.record(row).scene for row in range(6)]
    assert [(scene.episode, scene.frame) for scene in scenes] == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]
    assert [scene.game_loop for scene in scenes[:3]] == [12, 20, 28]


def kill_and_resume(folder, environment, records, kills, seed):
    """Kill the harvest `kills` times at random moments, checking the folder each time; then let it finish."""
    rng = random.Random(seed)
    resume = command("--output", folder, "--records", records, "--shard_records", 3, "--resume")
    finished = {}
    for _ in range(kills):
        process = subprocess.Popen(
            resume, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(rng.uniform(0.5, 6.0))
        process.send_signal(signal.SIGKILL)
        process.wait()
        if (folder / "manifest.json").exists():
            assert [problem for problem in validate(folder) if not problem.harmless] == []
            now = shards(folder)
            assert {name: now[name] for name in finished} == finished
            finished = now
    done = subprocess.run(resume, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("records", "kills"), [(12, 2), pytest.param(300, 100, marks=[pytest.mark.slow, pytest.mark.timeout(1800)])]
)
def test_a_harvest_killed_at_random_moments_resumes_to_the_same_bytes(tmp_path, environment, records, kills):
    kill_and_resume(tmp_path / "killed", environment, records, kills, seed=records)
    done = run(environment, "--output", tmp_path / "whole", "--records", records, "--shard_records", 3)
    assert done.returncode == 0, done.stderr
    assert shards(tmp_path / "killed") == shards(tmp_path / "whole")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "--output is needed"),
        (["--output", "x", "--army", "Maroder"], "No unit type 'Maroder'; did you mean Marauder"),
        (["--output", "x", "--screen_size", "100", "--minimap_size", "200"], "at least as large as the minimap"),
        (["--output", "x", "--screen_size", "1k"], "--screen_size=1k: give SIDE or WIDTHxHEIGHT"),
        (["--output", "x", "--count", "many"], "--count=many: give LOW,HIGH"),
        (["--output", "x", "--motions", "fight=often"], "'often' is no number"),
        (["--output", "x", "--map", "Simple65"], "map 'Simple65' is not below"),
        (["--output", "x", "--backend", "game"], "holds the simulator"),
        (["--output", "x", "--records", "0"], "flag --records=0"),
        (["--output", "x", "--config", "missing.json"], "--config=missing.json cannot be read: No such file"),
        (["--output", "x", "--agent", "random", "--fog"], "--agent, --fog: only for --source play, not scenes"),
        (["--output", "x", "--source", "play", "--count", "5"], "--count: only for --source scenes, not play"),
        (
            ["--output", "x", "--frames", "2000"],
            "frames 2000: .* one scene would take 6.2 GiB .* ask for 1285 or fewer",
        ),
        (["--output", "x", "--source", "play", "--episode_records", "9999"], "records 9999: .* one episode would take"),
        (["--output", "x", "--map", __file__], "has not the name of a map file"),
        (["data"], "unexpected: data"),
    ],
)
def test_mistakes_are_told_in_one_message(sc2path, monkeypatch, tmp_path, capsys, arguments, message):
    monkeypatch.setenv("SC2PATH", str(sc2path))
    monkeypatch.chdir(tmp_path)
    harvest.APP.flags.unparse_flags()
    assert harvest.APP.call(harvest.main, ["harvest", *arguments]) == 2
    error = capsys.readouterr().err
    assert re.search(message, error)
    assert "Traceback" not in error
    assert list(tmp_path.iterdir()) == []


def test_the_resolved_configuration_can_be_given_back(tmp_path, capsys):
    file = tmp_path / "scenes.json"
    file.write_text(json.dumps({"counted": "Zergling", "enemies": ["Hydralisk"], "clutter": [1, 2]}))
    harvest.APP.flags.unparse_flags()
    arguments = ["--config", str(file), "--clutter", "3,4", "--print_config", "--screen_size", "640x480", "--seed", "9"]
    assert harvest.APP.call(harvest.main, ["harvest", *arguments]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert (printed["seed"], printed["sizes"]["screen"]) == (9, [640, 480])
    assert (printed["scenes"]["counted"], printed["scenes"]["clutter"]) == ("Zergling", [3, 4])


def test_doctor_finds_the_simulator_in_order(sc2path, monkeypatch, capsys):
    monkeypatch.setenv("SC2PATH", str(sc2path))
    doctor.APP.flags.unparse_flags()
    assert doctor.APP.call(doctor.main, ["doctor", "--json"]) == 0
    findings = {finding["subject"]: finding for finding in json.loads(capsys.readouterr().out)}
    assert {"Python", "protobuf", "pysc2", "disk", "memory", "ports", "versions", "maps"} <= set(findings)
    assert "simulator" in findings["StarCraft II"]["found"]
    assert findings["first frame"]["state"] == "ok"
    assert "4 scenes came out as asked" in findings["first scenes"]["found"]
    assert SIMULATOR in findings["graphics"]["found"]
    assert findings["numba"]["found"] == numba.__version__
    assert findings["compiled loops"]["state"] == "ok"
    assert str(compiled.cache_home()) in findings["compiled loops"]["found"]


def test_doctor_says_what_to_do_about_a_wrong_path(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("SC2PATH", str(tmp_path / "typo"))
    doctor.APP.flags.unparse_flags()
    assert doctor.APP.call(doctor.main, ["doctor"]) == 1
    out = capsys.readouterr().out
    assert "ERROR" in out
    assert "-> Set SC2PATH to the folder that has Versions/ and Maps/ in it" in out


def look(capsys, *arguments):
    """Status and what is printed of an examination that starts no game."""
    doctor.APP.flags.unparse_flags()
    status = doctor.APP.call(doctor.main, ["doctor", "--nofirst_frame", *arguments])
    return status, " ".join(capsys.readouterr().out.split())


def test_doctor_says_what_to_do_where_compiled_loops_are_not_kept(sc2path, monkeypatch, capsys):
    monkeypatch.setenv("SC2PATH", str(sc2path))
    monkeypatch.setenv("XDG_CACHE_HOME", os.devnull)
    compiled.folder.cache_clear()
    try:
        status, out = look(capsys)
    finally:
        compiled.folder.cache_clear()
    assert status == 0
    assert "WARNING compiled loops nothing can be kept in /dev/null/sc2data" in out
    assert "set XDG_CACHE_HOME to another" in out


def test_doctor_knows_loops_that_are_yet_to_be_compiled(sc2path, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("SC2PATH", str(sc2path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    compiled.folder.cache_clear()
    try:
        status, out = look(capsys)
    finally:
        compiled.folder.cache_clear()
    assert status == 0
    assert "ok compiled loops none yet in" in out
    assert "`python -m sc2data.sim.install DIR` compiles them at once" in out


def test_doctor_names_the_extra_that_has_numba(sc2path, monkeypatch, capsys):
    monkeypatch.setenv("SC2PATH", str(sc2path))
    monkeypatch.setitem(sys.modules, "numba", None)
    status, out = look(capsys)
    assert status == 1
    assert "ERROR numba cannot be imported" in out
    assert "pip install --upgrade 'sc2-saccades[sc2]'" in out


def test_doctor_looks_at_the_folder_that_is_to_be_filled(sc2path, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("SC2PATH", str(sc2path))
    status, out = look(capsys, "--output", str(tmp_path / "new" / "data"))
    assert status == 0
    assert f"GiB free at {tmp_path}" in out
    (tmp_path / "taken").touch()
    status, out = look(capsys, "--output", str(tmp_path / "taken"))
    assert status == 1
    assert f"ERROR output {tmp_path / 'taken'} is a file -> name a folder with --output" in out


def test_doctor_takes_flags_alone(capsys):
    assert doctor.APP.call(doctor.main, ["doctor", "data"]) == 2
    assert "unexpected: data; every option is a flag" in capsys.readouterr().err


WITHOUT_THE_EXTRA = """
import sys
sys.modules |= dict.fromkeys(("google.protobuf", "numba", "psutil", "pysc2", "s2clientprotocol", "websocket"))
sys.argv = ["sc2-{0}", *{1}]
from scripts import {0}
{0}.run()
"""


@pytest.mark.parametrize(
    ("name", "arguments", "status", "told"),
    [
        ("harvest", ["--help"], 0, "Flags of sc2-harvest"),
        ("harvest", ["--output", "x"], 2, "error: .*is not installed.*pip install 'sc2-saccades\\[sc2\\]'"),
        ("doctor", [], 1, "ERROR +software +psutil is not installed\n +-> pip install 'sc2-saccades\\[sc2\\]'"),
    ],
)
def test_without_the_extra_commands_say_what_to_install(tmp_path, environment, name, arguments, status, told):
    environment = environment | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_THE_EXTRA.format(name, arguments)],
        cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == status, done.stderr
    assert re.search(told, done.stdout + done.stderr)
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []
