"""Checkpoints: all that a run goes on from, plain values and tensors, written at once, read without running code."""

from __future__ import annotations

import io
import pathlib
import pickle
import re
import sys
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import nn

from sc2data.errors import UserError
from sc2data.format.durable import replace_file
from varsac.config import RunConfig
from varsac.models import registry
from varsac.options import OptionError
from varsac.tasks.task import DataSpec, HeadSpec, TaskError

FORMAT, VERSION = "varsac checkpoint", 2
ZIP = b"PK\x03\x04"
"""How every file that `torch.save` writes begins."""
ELSEWHERE = "restore it from a copy, or take another checkpoint of the run"
FIELDS = frozenset(["format", "version", "config", "spec", "step", "weights", "training"])


class CheckpointError(UserError, ValueError):
    """A file that is no checkpoint, or one of another version, model or data."""


def save(
    path: pathlib.Path,
    config: RunConfig,
    spec: DataSpec,
    step: int,
    model: nn.Module,
    training: Mapping[str, Any] | None = None,
) -> None:
    """Write a checkpoint; the file that was there stays whole until the new one is on the disk.

    Args:
        path: of the file.
        config: of the run.
        spec: the data that the model was made for.
        step: how many steps it was trained.
        model: whose weights are kept.
        training: what the loop needs to go on: tensors, numbers, strings, lists and dictionaries of these.

    Raises:
        StorageError: the disk is full, say; an earlier file is intact.
    """
    content = {
        "format": FORMAT,
        "version": VERSION,
        "config": config.to_dict(),
        "spec": spec.to_dict(),
        "step": step,
        "weights": model.state_dict(),
        "training": training or {},
    }
    buffer = io.BytesIO()
    torch.save(_canonical(content), buffer)
    replace_file(path, buffer.getvalue())


def _canonical(value: Any) -> Any:
    """The same, so that equal values are written as equal bytes: a pickle tells whether two equal strings are one."""
    if isinstance(value, Mapping):
        return {_canonical(key): _canonical(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_canonical(one) for one in value)
    if isinstance(value, torch.Tensor):
        return value.detach().to("cpu", copy=True, memory_format=torch.contiguous_format)
    return sys.intern(value) if isinstance(value, str) else value


def load(path: pathlib.Path) -> dict[str, Any]:
    """Read a checkpoint onto the host; nothing in it is executed.

    Raises:
        CheckpointError: not a checkpoint of this version; the message says what it is.
        OSError: the file cannot be read.
    """
    if path.is_dir():
        raise CheckpointError(f"{path} is a folder; give the checkpoint in it, such as {path / 'best.pt'}")
    if not path.exists():
        raise FileNotFoundError(
            f"{path} is not there; give a checkpoint, such as the best.pt that scripts.train writes at a run's first "
            "validation"
        )
    written = path.read_bytes()
    if not written.startswith(ZIP):
        raise CheckpointError(f"{path} is not a checkpoint: it begins with {written[:8]!r}, checkpoints with {ZIP!r}")
    _check_whole(path, written)
    try:
        content = torch.load(io.BytesIO(written), map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        named = re.search(r"GLOBAL ([\w.]+)", str(error))
        what = f"names {named.group(1)}, which could run code" if named else "holds more than tensors and plain values"
        raise CheckpointError(
            f"{path} {what}, or is damaged; it is not read. Checkpoints of this project never need that"
        ) from None
    except (RuntimeError, EOFError, OSError, ValueError, KeyError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0].partition(". ")[0]
        raise CheckpointError(f"{path} is damaged ({reason}); {ELSEWHERE}") from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise CheckpointError(f"{path} is not a checkpoint of this project")
    if content.get("version") != VERSION:
        raise CheckpointError(
            f"{path} is a checkpoint of version {content.get('version')}; this program reads {VERSION}: take the one "
            "that wrote it, or train anew"
        )
    missing = FIELDS - set(content)
    if missing:
        raise CheckpointError(f"{path} is damaged: it lacks {', '.join(sorted(missing))}; {ELSEWHERE}")
    return content


def _check_whole(path: pathlib.Path, written: bytes) -> None:
    """Compare the checksums, which torch does not. Raises `CheckpointError`."""
    try:
        with zipfile.ZipFile(io.BytesIO(written)) as archive:
            broken = archive.testzip()
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError):
        raise CheckpointError(f"{path} is damaged: it is cut off or altered; {ELSEWHERE}") from None
    if broken is not None:
        raise CheckpointError(f"{path} is damaged: the checksum of {broken} is wrong; {ELSEWHERE}")


def restore(model: nn.Module, weights: Mapping[str, torch.Tensor], where: pathlib.Path) -> None:
    """Put weights into a model.

    Raises:
        CheckpointError: weights of another model, or such as are not numbers.
    """
    try:
        model.load_state_dict(dict(weights))
    except (RuntimeError, TypeError, ValueError) as error:
        first = str(error).splitlines()[1].strip() if "\n" in str(error) else str(error)
        raise CheckpointError(
            f"{where} holds the weights of another model, or of this one in another version: {first.rstrip('.')}. "
            "Train it anew, or use the version that wrote it"
        ) from None
    broken = [name for name, value in weights.items() if not torch.isfinite(value).all()]
    if broken:
        raise CheckpointError(f"{where} is damaged: {broken[0]} is not a finite number everywhere; {ELSEWHERE}")


def load_model(path: pathlib.Path) -> tuple[nn.Module, RunConfig, DataSpec]:
    """The model of a checkpoint, ready to evaluate, with its configuration and the data that it is for.

    Raises:
        CheckpointError: see `load` and `restore`; or it is of a model, or has options, that this version does not know.
        OSError: see `load`.
    """
    content = load(path)
    try:
        config, spec = RunConfig.from_dict(content["config"]), DataSpec.from_dict(content["spec"])
        model = registry.make(config.model, config.options, spec)
    except (OptionError, registry.UnknownModelError, TaskError) as error:
        raise CheckpointError(
            f"{path} is of another version: {error}. Take the program that wrote it, or train anew"
        ) from error
    except (AttributeError, KeyError, TypeError, ValueError, RuntimeError) as error:
        raise CheckpointError(f"{path} is damaged: its configuration is not one ({error!r}); {ELSEWHERE}") from error
    restore(model, content["weights"], path)
    return model.eval(), config, spec


def check_spec(spec: DataSpec, data: DataSpec, where: pathlib.Path) -> None:
    """See that a model fits some data; the sizes of its images may differ.

    Raises:
        CheckpointError: other heads, channels or proxies.
    """
    for name in ("heads", "channels", "proxy_size"):
        mine, other = getattr(spec, name), getattr(data, name)
        if mine != other:
            mine, other = (_told(value) if name == "heads" else value for value in (mine, other))
            raise CheckpointError(
                f"{where} was trained on data with {name} {mine}; this data has {other}. Take data, and settings of "
                "the task, that are like those of the training, or train a model for this data"
            )


def _told(heads: Sequence[HeadSpec]) -> str:
    """The questions of some data.

    >>> _told([HeadSpec("units", "density", 2, ("Marine", "Zergling")), HeadSpec("sum", "classes", 19)])
    "'units' (density of Marine, Zergling) and 'sum' (classes, 19 of them)"
    """
    told = []
    for head in heads:
        answers = f" of {', '.join(head.classes)}" if head.classes else f", {head.size} of them"
        always = f", {head.largest} always present" if head.largest else ""
        told.append(f"{head.name!r} ({head.kind}{answers}{always})")
    return " and ".join(told)
