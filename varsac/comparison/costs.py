"""What an answer costs each configuration: all of them in one process, in turns, an image at a time.

Figures of training runs do not compare: they were taken at different times beside different other work. Here every
round asks each model about the same images, one after the other; CPU time of one thread, from an image that is there to
its answer: coarse levels, the proxy where the model looks at one, windows, network. Norms are folded first
(`varsac.inference`). Where the trained weights are gone, fresh ones stand in: they cost the same.
"""

from __future__ import annotations

import dataclasses
import json
import pathlib
import statistics
import time
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import nn

from sc2data.errors import UserError
from sc2data.format.durable import replace_file
from sc2data.format.provenance import code_version
from sc2data.peak import forget_peak, peak_mib
from sc2data.pyramid import Pyramid
from sc2data.pyramid.pyramid import ArrayPlane
from varsac.comparison.processes import apart
from varsac.comparison.result import Result, here
from varsac.comparison.runner import Tell, task_of
from varsac.comparison.work import Work, work
from varsac.config import RunConfig
from varsac.engine import checkpoint
from varsac.inference import folded
from varsac.models import registry
from varsac.tasks.batch import collate
from varsac.tasks.proxy import proxy_of
from varsac.tasks.task import WHOLE_VIEW, DataSpec, Example

FULL = "full_image"
"""The configuration that others are compared with; measured whether it was trained or not."""
EXAMPLES, ROUNDS, PATIENCE = 8, 5, 2.0
"""Images at most, rounds, and CPU-seconds after which a model is given no further image in a round."""


class CostError(UserError, ValueError):
    """A file that holds no costs."""


@dataclasses.dataclass(frozen=True)
class Cost:
    """Of one answer.

    Args:
        seconds: of the processor, the median over the rounds; low, high: the least and the most of them.
        peak_mib: what the process's memory grows by at most, over weights and image.
        pixels: read, whole tiles where they are compressed.
        weights: "seed N", or "fresh".
    """

    seconds: float
    low: float
    high: float
    peak_mib: float
    pixels: float
    weights: str


