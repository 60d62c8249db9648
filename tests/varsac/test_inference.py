"""A folded model gives the model's answers."""

from __future__ import annotations

import doctest

import pytest
import torch
from torch import nn

from tests.varsac.models.test_models import batch_of, made, spec_of
from varsac import inference
from varsac.inference import folded
from varsac.models import registry


@pytest.mark.parametrize("name", registry.MODELS)
def test_folding_changes_no_answer(name):
    spec = spec_of()
    batch = batch_of(spec)
    model = made(name, spec)
    for _ in range(3):  # norms that have seen something
        model(batch, torch.Generator().manual_seed(0))
    before = {key: value.clone() for key, value in model.state_dict().items()}
    ready, expected = folded(model), model.eval()(batch)
    assert not any(isinstance(module, nn.BatchNorm2d) for module in ready.modules())
    found = ready(batch)
    torch.testing.assert_close(found.fixations, expected.fixations, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(found.answers, expected.answers, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(dict(model.state_dict()), before, rtol=0, atol=0)


def test_a_folded_model_does_not_learn():
    ready = folded(nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4)))
    assert not ready.training and not any(parameter.requires_grad for parameter in ready.parameters())


def test_doctests():
    assert doctest.testmod(inference) == (0, 2)
