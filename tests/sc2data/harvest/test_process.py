"""Game processes end when they are told to, and when those who started them do."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from sc2data.harvest.backend import GAME, Backend
from sc2data.harvest.faults import CRASH, HANG, GameFault
from sc2data.harvest.process import GameProcess

ROOT = Path(__file__).resolve().parents[3]


def made_game(folder, script):
    """An installation whose executable is a shell script."""
    binary = folder / "Versions" / "Base75689" / "SC2_x64"
    binary.parent.mkdir(parents=True)
    binary.write_text(f"#!/bin/sh\n{script}\n")
    binary.chmod(0o755)
    return Backend(GAME, folder, "for tests")


def wait_until(condition, seconds=10.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_game_is_gone_and_its_folder_with_it_after_closing(simulator):
    with GameProcess(simulator) as game:
        pid, folder = game.pid, game.folder
        assert game.running
        assert game.resident_mebibytes() > 10
        assert "simulator" in game.last_words()
        assert "simulator" in game.words_about("no such word", "simulator")
        assert not game.words_about("no such word")
        assert folder.is_dir()
    assert not psutil.pid_exists(pid)
    assert not folder.exists()
    game.close()


def test_each_start_has_its_own_port(simulator):
    with GameProcess(simulator) as one, GameProcess(simulator) as other:
        assert one.port != other.port
        assert other.controller.ping().base_build == 75689


def test_a_game_that_ends_at_once_is_a_crash_with_its_last_words(tmp_path):
    backend = made_game(tmp_path / "game", "echo no data; exit 3")
    with pytest.raises(GameFault, match="no data") as caught:
        GameProcess(backend)
    assert caught.value.kind == CRASH


def test_a_game_that_never_listens_is_a_hang(tmp_path):
    backend = made_game(tmp_path / "game", f"echo $$ > {tmp_path}/pid; exec sleep 300")
    with pytest.raises(GameFault, match="did not listen on port") as caught:
        GameProcess(backend, launch_seconds=0.5)
    assert caught.value.kind == HANG
    assert not psutil.pid_exists(int((tmp_path / "pid").read_text()))


def test_a_game_does_not_outlive_a_harvester_that_is_killed(tmp_path):
    made_game(tmp_path / "game", f"echo $$ > {tmp_path}/pid; exec sleep 300")
    code = (
        "from pathlib import Path\n"
        "from sc2data.harvest.backend import Backend\n"
        "from sc2data.harvest.process import GameProcess\n"
        f"GameProcess(Backend('game', Path({str(tmp_path / 'game')!r}), ''))\n"
    )
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    harvester = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=environment)
    wait_until(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text().strip(), 30)
    time.sleep(0.3)
    game = int((tmp_path / "pid").read_text())
    harvester.send_signal(signal.SIGKILL)
    harvester.wait()
    wait_until(lambda: not psutil.pid_exists(game) or psutil.Process(game).status() == psutil.STATUS_ZOMBIE)
    wait_until(lambda: not list(tmp_path.glob("sc2-harvest-*")))
