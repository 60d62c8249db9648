"""Attention sampling: the expectation of features under an attention map, from a few patches drawn by that map.

Source: Katharopoulos and Fleuret, "Processing Megapixel Images with Deep Attention-Sampling Models", ICML 2019.

    a = softmax of Attention(proxy) over K places,  f_i = Features(patch of the image at place i),
    Phi = sum_i a_i f_i = E_{i ~ a} f_i,  answers = linear layers of an estimate of Phi from N places drawn by a.

Departures (docs/methods.md): the gradient with respect to the attention is unbiased unless `estimator="reference"`; the
most probable places are taken where nothing is drawn; places follow from the layers of the attention network instead of
a receptive field given by hand; patches are band-limited windows; `auxiliary`, `salience` and `points` are VarSac's,
off by default.
"""

from __future__ import annotations

import dataclasses

import torch
from torch import Tensor, nn
from torch.nn import functional

from varsac import geometry, losses, points
from varsac.heads import Answers, Readout, density_layer, softened
from varsac.latents import CLOSED, by_place
from varsac.models.output import Output
from varsac.models.patch_features import NETWORKS, patch_features
from varsac.salience import KINDS, standing_out
from varsac.tasks.batch import Batch
from varsac.tasks.task import DataSpec, HeadSpec, TaskError


@dataclasses.dataclass(frozen=True)
class AttentionSamplingConfig:
    """Options of attention sampling; defaults are those of the published script for digits, the one for signs in words.

    Args:
        glimpses: N patches; signs: 5.
        glimpse_size: side of a patch S, px; signs: 100.
        window: side of a patch over that of an object: 50 px for digits of 28.
        network: "digits", or "signs": both the network of patches and the attention's; "glimpses" is VarSac's of
            patches, with the attention's for digits.
        padding: of the attention network: "same" or "valid", which has no edges to lock on; signs: valid.
        pool: side of the squares of places of which the largest attention stays; signs: 8.
        width: channels of the attention network, unless for "signs".
        replacement: draw places with replacement.
        estimator: "unbiased", or "reference": the gradient of the released code.
        smoothing: share of an even map in the attention that is drawn from; signs: 1e-4.
        entropy: weight of the attention's negative entropy in the loss.
        auxiliary: weight of VarSac's path from label to location through the attention network's features; 0 leaves it
            out, as published. For "density" heads these features count too, the attention follows their densities d,
            and the answer is what they add up to times what the patches make of it: with a = d / sum d and exact
            counts c that is importance sampling, sum c = (sum d) E_{i ~ a} c_i / d_i.
        salience: how much what stands out in the proxy is attended to at first, as VarSac has it; learned on from
            there, 0 leaves it out, as published.
        stands_out: what stands out, see `varsac.salience`: "contrast", or "isolation" of what is as large as an object.
        points: weight of the true positions in what those densities learn from; 0: from the counts alone.
    """

    glimpses: int = 10
    glimpse_size: int = 50
    window: float = 50 / 28
    network: str = "digits"
    padding: str = "same"
    pool: int = 1
    width: int = 8
    replacement: bool = False
    estimator: str = "unbiased"
    smoothing: float = 1e-5
    entropy: float = 1e-4
    auxiliary: float = 0.0
    salience: float = 0.0
    stands_out: str = "contrast"
    points: float = 0.0

    CHOICES = {  # noqa: RUF012 (a class attribute on purpose: dataclasses leave what has no annotation alone)
        "network": NETWORKS,
        "padding": ("same", "valid"),
        "estimator": ("unbiased", "reference"),
        "stands_out": KINDS,
    }


