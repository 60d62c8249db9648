"""What a training run is: its model, its schedule, and named configurations of both."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

from sc2data.errors import UserError
from varsac.models import registry
from varsac.options import OptionError, from_plain, to_plain, with_options


class ConfigError(UserError, ValueError):
    """Settings that cannot be."""


@dataclasses.dataclass(frozen=True)
class TrainConfig:
    """How a model is trained.

    Args:
        steps: optimiser steps.
        batch: examples a step, of all processes together.
        learning_rate: at its highest.
        schedule: "cosine" down to 2 % after warming up, or "constant".
        warmup_steps: over which the learning rate rises.
        weight_decay: of AdamW.
        clip: largest norm of the gradient; 0: no limit.
        clip_value: largest element of the gradient, as the published model has it; 0: no limit.
        curriculum: share of the steps over which painted pictures go from no clutter to all of it; 0: all at once.
        seed: of weights, order and draws.
        validate_every: steps between validations and checkpoints.
        validate_examples: how many of the validation split, 0: all.
        log_every: steps between lines of the log.
        best: the measure of the validation that "best.pt" has the best of, such as "digits/accuracy"; "": the sum of
            all accuracies less that of all mean absolute errors.
        workers: processes that make examples; 0: the training process itself.
        device: "auto", "cpu", "cuda" or "cuda:N".
        bf16: automatic mixed precision.
        channels_last: faster small convolutions.
        compile: `torch.compile` of the model's parts; takes a C++ compiler, and a minute or more to begin.
        tensorboard: write its event files too (needs the package tensorboard).
    """

    steps: int = 2000
    batch: int = 32
    learning_rate: float = 2e-3
    schedule: str = "cosine"
    warmup_steps: int = 50
    weight_decay: float = 1e-4
    clip: float = 5.0
    clip_value: float = 0.0
    curriculum: float = 0.0
    seed: int = 0
    validate_every: int = 200
    validate_examples: int = 512
    log_every: int = 20
    best: str = ""
    workers: int = 0
    device: str = "auto"
    bf16: bool = False
    channels_last: bool = True
    compile: bool = False
    tensorboard: bool = False

    CHOICES = {"schedule": ("cosine", "constant")}  # noqa: RUF012 (no annotation, so no field)

    def __post_init__(self) -> None:
        for name in ("steps", "batch", "validate_every", "log_every"):
            if getattr(self, name) < 1:
                raise ConfigError(f"train.{name}={getattr(self, name)}: at least 1 is needed")
        for name in ("warmup_steps", "weight_decay", "clip", "clip_value", "seed", "validate_examples", "workers"):
            if not 0 <= getattr(self, name) < math.inf:
                raise ConfigError(f"train.{name}={getattr(self, name)}: a number from 0 up is needed")
        if not 0 <= self.curriculum <= 1:
            raise ConfigError(f"train.curriculum={self.curriculum}: a share of the steps is needed, 0 to 1")
        if not 0 < self.learning_rate < math.inf:
            raise ConfigError(f"train.learning_rate={self.learning_rate}: a number above 0 is needed")


@dataclasses.dataclass(frozen=True)
class RunConfig:
    """Everything about a run but its folders.

    Args:
        model: name in `varsac.models.registry`.
        options: of that model, its own dataclass.
        train: how it is trained.
        task: name in `varsac.tasks.registry`, or "" for data of one's own.
        task_options: settings of the task as plain values.
    """

    model: str
    options: Any
    train: TrainConfig
    task: str = ""
    task_options: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for checkpoints and JSON."""
        return {
            "model": self.model,
            "options": to_plain(self.options),
            "train": to_plain(self.train),
            "task": self.task,
            "task_options": dict(self.task_options),
        }

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> RunConfig:
        """What `to_dict` gave.

        Raises:
            OptionError: options that this version does not know.
            UnknownModelError: likewise a model.
        """
        options = from_plain(registry.entry(fields["model"]).config, fields["options"], "the model")
        training = from_plain(TrainConfig, fields["train"], "the training")
        return cls(fields["model"], options, training, fields["task"], fields["task_options"])


@dataclasses.dataclass(frozen=True)
class Recipe:
    """A named configuration: what differs from the defaults.

    Args:
        model: name in `varsac.models.registry`.
        options: of the model, by name.
        train: fields of `TrainConfig`, by name.
        tasks: settings by name of the task, as text by key.
    """

    model: str
    options: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    train: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    tasks: Mapping[str, Mapping[str, str]] = dataclasses.field(default_factory=dict)


