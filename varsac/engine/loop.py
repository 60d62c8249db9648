"""The training loop: one for every model and task, on one process or several."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import math
import pathlib
import sys
import time
from collections.abc import Iterator
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader

from sc2data.errors import UserError
from sc2data.format.durable import FolderLock, replace_file
from sc2data.pyramid import FixationError
from varsac import losses
from varsac.config import RunConfig, TrainConfig
from varsac.engine import checkpoint
from varsac.engine.curriculum import StagedData, StagedSampler
from varsac.engine.distributed import Place, joined
from varsac.engine.evaluate import NotFiniteError, evaluate
from varsac.engine.logs import Log
from varsac.engine.sampler import StepSampler
from varsac.models import registry
from varsac.tasks.batch import Batch, collate
from varsac.tasks.task import Task

LAST, BEST = "last.pt", "best.pt"


class DivergedError(UserError, ArithmeticError):
    """A part of the loss, the gradient, a fixation, an answer or a weight is no longer a finite number."""


class RunError(UserError, ValueError):
    """A folder that a run cannot begin or go on in."""


class Trainer:
    """One run: `Trainer(...).run()`.

    A folder holds `config.json`, `log.jsonl`, `last.pt` (the newest step) and `best.pt` (the best validation). A run
    that was cut off goes on from `last.pt` in the middle of an epoch and ends with the same bytes.

    Args:
        config: model and schedule.
        task: the data.
        folder: of the run.
        place: this process.
        resume: go on with the run in the folder, or begin where there is none.

    Raises:
        CurriculumError: a curriculum for data that cannot be eased.
        RunError: the folder holds a run and it is not to be gone on with, or one of other settings; or `train.best` is
            no measure.
        CheckpointError: `last.pt` is not of this model.
        InUseError: another process trains in the folder.
    """

    def __init__(self, config: RunConfig, task: Task, folder: pathlib.Path, place: Place, resume: bool = False) -> None:
        self.config, self.train, self.folder, self.place = config, config.train, folder, place
        if self.train.batch % place.world:
            raise RunError(f"train.batch={self.train.batch} cannot be shared out evenly among {place.world} processes")
        data, self.val = task.data("train"), task.data("val")
        self.spec = data.spec
        self.data: Any = StagedData(data) if self.train.curriculum else data
        folder.mkdir(parents=True, exist_ok=True)
        self.lock = FolderLock(folder) if place.first else None
        seed = self.train.seed
        torch.manual_seed(seed)  # the same weights in every process
        model = registry.make(config.model, config.options, self.spec).to(place.device)
        self.model = model.to(memory_format=torch.channels_last) if self.train.channels_last else model  # type: ignore[call-overload]
        self.optimizer = torch.optim.AdamW(
            self.model.parameters(), self.train.learning_rate, weight_decay=self.train.weight_decay
        )
        self.generator = torch.Generator(place.device).manual_seed(seed + 1 + 1000 * place.rank)
        self.step, self.best, self.seen = 0, -math.inf, 0.0
        try:
            self._begin(resume)
        except Exception:
            self._leave()
            raise

    def run(self) -> dict[str, float]:
        """Train to the last step.

        Returns:
            The measures of the last validation.

        Raises:
            DivergedError: see there; `last.pt` and `best.pt` are those of the last validation before.
            StorageError: a checkpoint could not be written; those before are intact.
        """
        try:
            with contextlib.ExitStack() as stack:
                log = Log(self.folder, self.step, self.train.tensorboard) if self.place.first else None
                clock = Clock(self.step, self.train.steps)
                stack.callback(clock.end)
                return self._run(stack.enter_context(log) if log else None, clock)
        finally:
            self._leave()

    def _run(self, log: Log | None, clock: Clock) -> dict[str, float]:
        train, place, measures = self.train, self.place, dict[str, float]()
        if train.compile:
            for part in self.model.children():  # not the whole: reading windows is none of the compiler's business
                part.compile()
        forward = cast(Any, place.wrap(self.model))
        self.model.train()
        for batch in self._batches():
            progress = self.step / train.steps
            for group in self.optimizer.param_groups:
                group["lr"] = learning_rate(train, self.step)
            with torch.autocast(place.device.type, torch.bfloat16, enabled=train.bf16), self._stopping(self.step + 1):
                output = forward(batch, self.generator)
                terms = cast(registry.Model, self.model).loss(output, batch, progress)
            self._check(terms)
            total = torch.stack(list(terms.values())).sum()
            self.optimizer.zero_grad(set_to_none=True)
            total.backward()
            norm = self._clip()
            self._check({"gradient": norm})
            self.optimizer.step()
            self.step += 1
            if log and self.step % train.log_every == 0:
                log.write("train", self.step, self._described(terms, norm) | clock.tell(self.step))
                clock.show(self.step, float(total.detach()))
            if self.step % train.validate_every == 0 or self.step == train.steps:
                measures = self._validate(log)
                clock.note(self.step, measures)
        return measures

    def _leave(self) -> None:
        """Let others train in the folder."""
        if self.lock:
            self.lock.close()

    def _begin(self, resume: bool) -> None:
        """Take up the run in the folder, or write down what this one is."""
        described = self.folder / "config.json"
        mine = {"config": self.config.to_dict(), "spec": self.spec.to_dict()}
        if (self.folder / LAST).exists():
            if not resume:
                raise RunError(
                    f"{self.folder} holds a run already; go on with it by --resume, or choose another folder"
                )
            content = checkpoint.load(self.folder / LAST)
            changed = differences(content["config"], mine["config"])
            if changed or content["spec"] != mine["spec"]:
                other = changed or "other data"
                raise RunError(f"{self.folder} holds a run with {other}; give the same, or another folder")
            self._restore(content)
        elif self.train.best and self.place.first:
            score_of(self._measures(), self.train.best)  # a name that is none is better known before the work is done
        if self.place.first:
            replace_file(described, (json.dumps(mine, indent=2) + "\n").encode())

    def _restore(self, content: dict[str, Any]) -> None:
        training = content["training"]
        if len(training["generators"]) != self.place.world:
            raise RunError(
                f"{self.folder} was trained by {len(training['generators'])} processes and goes on only with as many, "
                f"not {self.place.world}: their draws would differ"
            )
        checkpoint.restore(self.model, content["weights"], self.folder / LAST)
        self.optimizer.load_state_dict(training["optimizer"])
        self.generator.set_state(training["generators"][self.place.rank])
        self.step, self.best = content["step"], training["best"]

    def _batches(self) -> Any:
        """The batches of this process from the present step on, on its device."""
        train, place = self.train, self.place
        rank, world = place.rank, place.world
        order: Any = StepSampler(len(self.data), train.batch, train.steps, train.seed, self.step, rank, world)
        if train.curriculum:
            order = StagedSampler(order, train.curriculum * train.steps)
        loader: Any = DataLoader(
            self.data,
            batch_sampler=order,
            collate_fn=collate,
            num_workers=train.workers,
            persistent_workers=False,
        )
        return (cast(Batch, batch).to(place.device) for batch in loader)

    def _clip(self) -> Tensor:
        """The gradient's norm; it is limited as the settings say."""
        parameters = [one for one in self.model.parameters() if one.grad is not None]
        norm = nn.utils.clip_grad_norm_(parameters, self.train.clip or math.inf)
        if self.train.clip_value:
            nn.utils.clip_grad_value_(parameters, self.train.clip_value)
        return norm

    def _check(self, terms: dict[str, Tensor]) -> None:
        name = losses.first_infinite(terms)
        if name is not None:
            raise self._diverged(self.step + 1, f"{name} is {float(terms[name].detach()):g}")

    def _diverged(self, step: int, what: str) -> DivergedError:
        kept = f"{self.folder / LAST} is intact" if (self.folder / LAST).exists() else "nothing was saved yet"
        return DivergedError(
            f"step {step}: {what}. Training stopped; {kept}. Try a lower train.learning_rate, or train.bf16=false"
        )

    @contextlib.contextmanager
    def _stopping(self, step: int) -> Iterator[None]:
        """Where a model is at its end before there is a loss, say so as where the loss tells it."""
        try:
            yield
        except FixationError as error:
            raise self._diverged(step, f"{_first_words(error)} shows nothing") from error
        except NotFiniteError as error:
            raise self._diverged(step, _first_words(error)) from error

    def _validate(self, log: Log | None) -> dict[str, float]:
        """Measure on the validation split and save; the other processes wait."""
        train, measures = self.train, dict[str, float]()
        generators = self.place.gather(self.generator.get_state())
        if self.place.first:
            measures = self._measures()
            broken = losses.first_infinite(self.model.state_dict())
            if broken is not None:
                raise self._diverged(self.step, f"the weight {broken} is no longer a finite number everywhere")
            score = score_of(measures, train.best)
            better = score > self.best
            self.best = max(score, self.best)
            training = {"optimizer": self.optimizer.state_dict(), "generators": generators, "best": self.best}
            if log:  # before what the run goes on from: lines of later steps are dropped then, none is missing
                log.write("val", self.step, measures)
            if better:  # before what tells how good the best one was: with the disk full after it, the run would forget
                checkpoint.save(self.folder / BEST, self.config, self.spec, self.step, self.model)
            checkpoint.save(self.folder / LAST, self.config, self.spec, self.step, self.model, training)
        self.place.wait()
        return measures

    def _measures(self) -> dict[str, float]:
        train = self.train
        with self._stopping(self.step):
            return evaluate(
                self.model, self.val, train.batch, train.validate_examples, device=self.place.device, localise=False
            )

    def _described(self, terms: dict[str, Tensor], norm: Tensor) -> dict[str, Any]:
        values = {name: round(float(term.detach()), 6) for name, term in terms.items()}
        return {"loss": round(sum(values.values()), 6), **values, "gradient": round(float(norm), 6)}