@dataclasses.dataclass(frozen=True)
class Costs:
    """Of all configurations of a work.

    Args:
        by_configuration: each one's.
        image: (height, width) of the first image, px.
        examples: how many images at most; rounds: how often.
        code: what measured; machine: on what.
    """

    by_configuration: Mapping[str, Cost]
    image: tuple[int, int]
    examples: int
    rounds: int
    code: Mapping[str, Any]
    machine: Mapping[str, Any]

    @property
    def full(self) -> Cost:
        """Of the full-resolution network."""
        return self.by_configuration[FULL]

    def save(self, path: pathlib.Path) -> None:
        """Write it at once.

        Raises:
            StorageError: the disk does not take it.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, (json.dumps(dataclasses.asdict(self), indent=1) + "\n").encode())

    @classmethod
    def load(cls, path: pathlib.Path) -> Costs | None:
        """Those in a file, None where there is none.

        Raises:
            CostError: it holds something else.
        """
        if not path.exists():
            return None
        try:
            fields = json.loads(path.read_text(encoding="utf-8"))
            each = {name: Cost(**cost) for name, cost in fields["by_configuration"].items()}
            costs = cls(**{**fields, "by_configuration": each, "image": tuple(fields["image"])})
            costs.full  # noqa: B018 (complains where it is not there)
        except (ValueError, TypeError, KeyError) as error:
            raise CostError(f"{path} holds no costs ({error!r}); remove it, and they are measured again") from None
        return costs


def costs_file(results: pathlib.Path, place: str) -> pathlib.Path:
    """Where the costs of a work are kept; see `varsac.comparison.result.place_of`."""
    return results / place / "costs.json"


@dataclasses.dataclass(frozen=True)
class Weighing:
    """The job of measuring all configurations of a work.

    Args:
        work: its name.
        configs: plain, by configuration.
        weights: checkpoints by configuration, with the seeds that they are of; none where they are gone.
        data: folder of the task's data.
        progress: file for what is said.
    """

    work: str
    configs: Mapping[str, Mapping[str, Any]]
    weights: Mapping[str, tuple[int, pathlib.Path]]
    data: str | None
    progress: pathlib.Path

    def do(self) -> Costs:
        """Measure.

        Raises:
            UserError: what the data or checkpoints raise.
        """
        one = work(self.work)
        models = {name: self._asked(one, name) for name in self.configs}
        growth = {name: asked.growth() for name, asked in models.items()}
        times: dict[str, list[float]] = {name: [] for name in models}
        for _ in range(ROUNDS):
            for name, asked in models.items():
                times[name].append(asked.seconds())
        costs = {
            name: Cost(
                round(statistics.median(times[name]), 7),
                round(min(times[name]), 7),
                round(max(times[name]), 7),
                round(growth[name], 2),
                round(asked.pixels, 1),
                f"seed {self.weights[name][0]}" if name in self.weights else "fresh",
            )
            for name, asked in models.items()
        }
        image = next(iter(models.values())).examples[0].image
        return Costs(costs, (image.height, image.width), EXAMPLES, ROUNDS, code_version(), here())

    def _asked(self, one: Work, name: str) -> Asked:
        config = RunConfig.from_dict(self.configs[name])
        data = task_of(one, config, self.data).data("test")
        if name in self.weights:
            model, _, _ = checkpoint.load_model(self.weights[name][1])
        else:
            torch.manual_seed(0)
            model = registry.make(config.model, config.options, data.spec)
        examples = [data[row] for row in range(min(EXAMPLES, len(data)))]
        return Asked(folded(model), examples, data.spec, registry.sees_proxy(config.model, config.options))


class Asked:
    """A model and the images that it is asked about.

    Args:
        model: ready to answer.
        examples: one after the other.
        spec: what they are like.
        sees_proxy: whether the model looks at proxies.

    Attributes:
        pixels: read for an image, on average over all that was asked until now.
    """

    def __init__(self, model: nn.Module, examples: Sequence[Example], spec: DataSpec, sees_proxy: bool) -> None:
        self.model, self.examples, self._spec, self._sees_proxy = model, examples, spec, sees_proxy
        self._decoded, self._answers = 0, 0

    @property
    def pixels(self) -> float:
        """See the class."""
        return self._decoded / max(1, self._answers)

    def seconds(self) -> float:
        """CPU-seconds an image, on average over a round."""
        total, number = 0.0, 0
        for example in self.examples:
            total += self.answer(example)
            number += 1
            if total > PATIENCE:
                break
        return total / number

    def growth(self) -> float:
        """What the process's memory grows by for the first image, MiB; the second time, when all has been made once."""
        self.answer(self.examples[0])
        before = forget_peak()
        self.answer(self.examples[0])
        return peak_mib() - before

    @torch.inference_mode()
    def answer(self, example: Example) -> float:
        """The CPU-seconds that an answer takes."""
        image = unread(example.image)
        begin = time.process_time()
        proxy = example.proxy
        if self._sees_proxy and example.view == WHOLE_VIEW:
            proxy = proxy_of(image, self._spec.proxy_size)
        batch = collate([dataclasses.replace(example, image=image, proxy=proxy)])
        self.model(batch)
        seconds = time.process_time() - begin
        self._decoded += batch.images.decoded
        self._answers += 1
        return seconds


def unread(image: Pyramid) -> Pyramid:
    """An image of which no coarse level was made yet."""
    return Pyramid.of(image.level(0)) if isinstance(image.planes[0], ArrayPlane) else image


def measured(
    results: Sequence[Result], trained: pathlib.Path, data: str | None, progress: pathlib.Path, tell: Tell
) -> Costs | None:
    """The costs of all configurations that there are results of, and of the full-resolution network.

    Args:
        results: of one work.
        trained: the folder of its runs, whose checkpoints are taken where they are there.
        data: folder of the task's data.
        progress: file for what is said meanwhile.
        tell: is told where it fails.

    Returns:
        None where it fails.
    """
    first = {one.configuration: one for one in sorted(results, key=lambda one: -one.seed)}
    configs = {name: one.config for name, one in sorted(first.items())}
    name = results[0].work
    if FULL not in configs:
        configs[FULL] = work(name).config(FULL, 0, {}).to_dict() | {"task_options": results[0].config["task_options"]}
    checkpoints = {
        key: (one.seed, path)
        for key, one in first.items()
        if (path := trained / f"{key}-seed{one.seed}" / "best.pt").exists()
    }
    job = Weighing(name, configs, checkpoints, data, progress)
    for _, costs in apart([(job, lambda line: tell(f"{name}: measuring costs {line}"))], 1):
        return costs
    return None
