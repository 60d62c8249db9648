import dataclasses

import numpy as np
import pytest
import torch

from tests.varsac.engine.models import DIGITS, untrained
from tests.varsac.tasks.harvests import write_harvest
from varsac.models import registry
from varsac.policy import SaccadePolicy
from varsac.tasks.batch import collate
from varsac.tasks.task import TaskError


def looked(policy, example, looks, size, **begun):
    """Fixations and answers of a policy that is shown what it asks for, in whole numbers as an environment shows it."""
    policy.begin(example.proxy, (example.image.height, example.image.width), example.view, **begun)
    fixations = []
    for _ in range(looks):
        fixations.append(policy.next())
        policy.see(example.image.window(fixations[-1], size), fixations[-1])
    return np.stack(fixations), policy.answers()


@pytest.fixture(scope="module")
def digits():
    model, _, spec, task = untrained("synthetic", DIGITS)
    return model, spec, task.data("test")


def test_it_looks_where_the_model_looks_and_answers_the_same(digits):
    model, spec, data = digits
    policy = SaccadePolicy(model, spec)
    assert (policy.glimpses, policy.glimpse_size) == (2, 16)
    for index in range(3):
        with torch.no_grad():
            output = model(collate([data[index]]), None)
        fixations, answers = looked(policy, data[index], 2, 16)
        np.testing.assert_allclose(fixations, output.fixations[0].numpy(), atol=1e-6)
        torch.testing.assert_close(answers["digits"], output.answers["digits"], atol=2e-3, rtol=0)  # rounded pixels


def test_one_that_counts_by_densities_does_so_too(tmp_path):
    model, _, spec, task = untrained("sc2", {"answer": "density"}, write_harvest(tmp_path / "harvest"))
    data = task.data("train")
    assert data[0].view != (-1, -1, 1, 1)  # the screen is a part of the minimap
    with torch.no_grad():
        output = model(collate([data[0]]), None)
    fixations, answers = looked(SaccadePolicy(model, spec), data[0], 2, 16)
    np.testing.assert_allclose(fixations, output.fixations[0].numpy(), atol=1e-6)
    torch.testing.assert_close(answers["units"], output.answers["units"], atol=2e-3, rtol=1e-3)


def test_it_draws_by_its_seed(digits):
    model, spec, data = digits
    policy = SaccadePolicy(model, spec, draw=True)
    first, again, other = (looked(policy, data[0], 2, 16, seed=seed)[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_it_goes_on_from_where_it_was_made_to_look(digits):
    model, spec, data = digits
    policy = SaccadePolicy(model, spec)
    example = data[0]
    wanted, _ = looked(policy, example, 2, 16)
    policy.begin(example.proxy, (64, 64), example.view)
    policy.next()
    second = wanted[1]  # where it would look next: it is made to look there now, and so must look elsewhere then
    policy.see(example.image.window(second, 16), second)
    assert np.abs(policy.next()[:2] - second[:2]).max() > 0.05


def test_windows_may_be_those_of_a_camera(digits):
    model, spec, data = digits
    policy = SaccadePolicy(model, spec)
    policy.begin(data[0].proxy, (64, 64), scale=0.9)
    zoomed = policy.next()[2]
    policy.begin(data[0].proxy, (64, 64))
    usual = policy.scale
    assert usual is not None and zoomed / policy.next()[2] == pytest.approx(0.9 / usual)
    low, high = policy.scales() or (0, 0)
    assert low < usual < high and high / low == pytest.approx(2)  # half an octave either way


@pytest.mark.parametrize("name", ["paper", "ram", "attention_sampling"])
def test_rivals_are_policies_too(digits, name):
    _, spec, data = digits
    one = {"scales": 1} if name == "ram" else {}
    config = dataclasses.replace(registry.entry(name).config(), glimpses=3, glimpse_size=16, **one)
    torch.manual_seed(0)
    model = registry.make(name, config, spec).eval()
    with torch.no_grad():
        output = model(collate([data[0]]), None)
    fixations, answers = looked(SaccadePolicy(model, spec), data[0], 3, 16)
    np.testing.assert_allclose(fixations, output.fixations[0].numpy(), atol=0.02)  # of rounded pixels
    torch.testing.assert_close(answers["digits"], output.answers["digits"], atol=0.02, rtol=0)


def test_what_is_wrong_is_said(digits):
    model, spec, data = digits
    for name in ("proxy_only", "oracle_saccades", "random_saccades"):
        other = registry.make(name, registry.entry(name).config(), spec)
        with pytest.raises(TaskError, match="does not choose where to look"):
            SaccadePolicy(other, spec)
    policy = SaccadePolicy(model, spec)
    with pytest.raises(TaskError, match="images of 1 channels"):
        policy.begin(np.zeros((16, 16, 3), np.uint8), (64, 64))
    policy.begin(data[0].proxy, (64, 64))
    with pytest.raises(TaskError, match="has seen none"):
        policy.answers()
    config = dataclasses.replace(registry.entry("attention_sampling").config(), glimpses=2)
    at_once = SaccadePolicy(registry.make("attention_sampling", config, spec), spec)
    with pytest.raises(TaskError, match="all its windows at once"):
        looked(at_once, data[0], 1, 32)
    with pytest.raises(TaskError, match="looks 2 times"):
        looked(at_once, data[0], 3, 32)
