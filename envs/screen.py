"""Where people see an episode: a window where there is a display, PNG files where there is none."""

from __future__ import annotations

import logging
import os
import pathlib
import sys
import tempfile
from typing import Any

import numpy as np
import numpy.typing as npt

from envs.options import EnvError
from varsac import viz

log = logging.getLogger(__name__)


class Screen:
    """Shows pictures one after the other.

    Args:
        fps: pictures a second in a window.
        frames_dir: folder for files; None: a new temporary one. Giving one asks for files even where there is a
            display.
    """

    def __init__(self, fps: int, frames_dir: str | os.PathLike[str] | None = None) -> None:
        self._fps = fps
        self._window: _Window | None = None
        self._wants_files = frames_dir is not None
        self.folder = pathlib.Path(frames_dir) if frames_dir is not None else None
        self._shown = 0

    def show(self, picture: npt.NDArray[np.uint8]) -> None:
        """Show a picture, uint8 RGB.

        Raises:
            EnvError: there is a display, but no pygame to open a window with.
            OSError: the files cannot be written.
        """
        if has_display() and not self._wants_files:
            if self._window is None:
                self._window = _Window(picture.shape[1], picture.shape[0])
            self._window.show(picture, self._fps)
            return
        if self.folder is None:
            self.folder = pathlib.Path(tempfile.mkdtemp(prefix="saccade-frames-"))
        if not self._shown:
            self.folder.mkdir(parents=True, exist_ok=True)
            log.warning("no window: frames are written to %s", self.folder)
        (self.folder / f"frame-{self._shown:05d}.png").write_bytes(viz.png(picture))
        self._shown += 1

    def close(self) -> None:
        """Close the window; files stay."""
        if self._window is not None:
            self._window.close()
            self._window = None

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_window": None}


def has_display() -> bool:
    """Whether a window could be opened here."""
    if sys.platform in ("win32", "darwin"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"))


class _Window:
    """A window of pygame."""

    def __init__(self, width: int, height: int) -> None:
        try:
            import pygame
        except ImportError:
            raise EnvError(
                "render_mode='human' opens its window with pygame: pip install 'sc2-saccades[envs]', or give "
                "frames_dir for PNG files"
            ) from None
        self._pygame = pygame
        # SDL would catch SIGTERM and SIGINT for good: this process, and all that it forks, could no longer be ended.
        os.environ.setdefault("SDL_NO_SIGNAL_HANDLERS", "1")
        pygame.display.init()
        self._surface = pygame.display.set_mode((width, height))
        pygame.display.set_caption("saccades")
        self._clock = pygame.time.Clock()

    def show(self, picture: npt.NDArray[np.uint8], fps: int) -> None:
        surface = self._pygame.surfarray.make_surface(picture.transpose(1, 0, 2))
        self._surface.blit(surface, (0, 0))
        self._pygame.event.pump()
        self._pygame.display.flip()
        self._clock.tick(fps)

    def close(self) -> None:
        self._pygame.display.quit()
