"""Pictures of live games: films, files where there is no display, and what they show."""

import cv2
import numpy as np
import pytest
from gymnasium.wrappers import RecordVideo

from envs import CameraSaccadeEnv, EnvError, NotResetError, StarCraft2Env, live_picture, picture, screen
from tests.envs.live import SMALL
from tests.envs.test_render import MOVIEPY, drawn
from varsac import viz

pytestmark = pytest.mark.usefixtures("warm_games")
SIDE = picture.SIDE


def upper(shown):
    """The minimap above, and the one below."""
    return shown[:SIDE, -SIDE:], shown[picture.SCENE - SIDE : picture.SCENE, -SIDE:]


def near(shown, colour, least=8):
    return bool((np.abs(shown.astype(int) - colour).sum(2) < 30).sum() >= least)


def test_a_picture_shows_looks_and_what_they_found():
    with CameraSaccadeEnv(**SMALL, render_mode="rgb_array", glimpses=3) as env:
        _, info = env.reset(seed=0)
        before = env.render()
        assert before.shape == (820, 960, 3)
        assert (before[: picture.SCENE, : picture.SCENE] == picture.FAINT).all(), "nothing was looked at"
        assert near(upper(before)[1], picture.MISSED) and not near(upper(before)[1], picture.FOUND)
        env.step(env.code.action(*info["positions"][0]))
        after = env.render()
        assert drawn(after, picture.FOUND) and near(upper(after)[1], picture.FOUND)
        assert near(upper(after)[0], viz.colour_of(0, 1)) and ((upper(after)[0] > 190).all(2).sum() > 20)
        row = slice(picture.SCENE + picture.GAP, picture.SCENE + picture.GAP + picture.STRIP)
        assert (after[row, : picture.STRIP] != before[row, : picture.STRIP]).any()
        np.testing.assert_array_equal(after[row, picture.STRIP :], before[row, picture.STRIP :])


def test_a_picture_shows_both_sides_of_a_battle():
    with StarCraft2Env(**SMALL, render_mode="rgb_array") as env:
        env.reset(seed=0)
        first = env.render()
        assert first.shape[1] == 960 and first.shape[0] % 2 == 0
        assert drawn(first, live_picture.OURS)
        for colour in (live_picture.OURS, live_picture.THEIRS):
            assert near(upper(first)[1], colour)
        place = env.place([env.frame.camera])[0]
        x, y = ((place + 1) / 2 * SIDE).round().astype(int)
        assert near(upper(first)[0][y - 4 : y + 5, x - 4 : x + 5], viz.colour_of(0, 1))


@MOVIEPY
def test_films_and_files(tmp_path, monkeypatch):
    pytest.importorskip("moviepy")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(screen.sys, "platform", "linux")
    with RecordVideo(
        CameraSaccadeEnv(**SMALL, render_mode="rgb_array", glimpses=2), str(tmp_path / "films")
    ) as recorded:
        recorded.reset(seed=0)
        for _ in range(2):
            recorded.step([0, 0])
    (film,) = (tmp_path / "films").glob("*.mp4")
    assert cv2.VideoCapture(str(film)).get(cv2.CAP_PROP_FRAME_COUNT) == 3
    with StarCraft2Env(**SMALL, render_mode="human", frames_dir=tmp_path / "frames") as env:
        env.reset(seed=0)
        env.step(env.code.encode("noop"))
        assert env.render() is None
    names = sorted(path.name for path in (tmp_path / "frames").iterdir())
    assert names == ["frame-00000.png", "frame-00001.png"]
    assert cv2.imread(str(tmp_path / "frames" / names[1])).shape[1] == 960


def test_what_cannot_be_shown_is_said():
    with pytest.raises(EnvError, match="nothing to render"):
        StarCraft2Env(**SMALL).render()
    with pytest.raises(NotResetError, match="before the first reset"):
        CameraSaccadeEnv(**SMALL, render_mode="rgb_array").render()
