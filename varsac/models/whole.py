"""One network over the whole proxy, or over the whole image at full resolution: what saccades are to beat."""

from __future__ import annotations

import abc
import dataclasses

import torch
from torch import Tensor, nn

from varsac import losses
from varsac.encoders import ResNet
from varsac.heads import Readout
from varsac.models.output import Output
from varsac.tasks.batch import Batch
from varsac.tasks.task import DataSpec


@dataclasses.dataclass(frozen=True)
class WholeConfig:
    """Options of the networks that look at everything at once.

    Args:
        width: channels of the first stage; doubled by each further one. 64 with 4 stages is ResNet-18.
        stages: how many.
    """

    width: int = 64
    stages: int = 4


class Whole(nn.Module, abc.ABC):
    """A residual network with a layer for each head; "density" heads answer a softened positive number.

    Args:
        config: options.
        spec: the data.
        stride: of the first convolution.
    """

    def __init__(self, config: WholeConfig, spec: DataSpec, stride: int) -> None:
        super().__init__()
        self.spec = spec
        self.encoder = ResNet(spec.channels, [config.width * 2**stage for stage in range(config.stages)], stride)
        self.answers = Readout(spec.heads, self.encoder.features)

    @abc.abstractmethod
    def see(self, batch: Batch) -> Tensor:
        """What is looked at, as features (B, D)."""

    def forward(self, batch: Batch, generator: torch.Generator | None = None) -> Output:
        """Answer; see `varsac.models.varsac.VarSac.forward`. Nothing is drawn."""
        answers = self.answers(self.see(batch))
        return Output(answers, batch.proxy.new_zeros(len(batch), 0, 3), batch.proxy.new_zeros(len(batch), 0))

    def loss(self, output: Output, batch: Batch, progress: float = 1.0) -> dict[str, Tensor]:
        """The mean loss of every head; see `varsac.models.varsac.VarSac.loss`."""
        return losses.mean_answer_losses(self.spec.heads, output.answers, batch.labels)


class ProxyOnly(Whole):
    """Looks at the proxy alone: what of the answer needs no saccade."""

    def __init__(self, config: WholeConfig, spec: DataSpec) -> None:
        super().__init__(config, spec, stride=1)

    def see(self, batch: Batch) -> Tensor:
        """Features of the proxies."""
        return self.encoder(batch.proxy)


class FullImage(Whole):
    """Looks at every pixel. Images of one size go through together, those of several sizes one after the other."""

    def __init__(self, config: WholeConfig, spec: DataSpec) -> None:
        super().__init__(config, spec, stride=2)

    def see(self, batch: Batch) -> Tensor:
        """Features of the images."""
        return torch.cat([self.encoder(pixels) for pixels in batch.images.wholes(batch.proxy.device)])
