"""The latent variable of a saccade: a place on the proxy's map with an offset and a scale, or a plain Gaussian."""

from __future__ import annotations

import dataclasses
import math
from typing import NamedTuple

import torch
from torch import Tensor, nn

from varsac import geometry
from varsac.losses import kl_categorical, kl_gaussian

SLOW = 0.1
"""Gain of the zoom before it is squashed: at full gain it wanders off on noise before the places are found."""
CLOSED = 30.0
"""Taken from the logit of a place that must not be looked at: e^-30 is never drawn."""


@dataclasses.dataclass(frozen=True)
class PlaceRange:
    """How far a saccade may stray from the centre of its place, and its window from its usual size.

    Args:
        offset: most offset in cells of the map; 0.75 reaches into the neighbouring cells.
        zoom: most binary logarithm of the window's side over its usual side.
        jitter: standard deviation of the offset where it is drawn, as a share of its range.
        spread: the same of the zoom.
    """

    offset: float = 0.75
    zoom: float = 0.5
    jitter: float = 1 / 6
    spread: float = 1 / 6


class Saccade(NamedTuple):
    """One draw for each of B images, and what is known of it.

    Shapes: fixation (B, 3); place (B,); log_posterior and log_prior (B, N), normalised; log_prob (B,) of the place
    under the posterior, differentiable; kl (B,), nats.
    """

    fixation: Tensor
    place: Tensor
    log_posterior: Tensor
    log_prior: Tensor
    log_prob: Tensor
    kl: Tensor


class PlaceMap:
    """Where the places of a batch lie in its images, and which are closed because they were seen or lie outside."""

    def __init__(self, grid: tuple[int, int], view: Tensor, extent: Tensor, aims: Tensor | None = None) -> None:
        """`aims` (B, N, 2), in the proxy's coordinates, are what saccades to the places land on: else their centres."""
        self.extent = extent
        self.points = geometry.through_view(geometry.centres(grid, view.device), view)  # (B, N, 2)
        self.aims = self.points if aims is None else geometry.through_view(aims, view)  # (B, N, 2)
        self.cell = 4 / (view[:, 2:] - view[:, :2]) / view.new_tensor([grid[1], grid[0]])  # (B, 2)
        self.closed = (self.points.abs() > 1).any(-1)  # (B, N)

    def close(self, fixation: Tensor, share: float) -> None:
        """Close the places within the inner `share` of a window."""
        self.closed = self.closed | geometry.within(self.points, fixation.detach(), self.extent, share)


class Sight(NamedTuple):
    """What the proxy's map says of its places, made once for all saccades.

    Shapes: base (B, N) logits; keys (B, F, N), or None where the state has no say in where to look; detail (B, 3, N) or
    (B, 2, N), offset x, offset y and zoom at each place.
    """

    base: Tensor
    keys: Tensor | None
    detail: Tensor


class PlaceLatent(nn.Module):
    """Place u ~ softmax over the proxy's map, offset and zoom ~ Gaussian around what the map says at u.

    The posterior's logits are w.f(u) + b + Q h.f(u) / sqrt(F) over the map's features f; the prior's come from the
    state h alone. The place has no pathwise gradient: it learns by the auxiliary path and the score function. Offset
    and zoom learn pathwise, through the glimpse.

    Args:
        features: channels F of the map.
        grid: (rows, columns) of the map, N places.
        state: length of h.
        scale: usual scale of the window.
        ranges: how far offset and zoom go.
        learned_scale: else the zoom is 0.
        attention: else the map has no say in where to look, and `look` needs to be told.
    """

    def __init__(
        self,
        features: int,
        grid: tuple[int, int],
        state: int,
        scale: float,
        ranges: PlaceRange,
        learned_scale: bool = True,
        attention: bool = True,
    ) -> None:
        super().__init__()
        self.ranges, self.scale = ranges, scale
        if attention:
            self.base = nn.Conv2d(features, 1, 1)
            # The gain at the start decides: a tenth of the usual one leaves the uniform map, larger ones fall onto
            # wrong places and stay there.
            nn.init.uniform_(self.base.weight, -0.1 / math.sqrt(features), 0.1 / math.sqrt(features))
            self.query = nn.Linear(state, features)
        self.detail = nn.Conv2d(features, 3 if learned_scale else 2, 1)
        self.prior = nn.Linear(state, grid[0] * grid[1])
        nn.init.zeros_(self.prior.weight)
        nn.init.zeros_(self.prior.bias)

    def look(self, features: Tensor, logits: Tensor | None = None) -> Sight:
        """What a map (B, F, h, w) says of its places; with `logits` (B, N) only of offset and zoom."""
        detail = self.detail(features).flatten(2)
        if logits is not None:
            return Sight(logits, None, detail)
        # Laid out by feature, once for all saccades: a query over places side by side costs a fifth.
        return Sight(self.base(features).flatten(1), features.flatten(2).contiguous(), detail)

    def forward(
        self, sight: Sight, state: Tensor, places: PlaceMap, generator: torch.Generator | None = None
    ) -> Saccade:
        """Draw the next saccade.

        Args:
            sight: of `look`.
            state: (B, size).
            places: which places are still open.
            generator: draws; without one the most probable place is taken and the mean of offset and zoom.
        """
        closed = CLOSED * places.closed  # (B, N)
        logits = sight.base - closed
        if sight.keys is not None:
            query = self.query(state) / math.sqrt(sight.keys.shape[1])  # (B, F)
            logits = logits + torch.bmm(query[:, None], sight.keys)[:, 0]
        log_posterior = logits.log_softmax(-1)
        log_prior = (self.prior(state) - closed).log_softmax(-1)
        if generator is None:
            place = log_posterior.argmax(-1)
        else:
            place = _drawn(log_posterior.detach(), generator)
        detail = _at(sight.detail, place)  # (B, 3) or (B, 2)
        mean = torch.cat([detail[:, :2], SLOW * detail[:, 2:]], 1).tanh()
        spread = mean.new_tensor([self.ranges.jitter, self.ranges.jitter, self.ranges.spread])[: mean.shape[1]]
        drawn = mean if generator is None else mean + spread * _normal(mean, generator)
        kl = kl_categorical(log_posterior, log_prior)
        kl = kl + kl_gaussian(mean, spread, torch.zeros_like(mean), torch.ones_like(spread)).sum(-1)
        log_prob = log_posterior.gather(1, place[:, None])[:, 0]
        return Saccade(self._fixation(place, drawn, places), place, log_posterior, log_prior, log_prob, kl)

    def _fixation(self, place: Tensor, drawn: Tensor, places: PlaceMap) -> Tensor:
        rows = torch.arange(len(place), device=place.device)
        point = places.aims[rows, place] + self.ranges.offset * drawn[:, :2] * places.cell  # (B, 2)
        zoom = drawn[:, 2:].sum(-1, keepdim=True)  # 0 where the scale is not learned
        scale = self.scale * torch.exp2(self.ranges.zoom * zoom)
        return torch.cat([point.clamp(-1, 1), scale], dim=-1)


