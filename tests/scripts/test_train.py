"""Training and evaluation as a person starts them, with a tiny budget."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import _app, evaluate, train
from tests.varsac.tasks.harvests import write_harvest
from tests.varsac.tasks.photos.collections import write_folders, write_photo

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = [
    "--set=task.height=64",
    "--set=task.width=64",
    "--set=task.proxy=16",
    "--set=task.two_digits.digit=0.3",
    "--set=task.two_digits.fragment=0.1",
    "--set=task.val=8",
    "--set=task.test=8",
    "--set=model.glimpse_size=16",
    "--set=train.batch=4",
    "--set=train.device=cpu",
]


def call(module, *arguments):
    return module.APP.call(module.main, [module.__name__, *arguments])


def test_train_and_evaluate(tmp_path, capsys):
    output = ["--task=synthetic", f"--output={tmp_path / 'run'}", *SETTINGS]
    assert call(train, *output, "--set=train.steps=2") == 0
    printed = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert {"digits/accuracy", "found"} <= set(printed)
    assert call(train, *output, "--set=train.steps=2") == 2
    assert "--resume" in capsys.readouterr().err
    path = tmp_path / "result.json"
    checkpoint = f"--checkpoint={tmp_path / 'run' / 'best.pt'}"
    assert call(evaluate, checkpoint, f"--json={path}", f"--report={path}.html", "--draws=2", "--device=cpu") == 0
    result = json.loads(path.read_text())
    assert result == json.loads(capsys.readouterr().out)
    assert result["examples"] == 8 and result["split"] == "test" and result["peak_memory_mebibytes"] > 0
    assert (tmp_path / "result.json.html").read_text().count("<figure>") == 16
    assert {"digits/accuracy", "found", "recall@1", "seconds", "pixels_decoded"} <= set(result["measures"])


def test_a_larger_image_of_the_same_kind_can_be_evaluated(tmp_path, capsys):
    assert call(train, "--task=synthetic", f"--output={tmp_path}", *SETTINGS, "--set=train.steps=1") == 0
    checkpoint = f"--checkpoint={tmp_path / 'best.pt'}"
    larger = ["--set=task.height=128", "--set=task.width=128", "--examples=4", "--device=cpu"]
    assert call(evaluate, checkpoint, *larger) == 0
    assert call(evaluate, checkpoint, "--set=task.proxy=32", "--device=cpu") == 2
    assert "proxy_size (16, 16); this data has (32, 32)" in capsys.readouterr().err
    assert call(evaluate, checkpoint, "--set=model.glimpses=9", "--device=cpu") == 2
    assert "--set model.glimpses: a trained model is what it is; settings of its task" in capsys.readouterr().err


def test_photographs_are_converted_with_a_bar(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(_app, "PATIENCE", 0)
    write_folders(tmp_path / "photos")
    settings = ["--set=task.proxy=24", "--set=task.workers=1", *SETTINGS[-3:], "--set=train.steps=1"]
    arguments = ["--task=dslr", f"--data={tmp_path / 'photos'}", f"--output={tmp_path / 'run'}", *settings]
    assert call(train, *arguments) == 0
    shown = capsys.readouterr().err
    assert "prepared: 100%" in shown and "10/10" in shown and "images/s" in shown


def test_a_result_is_printed_before_the_disk_refuses_its_files(tmp_path, capsys, monkeypatch):
    assert call(train, "--task=synthetic", f"--output={tmp_path}", *SETTINGS, "--set=train.steps=1") == 0
    arguments = [f"--checkpoint={tmp_path / 'best.pt'}", "--examples=4", "--device=cpu"]
    assert call(evaluate, *arguments, f"--json={tmp_path}") == 2
    assert "is a folder" in capsys.readouterr().err

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sc2data.format.durable.os.fsync", full)
    assert call(evaluate, *arguments, f"--json={tmp_path / 'a.json'}") == 2
    captured = capsys.readouterr()
    assert "a.json: No space left" in captured.err and json.loads(captured.out)["examples"] == 4


WITHOUT = """
import importlib.abc, sys

class Missing(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {missing!r}:
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Missing())
from scripts import evaluate, predict, train
tiny = ["--set=train.steps=1", "--set=train.batch=2", "--set=train.device=cpu", "--set=model.glimpses=1"]
assert train.APP.call(train.main, ["", "--task=sc2", "--config=marines", "--data=battles", "--output=run", *tiny]) == 0
best = ["", "--checkpoint=run/best.pt", "--device=cpu"]
assert evaluate.APP.call(evaluate.main, [*best, "--data=battles", "--report=report.html"]) == 0
assert predict.APP.call(predict.main, [*best, "photo.png", "battles#1", "--annotated=looked"]) == 0
"""
OPTIONAL = {"pysc2", "s2clientprotocol", "google", "mpyq", "psutil", "websocket", "websockets", "pyvips", "matplotlib"}


def test_a_training_machine_needs_only_what_the_extra_brings(tmp_path):
    write_harvest(tmp_path / "battles")
    write_photo(tmp_path / "photo.png")
    code = WITHOUT.format(missing=OPTIONAL | {"PIL", "tensorboard", "gymnasium"})
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "looked" / "battles-1.png").exists()


def test_print_config(capsys):
    assert call(train, "--task=synthetic", "--config=smoke", "--print_config", "--set=train.steps=3") == 0
    config = json.loads(capsys.readouterr().out)
    assert config["train"]["steps"] == 3 and config["task_options"]["height"] == 256


def test_digits_by_flag(capsys):
    assert call(train, "--task=synthetic", "--digits_dir=mnist", "--print_config") == 0
    assert json.loads(capsys.readouterr().out)["task_options"]["digits_dir"] == "mnist"
    assert call(train, "--task=dslr", "--digits_dir=mnist", "--print_config") == 0
    assert json.loads(capsys.readouterr().out)["task_options"]["hidden"]["digits_dir"] == "mnist"
    assert call(train, "--task=sc2", "--digits_dir=mnist", "--print_config") == 2
    assert "no option 'digits_dir'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "--task is needed: one of dslr, sc2, synthetic"),
        (["--task=synthetic"], "--output is needed"),
        (["--task=chess"], "no task 'chess'"),
        (["--task=synthetic", "--config=x"], "configuration 'x' is unknown"),
        (["--task=synthetic", "--set=train.lr=1"], "there is no option 'lr'"),
        (["--task=synthetic", "--set=task.hight=1"], "did you mean height"),
        (["--task=synthetic", "stray"], "unexpected: stray"),
        (["--task=synthetic", f"--output={__file__}"], "is a file; name a folder"),
    ],
)
def test_mistakes_in_training_are_explained(arguments, words, capsys):
    assert call(train, *arguments) == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "--checkpoint is needed"),
        (["--checkpoint=missing.pt"], "missing.pt"),
        (["--checkpoint=."], "best.pt"),
    ],
)
def test_mistakes_in_evaluation_are_explained(arguments, words, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert call(evaluate, *arguments) == 2
    assert words in capsys.readouterr().err
