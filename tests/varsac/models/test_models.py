"""Every model answers every image, learns with all its parameters, and looks where it says."""

from __future__ import annotations

import dataclasses
import doctest
import math

import numpy as np
import pytest
import torch

from sc2data.pyramid import Pyramid
from varsac.config import resolved
from varsac.models import registry
from varsac.models import varsac as varsac_model
from varsac.models.attention_sampling import AttentionSamplingConfig
from varsac.models.crop_sum import CropSumConfig
from varsac.models.differentiable_selection import DifferentiableSelectionConfig
from varsac.models.paper import Paper, PaperConfig
from varsac.models.patch_selection import PatchSelectionConfig
from varsac.models.ram import RamConfig
from varsac.models.saliency_sampler import SaliencySamplerConfig
from varsac.models.thumbnet import ThumbNetConfig
from varsac.models.varsac import VarSac, VarSacConfig
from varsac.renorm import Renorm1d
from varsac.tasks.batch import collate
from varsac.tasks.task import DataSpec, Example, HeadSpec, Objects, TaskError

HEADS = (
    HeadSpec("kind", "classes", 4),
    HeadSpec("present", "multilabel", 3),
    HeadSpec("number", "count", 6),
)
DENSE = HeadSpec("units", "density", 2)
CONFIGS = {
    "varsac": VarSacConfig(glimpses=2, glimpse_size=16, state=16, features=16, map_width=8, glimpse_width=16),
    "paper": PaperConfig(glimpses=2, glimpse_size=16, state=16),
    "attention_sampling": AttentionSamplingConfig(glimpses=2, glimpse_size=16, auxiliary=0.5, salience=2.0),
    "patch_selection": PatchSelectionConfig(glimpses=2, chunk=3, glimpse_size=16, width=4, heads=2, inner=8),
    "differentiable_selection": DifferentiableSelectionConfig(glimpses=2, glimpse_size=16, pool=2, samples=5),
    "ram": RamConfig(glimpses=2, glimpse_size=8, state=16),
    "saliency_sampler": SaliencySamplerConfig(size=16, grid=9, reach=8, spread=4.0, width=4, stages=2),
    "thumbnet": ThumbNetConfig(factor=2, width=4, stages=2, downscaler=4),
    "crop_sum": CropSumConfig(crop=32, group=2, width=4, stages=2, features=8),
    "whole": registry.WholeConfig(width=4, stages=2),
    "given": registry.GivenSaccadesConfig(glimpses=2, glimpse_size=16, features=16),
}

STEP = 1e-5
"""Of the weights, all together: norms of batches of two images bend the loss within ten times as much."""
LOOKING_EVERYWHERE = ("saliency_sampler", "thumbnet", "proxy_only", "full_image", "crop_sum")
COUNTING = (
    "attention_sampling",
    "patch_selection",
    "differentiable_selection",
    *LOOKING_EVERYWHERE,
)


def config(name):
    kind = {"proxy_only": "whole", "full_image": "whole"}.get(name, "given")
    return CONFIGS[name if name in CONFIGS else kind]


def spec_of(heads=HEADS, channels=3, proxy=(20, 26)):
    return DataSpec(heads, channels, proxy, (60, 80), 12.0, 2, 3)


def batch_of(spec, sizes=((60, 80), (80, 44)), view=(-1.0, -1.0, 1.0, 1.0)):
    random = np.random.default_rng(0)
    labels = {"kind": 2, "present": [1, 0, 1], "number": 5, "units": [3, 1], "marines": [4]}
    return collate(
        [
            Example(
                random.integers(0, 256, (*spec.proxy_size, spec.channels), np.uint8),
                Pyramid.of(random.integers(0, 256, (*size, spec.channels), np.uint8)),
                {head.name: head.check(labels[head.name]) for head in spec.heads},
                Objects(np.array([[20, 30]], np.float32), np.zeros(1, np.int64), np.full(1, 6, np.float32)),
                view,
            )
            for size in sizes
        ]
    )


def made(name, spec):
    torch.manual_seed(0)
    return registry.make(name, config(name), spec)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("name", registry.MODELS)
def test_every_model_answers_images_of_any_size(name, channels):
    spec = spec_of(channels=channels)
    batch = batch_of(spec)
    model = made(name, spec).eval()
    output = model(batch)
    assert {head: tuple(answer.shape) for head, answer in output.answers.items()} == {
        "kind": (2, 4),
        "present": (2, 3),
        "number": (2, 6),
    }
    glimpses = output.fixations.shape[1]
    assert glimpses == (0 if name in LOOKING_EVERYWHERE else 2)
    assert output.scores.shape == (2, glimpses) and torch.equal(model(batch).fixations, output.fixations)