class GaussianLatent(nn.Module):
    """The published model's latent: diagonal Gaussians from dense networks, z given to the rest as it is.

    `kl="reference"` is what the published code computes: both networks' second halves, meant as logarithms of the
    variance for the draw, are taken as standard deviations in the divergence, the prior's after a sigmoid. A negative
    one has no logarithm; its absolute value is taken here. `kl="correct"` uses the standard deviation of the draw in
    both places.

    Args:
        inputs: length of what the posterior sees: features of the proxy and the state.
        state: length of the state, which is all that the prior sees.
        size: of z.
        kl: "correct" or "reference".
    """

    def __init__(self, inputs: int, state: int, size: int, kl: str = "correct") -> None:
        super().__init__()
        self.kl = kl
        self.posterior = nn.Sequential(nn.Linear(inputs, state), nn.ELU(), nn.Linear(state, 2 * size))
        self.prior = nn.Sequential(nn.Linear(state, state), nn.ELU(), nn.Linear(state, 2 * size))

    def forward(self, seen: Tensor, state: Tensor, generator: torch.Generator | None = None) -> tuple[Tensor, Tensor]:
        """z (B, size), drawn where there is a generator, else the mean; and the divergence (B,), nats."""
        mean, raw = self.posterior(torch.cat([seen, state], -1)).chunk(2, -1)
        prior_mean, prior_raw = self.prior(state).chunk(2, -1)
        deviation = (raw / 2).exp()
        drawn = mean if generator is None else mean + deviation * _normal(mean, generator)
        if self.kl == "reference":
            deviations = raw.abs() + 1e-6, prior_raw.sigmoid()
        else:
            deviations = deviation, (prior_raw / 2).exp()
        return drawn, kl_gaussian(mean, deviations[0], prior_mean, deviations[1]).sum(-1)


def by_place(features: Tensor) -> Tensor:
    """A map (B, F, h, w) as a list of places (B, N, F): a view of `channels_last` memory, and its gradient likewise."""
    return features.permute(0, 2, 3, 1).flatten(1, 2)


def _at(values: Tensor, place: Tensor) -> Tensor:
    """(B, D) of (B, D, N) at one place each (B,)."""
    return values.gather(2, place[:, None, None].expand(-1, values.shape[1], 1))[:, :, 0]


def _drawn(log_prob: Tensor, generator: torch.Generator) -> Tensor:
    """One place an example (B,) from (B, N), by inversion: a random number a row, where `multinomial` takes N."""
    reached = log_prob.double().exp().cumsum(-1)  # in single precision the sum of thousands of places is not quite 1
    height = torch.rand(len(log_prob), 1, generator=generator, device=log_prob.device, dtype=torch.float64)
    place = torch.searchsorted(reached, height * reached[:, -1:], right=True)[:, 0]
    return place.clamp(max=log_prob.shape[1] - 1)


def _normal(like: Tensor, generator: torch.Generator) -> Tensor:
    return torch.randn(like.shape, generator=generator, device=like.device, dtype=like.dtype)
