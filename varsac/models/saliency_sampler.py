"""Learning to zoom: the image bent so that what is salient gets more of a small picture's pixels.

Source: Recasens et al., "Learning to Zoom: a Saliency-Based Sampling Layer for Neural Networks", ECCV 2018.

    s = softmax of Saliency(proxy) over a G x G grid, continued at its borders,  k a Gaussian,
    u(p) = sum_q s(q) k(p, q) q / sum_q s(q) k(p, q),   picture(p) = image(u(p)),   answers = Network(picture).

No glimpse is drawn and all is differentiable; every pixel of the image is read. Departures (docs/methods.md): saliency
comes from a small network on the proxy, the task's network is ResNet-18 from scratch, and the picture is not made
coarser at random in training.
"""

from __future__ import annotations

import dataclasses
import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from varsac import geometry, losses
from varsac.encoders import ResNet, conv
from varsac.heads import Readout
from varsac.models.output import Output
from varsac.tasks.batch import Batch
from varsac.tasks.task import DataSpec


@dataclasses.dataclass(frozen=True)
class SaliencySamplerConfig:
    """Options of the saliency sampler; defaults as published.

    Args:
        size: side of the picture that the network sees, px.
        grid: G, points along a side of the saliency.
        reach: points that the Gaussian reaches to each side, and the saliency is continued by.
        spread: full width of the Gaussian at half its height, points.
        width: channels of the network's first stage.
        stages: of the network; 64 and 4 is ResNet-18.
    """

    size: int = 224
    grid: int = 31
    reach: int = 30
    spread: float = 13.0
    width: int = 64
    stages: int = 4


class SaliencySampler(nn.Module):
    """Bends the image by a saliency of its proxy, answers from the bent picture.

    Args:
        config: options.
        spec: the data.
    """

    kernel: Tensor
    points: Tensor

    def __init__(self, config: SaliencySamplerConfig, spec: DataSpec) -> None:
        super().__init__()
        self.config, self.spec = config, spec
        self.saliency = nn.Sequential(
            conv(spec.channels, 16, 5, 2), conv(16, 32, 3), conv(32, 32, 3), nn.Conv2d(32, 1, 1)
        )
        self.encoder = ResNet(spec.channels, [config.width * 2**stage for stage in range(config.stages)])
        self.answers = Readout(spec.heads, self.encoder.features)
        self.register_buffer("kernel", gaussian(config.reach, config.spread), persistent=False)
        self.register_buffer("points", geometry.centres((config.size, config.size)), persistent=False)

    def forward(self, batch: Batch, generator: torch.Generator | None = None) -> Output:
        """Answer; see `varsac.models.varsac.VarSac.forward`. Nothing is drawn."""
        grid = self.sampling(batch)  # (B, S, S, 2)
        pictures, first = [], 0
        for pixels in batch.images.wholes(batch.proxy.device):
            bent = functional.grid_sample(
                pixels, grid[first : first + len(pixels)], padding_mode="border", align_corners=False
            )
            pictures.append(bent)
            first += len(pixels)
        answers = self.answers(self.encoder(torch.cat(pictures)))
        return Output(answers, batch.proxy.new_zeros(len(batch), 0, 3), batch.proxy.new_zeros(len(batch), 0))

    def sampling(self, batch: Batch) -> Tensor:
        """Where in the image each pixel of the picture comes from, (B, S, S, 2) in image coordinates."""
        side, number = self.config.size, self.config.grid
        logits = self.saliency(batch.proxy).float()  # (B, 1, h / 2, w / 2) over the proxy
        low, high = batch.view[:, None, :2], batch.view[:, None, 2:]
        ends = torch.linspace(-1, 1, number, device=logits.device)
        corners = torch.stack(torch.meshgrid(ends, ends, indexing="xy"), -1).reshape(-1, 2)  # (G G, 2) in the image
        over_proxy = (low + (corners + 1) / 2 * (high - low)).unflatten(1, (number, number))
        logits = functional.grid_sample(logits, over_proxy, padding_mode="border", align_corners=False)
        saliency = logits.flatten(1).softmax(1).view(-1, 1, number, number)
        with torch.autocast(saliency.device.type, enabled=False):  # half a number places a pixel nowhere
            bent = warp(saliency, self.kernel)  # (B, 2, G, G)
        points = self.points.view(1, side, side, 2).expand(len(batch), -1, -1, -1)
        # The grid's outer points lie on the image's edges, pixels of the picture half a pixel inside of them.
        return functional.grid_sample(bent, points, padding_mode="border", align_corners=True).permute(0, 2, 3, 1)

    def loss(self, output: Output, batch: Batch, progress: float = 1.0) -> dict[str, Tensor]:
        """The mean loss of every head; see `varsac.models.varsac.VarSac.loss`."""
        return losses.mean_answer_losses(self.spec.heads, output.answers, batch.labels)


def gaussian(reach: int, spread: float) -> Tensor:
    """(2 reach + 1,), 1 in the middle and 1/2 at a distance of spread / 2.

    >>> gaussian(2, 4.0).round(decimals=3).tolist()
    [0.5, 0.841..., 1.0, 0.841..., 0.5]
    """
    away = torch.arange(-reach, reach + 1)
    return torch.exp(-4 * math.log(2) * (away / spread) ** 2)


def warp(saliency: Tensor, kernel: Tensor) -> Tensor:
    """Where each point of a grid looks: at the mean of the points around it, by their saliency and nearness.

    Args:
        saliency: (B, 1, G, G), positive; the grid's outer points lie on the image's edges.
        kernel: (2 R + 1,), nearness along one axis.

    Returns:
        (B, 2, G, G), x and y in [-1, 1]; an even saliency leaves every point where it is.

    >>> warp(torch.ones(1, 1, 3, 3), gaussian(2, 2.0))[0, 0].round(decimals=4).tolist()[0]
    [-1.0, 0.0, 1.0]
    """
    reach, number = len(kernel) // 2, saliency.shape[2]
    padded = functional.pad(saliency, (reach,) * 4, mode="replicate")
    along = torch.arange(-reach, number + reach, device=saliency.device) * (2 / (number - 1)) - 1
    x, y = along.expand(len(along), -1), along[:, None].expand(-1, len(along))
    weighted = torch.cat([padded, padded * x, padded * y], 1)  # (B, 3, G + 2 R, G + 2 R)
    size = len(kernel)
    columns = functional.conv2d(weighted, kernel.view(1, 1, 1, size).expand(3, -1, -1, -1), groups=3)
    summed = functional.conv2d(columns, kernel.view(1, 1, size, 1).expand(3, -1, -1, -1), groups=3)
    return (summed[:, 1:] / summed[:, :1]).clamp(-1, 1)