def _first_words(error: Exception) -> str:
    """What is wrong, without the advice for those who call for themselves."""
    return str(error).partition(": ")[0]


@dataclasses.dataclass
class Clock:
    """How fast it goes, and how long it will still take."""

    first: int
    steps: int
    begin: float = dataclasses.field(default_factory=time.perf_counter)
    cpu: float = dataclasses.field(default_factory=time.process_time)
    shown: bool = False

    def tell(self, step: int) -> dict[str, float]:
        """Seconds and CPU-seconds since the run was started or gone on with, and steps a second."""
        seconds = time.perf_counter() - self.begin
        return {
            "seconds": round(seconds, 3),
            "cpu_seconds": round(time.process_time() - self.cpu, 3),
            "steps_per_second": round((step - self.first) / seconds, 3),
        }

    def show(self, step: int, loss: float) -> None:
        """The progress line."""
        rate = (step - self.first) / (time.perf_counter() - self.begin)
        left = (self.steps - step) / rate
        time_left = f"{int(left // 60)}:{int(left % 60):02d}"
        line = f"step {step}/{self.steps}  loss {loss:.4f}  {rate:.1f} steps/s  {time_left} left"
        print(f"\r{line}   ", end="", file=sys.stderr, flush=True)
        self.shown = True

    def note(self, step: int, measures: dict[str, float]) -> None:
        """What a validation found, on a line that stays; nothing in processes that did not measure."""
        if measures:
            self.end()
            told = "  ".join(f"{name} {value:.3g}" for name, value in measures.items() if name not in COSTS)
            print(f"step {step}/{self.steps}  validation: {told}", file=sys.stderr, flush=True)

    def end(self) -> None:
        """Leave the progress line as it is: what comes next stands below it."""
        if self.shown:
            print(file=sys.stderr, flush=True)
        self.shown = False


