"""What is not installed is named, with the extra that brings it."""

import sys

import pytest

from envs import EnvError
from envs.agents.school import made
from envs.rollouts import film, minari_data
from tests.envs.rollouts.test_film import episode


@pytest.mark.parametrize(
    ("module", "extra", "use"),
    [
        ("minari", "minari", lambda: minari_data.check_name("a/b-v0")),
        ("PIL", "video", lambda: film.gif([episode((1, 2, 3))])),
        ("moviepy.video.io.ImageSequenceClip", "video", lambda: film.write_mp4(None, [episode((1, 2, 3))])),
        ("stable_baselines3", "rl", lambda: made("ppo", None, 0)),
    ],
)
def test_the_extra_is_named(monkeypatch, module, extra, use):
    monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.delitem(sys.modules, "envs.agents.ppo", raising=False)
    with pytest.raises(EnvError, match=rf"pip install 'sc2-saccades\[{extra}\]'"):
        use()
