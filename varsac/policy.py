"""A trained model as a policy: its posterior says where to look next, one glimpse after the other.

The model's own forward pass is what runs, so that a policy cannot do otherwise than the model. For each saccade it runs
again over the glimpses that it was given; where it asks for the next one, that is the answer.
"""

from __future__ import annotations

import copy
import dataclasses
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from varsac.latents import Saccade
from varsac.models.attention_sampling import AttentionSampling
from varsac.models.paper import Paper
from varsac.models.ram import Ram
from varsac.models.varsac import VarSac
from varsac.tasks.batch import Batch, ObjectBatch
from varsac.tasks.task import WHOLE_VIEW, DataSpec, Objects, TaskError

Fixation = npt.NDArray[np.float32]

IN_TURN = (VarSac, Paper, Ram)
"""Models that choose one window after the other, as many as they are asked for; `AttentionSampling` all at once."""


class Looks:
    """What a model that runs as a policy has for images: the glimpses that it was given until now.

    Args:
        glimpses: in order, (1, C, S, S) each.
    """

    def __init__(self, glimpses: list[Tensor]) -> None:
        self.decoded = 0
        self._glimpses, self._shown = glimpses, 0

    def window(self, fixations: Tensor, size: int) -> Tensor:
        """The next glimpse, (1, C, S, S).

        Raises:
            Wanted: there is none yet.
        """
        if self._shown == len(self._glimpses):
            raise Wanted(fixations[0])
        self._shown += 1
        return self._glimpses[self._shown - 1]

    def windows(self, fixations: Tensor, size: int) -> Tensor:
        """All glimpses of a model that chooses its T windows at once, (1, T, C, S, S)."""
        return torch.stack([self.window(fixation, size) for fixation in fixations.unbind(1)], 1)


class Wanted(Exception):
    """A model wants to look at a place that it was not shown yet: (3,)."""

    def __init__(self, fixation: Tensor) -> None:
        super().__init__()
        self.fixation = fixation