PAPER_TRAINING = {
    "learning_rate": 1e-5,
    "schedule": "constant",
    "weight_decay": 0.0,
    "clip": 0.0,
    "clip_value": 0.25,
    "batch": 100,
}
PAPER_DIGITS = {
    "height": "2528",
    "width": "2528",
    "proxy": "100",
    "blur": "3",
    "two_digits.digit": "0.28",
    "two_digits.fragment": "0.08",
    "two_digits.clutter": "8",
    "two_digits.canvas": "100",
}
"""Two digits of 28 px among 8 fragments in 100 px, enlarged; the proxy has lost two of three pixels."""
PAPER_SUMS = {**PAPER_DIGITS, "height": "100", "width": "100", "blur": "1", "two_digits.question": "sum"}
PAPER_SC2 = {"glimpses": 6, "largest": 0.1, "beta": 1.8, "activation": "relu", "norm": "group"}

SMALL_DIGITS = {
    "height": "256",
    "width": "256",
    "proxy": "32",
    "two_digits.digit": "0.09375",
    "two_digits.fragment": "0.0390625",
    "two_digits.clutter": "8",
}
"""Two digits of 24 px among 8 fragments of 10 px in 256 px: the smoke test of the trials."""

COUNTING = {
    "glimpses": 8,
    "glimpse_size": 64,
    "window": 3.75,
    "scale": "fixed",
    "feedback": False,
    "reconstruction": 0.0,
    "beta": 0.02,
    "inhibition": 0.8,
    "focus": 4.0,
    "points": 1.0,
}
"""Eight windows that each take in a group of objects, placed where the proxy's density has most left to be counted."""

SCREENS = {"sc2": {"answer": "density", "proxy": "screen"}}

VARIANTS: dict[str, dict[str, Any]] = {
    "without_hint": {"auxiliary": 0.0},
    "with_steady_hint": {"auxiliary": 0.5, "fading": 0.0},
    "without_credit": {"credit": 0.0},
    "with_worth": {"worth": 1.0},
    "without_divergence": {"beta": 0.0},
    "with_more_divergence": {"beta": 0.02},
    "without_decoder": {"reconstruction": 0.0},
    "without_variational": {"beta": 0.0, "reconstruction": 0.0},
    "without_feedback": {"feedback": False},
    "without_inhibition": {"inhibition": 0.0},
    "without_centring": {"centred": False},
    "without_salience": {"salience": 0.0},
    "without_zoom": {"scale": "fixed"},
}
"""The default model with one thing changed each; "without_variational" has neither divergence nor decoder."""

PATCHES = {"glimpse_size": 32, "window": 4 / 3}
"""Patches of rivals as our glimpses are: an object of 24 px and what is around it, pixel by pixel."""
ATTENTION_TRAINING = {"learning_rate": 1e-3, "schedule": "constant", "weight_decay": 0.0, "clip": 1.0}
SELECTION_TRAINING = {"learning_rate": 1e-3, "weight_decay": 0.1, "batch": 16}
OUR_EYE = {"network": "glimpses"}
"""VarSac's network of glimpses, for rivals whose method does not prescribe one: far quicker than their scripts'."""
DIFFERENTIABLE = {**PATCHES, **OUR_EYE, "pool": 2, "samples": 100}
DIFFERENTIABLE_TRAINING = {"learning_rate": 1e-3, "clip": 0.0, "clip_value": 0.1}
ATTENTION_HINT = {"auxiliary": 0.5, "salience": 2.0, "width": 32, "points": 1.0}
"""What VarSac is told, attention sampling is told too."""

HIDDEN_PLATES = {
    "layout": "hidden",
    "proxy": "112",
    "hidden.what": "plates",
    "hidden.smallest": "0.04",
    "hidden.largest": "0.06",
    "hidden.contrast": "0.8",
}
"""A plate with a digit in each photograph, 4 to 7 px of the proxy."""

