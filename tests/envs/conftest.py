"""Games of the simulator that tests share: starting one takes a second, beginning an episode a few hundredths."""

import pytest

from sc2data.harvest import session
from sc2data.sim.api import faults
from tests.envs.live import WarmProcesses


@pytest.fixture(scope="session")
def warm_processes():
    processes = WarmProcesses()
    yield processes
    processes.end()


@pytest.fixture
def warm_games(monkeypatch, warm_processes):
    """Environments of this test play in processes that were started before."""
    monkeypatch.setattr(session, "GameProcess", warm_processes)
    monkeypatch.delenv(faults.VARIABLE, raising=False)
    return warm_processes
