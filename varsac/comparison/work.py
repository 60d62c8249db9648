"""The works that models are compared on: tasks with fixed settings, and what each model is given to learn them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from sc2data.errors import UserError
from varsac.config import HIDDEN_PLATES, SMALL_DIGITS, RunConfig, recipe, resolved
from varsac.tasks import registry


class WorkError(UserError, ValueError):
    """A work that there is not, or one without the data that it needs."""


@dataclasses.dataclass(frozen=True)
class Work:
    """A task with fixed settings.

    Args:
        title: for people.
        task: name in `varsac.tasks.registry`.
        columns: what tables show: measures as `varsac.engine.evaluate` names them, with their titles.
        settings: text by key ("task.", "model." or "train."), for every configuration.
        recipes: settings for single models, by their names in `varsac.models.registry`; they come after the others, and
            after them those for single configurations, by theirs.
        heads: what the head of a column is called where a recipe asks for another one.
        needs_data: a folder of data has to be given.
    """

    title: str
    task: str
    columns: Mapping[str, str]
    settings: Mapping[str, str] = dataclasses.field(default_factory=dict)
    recipes: Mapping[str, Mapping[str, str]] = dataclasses.field(default_factory=dict)
    heads: Mapping[str, str] = dataclasses.field(default_factory=dict)
    needs_data: bool = False

    def config(self, configuration: str, seed: int, settings: Mapping[str, str]) -> RunConfig:
        """What a configuration is on this work.

        Args:
            configuration: name in `varsac.config.CONFIGS`.
            seed: of the run.
            settings: that come last.

        Raises:
            ConfigError: an unknown configuration.
            OptionError: a setting that its model or task does not have.
        """
        asked = {**self.settled(configuration), **settings, "train.seed": str(seed)}
        return resolved(configuration, asked, self.task, registry.entry(self.task).config())

    def settled(self, configuration: str) -> dict[str, str]:
        """The settings that the work gives a configuration.

        Raises:
            ConfigError: an unknown configuration.
        """
        model = recipe(configuration).model
        recipes = [self.recipes.get(name, {}) for name in (model, configuration)]
        return {**self.settings, **TUNED.get(model, {}), **recipes[0], **recipes[1]}

    def value(self, measures: Mapping[str, float], column: str) -> float | None:
        """What a column shows of a model's measures; None for nothing.

        >>> WORKS["marines"].value({"marine/mae": 0.5}, "units/mae")
        0.5
        """
        if column in measures:
            return measures[column]
        head, _, measure = column.rpartition("/")
        return measures.get(f"{self.heads.get(head, head)}/{measure}")


TUNED: dict[str, Mapping[str, str]] = {
    "attention_sampling": {"train.learning_rate": "0.003", "train.batch": "8"},
    "crop_sum": {"train.batch": "8"},
    "differentiable_selection": {"train.learning_rate": "0.003"},
    "full_image": {"train.batch": "8"},
    "paper": {"train.learning_rate": "0.001", "train.batch": "8"},
    "patch_selection": {"train.learning_rate": "0.003", "train.batch": "8"},
    "ram": {"train.learning_rate": "0.003", "model.context": "true"},
    "saliency_sampler": {"train.batch": "8"},
    "thumbnet": {"train.learning_rate": "0.003", "train.batch": "8"},
}
"""What won the trials on the smallest work (results/smoke-85s/trials), for all of them."""

TWO_DIGITS = {"digits/right": "digits right", "digits/accuracy": "both right", "found": "found"}
MARINES = {
    "units/mae": "MAE",
    "units/within_1": "within 1",
    "units/exact": "exact",
    "found": "found",
    "units/mae_of_proxy": "MAE without glimpses",
}
MAJORITY = {"majority/accuracy": "right", "found": "found"}

NARROW = {"model.width": "16"}
"""Networks a quarter as wide as ResNet-18: in budgets of minutes that one would see a few hundred images."""
NARROWED = {name: NARROW for name in ("proxy_only", "saliency_sampler", "thumbnet", "patch_selection", "crop_sum")}
GIVEN = ("random_saccades", "oracle_saccades")
AROUND_PLATES = {"model.window": "1.3", "model.glimpse_size": "40"}
OVER_GROUPS = {"model.window": "3.75", "model.glimpse_size": "64"}
"""Windows of rivals as those of our own configurations for these works."""
COUNTED = {"task.answer": "count"}
"""For models that have no map to sum over: a class for each number from 0 to 22."""

HARVESTED: dict[str, str] = {
    "task.answer": "density",
    "task.proxy": "screen",
    "train.steps": "2800",
    "train.validate_every": "400",
    "train.validate_examples": "0",
}
COUNTING: dict[str, Mapping[str, str]] = {
    **NARROWED,
    "attention_sampling": {**OVER_GROUPS, "model.glimpses": "8"},
    "differentiable_selection": {**OVER_GROUPS, "model.glimpses": "8"},
    "patch_selection": {**NARROW, **OVER_GROUPS},
    "ram": {**COUNTED, "model.window": "1.875", "model.glimpse_size": "24", "model.glimpses": "8"},
    "paper": COUNTED,
    **{name: {**COUNTED, **OVER_GROUPS, "model.glimpses": "8"} for name in GIVEN},
}
"""What each model is given to count marines."""


def marines(screen: int, proxy: int) -> Work:
    """Counting marines on harvested screens of `screen` px by proxies of `proxy` px."""
    return Work(
        f"How many marines, 0 to 22, stand on a harvested screen of {screen} px; proxies are screens of {proxy} px",
        "sc2",
        MARINES,
        {**HARVESTED, "task.proxy_size": str(proxy)},
        COUNTING,
        {"units": "marine"},
        needs_data=True,
    )


WORKS: dict[str, Work] = {
    "smoke": Work(
        "Two digits of 24 px among 8 fragments in 256 px",
        "synthetic",
        TWO_DIGITS,
        {f"task.{key}": value for key, value in SMALL_DIGITS.items()} | {"train.steps": "1200"},
        {name: {"model.glimpses": "3"} for name in ("varsac", *GIVEN)} | NARROWED,
    ),
    "two_digits": Work(
        "Two digits of 24 px among 30 fragments in 512 px", "synthetic", TWO_DIGITS, {"train.steps": "2000"}, NARROWED
    ),
    "two_digits_2528": Work(
        "The same picture in 2528 px",
        "synthetic",
        TWO_DIGITS,
        {"task.height": "2528", "task.width": "2528", "task.train": "6400", "train.steps": "2000"},
        NARROWED,
        needs_data=True,
    ),
    "majority": Work(
        "Which digit of 28 px occurs three times among five, with 50 noise stamps, in 512 px",
        "synthetic",
        MAJORITY,
        {"task.scene": "megapixel", "train.steps": "3000", "train.curriculum": "0.4"},
        {
            **{name: {"model.glimpses": "7"} for name in ("varsac", *GIVEN, "ram")},
            **NARROWED,
        },
    ),
    "hidden": Work(
        "Which digit is on the plate hidden in a photograph of 8 to 24 megapixels",
        "dslr",
        {"object/accuracy": "right", "found": "found"},
        {f"task.{key}": value for key, value in HIDDEN_PLATES.items()}
        | {"train.steps": "1600", "train.curriculum": "0.25"},
        {
            **NARROWED,
            "proxy_only": {**NARROW, "train.steps": "300"},
            "oracle_saccades": {**AROUND_PLATES, "model.glimpses": "1"},
            **{name: AROUND_PLATES for name in ("random_saccades", "attention_sampling", "differentiable_selection")},
            "attention_sampling_hint": {"model.salience": "6", "model.stands_out": "isolation"},
            "patch_selection": {**NARROW, **AROUND_PLATES},
            "ram": {"model.window": "0.85", "model.glimpse_size": "20"},
        },
        needs_data=True,
    ),
    "marines": marines(1024, 48),
    "marines_512": marines(512, 32),
}


def work(name: str) -> Work:
    """The work of a name.

    Raises:
        WorkError: there is none.
    """
    if name not in WORKS:
        raise WorkError(f"work {name!r} is unknown; there are {', '.join(WORKS)}")
    return WORKS[name]
