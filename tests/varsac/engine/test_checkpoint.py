"""Checkpoints of others: with code in them, damaged, of another model or version."""

from __future__ import annotations

import dataclasses
import pathlib

import pytest
import torch

from tests.varsac.digits import TwoDigitsTask
from tests.varsac.engine.test_loop import TINY
from varsac.config import resolved
from varsac.engine import checkpoint
from varsac.engine.checkpoint import CheckpointError
from varsac.models import registry
from varsac.tasks.task import HeadSpec

CONFIG = resolved("default", TINY)
SPEC = TwoDigitsTask(side=64, proxy=16).data("val").spec


@pytest.fixture
def path(tmp_path):
    torch.manual_seed(0)
    checkpoint.save(tmp_path / "a.pt", CONFIG, SPEC, 7, registry.make("varsac", CONFIG.options, SPEC))
    return tmp_path / "a.pt"


def changed(path, **fields):
    torch.save(torch.load(path, weights_only=True) | fields, path)


def test_a_model_comes_back(path):
    model, config, spec = checkpoint.load_model(path)
    assert config == CONFIG and spec == SPEC and not model.training


def test_same_content_same_bytes(path, tmp_path):
    model, config, spec = checkpoint.load_model(path)
    checkpoint.save(tmp_path / "b.pt", config, spec, 7, model)
    assert path.read_bytes() == (tmp_path / "b.pt").read_bytes()


class Code:
    def __reduce__(self):
        return pathlib.Path.touch, (pathlib.Path("was-here"),)


def test_code_is_not_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    torch.save({"format": checkpoint.FORMAT, "weights": Code()}, tmp_path / "evil.pt")
    with pytest.raises(CheckpointError, match="could run code"):
        checkpoint.load(tmp_path / "evil.pt")
    assert not (tmp_path / "was-here").exists()


@pytest.mark.parametrize("content", [b"", b"no checkpoint", b"PK\x03\x04 broken"])
def test_other_files_are_refused(tmp_path, content):
    (tmp_path / "x.pt").write_bytes(content)
    with pytest.raises(CheckpointError, match=r"x\.pt"):
        checkpoint.load(tmp_path / "x.pt")


def test_truncated_files_are_refused(path):
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(CheckpointError, match="damaged: it is cut off or altered; restore it from a copy"):
        checkpoint.load(path)


def test_a_weight_that_changed_on_the_disk_is_noticed(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 16
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match=r"a\.pt is damaged: the checksum of .*data.* is wrong"):
        checkpoint.load(path)


def test_folders_and_missing_files(tmp_path):
    with pytest.raises(CheckpointError, match=r"best\.pt"):
        checkpoint.load(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"none\.pt is not there; give a checkpoint, such as the best\.pt"):
        checkpoint.load(tmp_path / "none.pt")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"format": "other"}, "not a checkpoint of this project"),
        ({"version": 9}, "version 9; this program reads 2"),
    ],
)
def test_other_formats_and_versions_are_refused(path, fields, words):
    changed(path, **fields)
    with pytest.raises(CheckpointError, match=words):
        checkpoint.load(path)


def test_weights_of_another_model_are_refused(path):
    other = resolved("oracle_saccades", {}).to_dict()
    changed(path, config=other)
    with pytest.raises(CheckpointError, match="another model"):
        checkpoint.load_model(path)


def test_unknown_models_and_options_are_refused(path):
    described = CONFIG.to_dict()
    changed(path, config=described | {"model": "telepathy"})
    with pytest.raises(CheckpointError, match=r"a\.pt is of another version: model 'telepathy'.*, or train anew"):
        checkpoint.load_model(path)
    changed(path, config=described | {"options": described["options"] | {"wings": 2}})
    with pytest.raises(CheckpointError, match=r"a\.pt is of another version: .*wings"):
        checkpoint.load_model(path)
    changed(path, config=described | {"options": described["options"] | {"features": "many"}})
    with pytest.raises(CheckpointError, match=r"a\.pt is damaged: its configuration is not one"):
        checkpoint.load_model(path)


def test_a_model_fits_only_its_kind_of_data(path):
    checkpoint.check_spec(SPEC, dataclasses.replace(SPEC, image_size=(999, 999)), path)
    with pytest.raises(CheckpointError, match="channels 1; this data has 3"):
        checkpoint.check_spec(SPEC, dataclasses.replace(SPEC, channels=3), path)
    with pytest.raises(CheckpointError, match=r"heads 'digits' \(multilabel, 10 of them.*; this data has 'first' "):
        checkpoint.check_spec(SPEC, dataclasses.replace(SPEC, heads=(HeadSpec("first", "classes", 10),)), path)
