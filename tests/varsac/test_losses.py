"""Terms of the objective against numbers worked out by hand and against torch's distributions."""

from __future__ import annotations

import doctest
import math

import pytest
import torch
from torch.distributions import Categorical, Normal, kl_divergence

from varsac import losses
from varsac.tasks.task import HeadSpec


def test_doctests():
    assert doctest.testmod(losses, optionflags=doctest.ELLIPSIS).failed == 0


@pytest.mark.parametrize(
    ("head", "answer", "label", "value"),
    [
        (HeadSpec("a", "classes", 4), [0.0] * 4, 2, math.log(4)),
        (HeadSpec("a", "count", 23), [0.0] * 23, 22, math.log(23)),
        (HeadSpec("a", "multilabel", 3), [0.0] * 3, [1.0, 0.0, 1.0], 3 * math.log(2)),
        (HeadSpec("a", "density", 2), [3.0, 0.5], [1.0, 0.0], 1.5 + 0.125),
    ],
)
def test_answers_cost_what_they_should(head, answer, label, value):
    cost = losses.answer_loss(head, torch.tensor([answer]), torch.tensor([label]))
    assert cost.shape == (1,) and cost.item() == pytest.approx(value, rel=1e-5)


def test_divergences_equal_those_of_torch():
    torch.manual_seed(0)
    a, b = torch.randn(2, 5, 7).log_softmax(-1)
    assert torch.allclose(losses.kl_categorical(a, b), kl_divergence(Categorical(logits=a), Categorical(logits=b)))
    mean, prior_mean = torch.randn(2, 9)
    deviation, prior = torch.rand(2, 9) + 0.1
    expected = kl_divergence(Normal(mean, deviation), Normal(prior_mean, prior))
    assert torch.allclose(losses.kl_gaussian(mean, deviation, prior_mean, prior), expected, rtol=1e-4, atol=1e-5)


def test_score_function_follows_the_better_choice():
    """Two choices, the second is right: the expected gradient raises its logit."""
    generator = torch.Generator().manual_seed(0)
    logits = torch.zeros(2, requires_grad=True)
    chosen = torch.randint(2, (4000, 1), generator=generator)
    losses.score_function(logits.log_softmax(-1)[chosen], chosen.float()).mean().backward()
    # advantage +-0.5 / (0.5 + 0.1), so the gradient of the second logit is -(0.5 / 0.6) / 2
    assert logits.grad is not None and logits.grad[1].item() == pytest.approx(-0.4167, abs=0.02)


def test_each_choice_is_judged_by_its_own_reward():
    """Two choices of each of two images: the mean of all rewards is 1, their deviation 1."""
    log_prob = torch.tensor([[-1.0, -2.0], [-3.0, -4.0]], requires_grad=True)
    score = losses.score_function(log_prob, torch.tensor([[2.0, 0.0], [0.0, 2.0]]))
    assert score.tolist() == pytest.approx([(1 - 2) / 1.1, (-3 + 4) / 1.1])
    score.sum().backward()
    assert log_prob.grad is not None
    assert log_prob.grad.flatten().tolist() == pytest.approx([-1 / 1.1, 1 / 1.1, 1 / 1.1, -1 / 1.1])


def test_the_worth_of_a_glimpse_is_the_share_of_the_answer_owed_to_it():
    """Credit of ln 4: without the glimpse the true answer would be a quarter as probable."""
    expected = torch.tensor([[math.log(3.0), 0.0, 0.0]], requires_grad=True)
    loss = losses.worth_loss(expected, torch.tensor([[math.log(4.0), 0.0, -2.0]]))
    entropy = -(0.75 * math.log(0.75) + 0.25 * math.log(0.25))
    assert loss.tolist() == pytest.approx([entropy + 2 * math.log(2)])
    loss.sum().backward()
    assert expected.grad is not None
    assert expected.grad[0].tolist() == pytest.approx([0.0, 0.5, 0.5], abs=1e-6)


def test_first_infinite_names_the_term():
    fine = torch.zeros(())
    assert losses.first_infinite({"a": fine, "b": fine}) is None
    assert losses.first_infinite({"a": fine, "b": fine / 0, "c": fine / 0}) == "b"


def test_hints_ask_for_each_class_by_itself():
    head, sure = HeadSpec("a", "classes", 3), torch.tensor([[-20.0, 20.0, -20.0]])
    assert losses.hint_loss(head, sure, torch.tensor([1])).item() == pytest.approx(0, abs=1e-6)
    assert losses.hint_loss(head, sure * 0, torch.tensor([1])).item() == pytest.approx(3 * math.log(2))
    many = losses.hint_loss(HeadSpec("a", "multilabel", 3), sure * 0, torch.tensor([[1.0, 0.0, 1.0]]))
    assert many.item() == pytest.approx(3 * math.log(2))
