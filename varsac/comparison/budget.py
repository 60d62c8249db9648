"""Budgets of CPU-seconds as numbers of steps, by a rate that is measured once for each configuration and written down.

A run that ended by the clock would end elsewhere every time. So the clock is asked once, before the first run, and all
seeds take the steps that follow from its answer, whatever else the machine is doing then; what they did take is in
their results.
"""

from __future__ import annotations

import dataclasses
import json
import math
import pathlib
import tempfile
import time
from collections.abc import Mapping
from typing import Any

from sc2data.errors import UserError
from sc2data.format.durable import replace_file
from sc2data.format.provenance import code_version
from varsac.comparison.result import here
from varsac.config import RunConfig
from varsac.engine import logs
from varsac.engine.evaluate import evaluate
from varsac.engine.loop import train
from varsac.models import registry
from varsac.tasks.task import Task

FREE = ("seed", "steps", "validate_every", "validate_examples", "log_every")
"""What of the training a rate does not depend on."""
SET = ("train.steps", "train.validate_every", "train.validate_examples", "train.log_every")
"""What a budget settles."""
VALIDATIONS, LEAST_EXAMPLES, VALIDATING = 5, 64, 0.1
"""How many validations, of how many examples at least, for which share of the budget at most."""
FIRST, MOST, SHARE = 4, 40, 0.05
"""Steps that are timed at first and at most, for about which share of the budget."""


class BudgetError(UserError, ValueError):
    """A budget that does not suffice for a step, or a rate of other settings."""


@dataclasses.dataclass(frozen=True)
class Rate:
    """What training takes of the processor, one thread.

    Args:
        config: of the run, but for what it does not depend on.
        step_seconds: CPU-seconds a step, making examples included.
        example_seconds: likewise an example of a validation.
        validate_examples: so many at most; all of the split where that was not limited.
        code: what measured; machine: on what.
    """

    config: Mapping[str, Any]
    step_seconds: float
    example_seconds: float
    validate_examples: int
    code: Mapping[str, Any]
    machine: Mapping[str, Any]

    def settings(self, budget: float) -> dict[str, str]:
        """Training for a budget of CPU-seconds, as text by key.

        Where five validations would take more than a tenth of it they have fewer examples, 64 at least; where these
        take more than twice that there is one validation, at the end.

        Raises:
            BudgetError: it does not suffice for a step.
        """
        fits = int(VALIDATING * budget / (VALIDATIONS * self.example_seconds))
        examples = min(self.validate_examples, max(LEAST_EXAMPLES, fits))
        validating = examples * self.example_seconds
        times = VALIDATIONS if VALIDATIONS * validating <= 2 * VALIDATING * budget else 1
        steps = int((budget - times * validating) / self.step_seconds)
        if steps < 1:
            needed = times * validating + self.step_seconds
            raise BudgetError(
                f"a budget of {budget:g} CPU-seconds is less than the {needed:.0f} that a step and its validation "
                "take; give more, or a smaller train.batch"
            )
        log_every = max(1, steps // 50)
        steps -= steps % log_every  # the log's last line is of the last step: it tells what training took
        return dict(zip(SET, map(str, (steps, math.ceil(steps / times), examples, log_every)), strict=True))

    def save(self, path: pathlib.Path) -> None:
        """Write it at once.

        Raises:
            StorageError: the disk does not take it.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, (json.dumps(dataclasses.asdict(self), indent=1) + "\n").encode())


def recorded(path: pathlib.Path, config: RunConfig) -> Rate | None:
    """The rate in a file, None where there is none.

    Raises:
        BudgetError: it is one of other settings, or none.
    """
    if not path.exists():
        return None
    try:
        rate = Rate(**json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise BudgetError(f"{path} holds no rate ({error}); remove it, and it is measured again") from None
    if rate.config != bare(config):
        raise BudgetError(
            f"{path} is the rate of other settings; give the same, or another --results, or remove it with the "
            "results that rest on it"
        )
    return rate


def bare(config: RunConfig) -> dict[str, Any]:
    """A configuration without what its rate does not depend on."""
    fields = config.to_dict()
    return {**fields, "train": {name: value for name, value in fields["train"].items() if name not in FREE}}


def measured(config: RunConfig, task: Task, budget: float) -> Rate:
    """Train for some steps, validate some examples, and see what it takes.

    The steps go through a whole training in short: what costs more at its beginning counts with its share.

    Args:
        config: of any run.
        task: its data.
        budget: CPU-seconds, of which a twentieth or so is spent on this.
    """
    seconds = _step_seconds(config, task, FIRST)
    more = min(MOST, int(SHARE * budget / seconds))
    if more > FIRST:
        seconds = _step_seconds(config, task, more)
    data = task.data("val")
    model = registry.make(config.model, config.options, data.spec)
    batch = config.train.batch
    timed = min(batch, len(data))
    evaluate(model, data, batch, timed, localise=False)  # once for what only the first takes
    begin = time.process_time()
    evaluate(model, data, batch, timed, localise=False)
    example = (time.process_time() - begin) / timed
    most = min(config.train.validate_examples or len(data), len(data))
    return Rate(bare(config), round(seconds, 6), round(example, 6), most, code_version(), here())


def _step_seconds(config: RunConfig, task: Task, steps: int) -> float:
    """The mean over some steps but the first two."""
    schedule = dataclasses.replace(
        config.train, steps=steps + 2, log_every=1, validate_every=steps + 2, validate_examples=1
    )
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        train(dataclasses.replace(config, train=schedule), task, folder)
        times = [line["cpu_seconds"] for line in logs.read(folder / logs.LOG) if line["kind"] == "train"]
    return float(times[-1] - times[1]) / steps
