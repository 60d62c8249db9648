"""Everything that can be wrong with what training and prediction are given: a clear error, and nothing lost."""

from __future__ import annotations

import dataclasses
import json
import shutil

import cv2
import numpy as np
import pytest
import torch
from PIL import Image

from sc2data.format import ManifestError
from tests.sc2data.pyramid.pictures import photo
from tests.varsac.engine.models import DIGITS, untrained
from tests.varsac.engine.test_loop import HERE, TASK, config
from tests.varsac.tasks.harvests import write_harvest
from varsac.engine import checkpoint
from varsac.engine.checkpoint import CheckpointError
from varsac.engine.inputs import sources
from varsac.engine.loop import BEST, LAST, DivergedError, Trainer, train
from varsac.engine.predict import Predictor, predict
from varsac.engine.sampler import permutation
from varsac.tasks import screens
from varsac.tasks.sc2 import SC2Config, SC2Task
from varsac.tasks.task import TaskError


@pytest.fixture(scope="module")
def predictor():
    model, run, spec, _ = untrained("synthetic", DIGITS)
    return Predictor(model, run, spec)


@pytest.fixture
def battles(tmp_path):
    yield write_harvest(tmp_path / "battles", episodes=6)
    screens.opened_dataset.cache_clear()


def one(predictor, path):
    (result,) = predict(predictor, sources([str(path)]))
    return result


@pytest.mark.parametrize(
    ("name", "mode", "words"),
    [
        ("text.jpg", None, "no JPEG, PNG or TIFF"),
        ("empty.png", b"", "empty; get it again"),
        ("cut.jpg", "cut", "get it again"),
        ("flat.png", "flat", "both sides must be at least 2 px"),
        ("printed.jpg", "CMYK", "CMYK"),
        ("float.tif", "F", "[32] bits a sample"),
    ],
)
def test_images_that_cannot_be_used(predictor, tmp_path, name, mode, words):
    path = tmp_path / name
    if mode is None or isinstance(mode, bytes):
        path.write_bytes(b"only words" if mode is None else mode)
    else:
        image = Image.fromarray(photo(1, 40) if mode == "flat" else photo(60, 90))
        (image.convert(mode) if mode in ("CMYK", "F") else image).save(path)
        if mode == "cut":
            path.write_bytes(path.read_bytes()[:-400])
    result = one(predictor, path)
    assert result.prediction is None and words in result.problem and str(path) in result.problem


def test_16_bits_and_transparency_are_seen_as_8_bits_on_black(predictor, tmp_path):
    pixels = photo(60, 90)
    cv2.imwrite(str(tmp_path / "plain.png"), pixels)
    cv2.imwrite(str(tmp_path / "deep.png"), pixels.astype(np.uint16) * 257)
    Image.fromarray(pixels[:, :, ::-1]).convert("RGBA").save(tmp_path / "clear.png")
    plain, *others = (one(predictor, tmp_path / f"{name}.png").prediction for name in ("plain", "deep", "clear"))
    assert all(other.plain() == plain.plain() for other in others)


def test_a_data_set_of_another_schema(battles):
    path = battles / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"schema_version": "2.0"}))
    screens.opened_dataset.cache_clear()
    with pytest.raises(ManifestError, match=r"schema version 2\.0, this program reads 1\.x"):
        SC2Task(SC2Config(), battles)


def test_a_data_set_of_other_units_does_not_fit_the_model(battles, tmp_path):
    path = tmp_path / "model.pt"
    model, run, spec, _ = untrained("sc2", {"units": "Marine"}, battles)
    checkpoint.save(path, run, spec, 0, model)
    other = SC2Task(SC2Config(units=("Zergling",)), battles).data("test").spec
    with pytest.raises(CheckpointError, match=r"heads .*marine.*; this data has .*zergling"):
        checkpoint.check_spec(checkpoint.load_model(path)[2], other, path)


@dataclasses.dataclass(frozen=True)
class Mislabelled:
    """A task where the last example of the first epoch has a label out of range."""

    name: str = "mislabelled"

    def data(self, split):
        return MislabelledData(TASK.data(split)) if split == "train" else TASK.data(split)


class MislabelledData:
    def __init__(self, data):
        self.spec, self._data = data.spec, data

    def __len__(self):
        return len(self._data)

    def __getitem__(self, index):
        example = self._data[index]
        if index == permutation(len(self), 0, 0)[-1]:
            self.spec.heads[0].check(np.full(10, 2.0))
        return example


def test_labels_out_of_range_stop_training_and_keep_the_checkpoint(tmp_path):
    with pytest.raises(TaskError, match=r"label .*'digits' \(multilabel\): whole numbers from 0 to 1 are allowed"):
        train(config(steps=8, validate_every=1), Mislabelled(), tmp_path)
    assert all(torch.isfinite(one).all() for one in checkpoint.load(tmp_path / LAST)["weights"].values())


@pytest.mark.parametrize("poison", [float("nan"), float("inf")])
def test_a_gradient_that_is_not_finite_touches_no_weight(tmp_path, poison):
    trainer = Trainer(config(), TASK, tmp_path, HERE)
    last = list(trainer.model.parameters())[-1]
    handle = last.register_hook(lambda gradient: gradient * poison if trainer.step == 2 else gradient)
    with pytest.raises(DivergedError, match=r"step 3: gradient is .*nothing was saved yet"):
        trainer.run()
    handle.remove()
    assert all(torch.isfinite(parameter).all() for parameter in trainer.model.parameters())


@pytest.mark.parametrize("harm", ["cut", "words", "missing"])
def test_a_damaged_last_checkpoint_stops_a_run_and_leaves_the_best(tmp_path, harm):
    train(config(steps=4), TASK, tmp_path)
    last, best = tmp_path / LAST, (tmp_path / BEST).read_bytes()
    if harm == "missing":
        content = torch.load(last, weights_only=True)
        del content["training"]
        torch.save(content, last)
    else:
        last.write_bytes(last.read_bytes()[:3000] if harm == "cut" else b"only words")
    with pytest.raises(CheckpointError, match=r"last\.pt"):
        train(config(steps=4), TASK, tmp_path, resume=True)
    assert (tmp_path / BEST).read_bytes() == best
    shutil.copy(tmp_path / BEST, tmp_path / "copy.pt")
    assert checkpoint.load_model(tmp_path / "copy.pt")[1].model == "varsac"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"config": 3}, "configuration"),
        ({"config": {}}, "configuration"),
        ({"spec": {"heads": []}}, "configuration"),
        ({"weights": {"proxy": "words"}}, "another model"),
    ],
)
def test_checkpoints_with_other_things_in_them(tmp_path, change, words):
    path = tmp_path / "model.pt"
    model, run, spec, _ = untrained("synthetic", DIGITS)
    checkpoint.save(path, run, spec, 0, model)
    torch.save(torch.load(path, weights_only=True) | change, path)
    with pytest.raises(CheckpointError, match=words):
        checkpoint.load_model(path)


def test_weights_that_are_not_numbers(tmp_path):
    path = tmp_path / "model.pt"
    model, run, spec, _ = untrained("synthetic", DIGITS)
    with torch.no_grad():
        next(iter(model.parameters())).fill_(float("nan"))
    checkpoint.save(path, run, spec, 0, model)
    with pytest.raises(CheckpointError, match=r"model\.pt is damaged: .* is not a finite number everywhere"):
        checkpoint.load_model(path)
