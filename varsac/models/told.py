"""A trained model that looks where it is told: an agent's eyes, the model's judgement."""

from __future__ import annotations

import copy
import dataclasses
from typing import Any

import torch
from torch import Tensor, nn

from varsac.latents import Saccade
from varsac.models.varsac import VarSac
from varsac.models.whole import Whole
from varsac.tasks.batch import Batch
from varsac.tasks.task import TaskError


class Told:
    """Answers of a model for fixations that are given; a model without glimpses answers without them.

    Args:
        model: trained; it is copied.

    Raises:
        TaskError: a model that has no way to be told.
    """

    def __init__(self, model: nn.Module) -> None:
        self._model = copy.deepcopy(model).eval().requires_grad_(False)
        self._given: list[Tensor] = []
        if isinstance(self._model, VarSac):
            self._model.latent.register_forward_hook(self._instead)
        elif not isinstance(self._model, Whole):
            raise TaskError(
                f"a model of class {type(model).__name__} chooses its fixations itself and cannot be told where to "
                "look; train `varsac`, `proxy_only` or `full_image`"
            )

    def __call__(self, batch: Batch, fixations: Tensor) -> dict[str, Tensor]:
        """Answer.

        Args:
            batch: B examples.
            fixations: (B, t, 3), t at least 1.

        Returns:
            By head (B, size): logits, for "density" heads counts.
        """
        self._given = list(fixations.to(batch.proxy).unbind(1))
        if isinstance(self._model, VarSac):
            self._model.config = dataclasses.replace(self._model.config, glimpses=len(self._given))
        with torch.no_grad():
            answers = self._model(batch, None).answers
        return dict(answers)

    def _instead(self, _module: nn.Module, _arguments: Any, saccade: Saccade) -> Saccade:
        """The saccade that the model chose, but to the next of the places that were given."""
        return saccade._replace(fixation=self._given.pop(0))
