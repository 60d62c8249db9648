"""The estimators of attention sampling against all draws there are, and the places of its map."""

from __future__ import annotations

import doctest
import itertools

import pytest
import torch

from tests.varsac.models import learning
from tests.varsac.models.test_models import batch_of, spec_of
from varsac import losses
from varsac.heads import softened
from varsac.models import attention_sampling
from varsac.models.attention_sampling import (
    AttentionMap,
    AttentionSampling,
    AttentionSamplingConfig,
    drawn,
    expectation,
)
from varsac.tasks.task import HeadSpec, TaskError

PLACES, DRAWS, FEATURES = 6, 3, 2
SHAPES = {
    "flat": [0.1, 0.0, -0.1, 0.2, 0.0, 0.1],
    "moderate": [1.0, 0.0, -1.0, 0.5, 0.2, -0.3],
    "peaked": [4.0, 0.3, -0.2, 0.5, 0.0, 0.1],
}


def orders(attention, replacement):
    """All draws in order, with their probabilities."""
    if replacement:
        every = torch.tensor(list(itertools.product(range(PLACES), repeat=DRAWS)))
        return every, attention[every].prod(1)
    every = torch.tensor(list(itertools.permutations(range(PLACES), DRAWS)))
    chances = attention[every]
    return every, (chances / (1 - chances.cumsum(1) + chances)).prod(1)


def expected(shape, estimator, replacement, draws=DRAWS):
    """Mean over all draws of the estimate, and of the gradients of its product with a vector; then the exact ones."""
    torch.manual_seed(1)
    features = torch.randn(PLACES, FEATURES, dtype=torch.float64, requires_grad=True)
    logits = torch.tensor(SHAPES[shape], dtype=torch.float64, requires_grad=True)
    slope = torch.randn(FEATURES, dtype=torch.float64)
    attention = logits.softmax(0)
    every, chance = orders(attention.detach(), replacement)
    estimates = expectation(features[every], attention[every], replacement, estimator)
    mean = (chance[:, None] * estimates).sum(0)
    exact = attention @ features
    found, true = (torch.autograd.grad(one @ slope, (logits, features), retain_graph=True) for one in (mean, exact))
    return (mean, *found), (exact, *true)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("replacement", [False, True])
def test_estimate_and_gradients_are_unbiased(shape, replacement):
    found, true = expected(shape, "unbiased", replacement)
    for one, other in zip(found, true):
        assert torch.allclose(one, other, atol=1e-12)
    assert torch.cosine_similarity(found[1], true[1], dim=0).item() == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize(
    ("shape", "direction", "length"), [("flat", 1.0, 0.5), ("moderate", 0.99, 0.37), ("peaked", -0.67, 0.23)]
)
def test_released_gradient_of_the_attention_is_biased(shape, direction, length):
    """Value and features' gradient are right. The attention's is half as long, or points away where that is peaked."""
    (mean, attention, features), (exact, true_attention, true_features) = expected(shape, "reference", False)
    assert torch.allclose(mean, exact, atol=1e-12) and torch.allclose(features, true_features, atol=1e-12)
    assert torch.cosine_similarity(attention, true_attention, dim=0).item() == pytest.approx(direction, abs=0.05)
    assert (attention.norm() / true_attention.norm()).item() == pytest.approx(length, abs=0.1)


def test_released_gradient_with_replacement_is_right():
    found, true = expected("peaked", "reference", True)
    assert torch.allclose(found[1], true[1], atol=1e-12)


def test_one_draw_is_an_estimate_too():
    features = torch.randn(1, 1, 4)
    for replacement in (False, True):
        assert torch.allclose(expectation(features, torch.tensor([[0.2]]), replacement), features[:, 0])


