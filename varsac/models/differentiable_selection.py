"""Differentiable patch selection: the k best patches by a score, made smooth by noise on the scores.

Source: Cordonnier et al., "Differentiable Patch Selection for Image Recognition", CVPR 2021; perturbed optimisers after
Berthet et al., NeurIPS 2020.

    s = scores of d places on the proxy, brought to [0, 1],   Z ~ N(0, I),
    Y = E[ indicators of the top k of s + sigma Z, by place ]  (k, d),   patch_j = sum_i Y_ji patch at place i,
    dY / ds in the direction of g:  E[ <g, indicators> Z ] / sigma.

Departures (docs/methods.md): that product is taken as it stands, not its diagonal nor a Jacobian k times as large; from
<g, indicators> the value without noise is taken away, which changes no expectation and keeps the noise finite as sigma
goes to 0; only patches with an indicator are read, for the others have neither weight nor gradient.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import torch
from torch import Tensor, nn

from varsac import geometry, losses
from varsac.heads import Readout
from varsac.models.attention_sampling import AttentionMap
from varsac.models.output import Output
from varsac.models.patch_features import NETWORKS, patch_features
from varsac.tasks.batch import Batch
from varsac.tasks.task import DataSpec, TaskError


@dataclasses.dataclass(frozen=True)
class DifferentiableSelectionConfig:
    """Options of differentiable patch selection; defaults are those published for traffic signs.

    Args:
        glimpses: k patches.
        glimpse_size: side of a patch S, px.
        window: side of a patch over that of an object.
        network: of the patches, "signs", "digits", or "glimpses": VarSac's.
        padding: of the scoring network, "valid" or "same".
        pool: side of the squares of places of which the highest score stays.
        samples: of the noise.
        sigma: standard deviation of the noise at first; falls to 0 over training.
        entropy: weight of the scores' negative entropy in the loss.
    """

    glimpses: int = 5
    glimpse_size: int = 100
    window: float = 50 / 28
    network: str = "signs"
    padding: str = "valid"
    pool: int = 8
    samples: int = 500
    sigma: float = 0.05
    entropy: float = 0.01

    CHOICES = {  # noqa: RUF012 (a class attribute on purpose: dataclasses leave what has no annotation alone)
        "network": NETWORKS,
        "padding": ("same", "valid"),
    }


class DifferentiableSelection(nn.Module):
    """Scores places on the proxy, takes the k best patches of the image, answers from their features' mean.

    In training each patch is the mean of what it is under noise; in evaluation nothing is drawn.

    Args:
        config: options.
        spec: the data.

    Raises:
        TaskError: more patches than places; a proxy or patches too small for the networks.
    """

    progress: Tensor

    def __init__(self, config: DifferentiableSelectionConfig, spec: DataSpec) -> None:
        super().__init__()
        self.config, self.spec = config, spec
        padded = config.padding == "same"
        self.scorer = AttentionMap(spec.channels, spec.proxy_size, (8, 16, 32), nn.ReLU, padded, config.pool)
        if config.glimpses > len(self.scorer.points):
            raise TaskError(f"glimpses={config.glimpses}: the map of scores has {len(self.scorer.points)} places")
        self.scale = spec.window_scale(config.window)
        self.features, length = patch_features(config.network, spec.channels, config.glimpse_size)
        self.answers = Readout(spec.heads, length)
        self.register_buffer("progress", torch.zeros(()))  # of training: a run that goes on needs it

    def forward(self, batch: Batch, generator: torch.Generator | None = None) -> Output:
        """Look and answer; see `varsac.models.varsac.VarSac.forward`."""
        points = geometry.through_view(self.scorer.points, batch.view)  # (B, d, 2)
        closed = (points.abs() > 1).any(-1)  # (B, d)
        raw, _ = self.scorer(batch.proxy)
        raw = raw.float()
        scores = normalised(raw, closed)
        best, chosen = scores.topk(self.config.glimpses)  # (B, k)
        fixations = self._fixations(points, chosen)
        if self.training and generator is not None:
            patches = self._mixed(batch, points, scores, generator)
        else:
            patches = batch.images.windows(fixations, self.config.glimpse_size)  # (B, k, C, S, S)
        seen = self.features(patches.flatten(0, 1)).unflatten(0, patches.shape[:2]).mean(1)  # (B, D)
        log_share = raw.masked_fill(closed, -1e4).log_softmax(1)
        output = Output(self.answers(seen), fixations, best.detach().clamp(0, 1))
        output.terms["negative_entropy"] = (log_share.exp() * log_share).sum(1)
        return output

    def loss(self, output: Output, batch: Batch, progress: float = 1.0) -> dict[str, Tensor]:
        """The mean loss of every head and the entropy's; keeps the progress, which the next draw's noise follows."""
        self.progress.fill_(progress)
        terms = losses.mean_answer_losses(self.spec.heads, output.answers, batch.labels)
        return terms | {"entropy": self.config.entropy * output.terms["negative_entropy"].mean()}

    def _fixations(self, points: Tensor, chosen: Tensor) -> Tensor:
        """(B, N, 3) of the places (B, N)."""
        where = points.gather(1, chosen[..., None].expand(-1, -1, 2)).clamp(-1, 1)
        return torch.cat([where, torch.full_like(where[..., :1], self.scale)], -1)

    def _mixed(self, batch: Batch, points: Tensor, scores: Tensor, generator: torch.Generator) -> Tensor:
        """The k patches (B, k, C, S, S), each the mean over the noise."""
        config = self.config
        shape = len(scores), config.samples, scores.shape[1]
        noise = torch.randn(shape, generator=generator, device=scores.device)
        indicators = perturbed_top_k(scores, noise, config.glimpses, config.sigma * (1 - self.progress))  # (B, k, d)
        used = (indicators > 0).any(1)  # (B, d)
        most = int(used.sum(1).max())
        chosen = used.float().topk(most).indices  # (B, U), all that are used and, in some images, others
        patches = batch.images.windows(self._fixations(points, chosen), config.glimpse_size)  # (B, U, C, S, S)
        weights = indicators.gather(2, chosen[:, None].expand(-1, config.glimpses, -1))  # (B, k, U)
        return torch.einsum("bku,bucij->bkcij", weights, patches)


def normalised(scores: Tensor, closed: Tensor) -> Tensor:
    """Scores (B, d) brought to [0, 1] in each image; -1, which noise does not lift, where `closed`.

    >>> normalised(torch.tensor([[1.0, 3.0, 2.0]]), torch.tensor([[False, False, True]])).round(decimals=3).tolist()
    [[0.0, 1.0, -1.0]]
    """
    lowest = scores.masked_fill(closed, torch.inf).amin(1, keepdim=True)
    highest = scores.masked_fill(closed, -torch.inf).amax(1, keepdim=True)
    return ((scores - lowest) / (highest - lowest + 1e-5)).masked_fill(closed, -1.0)


def perturbed_top_k(scores: Tensor, noise: Tensor, number: int, sigma: Tensor | float) -> Tensor:
    """The mean indicators of the highest scores under noise.

    Args:
        scores: (B, d).
        noise: (B, n, d), standard normal.
        number: k.
        sigma: of the noise, above 0.

    Returns:
        (B, k, d): how often place i was the j-th, from the first place to the last, of the k highest. Differentiable
        with respect to the scores, once.

    >>> noise = torch.tensor([[[0.0, 0.0, 0.0], [0.0, 3.0, 0.0]]])
    >>> perturbed_top_k(torch.tensor([[3.0, 1.0, 2.0]]), noise, 2, 1.0).tolist()
    [[[1.0, 0.0, 0.0], [0.0, 0.5, 0.5]]]
    """
    indicators: Tensor = _PerturbedTopK.apply(scores, noise, number, sigma)
    return indicators


class _PerturbedTopK(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, scores: Tensor, noise: Tensor, number: int, sigma: Tensor | float) -> Tensor:
        index = (scores[:, None] + sigma * noise).topk(number).indices.sort(-1).values.transpose(1, 2)  # (B, k, n)
        hard = scores.topk(number).indices.sort(-1).values[..., None]  # (B, k, 1)
        ctx.save_for_backward(index, hard, noise, torch.as_tensor(sigma))
        share = scores.new_full((), 1 / noise.shape[1]).expand(index.shape)
        return scores.new_zeros(len(scores), number, scores.shape[1]).scatter_add_(2, index, share)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None, None]:
        index, hard, noise, sigma = ctx.saved_tensors
        products = gradient.gather(2, index).sum(1) - gradient.gather(2, hard).sum(1)  # (B, n)
        return torch.einsum("bn,bnd->bd", products, noise) / (noise.shape[1] * sigma), None, None, None
