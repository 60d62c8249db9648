import logging
import os
import pathlib
import pickle
import subprocess
import sys

import cv2
import gymnasium
import numpy as np
import pytest
from gymnasium.wrappers import RecordVideo

from envs import EnvError, NotResetError, SaccadeEnv, SaccadeOptions, Scenes, picture, screen
from sc2data.pyramid import Pyramid
from tests.envs.images import Judge, Squares
from varsac import viz

MOVIEPY = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::SyntaxWarning")  # of its own code


@pytest.fixture
def without_display(monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(screen.sys, "platform", "linux")


def frame(size: tuple[int, int], turns: int = 4, looks: int = 2) -> picture.Look:
    image = np.full((*size, 1), 90, np.uint8)
    fixations = np.tile(np.array([[0.5, -0.5, 0.25]], np.float32), (looks, 1))
    return picture.Look(Pyramid.of(image), image[:16, :16], (-1, -1, 1, 1), fixations, turns, ("found 2 of 3", "é"))


@pytest.mark.parametrize("size", [(64, 64), (40, 400), (400, 40), (1500, 1000)])
@pytest.mark.parametrize("looks", [0, 1, 30])
def test_pictures_have_one_size_whatever_the_image_has(size, looks):
    assert picture.draw(frame(size, looks=looks)).shape == (820, 960, 3)


def drawn(shown: np.ndarray, colour: tuple[int, int, int]) -> bool:
    """Whether something of the scene has a colour."""
    scene = shown[: picture.SCENE, : picture.SCENE].astype(int)
    return bool((np.abs(scene - colour).sum(2) < 30).sum() > 20)


def test_a_picture_shows_where_was_looked_and_what_was_found():
    env = SaccadeEnv(Scenes(Squares()), SaccadeOptions(glimpses=3), predictor=Judge(), render_mode="rgb_array")
    env.reset(options={"index": 4})
    before = env.render()
    env.step([0, 0, 1])  # too far off to find anything
    far = env.render()
    assert drawn(far, picture.MISSED) and not drawn(far, picture.FOUND)
    assert drawn(far, viz.colour_of(0, 1)) and not drawn(before, viz.colour_of(0, 1))
    row = slice(picture.SCENE + picture.GAP, picture.SCENE + picture.GAP + picture.STRIP)
    assert (before[row, : picture.STRIP] == picture.FAINT).all()  # room for a glimpse
    assert (far[row, : picture.STRIP] != picture.FAINT).any()
    np.testing.assert_array_equal(far[row, picture.STRIP :], before[row, picture.STRIP :])
    x, y = 2 * env.scenes[4].positions[0] / [128, 96] - 1
    env.step([x, y, -1])
    assert drawn(env.render(), picture.FOUND)


def test_without_a_display_frames_are_saved(without_display, tmp_path, caplog):
    env = SaccadeEnv(Squares(), SaccadeOptions(glimpses=2), render_mode="human", frames_dir=tmp_path / "frames")
    with caplog.at_level(logging.WARNING):
        env.reset(seed=0)
    assert "frames are written to" in caplog.text
    env.step([0, 0, 0])
    assert env.render() is None
    names = sorted(path.name for path in (tmp_path / "frames").iterdir())
    assert names == ["frame-00000.png", "frame-00001.png"]
    saved = cv2.imread(str(tmp_path / "frames" / names[1]))[:, :, ::-1]
    rendered = SaccadeEnv(Squares(), SaccadeOptions(glimpses=2), render_mode="rgb_array")
    rendered.reset(seed=0)
    rendered.step([0, 0, 0])
    np.testing.assert_array_equal(saved, rendered.render())
    env.close()


def test_frames_go_to_a_new_folder_where_none_is_named(without_display, tmp_path, monkeypatch):
    monkeypatch.setattr(screen.tempfile, "mkdtemp", lambda prefix: str(tmp_path / prefix))
    shown = screen.Screen(4)
    shown.show(np.zeros((8, 8, 3), np.uint8))
    assert shown.folder == pathlib.Path(tmp_path / "saccade-frames-")
    assert pickle.loads(pickle.dumps(shown)).folder == shown.folder


WINDOW = """
import pathlib, sys
import numpy as np, pygame
from envs import SaccadeEnv
from tests.envs.images import Squares

def caught():  # of the signals that end a process, SIGINT and SIGTERM: those that this one catches
    lines = pathlib.Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("SigCgt")).split()[1], 16) & (1 << 1 | 1 << 14)

before = caught()
env = SaccadeEnv(Squares(), render_mode="human")
env.reset(seed=0)
during = caught()
np.save(sys.argv[1], pygame.surfarray.array3d(pygame.display.get_surface()).transpose(1, 0, 2))
env.close()
assert not pygame.display.get_init()
print(before, during, caught())
"""


@pytest.mark.skipif(not pathlib.Path("/proc/self/status").exists(), reason="this system does not tell who catches what")
def test_with_a_display_there_is_a_window_and_the_process_can_be_ended(tmp_path):
    pytest.importorskip("pygame")
    kept = {name: value for name, value in os.environ.items() if name != "SDL_NO_SIGNAL_HANDLERS"}
    ran = subprocess.run(  # afresh: here some other environment may have started SDL already
        [sys.executable, "-c", WINDOW, tmp_path / "window.npy"],
        env={**kept, "SDL_VIDEODRIVER": "dummy"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stderr
    before, during, after = (int(number) for number in ran.stdout.splitlines()[-1].split())
    # Python catches SIGINT, unless whoever started the tests had it ignored; SIGTERM nobody.
    assert before == during == after and not after & 1 << 14, "a window must not keep a process from being ended"
    rendered = SaccadeEnv(Squares(), render_mode="rgb_array")
    rendered.reset(seed=0)
    np.testing.assert_array_equal(np.load(tmp_path / "window.npy"), rendered.render())


@MOVIEPY
def test_a_film_is_recorded(tmp_path):
    pytest.importorskip("moviepy")
    env = SaccadeEnv(Squares(), SaccadeOptions(glimpses=3), render_mode="rgb_array")
    recorded = RecordVideo(env, str(tmp_path / "films"), fps=4)
    recorded.reset(seed=0)
    for _ in range(3):
        recorded.step([0, 0, 0])
    recorded.close()
    films = list((tmp_path / "films").glob("*.mp4"))
    assert len(films) == 1
    film = cv2.VideoCapture(str(films[0]))
    assert (film.get(cv2.CAP_PROP_FRAME_WIDTH), film.get(cv2.CAP_PROP_FRAME_HEIGHT)) == (960, 820)
    assert film.get(cv2.CAP_PROP_FRAME_COUNT) == 4  # before the first glimpse and after each


def test_what_is_wrong_is_said():
    with pytest.raises(EnvError, match="render_mode 'ansi'"):
        SaccadeEnv(Squares(), render_mode="ansi")
    with pytest.raises(EnvError, match="nothing to render"):
        SaccadeEnv(Squares()).render()
    with pytest.raises(NotResetError, match="before the first reset"):
        SaccadeEnv(Squares(), render_mode="rgb_array").render()


def test_gymnasium_lists_the_pictures_of_an_episode():
    env = gymnasium.make(
        "envs:varsac/SaccadeSynthetic-v0",
        settings={"height": 128, "width": 128},
        glimpses=2,
        render_mode="rgb_array_list",
    )
    env.reset(seed=0)
    env.step([0, 0, 0])
    assert [shown.shape for shown in env.render()] == [(820, 960, 3)] * 2