def test_gradients_of_gradients():
    attention = torch.tensor([[0.3, 0.5, 0.1]], dtype=torch.float64, requires_grad=True)
    features = torch.randn(1, 3, 2, dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(expectation(features, attention).pow(2).sum(), attention, create_graph=True)
    slope.sum().backward()
    assert torch.isfinite(features.grad).all() and features.grad.abs().sum() > 0


@pytest.mark.parametrize("replacement", [False, True])
def test_draws_come_as_often_as_they_should(replacement):
    attention = torch.tensor([0.6, 0.3, 0.1])
    draws = drawn(attention.expand(20_000, 3), 2, torch.Generator().manual_seed(0), replacement)
    assert (draws[:, 0] == 0).float().mean().item() == pytest.approx(0.6, abs=0.02)
    second = (draws[draws[:, 0] == 0, 1] == 1).float().mean().item()
    assert second == pytest.approx(0.3 if replacement else 0.75, abs=0.02)  # 0.3 / 0.4


@pytest.mark.parametrize(("padded", "pool", "size"), [(True, 1, (20, 26)), (False, 1, (20, 26)), (False, 4, (34, 22))])
def test_places_lie_where_their_logits_come_from(padded, pool, size):
    """The pixels that change a logit lie around its point: their middle is the point, but for cut edges."""
    torch.manual_seed(0)
    attention = AttentionMap(1, size, (4, 4, 4), torch.nn.Tanh, padded, pool).double()
    proxy = torch.rand(1, 1, *size, dtype=torch.float64, requires_grad=True)
    rows, columns = attention.grid
    place = (rows // 2) * columns + columns // 2
    # The mean over many pictures of what the place sees: with a maximum each picture shows one of the pool's.
    seen = torch.zeros(size, dtype=torch.float64)
    for seed in range(40):
        picture = torch.rand(1, 1, *size, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
        (slope,) = torch.autograd.grad(attention(picture.requires_grad_())[0][0, place], picture)
        seen += slope[0, 0].abs() > 0
    down, across = (torch.nonzero(seen.sum(axis))[:, 0] for axis in (1, 0))
    middle = [(float(line.min() + line.max()) + 1) / length - 1 for line, length in zip((across, down), size[::-1])]
    assert proxy.shape[2:] == seen.shape
    assert attention.points[place].tolist() == pytest.approx(middle, abs=1e-6)
    assert len(attention.points) == rows * columns == attention(proxy)[0].shape[1]


def test_most_probable_places_come_first_without_a_generator():
    spec = spec_of()
    model = AttentionSampling(AttentionSamplingConfig(glimpses=5, glimpse_size=16, padding="valid"), spec).eval()
    output = model(batch_of(spec))
    assert (output.scores.diff(dim=1) <= 0).all()
    assert torch.allclose(output.scores[:, 0], output.log_posterior[:, 0].exp().amax(1))


def test_places_outside_of_the_image_are_left_alone():
    spec = spec_of()
    batch = batch_of(spec, view=(-0.45, -0.06, 0.25, 0.56))
    model = AttentionSampling(AttentionSamplingConfig(glimpses=4, glimpse_size=16), spec)
    output = model(batch, torch.Generator().manual_seed(0))
    assert (output.fixations[..., :2].abs() < 1).all()  # none had to be moved to the edge


def test_hints_reach_the_attention():
    spec = spec_of()
    batch = batch_of(spec)
    model = AttentionSampling(AttentionSamplingConfig(glimpses=2, glimpse_size=16, auxiliary=0.5), spec)
    terms = model.loss(model(batch, torch.Generator().manual_seed(0)), batch)
    terms["hint/kind"].backward()
    assert model.attention.last.weight.grad.abs().sum() > 0 and model.features.body[0].weight.grad is None


@pytest.mark.parametrize("padding", ["same", "valid"])
def test_what_stands_out_is_attended_to_at_first(padding):
    spec = spec_of(proxy=(32, 48))
    batch = batch_of(spec)
    batch.proxy.fill_(0.5)
    batch.proxy[:, :, 20, 30] = 0.1  # dark on light stands out too
    model = AttentionSampling(AttentionSamplingConfig(2, 16, padding=padding, salience=5.0), spec).eval()
    assert model(batch).fixations[0, 0, :2].tolist() == pytest.approx([61 / 48 - 1, 41 / 32 - 1])


def test_what_stands_out_is_what_is_asked_for():
    spec = spec_of(proxy=(40, 40))  # objects have 8 px of it
    batch = batch_of(spec)
    batch.proxy.fill_(0.0)
    batch.proxy[..., :20:2] = 1.0  # stripes
    batch.proxy[..., 26:34, 28:36] = 0.6
    first = {}
    for kind in ("contrast", "isolation"):
        config = AttentionSamplingConfig(2, 16, salience=50.0, stands_out=kind)
        x, y = AttentionSampling(config, spec).eval()(batch).fixations[0, 0, :2].tolist()
        first[kind] = (x + 1) * 20, (y + 1) * 20
    (across, _), (x, y) = first["contrast"], first["isolation"]
    assert across < 20 and 28 < x < 36 and 26 < y < 34


COUNTED = (HeadSpec("marines", "density", 1),)


def counting(**options):
    spec = spec_of(COUNTED, proxy=(20, 20))
    config = AttentionSamplingConfig(2, 16, **{"auxiliary": 0.5, **options})
    return AttentionSampling(config, spec), batch_of(spec, sizes=((60, 60), (60, 60)))


def test_densities_lead_attention_and_scale_the_answer():
    model, batch = counting()
    layer = model.densities["marines"]
    with torch.no_grad():
        model.attention.last.weight.zero_()
        layer.weight.zero_()
        model.answers.layers["marines"].weight.zero_()
    output = model(batch, torch.Generator().manual_seed(0))
    assert output.auxiliary["marines"].flatten().tolist() == pytest.approx([5.0, 5.0])  # 400 places of 5 / 400
    assert output.answers["marines"].flatten().tolist() == pytest.approx([5.0, 5.0])  # patches agree at first
    even = output.log_posterior[:, 0].exp()
    assert torch.allclose(even, torch.full_like(even, 1 / 400), rtol=1e-3)
    model.answers.layers["marines"].bias.data.fill_(softened(2.0))
    assert model(batch).answers["marines"].flatten().tolist() == pytest.approx([10.0, 10.0])
    layer.weight.data.normal_(std=3.0)
    density = model(batch).terms["places/marines"][:, 0]
    assert torch.allclose(model(batch).log_posterior[:, 0].exp(), density / density.sum(1, keepdim=True), atol=1e-3)


def test_positions_teach_densities():
    model, batch = counting(points=1.0)
    output = model(batch, torch.Generator().manual_seed(0))
    terms = model.loss(output, batch)
    hint = losses.answer_loss(COUNTED[0], output.auxiliary["marines"], batch.labels["marines"])
    assert terms["hint/marines"].item() == pytest.approx(0.5 * hint.mean().item())
    terms["places/marines"].backward()
    slope = model.densities["marines"].bias.grad.item()
    with torch.no_grad():
        density = output.terms["places/marines"]
    # softplus' = 1 - exp(-d); the loss is sum d - log(d where the one object lies), whose place is 20 / 60, 30 / 60.
    there = density[:, 0, 10 * 20 + 6]
    expected = ((1 - (-density).exp()).sum((1, 2)) - (1 - (-there).exp()) / there).mean().item()
    assert slope == pytest.approx(expected, rel=1e-3)
    assert "places/marines" not in counting()[0].loss(output, batch)


def test_positions_that_cannot_be_told_by_place():
    for options in ({"padding": "valid"}, {"pool": 3}):
        with pytest.raises(TaskError, match="do not cover the proxy"):
            counting(points=1.0, **options)
    config = AttentionSamplingConfig(2, 16, auxiliary=0.5, points=1.0)
    spec = spec_of((HeadSpec("marines", "density", 3),))  # but objects are of two classes
    with pytest.raises(TaskError, match="counts 3 kinds"):
        AttentionSampling(config, spec)


def test_settings_that_cannot_be():
    spec = spec_of(proxy=(8, 8))
    for replacement in (False, True):  # the most probable are different ones in either case
        with pytest.raises(TaskError, match="64 places"):
            AttentionSampling(AttentionSamplingConfig(glimpses=65, replacement=replacement), spec)
    with pytest.raises(TaskError, match="too small"):
        AttentionSampling(AttentionSamplingConfig(network="signs", padding="valid", pool=8), spec)
    with pytest.raises(TaskError, match="at least 13"):
        AttentionSampling(AttentionSamplingConfig(glimpse_size=12), spec)


def test_it_learns():
    config = AttentionSamplingConfig(glimpses=6, glimpse_size=16, window=4 / 3)
    assert learning.fell(learning.losses("attention_sampling", config, 60), "digits", 0.75)


def test_doctests():
    assert doctest.testmod(attention_sampling).failed == 0