COSTS = ("seconds", "pixels_decoded")
"""Measures that a validation need not tell while it trains; the log has them."""


def learning_rate(train: TrainConfig, step: int) -> float:
    """The learning rate of a step, the first being 0.

    >>> schedule = TrainConfig(steps=100, learning_rate=1.0, warmup_steps=10)
    >>> [round(learning_rate(schedule, step), 3) for step in (0, 9, 99)]
    [0.1, 0.981, 0.02]
    """
    rising = min(1.0, (step + 1) / train.warmup_steps) if train.warmup_steps else 1.0
    if train.schedule == "constant":
        return train.learning_rate * rising
    return train.learning_rate * rising * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * step / train.steps)))


def score_of(measures: dict[str, float], best: str) -> float:
    """What is the higher the better: the measure of a name, or a plain choice among those that there are.

    Raises:
        RunError: no measure of that name.

    >>> score_of({"marines/mae": 2.0, "found": 0.5}, "")
    -2.0
    """
    if best:
        if best not in measures:
            raise RunError(f"train.best={best}: there is no such measure; choose one of {', '.join(measures)}")
        return -measures[best] if best.endswith(("mae", "mae_expected", "calibration_error")) else measures[best]
    accuracies = [value for name, value in measures.items() if name.endswith("/accuracy")]
    errors = [value for name, value in measures.items() if name.endswith("/mae")]
    return sum(accuracies) - sum(errors)


