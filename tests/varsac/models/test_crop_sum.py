"""Crops cover the image, their features add up, and making them again changes nothing."""

from __future__ import annotations

import dataclasses

import torch

from tests.varsac.models import learning
from tests.varsac.models.test_models import batch_of, spec_of
from varsac.models.crop_sum import CropSum, CropSumConfig

CONFIG = CropSumConfig(crop=32, group=2, width=4, stages=2, features=8)


def made(**options):
    torch.manual_seed(0)
    return CropSum(dataclasses.replace(CONFIG, **options), spec_of())


def trained(**options):
    """Gradients and buffers after one pass there and back."""
    model, batch = made(**options), batch_of(spec_of())
    torch.stack(list(model.loss(model(batch), batch).values())).sum().backward()
    gradients = {name: one.grad for name, one in model.named_parameters()}
    buffers = {name: one for name, one in model.named_buffers() if "num_batches" not in name}
    return gradients | buffers


def test_making_features_again_changes_nothing():
    """Neither gradients nor running statistics, which a second pass would count twice."""
    kept, again = trained(again=False), trained(again=True)
    assert kept.keys() == again.keys()
    assert all(torch.allclose(kept[name], again[name], atol=1e-6) for name in kept)


def test_group_size_changes_nothing_in_evaluation():
    batch = batch_of(spec_of())
    few, all_at_once = (made(group=group).eval()(batch).answers["kind"] for group in (1, 100))
    assert torch.allclose(few, all_at_once, atol=1e-5)


def test_features_of_crops_add_up():
    """An image of 64 x 96 px is six crops side by side."""
    batch, model = batch_of(spec_of(), sizes=((64, 96), (64, 96))), made().eval()
    whole = torch.cat(list(batch.images.wholes()))  # (2, 3, 64, 96)
    crops = whole.unfold(2, 32, 32).unfold(3, 32, 32).permute(0, 2, 3, 1, 4, 5).flatten(0, 2)  # (12, 3, 32, 32)
    total = model.encoder(crops).unflatten(0, (2, 6)).sum(1)
    assert torch.allclose(model(batch).answers["kind"], model.answers(model.merge(total))["kind"], atol=1e-5)


def test_images_may_be_smaller_than_a_crop_and_differ():
    model = made().eval()
    mixed = batch_of(spec_of(), sizes=((20, 24), (70, 90)))
    alone = batch_of(spec_of(), sizes=((20, 24),))
    assert torch.allclose(model(mixed).answers["kind"][:1], model(alone).answers["kind"], atol=1e-5)


def test_it_learns():
    config = CropSumConfig(crop=32, width=8, stages=2, features=32)
    assert learning.fell(learning.losses("crop_sum", config, 15), "digits", 0.8)
