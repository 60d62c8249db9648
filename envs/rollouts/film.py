"""Rollouts to look at: an animated picture, a film, and a sheet of how episodes ended."""

from __future__ import annotations

import io
import pathlib
import warnings
from collections.abc import Sequence

import cv2
import numpy as np

from envs import picture
from envs.options import EnvError
from envs.rollouts.episode import Episode, Picture
from sc2data.format.durable import replace_file, storage_error
from varsac import viz

STEP, END = 0.7, 2.0
"""Seconds that a step is shown, and the end of an episode."""
SHEET, COLUMNS = 12, 3
"""Episodes on a contact sheet, and in a row of it."""
TILE, MARGIN = 480, 6
"""Width of one on the sheet, and what is left free around it, px."""
COLOURS, DRAWN = 255, 100
"""Of a palette, one less than there may be, which stands for what did not change; and what is drawn onto images has at
least one in so many pixels of its sample."""
FPS = 10


def gif(episodes: Sequence[Episode], width: int = 640) -> bytes:
    """An animated GIF of episodes one after the other.

    Args:
        episodes: with all their frames.
        width: of the picture, px.

    Raises:
        EnvError: Pillow is not installed, or there is no frame.
    """
    try:
        from PIL import Image
    except ImportError:
        raise EnvError("a GIF needs Pillow: pip install 'sc2-saccades[video]'") from None
    frames, seconds = _timed(episodes, width)
    # One palette for all: colours of their own would flicker, and what stays the same could not be left out.
    sample = np.concatenate([frame[::4, ::4].reshape(-1, 1, 3) for frame in frames])
    drawn = np.array(
        [picture.PAPER, picture.INK, picture.FOUND, picture.MISSED, viz.colour_of(0, 2), viz.colour_of(1, 2)]
    )
    share = len(sample) // DRAWN  # thin lines and letters are few pixels, and would be given what colours there are
    sample = np.concatenate([sample, np.repeat(drawn.astype(np.uint8)[:, None], share, axis=0)])
    palette = Image.fromarray(sample).quantize(COLOURS, method=Image.Quantize.MEDIANCUT)
    pages = [Image.fromarray(frame).quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
    content = io.BytesIO()
    pages[0].save(
        content,
        "GIF",
        save_all=True,
        append_images=pages[1:],
        duration=[round(1000 * length) for length in seconds],
        loop=0,
        optimize=True,
    )
    return content.getvalue()


def write_gif(path: pathlib.Path, episodes: Sequence[Episode], width: int = 640) -> None:
    """Write one; see `gif`. Raises `StorageError` too."""
    replace_file(path, gif(episodes, width))


def write_mp4(path: pathlib.Path, episodes: Sequence[Episode], width: int = 960) -> None:
    """Write a film, H.264.

    Raises:
        EnvError: moviepy is not installed, or there is no frame.
        StorageError: the disk does not take it.
    """
    frames, seconds = _timed(episodes, width - width % 2)
    clip_of = _moviepy()
    repeated = [frame for frame, length in zip(frames, seconds) for _ in range(round(FPS * length))]
    even = [frame[: frame.shape[0] // 2 * 2] for frame in repeated]
    temporary = path.with_name(path.stem + ".tmp.mp4")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of its own code
            clip_of(even, fps=FPS).write_videofile(str(temporary), logger=None, audio=False, codec="libx264")
        temporary.replace(path)
    except OSError as error:
        raise storage_error(path, error) from error
    finally:
        temporary.unlink(missing_ok=True)


def _moviepy() -> type:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its own code
        try:
            from moviepy.video.io.ImageSequenceClip import ImageSequenceClip
        except ImportError:
            raise EnvError("a film needs moviepy: pip install 'sc2-saccades[video]'") from None
    return ImageSequenceClip


def sheet(episodes: Sequence[Episode]) -> Picture:
    """The last frames of the first `SHEET` episodes in rows, uint8 RGB.

    Raises:
        EnvError: there is no frame.
    """
    tiles = [_fitted(episode.frames[-1], TILE) for episode in episodes if episode.frames][:SHEET]
    if not tiles:
        raise EnvError("no frame was kept of these episodes: make the environment with render_mode='rgb_array'")
    columns = min(COLUMNS, len(tiles))
    margin = [(MARGIN, MARGIN), (MARGIN, MARGIN), (0, 0)]
    tiles = [np.pad(tile, margin, constant_values=255) for tile in tiles]
    tiles += [np.full_like(tiles[0], 255)] * (-len(tiles) % columns)
    rows = [np.hstack(tiles[first : first + columns]) for first in range(0, len(tiles), columns)]
    return np.vstack(rows)


def write_sheet(path: pathlib.Path, episodes: Sequence[Episode]) -> None:
    """Write a contact sheet as PNG; see `sheet`. Raises `StorageError` too."""
    replace_file(path, viz.png(sheet(episodes)))


def _timed(episodes: Sequence[Episode], width: int) -> tuple[list[Picture], list[float]]:
    """The frames of episodes, and how long each is shown."""
    frames = [_fitted(frame, width) for episode in episodes for frame in episode.frames]
    if not frames:
        raise EnvError("no frame was kept of these episodes: make the environment with render_mode='rgb_array'")
    seconds = [
        END if number == len(episode.frames) - 1 else STEP
        for episode in episodes
        for number in range(len(episode.frames))
    ]
    return frames, seconds


def _fitted(frame: Picture, width: int) -> Picture:
    height = round(frame.shape[0] * width / frame.shape[1])
    return np.asarray(cv2.resize(frame, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
