import pytest

from benchmarks import live_envs
from sc2data.harvest.pictures import RenderSizes

pytestmark = pytest.mark.slow


def test_all_three_see_as_many_frames(monkeypatch):
    monkeypatch.setattr(live_envs, "WARM_UP", 1)
    monkeypatch.setattr(live_envs, "SIZES", RenderSizes((48, 48), (64, 64)))
    told = live_envs.live(1)
    assert set(told) == {"harvester", "StarCraft2Env", "CameraSaccadeEnv"}
    for one in told.values():
        assert one["frames"] == live_envs.FRAMES
        assert one["cpu_ms"] == pytest.approx(one["client_ms"] + one["game_ms"], abs=0.02) and one["game_ms"] > 0