CONFIGS: dict[str, Recipe] = {
    "default": Recipe("varsac"),
    "smoke": Recipe("varsac", {"glimpses": 3}, {"steps": 1200, "validate_every": 400}, {"synthetic": SMALL_DIGITS}),
    "marines": Recipe("varsac", COUNTING, {"steps": 2000}, SCREENS),
    "marines_by_counts": Recipe("varsac", {**COUNTING, "points": 0.0}, {"steps": 2000}, SCREENS),
    **{name: Recipe("varsac", options) for name, options in VARIANTS.items()},
    "hidden": Recipe(
        "varsac",
        {
            "window": 1.3,
            "jitter": 1.0,
            "glimpse_size": 40,
            "map_width": 16,
            "map_layers": 3,
            "reconstruction": 0.0,
            "auxiliary": 0.0,
            "worth": 1.0,
            "beta": 0.02,
            "salience": 6.0,
            "stands_out": "isolation",
        },
        {"curriculum": 0.25},
        {"dslr": HIDDEN_PLATES},
    ),
    "paper": Recipe("paper", {}, PAPER_TRAINING),
    "paper_digits": Recipe("paper", {}, PAPER_TRAINING, {"synthetic": PAPER_DIGITS}),
    "paper_sum": Recipe(
        "paper", {"glimpses": 2, "glimpse_size": 32}, {**PAPER_TRAINING, "batch": 128}, {"synthetic": PAPER_SUMS}
    ),
    "paper_sc2": Recipe("paper", PAPER_SC2, {**PAPER_TRAINING, "batch": 128}),
    "attention_sampling": Recipe("attention_sampling", {**PATCHES, **OUR_EYE}, ATTENTION_TRAINING),
    "attention_sampling_hint": Recipe(
        "attention_sampling", {**PATCHES, **OUR_EYE, **ATTENTION_HINT}, ATTENTION_TRAINING
    ),
    "patch_selection": Recipe("patch_selection", {**PATCHES, "glimpses": 16, "chunk": 32}, SELECTION_TRAINING),
    "differentiable_selection": Recipe("differentiable_selection", DIFFERENTIABLE, DIFFERENTIABLE_TRAINING),
    "ram": Recipe("ram", {"glimpse_size": 16, "window": 2 / 3}, {"learning_rate": 3e-4, "weight_decay": 0.0}),
    "saliency_sampler": Recipe("saliency_sampler", {"size": 128}, {"learning_rate": 1e-3}),
    "thumbnet": Recipe("thumbnet", {}, {"learning_rate": 1e-3}),
    "random_saccades": Recipe("random_saccades"),
    "oracle_saccades": Recipe("oracle_saccades"),
    "proxy_only": Recipe("proxy_only", {}, {"learning_rate": 1e-3}),
    "full_image": Recipe("full_image", {}, {"learning_rate": 1e-3}),
    "full_image_narrow": Recipe("full_image", {"width": 16}, {"learning_rate": 1e-3}),
    "crop_sum": Recipe("crop_sum", {}, {"learning_rate": 1e-3}),
}


def recipe(name: str) -> Recipe:
    """The named configuration.

    Raises:
        ConfigError: there is none.
    """
    if name not in CONFIGS:
        raise ConfigError(f"configuration {name!r} is unknown; there are {', '.join(CONFIGS)}")
    return CONFIGS[name]


def named(name: str) -> str:
    """A configuration's own name, or of a model's name the first configuration that is of it.

    >>> named("smoke"), named("varsac")
    ('smoke', 'default')
    """
    if name in CONFIGS:
        return name
    return next((one for one, chosen in CONFIGS.items() if chosen.model == name), name)


def resolved(name: str, settings: Mapping[str, str], task: str = "", task_config: Any = None) -> RunConfig:
    """A named configuration with some settings changed.

    Args:
        name: in `CONFIGS`.
        settings: text by key: "train.steps", "model.glimpses" or "task.seed".
        task: name of the task.
        task_config: its settings to begin with; None where there is no task to set.

    Raises:
        ConfigError: an unknown name.
        OptionError: an unknown key, or a value that it cannot take.

    >>> config = resolved("smoke", {"train.steps": "10", "model.scale": "fixed"})
    >>> config.model, config.options.glimpses, config.options.scale, config.train.steps
    ('varsac', 3, 'fixed', 10)
    """
    chosen = recipe(name)
    made = {"model": registry.entry(chosen.model).config(**chosen.options), "train": TrainConfig(**chosen.train)}
    if task_config is not None:
        made["task"] = with_options(task_config, chosen.tasks.get(task, {}))
    for key, text in settings.items():
        part, _, rest = key.partition(".")
        if part not in made or not rest:
            parts = ", ".join(f"{part}." for part in made)
            raise OptionError(f"there is no option {key!r}; options begin with one of {parts}")
        try:
            made[part] = with_options(made[part], {rest: text})
        except OptionError as error:
            raise OptionError(f"in {part}: {error}") from None
    _check_model(made["model"])
    settled = to_plain(made["task"]) if "task" in made else {}
    return RunConfig(chosen.model, made["model"], made["train"], task, settled)


def _check_model(options: Any) -> None:
    """Raises `OptionError` where a size or number is below 1, or a weight, share or side is negative or not finite."""
    for field in dataclasses.fields(options):
        value = getattr(options, field.name)
        least = {int: 1, float: 0}.get(type(value))
        if least is not None and not least <= value < math.inf:
            kind = "a whole number" if least else "a finite number"
            raise OptionError(f"in model: {field.name}={value}: {kind} from {least} up is needed")
        if field.name == "window" and not value:
            raise OptionError(f"in model: window={value}: a window has to have a side, 4/3 of an object's, say: 1.33")