class SaccadePolicy:
    """Where a trained model looks, and what it answers.

    Args:
        model: one of `IN_TURN`, or `AttentionSampling`.
        spec: the data that it was trained on.
        draw: places are drawn from the posterior; else the most probable ones are taken.

    Raises:
        TaskError: a model that does not choose where to look.
    """

    def __init__(self, model: nn.Module, spec: DataSpec, draw: bool = False) -> None:
        if not isinstance(model, (*IN_TURN, AttentionSampling)):
            raise TaskError(
                f"a model of class {type(model).__name__} does not choose where to look, and so is no policy; train "
                "varsac, paper, ram or attention_sampling"
            )
        self._config: Any = model.config
        self._model, self.spec, self._draw = copy.deepcopy(model).eval().requires_grad_(False), spec, draw
        self._usual = self._model.latent.scale if isinstance(self._model, VarSac) else 0.0
        self._fixations: list[Tensor] = []
        self._glimpses: list[Tensor] = []
        self._turn = 0
        if isinstance(self._model, VarSac):
            self._model.latent.register_forward_hook(self._instead)

    @property
    def glimpses(self) -> int:
        """T, how many windows it looks through."""
        return int(self._config.glimpses) * (self._config.scales if isinstance(self._model, Ram) else 1)

    @property
    def glimpse_size(self) -> int:
        """Side of a glimpse S, px."""
        return int(self._config.glimpse_size)

    @property
    def scale(self) -> float | None:
        """The usual scale of its windows; None where that is not known."""
        return self._usual if isinstance(self._model, VarSac) else None

    def scales(self) -> tuple[float, float] | None:
        """The smallest and the largest scale of its windows; None where that is not known."""
        if not isinstance(self._model, VarSac):
            return None
        zoom = self._model.latent.ranges.zoom if self._config.scale == "learned" else 0.0
        return self._usual * 2**-zoom, self._usual * 2**zoom

    def begin(
        self,
        proxy: npt.NDArray[np.uint8],
        image_size: tuple[int, int],
        view: tuple[float, float, float, float] = WHOLE_VIEW,
        *,
        scale: float | None = None,
        seed: int = 0,
    ) -> None:
        """Look at another image.

        Args:
            proxy: uint8 (h, w, C); one of another size than it was trained with is brought to that.
            image_size: (height, width), px.
            view: where in the proxy the image lies, see `varsac.tasks.task`.
            scale: of windows where they are not its own, such as those of a game's camera.
            seed: of the draws.

        Raises:
            TaskError: a proxy of another number of channels.
        """
        if proxy.ndim != 3 or proxy.shape[2] != self.spec.channels:
            raise TaskError(
                f"a proxy of shape {proxy.shape}: the model was trained on images of {self.spec.channels} channels"
            )
        height, width = self.spec.proxy_size
        if proxy.shape[:2] != (height, width):
            proxy = cv2.resize(proxy, (width, height), interpolation=cv2.INTER_AREA).reshape(height, width, -1)
        self._proxy = torch.from_numpy(proxy.copy()).permute(2, 0, 1)[None].float() / 255
        self._extent = torch.tensor([image_size[::-1]], dtype=torch.float32)
        self._view = torch.tensor([view], dtype=torch.float32)
        self._fixations, self._glimpses, self._seed = [], [], seed
        if isinstance(self._model, VarSac):
            self._model.latent.scale = self._usual if scale is None else scale

    @torch.no_grad()
    def next(self) -> Fixation:
        """The fixation that it looks at next, (3,)."""
        try:
            self._run(len(self._glimpses) + 1)
        except Wanted as wanted:
            return wanted.fixation.numpy().astype(np.float32)
        raise TaskError(f"the model looks {len(self._glimpses)} times, and has done so")

    def see(self, glimpse: npt.NDArray[np.uint8], fixation: npt.ArrayLike) -> None:
        """What a window showed.

        Args:
            glimpse: uint8 (S, S, C); of another size it is brought to that of the model.
            fixation: where it was; it need not be the one that was asked for.
        """
        size = self.glimpse_size
        if glimpse.shape[:2] != (size, size):
            glimpse = cv2.resize(glimpse, (size, size), interpolation=cv2.INTER_AREA).reshape(size, size, -1)
        self._glimpses.append(torch.from_numpy(glimpse.copy()).permute(2, 0, 1)[None].float() / 255)
        self._fixations.append(torch.tensor(np.asarray(fixation, np.float32).tolist())[None])

    @torch.no_grad()
    def answers(self) -> dict[str, Tensor]:
        """By head (1, size): logits, for "density" heads counts, after at least one glimpse.

        Raises:
            TaskError: it has not looked yet; or it chooses all windows at once and has not seen all.
        """
        if not self._glimpses:
            raise TaskError("the model answers from glimpses, and has seen none")
        try:
            return self._run(len(self._glimpses))
        except Wanted:
            raise TaskError("the model chooses all its windows at once, and has not seen all of them yet") from None

    def _run(self, turns: int) -> dict[str, Tensor]:
        """Its answers after so many glimpses; `Wanted` where one of them is missing."""
        if isinstance(self._model, IN_TURN):
            several = isinstance(self._model, Ram)  # windows at a place, and at least two places
            places = max(2, -(-turns // self._config.scales)) if several else turns
            self._model.config = dataclasses.replace(self._config, glimpses=places)
        self._turn = 0
        images: Any = Looks(self._glimpses)
        batch = Batch(self._proxy, images, {}, ObjectBatch.stack([Objects.none()]), self._view, self._extent, ("",))
        generator = torch.Generator().manual_seed(self._seed) if self._draw else None
        return dict(self._model(batch, generator).answers)

    def _instead(self, _module: nn.Module, _arguments: Any, saccade: Saccade) -> Saccade:
        """The saccade that the model chose, but for those behind it, which are where it was really looking."""
        self._turn += 1
        if self._turn > len(self._fixations):
            return saccade
        return saccade._replace(fixation=self._fixations[self._turn - 1])
