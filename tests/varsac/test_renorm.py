"""Batch renormalisation: a plain batch norm at first, and the same in training as in evaluation later."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from varsac.renorm import FULL, MOMENTUM, Renorm1d, Renorm2d


@pytest.mark.parametrize(
    ("kind", "plain", "shape"), [(Renorm1d, nn.BatchNorm1d, (9, 4)), (Renorm2d, nn.BatchNorm2d, (9, 4, 3, 5))]
)
def test_at_first_it_is_a_plain_batch_norm(kind, plain, shape):
    torch.manual_seed(0)
    values = torch.randn(shape, requires_grad=True)
    ours, theirs = kind(4), plain(4)
    torch.testing.assert_close(ours(values), theirs(values))
    ours(values).square().sum().backward()
    gradient, values.grad = values.grad, None
    theirs(values).square().sum().backward()
    torch.testing.assert_close(gradient, values.grad, atol=1e-4, rtol=1e-4)


def test_later_training_computes_what_evaluation_does():
    """First and last glimpses differ by two, in turn; the running mean is one between them."""
    torch.manual_seed(0)
    norm = Renorm2d(3)
    norm.num_batches_tracked.fill_(FULL)
    norm.running_mean.fill_(1.0)
    for mean in (0.0, 2.0):
        values = torch.randn(8, 3, 4, 4) + mean
        expected = norm.eval()(values)
        torch.testing.assert_close(norm.train()(values), expected, atol=1e-5, rtol=1e-5)
        assert abs(expected.mean().item() - (mean - 1)) < 0.2  # a plain one would make it 0


def test_corrections_have_limits():
    norm = Renorm1d(1)
    norm.num_batches_tracked.fill_(FULL)
    values = torch.tensor([[100.0], [102.0]])  # 101 running deviations from the running mean: 5 are corrected
    assert norm(values).mean().item() == pytest.approx(5.0, abs=1e-3)
    assert norm.running_mean.item() == pytest.approx(101 * MOMENTUM)


def test_other_shapes_are_refused():
    with pytest.raises(ValueError, match="expected 4D input"):
        Renorm2d(3)(torch.zeros(3))
