"""Patches pass by a memory: the same that one look at all of them would keep, and learned from as they are."""

from __future__ import annotations

import dataclasses
import doctest

import pytest
import torch

from tests.varsac.models import learning
from tests.varsac.models.test_models import batch_of, spec_of
from varsac.models import patch_selection
from varsac.models.patch_selection import CrossAttention, PatchSelection, PatchSelectionConfig
from varsac.tasks.task import TaskError
from varsac.tiles import tiles

CONFIG = PatchSelectionConfig(glimpses=4, chunk=3, glimpse_size=16, window=4 / 3, width=8, heads=4, inner=16)


def made(**options):
    torch.manual_seed(0)
    return PatchSelection(dataclasses.replace(CONFIG, **options), spec_of())


@pytest.mark.parametrize("seed", [None, 0, 1])
def test_the_most_salient_are_kept_whatever_the_order(seed):
    """With one query and head, more attention is a larger product, whoever else is there: order cannot matter."""
    spec = spec_of(spec_of().heads[:1])
    torch.manual_seed(0)
    model = PatchSelection(dataclasses.replace(CONFIG, heads=1), spec).eval()
    batch = batch_of(spec)
    fixations, real = tiles(batch.extent, model.scale * batch.extent.amin(1))
    generator = None if seed is None else torch.Generator().manual_seed(seed)
    kept, _ = model.select(batch, fixations, real, generator)
    embeddings = model._placed(model._embedded(batch, fixations), torch.arange(fixations.shape[1]).expand(2, -1))
    best = model.aggregate.attention(embeddings, real)[:, 0, 0].topk(4).indices
    assert kept.sort().values.tolist() == best.sort().values.tolist()
    assert real.gather(1, kept).all() and not real.all()


def test_selection_leaves_no_trace():
    """Neither gradients nor running statistics, nor the mode."""
    model, batch = made(), batch_of(spec_of())
    fixations, real = tiles(batch.extent, model.scale * batch.extent.amin(1))
    before = {name: value.clone() for name, value in model.state_dict().items()}
    _, embeddings = model.select(batch, fixations, real, None)
    assert not embeddings.requires_grad and model.training
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())


def test_embeddings_of_the_selection_serve_again_in_evaluation():
    model, batch = made().eval(), batch_of(spec_of())
    model(batch)
    once = batch_of(spec_of())
    once.images.windows(tiles(once.extent, model.scale * once.extent.amin(1))[0], CONFIG.glimpse_size)
    assert batch.images.decoded == once.images.decoded  # every patch is read once


def test_a_memory_for_all_needs_no_selection():
    model, batch = made(glimpses=500).eval(), batch_of(spec_of())
    output = model(batch)
    fixations, real = tiles(batch.extent, model.scale * batch.extent.amin(1))
    assert output.fixations.shape == fixations.shape
    assert (output.scores == 0).sum(1).tolist() == (~real).sum(1).tolist()
    assert torch.allclose(output.scores.sum(1), torch.ones(2), atol=1e-5)


def test_padding_has_no_say():
    torch.manual_seed(0)
    aggregate = CrossAttention(2, 8, 4, 16, 0.1).eval()
    embeddings = torch.randn(1, 5, 8)
    real = torch.tensor([[True, True, True, False, False]])
    tokens, attention = aggregate(embeddings, real)
    alone, _ = aggregate(embeddings[:, :3], real[:, :3])
    assert torch.allclose(tokens, alone, atol=1e-6) and attention[..., 3:].abs().max() == 0


def test_attention_and_tokens_have_exact_gradients():
    torch.manual_seed(0)
    aggregate = CrossAttention(1, 4, 2, 4, 0.0).double()
    embeddings = torch.randn(1, 3, 4, dtype=torch.float64, requires_grad=True)
    real = torch.ones(1, 3, dtype=torch.bool)
    assert torch.autograd.gradcheck(lambda one: aggregate(one, real), (embeddings,))


def test_attention_needs_heads_that_fit():
    with pytest.raises(TaskError, match="must divide the 16"):
        made(heads=3)


def test_it_learns():
    config = dataclasses.replace(CONFIG, glimpses=6, chunk=10, window=2 / 3)
    assert learning.fell(learning.losses("patch_selection", config, 12), "digits", 0.8)


def test_doctests():
    assert doctest.testmod(patch_selection).failed == 0
