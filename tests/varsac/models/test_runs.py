"""Every model in the training loop: a run that was cut off goes on to the same bytes, so nothing is drawn in secret."""

from __future__ import annotations

import pytest
import torch

from tests.varsac.digits import TwoDigitsTask
from tests.varsac.models.test_models import config
from varsac.config import RunConfig, TrainConfig
from varsac.engine.distributed import Place
from varsac.engine.loop import LAST, Trainer, train
from varsac.models import registry

TASK = TwoDigitsTask(lengths=(12, 4, 4), side=64, clutter=1, proxy=24)
TRAINING = TrainConfig(steps=4, batch=4, validate_every=2, device="cpu")


class Stopped(Exception):
    pass


@pytest.mark.parametrize("name", registry.MODELS)
def test_runs_go_on_to_the_same_bytes(name, tmp_path, monkeypatch):
    run = RunConfig(name, config(name), TRAINING)
    train(run, TASK, tmp_path / "whole")
    torch.manual_seed(7)  # what else a process has drawn does not matter
    first = Trainer(run, TASK, tmp_path / "parts", Place(0, 1, torch.device("cpu")))
    check = first._check

    def cut_off(terms):
        if first.step == 3:
            raise Stopped
        check(terms)

    monkeypatch.setattr(first, "_check", cut_off)
    with pytest.raises(Stopped):
        first.run()
    torch.manual_seed(8)
    train(run, TASK, tmp_path / "parts", resume=True)
    assert (tmp_path / "whole" / LAST).read_bytes() == (tmp_path / "parts" / LAST).read_bytes()
