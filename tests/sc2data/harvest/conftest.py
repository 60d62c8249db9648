"""A simulator laid out once for all tests of the harvester, and small harvests to drive it with."""

import pytest

from sc2data.harvest.backend import SIMULATOR, Backend
from sc2data.harvest.harvest_config import HarvestConfig
from sc2data.harvest.jobs import Supervision, Worker
from sc2data.harvest.pictures import RenderSizes
from sc2data.harvest.scene_config import SceneConfig
from sc2data.harvest.session import Patience
from sc2data.sim import install
from sc2data.sim.api import faults

SMALL = RenderSizes((32, 32), (64, 64))


@pytest.fixture(scope="session")
def simulator(tmp_path_factory):
    return Backend(SIMULATOR, install.install(tmp_path_factory.mktemp("simulator") / "sc2"), "for tests")


@pytest.fixture(autouse=True)
def no_faults(monkeypatch):
    monkeypatch.delenv(faults.VARIABLE, raising=False)


@pytest.fixture
def small_config():
    """Makes configurations of few units and small pictures."""

    def make(seed=1, sizes=SMALL, **scenes):
        options = {"clutter": (2, 8), "count": (0, 6), "elsewhere": (0, 3), "loops": (4, 8), "aftermath_loops": 8}
        return HarvestConfig(seed=seed, sizes=sizes, scenes=SceneConfig(**(options | scenes)))

    return make


@pytest.fixture
def worker(simulator, small_config):
    """Makes workers, and closes them in the end."""
    made = []

    def make(config=None, **supervision):
        supervision.setdefault("patience", Patience(launch=60, game=60, call=20))
        made.append(Worker(simulator, config or small_config(), Supervision(**supervision)))
        return made[-1]

    yield make
    for one in made:
        one.close()
