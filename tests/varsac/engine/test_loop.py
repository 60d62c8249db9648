"""Training goes on where it stopped, to the same bytes; it stops when it diverges, and nothing is lost."""

from __future__ import annotations

import doctest
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from sc2data.format.durable import StorageError
from tests.varsac.digits import TwoDigitsTask
from varsac.config import resolved
from varsac.engine import checkpoint, logs, loop, sampler
from varsac.engine.distributed import DeviceError, Place, chosen_device
from varsac.engine.evaluate import evaluate
from varsac.engine.loop import BEST, LAST, DivergedError, RunError, Trainer, train

ROOT = Path(__file__).resolve().parents[3]
TASK = TwoDigitsTask(lengths=(20, 8, 8), side=64, clutter=2, proxy=16)
TINY = {
    "model.glimpses": "2",
    "model.glimpse_size": "16",
    "model.state": "16",
    "model.features": "16",
    "model.map_width": "8",
    "model.glimpse_width": "16",
    "train.device": "cpu",
    "train.batch": "4",
    "train.steps": "8",
    "train.validate_every": "4",
    "train.log_every": "1",
}
HERE = Place(0, 1, torch.device("cpu"))


def config(**settings):
    return resolved("default", TINY | {f"train.{name}": str(value) for name, value in settings.items()})


@pytest.mark.parametrize("module", [sampler, loop])
def test_doctests(module):
    assert doctest.testmod(module).failed == 0


class Stopped(Exception):
    pass


def cut_off(trainer, step):
    """Make a trainer die just before a step."""
    check = trainer._check

    def checked(terms):
        if trainer.step == step:
            raise Stopped
        check(terms)

    trainer._check = checked


def test_a_run_goes_on_in_the_middle_of_an_epoch_to_the_same_bytes(tmp_path):
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    measures = train(config(), TASK, whole)
    first = Trainer(config(), TASK, parts, HERE)
    cut_off(first, 6)
    with pytest.raises(Stopped):
        first.run()
    assert checkpoint.load(parts / LAST)["step"] == 4  # 16 examples into an epoch of 20
    assert train(config(), TASK, parts, resume=True).keys() == measures.keys()
    assert (whole / LAST).read_bytes() == (parts / LAST).read_bytes()
    assert (whole / BEST).read_bytes() == (parts / BEST).read_bytes()
    steps = [line["step"] for line in logs.read(parts / logs.LOG) if line["kind"] == "train"]
    assert steps == list(range(1, 9))


def test_a_run_that_is_over_stays_as_it_is(tmp_path):
    train(config(steps=4), TASK, tmp_path)
    before = (tmp_path / LAST).read_bytes()
    train(config(steps=4), TASK, tmp_path, resume=True)
    assert (tmp_path / LAST).read_bytes() == before


def test_a_folder_with_another_run_is_refused(tmp_path):
    train(config(steps=4), TASK, tmp_path)
    with pytest.raises(RunError, match="--resume"):
        train(config(steps=4), TASK, tmp_path)
    with pytest.raises(RunError, match=r"holds a run with train\.seed=0, not 1; give the same, or another folder"):
        train(config(steps=4, seed=1), TASK, tmp_path, resume=True)
    with pytest.raises(RunError, match=r"model\.features=16, not 128; .* and \d more; give the same"):
        train(resolved("default", {"train.steps": "5"}), TASK, tmp_path, resume=True)
    with pytest.raises(RunError, match="with other data"):
        train(config(steps=4), TwoDigitsTask((20, 8, 8), 96, 2, 16), tmp_path, resume=True)


