"""The processes behind live environments: they survive a game that fails, copies start their own, none is left over."""

import gc
import hashlib
import os
import pickle
import signal
import subprocess
import sys
import time
from pathlib import Path

import gymnasium
import numpy as np
import psutil
import pytest
from gymnasium.vector import AsyncVectorEnv, AutoresetMode, SyncVectorEnv

from envs import CameraSaccadeEnv, StarCraft2Env, testing
from envs.live_env import GameLostError
from sc2data.harvest import requests
from sc2data.sim.api import faults
from tests.envs.live import SMALL, alive

ROOT = Path(__file__).resolve().parents[2]
QUICK = {**SMALL, "patience": 5}


def wait_until(condition, seconds=15.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_process(number):
    """debug.proto's test_process: hang 1, crash 2, exit 3."""
    command = requests.debug_pb2.DebugTestProcess(test=number)
    return requests.debug([requests.debug_pb2.DebugCommand(test_process=command)])


test_process.__test__ = False


def make(kind):
    return kind(**QUICK)


@pytest.mark.parametrize(
    ("kind", "mishap"), [(StarCraft2Env, "killed"), (CameraSaccadeEnv, "killed"), (StarCraft2Env, 2)]
)
def test_a_game_that_crashes_ends_the_episode_and_is_started_again(warm_games, kind, mishap):
    with make(kind) as env, make(kind) as undisturbed:
        env.reset(seed=0)
        env.action_space.seed(0)
        action = env.action_space.sample()
        before, *_ = env.step(action)
        pid = env.game.pid
        if mishap == "killed":
            os.kill(pid, signal.SIGKILL)
        else:
            env.game._session.post(test_process(mishap))
        after, reward, terminated, truncated, info = env.step(action)
        assert (reward, terminated, truncated) == (0.0, False, True)
        assert info["fault"]["kind"] == "crash" and info["fault"]["message"]
        assert env.observation_space.contains(after)
        for name, value in before.items():
            np.testing.assert_array_equal(after[name], value)
        assert not alive(pid)
        with pytest.raises(gymnasium.error.ResetNeeded):
            env.step(action)
        observation, info = env.reset(seed=0)
        assert "fault" not in info and env.game.pid != pid
        testing._same(undisturbed.reset(seed=0), (observation, info), "after a crash")
        testing._same(undisturbed.step(action), env.step(action), "after a crash")


@pytest.mark.parametrize(("kind", "method"), [(StarCraft2Env, "begin"), (CameraSaccadeEnv, "hold")])
def test_a_game_that_fails_at_a_reset_is_started_again(warm_games, monkeypatch, kind, method):
    with make(kind) as env:
        expected = env.reset(seed=0)
        pid, original, failures = env.game.pid, getattr(env.game, method), [1]

        def failing(*arguments):
            if failures:
                failures.pop()
                os.kill(env.game.pid, signal.SIGKILL)
            return original(*arguments)

        monkeypatch.setattr(env.game, method, failing)
        testing._same(expected, env.reset(seed=0), "after a crash in a reset")
        assert not alive(pid) and alive(env.game.pid)


def test_a_game_that_hangs_is_given_up(warm_games):
    with StarCraft2Env(**{**SMALL, "patience": 1}) as env:
        env.reset(seed=0)
        pid = env.game.pid
        env.game._session.post(test_process(1))
        *_, truncated, info = env.step(env.code.encode("noop"))
        assert truncated and info["fault"]["kind"] == "hang" and not alive(pid)


def test_pictures_that_cannot_be_right_end_the_episode(monkeypatch):
    monkeypatch.setenv(faults.VARIABLE, "black@20")
    peaceful = {**SMALL["scenes"], "enemies": (), "army": ("Marauder",)}
    with StarCraft2Env(**{**QUICK, "scenes": peaceful}) as env:
        env.reset(seed=0)
        for _ in range(20):
            *_, truncated, info = env.step(env.code.encode("noop"))
            if truncated:
                break
        assert truncated and info["fault"]["kind"] == "bad_frame" and "black" in info["fault"]["message"]


WITHOUT = """
import sys
from importlib.machinery import PathFinder


class Without:
    @staticmethod
    def find_spec(name, path=None, target=None):
        missing = name.split(".")[0] in ("pysc2", "s2clientprotocol", "psutil", "websocket")
        return None if missing else PathFinder.find_spec(name, path, target)


sys.meta_path[sys.meta_path.index(PathFinder)] = Without
import envs
try:
    envs.StarCraft2Env(backend="simulator")
except ImportError as error:
    print(error)
"""


def test_without_the_extra_its_name_is_told():
    done = subprocess.run([sys.executable, "-c", WITHOUT], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "pip install 'sc2-saccades[sc2]'" in done.stdout


def test_a_game_that_never_starts_is_told_of(monkeypatch, tmp_path):
    binary = tmp_path / "Versions" / "Base75689" / "SC2_x64"
    binary.parent.mkdir(parents=True)
    binary.write_text("#!/bin/sh\necho no data; exit 3\n")
    binary.chmod(0o755)
    (tmp_path / "Maps").mkdir()
    (tmp_path / "Maps" / "Empty.SC2Map").write_bytes(b"map")
    monkeypatch.setenv("SC2PATH", str(tmp_path))
    env = StarCraft2Env(**{**SMALL, "backend": "game", "map": "Empty"})
    with pytest.raises(GameLostError, match=r"(?s)failed 3 times at beginning episode .*no data.*doctor"):
        env.reset(seed=0)


def test_closed_environments_begin_anew():
    env = CameraSaccadeEnv(**QUICK)
    env.close()  # nothing was started yet
    first = env.reset(seed=0)
    pid = env.game.pid
    assert alive(pid)
    env.close()
    env.close()
    assert not alive(pid) and env.game.pid == 0
    with pytest.raises(gymnasium.error.ResetNeeded):
        env.step(env.action_space.sample())
    testing._same(first, env.reset(seed=0), "in a fresh process")
    pid = env.game.pid
    del env
    gc.collect()
    assert not alive(pid), "an environment that nobody holds takes its game along"


def digest(env, seed=3, steps=4):
    """A hash of all observations and rewards, told by `python -c` too."""
    found = hashlib.sha256()
    observation, _ = env.reset(seed=seed)
    env.action_space.seed(seed)
    for _ in range(steps):
        observation, reward, *_ = env.step(env.action_space.sample())
        for name in sorted(observation):
            found.update(observation[name].tobytes())
        found.update(np.float64(reward).tobytes())
    return found.hexdigest()


def test_fresh_processes_give_the_same_bytes_and_leave_no_game(warm_games):
    code = (
        "import sys, time; from tests.envs.test_live_games import *\n"
        "envs = [make(kind) for kind in (StarCraft2Env, CameraSaccadeEnv)]\n"
        "print(*map(digest, envs), *[env.game.pid for env in envs], flush=True); time.sleep(100)"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True) as program:
        try:
            said = program.stdout.readline().split()
            for kind, there in zip((StarCraft2Env, CameraSaccadeEnv), said[:2]):
                with make(kind) as env:
                    env.reset(seed=7)  # whatever was played before
                    env.step(env.action_space.sample())
                    assert digest(env) == there
            games = [int(pid) for pid in said[2:]]
            assert all(map(alive, games))
        finally:
            program.kill()
    wait_until(lambda: not any(map(alive, games)))


@pytest.mark.parametrize("kind", [StarCraft2Env, CameraSaccadeEnv])
def test_copies_play_on_in_games_of_their_own(warm_games, kind):
    with make(kind) as env:
        env.reset(seed=0)
        env.action_space.seed(0)
        for _ in range(2):
            env.step(env.action_space.sample())
        copied = pickle.dumps(env)
        assert len(copied) < 3_000_000
        with pickle.loads(copied) as copy:
            assert copy.game.pid == 0  # not before it is used
            action = env.action_space.sample()
            testing._same(env.step(action), copy.step(action), "a copy")
            assert alive(copy.game.pid) and copy.game.pid != env.game.pid
        assert alive(env.game.pid)


@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork")
@pytest.mark.parametrize("name", ["envs:varsac/StarCraft2-v0", "envs:varsac/CameraSaccade-v0"])
def test_vectors_have_a_game_for_each_environment(warm_games, name):
    options = {**QUICK, "max_episode_steps": 2}
    one = gymnasium.make_vec(name, 2, **options)
    assert isinstance(one, SyncVectorEnv) and one.metadata["autoreset_mode"] is AutoresetMode.NEXT_STEP
    parent = one.envs[0].unwrapped
    try:
        expected = one.reset(seed=3)
        one.action_space.seed(0)
        apart = gymnasium.make_vec(name, 2, vectorization_mode="async", vector_kwargs={"context": "fork"}, **options)
        assert isinstance(apart, AsyncVectorEnv)
        try:
            testing._same(expected, apart.reset(seed=3), "processes")
            for _ in range(4):
                actions = one.action_space.sample()
                testing._same(one.step(actions), apart.step(actions), "processes")
        finally:
            apart.close()
        assert alive(parent.game.pid)
    finally:
        one.close()


@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork")
def test_workers_that_are_ended_take_their_games_along():
    def worker():
        return StarCraft2Env(**QUICK)

    apart = AsyncVectorEnv([worker, worker], context="fork")
    try:
        apart.reset(seed=0)
        games = [child for one in apart.processes for child in psutil.Process(one.pid).children(recursive=True)]
        assert sum("SC2" in " ".join(game.cmdline()) for game in games) == 2
    finally:
        apart.close(terminate=True)
    wait_until(lambda: not any(alive(game.pid) for game in games))
