"""Perturbed top-k against a closed form and finite differences; patches that weigh nothing need not be read."""

from __future__ import annotations

import dataclasses
import doctest
import math

import pytest
import torch

from tests.varsac.models import learning
from tests.varsac.models.test_models import batch_of, spec_of
from varsac.models import differentiable_selection
from varsac.models.differentiable_selection import (
    DifferentiableSelection,
    DifferentiableSelectionConfig,
    perturbed_top_k,
)
from varsac.tasks.task import TaskError

CONFIG = DifferentiableSelectionConfig(glimpses=2, glimpse_size=16, window=4 / 3, pool=2, samples=20)


def noise(samples, places):
    return torch.randn(1, samples, places, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def test_two_places_in_closed_form():
    """P(first is higher) = Phi(difference / (sigma sqrt 2)), and its derivative."""
    difference, sigma = 0.1, 0.2
    scores = torch.tensor([[difference, 0.0]], dtype=torch.float64, requires_grad=True)
    indicators = perturbed_top_k(scores, noise(400_000, 2), 1, sigma)
    width = sigma * math.sqrt(2)
    chance = 0.5 * (1 + math.erf(difference / width / math.sqrt(2)))
    assert indicators[0, 0, 0].item() == pytest.approx(chance, abs=0.005)
    (slope,) = torch.autograd.grad(indicators[0, 0, 0], scores)
    density = math.exp(-0.5 * (difference / width) ** 2) / math.sqrt(2 * math.pi) / width
    assert slope[0].tolist() == pytest.approx([density, -density], abs=0.02)


def test_gradient_is_that_of_the_mean_in_every_direction():
    """Finite differences of the mean under the same noise, for an arbitrary product with all of the indicators."""
    sigma, step, many = 0.3, 0.05, noise(400_000, 4)
    scores = torch.tensor([[0.2, 0.5, 0.4, 0.1]], dtype=torch.float64, requires_grad=True)
    product = torch.randn(2, 4, generator=torch.Generator().manual_seed(1), dtype=torch.float64)

    def value(moved):
        return (perturbed_top_k(moved, many, 2, sigma) * product).sum()

    (slope,) = torch.autograd.grad(value(scores), scores)
    with torch.no_grad():
        moves = step * torch.eye(4, dtype=torch.float64)
        differences = [float(value(scores + move) - value(scores - move)) / (2 * step) for move in moves]
    assert slope[0].tolist() == pytest.approx(differences, abs=0.03)
    assert max(abs(one) for one in differences) > 0.3


def test_gradient_stays_finite_as_the_noise_vanishes():
    scores = torch.tensor([[0.0, 0.5, 1.0]], dtype=torch.float64, requires_grad=True)
    perturbed_top_k(scores, noise(100, 3), 1, 1e-7)[0, 0, 2].backward()
    assert scores.grad.abs().max() == 0


def test_each_row_is_a_distribution_and_places_keep_their_order():
    indicators = perturbed_top_k(torch.rand(1, 6, dtype=torch.float64), noise(500, 6), 3, 0.3)[0]
    assert torch.allclose(indicators.sum(1), torch.ones(3, dtype=torch.float64))
    middle = indicators @ torch.arange(6.0, dtype=torch.float64)
    assert (middle.diff() > 0).all()


def test_reading_used_patches_alone_changes_nothing():
    spec = spec_of()
    torch.manual_seed(0)
    model = DifferentiableSelection(CONFIG, spec)
    points = model.scorer.points.expand(2, -1, -1)
    scores = torch.rand(2, points.shape[1], requires_grad=True)
    batch = batch_of(spec)
    mixed = model._mixed(batch, points, scores, torch.Generator().manual_seed(0))
    draws = torch.randn(2, 20, points.shape[1], generator=torch.Generator().manual_seed(0))
    indicators = perturbed_top_k(scores, draws, 2, CONFIG.sigma)
    every = torch.arange(points.shape[1]).expand(2, -1)
    patches = batch.images.windows(model._fixations(points, every), CONFIG.glimpse_size)
    whole = torch.einsum("bkd,bdcij->bkcij", indicators, patches)
    assert torch.allclose(mixed, whole, atol=1e-6)
    slopes = [torch.autograd.grad(one.pow(2).sum(), scores, retain_graph=True)[0] for one in (mixed, whole)]
    assert torch.allclose(*slopes, rtol=1e-3, atol=1e-3) and slopes[0].abs().sum() > 0
    assert ((indicators > 0).any(1).sum(1) < points.shape[1]).all()


def test_noise_goes_with_progress_and_evaluation_draws_nothing():
    spec = spec_of()
    batch, model = batch_of(spec), DifferentiableSelection(CONFIG, spec)
    model.loss(model(batch, torch.Generator().manual_seed(0)), batch, progress=0.75)
    assert float(model.progress) == 0.75 and "progress" in model.state_dict()
    model.eval()
    first, second = (model(batch, torch.Generator().manual_seed(seed)).answers["kind"] for seed in (0, 1))
    assert torch.equal(first, second)


def test_places_outside_of_the_image_are_left_alone():
    spec = spec_of()
    batch = batch_of(spec, view=(-0.43, -0.2, 0.47, 0.7))
    model = DifferentiableSelection(dataclasses.replace(CONFIG, padding="same"), spec)
    assert (model(batch, torch.Generator().manual_seed(0)).fixations[..., :2].abs() < 1).all()


def test_more_patches_than_places():
    with pytest.raises(TaskError, match="54 places"):
        DifferentiableSelection(dataclasses.replace(CONFIG, glimpses=100), spec_of())


def test_it_learns():
    config = dataclasses.replace(CONFIG, network="digits")
    assert learning.fell(learning.losses("differentiable_selection", config, 40), "digits", 0.75)


def test_doctests():
    assert doctest.testmod(differentiable_selection).failed == 0
