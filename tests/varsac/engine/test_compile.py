"""torch.compile trains the same model; takes a C++ compiler and a minute or more."""

from __future__ import annotations

import shutil

import pytest
import torch

from tests.varsac.engine.test_loop import TASK, config
from varsac.engine import checkpoint, logs
from varsac.engine.loop import BEST, train

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1200),
    pytest.mark.skipif(not any(map(shutil.which, ("g++", "clang++"))), reason="no C++ compiler"),
    pytest.mark.filterwarnings("ignore"),  # the compiler warns of its own parts, and an error of these would end it
]


def test_a_compiled_model_trains_like_one_that_is_not(tmp_path):
    train(config(steps=2, validate_every=2), TASK, tmp_path / "plain")
    train(config(steps=2, validate_every=2, compile=True), TASK, tmp_path / "compiled")
    plain, compiled = (
        [line["loss"] for line in logs.read(tmp_path / name / logs.LOG) if line["kind"] == "train"]
        for name in ("plain", "compiled")
    )
    assert compiled == pytest.approx(plain, rel=1e-3)
    model, _, _ = checkpoint.load_model(tmp_path / "compiled" / BEST)  # loads as any other
    assert all(torch.isfinite(parameter).all() for parameter in model.parameters())
