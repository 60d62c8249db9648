"""Costs are those of answers: proxies count where they are looked at, and every round asks everybody."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
import torch

from sc2data.pyramid import Pyramid
from tests.varsac.comparison.test_runner import run_of
from tests.varsac.models.test_models import batch_of, config, made, spec_of
from varsac.comparison.costs import FULL, Asked, CostError, Costs, costs_file, measured, unread
from varsac.comparison.runner import task_of
from varsac.comparison.work import work
from varsac.models import registry


@pytest.mark.parametrize("name", registry.MODELS)
def test_models_see_proxies_where_the_registry_says_so(name):
    spec = spec_of()
    model, batch = made(name, spec).eval(), batch_of(spec)
    other = dataclasses.replace(batch, proxy=1 - batch.proxy)
    same = all(torch.equal(model(batch).answers[head], model(other).answers[head]) for head in ("kind", "number"))
    assert same != registry.sees_proxy(name, config(name))


def test_ram_sees_the_proxy_as_its_context_alone():
    assert registry.sees_proxy("ram", dataclasses.replace(config("ram"), context=True))


def test_coarse_levels_are_made_again_for_every_answer():
    image = Pyramid.of(np.zeros((8, 8, 1), np.uint8))
    image.level(2)
    fresh = unread(image)
    assert fresh.planes[0]._levels._made.keys() == {0} and (fresh.level(0) == image.level(0)).all()


def test_pixels_are_a_mean_over_answers(tmp_path):
    run = run_of(tmp_path, "smoke", "full_image")
    data = task_of(work("smoke"), run.config, None).data("test")
    model = registry.make("full_image", run.config.options, data.spec).eval()
    asked = Asked(model, [data[0], data[1]], data.spec, False)
    assert asked.seconds() > 0 and asked.pixels == 256 * 256


def test_every_configuration_and_the_full_network_are_measured(tmp_path):
    """Trained weights where they are, fresh ones of what was not trained; files survive."""
    results = [run_of(tmp_path, "smoke", name).do() for name in ("oracle_saccades", "ram")]
    (tmp_path / "runs" / "smoke" / "ram-seed0" / "best.pt").unlink()
    costs = measured(results, tmp_path / "runs" / "smoke", None, tmp_path / "said.txt", print)
    assert costs.by_configuration.keys() == {"oracle_saccades", "ram", FULL}
    weights = {name: cost.weights for name, cost in costs.by_configuration.items()}
    assert weights == {"oracle_saccades": "seed 0", "ram": "fresh", FULL: "fresh"}
    assert costs.image == (256, 256) and costs.full.pixels == 256 * 256
    for cost in costs.by_configuration.values():
        assert 0 < cost.low <= cost.seconds <= cost.high and cost.peak_mib >= 0
    assert costs.by_configuration["oracle_saccades"].seconds < costs.full.seconds
    path = costs_file(tmp_path, "smoke")
    assert Costs.load(path) is None
    costs.save(path)
    assert Costs.load(path) == costs
    path.write_text(json.dumps({"by_configuration": {}}))
    with pytest.raises(CostError, match="holds no costs"):
        Costs.load(path)


def test_a_failure_is_told(tmp_path):
    result = run_of(tmp_path, "smoke", "oracle_saccades").do()
    broken = dataclasses.replace(result, config={**result.config, "model": "eagle"})
    lines: list[str] = []
    assert measured([broken], tmp_path, None, tmp_path / "said.txt", lines.append) is None
    assert "eagle" in lines[0]
