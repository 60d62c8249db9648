"""Recurrent attention: glimpses at places that a policy draws, learned by the score function alone.

Source: Mnih et al., "Recurrent Models of Visual Attention", NeurIPS 2014; rewarded and detached as in the published
reimplementation that reaches its figures.

    g_t = ReLU(W [what(retina at l_t), where(l_t)]),  h_t = ReLU(A g_t + B h_(t-1)),
    l_(t+1) ~ N(tanh(locator(h_t)), std^2),  answers = linear layers of h_T,  reward R = how much of them is right,
    loss = - log p(y | h_T) - rho sum_t (R - b_t) log p(l_(t+1) | h_t) + mean_t (R - b_t)^2,  b_t = linear in h_t.

Locations are detached, and so is h where locator and baseline read it: the features learn from the answers alone.
Departures (docs/methods.md): rewards for other than classes; windows are band-limited and fade to 0 outside of the
image; `context` begins with the proxy, which the published model does not see.
"""

from __future__ import annotations

import dataclasses

import torch
from torch import Tensor, nn
from torch.nn import functional

from varsac import losses
from varsac.encoders import ProxyEncoder
from varsac.heads import Answers
from varsac.models.output import Output
from varsac.tasks.batch import Batch
from varsac.tasks.task import DataSpec, HeadSpec, TaskError


@dataclasses.dataclass(frozen=True)
class RamConfig:
    """Options of recurrent attention; lengths and deviation as published for digits, the retina as for cluttered ones.

    Args:
        glimpses: T, at least 2.
        glimpse_size: side of each picture of the retina S, px; centred digits: 8.
        window: side of the smallest window over that of an object: 12 px for digits of 28.
        scales: pictures of the retina, each of a window twice as wide as the one before; centred digits: 1.
        state: length of h; a glimpse's what and where have half of it.
        deviation: of the policy, in image coordinates.
        reinforce: rho, weight of the score function.
        context: h_0 is made of the proxy, and l_1 drawn from it; else h_0 is 0 and l_1 anywhere.
    """

    glimpses: int = 6
    glimpse_size: int = 12
    window: float = 12 / 28
    scales: int = 3
    state: int = 256
    deviation: float = 0.05
    reinforce: float = 0.01
    context: bool = False