class AttentionMap(nn.Module):
    """A convolutional network from a proxy to a logit for each of K places.

    Args:
        channels: of the proxy.
        size: (height, width) of the proxy.
        widths: channels of the layers before the last.
        activation: after each of them.
        padded: convolutions keep the size, else each takes a pixel off every side.
        pool: side of the squares of which the largest logit stays.

    Attributes:
        grid: (rows, columns) of the map.
        whole: the places cover the proxy.
        points: (K, 2), the middle of what each place sees, over the proxy in [-1, 1].

    Raises:
        TaskError: nothing is left of the proxy.
    """

    points: Tensor

    def __init__(
        self,
        channels: int,
        size: tuple[int, int],
        widths: tuple[int, ...],
        activation: type[nn.Module],
        padded: bool,
        pool: int,
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for inputs, outputs in zip((channels, *widths), widths):
            layers += [nn.Conv2d(inputs, outputs, 3, padding=int(padded)), activation()]
        self.body = nn.Sequential(*layers)
        self.last = nn.Conv2d(widths[-1], 1, 3, padding=int(padded))
        self.pool = pool
        reach = 0 if padded else 2 * (len(widths) + 1)  # px that a place sees beyond its own, which edges do not have
        self.grid = (size[0] - reach) // pool, (size[1] - reach) // pool
        if min(self.grid) < 1:
            raise TaskError(f"a proxy of {size[0]} x {size[1]} px is too small for valid convolutions and pool={pool}")
        self.whole = self.grid[0] * pool == size[0] and self.grid[1] * pool == size[1]
        self.register_buffer("points", self._points(size, reach), persistent=False)

    def _points(self, size: tuple[int, int], reach: int) -> Tensor:
        rows, columns = (
            2 * (torch.arange(number) * self.pool + (self.pool + reach) / 2) / length - 1
            for number, length in zip(self.grid, size)
        )
        return torch.stack(torch.meshgrid(columns, rows, indexing="xy"), -1).reshape(-1, 2)

    def forward(self, proxy: Tensor) -> tuple[Tensor, Tensor]:
        """(B, C, h, w) to logits (B, K) and the features before them (B, F, rows, columns)."""
        features = self.body(proxy)
        logits = functional.max_pool2d(self.last(features), self.pool)
        return logits.flatten(1), functional.adaptive_avg_pool2d(features, self.grid)


class AttentionSampling(nn.Module):
    """Attends on the proxy, draws N patches of the image by that attention, answers from their expectation.

    Args:
        config: options.
        spec: the data.

    Raises:
        TaskError: more patches than places; a proxy or patches too small for the networks; positions to learn from
            that do not fit what is counted, or the map.
    """

    def __init__(self, config: AttentionSamplingConfig, spec: DataSpec) -> None:
        super().__init__()
        self.config, self.spec = config, spec
        signs = config.network == "signs"
        widths = (8, 16, 32) if signs else (config.width, config.width)
        activation = nn.ReLU if signs else nn.Tanh
        padded = config.padding == "same"
        self.attention = AttentionMap(spec.channels, spec.proxy_size, widths, activation, padded, config.pool)
        if config.glimpses > len(self.attention.points):
            raise TaskError(f"glimpses={config.glimpses}: the attention map has {len(self.attention.points)} places")
        self.scale = spec.window_scale(config.window)
        self.features, length = patch_features(config.network, spec.channels, config.glimpse_size)
        self.answers = Readout(spec.heads, length)
        if config.salience:
            self.gain = nn.Parameter(torch.tensor(config.salience))
        asked = [head for head in spec.heads if head.kind != "density"]
        if config.auxiliary and asked:
            self.pooled = nn.Linear(widths[-1], 64)
            self.hints = Answers(asked, 64)
        counted = [head for head in spec.heads if head.kind == "density" and config.auxiliary]
        if counted and config.points:
            self._check_points()
        self.densities = nn.ModuleDict(
            {head.name: density_layer(widths[-1], head.size, len(self.attention.points)) for head in counted}
        )
        for head in counted:  # patches begin by agreeing with the densities
            nn.init.constant_(self.answers.layers[head.name].get_parameter("bias"), softened(1.0))

    def forward(self, batch: Batch, generator: torch.Generator | None = None) -> Output:
        """Look and answer; see `varsac.models.varsac.VarSac.forward`."""
        config = self.config
        where = geometry.through_view(self.attention.points, batch.view)  # (B, K, 2)
        closed = (where.abs() > 1).any(-1)  # (B, K)
        logits, places = self.attention(batch.proxy)  # (B, K), (B, F, rows, columns)
        if config.salience:
            logits = logits + self.gain * (self._standing_out(batch.proxy) + 0.03).log()
        densities = self._densities(places, closed)  # by head (B, kinds, K)
        if densities:
            logits = logits + (torch.cat(list(densities.values()), 1).sum(1).detach() + 1e-6).log()
        attention = smoothed(logits.float(), closed, config.smoothing)  # (B, K)
        if generator is None:
            chosen = attention.topk(config.glimpses).indices  # (B, N)
        else:
            chosen = drawn(attention.detach(), config.glimpses, generator, config.replacement)
        where = where.gather(1, chosen[..., None].expand(-1, -1, 2)).clamp(-1, 1)
        fixations = torch.cat([where, torch.full_like(where[..., :1], self.scale)], -1)  # (B, N, 3)
        patches = batch.images.windows(fixations, config.glimpse_size)  # (B, N, C, S, S)
        features = functional.normalize(self.features(patches.flatten(0, 1)).float(), dim=1)
        features = features.unflatten(0, chosen.shape)  # (B, N, D)
        of_chosen = attention.gather(1, chosen)  # (B, N)
        if generator is None:
            mean = (of_chosen / of_chosen.sum(1, keepdim=True))[:, None] @ features  # (B, 1, D)
            expected = mean[:, 0]
        else:
            expected = expectation(features, of_chosen, config.replacement, config.estimator)
        log_posterior = attention.log()[:, None].expand(-1, config.glimpses, -1)
        output = Output(self.answers(expected), fixations, of_chosen.detach(), log_posterior)
        output.terms["negative_entropy"] = (attention * (attention + 1e-6).log()).sum(1)
        if hasattr(self, "hints"):
            flat = by_place(places)  # (B, K, F)
            standing_out = (attention[:, None] @ flat)[:, 0] - flat.mean(1)
            output.auxiliary = self.hints(self.pooled(standing_out).relu())
        for name, density in densities.items():
            output.auxiliary[name] = density.sum(2)
            output.terms[f"places/{name}"] = density
            output.answers[name] = output.answers[name] * density.sum(2)
        return output

    def loss(self, output: Output, batch: Batch, progress: float = 1.0) -> dict[str, Tensor]:
        """The mean loss of every head, the entropy's and the hints'; see `varsac.models.varsac.VarSac.loss`."""
        config = self.config
        terms = losses.mean_answer_losses(self.spec.heads, output.answers, batch.labels)
        terms["entropy"] = config.entropy * output.terms["negative_entropy"].mean()
        for head in self.spec.heads:
            if head.name in output.auxiliary:
                terms |= self._hint_losses(head, output, batch)
        return terms

    def _hint_losses(self, head: HeadSpec, output: Output, batch: Batch) -> dict[str, Tensor]:
        hint, label = output.auxiliary[head.name], batch.labels[head.name]
        if head.kind != "density":
            return {f"hint/{head.name}": self.config.auxiliary * losses.hint_loss(head, hint, label).mean()}
        terms = {f"hint/{head.name}": self.config.auxiliary * losses.answer_loss(head, hint, label).mean()}
        if self.config.points:
            true = points.in_places(batch.objects, head.size, self.attention.grid, batch.view, batch.extent)
            fit = losses.point_loss(output.terms[f"places/{head.name}"], true)
            terms[f"places/{head.name}"] = self.config.points * fit.mean()
        return terms

    def _check_points(self) -> None:
        """Raises `TaskError`, see the class."""
        points.check_kinds(self.spec)
        if not self.attention.whole:
            raise TaskError(
                f"padding={self.config.padding}, pool={self.config.pool}: the map's places do not cover the proxy, so "
                "true positions cannot be told by place; take padding=same and a pool that divides the proxy, or "
                "model.points=0"
            )

    def _densities(self, places: Tensor, closed: Tensor) -> dict[str, Tensor]:
        """By head (B, kinds, K), what the proxy alone counts in the places whose middles lie in the image."""
        return {
            name: functional.softplus(layer(places).float()).flatten(2) * ~closed[:, None]
            for name, layer in self.densities.items()
        }

    def _standing_out(self, proxy: Tensor) -> Tensor:
        """What stands out in the middle of each place, (B, K) in [0, 1]."""
        size = proxy.shape[2], proxy.shape[3]
        side = self.spec.window_scale(1.0) * min(size)  # of an object
        pixels = standing_out(self.config.stands_out, proxy, size, side).unflatten(1, size)[:, None]  # (B, 1, h, w)
        middles = self.attention.points.expand(len(proxy), 1, -1, -1)
        return functional.grid_sample(pixels, middles, padding_mode="border", align_corners=False)[:, 0, 0]


def smoothed(logits: Tensor, closed: Tensor, share: float) -> Tensor:
    """The attention over places, with a share of an even one.

    Args:
        logits: (B, K).
        closed: (B, K), the places that do not lie in the image; they get next to nothing.
        share: of the even attention over the places that are open.

    Returns:
        (B, K), positive; sums to 1.

    >>> smoothed(torch.zeros(1, 3), torch.tensor([[False, False, True]]), 0.5).round(decimals=4).tolist()
    [[0.5, 0.5, 0.0]]
    """
    attention = (logits - CLOSED * closed).softmax(1)
    even = (~closed).float() / (~closed).sum(1, keepdim=True).clamp(min=1)
    return ((1 - share) * attention + share * even).clamp(min=1e-20)


def drawn(attention: Tensor, number: int, generator: torch.Generator, replacement: bool = False) -> Tensor:
    """Places drawn by their attention, in the order in which they were drawn.

    Without replacement by the largest of log a + Gumbel noise: in falling order they are draws one after the other.

    Args:
        attention: (B, K), positive.
        number: N.
        generator: draws.
        replacement: whether a place can be drawn again.

    Returns:
        (B, N) int64.
    """
    if replacement:
        return torch.multinomial(attention, number, replacement=True, generator=generator)
    even = torch.rand(attention.shape, generator=generator, device=attention.device, dtype=torch.float64)
    gumbel = -(-even.clamp(min=1e-300).log()).log()
    return (attention.double().log() + gumbel).topk(number).indices


def expectation(features: Tensor, attention: Tensor, replacement: bool = False, estimator: str = "unbiased") -> Tensor:
    """An estimate of sum_i a_i f_i from N draws, unbiased.

    With replacement it is the mean. Without it, draw j is one of what the draws before have left, r_j = 1 - sum of
    their a: so a_1 f_1 + .. + a_(j-1) f_(j-1) + r_j f_j is an estimate for each j, and the mean of these is

        sum_j c_j f_j,   c_j = (r_j + (N - 1 - j) a_j) / N,  j from 0.

    The gradient with respect to log a_j is c_j <g, f_j>, whose expectation is that of the exact sum. "reference" takes
    the released code's gradient instead, with respect to a_j (1 / N) <g, F_j r_j / a_j + sum_{i<j} f_i - j f_j>, F_j
    the j-th of the estimates; for peaked attention it can point away from the exact one.

    Args:
        features: (B, N, D), in the order of the draws.
        attention: (B, N) of the drawn places.
        replacement: how they were drawn.
        estimator: "unbiased" or "reference"; with replacement both are the same.

    Returns:
        (B, D).
    """
    number, detached = attention.shape[1], attention.detach()
    if replacement:
        weights = torch.full_like(detached, 1 / number)
    else:
        left = (1 - detached.cumsum(1) + detached).clamp(min=0)  # (B, N), r_j
        later = torch.arange(number - 1, -1, -1, device=attention.device)
        weights = (left + later * detached) / number  # c_j
    if replacement or estimator == "unbiased":
        ratio = (attention.log() - detached.log()).exp()  # 1, with a gradient
        return ((weights * ratio)[:, None] @ features)[:, 0]
    slope = _released_slope(features.detach(), detached, left)  # (B, N, D)
    return (weights[:, None] @ features)[:, 0] + ((attention - detached)[..., None] * slope).sum(1)


def _released_slope(features: Tensor, attention: Tensor, left: Tensor) -> Tensor:
    """(B, N, D), what the released code takes for the derivative of the estimate with respect to each a_j."""
    number = attention.shape[1]
    weighted = attention[..., None] * features
    estimates = weighted.cumsum(1) - weighted + left[..., None] * features  # F_j
    odds = (left / attention)[..., None]
    order = torch.arange(number, device=attention.device)[:, None]
    return (estimates * odds + features.cumsum(1) - features - order * features) / number
