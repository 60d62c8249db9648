"""Predictions are what the model says of the task's own examples, and images of any kind get one or a reason."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch

from sc2data.pyramid import Pyramid
from tests.varsac.engine.models import DIGITS, untrained
from tests.varsac.tasks.harvests import write_harvest
from tests.varsac.tasks.photos.collections import write_photo
from varsac.engine import predict as module
from varsac.engine.answers import HeadAnswers
from varsac.engine.inputs import Given, sources
from varsac.engine.predict import PredictionError, Predictor, predict
from varsac.models import registry
from varsac.positions import positions
from varsac.tasks import screens
from varsac.tasks.batch import collate


@pytest.fixture(scope="module")
def digits():
    return untrained("synthetic", {**DIGITS, "blur": "2"})


@pytest.fixture(scope="module")
def battles(tmp_path_factory):
    yield write_harvest(tmp_path_factory.mktemp("harvest") / "battles")
    screens.opened_dataset.cache_clear()


def same(prediction, model, example):
    """Whether a prediction is what the model says of an example."""
    batch = collate([example])
    with torch.no_grad():
        output = model(batch)
    for head in model.spec.heads:
        expected = HeadAnswers(head, output.answers[head.name][None])
        assert prediction.answers[head.name] == expected.plain(0) and expected.words(0) in prediction.words
    np.testing.assert_array_equal(prediction.fixations, output.fixations[0])
    np.testing.assert_array_equal(prediction.positions, positions(output, batch.extent)[0])


def test_an_example_as_a_file_is_answered_alike(digits, tmp_path):
    model, config, spec, task = digits
    example = task.data("test")[3]
    cv2.imwrite(str(tmp_path / "a.png"), example.image.level(0))
    (result,) = predict(Predictor(model, config, spec), sources([str(tmp_path / "a.png")]))
    same(result.prediction, model, example)
    x, y, side, _ = result.prediction.windows[0]
    fixation = result.prediction.fixations[0]
    assert (x, y, side) == pytest.approx(((fixation[0] + 1) * 32, (fixation[1] + 1) * 32, fixation[2] * 64))


@pytest.mark.parametrize("proxy", ["minimap", "screen"])
@pytest.mark.parametrize("answer", ["count", "density"])
def test_a_record_is_answered_as_the_task_has_it(battles, proxy, answer):
    settings = {"units": "Marine,Zergling", "answer": answer, "proxy": proxy, "proxy_size": "24"}
    model, config, spec, task = untrained("sc2", settings, battles)
    data = task.data("test")
    (result,) = predict(Predictor(model, config, spec), sources([f"{battles}#{data.records[1]}"]))
    same(result.prediction, model, data[1])


def test_a_photograph_is_answered_as_the_task_has_it(tmp_path):
    for name in ("cat/1.jpg", "cat/2.jpg", "cat/3.jpg", "dog/1.png", "dog/2.png", "dog/3.png"):
        write_photo(tmp_path / name, seed=len(name) + int(name[4]))
    model, config, spec, task = untrained("dslr", {"proxy": "24", "workers": "1"}, tmp_path)
    data = task.data("test")
    predictor = Predictor(model, config, spec)
    for index in range(len(data)):
        (result,) = predict(predictor, sources([str(tmp_path / data[index].name)]))
        same(result.prediction, model, data[index])


def test_a_model_of_minimaps_says_what_a_lone_image_lacks(battles, tmp_path):
    model, config, spec, _ = untrained("sc2", {}, battles)
    predictor = Predictor(model, config, spec)
    image = Pyramid.of(np.zeros((160, 224, 3), np.uint8))
    with pytest.raises(PredictionError, match=r"--proxy.*--view.*DATASET#NUMBER.*task\.proxy=screen"):
        predictor(Given(image))
    assert predictor(Given(image, np.zeros((90, 90, 3), np.uint8), (0.0, 0.0, 0.5, 0.5))).width == 224


@pytest.mark.parametrize("size", [(2, 2), (2, 900), (901, 3), (17, 64), (333, 200)])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("name", ["varsac", "paper", "proxy_only", "full_image"])
def test_images_of_any_size_get_an_answer(digits, size, channels, name):
    _, config, spec, _ = digits
    options = registry.WholeConfig(width=4, stages=2) if "_" in name else registry.entry(name).config()
    model = registry.make(name, options, spec)
    image = Pyramid.of(np.random.default_rng(0).integers(0, 256, (*size, channels), np.uint8))
    prediction = Predictor(model, config, spec)(Given(image))
    assert (prediction.height, prediction.width) == size
    assert np.isfinite(prediction.windows).all() and sum(prediction.answers["digits"]["probabilities"].values()) > 0
    picture = module.annotated(image, prediction, "a name", side=200)
    assert picture.shape[1] == max(round(200 * size[1] / max(size)), 1) and picture.dtype == np.uint8


def test_draws_depend_on_the_seed_alone(digits):
    model, config, spec, task = digits
    first, second = (Given(task.data("test")[index].image) for index in (0, 1))
    once = Predictor(model, config, spec, draws=3, seed=5)
    again = Predictor(model, config, spec, draws=3, seed=5)
    once(first)
    assert once(second).plain() == again(second).plain()
    likeliest = Predictor(model, config, spec)(second)
    np.testing.assert_array_equal(once(second).fixations, likeliest.fixations)
    assert Predictor(model, config, spec, draws=3, seed=6)(second).answers != once(second).answers


def test_one_bad_image_does_not_keep_the_others_waiting(digits, tmp_path, monkeypatch):
    model, config, spec, _ = digits
    monkeypatch.chdir(tmp_path)
    write_photo(tmp_path / "in" / "a.png")
    (tmp_path / "in" / "b.jpg").write_text("no image")
    (tmp_path / "in" / "c.png").write_bytes((tmp_path / "in" / "a.png").read_bytes()[:500])
    write_photo(tmp_path / "in" / "d.png")
    results = list(predict(Predictor(model, config, spec), sources(["in", "none"]), tmp_path / "out"))
    assert [bool(result.problem) for result in results] == [False, True, True, False, True]
    assert [result.name for result in results] == ["in/a.png", "in/b.jpg", "in/c.png", "in/d.png", "none"]
    assert "in/b.jpg: it begins with b'no image'" in results[1].problem
    assert results[2].plain()["error"].startswith("in/c.png: the PNG is truncated")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.png", "d.png"]
    assert results[3].plain()["annotated"] == str(tmp_path / "out" / "d.png")


def test_a_full_disk_costs_the_picture_and_not_the_answer(digits, tmp_path, monkeypatch):
    model, config, spec, _ = digits

    def full(descriptor):
        raise OSError(28, "No space left on device")

    path = write_photo(tmp_path / "a.png")
    monkeypatch.setattr("sc2data.format.durable.os.fsync", full)
    (result,) = predict(Predictor(model, config, spec), sources([str(path)]), tmp_path / "out")
    assert result.prediction and "No space left" in result.problem and result.picture is None
    assert {"error", "answers"} <= set(result.plain()) and not list((tmp_path / "out").iterdir())


def test_oracles_are_refused(digits):
    _, config, spec, _ = digits
    oracle = registry.make("oracle_saccades", registry.entry("oracle_saccades").config(), spec)
    with pytest.raises(PredictionError, match="true objects"):
        Predictor(oracle, config, spec)