def test_divergence_names_step_and_term_and_keeps_the_last_good_checkpoint(tmp_path, monkeypatch):
    trainer = Trainer(config(), TASK, tmp_path, HERE)
    loss = trainer.model.loss

    def poisoned(output, batch, progress):
        terms = loss(output, batch, progress)
        return terms | {"kl": terms["kl"] * float("nan")} if trainer.step == 5 else terms

    monkeypatch.setattr(trainer.model, "loss", poisoned)
    with pytest.raises(DivergedError, match=r"step 6: kl is nan.*last\.pt is intact"):
        trainer.run()
    content = checkpoint.load(tmp_path / LAST)
    assert content["step"] == 4
    assert all(torch.isfinite(value).all() for value in content["weights"].values())


@pytest.mark.parametrize(
    ("name", "step", "part", "words"),
    [
        ("default", 3, "", r"fixation \[nan nan nan\] shows nothing"),
        ("default", 4, "", r"fixation \[nan nan nan\] shows nothing"),
        ("default", 4, "decoder", r"the weight decoder\..* is no longer a finite number everywhere"),
        ("proxy_only", 4, "", "the model's answers to 'digits' are not finite numbers"),
    ],
)
def test_weights_that_burst_are_not_saved(tmp_path, name, step, part, words):
    settings = {key: value for key, value in TINY.items() if name == "default" or key.startswith("train")}
    trainer = Trainer(resolved(name, settings | {"train.validate_every": "2"}), TASK, tmp_path, HERE)

    def burst(*_):
        if trainer.step + 1 == step:
            for key, parameter in trainer.model.named_parameters():
                parameter.data[...] = float("nan") if key.startswith(part) else parameter.data

    trainer.optimizer.register_step_post_hook(burst)
    with pytest.raises(DivergedError, match=rf"step 4: {words}\. Training stopped; .*last\.pt is intact\. Try a lower"):
        trainer.run()
    assert checkpoint.load(tmp_path / LAST)["step"] == 2
    checkpoint.load_model(tmp_path / LAST)


@pytest.mark.parametrize("written", range(4))
def test_a_run_that_found_the_disk_full_goes_on_to_the_same_bytes(tmp_path, monkeypatch, written):
    whole, parts, replace, fsync = tmp_path / "whole", tmp_path / "parts", os.replace, os.fsync
    settings = {"steps": 4, "validate_every": 2}
    train(config(**settings), TASK, whole)
    trainer, files = Trainer(config(**settings), TASK, parts, HERE), list[str]()

    def counted(source, target):
        files.append(Path(target).name)
        replace(source, target)

    def full(descriptor):
        if len(files) == written:
            raise OSError(28, "No space left on device")
        fsync(descriptor)

    monkeypatch.setattr("sc2data.format.durable.os.replace", counted)
    monkeypatch.setattr("sc2data.format.durable.os.fsync", full)
    with pytest.raises(StorageError, match="No space left"):
        trainer.run()
    monkeypatch.undo()
    assert files == [logs.LOG, BEST, LAST, LAST][:written]
    assert not list(parts.glob("*.tmp"))
    train(config(**settings), TASK, parts, resume=True)
    assert (whole / LAST).read_bytes() == (parts / LAST).read_bytes()
    assert (whole / BEST).read_bytes() == (parts / BEST).read_bytes()
    told = [(line["kind"], line["step"]) for line in logs.read(parts / logs.LOG)]
    assert told == [("train", 1), ("train", 2), ("val", 2), ("train", 3), ("train", 4), ("val", 4)]


def test_workers_give_the_same_run(tmp_path):
    train(config(steps=3), TASK, tmp_path / "none")
    train(config(steps=3, workers=2), TASK, tmp_path / "two")
    none, two = (checkpoint.load(tmp_path / name / LAST)["weights"] for name in ("none", "two"))
    assert all(torch.equal(none[name], two[name]) for name in none)


@pytest.mark.parametrize("name", ["default", "paper", "oracle_saccades", "proxy_only"])
def test_half_precision_trains(tmp_path, name):
    task = TwoDigitsTask(lengths=(20, 4, 4), side=64, clutter=2, proxy=16)
    settings = {"train.steps": "2", "train.batch": "4", "train.bf16": "true", "train.device": "cpu"}
    measures = train(resolved(name, settings), task, tmp_path)
    assert 0 <= measures["digits/accuracy"] <= 1