NO_MATTER = ("workers", "device", "log_every", "tensorboard")
"""Settings that a run may be gone on with differently: they change nothing that is learned."""
TOLD = 4
"""Settings that differ, as many as an error tells."""


def differences(mine: dict[str, Any], other: dict[str, Any]) -> str:
    """What differs between two configurations (`RunConfig.to_dict`), in words; "" where nothing does.

    >>> ram = {"model": "ram", "options": {"state": 8}, "train": {}, "task": "", "task_options": {}}
    >>> differences(ram, {**ram, "model": "varsac", "options": {"beta": 2}})
    'model=ram, not varsac'
    >>> differences(ram, {**ram, "options": {"state": 9}, "train": {"seed": 1}})
    'model.state=8, not 9; train.seed=None, not 1'
    """
    # The settings of another model, or of another task, are all different: that is not worth telling.
    names = differing(_kind(mine), _kind(other)) or differing(_settings(mine), _settings(other))
    more = f" and {len(names) - TOLD} more" if len(names) > TOLD else ""
    return "; ".join(names[:TOLD]) + more


def _kind(config: dict[str, Any]) -> dict[str, Any]:
    return {name: config[name] for name in ("model", "task")}


def _settings(config: dict[str, Any]) -> dict[str, Any]:
    """Under the names by which `--set` knows them."""
    return {"model": config["options"], "train": config["train"], "task": config["task_options"]}


def differing(mine: dict[str, Any], other: dict[str, Any], prefix: str = "") -> list[str]:
    """What differs between two nested dictionaries, but for `NO_MATTER`: keys, dotted, with both values.

    >>> differing({"train": {"steps": 1, "seed": 0}}, {"train": {"steps": 2, "seed": 0}})
    ['train.steps=1, not 2']
    """
    names = []
    for key in sorted(mine.keys() | other.keys()):
        left, right = mine.get(key), other.get(key)
        if isinstance(left, dict) and isinstance(right, dict):
            names += differing(left, right, f"{prefix}{key}.")
        elif left != right and key not in NO_MATTER:
            names.append(f"{prefix}{key}={left}, not {right}")
    return names


def train(config: RunConfig, task: Task, folder: pathlib.Path, resume: bool = False) -> dict[str, float]:
    """Train a model in a folder, with the processes that torchrun started or by itself; see `Trainer`."""
    with joined(config.train.device) as place:
        return Trainer(config, task, folder, place, resume).run()