@pytest.mark.parametrize("name", registry.MODELS)
def test_every_parameter_learns(name):
    """Each has a gradient at once, which several processes wait for, and one that is not 0 within a few steps.

    Not at the first one: the downscaler of `thumbnet` begins with layers that are 0. Two images of different numbers of
    crops: the bias that `crop_sum` adds for every crop would be normalised away otherwise.
    """
    spec = spec_of()
    batch = batch_of(spec, sizes=((60, 80), (96, 70)))
    model = made(name, spec)
    optimizer, generator = torch.optim.Adam(model.parameters(), 1e-3), torch.Generator().manual_seed(0)
    moved = set()
    for progress in (0.0, 0.3, 0.6):
        terms = model.loss(model(batch, generator), batch, progress)
        assert all(term.dim() == 0 and torch.isfinite(term) for term in terms.values())
        optimizer.zero_grad()
        torch.stack(list(terms.values())).sum().backward()
        assert [name for name, parameter in model.named_parameters() if parameter.grad is None] == []
        moved |= {name for name, parameter in model.named_parameters() if parameter.grad.abs().max() > 1e-8}
        optimizer.step()
    assert {name for name, _ in model.named_parameters()} - moved <= {"latent.base.bias"}  # a softmax has no use for it


@pytest.mark.parametrize("name", ["patch_selection", "random_saccades", "oracle_saccades", *LOOKING_EVERYWHERE])
def test_the_loss_rises_along_its_gradient_as_fast_as_that_says(name):
    """Central differences, for models whose loss is a function of their weights: no draws among places."""
    spec = spec_of()
    batch, model = batch_of(spec, sizes=((60, 80), (96, 70))), made(name, spec)
    weights = {key: one for key, one in model.named_parameters() if not key.startswith("teacher")}

    def loss():
        terms = model.loss(model(batch, torch.Generator().manual_seed(0)), batch, 0.5)
        return torch.stack([value for key, value in terms.items() if not key.startswith("teacher/")]).sum()

    slopes = dict(zip(weights, torch.autograd.grad(loss(), list(weights.values()))))
    length = torch.cat([slope.flatten() for slope in slopes.values()]).norm()
    values = []
    with torch.no_grad():
        for step in (STEP, -2 * STEP):
            for key, one in weights.items():
                one += step / length * slopes[key]
            values.append(loss().double())
    assert ((values[0] - values[1]) / (2 * STEP)).item() == pytest.approx(length.item(), rel=0.03)


@pytest.mark.parametrize("name", registry.MODELS)
def test_every_model_learns_in_half_precision(name):
    spec = spec_of()
    batch, model = batch_of(spec), made(name, spec)
    with torch.autocast("cpu", torch.bfloat16):
        output = model(batch, torch.Generator().manual_seed(0))
        terms = model.loss(output, batch, progress=0.5)
    assert output.fixations.dtype == torch.float32
    total = torch.stack([term.float() for term in terms.values()]).sum()
    assert torch.isfinite(total)
    total.backward()
    # Not that they are finite: on processors without bfloat16, torch 2.13 leaves gradients of convolutions of maps a
    # pixel or two wide unset in part, differently every time.
    assert all(parameter.grad is not None for parameter in model.parameters())


def test_densities_count_beside_other_heads():
    spec = spec_of((*HEADS, DENSE))
    batch = batch_of(spec)
    model = made("varsac", spec)
    output = model(batch, torch.Generator().manual_seed(0))
    assert output.answers["units"].shape == (2, 2) and not model.by_density
    assert torch.allclose(output.fields["units"].amounts.sum(1), output.answers["units"], rtol=1e-5)
    assert {"units", "proxy/units", "kind", "hint/kind"} <= set(model.loss(output, batch))


def test_densities_alone_say_where_to_look():
    spec = spec_of((DENSE,))
    batch = batch_of(spec)
    model = made("varsac", spec)
    output = model(batch, torch.Generator().manual_seed(0))
    terms = model.loss(output, batch)
    assert model.by_density and "score" not in terms and not output.auxiliary


