"""A trained model on a person's own images: answers, positions in image pixels, and where it looked."""

from __future__ import annotations

import dataclasses
import pathlib
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from sc2data.errors import UserError
from sc2data.format.durable import StorageError, replace_file
from sc2data.pyramid import Pyramid
from varsac import geometry, viz
from varsac.config import RunConfig
from varsac.engine.answers import HeadAnswers, rounded
from varsac.engine.channels import with_channels
from varsac.engine.inputs import RECORD, Given, Source
from varsac.models.given_saccades import OracleSaccades
from varsac.options import from_plain
from varsac.positions import positions
from varsac.tasks import registry
from varsac.tasks.batch import collate
from varsac.tasks.proxy import blurred, proxy_of
from varsac.tasks.sc2 import SC2Config
from varsac.tasks.synthetic import SyntheticConfig
from varsac.tasks.task import DataSpec, Example, Objects

SIDE = 1200
"""Longer side of annotated pictures, px."""


class PredictionError(UserError, ValueError):
    """A model that cannot answer for the image that it was given."""


@dataclasses.dataclass(frozen=True, eq=False)
class Prediction:
    """What a model says of one image.

    Args:
        width: of the image, px; height: likewise.
        answers: by head, see `HeadAnswers.plain`.
        words: all answers on a line.
        positions: (P, 3), x and y in image px and a score, best first; see `varsac.positions`.
        fixations: (T, 3), the most probable saccades in order.
        windows: (T, 4), x, y and side of these in image px, and how probable their places were.
    """

    width: int
    height: int
    answers: dict[str, dict[str, object]]
    words: str
    positions: npt.NDArray[np.float32]
    fixations: npt.NDArray[np.float32]
    windows: npt.NDArray[np.float32]

    def plain(self) -> dict[str, Any]:
        """As JSON has it; positions and windows as lists of objects with x, y, side (px) and score."""
        return {
            "width": self.width,
            "height": self.height,
            "answers": self.answers,
            "positions": [_named(("x", "y", "score"), row) for row in self.positions],
            "windows": [_named(("x", "y", "side", "score"), row) for row in self.windows],
        }


@dataclasses.dataclass(frozen=True)
class Result:
    """What became of one image: a prediction, or what was wrong with it, or both where only its picture is missing.

    Args:
        name: of the image.
        prediction: None where the image could not be used.
        problem: in words; "" for none.
        picture: the annotated picture, where one was asked for and written.
    """

    name: str
    prediction: Prediction | None = None
    problem: str = ""
    picture: pathlib.Path | None = None

    def plain(self) -> dict[str, Any]:
        """As JSON has it."""
        predicted = self.prediction.plain() if self.prediction else {}
        error = {"error": self.problem} if self.problem else {}
        annotated = {"annotated": str(self.picture)} if self.picture else {}
        return {"image": self.name, **error, **predicted, **annotated}


