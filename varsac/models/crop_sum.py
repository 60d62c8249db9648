"""Full resolution as the saccading paper has it: one network over all crops, their features added up.

Source: a baseline of Ramapuram et al., "Variational Saccading: Efficient Inference for Large Resolution Images", 2019.

    answers = Head( sum over crops c of ResNet-18(c) ),  crops of 224 px side by side, the last ending with the image.

What is between crops and features is not kept for the gradient but made again, a few crops at a time: memory goes with
these, not with the image. Departures (docs/methods.md): images keep their size and aspect; batch norms count a crop's
statistics once, though it passes twice.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from varsac import losses
from varsac.encoders import ResNet
from varsac.heads import Readout
from varsac.models.output import Output
from varsac.tasks.batch import Batch
from varsac.tasks.task import DataSpec
from varsac.tiles import tiles


@dataclasses.dataclass(frozen=True)
class CropSumConfig:
    """Options of the sum over crops; defaults as published.

    Args:
        crop: side of a crop, px.
        group: crops of each image that pass at a time.
        width: channels of the network's first stage.
        stages: of the network; 64 and 4 is ResNet-18.
        features: length of the vectors that are added up.
        again: make what is within the network again for the gradient, instead of keeping it.
    """

    crop: int = 224
    group: int = 11
    width: int = 64
    stages: int = 4
    features: int = 256
    again: bool = True


class CropSum(nn.Module):
    """Sees every pixel of the image, crop by crop.

    Args:
        config: options.
        spec: the data.
    """

    def __init__(self, config: CropSumConfig, spec: DataSpec) -> None:
        super().__init__()
        self.config, self.spec = config, spec
        network = ResNet(spec.channels, [config.width * 2**stage for stage in range(config.stages)])
        self.encoder = nn.Sequential(network, nn.Linear(network.features, config.features))
        self.merge = nn.Sequential(
            nn.BatchNorm1d(config.features),
            nn.ReLU(),
            nn.Linear(config.features, config.features),
            nn.BatchNorm1d(config.features),
            nn.ReLU(),
        )
        self.answers = Readout(spec.heads, config.features)

    def forward(self, batch: Batch, generator: torch.Generator | None = None) -> Output:
        """Answer; see `varsac.models.varsac.VarSac.forward`. Nothing is drawn."""
        side = batch.extent.new_full((len(batch),), self.config.crop)
        fixations, real = tiles(batch.extent, side)  # (B, N, 3), (B, N)
        total = batch.proxy.new_zeros(len(batch), self.config.features)
        for where, some in zip(fixations.split(self.config.group, 1), real.split(self.config.group, 1)):
            crops = batch.images.windows(where, self.config.crop)  # (B, G, C, S, S)
            rows = some.nonzero()[:, 0]  # the image of each crop that is no padding
            total = total.index_add(0, rows, self._encoded(crops[some]).to(total.dtype))
        answers = self.answers(self.merge(total))
        return Output(answers, batch.proxy.new_zeros(len(batch), 0, 3), batch.proxy.new_zeros(len(batch), 0))

    def loss(self, output: Output, batch: Batch, progress: float = 1.0) -> dict[str, Tensor]:
        """The mean loss of every head; see `varsac.models.varsac.VarSac.loss`."""
        return losses.mean_answer_losses(self.spec.heads, output.answers, batch.labels)

    def _encoded(self, crops: Tensor) -> Tensor:
        """(n, features) of crops (n, C, S, S)."""
        if not (self.config.again and torch.is_grad_enabled()):
            return self.encoder(crops)
        features: Tensor = checkpoint(
            self.encoder,
            crops,
            use_reentrant=False,
            context_fn=lambda: (contextlib.nullcontext(), counted_already(self.encoder)),
        )
        return features


@contextlib.contextmanager
def counted_already(network: nn.Module) -> Iterator[None]:
    """Batch norms normalise by what passes, but keep their running statistics."""
    norms = [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]
    momenta = [norm.momentum for norm in norms]
    try:
        for norm in norms:
            norm.momentum = 0.0
        yield
    finally:
        for norm, momentum in zip(norms, momenta):
            norm.momentum = momentum
