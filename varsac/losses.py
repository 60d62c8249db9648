"""Terms of the objective, each per example in nats unless said otherwise.

The bound that is maximised, per example (`objective="elbo"`), is

    log p(y | g_1..g_T) + (1 / T) sum_t { w log p(xh | z_t, h_(t-1)) - beta KL_t },
    KL_t = KL( q(z_t | xh, h_(t-1)) || p(z_t | h_(t-1)) )

and `objective="product"` multiplies the two parts as the published code does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor
from torch.nn import functional

from varsac.tasks.task import HeadSpec


def answer_loss(head: HeadSpec, answer: Tensor, label: Tensor) -> Tensor:
    """-log p(label | answer), or for densities the smooth absolute error of the counts.

    Args:
        head: what was asked.
        answer: (B, size), logits, for "density" counts.
        label: (B,) or (B, size), see `HeadSpec`.

    Returns:
        (B,), not negative.

    >>> head = HeadSpec("sum", "classes", 2)
    >>> answer_loss(head, torch.tensor([[0.0, 0.0]]), torch.tensor([1])).round(decimals=4).tolist()
    [0.69309...]
    """
    answer = answer.float()
    if head.kind == "density":
        return functional.smooth_l1_loss(answer, label, reduction="none").sum(-1)
    if head.kind == "multilabel":
        return functional.binary_cross_entropy_with_logits(answer, label, reduction="none").sum(-1)
    return functional.cross_entropy(answer, label, reduction="none")


def hint_loss(head: HeadSpec, answer: Tensor, label: Tensor) -> Tensor:
    """What the auxiliary path from label to location is trained by: each class present or not, whatever the kind.

    One against all, even where one class excludes the others. At first all classes have to become improbable; features
    of cells that stand out do that best, so the posterior leaves the uniform map within a hundred steps. Cross-entropy
    over the classes is content with uniform answers and often never leaves it.

    Args:
        head: what was asked, not a density.
        answer: (B, size) logits.
        label: as of `answer_loss`.

    Returns:
        (B,), not negative.
    """
    target = label if head.kind == "multilabel" else functional.one_hot(label, head.size)
    return functional.binary_cross_entropy_with_logits(answer.float(), target.float(), reduction="none").sum(-1)


def point_loss(density: Tensor, numbers: Tensor) -> Tensor:
    """-log p(numbers | density), each cell's number a Poisson variable; without the part that no density changes.

    It is least, on average, where the density is the expected number: densities that learn by it add up to counts.

    Args:
        density: (B, ...), not negative.
        numbers: (B, ...), how many objects lie in each cell.

    Returns:
        (B,), nats, summed over the cells.

    >>> point_loss(torch.tensor([[2.0, 1.0]]), torch.tensor([[1.0, 0.0]])).round(decimals=4).tolist()
    [2.3069...]
    """
    return (density.float() - numbers * (density.float() + 1e-6).log()).flatten(1).sum(1)


def mean_answer_losses(
    heads: Sequence[HeadSpec], answers: Mapping[str, Tensor], labels: Mapping[str, Tensor]
) -> dict[str, Tensor]:
    """`answer_loss` of every head, each the mean over the batch."""
    return {head.name: answer_loss(head, answers[head.name], labels[head.name]).mean() for head in heads}


def kl_categorical(log_posterior: Tensor, log_prior: Tensor) -> Tensor:
    """KL(q || p) of normalised log probabilities (..., N): (...).

    >>> kl_categorical(torch.tensor([0.5, 0.5]).log(), torch.tensor([0.25, 0.75]).log()).round(decimals=4).item()
    0.1438...
    """
    return (log_posterior.exp() * (log_posterior - log_prior)).sum(-1)


def kl_gaussian(mean: Tensor, deviation: Tensor, prior_mean: Tensor, prior_deviation: Tensor) -> Tensor:
    """KL(N(mean, deviation^2) || N(prior_mean, prior_deviation^2)), element by element.

    >>> one = torch.ones(())
    >>> kl_gaussian(one, one, 0 * one, 2 * one).round(decimals=4).item()
    0.4431...
    """
    ratio = (deviation / prior_deviation) ** 2
    distance = ((mean - prior_mean) / prior_deviation) ** 2
    return 0.5 * (ratio + distance - 1 - ratio.log())


def bernoulli(logits: Tensor, values: Tensor) -> Tensor:
    """-log p(values | logits) of pixels in [0, 1], summed over all but the first axis: (B,)."""
    return functional.binary_cross_entropy_with_logits(logits.float(), values, reduction="none").flatten(1).sum(-1)


def score_function(log_prob: Tensor, reward: Tensor) -> Tensor:
    """The score-function term for choices that have no pathwise gradient.

    Rewards are taken against the mean of the same choice over the batch, and in units of the deviation of all, so that
    neither their level nor their size matters: else first choices would look good and last ones bad, whatever they are.
    Small ones, below a tenth, stay small, for they say nothing yet.

    Args:
        log_prob: (B, T) of the choices, differentiable.
        reward: (B, T), each choice's own; detached here.

    Returns:
        (B,), sums over the choices, whose gradient is that of the expected reward, up to sign and a factor.
    """
    reward = reward.detach()
    advantage = reward - reward.mean(0)
    return -(advantage / (advantage.std(correction=0) + 0.1) * log_prob).sum(1)


def worth_loss(expected: Tensor, credit: Tensor) -> Tensor:
    """How badly what glimpses were expected to be worth fits what they were worth.

    The worth of a glimpse is the share of the probability of the true answer that is owed to it, 1 - e^-credit, and 0
    where the answer was better without it.

    Args:
        expected: (B, T) logits.
        credit: (B, T), nats; detached here.

    Returns:
        (B,), sums over the glimpses.

    >>> worth_loss(torch.tensor([[0.0, 9.0]]), torch.tensor([[-1.0, float("inf")]])).round(decimals=3).tolist()
    [0.693...]
    """
    worth = -torch.expm1(-credit.detach().clamp(min=0))
    return functional.binary_cross_entropy_with_logits(expected.float(), worth, reduction="none").sum(1)


def ramp(progress: float, share: float) -> float:
    """From 0 to 1 over the first `share` of training.

    >>> [ramp(progress, 0.5) for progress in (0.0, 0.25, 0.9)]
    [0.0, 0.5, 1.0]
    """
    return min(1.0, progress / share) if share > 0 else 1.0


def first_infinite(terms: dict[str, Tensor]) -> str | None:
    """The name of the first term that is not finite, None where all are."""
    return next((name for name, term in terms.items() if not torch.isfinite(term).all()), None)
