"""pysc2's own game tests pass against the simulator: a few always, the others with the slow tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.pysc2_tests import GAME_TESTS, run_file
from sc2data.sim.install import install

pytest.importorskip("pysc2.tests")

ALWAYS = ("ping_test", "protocol_error_test", "debug_test", "render_test", "general_actions_test")
SLOW = (
    "versions_test",
    "step_mul_override_test",
    "obs_spec_test",
    "random_agent_test",
    "multi_player_test",
    "multi_player_env_test",
    "host_remote_agent_test",
    "actions_test",
    "easy_scripted_test",
    "replay_obs_test",
    "obs_test",
)


@pytest.fixture(scope="module")
def sc2path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install(tmp_path_factory.mktemp("simulator") / "StarCraftII")


def test_there_are_41_cases() -> None:
    assert sum(GAME_TESTS.values()) == 41


@pytest.mark.parametrize("name", [*ALWAYS, *(pytest.param(name, marks=pytest.mark.slow) for name in SLOW)])
def test_pysc2_passes_its_own_tests(sc2path: Path, name: str) -> None:
    cases = run_file(name, sc2path, timeout=280)
    assert len(cases) == GAME_TESTS[name]
    assert not [f"{case.name}: {case.message}" for case in cases if not case.passed]
