"""From names and plain values to environments: what the registered ids are made by."""

from __future__ import annotations

import dataclasses
import os
import pathlib
import weakref
from collections.abc import Mapping
from typing import Any

from envs.options import EnvError, SaccadeOptions
from envs.predictor import CheckpointPredictor, Predictor
from envs.saccade import SaccadeEnv
from envs.scenes import MEMORY, Scenes
from envs.vector import SaccadeVectorEnv
from varsac.options import from_plain, to_plain
from varsac.tasks import registry
from varsac.tasks.task import SPLITS, Split

_opened: weakref.WeakValueDictionary[str, Scenes] = weakref.WeakValueDictionary()


class TaskSaccadeEnv(SaccadeEnv):
    """A `SaccadeEnv` over a registered task; its docstring has the spaces, rewards and ends.

    Args:
        task: "sc2", "synthetic" or "dslr".
        split: "train", "val" or "test".
        data: the folder of the data set or of the photographs; synthetic pictures need none.
        settings: of the task, as docs/tasks.md lists them; those of a part as a dictionary of their own.
        memory: bytes that images may take; all environments of this process with the same images share them.
        predictor: the path of a checkpoint, or any `envs.predictor.Predictor`.
        render_mode: see `SaccadeEnv`.
        frames_dir: likewise.
        options: of `SaccadeOptions`, by name.

    Raises:
        EnvError: an unknown option, or options that do not go together.
        TaskError: no such data.
        CheckpointError: the predictor is no checkpoint for this task.
    """

    def __init__(
        self,
        task: str,
        split: Split = "train",
        data: str | os.PathLike[str] | None = None,
        settings: Mapping[str, Any] | Any = None,
        *,
        memory: int = MEMORY,
        predictor: str | os.PathLike[str] | Predictor | None = None,
        render_mode: str | None = None,
        frames_dir: str | os.PathLike[str] | None = None,
        **options: Any,
    ) -> None:
        images = scenes(task, split, data, settings, memory)
        super().__init__(
            images,
            saccade_options(options),
            predictor=loaded(predictor, images),
            render_mode=render_mode,
            frames_dir=frames_dir,
        )


class TaskSaccadeVectorEnv(SaccadeVectorEnv):
    """A `SaccadeVectorEnv` over a registered task.

    Args:
        num_envs: how many.
        task: see `TaskSaccadeEnv`, as are the others up to `options`.
        split: likewise.
        data: likewise.
        settings: likewise.
        memory: likewise.
        predictor: likewise.
        max_episode_steps: see `SaccadeVectorEnv`.
        autoreset_mode: likewise.
        render_mode: likewise.
        options: of `SaccadeOptions`, by name.
    """

    def __init__(
        self,
        num_envs: int,
        task: str,
        split: Split = "train",
        data: str | os.PathLike[str] | None = None,
        settings: Mapping[str, Any] | Any = None,
        *,
        memory: int = MEMORY,
        predictor: str | os.PathLike[str] | Predictor | None = None,
        max_episode_steps: int | None = None,
        autoreset_mode: Any = "NextStep",
        render_mode: str | None = None,
        **options: Any,
    ) -> None:
        images = scenes(task, split, data, settings, memory)
        super().__init__(
            images,
            num_envs,
            saccade_options(options),
            predictor=loaded(predictor, images),
            max_episode_steps=max_episode_steps,
            autoreset_mode=autoreset_mode,
            render_mode=render_mode,
        )


def scenes(
    task: str,
    split: Split = "train",
    data: str | os.PathLike[str] | None = None,
    settings: Mapping[str, Any] | Any = None,
    memory: int = MEMORY,
) -> Scenes:
    """The images of a task's split; the same object as long as somebody in this process uses it.

    Raises:
        UnknownTaskError, TaskError, OptionError: no such task, data or settings.
        EnvError: no such split.
    """
    if split not in SPLITS:
        raise EnvError(f"split {split!r}: choose one of {', '.join(SPLITS)}")
    kind = registry.entry(task).config
    config = from_plain(kind, settings, f"task {task!r}") if isinstance(settings, Mapping) else settings or kind()
    folder = pathlib.Path(data).absolute() if data is not None else None
    name = repr((task, split, folder, to_plain(config), memory))
    found = _opened.get(name)
    if found is None:
        found = _opened[name] = Scenes(registry.make(task, config, folder).data(split), memory)
    return found


def saccade_options(values: Mapping[str, Any]) -> SaccadeOptions:
    """Options by name.

    Raises:
        EnvError: one that there is not, or a value out of range.
    """
    names = [field.name for field in dataclasses.fields(SaccadeOptions)]
    unknown = sorted(set(values) - set(names))
    if unknown:
        raise EnvError(f"no options {', '.join(unknown)}; there are {', '.join(names)}")
    lists: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    return SaccadeOptions(**lists)


def loaded(predictor: str | os.PathLike[str] | Predictor | None, images: Scenes) -> Predictor | None:
    """A predictor, read from its checkpoint where a path is given."""
    if isinstance(predictor, str | os.PathLike):
        return CheckpointPredictor(predictor, images.data.spec)
    return predictor
