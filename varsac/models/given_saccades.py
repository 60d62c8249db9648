"""Glimpses at places that are not chosen by the model: what saccades are compared with from below and from above."""

from __future__ import annotations

import abc
import dataclasses

import torch
from torch import Tensor, nn

from varsac import geometry, losses
from varsac.encoders import GlimpseEncoder
from varsac.heads import GlimpseAnswers
from varsac.models.output import Output
from varsac.tasks.batch import Batch
from varsac.tasks.task import DataSpec, TaskError


@dataclasses.dataclass(frozen=True)
class GivenSaccadesConfig:
    """Options of the models that are told where to look; as those of `VarSacConfig`.

    Args:
        glimpses: T.
        glimpse_size: side of a glimpse S, px.
        window: side of a window over that of an object.
        features: length of a glimpse's vector.
        normalised: batch norm of it.
    """

    glimpses: int = 4
    glimpse_size: int = 32
    window: float = 4 / 3
    features: int = 128
    normalised: bool = True


class GivenSaccades(nn.Module, abc.ABC):
    """Encodes glimpses and answers from all of them; the derived classes say where they are.

    Args:
        config: options.
        spec: the data; "density" heads are not of its kind.

    Raises:
        TaskError: a "density" head.
    """

    def __init__(self, config: GivenSaccadesConfig, spec: DataSpec) -> None:
        super().__init__()
        if any(head.kind == "density" for head in spec.heads):
            raise TaskError("density heads need a proxy's map; this model has none: ask for kind 'count'")
        self.config, self.spec = config, spec
        self.scale = min(1.0, config.window * spec.object_size / min(spec.image_size))
        self.glimpse = GlimpseEncoder(
            spec.channels, config.glimpse_size, features=config.features, normalised=config.normalised
        )
        self.merge = nn.Linear(config.features + 3, config.features)
        self.answers = GlimpseAnswers(spec.heads, config.features, spec.objects == 1)

    @abc.abstractmethod
    def points(self, batch: Batch, generator: torch.Generator | None) -> Tensor:
        """Where to look, (B, T, 2) in image coordinates."""

    def forward(self, batch: Batch, generator: torch.Generator | None = None) -> Output:
        """Look and answer; see `varsac.models.varsac.VarSac.forward`."""
        points = self.points(batch, generator)
        fixations = torch.cat([points, torch.full_like(points[..., :1], self.scale)], -1)  # (B, T, 3)
        seen = []
        for fixation in fixations.unbind(1):
            _, vector = self.glimpse(batch.images.window(fixation, self.config.glimpse_size))
            seen.append(self.merge(torch.cat([vector, fixation], 1)).relu())  # (B, D)
        answers = self.answers(torch.stack(seen, 1))
        return Output(answers, fixations, torch.ones_like(fixations[..., 0]))

    def loss(self, output: Output, batch: Batch, progress: float = 1.0) -> dict[str, Tensor]:
        """The mean loss of every head; see `varsac.models.varsac.VarSac.loss`."""
        return losses.mean_answer_losses(self.spec.heads, output.answers, batch.labels)


class RandomSaccades(GivenSaccades):
    """Looks anywhere, evenly. Without a generator always at the same places, the first of a fixed sequence."""

    def points(self, batch: Batch, generator: torch.Generator | None) -> Tensor:
        """See the class."""
        drawn = torch.Generator(batch.proxy.device).manual_seed(0) if generator is None else generator
        shape = len(batch), self.config.glimpses, 2
        return torch.rand(shape, generator=drawn, device=batch.proxy.device) * 2 - 1


class OracleSaccades(GivenSaccades):
    """Looks at the true objects one after the other, and again from the first where T is larger than their number."""

    def points(self, batch: Batch, generator: torch.Generator | None) -> Tensor:
        """See the class; at the middle of an image without objects."""
        objects = batch.objects
        if objects.present.shape[1] == 0:
            return batch.proxy.new_zeros(len(batch), self.config.glimpses, 2)
        turn = torch.arange(self.config.glimpses, device=batch.proxy.device)
        which = turn % objects.present.sum(1, keepdim=True).clamp(min=1)  # (B, T)
        pixels = objects.positions.gather(1, which[..., None].expand(-1, -1, 2))
        known = objects.present.any(1)[:, None, None]
        return geometry.from_pixels(pixels, batch.extent).clamp(-1, 1) * known
