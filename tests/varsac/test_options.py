"""Options from text, and errors that say what there is."""

from __future__ import annotations

import dataclasses
import doctest
import json

import pytest

from varsac import config, options
from varsac.config import CONFIGS, ConfigError, RunConfig, TrainConfig, resolved
from varsac.options import OptionError, from_plain, split_assignment, to_plain, with_options


@dataclasses.dataclass(frozen=True)
class Inner:
    depth: int = 1
    rates: tuple[float, ...] = (0.5,)


@dataclasses.dataclass(frozen=True)
class Outer:
    size: tuple[int, int] = (1, 2)
    fast: bool = False
    mode: str = "a"
    inner: Inner = dataclasses.field(default_factory=Inner)

    CHOICES = {"mode": ("a", "b")}  # noqa: RUF012


@pytest.mark.parametrize("module", [options, config])
def test_doctests(module):
    assert doctest.testmod(module).failed == 0


def test_every_type_is_understood():
    changed = with_options(
        Outer(), {"size": "3, 4", "fast": "yes", "mode": "b", "inner.depth": "7", "inner.rates": "1,2.5,3e-2"}
    )
    assert changed == Outer((3, 4), True, "b", Inner(7, (1.0, 2.5, 0.03)))
    assert with_options(Outer(), {"fast": "Off"}).fast is False


@pytest.mark.parametrize(
    ("key", "text", "words"),
    [
        ("sizes", "1,2", "no option 'sizes'; did you mean size"),
        ("inner.dept", "1", "no option 'inner.dept'; did you mean depth"),
        ("inner", "1", "has parts: set one of inner.depth, inner.rates"),
        ("fast.er", "1", "fast has no parts"),
        ("size", "1", "size=1: 2 values"),
        ("size", "1,x", "size=1,x: a whole number"),
        ("inner.rates", "x", "inner.rates=x: a number"),
        ("fast", "maybe", "fast=maybe: true or false"),
        ("mode", "c", "mode=c: choose one of a, b"),
    ],
)
def test_mistakes_are_explained(key, text, words):
    with pytest.raises(OptionError, match=words):
        with_options(Outer(), {key: text})


@pytest.mark.parametrize("text", ["steps", "=3"])
def test_assignments_need_a_key(text):
    with pytest.raises(OptionError, match="key=value"):
        split_assignment(text)


def test_plain_values_survive_json():
    changed = Outer((3, 4), True, "b", Inner(7))
    assert from_plain(Outer, json.loads(json.dumps(to_plain(changed))), "it") == changed
    with pytest.raises(OptionError, match=r"it has the options \['colour'\]"):
        from_plain(Outer, {"colour": 1}, "it")


@pytest.mark.parametrize("name", CONFIGS)
def test_every_configuration_survives_json(name):
    run = resolved(name, {})
    assert RunConfig.from_dict(json.loads(json.dumps(run.to_dict()))) == run


@pytest.mark.parametrize(
    ("name", "settings", "words"),
    [
        ("fast", {}, "'fast' is unknown; there are default, smoke"),
        ("default", {"steps": "3"}, "options begin with one of model., train."),
        ("default", {"train.step": "3"}, "did you mean steps"),
        ("default", {"model.scale": "big"}, "model: scale=big: choose one of learned, fixed"),
        ("default", {"train.steps": "0"}, "at least 1"),
        ("default", {"train.learning_rate": "-1"}, "above 0"),
        ("default", {"train.learning_rate": "nan"}, "above 0"),
        ("default", {"train.warmup_steps": "-1"}, "train.warmup_steps=-1: a number from 0 up"),
        ("default", {"train.validate_examples": "-1"}, "from 0 up"),
        ("default", {"train.weight_decay": "inf"}, "from 0 up"),
        ("default", {"model.glimpses": "0"}, "in model: glimpses=0: a whole number from 1 up"),
        ("default", {"model.beta": "-0.1"}, "a finite number from 0 up"),
        ("default", {"model.beta": "nan"}, "a finite number from 0 up"),
        ("default", {"model.jitter": "0"}, "in model: jitter=0.0: a finite number above 0"),
        ("default", {"model.jitter": "nan"}, "in model: jitter=nan: a finite number above 0"),
        ("ram", {"model.window": "0"}, "a window has to have a side"),
    ],
)
def test_settings_that_cannot_be(name, settings, words):
    with pytest.raises((ConfigError, OptionError), match=words):
        resolved(name, settings)


def test_seed_and_steps_have_defaults():
    assert TrainConfig().steps == 2000 and TrainConfig().seed == 0