class Ram(nn.Module):
    """Looks T times with a retina of several scales, then answers.

    Args:
        config: options.
        spec: the data; "density" heads are not of its kind.

    Raises:
        TaskError: a "density" head, or fewer than two glimpses.
    """

    def __init__(self, config: RamConfig, spec: DataSpec) -> None:
        super().__init__()
        dense = [head.name for head in spec.heads if head.kind == "density"]
        if dense:
            raise TaskError(f"heads {dense}: right answers are rewarded, and a density has none; ask for kind 'count'")
        if config.glimpses < 2:
            raise TaskError(
                f"glimpses={config.glimpses}: the first place is given, at least 2 are needed to choose one"
            )
        self.config, self.spec = config, spec
        self.scale = spec.window_scale(config.window)
        state, half = config.state, config.state // 2
        pixels = config.scales * spec.channels * config.glimpse_size**2
        self.what = nn.Sequential(nn.Linear(pixels, half), nn.ReLU(), nn.Linear(half, state))
        self.where = nn.Sequential(nn.Linear(2, half), nn.ReLU(), nn.Linear(half, state))
        self.seen, self.before = nn.Linear(state, state), nn.Linear(state, state)
        self.locator = nn.Sequential(nn.Linear(state, half), nn.ReLU(), nn.Linear(half, 2), nn.Tanh())
        self.baseline = nn.Linear(state, 1)
        self.answers = Answers(spec.heads, state)
        if config.context:
            self.context = ProxyEncoder(spec.channels, spec.proxy_size, features=state)

    def forward(self, batch: Batch, generator: torch.Generator | None = None) -> Output:
        """Look and answer; see `varsac.models.varsac.VarSac.forward`."""
        state, point, choice = self._begin(batch, generator)
        points, choices = [point], [choice]
        for _ in range(self.config.glimpses - 1):
            state = self._step(batch, point, state)
            point, choice = self._chosen(state, generator)
            points.append(point)
            choices.append(choice)
        state = self._step(batch, point, state)
        where = torch.stack(points, 1)  # (B, T, 2)
        fixations = torch.cat([where, torch.full_like(where[..., :1], self.scale)], -1)
        output = Output(self.answers(state), fixations, torch.ones_like(where[..., 0]))
        output.terms["log_prob"], output.terms["baseline"] = (
            torch.stack(values, 1) for values in zip(*(choice for choice in choices if choice))
        )
        return output

    def loss(self, output: Output, batch: Batch, progress: float = 1.0) -> dict[str, Tensor]:
        """The mean loss of every head, the score function's and the baseline's; see the module."""
        terms = losses.mean_answer_losses(self.spec.heads, output.answers, batch.labels)
        gains = [reward(head, output.answers[head.name], batch.labels[head.name]) for head in self.spec.heads]
        gain = torch.stack(gains).mean(0)[:, None]  # (B, 1)
        log_prob, baseline = output.terms["log_prob"], output.terms["baseline"]  # (B, T - 1)
        advantage = gain - baseline.detach()
        terms["score"] = -self.config.reinforce * (advantage * log_prob).sum(1).mean()
        terms["baseline"] = functional.mse_loss(baseline, gain.expand_as(baseline))
        return terms

    def _begin(
        self, batch: Batch, generator: torch.Generator | None
    ) -> tuple[Tensor, Tensor, tuple[Tensor, Tensor] | None]:
        """h_0 (B, D), l_1 (B, 2), and what is known of its choice."""
        if self.config.context:
            state = self.context(batch.proxy)[1]
            return state, *self._chosen(state, generator)
        device, rows = batch.proxy.device, len(batch)
        point = torch.zeros(rows, 2, device=device)
        if generator is not None:
            point = torch.rand(rows, 2, generator=generator, device=device) * 2 - 1
        return torch.zeros(rows, self.config.state, device=device), point, None

    def _chosen(self, state: Tensor, generator: torch.Generator | None) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """The next place (B, 2), detached; its log probability (B,) and what reward is expected (B,)."""
        mean = self.locator(state.detach()).float()
        drawn = mean
        if generator is not None:
            noise = torch.randn(mean.shape, generator=generator, device=mean.device)
            drawn = mean + self.config.deviation * noise
        drawn = drawn.detach()
        log_prob = -0.5 * ((drawn - mean) / self.config.deviation).pow(2).sum(1)  # but for a constant
        return drawn.clamp(-1, 1), (log_prob, self.baseline(state.detach())[:, 0].float())

    def _step(self, batch: Batch, point: Tensor, state: Tensor) -> Tensor:
        """h_t (B, D) after looking at a place (B, 2)."""
        scales = [self.scale * 2**turn for turn in range(self.config.scales)]
        pictures = [
            batch.images.window(torch.cat([point, torch.full_like(point[:, :1], scale)], 1), self.config.glimpse_size)
            for scale in scales
        ]
        glimpse = functional.relu(self.what(torch.cat(pictures, 1).flatten(1)) + self.where(point))
        return functional.relu(self.seen(glimpse) + self.before(state))


def reward(head: HeadSpec, answer: Tensor, label: Tensor) -> Tensor:
    """How much of an answer is right.

    Args:
        head: what was asked, not a density.
        answer: (B, size) logits.
        label: as `HeadSpec` says.

    Returns:
        (B,) in [0, 1]: 1 for the right class or number; of labels that can be present together, the share of those
        present that are among as many of the most probable.

    >>> head = HeadSpec("digits", "multilabel", 4)
    >>> reward(head, torch.tensor([[0.9, 0.1, 0.8, 0.2]]), torch.tensor([[1.0, 1.0, 0.0, 0.0]])).tolist()
    [0.5]
    """
    if head.kind != "multilabel":
        return (answer.argmax(1) == label).float()
    present = label.sum(1, keepdim=True)  # (B, 1)
    rank = answer.argsort(1, descending=True).argsort(1)
    return (label * (rank < present)).sum(1) / present[:, 0].clamp(min=1)