@pytest.mark.parametrize("name", COUNTING)
def test_models_of_one_vector_count_without_bounds(name):
    spec = spec_of((DENSE,))
    batch = batch_of(spec)
    model = made(name, spec)
    output = model(batch, torch.Generator().manual_seed(0))
    assert output.answers["units"].shape == (2, 2) and (output.answers["units"] >= 0).all()
    torch.stack(list(model.loss(output, batch).values())).sum().backward()


@pytest.mark.parametrize("feedback", [True, False])
def test_every_parameter_of_a_counting_model_learns(feedback):
    """Several processes wait for the gradient of every one."""
    spec = spec_of((DENSE,))
    batch = batch_of(spec)
    model = VarSac(dataclasses.replace(CONFIGS["varsac"], feedback=feedback), spec)
    terms = model.loss(model(batch, torch.Generator().manual_seed(0)), batch)
    torch.stack(list(terms.values())).sum().backward()
    assert [name for name, parameter in model.named_parameters() if parameter.grad is None] == []


def counting(spec, **options):
    torch.manual_seed(0)
    return VarSac(dataclasses.replace(CONFIGS["varsac"], feedback=False, **options), spec)


def test_positions_teach_densities_where_asked_for():
    spec = spec_of((DENSE,))
    batch = batch_of(spec)
    blind, seeing = (counting(spec, points=points) for points in (0.0, 0.5))
    names = [set(model.loss(model(batch, torch.Generator()), batch)) for model in (blind, seeing)]
    assert names[1] - names[0] == {"cells/units", "places/units"} and names[0] < names[1]


def test_positions_of_other_classes_cannot_teach():
    spec = dataclasses.replace(spec_of((DENSE,)), object_classes=DENSE.size + 1)
    counting(spec, points=0.0)
    with pytest.raises(TaskError, match="points=0"):
        counting(spec, points=0.5)


def test_windows_by_density_do_not_follow_a_gradient():
    """It would lead them to where less is to count."""
    spec = spec_of((DENSE,))
    batch = batch_of(spec)
    model = counting(spec, beta=0.0, reconstruction=0.0)
    terms = model.loss(model(batch, torch.Generator().manual_seed(0)), batch)
    torch.stack(list(terms.values())).sum().backward()
    assert model.latent.detail.weight.grad.abs().max() == 0


@pytest.mark.parametrize("name", ["paper", "random_saccades", "oracle_saccades", "ram"])
def test_models_without_a_map_refuse_densities(name):
    with pytest.raises(TaskError, match="count"):
        made(name, spec_of((DENSE,)))


def test_objectives_differ_but_both_learn():
    spec = spec_of()
    batch = batch_of(spec)
    model = VarSac(dataclasses.replace(CONFIGS["varsac"], objective="product"), spec)
    terms = model.loss(model(batch, torch.Generator().manual_seed(0)), batch)
    assert "product" in terms and "kind" not in terms


def test_the_published_settings_of_starcraft_have_group_norms_and_rectifiers():
    model = Paper(resolved("paper_sc2", {}).options, spec_of())
    kinds = {type(module) for module in model.modules()}
    assert torch.nn.GroupNorm in kinds and torch.nn.ReLU in kinds
    assert not kinds & {torch.nn.BatchNorm2d}
    assert model.glimpse.body[0].activation(torch.tensor(-1.0)) == 0


def test_parts_can_be_left_out():
    spec = spec_of()
    batch = batch_of(spec)
    bare = dataclasses.replace(
        CONFIGS["varsac"], auxiliary=0.0, credit=0.0, reconstruction=0.0, feedback=False, scale="fixed", salience=0.0
    )
    model = VarSac(bare, spec)
    output = model(batch, torch.Generator().manual_seed(0))
    assert not {"credit", "hint/kind"} & set(model.loss(output, batch))
    assert output.fixations[..., 2].unique().numel() == 1


def test_the_worth_of_glimpses_draws_saccades_and_is_learned_where_they_were_made():
    spec = spec_of()
    batch = batch_of(spec)
    torch.manual_seed(0)
    model = VarSac(dataclasses.replace(CONFIGS["varsac"], worth=1.0, credit=0.0), spec)
    output = model(batch, torch.Generator().manual_seed(0))
    terms = model.loss(output, batch)
    assert terms["worth"].item() == pytest.approx(2 * math.log(2))  # of two glimpses nothing is expected yet
    assert "credit" not in terms
    terms["worth"].backward()
    assert model.expectation.read.weight.grad.abs().max() > 0
    assert model.latent.base.weight.grad is None
    model.eval()
    before = model(batch).log_posterior
    torch.nn.init.normal_(model.expectation.read.weight)
    assert not torch.allclose(model(batch).log_posterior, before)