class Predictor:
    """Answers for one image after the other; what it says of one does not depend on the others.

    The image may have any size and aspect, and be grey or in colour: it is made what the model was trained on. Windows
    are shares of the shorter side, so objects should be about as large in the image as they were in training.

    Args:
        model: of the registry, trained.
        config: of its run; says what the proxy is.
        spec: the data that the model is for.
        device: where it computes.
        draws: 1: the answer of the most probable saccades; more: the mean of so many draws, and the spread of counts.
            Positions and windows are always those of the most probable saccades.
        seed: of the draws.

    Raises:
        PredictionError: the model looks at the true objects, which nobody knows here.
    """

    def __init__(
        self,
        model: nn.Module,
        config: RunConfig,
        spec: DataSpec,
        device: torch.device | str = "cpu",
        draws: int = 1,
        seed: int = 0,
    ) -> None:
        if isinstance(model, OracleSaccades):
            raise PredictionError("this model looks where the true objects are, and only a task's examples tell where")
        self.model, self.spec = model.to(device).eval(), spec
        self.device, self.draws, self.seed = device, draws, seed
        settings = from_plain(registry.entry(config.task).config, config.task_options, "the task") if config.task else 0
        self._minimap = isinstance(settings, SC2Config) and settings.proxy == "minimap"
        self._blur = settings.blur if isinstance(settings, SyntheticConfig) else 1

    @torch.no_grad()
    def __call__(self, given: Given) -> Prediction:
        """Look at an image.

        Raises:
            PredictionError: the model needs the minimap that it was rendered with, and it came without.
            UserError: its pixels cannot be read.
        """
        batch = collate([self._example(given)]).to(self.device)
        outputs = [self.model(batch, None)]
        if self.draws > 1:
            generator = torch.Generator(self.device).manual_seed(self.seed)
            outputs += [self.model(batch, generator) for _ in range(self.draws)]
        likeliest, drawn = outputs[0], outputs[1:] or outputs
        answers = {
            head.name: HeadAnswers(head, torch.stack([output.answers[head.name] for output in drawn]))
            for head in self.spec.heads
        }
        fixations = likeliest.fixations.float()  # (1, T, 3)
        centres = geometry.to_pixels(fixations[..., :2], batch.extent)
        windows = [centres, fixations[..., 2:] * batch.extent.min(), likeliest.scores.float()[..., None]]
        return Prediction(
            width=given.image.width,
            height=given.image.height,
            answers={name: answer.plain(0) for name, answer in answers.items()},
            words="; ".join(answer.words(0) for answer in answers.values()),
            positions=positions(likeliest, batch.extent)[0],
            fixations=fixations[0].cpu().numpy(),
            windows=torch.cat(windows, -1)[0].cpu().numpy(),
        )

    def _example(self, given: Given) -> Example:
        image = with_channels(given.image, self.spec.channels)
        if not self._minimap:
            return Example(blurred(proxy_of(image, self.spec.proxy_size), self._blur), image, {})
        if given.proxy is None:
            raise PredictionError(
                "the model was trained with the rendered minimap as its proxy, and an image alone has none. Give the "
                "minimap of the same moment by --proxy, and where the image lies on it by --view; or name a record of "
                f"a harvested data set, DATASET{RECORD}NUMBER; or train with task.proxy=screen, which needs no minimap"
            )
        minimap = with_channels(Pyramid.of(given.proxy), self.spec.channels)
        return Example(proxy_of(minimap, self.spec.proxy_size), image, {}, view=given.view)


def predict(predictor: Predictor, sources: Iterable[Source], pictures: pathlib.Path | None = None) -> Iterator[Result]:
    """Predict for some images; one that cannot be used does not keep the others waiting.

    Args:
        predictor: the model.
        sources: the images, see `varsac.engine.inputs.sources`.
        pictures: folder for annotated pictures, made where it is not there; None: no pictures.

    Yields:
        A result an image.

    Raises:
        OSError: the folder for pictures cannot be made.
    """
    taken: set[str] = set()
    if pictures:
        pictures.mkdir(parents=True, exist_ok=True)
    for source in sources:
        try:
            with source.opened() as given:
                prediction = predictor(given)
                picture = annotated(given.image, prediction, source.name) if pictures else None
        except (UserError, OSError) as error:
            text = str(error)
            yield Result(source.name, problem=text if source.name in text else f"{source.name}: {text}")
            continue
        if pictures is None or picture is None:
            yield Result(source.name, prediction)
            continue
        path = pictures / file_name(source.name, taken)
        try:
            replace_file(path, viz.png(picture))
        except StorageError as error:
            yield Result(source.name, prediction, str(error))
        else:
            yield Result(source.name, prediction, picture=path)


def annotated(image: Pyramid, prediction: Prediction, name: str, side: int = SIDE) -> viz.Picture:
    """The image with its windows in order, positions and the answer, uint8 RGB; `side` px at its longer side."""
    picture = viz.saccades(image, prediction.fixations, Objects.none(), prediction.positions, side)
    found = f"{prediction.width} x {prediction.height} px, {len(prediction.positions)} positions (crosses), "
    return viz.captioned(picture, [prediction.words, name, found + f"{len(prediction.windows)} windows in order"])


def file_name(name: str, taken: set[str]) -> str:
    """A name for an image's annotated picture that is not taken yet; it is taken from now on.

    >>> taken = set()
    >>> [file_name(name, taken) for name in ("a/cat.jpg", "b/cat.tif", "data/battles#7")]
    ['cat.png', 'cat-2.png', 'battles-7.png']
    """
    base, sign, part = pathlib.PurePath(name).name.partition(RECORD)
    stem = re.sub(r"[^\w.-]+", "_", f"{base}-{part}" if sign else pathlib.PurePath(base).stem)
    number = 1
    while (chosen := f"{stem}-{number}.png" if number > 1 else f"{stem}.png") in taken:
        number += 1
    taken.add(chosen)
    return chosen


def _named(names: Sequence[str], row: npt.NDArray[np.float32]) -> dict[str, float]:
    return {name: rounded(value) for name, value in zip(names, row.tolist(), strict=True)}
