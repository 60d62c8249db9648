"""Small models that were not trained, with the configuration of their run: enough to see what becomes of images."""

from __future__ import annotations

import torch
from torch import nn

from varsac.config import RunConfig, resolved
from varsac.models import registry
from varsac.options import to_plain, with_options
from varsac.tasks import registry as tasks
from varsac.tasks.task import DataSpec, Task

SMALL = {
    "model.glimpses": "2",
    "model.glimpse_size": "16",
    "model.state": "16",
    "model.features": "16",
    "model.map_width": "8",
    "model.glimpse_width": "16",
    "train.device": "cpu",
}
DIGITS = {
    "height": "64",
    "width": "64",
    "proxy": "16",
    "two_digits.digit": "0.3",
    "two_digits.fragment": "0.1",
    "train": "8",
    "val": "8",
    "test": "8",
}


def untrained(name: str, settings: dict[str, str], data_dir=None) -> tuple[nn.Module, RunConfig, DataSpec, Task]:
    """A model of a task's data, that run's configuration, and the task."""
    chosen = with_options(tasks.entry(name).config(), settings)
    config = resolved("default", SMALL, name, chosen)
    assert config.task_options == to_plain(chosen)
    task = tasks.make(name, chosen, data_dir)
    spec = task.data("test").spec
    torch.manual_seed(0)
    return registry.make("varsac", config.options, spec).eval(), config, spec, task