def test_the_log_tells_losses_and_measures(tmp_path):
    train(config(steps=4), TASK, tmp_path)
    lines = logs.read(tmp_path / logs.LOG)
    assert {"loss", "digits", "kl", "cpu_seconds", "steps_per_second"} <= set(lines[0])
    assert lines[-1]["kind"] == "val" and {"digits/accuracy", "found"} <= set(lines[-1])
    assert json.loads((tmp_path / "config.json").read_text())["config"]["model"] == "varsac"


def test_progress_and_validations_are_told(tmp_path, capsys):
    train(config(steps=4, validate_every=2), TASK, tmp_path)
    lines = capsys.readouterr().err.splitlines()
    told = [line for line in lines if "validation: " in line]
    assert [line.split("  ")[0] for line in told] == ["step 2/4", "step 4/4"]
    assert "digits/accuracy " in told[0] and "found " in told[0] and "seconds" not in told[0]
    assert any("steps/s" in line and "left" in line for line in lines)


def test_an_error_stands_below_the_progress_line(tmp_path, capsys):
    trainer = Trainer(config(), TASK, tmp_path, HERE)
    cut_off(trainer, 2)
    with pytest.raises(Stopped):
        trainer.run()
    assert capsys.readouterr().err.endswith("left   \n")


def test_measures_that_do_not_exist_are_named_before_training(tmp_path):
    with pytest.raises(RunError, match=r"train\.best=accuracy: .* choose one of digits/accuracy"):
        Trainer(config(best="accuracy"), TASK, tmp_path, HERE)
    assert not list(tmp_path.iterdir())
    train(config(steps=4, best="found"), TASK, tmp_path)


def test_draws_have_a_spread_of_their_own(tmp_path):
    train(config(steps=2), TASK, tmp_path)
    model, run, spec = checkpoint.load_model(tmp_path / BEST)
    assert run.model == "varsac" and spec == TASK.data("test").spec
    once = evaluate(model, TASK.data("test"), batch=3)
    again = evaluate(model, TASK.data("test"), batch=8, draws=2, seed=1)
    assert once.keys() == again.keys() and {"recall@1", "precision@1", "pixels_decoded"} <= set(once)


def test_every_example_is_seen_once_an_epoch_whoever_sees_it():
    seen = []
    for rank in range(2):
        for batch in sampler.StepSampler(10, 4, 5, seed=3, rank=rank, world=2):
            assert len(batch) == 2
            seen += batch
    assert sorted(seen) == sorted(2 * list(range(10)))


def test_batches_that_cannot_be_shared_out_are_refused(tmp_path):
    with pytest.raises(RunError, match="among 3 processes"):
        Trainer(config(), TASK, tmp_path, Place(0, 3, torch.device("cpu")))


def test_devices_that_are_not_there_are_refused():
    with pytest.raises(DeviceError, match="choose auto, cpu"):
        chosen_device("gpu")
    with pytest.raises(DeviceError, match=f"there are {torch.cuda.device_count()} GPUs"):
        chosen_device("cuda:99")


WORKER = """
import pathlib, sys
from tests.varsac.engine.test_loop import TASK, config
from varsac.engine.loop import train
print("measures", sorted(train(config(steps=4), TASK, pathlib.Path(sys.argv[1]), resume=True)))
"""


def test_two_processes_train_one_model(tmp_path):
    script = tmp_path / "worker.py"
    script.write_text(WORKER)
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node=2"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [*torchrun, str(script), str(tmp_path / "run")], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    content = checkpoint.load(tmp_path / "run" / LAST)
    assert content["step"] == 4 and len(content["training"]["generators"]) == 2
    with pytest.raises(RunError, match="2 processes"):
        train(config(steps=4), TASK, tmp_path / "run", resume=True)
