"""Iterative patch selection: all patches pass by a small memory of the most salient, which alone are learned from.

Source: Bergner, Lippert and Mahendran, "Iterative Patch Selection for High-Resolution Image Recognition", ICLR 2023.

    memory = first M patches;  for each next I patches:  memory = the M of both with the highest attention,
    answers = linear layers of tokens,  token_q = CrossAttention(query_q, embeddings of the memory's patches).

Selection has no gradient; the attention that scores is the attention that aggregates. Memory of the machine goes with
M + I patches, not with the image. The proxy is not looked at. Departures (docs/methods.md): logits instead of
log(softmax + 1e-6); losses of several heads are added up; without a generator patches come in order, and the embeddings
that selection made are used again, for in evaluation they are the same.
"""

from __future__ import annotations

import contextlib
import dataclasses
import math
from collections.abc import Iterator

import torch
from torch import Tensor, nn

from varsac import losses
from varsac.encoders import ResNet
from varsac.heads import Readout
from varsac.models.output import Output
from varsac.tasks.batch import Batch
from varsac.tasks.task import DataSpec, TaskError
from varsac.tiles import tiles


@dataclasses.dataclass(frozen=True)
class PatchSelectionConfig:
    """Options of iterative patch selection; defaults are those published for megapixel digits, for signs in words.

    Args:
        glimpses: M patches that are kept; signs: 10.
        chunk: I patches that are compared with them at a time; signs: 32.
        glimpse_size: side of a patch S, px; signs: 100.
        window: side of a patch over that of an object: 50 px for digits of 28.
        width: channels of the encoder's first stage.
        stages: of the encoder, ResNet-18's first ones; signs: 4.
        heads: H of the attention; keys and values have features / H numbers.
        inner: of the layers after the attention; signs: 2048.
        dropout: share.
        positions: embeddings tell a patch's number too; signs: false.
    """

    glimpses: int = 100
    chunk: int = 100
    glimpse_size: int = 50
    window: float = 50 / 28
    width: int = 64
    stages: int = 2
    heads: int = 8
    inner: int = 512
    dropout: float = 0.1
    positions: bool = True


