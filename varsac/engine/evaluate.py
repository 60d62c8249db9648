"""What a model is worth on a split: answers, positions, and what it costs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Subset

from sc2data.errors import UserError
from varsac import geometry
from varsac.losses import first_infinite
from varsac.metrics import AnswerMeasures, Means, PositionMeasures
from varsac.models.output import Output
from varsac.positions import positions
from varsac.tasks.batch import Batch, collate
from varsac.tasks.task import TaskData


class NotFiniteError(UserError, ArithmeticError):
    """A model answers with what is no number: it cannot be measured."""


def batches(data: TaskData, batch: int, examples: int = 0, workers: int = 0) -> Iterator[Batch]:
    """The first examples of a split in order.

    Args:
        data: the split.
        batch: examples a batch; the last one may have fewer.
        examples: how many; 0: all.
        workers: processes that make them; 0: this one.
    """
    number = min(examples or len(data), len(data))
    loader: Any = DataLoader(Subset(data, range(number)), batch, collate_fn=collate, num_workers=workers)  # type: ignore[arg-type]
    yield from loader


@torch.no_grad()
def evaluate(
    model: nn.Module,
    data: TaskData,
    batch: int = 64,
    examples: int = 0,
    workers: int = 0,
    device: torch.device | str = "cpu",
    draws: int = 1,
    seed: int = 0,
    localise: bool = True,
    watch: Callable[[Batch, Sequence[Output]], None] | None = None,
) -> dict[str, float]:
    """Measure a model.

    Args:
        model: any of the registry.
        data: the split.
        batch: examples a batch.
        examples: how many; 0: all.
        workers: processes that make examples.
        device: where the model is.
        draws: 1: the most probable saccades; more: so many draws of saccades for each image, whose answers are averaged
            and whose spread is measured.
        seed: of the draws.
        localise: measure the positions at several radii too, which takes a while with densities.
        watch: is shown every batch and the outputs of its draws.

    Returns:
        "HEAD/MEASURE" as in `varsac.metrics`; of "density" heads over glimpses "HEAD/mae_of_proxy" too, how wrong the
        proxy's densities are without a glimpse; "found", "precision@R", "recall@R", "distance@R", R in radii of the
        objects; "seconds" an image in the model, reading of windows included, and "pixels_decoded" an image, all draws
        together; the making of proxies counts in neither.

    Raises:
        NotFiniteError: an answer is not a finite number.
        FixationError: likewise a fixation.
    """
    training = model.training
    model.eval()
    generator = torch.Generator(device).manual_seed(seed) if draws > 1 else None
    heads = data.spec.heads
    answers = {head.name: AnswerMeasures(head) for head in heads}
    places, costs = PositionMeasures(), Means()
    for host in batches(data, batch, examples, workers):
        one = host.to(device)
        begin = _finished(device)
        outputs = [model(one, generator) for _ in range(draws)]
        costs.add("seconds", [(_finished(device) - begin) / len(one)] * len(one))
        costs.add("pixels_decoded", [one.images.decoded / len(one)] * len(one))
        _check(outputs)
        for head in heads:
            answer = torch.stack([output.answers[head.name] for output in outputs])
            answers[head.name].add(answer if draws > 1 else answer[0], one.labels[head.name])
        for name, field in outputs[0].fields.items():
            costs.add(f"{name}/mae_of_proxy", (field.places.sum(2) - one.labels[name]).abs().cpu())
        _localised(places, outputs[0], one, localise)
        if watch is not None:
            watch(one, outputs)
    model.train(training)
    measures = {f"{name}/{key}": value for name, one in answers.items() for key, value in one.summary().items()}
    return measures | places.summary() | costs.means()


def found_in(output: Output, batch: Batch) -> Tensor:
    """(B, N), which objects lie in at least one glimpse; padding may do so too."""
    points = geometry.from_pixels(batch.objects.positions, batch.extent)
    windows = [geometry.within(points, fixation, batch.extent) for fixation in output.fixations.unbind(1)]
    return torch.stack(windows).any(0) if windows else torch.zeros_like(batch.objects.present)


def _check(outputs: Sequence[Output]) -> None:
    for output in outputs:
        name = first_infinite(output.answers)
        if name is not None:
            raise NotFiniteError(
                f"the model's answers to {name!r} are not finite numbers: its training diverged, or an image is unlike "
                "all that it was trained on; take an earlier checkpoint"
            )


def _finished(device: torch.device | str) -> float:
    """The time, s, at which all that a device was given to do is done."""
    if torch.device(device).type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter()


def _localised(places: PositionMeasures, output: Output, batch: Batch, localise: bool) -> None:
    if output.fixations.shape[1] == 0:  # a model that looks nowhere finds nothing
        return
    objects = batch.objects
    places.add_found(found_in(output, batch)[objects.present].cpu())
    if not localise:
        return
    for row, scored in enumerate(positions(output, batch.extent)):
        present = objects.present[row]
        places.add(
            scored[:, :2], objects.positions[row][present].cpu().numpy(), objects.radius[row][present].cpu().numpy()
        )
