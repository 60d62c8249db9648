"""Thumbnail and lessons: each loss against numbers by hand, and who learns from what."""

from __future__ import annotations

import dataclasses
import doctest
import math

import numpy as np
import pytest
import torch

from sc2data.pyramid import Pyramid
from tests.varsac.models import learning
from tests.varsac.models.test_models import DENSE, HEADS, batch_of, spec_of
from varsac.models import thumbnet
from varsac.models.thumbnet import Downscaler, ThumbNet, ThumbNetConfig, distillation, moment_distance
from varsac.tasks.task import TaskError

CONFIG = ThumbNetConfig(width=4, stages=2, downscaler=4)


def made(**options):
    torch.manual_seed(0)
    return ThumbNet(dataclasses.replace(CONFIG, **options), spec_of())


def learners(terms, model):
    """The parts that the sum of some terms reaches with a gradient that is not 0."""
    torch.stack(terms).sum().backward()
    return {name.split(".")[0] for name, one in model.named_parameters() if one.grad is not None and one.grad.any()}


@pytest.mark.parametrize("factor", [2, 3, 4])
def test_thumbnails_begin_as_means(factor):
    images = torch.rand(2, 3, 12, 24)
    thumbnails = Downscaler(3, factor, 8)(images)
    assert torch.allclose(thumbnails, torch.nn.functional.avg_pool2d(images, factor))
    assert Downscaler(3, factor, 8)(torch.rand(1, 3, 13, 23)).shape[2:] == (-(-13 // factor), -(-23 // factor))


def test_lessons_do_not_reach_the_teacher_nor_the_teacher_the_student():
    batch = batch_of(spec_of())
    model = made()
    torch.nn.init.normal_(model.downscaler.add.weight)
    terms = model.loss(model(batch, torch.Generator()), batch)
    lessons = [value for name, value in terms.items() if not name.startswith("teacher/")]
    assert learners(lessons, model) == {"downscaler", "student", "map"}
    model.zero_grad()
    terms = model.loss(model(batch, torch.Generator()), batch)
    assert learners([value for name, value in terms.items() if name.startswith("teacher/")], model) == {"teacher"}


def test_lessons_wait_for_the_teacher():
    batch, model = batch_of(spec_of()), made().eval()
    output = model(batch, torch.Generator())
    start, half, full = (model.loss(output, batch, progress) for progress in (0.0, 0.15, 1.0))
    for name in ("distillation/kind", "mapping"):
        assert start[name] == 0 and half[name].item() == pytest.approx(0.5 * full[name].item())
    assert start["moments"] == full["moments"]


def test_distillation():
    kind, present = HEADS[0], HEADS[1]
    same = torch.tensor([[1.0, 2.0, -1.0]])
    for head in (kind, present, DENSE):
        assert distillation(head, same, same, 2.0).item() == pytest.approx(0, abs=1e-6)
    even, sure = torch.zeros(1, 2), torch.tensor([[2 * math.log(3.0), 0.0]])  # softened by 2: 3/4 and 1/4
    divergence = 0.75 * math.log(0.75 / 0.5) + 0.25 * math.log(0.25 / 0.5)
    assert distillation(kind, even, sure, 2.0).item() == pytest.approx(4 * divergence, rel=1e-5)
    one = torch.tensor([[2 * math.log(3.0)]])
    assert distillation(present, torch.zeros(1, 1), one, 2.0).item() == pytest.approx(4 * divergence, rel=1e-5)
    assert distillation(DENSE, torch.tensor([[3.0]]), torch.tensor([[1.0]]), 2.0).item() == pytest.approx(1.5)


def test_exact_gradients():
    torch.manual_seed(0)
    images = torch.rand(1, 1, 4, 4, dtype=torch.float64)
    thumbnails = torch.rand(1, 1, 2, 2, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda one: moment_distance(one, images), (thumbnails,))
    even = torch.full((1, 1, 2, 2), 0.5, requires_grad=True)
    moment_distance(even, images.float()).backward()
    assert torch.isfinite(even.grad).all()


def test_the_teacher_rests_in_evaluation():
    model, batch = made().eval(), batch_of(spec_of())
    assert not model(batch).auxiliary and not model(batch).terms
    torch.nn.init.zeros_(model.teacher.early[0][0].weight)
    assert torch.equal(model(batch).answers["kind"], model(batch, torch.Generator()).answers["kind"])


def test_small_images_and_factors():
    model, batch = made(factor=16).eval(), batch_of(spec_of(), sizes=((9, 40), (9, 40)))
    assert model(batch).answers["kind"].shape == (2, 4)
    batch.images.pyramids = (Pyramid.of(np.zeros((3, 3, 3), np.uint8)),) * 2
    assert torch.isfinite(model(batch).answers["kind"]).all()
    with pytest.raises(TaskError, match="factor=1"):
        made(factor=1)


def test_it_learns():
    config = ThumbNetConfig(factor=2, width=8, stages=2)
    values = learning.losses("thumbnet", config, 20)
    assert learning.fell(values, "digits", 0.8) and learning.fell(values, "teacher/digits", 0.8)


def test_doctests():
    assert doctest.testmod(thumbnet).failed == 0