class CrossAttention(nn.Module):
    """Learned queries that look at embeddings, and two layers after that, normalised after each.

    Args:
        queries: Q.
        features: D.
        heads: H.
        inner: length between the two layers.
        dropout: share.
    """

    def __init__(self, queries: int, features: int, heads: int, inner: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.queries = nn.Parameter(torch.empty(queries, features))
        nn.init.trunc_normal_(self.queries, std=0.02)
        self.query, self.key, self.value = (nn.Linear(features, features, bias=False) for _ in range(3))
        self.merge = nn.Linear(features, features, bias=False)
        self.norms = nn.ModuleList(nn.LayerNorm(features, eps=1e-6) for _ in range(2))
        self.layers = nn.Sequential(nn.Linear(features, inner), nn.ReLU(), nn.Linear(inner, features))
        self.dropout = dropout

    def attention(self, embeddings: Tensor, real: Tensor) -> Tensor:
        """Attention (B, H, Q, M) to embeddings (B, M, D), those that are real (B, M)."""
        query = self.query(self.queries).unflatten(1, (self.heads, -1))  # (Q, H, d)
        key = self.key(embeddings).unflatten(2, (self.heads, -1))  # (B, M, H, d)
        products = torch.einsum("qhd,bmhd->bhqm", query, key) / math.sqrt(key.shape[3])
        wide = products.to(torch.promote_types(products.dtype, torch.float32))
        return wide.masked_fill(~real[:, None, None], -math.inf).softmax(-1)

    def forward(
        self, embeddings: Tensor, real: Tensor, generator: torch.Generator | None = None
    ) -> tuple[Tensor, Tensor]:
        """Tokens (B, Q, D) and attention (B, H, Q, M); a generator draws what is dropped."""
        attention = self.attention(embeddings, real)
        value = self.value(embeddings).unflatten(2, (self.heads, -1))  # (B, M, H, d)
        seen = dropped(attention, self.dropout, generator).to(value.dtype)
        looked = self.merge(torch.einsum("bhqm,bmhd->bqhd", seen, value).flatten(2))  # (B, Q, D)
        tokens = self.norms[0](self.queries + dropped(looked, self.dropout, generator))
        return self.norms[1](tokens + dropped(self.layers(tokens), self.dropout, generator)), attention


class PatchSelection(nn.Module):
    """Cuts the image into patches, keeps the M most salient of them, answers from these with a token for each head.

    Args:
        config: options.
        spec: the data.

    Raises:
        TaskError: a number of heads of the attention that does not divide the length of the features.
    """

    def __init__(self, config: PatchSelectionConfig, spec: DataSpec) -> None:
        super().__init__()
        self.config, self.spec = config, spec
        self.scale = spec.window_scale(config.window)
        self.encoder = ResNet(spec.channels, [config.width * 2**stage for stage in range(config.stages)])
        features = self.encoder.features
        if features % config.heads:
            raise TaskError(f"heads={config.heads} must divide the {features} features of the encoder")
        self.aggregate = CrossAttention(len(spec.heads), features, config.heads, config.inner, config.dropout)
        self.answers = Readout(spec.heads, features)

    def forward(self, batch: Batch, generator: torch.Generator | None = None) -> Output:
        """Select and answer; see `varsac.models.varsac.VarSac.forward`. Drawn are the patches' order and dropout."""
        fixations, real = tiles(batch.extent, self.scale * batch.extent.amin(1))  # (B, N, 3), (B, N)
        kept, embeddings = self.select(batch, fixations, real, generator)  # (B, M), (B, M, D) or None
        chosen = fixations.gather(1, kept[..., None].expand(-1, -1, 3))  # (B, M, 3)
        if embeddings is None or self.training:
            embeddings = self._embedded(batch, chosen)
        real = real.gather(1, kept)
        draws = generator if self.training else None
        tokens, attention = self.aggregate(self._placed(embeddings, kept), real, draws)
        answers = {
            head.name: self.answers.of(head.name, token) for head, token in zip(self.spec.heads, tokens.unbind(1))
        }
        scores, order = attention.mean((1, 2)).detach().sort(descending=True, stable=True)  # (B, M)
        return Output(answers, chosen.gather(1, order[..., None].expand(-1, -1, 3)), scores)

    @torch.no_grad()
    def select(
        self, batch: Batch, fixations: Tensor, real: Tensor, generator: torch.Generator | None
    ) -> tuple[Tensor, Tensor | None]:
        """The M most salient of N windows, by the attention among M + I of them at a time.

        Args:
            batch: B examples.
            fixations: (B, N, 3).
            real: (B, N), False for padding.
            generator: draws the order in which patches pass by.

        Returns:
            Their numbers (B, M) and embeddings (B, M, D), made as in evaluation; no embeddings where all can be kept.
        """
        number, (most, step) = fixations.shape[1], (self.config.glimpses, self.config.chunk)
        every = torch.arange(number, device=fixations.device)
        if number <= most:
            return every.expand(len(batch), -1), None
        if generator is not None:
            every = every[torch.randperm(number, generator=generator, device=generator.device)]
        with evaluating(self):
            kept = every[:most].expand(len(batch), -1)
            held = self._embedded(batch, fixations[:, every[:most]])
            for chunk in every[most:].split(step):
                kept = torch.cat([kept, chunk.expand(len(batch), -1)], 1)  # (B, M + I)
                held = torch.cat([held, self._embedded(batch, fixations[:, chunk])], 1)
                attention = self.aggregate.attention(self._placed(held, kept), real.gather(1, kept))
                best = attention.mean((1, 2)).topk(most).indices  # (B, M)
                kept = kept.gather(1, best)
                held = held.gather(1, best[..., None].expand(-1, -1, held.shape[2]))
        return kept, held

    def loss(self, output: Output, batch: Batch, progress: float = 1.0) -> dict[str, Tensor]:
        """The mean loss of every head; see `varsac.models.varsac.VarSac.loss`."""
        return losses.mean_answer_losses(self.spec.heads, output.answers, batch.labels)

    def _embedded(self, batch: Batch, fixations: Tensor) -> Tensor:
        """(B, M, D) of windows (B, M, 3)."""
        patches = batch.images.windows(fixations, self.config.glimpse_size)
        return self.encoder(patches.flatten(0, 1)).unflatten(0, patches.shape[:2])

    def _placed(self, embeddings: Tensor, numbers: Tensor) -> Tensor:
        """Embeddings that tell their patches' numbers, where that is wanted."""
        return embeddings + sinusoids(numbers, embeddings.shape[2]) if self.config.positions else embeddings


def dropped(values: Tensor, share: float, generator: torch.Generator | None) -> Tensor:
    """Values of which a share is 0 and the others are as much larger; all of them without a generator.

    The generator is the run's own: its state is in checkpoints, that of torch's dropout is not.
    """
    if generator is None or share == 0:
        return values
    kept = torch.rand(values.shape, generator=generator, device=values.device) >= share
    return values * kept / (1 - share)


def sinusoids(numbers: Tensor, features: int) -> Tensor:
    """Numbers (...) as vectors (..., features) of sines and cosines of lengths from 2 pi to 20,000 pi.

    >>> sinusoids(torch.tensor([0, 1]), 4).round(decimals=2).tolist()[0]
    [0.0, 1.0, 0.0, 1.0]
    """
    even = torch.arange(0, features, 2, device=numbers.device)
    angles = numbers[..., None] * torch.exp(even * (-math.log(10_000) / features))
    return torch.stack([angles.sin(), angles.cos()], -1).flatten(-2)[..., :features]


@contextlib.contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """A model that learns, in evaluation for a while: batch norms as they stand."""
    training = model.training
    model.eval()
    try:
        yield
    finally:
        model.train(training)
