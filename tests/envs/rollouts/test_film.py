import io

import cv2
import numpy as np
import pytest

from envs import EnvError
from envs.rollouts import film
from envs.rollouts.episode import Episode

MOVIEPY = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::SyntaxWarning")  # of its own code


def episode(*colours):
    frames = tuple(np.full((82, 96, 3), colour, np.uint8) for colour in colours)
    over = np.zeros(1, bool)
    return Episode(0, {}, np.zeros(1), np.zeros(1), over, over, (), frames)


def test_an_animated_picture_shows_every_frame_for_its_time():
    image = pytest.importorskip("PIL.Image")
    content = film.gif([episode((200, 0, 0), (0, 200, 0)), episode((0, 0, 200))], width=48)
    with image.open(io.BytesIO(content)) as shown:
        assert (shown.size, shown.n_frames) == ((48, 41), 3)
        seen = []
        for number in range(3):
            shown.seek(number)
            seen.append((shown.info["duration"], shown.convert("RGB").getpixel((5, 5))))
    assert [length for length, _ in seen] == [700, 2000, 2000]
    assert [int(np.argmax(colour)) for _, colour in seen] == [0, 1, 2]


@MOVIEPY
def test_a_film_is_as_long_as_its_episodes(tmp_path):
    pytest.importorskip("moviepy")
    film.write_mp4(tmp_path / "a.mp4", [episode((200, 0, 0), (0, 200, 0))], width=96)
    shown = cv2.VideoCapture(str(tmp_path / "a.mp4"))
    assert (shown.get(cv2.CAP_PROP_FRAME_WIDTH), shown.get(cv2.CAP_PROP_FRAME_HEIGHT)) == (96, 82)
    assert abs(shown.get(cv2.CAP_PROP_FRAME_COUNT) - 27) <= 1  # 0.7 s and 2 s, 10 a second
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]


def test_a_sheet_has_the_last_frames():
    sheet = film.sheet([episode((9, 9, 9), (200, 0, 0)), *[episode((0, 200, 0))] * 3])
    tile = film.TILE + 2 * film.MARGIN
    assert sheet.shape == (2 * (410 + 2 * film.MARGIN), 3 * tile, 3)
    assert sheet[50, 50].tolist() == [200, 0, 0] and sheet[50, tile + 50].tolist() == [0, 200, 0]
    assert sheet[-50, -50].tolist() == [255, 255, 255]  # the last row is not full
    for made in (film.sheet, film.gif):
        with pytest.raises(EnvError, match="no frame was kept"):
            made([episode()])
