"""Rollouts in a file: HDF5, as docs/rollouts.md describes it."""

from __future__ import annotations

import json
import os
import pathlib
from collections.abc import Iterator, Mapping
from typing import Any, Self

import h5py
import numpy as np
import numpy.typing as npt

from envs.options import EnvError
from envs.rollouts.episode import Episode
from envs.rollouts.numbers import columns
from sc2data.format.durable import AllOrNothing, fsync_folder, storage_error

FORMAT, VERSION = "saccade rollouts", 1
GZIP: dict[str, Any] = {"compression": "gzip", "compression_opts": 1, "shuffle": True}
ROWS, IMAGE = 1024, 3
"""Of a chunk, where a row is a number or two; an image, which has so many axes, is a chunk of its own."""


class RolloutWriter(AllOrNothing):
    """Writes episodes to PATH.tmp, and renames it when all are written; what is cut off leaves no file.

    Args:
        path: of the file.
        about: what the rollouts are of: plain values, kept as JSON in attributes.

    Raises:
        StorageError: the disk does not take it.
    """

    def __init__(self, path: pathlib.Path, about: Mapping[str, Any]) -> None:
        self._path, self._temporary = path, path.with_name(path.name + ".tmp")
        self._infos: list[Mapping[str, Any]] = []
        self._last: list[Mapping[str, Any]] = []
        self._rows: list[tuple[int, int, float, bool, bool]] = []
        try:
            self._file = h5py.File(self._temporary, "w")
        except OSError as error:
            raise storage_error(path, error) from error
        self._file.attrs["format"], self._file.attrs["version"] = FORMAT, VERSION
        for name, value in about.items():
            self._file.attrs[name] = json.dumps(value)

    def append(self, episode: Episode) -> None:
        """Write one more.

        Raises:
            StorageError: the disk does not take it.
        """
        try:
            for name, values in episode.observations.items():
                self._extend(f"observations/{name}", values)
            for name in ("actions", "rewards", "terminated", "truncated"):
                self._extend(f"steps/{name}", getattr(episode, name))
        except OSError as error:
            raise storage_error(self._path, error) from error
        self._infos += episode.infos[1:]
        self._last.append(episode.infos[-1])
        over = bool(episode.terminated[-1]), bool(episode.truncated[-1])
        self._rows.append((episode.seed, len(episode), float(episode.rewards.sum()), *over))

    def _extend(self, name: str, values: npt.NDArray[Any]) -> None:
        if name not in self._file:
            rows, shape = (1 if values.ndim > IMAGE else ROWS), values.shape[1:]
            kept: dict[str, Any] = {"chunks": (rows, *shape), "maxshape": (None, *shape), "fletcher32": True, **GZIP}
            self._file.create_dataset(name, (0, *shape), values.dtype, **kept)
        stored = self._file[name]
        stored.resize(len(stored) + len(values), axis=0)
        stored[len(stored) - len(values) :] = values

    def close(self) -> None:
        """Write what is known of whole episodes, and give the file its name.

        Raises:
            StorageError: the disk does not take it; no file is left.
        """
        seeds, lengths, gains, terminated, truncated = zip(*self._rows) if self._rows else ([], [], [], [], [])
        whole = {
            "seed": np.array(seeds, np.int64),
            "offset": np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]).astype(np.int64),
            "return": np.array(gains, np.float64),
            "terminated": np.array(terminated, np.bool_),
            "truncated": np.array(truncated, np.bool_),
        }
        try:
            for name, values in whole.items():
                self._file[f"episodes/{name}"] = values
            for where, infos in (("episodes", self._last), ("steps", self._infos)):
                for name, values in columns(infos).items():
                    self._file.create_dataset(f"{where}/info/{name}", data=values, **(GZIP if values.ndim else {}))
            self._file.flush()
            self._file.close()
            with open(self._temporary, "rb") as written:
                os.fsync(written.fileno())
            os.replace(self._temporary, self._path)
            fsync_folder(self._path.parent)
        except OSError as error:
            self._temporary.unlink(missing_ok=True)
            raise storage_error(self._path, error) from error

    def discard(self) -> None:
        """Throw the file away."""
        self._file.close()
        self._temporary.unlink(missing_ok=True)


class Rollouts:
    """Reads a file of rollouts.

    Args:
        path: of the file.

    Attributes:
        about: what they are of.

    Raises:
        EnvError: no file of that kind.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        try:
            self._file = h5py.File(path, "r")
        except OSError as error:
            raise EnvError(f"{os.fspath(path)} is no file of rollouts: {error}") from None
        if self._file.attrs.get("format") != FORMAT or self._file.attrs["version"] != VERSION:
            raise EnvError(f"{os.fspath(path)} is no file of rollouts of version {VERSION}")
        known = {"format", "version"}
        self.about = {name: json.loads(value) for name, value in self._file.attrs.items() if name not in known}
        self._offsets = self._file["episodes/offset"][:]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def __iter__(self) -> Iterator[Episode]:
        return (self[number] for number in range(len(self)))

    def __getitem__(self, number: int) -> Episode:
        """An episode; its infos hold the numbers of the steps, and nothing of the reset."""
        if not 0 <= number < len(self):
            raise IndexError(number)
        first, end = (int(offset) for offset in self._offsets[number : number + 2])
        steps, seen = self._file["steps"], slice(first + number, end + number + 1)
        told = {name: values[first:end] for name, values in _leaves(steps["info"])} if "info" in steps else {}
        return Episode(
            seed=int(self._file["episodes/seed"][number]),
            observations={name: values[seen] for name, values in self._file["observations"].items()},
            actions=steps["actions"][first:end],
            rewards=steps["rewards"][first:end],
            terminated=steps["terminated"][first:end],
            truncated=steps["truncated"][first:end],
            infos=({}, *({name: values[row] for name, values in told.items()} for row in range(end - first))),
        )


def _leaves(group: h5py.Group, prefix: str = "") -> Iterator[tuple[str, h5py.Dataset]]:
    for name, item in group.items():
        if isinstance(item, h5py.Group):
            yield from _leaves(item, f"{prefix}{name}/")
        else:
            yield f"{prefix}{name}", item