def test_saccades_stay_in_the_part_of_the_proxy_that_is_the_image():
    spec = spec_of()
    batch = batch_of(spec, view=(-0.5, 0.0, 0.25, 0.5))
    for seed in range(5):
        output = made("varsac", spec)(batch, torch.Generator().manual_seed(seed))
        assert (output.fixations[..., :2].abs() <= 1).all()


def test_seeing_changes_where_to_look_only_with_feedback():
    spec = spec_of()
    batch, dark = batch_of(spec), batch_of(spec)
    dark.images.pyramids = tuple(Pyramid.of(np.zeros((60, 80, 3), np.uint8)) for _ in range(2))
    dark = dataclasses.replace(dark, extent=batch.extent)
    for feedback in (True, False):
        torch.manual_seed(0)
        model = VarSac(dataclasses.replace(CONFIGS["varsac"], feedback=feedback), spec).eval()
        bright, black = model(batch).log_posterior[:, 1], model(dark).log_posterior[:, 1]
        assert torch.equal(bright, black) == (not feedback)


def test_draws_differ_and_repeat():
    spec = spec_of()
    batch, model = batch_of(spec), made("varsac", spec).eval()
    first, again, other = (model(batch, torch.Generator().manual_seed(seed)).fixations for seed in (1, 1, 2))
    assert torch.equal(first, again) and not torch.equal(first, other)


def test_doctests():
    assert doctest.testmod(varsac_model).failed == 0


def test_what_stands_out_draws_the_eye_at_first():
    spec = spec_of(proxy=(32, 48))
    batch = batch_of(spec)
    batch.proxy.fill_(0.5)
    batch.proxy[:, :, 20:22, 30:32] = 0.1  # dark on light stands out as well as light on dark
    spot = 10 * 24 + 15
    torch.manual_seed(0)
    for stands_out in ("contrast", "isolation"):
        model = VarSac(dataclasses.replace(CONFIGS["varsac"], salience=5.0, stands_out=stands_out), spec).eval()
        assert model(batch).log_posterior[:, 0].argmax(1).tolist() == [spot] * 2


def test_features_of_glimpses_are_normalised_where_asked():
    model = VarSac(dataclasses.replace(CONFIGS["varsac"], normalised=True), spec_of())
    kinds = [type(layer) for layer in model.glimpse.features]
    assert kinds == [torch.nn.Flatten, torch.nn.Linear, Renorm1d, torch.nn.ReLU]
    _, vector = model.glimpse(torch.rand(64, 3, 16, 16))
    assert 0.2 < vector.mean() < 0.6  # of a rectified normal: 0.4


def test_oracle_looks_at_the_objects():
    spec = spec_of()
    fixations = made("oracle_saccades", spec)(batch_of(spec)).fixations
    assert torch.allclose(fixations[0, :, :2], torch.tensor([20 / 80, 30 / 60]) * 2 - 1)


@pytest.mark.parametrize(
    ("scale", "raw", "expected"),
    [
        ("reference", [5.0, 1.0, -2.0], [-0.2, 0.4, 0.2]),
        ("reference", [0.5, 1.0, 0.0], [-0.3, 0.0, 0.3]),
        ("fixed", [9.0, 1.0, 0.0], [-0.3, 0.0, 0.3]),
    ],
)
def test_published_windows(scale, raw, expected):
    """c = max(|s|, 1 / 0.3), the window is 1 / c wide around (-x / c, -y / c)."""
    model = Paper(dataclasses.replace(CONFIGS["paper"], scale=scale), spec_of())
    assert model.fixation(torch.tensor([raw]))[0].tolist() == pytest.approx(expected)


def test_published_objective_multiplies():
    spec = spec_of((HEADS[0],))
    batch, model = batch_of(spec), made("paper", spec)
    output = model(batch, torch.Generator().manual_seed(0))
    elbo = 5 * output.terms["kl"].mean(1) + output.terms["rebuilt"].mean(1)
    cost = torch.nn.functional.cross_entropy(output.answers["kind"], batch.labels["kind"], reduction="none")
    assert model.loss(output, batch)["product"].item() == pytest.approx((elbo * cost).mean().item(), rel=1e-5)


def test_unknown_models_are_named():
    with pytest.raises(registry.UnknownModelError, match=r"'eagle' is unknown; there are varsac, paper"):
        registry.make("eagle", None, spec_of())
