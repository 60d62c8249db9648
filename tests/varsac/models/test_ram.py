"""Recurrent attention: who learns from what, and the policy's gradient against its definition."""

from __future__ import annotations

import dataclasses
import doctest

import pytest
import torch

from tests.varsac.models import learning
from tests.varsac.models.test_models import HEADS, batch_of, spec_of
from varsac.models import ram
from varsac.models.ram import Ram, RamConfig, reward
from varsac.tasks.task import TaskError

CONFIG = RamConfig(glimpses=3, glimpse_size=8, scales=2, state=16, window=1.0)


def made(**options):
    torch.manual_seed(0)
    return Ram(dataclasses.replace(CONFIG, **options), spec_of())


def gradients(term, **options):
    """Names of the parameters that one term of the loss reaches."""
    model, batch = made(**options), batch_of(spec_of())
    terms = model.loss(model(batch, torch.Generator().manual_seed(0)), batch)
    terms[term].backward()
    return {name.split(".")[0] for name, one in model.named_parameters() if one.grad is not None}


def test_each_part_learns_from_its_own_term():
    assert gradients("score") == {"locator"}
    assert gradients("baseline") == {"baseline"}
    assert gradients("kind") == {"what", "where", "seen", "before", "answers"}


def test_policy_gradient_is_that_of_the_log_probability():
    model, state = made(), torch.randn(5, 16, generator=torch.Generator().manual_seed(1))
    _, (log_prob, _) = model._chosen(state, torch.Generator().manual_seed(0))
    mean = model.locator(state)
    drawn = mean.detach() + 0.05 * torch.randn(5, 2, generator=torch.Generator().manual_seed(0))
    normal = torch.distributions.Normal(mean, 0.05).log_prob(drawn).sum(1)
    weights = list(model.locator.parameters())
    found, expected = (torch.autograd.grad(one.sum(), weights) for one in (log_prob, normal))
    assert all(torch.allclose(one, other, rtol=1e-4, atol=1e-4) for one, other in zip(found, expected))


def test_score_is_summed_over_time_with_the_advantage():
    model, batch = made(), batch_of(spec_of())
    output = model(batch, torch.Generator().manual_seed(0))
    gains = torch.stack([reward(head, output.answers[head.name], batch.labels[head.name]) for head in HEADS]).mean(0)
    advantage = gains[:, None] - output.terms["baseline"].detach()
    score = -0.01 * (advantage * output.terms["log_prob"]).sum(1).mean()
    assert model.loss(output, batch)["score"].item() == pytest.approx(score.item())


def test_without_a_generator_the_middle_comes_first_and_means_follow():
    model, batch = made().eval(), batch_of(spec_of())
    output = model(batch)
    assert output.fixations[:, 0, :2].abs().max() == 0 and output.terms["log_prob"].abs().max() == 0
    assert torch.equal(output.fixations, model(batch).fixations)


def test_drawn_places_spread_as_they_should():
    model = made(deviation=0.05)
    state = torch.zeros(2000, 16)
    drawn, _ = model._chosen(state, torch.Generator().manual_seed(0))
    assert drawn.std(0).tolist() == pytest.approx([0.05, 0.05], abs=0.005) and not drawn.requires_grad


def test_context_lets_the_first_place_be_chosen():
    assert gradients("kind", context=True) == {"what", "where", "seen", "before", "answers", "context"}
    model, batch = made(context=True), batch_of(spec_of())
    assert model(batch, torch.Generator().manual_seed(0)).terms["log_prob"].shape == (2, 3)


def test_rewards():
    classes, labels = HEADS[0], HEADS[1]
    assert reward(classes, torch.eye(4)[:2], torch.tensor([0, 3])).tolist() == [1.0, 0.0]
    answers = torch.tensor([[3.0, 2.0, 1.0], [3.0, 2.0, 1.0]])
    assert reward(labels, answers, torch.tensor([[1.0, 0.0, 1.0], [0.0, 0.0, 0.0]])).tolist() == [0.5, 0.0]


def test_one_glimpse_is_none_to_choose():
    with pytest.raises(TaskError, match="at least 2"):
        made(glimpses=1)


def test_it_learns():
    config = RamConfig(glimpses=3, glimpse_size=12, window=4 / 3, scales=2, state=64)
    assert learning.fell(learning.losses("ram", config, 60), "digits", 0.75)


def test_doctests():
    assert doctest.testmod(ram).failed == 0
